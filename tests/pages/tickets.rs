//! Questions to the shop: of visitors by the contact form, of customers under My licences, answered at the desk.

use keywright::domain::person::Role;
use keywright::domain::session;

use super::goods::look;
use super::{assert_sound, enter, stock};
use crate::oauth::{Browser, Shop, plain};
use crate::support::http::Answer;
use crate::support::server::json;

const BUYER: &str = "mia@customer.example";
const TYPED: [(&str, &str); 3] = [
    ("email", "ben@other.example"),
    ("subject", "Where is <b>it</b>?"),
    ("message", "I lost it.\r\nWhere \"is\" it?"),
];

fn with<'a>(name: &str, value: &'a str) -> Vec<(&'a str, &'a str)> {
    TYPED.iter().map(|(known, typed)| (*known, if *known == name { value } else { *typed })).collect()
}

/// A browser that a customer is signed in with.
fn customer(shop: &Shop, email: &str) -> Browser {
    let id = json(&shop.engine, &["customer", "show", email])["id"].as_i64().unwrap();
    let token = shop.write(move |tx| session::of_customer(tx, id));
    let browser = Browser::new(shop.address());
    browser.keep("keywright", &token);
    browser
}

/// Where an answer leads.
fn to(answer: &Answer) -> &str {
    assert_eq!(answer.status, 303, "{answer:?}");
    answer.header("location").unwrap()
}

fn tickets(shop: &Shop) -> i64 {
    shop.count("select count(*) from ticket")
}

#[test]
fn a_visitor_asks_once_and_the_answer_is_mailed() {
    for shop in Shop::both() {
        let visitor = Browser::new(shop.address());
        assert!(look(&visitor, "/").text().contains("<footer><a href=\"/contact\">Contact</a>"));
        let page = look(&visitor, "/contact");
        for (name, value, said) in [
            ("email", "nobody", "is not an e-mail address"),
            ("subject", " ", "The subject is empty"),
            ("subject", &"long ".repeat(50), "longer than 200"),
            ("message", "", "The message is empty"),
        ] {
            let wrong = visitor.submit(&page, "/contact", &with(name, value));
            let text = plain(wrong.text());
            assert!(wrong.status == 400 && text.contains(said), "{name}: {text}");
            assert!(wrong.text().contains("aria-invalid=\"true\" aria-describedby=\"wrong\""), "{name}");
            assert!(name == "message" || text.contains("Where \"is\" it?"), "what was typed is kept: {text}");
        }
        assert_eq!(tickets(&shop), 0);
    }
    for shop in Shop::both() {
        let visitor = Browser::new(shop.address());
        let page = look(&visitor, "/contact");
        for _ in 0..2 {
            let sent = visitor.submit(&page, "/contact", &TYPED);
            assert_eq!(to(&sent), "/contact?done=sent");
        }
        assert_eq!(tickets(&shop), 1, "sent twice, asked once");
        visitor.submit(&page, "/contact", &with("message", "And another thing"));
        assert_eq!(tickets(&shop), 2, "filled in otherwise it is another question");
        assert!(look(&visitor, "/contact?done=sent").text().contains("Thank you"));
        assert_eq!(shop.count("select count(*) from customer"), 0, "no account is made");

        let staff = enter(&shop, "zoe@shop.example", Role::Support);
        let home = staff.get("/admin");
        let way = "2 questions wait for an answer: <a href=\"/admin/tickets?status=waiting\">read them</a>";
        assert!(home.text().contains(way), "{home:?}");
        let list = look(&staff, "/admin/tickets?status=waiting");
        let text = list.text();
        assert!(
            text.contains("Where is &lt;b&gt;it&lt;/b&gt;?") && text.contains("ben@other.example"),
            "{text}"
        );
        let one = text.split("href=\"/admin/tickets/").nth(2).unwrap().split('"').next().unwrap();
        let reply = format!("/admin/tickets/{one}/reply");
        to(&super::sheets::send(&staff, &look(&staff, &reply), &reply, &[("message", "At home.")]));
        let letters = "select count(*) from mail where template = 'ticket_answered' and recipient = 'ben@other.example'";
        assert_eq!(shop.count(letters), 1);
        let waits =
            "select count(*) from mail where template = 'ticket_waits' and recipient = 'zoe@shop.example'";
        assert_eq!(shop.count(waits), 0, "she was not there yet");
    }
}

#[test]
fn programs_and_storms_are_not_taken_in() {
    for shop in Shop::both() {
        let visitor = Browser::new(shop.address());
        let page = look(&visitor, "/contact");
        let trapped = [&TYPED[..], &[("leave_empty", "https://buy.example")]].concat();
        let told = visitor.submit(&page, "/contact", &trapped);
        assert_eq!((to(&told), tickets(&shop)), ("/contact?done=sent", 0));
        for fields in [&TYPED[..], &[("token", "0123")]] {
            let foreign = visitor.post("/contact", fields);
            assert_eq!((foreign.status, tickets(&shop)), (403, 0), "{foreign:?}");
        }
        let many: Vec<u16> = (0..12)
            .map(|nth| visitor.submit(&page, "/contact", &with("message", &format!("{nth}"))).status)
            .collect();
        assert_eq!((many, tickets(&shop)), ([vec![303; 10], vec![429; 2]].concat(), 10));
        let late = visitor.submit(&page, "/contact", &TYPED);
        assert!(plain(late.text()).contains("Where \"is\" it?"), "what was typed is kept: {late:?}");
        assert!(late.text().contains("Too many questions"), "{late:?}");
        let huge = visitor.submit(&page, "/contact", &with("message", &"x".repeat(20_000)));
        assert_eq!(huge.status, 413, "{huge:?}");
    }
}

#[test]
fn a_customer_asks_reads_answers_and_closes() {
    for shop in Shop::both() {
        stock(&shop, BUYER);
        let (mia, staff) = (customer(&shop, BUYER), enter(&shop, "zoe@shop.example", Role::Support));
        assert!(look(&mia, "/account").text().contains("href=\"/account/tickets\""));
        assert!(look(&mia, "/account/tickets").text().contains("You have asked nothing yet"));
        assert_eq!(to(&mia.get("/contact")), "/account/tickets/new");
        let purchase = look(&mia, "/account/purchases/1");
        assert!(purchase.text().contains("href=\"/account/tickets/new?about=purchase-1\""));
        let new = "/account/tickets/new";
        let page = look(&mia, &format!("{new}?about=purchase-1"));
        assert!(page.text().contains("<option value=\"purchase-1\" selected>Quill, purchase 1</option>"));
        assert!(page.text().contains("<option value=\"order-"), "{page:?}");
        let fields = [("about", "purchase-1"), TYPED[1], TYPED[2]];
        let wrong = mia.submit(&page, new, &[fields[0], ("subject", ""), TYPED[2]]);
        assert_eq!(wrong.status, 400);
        assert!(wrong.text().contains("value=\"purchase-1\" selected"), "{wrong:?}");
        let first = mia.submit(&page, new, &fields);
        let at = to(&first).to_owned();
        assert_eq!((to(&mia.submit(&page, new, &fields)), tickets(&shop)), (at.as_str(), 1), "counts once");
        let shown = look(&mia, &at);
        let text = plain(shown.text());
        assert!(text.contains("About Quill, purchase 1\n\nI lost it.\nWhere \"is\" it?"), "{text}");
        assert!(text.contains("waits for the shop"), "{text}");
        let told =
            "select count(*) from mail where template = 'ticket_waits' and recipient = 'zoe@shop.example'";
        assert_eq!(shop.count(told), 1);

        let (desk, reply) = (format!("/admin{}", &at[8..]), format!("{at}/reply"));
        let answer = format!("{desk}/reply");
        to(&super::sheets::send(&staff, &look(&staff, &answer), &answer, &[("message", "At <i>home</i>")]));
        let page = look(&mia, &at);
        assert!(page.text().contains("At &lt;i&gt;home&lt;/i&gt;") && page.text().contains(">answered<"));
        let empty = mia.submit(&page, &reply, &[("message", "  ")]);
        assert!(empty.status == 400 && plain(empty.text()).contains("The message is empty"), "{empty:?}");
        for _ in 0..2 {
            assert_eq!(to(&mia.submit(&page, &reply, &[("message", "Which home?")])), at);
        }
        assert_eq!(shop.count("select count(*) from ticket_reply"), 2, "sent twice, said once");
        assert!(look(&staff, &desk).text().contains("Which home?"));
        assert!(look(&staff, "/admin/tickets").text().contains("waits again"));
        let close = format!("{at}/close");
        for _ in 0..2 {
            assert_eq!(to(&mia.submit(&page, &close, &[])), at);
        }
        let page = look(&mia, &at);
        assert!(page.text().contains(">closed<") && !page.text().contains(&close), "{page:?}");
        assert!(look(&mia, "/account/tickets").text().contains(&format!("href=\"{at}\"")));
    }
}

#[test]
fn nobody_sees_anothers() {
    for shop in Shop::both() {
        stock(&shop, BUYER);
        json(&shop.engine, &["customer", "create", "--email", "ben@other.example"]);
        json(&shop.engine, &["ticket", "new", "--email", BUYER, "--subject", "Mine", "--message", "Help"]);
        let (ben, visitor) = (customer(&shop, "ben@other.example"), Browser::new(shop.address()));
        let own = look(&ben, "/account/tickets/new");
        for path in ["/account/tickets/1", "/account/tickets/99", "/account/tickets/none"] {
            assert_eq!(ben.get(path).status, 404, "{path}");
        }
        let token = crate::oauth::hidden(&own, "/account/tickets/new");
        let token = token.iter().find(|(name, _)| name == "token").unwrap().1.clone();
        for deed in ["reply", "close"] {
            let path = format!("/account/tickets/1/{deed}");
            let done = ben.post(&path, &[("token", &token), ("message", "Mine")]);
            assert_eq!(done.status, 404, "{path}: {done:?}");
        }
        let about = [("about", "purchase-1"), TYPED[1], TYPED[2]];
        assert_eq!(ben.submit(&own, "/account/tickets/new", &about).status, 404, "of what is not theirs");
        assert_eq!((tickets(&shop), shop.count("select count(*) from ticket_reply")), (1, 0));
        for path in ["/account/tickets", "/account/tickets/new", "/account/tickets/1"] {
            assert_eq!(to(&visitor.get(path)), "/account/sign-in", "{path}");
            assert!(!visitor.post(path, &TYPED).text().contains("Help"), "{path}");
        }
        assert_sound("/help", &visitor.get("/help"));
    }
}

#[test]
fn older_questions_are_a_page_away() {
    for shop in Shop::both() {
        stock(&shop, BUYER);
        let mia = customer(&shop, BUYER);
        shop.write(|tx| {
            let here = keywright::domain::shop::Shop::live(tx)?;
            for nth in 0..53 {
                let (email, subject) = (BUYER.to_owned(), format!("Words {nth}."));
                let draft = keywright::domain::ticket::Draft { email, subject, message: "Help".to_owned() };
                keywright::domain::ticket::new(tx, here, &draft)?;
            }
            Ok(())
        });
        let first = look(&mia, "/account/tickets");
        let next = first.text().split("rel=\"next\" href=\"").nth(1).unwrap().split('"').next().unwrap();
        let second = look(&mia, next);
        let all = format!("{}{}", first.text(), second.text());
        for nth in 0..53 {
            assert_eq!(all.matches(&format!(">Words {nth}.<")).count(), 1, "{nth}");
        }
        assert!(!second.text().contains("rel=\"next\""));
    }
}
