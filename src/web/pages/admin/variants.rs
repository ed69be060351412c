//! What a product is sold in, and how many there are: a table on its page, a page of each, and their forms.

use actix_web::HttpRequest;
use actix_web::web::{Data, Path, Payload};
use serde_json::{Value, json};

use super::deed;
use super::desk::{Answer, Desk};
use super::list::List;
use super::pairs;
use super::sheet::{Sheet, group};
use super::thing::Thing;
use crate::app::App;
use crate::base::error::Result;
use crate::domain::product::{self, Product};
use crate::domain::scope::Scope;
use crate::domain::shop::Shop;
use crate::domain::stock_movement::{self, Movement};
use crate::domain::variant::{self, Change, Variant};
use crate::store::Tx;
use crate::web::fields::{Fields, int, switch, text};
use crate::web::form::Form;
use crate::web::pages::field::Field;
use crate::web::pages::parts::{Cell, Deed, Row, Section, Table, Tone, Way, fact, is_cut};
use crate::web::platform::money;

/// Movements that a variant's page shows.
const MOVEMENTS: i64 = 20;
const MOVED: &[&str] = &["When", "What", "#By", "Order", "Why"];
const NOTHING_MOVED: &str = "Nothing came or went yet. Say how many there are by \"Change the stock\".";

/// The path of a variant's page.
pub fn at(product_id: i64, id: i64) -> String {
    format!("/admin/products/{product_id}/variants/{id}")
}

/// What a variant is called, on the pages of its product.
fn name(variant: &Variant) -> &str {
    if variant.is_implicit { "The product itself" } else { &variant.title }
}

/// Whether one can be had, and whether that will be so for long.
pub fn state(variant: &Variant) -> Cell {
    match variant.stock {
        _ if !variant.is_there() => Cell::badge("sold out", Tone::Bad),
        Some(stock) if stock < variant.low_at => Cell::badge("low", Tone::Warn),
        _ => Cell::badge("there", Tone::Good),
    }
}

/// How many there are.
pub fn stock(variant: &Variant) -> Cell {
    variant.stock.map_or(Cell::text("not counted"), |n| Cell::Count { n })
}

fn price(variant: &Variant, product: &Product) -> Cell {
    let minor = variant.price_minor.or(product.price_minor);
    match (minor, product.currency.as_deref()) {
        (Some(minor), Some(currency)) => Cell::money(minor, currency),
        _ => Cell::None,
    }
}

/// Those of a product, as its page shows them.
pub fn section(product: &Product, variants: &[Variant], base: &str) -> Section {
    let row = |one: &Variant| {
        Row::from(vec![
            Cell::link(name(one), format!("{base}{}", at(product.id, one.id))),
            Cell::maybe(Some(&one.told())),
            Cell::maybe(one.sku.as_deref()),
            price(one, product),
            stock(one),
            state(one),
            if one.is_default { Cell::text("yes") } else { Cell::None },
        ])
    };
    let columns = &["Variant", "Options", "SKU", "#Price", "#In stock", "State", "Default"];
    Section {
        title: "Variants and stock",
        table: Table::new(columns, variants.iter().map(row).collect(), "It has no variants."),
    }
}

/// `GET /admin/products/{id}/variants/{variant_id}`
pub async fn show(req: HttpRequest, path: Path<(i64, i64)>, app: Data<App>) -> Answer {
    let desk = Desk::open(&req, &app).await?;
    let ((product_id, id), base) = (path.into_inner(), desk.base());
    let query = Form::read(req.query_string()).unwrap_or_default();
    let (product, variant, mut movements, is_only) = desk
        .read(move |tx, shop| {
            Ok((
                product::get(tx, shop, product_id)?,
                variant::get(tx, shop, product_id, id)?,
                stock_movement::list(tx, id, None, MOVEMENTS + 1)?,
                variant::list(tx, product_id)?.len() == 1,
            ))
        })
        .await?;
    let here = at(product_id, id);
    let has_more = is_cut(&mut movements, MOVEMENTS);
    let moved = Table::new(MOVED, movements.iter().map(|one| moved(one, &base)).collect(), NOTHING_MOVED)
        .going_on(has_more, format!("{base}{here}/movements"));
    let delete = Deed::new("delete", "Delete the variant", format!("{base}{here}/delete")).grave();
    let thing = Thing {
        title: name(&variant).to_owned(),
        about: Some(Cell::link(&product.title, format!("{base}/admin/products/{product_id}"))),
        ways: desk.ways(
            Scope::WriteProducts,
            &[("Change it", &format!("{here}/edit")), ("Change the stock", &format!("{here}/stock"))],
        ),
        facts: vec![
            fact("In stock", stock(&variant)),
            fact("State", state(&variant)),
            fact("Low below", Cell::Count { n: variant.low_at }),
            fact("Price", price(&variant, &product)),
            fact("SKU", Cell::maybe(variant.sku.as_deref())),
            fact("Options", Cell::maybe(Some(&variant.told()))),
            fact("Bought where none is named", Cell::text(if variant.is_default { "yes" } else { "no" })),
            fact("Made", Cell::time(Some(variant.created_at))),
            fact(
                "History",
                Cell::link("Who changed it", format!("{base}/admin/audit?subject=variant&id={id}")),
            ),
        ],
        sections: vec![Section { title: "What came and went", table: moved }],
        deeds: if desk.may(Scope::WriteProducts) && !is_only {
            vec![delete.typing(&variant.title)]
        } else {
            Vec::new()
        },
        ..Thing::default()
    };
    thing.show(&desk, &query).await
}

fn moved(one: &Movement, base: &str) -> Row {
    let what = match one.operation.as_str() {
        "set" => "counted",
        "increment" => "came",
        "decrement" => "went",
        "sale" => "sold",
        _ => "given back",
    };
    let order = |id: i64| Cell::link(id.to_string(), format!("{base}/admin/orders/{id}"));
    Row::from(vec![
        Cell::time(Some(one.created_at)),
        Cell::text(what),
        Cell::Count { n: one.delta },
        one.sale_id.map_or(Cell::None, order),
        Cell::maybe(one.reason.as_deref()),
    ])
}

/// `GET /admin/products/{id}/variants/{variant_id}/movements`
pub async fn movements(req: HttpRequest, path: Path<(i64, i64)>, app: Data<App>) -> Answer {
    let desk = Desk::open(&req, &app).await?;
    let ((product_id, id), base) = (path.into_inner(), desk.base());
    let query = Form::read(req.query_string()).unwrap_or_default();
    let list = List {
        title: "What came and went",
        here: "/admin/products",
        below: format!("/{product_id}/variants/{id}/movements"),
        columns: MOVED,
        empty: NOTHING_MOVED,
        ways: vec![Way { label: "Its variant", href: format!("{base}{}", at(product_id, id)) }],
        ..List::default()
    };
    list.show(&desk, &query, move |tx, shop, start, limit| {
        variant::get(tx, shop, product_id, id)?;
        let found = stock_movement::list(tx, id, start, limit)?;
        Ok(found.iter().map(|one| (one.id, moved(one, &base))).collect())
    })
    .await
}

fn sheet(product: &Product, of: Option<&Variant>) -> Sheet {
    let sku = Field::line("sku", "SKU").or_none().hint("Your own word for it.");
    let low = Field::number("low_at", "Low below")
        .needed()
        .hint("Once fewer are left, it is among the low ones, and programs are told.");
    let out = Field::switch("is_out", "Sold out, however many there are");
    let mut fields = Vec::new();
    if of.is_none_or(|one| !one.is_implicit) {
        fields.extend([
            Field::line("title", "Title").needed().hint("Such as Large."),
            Field::lines("options", "Options")
                .if_touched()
                .hint("What tells it from the others, one a line, as in Size = L."),
            Field::money("price", "Price before tax", product.currency.as_deref())
                .hint("Empty: as the product."),
        ]);
    }
    fields.extend([sku, low, out]);
    if of.is_none_or(|one| !one.is_default) {
        fields.push(Field::switch("is_default", "Default: it is bought where none is named"));
    }
    let new = "A product's first variant takes the place of the product itself, with its stock. What is sold goes by variants from then on.";
    Sheet {
        title: if of.is_some() { "Change the variant" } else { "New variant" }.to_owned(),
        lead: if of.is_some() { "" } else { new },
        label: if of.is_some() { "Save" } else { "Make it" },
        back: of.map_or_else(|| format!("/admin/products/{}", product.id), |one| at(product.id, one.id)),
        groups: vec![group("", fields)],
        ..Sheet::default()
    }
}

/// What is said of a variant; its price is in the product's currency.
fn read(fields: &mut Fields, currency: Option<&str>) -> Change {
    let price = fields.nullable("price", money::read);
    if let Some(Some((_, code))) = &price
        && Some(code.as_str()) != currency
    {
        let product = currency.map_or("the product has no price: give it one first".to_owned(), |own| {
            format!("must be in {own}, as the product's price is")
        });
        fields.wrong("price", product);
    }
    let options = fields.get("options", pairs::read);
    Change {
        title: fields.get("title", text),
        sku: fields.nullable("sku", text),
        price_minor: price.map(|price| price.map(|(minor, _)| minor)),
        stock: None,
        low_at: fields.get("low_at", int),
        is_out: fields.get("is_out", switch),
        options: options.map(|pairs| pairs.into_iter().map(|(name, value)| (name, value.into())).collect()),
        is_default: fields.get("is_default", switch),
    }
}

/// How a variant stands, as its form has it.
fn json(variant: &Variant, product: &Product) -> Value {
    let price = variant
        .price_minor
        .map(|minor| json!({"amount": minor, "currency": product.currency.as_deref().unwrap_or_default()}));
    let options: Vec<String> = variant
        .options
        .iter()
        .map(|(name, value)| pairs::line(name, value.as_str().unwrap_or_default()))
        .collect();
    json!({"title": variant.title, "sku": variant.sku, "price": price, "low_at": variant.low_at, "options": options,
        "is_out": variant.is_out, "is_default": variant.is_default})
}

/// `GET /admin/products/{id}/variants/new`
pub async fn ask_new(req: HttpRequest, id: Path<i64>, app: Data<App>) -> Answer {
    let desk = Desk::open(&req, &app).await?;
    desk.needs(Scope::WriteProducts)?;
    let id = id.into_inner();
    let product = desk.read(move |tx, shop| product::get(tx, shop, id)).await?;
    sheet(&product, None).filled(&json!({"low_at": 5})).show(&desk).await
}

/// `POST /admin/products/{id}/variants/new`
pub async fn make(req: HttpRequest, id: Path<i64>, payload: Payload, app: Data<App>) -> Answer {
    let (desk, form) = Desk::send(&req, payload, &app).await?;
    desk.needs(Scope::WriteProducts)?;
    let id = id.into_inner();
    let product = desk.read(move |tx, shop| product::get(tx, shop, id)).await?;
    let sheet = sheet(&product, None);
    let change = sheet.read(&desk, &form, |fields| read(fields, product.currency.as_deref())).await?;
    sheet
        .make(&desk, &form, "variant by page", move |tx, shop| {
            let made = variant::new(tx, shop, id, &change).map_err(|e| e.on_field("price_minor", "price"))?;
            Ok(format!("{}?done=made", at(id, made.id)))
        })
        .await
}

fn both(tx: &mut Tx<'_>, shop: Shop, product_id: i64, id: i64) -> Result<(Product, Variant)> {
    Ok((product::get(tx, shop, product_id)?, variant::get(tx, shop, product_id, id)?))
}

/// `GET /admin/products/{id}/variants/{variant_id}/edit`
pub async fn ask(req: HttpRequest, path: Path<(i64, i64)>, app: Data<App>) -> Answer {
    let desk = Desk::open(&req, &app).await?;
    desk.needs(Scope::WriteProducts)?;
    let (product_id, id) = path.into_inner();
    let (product, variant) = desk.read(move |tx, shop| both(tx, shop, product_id, id)).await?;
    sheet(&product, Some(&variant)).filled(&json(&variant, &product)).show(&desk).await
}

/// `POST /admin/products/{id}/variants/{variant_id}/edit`
pub async fn change(req: HttpRequest, path: Path<(i64, i64)>, payload: Payload, app: Data<App>) -> Answer {
    let (desk, form) = Desk::send(&req, payload, &app).await?;
    desk.needs(Scope::WriteProducts)?;
    let (product_id, id) = path.into_inner();
    let (product, variant) = desk.read(move |tx, shop| both(tx, shop, product_id, id)).await?;
    let sheet = sheet(&product, Some(&variant));
    let change = sheet.read(&desk, &form, |fields| read(fields, product.currency.as_deref())).await?;
    let now = move |tx: &mut Tx<'_>, shop| {
        let (product, variant) = both(tx, shop, product_id, id)?;
        Ok(json(&variant, &product))
    };
    sheet
        .change(&desk, &form, "variant by page", now, move |tx, shop| {
            let set = variant::set(tx, shop, product_id, id, &change);
            set.map(|_| ()).map_err(|e| e.on_field("price_minor", "price"))
        })
        .await
}

/// `POST /admin/products/{id}/variants/{variant_id}/delete`
pub async fn delete(req: HttpRequest, path: Path<(i64, i64)>, payload: Payload, app: Data<App>) -> Answer {
    let (desk, form) = Desk::send(&req, payload, &app).await?;
    desk.needs(Scope::WriteProducts)?;
    let (product_id, id) = path.into_inner();
    let typed = form.get("typed").unwrap_or_default().trim().to_owned();
    deed::act(&desk, &form, "variant deleted by page", move |tx, shop| {
        if variant::get(tx, shop, product_id, id)?.title != typed {
            return Ok(format!("{}?done=retyped", at(product_id, id)));
        }
        variant::delete(tx, shop, product_id, id)?;
        Ok(format!("/admin/products/{product_id}?done=deleted"))
    })
    .await
}
