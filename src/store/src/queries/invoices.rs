//! What a tenant's payment provider charged.

use chrono::{DateTime, NaiveDate, Utc};
use diesel::{
    QueryableByName,
    pg::Pg,
    sql_types::{BigInt, Bool, Date, Nullable, Text, Timestamptz, Uuid as SqlUuid},
};
use diesel_async::RunQueryDsl;

use crate::{error::StoreError, statement::sql, tenant::TenantConn, text_enum::text_enum};

text_enum! {
    /// What an invoice charges.
    Charge {
        /// The first period of a subscription, or nothing for its trial.
        First = "first",
        /// Another period.
        Renewal = "renewal",
        /// The rest of a period, for another plan.
        Change = "change",
        /// Anything else.
        Other = "other",
    }
}

/// An invoice.
#[derive(Clone, Debug, PartialEq, Eq, QueryableByName)]
#[diesel(check_for_backend(Pg))]
pub struct Invoice {
    /// Who charged.
    #[diesel(sql_type = Text)]
    pub provider: String,
    /// As people quote it.
    #[diesel(sql_type = Text)]
    pub number: String,
    /// When.
    #[diesel(sql_type = Timestamptz)]
    pub at: DateTime<Utc>,
    /// Without taxes, in thousandths of the currency's unit.
    #[diesel(sql_type = BigInt)]
    pub net_thousandths: i64,
    /// An ISO 4217 code.
    #[diesel(sql_type = Text)]
    pub currency: String,
    /// The provider's word: `paid`, `open` and others.
    #[diesel(sql_type = Text)]
    pub status: String,
    /// What for.
    #[diesel(sql_type = Text)]
    pub charge: Charge,
    /// The plan whose price is charged, where that is one of this server.
    #[diesel(sql_type = Nullable<Text>)]
    pub plan: Option<String>,
}

/// Keeps an invoice as it is now.
///
/// # Errors
/// [`StoreError`] where the database does not answer.
pub async fn keep(conn: &mut TenantConn<'_>, invoice: &Invoice) -> Result<(), StoreError> {
    let tenant = conn.tenant_id();
    sql("INSERT INTO invoices (tenant_id, provider, number, at, net, currency, status, charge, plan) \
         VALUES ($1, $2, $3, $4, $5::bigint::numeric / 1000, $6, $7, $8, $9) \
         ON CONFLICT (tenant_id, provider, number) DO UPDATE SET at = excluded.at, net = excluded.net, \
             currency = excluded.currency, status = excluded.status, charge = excluded.charge, plan = excluded.plan")
    .bind::<SqlUuid, _>(tenant)
    .bind::<Text, _>(&invoice.provider)
    .bind::<Text, _>(&invoice.number)
    .bind::<Timestamptz, _>(invoice.at)
    .bind::<BigInt, _>(invoice.net_thousandths)
    .bind::<Text, _>(&invoice.currency)
    .bind::<Text, _>(&invoice.status)
    .bind::<Text, _>(invoice.charge)
    .bind::<Nullable<Text>, _>(&invoice.plan)
    .execute(conn.db())
    .await?;
    Ok(())
}

/// The invoices of a UTC date, in order.
///
/// # Errors
/// [`StoreError`] where the database does not answer.
pub async fn of_day(conn: &mut TenantConn<'_>, day: NaiveDate) -> Result<Vec<Invoice>, StoreError> {
    let query = sql(
        "SELECT provider, number, at, (net * 1000)::bigint AS net_thousandths, currency, status, charge, plan \
         FROM invoices WHERE (at AT TIME ZONE 'UTC')::date = $1 ORDER BY at, number",
    );
    Ok(query.bind::<Date, _>(day).get_results(conn.db()).await?)
}

/// What was charged in a currency.
#[derive(Clone, Debug, PartialEq, Eq, QueryableByName)]
#[diesel(check_for_backend(Pg))]
pub struct Paid {
    /// Its ISO 4217 code.
    #[diesel(sql_type = Text)]
    pub currency: String,
    /// Without taxes, in thousandths; what was credited taken off.
    #[diesel(sql_type = BigInt)]
    pub net_thousandths: i64,
}

/// What the invoices came to that were paid, by currency: those from `from` on and before `to`.
///
/// # Errors
/// [`StoreError`] where the database does not answer.
pub async fn paid(
    conn: &mut TenantConn<'_>,
    from: DateTime<Utc>,
    to: DateTime<Utc>,
) -> Result<Vec<Paid>, StoreError> {
    let query = sql(
        "SELECT currency, (sum(net) * 1000)::bigint AS net_thousandths FROM invoices \
         WHERE status = 'paid' AND at >= $1 AND at < $2 GROUP BY currency ORDER BY currency",
    );
    let query = query.bind::<Timestamptz, _>(from).bind::<Timestamptz, _>(to);
    Ok(query.get_results(conn.db()).await?)
}

/// Whether a whole period was charged after `since`.
///
/// # Errors
/// [`StoreError`] where the database does not answer.
pub async fn is_charged_since(conn: &mut TenantConn<'_>, since: DateTime<Utc>) -> Result<bool, StoreError> {
    #[derive(QueryableByName)]
    struct Found {
        #[diesel(sql_type = Bool)]
        found: bool,
    }
    let query =
        sql("SELECT EXISTS (SELECT FROM invoices WHERE at > $1 AND charge IN ('first', 'renewal')) AS found");
    let found: Found = query.bind::<Timestamptz, _>(since).get_result(conn.db()).await?;
    Ok(found.found)
}
