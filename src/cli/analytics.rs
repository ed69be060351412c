//! `analytics summary | revenue | activations | versions | errors`

use clap::{Args, Subcommand};

use super::context::Context;
use super::figures::{Drawn, over_time};
use super::terminal::Terminal;
use super::{glance, output};
use crate::base::error::Result;
use crate::domain::analytics::{self, Figures};
use crate::domain::period::Asked;
use crate::domain::shop::Shop;
use crate::domain::{account, product, revenue, summary, versions};
use crate::store::Tx;

#[derive(Subcommand)]
pub enum Command {
    /// All at a glance
    Summary {
        /// Print CSV
        #[arg(long)]
        csv: bool,
    },
    /// What was paid, and what went back
    Revenue(Over),
    /// What shipped apps asked for: uses taken and freed, checks, update checks
    Activations(Over),
    /// Which versions ask for updates
    Versions(Over),
    /// The errors that shipped apps got, by the code of the licence API
    Errors(Over),
}

/// Of which time, and how it is printed.
#[derive(Args)]
pub struct Over {
    /// From when on, as 2026-12-31 (midnight in the shop's time zone) or 2026-12-31T12:00:00Z
    #[arg(long, value_name = "TIME")]
    from: Option<String>,
    /// Until when; now if not given
    #[arg(long, value_name = "TIME")]
    to: Option<String>,
    /// In steps of an hour, day, week or month; days if not given
    #[arg(long)]
    interval: Option<String>,
    /// Of this product only; 0 is what is of none that is known, such as a wrong key
    #[arg(long, value_name = "ID")]
    product: Option<i64>,
    /// Print CSV
    #[arg(long)]
    csv: bool,
}

impl Over {
    fn asked(&self) -> Result<Asked> {
        Ok(Asked {
            from: self.from.clone(),
            to: self.to.clone(),
            interval: self.interval.as_deref().map(str::parse).transpose()?,
            product_id: self.product,
        })
    }

    fn show<F>(self, context: &Context, look: fn(&mut Tx<'_>, Shop, &Asked) -> Result<F>) -> Result<()>
    where
        F: Figures + Drawn + Send + 'static,
    {
        let asked = self.asked()?;
        let (figures, whose) = context.read_in(move |tx, shop| {
            let whose = match asked.product_id {
                None => account::get(tx, shop)?.title,
                Some(0) => "no product".to_owned(),
                Some(id) => product::get(tx, shop, id)?.title,
            };
            Ok((look(tx, shop, &asked)?, whose))
        })?;
        if !printed(context, self.csv, &figures)? {
            over_time(&figures, &whose, Terminal::here());
        }
        Ok(())
    }
}

/// Prints figures for programs, if that is wanted.
fn printed(context: &Context, csv: bool, figures: &impl Figures) -> Result<bool> {
    if csv {
        output::raw(analytics::csv(&figures.table())?.as_bytes());
    } else if context.json {
        output::json(&figures.json());
    }
    Ok(csv || context.json)
}

impl Command {
    pub fn run(self, context: &Context) -> Result<()> {
        match self {
            Self::Summary { csv } => {
                let (figures, whose) = context
                    .read_in(|tx, shop| Ok((summary::summary(tx, shop)?, account::get(tx, shop)?.title)))?;
                if !printed(context, csv, &figures)? {
                    glance::show(&figures, &whose, Terminal::here());
                }
                Ok(())
            }
            Self::Revenue(over) => over.show(context, revenue::revenue),
            Self::Activations(over) => over.show(context, analytics::activations),
            Self::Versions(over) => over.show(context, versions::versions),
            Self::Errors(over) => over.show(context, analytics::errors),
        }
    }
}
