//! `review list | show | publish | archive | spam | respond`

use clap::{Args, Subcommand};
use serde_json::Value;

use super::context::Context;
use super::output;
use crate::base::error::Result;
use crate::domain::review::{self, Review, Status};
use crate::domain::review_list::{self, Filter};

#[derive(Subcommand)]
pub enum Command {
    /// List reviews, newest first
    List(List),
    /// Show a review
    Show {
        /// The review's id
        id: i64,
    },
    /// Show a review in the shop
    Publish {
        /// The review's id
        id: i64,
    },
    /// Take a review off the shop
    Archive {
        /// The review's id
        id: i64,
    },
    /// Say that a review is none; it is shown to nobody
    Spam {
        /// The review's id
        id: i64,
    },
    /// Answer a review, instead of what was answered before
    Respond {
        /// The review's id
        id: i64,
        /// What the shop says; empty is nothing any more
        #[arg(long)]
        message: String,
    },
}

#[derive(Args)]
pub struct List {
    /// How many
    #[arg(long, default_value_t = 100)]
    limit: i64,
    /// Those before this review id
    #[arg(long)]
    before: Option<i64>,
    /// Only those of this product's id
    #[arg(long, value_name = "ID")]
    product: Option<i64>,
    /// Only those of this customer's id
    #[arg(long, value_name = "ID")]
    customer: Option<i64>,
    /// Only those in this state, such as pending
    #[arg(long)]
    status: Option<String>,
}

impl Command {
    pub fn run(self, context: &Context) -> Result<()> {
        match self {
            Self::List(list) => return list.run(context),
            Self::Show { id } => {
                let found = context.read_in(move |tx, shop| review::get(tx, shop, id))?;
                output::show(context.json, &view(&found));
            }
            Self::Publish { id } => set(context, id, Status::Published)?,
            Self::Archive { id } => set(context, id, Status::Archived)?,
            Self::Spam { id } => set(context, id, Status::Spam)?,
            Self::Respond { id, message } => {
                let review = context
                    .write_in("respond to review", move |tx, shop| review::respond(tx, shop, id, &message))?;
                output::show(context.json, &view(&review));
            }
        }
        Ok(())
    }
}

impl List {
    fn run(self, context: &Context) -> Result<()> {
        let status = self.status.as_deref().map(str::parse).transpose()?;
        let filter = Filter { product_id: self.product, customer_id: self.customer, status, is_kept: false };
        let (limit, before) = (self.limit, self.before);
        let found =
            context.read_in(move |tx, shop| review_list::list(tx, shop, filter, before, limit.max(0)))?;
        let rows: Vec<Value> = found.iter().map(view).collect();
        output::list(
            context.json,
            &rows,
            &["id", "product_id", "rating", "title", "name", "status", "is_verified", "created_at"],
            "No review was found. Buyers write them on the pages of products.",
        );
        output::more(rows.len(), limit, found.last().map(|review| review.id));
        Ok(())
    }
}

fn set(context: &Context, id: i64, status: Status) -> Result<()> {
    let review = context.write_in("set review", move |tx, shop| review::set_status(tx, shop, id, status))?;
    output::show(context.json, &view(&review));
    Ok(())
}

fn view(review: &Review) -> Value {
    let times = [("created_at", Some(review.created_at)), ("responded_at", review.responded_at)];
    output::object(review, &times)
}
