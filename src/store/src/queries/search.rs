//! Finding passages: both legs of hybrid search in one statement.
//!
//! Exact in both legs. The vectors and the lexemes of a space are read through a narrow table
//! each, by index on tenant and space, so the cost is that of the space and not of the database.
//! (A global GIN index would not be used under row-level security: `@@` is not leakproof.)
//! Ranks and scores come back; what they are worth is decided in `domain::retrieval`.

use std::{fmt::Write, sync::LazyLock};

use diesel::{
    QueryableByName,
    sql_types::{Array, BigInt, Bool, Double, Integer, Nullable, Text, Uuid as SqlUuid},
};
use diesel_async::RunQueryDsl;
use pgvector::{HalfVector, sql_types::HalfVector as SqlHalfVector};

use crate::{
    error::StoreError,
    ids::{DocumentId, PassageId, SpaceId},
    statement::sql,
    tenant::TenantConn,
};

/// The best of each leg are candidates whatever the other says of them: the one passage that has a rare
/// name may be far off in meaning, and its like that lack the name fill both legs.
pub const LEADERS: usize = 3;

/// Lexemes of a question that take part in a search; those beyond are dropped by the caller.
pub const MAX_TERMS: usize = 16;

/// A lexeme of a question, as `to_tsvector` makes it, and in how many passages of the space it
/// occurs.
#[derive(Clone, Debug, PartialEq, QueryableByName)]
#[diesel(check_for_backend(diesel::pg::Pg))]
pub struct Term {
    /// The lexeme.
    #[diesel(sql_type = Text)]
    pub lexeme: String,
    /// Passages of the space that hold it.
    #[diesel(sql_type = BigInt)]
    pub passages: i64,
    /// Passages of the space.
    #[diesel(sql_type = BigInt)]
    pub of: i64,
}

/// The lexemes of a question without stop words, in their order in it, with how many passages of
/// the space have each.
///
/// # Errors
/// [`StoreError`] where the database fails.
pub async fn terms(
    conn: &mut TenantConn<'_>,
    space: SpaceId,
    question: &str,
) -> Result<Vec<Term>, StoreError> {
    Ok(sql(r"WITH wanted AS MATERIALIZED (
               SELECT lexeme, positions[1] AS place,
                      ('''' || replace(replace(lexeme, '\', '\\'), '''', '''''') || '''')::tsquery AS query
               FROM unnest(to_tsvector('english', $2)) ORDER BY positions[1] LIMIT 64)
             SELECT w.lexeme, count(l.passage_id) AS passages,
                    (SELECT count(*) FROM passage_lexemes WHERE space_id = $1 AND live) AS of
             FROM wanted w LEFT JOIN passage_lexemes l ON l.space_id = $1 AND l.live AND l.lexemes @@ w.query
             GROUP BY w.lexeme, w.place ORDER BY w.place")
    .bind::<SqlUuid, _>(space)
    .bind::<Text, _>(question)
    .load(conn.db())
    .await?)
}

/// The same lexemes alone: what they are is the database's to say, wherever they are counted.
///
/// # Errors
/// [`StoreError`] where the database fails.
pub async fn lexemes(conn: &mut TenantConn<'_>, question: &str) -> Result<Vec<String>, StoreError> {
    #[derive(QueryableByName)]
    struct Row {
        #[diesel(sql_type = Text)]
        lexeme: String,
    }
    let rows: Vec<Row> =
        sql("SELECT lexeme FROM unnest(to_tsvector('english', $1)) ORDER BY positions[1] LIMIT 64")
            .bind::<Text, _>(question)
            .load(conn.db())
            .await?;
    Ok(rows.into_iter().map(|row| row.lexeme).collect())
}

/// What to search for.
#[derive(Clone, Debug)]
pub struct Search<'a> {
    /// In which space.
    pub space: SpaceId,
    /// The question's vector, normalised.
    pub vector: &'a [f32],
    /// The model it is from: vectors of others are not compared with it.
    pub model: &'a str,
    /// Lexemes with their weights, at most [`MAX_TERMS`].
    pub terms: &'a [(String, f64)],
    /// Candidates of each leg.
    pub leg: i32,
    /// Rows that come back, best first by reciprocal rank of both legs; the [`LEADERS`] of each leg among them.
    pub pool: i32,
}

/// A passage as it is stored, with what must be known of its document to cite it.
#[derive(Clone, Debug, PartialEq, Eq, QueryableByName)]
#[diesel(check_for_backend(diesel::pg::Pg))]
pub struct StoredPassage {
    /// The passage.
    #[diesel(sql_type = SqlUuid)]
    pub passage_id: PassageId,
    /// Its document.
    #[diesel(sql_type = SqlUuid)]
    pub document_id: DocumentId,
    /// What the document calls itself.
    #[diesel(sql_type = Text)]
    pub title: String,
    /// File name or address.
    #[diesel(sql_type = Text)]
    pub name: String,
    /// Of the document's file.
    #[diesel(sql_type = Text)]
    pub media_type: String,
    /// Where the document came from.
    #[diesel(sql_type = Nullable<Text>)]
    pub source_url: Option<String>,
    /// Outermost first.
    #[diesel(sql_type = Array<Text>)]
    pub heading: Vec<String>,
    /// From 1.
    #[diesel(sql_type = Nullable<Integer>)]
    pub page: Option<i32>,
    /// First character in the document's text.
    #[diesel(sql_type = Integer)]
    pub start_char: i32,
    /// One past the last.
    #[diesel(sql_type = Integer)]
    pub end_char: i32,
    /// First character of `context`.
    #[diesel(sql_type = Integer)]
    pub context_start: i32,
    /// The passage with its neighbours.
    #[diesel(sql_type = Text)]
    pub context: String,
}

/// A passage that one of the legs found.
#[derive(Clone, Debug, QueryableByName)]
#[diesel(check_for_backend(diesel::pg::Pg))]
pub struct Candidate {
    #[diesel(embed)]
    /// The passage.
    pub passage: StoredPassage,
    /// Cosine of the angle to the question, −1 to 1.
    #[diesel(sql_type = Double)]
    pub cosine: f64,
    /// Per term of the search, in its order: whether it occurs. More may follow, all false.
    #[diesel(sql_type = Array<Bool>)]
    pub matches: Vec<bool>,
    /// Its place by nearness, from 1; none where it is not among the best of that leg.
    #[diesel(sql_type = Nullable<BigInt>)]
    pub near_place: Option<i64>,
    /// Its place by words.
    #[diesel(sql_type = Nullable<BigInt>)]
    pub worded_place: Option<i64>,
    /// Its `ts_rank` for each term times the term's weight, added up, where it has a place by words.
    #[diesel(sql_type = Nullable<Double>)]
    pub text_score: Option<f64>,
}

/// The best candidates of both legs. For [`crate::tenant::TenantDb::search`].
///
/// # Errors
/// [`StoreError`] where the database fails.
pub async fn hybrid(conn: &mut TenantConn<'_>, search: &Search<'_>) -> Result<Vec<Candidate>, StoreError> {
    let searched = search.terms.len().min(MAX_TERMS);
    let terms = search.terms.get(..searched).unwrap_or_default();
    let any: Vec<String> = terms.iter().map(|(lexeme, _)| quoted(lexeme)).collect();
    let filled = searched.next_multiple_of(TERMS_STEP);
    let text = STATEMENTS.get(filled / TERMS_STEP).map_or("", String::as_str);
    let mut statement = sql(text)
        .bind::<SqlUuid, _>(search.space)
        .bind::<SqlHalfVector, _>(HalfVector::from_f32_slice(search.vector))
        .bind::<Text, _>(search.model)
        .bind::<Integer, _>(search.leg)
        .bind::<Integer, _>(search.pool)
        .bind::<Text, _>(any.join(" | "));
    for place in 0..filled {
        let query = any.get(place).cloned().unwrap_or_default();
        let weight = terms.get(place).map_or(0.0, |(_, weight)| *weight);
        statement = statement.bind::<Text, _>(query).bind::<Double, _>(weight);
    }
    Ok(statement.load(conn.db()).await?)
}

/// A lexeme as `tsquery` reads it.
pub(super) fn quoted(lexeme: &str) -> String {
    format!("'{}'", lexeme.replace('\\', "\\\\").replace('\'', "''"))
}

/// Terms are filled up with empty ones to a multiple of this: a statement for each number of them
/// would have to be prepared on each connection.
const TERMS_STEP: usize = 4;

/// A statement for each step of terms. Written out term by term because that is what Postgres
/// is fast at: 0.7 ms for six terms over 500 passages, where a join with an array takes 2 ms.
/// `(SELECT …)` makes a parameter be parsed once and not once per row.
static STATEMENTS: LazyLock<Vec<String>> =
    LazyLock::new(|| (0..=MAX_TERMS).step_by(TERMS_STEP).map(statement).collect());

fn statement(terms: usize) -> String {
    let query = |term: usize| format!("(SELECT ${}::tsquery)", 7 + 2 * term);
    let mut score = String::from("0::float8");
    for term in 0..terms {
        let (weight, query) = (8 + 2 * term, query(term));
        // Infallible: a String takes what it is given.
        let _ = write!(
            score,
            " + ${weight}::float8 * ts_rank('{{1, 1, 1, 1}}', lexemes, {query})"
        );
    }
    let matches: Vec<String> = (0..terms)
        .map(|term| format!("l.lexemes @@ {}", query(term)))
        .collect();
    fused(
        "SELECT passage_id, embedding <=> $2 AS distance FROM passage_vectors
             WHERE space_id = $1 AND live AND model = $3 ORDER BY distance, passage_id LIMIT $4",
        &format!(
            "SELECT passage_id, {score} AS score FROM passage_lexemes
             WHERE space_id = $1 AND live AND lexemes @@ (SELECT $6::tsquery) ORDER BY score DESC, passage_id LIMIT $4"
        ),
        &format!("ARRAY[{}]::bool[]", matches.join(", ")),
    )
}

/// A statement over two legs: `near` finds `passage_id, distance`, `worded` finds `passage_id, score`,
/// and `matches` says of lexemes `l` which terms occur. `$1` is the space, `$2` the vector, `$3` its
/// model, `$5` the pool.
pub(super) fn fused(near: &str, worded: &str, matches: &str) -> String {
    format!(
        "WITH near AS (
           SELECT passage_id, distance, row_number() OVER (ORDER BY distance, passage_id) AS place FROM ({near}) v),
         worded AS (
           SELECT passage_id, score, row_number() OVER (ORDER BY score DESC, passage_id) AS place FROM ({worded}) t),
         pool AS (
           SELECT passage_id, near.distance, near.place AS near_place, worded.place AS worded_place, worded.score,
                  coalesce(1::float8 / (60 + near.place), 0) + coalesce(1::float8 / (60 + worded.place), 0) AS fused
           FROM near FULL JOIN worded USING (passage_id)
           ORDER BY least(near.place, worded.place) <= {LEADERS} DESC, fused DESC, passage_id LIMIT $5)
         SELECT p.id AS passage_id, p.document_id, d.title, d.name, d.media_type, d.source_url,
                p.heading, p.page, p.start_char, p.end_char, p.context_start, p.context,
                1 - coalesce(pool.distance,
                             (SELECT v.embedding <=> $2 FROM passage_vectors v
                              WHERE v.tenant_id = p.tenant_id AND v.passage_id = p.id AND v.model = $3), 1) AS cosine,
                {matches} AS matches, pool.near_place, pool.worded_place, pool.score AS text_score
         FROM pool
         JOIN passages p ON p.id = pool.passage_id
         JOIN documents d ON d.tenant_id = p.tenant_id AND d.id = p.document_id
         JOIN passage_lexemes l ON l.tenant_id = p.tenant_id AND l.passage_id = p.id
         ORDER BY pool.fused DESC, pool.passage_id"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_lexeme_cannot_leave_its_quotes() {
        assert_eq!(quoted("it's"), "'it''s'");
        assert_eq!(quoted(r"a\' | 'b"), r"'a\\'' | ''b'");
    }
}
