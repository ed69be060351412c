//! The shop itself.

use utoipa::ToSchema;

use super::calls::Calls;
use super::products::{LicencePolicy, PolicyFields};
use super::scalars::{Currency, Line, OrNull, Page, Zone};
use super::words::{Mode, Plan, Scope};

/// The shop, and what the caller may do in it.
#[derive(ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(examples(json!({"id": 1, "name": "My shop", "currency": "EUR", "time_zone": "Europe/Berlin", "mode": "test",
    "defaults": {"licence_policy": {"api_enabled": true, "key_type": "standard", "segments": 5, "segment_length": 4,
        "identifier_mode": "none", "max_uses": 3, "term_days": null, "check_ip": null, "allow_ip_override": null, "deactivate": false}}, "payment_notice": "",
    "public_url": "https://licences.example.com",
    "api_key": {"id": "sk_test_4fY2abCd", "scopes": ["read:account"], "plan": "enterprise"}})))]
pub struct Account {
    /// Its number.
    pub id: i64,
    /// What it is called.
    pub name: String,
    /// The currency of prices that name none.
    pub currency: Option<String>,
    /// Where its days begin; a name in the tz database.
    pub time_zone: String,
    /// Whose rows the caller sees.
    pub mode: Mode,
    /// What new products have.
    pub defaults: Defaults,
    /// Markdown: how buyers pay an order that no card pays.
    pub payment_notice: String,
    /// The server's address, as customers see it.
    pub public_url: String,
    /// The caller's credential.
    pub api_key: ApiKey,
}

/// What new products have.
#[derive(ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(examples(json!({"licence_policy": {"api_enabled": true, "key_type": "standard", "segments": 5, "segment_length": 4,
    "identifier_mode": "none", "max_uses": 3, "term_days": null, "check_ip": null, "allow_ip_override": null, "deactivate": false}})))]
pub struct Defaults {
    /// Their licence policy, where nothing else is said.
    pub licence_policy: LicencePolicy,
}

/// The caller's credential.
#[derive(ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(examples(json!({"id": "sk_test_4fY2abCd", "scopes": ["read:account", "write:account"], "plan": "enterprise"})))]
pub struct ApiKey {
    /// What it is called in lists and logs; not the key.
    pub id: String,
    /// What it may do.
    pub scopes: Vec<Scope>,
    /// How many requests it may send.
    pub plan: Plan,
}

/// Fields of the account.
#[derive(ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(examples(json!({"name": "My shop", "currency": "EUR", "defaults": {"licence_policy": {"api_enabled": true}}})))]
pub struct AccountFields {
    /// What it is called.
    pub name: Option<Line<200>>,
    /// The currency of prices that name none; null: each must name one.
    pub currency: Option<OrNull<Currency>>,
    /// Where its days begin; a name in the tz database.
    pub time_zone: Option<Zone>,
    /// What new products have.
    pub defaults: Option<DefaultFields>,
    /// Markdown: how buyers pay an order that no card pays.
    pub payment_notice: Option<Page<5_000>>,
}

/// What new products shall have.
#[derive(ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(examples(json!({"licence_policy": {"api_enabled": true}})))]
pub struct DefaultFields {
    /// Their licence policy, where nothing else is said.
    pub licence_policy: Option<PolicyFields>,
}

/// Tells of the calls.
pub fn tell(on: &mut Calls) {
    on.noun("Account", "The shop itself, and what the caller may do in it.");
    on.get("/v1/account", "Show the account").one::<Account>();
    on.patch("/v1/account", "Change the account")
        .about("It is one for both modes, so only a credential of live mode changes it.")
        .takes::<AccountFields>()
        .one::<Account>();
}
