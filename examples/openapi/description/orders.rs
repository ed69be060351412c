//! Orders, and what happens to them.

use utoipa::ToSchema;

use super::calls::Calls;
use super::customers::Buyer;
use super::money::{Amount, Money};
use super::scalars::{Currency, Id, Line, Moment, Number, OrNull, Text, Time, Whole};
use super::words::{Balance, FulfilmentStatus, PaymentStatus};

/// What a customer orders.
#[derive(ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(examples(json!({"id": 3, "customer_id": 12, "email": "mia@customer.example", "name": "Mia", "payment_status": "paid",
    "fulfilment_status": "delivered", "subtotal": {"amount": 2999, "currency": "EUR"}, "discount": {"amount": 0, "currency": "EUR"},
    "shipping": {"amount": 0, "currency": "EUR"}, "tax": {"amount": 570, "currency": "EUR"}, "total": {"amount": 3569, "currency": "EUR"},
    "paid": {"amount": 3569, "currency": "EUR"}, "due": {"amount": 0, "currency": "EUR"}, "refunded": {"amount": 0, "currency": "EUR"}, "coupon": null,
    "lines": [{"product_id": 7, "title": "Quill", "quantity": 1, "unit_price": {"amount": 2999, "currency": "EUR"},
        "discount": {"amount": 0, "currency": "EUR"}, "tax_bp": 1900, "renews_purchase_id": null, "parent_purchase_id": null,
        "purchases": [9]}],
    "payments": [{"method": "manual", "status": "paid", "amount": {"amount": 3569, "currency": "EUR"}, "reference": "bank transfer 17",
        "balance": null, "gift_card_id": null, "created_at": "2026-11-22T08:05:00Z"}],
    "created_at": "2026-11-22T08:00:00Z", "paid_at": "2026-11-22T08:05:00Z", "canceled_at": null})))]
pub struct Order {
    /// Its number.
    pub id: i64,
    /// Who buys.
    pub customer_id: i64,
    /// Their e-mail address.
    pub email: String,
    /// Their name.
    pub name: Option<String>,
    /// How the money stands.
    pub payment_status: PaymentStatus,
    /// How far it is.
    pub fulfilment_status: FulfilmentStatus,
    /// The lines, without discount and tax.
    pub subtotal: Money,
    /// What a coupon takes off.
    pub discount: Money,
    /// What sending it costs.
    pub shipping: Money,
    /// Tax on top, rounded once.
    pub tax: Money,
    /// What it comes to.
    pub total: Money,
    /// What has come: of one that is unpaid, off gift cards, store credit and points.
    pub paid: Money,
    /// What is still to be paid; nothing, once it is paid or cancelled.
    pub due: Money,
    /// What has gone back.
    pub refunded: Money,
    /// The coupon's code.
    pub coupon: Option<String>,
    /// What is ordered.
    pub lines: Vec<OrderLine>,
    /// What came, was declined, or went back.
    pub payments: Vec<Payment>,
    /// When it was placed.
    pub created_at: Time,
    /// When all that is due had come.
    pub paid_at: Option<Time>,
    /// When it was cancelled.
    pub canceled_at: Option<Time>,
}

/// One line of an order.
#[derive(ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(examples(json!({"product_id": 7, "title": "Quill", "quantity": 1, "unit_price": {"amount": 2999, "currency": "EUR"},
    "discount": {"amount": 0, "currency": "EUR"}, "tax_bp": 1900, "renews_purchase_id": null, "parent_purchase_id": null, "purchases": [9]})))]
pub struct OrderLine {
    /// The product.
    pub product_id: i64,
    /// Its title then.
    pub title: String,
    /// How many.
    pub quantity: i64,
    /// Of one piece, without tax.
    pub unit_price: Money,
    /// Its share of the discount.
    pub discount: Money,
    /// Tax in basis points.
    pub tax_bp: i64,
    /// The purchase that it makes last longer.
    pub renews_purchase_id: Option<i64>,
    /// The purchase that it is an add-on of.
    pub parent_purchase_id: Option<i64>,
    /// What came of it, once it is paid.
    pub purchases: Vec<i64>,
}

/// What came, was declined, or went back.
#[derive(ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(examples(json!({"method": "manual", "status": "paid", "amount": {"amount": 3569, "currency": "EUR"},
    "reference": "bank transfer 17", "balance": null, "gift_card_id": null, "created_at": "2026-11-22T08:05:00Z"})))]
pub struct Payment {
    /// How, such as `manual` or `test_card`.
    pub method: String,
    /// What became of it, such as `paid`, `declined` or `refunded`.
    pub status: String,
    /// Negative if it went back.
    pub amount: Money,
    /// The vendor's own words for it.
    pub reference: Option<String>,
    /// What it came off or went back to, if that is no money.
    pub balance: Option<Balance>,
    /// The gift card, if it was one.
    pub gift_card_id: Option<i64>,
    /// When.
    pub created_at: Time,
}

/// An order to be placed. Prices come from the catalogue.
#[derive(ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(examples(json!({"customer": {"email": "mia@customer.example", "name": "Mia"}, "lines": [{"product_id": 7, "quantity": 1}]})))]
pub struct NewOrder {
    /// Who buys.
    pub customer: Buyer,
    /// What they buy.
    #[schema(min_items = 1, max_items = 100)]
    pub lines: Vec<NewLine>,
    /// A coupon's code; null: none.
    pub coupon: Option<OrNull<Text>>,
    /// What the prices must be in.
    pub currency: Option<Currency>,
}

/// A line of an order to be placed.
#[derive(ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(examples(json!({"product_id": 7, "quantity": 1})))]
pub struct NewLine {
    /// The product.
    pub product_id: Id,
    /// How many; 1 if it is left out.
    pub quantity: Option<Whole<1, 100>>,
    /// Makes this purchase last longer.
    pub renews_purchase_id: Option<Id>,
    /// Makes it an add-on of this purchase.
    pub parent_purchase_id: Option<Id>,
}

/// How an order is paid.
#[derive(ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(examples(json!({"method": "manual", "reference": "bank transfer 17"})))]
pub struct PayFields {
    /// `manual` records what has come by other ways; `card` is for test mode.
    pub method: Option<PayMethod>,
    /// What has come: what is due or more. What is due if it is left out.
    pub amount: Option<Amount>,
    /// The vendor's own words for it, of method `manual`.
    pub reference: Option<Line<200>>,
    /// Of method `card`: 4242 4242 4242 4242 pays, 4000 0000 0000 0002 is declined.
    pub card_number: Option<Text>,
}

/// The ways to pay.
#[derive(ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum PayMethod {
    /// It has come by other ways.
    Manual,
    /// A card of test mode.
    Card,
}

/// What goes back.
#[derive(ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(examples(json!({"reason": "bought twice"})))]
pub struct RefundFields {
    /// All that is left if it is left out.
    pub amount: Option<Amount>,
    /// Why.
    pub reason: Option<Line<200>>,
}

/// Tells of the calls.
pub fn tell(on: &mut Calls) {
    on.noun("Orders", "What customers order, and how it is paid.");
    on.get("/v1/orders", "List orders")
        .filter::<FulfilmentStatus>("status", "Those that are so far.")
        .filter::<PaymentStatus>("payment_status", "Those whose money stands so.")
        .filter::<Number>("customer", "Those of this customer.")
        .filter::<Moment>("from", "Those placed then or later.")
        .filter::<Moment>("to", "Those placed before.")
        .filter::<Text>("q", "Those whose buyer's address begins so.")
        .list::<Order>();
    on.post("/v1/orders", "Place an order")
        .about("It is unpaid, and takes its coupon and its keys from a pool at once.")
        .takes::<NewOrder>()
        .made::<Order>();
    on.get("/v1/orders/{id}", "Show an order").one::<Order>();
    on.post("/v1/orders/{id}/pay", "Pay an order")
        .about("With money, all that is still due. Its purchases, licences and events are made in the same transaction. A declined card is an answer that is kept under an `Idempotency-Key`.")
        .takes::<PayFields>()
        .one::<Order>()
        .faults(&[402]);
    on.post("/v1/orders/{id}/cancel", "Cancel an order")
        .about("What was bought ends, its licences answer INACTIVE at once, and what gift cards, store credit and points paid goes back to them.")
        .one::<Order>();
    on.post("/v1/orders/{id}/refund", "Refund an order")
        .about("Money goes back first, then what gift cards, store credit and points paid. Once all has gone back, what was bought ends.")
        .takes::<RefundFields>()
        .one::<Order>();
}
