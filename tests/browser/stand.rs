//! A shop in which each page has something to show: of each kind of product one, and a customer who owns some of them.

use serde_json::Value;

use crate::oauth::{Browser, Shop};
use crate::support::server::json;
use keywright::domain::shop::Shop as Site;
use keywright::domain::{checkout, review, session, shopping_cart};

/// Who bought it all.
pub const BUYER: &str = "mia@customer.example";

/// What is there, as far as somebody needs to know it.
pub struct Stand {
    /// The products that nothing is asked for.
    pub plain: [String; 2],
    pub category: String,
    /// A price list that a company buys by.
    pub prices: String,
    /// Purchases whose downloads ask for something first, or are not there: where it will be, the system, nothing to load.
    pub asks: [String; 3],
    pub customer: i64,
    /// Where the page of a payment link is.
    pub link: String,
}

fn text(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

impl Stand {
    pub fn fill(shop: &Shop) -> Self {
        let run = |args: &[&str]| json(&shop.engine, args);
        let id = |args: &[&str]| text(&run(args)["id"]);
        run(&["account", "set", "--currency", "EUR"]);
        let category = id(&["category", "create", "--title", "Writing"]);
        let product = |title: &str, more: &[&str]| {
            let fixed = ["product", "create", "--title", title, "--api", "on"];
            id(&[&fixed[..], more].concat())
        };
        let described = "# For a fine hand\n\nWrites **well**, and [is told of](https://quill.example/).\n\n\
                         - for ink\n- for paper\n\n> It never blots.\n\n```\nquill --version\n```";
        let fields = ["--category", &category, "--price", "1900", "--tax-bp", "1900"];
        let mut more = fields.to_vec();
        more.extend(["--description", described, "--deactivate", "on", "--max-uses", "3"]);
        let quill = product("Quill", &more);
        let ink = product("Ink", &["--price", "500", "--category", &category]);
        let theme =
            product("Theme", &["--price", "900", "--require-install-url", "on", "--term-days", "365"]);
        let paper = product("Paper, handmade in a mill by the river, five hundred sheets", &["--price", "0"]);
        let set =
            product("Desk set", &["--price", "2200", "--kind", "bundle", "--items", &both(&quill, &ink)]);
        product(
            "Course",
            &["--price", "9900", "--kind", "service", "--external-url", "https://course.example"],
        );
        product("Old pen", &[]);
        run(&["product", "requires", &set, "--products", &both(&theme, &paper)]);
        Self::sort(shop, &quill);
        Self::publish(shop, &quill, &theme);
        run(&["coupon", "create", "TEN", "--percent-bp", "1000"]);
        run(&["account", "set", "--payment-notice", "Pay to **IBAN 1**, and name the order."]);
        let prices = id(&["price-list", "create", "--title", "Trade"]);
        for (from, price) in [("1", "1500"), ("10", "1200")] {
            run(&[
                "price-list",
                "set-price",
                &prices,
                "--product",
                &quill,
                "--min-quantity",
                from,
                "--price",
                price,
            ]);
        }
        run(&["customer", "create", "--email", BUYER]);
        let agreed =
            ["--tax-id", "EL123456789", "--price-list", &prices, "--net-days", "30", "--contact", BUYER];
        run(&[&["b2b-account", "create", "--company", "Ink & Paper Ltd"], &agreed[..]].concat());
        let buy = |line: &str| {
            run(&["order", "create", "--email", BUYER, "--name", "Mia", "--line", line, "--coupon", "TEN"])
        };
        let pay = |line: &str| run(&["order", "pay", &text(&buy(line)["id"])]);
        let bought = pay(&quill);
        let asks = [&theme, &quill, &ink].map(|product| text(&pay(product)["lines"][0]["purchases"][0]));
        buy(&ink);
        let keys = run(&["licence", "list"]);
        for licence in keys.as_array().unwrap() {
            let call = format!("activate&key={}&extra={{%22host%22:%22desk%22}}", text(&licence["key"]));
            assert_eq!(shop.server.call(&call).status, 200, "{licence}");
        }
        // What was refunded is not in use any more.
        run(&["order", "refund", &text(&pay(&ink)["id"])]);
        let customer = bought["customer_id"].as_i64().unwrap();
        run(&["gift-card", "issue", "--amount", "2500", "--customer", BUYER]);
        run(&["credit", "give", BUYER, "500", "--note", "For the wait"]);
        run(&["loyalty", "award", BUYER, "600"]);
        Self::think(shop, quill.parse().unwrap(), customer);
        run(&["shipping", "create", "--title", "Post", "--band", "any:0-2000=500"]);
        let asked = ["--email", BUYER, "--subject", "Where is my key?", "--message", "I **lost** it."];
        run(&[&["ticket", "new"], &asked[..]].concat());
        let paid_at = run(&["payment-link", "new", "--title", "A letter by hand", "--value", "9.99"]);
        let address = text(&paid_at["url"]);
        let path = address[address.find("/pay/").unwrap()..].to_owned();
        Self { plain: [quill, ink], category, prices, asks, customer, link: path }
    }

    /// A brand, something in two sizes of which one is sold out, a page to read with a link to it, and what programs say.
    fn sort(shop: &Shop, quill: &str) {
        let run = |args: &[&str]| json(&shop.engine, args);
        let brand = text(&run(&["brand", "create", "--title", "Acme & Sons"])["id"]);
        run(&["product", "set", quill, "--brand", &brand, "--compare-at", "2900"]);
        let book = ["product", "create", "--title", "Notebook", "--price", "700", "--api", "off"];
        let book = text(&run(&book)["id"]);
        for (title, size) in [("Pocket", "Size=A6"), ("Large", "Size=A4"), ("Wall", "Size=A1")] {
            let made = run(&["variant", "create", &book, "--title", title, "--option", size, "--sku", title]);
            run(&["stock", "set", &text(&made["id"]), if title == "Wall" { "0" } else { "3" }]);
        }
        let body = "## Who we are\n\nWe make *pens*, and [tell of them](https://quill.example/).";
        run(&["page", "create", "--title", "About us", "--body", body]);
        let links = ["--item", "About us=/p/about-us", "--item", "News=https://news.example/"];
        run(&[&["menu", "put", "main", "--title", "More"], &links[..]].concat());
        run(&["metafield", "set", "warehouse", "shelf", "A 3", "--product", quill]);
        run(&["metafield", "set", "warehouse", "town", "Bath"]);
    }

    /// A release with a file for each system, and one with a file for all.
    fn publish(shop: &Shop, quill: &str, theme: &str) {
        let run = |args: &[&str]| json(&shop.engine, args);
        let file = shop.engine.folder.path().join("quill.zip");
        std::fs::write(&file, "a fine pen").unwrap();
        let notes = shop.engine.folder.path().join("notes.md");
        std::fs::write(&notes, "## New\n\n- It blots less.").unwrap();
        let upload = || text(&run(&["file", "upload", file.to_str().unwrap()])["file_id"]);
        let each = ["linux", "windows"].map(|system| format!("{system}={}", upload()));
        let of = ["release", "publish", "--notes", notes.to_str().unwrap(), "--product"];
        run(&[&of[..], &[quill, "--version", "1.2.0", "--file", &each[0], "--file", &each[1]]].concat());
        run(&[&of[..], &[theme, "--version", "2.0.0", "--file", &upload()]].concat());
    }

    /// What people think of a product, and what somebody is about to buy.
    fn think(shop: &Shop, product: i64, customer: i64) {
        shop.write(move |tx| {
            let here = Site::live(tx)?;
            for (nth, status) in review::Status::ALL.iter().enumerate() {
                let draft = review::Draft {
                    rating: 5 - i64::try_from(nth).unwrap_or_default(),
                    title: (nth > 0).then(|| "A fine pen".to_owned()),
                    content: "It writes.\nAnd it never blots.".to_owned(),
                    reviewer_name: "Mia".to_owned(),
                    reviewer_email: (nth > 1).then(|| BUYER.to_owned()),
                };
                let written = review::new(tx, here, product, &draft)?;
                review::set_status(tx, here, written.id, *status)?;
            }
            let cart = shopping_cart::new(tx, here, None, Some(customer), None)?.id;
            shopping_cart::change(tx, here, cart, (product, None), shopping_cart::Act::Add(2))?;
            checkout::begin(tx, here, cart)?;
            Ok(())
        });
    }

    /// A browser that the customer is signed in with.
    pub fn customer(&self, shop: &Shop) -> Browser {
        let id = self.customer;
        let token = shop.write(move |tx| session::of_customer(tx, id));
        let browser = Browser::new(shop.address());
        browser.keep("keywright", &token);
        browser
    }
}

/// Two ids as commands take them.
pub fn both(one: &str, other: &str) -> String {
    format!("{one},{other}")
}
