//! A product's page.

use actix_web::HttpRequest;
use actix_web::http::StatusCode;
use actix_web::web::{Data, Path};
use minijinja::{Value, context};

use super::cart::{Cart, Pick};
use super::front::{href, price, shown};
use super::review::{self, Asked};
use super::visit::Visit;
use crate::app::App;
use crate::base::error::Error;
use crate::base::markdown;
use crate::domain::brand;
use crate::domain::offer::{self, Button, Offer, Requirement};
use crate::domain::prerequisite::Match;
use crate::domain::variant::Variant;
use crate::web::form::Form;
use crate::web::page;
use crate::web::pages::answer::Answer;

/// `GET /item/{id}-{slug}/`: an old slug leads to the new one, as shipped apps show addresses for years.
pub async fn show(req: HttpRequest, name: Path<String>, app: Data<App>) -> Answer {
    let visit = Visit::open(&req, &app).await?;
    let id = id(&visit, &name)?;
    let query = Form::read(req.query_string()).unwrap_or_default();
    let behind = query.given("behind").and_then(|id| id.parse().ok());
    let seen = Seen::of(&visit, id, behind).await?;
    let (product, slug) = (&seen.offer.product, name.split_once('-').map_or("", |(_, slug)| slug));
    if slug != product.slug {
        return Ok(page::go(&format!("{}{}", visit.base(), href(id, &product.slug)), Vec::new()));
    }
    let asked = Asked { behind, done: query.get("done").map(str::to_owned), ..Asked::default() };
    seen.page(&visit, StatusCode::OK, &Cart::of(&req, &app), &asked)
}

/// The number of a product, from the name in its page's address.
pub fn id(visit: &Visit, name: &str) -> Result<i64, actix_web::Error> {
    let (id, _) = name.split_once('-').unwrap_or((name, ""));
    id.parse().map_err(|_| visit.failed(&Error::not_found("no number")))
}

/// A product, as somebody sees it.
pub struct Seen {
    offer: Offer,
    /// Who makes it.
    brand: Option<String>,
    reviews: review::Found,
}

impl Seen {
    /// The product of this id, with the reviews behind that of this id.
    pub async fn of(visit: &Visit, id: i64, behind: Option<i64>) -> Result<Self, actix_web::Error> {
        let customer = visit.customer.as_ref().map(|(id, _)| *id);
        visit
            .read(move |tx, shop| {
                let offer = offer::of(tx, shop, id, customer)?;
                let brand = offer.product.showcase.brand_id.map(|id| brand::get(tx, shop, id)).transpose()?;
                let reviews = review::found(tx, shop, id, customer, behind)?;
                Ok(Self { offer, brand: brand.map(|brand| brand.title), reviews })
            })
            .await
    }

    /// Its page, for somebody with this cart.
    pub fn page(&self, visit: &Visit, status: StatusCode, cart: &Cart, asked: &Asked) -> Answer {
        let product = &self.offer.product;
        let here = href(product.id, &product.slug);
        let reviews = self.reviews.values(asked);
        let values = context! {
            reviews => reviews, brand => &self.brand, item => &here, ..values(&self.offer, &here, cart)
        };
        visit.page(status, "shop/item.html", &product.title, values)
    }
}

fn values(offer: &Offer, here: &str, cart: &Cart) -> Value {
    let product = &offer.product;
    let (button, to) = button(offer, here);
    let release = offer.release.as_ref().map(|release| {
        context! {
            version => &release.version, at => release.released_at, notes => markdown::html(&release.notes),
            notes_url => &release.notes_url,
        }
    });
    context! {
        id => product.id, then_in_cart => cart.quantity(product.id.into()) + 1, price => price(product, &offer.variants),
        compare_at => compared(offer), variants => variants(offer, cart), tax => tax(product.tax_bp), release => release,
        description => markdown::html(&product.description),
        requirements => offer.requirements.iter().map(requirement).collect::<Vec<Value>>(),
        needs_all => offer.matches == Match::All,
        button => button, to => to, may_buy_again => offer.may_buy_again,
        uses => product.policy.max_uses, term_days => product.policy.term_days, has_keys => product.policy.api_enabled,
    }
}

/// What the button says and where it leads; nothing leads to what cannot be done.
fn button(offer: &Offer, here: &str) -> (&'static str, Option<String>) {
    match &offer.button {
        Button::Buy => ("Buy Now", Some(format!("/checkout?items={}", offer.product.id))),
        Button::BuyElsewhere(url) => ("Buy Now", Some(url.clone())),
        Button::Download(purchase_id) => {
            ("Download", Some(format!("/account/purchases/{purchase_id}/download")))
        }
        Button::PrerequisitesRequired => ("Prerequisites Required", None),
        Button::SignIn => {
            ("Sign in to check your prerequisites", Some(format!("/account/sign-in?next={here}")))
        }
        Button::SoldOut => ("Sold out", None),
        Button::NotForSale => ("", None),
    }
}

/// The variants to choose from, where there are several and one can be bought; the first that is there is chosen.
fn variants(offer: &Offer, cart: &Cart) -> Vec<Value> {
    let (product, all) = (&offer.product, &offer.variants);
    let Some(currency) = product.currency.as_deref() else { return Vec::new() };
    if all.len() < 2 || !(offer.button == Button::Buy || offer.may_buy_again) {
        return Vec::new();
    }
    let chosen = all.iter().find(|one| one.is_there()).map(|one| one.id);
    let choice = |one: &Variant| {
        let pick = Pick { product: product.id, variant: Some(one.id) };
        let price = one.price_minor.or(product.price_minor).unwrap_or_default();
        context! {
            id => one.id, title => &one.title, told => one.told(), price => shown(price, currency), is_there => one.is_there(),
            is_chosen => chosen == Some(one.id), then_in_cart => cart.quantity(pick) + 1,
        }
    };
    all.iter().map(choice).collect()
}

/// The price that it is compared with, where that says that it is cheap.
fn compared(offer: &Offer) -> Option<String> {
    let (product, currency) = (&offer.product, offer.product.currency.as_deref()?);
    let price = |one: &Variant| one.price_minor.or(product.price_minor);
    let most = offer.variants.iter().filter_map(price).max()?;
    let compared = product.showcase.compare_at_minor.filter(|minor| *minor > most)?;
    Some(shown(compared, currency))
}

fn requirement(one: &Requirement) -> Value {
    context! { title => &one.title, href => href(one.id, &one.slug), is_known => one.is_met.is_some(), is_met => one.is_met == Some(true) }
}

/// Basis points as people read them: `19 %`.
fn tax(bp: i64) -> Option<String> {
    let part = bp % 100;
    (bp > 0).then(|| match part {
        0 => format!("{} %", bp / 100),
        _ => format!("{}.{part:02} %", bp / 100),
    })
}
