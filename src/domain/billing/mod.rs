//! What things cost. Money is integer nano-dollars; no floating point touches it. Prices are
//! data with effective dates (`prices.toml`), read by [`prices::PriceBook`]; [`settlement`] bills
//! a call by them, and [`meter`] keeps the books of embedding calls. What a business pays for is a plan
//! of [`plans`] (`plans.toml`); [`subscription`] puts it on one, and how much of it is used is counted by the
//! store (`queries::quotas`). [`ledger`] is what upstream calls cost, as their payer reads it; [`payments`] talks to the payment provider, [`dunning`] decides what follows from what it
//! tells.

mod currency;
pub mod dunning;
pub mod events;
pub mod ledger;
pub mod limit;
pub mod meter;
pub mod money;
pub mod payments;
pub mod plans;
pub mod prices;
mod rate;
pub mod reconciliation;
pub mod settlement;
pub mod subscription;
