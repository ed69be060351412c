//! `product create | set | list | show`

use clap::{Args, Subcommand};
use serde_json::Value;

use super::context::Context;
use super::output;
use super::switch::{Policy, Switch};
use crate::base::error::{Error, Result};
use crate::domain::catalogue::{self, Filter};
use crate::domain::delivery;
use crate::domain::identifier::Mode;
use crate::domain::policy::{self, KeyType};
use crate::domain::product::{self, Change, Kind, Product};

#[derive(Subcommand)]
pub enum Command {
    /// Make a product
    Create {
        /// What it is called
        #[arg(long)]
        title: String,
        #[command(flatten)]
        policy: Policies,
    },
    /// Change a product
    Set {
        /// The product's id
        id: i64,
        /// What it is called
        #[arg(long)]
        title: Option<String>,
        #[command(flatten)]
        policy: Policies,
    },
    /// List all products
    List,
    /// Show a product and its licence policy
    Show {
        /// The product's id
        id: i64,
    },
}

#[derive(Args)]
pub struct Policies {
    /// The words in its page's address; made from the title
    #[arg(long)]
    slug: Option<String>,
    /// The licence API (a new product has it off)
    #[arg(long, value_enum)]
    api: Option<Switch>,
    /// Segmented letters and digits, or 32 hexadecimal digits
    #[arg(long, value_parser = ["standard", "md5"])]
    key_type: Option<String>,
    /// Segments of a standard key, 2 to 10
    #[arg(long)]
    segments: Option<i64>,
    /// Characters in a segment, 4 to 8
    #[arg(long)]
    segment_length: Option<i64>,
    /// What a call must send as its identifier
    #[arg(long, value_parser = ["none", "manual", "email", "name", "username", "purchase_id", "install_url"])]
    identifier_mode: Option<String>,
    /// Activations a licence may have at once; -1 is no limit
    #[arg(long, allow_negative_numbers = true)]
    max_uses: Option<i64>,
    /// Days until a licence expires; 0 is never
    #[arg(long)]
    term_days: Option<i64>,
    /// Refuse calls from another address than the activation's
    #[arg(long, value_enum)]
    check_ip: Option<Policy>,
    /// Let calls name their address
    #[arg(long, value_enum)]
    allow_ip_override: Option<Policy>,
    /// Let apps free their uses
    #[arg(long, value_enum)]
    deactivate: Option<Switch>,
    /// What one costs before tax, in minor units (2999 is 29.99)
    #[arg(long)]
    price: Option<i64>,
    /// Of the price, such as EUR
    #[arg(long)]
    currency: Option<String>,
    /// Tax on top, in basis points (1900 is 19 %)
    #[arg(long)]
    tax_bp: Option<i64>,
    /// Products that a bundle is made of
    #[arg(long, value_delimiter = ',')]
    items: Vec<i64>,
    /// What it is: software, service, bundle or external
    #[arg(long)]
    kind: Option<String>,
    /// What it does, in Markdown
    #[arg(long)]
    description: Option<String>,
    /// Fit to be shown; update checks answer only for approved products
    #[arg(long, value_enum)]
    approved: Option<Switch>,
    /// Shown to everybody; update checks answer only for visible products
    #[arg(long, value_enum)]
    visible: Option<Switch>,
    /// The category it stands in; 0 is none
    #[arg(long)]
    category: Option<i64>,
    #[command(flatten)]
    delivery: Delivery,
}

/// How it gets to its buyers.
#[derive(Args)]
struct Delivery {
    /// Ask for the address of the buyer's site before the first download
    #[arg(long, value_enum)]
    require_install_url: Option<Switch>,
    /// What that question is called
    #[arg(long)]
    install_url_label: Option<String>,
    /// How the answer will be used
    #[arg(long)]
    install_url_notice: Option<String>,
    /// Let buyers not change their answer
    #[arg(long, value_enum)]
    install_url_locked: Option<Switch>,
    /// External purchase: where Buy and Download lead; empty is nowhere
    #[arg(long, value_name = "URL")]
    external_url: Option<String>,
    /// Channels that buyers may download from
    #[arg(long, value_delimiter = ',')]
    download_channels: Option<Vec<String>>,
}

impl Delivery {
    fn change(self) -> delivery::Change {
        delivery::Change {
            requires_install_url: self.require_install_url.map(Switch::is_on),
            install_url_label: self.install_url_label,
            install_url_notice: self.install_url_notice,
            install_url_locked: self.install_url_locked.map(Switch::is_on),
            external_url: self.external_url.map(|url| Some(url).filter(|url| !url.is_empty())),
            download_channels: self.download_channels,
        }
    }
}

impl Policies {
    fn change(self, title: Option<String>) -> Result<Change> {
        Ok(Change {
            price: match (self.price, self.currency) {
                (None, None) => None,
                (Some(minor), Some(code)) => Some(Some((minor, code))),
                _ => return Err(Error::invalid("--price and --currency go together")),
            },
            tax_bp: self.tax_bp,
            items: if self.items.is_empty() { None } else { Some(self.items) },
            kind: self.kind.as_deref().map(str::parse::<Kind>).transpose()?,
            description: self.description,
            title,
            slug: self.slug,
            approved: self.approved.map(Switch::is_on),
            visible: self.visible.map(Switch::is_on),
            category_id: self.category.map(|id| Some(id).filter(|id| *id != 0)),
            policy: policy::Change {
                api_enabled: self.api.map(Switch::is_on),
                check_ip: self.check_ip.map(Policy::value),
                allow_ip_override: self.allow_ip_override.map(Policy::value),
                deactivate: self.deactivate.map(Switch::is_on),
                key_type: self.key_type.as_deref().map(str::parse::<KeyType>).transpose()?,
                segments: self.segments,
                segment_length: self.segment_length,
                identifier_mode: self.identifier_mode.as_deref().map(str::parse::<Mode>).transpose()?,
                max_uses: self.max_uses,
                term_days: self.term_days.map(|days| Some(days).filter(|d| *d != 0)),
            },
            delivery: self.delivery.change(),
        })
    }
}

impl Command {
    pub fn run(self, context: &Context) -> Result<()> {
        match self {
            Self::Create { title, policy } => {
                let change = policy.change(Some(title))?;
                told(
                    context,
                    &context.write_in("create product", move |tx, shop| product::new(tx, shop, &change))?,
                );
            }
            Self::Set { id, title, policy } => {
                let change = policy.change(title)?;
                told(
                    context,
                    &context.write_in("set product", move |tx, shop| product::set(tx, shop, id, &change))?,
                );
            }
            Self::Show { id } => told(context, &context.read_in(move |tx, shop| product::get(tx, shop, id))?),
            Self::List => {
                let rows: Vec<Value> = context
                    .read_in(|tx, shop| catalogue::list(tx, shop, &Filter::default(), None, i64::MAX))?
                    .iter()
                    .map(view)
                    .collect();
                output::list(
                    context.json,
                    &rows,
                    &["id", "title", "api_enabled", "identifier_mode", "max_uses", "term_days", "key_type"],
                    "There are no products yet. Make one: keywright product create --title \"My product\" --api on",
                );
            }
        }
        Ok(())
    }
}

fn told(context: &Context, product: &Product) {
    output::show(context.json, &view(product));
    product.policy.warnings().iter().for_each(|warning| output::aside(&format!("warning: {warning}")));
}

fn view(product: &Product) -> Value {
    output::object(product, &[("created_at", Some(product.created_at))])
}
