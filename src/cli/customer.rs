//! `customer list | show | set`

use clap::Subcommand;
use serde_json::Value;

use super::context::Context;
use super::{licence, output};
use crate::base::error::{Error, Result};
use crate::domain::customer::{self, Change, Customer};
use crate::domain::shop::Shop;
use crate::store::Tx;

#[derive(Subcommand)]
pub enum Command {
    /// List customers, newest first
    List {
        /// How many
        #[arg(long, default_value_t = 100)]
        limit: i64,
        /// Those before this customer id
        #[arg(long)]
        before: Option<i64>,
    },
    /// Show a customer and what they own
    Show {
        /// The customer's id or e-mail address
        customer: String,
    },
    /// Change a customer
    Set {
        /// The customer's id or e-mail address
        customer: String,
        /// The new e-mail address
        #[arg(long)]
        email: Option<String>,
        /// The new name
        #[arg(long)]
        name: Option<String>,
        /// The new user name
        #[arg(long)]
        username: Option<String>,
    },
}

impl Command {
    pub fn run(self, context: &Context) -> Result<()> {
        match self {
            Self::List { limit, before } => {
                let found = context.read(move |tx| {
                    let shop = Shop::live(tx)?;
                    customer::list(tx, shop, None, before, limit.max(0))
                })?;
                let rows: Vec<Value> = found.iter().map(view).collect();
                output::list(
                    context.json,
                    &rows,
                    &["id", "email", "name", "username", "created_at"],
                    "There are no customers here. They come with licences: keywright licence issue",
                );
                output::more(rows.len(), limit, found.last().map(|c| c.id));
            }
            Self::Show { customer } => {
                let (customer, licences) = context.read(move |tx| {
                    let customer = find(tx, &customer)?;
                    let licences = {
                        let shop = Shop::live(tx)?;
                        crate::domain::licence::of_customer(tx, shop, customer.id)?
                    };
                    Ok((customer, licences))
                })?;
                let licences: Vec<Value> = licences.iter().map(licence::view).collect();
                let mut shown = view(&customer);
                shown["licences"] = Value::Array(licences.clone());
                output::show(context.json, &shown);
                if !context.json {
                    output::line("");
                    let columns = ["key", "product", "status", "uses", "max_uses", "expires_at"];
                    output::list(false, &licences, &columns, "Owns nothing.");
                }
            }
            Self::Set { customer, email, name, username } => {
                let change = Change { email, name, username };
                let customer = context.write("set customer", move |tx| {
                    let (shop, id) = (Shop::live(tx)?, find(tx, &customer)?.id);
                    customer::set(tx, shop, id, &change)
                })?;
                output::show(context.json, &view(&customer));
            }
        }
        Ok(())
    }
}

fn find(tx: &mut Tx<'_>, id_or_email: &str) -> Result<Customer> {
    let shop = Shop::live(tx)?;
    match id_or_email.parse() {
        Ok(id) => customer::get(tx, shop, id),
        Err(_) => customer::by_email(tx, shop, id_or_email)?
            .ok_or_else(|| Error::not_found(format!("there is no customer with the address {id_or_email}"))),
    }
}

fn view(customer: &Customer) -> Value {
    output::object(customer, &[("created_at", Some(customer.created_at))])
}
