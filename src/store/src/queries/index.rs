//! All that is searched in a space, for an index of it in memory.

use diesel::{
    OptionalExtension, QueryableByName,
    sql_types::{Array, BigInt, Integer, Nullable, Text, Uuid as SqlUuid},
};
use diesel_async::RunQueryDsl;
use pgvector::{HalfVector, sql_types::HalfVector as SqlHalfVector};

use super::search::StoredPassage;
use crate::{error::StoreError, ids::SpaceId, statement::sql, tenant::TenantConn};

/// How much there is to search.
#[derive(Clone, Copy, Debug, PartialEq, Eq, QueryableByName)]
#[diesel(check_for_backend(diesel::pg::Pg))]
pub struct Extent {
    /// The version the knowledge has at least; it may be newer.
    #[diesel(sql_type = BigInt)]
    pub knowledge_version: i64,
    /// Passages that are searched.
    #[diesel(sql_type = BigInt)]
    pub passages: i64,
}

/// The extent of a space, or none where there is no such space.
///
/// # Errors
/// [`StoreError`] where the database fails.
pub async fn extent(conn: &mut TenantConn<'_>, space: SpaceId) -> Result<Option<Extent>, StoreError> {
    let found = sql("SELECT knowledge_version, \
                (SELECT count(*) FROM passage_lexemes WHERE space_id = $1 AND live) AS passages \
         FROM spaces WHERE id = $1")
    .bind::<SqlUuid, _>(space)
    .get_result(conn.db())
    .await;
    Ok(found.optional()?)
}

/// A passage with what it is found by.
#[derive(Clone, Debug, PartialEq)]
pub struct SearchedPassage {
    /// The passage.
    pub passage: StoredPassage,
    /// Its vector, where it has one of the model that was asked for.
    pub vector: Option<Vec<f32>>,
    /// Its lexemes, each with how often it occurs.
    pub lexemes: Vec<(String, u16)>,
}

#[derive(QueryableByName)]
#[diesel(check_for_backend(diesel::pg::Pg))]
struct Row {
    #[diesel(embed)]
    passage: StoredPassage,
    #[diesel(sql_type = Nullable<SqlHalfVector>)]
    vector: Option<HalfVector>,
    #[diesel(sql_type = Array<Text>)]
    lexemes: Vec<String>,
    #[diesel(sql_type = Array<Integer>)]
    occurrences: Vec<i32>,
}

/// Every passage that is searched in a space, as of one moment, in order of their ids.
///
/// # Errors
/// [`StoreError`] where the database fails.
pub async fn passages(
    conn: &mut TenantConn<'_>,
    space: SpaceId,
    model: &str,
) -> Result<Vec<SearchedPassage>, StoreError> {
    let rows: Vec<Row> = sql(
        "SELECT p.id AS passage_id, p.document_id, d.title, d.name, d.media_type, d.source_url, p.heading, \
                p.page, p.start_char, p.end_char, p.context_start, p.context, v.embedding AS vector, \
                tsvector_to_array(l.lexemes) AS lexemes, \
                ARRAY(SELECT coalesce(cardinality(positions), 1) FROM unnest(l.lexemes)) AS occurrences \
         FROM passage_lexemes l \
         JOIN passages p ON p.tenant_id = l.tenant_id AND p.id = l.passage_id \
         JOIN documents d ON d.tenant_id = p.tenant_id AND d.id = p.document_id \
         LEFT JOIN passage_vectors v ON v.tenant_id = l.tenant_id AND v.passage_id = l.passage_id \
                                    AND v.live AND v.model = $2 \
         WHERE l.space_id = $1 AND l.live ORDER BY p.id",
    )
    .bind::<SqlUuid, _>(space)
    .bind::<Text, _>(model)
    .load(conn.db())
    .await?;
    Ok(rows.into_iter().map(SearchedPassage::from).collect())
}

/// The lexemes that a passage of this title, these headings and this text would have, each with how often it
/// occurs.
///
/// # Errors
/// [`StoreError`] where the database fails.
pub async fn lexemes_of(
    conn: &mut TenantConn<'_>,
    title: &str,
    heading: &[String],
    text: &str,
) -> Result<Vec<(String, u16)>, StoreError> {
    #[derive(QueryableByName)]
    struct Lexeme {
        #[diesel(sql_type = Text)]
        lexeme: String,
        #[diesel(sql_type = Integer)]
        times: i32,
    }
    let found: Vec<Lexeme> = sql(
        "SELECT lexeme, coalesce(cardinality(positions), 1) AS times FROM unnest( \
            setweight(to_tsvector('english', $1), 'A') \
            || setweight(to_tsvector('english', array_to_string($2, ' ')), 'B') || to_tsvector('english', $3))",
    )
    .bind::<Text, _>(title)
    .bind::<Array<Text>, _>(heading)
    .bind::<Text, _>(text)
    .load(conn.db())
    .await?;
    let times = |times: i32| u16::try_from(times).unwrap_or(u16::MAX);
    let found = found.into_iter();
    Ok(found.map(|found| (found.lexeme, times(found.times))).collect())
}

impl From<Row> for SearchedPassage {
    fn from(row: Row) -> Self {
        let times = |times: i32| u16::try_from(times).unwrap_or(u16::MAX);
        let occurrences = row.occurrences.into_iter().map(times);
        Self {
            passage: row.passage,
            vector: row
                .vector
                .map(|vector| vector.as_slice().iter().map(|x| x.to_f32()).collect()),
            lexemes: row.lexemes.into_iter().zip(occurrences).collect(),
        }
    }
}
