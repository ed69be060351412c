//! Making and changing a product.

use actix_web::HttpRequest;
use actix_web::web::{Data, Path, Payload};
use serde_json::{Value, json};

use super::desk::{Answer, Desk};
use super::sheet::{Sheet, group};
use super::showcase::{self, BRANDS};
use crate::app::App;
use crate::base::error::Result;
use crate::domain::account::{self, Account};
use crate::domain::brand::{self, Brand};
use crate::domain::category::{self, Category};
use crate::domain::identifier::Mode;
use crate::domain::product::{self, Kind};
use crate::domain::scope::Scope;
use crate::domain::shop::Shop;
use crate::store::Tx;
use crate::web::pages::field::Field;
use crate::web::platform::products;

/// Categories that a product can be put in from here.
const CATEGORIES: i64 = 1_000;

/// What the form of a product is about, besides the product.
struct Around {
    shop: Account,
    categories: Vec<Category>,
    brands: Vec<Brand>,
}

async fn around(desk: &Desk) -> std::result::Result<Around, actix_web::Error> {
    desk.read(|tx, shop| {
        Ok(Around {
            shop: account::get(tx, shop)?,
            categories: category::list(tx, shop, None, CATEGORIES)?,
            brands: brand::list(tx, shop, None, BRANDS)?,
        })
    })
    .await
}

/// Words for the identifier modes, those of the user's document.
fn modes() -> [(&'static str, &'static str); 7] {
    [
        (Mode::None.as_str(), "None: the key alone is enough"),
        (Mode::Manual.as_str(), "Manual binding via API: what the first activation sets"),
        (Mode::Email.as_str(), "Email"),
        (Mode::Name.as_str(), "Name"),
        (Mode::Username.as_str(), "Username"),
        (Mode::PurchaseId.as_str(), "Purchase ID"),
        (Mode::InstallUrl.as_str(), "Install URL"),
    ]
}

fn details(categories: &[Category], is_new: bool) -> Vec<Field> {
    let kinds = [
        (Kind::Software.as_str(), "Software: files and licences"),
        (Kind::Service.as_str(), "Service: work or access"),
        (Kind::Bundle.as_str(), "Bundle: several products for one price"),
        (Kind::External.as_str(), "External: delivered elsewhere"),
    ];
    let shelves = categories.iter().map(|one| (one.id.to_string(), one.title.clone()));
    let shelves = std::iter::once((String::new(), "None".to_owned())).chain(shelves);
    let mut all = vec![Field::line("title", "Title").needed()];
    if !is_new {
        all.push(
            Field::line("slug", "Address")
                .needed()
                .hint("Part of the address of its page: a-z, 0-9 and '-'."),
        );
    }
    all.extend([
        Field::choice("kind", "Kind", kinds),
        Field::lines("items", "Made of")
            .hint("For a bundle: the numbers of its products, one a line.")
            .or_unsaid(),
        Field::page("description", "Description")
            .hint("Markdown: # headings, **bold**, - lists, [links](https://…)."),
        Field::choice("category_id", "Category", shelves),
        Field::switch("approved", "Approved: it may be sold, and update checks tell of it"),
        Field::switch("visible", "Visible in the shop"),
    ]);
    all
}

fn licensing() -> Vec<Field> {
    let as_server =
        |yes: &'static str, no: &'static str| [("", "As the server is set"), ("true", yes), ("false", no)];
    vec![
        Field::switch("licence_policy.api_enabled", "License Key API enabled"),
        Field::choice("licence_policy.identifier_mode", "Licence identifier", modes()),
        Field::number("licence_policy.max_uses", "Activations a licence").needed().hint("-1 is no limit."),
        Field::number("licence_policy.term_days", "Days that a licence is good for")
            .or_none()
            .hint("Empty: for ever."),
        Field::choice(
            "licence_policy.key_type",
            "Kind of key",
            [("standard", "Standard: groups of letters and digits"), ("md5", "MD5: 32 hexadecimal digits")],
        ),
        Field::number("licence_policy.segments", "Groups in a key").needed().hint("2 to 10."),
        Field::number("licence_policy.segment_length", "Characters in a group").needed().hint("4 to 8."),
        Field::choice(
            "licence_policy.check_ip",
            "IP enforcement",
            as_server("On: checks come from the address of the activation", "Off"),
        ),
        Field::choice(
            "licence_policy.allow_ip_override",
            "IP override",
            as_server("On: a call may name the address", "Off"),
        ),
        Field::switch("licence_policy.deactivate", "Apps and buyers may free activations"),
    ]
}

fn delivery() -> Vec<Field> {
    vec![
        Field::switch("delivery.requires_install_url", "Require Install URL Before Download"),
        Field::line("delivery.install_url_label", "Label of the question").hint("Empty: Website URL."),
        Field::page("delivery.install_url_notice", "Privacy notice").hint("How the address will be used."),
        Field::choice(
            "delivery.install_url_locked",
            "Once it was given",
            [("false", "Allow Buyers to Edit Install URL"), ("true", "Lock it: the buyer has to ask you")],
        ),
        Field::line("delivery.external_url", "External Purchase")
            .or_none()
            .hint("Where buyers are sent instead of receiving files. Empty: they download from here."),
        Field::lines("delivery.download_channels", "Channels that buyers download from")
            .needed()
            .hint("One a line."),
    ]
}

fn sheet(around: &Around, of: Option<i64>) -> Sheet {
    let currency = around.shop.currency.as_deref();
    let price = vec![
        Field::money("price", "Price before tax", currency)
            .hint("19.00, or 19.00 USD. Empty: it cannot be bought."),
        Field::percent("tax_bp", "Tax on top, in percent").needed(),
    ];
    Sheet {
        title: if of.is_some() { "Change the product" } else { "New product" }.to_owned(),
        label: if of.is_some() { "Save" } else { "Make it" },
        back: of.map_or("/admin/products".to_owned(), |id| format!("/admin/products/{id}")),
        groups: vec![
            group("Details", details(&around.categories, of.is_none())),
            group("Pricing", price),
            showcase::fields(&around.brands, currency),
            group("Licensing", licensing()),
            group("Delivery", delivery()),
        ],
        ..Sheet::default()
    }
}

/// What a new product has in this shop.
fn usual(shop: &Account) -> Value {
    json!({
        "kind": "software", "approved": true, "visible": true, "tax_bp": 0, "licence_policy": shop.policy,
        "delivery": {"install_url_locked": false, "download_channels": ["stable"]},
    })
}

/// `GET /admin/products/new`
pub async fn ask_new(req: HttpRequest, app: Data<App>) -> Answer {
    let desk = Desk::open(&req, &app).await?;
    desk.needs(Scope::WriteProducts)?;
    let around = around(&desk).await?;
    sheet(&around, None).filled(&usual(&around.shop)).show(&desk).await
}

/// `POST /admin/products/new`
pub async fn make(req: HttpRequest, payload: Payload, app: Data<App>) -> Answer {
    let (desk, form) = Desk::send(&req, payload, &app).await?;
    desk.needs(Scope::WriteProducts)?;
    let sheet = sheet(&around(&desk).await?, None);
    let change = sheet.read(&desk, &form, showcase::read).await?;
    sheet
        .make(&desk, &form, "product by page", move |tx, shop| {
            Ok(format!("/admin/products/{}?done=made", product::new(tx, shop, &change)?.id))
        })
        .await
}

fn now(tx: &mut Tx<'_>, shop: Shop, id: i64) -> Result<Value> {
    let product = product::get(tx, shop, id)?;
    let mut json = products::json(&product)?;
    showcase::put(&product, &mut json);
    Ok(json)
}

/// `GET /admin/products/{id}/edit`
pub async fn ask(req: HttpRequest, id: Path<i64>, app: Data<App>) -> Answer {
    let desk = Desk::open(&req, &app).await?;
    desk.needs(Scope::WriteProducts)?;
    let id = id.into_inner();
    let json = desk.read(move |tx, shop| now(tx, shop, id)).await?;
    sheet(&around(&desk).await?, Some(id)).filled(&json).show(&desk).await
}

/// `POST /admin/products/{id}/edit`
pub async fn change(req: HttpRequest, id: Path<i64>, payload: Payload, app: Data<App>) -> Answer {
    let (desk, form) = Desk::send(&req, payload, &app).await?;
    desk.needs(Scope::WriteProducts)?;
    let id = id.into_inner();
    let sheet = sheet(&around(&desk).await?, Some(id));
    let change = sheet.read(&desk, &form, showcase::read).await?;
    sheet
        .change(
            &desk,
            &form,
            "product by page",
            move |tx, shop| now(tx, shop, id),
            move |tx, shop| product::set(tx, shop, id, &change).map(|_| ()),
        )
        .await
}
