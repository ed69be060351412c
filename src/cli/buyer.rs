//! The flags that say who buys.

use clap::Args;

use crate::domain::customer::Change;

#[derive(Args)]
pub struct Buyer {
    /// The e-mail address
    #[arg(long)]
    email: String,
    /// The name
    #[arg(long)]
    name: Option<String>,
    /// The user name
    #[arg(long)]
    username: Option<String>,
    /// Mail them of new releases: they asked for it
    #[arg(long)]
    wants_news: bool,
}

impl Buyer {
    /// The customer to be found or made.
    pub fn change(self) -> Change {
        Change {
            email: Some(self.email),
            name: self.name,
            username: self.username,
            wants_news: self.wants_news.then_some(true),
            ..Change::default()
        }
    }
}
