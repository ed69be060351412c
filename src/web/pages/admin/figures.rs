//! Figures over time, drawn: what apps asked for, what they were refused, what came in, and which versions are out there.

use actix_web::HttpRequest;
use actix_web::web::Data;
use minijinja::context;
use minijinja::value::Serde;
use serde::Serialize;

use super::desk::{Answer, Desk};
use super::home;
use super::list_file::{Kind, handed};
use crate::app::App;
use crate::base::error::{self, Error, Result};
use crate::base::money;
use crate::domain::analytics::{self, Figures, Series};
use crate::domain::period::{Asked, Interval, Period};
use crate::domain::revenue::{self, Revenue};
use crate::domain::scope::Scope;
use crate::domain::shop::Shop;
use crate::domain::versions::{self, Versions};
use crate::store::Tx;
use crate::web::form::Form;
use crate::web::pages::chart::{self, Chart};

/// Columns that a chart has room for.
const MOST: usize = 200;
/// What is drawn of what apps ask for.
const CALLS: [(&str, &str); 4] = [
    ("activate", "Activations"),
    ("check", "Checks"),
    ("update_check", "Update checks"),
    ("deactivate", "Activations freed"),
];

/// What is looked at.
#[derive(Clone, Debug, Default, Serialize)]
struct View {
    interval: String,
    from: String,
    to: String,
    product: String,
    wrong: String,
}

impl View {
    fn of(query: &Form) -> Self {
        let text = |name: &str| query.get(name).unwrap_or_default().trim().to_owned();
        Self {
            interval: text("interval"),
            from: text("from"),
            to: text("to"),
            product: text("product"),
            wrong: String::new(),
        }
    }

    /// Where the same is as a file.
    fn file(&self, here: &str, name: &str) -> String {
        let mut query = url::form_urlencoded::Serializer::new(String::new());
        query.append_pair("csv", name);
        let all = [
            ("interval", &self.interval),
            ("from", &self.from),
            ("to", &self.to),
            ("product", &self.product),
        ];
        query.extend_pairs(all.iter().filter(|(_, value)| !value.is_empty()));
        format!("{here}?{}", query.finish())
    }

    fn asked(&self) -> Asked {
        let given = |text: &str| (!text.is_empty()).then(|| text.to_owned());
        Asked {
            from: given(&self.from),
            to: given(&self.to),
            // Hours are for programs: a chart of them has no days to stand on.
            interval: self.interval.parse().ok().filter(|interval| *interval != Interval::Hour),
            product_id: given(&self.product).map(|id| id.parse().unwrap_or(-1)),
        }
    }
}

/// What there is as CSV.
const FILES: [&str; 4] = ["calls", "errors", "revenue", "versions"];

struct Seen {
    calls: Series,
    errors: Series,
    revenue: Revenue,
    versions: Versions,
}

fn look(tx: &mut Tx<'_>, shop: Shop, asked: &Asked) -> Result<Seen> {
    if analytics::period(tx, shop, asked)?.starts.len() > MOST {
        let message = "This is too long for a chart: choose weeks or months, or a shorter time";
        return Err(Error::invalid(message));
    }
    Ok(Seen {
        calls: analytics::activations(tx, shop, asked)?,
        errors: analytics::errors(tx, shop, asked)?,
        revenue: revenue::revenue(tx, shop, asked)?,
        versions: versions::versions(tx, shop, asked)?,
    })
}

/// `GET /admin/figures`
pub async fn show(req: HttpRequest, app: Data<App>) -> Answer {
    let desk = Desk::open(&req, &app).await?;
    desk.needs(Scope::ReadAnalytics)?;
    let query = Form::read(req.query_string()).unwrap_or_default();
    let mut view = View::of(&query);
    let (shop, asked) = (desk.shop, view.asked());
    let seen = match app.store.read(move |tx| look(tx, shop, &asked)).await {
        Err(e) if e.kind == error::Kind::Invalid => {
            view.wrong = e.message;
            app.store.read(move |tx| look(tx, shop, &Asked::default())).await
        }
        seen => seen,
    };
    let seen = seen.map_err(|e| desk.failed(&e))?;
    if let Some(name) = query.get("csv") {
        let table = match name {
            "errors" => seen.errors.table(),
            "revenue" => seen.revenue.table(),
            "versions" => seen.versions.table(),
            _ => seen.calls.table(),
        };
        return handed(analytics::csv(&table).map_err(|e| desk.failed(&e))?, "figures", Kind::Csv);
    }
    let values = context! {
        view => Serde(&view), charts => Serde(charts(&seen)), field => Serde(home::in_the_field(&seen.versions, usize::MAX, "No app has asked for updates in this time.")),
        files => FILES.map(|name| (name, view.file(&desk.here(), name))).to_vec(),
    };
    desk.page("admin/figures.html", "Figures", values).await
}

fn charts(seen: &Seen) -> Vec<Chart> {
    let draw = |title: String, period: &Period, counts: &[i64]| {
        chart::days(title, &period.starts, counts, period.zone_name())
    };
    let mut all = Vec::new();
    for (name, title) in CALLS {
        if let Some(place) = seen.calls.names.iter().position(|known| known == name) {
            all.push(draw(title.to_owned(), &seen.calls.period, &seen.calls.of(place)));
        }
    }
    let totals = seen.errors.totals();
    for (place, code) in seen.errors.names.iter().enumerate() {
        if totals[place] > 0 {
            all.push(draw(format!("Refused with {code}"), &seen.errors.period, &seen.errors.of(place)));
        }
    }
    for (currency, incomes) in &seen.revenue.by {
        let whole: Vec<i64> = incomes.iter().map(|income| money::whole(income.net(), currency)).collect();
        all.push(draw(format!("Revenue without refunds, {currency}"), &seen.revenue.period, &whole));
    }
    all
}
