//! How this server is kept: what holds for everybody, who has a second factor, who is signed in, and what was done lately to who gets in.

use actix_web::HttpRequest;
use actix_web::web::Data;

use super::desk::{Answer, Desk};
use super::team;
use super::thing::Thing;
use crate::app::App;
use crate::base::error::Result;
use crate::base::time::{HOUR, SECOND};
use crate::domain::audit_log::{self, Entry};
use crate::domain::person::{self, Person};
use crate::domain::session::{self, PERSON_IDLE, PERSON_LIFE};
use crate::domain::shop::Shop;
use crate::store::Tx;
use crate::web::form::Form;
use crate::web::pages::parts::{Cell, Row, Section, Table, Tone, Way, fact};

/// Kinds of things that let somebody in, and how many of the last changes to each are shown.
const DOORS: [&str; 5] = ["person", "api_key", "app", "grant", "backup"];
const EACH: i64 = 20;
const SHOWN: usize = 30;

struct Seen {
    people: Vec<(Person, usize)>,
    changes: Vec<Entry>,
}

fn look(tx: &mut Tx<'_>, shop: Shop) -> Result<Seen> {
    let mut people = Vec::new();
    for person in person::list(tx, shop.site_id)? {
        let browsers = session::of_person_now(tx, person.id)?.len();
        people.push((person, browsers));
    }
    let mut changes = Vec::new();
    for subject in DOORS {
        let filter = audit_log::Filter { subject: Some(subject), ..audit_log::Filter::default() };
        changes.extend(audit_log::list(tx, shop, &filter, None, EACH)?);
    }
    changes.sort_by_key(|entry| std::cmp::Reverse(entry.id));
    changes.truncate(SHOWN);
    Ok(Seen { people, changes })
}

/// `GET /admin/settings/security`
pub async fn show(req: HttpRequest, app: Data<App>) -> Answer {
    let desk = Desk::open(&req, &app).await?;
    desk.needs_owner()?;
    let seen = desk.read(look).await?;
    let (base, config) = (desk.base(), &app.config);
    let on = |is: bool, yes: &str, no: &str, otherwise: Tone| {
        if is { Cell::badge(yes, Tone::Good) } else { Cell::badge(no, otherwise) }
    };
    let without =
        seen.people.iter().filter(|(one, _)| one.totp_at.is_none() && one.disabled_at.is_none()).count();
    let facts = vec![
        fact(
            "Buyers reach it by",
            on(config.public_url.starts_with("https:"), "HTTPS", "plain HTTP", Tone::Warn),
        ),
        fact(
            "Signed out after",
            Cell::text(format!(
                "{} minutes of nothing, {} hours in all",
                PERSON_IDLE / (60 * SECOND),
                PERSON_LIFE / HOUR
            )),
        ),
        fact("People without a second factor", Cell::Count { n: i64::try_from(without).unwrap_or(i64::MAX) }),
        fact(
            "Proxies that are trusted",
            Cell::Count { n: i64::try_from(config.trusted_proxies.len()).unwrap_or(i64::MAX) },
        ),
        fact(
            "Checks come from the activation's address",
            on(config.ip_rules.check_ip, "on", "off", Tone::Plain),
        ),
        fact("Calls may name another address", on(!config.ip_rules.allow_override, "off", "on", Tone::Warn)),
    ];
    let people = seen.people.iter().map(|(person, browsers)| {
        Row::from(vec![
            Cell::link(&person.email, format!("{base}/admin/team/{}", person.id)),
            Cell::text(person.role.as_str().replace('_', " ")),
            team::factor(person),
            Cell::Count { n: i64::try_from(*browsers).unwrap_or(i64::MAX) },
        ])
    });
    let changes = seen.changes.iter().map(|entry| {
        Row::from(vec![
            Cell::Time { at: entry.created_at },
            Cell::link(entry.action.as_str(), format!("{base}/admin/audit/{}", entry.id)),
            Cell::maybe(entry.address.as_deref()),
        ])
    });
    let thing = Thing {
        title: "Security".to_owned(),
        ways: vec![
            Way { label: "Team", href: format!("{base}/admin/team") },
            Way { label: "Your second factor and browsers", href: format!("{base}/admin/account") },
        ],
        facts,
        sections: vec![
            Section {
                title: "Who gets in",
                table: Table::new(
                    &["Person", "Role", "Second factor", "#Browsers now"],
                    people.collect(),
                    "",
                ),
            },
            Section {
                title: "What was done lately to who gets in",
                table: Table::new(&["When", "What", "From"], changes.collect(), "Nothing."),
            },
        ],
        ..Thing::default()
    };
    thing.show(&desk, &Form::read(req.query_string()).unwrap_or_default()).await
}
