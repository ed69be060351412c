//! What handlers of pages give: an answer, or one that was given on the way to it.

use actix_web::HttpResponse;
use actix_web::error::InternalError;

/// An answer, or one that was given on the way to it.
pub type Answer = Result<HttpResponse, actix_web::Error>;

/// Ends the way to an answer with another one.
pub fn instead(answer: HttpResponse) -> actix_web::Error {
    InternalError::from_response("answered on the way", answer).into()
}
