//! All that is told of an order, gathered once for both shapes. The service knew one product an order: of several lines the first one stands
//! for all, at the order's whole price, and an answer of ours tells the others.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::agent::Agent;
use super::names::Noun;
use super::product_told::{Keys, Told as ProductTold};
use super::wire::{amount, decimal, maybe_naive, maybe_zulu, naive, text, whole, zulu};
use super::{wire_1_0, wire_v1};
use crate::base::error::Result;
use crate::base::public_id::PublicIds;
use crate::domain::order::{Fulfilment, Order, Payment};
use crate::domain::order_line::{self, OrderLine};
use crate::domain::payment_link::{self, PaymentLink};
use crate::domain::shop::Shop;
use crate::domain::{account, product, purchase};
use crate::store::Tx;

/// What tells the lines behind the first.
const BESIDE: &str = "Also ordered";
/// Coins that have a ticker (P3); all but these are called by their names.
const COINS: [(&str, &[&str]); 4] = [
    ("BTC", &["bitcoin", "btc"]),
    ("ETH", &["ethereum", "eth"]),
    ("BCH", &["bcash", "bitcoin cash", "bch"]),
    ("LTC", &["litecoin", "ltc"]),
];

/// What orders of a page share.
pub struct Shared {
    /// How many there are of what nobody counts.
    uncounted: i64,
    seller: Option<String>,
    /// What was bought, as it is now.
    products: BTreeMap<i64, wire_v1::Product>,
}

impl Shared {
    pub const fn new(uncounted: i64) -> Self {
        Self { uncounted, seller: None, products: BTreeMap::new() }
    }

    fn product(&mut self, tx: &mut Tx<'_>, ids: &PublicIds, shop: Shop, id: i64) -> Result<wire_v1::Product> {
        if let Some(known) = self.products.get(&id) {
            return Ok(known.clone());
        }
        let seller = match &self.seller {
            Some(seller) => seller,
            None => self.seller.insert(account::get(tx, shop)?.title),
        };
        let product = product::get(tx, shop, id)?;
        let told = ProductTold::of(tx, product, Keys::None)?;
        let written = wire_v1::Product::of(tx, ids, told, seller, self.uncounted)?;
        self.products.insert(id, written.clone());
        Ok(written)
    }
}

/// An order with what stands beside it.
pub struct Told {
    order: Order,
    lines: Vec<OrderLine>,
    link: Option<PaymentLink>,
}

impl Told {
    /// Gathers it.
    pub fn of(tx: &mut Tx<'_>, order: Order) -> Result<Self> {
        let (lines, link) = (order_line::bare(tx, order.id)?, payment_link::of_order(tx, order.id)?);
        Ok(Self { order, lines, link })
    }

    /// What was bought, unless a link was paid.
    pub fn product_id(&self) -> Option<i64> {
        self.lines.first().filter(|_| self.link.is_none()).map(|line| line.product_id)
    }

    /// How it is paid: in the word of where it was placed, or in ours.
    fn gateway(&self, shop: Shop) -> String {
        let ours = if shop.is_test() { "Test card" } else { "Manual" };
        self.order.facts.gateway.clone().unwrap_or_else(|| ours.to_owned())
    }

    fn coin(&self) -> Option<&'static str> {
        let gateway = self.order.facts.gateway.as_deref()?.to_lowercase();
        COINS.iter().find(|(_, names)| names.contains(&gateway.as_str())).map(|(ticker, _)| *ticker)
    }

    fn paid_with(&self, name: &str) -> Option<&Value> {
        self.order.facts.payment.get(name).filter(|value| !value.is_null())
    }

    fn delivered(&self) -> i64 {
        i64::from(matches!(
            self.order.fulfilment_status,
            Fulfilment::Sent | Fulfilment::PickupAvailable | Fulfilment::Delivered | Fulfilment::Returned
        ))
    }

    fn pay_id(&self) -> Option<String> {
        let carried = || text(self.paid_with("pay_id"));
        self.link.as_ref().map(|link| link.token.clone()).or_else(carried)
    }

    /// How much has come: as the old service knew it, or in the order's own currency.
    pub fn received(&self) -> Value {
        let known = text(self.paid_with("received_amount")).map(|received| decimal(&received));
        // What was nothing there may have come here since.
        known
            .filter(|known| *known != 0 || self.order.paid_minor == 0)
            .unwrap_or_else(|| amount(self.order.paid_minor, &self.order.currency))
    }

    /// What the buyer answered, and what else they ordered.
    fn answers(&self) -> Vec<Value> {
        let mut answers = self.order.facts.custom_fields.clone();
        let beside: Vec<String> =
            self.lines.iter().skip(1).map(|line| format!("{} × {}", line.quantity, line.name())).collect();
        if !beside.is_empty() {
            answers
                .push(json!({"name": BESIDE, "type": "text", "required": false, "value": beside.join("; ")}));
        }
        answers
    }

    /// In the document's shape.
    pub fn document(&self, tx: &mut Tx<'_>, ids: &PublicIds, shop: Shop) -> Result<wire_1_0::Order> {
        let (o, coin) = (&self.order, self.coin());
        let number = |tx: &mut Tx<'_>, id| Noun::Product.number(tx, shop, id);
        let answer = |told: Value| wire_1_0::Answer {
            name: text(told.get("name")).unwrap_or_default(),
            value: text(told.get("value")).unwrap_or_default(),
        };
        let coins = text(self.paid_with("crypto_amount")).filter(|_| coin.is_some());
        Ok(wire_1_0::Order {
            order_id: Noun::Order.number(tx, shop, o.id)?,
            invoice_id: Noun::Order.word(tx, ids, o.id)?,
            paid_at: maybe_naive(o.paid_at),
            product_id: self.product_id().map(|id| number(tx, id)).transpose()?,
            transaction_id: text(self.paid_with("transaction_id")),
            delivered: self.delivered(),
            confirmations: coin.map(|_| whole(self.paid_with("confirmations")).unwrap_or(0)),
            received_amount: self.received(),
            crypto_address: text(self.paid_with("crypto_address")).filter(|_| coin.is_some()),
            crypto_amount: coins.map_or(Value::Null, |coins| decimal(&coins)),
            original_price: amount(o.total_minor, &o.currency),
            ip_address: o.facts.ip.clone().unwrap_or_default(),
            email: o.email.clone(),
            http_referer: o.facts.referer.clone().unwrap_or_default(),
            payment_gateway: coin.map_or_else(|| self.gateway(shop), str::to_owned),
            custom_fields: self.answers().into_iter().map(answer).collect(),
            disputed_at: maybe_naive(o.disputed_at),
            http_useragent: o.facts.user_agent.clone().unwrap_or_default(),
            created_at: naive(o.created_at),
            pay_id: self.pay_id(),
        })
    }

    /// In the later shape; what was handed out only where it is to be shown.
    pub fn later(
        &self,
        tx: &mut Tx<'_>,
        ids: &PublicIds,
        shop: Shop,
        (with_keys, shared): (bool, &mut Shared),
    ) -> Result<wire_v1::Order> {
        let o = &self.order;
        let product = self.product_id().map(|id| shared.product(tx, ids, shop, id)).transpose()?;
        let coupon_id = o.coupon_id.map(|id| Noun::Coupon.word(tx, ids, id)).transpose()?;
        let coupon = coupon_id.clone().zip(o.coupon_code.clone());
        Ok(wire_v1::Order {
            id: Noun::Order.word(tx, ids, o.id)?,
            pay_id: self.pay_id(),
            product_id: product.as_ref().map(|product| product.id.clone()),
            coupon_id,
            price: amount(o.total_minor, &o.currency),
            currency: o.currency.clone(),
            exchange_rate: text(self.paid_with("exchange_rate")).unwrap_or_else(|| "1".to_owned()),
            email: o.email.clone(),
            delivered: self.delivered(),
            confirmations: whole(self.paid_with("confirmations")).unwrap_or(0),
            required_confirmations: whole(self.paid_with("required_confirmations")).unwrap_or(0),
            transaction_id: text(self.paid_with("transaction_id")),
            crypto_address: text(self.paid_with("crypto_address")),
            crypto_amount: text(self.paid_with("crypto_amount")),
            shipping_address: self.paid_with("shipping_address").cloned().unwrap_or_default(),
            quantity: self.lines.first().map_or(1, |line| line.quantity),
            gateway: self.gateway(shop),
            custom_fields: self.answers(),
            refund_id: (o.payment_status == Payment::Refunded).then(|| ids.uuid("refund", o.id)),
            is_replacement: false,
            replacement_id: None,
            paid_at: maybe_zulu(o.paid_at),
            disputed_at: maybe_zulu(o.disputed_at),
            created_at: zulu(o.created_at),
            is_partial: (o.paid_minor > 0 && o.due() > 0).then_some(true),
            received_amount: self.received(),
            crypto_received: o.payment_status == Payment::Confirming,
            webhooks: Vec::new(),
            accounts: if with_keys { self.accounts(tx)? } else { Vec::new() },
            coupon: coupon.map(|(id, code)| wire_v1::OrderCoupon { id, code }).into_iter().collect(),
            return_url: self.link.as_ref().and_then(|link| link.return_url.clone()),
            product,
            agent: Agent::of(&o.facts),
            hash: ids.hex40("order", o.id),
            number: Noun::Order.number(tx, shop, o.id)?,
        })
    }

    /// The keys that it brought.
    fn accounts(&self, tx: &mut Tx<'_>) -> Result<Vec<wire_v1::Account>> {
        let keys = purchase::keys_of_order(tx, self.order.id)?;
        Ok(keys.into_iter().map(|account| wire_v1::Account { account }).collect())
    }
}
