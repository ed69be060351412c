//! `coupon create | list`

use clap::{Args, Subcommand};
use serde_json::Value;

use super::context::Context;
use super::minor::minor;
use super::output;
use crate::base::error::{Error, Result};
use crate::base::time;
use crate::domain::coupon::{self, Coupon, Draft, Kind};
use crate::domain::coupon_list;

#[derive(Subcommand)]
pub enum Command {
    /// Make a coupon
    Create(Box<Create>),
    /// List coupons, newest first
    List,
}

#[derive(Args)]
pub struct Create {
    /// What buyers type
    code: String,
    /// Basis points off the lines (1000 is 10 %)
    #[arg(long, conflicts_with = "off", required_unless_present = "off")]
    percent_bp: Option<i64>,
    /// Minor units off the order (500 is 5.00)
    #[arg(long, requires = "currency", value_parser = minor)]
    off: Option<i64>,
    /// Of --off, such as EUR
    #[arg(long)]
    currency: Option<String>,
    /// What it makes cheaper: lines, or shipping
    #[arg(long, value_name = "PART", default_value = "lines")]
    applies_to: String,
    /// Only off this product
    #[arg(long)]
    product: Option<i64>,
    /// Only off products of this category
    #[arg(long, value_name = "ID")]
    category: Option<i64>,
    /// Only for lines worth so many minor units
    #[arg(long, default_value_t = 0, value_parser = minor)]
    least: i64,
    /// How often it counts
    #[arg(long)]
    max_uses: Option<i64>,
    /// How often it counts for each customer
    #[arg(long)]
    max_uses_each: Option<i64>,
    /// When it begins to count
    #[arg(long, value_name = "RFC3339")]
    starts: Option<String>,
    /// When it ends
    #[arg(long, value_name = "RFC3339")]
    ends: Option<String>,
}

impl Create {
    fn draft(self) -> Result<Draft> {
        let (kind, value) = match (self.percent_bp, self.off) {
            (Some(value), None) => (Kind::Percent, value),
            (None, Some(value)) => (Kind::Fixed, value),
            _ => return Err(Error::invalid("give either --percent-bp or --off")),
        };
        Ok(Draft {
            code: self.code,
            kind,
            value,
            currency: self.currency,
            product_id: self.product,
            category_id: self.category,
            least_minor: self.least,
            max_uses: self.max_uses,
            starts_at: self.starts.as_deref().map(time::parse).transpose()?,
            ends_at: self.ends.as_deref().map(time::parse).transpose()?,
            applies_to: self.applies_to.parse()?,
            max_uses_each: self.max_uses_each,
        })
    }
}

impl Command {
    pub fn run(self, context: &Context) -> Result<()> {
        match self {
            Self::Create(create) => {
                let draft = create.draft()?;
                let coupon =
                    context.write_in("create coupon", move |tx, shop| coupon::new(tx, shop, &draft))?;
                output::show(context.json, &view(&coupon));
            }
            Self::List => {
                let found = context.read_in(|tx, shop| coupon_list::list(tx, shop, None, i64::MAX))?;
                let rows: Vec<Value> = found.iter().map(view).collect();
                output::list(
                    context.json,
                    &rows,
                    &[
                        "code",
                        "kind",
                        "value",
                        "currency",
                        "product_id",
                        "category_id",
                        "used",
                        "max_uses",
                        "ends_at",
                    ],
                    "There are no coupons. Make one: keywright coupon create CODE --percent-bp 1000",
                );
            }
        }
        Ok(())
    }
}

fn view(coupon: &Coupon) -> Value {
    output::object(coupon, &[("starts_at", coupon.starts_at), ("ends_at", coupon.ends_at)])
}
