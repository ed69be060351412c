//! The first start of a server: who may sign in.

use std::path::PathBuf;

use super::admin::first_line;
use super::context::actor;
use crate::app::App;
use crate::base::dice::Dice;
use crate::base::error::{Error, Result};
use crate::base::password;
use crate::domain::person::{self, Draft, Role};
use crate::domain::shop::Shop;

/// Makes the owner that `KEYWRIGHT_ADMIN_EMAIL` names, if nobody can sign in yet; with the password of `KEYWRIGHT_ADMIN_PASSWORD`, or in
/// the file `KEYWRIGHT_ADMIN_PASSWORD_FILE`. The address by which somebody may become the owner, as long as there is none.
pub async fn settle(app: &App) -> Result<Option<String>> {
    if !app.store.read(person::is_nobody).await? {
        return Ok(None);
    }
    let Ok(email) = std::env::var("KEYWRIGHT_ADMIN_EMAIL") else {
        return Ok(Some(format!("{}/setup/{}", app.config.public_url, app.setup)));
    };
    let password = match std::env::var("KEYWRIGHT_ADMIN_PASSWORD_FILE") {
        Ok(file) => first_line(&PathBuf::from(file))?,
        Err(_) => std::env::var("KEYWRIGHT_ADMIN_PASSWORD").map_err(|_| {
            Error::refused(
                "KEYWRIGHT_ADMIN_EMAIL is set: set KEYWRIGHT_ADMIN_PASSWORD too, or KEYWRIGHT_ADMIN_PASSWORD_FILE, or unset it",
            )
        })?,
    };
    let password_hash = password::hash(&password, &Dice::System)?;
    let (draft, actor) = (Draft { email, name: String::new(), role: Role::Owner, password_hash }, actor());
    let made = app.store.write("first owner", move |tx| {
        tx.act_for(&actor);
        let shop = Shop::live(tx)?;
        // Another server on the same database may have been quicker.
        if person::is_nobody(tx)? { person::first(tx, shop.site_id, &draft).map(|_| ()) } else { Ok(()) }
    });
    made.await.map(|()| None)
}
