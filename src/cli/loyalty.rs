//! `loyalty show | award | take | rules`

use clap::{Args, Subcommand};
use serde_json::{Value, json};

use super::context::Context;
use super::minor::minor;
use super::{customer, output};
use crate::base::error::{Error, Result};
use crate::base::time::rfc3339;
use crate::domain::loyalty::{self, Entry, Points, Program, Tier};
use crate::domain::shop::Shop;
use crate::store::Tx;

#[derive(Subcommand)]
pub enum Command {
    /// Show a customer's points and tier, with what they earned and redeemed
    Show {
        /// The customer's id or e-mail address
        customer: String,
    },
    /// Give a customer points
    Award(Terms),
    /// Take points that a customer has; what they ever earned stays, and their tier with it
    Take(Terms),
    /// Show the rules of the loyalty program, or change them
    Rules(Rules),
}

#[derive(Args)]
pub struct Terms {
    /// The customer's id or e-mail address
    customer: String,
    /// How many points
    points: i64,
    /// Why
    #[arg(long)]
    note: Option<String>,
    /// The order it is about
    #[arg(long, value_name = "ID")]
    order: Option<i64>,
}

#[derive(Args)]
pub struct Rules {
    /// Points for each whole unit of a paid order, such as a euro; 0: orders earn none
    #[arg(long, value_name = "POINTS")]
    points_per_unit: Option<i64>,
    /// What a redeemed point is worth, in minor units
    #[arg(long, value_name = "MINOR", value_parser = minor)]
    point_value: Option<i64>,
    /// The tiers and the points that each takes, instead of those that are there; empty is none
    #[arg(long, value_delimiter = ',', value_name = "SILVER=500,GOLD=1000")]
    tiers: Option<Vec<String>>,
}

impl Command {
    pub fn run(self, context: &Context) -> Result<()> {
        match self {
            Self::Show { customer } => show(context, customer),
            Self::Award(terms) => terms.run(context, |tx, shop, id, terms| {
                loyalty::award(tx, shop, id, terms.points, terms.note.as_deref(), terms.order)
            }),
            Self::Take(terms) => terms.run(context, |tx, shop, id, terms| {
                loyalty::take(tx, shop, id, terms.points, terms.note.as_deref(), terms.order)
            }),
            Self::Rules(rules) => rules.run(context),
        }
    }
}

fn show(context: &Context, of: String) -> Result<()> {
    let (mut shown, entries) = context.read_in(move |tx, shop| {
        let id = customer::find(tx, shop, &of)?.id;
        let points = loyalty::get(tx, shop, id)?;
        Ok((view(tx, shop, points)?, loyalty::entries(tx, id, i64::MAX)?))
    })?;
    shown["entries"] = entries.iter().map(entry).collect();
    output::show(context.json, &shown);
    if !context.json {
        let rows = shown["entries"].as_array().map_or(&[][..], Vec::as_slice);
        output::line("");
        output::list(
            false,
            rows,
            &["id", "delta", "note", "order_id", "created_at"],
            "No points came or went. Give some: keywright loyalty award CUSTOMER 100",
        );
    }
    Ok(())
}

/// What is done by these terms with the points of the customer of an id.
type Change = fn(&mut Tx<'_>, Shop, i64, &Terms) -> Result<(Points, Entry)>;

impl Terms {
    fn run(self, context: &Context, change: Change) -> Result<()> {
        let shown = context.write_in("change points", move |tx, shop| {
            let id = customer::find(tx, shop, &self.customer)?.id;
            let (points, _) = change(tx, shop, id, &self)?;
            view(tx, shop, points)
        })?;
        output::show(context.json, &shown);
        Ok(())
    }
}

impl Rules {
    fn run(self, context: &Context) -> Result<()> {
        let Self { points_per_unit, point_value, tiers } = self;
        let tiers = tiers.map(|all| read_tiers(&all)).transpose()?;
        let rules = if points_per_unit.is_none() && point_value.is_none() && tiers.is_none() {
            context.read_in(loyalty::program)?
        } else {
            context.write_in("set loyalty rules", move |tx, shop| {
                // What somebody does in test mode must never change live mode.
                if shop.is_test() {
                    return Err(Error::refused("the rules are one for both modes: leave out --test"));
                }
                let mut rules = loyalty::program(tx, shop)?;
                rules.points_per_unit = points_per_unit.unwrap_or(rules.points_per_unit);
                rules.point_minor = point_value.unwrap_or(rules.point_minor);
                if let Some(tiers) = &tiers {
                    rules.tiers.clone_from(tiers);
                }
                loyalty::set_program(tx, shop, &rules)?;
                Ok(rules)
            })?
        };
        output::show(context.json, &json!(rules));
        if !context.json {
            output::line("");
            output::list(false, &tiers_of(&rules), &["name", "from"], "No tiers.");
        }
        Ok(())
    }
}

fn read_tiers(all: &[String]) -> Result<Vec<Tier>> {
    let tier = |text: &String| {
        let read = text.rsplit_once('=').and_then(|(name, from)| {
            Some(Tier { name: name.trim().to_owned(), from: from.trim().parse().ok()? })
        });
        read.ok_or_else(|| {
            Error::invalid(format!(
                "'{text}' is no tier; write it as GOLD=1000: its name, and the points it takes"
            ))
        })
    };
    all.iter().filter(|text| !text.is_empty()).map(tier).collect()
}

fn tiers_of(rules: &Program) -> Vec<Value> {
    rules.tiers.iter().map(|tier| json!(tier)).collect()
}

fn view(tx: &mut Tx<'_>, shop: Shop, points: Points) -> Result<Value> {
    let tier = loyalty::program(tx, shop)?.tier(points.earned).map(str::to_owned);
    let mut view = json!(points);
    view["tier"] = tier.into();
    Ok(view)
}

fn entry(entry: &Entry) -> Value {
    json!({
        "id": entry.id, "delta": entry.delta, "note": entry.note, "order_id": entry.order_id,
        "created_at": rfc3339(entry.created_at),
    })
}
