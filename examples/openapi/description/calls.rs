//! What is told of each call, in the words of its noun's file. What follows from what a call is stands in `rules.rs`.

use utoipa::openapi::path::{Parameter, ParameterBuilder, ParameterIn};
use utoipa::openapi::request_body::{RequestBody, RequestBodyBuilder};
use utoipa::openapi::schema::{ArrayBuilder, ObjectBuilder, OneOfBuilder, Type};
use utoipa::openapi::{
    Content, HeaderBuilder, Ref, RefOr, Required, Response, ResponseBuilder, Responses, Schema,
};
use utoipa::{PartialSchema, ToSchema};

use super::scalars::Cursor;

/// Schemas by name.
pub type Schemas = Vec<(String, RefOr<Schema>)>;

/// The type of most bodies.
pub const JSON: &str = "application/json";

/// What a call answers when all is well.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A single resource, which has an entity tag.
    One,
    /// A page of a list.
    List,
    /// Anything else.
    Plain,
}

/// A schema that is another with some properties needed.
#[derive(Debug)]
pub struct Needing {
    /// Its own name.
    pub name: &'static str,
    /// The other's.
    pub like: String,
    /// The properties.
    pub needs: &'static [&'static str],
}

/// What is told of one call.
pub struct Told {
    /// In capitals.
    pub method: &'static str,
    /// With names in braces for what it holds.
    pub path: &'static str,
    /// The noun it belongs to.
    pub tag: &'static str,
    /// A few words.
    pub summary: &'static str,
    /// Sentences.
    pub text: &'static str,
    /// Its own parameters.
    pub parameters: Vec<Parameter>,
    /// What is sent.
    pub body: Option<RequestBody>,
    /// What sort of answer it gives.
    pub kind: Kind,
    /// Its own answers.
    pub responses: Responses,
    /// Failures of its own.
    pub faults: Vec<u16>,
    /// Whether it reads a body as JSON, so that another type is refused.
    pub reads_json: bool,
    /// Schemas of what is sent.
    pub sent: Schemas,
    /// A schema made for it.
    pub needing: Option<Needing>,
    /// Schemas of what is answered.
    pub answered: Schemas,
}

/// What is told of all calls.
#[derive(Default)]
pub struct Calls {
    /// One after the other.
    pub told: Vec<Told>,
    /// The nouns, with what is to be said of each.
    pub tags: Vec<(&'static str, &'static str)>,
}

impl Calls {
    /// The noun that the calls after this belong to.
    pub fn noun(&mut self, tag: &'static str, about: &'static str) {
        self.tags.push((tag, about));
    }

    /// A call by GET.
    pub fn get(&mut self, path: &'static str, summary: &'static str) -> &mut Told {
        self.call("GET", path, summary)
    }

    /// A call by POST.
    pub fn post(&mut self, path: &'static str, summary: &'static str) -> &mut Told {
        self.call("POST", path, summary)
    }

    /// A call by PUT.
    pub fn put(&mut self, path: &'static str, summary: &'static str) -> &mut Told {
        self.call("PUT", path, summary)
    }

    /// A call by PATCH.
    pub fn patch(&mut self, path: &'static str, summary: &'static str) -> &mut Told {
        self.call("PATCH", path, summary)
    }

    /// A call by DELETE.
    pub fn delete(&mut self, path: &'static str, summary: &'static str) -> &mut Told {
        self.call("DELETE", path, summary)
    }

    fn call(&mut self, method: &'static str, path: &'static str, summary: &'static str) -> &mut Told {
        self.told.push(Told {
            method,
            path,
            tag: self.tags.last().map_or("", |(tag, _)| tag),
            summary,
            text: "",
            parameters: Vec::new(),
            body: None,
            kind: Kind::Plain,
            responses: Responses::new(),
            faults: Vec::new(),
            reads_json: matches!(method, "POST" | "PUT" | "PATCH"),
            sent: Vec::new(),
            needing: None,
            answered: Vec::new(),
        });
        let last = self.told.len() - 1;
        &mut self.told[last]
    }
}

/// Adds a schema with all that it holds, and gives a reference to it.
pub fn note<T: ToSchema>(schemas: &mut Schemas) -> Ref {
    let name = T::name().into_owned();
    T::schemas(schemas);
    schemas.push((name.clone(), T::schema()));
    Ref::from_schema_name(name)
}

impl Told {
    /// Says more.
    pub fn about(&mut self, text: &'static str) -> &mut Self {
        self.text = text;
        self
    }

    /// Takes a parameter in its query.
    pub fn filter<T: ToSchema>(&mut self, name: &str, about: &str) -> &mut Self {
        self.parameter::<T>(ParameterIn::Query, Required::False, name, about)
    }

    /// Needs a header.
    pub fn header<T: ToSchema>(&mut self, name: &str, about: &str) -> &mut Self {
        self.parameter::<T>(ParameterIn::Header, Required::True, name, about)
    }

    /// Takes a parameter.
    pub fn parameter<T: ToSchema>(
        &mut self,
        place: ParameterIn,
        required: Required,
        name: &str,
        about: &str,
    ) -> &mut Self {
        let schema = note::<T>(&mut self.sent);
        let parameter = ParameterBuilder::new()
            .name(name)
            .parameter_in(place)
            .required(required)
            .description(Some(about))
            .schema(Some(schema));
        self.parameters.push(parameter.build());
        self
    }

    /// Takes a body, all of whose fields may be left out or say themselves that they may not.
    pub fn takes<T: ToSchema>(&mut self) -> &mut Self {
        let schema = note::<T>(&mut self.sent);
        let needs = matches!(T::schema(), RefOr::T(Schema::Object(object)) if !object.required.is_empty());
        self.takes_as(JSON, needs, schema)
    }

    /// Takes a body that is as `T` with some fields needed, under a name of its own.
    pub fn takes_new<T: ToSchema>(
        &mut self,
        name: &'static str,
        needs: &'static [&'static str],
    ) -> &mut Self {
        let like = note::<T>(&mut self.sent);
        let like = like.ref_location.rsplit('/').next().unwrap_or_default().to_owned();
        self.needing = Some(Needing { name, like, needs });
        self.takes_as(JSON, true, Ref::from_schema_name(name))
    }

    /// Takes a body of a type.
    pub fn takes_as(&mut self, media: &str, needed: bool, schema: impl Into<RefOr<Schema>>) -> &mut Self {
        let body = self.body.take().map_or_else(RequestBodyBuilder::new, RequestBodyBuilder::from);
        let required = if needed { Required::True } else { Required::False };
        let body = body.required(Some(required)).content(media, Content::new(Some(schema)));
        self.body = Some(body.build());
        self
    }

    /// Answers a single resource.
    pub fn one<T: ToSchema>(&mut self) -> &mut Self {
        self.kind = Kind::One;
        self.answers::<T>(200, "As it is now.")
    }

    /// Answers a single resource that was not there before.
    pub fn made<T: ToSchema>(&mut self) -> &mut Self {
        self.kind = Kind::One;
        self.answers::<T>(201, "It is made.")
    }

    /// Answers something.
    pub fn answers<T: ToSchema>(&mut self, status: u16, about: &str) -> &mut Self {
        let schema = note::<T>(&mut self.answered);
        self.responds(
            status,
            ResponseBuilder::new().description(about).content(JSON, Content::new(Some(schema))),
        )
    }

    /// Gives an answer in so many words.
    pub fn responds(&mut self, status: u16, response: impl Into<Response>) -> &mut Self {
        self.responses.responses.insert(status.to_string(), RefOr::T(response.into()));
        self
    }

    /// Has a header in its answers when all is well.
    pub fn with<T: PartialSchema>(&mut self, name: &str, about: &str) -> &mut Self {
        for response in self.responses.responses.values_mut() {
            if let RefOr::T(response) = response {
                let header = HeaderBuilder::new().schema(Some(T::schema())).description(Some(about)).build();
                response.headers.insert(name.to_owned(), RefOr::T(header));
            }
        }
        self
    }

    /// Answers a page of a list.
    pub fn list<T: ToSchema>(&mut self) -> &mut Self {
        self.kind = Kind::List;
        let row = note::<T>(&mut self.answered);
        let page = ObjectBuilder::new()
            .schema_type(Type::Object)
            .property("data", ArrayBuilder::new().items(row))
            .property("has_more", ObjectBuilder::new().schema_type(Type::Boolean))
            .property("next_cursor", OneOfBuilder::new().item(Cursor::schema()).item(null()))
            .required("data")
            .required("has_more")
            .required("next_cursor")
            .additional_properties(Some(utoipa::openapi::schema::AdditionalProperties::FreeForm(false)));
        let about = "The newest first. If there are more, `next_cursor` is the `cursor` of the next page.";
        let content = Content::new(Some(Schema::from(page.build())));
        self.responds(200, ResponseBuilder::new().description(about).content(JSON, content))
    }

    /// Takes a header.
    pub fn optional_header<T: ToSchema>(&mut self, name: &str, about: &str) -> &mut Self {
        self.parameter::<T>(ParameterIn::Header, Required::False, name, about)
    }

    /// Takes CSV.
    pub fn takes_csv(&mut self, example: &str) -> &mut Self {
        let schema = ObjectBuilder::new().schema_type(Type::String).examples([example]).build();
        self.reads_no_json().takes_as("text/csv", true, Schema::from(schema))
    }

    /// Takes bytes.
    pub fn takes_bytes(&mut self) -> &mut Self {
        self.reads_no_json().takes_as("application/octet-stream", false, bytes())
    }

    /// Answers text of a type.
    pub fn gives(&mut self, status: u16, media: &str, about: &str) -> &mut Self {
        let schema = Schema::from(ObjectBuilder::new().schema_type(Type::String).build());
        let response = ResponseBuilder::new().description(about).content(media, Content::new(Some(schema)));
        self.responds(status, response)
    }

    /// Answers something, as JSON or as CSV.
    pub fn or_csv<T: ToSchema>(&mut self) -> &mut Self {
        let schema = note::<T>(&mut self.answered);
        let table = Schema::from(ObjectBuilder::new().schema_type(Type::String).build());
        let response = ResponseBuilder::new()
            .description("The figures.")
            .content(JSON, Content::new(Some(schema)))
            .content("text/csv", Content::new(Some(table)));
        self.responds(200, response)
    }

    /// Answers bytes.
    pub fn gives_bytes(&mut self, status: u16, about: &str) -> &mut Self {
        let content = Content::new(Some(bytes()));
        let response = ResponseBuilder::new().description(about).content("application/octet-stream", content);
        self.responds(status, response)
    }

    /// Answers without a body.
    pub fn says(&mut self, status: u16, about: &str) -> &mut Self {
        self.responds(status, ResponseBuilder::new().description(about))
    }

    /// Answers that what the caller has is still it.
    pub fn known(&mut self) -> &mut Self {
        self.says(304, "It is as `If-None-Match` says.")
    }

    /// May fail in ways of its own.
    pub fn faults(&mut self, statuses: &[u16]) -> &mut Self {
        self.faults.extend(statuses);
        self
    }

    /// Does not read its body as JSON.
    fn reads_no_json(&mut self) -> &mut Self {
        self.reads_json = false;
        self
    }
}

/// The schema of bytes.
fn bytes() -> Schema {
    ObjectBuilder::new().content_media_type("application/octet-stream").build().into()
}

/// The schema of null.
pub fn null() -> Schema {
    ObjectBuilder::new().schema_type(Type::Null).build().into()
}
