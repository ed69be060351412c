//! `mail test | preview | list | show | again`

use clap::{Args, Subcommand};
use serde_json::{Value, json};

use super::context::{Context, block_on};
use super::output;
use crate::base::error::{Error, Result};
use crate::base::text;
use crate::base::time::{Clock, rfc3339};
use crate::domain::account;
use crate::domain::letter::{self, Found, Told};
use crate::domain::mail::{self, Mail, Status, Template};
use crate::jobs::mail::{Letters, Mark, Post, sample};

#[derive(Subcommand)]
pub enum Command {
    /// Send a trial letter now, and print what the mail server said
    Test {
        /// To whom
        address: String,
    },
    /// Print a letter as it would be sent, with made-up data unless you name what it is to tell of
    Preview(Preview),
    /// List letters, newest first
    List {
        /// Only those that are pending, sent or failed
        #[arg(long)]
        status: Option<String>,
        /// How many
        #[arg(long, default_value_t = 100)]
        limit: i64,
        /// Those before this letter id
        #[arg(long)]
        before: Option<i64>,
    },
    /// Show a letter, and what the mail server said of it
    Show {
        /// The letter's id
        id: i64,
    },
    /// Send a letter again: one that waits is tried now, one that ended is queued as another
    Again {
        /// The letter's id
        id: i64,
    },
}

#[derive(Args)]
pub struct Preview {
    /// Which one, such as receipt; a wrong name is told all of them
    name: String,
    /// Print its HTML instead of its text
    #[arg(long)]
    html: bool,
    /// The order that a receipt or a refund is of
    #[arg(long, value_name = "ID")]
    order: Option<i64>,
    /// The purchase that was issued, ends or has ended
    #[arg(long, value_name = "ID")]
    purchase: Option<i64>,
    /// The release that is new
    #[arg(long, value_name = "ID")]
    release: Option<i64>,
    /// The webhook that was switched off
    #[arg(long, value_name = "ID")]
    webhook: Option<i64>,
    /// The ticket that was answered, or waits
    #[arg(long, value_name = "ID")]
    ticket: Option<i64>,
}

impl Command {
    pub fn run(self, context: &Context) -> Result<()> {
        match self {
            Self::Test { address } => test(context, &address)?,
            Self::Preview(preview) => preview.run(context)?,
            Self::List { status, limit, before } => {
                let status = status.map(|word| word.parse::<Status>()).transpose()?;
                let found =
                    context.read_in(move |tx, shop| mail::list(tx, shop, status, before, limit.max(0)))?;
                let rows: Vec<Value> = found.iter().map(view).collect();
                output::list(
                    context.json,
                    &rows,
                    &["id", "template", "recipient", "status", "attempts", "created_at", "said"],
                    "No letter was found. Try whether mail is set up: keywright mail test ADDRESS",
                );
                output::more(rows.len(), limit, found.last().map(|letter| letter.id));
            }
            Self::Show { id } => {
                output::show(context.json, &view(&context.read_in(move |tx, shop| mail::get(tx, shop, id))?));
            }
            Self::Again { id } => {
                let again = context.write_in("mail again", move |tx, shop| mail::again(tx, shop, id))?;
                output::show(context.json, &view(&again));
            }
        }
        Ok(())
    }
}

fn test(context: &Context, address: &str) -> Result<()> {
    let to = text::email(address)?;
    let config = context.config_for_mail()?;
    let post = Post::open(&config.mail, &config.public_url)?.ok_or_else(|| {
        Error::refused(
            "mail is not set up: set mail_from, and mail_server or mail_folder; `keywright config init` explains them",
        )
    })?;
    let told = context.read_in(|tx, shop| {
        let account = account::get(tx, shop)?;
        Ok(Told { shop: account.title, time_zone: account.time_zone, ..Told::default() })
    })?;
    let written = post.letters.write_as_told(Template::Test, &to, &told)?;
    let written = written.ok_or_else(|| Error::refused("the template test.txt is empty: nothing is sent"))?;
    let mark = Mark { id: None, created_at: Clock::System.now(), template: Template::Test };
    match block_on(post.send(&to, mark, written))? {
        Ok(said) => {
            output::show(context.json, &json!({"sent_to": to, "said": said}));
            Ok(())
        }
        Err(refusal) => Err(Error::refused(format!("the letter was not sent: {}", refusal.said))),
    }
}

impl Preview {
    fn run(self, context: &Context) -> Result<()> {
        let template: Template = self.name.parse()?;
        let config = context.config()?;
        let letters = Letters::new(config.mail.templates.as_deref(), &config.public_url)?;
        let told = match self.about() {
            None => sample::of(template),
            Some(about) => look_up(context, template, about)?,
        };
        let Some(written) = letters.write_as_told(template, "mia@customer.example", &told)? else {
            output::aside(&format!("{template}.txt is empty in your templates: this letter is never sent."));
            return Ok(());
        };
        if context.json {
            let shown = json!({"subject": written.subject, "text": written.text, "html": written.html});
            output::json(&shown);
        } else if self.html {
            output::line(&written.html);
        } else {
            output::line(&format!("Subject: {}\n\n{}", written.subject, written.text));
        }
        Ok(())
    }

    /// What it is to tell of, if anything was named.
    fn about(&self) -> Option<Value> {
        let named = [
            ("order", self.order),
            ("purchase", self.purchase),
            ("release", self.release),
            ("webhook", self.webhook),
            ("ticket", self.ticket),
        ];
        let about: serde_json::Map<String, Value> =
            named.into_iter().filter_map(|(name, id)| Some((name.to_owned(), id?.into()))).collect();
        (!about.is_empty()).then(|| about.into())
    }
}

fn look_up(context: &Context, template: Template, about: Value) -> Result<Told> {
    let found = context.read_in(move |tx, shop| letter::look_up(tx, shop, template, &about, None))?;
    match found {
        Found::Told(told) => Ok(*told),
        Found::Moot(why) => Err(Error::refused(format!("this letter would not be sent: {why}"))),
    }
}

/// A letter without what is sealed in it.
fn view(letter: &Mail) -> Value {
    let about: Value = serde_json::from_str(&letter.about).unwrap_or_default();
    json!({"id": letter.id, "template": letter.template, "recipient": letter.recipient, "customer_id": letter.customer_id,
        "status": letter.status, "attempts": letter.attempts, "said": letter.said, "about": about,
        "created_at": rfc3339(letter.created_at), "next_try_at": letter.due_at.map(rfc3339),
        "ended_at": letter.ended_at.map(rfc3339)})
}
