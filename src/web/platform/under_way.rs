//! Requests with an `Idempotency-Key` that are not answered yet, in this process: the same again would only wait for them. Beyond
//! one process the transaction decides, so there is one effect whatever happens.

use std::collections::HashSet;
use std::sync::{Mutex, PoisonError};

use actix_web::web::Data;

use super::Shared;
use crate::domain::caller::Credential;

/// What it came with, and the caller's name for it.
type Request = (Credential, String);

/// The requests.
#[derive(Debug, Default)]
pub struct UnderWay(Mutex<HashSet<Request>>);

/// While this lives, its request is under way.
pub struct Guard {
    shared: Data<Shared>,
    request: Request,
}

impl Guard {
    /// Begins a request, unless the same is under way.
    pub fn begin(shared: &Data<Shared>, caller: Credential, key: &str) -> Option<Self> {
        let request = (caller, key.to_owned());
        let mut known = shared.under_way.0.lock().unwrap_or_else(PoisonError::into_inner);
        known.insert(request.clone()).then(|| Self { shared: shared.clone(), request })
    }
}

impl Drop for Guard {
    fn drop(&mut self) {
        self.shared.under_way.0.lock().unwrap_or_else(PoisonError::into_inner).remove(&self.request);
    }
}
