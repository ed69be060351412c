//! What another system tells of a shop, in words of ours: things on their way in, looked at by themselves. Times are theirs, ids too.

use serde_json::{Map, Value};

use super::address::Address;
use super::carried::What;
use super::move_in_fit::fits;
use super::move_in_report::Remark;
use super::order::{Fulfilment, Payment};
use super::sale_facts::Facts;
use super::{coupon, product, product_extra, review};
use crate::base::error::{Error, Result};
use crate::base::money;
use crate::base::text;
use crate::base::time::Millis;

/// Something on its way in.
#[derive(Clone, Debug)]
#[expect(missing_docs, reason = "each is what it is called")]
pub enum Item {
    Category(Box<Category>),
    Brand(Brand),
    Product(Box<Product>),
    Coupon(Box<Coupon>),
    Customer(Box<Customer>),
    Order(Box<Order>),
    Review(Box<Review>),
    Ticket(Box<Ticket>),
}

/// A shelf.
#[derive(Clone, Debug, Default)]
#[expect(missing_docs, reason = "the fields are the table's columns, explained in schema.sql")]
pub struct Category {
    pub old_id: String,
    pub title: String,
    pub slug: String,
    pub description: String,
    /// What it stands under is called there.
    pub parent: Option<String>,
}

/// Who makes products.
#[derive(Clone, Debug, Default)]
#[expect(missing_docs, reason = "the fields are the table's columns, explained in schema.sql")]
pub struct Brand {
    pub old_id: String,
    pub title: String,
    pub slug: String,
}

/// What is sold.
#[derive(Clone, Debug, Default)]
#[expect(missing_docs, reason = "the fields are the table's columns, explained in schema.sql")]
pub struct Product {
    pub old_id: String,
    /// What else it is called there.
    pub also: Vec<String>,
    pub change: product::Change,
    pub extra: product_extra::Change,
    pub slug: String,
    /// What its category and its brand are called there.
    pub category: Option<String>,
    pub brand: Option<String>,
    pub is_archived: bool,
    /// The forms it is sold in; none: as it is.
    pub variants: Vec<Variant>,
    /// Of a product without variants.
    pub own: Variant,
    /// Keys that are waiting to be sold.
    pub pool: Vec<String>,
    pub created_at: Option<Millis>,
    /// What is not carried of it, in sentences.
    pub remarks: Vec<String>,
}

/// A form that a product is sold in.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[expect(missing_docs, reason = "the fields are the table's columns, explained in schema.sql")]
pub struct Variant {
    pub old_id: Option<String>,
    pub title: String,
    pub sku: Option<String>,
    pub price_minor: Option<i64>,
    pub stock: Option<i64>,
    pub low_at: Option<i64>,
    pub is_out: bool,
    pub options: Map<String, Value>,
}

/// A code that makes orders cheaper.
#[derive(Clone, Debug)]
#[expect(missing_docs, reason = "the fields are the table's columns, explained in schema.sql")]
pub struct Coupon {
    pub old_id: String,
    pub draft: coupon::Draft,
    pub used: i64,
    /// What it is only for is called there.
    pub product: Option<String>,
    pub category: Option<String>,
    pub created_at: Option<Millis>,
}

/// Somebody who buys.
#[derive(Clone, Debug, Default)]
#[expect(missing_docs, reason = "the fields are the table's columns, explained in schema.sql")]
pub struct Customer {
    pub old_id: Option<String>,
    pub email: String,
    pub name: Option<String>,
    pub phone: Option<String>,
    pub delivery: Address,
    pub billing: Option<Address>,
    pub fiscal_id: Option<String>,
    pub company: Option<String>,
    pub created_at: Option<Millis>,
}

/// What somebody bought, or meant to.
#[derive(Clone, Debug)]
#[expect(missing_docs, reason = "the fields are the table's columns, explained in schema.sql")]
pub struct Order {
    pub old_id: String,
    /// What else it is called there.
    pub number: Option<String>,
    /// The last part of the address of its page there ([`carried::is_hash`](super::carried::is_hash)).
    pub hash: Option<String>,
    pub customer: Customer,
    pub currency: String,
    pub lines: Vec<Line>,
    pub discount_minor: i64,
    pub shipping_minor: i64,
    pub shipping_title: Option<String>,
    pub shipping_bp: i64,
    /// What was to be paid in all: it counts, whatever its parts come to.
    pub total_minor: i64,
    pub refunded_minor: i64,
    pub payment: Payment,
    pub fulfilment: Fulfilment,
    pub coupon_code: Option<String>,
    pub created_at: Millis,
    pub updated_at: Millis,
    pub paid_at: Option<Millis>,
    pub sent_at: Option<Millis>,
    pub delivered_at: Option<Millis>,
    pub canceled_at: Option<Millis>,
    pub disputed_at: Option<Millis>,
    pub is_new: bool,
    pub invoice_url: Option<String>,
    pub tracking_url: Option<String>,
    pub note: Option<String>,
    pub client_note: Option<String>,
    pub facts: Facts,
    /// How it was paid, for people.
    pub reference: Option<String>,
}

/// A line of an order.
#[derive(Clone, Debug, Default)]
#[expect(missing_docs, reason = "the fields are the table's columns, explained in schema.sql")]
pub struct Line {
    /// What the product is called there, if that is told.
    pub product: Option<String>,
    pub title: String,
    /// Which of its forms.
    pub option: Option<String>,
    pub sku: Option<String>,
    pub unit_minor: i64,
    pub quantity: i64,
    pub tax_bp: i64,
    /// This line's part of the discount, if that is told.
    pub discount_minor: i64,
    pub weight_g: i64,
    /// What was handed out.
    pub keys: Vec<String>,
}

/// What somebody thinks of a product.
#[derive(Clone, Debug)]
#[expect(missing_docs, reason = "the fields are the table's columns, explained in schema.sql")]
pub struct Review {
    pub old_id: String,
    /// What the order, or the product, is called there.
    pub order: Option<String>,
    pub product: Option<String>,
    pub rating: i64,
    pub content: String,
    pub status: review::Status,
    pub response: Option<String>,
    pub created_at: Millis,
    pub updated_at: Millis,
}

/// A question to the shop.
#[derive(Clone, Debug)]
#[expect(missing_docs, reason = "the fields are the table's columns, explained in schema.sql")]
pub struct Ticket {
    pub old_id: String,
    pub email: String,
    pub subject: String,
    pub message: String,
    /// A word of the column.
    pub status: &'static str,
    pub created_at: Millis,
    pub updated_at: Millis,
    /// Whether the shop said it, what, and when.
    pub replies: Vec<(bool, String, Millis)>,
}

impl Item {
    /// What those of its kind are called in a report.
    pub fn noun(&self) -> &'static str {
        match self {
            Self::Category(_) => "categories",
            Self::Brand(_) => "brands",
            Self::Product(_) => "products",
            Self::Coupon(_) => "coupons",
            Self::Customer(_) => "customers",
            Self::Order(_) => "orders",
            Self::Review(_) => "reviews",
            Self::Ticket(_) => "tickets",
        }
    }

    /// What it is called in the other system; a customer without a number, by their address.
    pub fn old_id(&self) -> &str {
        match self {
            Self::Category(of) => &of.old_id,
            Self::Brand(of) => &of.old_id,
            Self::Product(of) => &of.old_id,
            Self::Coupon(of) => &of.old_id,
            Self::Customer(of) => of.old_id.as_deref().unwrap_or(&of.email),
            Self::Order(of) => &of.old_id,
            Self::Review(of) => &of.old_id,
            Self::Ticket(of) => &of.old_id,
        }
    }

    /// As what it is known here once it is taken; `None`: it has no id there.
    pub(super) fn what(&self) -> Option<What> {
        Some(match self {
            Self::Category(_) => What::Category,
            Self::Brand(_) => What::Brand,
            Self::Product(_) => What::Product,
            Self::Coupon(_) => What::Coupon,
            Self::Customer(of) => return of.old_id.as_ref().map(|_| What::Customer),
            Self::Order(_) => What::Order,
            Self::Review(_) => What::Feedback,
            Self::Ticket(_) => What::Ticket,
        })
    }

    /// Something to be said of it.
    pub fn remark(&self, reason: &str) -> Remark {
        Remark { noun: self.noun().to_owned(), old_id: self.old_id().to_owned(), reason: reason.to_owned() }
    }

    /// Refuses what cannot be taken, whatever is here.
    pub(super) fn checked(&self) -> Result<()> {
        match self {
            Self::Category(_) | Self::Brand(_) => Ok(()),
            Self::Product(of) => of.checked(),
            Self::Coupon(of) => of.checked(),
            Self::Customer(of) => text::email(&of.email).map(|_| ()),
            Self::Order(of) => of.checked(),
            Self::Review(of) if (1..=5).contains(&of.rating) => Ok(()),
            Self::Review(of) => {
                Err(Error::invalid(format!("its rating is {}, which is not from 1 to 5", of.rating)))
            }
            Self::Ticket(of) => text::email(&of.email).map(|_| ()),
        }
    }
}

impl Product {
    fn checked(&self) -> Result<()> {
        if let Some(Some((minor, currency))) = &self.change.price {
            fits(*minor)?;
            money::currency(currency)?;
        }
        self.variants.iter().filter_map(|variant| variant.price_minor).try_for_each(fits)
    }
}

impl Coupon {
    fn checked(&self) -> Result<()> {
        let most = if self.draft.kind == coupon::Kind::Percent { money::WHOLE } else { money::MOST };
        if !(1..=most).contains(&self.draft.value) {
            return Err(Error::invalid("its value is none that a coupon has here"));
        }
        self.draft.currency.as_deref().map(money::currency).transpose().map(|_| ())
    }
}

impl Order {
    fn checked(&self) -> Result<()> {
        text::email(&self.customer.email)?;
        money::currency(&self.currency)?;
        self.sums().map(|_| ())
    }

    /// What it comes to: lines, discount, shipping and tax that add up to its total, the discount of each line, and whether they had to be
    /// made to.
    pub(super) fn sums(&self) -> Result<Sums> {
        for amount in [self.total_minor, self.discount_minor, self.shipping_minor, self.refunded_minor] {
            fits(amount)?;
        }
        if self.lines.is_empty() {
            return Err(Error::invalid("it has no lines"));
        }
        let mut lines = Vec::new();
        for line in &self.lines {
            fits(line.unit_minor)?;
            if line.quantity < 1 {
                return Err(Error::invalid(format!("a line is of {} pieces", line.quantity)));
            }
            lines.push(money::amount(i128::from(line.unit_minor) * i128::from(line.quantity))?);
        }
        let subtotal = money::amount(lines.iter().map(|line| i128::from(*line)).sum())?;
        let discount = self.discount_minor.min(subtotal);
        // What is over is tax; where the parts are more than the whole, the discount was larger than it was said to be.
        let rest = self.total_minor - (subtotal - discount + self.shipping_minor);
        let (discount, tax) = if rest < 0 { (discount - rest, 0) } else { (discount, rest) };
        if discount > subtotal {
            return Err(Error::invalid("its sums do not add up: shipping alone is more than the total"));
        }
        let told: Vec<i64> = self.lines.iter().map(|line| line.discount_minor).collect();
        let mut discounts = money::divide(discount, &told);
        let is_over = |(discount, line): (&i64, &i64)| discount > line;
        if discounts.iter().sum::<i64>() != discount || discounts.iter().zip(&lines).any(is_over) {
            discounts = money::divide(discount, &lines);
        }
        Ok(Sums { subtotal, discount, tax, discounts })
    }
}

/// What an order comes to, in minor units.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Sums {
    pub subtotal: i64,
    pub discount: i64,
    pub tax: i64,
    pub discounts: Vec<i64>,
}
