//! What happened to a customer, in words.

use crate::base::actor::ActorKind;
use crate::domain::audit::Action;
use crate::domain::timeline::{Moment, What};
use crate::web::pages::parts::{Cell, Row};

/// A moment in a list: when, what, and where it is told.
pub fn row(moment: &Moment, base: &str) -> Row {
    let order = |id: &i64| Cell::link(format!("order {id}"), format!("{base}/admin/orders/{id}"));
    let licence = |id: &i64, key: &str| Cell::link(key, format!("{base}/admin/licences/{id}"));
    let (said, of) = match &moment.what {
        What::Ordered { order_id } => ("An order was placed".to_owned(), order(order_id)),
        What::Payment { order_id, status, is_part } => {
            (payment(status, *is_part).to_owned(), order(order_id))
        }
        What::Cancelled { order_id } => ("An order was cancelled".to_owned(), order(order_id)),
        What::Issued { licence_id, key } => ("A licence was issued".to_owned(), licence(licence_id, key)),
        What::Activated { licence_id, key, ip } => (format!("Activated from {ip}"), licence(licence_id, key)),
        What::Freed { licence_id, key, by_buyer } => {
            let by = if *by_buyer { "The buyer freed an activation" } else { "An activation was freed" };
            (by.to_owned(), licence(licence_id, key))
        }
        What::Letter { template, status } => {
            (format!("A letter: {}", template.as_str().replace('_', " ")), Cell::text(status.as_str()))
        }
        What::Changed { audit_id, action, by } => (
            format!("{} {}", changed(*action), whom(*by)),
            Cell::link("what", format!("{base}/admin/audit/{audit_id}")),
        ),
    };
    Row::from(vec![Cell::Time { at: moment.at }, Cell::text(said), of])
}

fn payment(status: &str, is_part: bool) -> &'static str {
    match status {
        "paid" if is_part => "A part of an order was paid",
        "paid" => "An order was paid",
        "declined" => "A payment was declined",
        _ => "Money was given back",
    }
}

fn changed(action: Action) -> String {
    let (subject, deed) = action.as_str().split_once('.').unwrap_or_default();
    format!("{} {}", subject.replace('_', " "), deed.replace('_', " "))
}

fn whom(by: ActorKind) -> &'static str {
    match by {
        ActorKind::Person => "by staff",
        ActorKind::Customer => "by the customer",
        ActorKind::ApiKey | ActorKind::App => "by a program",
        ActorKind::CommandLine => "by a command",
        ActorKind::Server => "by the server",
    }
}
