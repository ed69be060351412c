//! Writes the description of the public address, for a server at an address that stands for its own:
//!
//!     cargo run --example openapi > src/web/openapi.json
//!
//! The server carries the text (`web/openapi.rs`), since all that makes it would be 2 MB of the program. `tests/openapi.rs`
//! fails while the two differ.

mod description;

use std::io::Write as _;

fn main() -> std::io::Result<()> {
    let text = description::text(&description::document(keywright::web::openapi::PLACE))?;
    std::io::stdout().write_all(text.as_bytes())
}
