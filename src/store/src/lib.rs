//! The only crate that knows diesel and SQL.
//!
//! Start at [`db::Db`]: it hands out [`tenant::TenantDb`], bound to one tenant for one
//! transaction, and [`control::ControlDb`], the few tables above tenants. [`queries`] has a file
//! per aggregate; each function takes the [`tenant::TenantConn`] that a transaction lends.
//! [`migrate`] brings the schema up to date; row-level security is forced by it, not by us.

mod connect;
pub mod control;
pub mod db;
pub mod embedded;
pub mod error;
pub mod ids;
pub mod migrate;
mod prepared;
pub mod queries;
mod refusal;
pub(crate) mod schema;
pub(crate) mod statement;
pub mod tenant;
#[cfg(feature = "testing")]
pub mod testing;
mod text_enum;

pub use db::{Db, DbConfig, PoolStatus};
pub use error::StoreError;
pub use tenant::{TenantConn, TenantDb};
pub use text_enum::UnknownWord;
