//! The gates before a download: one place decides whether a purchase may have a file now, and says which gate is shut and how
//! it opens.

use super::file::File;
use super::link::Link;
use super::order::{self, Payment};
use super::prerequisite;
use super::product::{self, Product};
use super::purchase::{self, Purchase, Status};
use super::release::{self, Release};
use super::release_file::{self, Entry};
use super::shop::Shop;
use crate::base::error::{Kind, Result};
use crate::store::Tx;

/// A gate that is shut.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Shut {
    /// The purchase was cancelled or refunded.
    Cancelled,
    /// The money of its order is not all there.
    Unpaid(i64),
    /// Past its term.
    Expired,
    /// The customer does not own these products, which the product requires.
    Prerequisites(Vec<i64>),
    /// The customer has not registered where the product will be installed; label and privacy notice of the question.
    InstallUrl(String, String),
    /// Buyers may not download from this channel.
    Channel(String),
    /// There is no published release with something to download, or not the one asked for.
    Nothing,
    /// There is one for each of these platforms, and none was chosen, or another.
    Platform(Vec<String>),
}

impl Shut {
    /// A word for programs.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Cancelled => "purchase_cancelled",
            Self::Unpaid(_) => "order_not_paid",
            Self::Expired => "purchase_expired",
            Self::Prerequisites(_) => "prerequisites_missing",
            Self::InstallUrl(..) => "install_url_missing",
            Self::Channel(_) => "channel_closed",
            Self::Nothing => "nothing_to_download",
            Self::Platform(_) => "platform_needed",
        }
    }

    /// What is wrong, and how the gate opens.
    pub fn how(&self) -> String {
        match self {
            Self::Cancelled => "this purchase was cancelled or refunded: buy the product again".into(),
            Self::Unpaid(order) => {
                format!("the payment of order {order} is not complete: it opens when the order is paid")
            }
            Self::Expired => "the term of this purchase is over: renew it".into(),
            Self::Prerequisites(missing) => {
                format!("the customer must own products {missing:?} as well: it opens when they are bought")
            }
            Self::InstallUrl(label, _) => {
                format!(
                    "the customer must first say where it will be installed ({label}): POST it as install_url"
                )
            }
            Self::Channel(channel) => {
                format!(
                    "buyers may not download from channel '{channel}': the vendor opens it in the product's download_channels"
                )
            }
            Self::Nothing => {
                "there is nothing to download: the vendor must publish a release with a file".into()
            }
            Self::Platform(platforms) => format!("choose one of the platforms {}", platforms.join(", ")),
        }
    }
}

/// What a download is to be of; all of it may be left open.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Wanted {
    /// This release; the newest of a channel if not given.
    pub release_id: Option<i64>,
    /// This channel; `stable` if not given.
    pub channel: Option<String>,
    /// This platform.
    pub platform: Option<String>,
}

/// Where a download leads.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Way {
    /// To a file of ours, in this release.
    File(i64, File),
    /// To another place.
    Elsewhere(String),
}

/// The first gate that is shut for a purchase, whatever is to be downloaded; a channel too if one is named.
pub fn shut(
    tx: &mut Tx<'_>,
    shop: Shop,
    purchase: &Purchase,
    product: &Product,
    channel: Option<&str>,
) -> Result<Option<Shut>> {
    let now = tx.now();
    if purchase.status == Status::Cancelled {
        return Ok(Some(Shut::Cancelled));
    }
    if let Some(id) = purchase.order_id
        && !matches!(order::get(tx, shop, id)?.payment_status, Payment::Paid | Payment::PartiallyRefunded)
    {
        return Ok(Some(Shut::Unpaid(id)));
    }
    if purchase.status == Status::Expired || purchase.expires_at.is_some_and(|at| at <= now) {
        return Ok(Some(Shut::Expired));
    }
    let missing = prerequisite::missing_since(tx, product.id, purchase.customer_id, purchase.started_at)?;
    if !missing.is_empty() {
        return Ok(Some(Shut::Prerequisites(missing)));
    }
    let delivery = &product.delivery;
    if delivery.requires_install_url && purchase.install_url.is_none() {
        return Ok(Some(Shut::InstallUrl(delivery.label().to_owned(), delivery.install_url_notice.clone())));
    }
    let closed = channel.filter(|channel| !delivery.download_channels.iter().any(|open| open == channel));
    Ok(closed.map(|channel| Shut::Channel(channel.to_owned())))
}

/// Where a download of a purchase leads, or the gate that is shut.
pub fn pass(
    tx: &mut Tx<'_>,
    shop: Shop,
    purchase_id: i64,
    wanted: &Wanted,
) -> Result<std::result::Result<Way, Shut>> {
    let purchase = purchase::get(tx, shop, purchase_id)?;
    let product = product::get(tx, shop, purchase.product_id)?;
    let found = match wanted.release_id {
        Some(id) => release::published(tx, product.id, id)?,
        None => release::newest_of(tx, product.id, wanted.channel.as_deref().unwrap_or(release::STABLE))?,
    };
    let channel = found.as_ref().map(|release| release.channel.as_str()).or(wanted.channel.as_deref());
    if let Some(shut) = shut(tx, shop, &purchase, &product, channel)? {
        return Ok(Err(shut));
    }
    if let Some(url) = product.delivery.external_url {
        return Ok(Ok(Way::Elsewhere(url)));
    }
    let Some(release) = found else { return Ok(Err(Shut::Nothing)) };
    let entries = release_file::list(tx, release.id)?;
    Ok(chosen(entries, wanted.platform.as_deref()).map(|entry| way(&release, entry)))
}

fn chosen(entries: Vec<Entry>, platform: Option<&str>) -> std::result::Result<Entry, Shut> {
    let platforms: Vec<String> = entries.iter().map(|entry| entry.platform.clone()).collect();
    let is_alone = entries.len() == 1 && platform.is_none();
    let wanted = platform.unwrap_or_default();
    let exact = entries.iter().position(|entry| entry.platform == wanted);
    let any = entries.iter().position(|entry| entry.platform.is_empty());
    match exact.or(any).or(is_alone.then_some(0)) {
        Some(at) => entries.into_iter().nth(at).ok_or(Shut::Nothing),
        None if platforms.is_empty() => Err(Shut::Nothing),
        None => Err(Shut::Platform(platforms)),
    }
}

fn way(release: &Release, entry: Entry) -> Way {
    match entry.target {
        release_file::Target::File(file) => Way::File(release.id, file),
        release_file::Target::Url { url } => Way::Elsewhere(url),
    }
}

/// The file that a link leads to, as long as the gates it passed stand open; `None` when there is no such link any more.
pub fn follow(tx: &mut Tx<'_>, link: &Link) -> Result<Option<std::result::Result<File, Shut>>> {
    let shop = match purchase::shop(tx, link.purchase_id) {
        Err(e) if e.kind == Kind::NotFound => return Ok(None),
        shop => shop?,
    };
    let purchase = purchase::get(tx, shop, link.purchase_id)?;
    let product = product::get(tx, shop, purchase.product_id)?;
    let Some(release) = release::published(tx, product.id, link.release_id)? else {
        return Ok(Some(Err(Shut::Nothing)));
    };
    if let Some(shut) = shut(tx, shop, &purchase, &product, Some(&release.channel))? {
        return Ok(Some(Err(shut)));
    }
    let file = release_file::list(tx, release.id)?.into_iter().find_map(|entry| match entry.target {
        release_file::Target::File(file) if file.handle == link.file => Some(file),
        _ => None,
    });
    Ok(Some(file.ok_or(Shut::Nothing)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::release_file::Target;

    fn choice(platforms: &[&str], wanted: Option<&str>) -> std::result::Result<String, Shut> {
        let entry = |platform: &&str| Entry {
            platform: (*platform).to_owned(),
            target: Target::Url { url: format!("of {platform}") },
        };
        chosen(platforms.iter().map(entry).collect(), wanted).map(|entry| entry.platform)
    }

    #[test]
    fn the_platform_is_chosen_or_asked_for() {
        assert_eq!(choice(&["mac"], None), Ok("mac".into()));
        assert_eq!(choice(&["mac", ""], None), Ok(String::new()));
        assert_eq!(choice(&["mac", ""], Some("windows")), Ok(String::new()));
        assert_eq!(choice(&["mac", "windows"], Some("windows")), Ok("windows".into()));
        let both = || Err(Shut::Platform(vec!["mac".into(), "windows".into()]));
        assert_eq!(choice(&["mac", "windows"], None), both());
        assert_eq!(choice(&["mac", "windows"], Some("linux")), both());
        assert_eq!(choice(&["mac"], Some("linux")), Err(Shut::Platform(vec!["mac".into()])));
        assert_eq!(choice(&[], None), Err(Shut::Nothing));
    }
}
