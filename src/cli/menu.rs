//! `menu put | list | show | delete`

use std::path::{Path, PathBuf};

use clap::Subcommand;
use serde_json::Value;

use super::context::Context;
use super::{output, text_file};
use crate::base::error::{Error, Result};
use crate::domain::menu::{self, Item, Menu};

#[derive(Subcommand)]
pub enum Command {
    /// Make a menu, or give the one with this handle other links; the menu "main" stands above the shop's pages
    Put {
        /// The word that it is known by, such as main
        handle: String,
        /// What it is called; as before if not given, or as its handle
        #[arg(long)]
        title: Option<String>,
        /// A link, such as "About us=/p/about-us"; may be given several times
        #[arg(long = "item", value_name = "TITLE=ADDRESS", conflicts_with = "file")]
        items: Vec<String>,
        /// A file with its links, as a JSON list of objects with title and url; - is standard input
        #[arg(long, value_name = "FILE")]
        file: Option<PathBuf>,
    },
    /// List menus, the oldest first
    List,
    /// Show a menu and its links
    Show {
        /// The word that it is known by
        handle: String,
    },
    /// Remove a menu for good
    Delete {
        /// The word that it is known by
        handle: String,
    },
}

impl Command {
    pub fn run(self, context: &Context) -> Result<()> {
        match self {
            Self::Put { handle, title, items, file } => {
                let items = match file {
                    Some(file) => listed(&file)?,
                    None => items.iter().map(|text| item(text)).collect::<Result<_>>()?,
                };
                let menu = context.write_in("put menu", move |tx, shop| {
                    let before = menu::find(tx, shop, &handle)?.map(|menu| menu.title);
                    let title = title.clone().or(before).unwrap_or_else(|| handle.clone());
                    menu::put(tx, shop, &handle, &title, &items)
                })?;
                shown(context, &menu);
            }
            Self::List => {
                let found = context.read_in(menu::list)?;
                let mut rows: Vec<Value> = found.iter().map(view).collect();
                if !context.json {
                    for row in &mut rows {
                        row["items"] = row["items"].as_array().map_or(0, Vec::len).into();
                    }
                }
                output::list(
                    context.json,
                    &rows,
                    &["handle", "title", "items", "created_at"],
                    "There are no menus. Make one: keywright menu put main --item \"About us=/p/about-us\"",
                );
            }
            Self::Show { handle } => {
                let menu = context.read_in(move |tx, shop| get(menu::find(tx, shop, &handle)?, &handle))?;
                shown(context, &menu);
            }
            Self::Delete { handle } => {
                let gone = context.write_in("delete menu", move |tx, shop| {
                    let menu = get(menu::find(tx, shop, &handle)?, &handle)?;
                    menu::delete(tx, shop, &handle)?;
                    Ok(menu)
                })?;
                shown(context, &gone);
            }
        }
        Ok(())
    }
}

fn get(found: Option<Menu>, handle: &str) -> Result<Menu> {
    found.ok_or_else(|| {
        Error::not_found(format!("there is no menu {handle}; `keywright menu list` shows those there are"))
    })
}

/// An address may have a `=` of its own, and a title has none.
fn item(text: &str) -> Result<Item> {
    let (title, url) = text.split_once('=').ok_or_else(|| {
        Error::invalid(format!("--item {text} is not written like \"About us=/p/about-us\""))
    })?;
    Ok(Item { title: title.trim().to_owned(), url: url.trim().to_owned() })
}

fn listed(file: &Path) -> Result<Vec<Item>> {
    let wrong = || {
        let message = "is no JSON list of objects with title and url, such as [{\"title\": \"About us\", \"url\": \"/p/about-us\"}]";
        Error::invalid(format!("{} {message}", file.display()))
    };
    let listed: Vec<Value> = serde_json::from_str(&text_file::read(file)?).map_err(|_| wrong())?;
    let text = |one: &Value, name: &str| one[name].as_str().map(str::to_owned).ok_or_else(wrong);
    listed.iter().map(|one| Ok(Item { title: text(one, "title")?, url: text(one, "url")? })).collect()
}

fn shown(context: &Context, menu: &Menu) {
    let shown = view(menu);
    output::show(context.json, &shown);
    let items = shown["items"].as_array().map_or(&[][..], Vec::as_slice);
    if !context.json && !items.is_empty() {
        output::line("");
        output::list(false, items, &["title", "url"], "");
    }
}

fn view(menu: &Menu) -> Value {
    output::object(menu, &[("created_at", Some(menu.created_at))])
}
