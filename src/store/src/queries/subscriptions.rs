//! What a tenant pays for, as its payment provider last told.

use chrono::{DateTime, Utc};
use diesel::{
    OptionalExtension, QueryableByName,
    pg::Pg,
    sql_types::{BigInt, Bool, Jsonb, Nullable, Text, Timestamptz, Uuid as SqlUuid},
};
use diesel_async::RunQueryDsl;
use serde_json::Value;

use crate::{error::StoreError, statement::sql, tenant::TenantConn, text_enum::text_enum};

text_enum! {
    /// How a subscription stands; the words are Stripe's.
    SubscriptionStatus {
        /// Not charged yet.
        Trialing = "trialing",
        /// Paid.
        Active = "active",
        /// The last payment failed, and is tried again.
        PastDue = "past_due",
        /// It failed, and is not tried again.
        Unpaid = "unpaid",
        /// The first payment has not gone through.
        Incomplete = "incomplete",
        /// It did not in time.
        IncompleteExpired = "incomplete_expired",
        /// The trial ended with no means of payment.
        Paused = "paused",
        /// Over.
        Canceled = "canceled",
    }
}

/// A tenant's subscription.
#[derive(Clone, Debug, PartialEq, Eq, QueryableByName)]
#[diesel(check_for_backend(Pg))]
pub struct Subscription {
    /// Who is paid by.
    #[diesel(sql_type = Text)]
    pub provider: String,
    /// The tenant, by the provider's id.
    #[diesel(sql_type = Text)]
    pub customer: String,
    /// By the provider's id; none: there never was one.
    #[diesel(sql_type = Nullable<Text>)]
    pub subscription: Option<String>,
    /// As long as there is one.
    #[diesel(sql_type = Nullable<Text>)]
    pub status: Option<SubscriptionStatus>,
    /// What is paid for.
    #[diesel(sql_type = Nullable<Text>)]
    pub plan: Option<String>,
    /// What is given for it at the time.
    #[diesel(sql_type = Nullable<Text>)]
    pub granted: Option<String>,
    /// Until when it is paid.
    #[diesel(sql_type = Nullable<Timestamptz>)]
    pub current_period_end: Option<DateTime<Utc>>,
    /// When it is first charged.
    #[diesel(sql_type = Nullable<Timestamptz>)]
    pub trial_end: Option<DateTime<Utc>>,
    /// Whether it ends then.
    #[diesel(sql_type = Bool)]
    pub cancel_at_period_end: bool,
    /// How long the plan is kept while it is not paid.
    #[diesel(sql_type = Nullable<Timestamptz>)]
    pub grace_until: Option<DateTime<Utc>>,
    /// When owners were told that this ends.
    #[diesel(sql_type = Nullable<Timestamptz>)]
    pub warned_at: Option<DateTime<Utc>>,
    /// The question to the provider that this answers; see [`ask`].
    #[diesel(sql_type = BigInt)]
    pub answered: i64,
    /// When it is to be looked at by itself.
    #[diesel(sql_type = Nullable<Timestamptz>)]
    pub look_at: Option<DateTime<Utc>>,
}

/// A question to the provider that is about to be asked.
#[derive(Clone, Debug, PartialEq, Eq, QueryableByName)]
#[diesel(check_for_backend(Pg))]
pub struct Question {
    /// Later ones have greater numbers.
    #[diesel(sql_type = BigInt)]
    pub number: i64,
    /// Whom.
    #[diesel(sql_type = Text)]
    pub provider: String,
    /// Of whom.
    #[diesel(sql_type = Text)]
    pub customer: String,
}

/// The tenant's, where it ever went to pay.
///
/// # Errors
/// [`StoreError`] where the database does not answer.
pub async fn read(conn: &mut TenantConn<'_>) -> Result<Option<Subscription>, StoreError> {
    let query = sql(
        "SELECT provider, customer, subscription, status, plan, granted, current_period_end, trial_end, \
                cancel_at_period_end, grace_until, warned_at, answered, look_at FROM subscriptions",
    );
    Ok(query.get_result(conn.db()).await.optional()?)
}

/// The same, to be changed: another change waits for this transaction.
///
/// # Errors
/// [`StoreError`] where the database does not answer.
pub async fn lock(conn: &mut TenantConn<'_>) -> Result<Option<Subscription>, StoreError> {
    let query = sql(
        "SELECT provider, customer, subscription, status, plan, granted, current_period_end, trial_end, \
                cancel_at_period_end, grace_until, warned_at, answered, look_at FROM subscriptions FOR UPDATE",
    );
    Ok(query.get_result(conn.db()).await.optional()?)
}

/// Notes which customer of a provider's the tenant is, and says which is kept. One of another provider, and one that
/// is `gone`, is forgotten with all that was known of it; of two at once the first stays.
///
/// # Errors
/// [`StoreError`] where the database does not answer.
pub async fn begin(
    conn: &mut TenantConn<'_>,
    provider: &str,
    customer: &str,
    gone: Option<&str>,
) -> Result<String, StoreError> {
    #[derive(QueryableByName)]
    struct Kept {
        #[diesel(sql_type = Text)]
        customer: String,
    }
    let tenant = conn.tenant_id();
    sql("INSERT INTO subscriptions AS s (tenant_id, provider, customer) VALUES ($1, $2, $3) \
         ON CONFLICT (tenant_id) DO UPDATE SET provider = excluded.provider, customer = excluded.customer, \
             subscription = NULL, status = NULL, plan = NULL, granted = NULL, current_period_end = NULL, \
             trial_end = NULL, cancel_at_period_end = false, grace_until = NULL, warned_at = NULL, look_at = NULL \
         WHERE s.provider <> excluded.provider OR s.customer = $4")
    .bind::<SqlUuid, _>(tenant)
    .bind::<Text, _>(provider)
    .bind::<Text, _>(customer)
    .bind::<Nullable<Text>, _>(gone)
    .execute(conn.db())
    .await?;
    let kept: Kept = sql("SELECT customer FROM subscriptions")
        .get_result(conn.db())
        .await?;
    Ok(kept.customer)
}

/// Has it looked at by `at` at the latest.
///
/// # Errors
/// [`StoreError`] where the database does not answer.
pub async fn look_by(conn: &mut TenantConn<'_>, at: DateTime<Utc>) -> Result<(), StoreError> {
    sql("UPDATE subscriptions SET look_at = least(look_at, $1)")
        .bind::<Timestamptz, _>(at)
        .execute(conn.db())
        .await?;
    Ok(())
}

/// Numbers a question to the provider before it is asked: what comes back is written by [`write`] only while no
/// later one was answered, so that of two answers that cross the older never overwrites the newer. None where
/// there is nobody to ask about.
///
/// # Errors
/// [`StoreError`] where the database does not answer.
pub async fn ask(conn: &mut TenantConn<'_>) -> Result<Option<Question>, StoreError> {
    let query =
        sql("UPDATE subscriptions SET asked = asked + 1 RETURNING asked AS number, provider, customer");
    Ok(query.get_result(conn.db()).await.optional()?)
}

/// Writes what is known now, of the customer that it was before.
///
/// # Errors
/// [`StoreError`] where the database does not answer.
pub async fn write(conn: &mut TenantConn<'_>, now: &Subscription) -> Result<(), StoreError> {
    sql("UPDATE subscriptions SET subscription = $3, status = $4, plan = $5, granted = $6, current_period_end = $7, \
         trial_end = $8, cancel_at_period_end = $9, grace_until = $10, warned_at = $11, answered = $12, look_at = $13 \
         WHERE provider = $1 AND customer = $2")
    .bind::<Text, _>(&now.provider)
    .bind::<Text, _>(&now.customer)
    .bind::<Nullable<Text>, _>(&now.subscription)
    .bind::<Nullable<Text>, _>(now.status)
    .bind::<Nullable<Text>, _>(&now.plan)
    .bind::<Nullable<Text>, _>(&now.granted)
    .bind::<Nullable<Timestamptz>, _>(now.current_period_end)
    .bind::<Nullable<Timestamptz>, _>(now.trial_end)
    .bind::<Bool, _>(now.cancel_at_period_end)
    .bind::<Nullable<Timestamptz>, _>(now.grace_until)
    .bind::<Nullable<Timestamptz>, _>(now.warned_at)
    .bind::<BigInt, _>(now.answered)
    .bind::<Nullable<Timestamptz>, _>(now.look_at)
    .execute(conn.db())
    .await?;
    Ok(())
}

/// What the mock provider knows of the tenant, to be changed: another change waits for this transaction.
///
/// # Errors
/// [`StoreError`] where the database does not answer.
pub async fn lock_mock(conn: &mut TenantConn<'_>) -> Result<Option<Value>, StoreError> {
    #[derive(QueryableByName)]
    struct Row {
        #[diesel(sql_type = Jsonb)]
        state: Value,
    }
    let row: Option<Row> = sql("SELECT state FROM mock_billing FOR UPDATE")
        .get_result(conn.db())
        .await
        .optional()?;
    Ok(row.map(|row| row.state))
}

/// Keeps what it knows now.
///
/// # Errors
/// [`StoreError`] where the database does not answer.
pub async fn keep_mock(conn: &mut TenantConn<'_>, state: Value) -> Result<(), StoreError> {
    let tenant = conn.tenant_id();
    sql("INSERT INTO mock_billing (tenant_id, state) VALUES ($1, $2) \
         ON CONFLICT (tenant_id) DO UPDATE SET state = excluded.state")
    .bind::<SqlUuid, _>(tenant)
    .bind::<Jsonb, _>(state)
    .execute(conn.db())
    .await?;
    Ok(())
}
