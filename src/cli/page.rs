//! `page create | list | show | set | publish | unpublish | delete`

use std::path::PathBuf;

use clap::{Args, Subcommand};
use serde_json::Value;

use super::context::Context;
use super::{output, text_file};
use crate::base::error::Result;
use crate::domain::content_page::{self, Change, ContentPage};

#[derive(Subcommand)]
pub enum Command {
    /// Make a page to read in the shop, at /p/SLUG
    Create {
        /// What stands above it
        #[arg(long)]
        title: String,
        #[command(flatten)]
        fields: Fields,
        /// Only prepare it: publish shows it
        #[arg(long)]
        draft: bool,
    },
    /// List pages, newest first
    List,
    /// Show a page
    Show {
        /// The page's id
        id: i64,
    },
    /// Change a page
    Set {
        /// The page's id
        id: i64,
        /// What stands above it
        #[arg(long)]
        title: Option<String>,
        #[command(flatten)]
        fields: Fields,
    },
    /// Show a page to everybody
    Publish {
        /// The page's id
        id: i64,
    },
    /// Show a page to nobody
    Unpublish {
        /// The page's id
        id: i64,
    },
    /// Remove a page for good
    Delete {
        /// The page's id
        id: i64,
    },
}

#[derive(Args)]
pub struct Fields {
    /// The words in its address; made from the title
    #[arg(long)]
    slug: Option<String>,
    /// Its text, in Markdown
    #[arg(long, conflicts_with = "body_file")]
    body: Option<String>,
    /// The file with its text, in Markdown; - is standard input
    #[arg(long, value_name = "FILE")]
    body_file: Option<PathBuf>,
}

impl Fields {
    fn change(self, title: Option<String>) -> Result<Change> {
        let from_file = self.body_file.as_deref().map(text_file::read).transpose()?;
        Ok(Change { title, slug: self.slug, body: self.body.or(from_file), is_published: None })
    }
}

impl Command {
    pub fn run(self, context: &Context) -> Result<()> {
        match self {
            Self::Create { title, fields, draft } => {
                let change = Change { is_published: Some(!draft), ..fields.change(Some(title))? };
                let made =
                    context.write_in("create page", move |tx, shop| content_page::new(tx, shop, &change))?;
                output::show(context.json, &view(&made));
            }
            Self::List => {
                let found =
                    context.read_in(|tx, shop| content_page::list(tx, shop, false, None, (i64::MAX, 0)))?;
                let rows: Vec<Value> = found.iter().map(view).collect();
                output::list(
                    context.json,
                    &rows,
                    &["id", "title", "slug", "is_published", "updated_at"],
                    "There are no pages. Make one: keywright page create --title \"About us\" --body-file about.md",
                );
            }
            Self::Show { id } => {
                let page = context.read_in(move |tx, shop| content_page::get(tx, shop, id))?;
                output::show(context.json, &view(&page));
            }
            Self::Set { id, title, fields } => set(context, id, fields.change(title)?)?,
            Self::Publish { id } => {
                set(context, id, Change { is_published: Some(true), ..Change::default() })?;
            }
            Self::Unpublish { id } => {
                set(context, id, Change { is_published: Some(false), ..Change::default() })?;
            }
            Self::Delete { id } => {
                let gone =
                    context.write_in("delete page", move |tx, shop| content_page::delete(tx, shop, id))?;
                output::show(context.json, &view(&gone));
            }
        }
        Ok(())
    }
}

fn set(context: &Context, id: i64, change: Change) -> Result<()> {
    let page = context.write_in("set page", move |tx, shop| content_page::set(tx, shop, id, &change))?;
    output::show(context.json, &view(&page));
    Ok(())
}

fn view(page: &ContentPage) -> Value {
    output::object(page, &[("created_at", Some(page.created_at)), ("updated_at", Some(page.updated_at))])
}
