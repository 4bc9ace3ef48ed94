//! What things cost. Money is integer nano-dollars; no floating point touches it. Prices are
//! data with effective dates (`prices.toml`), read by [`prices::PriceBook`].

pub mod prices;
mod rate;
