//! What categories are learned from, with their vectors.

use chrono::{DateTime, Utc};
use diesel::{
    QueryableByName,
    sql_types::{Array, BigInt, Nullable, Text, Timestamptz, Uuid as SqlUuid},
};
use diesel_async::RunQueryDsl;
use pgvector::{HalfVector, sql_types::HalfVector as SqlHalfVector};

use crate::{
    error::StoreError,
    ids::{TicketCategoryId, TicketExampleId, TicketId},
    statement::sql,
    tenant::TenantConn,
    text_enum::text_enum,
};

text_enum! {
    /// Where an example comes from.
    ExampleSource {
        /// What is said of the category.
        Description = "description",
        /// Somebody wrote it.
        Person = "person",
        /// A file.
        Import = "import",
        /// A ticket whose category somebody corrected.
        Correction = "correction",
    }
}

/// An example, without its vector.
#[derive(Clone, Debug, PartialEq, Eq, QueryableByName)]
#[diesel(check_for_backend(diesel::pg::Pg))]
pub struct Example {
    /// Its identity.
    #[diesel(sql_type = SqlUuid)]
    pub id: TicketExampleId,
    /// What it is an example of.
    #[diesel(sql_type = SqlUuid)]
    pub category_id: TicketCategoryId,
    /// What a requester would write.
    #[diesel(sql_type = Text)]
    pub text: String,
    /// Where it comes from.
    #[diesel(sql_type = Text)]
    pub source: ExampleSource,
    /// The ticket that was corrected.
    #[diesel(sql_type = Nullable<SqlUuid>)]
    pub ticket_id: Option<TicketId>,
    /// When it was added.
    #[diesel(sql_type = Timestamptz)]
    pub created_at: DateTime<Utc>,
}

/// An example that has no vector.
#[derive(Clone, Debug, PartialEq, Eq, QueryableByName)]
#[diesel(check_for_backend(diesel::pg::Pg))]
pub struct Unembedded {
    /// Which.
    #[diesel(sql_type = SqlUuid)]
    pub id: TicketExampleId,
    /// What is embedded.
    #[diesel(sql_type = Text)]
    pub text: String,
}

/// The vector of an example, or of a description.
#[derive(Clone, Debug, PartialEq)]
pub struct Vector {
    /// What it is an example of.
    pub category_id: TicketCategoryId,
    /// Where it comes from.
    pub source: ExampleSource,
    /// Of length 1.
    pub embedding: Vec<f32>,
}

/// Examples of a category without its description, the newest first; of those older than `before`, where
/// that is given, `limit` at most.
///
/// # Errors
/// [`StoreError`] where the database fails.
pub async fn examples(
    conn: &mut TenantConn<'_>,
    category: TicketCategoryId,
    limit: i64,
) -> Result<Vec<Example>, StoreError> {
    Ok(sql(
        "SELECT id, category_id, text, source, ticket_id, created_at FROM ticket_category_examples \
         WHERE category_id = $1 AND source <> 'description' ORDER BY created_at DESC, id DESC LIMIT $2",
    )
    .bind::<SqlUuid, _>(category)
    .bind::<BigInt, _>(limit)
    .load(conn.db())
    .await?)
}

/// Examples of a category without its description.
///
/// # Errors
/// [`StoreError`] where the database fails.
pub async fn count_examples(
    conn: &mut TenantConn<'_>,
    category: TicketCategoryId,
) -> Result<i64, StoreError> {
    #[derive(QueryableByName)]
    struct Row {
        #[diesel(sql_type = BigInt)]
        examples: i64,
    }
    let row: Row = sql(
        "SELECT count(*) AS examples FROM ticket_category_examples WHERE category_id = $1 AND source <> 'description'",
    )
    .bind::<SqlUuid, _>(category)
    .get_result(conn.db())
    .await?;
    Ok(row.examples)
}

/// Adds examples that no category of the tenant has yet, and gives how many those were.
///
/// # Errors
/// [`StoreError::Conflict`] where the tenant has no such category.
pub async fn put_examples(
    conn: &mut TenantConn<'_>,
    category: TicketCategoryId,
    texts: &[String],
    source: ExampleSource,
    at: DateTime<Utc>,
) -> Result<usize, StoreError> {
    let tenant = conn.tenant_id();
    let ids: Vec<TicketExampleId> = texts.iter().map(|_| TicketExampleId::new()).collect();
    Ok(sql(
        "INSERT INTO ticket_category_examples (tenant_id, id, category_id, text, source, created_at) \
         SELECT $1, id, $2, text, $3, $4 FROM unnest($5, $6) AS new (id, text) \
         ON CONFLICT (tenant_id, md5(text)) WHERE source <> 'description' DO NOTHING",
    )
    .bind::<SqlUuid, _>(tenant)
    .bind::<SqlUuid, _>(category)
    .bind::<Text, _>(source)
    .bind::<Timestamptz, _>(at)
    .bind::<Array<SqlUuid>, _>(ids)
    .bind::<Array<Text>, _>(texts)
    .execute(conn.db())
    .await?)
}

/// Keeps the text of a ticket as an example of the category somebody corrected it to, or of none; what it
/// was an example of before, it is no more. Where the category then has more than `most`, its oldest go.
///
/// # Errors
/// [`StoreError::Conflict`] where the tenant has no such category or ticket.
pub async fn learn(
    conn: &mut TenantConn<'_>,
    category: Option<TicketCategoryId>,
    ticket: TicketId,
    text: &str,
    most: i64,
    at: DateTime<Utc>,
) -> Result<(), StoreError> {
    let tenant = conn.tenant_id();
    sql(
        "DELETE FROM ticket_category_examples WHERE source <> 'description' \
         AND (ticket_id = $1 OR md5(text) = md5($2))",
    )
    .bind::<SqlUuid, _>(ticket)
    .bind::<Text, _>(text)
    .execute(conn.db())
    .await?;
    let Some(category) = category else {
        return Ok(());
    };
    sql(
        "INSERT INTO ticket_category_examples (tenant_id, id, category_id, text, source, ticket_id, created_at) \
         VALUES ($1, $2, $3, $4, 'correction', $5, $6)",
    )
    .bind::<SqlUuid, _>(tenant)
    .bind::<SqlUuid, _>(TicketExampleId::new())
    .bind::<SqlUuid, _>(category)
    .bind::<Text, _>(text)
    .bind::<SqlUuid, _>(ticket)
    .bind::<Timestamptz, _>(at)
    .execute(conn.db())
    .await?;
    sql("DELETE FROM ticket_category_examples WHERE id IN ( \
            SELECT id FROM ticket_category_examples WHERE category_id = $1 AND source <> 'description' \
            ORDER BY created_at DESC, id DESC OFFSET $2)")
    .bind::<SqlUuid, _>(category)
    .bind::<BigInt, _>(most)
    .execute(conn.db())
    .await?;
    Ok(())
}

/// Removes an example of a category.
///
/// # Errors
/// [`StoreError::NotFound`] where the category has no such example; its description is none.
pub async fn remove_example(
    conn: &mut TenantConn<'_>,
    category: TicketCategoryId,
    id: TicketExampleId,
) -> Result<(), StoreError> {
    let removed = sql(
        "DELETE FROM ticket_category_examples WHERE id = $1 AND category_id = $2 AND source <> 'description'",
    )
    .bind::<SqlUuid, _>(id)
    .bind::<SqlUuid, _>(category)
    .execute(conn.db())
    .await?;
    (removed == 1).then_some(()).ok_or(StoreError::NotFound)
}

/// What has no vector of `model`, `limit` at most.
///
/// # Errors
/// [`StoreError`] where the database fails.
pub async fn without_vector(
    conn: &mut TenantConn<'_>,
    model: &str,
    limit: i64,
) -> Result<Vec<Unembedded>, StoreError> {
    Ok(sql(
        "SELECT id, text FROM ticket_category_examples WHERE model IS DISTINCT FROM $1 ORDER BY id LIMIT $2",
    )
    .bind::<Text, _>(model)
    .bind::<BigInt, _>(limit)
    .load(conn.db())
    .await?)
}

/// Keeps vectors of `model`; of what is gone meanwhile, none.
///
/// # Errors
/// [`StoreError`] where the database fails.
pub async fn add_vectors(
    conn: &mut TenantConn<'_>,
    model: &str,
    vectors: &[(TicketExampleId, Vec<f32>)],
) -> Result<(), StoreError> {
    for (id, vector) in vectors {
        sql("UPDATE ticket_category_examples SET model = $2, embedding = $3 WHERE id = $1")
            .bind::<SqlUuid, _>(*id)
            .bind::<Text, _>(model)
            .bind::<SqlHalfVector, _>(HalfVector::from_f32_slice(vector))
            .execute(conn.db())
            .await?;
    }
    Ok(())
}

/// Everything that has a vector of `model`, oldest first.
///
/// # Errors
/// [`StoreError`] where the database fails.
pub async fn vectors(conn: &mut TenantConn<'_>, model: &str) -> Result<Vec<Vector>, StoreError> {
    #[derive(QueryableByName)]
    struct Row {
        #[diesel(sql_type = SqlUuid)]
        category_id: TicketCategoryId,
        #[diesel(sql_type = Text)]
        source: ExampleSource,
        #[diesel(sql_type = SqlHalfVector)]
        embedding: HalfVector,
    }
    let rows: Vec<Row> = sql(
        "SELECT category_id, source, embedding FROM ticket_category_examples WHERE model = $1 ORDER BY id",
    )
    .bind::<Text, _>(model)
    .load(conn.db())
    .await?;
    let vector = |row: Row| Vector {
        category_id: row.category_id,
        source: row.source,
        embedding: row
            .embedding
            .as_slice()
            .iter()
            .map(|half| half.to_f32())
            .collect(),
    };
    Ok(rows.into_iter().map(vector).collect())
}
