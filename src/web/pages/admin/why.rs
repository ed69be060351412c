//! Why can't this buyer activate? The rungs of the ladder as they stand, and at each that fails the hand that mends it.

use std::net::{IpAddr, Ipv4Addr};

use serde::Serialize;

use super::desk::Desk;
use crate::base::error::Result;
use crate::base::text;
use crate::domain::explain::{self, Explained, Mend};
use crate::domain::ladder::{self, Claim, IpRules};
use crate::domain::licence::Licence;
use crate::domain::scope::Scope;
use crate::store::Tx;
use crate::web::form::Form;
use crate::web::pages::parts::Deed;

/// What somebody asks about: an app with this identifier, at this address.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Asked {
    /// Empty: the one that is right.
    identifier: String,
    /// Empty: it does not count.
    ip: String,
    /// What is wrong with the address.
    wrong: &'static str,
}

impl Asked {
    /// By the address of the page.
    pub fn of(query: &Form) -> Self {
        let given = |name| query.get(name).unwrap_or_default().trim().to_owned();
        let (identifier, ip) = (given("identifier"), given("ip"));
        let is_wrong = !ip.is_empty() && ip.parse::<IpAddr>().is_err();
        Self { identifier, ip, wrong: if is_wrong { "That is no IP address" } else { "" } }
    }

    /// The rungs as such an app finds them.
    pub fn answered(&self, tx: &mut Tx<'_>, licence: &Licence, rules: IpRules) -> Result<Vec<Explained>> {
        let right = ladder::find(tx, &licence.key, None)?.and_then(|record| record.expected.value);
        let typed = (!self.identifier.is_empty()).then(|| self.identifier.clone());
        let from = self.ip.parse::<IpAddr>().ok().map(|ip| ip.to_canonical());
        let claim = Claim {
            key: licence.key.clone(),
            identifier: typed.or(right),
            address: from.unwrap_or(IpAddr::V4(Ipv4Addr::LOCALHOST)),
            named_address: None,
            rules,
        };
        explain::explain(tx, &claim, from.is_some())
    }
}

/// The answer, as a page shows it.
#[derive(Serialize)]
pub struct Why {
    verdict: &'static str,
    rungs: Vec<Step>,
    asked: Asked,
}

/// A rung.
#[derive(Serialize)]
struct Step {
    name: &'static str,
    passes: bool,
    says: String,
    hands: Vec<Hand>,
}

/// What mends a rung: a button, a way to a form, or words for those who may do neither.
#[derive(Serialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
enum Hand {
    Press { deed: Deed },
    Go { label: &'static str, href: String },
    Say { words: String },
}

/// The answer for whoever is at the desk.
pub fn why(desk: &Desk, licence: &Licence, rungs: Vec<Explained>, asked: Asked) -> Why {
    let verdict = if explain::may_activate(&rungs) {
        "An app can activate it now"
    } else {
        "No app can activate it now"
    };
    let step = |rung: Explained| Step {
        name: rung.rung,
        passes: rung.passes,
        says: rung.says,
        hands: rung.mends.into_iter().map(|mend| hand(desk, licence, mend)).collect(),
    };
    Why { verdict, rungs: rungs.into_iter().map(step).collect(), asked }
}

/// What is typed before all uses are freed: the key's last characters.
pub fn last(key: &str) -> String {
    text::last4(key).trim_start_matches('…').to_owned()
}

fn hand(desk: &Desk, licence: &Licence, mend: Mend) -> Hand {
    let at = format!("{}/admin/licences/{}", desk.base(), licence.licence_id);
    let to = |path: String| format!("{}/admin/{path}", desk.base());
    let product = || to(format!("products/{}/edit", licence.product_id));
    let purchase = || to(format!("purchases/{}/edit", licence.purchase_id));
    let go = |scope, label, href| (scope, Hand::Go { label, href });
    let press = |deed| (Scope::WriteLicences, Hand::Press { deed });
    let (scope, hand) = match mend {
        Mend::Call => {
            return Hand::Say {
                words: "Nothing here is to be changed: the app has to send it right.".into(),
            };
        }
        Mend::Customer => {
            let href = to(format!("customers/{}/edit", licence.customer_id));
            go(Scope::WriteCustomers, "Change the customer", href)
        }
        Mend::InstallUrl => go(Scope::WriteOrders, "Change the install URL", purchase()),
        Mend::Binding => go(Scope::WriteLicences, "Change the bound identifier", format!("{at}/edit")),
        Mend::Api => go(Scope::WriteProducts, "Switch the product's licence API on", product()),
        Mend::Switch => press(Deed::new("mend-switch", "Switch it on", format!("{at}/resume"))),
        Mend::Purchase => go(Scope::WriteOrders, "Make the purchase active again", purchase()),
        Mend::Term => go(Scope::WriteLicences, "Give it a later end", format!("{at}/edit")),
        Mend::OneUse => {
            let href = to(format!("activations?licence={}&state=in_use", licence.licence_id));
            go(Scope::WriteLicences, "Free one use", href)
        }
        Mend::AllUses => {
            let deed = Deed::new("mend-uses", "Free all uses", format!("{at}/reset"));
            press(deed.grave().typing(last(&licence.key)))
        }
        Mend::Limit => go(Scope::WriteLicences, "Allow more activations", format!("{at}/edit")),
        Mend::CheckIp => go(Scope::WriteProducts, "Switch the product's IP enforcement off", product()),
    };
    if desk.may(scope) {
        return hand;
    }
    let label = match &hand {
        Hand::Press { deed } => deed.label,
        Hand::Go { label, .. } => label,
        Hand::Say { words } => words,
    };
    Hand::Say { words: format!("{label}: your role may not, ask somebody whose does.") }
}
