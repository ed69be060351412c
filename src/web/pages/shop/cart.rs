//! What somebody means to buy: in a cookie of their browser until they order, or in the address of the checkout.

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

/// Products by their ids, and how many of each.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Cart(pub Vec<(i64, i64)>);

impl Cart {
    /// The cart that a text says, as in `7x2y9`: what cannot be read is not in it.
    pub fn read(text: &str) -> Self {
        let mut cart = Self::default();
        for part in text.split(['y', ',']) {
            let (id, quantity) = part.split_once('x').unwrap_or((part, "1"));
            if let (Ok(id), Ok(quantity)) = (id.parse(), quantity.parse()) {
                cart.set(id, quantity);
            }
        }
        cart
    }

    /// The text that says it.
    pub fn write(&self) -> String {
        self.0.iter().map(|(id, quantity)| format!("{id}x{quantity}")).collect::<Vec<_>>().join("y")
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

    /// Puts in so many of a product in the place of what there was; none takes it out.
    pub fn set(&mut self, id: i64, quantity: i64) {
        self.0.retain(|(known, _)| *known != id);
        if (1..=MOST).contains(&quantity) && id > 0 && self.0.len() < KINDS {
            self.0.push((id, quantity));
        }
    }

    /// So many of a product are in it.
    pub fn quantity(&self, id: i64) -> i64 {
        self.0.iter().find(|(known, _)| *known == id).map_or(0, |(_, quantity)| *quantity)
    }

    /// The lines of the order that it would be.
    pub fn lines(&self) -> Vec<DraftLine> {
        let line = |(product_id, quantity): &(i64, i64)| DraftLine {
            product_id: *product_id,
            quantity: *quantity,
            ..DraftLine::default()
        };
        self.0.iter().map(line).collect()
    }

    /// The same with the quantities of a form.
    pub fn with(&self, form: &Form) -> Self {
        let mut cart = Self::default();
        for (id, quantity) in &self.0 {
            let typed = form.get(&format!("quantity.{id}")).map(str::trim);
            cart.set(*id, typed.map_or(*quantity, |typed| typed.parse().unwrap_or(*quantity)));
        }
        cart
    }
}

/// `POST /cart`: one more of a product. How many that makes stands in the form, so that one which is sent twice counts once.
pub async fn change(req: HttpRequest, payload: Payload, app: Data<App>) -> Answer {
    let (visit, form) = Visit::send(&req, payload, &app).await?;
    let mut cart = Cart::of(&req, &app);
    if let Some(id) = form.get("product").and_then(|id| id.parse().ok()) {
        let has = cart.quantity(id);
        let wanted = form.get("quantity").and_then(|typed| typed.parse().ok()).unwrap_or(has + 1);
        cart.set(id, wanted.min(MOST).max(has));
    }
    Ok(page::go(&format!("{}/checkout", visit.base()), vec![cart.cookie(&app)]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn carts_are_read_as_they_are_written() {
        let cart = Cart(vec![(7, 2), (9, 1)]);
        assert_eq!(cart.write(), "7x2y9x1");
        assert_eq!(Cart::read("7x2y9x1"), cart);
        assert_eq!(Cart::read("7x2,9"), cart);
        assert_eq!(Cart::read("7x0yx3y-1x2yabcy9x101"), Cart::default());
        assert_eq!(Cart::read("1y2y3y4y5y6y7y8y9").0.len(), KINDS);
        let form = Form::read("quantity.7=0&quantity.9=3").unwrap();
        assert_eq!(cart.with(&form), Cart(vec![(9, 3)]));
    }
}
