//! Categories.

use utoipa::ToSchema;

use super::calls::Calls;
use super::scalars::{Id, Line, OrNull, Page, Slug, Time};

/// A shelf that products stand on.
#[derive(ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(examples(json!({"id": 4, "parent_id": null, "title": "Plug-ins", "slug": "plug-ins",
    "description": "What makes Quill do more.", "created_at": "2026-11-22T08:00:00Z"})))]
pub struct Category {
    /// Its number.
    pub id: i64,
    /// The one it is part of.
    pub parent_id: Option<i64>,
    /// Its name.
    pub title: String,
    /// Its part of an address.
    pub slug: String,
    /// What stands on it.
    pub description: String,
    /// When it was made.
    pub created_at: Time,
}

/// Fields of a category.
#[derive(ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(examples(json!({"title": "Plug-ins"})))]
pub struct CategoryFields {
    /// The one it is part of; null: none.
    pub parent_id: Option<OrNull<Id>>,
    /// Its name.
    pub title: Option<Line<200>>,
    /// Its part of an address; it follows from the title.
    pub slug: Option<Slug>,
    /// What stands on it.
    pub description: Option<Page<10_000>>,
}

/// Tells of the calls.
pub fn tell(on: &mut Calls) {
    on.noun("Categories", "The shelves of the shop.");
    on.get("/v1/categories", "List categories").list::<Category>();
    on.post("/v1/categories", "Make a category")
        .takes_new::<CategoryFields>("NewCategory", &["title"])
        .made::<Category>();
    on.get("/v1/categories/{id}", "Show a category").one::<Category>();
    on.patch("/v1/categories/{id}", "Change a category").takes::<CategoryFields>().one::<Category>();
    on.delete("/v1/categories/{id}", "Delete a category")
        .about("One that nothing belongs to: `category_in_use` otherwise. The answer is what it was.")
        .one::<Category>();
}
