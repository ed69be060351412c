//! Products, their licence policy and their prerequisites.

use utoipa::ToSchema;

use super::calls::Calls;
use super::money::{Money, Price};
use super::scalars::{Channel, Id, Line, Number, OrNull, Page, Slug, Text, Time, Url, Uses, Whole};
use super::words::{IdentifierMode, KeyType, MatchRule, ProductKind, ProductStatus};

/// What the vendor sells.
#[derive(ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(examples(json!({"id": 7, "kind": "software", "title": "Quill", "slug": "quill", "description": "A word processor.",
    "status": "active", "approved": true, "visible": true, "price": {"amount": 2999, "currency": "EUR"}, "tax_bp": 1900,
    "category_id": null, "items": [], "licence_policy": {"api_enabled": true, "key_type": "standard", "segments": 5,
        "segment_length": 4, "identifier_mode": "none", "max_uses": 3, "term_days": 365, "check_ip": null,
        "allow_ip_override": null, "deactivate": true},
    "delivery": {"requires_install_url": false, "install_url_label": "", "install_url_notice": "", "install_url_locked": false,
        "external_url": null, "download_channels": ["stable"]},
    "created_at": "2026-11-22T08:00:00Z", "updated_at": "2026-11-22T08:00:00Z", "archived_at": null})))]
pub struct Product {
    /// Its number.
    pub id: Id,
    /// What it is.
    pub kind: ProductKind,
    /// Its name.
    pub title: String,
    /// Its part of an address.
    pub slug: String,
    /// Markdown.
    pub description: String,
    /// Follows from `approved`, `visible` and `archived_at`.
    pub status: ProductStatus,
    /// Whether it may be sold.
    pub approved: bool,
    /// Whether it is shown.
    pub visible: bool,
    /// Of one piece, without tax; null: it is not sold.
    pub price: Option<Money>,
    /// Tax in basis points: 1900 is 19 %.
    pub tax_bp: i64,
    /// The shelf it stands on.
    pub category_id: Option<i64>,
    /// The products in a bundle.
    pub items: Vec<i64>,
    /// What its licences are issued and checked under.
    pub licence_policy: LicencePolicy,
    /// How it gets to its buyers.
    pub delivery: Delivery,
    /// When it was made.
    pub created_at: Time,
    /// When it was last changed.
    pub updated_at: Time,
    /// Since when it is archived.
    pub archived_at: Option<Time>,
}

/// The policy that a product's licences are issued and checked under.
#[derive(ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(examples(json!({"api_enabled": true, "key_type": "standard", "segments": 5, "segment_length": 4,
    "identifier_mode": "none", "max_uses": 3, "term_days": 365, "check_ip": null, "allow_ip_override": null, "deactivate": true})))]
pub struct LicencePolicy {
    /// Whether the licence API answers for it.
    pub api_enabled: bool,
    /// How its keys look.
    pub key_type: KeyType,
    /// Groups in a standard key.
    pub segments: i64,
    /// Letters and digits in each group.
    pub segment_length: i64,
    /// What the `identifier` of a call must equal.
    pub identifier_mode: IdentifierMode,
    /// Activations at a time; -1: no limit.
    pub max_uses: i64,
    /// Days that a licence is good for; null: for ever.
    pub term_days: Option<i64>,
    /// Whether a check must come from the activation's address; null: as the server's settings say.
    pub check_ip: Option<bool>,
    /// Whether a call may name another address; null: as the server's settings say.
    pub allow_ip_override: Option<bool>,
    /// Whether an app may free its own use.
    pub deactivate: bool,
}

/// How a product gets to its buyers.
#[derive(ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(examples(json!({"requires_install_url": true, "install_url_label": "Your forum", "install_url_notice": "Only we see it.",
    "install_url_locked": true, "external_url": null, "download_channels": ["stable", "beta"]})))]
pub struct Delivery {
    /// Whether buyers must first say where they install it.
    pub requires_install_url: bool,
    /// What that question is called; empty: "Website URL".
    pub install_url_label: String,
    /// The privacy notice beside it.
    pub install_url_notice: String,
    /// Whether the first answer stands.
    pub install_url_locked: bool,
    /// Where downloads lead instead of to a file.
    pub external_url: Option<String>,
    /// Channels that buyers download from.
    pub download_channels: Vec<String>,
}

/// Fields of a product.
#[derive(ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(examples(json!({"title": "Quill", "price": {"amount": 2999, "currency": "EUR"}, "tax_bp": 1900,
    "licence_policy": {"api_enabled": true, "max_uses": 3}})))]
pub struct ProductFields {
    /// What it is; a bundle stays one, and nothing becomes one.
    pub kind: Option<ProductKind>,
    /// Its name.
    pub title: Option<Line<200>>,
    /// Its part of an address; it follows from the title.
    pub slug: Option<Slug>,
    /// Markdown.
    pub description: Option<Page<50_000>>,
    /// Whether it may be sold.
    pub approved: Option<bool>,
    /// Whether it is shown.
    pub visible: Option<bool>,
    /// Of one piece, without tax; null: it is not sold.
    pub price: Option<OrNull<Price>>,
    /// Tax in basis points: 1900 is 19 %.
    pub tax_bp: Option<Whole<0, 10_000>>,
    /// The shelf it stands on; null: none.
    pub category_id: Option<OrNull<Id>>,
    /// The products in a bundle; others have none.
    #[schema(max_items = 50)]
    pub items: Option<Vec<Id>>,
    /// How it gets to its buyers.
    pub delivery: Option<DeliveryFields>,
    /// What its licences are issued and checked under. Licences that are issued keep theirs.
    pub licence_policy: Option<PolicyFields>,
}

/// Fields of a licence policy; what is left out stays, or is as in the account's defaults.
#[derive(ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(examples(json!({"api_enabled": true, "max_uses": 3, "term_days": 365})))]
pub struct PolicyFields {
    /// Whether the licence API answers for it.
    pub api_enabled: Option<bool>,
    /// How its keys look.
    pub key_type: Option<KeyType>,
    /// Groups in a standard key.
    pub segments: Option<Whole<2, 10>>,
    /// Letters and digits in each group.
    pub segment_length: Option<Whole<4, 8>>,
    /// What the `identifier` of a call must equal.
    pub identifier_mode: Option<IdentifierMode>,
    /// Activations at a time; -1: no limit.
    pub max_uses: Option<Uses>,
    /// Days that a licence is good for; null: for ever.
    pub term_days: Option<OrNull<Whole<1, 36_500>>>,
    /// Whether a check must come from the activation's address; null: as the server's settings say.
    pub check_ip: Option<OrNull<bool>>,
    /// Whether a call may name another address; null: as the server's settings say.
    pub allow_ip_override: Option<OrNull<bool>>,
    /// Whether an app may free its own use.
    pub deactivate: Option<bool>,
}

/// Fields of how a product gets to its buyers.
#[derive(ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(examples(json!({"requires_install_url": true, "install_url_label": "Your forum"})))]
pub struct DeliveryFields {
    /// Whether buyers must first say where they install it.
    pub requires_install_url: Option<bool>,
    /// What that question is called; empty: "Website URL".
    pub install_url_label: Option<Page<200>>,
    /// The privacy notice beside it.
    pub install_url_notice: Option<Page<5_000>>,
    /// Whether the first answer stands.
    pub install_url_locked: Option<bool>,
    /// Where downloads lead instead of to a file; null: to a file.
    pub external_url: Option<OrNull<Url>>,
    /// Channels that buyers download from.
    #[schema(min_items = 1, max_items = 20)]
    pub download_channels: Option<Vec<Channel>>,
}

/// What a customer must own before the product may be bought.
#[derive(ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(examples(json!({"match": "all", "products": [3, 5]})))]
pub struct Prerequisites {
    /// How many of them.
    pub r#match: MatchRule,
    /// The products; none: nothing is required.
    pub products: Vec<i64>,
}

/// A rule of what must be owned, in the place of the one before.
#[derive(ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(examples(json!({"match": "all", "products": []})))]
pub struct PrerequisiteFields {
    /// How many of them; `all` if it is left out.
    pub r#match: Option<MatchRule>,
    /// The products; none: nothing is required.
    #[schema(max_items = 50)]
    pub products: Vec<Id>,
}

/// What the shop offers somebody of a product.
#[derive(ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(examples(json!({"product_id": 7, "button": "prerequisites_required", "url": null, "purchase_id": null, "may_buy_again": false,
    "match": "all", "requirements": [{"product_id": 3, "title": "Quill", "is_met": false}], "version": "1.2.0",
    "released_at": "2026-11-20T09:00:00Z"})))]
pub struct Offer {
    /// The product.
    pub product_id: i64,
    /// What stands where people buy: `buy` (Buy Now), `buy_elsewhere` (External Purchase: `url`), `download` (of `purchase_id`),
    /// `prerequisites_required`, `sign_in` (it requires something, and nobody was named), `sold_out` (nothing is left),
    /// `not_for_sale`.
    #[schema(
        pattern = "^(buy|buy_elsewhere|download|prerequisites_required|sign_in|sold_out|not_for_sale)$"
    )]
    pub button: String,
    /// Where it is sold, if that is elsewhere.
    pub url: Option<String>,
    /// The purchase that they own already.
    pub purchase_id: Option<i64>,
    /// Whether they may buy it once more, though they own it.
    pub may_buy_again: bool,
    /// How many of the requirements are needed.
    pub r#match: MatchRule,
    /// What it requires.
    pub requirements: Vec<OfferRequirement>,
    /// Of its newest stable release, if it has one.
    pub version: Option<String>,
    /// When that came out.
    pub released_at: Option<Time>,
}

/// Something that a product requires.
#[derive(ToSchema)]
#[serde(deny_unknown_fields)]
pub struct OfferRequirement {
    /// The product that must be owned.
    pub product_id: i64,
    /// What it is called.
    pub title: String,
    /// Whether they own it; null where nobody was named.
    pub is_met: Option<bool>,
}

/// Tells of the calls.
pub fn tell(on: &mut Calls) {
    on.noun("Products", "What the vendor sells.");
    on.get("/v1/products", "List products")
        .filter::<ProductStatus>("status", "Those of this status; all but archived ones without it.")
        .filter::<ProductKind>("kind", "Those of this kind.")
        .filter::<Number>("category", "Those of this category.")
        .filter::<Text>("q", "Those whose title has all of these words, or words that begin so.")
        .list::<Product>();
    on.post("/v1/products", "Make a product")
        .takes_new::<ProductFields>("NewProduct", &["title"])
        .made::<Product>();
    on.get("/v1/products/{id}", "Show a product").one::<Product>();
    on.patch("/v1/products/{id}", "Change a product").takes::<ProductFields>().one::<Product>();
    on.delete("/v1/products/{id}", "Archive a product")
        .about("It is not sold any more; purchases and licences go on. One that others require is refused: `required_by_others`.")
        .one::<Product>();
    on.get("/v1/products/{id}/licence-policy", "Show a licence policy").one::<LicencePolicy>();
    on.put("/v1/products/{id}/licence-policy", "Set a licence policy")
        .about("What is left out goes back to the account's default.")
        .takes::<PolicyFields>()
        .one::<LicencePolicy>();
    on.get("/v1/products/{id}/prerequisites", "Show prerequisites").one::<Prerequisites>();
    on.put("/v1/products/{id}/prerequisites", "Set prerequisites")
        .about("A product that would require itself, over whatever others, is a 422: `prerequisite_cycle`. Who bought the product before keeps it.")
        .takes::<PrerequisiteFields>()
        .one::<Prerequisites>();
    on.get("/v1/products/{id}/offer", "Show what the shop offers")
        .about("The one button that a customer sees, by the rules that orders and downloads meet. One that is not on show is a 404, but for who owns it.")
        .filter::<Number>("customer", "Who it is for; nobody that is known without it.")
        .one::<Offer>();
}
