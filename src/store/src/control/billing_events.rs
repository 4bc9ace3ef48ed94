//! What payment providers send, kept as it came, and whose it is.

use chrono::{DateTime, Utc};
use diesel::{
    QueryableByName,
    pg::Pg,
    sql_types::{BigInt, Binary, Bool, Integer, Nullable, Text, Timestamptz, Uuid as SqlUuid},
};

use super::ControlDb;
use crate::{error::StoreError, ids::TenantId, statement::sql};

/// An event that has come in.
#[derive(Clone, Copy, Debug)]
pub struct NewEvent<'a> {
    /// Who sent it.
    pub provider: &'a str,
    /// Unique among the provider's.
    pub id: &'a str,
    /// Its type.
    pub kind: &'a str,
    /// Whom it is about.
    pub customer: Option<&'a str>,
    /// As it came.
    pub body: &'a [u8],
    /// When.
    pub at: DateTime<Utc>,
    /// When it is tried again unless it is handled by then.
    pub retry_at: DateTime<Utc>,
}

/// An event that is to be handled.
#[derive(Clone, Debug, PartialEq, Eq, QueryableByName)]
#[diesel(check_for_backend(Pg))]
pub struct OpenEvent {
    /// Its id.
    #[diesel(sql_type = Text)]
    pub id: String,
    /// Its type.
    #[diesel(sql_type = Text)]
    pub kind: String,
    /// Whom it is about.
    #[diesel(sql_type = Nullable<Text>)]
    pub customer: Option<String>,
    /// How often it was tried.
    #[diesel(sql_type = Integer)]
    pub tries: i32,
}

#[derive(QueryableByName)]
struct Tenant {
    #[diesel(sql_type = SqlUuid)]
    tenant_id: TenantId,
}

impl ControlDb {
    /// Keeps an event, each once. Whether it was handled already.
    ///
    /// # Errors
    /// [`StoreError`] where the database does not answer.
    pub async fn keep_billing_event(&self, event: NewEvent<'_>) -> Result<bool, StoreError> {
        #[derive(QueryableByName)]
        struct Row {
            #[diesel(sql_type = Bool)]
            handled: bool,
        }
        let (provider, id) = (event.provider.to_owned(), event.id.to_owned());
        let query = sql("INSERT INTO billing_events AS e \
                 (provider, id, kind, customer, body, received_at, retry_at) VALUES ($1, $2, $3, $4, $5, $6, $7) \
             ON CONFLICT (provider, id) DO UPDATE SET provider = excluded.provider \
             RETURNING e.handled_at IS NOT NULL AS handled")
        .bind::<Text, _>(provider)
        .bind::<Text, _>(id)
        .bind::<Text, _>(event.kind.to_owned())
        .bind::<Nullable<Text>, _>(event.customer.map(str::to_owned))
        .bind::<Binary, _>(event.body.to_vec())
        .bind::<Timestamptz, _>(event.at)
        .bind::<Timestamptz, _>(event.retry_at);
        let rows: Vec<Row> = self.rows(query).await?;
        Ok(rows.first().is_some_and(|row| row.handled))
    }

    /// Notes that an event was handled, or why it was not and when it is tried again.
    ///
    /// # Errors
    /// [`StoreError`] where the database does not answer.
    pub async fn note_billing_event(
        &self,
        (provider, id): (&str, &str),
        failed: Option<(&str, DateTime<Utc>)>,
        at: DateTime<Utc>,
    ) -> Result<(), StoreError> {
        let note = sql("UPDATE billing_events SET tries = tries + 1, error = $3, \
                 retry_at = coalesce($4, retry_at), handled_at = CASE WHEN $3 IS NULL THEN $5 END \
             WHERE provider = $1 AND id = $2")
        .bind::<Text, _>(provider)
        .bind::<Text, _>(id)
        .bind::<Nullable<Text>, _>(failed.map(|(error, _)| error.to_owned()))
        .bind::<Nullable<Timestamptz>, _>(failed.map(|(_, retry_at)| retry_at))
        .bind::<Timestamptz, _>(at);
        self.execute(note).await
    }

    /// Events of a provider's that are to be tried by `now`, those that wait longest first.
    ///
    /// # Errors
    /// [`StoreError`] where the database does not answer.
    pub async fn billing_events_to_handle(
        &self,
        provider: &str,
        now: DateTime<Utc>,
        limit: i32,
    ) -> Result<Vec<OpenEvent>, StoreError> {
        let query = sql("SELECT id, kind, customer, tries FROM billing_events \
             WHERE provider = $1 AND handled_at IS NULL AND retry_at <= $2 ORDER BY retry_at LIMIT $3")
        .bind::<Text, _>(provider.to_owned())
        .bind::<Timestamptz, _>(now)
        .bind::<Integer, _>(limit);
        self.rows(query).await
    }

    /// Has the event of this id, or all there are of a provider, handled again by the server. How many those are.
    ///
    /// # Errors
    /// [`StoreError`] where the database does not answer.
    pub async fn replay_billing_events(
        &self,
        provider: &str,
        id: Option<&str>,
        now: DateTime<Utc>,
    ) -> Result<usize, StoreError> {
        #[derive(QueryableByName)]
        struct Row {
            #[diesel(sql_type = Text)]
            #[expect(dead_code, reason = "they are counted")]
            id: String,
        }
        let query = sql(
            "UPDATE billing_events SET handled_at = NULL, tries = 0, error = NULL, retry_at = $3 \
             WHERE provider = $1 AND ($2 IS NULL OR id = $2) RETURNING id",
        )
        .bind::<Text, _>(provider.to_owned())
        .bind::<Nullable<Text>, _>(id.map(str::to_owned))
        .bind::<Timestamptz, _>(now);
        let rows: Vec<Row> = self.rows(query).await?;
        Ok(rows.len())
    }

    /// Forgets the bodies of events that came before `before` and are handled; `limit` at most. How many those were.
    ///
    /// # Errors
    /// [`StoreError`] where the database does not answer.
    pub async fn forget_billing_bodies(
        &self,
        before: DateTime<Utc>,
        limit: i64,
    ) -> Result<usize, StoreError> {
        #[derive(QueryableByName)]
        struct Row {
            #[diesel(sql_type = Text)]
            #[expect(dead_code, reason = "they are counted")]
            id: String,
        }
        let query = sql("UPDATE billing_events e SET body = NULL FROM ( \
                 SELECT provider, id FROM billing_events \
                 WHERE body IS NOT NULL AND received_at < $1 AND handled_at IS NOT NULL LIMIT $2) old \
             WHERE e.provider = old.provider AND e.id = old.id RETURNING e.id")
        .bind::<Timestamptz, _>(before)
        .bind::<BigInt, _>(limit);
        let rows: Vec<Row> = self.rows(query).await?;
        Ok(rows.len())
    }

    /// Whose customer of a provider's this is.
    ///
    /// # Errors
    /// [`StoreError`] where the database does not answer.
    pub async fn tenant_of_customer(
        &self,
        provider: &str,
        customer: &str,
    ) -> Result<Option<TenantId>, StoreError> {
        let query = sql("SELECT t AS tenant_id FROM tenant_of_customer($1, $2) t")
            .bind::<Text, _>(provider.to_owned())
            .bind::<Text, _>(customer.to_owned());
        let rows: Vec<Tenant> = self.rows(query).await?;
        Ok(rows.first().map(|row| row.tenant_id))
    }

    /// Tenants whose subscriptions are to be looked at by `now`.
    ///
    /// # Errors
    /// [`StoreError`] where the database does not answer.
    pub async fn subscriptions_to_look_at(
        &self,
        now: DateTime<Utc>,
        limit: i32,
    ) -> Result<Vec<TenantId>, StoreError> {
        let query = sql("SELECT t AS tenant_id FROM subscriptions_to_look_at($1, $2) t")
            .bind::<Timestamptz, _>(now)
            .bind::<Integer, _>(limit);
        let rows: Vec<Tenant> = self.rows(query).await?;
        Ok(rows.into_iter().map(|row| row.tenant_id).collect())
    }
}
