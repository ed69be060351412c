//! What templates are given (`templates/README.md`): times as days of the shop's time zone, sums with their currency, addresses
//! whole.

use minijinja::{Value, context};

use crate::base::markdown;
use crate::base::money;
use crate::base::time::{Millis, day_in};
use crate::domain::letter::{Item, News, Said, Sale, Seen, Told};

/// The values of one letter.
pub fn of(told: &Told, to: &str, public_url: &str) -> Value {
    let order = told.order.as_ref();
    let refunded = told.refunded.zip(order).map(|(amount, order)| money::text(amount, &order.currency));
    let secret = |name: &str| told.secret.0[name].as_str();
    context! {
        shop => &told.shop,
        shop_url => format!("{public_url}/"),
        account_url => format!("{public_url}/account"),
        to => to,
        name => told.name.as_deref().map(one_line),
        order => order.map(|order| sale(order, &told.time_zone)),
        refunded => refunded,
        items => told.items.iter().map(|i| item(i, &told.time_zone, public_url)).collect::<Value>(),
        more => told.more,
        days => told.days,
        release => told.news.as_ref().map(|news| release(news, public_url)),
        endpoint => told.endpoint.as_ref().map(|e| context! { id => e.id, url => &e.url, reason => &e.reason }),
        ticket => told.ticket.as_ref().map(|said| ticket(said, public_url)),
        link => secret("link"),
        code => secret("code"),
    }
}

/// A name as it may stand in a letter: what would break a line is a space.
fn one_line(name: &str) -> String {
    name.chars().map(|c| if c.is_control() { ' ' } else { c }).collect()
}

fn sale(order: &Sale, zone: &str) -> Value {
    let sum = |minor: i64| (minor != 0).then(|| money::text(minor, &order.currency));
    let line = |(title, quantity, minor): &(String, i64, i64)| {
        context! { title => title, quantity => *quantity, amount => money::text(*minor, &order.currency) }
    };
    context! {
        id => order.id,
        currency => &order.currency,
        paid => day(order.paid_at, zone),
        lines => order.lines.iter().map(line).collect::<Value>(),
        subtotal => money::text(order.subtotal_minor, &order.currency),
        discount => sum(-order.discount_minor),
        shipping => sum(order.shipping_minor),
        tax => sum(order.tax_minor),
        total => money::text(order.total_minor, &order.currency),
    }
}

fn item(item: &Item, zone: &str, public_url: &str) -> Value {
    context! {
        title => &item.title,
        key => item.key.as_deref(),
        max_uses => item.max_uses.filter(|uses| *uses > 0),
        ends => day(item.ends_at, zone),
        url => page(public_url, item.product_id, &item.slug),
    }
}

fn release(news: &News, public_url: &str) -> Value {
    context! {
        title => &news.title,
        version => &news.version,
        notes => &news.notes,
        notes_html => markdown::html(&news.notes),
        url => news.notes_url.clone().unwrap_or_else(|| page(public_url, news.product_id, &news.slug)),
    }
}

fn ticket(said: &Said, public_url: &str) -> Value {
    let place = match said.seen {
        Seen::Nowhere => "/contact".to_owned(),
        Seen::InAccount => format!("/account/tickets/{}", said.id),
        Seen::AtDesk => format!("/admin/tickets/{}", said.id),
    };
    context! {
        id => said.id,
        subject => &said.subject,
        from => &said.from,
        text => &said.text,
        url => format!("{public_url}{place}"),
        is_seen => said.seen != Seen::Nowhere,
    }
}

fn page(public_url: &str, product_id: i64, slug: &str) -> String {
    format!("{public_url}/item/{product_id}-{slug}/")
}

fn day(at: Option<Millis>, zone: &str) -> Option<String> {
    at.map(|at| day_in(at, zone))
}
