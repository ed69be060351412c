//! What a shop says of its goods, and its buyers of them and have for them, called by a text.

use keywright::base::error::Result;
use keywright::domain::metafield::{self, Resource, ValueType};
use keywright::domain::shop::Shop as Site;
use keywright::domain::ticket_asked::{self, Asked};
use keywright::domain::{
    account, b2b_account, brand, category, checkout, content_page, customer, gift_card, inventory, loyalty,
    menu, price_list, product, review, shopping_cart, showcase, store_credit, storefront, ticket_reply,
    variant,
};
use keywright::store::Tx;

use super::written::taken;

/// What a product is sold in, whose brand it is, what is said of it; and something to read, with a link to it.
pub fn sort(tx: &mut Tx<'_>, shop: Site, text: &str, nth: usize, product: i64) -> Result<()> {
    let own = || text.to_owned();
    let brand = brand::Change { title: Some(own()), slug: Some(format!("brand-{nth}")) };
    if let Some(brand) = taken(brand::new(tx, shop, &brand))? {
        let showcase = showcase::Change { brand_id: Some(Some(brand.id)), ..showcase::Change::default() };
        product::set(tx, shop, product, &product::Change { showcase, ..product::Change::default() })?;
    }
    let told = |word: &str| [(own(), serde_json::Value::from(own())), (word.to_owned(), own().into())];
    let plain = |title: &str| variant::Change { title: Some(title.to_owned()), ..variant::Change::default() };
    for variant in [
        plain(text),
        variant::Change { options: Some(told("Size").into_iter().collect()), ..plain("Other") },
        variant::Change { sku: Some(Some(own())), is_out: Some(true), ..plain("Gone") },
        variant::Change { is_out: Some(nth.is_multiple_of(2)), ..plain("Even") },
        variant::Change { price_minor: Some(Some(0)), ..plain("Odd") },
    ] {
        taken(variant::new(tx, shop, product, &variant))?;
    }
    taken(inventory::change(tx, shop, (product, None), inventory::Operation::Set, 5, Some(text)))?;
    for owner in [(Resource::Product, product), (Resource::Site, shop.site_id)] {
        let key = format!("key-{nth}");
        taken(metafield::new(tx, shop, owner, ("app", &key), (text, ValueType::String)))?;
    }
    let page = |title: &str, body: &str| content_page::Change {
        title: Some(title.to_owned()),
        slug: Some(format!("page-{nth}")),
        body: Some(body.to_owned()),
        is_published: Some(true),
    };
    if taken(content_page::new(tx, shop, &page(text, text)))?.is_none() {
        taken(content_page::new(tx, shop, &page(&format!("Page {nth}"), text)))?;
    }
    let theme = storefront::Change {
        theme: Some([(own(), serde_json::Value::from(own()))].into_iter().collect()),
        ..storefront::Change::default()
    };
    taken(storefront::set(tx, shop, &theme))?;
    // Each page of the shop shows them all: a few are enough.
    if nth.is_multiple_of(20) {
        let mut items = menu::find(tx, shop, menu::MAIN)?.map(|menu| menu.items).unwrap_or_default();
        let links = [(text, format!("/p/page-{nth}")), (text, format!("/{text}")), (text, text.to_owned())];
        for (title, url) in links {
            items.push(menu::Item { title: title.to_owned(), url });
            if taken(menu::put(tx, shop, menu::MAIN, text, &items))?.is_none()
                && taken(menu::put(tx, shop, menu::MAIN, "Menu", &items))?.is_none()
            {
                items.pop();
            }
        }
    }
    Ok(())
}

/// A group of a customer, and a price list and a company whom they buy for, that are called so; the customer's address.
pub fn agree(tx: &mut Tx<'_>, shop: Site, text: &str, customer: i64) -> Result<String> {
    let email = customer::get(tx, shop, customer)?.email;
    let of = customer::Change { group_name: Some(text.to_owned()), ..customer::Change::default() };
    taken(customer::set(tx, shop, customer, &of))?;
    let list = taken(price_list::new(tx, shop, text, &[]))?.map(|list| list.id);
    let change = b2b_account::Change {
        company: Some(text.to_owned()),
        price_list_id: Some(list),
        contacts: Some(vec![customer]),
        ..b2b_account::Change::default()
    };
    let Some(account) = taken(b2b_account::new(tx, shop, &change))? else { return Ok(email) };
    let tax_id = Some(Some(text.to_owned()));
    taken(b2b_account::set(
        tx,
        shop,
        account.id,
        &b2b_account::Change { tax_id, ..b2b_account::Change::default() },
    ))?;
    Ok(email)
}

/// Where it stands, what buyers think of it and would buy, and what they have for it.
pub fn of_buyers(tx: &mut Tx<'_>, shop: Site, text: &str, product_id: i64, customer: i64) -> Result<()> {
    let own = || text.to_owned();
    taken(category::new(tx, shop, &category::Change { title: Some(own()), ..category::Change::default() }))?;
    let plain = || review::Draft {
        rating: 1 + product_id % 5,
        title: None,
        content: "Plain".to_owned(),
        reviewer_name: "Plain".to_owned(),
        reviewer_email: None,
    };
    for draft in [
        review::Draft { content: own(), ..plain() },
        review::Draft { title: Some(own()), ..plain() },
        review::Draft { reviewer_name: own(), ..plain() },
    ] {
        if let Some(review) = taken(review::new(tx, shop, product_id, &draft))? {
            review::set_status(tx, shop, review.id, review::Status::Published)?;
        }
    }
    let card = gift_card::Draft {
        initial_minor: 500,
        currency: Some("EUR".to_owned()),
        code: Some(own()),
        customer_id: Some(customer),
        expires_at: None,
        note: Some(own()),
    };
    taken(gift_card::issue(tx, shop, &card))?;
    let credit = store_credit::Change {
        direction: store_credit::Direction::Credit,
        amount: 500,
        note: Some(own()),
        order_id: None,
    };
    taken(account::set(
        tx,
        shop,
        &account::Change { currency: Some(Some("EUR".to_owned())), ..account::Change::default() },
    ))?;
    taken(store_credit::change(tx, shop, customer, &credit))?;
    taken(loyalty::award(tx, shop, customer, 5, Some(text), None))?;
    let tier = |name: &str| loyalty::Tier { name: name.to_owned(), from: 0 };
    let program = loyalty::Program { tiers: vec![tier(text)], ..loyalty::Program::default() };
    taken(loyalty::set_program(tx, shop, &program))?;
    let asked = |subject: &str| Asked { subject: subject.to_owned(), message: own(), about: None };
    let mut made = taken(ticket_asked::by_customer(tx, shop, customer, &asked(text)))?;
    if made.is_none() {
        made = taken(ticket_asked::by_customer(tx, shop, customer, &asked("Plain")))?;
    }
    if let Some(made) = made {
        taken(ticket_reply::new(tx, shop, made.id, true, text))?;
        taken(ticket_asked::reply(tx, shop, customer, made.id, text))?;
    }
    if let Some(cart) = taken(shopping_cart::new(tx, shop, Some(text), None, Some("EUR")))? {
        shopping_cart::change(tx, shop, cart.id, (product_id, None), shopping_cart::Act::Add(1))?;
        let checkout = checkout::begin(tx, shop, cart.id)?;
        let said = checkout::Said { coupon: Some(Some(own())), ..checkout::Said::default() };
        taken(checkout::advance(tx, shop, checkout.id, checkout::State::Contact, &said))?;
    }
    Ok(())
}
