//! What somebody means to buy: in a cookie of their browser until they order, or in the address of the checkout.

use std::fmt;
use std::str::FromStr;

use actix_web::HttpRequest;
use actix_web::web::{Data, Payload};

use super::visit::Visit;
use crate::app::App;
use crate::domain::order::MOST;
use crate::domain::order_line::DraftLine;
use crate::web::cookies::{CART, Cookies, SameSite};
use crate::web::form::Form;
use crate::web::page;
use crate::web::pages::answer::Answer;

/// The most kinds of products in a cart: what a cookie holds.
const KINDS: usize = 8;

/// A product, or one of its variants; written as `7`, or `7v12`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pick {
    pub product: i64,
    /// Its default one without a word.
    pub variant: Option<i64>,
}

impl From<i64> for Pick {
    fn from(product: i64) -> Self {
        Self { product, variant: None }
    }
}

impl FromStr for Pick {
    type Err = std::num::ParseIntError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let (product, variant) = match text.split_once('v') {
            Some((product, variant)) => (product, Some(variant.parse()?)),
            None => (text, None),
        };
        Ok(Self { product: product.parse()?, variant })
    }
}

impl fmt::Display for Pick {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.variant {
            Some(variant) => write!(f, "{}v{variant}", self.product),
            None => write!(f, "{}", self.product),
        }
    }
}

/// What is in a cart, and how many of each.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Cart(pub Vec<(Pick, i64)>);

impl Cart {
    /// The cart that a text says, as in `7x2y9v12`: what cannot be read is not in it.
    pub fn read(text: &str) -> Self {
        let mut cart = Self::default();
        for part in text.split(['y', ',']) {
            let (pick, quantity) = part.split_once('x').unwrap_or((part, "1"));
            if let (Ok(pick), Ok(quantity)) = (pick.parse(), quantity.parse()) {
                cart.set(pick, quantity);
            }
        }
        cart
    }

    /// The text that says it.
    pub fn write(&self) -> String {
        self.0.iter().map(|(pick, quantity)| format!("{pick}x{quantity}")).collect::<Vec<_>>().join("y")
    }

    /// What a browser has put aside.
    pub fn of(req: &HttpRequest, app: &App) -> Self {
        Cookies::of(&app.config.public_url)
            .read(req, CART)
            .map_or_else(Self::default, |text| Self::read(&text))
    }

    /// The header that puts it aside.
    pub fn cookie(&self, app: &App) -> String {
        let cookies = Cookies::of(&app.config.public_url);
        if self.0.is_empty() { cookies.clear(CART) } else { cookies.set(CART, &self.write(), SameSite::Lax) }
    }

    /// Puts in so many in the place of what there was; none takes it out.
    pub fn set(&mut self, pick: Pick, quantity: i64) {
        self.0.retain(|(known, _)| *known != pick);
        let is_known = pick.product > 0 && pick.variant.is_none_or(|id| id > 0);
        if (1..=MOST).contains(&quantity) && is_known && self.0.len() < KINDS {
            self.0.push((pick, quantity));
        }
    }

    /// So many are in it.
    pub fn quantity(&self, pick: Pick) -> i64 {
        self.0.iter().find(|(known, _)| *known == pick).map_or(0, |(_, quantity)| *quantity)
    }

    /// The lines of the order that it would be.
    pub fn lines(&self) -> Vec<DraftLine> {
        let line = |(pick, quantity): &(Pick, i64)| DraftLine {
            product_id: pick.product,
            variant_id: pick.variant,
            quantity: *quantity,
            ..DraftLine::default()
        };
        self.0.iter().map(line).collect()
    }

    /// The same with the quantities of a form.
    pub fn with(&self, form: &Form) -> Self {
        let mut cart = Self::default();
        for (pick, quantity) in &self.0 {
            let typed = form.get(&format!("quantity.{pick}")).map(str::trim);
            cart.set(*pick, typed.map_or(*quantity, |typed| typed.parse().unwrap_or(*quantity)));
        }
        cart
    }
}

/// `POST /cart`: one more of a product, or of the variant that was chosen; or that one alone to the checkout. How many it makes stands in
/// the form, so that one which is sent twice counts once.
pub async fn change(req: HttpRequest, payload: Payload, app: Data<App>) -> Answer {
    let (visit, form) = Visit::send(&req, payload, &app).await?;
    let mut cart = Cart::of(&req, &app);
    let number = |name: &str| form.get(name).and_then(|id| id.parse::<i64>().ok());
    let pick = number("product").map(|product| Pick { product, variant: number("variant") });
    let checkout = format!("{}/checkout", visit.base());
    if let Some(pick) = pick {
        if form.get("do") == Some("buy") {
            return Ok(page::go(&format!("{checkout}?items={pick}"), Vec::new()));
        }
        let has = cart.quantity(pick);
        let wanted = match pick.variant {
            Some(variant) => number(&format!("quantity.{variant}")),
            None => number("quantity"),
        };
        cart.set(pick, wanted.unwrap_or(has + 1).min(MOST).max(has));
    }
    Ok(page::go(&checkout, vec![cart.cookie(&app)]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn carts_are_read_as_they_are_written() {
        let small = Pick { product: 9, variant: Some(12) };
        let cart = Cart(vec![(7.into(), 2), (small, 1)]);
        assert_eq!(cart.write(), "7x2y9v12x1");
        assert_eq!(Cart::read("7x2y9v12x1"), cart);
        assert_eq!(Cart::read("7x2,9v12"), cart);
        let nothing = "7x0yx3y-1x2yabcy9x101y7vy7v0yv7y7v-1y7v1v1";
        assert_eq!(Cart::read(nothing), Cart::default());
        assert_eq!(Cart::read("1y2y3y4y5y6y7y8y9").0.len(), KINDS);
        let two = Cart::read("9y9v12x2");
        assert_eq!((two.quantity(9.into()), two.quantity(small)), (1, 2), "they are two things");
        let form = Form::read("quantity.7=0&quantity.9v12=3").unwrap();
        assert_eq!(cart.with(&form), Cart(vec![(small, 3)]));
        let long = Pick { product: i64::MAX, variant: Some(i64::MAX) };
        assert!((format!("{long}x100y").len() * KINDS) <= 512, "a cookie holds it");
    }
}
