//! Licences, their activations, and licences as CSV.

use utoipa::ToSchema;

use super::calls::Calls;
use super::customers::Buyer;
use super::scalars::{Anything, Cursor, Id, Ip, Line, Moment, Number, OrNull, Text, Time, Url, Uses, Whole};
use super::words::{IdentifierMode, LicenceStatus};

/// A key, and what it is good for.
#[derive(ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(examples(json!({"id": 31, "key": "VZKN-724W-5PZK-D8VG-9YSN", "status": "active", "product_id": 7, "product": "Quill",
    "purchase_id": 9, "customer_id": 12, "email": "mia@customer.example", "identifier_mode": "none", "identifier": null, "uses": 1,
    "max_uses": 3, "issued_at": "2026-11-22T08:00:00Z", "expires_at": "2027-11-22T08:00:00Z"})))]
pub struct Licence {
    /// Its number.
    pub id: i64,
    /// What the buyer types.
    pub key: String,
    /// How it stands.
    pub status: LicenceStatus,
    /// What it is for.
    pub product_id: i64,
    /// That product's title.
    pub product: String,
    /// The purchase it belongs to.
    pub purchase_id: i64,
    /// Who owns it.
    pub customer_id: i64,
    /// Their e-mail address.
    pub email: String,
    /// What the `identifier` of a call must equal.
    pub identifier_mode: IdentifierMode,
    /// What the first activation bound, in mode manual.
    pub identifier: Option<String>,
    /// Live activations.
    pub uses: i64,
    /// Activations at a time; -1: no limit.
    pub max_uses: i64,
    /// When it was issued.
    pub issued_at: Time,
    /// When it ends; null: never.
    pub expires_at: Option<Time>,
}

/// A licence to be issued, without an order.
#[derive(ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(examples(json!({"product_id": 7, "customer": {"email": "mia@customer.example"}})))]
pub struct NewLicence {
    /// What it is for.
    pub product_id: Id,
    /// Who shall own it.
    pub customer: Buyer,
    /// Where the buyer installs it.
    pub install_url: Option<Url>,
    /// Activations at a time; -1: no limit. As the product says if it is left out.
    pub max_uses: Option<Uses>,
    /// When it ends. After the product's term if it is left out.
    pub expires_at: Option<Moment>,
    /// The purchase that this one is an add-on of.
    pub parent_purchase_id: Option<Id>,
    /// A key made elsewhere; a new one if it is left out.
    pub key: Option<Line<255>>,
    /// Binds it beforehand, in mode manual.
    pub identifier: Option<Line<1_024>>,
}

/// Fields of a licence.
#[derive(ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(examples(json!({"max_uses": 5})))]
pub struct LicenceFields {
    /// The other ways to stand follow from purchase and time.
    pub status: Option<LicenceSwitch>,
    /// Activations at a time; -1: no limit.
    pub max_uses: Option<Uses>,
    /// When it ends; null: never.
    pub expires_at: Option<OrNull<Moment>>,
    /// What it is bound to, in mode manual; null: to nothing yet.
    pub identifier: Option<OrNull<Line<1_024>>>,
}

/// What the vendor sets.
#[derive(ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum LicenceSwitch {
    /// May be used.
    Active,
    /// Switched off.
    Suspended,
}

/// A use of a licence.
#[derive(ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(examples(json!({"usage_id": 1, "status": "live", "ip": "203.0.113.7", "extra": {"host": "desk"},
    "activated_at": "2026-11-22T08:00:00Z", "last_checked_at": "2026-11-23T08:00:00Z", "released_at": null})))]
pub struct Activation {
    /// Counts within its licence.
    pub usage_id: i64,
    /// How it stands.
    pub status: ActivationStatus,
    /// Where the activation came from.
    pub ip: String,
    /// What the app keeps with it.
    pub extra: Anything,
    /// When it was taken.
    pub activated_at: Time,
    /// When it was last checked; up to a few seconds late.
    pub last_checked_at: Option<Time>,
    /// When it was freed.
    pub released_at: Option<Time>,
}

/// How a use stands.
#[derive(ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum ActivationStatus {
    /// It counts.
    Live,
    /// It is free again.
    Released,
}

/// Why this licence can or cannot be activated.
#[derive(ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(examples(json!({"licence_id": 31, "may_activate": false, "rungs": [{"rung": "free use", "passes": false,
    "says": "3 of 3 taken", "mend": "free one"}]})))]
pub struct Explanation {
    /// The licence.
    pub licence_id: i64,
    /// Whether an activation would pass now.
    pub may_activate: bool,
    /// Each rule, in the order in which they speak.
    pub rungs: Vec<Rung>,
}

/// What one rule says.
#[derive(ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(examples(json!({"rung": "free use", "passes": false, "says": "3 of 3 taken", "mend": "free one"})))]
pub struct Rung {
    /// What is asked.
    pub rung: String,
    /// Whether an activation passes it now; of `address`, whether a check does.
    pub passes: bool,
    /// How things stand.
    pub says: String,
    /// What would change it; empty when it passes.
    pub mend: String,
}

/// What became of a table.
#[derive(ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(examples(json!({"rows": 2, "imported": 1, "refused": [{"line": 3, "reason": "product_id is missing"}], "dry_run": false})))]
pub struct Imported {
    /// Rows that were sent.
    pub rows: i64,
    /// Those that are good.
    pub imported: i64,
    /// The others.
    pub refused: Vec<RefusedRow>,
    /// Whether nothing was stored.
    pub dry_run: bool,
}

/// A row that was refused.
#[derive(ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(examples(json!({"line": 3, "reason": "product_id is missing"})))]
pub struct RefusedRow {
    /// Its line, from 1.
    pub line: i64,
    /// Why.
    pub reason: String,
}

/// Tells of the calls.
pub fn tell(on: &mut Calls) {
    on.noun("Licences", "Keys, and what they are good for.");
    on.get("/v1/licences", "List licences")
        .filter::<Number>("product", "Those of this product.")
        .filter::<Number>("customer", "Those of this customer.")
        .filter::<LicenceStatus>("status", "Those of this status.")
        .filter::<Text>("key", "Those whose key begins so.")
        .list::<Licence>();
    on.post("/v1/licences", "Issue a licence").takes::<NewLicence>().made::<Licence>();
    on.post("/v1/licences/import", "Import licences")
        .about("CSV in UTF-8 whose first line names the columns: `product_id` and `email`, and if you like `key`, `name`, `username`, \
            `install_url`, `max_uses`, `expires`, `identifier`, `status`. 2,000 rows at the most. Good rows are stored together.")
        .filter::<bool>("dry_run", "Only say what would be refused.")
        .takes_csv("product_id,email\n7,mia@customer.example\n")
        .answers::<Imported>(200, "What became of the rows.");
    on.get("/v1/licences/export", "Export licences")
        .about("In the columns that the import reads; `X-Next-Cursor` is the `cursor` of the next page, if there is one.")
        .filter::<Number>("product", "Those of this product.")
        .filter::<Whole<1, 10_000>>("limit", "Rows of a page; 20 if it is left out.")
        .filter::<Cursor>("cursor", "`X-Next-Cursor` of the page before; good with the same filters only.")
        .gives(200, "text/csv", "A page of rows.")
        .with::<Cursor>("X-Next-Cursor", "The `cursor` of the next page.");
    on.get("/v1/licences/{id}", "Show a licence").one::<Licence>();
    on.patch("/v1/licences/{id}", "Change a licence").takes::<LicenceFields>().one::<Licence>();
    on.post("/v1/licences/{id}/reset", "Reset a licence")
        .about("Frees all uses, and what it is bound to.")
        .one::<Licence>();
    on.get("/v1/licences/{id}/explain", "Explain a licence")
        .about("Each rule of the licence API in words, for an app with this identifier and address.")
        .filter::<Text>("identifier", "What the app sends as `identifier`.")
        .filter::<Ip>("ip", "Where it calls from.")
        .answers::<Explanation>(200, "Each rule, and what would change it.");
    on.get("/v1/licences/{id}/activations", "List activations")
        .about("The latest first, released ones too.")
        .list::<Activation>();
    on.delete("/v1/licences/{id}/activations/{usage_id}", "Release an activation")
        .about("Its use is free again. `If-Match` is about the licence, which is answered.")
        .one::<Licence>();
}
