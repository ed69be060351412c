//! keywright: a self-hosted licence server and software update daemon.
pub mod base;
pub mod domain;
pub mod store;
