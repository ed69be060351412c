//! `demo`: a throw-away server with data in it.

use std::process::ExitCode;

use clap::Args;

use super::context::{Context, block_on};
use super::{logs, output, serve};
use crate::base::dice::Dice;
use crate::base::error::{Error, Result};
use crate::base::password;
use crate::base::seal::Master;
use crate::base::time::DAY;
use crate::config::Config;
use crate::domain::activation::{self, Activate};
use crate::domain::identifier::Mode;
use crate::domain::ladder::{Claim, IpRules};
use crate::domain::licence::{self, Draft};
use crate::domain::shop::Shop;
use crate::domain::webhook_queue::{self, Manner, Means, Outcome, Standing};
use crate::domain::{
    account, coupon, customer, delivery, house, person, policy, prerequisite, product, release, sample,
    webhook, webhook_delivery,
};
use crate::store::{Options, Place, Store, Tx};
use crate::web::told;

#[derive(Args)]
pub struct Demo {
    /// Port on 127.0.0.1; 0 lets the system choose
    #[arg(long, default_value_t = 8080)]
    port: u16,
}

impl Demo {
    pub fn run(self, mut context: Context) -> Result<ExitCode> {
        let folder = std::env::temp_dir().join(format!("keywright-demo-{}", std::process::id()));
        context.given.insert("data_dir".into(), folder.display().to_string());
        context.given.insert("database".into(), "sqlite".into());
        context.given.insert("listen".into(), format!("127.0.0.1:{}", self.port));
        let config = context.config()?;
        let json_log = logs::start(&config);
        let password = Dice::System.base62(16);
        let end = fill(&folder, &config, &password).and_then(|keys| {
            output::line("Demo data; everything is thrown away at the end. Keys to play with:");
            for (what, key) in &keys {
                output::line(&format!("  {key}  {what}"));
            }
            output::line(&format!("Sign in at /admin as {OWNER} with the password {password}"));
            output::line("");
            serve::run(Config { is_demo: true, ..config }, json_log)
        });
        let removed = std::fs::remove_dir_all(&folder);
        let code = end?;
        removed.map_err(|e| Error::broken(format!("{} could not be removed: {e}", folder.display())))?;
        Ok(code)
    }
}

/// Who runs the shop of the demo.
const OWNER: &str = "owner@harbour.example";

fn fill(folder: &std::path::Path, config: &Config, password: &str) -> Result<Vec<(&'static str, String)>> {
    let store = Store::open(Options::new(Place::Folder(folder.to_owned())))?;
    let master = super::context::master(config)?;
    let owner = person::Draft {
        email: OWNER.to_owned(),
        name: "Harbour Works".to_owned(),
        role: person::Role::Owner,
        password_hash: password::hash(password, &Dice::System)?,
    };
    let keys = block_on(store.write("demo", move |tx| {
        let site_id = Shop::live(tx)?.site_id;
        person::first(tx, site_id, &owner)?;
        write(tx, &master)
    }))??;
    store.close();
    Ok(keys)
}

/// Three products, licences in the states that support meets, and three months of figures.
fn write(tx: &mut Tx<'_>, master: &Master) -> Result<Vec<(&'static str, String)>> {
    let shop = Shop::live(tx)?;
    name(tx, shop)?;
    let mut make = |title: &str, price: i64, description: &str, mode: Mode, max_uses: i64| {
        let change = product::Change {
            title: Some(title.to_owned()),
            description: Some(description.to_owned()),
            tax_bp: Some(1_900),
            price: Some(Some((price, "EUR".to_owned()))),
            policy: policy::Change {
                api_enabled: Some(true),
                identifier_mode: Some(mode),
                max_uses: Some(max_uses),
                deactivate: Some(true),
                ..Default::default()
            },
            ..Default::default()
        };
        let product = product::new(tx, shop, &change)?.id;
        for (version, days_ago) in [("1.0.0", 90), ("1.1.0", 40), ("1.2.0", 3)] {
            let draft = release::Draft {
                product_id: product,
                version: version.to_owned(),
                released_at: Some(tx.now() - days_ago * DAY),
                notes: format!("- Faster than before {version}\n- Opens files of **every** earlier version"),
                ..release::Draft::default()
            };
            release::new(tx, shop, &draft)?;
        }
        Ok(product)
    };
    let words = "Writes long texts without getting in their way.\n\n- Starts at once\n- Keeps every version of a page\n- Prints what it shows";
    let editor = make("Quill Editor", 4_900, words, Mode::None, 3)?;
    let words = "Sums up what the Quill Editor counts, in *columns* and at a glance.";
    let plugin = make("Ledger Plug-in", 1_900, words, Mode::Email, 1)?;
    let words = "A quiet theme for websites: wide margins, dark at night.";
    let theme = make("Harbour Theme", 2_900, words, Mode::InstallUrl, -1)?;
    let rule = prerequisite::Rule { matches: prerequisite::Match::All, required: vec![editor] };
    let asks = delivery::Change { requires_install_url: Some(true), ..delivery::Change::default() };
    product::set(tx, shop, theme, &product::Change { delivery: asks, ..product::Change::default() })?;
    let now = tx.now();
    let draft = |product_id: i64, email: &str| Draft {
        product_id,
        customer: customer::Change { email: Some(email.to_owned()), ..Default::default() },
        ..Default::default()
    };
    let mut keys = Vec::new();
    let mut issue = |tx: &mut Tx<'_>, what, draft: Draft| {
        let key = licence::issue(tx, shop, &draft)?.key;
        keys.push((what, key.clone()));
        Ok::<_, Error>(key)
    };
    issue(tx, "Quill Editor: fresh, 3 uses", draft(editor, "ada@customer.example"))?;
    let full = issue(
        tx,
        "Ledger Plug-in: its one use is taken (identifier bo@customer.example)",
        draft(plugin, "bo@customer.example"),
    )?;
    issue(
        tx,
        "Quill Editor: expired a week ago",
        Draft { expires_at: Some(now - 7 * DAY), ..draft(editor, "cy@customer.example") },
    )?;
    for (nth, days) in [1, 3, 3, 6, 10, 10, 10, 15, 21, 28].into_iter().enumerate() {
        let soon = Draft {
            expires_at: Some(now + days * DAY),
            ..draft(editor, &format!("tester{nth}@customer.example"))
        };
        licence::issue(tx, shop, &soon)?;
    }
    issue(tx, "Quill Editor: suspended", Draft { suspended: true, ..draft(editor, "di@customer.example") })?;
    let site = Draft {
        install_url: Some("https://shop.customer.example".to_owned()),
        ..draft(theme, "ed@customer.example")
    };
    issue(tx, "Harbour Theme: identifier https://shop.customer.example", site)?;
    let claim = Claim {
        key: full,
        identifier: Some("bo@customer.example".to_owned()),
        address: std::net::Ipv4Addr::LOCALHOST.into(),
        named_address: None,
        rules: IpRules::default(),
    };
    let ask = Activate { extra: Some(r#"{"version":"1.2.0"}"#.to_owned()), ..Default::default() };
    activation::activate(tx, &claim, &ask)?.map_err(|refusal| Error::broken(format!("demo: {refusal:?}")))?;
    sample::fill(tx, shop, &[editor, plugin, theme], &Dice::seeded(90))?;
    // After the orders: who bought it before keeps it.
    prerequisite::set(tx, shop, plugin, &rule)?;
    around(tx, shop, master)?;
    Ok(keys)
}

fn name(tx: &mut Tx<'_>, shop: Shop) -> Result<()> {
    let named = account::Change {
        title: Some("Harbour Works".to_owned()),
        currency: Some(Some("EUR".to_owned())),
        payment_notice: Some(
            "Transfer the amount to account **12 345** of the *Bank of Examples*.".to_owned(),
        ),
        ..account::Change::default()
    };
    account::set(tx, shop, &named).map(|_| ())
}

/// A coupon, and somebody who is told of everything.
fn around(tx: &mut Tx<'_>, shop: Shop, master: &Master) -> Result<()> {
    let spring = coupon::Draft {
        code: "SPRING20".to_owned(),
        kind: coupon::Kind::Percent,
        value: 2_000,
        currency: None,
        product_id: None,
        category_id: None,
        least_minor: 0,
        max_uses: Some(100),
        starts_at: None,
        ends_at: Some(tx.now() + 30 * DAY),
        applies_to: coupon::AppliesTo::Lines,
        max_uses_each: None,
    };
    coupon::new(tx, shop, &spring)?;
    // Nobody answers there, so that a failing endpoint can be looked at.
    let endpoint = webhook::Change {
        url: Some("https://crm.customer.example/hook".to_owned()),
        ..webhook::Change::default()
    };
    let (endpoint, _) = webhook::new(tx, shop, &endpoint, master)?;
    webhook_delivery::test(tx, shop, endpoint.id)?;
    let means = Means {
        master: master.clone(),
        ids: house::public_ids(tx)?,
        manner: Manner::default(),
        write: told::write,
    };
    for taken in webhook_queue::take(tx, &Standing::default(), &means)? {
        let outcome = Outcome { status: Some(500), said: "out of ink".to_owned(), retry_after: Some(DAY) };
        webhook_queue::settle(tx, &taken, &outcome)?;
    }
    Ok(())
}
