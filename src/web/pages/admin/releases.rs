//! Releases: "Upload & Version" of the user's document, and what becomes of a release later.

use actix_web::HttpRequest;
use actix_web::web::{Data, Path, Payload};
use serde_json::{Value, json};

use super::desk::{Answer, Desk};
use super::list::List;
use super::products::tone;
use super::sheet::{Sheet, group};
use super::thing::Thing;
use crate::app::App;
use crate::base::error::{Error, Result};
use crate::base::text;
use crate::domain::file::{self, File};
use crate::domain::release::{self, Change, Release, Status};
use crate::domain::release_file::{self, Draft, Entry, Target};
use crate::domain::scope::Scope;
use crate::domain::shop::Shop;
use crate::store::Tx;
use crate::web::form::Form;
use crate::web::page;
use crate::web::pages::field::Field;
use crate::web::pages::parts::{Cell, Deed, Row, Section, Table, Way, fact, is_cut};
use crate::web::platform::fields::{Fields, text as words, texts};
use crate::web::platform::releases;

/// Of every list of releases.
pub const COLUMNS: &[&str] = &["Version", "Channel", "Status", "Released"];
/// What is said where there are none.
pub const EMPTY: &str =
    "There is no release yet: update checks tell of the newest one, and buyers download it.";

/// A release in a list.
pub fn row(release: &Release, base: &str) -> Row {
    let at = format!("{base}/admin/products/{}/releases/{}", release.product_id, release.id);
    Row::from(vec![
        Cell::link(&release.version, at),
        Cell::text(&release.channel),
        Cell::badge(release.status.as_str(), tone(release.status)),
        Cell::time(Some(release.released_at)),
    ])
}

/// `GET /admin/products/{id}/releases`
pub async fn list(req: HttpRequest, id: Path<i64>, app: Data<App>) -> Answer {
    let desk = Desk::open(&req, &app).await?;
    let (id, base) = (id.into_inner(), desk.base());
    let query = Form::read(req.query_string()).unwrap_or_default();
    let mut ways = vec![Way { label: "Its product", href: format!("{base}/admin/products/{id}") }];
    let new = format!("/admin/products/{id}/releases/new");
    ways.extend(desk.ways(Scope::WriteProducts, &[("New release", &new)]));
    let list = List {
        title: "Releases",
        here: "/admin/products",
        below: format!("/{id}/releases"),
        columns: COLUMNS,
        empty: EMPTY,
        ways,
        ..List::default()
    };
    list.show(&desk, &query, move |tx, shop, start, limit| {
        let found = release::page(tx, shop, id, start, limit)?;
        Ok(found.iter().map(|release| (release.id, row(release, &base))).collect())
    })
    .await
}

/// Files that can be chosen from here: the latest ones. An older one is named by its id.
const FILES: i64 = 100;

/// Files to choose from.
struct Files {
    /// Those that are whole.
    whole: Vec<File>,
    /// Whether there are older ones.
    has_more: bool,
}

/// The latest files, and those that this release has.
async fn uploaded(desk: &Desk, of: Option<i64>) -> std::result::Result<Files, actix_web::Error> {
    desk.read(move |tx, shop| {
        let mut whole = file::list(tx, shop, None, FILES + 1)?;
        let has_more = is_cut(&mut whole, FILES);
        whole.retain(|file| file.completed_at.is_some());
        for entry in of.map(|id| release_file::list(tx, id)).transpose()?.unwrap_or_default() {
            if let Target::File(file) = entry.target
                && whole.iter().all(|known| known.id != file.id)
            {
                whole.push(file);
            }
        }
        Ok(Files { whole, has_more })
    })
    .await
}

/// The form of a release; of one that is out, shipped apps may have seen the version.
fn sheet(product_id: i64, files: &Files, of: Option<&Release>) -> Sheet {
    let is_fixed = of.is_some_and(|release| release.status != Status::Draft);
    let choices = files.whole.iter().map(|file| {
        let size = text::size(file.size.unsigned_abs());
        (file.handle.clone(), format!("{} ({size}, {})", file.name, file.handle))
    });
    let choices = std::iter::once((String::new(), "None".to_owned())).chain(choices);
    let mut version = Vec::new();
    if !is_fixed {
        version.extend([
            Field::line("version", "Version").needed().hint("Such as 1.2.0: apps compare it with their own."),
            Field::line("channel", "Channel").needed(),
            Field::number("longversion", "Number that apps compare")
                .or_unsaid()
                .hint("Empty: made of the version."),
        ]);
    }
    if of.is_none() {
        version.push(Field::choice(
            "status",
            "When",
            [("published", "Put it out now"), ("draft", "Keep it as a draft")],
        ));
    }
    version.extend([
        Field::page("notes", "Release notes").hint("Markdown."),
        address(
            of.is_some(),
            Field::line("notes_url", "Address of the notes").hint("Elsewhere, if they are not here."),
        ),
        address(
            of.is_some(),
            Field::line("update_url", "Address that update checks name").hint("Empty: the product's page."),
        ),
    ]);
    let upload = vec![
        Field::choice(
            "file_type",
            "File type",
            [(UPLOADED, "Uploaded file"), (EXTERNAL, "External Purchase")],
        ),
        Field::choice("file", "Uploaded file", choices).hint(if files.has_more {
            "The latest are here. An older one is named below, by its file_… that stands under Files."
        } else {
            "Upload it under Files first."
        }),
        Field::line("url", "External URL").hint("Where buyers are sent, where the file type is External Purchase."),
        Field::line("platform", "For which system").hint("Such as windows or mac. Empty: any."),
        Field::lines("more", "More files")
            .hint("One a line, with its system before it: mac file_… or linux https://…; without one it is for any."),
    ];
    version.extend(upload);
    Sheet {
        title: of.map_or("New release".to_owned(), |release| format!("Release {}", release.version)),
        label: if of.is_some() { "Save" } else { "Make it" },
        back: match of {
            Some(release) => format!("/admin/products/{product_id}/releases/{}", release.id),
            None => format!("/admin/products/{product_id}"),
        },
        groups: vec![group("Upload & Version", version)],
        ..Sheet::default()
    }
}

fn address(may_be_taken_out: bool, field: Field) -> Field {
    if may_be_taken_out { field.or_none() } else { field.or_unsaid() }
}

/// The two kinds of file in the form.
const UPLOADED: &str = "file";
const EXTERNAL: &str = "url";

/// The files that a form names. What is filled in beside the file type is asked about: it would be lost.
fn entries(fields: &mut Fields) -> Vec<Draft> {
    let kind = fields.get("file_type", words);
    let [file, url, platform] = ["file", "url", "platform"].map(|name| match fields.nullable(name, words) {
        Some(Some(text)) => Some(text).filter(|text| !text.is_empty()),
        _ => None,
    });
    match (kind.as_deref(), &file, &url) {
        (Some(UPLOADED), _, Some(_)) => {
            fields.wrong(
                "url",
                "is filled in, and the file type is Uploaded file: choose External Purchase, or empty it",
            );
        }
        (Some(EXTERNAL), Some(_), _) => {
            fields.wrong(
                "file",
                "is chosen, and the file type is External Purchase: choose None, or Uploaded file",
            );
        }
        (Some(EXTERNAL), None, None) => fields.wrong("url", "must be filled in"),
        (Some(UPLOADED | EXTERNAL) | None, ..) => {}
        (Some(_), ..) => fields.wrong("file_type", "is Uploaded file or External Purchase"),
    }
    let mut all = Vec::new();
    if file.is_some() || url.is_some() {
        all.push(Draft { platform: platform.unwrap_or_default(), file, url });
    }
    for line in fields.get("more", texts).unwrap_or_default() {
        let (platform, target) = line.split_once(char::is_whitespace).unwrap_or(("", &line));
        let (platform, target) = (platform.to_owned(), target.trim().to_owned());
        let is_file = target.starts_with("file_");
        all.push(Draft {
            platform,
            file: is_file.then(|| target.clone()),
            url: (!is_file).then_some(target),
        });
    }
    all
}

/// How a release stands, as its form has it.
fn now(tx: &mut Tx<'_>, shop: Shop, product_id: i64, id: i64) -> Result<Value> {
    let release = release::of(tx, shop, product_id, id)?;
    let entries = release_file::list(tx, id)?;
    let target = |entry: &Entry| match &entry.target {
        Target::File(file) => file.handle.clone(),
        Target::Url { url } => url.clone(),
    };
    let first = entries.first();
    let of_first = |is_file: bool| {
        first
            .filter(|entry| matches!(entry.target, Target::File(_)) == is_file)
            .map(target)
            .unwrap_or_default()
    };
    let more: Vec<String> = entries.iter().skip(1).map(|e| format!("{} {}", e.platform, target(e))).collect();
    let mut json = releases::value(tx, &release)?;
    let is_external = first.is_some_and(|entry| matches!(entry.target, Target::Url { .. }));
    json["file_type"] = if is_external { EXTERNAL } else { UPLOADED }.into();
    json["file"] = of_first(true).into();
    json["url"] = of_first(false).into();
    json["platform"] = first.map(|entry| entry.platform.clone()).into();
    json["more"] = more.into();
    Ok(json)
}

/// `GET /admin/products/{id}/releases/new`
pub async fn ask_new(req: HttpRequest, id: Path<i64>, app: Data<App>) -> Answer {
    let desk = Desk::open(&req, &app).await?;
    desk.needs(Scope::WriteProducts)?;
    let files = uploaded(&desk, None).await?;
    let usual = json!({"channel": release::STABLE, "status": "published", "file_type": UPLOADED});
    sheet(id.into_inner(), &files, None).filled(&usual).show(&desk).await
}

/// `POST /admin/products/{id}/releases/new`
pub async fn make(req: HttpRequest, id: Path<i64>, payload: Payload, app: Data<App>) -> Answer {
    let (desk, form) = Desk::send(&req, payload, &app).await?;
    desk.needs(Scope::WriteProducts)?;
    let id = id.into_inner();
    let sheet = sheet(id, &uploaded(&desk, None).await?, None);
    let draft = sheet
        .read(&desk, &form, |fields| {
            let files = entries(fields);
            release::Draft { files, ..releases::read_new(fields, id) }
        })
        .await?;
    let answer = sheet
        .make(&desk, &form, "release by page", move |tx, shop| {
            let made = release::new(tx, shop, &draft)?;
            Ok(format!("/admin/products/{id}/releases/{}?done=made", made.id))
        })
        .await;
    releases::told(&app).await;
    answer
}

/// `GET /admin/products/{id}/releases/{release_id}/edit`
pub async fn ask(req: HttpRequest, path: Path<(i64, i64)>, app: Data<App>) -> Answer {
    let desk = Desk::open(&req, &app).await?;
    desk.needs(Scope::WriteProducts)?;
    let (product_id, id) = path.into_inner();
    let (release, json) = desk
        .read(move |tx, shop| Ok((release::of(tx, shop, product_id, id)?, now(tx, shop, product_id, id)?)))
        .await?;
    sheet(product_id, &uploaded(&desk, Some(id)).await?, Some(&release)).filled(&json).show(&desk).await
}

/// `POST /admin/products/{id}/releases/{release_id}/edit`
pub async fn change(req: HttpRequest, path: Path<(i64, i64)>, payload: Payload, app: Data<App>) -> Answer {
    let (desk, form) = Desk::send(&req, payload, &app).await?;
    desk.needs(Scope::WriteProducts)?;
    let (product_id, id) = path.into_inner();
    let release = desk.read(move |tx, shop| release::of(tx, shop, product_id, id)).await?;
    let sheet = sheet(product_id, &uploaded(&desk, Some(id)).await?, Some(&release));
    let change = sheet
        .read(&desk, &form, |fields| {
            let files = Some(entries(fields));
            Change { files, ..releases::read(fields) }
        })
        .await?;
    let answer = sheet
        .change(
            &desk,
            &form,
            "release by page",
            move |tx, shop| now(tx, shop, product_id, id),
            move |tx, shop| release::set(tx, shop, id, &change).map(|_| ()),
        )
        .await;
    releases::told(&app).await;
    answer
}

/// `GET /admin/products/{id}/releases/{release_id}`
pub async fn show(req: HttpRequest, path: Path<(i64, i64)>, app: Data<App>) -> Answer {
    let desk = Desk::open(&req, &app).await?;
    let (product_id, id) = path.into_inner();
    let query = Form::read(req.query_string()).unwrap_or_default();
    let (release, files) = desk
        .read(move |tx, shop| Ok((release::of(tx, shop, product_id, id)?, release_file::list(tx, id)?)))
        .await?;
    let here = format!("/admin/products/{product_id}/releases/{id}");
    let deed = |name: &'static str, label| Deed::new(name, label, format!("{}{here}/{name}", desk.base()));
    let deeds = match release.status {
        Status::Draft => vec![
            deed("publish", "Put it out"),
            deed("delete", "Delete the draft").grave().typing(&release.version),
        ],
        Status::Published => vec![deed("yank", "Take it back").grave().typing(&release.version)],
        Status::Yanked => vec![deed("publish", "Put it out again")],
    };
    let rows = files.iter().map(|entry| match &entry.target {
        Target::File(file) => Row::from(vec![
            Cell::maybe(Some(&entry.platform)),
            Cell::text(&file.name),
            Cell::text(text::size(file.size.unsigned_abs())),
            file.sha256.as_ref().map_or(Cell::None, Cell::code),
        ]),
        Target::Url { url } => {
            Row::from(vec![Cell::maybe(Some(&entry.platform)), Cell::code(url), Cell::None, Cell::None])
        }
    });
    let empty = "It has no file: update checks tell of it, and there is nothing to download.";
    let thing = Thing {
        title: format!("Release {}", release.version),
        about: Some(Cell::link("Its product", format!("{}/admin/products/{product_id}", desk.base()))),
        ways: desk.ways(Scope::WriteProducts, &[("Change it", &format!("{here}/edit"))]),
        facts: vec![
            fact("Status", Cell::badge(release.status.as_str(), tone(release.status))),
            fact("Channel", Cell::text(&release.channel)),
            fact("Number that apps compare", Cell::text(release.longversion.to_string())),
            fact("Released", Cell::time(Some(release.released_at))),
            fact("Notes", Cell::maybe(Some(&release.notes))),
            fact("Address of the notes", Cell::maybe(release.notes_url.as_deref())),
            fact("Address that update checks name", Cell::maybe(release.update_url.as_deref())),
        ],
        sections: vec![Section {
            title: "Files",
            table: Table::new(&["System", "File", "Size", "SHA-256"], rows.collect(), empty),
        }],
        deeds: if desk.may(Scope::WriteProducts) { deeds } else { Vec::new() },
        ..Thing::default()
    };
    thing.show(&desk, &query).await
}

/// `POST /admin/products/{id}/releases/{release_id}/{deed}`
pub async fn act(
    req: HttpRequest,
    path: Path<(i64, i64, String)>,
    payload: Payload,
    app: Data<App>,
) -> Answer {
    let (desk, form) = Desk::send(&req, payload, &app).await?;
    desk.needs(Scope::WriteProducts)?;
    let (product_id, id, deed) = path.into_inner();
    let typed = form.get("typed").unwrap_or_default().trim().to_owned();
    let done = desk
        .write("release by page", move |tx, shop| {
            let release = release::of(tx, shop, product_id, id)?;
            let (status, done) = match deed.as_str() {
                "yank" | "delete" if release.version != typed => return Ok("retyped"),
                "publish" => (Status::Published, "published"),
                "yank" => (Status::Yanked, "yanked"),
                "delete" => return release::delete(tx, shop, id).map(|_| "deleted"),
                _ => return Err(Error::not_found("there is no such deed")),
            };
            let change = Change { status: Some(status), ..Change::default() };
            release::set(tx, shop, id, &change).map(|_| done)
        })
        .await
        .map_err(|e| desk.failed(&e))?;
    releases::told(&app).await;
    let product = format!("/admin/products/{product_id}");
    let to = match done {
        "deleted" => format!("{product}?done=deleted"),
        done => format!("{product}/releases/{id}?done={done}"),
    };
    Ok(page::go(&format!("{}{to}", desk.base()), Vec::new()))
}
