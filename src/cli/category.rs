//! `category create | list | set | delete`

use clap::Subcommand;
use serde_json::Value;

use super::context::Context;
use super::{nothing, output};
use crate::base::error::Result;
use crate::domain::category::{self, Category, Change};

#[derive(Subcommand)]
pub enum Command {
    /// Make a category
    Create {
        /// What it is called
        #[arg(long)]
        title: String,
        /// The words in its page's address; made from the title
        #[arg(long)]
        slug: Option<String>,
        /// The category it stands in; 0 is none
        #[arg(long, value_name = "ID")]
        parent: Option<i64>,
        /// What stands on it, in a few words
        #[arg(long)]
        description: Option<String>,
    },
    /// List categories, newest first
    List,
    /// Change a category
    Set {
        /// The category's id
        id: i64,
        /// What it is called
        #[arg(long)]
        title: Option<String>,
        /// The words in its page's address
        #[arg(long)]
        slug: Option<String>,
        /// The category it stands in; 0 is none
        #[arg(long, value_name = "ID")]
        parent: Option<i64>,
        /// What stands on it, in a few words
        #[arg(long)]
        description: Option<String>,
    },
    /// Remove a category that no product and no other category belongs to
    Delete {
        /// The category's id
        id: i64,
    },
}

impl Command {
    pub fn run(self, context: &Context) -> Result<()> {
        match self {
            Self::Create { title, slug, parent, description } => {
                let parent_id = parent.map(nothing::number);
                let change = Change { title: Some(title), slug, parent_id, description };
                let made =
                    context.write_in("create category", move |tx, shop| category::new(tx, shop, &change))?;
                output::show(context.json, &view(&made));
            }
            Self::List => {
                let found = context.read_in(|tx, shop| category::list(tx, shop, None, i64::MAX))?;
                let rows: Vec<Value> = found.iter().map(view).collect();
                output::list(
                    context.json,
                    &rows,
                    &["id", "title", "slug", "parent_id", "created_at"],
                    "There are no categories. Make one: keywright category create --title \"My category\"",
                );
            }
            Self::Set { id, title, slug, parent, description } => {
                let change = Change { title, slug, parent_id: parent.map(nothing::number), description };
                let category =
                    context.write_in("set category", move |tx, shop| category::set(tx, shop, id, &change))?;
                output::show(context.json, &view(&category));
            }
            Self::Delete { id } => {
                let gone =
                    context.write_in("delete category", move |tx, shop| category::delete(tx, shop, id))?;
                output::show(context.json, &view(&gone));
            }
        }
        Ok(())
    }
}

fn view(category: &Category) -> Value {
    output::object(category, &[("created_at", Some(category.created_at))])
}
