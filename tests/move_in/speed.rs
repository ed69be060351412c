//! How fast a shop moves in from a service on this machine. The figure is of an unoptimised build; run it with `--release` for the real one.

use super::shops::shopkit;
use super::{counts, moved};
use crate::support::Engine;

const ORDERS: usize = 2_000;

#[test]
fn orders_come_in_quickly() {
    let engine = Engine::sqlite();
    let old = shopkit(ORDERS);
    let begun = std::time::Instant::now();
    let (_, report) = moved(&engine, "shopkit", &old, &[]);
    let took = begun.elapsed();
    assert_eq!(counts(&report, "orders")[0], 2_000, "{report}");
    let each = ORDERS as u128 * 1_000 / took.as_millis().max(1);
    println!("move in: {ORDERS} orders in {} ms, {each} in a second", took.as_millis());
}
