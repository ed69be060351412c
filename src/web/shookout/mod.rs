//! The dialect of the user's own document: licence API and update check. Its contract is in `README.md` beside this file.

mod fault;
pub mod licence;
mod params;
pub mod update_check;
mod wire;

/// Where the licence API answers: the document's address, its two short forms, and an alias of ours.
pub const LICENCE_PATHS: [&str; 3] = [
    "/applications/softwaremarketplace/interface/licenses/index.php",
    "/applications/softwaremarketplace/interface/licenses",
    "/licences",
];
