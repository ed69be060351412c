//! `metafield list | show | set | delete`

use clap::{Args, Subcommand};
use serde_json::Value;

use super::context::Context;
use super::output;
use crate::base::error::{Error, Result};
use crate::domain::metafield::{self, Metafield, Owner, Resource, ValueType};
use crate::domain::shop::Shop;
use crate::store::Tx;

#[derive(Subcommand)]
pub enum Command {
    /// List all of a product, a customer, an order, or of the site
    List {
        #[command(flatten)]
        of: Of,
    },
    /// Show one
    Show {
        #[command(flatten)]
        name: Name,
        #[command(flatten)]
        of: Of,
    },
    /// Write one, or change what it says
    Set {
        #[command(flatten)]
        name: Name,
        /// What it says
        #[arg(allow_hyphen_values = true)]
        value: String,
        /// What that is: string, integer, json or boolean; as before if not given, or string
        #[arg(long = "type", value_name = "TYPE")]
        value_type: Option<String>,
        #[command(flatten)]
        of: Of,
    },
    /// Remove one for good
    Delete {
        #[command(flatten)]
        name: Name,
        #[command(flatten)]
        of: Of,
    },
}

#[derive(Args)]
pub struct Name {
    /// Whose words these are, such as warehouse
    namespace: String,
    /// Which of them, such as shelf
    key: String,
}

/// Whose it is; the site's own without a word.
#[derive(Args)]
pub struct Of {
    /// Of this product
    #[arg(long, value_name = "ID", conflicts_with_all = ["customer", "order"])]
    product: Option<i64>,
    /// Of this customer
    #[arg(long, value_name = "ID", conflicts_with = "order")]
    customer: Option<i64>,
    /// Of this order
    #[arg(long, value_name = "ID")]
    order: Option<i64>,
}

impl Of {
    fn owner(&self, shop: Shop) -> Owner {
        match (self.product, self.customer, self.order) {
            (Some(id), _, _) => (Resource::Product, id),
            (_, Some(id), _) => (Resource::Customer, id),
            (_, _, Some(id)) => (Resource::Order, id),
            _ => (Resource::Site, shop.site_id),
        }
    }
}

impl Name {
    fn find(&self, tx: &mut Tx<'_>, shop: Shop, owner: Owner) -> Result<Option<Metafield>> {
        let all = metafield::list(tx, shop, owner)?;
        Ok(all.into_iter().find(|one| one.namespace == self.namespace && one.key == self.key))
    }

    fn get(&self, tx: &mut Tx<'_>, shop: Shop, owner: Owner) -> Result<Metafield> {
        self.find(tx, shop, owner)?
            .ok_or_else(|| Error::not_found(format!("there is no metafield {} {}", self.namespace, self.key)))
    }
}

impl Command {
    pub fn run(self, context: &Context) -> Result<()> {
        let done = match self {
            Self::List { of } => {
                let found = context.read_in(move |tx, shop| metafield::list(tx, shop, of.owner(shop)))?;
                let rows: Vec<Value> = found.iter().map(view).collect();
                output::list(
                    context.json,
                    &rows,
                    &["namespace", "key", "value_type", "value", "updated_at"],
                    "There are no metafields. Write one: keywright metafield set NAMESPACE KEY VALUE --product ID",
                );
                return Ok(());
            }
            Self::Show { name, of } => context.read_in(move |tx, shop| name.get(tx, shop, of.owner(shop)))?,
            Self::Set { name, value, value_type, of } => {
                let of_type = value_type.as_deref().map(str::parse::<ValueType>).transpose()?;
                context.write_in("set metafield", move |tx, shop| {
                    let owner = of.owner(shop);
                    if let Some(old) = name.find(tx, shop, owner)? {
                        return metafield::set(tx, shop, owner, old.id, (Some(&value), of_type));
                    }
                    let known = (&*name.namespace, &*name.key);
                    let said = (&*value, of_type.unwrap_or(ValueType::String));
                    metafield::new(tx, shop, owner, known, said)
                })?
            }
            Self::Delete { name, of } => context.write_in("delete metafield", move |tx, shop| {
                let owner = of.owner(shop);
                let gone = name.get(tx, shop, owner)?;
                metafield::delete(tx, shop, owner, gone.id)?;
                Ok(gone)
            })?,
        };
        output::show(context.json, &view(&done));
        Ok(())
    }
}

fn view(one: &Metafield) -> Value {
    output::object(one, &[("created_at", Some(one.created_at)), ("updated_at", Some(one.updated_at))])
}
