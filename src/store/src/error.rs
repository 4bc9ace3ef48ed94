//! What can go wrong between a query and its caller.

use diesel::result::{DatabaseErrorKind as Kind, Error as Diesel};
use diesel_async::pooled_connection::deadpool::PoolError;

/// Why the store could not do what it was asked. Callers decide on the variant, never on text.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// No connection could be had: the pool is exhausted or the database is not reachable.
    #[error("no database connection: {0}")]
    Pool(String),
    /// A constraint of the schema refused the change.
    #[error("refused by the constraint {constraint}")]
    Conflict {
        /// The constraint's name, as written in `migrations/`.
        constraint: String,
    },
    /// The row does not exist, or belongs to someone else: the two are not told apart.
    #[error("no such row")]
    NotFound,
    /// The statement failed; the detail is for the log.
    #[error("query failed: {0}")]
    Query(#[source] Diesel),
    /// The migrations could not be applied.
    #[error("migration failed: {0}")]
    Migration(String),
}

impl StoreError {
    /// Whether the same call may well succeed a moment later.
    #[must_use]
    pub fn is_transient(&self) -> bool {
        match self {
            Self::Pool(_) => true,
            Self::Query(Diesel::DatabaseError(kind, _)) => matches!(
                kind,
                Kind::SerializationFailure | Kind::ClosedConnection | Kind::UnableToSendCommand
            ),
            Self::Query(Diesel::BrokenTransactionManager) => true,
            _ => false,
        }
    }

    /// Whether the database understood the change and would not have it. The same again is refused
    /// again, unless the cause was a passing one, such as a deadlock: the two are not told apart.
    #[must_use]
    pub fn is_refusal(&self) -> bool {
        match self {
            Self::Conflict { .. } => true,
            Self::Query(Diesel::DatabaseError(kind, _)) => {
                !self.is_transient() && !matches!(kind, Kind::ReadOnlyTransaction)
            }
            // What cannot even be written down for the database.
            Self::Query(Diesel::SerializationError(_) | Diesel::QueryBuilderError(_)) => true,
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
