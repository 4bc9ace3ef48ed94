//! Categories of tickets, and the examples that their classifier is learned from. Whoever changes either
//! calls [`change`] first.

mod examples;

use chrono::{DateTime, Utc};
use diesel::{
    OptionalExtension, QueryableByName,
    sql_types::{BigInt, Text, Timestamptz, Uuid as SqlUuid},
};
use diesel_async::RunQueryDsl;

use crate::{
    error::StoreError,
    ids::{TicketCategoryId, TicketExampleId},
    statement::sql,
    tenant::TenantConn,
};

pub use examples::{
    Example, ExampleSource, Unembedded, Vector, add_vectors, count_examples, examples, learn, put_examples,
    remove_example, vectors, without_vector,
};

/// A category.
#[derive(Clone, Debug, PartialEq, Eq, QueryableByName)]
#[diesel(check_for_backend(diesel::pg::Pg))]
pub struct Category {
    /// Its identity.
    #[diesel(sql_type = SqlUuid)]
    pub id: TicketCategoryId,
    /// What people call it; unique in the tenant without regard to case.
    #[diesel(sql_type = Text)]
    pub name: String,
    /// What belongs in it; empty where nobody has said so.
    #[diesel(sql_type = Text)]
    pub description: String,
    /// Examples without the description.
    #[diesel(sql_type = BigInt)]
    pub examples: i64,
    /// Those of them that are corrections.
    #[diesel(sql_type = BigInt)]
    pub corrections: i64,
    /// When it was made.
    #[diesel(sql_type = Timestamptz)]
    pub created_at: DateTime<Utc>,
    /// When its name or its description last changed.
    #[diesel(sql_type = Timestamptz)]
    pub updated_at: DateTime<Utc>,
}

/// Columns of a [`Category`], of `ticket_categories c`.
macro_rules! category {
    () => {
        "c.id, c.name, c.created_at, c.updated_at, \
         coalesce((SELECT e.text FROM ticket_category_examples e WHERE e.tenant_id = c.tenant_id \
                   AND e.category_id = c.id AND e.source = 'description'), '') AS description, \
         (SELECT count(*) FROM ticket_category_examples e WHERE e.tenant_id = c.tenant_id \
          AND e.category_id = c.id AND e.source <> 'description') AS examples, \
         (SELECT count(*) FROM ticket_category_examples e WHERE e.tenant_id = c.tenant_id \
          AND e.category_id = c.id AND e.source = 'correction') AS corrections"
    };
}

#[derive(QueryableByName)]
struct Version {
    #[diesel(sql_type = BigInt)]
    version: i64,
}

/// Begins a change: others who change something wait for this transaction.
///
/// # Errors
/// [`StoreError`] where the database fails.
pub async fn change(conn: &mut TenantConn<'_>) -> Result<(), StoreError> {
    let tenant = conn.tenant_id();
    sql(
        "INSERT INTO ticket_classifiers AS t (tenant_id, version) VALUES ($1, 1) \
         ON CONFLICT (tenant_id) DO UPDATE SET version = t.version + 1",
    )
    .bind::<SqlUuid, _>(tenant)
    .execute(conn.db())
    .await?;
    Ok(())
}

/// How often something changed that the classifier is learned from.
///
/// # Errors
/// [`StoreError`] where the database fails.
pub async fn version(conn: &mut TenantConn<'_>) -> Result<i64, StoreError> {
    let found: Option<Version> = sql("SELECT version FROM ticket_classifiers")
        .get_result(conn.db())
        .await
        .optional()?;
    Ok(found.map_or(0, |found| found.version))
}

/// All categories of the tenant, by name.
///
/// # Errors
/// [`StoreError`] where the database fails.
pub async fn list(conn: &mut TenantConn<'_>) -> Result<Vec<Category>, StoreError> {
    Ok(sql(concat!(
        "SELECT ",
        category!(),
        " FROM ticket_categories c ORDER BY lower(c.name), c.id"
    ))
    .load(conn.db())
    .await?)
}

/// One category.
///
/// # Errors
/// [`StoreError::NotFound`] where the tenant has no such category.
pub async fn get(conn: &mut TenantConn<'_>, id: TicketCategoryId) -> Result<Category, StoreError> {
    Ok(sql(concat!(
        "SELECT ",
        category!(),
        " FROM ticket_categories c WHERE c.id = $1"
    ))
    .bind::<SqlUuid, _>(id)
    .get_result(conn.db())
    .await?)
}

/// Makes a category, or names it anew.
///
/// # Errors
/// [`StoreError::Conflict`] `ticket_categories_name_once` where another has the name.
pub async fn put(
    conn: &mut TenantConn<'_>,
    id: TicketCategoryId,
    name: &str,
    at: DateTime<Utc>,
) -> Result<(), StoreError> {
    let tenant = conn.tenant_id();
    sql(
        "INSERT INTO ticket_categories (tenant_id, id, name, created_at, updated_at) VALUES ($1, $2, $3, $4, $4) \
         ON CONFLICT (tenant_id, id) DO UPDATE SET name = excluded.name, updated_at = excluded.updated_at",
    )
    .bind::<SqlUuid, _>(tenant)
    .bind::<SqlUuid, _>(id)
    .bind::<Text, _>(name)
    .bind::<Timestamptz, _>(at)
    .execute(conn.db())
    .await?;
    Ok(())
}

/// Says what belongs in a category; an empty text says nothing. One that is the same keeps its vector.
///
/// # Errors
/// [`StoreError::Conflict`] where the tenant has no such category.
pub async fn describe(
    conn: &mut TenantConn<'_>,
    category: TicketCategoryId,
    text: &str,
    at: DateTime<Utc>,
) -> Result<(), StoreError> {
    let tenant = conn.tenant_id();
    sql("DELETE FROM ticket_category_examples WHERE category_id = $1 AND source = 'description' AND text <> $2")
        .bind::<SqlUuid, _>(category)
        .bind::<Text, _>(text)
        .execute(conn.db())
        .await?;
    sql(
        "INSERT INTO ticket_category_examples (tenant_id, id, category_id, text, source, created_at) \
         SELECT $1, $2, $3, $4, 'description', $5 WHERE $4 <> '' \
         ON CONFLICT (tenant_id, category_id) WHERE source = 'description' DO NOTHING",
    )
    .bind::<SqlUuid, _>(tenant)
    .bind::<SqlUuid, _>(TicketExampleId::new())
    .bind::<SqlUuid, _>(category)
    .bind::<Text, _>(text)
    .bind::<Timestamptz, _>(at)
    .execute(conn.db())
    .await?;
    Ok(())
}

/// Removes a category with its examples.
///
/// # Errors
/// [`StoreError::NotFound`] where the tenant has no such category, [`StoreError::Conflict`]
/// `tickets_category` where a ticket is of it.
pub async fn remove(conn: &mut TenantConn<'_>, id: TicketCategoryId) -> Result<(), StoreError> {
    let removed = sql("DELETE FROM ticket_categories WHERE id = $1")
        .bind::<SqlUuid, _>(id)
        .execute(conn.db())
        .await?;
    (removed == 1).then_some(()).ok_or(StoreError::NotFound)
}
