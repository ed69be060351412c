//! `about show | set`

use clap::Subcommand;
use serde_json::{Map, Value};

use super::context::Context;
use super::output;
use crate::base::error::{Error, Result};
use crate::domain::about;

#[derive(Subcommand)]
pub enum Command {
    /// Show what programs are told of the shop
    Show,
    /// Say something of the shop, such as phone="+351 961 000 000"; without a value it is said no more
    Set {
        /// Facts: a text, true or false, or JSON where a fact is more than that
        #[arg(required = true, value_name = "NAME=VALUE")]
        facts: Vec<String>,
    },
}

fn fact(text: &str) -> Result<(String, Value)> {
    let (name, value) = text
        .split_once('=')
        .ok_or_else(|| Error::invalid(format!("'{text}' is not like phone=\"+351 …\"")))?;
    let value = match value {
        "" => Value::Null,
        "true" => Value::Bool(true),
        "false" => Value::Bool(false),
        json if json.starts_with(['{', '[']) => {
            serde_json::from_str(json).map_err(|e| Error::invalid(format!("{name} is no JSON: {e}")))?
        }
        text => Value::String(text.to_owned()),
    };
    Ok((name.to_owned(), value))
}

impl Command {
    pub fn run(self, context: &Context) -> Result<()> {
        let told = match self {
            Self::Show => context.read_in(about::get)?,
            Self::Set { facts } => {
                let change: Map<String, Value> =
                    facts.iter().map(|text| fact(text)).collect::<Result<_>>()?;
                context
                    .write_in("say what the shop is about", move |tx, shop| about::set(tx, shop, &change))?
            }
        };
        output::show(context.json, &told.whole());
        Ok(())
    }
}
