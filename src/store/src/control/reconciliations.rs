//! What was found when the books were compared, day by day. The operator's.

use chrono::{DateTime, NaiveDate, Utc};
use diesel::{
    QueryableByName,
    pg::Pg,
    sql_types::{Date, Jsonb, Nullable, Text, Timestamptz},
};
use serde_json::Value;

use super::ControlDb;
use crate::{error::StoreError, statement::sql};

/// A day's reconciliation.
#[derive(Clone, Debug, PartialEq, Eq, QueryableByName)]
#[diesel(check_for_backend(Pg))]
pub struct Kept {
    /// The UTC date that was looked at.
    #[diesel(sql_type = Date)]
    pub day: NaiveDate,
    /// When it was last done.
    #[diesel(sql_type = Timestamptz)]
    pub at: DateTime<Utc>,
    /// Whose usage report was compared.
    #[diesel(sql_type = Nullable<Text>)]
    pub source: Option<String>,
    /// What is booked and reported of each model.
    #[diesel(sql_type = Jsonb)]
    pub models: Value,
    /// How many differences there are, by their causes.
    #[diesel(sql_type = Jsonb)]
    pub counts: Value,
    /// These, up to a bound.
    #[diesel(sql_type = Jsonb)]
    pub differences: Value,
}

impl ControlDb {
    /// Keeps what was found, in the place of what was found of that day before.
    ///
    /// # Errors
    /// [`StoreError`] where the database does not answer.
    pub async fn keep_reconciliation(&self, kept: Kept) -> Result<(), StoreError> {
        let query = sql(
            "INSERT INTO reconciliations (day, at, source, models, counts, differences) VALUES ($1, $2, $3, $4, $5, $6) \
             ON CONFLICT (day) DO UPDATE SET at = excluded.at, source = excluded.source, models = excluded.models, \
                 counts = excluded.counts, differences = excluded.differences",
        )
        .bind::<Date, _>(kept.day)
        .bind::<Timestamptz, _>(kept.at)
        .bind::<Nullable<Text>, _>(kept.source)
        .bind::<Jsonb, _>(kept.models)
        .bind::<Jsonb, _>(kept.counts)
        .bind::<Jsonb, _>(kept.differences);
        self.execute(query).await
    }

    /// What was found of `day`, or of the last day that was looked at.
    ///
    /// # Errors
    /// [`StoreError`] where the database does not answer.
    pub async fn reconciliation(&self, day: Option<NaiveDate>) -> Result<Option<Kept>, StoreError> {
        let query = sql(
            "SELECT day, at, source, models, counts, differences FROM reconciliations \
             WHERE $1 IS NULL OR day = $1 ORDER BY day DESC LIMIT 1",
        )
        .bind::<Nullable<Date>, _>(day);
        let rows: Vec<Kept> = self.rows(query).await?;
        Ok(rows.into_iter().next())
    }
}
