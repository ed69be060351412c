//! Files: whole, or in pieces.

use utoipa::ToSchema;

use super::calls::{Calls, JSON, note};
use super::scalars::{FileName, Sha256, Text, Time, Whole};

/// A file, or an upload under way.
#[derive(ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(examples(json!({"file_id": "file_8sJd02kPq", "name": "quill.zip", "status": "complete", "size": 1_048_576, "offset": 1_048_576,
    "sha256": "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08", "created_at": "2026-11-22T08:00:00Z",
    "completed_at": "2026-11-22T08:00:09Z"})))]
pub struct Upload {
    /// Its handle.
    pub file_id: String,
    /// What a download is called.
    pub name: String,
    /// How far it is.
    pub status: UploadStatus,
    /// Bytes in all.
    pub size: i64,
    /// Where it stands.
    pub offset: i64,
    /// The hash of the content, or what it was announced to be.
    pub sha256: Option<String>,
    /// When it was begun.
    pub created_at: Time,
    /// When all had come.
    pub completed_at: Option<Time>,
}

/// How far an upload is.
#[derive(ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum UploadStatus {
    /// It is a file.
    Complete,
    /// More of it will come.
    Uploading,
}

/// A file to be sent in pieces.
#[derive(ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(examples(json!({"name": "quill.zip"})))]
pub struct NewUpload {
    /// What a download is called.
    pub name: FileName,
    /// What the hash of the content will be; another content is refused.
    pub sha256: Option<Sha256>,
}

/// A file sent whole.
#[derive(ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(examples(json!({"file": "…", "name": "quill.zip"})))]
pub struct UploadForm {
    /// The content: 500 MiB at the most, and not empty.
    #[schema(content_media_type = "application/octet-stream", min_length = 1)]
    pub file: String,
    /// What a download is called; as the part says if it is left out.
    pub name: Option<FileName>,
    /// What the hash of the content is; another content is refused.
    pub sha256: Option<Sha256>,
}

const LENGTH: &str = "Bytes in all, of an upload in pieces: 5 GiB at the most.";

/// Tells of the calls.
pub fn tell(on: &mut Calls) {
    on.noun("Uploads", "Files that releases have.");
    on.get("/v1/uploads", "List uploads").list::<Upload>();
    let create = on.post("/v1/uploads", "Upload a file")
        .about("Whole, as `multipart/form-data` with a part `file`. Or in pieces: with `Upload-Length` and JSON, and then by `PATCH`.")
        .optional_header::<Whole<1, 5_368_709_120>>("Upload-Length", LENGTH);
    let form = note::<UploadForm>(&mut create.sent);
    let begun = note::<NewUpload>(&mut create.sent);
    create
        .takes_as("multipart/form-data", true, form)
        .takes_as(JSON, true, begun)
        .answers::<Upload>(201, "The file, or the upload that is begun.")
        .with::<Text>("Location", "Where the pieces go, of an upload in pieces.");
    stands(create);
    let get = on
        .get("/v1/uploads/{file_id}", "Show an upload")
        .about("`HEAD` tells in `Upload-Offset` where it stands.")
        .answers::<Upload>(200, "As it is now.");
    stands(get);
    let send = on.patch("/v1/uploads/{file_id}", "Send a piece")
        .about("The bytes from `Upload-Offset` on, as often as it takes; what came before a break is kept. With the last byte it becomes a file. The offset says what came before: an `Idempotency-Key` counts for nothing.")
        .header::<Whole<0, 5_368_709_120>>("Upload-Offset", "The byte that the piece begins at.")
        .takes_bytes()
        .answers::<Upload>(200, "As it is now.");
    stands(send);
    let delete = on
        .delete("/v1/uploads/{file_id}", "Delete an upload")
        .about(
            "A file that no release has (`file_in_use`), or an upload under way. The answer is what it was.",
        )
        .answers::<Upload>(200, "As it was.");
    stands(delete);
}

fn stands(told: &mut super::calls::Told) {
    told.with::<Whole<0, 5_368_709_120>>("Upload-Offset", "Where it stands.")
        .with::<Whole<1, 5_368_709_120>>("Upload-Length", "Bytes in all.");
}
