//! keywright: a self-hosted licence server and software update daemon.
//!
//! Handlers translate, the domain decides inside a transaction, the store knows the thread and the engine; each of the
//! three can be read alone. The floors, from the ground:
//!
//! - [`base`]: values only.
//! - [`store`]: the seam to SQLite and PostgreSQL; the only place that names an engine.
//! - [`domain`]: products, licences, customers and access, as plain functions over a transaction.
//! - [`config`] and [`app`]: every setting once, and what a running server shares.
//! - [`web`] and [`jobs`]: HTTP, and the clock. They never import each other.
//! - [`cli`]: one file a subcommand.
//!
//! `use crate::…` points down only; `tests/floors.rs` reads the lines and says so. Every fallible function returns
//! [`base::error::Error`]: a kind that decides the answer, and a sentence for people.

pub mod app;
pub mod base;
pub mod cli;
pub mod config;
pub mod domain;
pub mod jobs;
pub mod store;
pub mod web;
