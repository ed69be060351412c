//! Floor 0: values only. No input or output, no SQL, no async.

pub mod actor;
pub mod dice;
pub mod error;
pub mod finding;
pub mod foreign_id;
pub mod global_address;
pub mod html;
pub mod json;
pub mod markdown;
pub mod money;
pub mod password;
pub mod public_id;
pub mod seal;
pub mod site_url;
pub mod text;
pub mod time;
pub mod tls;
pub mod totp;
pub mod version;
pub mod words;
pub mod zone;
