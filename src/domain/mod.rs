//! Floor 2: what keywright knows about licences and sales, as plain functions over `&mut Tx`.
//!
//! No HTTP, no thread, no engine, no clock of its own. Expected outcomes are enums; errors are surprises.

pub mod account;
pub mod activation;
pub mod api_key;
pub mod bundle;
pub mod cart;
pub mod catalogue;
pub mod category;
pub mod coupon;
pub mod customer;
pub mod delivery;
pub mod explain;
pub mod export;
pub mod file;
pub mod gate;
pub mod house;
pub mod idempotency;
pub mod identifier;
pub mod import;
pub mod info;
pub mod job;
pub mod key_pool;
pub mod ladder;
pub mod last_checked;
pub mod licence;
pub mod licence_key;
pub mod link;
pub mod order;
pub mod order_details;
pub mod order_list;
pub mod payment;
pub mod person;
pub mod plan;
pub mod policy;
pub mod prerequisite;
pub mod product;
pub mod purchase;
pub mod recent;
pub mod release;
pub mod release_file;
pub mod scope;
pub mod shop;
pub mod signature;
pub mod stock;
