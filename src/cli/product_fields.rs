//! The flags of `product create` and `product set`.

use clap::Args;

use super::minor::minor;
use super::nothing;
use super::policy::LicencePolicy;
use super::switch::Switch;
use crate::base::error::{Error, Result};
use crate::domain::product::{Change, Kind};
use crate::domain::{delivery, showcase};

#[derive(Args)]
pub struct Fields {
    /// The words in its page's address; made from the title
    #[arg(long)]
    slug: Option<String>,
    #[command(flatten)]
    policy: LicencePolicy,
    /// What one costs before tax, in minor units (2999 is 29.99)
    #[arg(long, value_parser = minor)]
    price: Option<i64>,
    /// Of the price, such as EUR; the account's if not given
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
    #[command(flatten)]
    showcase: Showcase,
}

/// How it is shown in shops.
#[derive(Args)]
struct Showcase {
    /// The brand that it is of; 0 is none
    #[arg(long, value_name = "ID")]
    brand: Option<i64>,
    /// The price that it is compared with, in minor units; 0 is none
    #[arg(long, value_name = "MINOR", value_parser = minor)]
    compare_at: Option<i64>,
    /// Put first in shops
    #[arg(long, value_enum)]
    featured: Option<Switch>,
    /// The address of a picture, instead of those there were; may be given several times, and empty is none
    #[arg(long = "image", value_name = "URL")]
    images: Vec<String>,
}

impl Showcase {
    fn change(self) -> showcase::Change {
        let given = !self.images.is_empty();
        let images = self.images.into_iter().filter_map(nothing::text).collect();
        showcase::Change {
            brand_id: self.brand.map(nothing::number),
            compare_at_minor: self.compare_at.map(nothing::number),
            is_featured: self.featured.map(Switch::is_on),
            images: given.then_some(images),
        }
    }
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
            external_url: self.external_url.map(nothing::text),
            download_channels: self.download_channels,
        }
    }
}

impl Fields {
    /// What to set on a product.
    pub fn change(self, title: Option<String>) -> Result<Change> {
        Ok(Change {
            price: match (self.price, self.currency) {
                (None, None) => None,
                (Some(minor), code) => Some(Some((minor, code.unwrap_or_default()))),
                (None, Some(_)) => return Err(Error::invalid("--currency is of a price: give --price too")),
            },
            tax_bp: self.tax_bp,
            items: if self.items.is_empty() { None } else { Some(self.items) },
            kind: self.kind.as_deref().map(str::parse::<Kind>).transpose()?,
            description: self.description,
            title,
            slug: self.slug,
            approved: self.approved.map(Switch::is_on),
            visible: self.visible.map(Switch::is_on),
            category_id: self.category.map(nothing::number),
            policy: self.policy.change()?,
            delivery: self.delivery.change(),
            showcase: self.showcase.change(),
        })
    }
}
