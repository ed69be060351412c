//! A shop in which a text stands wherever a vendor, a buyer or a shipped app can write one.

use std::sync::Arc;

use keywright::base::actor::{Actor, ActorKind};
use keywright::base::error::{Kind, Result};
use keywright::base::seal::Master;
use keywright::domain::identifier::Mode;
use keywright::domain::oauth_app;
use keywright::domain::order_line::DraftLine;
use keywright::domain::payment::{self, Method};
use keywright::domain::person::Role;
use keywright::domain::plan::Plan;
use keywright::domain::scope::Scope;
use keywright::domain::shop::Shop as Site;
use keywright::domain::{
    account, api_key, coupon, customer, delivery, file, key_pool, licence, order, person, policy, product,
    purchase, release, release_file, webhook,
};
use keywright::store::Tx;

use super::written_shop::{agree, of_buyers, sort};
use crate::oauth::{CALLBACK, Shop, encoded, form};
use crate::support::http::Connection;
use crate::support::server::API;

/// What became of one text.
#[derive(Clone, Debug, Default)]
pub struct Written {
    /// Whether a product may be called so.
    pub is_title: bool,
    /// The public name of an app that may be called so.
    app: Option<String>,
    key: String,
    identifier: Option<String>,
    pub product: i64,
    /// Who bought it, and what they may load down.
    pub customer: i64,
    pub purchase: i64,
    /// Somebody who runs the shop and may be called so.
    pub person: Option<i64>,
    /// Whether a key may be so.
    pub is_key: bool,
    /// Whether a file may be called so.
    pub is_file: bool,
}

impl Written {
    /// The page on which the app asks to be let in.
    pub fn question(&self) -> Option<String> {
        let fields = [
            ("client_id", self.app.as_deref()?),
            ("redirect_uri", CALLBACK),
            ("response_type", "code"),
            ("scope", "read:products"),
        ];
        Some(format!("/oauth/authorize?{}", form(&fields)))
    }
}

/// Writes each text everywhere; what the door refuses is written nowhere.
pub fn fill(shop: &Shop, texts: &[String]) -> Vec<Written> {
    let hex = std::fs::read_to_string(shop.engine.folder.path().join("master.key")).unwrap();
    let master = Master::from_hex(&hex).unwrap();
    let kind = ActorKind::CommandLine;
    let actor = Arc::new(Actor { kind, name: "mia".to_owned(), address: None, request: None });
    let mut made = Vec::new();
    let policy = policy::Change { api_enabled: Some(true), ..policy::Change::default() };
    let pool = product::Change {
        title: Some("Keys of others".to_owned()),
        price: Some(Some((500, "EUR".to_owned()))),
        policy,
        ..product::Change::default()
    };
    let pool = shop.write(move |tx| {
        let site = Site::live(tx)?;
        Ok(product::new(tx, site, &pool)?.id)
    });
    for (nth, some) in texts.chunks(16).enumerate() {
        let (some, master, actor) = (some.to_vec(), master.clone(), actor.clone());
        made.extend(shop.write(move |tx| {
            tx.act_for(&actor);
            some.iter()
                .enumerate()
                .map(|(place, text)| write(tx, text, nth * 16 + place, pool, &master))
                .collect::<Result<Vec<_>>>()
        }));
    }
    call(shop, texts, &made);
    made
}

/// What a door refuses is nothing.
pub fn taken<T>(done: Result<T>) -> Result<Option<T>> {
    match done {
        Err(e) if matches!(e.kind, Kind::Invalid | Kind::Refused) => Ok(None),
        done => done.map(Some),
    }
}

fn write(tx: &mut Tx<'_>, text: &str, nth: usize, pool: i64, master: &Master) -> Result<Written> {
    let (shop, own) = (Site::live(tx)?, || text.to_owned());
    let mode = if nth.is_multiple_of(2) { Mode::Manual } else { Mode::None };
    let policy = policy::Change {
        api_enabled: Some(true),
        identifier_mode: Some(mode),
        max_uses: Some(3),
        ..policy::Change::default()
    };
    let plain = product::Change {
        title: Some(format!("Plain {nth}")),
        price: Some(Some((500, "EUR".to_owned()))),
        policy,
        ..product::Change::default()
    };
    let product = product::new(tx, shop, &plain)?.id;
    let titled = product::Change { title: Some(own()), ..product::Change::default() };
    let is_title = taken(product::set(tx, shop, product, &titled))?.is_some();
    let asks = delivery::Change {
        requires_install_url: Some(nth.is_multiple_of(3)),
        install_url_label: Some(own()),
        ..delivery::Change::default()
    };
    let delivered = |delivery| product::Change { delivery, ..product::Change::default() };
    taken(product::set(tx, shop, product, &delivered(asks)))?;
    let told = delivery::Change { install_url_notice: Some(own()), ..delivery::Change::default() };
    taken(product::set(tx, shop, product, &delivered(told)))?;
    let described = product::Change { description: Some(own()), ..product::Change::default() };
    taken(product::set(tx, shop, product, &described))?;
    let draft =
        release::Draft { product_id: product, notes: own(), version: own(), ..release::Draft::default() };
    taken(release::new(tx, shop, &draft))?;
    let draft = release::Draft {
        product_id: product,
        notes: own(),
        version: format!("1.{}.{}", nth / 100, nth % 100),
        ..release::Draft::default()
    };
    sort(tx, shop, text, nth, product)?;
    let published = match taken(release::new(tx, shop, &draft))? {
        Some(published) => published,
        None => release::new(tx, shop, &release::Draft { notes: String::new(), ..draft })?,
    };
    let is_file = attach(tx, shop, text, published.id)?;

    let someone =
        customer::Change { email: Some(format!("c{nth}@customer.example")), ..customer::Change::default() };
    let customer = customer::new(tx, shop, &someone)?.id;
    let local: String = text.chars().filter(|c| !c.is_whitespace() && *c != '@').collect();
    for change in [
        customer::Change { email: Some(format!("{local}@customer.example")), ..customer::Change::default() },
        customer::Change { name: Some(own()), ..customer::Change::default() },
        customer::Change { username: Some(own()), ..customer::Change::default() },
    ] {
        taken(customer::set(tx, shop, customer, &change))?;
    }
    let email = agree(tx, shop, text, customer)?;
    let buyer = customer::Change { email: Some(email), ..customer::Change::default() };
    let mut draft =
        licence::Draft { product_id: product, customer: buyer.clone(), ..licence::Draft::default() };
    draft.identifier = (mode == Mode::Manual).then(own);
    let issued = match taken(licence::issue(tx, shop, &draft))? {
        Some(issued) => issued,
        None => licence::issue(tx, shop, &licence::Draft { identifier: None, ..draft })?,
    };
    sell(tx, shop, text, product, buyer.clone())?;
    let is_key = hand_out(tx, shop, text, pool, buyer)?;
    let draft = person::Draft {
        email: format!("p{nth}@shop.example"),
        name: own(),
        // Who answers questions is mailed of each: so many of them would be told of so many.
        role: Role::ReadOnly,
        password_hash: "none".to_owned(),
    };
    let person = taken(person::new(tx, shop.site_id, &draft))?.map(|person| person.id);
    let purchase = issued.purchase_id;
    if nth.is_multiple_of(5) {
        let url = format!("https://site.example/?{text}");
        taken(purchase::answer_install_url(tx, shop, purchase, &url))?;
    }
    let app = program(tx, shop, text, nth, master)?;
    of_buyers(tx, shop, text, product, customer)?;
    let identifier = licence::by_id(tx, shop, issued.licence_id)?.identifier;
    Ok(Written {
        is_title,
        app,
        key: issued.key,
        identifier,
        product,
        customer,
        purchase,
        person,
        is_key,
        is_file,
    })
}

/// A key of a pool that is called so, if one may be, and an order that it goes to.
fn hand_out(tx: &mut Tx<'_>, shop: Site, text: &str, pool: i64, buyer: customer::Change) -> Result<bool> {
    let is_key =
        taken(key_pool::add(tx, shop, pool, &[text.to_owned()]))?.is_some_and(|keys| keys.added == 1);
    if is_key {
        let lines = vec![DraftLine { product_id: pool, quantity: 1, ..DraftLine::default() }];
        let draft = order::Draft { customer: buyer, lines, ..order::Draft::default() };
        let order = order::place(tx, shop, &draft)?;
        payment::pay(tx, shop, order.id, &Method::Manual(None), None)?;
    }
    Ok(is_key)
}

/// What can be downloaded: a file that may be called so, and an address; for a system that may be called so.
fn attach(tx: &mut Tx<'_>, shop: Site, text: &str, release_id: i64) -> Result<bool> {
    let draft = file::Draft { name: text.to_owned(), size: 1, sha256: Some("0".repeat(64)) };
    let file = taken(file::add(tx, shop, &draft))?.map(|file| file.handle);
    let url = format!("https://files.example/?{text}");
    let far = |platform: &str| release_file::Draft {
        platform: platform.to_owned(),
        url: Some(url.clone()),
        file: None,
    };
    let near = release_file::Draft { platform: String::new(), url: None, file: file.clone() };
    let near = || file.is_some().then(|| near.clone());
    // What is refused leaves nothing behind it.
    for entries in
        [vec![far(text)], near().into_iter().collect(), near().into_iter().chain([far("linux")]).collect()]
    {
        taken(release_file::set(tx, shop, release_id, &entries))?;
    }
    let named = |entry: &release_file::Entry| matches!(&entry.target, release_file::Target::File(file) if file.name == text.trim());
    Ok(release_file::list(tx, release_id)?.iter().any(named))
}

/// A coupon, and an order with it that is paid, and a little of it given back.
fn sell(tx: &mut Tx<'_>, shop: Site, text: &str, product_id: i64, customer: customer::Change) -> Result<()> {
    let draft = coupon::Draft {
        code: text.to_owned(),
        kind: coupon::Kind::Percent,
        value: 1_000,
        currency: None,
        product_id: None,
        category_id: None,
        least_minor: 0,
        max_uses: None,
        starts_at: None,
        ends_at: None,
        applies_to: coupon::AppliesTo::Lines,
        max_uses_each: None,
    };
    let coupon = taken(coupon::new(tx, shop, &draft))?.map(|coupon| coupon.code);
    let lines = vec![DraftLine { product_id, quantity: 1, ..DraftLine::default() }];
    let order = order::place(tx, shop, &order::Draft { customer, lines, coupon, ..order::Draft::default() })?;
    // Some are still to be paid: their pages say how.
    if product_id % 4 == 0 {
        return Ok(());
    }
    let reference = Method::Manual(Some(text.to_owned()));
    if taken(payment::pay(tx, shop, order.id, &reference, None))?.is_some() {
        taken(payment::refund(tx, shop, order.id, Some(1), Some(text)))?;
    }
    Ok(())
}

/// What programs are called, and where they are; an app's public name.
fn program(tx: &mut Tx<'_>, shop: Site, text: &str, nth: usize, master: &Master) -> Result<Option<String>> {
    let own = || text.to_owned();
    let draft = api_key::Draft {
        title: own(),
        scopes: vec![Scope::ReadProducts],
        plan: Plan::Enterprise,
        must_sign: false,
        networks: Vec::new(),
        expires_at: None,
    };
    taken(api_key::new(tx, shop, &draft, master))?;
    // There may be a few only, and nobody is told: they are switched off.
    let url = format!("https://hooks.example/{nth}?{text}");
    let change = webhook::Change { url: Some(url), is_on: Some(false), ..webhook::Change::default() };
    taken(webhook::new(tx, shop, &change, master))?;
    taken(account::set(tx, shop, &account::Change { title: Some(own()), ..account::Change::default() }))?;
    let notice = account::Change { payment_notice: Some(own()), ..account::Change::default() };
    taken(account::set(tx, shop, &notice))?;
    let draft = oauth_app::Draft {
        title: own(),
        redirect_uris: vec![CALLBACK.to_owned()],
        scopes: vec![Scope::ReadProducts],
        is_public: false,
    };
    Ok(taken(oauth_app::new(tx, shop, &draft))?.map(|issued| issued.app.client_id))
}

/// What a shipped app says: at its activation, and when it asks for updates.
fn call(shop: &Shop, texts: &[String], made: &[Written]) {
    let mut app = Connection::open(shop.address());
    for (text, one) in texts.iter().zip(made) {
        let extra = encoded(&serde_json::json!({"host": text, text.as_str(): [text]}).to_string());
        let identifier = encoded(one.identifier.as_deref().unwrap_or("plain"));
        let target =
            format!("{API}?activate&key={}&identifier={identifier}&extra={extra}&setIdentifier=1", one.key);
        let agent: String = text.chars().filter(|c| !c.is_control()).collect();
        let headers = [("User-Agent", agent.as_str())];
        let taken = app.send("GET", &target, &headers, b"").unwrap();
        assert_eq!(taken.status, 200, "{text}: {taken:?}");
        let target = format!("/software/updatecheck/{}?version={}", one.product, encoded(text));
        assert!(app.send("GET", &target, &headers, b"").unwrap().status < 500);
    }
}
