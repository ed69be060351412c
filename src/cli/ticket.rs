//! `ticket list | show | new | reply | close | reopen`

use clap::{Args, Subcommand};
use serde_json::Value;

use super::context::Context;
use super::output;
use crate::base::error::Result;
use crate::domain::ticket::{self, Draft, Filter, Status, Ticket};
use crate::domain::ticket_reply::{self, Reply};

#[derive(Subcommand)]
pub enum Command {
    /// List tickets, newest first
    List(List),
    /// Show a ticket, with what was said to it
    Show {
        /// The ticket's id
        id: i64,
    },
    /// Take a question in, such as one that came by mail
    New {
        /// The address of who asks
        #[arg(long)]
        email: String,
        /// What it is about
        #[arg(long)]
        subject: String,
        /// What is asked
        #[arg(long)]
        message: String,
    },
    /// Say something to a ticket
    Reply {
        /// The ticket's id
        id: i64,
        /// What is said
        #[arg(long)]
        message: String,
        /// It was said by who asked, not by the shop
        #[arg(long)]
        by_customer: bool,
    },
    /// Say that a ticket is over
    Close {
        /// The ticket's id
        id: i64,
        /// And that who asked was helped
        #[arg(long)]
        solved: bool,
    },
    /// Open a ticket again
    Reopen {
        /// The ticket's id
        id: i64,
    },
}

#[derive(Args)]
pub struct List {
    /// How many
    #[arg(long, default_value_t = 100)]
    limit: i64,
    /// Those before this ticket id
    #[arg(long)]
    before: Option<i64>,
    /// Only those in this state, such as open
    #[arg(long)]
    status: Option<String>,
    /// Only those that wait for an answer of the shop
    #[arg(long)]
    waiting: bool,
    /// Only those of this customer's id
    #[arg(long, value_name = "ID")]
    customer: Option<i64>,
}

impl Command {
    pub fn run(self, context: &Context) -> Result<()> {
        match self {
            Self::List(list) => return list.run(context),
            Self::Show { id } => return show(context, id),
            Self::New { email, subject, message } => {
                let draft = Draft { email, subject, message };
                let made = context.write_in("new ticket", move |tx, shop| ticket::new(tx, shop, &draft))?;
                output::show(context.json, &view(&made));
            }
            Self::Reply { id, message, by_customer } => {
                let said = context.write_in("reply to ticket", move |tx, shop| {
                    ticket_reply::new(tx, shop, id, !by_customer, &message)
                })?;
                output::show(context.json, &reply(&said));
            }
            Self::Close { id, solved } => {
                set(context, id, if solved { Status::Solved } else { Status::Closed })?;
            }
            Self::Reopen { id } => {
                let opened =
                    context.write_in("reopen ticket", move |tx, shop| ticket::reopen(tx, shop, id))?;
                output::show(context.json, &view(&opened));
            }
        }
        Ok(())
    }
}

impl List {
    fn run(self, context: &Context) -> Result<()> {
        let status = self.status.as_deref().map(str::parse).transpose()?;
        let filter = Filter { status, waits: self.waiting, customer_id: self.customer };
        let (limit, before) = (self.limit, self.before);
        let found =
            context.read_in(move |tx, shop| ticket::page(tx, shop, filter, before, (limit.max(0), 0)))?;
        let rows: Vec<Value> = found.iter().map(view).collect();
        output::list(
            context.json,
            &rows,
            &["id", "status", "email", "subject", "created_at", "updated_at"],
            "No ticket was found. Take a question in: keywright ticket new --email … --subject … --message …",
        );
        output::more(rows.len(), limit, found.last().map(|ticket| ticket.id));
        Ok(())
    }
}

fn show(context: &Context, id: i64) -> Result<()> {
    let (found, replies) =
        context.read_in(move |tx, shop| Ok((ticket::get(tx, shop, id)?, ticket_reply::list(tx, id)?)))?;
    let mut shown = view(&found);
    shown["replies"] = replies.iter().map(reply).collect();
    output::show(context.json, &shown);
    if !context.json {
        let rows = shown["replies"].as_array().map_or(&[][..], Vec::as_slice);
        output::line("");
        output::list(false, rows, &["id", "by_shop", "message", "created_at"], "Nothing was said to it yet.");
    }
    Ok(())
}

fn set(context: &Context, id: i64, status: Status) -> Result<()> {
    let set = context.write_in("set ticket", move |tx, shop| ticket::set_status(tx, shop, id, status))?;
    output::show(context.json, &view(&set));
    Ok(())
}

fn view(ticket: &Ticket) -> Value {
    output::object(
        ticket,
        &[("created_at", Some(ticket.created_at)), ("updated_at", Some(ticket.updated_at))],
    )
}

fn reply(reply: &Reply) -> Value {
    output::object(reply, &[("created_at", Some(reply.created_at))])
}
