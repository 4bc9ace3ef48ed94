//! How much of something one may do: the rate buckets of chat. Plans and monthly quotas will
//! stand beside them.

pub mod hourly;
pub mod keyed;
pub mod rate;
