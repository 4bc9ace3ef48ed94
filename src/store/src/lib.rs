//! The only crate that knows diesel. A connection is had through [`tenant::TenantDb`], bound to
//! one tenant for one transaction; the few tables above tenants are in [`control`].

pub mod ids;
