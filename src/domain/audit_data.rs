//! What the audit log tells of each thing. Never a secret: of a licence key its last characters, of an identifier that it is bound,
//! of an endpoint its host. Nor what the vendor noted beside payments, which may be anything.

use serde::Serialize;
use serde_json::{Value, json};
use url::Url;

use super::account::Account;
use super::api_key::ApiKey;
use super::audit::Audited;
use super::b2b_account::B2bAccount;
use super::brand::Brand;
use super::category::Category;
use super::content_page::ContentPage;
use super::coupon::Coupon;
use super::customer::Customer;
use super::file::File;
use super::gift_card::GiftCard;
use super::licence::Licence;
use super::loyalty::{Points, Program};
use super::menu::Menu;
use super::metafield::Metafield;
use super::oauth_app::App;
use super::oauth_grant::Grant;
use super::order::Order;
use super::order_details::Details;
use super::payment_link::PaymentLink;
use super::person::Person;
use super::prerequisite::Rule;
use super::price_list::PriceList;
use super::product::Product;
use super::product_extra::Extra;
use super::purchase::Purchase;
use super::release::Release;
use super::release_file::{self, Target};
use super::review::Review;
use super::scope;
use super::store_credit::Credit;
use super::storefront::Storefront;
use super::ticket::Ticket;
use super::variant::Variant;
use super::webhook::Webhook;
use crate::base::error::Result;
use crate::base::text;
use crate::base::time::{Millis, rfc3339};
use crate::store::Tx;

fn time(at: Option<Millis>) -> Value {
    at.map_or(Value::Null, |at| rfc3339(at).into())
}

/// A thing's own fields, with others beside or instead.
fn with(of: &impl Serialize, more: Value) -> Value {
    let mut fields = serde_json::to_value(of).unwrap_or_default();
    if let (Value::Object(fields), Value::Object(more)) = (&mut fields, more) {
        fields.remove("id");
        fields.extend(more);
    }
    fields
}

/// Facts that are at hand.
impl Audited for Value {
    fn told(&self) -> Value {
        self.clone()
    }
}

impl Audited for ApiKey {
    fn told(&self) -> Value {
        with(self, json!({"expires_at": time(self.expires_at), "revoked_at": time(self.revoked_at)}))
    }
}

impl Audited for Product {
    fn told(&self) -> Value {
        with(self, json!({"status": self.status()}))
    }
}

impl Audited for Rule {
    fn told(&self) -> Value {
        json!({"match": self.matches, "products": self.required})
    }
}

macro_rules! of_its_own_fields {
    ($($of:ident),+) => {
        $(impl Audited for $of {
            fn told(&self) -> Value {
                with(self, json!({}))
            }
        })+
    };
}

of_its_own_fields!(
    Account,
    B2bAccount,
    Brand,
    Category,
    ContentPage,
    Credit,
    Menu,
    Metafield,
    Points,
    PriceList,
    Program,
    Storefront,
    Variant
);

impl Audited for Review {
    fn told(&self) -> Value {
        with(self, json!({}))
    }

    fn customer_id(&self) -> Option<i64> {
        self.customer_id
    }
}

/// Not its words, which may be anything.
impl Audited for Ticket {
    fn told(&self) -> Value {
        json!({"status": self.status})
    }

    fn customer_id(&self) -> Option<i64> {
        self.customer_id
    }
}

/// Not for whom it was made.
impl Audited for PaymentLink {
    fn told(&self) -> Value {
        json!({"title": self.title, "value": self.value_minor, "currency": self.currency, "order_id": self.sale_id,
            "ended_at": time(self.ended_at)})
    }
}

impl Audited for GiftCard {
    fn told(&self) -> Value {
        with(self, json!({"expires_at": time(self.expires_at), "voided_at": time(self.voided_at)}))
    }
}

/// A release with its files; nothing where nobody would be told.
pub fn release(tx: &mut Tx<'_>, release: &Release) -> Result<Value> {
    if tx.actor().is_none() {
        return Ok(Value::Null);
    }
    let files = release_file::list(tx, release.id)?.into_iter().map(|entry| match entry.target {
        Target::File(file) => json!({"platform": entry.platform, "file_id": file.handle}),
        Target::Url { url } => json!({"platform": entry.platform, "url": url}),
    });
    let files: Vec<Value> = files.collect();
    Ok(with(release, json!({"released_at": rfc3339(release.released_at), "files": files})))
}

impl Audited for File {
    fn told(&self) -> Value {
        json!({"name": self.name, "size": self.size, "sha256": self.sha256})
    }
}

impl Audited for Coupon {
    fn told(&self) -> Value {
        let mut told = with(self, json!({"starts_at": time(self.starts_at), "ends_at": time(self.ends_at)}));
        if let Value::Object(fields) = &mut told {
            // It changes with every order.
            fields.remove("used");
        }
        told
    }
}

impl Audited for Order {
    fn told(&self) -> Value {
        json!({"customer_id": self.customer_id, "currency": self.currency, "total_minor": self.total_minor,
            "paid_minor": self.paid_minor, "refunded_minor": self.refunded_minor, "payment_status": self.payment_status,
            "fulfilment_status": self.fulfilment_status, "coupon": self.coupon_code, "b2b_account_id": self.b2b_account_id,
            "due_at": time(self.due_at),
            "invoice_url": self.invoice_url, "tracking_url": self.tracking_url, "is_new": self.is_new,
            "deleted_at": time(self.hidden_at)})
    }
}

impl Audited for Extra {
    fn told(&self) -> Value {
        json!(self)
    }
}

impl Audited for Details {
    fn told(&self) -> Value {
        let lines: Vec<Value> = self
            .lines
            .iter()
            .map(|line| {
                json!({"product_id": line.product_id, "quantity": line.quantity, "unit_minor": line.unit_minor})
            })
            .collect();
        let mut told = self.order.told();
        told["lines"] = lines.into();
        told
    }
}

impl Audited for Purchase {
    fn told(&self) -> Value {
        json!({"product_id": self.product_id, "customer_id": self.customer_id, "parent_id": self.parent_id,
            "order_id": self.order_id, "status": self.status, "expires_at": time(self.expires_at),
            "install_url": self.install_url})
    }

    fn customer_id(&self) -> Option<i64> {
        Some(self.customer_id)
    }
}

impl Audited for Licence {
    fn told(&self) -> Value {
        json!({"key": text::last4(&self.key), "product_id": self.product_id, "purchase_id": self.purchase_id,
            "status": self.status, "max_uses": self.max_uses, "expires_at": time(self.expires_at)})
    }

    fn hidden(&self) -> Vec<(&'static str, Option<&str>)> {
        vec![("identifier", self.identifier.as_deref())]
    }
}

impl Audited for Customer {
    fn told(&self) -> Value {
        json!({"email": self.email, "name": self.name, "username": self.username, "group": self.group_name})
    }

    fn customer_id(&self) -> Option<i64> {
        Some(self.id)
    }
}

impl Audited for Webhook {
    fn told(&self) -> Value {
        let host = Url::parse(&self.url).map(|url| url.origin().ascii_serialization()).ok();
        json!({"host": host, "dialect": self.dialect, "events": self.events, "format": self.format, "active": self.is_on})
    }

    /// Some services take whoever knows the whole address for a friend.
    fn hidden(&self) -> Vec<(&'static str, Option<&str>)> {
        vec![("url", Some(&self.url))]
    }
}

impl Audited for Person {
    fn told(&self) -> Value {
        with(self, json!({"disabled_at": time(self.disabled_at)}))
    }
}

impl Audited for App {
    fn told(&self) -> Value {
        json!({"title": self.title, "public": self.is_public, "redirect_uris": self.redirect_uris,
            "scopes": scope::words(&self.scopes)})
    }
}

/// Who let the app in is told by their id: the address of a customer has no place here that outlives them.
impl Audited for Grant {
    fn told(&self) -> Value {
        json!({"client_id": self.client_id, "person_id": self.person_id, "customer_id": self.customer_id,
            "scopes": scope::words(&self.scopes)})
    }
}
