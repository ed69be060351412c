//! The licence API, which shipped apps call, and the update check.

use std::collections::BTreeMap;

use utoipa::ToSchema;

use super::calls::{Calls, JSON, Told, note};
use super::scalars::{Anything, Empty, Ip, Line, Text};

/// What an app sends beside the action: in the query, or on POST in a form or a JSON object too; the first counts.
#[derive(ToSchema)]
#[schema(examples(json!({"key": "VZKN-724W-5PZK-D8VG-9YSN"})))]
pub struct LicenceCall {
    /// The key.
    pub key: Option<String>,
    /// Who asks, as the licence's identifier mode wants it.
    pub identifier: Option<String>,
    /// On `activate`, `1` binds the identifier if none is bound yet.
    #[serde(rename = "setIdentifier")]
    pub set_identifier: Option<String>,
    /// Which use it is about.
    pub usage_id: Option<String>,
    /// JSON of at most 4 KiB that is kept with the use.
    pub extra: Option<String>,
    /// The address to go by, where the product allows that.
    pub ip: Option<String>,
    /// As an `Idempotency-Key`: the same answer comes back for 24 hours.
    pub nonce: Option<String>,
}

/// To `activate`.
#[derive(ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(examples(json!({"response": "OKAY", "usage_id": 1})))]
pub struct Activated {
    /// `OKAY`.
    pub response: Okay,
    /// The use that was taken.
    pub usage_id: i64,
}

/// The one word of success.
#[derive(ToSchema)]
#[serde(rename_all = "UPPERCASE")]
pub enum Okay {
    /// It is done.
    Okay,
}

/// To `check`.
#[derive(ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(examples(json!({"status": "ACTIVE", "uses": 1, "max_uses": 3})))]
pub struct Checked {
    /// `ACTIVE`.
    pub status: Active,
    /// Live activations.
    pub uses: i64,
    /// Activations at a time; -1: no limit.
    pub max_uses: i64,
}

/// The one way a good licence stands.
#[derive(ToSchema)]
#[serde(rename_all = "UPPERCASE")]
pub enum Active {
    /// It may be used.
    Active,
}

/// To `updateExtra`.
#[derive(ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(examples(json!({"status": "OKAY"})))]
pub struct ExtraUpdated {
    /// `OKAY`.
    pub status: Okay,
}

/// To `deactivate`.
#[derive(ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(examples(json!({"response": "OKAY"})))]
pub struct Deactivated {
    /// `OKAY`.
    pub response: Okay,
}

/// To `info`. Times are Unix seconds.
#[derive(ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(examples(json!({"key": "VZKN-724W-5PZK-D8VG-9YSN", "identifier": null, "generated": 1_795_334_400, "expires": null,
    "usage_data": {"1": {"activated": 1_795_334_400, "ip": "203.0.113.7", "last_checked": 0, "extra": null}}, "purchase_id": 9,
    "purchase_name": "Quill", "purchase_pkg": 7, "purchase_active": 1, "purchase_start": 1_795_334_400, "purchase_expire": null,
    "purchase_children": [], "customer_name": "Mia", "customer_email": "mia@customer.example", "uses": 1, "max_uses": 3})))]
pub struct LicenceInfo {
    /// The key.
    pub key: String,
    /// What it is bound to.
    pub identifier: Option<String>,
    /// When it was issued.
    pub generated: i64,
    /// When it ends; null: never.
    pub expires: Option<i64>,
    /// Its live uses by their number; `[]` if it was never activated.
    pub usage_data: UsageData,
    /// The purchase.
    pub purchase_id: i64,
    /// The product's title.
    pub purchase_name: String,
    /// The product.
    pub purchase_pkg: i64,
    /// 1 or 0.
    #[schema(minimum = 0, maximum = 1)]
    pub purchase_active: i64,
    /// Since when it is owned.
    pub purchase_start: i64,
    /// Until when; null: for ever.
    pub purchase_expire: Option<i64>,
    /// Its add-ons by their number; `[]` if there are none.
    pub purchase_children: Children,
    /// The customer's name; empty if it is not known.
    pub customer_name: String,
    /// Their e-mail address.
    pub customer_email: String,
    /// Live activations.
    pub uses: i64,
    /// Activations at a time; -1: no limit.
    pub max_uses: i64,
}

/// Uses by their number.
#[derive(ToSchema)]
#[serde(untagged)]
pub enum UsageData {
    /// It was never activated.
    None(Empty),
    /// Those that are live.
    Some(BTreeMap<String, Usage>),
}

/// A live use.
#[derive(ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(examples(json!({"activated": 1_795_334_400, "ip": "203.0.113.7", "last_checked": 0, "extra": null})))]
pub struct Usage {
    /// When it was taken.
    pub activated: i64,
    /// Where the activation came from.
    pub ip: String,
    /// When it was last checked; 0: never.
    pub last_checked: i64,
    /// What the app keeps with it.
    pub extra: Anything,
}

/// Add-ons by their number.
#[derive(ToSchema)]
#[serde(untagged)]
pub enum Children {
    /// There are none.
    None(Empty),
    /// Those there are.
    Some(BTreeMap<String, Child>),
}

/// An add-on.
#[derive(ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(examples(json!({"id": 10, "name": "Tables", "app": "nexus", "type": "package", "item_id": 8, "active": 1,
    "start": 1_795_334_400, "expire": null, "lkey": null})))]
pub struct Child {
    /// The purchase.
    pub id: i64,
    /// The product's title.
    pub name: String,
    /// `nexus`.
    pub app: String,
    /// `package`.
    pub r#type: String,
    /// The product.
    pub item_id: i64,
    /// 1 or 0.
    #[schema(minimum = 0, maximum = 1)]
    pub active: i64,
    /// Since when it is owned.
    pub start: i64,
    /// Until when; null: for ever.
    pub expire: Option<i64>,
    /// Its key.
    pub lkey: Option<String>,
}

/// Why not.
#[derive(ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(examples(json!({"errorCode": 1101, "errorMessage": "BAD_KEY_OR_ID"})))]
pub struct LicenceError {
    /// How a dead key stands, to `check`: `INACTIVE` or `EXPIRED`.
    #[schema(required = false)]
    pub status: String,
    /// 1101 `BAD_KEY_OR_ID`, 1102 `INACTIVE`, 1103 `EXPIRED`, 1201 `MAX_USES`, 1301 `BAD_USAGE_ID`, 1302 `BAD_IP`, 1901 `BAD_METHOD`,
    /// 1902 `API_DISABLED`, 1903 `INTERNAL_ERROR`, 1904 `BAD_REQUEST`, 1905 `TOO_MANY_REQUESTS`.
    #[serde(rename = "errorCode")]
    pub error_code: i64,
    /// The code's name.
    #[serde(rename = "errorMessage")]
    pub error_message: String,
}

/// What an app gets that asks well.
#[derive(ToSchema)]
#[serde(untagged)]
pub enum LicenceAnswer {
    /// To `activate`.
    Activated(Activated),
    /// To `check`.
    Checked(Checked),
    /// To `info`.
    Info(Box<LicenceInfo>),
    /// To `updateExtra`.
    ExtraUpdated(ExtraUpdated),
    /// To `deactivate`.
    Deactivated(Deactivated),
}

/// The newest release.
#[derive(ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(examples(json!({"version": "1.2.0", "longversion": 10_200, "released": 1_795_334_400,
    "updateurl": "https://licences.example.com/item/7-quill/", "releasenotes": "https://licences.example.com/item/7-quill/"})))]
pub struct Update {
    /// As people read it.
    pub version: String,
    /// As programs compare it.
    pub longversion: i64,
    /// Unix seconds.
    pub released: i64,
    /// Where the update is.
    pub updateurl: String,
    /// Where the notes are.
    pub releasenotes: String,
}

const ABOUT: &str = "The action is the presence of one of the parameters `activate`, `check`, `info`, `updateExtra` and `deactivate`, tried \
    in this order; it must stand in the query. An unknown key and a wrong identifier are the same answer.";

const ACTIONS: [(&str, &str); 5] = [
    ("activate", "Takes a use of the licence."),
    ("check", "Asks whether the licence, or a use of it, is good."),
    ("info", "Tells all about the licence."),
    ("updateExtra", "Keeps another `extra` with a use."),
    ("deactivate", "Frees a use, where the product allows that."),
];

fn licence_call(told: &mut Told) {
    told.about(ABOUT);
    for (name, about) in ACTIONS {
        told.filter::<Text>(name, about);
    }
    told.filter::<Line<319>>("key", "The key.")
        .filter::<Text>("identifier", "Who asks, as the licence's identifier mode wants it.")
        .filter::<Text>("setIdentifier", "On `activate`, `1` binds the identifier if none is bound yet.")
        .filter::<Text>("usage_id", "Which use it is about.")
        .filter::<Text>("extra", "JSON of at most 4 KiB that is kept with the use.")
        .filter::<Ip>("ip", "The address to go by, where the product allows that.")
        .filter::<Text>("nonce", "As an `Idempotency-Key`: the same answer comes back for 24 hours.");
    if told.method == "POST" {
        let body = note::<LicenceCall>(&mut told.sent);
        told.takes_as("application/x-www-form-urlencoded", false, body.clone())
            .takes_as("multipart/form-data", false, body.clone())
            .takes_as(JSON, false, body);
    }
    told.answers::<LicenceAnswer>(200, "By the action.");
    for (status, about) in [
        (400, "The first rule that says no."),
        (403, "The product's licence API is off."),
        (429, "Too many calls, or too many wrong keys; `Retry-After` says when to come back."),
        (500, "Our fault."),
        (503, "Not now; the outcome may be unknown."),
        (507, "The disk is full."),
    ] {
        told.answers::<LicenceError>(status, about);
    }
}

/// Tells of the calls.
pub fn tell(on: &mut Calls) {
    on.noun(
        "Licence API",
        "What shipped apps call: activate and check a licence, and ask for updates. No credential but key and identifier.",
    );
    let address = "/applications/softwaremarketplace/interface/licenses/index.php";
    licence_call(on.get(address, "Call the licence API"));
    licence_call(on.post(address, "Post to the licence API"));
    licence_call(on.get("/licences", "Call the licence API by its short address"));
    licence_call(on.post("/licences", "Post to the licence API by its short address"));
    on.get("/software/updatecheck/{id}", "Check for an update")
        .about("The newest published release in the channel `stable` of a product that is approved and visible. Any query is ignored.")
        .answers::<Update>(200, "The newest release.")
        .with::<Text>("ETag", "For `If-None-Match`.")
        .known()
        .faults(&[404]);
}
