//! `/` and `/store`: the shop itself.

use serde::Serialize;
use serde_json::{Map, Value, json};

use super::call::Call;
use super::fault::Fault;
use super::reply::Reply;
use super::wire::Wire;
use crate::base::error::Result as Outcome;
use crate::base::text;
use crate::domain::about::{self, About};
use crate::domain::menu::{self, Item, Menu};
use crate::domain::{account, storefront};
use crate::store::Tx;

/// The menu that the document calls secondary; the primary one is the shop's main.
const SECONDARY: &str = "secondary";

/// The shop.
#[derive(Serialize)]
struct View {
    username: String,
    name: String,
    logo: Value,
    description: Value,
    notice: Value,
    facebook: Value,
    twitter: Value,
    instagram: Value,
    pinterest: Value,
    show_email: bool,
    email: Value,
    phone: Value,
    cellphone: Value,
    address: Value,
    basecolor: Value,
    favicon: Value,
    latitude: Value,
    longitude: Value,
    currency: Option<String>,
    custom_css: Value,
    custom_js: Value,
    head_html: Value,
    footer_html: Value,
    footer_info: Value,
    page_title: String,
    meta_description: Value,
    meta_tags: Value,
    navigation: Navigation,
    payments: Value,
    category_default_order: Value,
    assets: Value,
    images_header: Vec<String>,
    taxes_included: bool,
}

#[derive(Serialize)]
struct Navigation {
    primary: Vec<Link>,
    secondary: Vec<Link>,
}

#[derive(Serialize)]
struct Link {
    menu_text: String,
    menu_type: &'static str,
    menu_url: String,
    menu_item: String,
    target_blank: bool,
}

fn link(wire: &Wire, item: Item) -> Link {
    let is_ours = item.url.starts_with('/');
    let named = item.url.trim_start_matches('/').trim_end_matches('/');
    Link {
        menu_text: item.title,
        menu_type: if is_ours { "menu_page" } else { "menu_link" },
        menu_item: if is_ours && !named.is_empty() { named.to_owned() } else { item.url.clone() },
        menu_url: if is_ours { wire.page(item.url.trim_end_matches('/')) } else { item.url },
        target_blank: !is_ours,
    }
}

fn links(wire: &Wire, menu: Option<Menu>) -> Vec<Link> {
    menu.map(|menu| menu.items).unwrap_or_default().into_iter().map(|item| link(wire, item)).collect()
}

/// A way to pay that is there, with the fields that the document gives each.
fn method(alias: &str, title: &str, active: bool, message: &str) -> Value {
    json!({"active": active, "message": message, "min_value": null, "max_value": null, "default": active,
        "alias": alias, "title": title, "image": null})
}

/// How buyers pay: as it was said, or by the notice of the shop alone.
fn payments(about: &About, notice: &str) -> Value {
    match about.get("payments") {
        Value::Object(said) if !said.is_empty() => Value::Object(said),
        _ => {
            let transfer = method("bank_transfer", "Bank transfer", !notice.trim().is_empty(), notice);
            Value::Object(Map::from_iter([("bank_transfer".to_owned(), transfer)]))
        }
    }
}

fn assets(wire: &Wire, about: &About) -> Value {
    match about.get("assets") {
        Value::Object(said) if !said.is_empty() => Value::Object(said),
        _ => {
            let url = wire.page("/assets");
            json!({"url": url, "images": url, "css": null, "plugins": null, "scripts": null})
        }
    }
}

fn view(tx: &mut Tx<'_>, wire: &Wire) -> Outcome<View> {
    let shop = wire.shop;
    let (account, about, front) =
        (account::get(tx, shop)?, about::get(tx, shop)?, storefront::get(tx, shop)?);
    let (primary, secondary) = (menu::find(tx, shop, menu::MAIN)?, menu::find(tx, shop, SECONDARY)?);
    let said = |name: &str| about.get(name);
    let color = front.theme.get("basecolor").cloned().unwrap_or_default();
    let images = about.text("images_header").unwrap_or_default();
    Ok(View {
        username: about.text("username").map_or_else(|| text::slug(&account.title), str::to_owned),
        logo: said("logo"),
        description: said("description"),
        notice: said("notice"),
        facebook: said("facebook"),
        twitter: said("twitter"),
        instagram: said("instagram"),
        pinterest: said("pinterest"),
        show_email: about.is("show_email"),
        email: said("email"),
        phone: said("phone"),
        cellphone: said("cellphone"),
        address: said("address"),
        basecolor: if said("basecolor").is_null() { color } else { said("basecolor") },
        favicon: said("favicon"),
        latitude: said("latitude"),
        longitude: said("longitude"),
        currency: account.currency,
        custom_css: said("custom_css"),
        custom_js: said("custom_js"),
        head_html: said("head_html"),
        footer_html: said("footer_html"),
        footer_info: said("footer_info"),
        page_title: about.text("page_title").map_or_else(|| account.title.clone(), str::to_owned),
        meta_description: said("meta_description"),
        meta_tags: said("meta_tags"),
        navigation: Navigation { primary: links(wire, primary), secondary: links(wire, secondary) },
        payments: payments(&about, &account.payment_notice),
        category_default_order: said("category_default_order"),
        assets: assets(wire, &about),
        images_header: images
            .lines()
            .map(str::trim)
            .filter(|url| !url.is_empty())
            .map(str::to_owned)
            .collect(),
        taxes_included: about.is("taxes_included"),
        name: account.title,
    })
}

/// `GET /`, or `GET /store`
pub async fn get(call: Call) -> Result<Reply, Fault> {
    let (shop, app) = (call.shop, call.app.clone());
    call.read(move |tx| {
        let wire = Wire::of(tx, shop, &app.webhooks)?;
        Reply::ok(&view(tx, &wire)?)
    })
    .await
}
