//! `openapi`

use clap::Args;

use super::context::Context;
use super::output;
use crate::base::error::Result;
use crate::web::openapi;

#[derive(Args)]
pub struct Openapi {
    /// Address of the server; the setting `public_url` if not given
    #[arg(long, value_name = "URL")]
    public_url: Option<String>,
}

impl Openapi {
    /// Prints the description, without a database.
    pub fn run(self, context: &Context) -> Result<()> {
        let public_url =
            self.public_url.map_or_else(|| context.config().map(|config| config.public_url), Ok)?;
        output::line(openapi::text(&public_url).trim_end());
        Ok(())
    }
}
