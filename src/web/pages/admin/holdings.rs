//! What a customer's page tells besides what they bought: credit, points, gift cards, and what they think of products.

use super::desk::Desk;
use super::{credit, gift_cards, points, reviews};
use crate::base::error::Result;
use crate::base::time::Millis;
use crate::domain::gift_card::{self, GiftCard};
use crate::domain::loyalty::{self, Points};
use crate::domain::review_list;
use crate::domain::scope::Scope;
use crate::domain::shop::Shop;
use crate::domain::store_credit::{self, Credit};
use crate::store::Tx;
use crate::web::pages::parts::{Cell, Fact, Section, Table, Way, fact, is_cut};

/// Rows of each table.
const SHOWN: i64 = 10;

/// What is told, one row more of each than is shown.
pub struct Holdings {
    customer_id: i64,
    credit: Credit,
    credits: Vec<store_credit::Entry>,
    points: Points,
    tier: Option<String>,
    moved: Vec<loyalty::Entry>,
    cards: Vec<GiftCard>,
    reviews: Vec<reviews::Named>,
    now: Millis,
}

/// What is held of this customer.
pub fn of(tx: &mut Tx<'_>, shop: Shop, id: i64) -> Result<Holdings> {
    let points = loyalty::get(tx, shop, id)?;
    let theirs = gift_card::Filter { customer_id: Some(id), ..gift_card::Filter::default() };
    let written = review_list::Filter { customer_id: Some(id), ..review_list::Filter::default() };
    let written = review_list::list(tx, shop, written, None, SHOWN + 1)?;
    Ok(Holdings {
        customer_id: id,
        credit: store_credit::get(tx, shop, id)?,
        credits: store_credit::entries(tx, id, SHOWN + 1)?,
        points,
        tier: loyalty::program(tx, shop)?.tier(points.earned).map(str::to_owned),
        moved: loyalty::entries(tx, id, SHOWN + 1)?,
        cards: gift_card::list(tx, shop, &theirs, None, (SHOWN + 1, 0))?,
        reviews: reviews::named(tx, shop, written)?,
        now: tx.now(),
    })
}

/// Where a customer's page leads on to change them.
pub fn ways(desk: &Desk, id: i64) -> Vec<Way> {
    desk.ways(
        Scope::WriteOrders,
        &[
            ("Give or take credit", &format!("/admin/customers/{id}/credit/new")),
            ("Give or take points", &format!("/admin/customers/{id}/points/new")),
        ],
    )
}

impl Holdings {
    /// What they have now.
    pub fn facts(&self) -> Vec<Fact> {
        let credit = self.credit.currency.as_deref();
        vec![
            fact(
                "Store credit",
                credit.map_or(Cell::None, |currency| Cell::money(self.credit.balance_minor, currency)),
            ),
            fact("Points", Cell::Count { n: self.points.points }),
            fact("Tier", Cell::maybe(self.tier.as_deref())),
        ]
    }

    /// How it came to that.
    pub fn sections(mut self, desk: &Desk) -> Vec<Section> {
        let (base, id) = (desk.base(), self.customer_id);
        let currency = self.credit.currency.clone().unwrap_or_default();
        let more = [
            is_cut(&mut self.credits, SHOWN),
            is_cut(&mut self.moved, SHOWN),
            is_cut(&mut self.cards, SHOWN),
            is_cut(&mut self.reviews, SHOWN),
        ];
        let rows = self.credits.iter().map(|one| credit::row(one, &currency, &base)).collect();
        let credits = Table::new(credit::COLUMNS, rows, "They were never given store credit.")
            .going_on(more[0], format!("{base}/admin/customers/{id}/credit"));
        let rows = self.moved.iter().map(|one| points::row(one, &base)).collect();
        let moved = Table::new(points::COLUMNS, rows, "They never had points.")
            .going_on(more[1], format!("{base}/admin/customers/{id}/points"));
        let may = gift_cards::may_spend(desk);
        let rows = self.cards.iter().map(|one| gift_cards::row(one, self.now, may, &base)).collect();
        let cards = Table::new(gift_cards::COLUMNS, rows, "No gift card was issued to them.")
            .going_on(more[2], format!("{base}/admin/gift-cards?customer={id}"));
        let rows = self.reviews.iter().map(|one| reviews::row(one, &base)).collect();
        let reviews = Table::new(reviews::COLUMNS, rows, "They have reviewed nothing.")
            .going_on(more[3], format!("{base}/admin/reviews?customer={id}"));
        vec![
            Section { title: "Store credit", table: credits },
            Section { title: "Points", table: moved },
            Section { title: "Gift cards", table: cards },
            Section { title: "Reviews", table: reviews },
        ]
    }
}
