//! `site storefront`

use clap::Args;
use serde_json::{Value, json};

use super::context::Context;
use super::output;
use super::switch::Switch;
use crate::base::error::{Error, Result};
use crate::domain::storefront::{self, Change, Storefront};

/// How a site is shown in shops; with flags, set it.
#[derive(Args)]
pub struct Show {
    /// Its language, such as en or pt-BR
    #[arg(long)]
    locale: Option<String>,
    /// A value of its looks, such as colour-main=#0a5, besides those there are; empty takes one out; may be given several times
    #[arg(long, value_name = "NAME=VALUE")]
    theme: Vec<String>,
    /// Show reviews only once you have published them
    #[arg(long, value_enum)]
    approve_reviews: Option<Switch>,
}

impl Show {
    pub fn run(self, context: &Context) -> Result<()> {
        let Self { locale, theme, approve_reviews } = self;
        let theme: Vec<(String, String)> = theme.iter().map(|text| token(text)).collect::<Result<_>>()?;
        let shown = if locale.is_none() && theme.is_empty() && approve_reviews.is_none() {
            context.read_in(storefront::get)?
        } else {
            context.write_in("set storefront", move |tx, shop| {
                // What somebody does in test mode must never change live mode.
                if shop.is_test() {
                    return Err(Error::refused("the site is one for both modes: leave out --test"));
                }
                let mut all = storefront::get(tx, shop)?.theme;
                for (name, value) in &theme {
                    if value.is_empty() {
                        all.remove(name);
                    } else {
                        all.insert(name.clone(), value.as_str().into());
                    }
                }
                let approves_reviews = approve_reviews.map(Switch::is_on);
                let change = Change { locale: locale.clone(), theme: Some(all), approves_reviews };
                storefront::set(tx, shop, &change)
            })?
        };
        told(context, &shown);
        Ok(())
    }
}

fn token(text: &str) -> Result<(String, String)> {
    let (name, value) = text
        .split_once('=')
        .ok_or_else(|| Error::invalid(format!("--theme {text} is not written like colour-main=#0a5")))?;
    Ok((name.trim().to_owned(), value.trim().to_owned()))
}

fn told(context: &Context, storefront: &Storefront) {
    output::show(context.json, &json!(storefront));
    if !context.json && !storefront.theme.is_empty() {
        output::line("\nIts theme:");
        output::show(false, &Value::Object(storefront.theme.clone()));
    }
}
