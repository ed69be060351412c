//! What a vendor pastes into their app, with the addresses of their own server and the number of their own product.

use actix_web::HttpRequest;
use actix_web::web::{Data, Path};
use minijinja::context;

use super::desk::{Answer, Desk};
use crate::app::App;
use crate::domain::identifier::Mode;
use crate::domain::product;
use crate::domain::scope::Scope;
use crate::web::shookout;

/// A language: what it is called, its lines, and how a second parameter stands beside the key in them.
const LANGUAGES: [(&str, &str, &str); 6] = [
    ("curl", include_str!("snippets/curl.sh"), " --data-urlencode \"identifier=$IDENTIFIER\""),
    ("JavaScript", include_str!("snippets/javascript.mjs"), ", identifier"),
    ("Python", include_str!("snippets/python.py"), ", identifier=identifier"),
    ("PHP", include_str!("snippets/php.php"), ", 'identifier' => $identifier"),
    ("C#", include_str!("snippets/csharp.cs"), "&identifier={Uri.EscapeDataString(identifier)}"),
    ("Rust", include_str!("snippets/rust.rs"), ", (\"identifier\", identifier)"),
];

/// `GET /admin/products/{id}/integrate`
pub async fn show(req: HttpRequest, id: Path<i64>, app: Data<App>) -> Answer {
    let desk = Desk::open(&req, &app).await?;
    desk.needs(Scope::ReadProducts)?;
    let id = id.into_inner();
    let product = desk.read(move |tx, shop| product::get(tx, shop, id)).await?;
    let (api, updates) = addresses(&app.config.public_url, id);
    let asks = product.policy.identifier_mode != Mode::None;
    let written = LANGUAGES.map(|(name, lines, second)| {
        let lines = lines
            .replace("{api}", &api)
            .replace("{updates}", &updates)
            .replace("{identifier}", if asks { second } else { "" });
        context! { name => name, lines => lines }
    });
    let values = context! {
        languages => written.to_vec(), api => api, updates => updates, is_on => product.policy.api_enabled,
        product => &product.title, back => format!("/admin/products/{id}"),
    };
    desk.page("admin/integrate.html", &format!("Integrate {}", product.title), values).await
}

/// Where a product's apps activate and check keys, and where they ask for updates.
fn addresses(public_url: &str, id: i64) -> (String, String) {
    (format!("{public_url}{}", shookout::LICENCE_PATHS[0]), format!("{public_url}/software/updatecheck/{id}"))
}
