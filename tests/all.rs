//! All tests in one binary: one link, one throw-away PostgreSQL cluster.
//!
//! A test that needs an engine runs on both through `support::engines`; one that needs a server starts the real binary.

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::items_after_statements,
    clippy::print_stdout,
    clippy::single_match_else,
    reason = "a test that meets a surprise should stop there; helpers of tests are tests too"
)]

mod support;

mod addresses;
mod analytics;
mod audit;
mod backup;
mod bad_input;
mod browser;
mod canary;
mod cli;
mod cli_b2b;
mod cli_goods;
mod cli_people;
mod cli_sales;
mod cli_shop;
mod clients;
mod crash;
mod demo;
mod disk_full;
mod docs;
mod edge;
mod engines;
mod export;
mod floors;
mod import;
mod io_error;
mod jobs;
mod ladder;
mod mail;
mod move_in;
mod oauth;
mod openapi;
mod order_states;
mod packaging;
mod pages;
mod platform;
mod postgres;
mod powercut;
mod race;
mod recent;
mod schema;
mod schemathesis;
mod shopkit;
mod shoppy;
mod shopvo;
mod sql;
mod tls;
mod together;
mod wire;
