//! The few tables above tenants: who may log in where, refresh tokens, and which tenant a space's
//! slug or key belongs to. They hold nothing else, because row-level security does not cover them.

mod accounts;
mod directory;
mod refresh;

use crate::{
    db::{Db, Lease},
    error::StoreError,
};

pub use accounts::{Login, Membership, NewUser, Role, User};
pub use directory::SpaceRef;
pub use refresh::{NewRefreshToken, RefreshSession, Rotation};

/// The tables above tenants. Cheap to clone.
#[derive(Clone)]
pub struct ControlDb {
    db: Db,
}

impl ControlDb {
    pub(crate) fn new(db: Db) -> Self {
        Self { db }
    }

    pub(crate) async fn lease(&self) -> Result<Lease, StoreError> {
        self.db.lease().await
    }
}
