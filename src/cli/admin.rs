//! `admin create | list | role | reset-password | reset-2fa | disable | enable`

use std::io::Read as _;
use std::path::{Path, PathBuf};

use clap::{Args, Subcommand};
use serde_json::Value;

use super::context::Context;
use super::output;
use crate::base::dice::Dice;
use crate::base::error::{Error, Result};
use crate::base::password;
use crate::domain::person::{self, Draft, Person, Role};
use crate::domain::second_factor;

/// Characters of a password that is made here: about 140 bits.
const MADE: usize = 24;
/// The most that is read of a password's file, in bytes.
const FILE: u64 = 4_096;

#[derive(Subcommand)]
pub enum Command {
    /// Let somebody in who runs the shop
    Create {
        /// What they sign in with
        #[arg(long)]
        email: String,
        /// What they may do: owner (all), admin (all but people), support (see all, help with licences), `read_only` (see all)
        #[arg(long)]
        role: String,
        /// What they are called
        #[arg(long, default_value = "")]
        name: String,
        #[command(flatten)]
        password: Password,
    },
    /// List them, the oldest first
    List,
    /// Give somebody another role
    Role {
        /// Their address
        email: String,
        /// owner, admin, support or `read_only`
        role: String,
    },
    /// Give somebody another password; they are signed out everywhere, and their apps too
    ResetPassword {
        /// Their address
        email: String,
        #[command(flatten)]
        password: Password,
    },
    /// Take somebody's second factor away, who has lost it; they are signed out everywhere
    #[command(name = "reset-2fa")]
    ResetSecondFactor {
        /// Their address
        email: String,
    },
    /// Lock somebody out; they are signed out everywhere, and their apps too
    Disable {
        /// Their address
        email: String,
    },
    /// Let somebody in again
    Enable {
        /// Their address
        email: String,
    },
}

/// Where a password comes from; without any of these, one is made and shown once.
#[derive(Args)]
pub struct Password {
    /// File with the password in its first line; - is standard input. Or the variable `KEYWRIGHT_ADMIN_PASSWORD`
    #[arg(long, value_name = "FILE", env = "KEYWRIGHT_ADMIN_PASSWORD_FILE")]
    password_file: Option<PathBuf>,
}

impl Command {
    pub fn run(self, context: &Context) -> Result<()> {
        match self {
            Self::Create { email, role, name, password } => {
                let (password, made) = password.settle()?;
                // Before the transaction: a hash takes its time.
                let password_hash = password::hash(&password, &Dice::System)?;
                let draft = Draft { email, name, role: role.parse()?, password_hash };
                let person = context
                    .write_in("create person", move |tx, shop| person::new(tx, shop.site_id, &draft))?;
                show(context, &person, made.then_some(&password));
            }
            Self::List => {
                let found = context.read_in(|tx, shop| person::list(tx, shop.site_id))?;
                let rows: Vec<Value> = found.iter().map(view).collect();
                output::list(
                    context.json,
                    &rows,
                    &["id", "email", "name", "role", "created_at", "disabled_at", "second_factor_at"],
                    "Nobody can sign in yet. Let somebody in: keywright admin create --email … --role owner",
                );
            }
            Self::Role { email, role } => {
                let role: Role = role.parse()?;
                let person = context.write_in("set role", move |tx, shop| {
                    let id = person::by_email(tx, shop.site_id, &email)?.id;
                    person::set_role(tx, id, role)
                })?;
                show(context, &person, None);
            }
            Self::ResetPassword { email, password } => {
                let (password, made) = password.settle()?;
                let hash = password::hash(&password, &Dice::System)?;
                let person = context.write_in("reset password", move |tx, shop| {
                    let id = person::by_email(tx, shop.site_id, &email)?.id;
                    person::set_password(tx, id, &hash)
                })?;
                show(context, &person, made.then_some(&password));
            }
            Self::ResetSecondFactor { email } => {
                let person = context.write_in("reset second factor", move |tx, shop| {
                    let id = person::by_email(tx, shop.site_id, &email)?.id;
                    second_factor::reset(tx, id)
                })?;
                show(context, &person, None);
            }
            Self::Disable { email } => {
                let person = context.write_in("disable person", move |tx, shop| {
                    let id = person::by_email(tx, shop.site_id, &email)?.id;
                    person::disable(tx, id)
                })?;
                show(context, &person, None);
            }
            Self::Enable { email } => {
                let person = context.write_in("enable person", move |tx, shop| {
                    let id = person::by_email(tx, shop.site_id, &email)?.id;
                    person::enable(tx, id)
                })?;
                show(context, &person, None);
            }
        }
        Ok(())
    }
}

impl Password {
    /// The password, and whether it was made here.
    fn settle(&self) -> Result<(String, bool)> {
        if let Some(file) = &self.password_file {
            return Ok((first_line(file)?, false));
        }
        match std::env::var("KEYWRIGHT_ADMIN_PASSWORD") {
            Ok(password) => Ok((password, false)),
            Err(_) => Ok((Dice::System.base62(MADE), true)),
        }
    }
}

pub fn first_line(file: &Path) -> Result<String> {
    let cannot = |e: std::io::Error| {
        Error::refused(format!("the password cannot be read from {}: {e}", file.display()))
    };
    let mut text = String::new();
    if file.as_os_str() == "-" {
        std::io::stdin().take(FILE).read_to_string(&mut text).map_err(cannot)?;
    } else {
        std::fs::File::open(file).map_err(cannot)?.take(FILE).read_to_string(&mut text).map_err(cannot)?;
    }
    Ok(text.lines().next().unwrap_or_default().to_owned())
}

fn show(context: &Context, person: &Person, made: Option<&String>) {
    let mut shown = view(person);
    if let Some(password) = made {
        shown["password"] = password.as_str().into();
    }
    output::show(context.json, &shown);
    if made.is_some() && !context.json {
        output::aside("Keep the password now: it is not shown again.");
    }
}

fn view(person: &Person) -> Value {
    output::object(
        person,
        &[
            ("created_at", Some(person.created_at)),
            ("disabled_at", person.disabled_at),
            ("second_factor_at", person.totp_at),
        ],
    )
}
