//! What operators see of all tenants at once: figures, by functions that run as a role which may read nothing else.
//! Amounts are decimal numbers with three places, as text; costs are nano-dollars.

use chrono::{DateTime, NaiveDate, Utc};
use diesel::{
    QueryableByName,
    pg::Pg,
    sql_types::{BigInt, Bool, Date, Nullable, Text, Timestamptz, Uuid as SqlUuid},
};

use super::ControlDb;
use crate::{
    error::StoreError, ids::TenantId, queries::subscriptions::SubscriptionStatus, statement::sql,
    text_enum::text_enum,
};

text_enum! {
    /// By what tenants are sorted.
    TenantSort {
        /// Their name.
        Name = "name",
        /// When they were founded.
        CreatedAt = "created_at",
        /// Their members.
        Members = "members",
        /// What they pay in a month.
        Mrr = "mrr",
        /// What they paid this month.
        Revenue = "revenue",
        /// What they cost this month.
        Cost = "cost",
        /// Messages that the bot answered this month.
        Messages = "messages",
    }
}

/// A month of all tenants; the current one until now.
#[derive(Clone, Debug, PartialEq, Eq, QueryableByName)]
#[diesel(check_for_backend(Pg))]
pub struct Month {
    /// Its first day, by UTC.
    #[diesel(sql_type = Date)]
    pub month: NaiveDate,
    /// Tenants at its end.
    #[diesel(sql_type = BigInt)]
    pub tenants: i64,
    /// Those for whom the bot answered in it.
    #[diesel(sql_type = BigInt)]
    pub active: i64,
    /// Those that paid at its end.
    #[diesel(sql_type = BigInt)]
    pub paying: i64,
    /// Those that paid when it began.
    #[diesel(sql_type = BigInt)]
    pub paying_before: i64,
    /// Of these, those that did not at its end.
    #[diesel(sql_type = BigInt)]
    pub churned: i64,
    /// What upstreams charged.
    #[diesel(sql_type = BigInt)]
    pub cost_nanos: i64,
}

/// What came in in a month, in one currency.
#[derive(Clone, Debug, PartialEq, Eq, QueryableByName)]
#[diesel(check_for_backend(Pg))]
pub struct Income {
    /// Its first day, by UTC.
    #[diesel(sql_type = Date)]
    pub month: NaiveDate,
    /// An ISO 4217 code.
    #[diesel(sql_type = Text)]
    pub currency: String,
    /// Prices of what is paid for at its end.
    #[diesel(sql_type = Text)]
    pub mrr: String,
    /// The same prices for the time in which they were paid.
    #[diesel(sql_type = Text)]
    pub revenue: String,
}

/// A tenant as it is now, with the figures of the current month.
#[derive(Clone, Debug, PartialEq, Eq, QueryableByName)]
#[diesel(check_for_backend(Pg))]
pub struct TenantFigures {
    /// Which.
    #[diesel(sql_type = SqlUuid)]
    pub id: TenantId,
    /// What it is called.
    #[diesel(sql_type = Text)]
    pub name: String,
    /// `active`, `suspended` or `closed`.
    #[diesel(sql_type = Text)]
    pub status: String,
    /// When it was founded.
    #[diesel(sql_type = Timestamptz)]
    pub created_at: DateTime<Utc>,
    /// Who belongs to it.
    #[diesel(sql_type = BigInt)]
    pub members: i64,
    /// Which plan it is on.
    #[diesel(sql_type = Text)]
    pub plan: String,
    /// How its subscription stands; none: there never was one.
    #[diesel(sql_type = Nullable<Text>)]
    pub subscription: Option<SubscriptionStatus>,
    /// When it is first charged.
    #[diesel(sql_type = Nullable<Timestamptz>)]
    pub trial_end: Option<DateTime<Utc>>,
    /// Until when it is paid.
    #[diesel(sql_type = Nullable<Timestamptz>)]
    pub current_period_end: Option<DateTime<Utc>>,
    /// Whether it ends then.
    #[diesel(sql_type = Bool)]
    pub cancels: bool,
    /// What it pays in a month.
    #[diesel(sql_type = Text)]
    pub mrr: String,
    /// What it paid this month.
    #[diesel(sql_type = Text)]
    pub revenue: String,
    /// Of both; none where nothing is paid.
    #[diesel(sql_type = Nullable<Text>)]
    pub currency: Option<String>,
    /// What upstreams charged for it this month.
    #[diesel(sql_type = BigInt)]
    pub cost_nanos: i64,
    /// Messages that the bot answered this month, by its own calendar.
    #[diesel(sql_type = BigInt)]
    pub messages: i64,
}

/// A month of one tenant.
#[derive(Clone, Debug, PartialEq, Eq, QueryableByName)]
#[diesel(check_for_backend(Pg))]
pub struct TenantMonth {
    /// Its first day.
    #[diesel(sql_type = Date)]
    pub month: NaiveDate,
    /// What upstreams charged.
    #[diesel(sql_type = BigInt)]
    pub cost_nanos: i64,
    /// Messages that the bot answered.
    #[diesel(sql_type = BigInt)]
    pub messages: i64,
}

/// How many tenants are on a plan.
#[derive(Clone, Debug, PartialEq, Eq, QueryableByName)]
#[diesel(check_for_backend(Pg))]
pub struct PlanCount {
    /// By its id.
    #[diesel(sql_type = Text)]
    pub plan: String,
    /// All.
    #[diesel(sql_type = BigInt)]
    pub tenants: i64,
    /// Those that pay.
    #[diesel(sql_type = BigInt)]
    pub paying: i64,
    /// Those that try it.
    #[diesel(sql_type = BigInt)]
    pub trialing: i64,
}

/// Something that waits, failed or is not as it should be.
#[derive(Clone, Debug, PartialEq, Eq, QueryableByName)]
#[diesel(check_for_backend(Pg))]
pub struct Check {
    /// A word for it, such as `jobs_waiting`.
    #[diesel(sql_type = Text)]
    pub what: String,
    /// How many.
    #[diesel(sql_type = BigInt)]
    pub n: i64,
    /// Since when the oldest.
    #[diesel(sql_type = Nullable<Timestamptz>)]
    pub since: Option<DateTime<Utc>>,
}

/// Which tenants are wanted; what is absent does not narrow.
#[derive(Clone, Debug, Default)]
pub struct TenantFilter {
    /// In the name, in any case, or the whole id.
    pub search: Option<String>,
    /// On this plan.
    pub plan: Option<String>,
    /// Whose subscription stands so.
    pub subscription: Option<SubscriptionStatus>,
}

/// In which order, and which part.
#[derive(Clone, Copy, Debug)]
pub struct TenantPage {
    /// By what.
    pub sort: TenantSort,
    /// The greatest first.
    pub descending: bool,
    /// How many come before.
    pub offset: i64,
    /// At most.
    pub limit: i64,
}

#[derive(QueryableByName)]
struct Counted {
    #[diesel(embed)]
    tenant: TenantFigures,
    #[diesel(sql_type = BigInt)]
    total: i64,
}

impl ControlDb {
    /// The months from that of `first` to now, in order.
    ///
    /// # Errors
    /// [`StoreError`] where the database does not answer.
    pub async fn operator_months(
        &self,
        first: NaiveDate,
        now: DateTime<Utc>,
    ) -> Result<Vec<Month>, StoreError> {
        let query = sql(
            "SELECT month, tenants, active, paying, paying_before, churned, cost_nanos \
             FROM operator_months($1, $2) ORDER BY month",
        )
        .bind::<Date, _>(first)
        .bind::<Timestamptz, _>(now);
        self.rows(query).await
    }

    /// What came in in these months, of one tenant or of all, in order; months without are left out.
    ///
    /// # Errors
    /// [`StoreError`] where the database does not answer.
    pub async fn operator_income(
        &self,
        first: NaiveDate,
        now: DateTime<Utc>,
        tenant: Option<TenantId>,
    ) -> Result<Vec<Income>, StoreError> {
        let query = sql("SELECT month, currency, mrr::text, revenue::text \
             FROM operator_income($1, $2, $3) ORDER BY month, currency")
        .bind::<Date, _>(first)
        .bind::<Timestamptz, _>(now)
        .bind::<Nullable<SqlUuid>, _>(tenant);
        self.rows(query).await
    }

    /// How many tenants are on which plan.
    ///
    /// # Errors
    /// [`StoreError`] where the database does not answer.
    pub async fn operator_plans(&self, now: DateTime<Utc>) -> Result<Vec<PlanCount>, StoreError> {
        let query = sql(
            "SELECT plan, count(*) AS tenants, count(*) FILTER (WHERE mrr > 0) AS paying, \
                    count(*) FILTER (WHERE subscription = 'trialing') AS trialing \
             FROM operator_tenants($1) GROUP BY plan ORDER BY tenants DESC, plan",
        )
        .bind::<Timestamptz, _>(now);
        self.rows(query).await
    }

    /// A part of the tenants, and how many there are in all.
    ///
    /// # Errors
    /// [`StoreError`] where the database does not answer.
    pub async fn operator_tenants(
        &self,
        filter: &TenantFilter,
        page: TenantPage,
        now: DateTime<Utc>,
    ) -> Result<(Vec<TenantFigures>, i64), StoreError> {
        let query = sql(
            "SELECT tenant_id AS id, name, status, created_at, members, plan, subscription, trial_end, \
                    current_period_end, cancels, mrr::text, revenue::text, currency, cost_nanos, messages, \
                    count(*) OVER () AS total \
             FROM operator_tenants($1) t \
             WHERE ($2 IS NULL OR strpos(lower(name), lower($2)) > 0 OR tenant_id::text = lower($2)) \
               AND ($3 IS NULL OR plan = $3) AND ($4 IS NULL OR subscription = $4) \
             ORDER BY CASE WHEN $5 = 'name' AND NOT $6 THEN lower(name) END, \
                      CASE WHEN $5 = 'name' AND $6 THEN lower(name) END DESC, \
                      CASE WHEN $6 THEN -1 ELSE 1 END * CASE $5 \
                          WHEN 'created_at' THEN extract(epoch FROM created_at) WHEN 'members' THEN members \
                          WHEN 'mrr' THEN t.mrr WHEN 'revenue' THEN t.revenue WHEN 'cost' THEN cost_nanos \
                          WHEN 'messages' THEN messages END, tenant_id \
             OFFSET $7 LIMIT $8",
        )
        .bind::<Timestamptz, _>(now)
        .bind::<Nullable<Text>, _>(filter.search.clone())
        .bind::<Nullable<Text>, _>(filter.plan.clone())
        .bind::<Nullable<Text>, _>(filter.subscription)
        .bind::<Text, _>(page.sort)
        .bind::<Bool, _>(page.descending)
        .bind::<BigInt, _>(page.offset)
        .bind::<BigInt, _>(page.limit);
        let rows: Vec<Counted> = self.rows(query).await?;
        let total = rows.first().map_or(0, |row| row.total);
        Ok((rows.into_iter().map(|row| row.tenant).collect(), total))
    }

    /// One tenant.
    ///
    /// # Errors
    /// [`StoreError`] where the database does not answer.
    pub async fn operator_tenant(
        &self,
        tenant: TenantId,
        now: DateTime<Utc>,
    ) -> Result<Option<TenantFigures>, StoreError> {
        let query = sql(
            "SELECT tenant_id AS id, name, status, created_at, members, plan, subscription, trial_end, \
                    current_period_end, cancels, mrr::text, revenue::text, currency, cost_nanos, messages \
             FROM operator_tenants($1) WHERE tenant_id = $2",
        )
        .bind::<Timestamptz, _>(now)
        .bind::<SqlUuid, _>(tenant);
        Ok(self.rows(query).await?.into_iter().next())
    }

    /// The months of one tenant, in order.
    ///
    /// # Errors
    /// [`StoreError`] where the database does not answer.
    pub async fn operator_tenant_months(
        &self,
        tenant: TenantId,
        first: NaiveDate,
        now: DateTime<Utc>,
    ) -> Result<Vec<TenantMonth>, StoreError> {
        let query =
            sql("SELECT month, cost_nanos, messages FROM operator_tenant_months($1, $2, $3) ORDER BY month")
                .bind::<SqlUuid, _>(tenant)
                .bind::<Date, _>(first)
                .bind::<Timestamptz, _>(now);
        self.rows(query).await
    }

    /// What waits, what failed, and what is not as it should be.
    ///
    /// # Errors
    /// [`StoreError`] where the database does not answer.
    pub async fn operator_health(&self, now: DateTime<Utc>) -> Result<Vec<Check>, StoreError> {
        let query = sql("SELECT what, n, since FROM operator_health($1)").bind::<Timestamptz, _>(now);
        self.rows(query).await
    }
}
