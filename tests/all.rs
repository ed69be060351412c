//! All tests in one binary: one link, one throw-away PostgreSQL cluster.
//!
//! A test that needs an engine runs on both through `support::engines`; one that needs a server starts the real binary.

mod support;

mod engines;
mod floors;
