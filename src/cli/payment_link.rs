//! `payment-link new | list | show | delete`

use clap::{Args, Subcommand};
use serde_json::Value;

use super::context::Context;
use super::output;
use crate::base::error::Result;
use crate::base::global_address;
use crate::domain::order::Order;
use crate::domain::payment_link::{self, Draft, PaymentLink};
use crate::domain::webhook::Change;
use crate::domain::webhook_dialect::{Dialect, ShoppyEvent};

#[derive(Subcommand)]
pub enum Command {
    /// Make an address where somebody pays an amount, once
    New(New),
    /// List payment links, newest first
    List {
        /// How many
        #[arg(long, default_value_t = 100)]
        limit: i64,
        /// Those before this link id
        #[arg(long)]
        before: Option<i64>,
    },
    /// Show a payment link
    Show {
        /// The link's id
        id: i64,
    },
    /// Take a link back that is not paid: nobody can pay it any more
    Delete {
        /// The link's id
        id: i64,
    },
}

#[derive(Args)]
pub struct New {
    /// What is paid
    #[arg(long)]
    title: String,
    /// How much, in the currency's own unit, such as 9.99
    #[arg(long)]
    value: String,
    /// Of --value, such as EUR; the shop's if not given
    #[arg(long)]
    currency: Option<String>,
    /// Who pays; asked for on the page if not given
    #[arg(long)]
    email: Option<String>,
    /// Where they go on afterwards
    #[arg(long)]
    return_url: Option<String>,
    /// An address that is told, in the Shoppy dialect, when it is paid
    #[arg(long)]
    webhook_url: Option<String>,
    /// Leave the shop's name out of the page
    #[arg(long)]
    white_label: bool,
}

impl Command {
    pub fn run(self, context: &Context) -> Result<()> {
        match self {
            Self::New(new) => new.run(context),
            Self::List { limit, before } => list(context, limit, before),
            Self::Show { id } => {
                let (link, order) = context.read_in(move |tx, shop| {
                    let link = payment_link::get(tx, shop, id)?;
                    let order = payment_link::order(tx, shop, &link)?;
                    Ok((link, order))
                })?;
                output::show(context.json, &view(context, &link, order.as_ref())?);
                Ok(())
            }
            Self::Delete { id } => {
                let ended =
                    context.write_in("end payment link", move |tx, shop| payment_link::end(tx, shop, id))?;
                output::show(context.json, &view(context, &ended, None)?);
                Ok(())
            }
        }
    }
}

impl New {
    fn run(self, context: &Context) -> Result<()> {
        if let Some(url) = &self.webhook_url {
            global_address::check_url(url, &context.config()?.webhook_allow)?;
        }
        let endpoint = |url| Change {
            url: Some(url),
            dialect: Some(Dialect::Shoppy),
            events: Some(payment_link::EVENTS.map(ShoppyEvent::as_str).to_vec()),
            ..Change::default()
        };
        let draft = Draft {
            title: self.title,
            value: self.value,
            currency: self.currency,
            email: self.email,
            return_url: self.return_url,
            is_white_label: self.white_label,
            webhooks: self.webhook_url.into_iter().map(endpoint).collect(),
        };
        let master = context.master()?;
        let made = context
            .write_in("new payment link", move |tx, shop| payment_link::new(tx, shop, &draft, &master))?;
        output::show(context.json, &view(context, &made, None)?);
        Ok(())
    }
}

fn list(context: &Context, limit: i64, before: Option<i64>) -> Result<()> {
    let found = context.read_in(move |tx, shop| {
        let links = payment_link::list(tx, shop, before, limit.max(0))?;
        let with_order = |link: PaymentLink| Ok((payment_link::order(tx, shop, &link)?, link));
        links.into_iter().map(with_order).collect::<Result<Vec<_>>>()
    })?;
    let rows: Vec<Value> =
        found.iter().map(|(order, link)| view(context, link, order.as_ref())).collect::<Result<_>>()?;
    output::list(
        context.json,
        &rows,
        &["id", "title", "value_minor", "currency", "status", "email", "order_id", "created_at"],
        "There are no payment links. Make one: keywright payment-link new --title … --value 9.99",
    );
    output::more(rows.len(), limit, found.last().map(|(_, link)| link.id));
    Ok(())
}

fn view(context: &Context, link: &PaymentLink, order: Option<&Order>) -> Result<Value> {
    let config = context.config()?;
    let mut shown =
        output::object(link, &[("created_at", Some(link.created_at)), ("ended_at", link.ended_at)]);
    shown["status"] = payment_link::status(link, order).as_str().into();
    shown["url"] = format!("{}/pay/{}", config.public_url.trim_end_matches('/'), link.token).into();
    Ok(shown)
}
