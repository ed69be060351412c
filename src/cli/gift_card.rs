//! `gift-card issue | list | show | set | void`

use clap::{Args, Subcommand};
use serde_json::{Value, json};

use super::context::Context;
use super::minor::minor;
use super::{customer, nothing, output};
use crate::base::error::{Error, Result};
use crate::base::time::{self, Millis, rfc3339};
use crate::domain::gift_card::{self, Draft, Filter, GiftCard};
use crate::domain::gift_card_entry::{self, Entry};
use crate::domain::shop::Shop;
use crate::store::Tx;

#[derive(Subcommand)]
pub enum Command {
    /// Issue a gift card
    Issue(Issue),
    /// List gift cards, newest first
    List(List),
    /// Show a gift card, with what came onto it and went off it
    Show {
        /// The card's id or code
        card: String,
    },
    /// Let a card that is not void end at another time
    Set {
        /// The card's id or code
        card: String,
        /// When it ends; empty is never
        #[arg(long, value_name = "RFC3339")]
        expires: String,
    },
    /// Make a card worthless, for good
    Void {
        /// The card's id or code
        card: String,
    },
}

#[derive(Args)]
pub struct Issue {
    /// What is on it, in minor units (2500 is 25.00)
    #[arg(long, value_parser = minor)]
    amount: i64,
    /// Of --amount, such as EUR; the shop's if not given
    #[arg(long)]
    currency: Option<String>,
    /// What buyers type; made here if not given
    #[arg(long)]
    code: Option<String>,
    /// Whom it is for: a customer's id or e-mail address
    #[arg(long)]
    customer: Option<String>,
    /// When it ends
    #[arg(long, value_name = "RFC3339")]
    expires: Option<String>,
    /// Words of your own
    #[arg(long)]
    note: Option<String>,
}

#[derive(Args)]
pub struct List {
    /// How many
    #[arg(long, default_value_t = 100)]
    limit: i64,
    /// Those before this card id
    #[arg(long)]
    before: Option<i64>,
    /// Only those in this state, such as active
    #[arg(long)]
    status: Option<String>,
    /// Only those for this customer's id
    #[arg(long, value_name = "ID")]
    customer: Option<i64>,
    /// Only the one with this code
    #[arg(long)]
    code: Option<String>,
}

impl Command {
    pub fn run(self, context: &Context) -> Result<()> {
        match self {
            Self::Issue(issue) => issue.run(context),
            Self::List(list) => list.run(context),
            Self::Show { card } => {
                let (card, entries, now) = context.read_in(move |tx, shop| {
                    let card = find(tx, shop, &card)?;
                    let entries = gift_card_entry::entries(tx, card.id, i64::MAX)?;
                    Ok((card, entries, tx.now()))
                })?;
                let mut shown = view(&card, now);
                shown["entries"] = entries.iter().map(entry).collect();
                output::show(context.json, &shown);
                if !context.json {
                    let rows = shown["entries"].as_array().map_or(&[][..], Vec::as_slice);
                    output::line("");
                    output::list(
                        false,
                        rows,
                        &["id", "delta_minor", "order_id", "created_at"],
                        "No entries.",
                    );
                }
                Ok(())
            }
            Self::Set { card, expires } => {
                let expires_at = nothing::time(&expires)?;
                changed(context, "set gift card", move |tx, shop| {
                    let id = find(tx, shop, &card)?.id;
                    gift_card::set_expiry(tx, shop, id, expires_at)
                })
            }
            Self::Void { card } => changed(context, "void gift card", move |tx, shop| {
                let id = find(tx, shop, &card)?.id;
                gift_card::void(tx, shop, id)
            }),
        }
    }
}

impl Issue {
    fn run(self, context: &Context) -> Result<()> {
        let draft = Draft {
            initial_minor: self.amount,
            currency: self.currency,
            code: self.code,
            customer_id: None,
            expires_at: self.expires.as_deref().map(time::parse).transpose()?,
            note: self.note,
        };
        let of = self.customer;
        changed(context, "issue gift card", move |tx, shop| {
            let customer_id =
                of.as_deref().map(|of| customer::find(tx, shop, of)).transpose()?.map(|of| of.id);
            gift_card::issue(tx, shop, &Draft { customer_id, ..draft.clone() })
        })
    }
}

impl List {
    fn run(self, context: &Context) -> Result<()> {
        let status = self.status.as_deref().map(str::parse).transpose()?;
        let filter = Filter { status, customer_id: self.customer, code: self.code };
        let (limit, before) = (self.limit, self.before);
        let (found, now) = context.read_in(move |tx, shop| {
            Ok((gift_card::list(tx, shop, &filter, before, (limit.max(0), 0))?, tx.now()))
        })?;
        let rows: Vec<Value> = found.iter().map(|card| view(card, now)).collect();
        output::list(
            context.json,
            &rows,
            &[
                "id",
                "code",
                "currency",
                "balance_minor",
                "initial_minor",
                "status",
                "customer_id",
                "expires_at",
            ],
            "No gift card was found. Issue one: keywright gift-card issue --amount 2500 --currency EUR",
        );
        output::more(rows.len(), limit, found.last().map(|card| card.id));
        Ok(())
    }
}

fn changed<F>(context: &Context, name: &'static str, mut change: F) -> Result<()>
where
    F: FnMut(&mut Tx<'_>, Shop) -> Result<GiftCard> + Send + 'static,
{
    let (card, now) = context.write_in(name, move |tx, shop| Ok((change(tx, shop)?, tx.now())))?;
    output::show(context.json, &view(&card, now));
    Ok(())
}

fn find(tx: &mut Tx<'_>, shop: Shop, id_or_code: &str) -> Result<GiftCard> {
    if let Ok(id) = id_or_code.parse() {
        return gift_card::get(tx, shop, id);
    }
    let filter = Filter { code: Some(id_or_code.to_owned()), ..Filter::default() };
    let found = gift_card::list(tx, shop, &filter, None, (1, 0))?.into_iter().next();
    found.ok_or_else(|| {
        Error::not_found(
            "there is no gift card with this code; `keywright gift-card list` shows those there are",
        )
    })
}

fn view(card: &GiftCard, now: Millis) -> Value {
    let times = [
        ("created_at", Some(card.created_at)),
        ("expires_at", card.expires_at),
        ("voided_at", card.voided_at),
    ];
    let mut view = output::object(card, &times);
    view["code"] = card.code.clone().into();
    view["status"] = card.status(now).as_str().into();
    view["note"] = card.note.clone().into();
    view
}

fn entry(entry: &Entry) -> Value {
    json!({"id": entry.id, "delta_minor": entry.delta_minor, "order_id": entry.order_id, "created_at": rfc3339(entry.created_at)})
}
