//! Customers.

use utoipa::ToSchema;

use super::calls::Calls;
use super::held::{Cart, Checkout, GiftCard, Metafield, Points, Review, StoreCredit, Ticket};
use super::licences::{Activation, Licence};
use super::orders::Order;
use super::purchases::Purchase;
use super::scalars::{Email, Id, Line, OrNull, Text, Time};

/// Somebody who owns something.
#[derive(ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(examples(json!({"id": 12, "email": "mia@customer.example", "name": "Mia", "username": null, "group": null, "wants_news": false,
    "created_at": "2026-11-22T08:00:00Z"})))]
pub struct Customer {
    /// Their number.
    pub id: i64,
    /// Their e-mail address.
    pub email: String,
    /// Their name.
    pub name: Option<String>,
    /// What they are called where they sign in.
    pub username: Option<String>,
    /// The vendor's word for those they belong with.
    pub group: Option<String>,
    /// Whether they asked to be mailed of new releases.
    pub wants_news: bool,
    /// When they were first known.
    pub created_at: Time,
}

/// Fields of a customer.
#[derive(ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(examples(json!({"email": "mia@customer.example", "name": "Mia"})))]
pub struct CustomerFields {
    /// Their e-mail address.
    pub email: Option<Email>,
    /// Their name.
    pub name: Option<Line<200>>,
    /// What they are called where they sign in.
    pub username: Option<Line<200>>,
    /// A word of yours for those they belong with.
    pub group: Option<OrNull<Line<200>>>,
    /// Whether they asked to be mailed of new releases.
    pub wants_news: Option<bool>,
}

/// Who buys: the customer of this address, who is made if there is none.
#[derive(ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(examples(json!({"email": "mia@customer.example", "name": "Mia"})))]
pub struct Buyer {
    /// Their e-mail address.
    pub email: Email,
    /// Their name; one that is known stays.
    pub name: Option<Line<200>>,
    /// What they are called where they sign in; one that is known stays.
    pub username: Option<Line<200>>,
    /// Whether they asked to be mailed of new releases.
    pub wants_news: Option<bool>,
}

/// Who takes all over.
#[derive(ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(examples(json!({"into": 13})))]
pub struct Merge {
    /// Another customer's number.
    pub into: Id,
}

/// All that is held on a customer.
#[derive(ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(examples(json!({"customer": {"id": 12, "email": "mia@customer.example", "name": "Mia", "username": null, "group": null, "wants_news": false,
    "created_at": "2026-11-22T08:00:00Z"}, "phone": null, "purchases": [], "licences": [], "orders": [],
    "reviews": [], "store_credit": null, "points": {"points": 0, "earned": 0, "entries": []}, "gift_cards": [], "metafields": [],
    "carts": [], "checkouts": [], "tickets": []})))]
pub struct Export {
    /// Who they are.
    pub customer: Customer,
    /// Their telephone number.
    pub phone: Option<String>,
    /// What they own or owned.
    pub purchases: Vec<Purchase>,
    /// Their licences, with all activations.
    pub licences: Vec<LicenceWithActivations>,
    /// Their orders.
    pub orders: Vec<Order>,
    /// What they wrote of products.
    pub reviews: Vec<Review>,
    /// What the shop owes them; null, if they never had any.
    pub store_credit: Option<StoreCredit>,
    /// Their points.
    pub points: Points,
    /// Gift cards that were issued to them.
    pub gift_cards: Vec<GiftCard>,
    /// What is noted of them and of their orders.
    pub metafields: Vec<Metafield>,
    /// Their carts.
    pub carts: Vec<Cart>,
    /// What they said on the way from carts to orders.
    pub checkouts: Vec<Checkout>,
    /// What they asked the shop.
    pub tickets: Vec<Ticket>,
}

/// A licence with all its activations.
#[derive(ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(examples(json!({"id": 31, "key": "VZKN-724W-5PZK-D8VG-9YSN", "status": "active", "product_id": 7, "product": "Quill",
    "purchase_id": 9, "customer_id": 12, "email": "mia@customer.example", "identifier_mode": "none", "identifier": null, "uses": 0,
    "max_uses": 3, "issued_at": "2026-11-22T08:00:00Z", "expires_at": null, "activations": []})))]
pub struct LicenceWithActivations {
    /// The licence.
    #[serde(flatten)]
    pub licence: Licence,
    /// Its activations, released ones too.
    pub activations: Vec<Activation>,
}

/// Tells of the calls.
pub fn tell(on: &mut Calls) {
    on.noun("Customers", "Who owns something.");
    on.get("/v1/customers", "List customers")
        .filter::<Text>("q", "Those whose address begins so.")
        .filter::<Text>("group", "Those of this group.")
        .list::<Customer>();
    on.post("/v1/customers", "Make a customer")
        .takes_new::<CustomerFields>("NewCustomer", &["email"])
        .made::<Customer>();
    on.get("/v1/customers/{id}", "Show a customer").one::<Customer>();
    on.patch("/v1/customers/{id}", "Change a customer").takes::<CustomerFields>().one::<Customer>();
    on.get("/v1/customers/{id}/export", "Export a customer")
        .about("All that is held on them.")
        .one::<Export>();
    on.post("/v1/customers/{id}/erase", "Erase a customer")
        .about("Takes address and names out of all rows, events and kept answers. Sums and purchases stay.")
        .one::<Customer>();
    on.post("/v1/customers/{id}/merge", "Merge customers")
        .about("All of theirs goes to the other, who is answered.")
        .takes::<Merge>()
        .one::<Customer>();
}
