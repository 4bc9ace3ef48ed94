//! What can go wrong between a query and its caller.

use diesel::result::{DatabaseErrorKind as Kind, Error as Diesel};
use diesel_async::pooled_connection::deadpool::PoolError;

use crate::{queries::quotas::Reached, refusal};

/// Why the store could not do what it was asked. Callers decide on the variant, never on text.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// No connection could be had: the pool is exhausted or the database is not reachable.
    #[error("no database connection: {0}")]
    Pool(String),
    /// No answer within the time that the database itself may take: the line is dead, or stalled.
    /// What was asked may have been done.
    #[error("the database does not answer")]
    Silent,
    /// A constraint of the schema refused the change.
    #[error("refused by the constraint {constraint}")]
    Conflict {
        /// The constraint's name, as written in `migrations/`.
        constraint: String,
    },
    /// The row does not exist, or belongs to someone else: the two are not told apart.
    #[error("no such row")]
    NotFound,
    /// The space is archived: nothing of it is changed until it is brought back.
    #[error("the space is archived")]
    Archived,
    /// The tenant's plan leaves nothing for it; nothing was taken.
    #[error(transparent)]
    QuotaReached(Reached),
    /// The statement failed; the detail is for the log.
    #[error("query failed: {0}")]
    Query(#[source] Diesel),
    /// The migrations could not be applied.
    #[error("migration failed: {0}")]
    Migration(String),
}

impl StoreError {
    /// Whether the same call may well succeed later: whatever the database said that is no refusal.
    #[must_use]
    pub fn is_transient(&self) -> bool {
        match self {
            Self::Query(Diesel::DatabaseError(..)) => !self.is_refusal(),
            _ => self.is_outage(),
        }
    }

    /// Whether the database understood the change and will always refuse it: its data are wrong, or
    /// break a constraint. What it could not do just now (a time limit, a full disk, a shutdown) is
    /// none, and neither is what is not known to be one.
    #[must_use]
    pub fn is_refusal(&self) -> bool {
        match self {
            Self::Conflict { .. } => true,
            Self::Query(Diesel::DatabaseError(kind, detail)) => refusal::is_one(kind, detail.message()),
            // What cannot even be written down for the database.
            Self::Query(Diesel::SerializationError(_) | Diesel::QueryBuilderError(_)) => true,
            _ => false,
        }
    }

    /// Whether the database could not be reached, or was lost: nothing is known of what was asked.
    #[must_use]
    pub fn is_outage(&self) -> bool {
        match self {
            Self::Pool(_) | Self::Silent | Self::Query(Diesel::BrokenTransactionManager) => true,
            Self::Query(Diesel::DatabaseError(kind, _)) => {
                matches!(kind, Kind::ClosedConnection | Kind::UnableToSendCommand)
            }
            _ => false,
        }
    }

    /// Whether the named constraint refused the change.
    #[must_use]
    pub fn is_conflict(&self, name: &str) -> bool {
        matches!(self, Self::Conflict { constraint } if constraint == name)
    }
}

impl From<Diesel> for StoreError {
    fn from(error: Diesel) -> Self {
        match &error {
            Diesel::NotFound => Self::NotFound,
            Diesel::DatabaseError(_, detail) => match detail.constraint_name() {
                Some(name) => Self::Conflict {
                    constraint: name.to_owned(),
                },
                None => Self::Query(error),
            },
            _ => Self::Query(error),
        }
    }
}

impl From<PoolError> for StoreError {
    fn from(error: PoolError) -> Self {
        Self::Pool(error.to_string())
    }
}
