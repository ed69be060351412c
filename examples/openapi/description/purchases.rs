//! Purchases: what customers own, and how they get it.

use utoipa::ToSchema;

use super::calls::Calls;
use super::releases::{Release, StoredFile};
use super::scalars::{Channel, Fields, Moment, Number, OrNull, Platform, Time, Url};
use super::words::PurchaseStatus;

/// What a customer owns.
#[derive(ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(examples(json!({"id": 9, "product_id": 7, "customer_id": 12, "order_id": 3, "parent_id": null, "licence_id": 31,
    "key": "VZKN-724W-5PZK-D8VG-9YSN", "status": "active", "install_url": null, "started_at": "2026-11-22T08:05:00Z",
    "expires_at": "2027-11-22T08:05:00Z"})))]
pub struct Purchase {
    /// Its number.
    pub id: i64,
    /// What is owned.
    pub product_id: i64,
    /// Who owns it.
    pub customer_id: i64,
    /// The order it came from.
    pub order_id: Option<i64>,
    /// The purchase it is an add-on of.
    pub parent_id: Option<i64>,
    /// Its licence.
    pub licence_id: Option<i64>,
    /// That licence's key.
    pub key: Option<String>,
    /// How it stands.
    pub status: PurchaseStatus,
    /// Where the customer installs it.
    pub install_url: Option<String>,
    /// Since when it is owned.
    pub started_at: Time,
    /// Until when; null: for ever.
    pub expires_at: Option<Time>,
}

/// Fields of a purchase.
#[derive(ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(examples(json!({"expires_at": "2027-11-22T08:00:00Z"})))]
pub struct PurchaseFields {
    /// Where the customer installs it; null: nowhere yet.
    pub install_url: Option<OrNull<Url>>,
    /// Until when it is owned; null: for ever.
    pub expires_at: Option<OrNull<Moment>>,
    /// How it stands.
    pub status: Option<PurchaseStatus>,
}

/// The buyer's answer.
#[derive(ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(examples(json!({"install_url": "https://forum.example.com/"})))]
pub struct InstallUrl {
    /// Where they install it.
    pub install_url: Url,
}

/// Where a download leads.
#[derive(ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(examples(json!({"url": "https://licences.example.com/download/AAAA/quill.zip", "expires_at": "2026-11-22T08:10:00Z",
    "file": {"file_id": "file_8sJd02kPq", "name": "quill.zip", "size": 1_048_576,
        "sha256": "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"}})))]
pub struct Download {
    /// The address, as in `Location`.
    pub url: String,
    /// Until when it is good; null: it is elsewhere.
    pub expires_at: Option<Time>,
    /// The file, if it is ours.
    pub file: Option<StoredFile>,
}

/// What there is to download.
#[derive(ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(examples(json!({"is_open": false, "gate": {"code": "purchase_expired", "how": "the term of this purchase is over: renew it",
    "details": {}}, "external_url": null, "releases": []})))]
pub struct Downloads {
    /// Whether every gate stands open.
    pub is_open: bool,
    /// The gate that is shut.
    pub gate: Option<Gate>,
    /// Where the downloads are, if that is elsewhere and every gate stands open.
    pub external_url: Option<String>,
    /// The newest release of each channel.
    pub releases: Vec<Release>,
}

/// A gate that is shut.
#[derive(ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(examples(json!({"code": "order_not_paid", "how": "it opens when the order is paid", "details": {"order_id": 3}})))]
pub struct Gate {
    /// Which, in a word for programs: the codes of a 409.
    pub code: String,
    /// How it opens.
    pub how: String,
    /// What a program needs to open it.
    pub details: Fields,
}

/// Tells of the calls.
pub fn tell(on: &mut Calls) {
    on.noun("Purchases", "What customers own, and how they get it.");
    on.get("/v1/purchases", "List purchases")
        .filter::<Number>("product", "Those of this product.")
        .filter::<Number>("customer", "Those of this customer.")
        .filter::<PurchaseStatus>("status", "Those of this status.")
        .list::<Purchase>();
    on.get("/v1/purchases/{id}", "Show a purchase").one::<Purchase>();
    on.patch("/v1/purchases/{id}", "Change a purchase")
        .about("The vendor's hand, which a locked install URL does not stop.")
        .takes::<PurchaseFields>()
        .one::<Purchase>();
    on.get("/v1/purchases/{id}/download", "Download a purchase")
        .about("Leads to a link without any credential that is good for ten minutes, as long as every gate stands open, or to another place. A gate that is shut is a 409 that names it.")
        .filter::<Number>("release", "This release; the newest of the channel if it is left out.")
        .filter::<Channel>("channel", "This channel; `stable` if it is left out.")
        .filter::<Platform>("platform", "For this platform.")
        .answers::<Download>(302, "Where it is.")
        .with::<Url>("Location", "Where it is.")
        .faults(&[409]);
    on.get("/v1/purchases/{id}/downloads", "List downloads")
        .about("What there is, and the gate that is shut, if one is.")
        .answers::<Downloads>(200, "What there is.");
    on.post("/v1/purchases/{id}/install-url", "Answer the install URL")
        .about("The buyer's answer, which a product may lock.")
        .takes::<InstallUrl>()
        .one::<Purchase>();
}
