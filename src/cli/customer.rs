//! `customer create | list | show | set | export | erase | merge`

use clap::Subcommand;
use serde_json::Value;

use super::buyer::Buyer;
use super::context::Context;
use super::switch::Switch;
use super::{licence, output};
use crate::base::error::{Error, Result};
use crate::domain::customer::{self, Change, Customer, Filter};
use crate::domain::held;
use crate::domain::shop::Shop;
use crate::store::Tx;
use crate::web::platform;

#[derive(Subcommand)]
pub enum Command {
    /// Make a customer; issuing a licence and placing an order make one too, where there is none with the address
    Create(Buyer),
    /// List customers, newest first
    List {
        /// How many
        #[arg(long, default_value_t = 100)]
        limit: i64,
        /// Those before this customer id
        #[arg(long)]
        before: Option<i64>,
        /// Only those whose e-mail address begins so
        #[arg(long, value_name = "PREFIX")]
        search: Option<String>,
        /// Only those of this group
        #[arg(long)]
        group: Option<String>,
    },
    /// Show a customer and what they own
    Show {
        /// The customer's id or e-mail address
        customer: String,
    },
    /// Print all that is held on a customer, as JSON
    Export {
        /// The customer's id or e-mail address
        customer: String,
    },
    /// Forget who a customer is; what they bought stays, and belongs to nobody that can be named
    Erase {
        /// The customer's id or e-mail address
        customer: String,
    },
    /// Give all that a customer has to another, and remove the first
    Merge {
        /// The customer's id or e-mail address
        customer: String,
        /// The other's
        into: String,
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
        /// The group they belong to, in a word of your own; empty takes them out of theirs
        #[arg(long)]
        group: Option<String>,
        /// Whether they are mailed of new releases
        #[arg(long, value_enum)]
        wants_news: Option<Switch>,
    },
}

impl Command {
    pub fn run(self, context: &Context) -> Result<()> {
        match self {
            Self::Create(buyer) => {
                let change = buyer.change();
                let made =
                    context.write_in("create customer", move |tx, shop| customer::new(tx, shop, &change))?;
                output::show(context.json, &view(&made));
            }
            Self::List { limit, before, search, group } => {
                let filter = Filter { prefix: search, group };
                let found = context
                    .read_in(move |tx, shop| customer::list(tx, shop, &filter, before, (limit.max(0), 0)))?;
                let rows: Vec<Value> = found.iter().map(view).collect();
                output::list(
                    context.json,
                    &rows,
                    &["id", "email", "name", "username", "group", "created_at"],
                    "No customer was found. They come with orders and licences, or: keywright customer create --email a@b.example",
                );
                output::more(rows.len(), limit, found.last().map(|c| c.id));
            }
            Self::Show { customer } => {
                let (customer, licences) = context.read_in(move |tx, shop| {
                    let customer = find(tx, shop, &customer)?;
                    let licences = crate::domain::licence_list::of_customer(tx, shop, customer.id)?;
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
            Self::Export { customer } => {
                let held = context.read_in(move |tx, shop| {
                    let id = find(tx, shop, &customer)?.id;
                    held::held(tx, shop, id)
                })?;
                output::json(&platform::told(&held)?);
            }
            Self::Erase { customer } => {
                let erased = context.write_in("erase customer", move |tx, shop| {
                    let id = find(tx, shop, &customer)?.id;
                    held::erase(tx, shop, id)
                })?;
                output::show(context.json, &view(&erased));
            }
            Self::Merge { customer, into } => {
                let merged = context.write_in("merge customers", move |tx, shop| {
                    let (id, into) = (find(tx, shop, &customer)?.id, find(tx, shop, &into)?.id);
                    held::merge(tx, shop, id, into)
                })?;
                output::show(context.json, &view(&merged));
            }
            Self::Set { customer, email, name, username, group, wants_news } => {
                let wants_news = wants_news.map(Switch::is_on);
                let change =
                    Change { email, name, username, group_name: group, wants_news, ..Change::default() };
                let customer = context.write_in("set customer", move |tx, shop| {
                    let id = find(tx, shop, &customer)?.id;
                    customer::set(tx, shop, id, &change)
                })?;
                output::show(context.json, &view(&customer));
            }
        }
        Ok(())
    }
}

/// The customer with this id or e-mail address.
pub fn find(tx: &mut Tx<'_>, shop: Shop, id_or_email: &str) -> Result<Customer> {
    match id_or_email.parse() {
        Ok(id) => customer::get(tx, shop, id),
        Err(_) => customer::by_email(tx, shop, id_or_email)?
            .ok_or_else(|| Error::not_found(format!("there is no customer with the address {id_or_email}"))),
    }
}

fn view(customer: &Customer) -> Value {
    let mut view = output::object(customer, &[("created_at", Some(customer.created_at))]);
    view["b2b_account_id"] = customer.b2b_account_id.into();
    view
}
