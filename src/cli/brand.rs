//! `brand create | list | set | delete`

use clap::Subcommand;
use serde_json::Value;

use super::context::Context;
use super::output;
use crate::base::error::Result;
use crate::domain::brand::{self, Brand, Change};

#[derive(Subcommand)]
pub enum Command {
    /// Make a brand
    Create {
        /// What it is called
        #[arg(long)]
        title: String,
        /// The word that programs know it by; made from the title
        #[arg(long)]
        slug: Option<String>,
    },
    /// List brands, newest first
    List,
    /// Change a brand
    Set {
        /// The brand's id
        id: i64,
        /// What it is called
        #[arg(long)]
        title: Option<String>,
        /// The word that programs know it by
        #[arg(long)]
        slug: Option<String>,
    },
    /// Remove a brand that no product is of
    Delete {
        /// The brand's id
        id: i64,
    },
}

impl Command {
    pub fn run(self, context: &Context) -> Result<()> {
        match self {
            Self::Create { title, slug } => {
                let change = Change { title: Some(title), slug };
                let made = context.write_in("create brand", move |tx, shop| brand::new(tx, shop, &change))?;
                output::show(context.json, &view(&made));
            }
            Self::List => {
                let found = context.read_in(|tx, shop| brand::list(tx, shop, None, i64::MAX))?;
                let rows: Vec<Value> = found.iter().map(view).collect();
                output::list(
                    context.json,
                    &rows,
                    &["id", "title", "slug", "created_at"],
                    "There are no brands. Make one: keywright brand create --title \"My brand\"",
                );
            }
            Self::Set { id, title, slug } => {
                let change = Change { title, slug };
                let brand =
                    context.write_in("set brand", move |tx, shop| brand::set(tx, shop, id, &change))?;
                output::show(context.json, &view(&brand));
            }
            Self::Delete { id } => {
                let gone = context.write_in("delete brand", move |tx, shop| brand::delete(tx, shop, id))?;
                output::show(context.json, &view(&gone));
            }
        }
        Ok(())
    }
}

fn view(brand: &Brand) -> Value {
    output::object(brand, &[("created_at", Some(brand.created_at))])
}
