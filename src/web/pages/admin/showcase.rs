//! The part of a product's form that says how it is shown in shops: its brand, its pictures, and the price it is compared with.

use serde_json::{Value, json};

use super::sheet::{Group, group};
use crate::domain::brand::Brand;
use crate::domain::product::{Change, Product};
use crate::domain::showcase;
use crate::web::fields::{Fields, int, switch, texts};
use crate::web::pages::field::Field;
use crate::web::platform::{money, products};

/// Brands that can be chosen from here.
pub const BRANDS: i64 = 1_000;

/// Its fields.
pub fn fields(brands: &[Brand], currency: Option<&str>) -> Group {
    let none = std::iter::once((String::new(), "None".to_owned()));
    let brands = brands.iter().map(|one| (one.id.to_string(), one.title.clone()));
    group(
        "In shops",
        vec![
            Field::choice("brand_id", "Brand", none.chain(brands)),
            Field::money("compare_at", "Compared price", currency)
                .hint("Shown struck out beside a lower price. Empty: nothing."),
            Field::switch("featured", "Featured: shop programs may put it first"),
            Field::lines("images", "Pictures").hint(
                "Their web addresses, one a line, for shop programs. The pages of this server load nothing from elsewhere.",
            ),
        ],
    )
}

/// What they hold of a product.
pub fn put(p: &Product, json: &mut Value) {
    let compare_at = p
        .showcase
        .compare_at_minor
        .map(|amount| json!({"amount": amount, "currency": p.currency.as_deref().unwrap_or_default()}));
    json["brand_id"] = json!(p.showcase.brand_id);
    json["compare_at"] = json!(compare_at);
    json["featured"] = json!(p.showcase.is_featured);
    json["images"] = json!(p.showcase.images);
}

/// A product, with how it is shown.
pub fn read(fields: &mut Fields) -> Change {
    let brand_id = fields.nullable("brand_id", int);
    let compare_at = fields.nullable("compare_at", money::read);
    let is_featured = fields.get("featured", switch);
    let images = fields.get("images", texts);
    let change = products::read(fields);
    let price = change.price.as_ref().and_then(Option::as_ref);
    if let Some(Some((_, currency))) = &compare_at {
        match price {
            None => fields.wrong("compare_at", "is compared with the price: give that too"),
            Some((_, own)) if own == currency => {}
            Some((_, own)) => fields.wrong("compare_at", format!("must be in {own}, as the price is")),
        }
    }
    let compare_at_minor = compare_at.map(|price| price.map(|(minor, _)| minor));
    let showcase = showcase::Change { brand_id, compare_at_minor, is_featured, images };
    Change { showcase, ..change }
}
