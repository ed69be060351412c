//! `b2b-account create | list | show | set | delete | attach | detach`

use clap::{Args, Subcommand};
use serde_json::Value;

use super::context::Context;
use super::{customer, nothing, output};
use crate::base::error::Result;
use crate::domain::b2b_account::{self, B2bAccount, Change, Contact, Filter};
use crate::domain::b2b_search;
use crate::store::Tx;

#[derive(Subcommand)]
pub enum Command {
    /// Make an account of a company; it is active at once unless said otherwise
    Create {
        /// The company's name
        #[arg(long)]
        company: String,
        #[command(flatten)]
        fields: Fields,
        /// A customer who buys for it, by id or e-mail address; the first is its primary contact; may be given several times
        #[arg(long, value_name = "CUSTOMER")]
        contact: Vec<String>,
    },
    /// List accounts, newest first
    List {
        /// How many
        #[arg(long, default_value_t = 100)]
        limit: i64,
        /// Those before this account's id
        #[arg(long)]
        before: Option<i64>,
        /// Only those with this in the company's name or in a contact's e-mail address
        #[arg(long, value_name = "TEXT")]
        search: Option<String>,
        /// Only those with this status: active, suspended or pending
        #[arg(long)]
        status: Option<String>,
        /// Only those that buy by this price list
        #[arg(long, value_name = "ID")]
        price_list: Option<i64>,
    },
    /// Show an account with its contacts
    Show {
        /// The account's id
        id: i64,
    },
    /// Change an account
    Set {
        /// The account's id
        id: i64,
        /// The company's name
        #[arg(long)]
        company: Option<String>,
        #[command(flatten)]
        fields: Fields,
    },
    /// Remove an account that no order is of; its contacts stay as customers
    Delete {
        /// The account's id
        id: i64,
    },
    /// Let a customer buy for a company
    Attach {
        /// The account's id
        id: i64,
        /// The customer's id or e-mail address
        customer: String,
        /// Make them its primary contact
        #[arg(long)]
        primary: bool,
    },
    /// Let a customer buy for a company no longer
    Detach {
        /// The account's id
        id: i64,
        /// The customer's id or e-mail address
        customer: String,
    },
}

/// What was agreed with it.
#[derive(Args)]
pub struct Fields {
    /// Its tax id; empty: none
    #[arg(long)]
    tax_id: Option<String>,
    /// active, suspended or pending; only an active one buys by its prices and terms
    #[arg(long)]
    status: Option<String>,
    /// The price list it buys by; 0 is none
    #[arg(long, value_name = "ID")]
    price_list: Option<i64>,
    /// In how many days its orders are to be paid, up to 365; 0: at once
    #[arg(long, value_name = "DAYS")]
    net_days: Option<i64>,
}

impl Fields {
    fn change(self, company: Option<String>) -> Result<Change> {
        Ok(Change {
            company,
            tax_id: self.tax_id.map(nothing::text),
            status: self.status.as_deref().map(str::parse).transpose()?,
            price_list_id: self.price_list.map(nothing::number),
            net_days: self.net_days.map(nothing::number),
            contacts: None,
        })
    }
}

impl Command {
    pub fn run(self, context: &Context) -> Result<()> {
        let shown = match self {
            Self::List { limit, before, search, status, price_list } => {
                let status = status.as_deref().map(str::parse).transpose()?;
                let filter = Filter { status, price_list_id: price_list };
                return list(context, (limit, before), filter, search);
            }
            Self::Show { id } => context.read_in(move |tx, shop| {
                let account = b2b_account::get(tx, shop, id)?;
                whole(tx, account)
            })?,
            Self::Create { company, fields, contact } => {
                let change = fields.change(Some(company))?;
                context.write_in("create B2B account", move |tx, shop| {
                    let contacts = contact.iter().map(|name| Ok(customer::find(tx, shop, name)?.id));
                    let contacts = Some(contacts.collect::<Result<_>>()?);
                    let made = b2b_account::new(tx, shop, &Change { contacts, ..change.clone() })?;
                    whole(tx, made)
                })?
            }
            Self::Set { id, company, fields } => {
                let change = fields.change(company)?;
                context.write_in("set B2B account", move |tx, shop| {
                    let set = b2b_account::set(tx, shop, id, &change)?;
                    whole(tx, set)
                })?
            }
            Self::Delete { id } => {
                let delete = move |tx: &mut Tx<'_>, shop| b2b_account::delete(tx, shop, id);
                output::show(context.json, &view(&context.write_in("delete B2B account", delete)?));
                return Ok(());
            }
            Self::Attach { id, customer, primary } => {
                context.write_in("attach contact", move |tx, shop| {
                    let who = customer::find(tx, shop, &customer)?.id;
                    b2b_account::attach(tx, shop, id, who, primary)?;
                    let account = b2b_account::get(tx, shop, id)?;
                    whole(tx, account)
                })?
            }
            Self::Detach { id, customer } => context.write_in("detach contact", move |tx, shop| {
                let who = customer::find(tx, shop, &customer)?.id;
                b2b_account::detach(tx, shop, id, who)?;
                let account = b2b_account::get(tx, shop, id)?;
                whole(tx, account)
            })?,
        };
        show(context, &shown);
        Ok(())
    }
}

fn list(
    context: &Context,
    (limit, before): (i64, Option<i64>),
    filter: Filter,
    search: Option<String>,
) -> Result<()> {
    let found = context.read_in(move |tx, shop| {
        let rows = (limit.max(0), 0);
        match search.as_deref() {
            Some(search) => b2b_search::list(tx, shop, (filter, search), before.into(), rows),
            None => b2b_account::list(tx, shop, filter, before, rows),
        }
    })?;
    let rows: Vec<Value> = found.iter().map(view).collect();
    output::list(
        context.json,
        &rows,
        &["id", "company", "tax_id", "status", "price_list_id", "net_days", "created_at"],
        "No B2B account was found. Make one: keywright b2b-account create --company \"Example Ltd\"",
    );
    output::more(rows.len(), limit, found.last().map(|account| account.id));
    Ok(())
}

fn whole(tx: &mut Tx<'_>, account: B2bAccount) -> Result<(B2bAccount, Vec<Contact>)> {
    let contacts = b2b_account::contacts(tx, account.id)?;
    Ok((account, contacts))
}

fn show(context: &Context, (account, contacts): &(B2bAccount, Vec<Contact>)) {
    let mut shown = view(account);
    let contacts: Vec<Value> = contacts.iter().map(|contact| output::object(contact, &[])).collect();
    shown["contacts"] = Value::Array(contacts.clone());
    output::show(context.json, &shown);
    if !context.json {
        output::line("");
        let none =
            format!("No contacts. Attach one: keywright b2b-account attach {} a@b.example", account.id);
        output::list(false, &contacts, &["customer_id", "email", "name", "is_primary"], &none);
    }
}

fn view(account: &B2bAccount) -> Value {
    output::object(account, &[("created_at", Some(account.created_at))])
}
