//! Values of one line as types: each carries its form, so that a schema's field says it by its type alone. In the document they
//! stand where they are used (`tidy.rs`).

#![expect(unused_qualifications, reason = "utoipa's derive writes them for a generic type")]

use std::borrow::Cow;

use utoipa::openapi::schema::{
    ArrayBuilder, KnownFormat, Object, ObjectBuilder, OneOfBuilder, SchemaFormat, Type,
};
use utoipa::openapi::{RefOr, Schema};
use utoipa::{PartialSchema, ToSchema};

use keywright::domain::audit;

/// Null, or a value. In what is sent, an `Option` may be left out; only this may be null.
#[derive(ToSchema)]
#[serde(untagged)]
pub enum OrNull<T: ToSchema> {
    /// There shall be none.
    Null,
    /// A value.
    Value(T),
}

/// Text of one line of at most so many characters, which is not blank and holds no control characters.
pub struct Line<const MOST: usize>;

/// Text of at most so many characters, without control characters but tab and line break.
pub struct Page<const MOST: usize>;

/// A whole number within bounds.
pub struct Whole<const LEAST: i64, const MOST: i64>;

fn text() -> ObjectBuilder {
    ObjectBuilder::new().schema_type(Type::String)
}

fn format(name: &str) -> SchemaFormat {
    SchemaFormat::Custom(name.to_owned())
}

fn whole() -> ObjectBuilder {
    ObjectBuilder::new()
        .schema_type(Type::Integer)
        .format(Some(SchemaFormat::KnownFormat(KnownFormat::Int64)))
}

macro_rules! bounded {
    ($name:ident<$(const $bound:ident: $type:ty),+> => $schema:expr) => {
        impl<$(const $bound: $type),+> PartialSchema for $name<$($bound),+> {
            fn schema() -> RefOr<Schema> {
                Schema::from($schema.build()).into()
            }
        }

        impl<$(const $bound: $type),+> ToSchema for $name<$($bound),+> {
            fn name() -> Cow<'static, str> {
                let bounds: &[String] = &[$($bound.to_string()),+];
                format!("{}_{}", stringify!($name), bounds.join("_")).into()
            }
        }
    };
}

bounded!(Line<const MOST: usize> => text().min_length(Some(1)).max_length(Some(MOST)).pattern(Some(LINE)));
bounded!(Page<const MOST: usize> => text().max_length(Some(MOST)).pattern(Some(PAGE)));
bounded!(Whole<const LEAST: i64, const MOST: i64> => whole().minimum(Some(LEAST)).maximum(Some(MOST)));

/// As `base/text.rs` takes a line.
const LINE: &str =
    r"^[^\u0000-\u001f\u007f-\u009f]*[^\s\u0000-\u001f\u007f-\u009f][^\u0000-\u001f\u007f-\u009f]*$";
/// As `base/text.rs` takes a page.
const PAGE: &str = r"^[^\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f]*$";
const SLUG: &str = "^[a-z0-9]+(-[a-z0-9]+)*$";

macro_rules! scalars {
    ($($(#[$about:meta])+ $name:ident => $schema:expr;)+) => {
        $(
            $(#[$about])+
            pub struct $name;

            impl PartialSchema for $name {
                fn schema() -> RefOr<Schema> {
                    Schema::from($schema.build()).into()
                }
            }

            impl ToSchema for $name {}
        )+
    };
}

scalars! {
    /// Any text without NUL.
    Text => text().pattern(Some(r"^[^\u0000]*$"));
    /// A row's number.
    Id => whole().minimum(Some(1));
    /// Any whole number.
    Number => whole();
    /// A time in UTC, to the second.
    Time => text().format(Some(SchemaFormat::KnownFormat(KnownFormat::DateTime)));
    /// A time from 1970 to 9998; a plain date is its midnight, UTC.
    Moment => text().format(Some(SchemaFormat::KnownFormat(KnownFormat::DateTime)));
    /// An http or https address.
    Url => text().format(Some(SchemaFormat::Custom("uri".to_owned()))).max_length(Some(1_024));
    /// An e-mail address.
    Email => text().format(Some(SchemaFormat::KnownFormat(KnownFormat::Email))).max_length(Some(254));
    /// a-z, 0-9 and single hyphens.
    Slug => text().min_length(Some(1)).max_length(Some(80)).pattern(Some(SLUG));
    /// A release channel.
    Channel => text().min_length(Some(1)).max_length(Some(32)).pattern(Some(SLUG));
    /// A platform; empty is any.
    Platform => text().max_length(Some(80)).pattern(Some("^([a-z0-9]+(-[a-z0-9]+)*)?$"));
    /// A currency's code in ISO 4217.
    Currency => text().format(Some(format("currency"))).pattern(Some("^[A-Z]{3}$"));
    /// A name in the tz database.
    Zone => text().format(Some(format("time-zone")));
    /// -1 for no limit, or how many.
    Uses => OneOfBuilder::new()
        .item(whole().enum_values(Some([-1])))
        .item(whole().minimum(Some(1)).maximum(Some(1_000_000_000)));
    /// Hexadecimal digits of a SHA-256.
    Sha256 => text().pattern(Some("^[0-9A-Fa-f]{64}$"));
    /// A file's handle.
    FileId => text().format(Some(format("file-id"))).pattern(Some("^file_[0-9A-Za-z]+$"));
    /// An IP address.
    Ip => text().format(Some(format("ip")));
    /// Where a list goes on.
    Cursor => text().format(Some(format("cursor")));
    /// A name that a file may have on any system.
    FileName => text().min_length(Some(1)).max_length(Some(200)).pattern(Some(
        r#"^[^./\\:*?"<>|\s\u0000-\u001f\u007f-\u009f][^/\\:*?"<>|\u0000-\u001f\u007f-\u009f]*$"#,
    ));
    /// A kind of thing that is changed.
    AuditSubject => text().enum_values(Some(audit::subjects())).description(Some("A kind of thing that is changed."));
    /// How a table is written.
    Format => text().enum_values(Some(["json", "csv"])).description(Some("How a table is written."));
    /// Any JSON at all.
    Anything => Object::builder().schema_type(utoipa::openapi::schema::SchemaType::AnyValue);
    /// A list of nothing.
    Empty => ArrayBuilder::new().items(ObjectBuilder::new()).max_items(Some(0));
    /// An object of any fields.
    Fields => Object::builder().schema_type(Type::Object);
}
