//! Releases of a product.

use utoipa::ToSchema;

use super::calls::Calls;
use super::scalars::{Channel, FileId, Id, Line, Moment, OrNull, Page, Platform, Time, Url};
use super::words::ReleaseStatus;

/// A version of a product.
#[derive(ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(examples(json!({"id": 21, "product_id": 7, "channel": "stable", "version": "1.2.0", "longversion": 10200, "status": "published",
    "notes": "**New:** tables", "notes_html": "<p><strong>New:</strong> tables</p>", "notes_url": null, "update_url": null,
    "files": [{"platform": "windows-x64", "file_id": "file_8sJd02kPq", "name": "quill.zip", "size": 1_048_576,
        "sha256": "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"},
        {"platform": "mac", "url": "https://files.example.com/quill.dmg"}],
    "released_at": "2026-11-22T08:00:00Z"})))]
pub struct Release {
    /// Its number.
    pub id: i64,
    /// The product.
    pub product_id: i64,
    /// The channel; update checks tell of `stable`.
    pub channel: String,
    /// As people read it.
    pub version: String,
    /// As programs compare it; it grows within a channel.
    pub longversion: i64,
    /// How far it is.
    pub status: ReleaseStatus,
    /// Markdown.
    pub notes: String,
    /// What is safe to show of them.
    pub notes_html: String,
    /// Where the notes are, for update checks.
    pub notes_url: Option<String>,
    /// Where the update is, for update checks.
    pub update_url: Option<String>,
    /// What buyers download, one for each platform.
    pub files: Vec<ReleaseFile>,
    /// When it was or will be put out.
    pub released_at: Time,
}

/// What buyers download on a platform.
#[derive(ToSchema)]
#[serde(untagged)]
#[schema(examples(json!({"platform": "mac", "url": "https://files.example.com/quill.dmg"})))]
pub enum ReleaseFile {
    /// A file of ours.
    Ours(OurFile),
    /// An address elsewhere.
    Elsewhere(FileElsewhere),
}

/// A file of ours for a platform.
#[derive(ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(examples(json!({"platform": "windows-x64", "file_id": "file_8sJd02kPq", "name": "quill.zip", "size": 1_048_576,
    "sha256": "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"})))]
pub struct OurFile {
    /// The platform; empty: any.
    pub platform: String,
    /// The file.
    #[serde(flatten)]
    pub file: StoredFile,
}

/// An address elsewhere for a platform.
#[derive(ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(examples(json!({"platform": "mac", "url": "https://files.example.com/quill.dmg"})))]
pub struct FileElsewhere {
    /// The platform; empty: any.
    pub platform: String,
    /// Where it is; null behind a gate that is shut.
    pub url: Option<String>,
}

/// A file of ours.
#[derive(ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(examples(json!({"file_id": "file_8sJd02kPq", "name": "quill.zip", "size": 1_048_576,
    "sha256": "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"})))]
pub struct StoredFile {
    /// Its handle.
    pub file_id: String,
    /// What a download is called.
    pub name: String,
    /// Bytes.
    pub size: i64,
    /// The hash of the content.
    pub sha256: Option<String>,
}

/// Fields of a release.
#[derive(ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(examples(json!({"version": "1.2.0", "status": "draft", "notes": "**New:** tables"})))]
pub struct ReleaseFields {
    /// As people read it; it changes on a draft only.
    pub version: Option<Line<64>>,
    /// The channel; it changes on a draft only. `stable` if it is left out of a new one.
    pub channel: Option<Channel>,
    /// As programs compare it; it follows from `1.2.3`. It changes on a draft only.
    pub longversion: Option<Id>,
    /// When it was or will be put out.
    pub released_at: Option<Moment>,
    /// Where the notes are, for update checks; null: on the product's page.
    pub notes_url: Option<OrNull<Url>>,
    /// Where the update is, for update checks; null: on the product's page.
    pub update_url: Option<OrNull<Url>>,
    /// Markdown.
    pub notes: Option<Page<50_000>>,
    /// `published` puts it out, `yanked` takes it back. A new one is published unless it is a `draft`.
    pub status: Option<ReleaseStatus>,
    /// What buyers download, in the place of what there was.
    #[schema(max_items = 100)]
    pub files: Option<Vec<ReleaseFileFields>>,
}

/// A release to be made.
#[derive(ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(examples(json!({"version": "1.2.0", "status": "draft", "notes": "**New:** tables"})))]
pub struct NewRelease {
    /// As people read it.
    pub version: Line<64>,
    /// The channel; `stable` if it is left out.
    pub channel: Option<Channel>,
    /// As programs compare it; it follows from `1.2.3`.
    pub longversion: Option<Id>,
    /// When it was or will be put out; now if it is left out.
    pub released_at: Option<Moment>,
    /// Where the notes are, for update checks.
    pub notes_url: Option<Url>,
    /// Where the update is, for update checks.
    pub update_url: Option<Url>,
    /// Markdown.
    pub notes: Option<Page<50_000>>,
    /// `published` if it is left out.
    pub status: Option<NewReleaseStatus>,
    /// What buyers download, one for each platform.
    #[schema(max_items = 100)]
    pub files: Option<Vec<ReleaseFileFields>>,
}

/// How far a new release is.
#[derive(ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum NewReleaseStatus {
    /// Nobody is told of it yet.
    Draft,
    /// Update checks tell of it.
    Published,
}

/// What buyers shall download on a platform: either `file_id` or `url`.
#[derive(ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(examples(json!({"platform": "mac", "url": "https://files.example.com/quill.dmg"})))]
pub struct ReleaseFileFields {
    /// The platform; any if it is left out.
    pub platform: Option<Platform>,
    /// A file of ours, which is complete.
    pub file_id: Option<FileId>,
    /// An address elsewhere.
    pub url: Option<Url>,
}

/// Tells of the calls.
pub fn tell(on: &mut Calls) {
    on.noun("Releases", "Versions of a product, which update checks tell of and buyers download.");
    on.get("/v1/products/{id}/releases", "List releases").list::<Release>();
    on.post("/v1/products/{id}/releases", "Make a release").takes::<NewRelease>().made::<Release>();
    on.get("/v1/products/{id}/releases/{release_id}", "Show a release").one::<Release>();
    on.patch("/v1/products/{id}/releases/{release_id}", "Change a release")
        .takes::<ReleaseFields>()
        .one::<Release>();
    on.delete("/v1/products/{id}/releases/{release_id}", "Delete a draft")
        .about("What was published stays: `release_published`. The answer is what it was.")
        .one::<Release>();
}
