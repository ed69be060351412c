//! What the shop offers somebody of a product: one place decides which button they see, by the same rules that an order and a download
//! meet (the user's document, "Prerequisites" and "External Purchase").

use super::gate::{self, Shut};
use super::prerequisite::{self, Match};
use super::product::{self, Product, Status};
use super::purchase::{self, Filter};
use super::release::{self, Release};
use super::shop::Shop;
use super::variant::{self, Variant};
use crate::base::error::{Error, Result};
use crate::store::Tx;

/// What stands where people buy.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Button {
    /// It can be bought here.
    Buy,
    /// It is sold elsewhere, and there.
    BuyElsewhere(String),
    /// Theirs: this purchase of it can be downloaded, or will say which gate is shut.
    Download(i64),
    /// It requires what they do not own.
    PrerequisitesRequired,
    /// It requires something, and who they are is not known.
    SignIn,
    /// It could be bought, and nothing of it is left.
    SoldOut,
    /// It has no price.
    NotForSale,
}

impl Button {
    /// Its kind, in the words of the API.
    pub fn as_str(&self) -> &'static str {
        match self {
            Self::Buy => "buy",
            Self::BuyElsewhere(_) => "buy_elsewhere",
            Self::Download(_) => "download",
            Self::PrerequisitesRequired => "prerequisites_required",
            Self::SignIn => "sign_in",
            Self::SoldOut => "sold_out",
            Self::NotForSale => "not_for_sale",
        }
    }
}

/// Something that a product requires.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Requirement {
    /// Its id.
    pub id: i64,
    /// What it is called.
    pub title: String,
    /// In the address of its page.
    pub slug: String,
    /// Whether somebody owns it; `None` where nobody knows who they are.
    pub is_met: Option<bool>,
}

/// A product as somebody sees it in the shop.
#[derive(Clone, Debug)]
pub struct Offer {
    /// The product.
    pub product: Product,
    /// What it is sold in, the default one first.
    pub variants: Vec<Variant>,
    /// Its newest release that buyers may have.
    pub release: Option<Release>,
    /// How many of the requirements are needed.
    pub matches: Match,
    /// What it requires.
    pub requirements: Vec<Requirement>,
    /// What they can do.
    pub button: Button,
    /// Whether they may buy it once more, though they own it.
    pub may_buy_again: bool,
}

/// What is offered of a product; `NotFound` where it is not on show, unless it is theirs.
pub fn of(tx: &mut Tx<'_>, shop: Shop, product_id: i64, customer_id: Option<i64>) -> Result<Offer> {
    let product = product::get(tx, shop, product_id)?;
    let theirs = match customer_id {
        Some(customer_id) => owned(tx, shop, product_id, customer_id)?,
        None => None,
    };
    if product.status() != Status::Active && theirs.is_none() {
        return Err(Error::not_found("there is no such product"));
    }
    let rule = prerequisite::get(tx, shop, product_id)?;
    let mut requirements = Vec::new();
    for id in &rule.required {
        let required = product::get(tx, shop, *id)?;
        let is_met = customer_id.map(|customer| prerequisite::owns(tx, customer, *id)).transpose()?;
        requirements.push(Requirement { id: *id, title: required.title, slug: required.slug, is_met });
    }
    let is_short = match customer_id {
        Some(customer) => !prerequisite::missing(tx, shop, product_id, customer, &[])?.is_empty(),
        None => false,
    };
    let variants = variant::list(tx, product_id)?;
    let external = product.delivery.external_url.clone().filter(|_| product.price_minor.is_none());
    let buy = match external {
        _ if customer_id.is_none() && !requirements.is_empty() => Button::SignIn,
        _ if is_short => Button::PrerequisitesRequired,
        Some(url) => Button::BuyElsewhere(url),
        None if product.is_for_sale() && !variants.iter().any(Variant::is_there) => Button::SoldOut,
        None if product.is_for_sale() => Button::Buy,
        None => Button::NotForSale,
    };
    let may_buy_again = theirs.is_some() && buy == Button::Buy;
    let button = match theirs {
        None => buy,
        Some(purchase_id) => {
            let bought = purchase::get(tx, shop, purchase_id)?;
            match gate::shut(tx, shop, &bought, &product, None)? {
                Some(Shut::Prerequisites(_)) => Button::PrerequisitesRequired,
                _ => Button::Download(purchase_id),
            }
        }
    };
    let release = release::newest_of(tx, product_id, release::STABLE)?;
    Ok(Offer { product, variants, release, matches: rule.matches, requirements, button, may_buy_again })
}

/// The latest purchase of a product that a customer owns now.
fn owned(tx: &mut Tx<'_>, shop: Shop, product_id: i64, customer_id: i64) -> Result<Option<i64>> {
    let filter = Filter {
        product_id: Some(product_id),
        customer_id: Some(customer_id),
        status: Some(purchase::Status::Active),
        ..Filter::default()
    };
    Ok(purchase::list(tx, shop, filter, None, 1)?.first().map(|purchase| purchase.id))
}
