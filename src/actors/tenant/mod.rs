//! A tenant's actor: admits messages against the tenant's rate buckets. One per tenant and
//! process, started on first use.

mod actor;
mod handle;

pub use handle::{TenantHandle, Tenants};
