//! A mail; see `domain::notify::mail`.

use parlance_store::{StoreError, TenantDb, ids::JobId};

use super::{Came, Failure};
use crate::{
    adapters::mail::MailError,
    domain::notify::mail::{Errand, Post, PostError},
};

pub(super) async fn run(post: &Post, db: &TenantDb, job: JobId, errand: &Errand) -> Result<Came, Failure> {
    match post.carry_out(db, job, errand).await {
        Ok(()) => Ok(Came::ToItsEnd),
        Err(PostError::Store(StoreError::NotFound)) => Ok(Came::Removed("the person left the workspace")),
        Err(PostError::Store(error)) => Err(error.into()),
        Err(error) => Err(Failure {
            transient: matches!(error, PostError::Mail(MailError::Passing(_))),
            error: error.to_string(),
        }),
    }
}
