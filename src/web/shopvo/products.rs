//! `/products`: lists by page and by cursor, sparse fields, related rows beside each, and changes.

use serde_json::{Map, Value};

use super::call::{Call, Reply};
use super::fault::Fault;
use super::paging::Paging;
use super::wire::{BrandView, CategoryView, Prefix, ProductView, VariantView};
use crate::base::error::{Error, Result as Outcome};
use crate::base::public_id::PublicIds;
use crate::domain::catalogue::{self, Filter};
use crate::domain::kept_lists::KeptLists;
use crate::domain::product::{self, Change, Product, Status};
use crate::domain::shop::Shop;
use crate::domain::{brand, category, showcase, variant};
use crate::store::Tx;
use crate::web::fields::{Fields, int, switch, text, texts};
use crate::web::query::Query;

/// What is to stand beside each product.
#[derive(Clone, Copy, Debug, Default)]
pub struct Expand {
    variants: bool,
    brand: bool,
    categories: bool,
}

impl Expand {
    /// Whether anything is.
    const fn is_any(self) -> bool {
        self.variants || self.brand || self.categories
    }

    fn read(query: &mut Query) -> Self {
        let mut expand = Self::default();
        let asked = [query.all("expand[]"), query.all("expand")].concat();
        for word in asked.iter().flat_map(|words| words.split(',')).map(str::trim) {
            match word {
                "variants" => expand.variants = true,
                "brand" => expand.brand = true,
                "categories" => expand.categories = true,
                "" => {}
                _ => query.wrong("expand[]", "may be variants, brand and categories"),
            }
        }
        expand
    }
}

fn status(word: &str) -> Outcome<Status> {
    match word {
        "ACTIVE" => Ok(Status::Active),
        "DRAFT" => Ok(Status::Hidden),
        "ARCHIVED" => Ok(Status::Archived),
        _ => Err(Error::invalid("may be ACTIVE, DRAFT or ARCHIVED")),
    }
}

/// An id in a query; one that is none finds nothing.
pub fn id(call: &Call, query: &mut Query, name: &str, kind: Prefix) -> Option<i64> {
    query.text(name).map(|text| kind.read(&call.app.ids, &text).unwrap_or(-1))
}

/// `GET /products`
pub async fn list(call: Call) -> Result<Reply, Fault> {
    let mut query = call.query()?;
    let paging = Paging::read(&mut query, &call.app.ids, Prefix::Product);
    let expand = Expand::read(&mut query);
    let fields = query.text("fields").filter(|fields| !fields.trim().is_empty());
    let featured = query.read("featured", |word| match word {
        "true" | "1" => Ok(true),
        "false" | "0" | "" => Ok(false),
        _ => Err(Error::invalid("must be true or false")),
    });
    let filter = Filter {
        status: Some(query.read("status", status).unwrap_or(Status::Active)),
        category_id: id(&call, &mut query, "categoryId", Prefix::Category),
        brand_id: id(&call, &mut query, "brandId", Prefix::Brand),
        is_featured: featured == Some(true),
        search: query.text("search").filter(|search| !search.trim().is_empty()),
        in_texts: true,
        ..Filter::default()
    };
    query.finish_open()?;
    let (shop, app, asked) = (call.shop, call.app.clone(), format!("/shopvo/products?{}", call.asked()));
    call.read(move |tx| {
        let list = Listed { shop, ids: &app.ids, filter: &filter, fields: fields.as_deref(), expand, paging };
        // What stands beside products may change without them.
        if expand.is_any() {
            return list.reply(tx, &app.lists);
        }
        let body = app.lists.of(tx, shop, &asked, |tx| list.reply(tx, &app.lists).map(Reply::body))?;
        Ok(Reply::again(&body))
    })
    .await
}

/// A list of products, as it is asked for.
struct Listed<'a> {
    shop: Shop,
    ids: &'a PublicIds,
    filter: &'a Filter,
    fields: Option<&'a str>,
    expand: Expand,
    paging: Paging,
}

impl Listed<'_> {
    fn reply(&self, tx: &mut Tx<'_>, lists: &KeptLists) -> Outcome<Reply> {
        let wanted: Option<Vec<&str>> = self.fields.map(|fields| fields.split(',').map(str::trim).collect());
        self.paging.reply(
            tx,
            self.ids,
            |tx, start, rows| catalogue::page(tx, self.shop, self.filter, start, rows),
            |tx| lists.total(tx, self.shop, self.filter),
            |product| product.id,
            |tx, product| {
                let view = view(tx, self.ids, &product, self.expand)?;
                Ok(match &wanted {
                    None => Shown::Whole(serde_json::value::to_raw_value(&view).map_err(|e| unwritten(&e))?),
                    Some(wanted) => Shown::Some(sparse(&view, wanted)?),
                })
            },
        )
    }
}

/// A product in a list.
#[derive(serde::Serialize)]
#[serde(untagged)]
enum Shown {
    Whole(Box<serde_json::value::RawValue>),
    Some(Map<String, Value>),
}

fn unwritten(e: &serde_json::Error) -> Error {
    Error::broken(format!("a product cannot be written as JSON: {e}"))
}

/// Those fields of a product that are wanted, and its id, without which nobody could ask for more.
fn sparse(view: &ProductView<'_>, wanted: &[&str]) -> Outcome<Map<String, Value>> {
    match serde_json::to_value(view).map_err(|e| unwritten(&e))? {
        Value::Object(fields) => Ok(fields
            .into_iter()
            .filter(|(name, _)| name == "id" || wanted.contains(&name.as_str()))
            .collect()),
        _ => Err(Error::broken("a product is no JSON object")),
    }
}

fn view<'a>(tx: &mut Tx<'_>, ids: &PublicIds, p: &'a Product, expand: Expand) -> Outcome<ProductView<'a>> {
    let mut view = ProductView::of(ids, p);
    if expand.variants {
        let variants = variant::list(tx, p.id)?;
        view.variants = Some(variants.into_iter().map(|variant| VariantView::of(ids, variant)).collect());
    }
    if expand.brand {
        let brand = p.showcase.brand_id.map(|id| brand::get(tx, p.shop, id)).transpose()?;
        view.brand = Some(brand.map(|brand| BrandView::of(ids, brand)));
    }
    if expand.categories {
        let category = p.category_id.map(|id| category::get(tx, p.shop, id)).transpose()?;
        view.categories =
            Some(category.into_iter().map(|category| CategoryView::of(ids, category)).collect());
    }
    Ok(view)
}

/// A product with its variants, brand and categories.
fn shown(tx: &mut Tx<'_>, ids: &PublicIds, product: &Product) -> Outcome<Value> {
    let all = Expand { variants: true, brand: true, categories: true };
    serde_json::to_value(view(tx, ids, product, all)?).map_err(|e| unwritten(&e))
}

/// The product that the path names by its id or its slug.
pub fn named(call: &Call) -> impl Fn(&mut Tx<'_>) -> Outcome<Product> + Clone + Send + 'static {
    let (shop, id) = (call.shop, Prefix::Product.read(&call.app.ids, call.part(0)));
    let slug = call.part(0).to_owned();
    move |tx| match id {
        Some(id) => product::get(tx, shop, id),
        None => {
            catalogue::by_slug(tx, shop, &slug)?.ok_or_else(|| Error::not_found("there is no such product"))
        }
    }
}

/// `GET /products/{product}`
pub async fn get(call: Call) -> Result<Reply, Fault> {
    let (named, ids) = (named(&call), call.app.ids.clone());
    call.read(move |tx| {
        let product = named(tx)?;
        Reply::data(&shown(tx, &ids, &product)?)
    })
    .await
}

/// The fields of a product. Its price and currency are apart: each may come without the other.
#[expect(clippy::option_option, reason = "not given, given as null, given: three things")]
struct Read {
    change: Change,
    price: Option<Option<i64>>,
    currency: Option<String>,
}

/// The fields of a product.
fn read(call: &Call) -> Result<Read, Fault> {
    let mut fields = call.fields()?;
    let (category_id, brand_id) = (
        row(call, &mut fields, "categoryId", Prefix::Category),
        row(call, &mut fields, "brandId", Prefix::Brand),
    );
    let status = fields.get("status", |value| status(&text(value)?).map_err(|e| e.message));
    if status == Some(Status::Archived) {
        fields.wrong("status", "may be ACTIVE or DRAFT: a product is archived by DELETE");
    }
    let (price, currency) = (fields.nullable("price", int), fields.get("currency", text));
    let change = Change {
        title: fields.get("name", text),
        slug: fields.get("slug", text),
        description: fields.nullable("description", text).map(Option::unwrap_or_default),
        visible: status.map(|status| status == Status::Active),
        category_id,
        showcase: showcase::Change {
            brand_id,
            compare_at_minor: fields.nullable("compareAtPrice", int),
            is_featured: fields.get("featured", switch),
            images: fields.get("images", texts),
        },
        ..Change::default()
    };
    fields.finish_open()?;
    Ok(Read { change, price, currency })
}

/// A row that a field names by its id.
#[expect(clippy::option_option, reason = "not given, given as null, given: three things")]
pub fn row(call: &Call, fields: &mut Fields, name: &str, kind: Prefix) -> Option<Option<i64>> {
    let ids = &call.app.ids;
    fields.nullable(name, |value| kind.read(ids, &text(value)?).ok_or_else(|| "is no such id".to_owned()))
}

/// `POST /products`
pub async fn create(call: Call) -> Result<Reply, Fault> {
    let Read { mut change, price, currency } = read(&call)?;
    if change.title.is_none() {
        return Err(Fault::Wrong("name is missing".into()));
    }
    change.price = price.map(|minor| minor.map(|minor| (minor, currency.unwrap_or_default())));
    let (shop, ids) = (call.shop, call.app.ids.clone());
    call.write("make product", move |tx| {
        let made = product::new(tx, shop, &change)?;
        Reply::made(&shown(tx, &ids, &made)?)
    })
    .await
}

/// `PATCH /products/{product}`
pub async fn change(call: Call) -> Result<Reply, Fault> {
    let Read { change, price, currency } = read(&call)?;
    let (named, shop, ids) = (named(&call), call.shop, call.app.ids.clone());
    call.write("change product", move |tx| {
        let old = named(tx)?;
        let code = || currency.clone().or(old.currency.clone()).unwrap_or_default();
        let minor = match (price, &currency) {
            (Some(minor), _) => Some(minor),
            (None, Some(_)) => Some(old.price_minor),
            (None, None) => None,
        };
        let price = minor.map(|minor| minor.map(|minor| (minor, code())));
        let changed = product::set(tx, shop, old.id, &Change { price, ..change.clone() })?;
        Reply::data(&shown(tx, &ids, &changed)?)
    })
    .await
}

/// `DELETE /products/{product}`: it is archived, since what was sold stays.
pub async fn archive(call: Call) -> Result<Reply, Fault> {
    let (named, shop) = (named(&call), call.shop);
    call.write("archive product", move |tx| {
        let product = named(tx)?;
        product::archive(tx, shop, product.id)?;
        Reply::deleted()
    })
    .await
}
