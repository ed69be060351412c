//! Something that a customer owns: its key, where it is in use, what there is to download.

use actix_web::HttpRequest;
use actix_web::http::StatusCode;
use actix_web::web::{Data, Path, Payload};
use minijinja::{Value, context};

use super::account::state;
use super::front::href;
use super::order;
use super::visit::Visit;
use crate::app::App;
use crate::base::error::{Error, Kind, Result};
use crate::base::text;
use crate::domain::activation::{self, Activation, OWN_MOST};
use crate::domain::licence::{self, Licence};
use crate::domain::product::{self, Product};
use crate::domain::purchase::{self, Purchase};
use crate::domain::release::{self, Release, Status};
use crate::domain::release_file::{self, Entry, Target};
use crate::domain::shop::Shop;
use crate::store::Tx;
use crate::web::form::Form;
use crate::web::page;
use crate::web::pages::answer::Answer;
use crate::web::pages::parts::is_cut;

/// Activations and releases of a page.
const MOST: i64 = 100;

/// From where on they are looked at: behind which activation, and behind which release.
#[derive(Clone, Copy, Default)]
struct View {
    uses: Option<i64>,
    releases: Option<i64>,
}

impl View {
    fn of(query: &Form) -> Self {
        let behind = |name| query.given(name).and_then(|id| id.parse().ok());
        Self { uses: behind("uses"), releases: behind("releases") }
    }

    /// The same, further on.
    fn address(self, below: &str) -> String {
        let part = |name, behind: Option<i64>| behind.map(|id| format!("{name}={id}"));
        let parts = [part("uses", self.uses), part("releases", self.releases)];
        format!("{below}?{}", parts.into_iter().flatten().collect::<Vec<_>>().join("&"))
    }
}

/// All that the page shows.
struct Owned {
    purchase: Purchase,
    product: Product,
    licence: Option<Licence>,
    /// Those in use.
    activations: Vec<Activation>,
    /// How many of them they may free themselves now.
    left: i64,
    releases: Vec<(Release, Vec<Entry>)>,
    state: &'static str,
    view: View,
    /// Where there are more activations, and more releases.
    next: View,
}

fn found(tx: &mut Tx<'_>, shop: Shop, customer: i64, id: i64, view: View) -> Result<Owned> {
    order::is_of(tx, shop, customer, id)?;
    let purchase = purchase::get(tx, shop, id)?;
    let product = product::get(tx, shop, purchase.product_id)?;
    let licence = purchase.licence_id.map(|id| licence::by_id(tx, shop, id)).transpose()?;
    let (mut activations, mut left, mut next) = (Vec::new(), 0, View::default());
    if let Some(licence) = &licence {
        activations = activation::live(tx, licence.licence_id, view.uses, MOST + 1)?;
        if is_cut(&mut activations, MOST) {
            next.uses = activations.last().map(|one| one.usage_id);
        }
        left = activation::own_left(tx, licence.licence_id)?;
    }
    let (mut releases, mut all) = (Vec::new(), release::page(tx, shop, product.id, view.releases, MOST + 1)?);
    if is_cut(&mut all, MOST) {
        next.releases = all.last().map(|release| release.id);
    }
    for release in all {
        let is_open = product.delivery.download_channels.contains(&release.channel);
        if is_open && release.status == Status::Published {
            let files = release_file::list(tx, release.id)?;
            releases.push((release, files));
        }
    }
    let state = state(&purchase, tx.now());
    Ok(Owned { purchase, product, licence, activations, left, releases, state, view, next })
}

/// `GET /account/purchases/{id}`
pub async fn show(req: HttpRequest, id: Path<i64>, app: Data<App>) -> Answer {
    let visit = Visit::open(&req, &app).await?;
    let (customer, id) = (visit.customer()?, id.into_inner());
    let view = View::of(&Form::read(req.query_string()).unwrap_or_default());
    let owned = visit.read(move |tx, shop| found(tx, shop, customer, id, view)).await?;
    shown(&visit, StatusCode::OK, &owned, "")
}

fn shown(visit: &Visit, status: StatusCode, owned: &Owned, wrong: &str) -> Answer {
    let (purchase, product) = (&owned.purchase, &owned.product);
    let below = format!("/account/purchases/{}", purchase.id);
    let use_of = |one: &Activation| {
        context! {
            id => one.usage_id, at => one.activated_at, from => &one.ip, seen => one.last_checked_at, says => says(one),
            free => format!("{below}/activations/{}/free", one.usage_id),
        }
    };
    let release = |(release, files): &(Release, Vec<Entry>)| {
        let entry = |entry: &Entry| file(&below, release.id, entry);
        context! { version => &release.version, at => release.released_at, files => files.iter().map(entry).collect::<Vec<Value>>() }
    };
    let licence = owned.licence.as_ref();
    let values = context! {
        id => purchase.id, state => owned.state, key => &purchase.key, ends => purchase.expires_at, order => purchase.order_id,
        item => href(product.id, &product.slug), since => purchase.started_at,
        uses => licence.map(|licence| licence.uses), max_uses => licence.map(|licence| licence.max_uses),
        activations => owned.activations.iter().map(use_of).collect::<Vec<Value>>(),
        may_free => product.policy.deactivate && owned.left > 0, frees => product.policy.deactivate, left => owned.left, most => OWN_MOST,
        asks_url => product.delivery.requires_install_url, label => product.delivery.label(), install_url => &purchase.install_url,
        is_locked => product.delivery.install_url_locked && purchase.install_url.is_some(), notice => &product.delivery.install_url_notice,
        elsewhere => product.delivery.external_url.is_some(), releases => owned.releases.iter().map(release).collect::<Vec<Value>>(),
        more_uses => owned.next.uses.map(|uses| View { uses: Some(uses), ..owned.view }.address(&below)),
        more_releases => owned.next.releases.map(|id| View { releases: Some(id), ..owned.view }.address(&below)),
        below => &below, wrong => wrong,
    };
    visit.page(status, "shop/purchase.html", &product.title, values)
}

/// What an app said of where it runs, if it said it in words: its `extra` may hold anything.
fn says(one: &Activation) -> Option<String> {
    let extra: serde_json::Value = serde_json::from_str(one.extra.as_deref()?).ok()?;
    let named = ["host", "hostname", "name", "device", "machine"]
        .iter()
        .find_map(|name| extra.get(name)?.as_str())?;
    Some(named.chars().take(80).collect())
}

fn file(below: &str, release_id: i64, entry: &Entry) -> Value {
    let way = format!("{below}/download?release={release_id}&platform={}", entry.platform);
    match &entry.target {
        Target::File(file) => context! {
            name => &file.name, size => text::size(file.size.unsigned_abs()), sha256 => &file.sha256, platform => &entry.platform, href => way,
        },
        Target::Url { .. } => {
            context! { name => "", size => "", sha256 => None::<String>, platform => &entry.platform, href => way }
        }
    }
}

/// `POST /account/purchases/{id}/activations/{usage_id}/free`
pub async fn free(req: HttpRequest, path: Path<(i64, i64)>, payload: Payload, app: Data<App>) -> Answer {
    let (visit, _) = Visit::send(&req, payload, &app).await?;
    let (customer, (id, usage_id)) = (visit.customer()?, path.into_inner());
    let freed = visit
        .write("use freed by its buyer", move |tx, shop| {
            order::is_of(tx, shop, customer, id)?;
            let licence = purchase::get(tx, shop, id)?.licence_id;
            let licence = licence.ok_or_else(|| Error::not_found("this purchase has no licence"))?;
            activation::release_own(tx, licence, usage_id)
        })
        .await;
    match freed {
        Ok(()) => Ok(page::go(&format!("{}/account/purchases/{id}", visit.base()), Vec::new())),
        Err(e) if e.kind == Kind::Refused => {
            let owned = visit.read(move |tx, shop| found(tx, shop, customer, id, View::default())).await?;
            shown(&visit, StatusCode::CONFLICT, &owned, &e.message)
        }
        Err(e) => Err(visit.failed(&e)),
    }
}
