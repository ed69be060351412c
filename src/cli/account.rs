//! `account show | set`

use clap::{Args, Subcommand};
use serde_json::json;

use super::context::Context;
use super::policy::LicencePolicy;
use super::{nothing, output};
use crate::base::error::{Error, Result};
use crate::domain::account::{self, Account, Change};

#[derive(Subcommand)]
pub enum Command {
    /// Show the shop's name, currency and time zone, and the licence policy that new products have
    Show,
    /// Change them; products there are keep the licence policy they have
    Set(Box<Set>),
}

#[derive(Args)]
pub struct Set {
    /// What the shop is called
    #[arg(long)]
    name: Option<String>,
    /// Of prices that name none, such as EUR; empty is none
    #[arg(long)]
    currency: Option<String>,
    /// What times are shown in, such as Europe/Berlin
    #[arg(long)]
    time_zone: Option<String>,
    /// Markdown: how buyers pay an order that no card pays, shown with it until it is paid
    #[arg(long)]
    payment_notice: Option<String>,
    #[command(flatten)]
    policy: LicencePolicy,
}

impl Set {
    fn change(self) -> Result<Change> {
        Ok(Change {
            title: self.name,
            currency: self.currency.map(nothing::text),
            time_zone: self.time_zone,
            policy: self.policy.change()?,
            payment_notice: self.payment_notice,
        })
    }
}

impl Command {
    pub fn run(self, context: &Context) -> Result<()> {
        let (site_id, account) = match self {
            Self::Show => context.read_in(|tx, shop| Ok((shop.site_id, account::get(tx, shop)?)))?,
            Self::Set(set) => {
                let change = set.change()?;
                context.write_in("set account", move |tx, shop| {
                    // What somebody does in test mode must never change live mode.
                    if shop.is_test() {
                        return Err(Error::refused("the account is one for both modes: leave out --test"));
                    }
                    Ok((shop.site_id, account::set(tx, shop, &change)?))
                })?
            }
        };
        shown(context, site_id, &account);
        Ok(())
    }
}

fn shown(context: &Context, site_id: i64, account: &Account) {
    let view = json!({
        "id": site_id, "name": account.title, "currency": account.currency, "time_zone": account.time_zone,
        "defaults": {"licence_policy": account.policy}, "payment_notice": account.payment_notice,
    });
    output::show(context.json, &view);
    if !context.json {
        output::line("\nA new product has:");
        output::show(false, &view["defaults"]["licence_policy"]);
    }
    account.policy.warnings().iter().for_each(|warning| output::aside(&format!("warning: {warning}")));
}
