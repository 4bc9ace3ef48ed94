//! Spaces with more passages than can be looked at one by one: the same search through indexes of
//! their own. What they are made of, and why it keeps tenants apart, is written in the migration
//! `large_spaces`.
//!
//! Nearly exact: the vector leg may miss one in a hundred, and the text leg passes over passages
//! that have none of the rarer words. `tests/store/large.rs` holds it against `search`.

use std::{sync::LazyLock, time::Duration};

use diesel::{
    QueryableByName,
    sql_types::{Array, Bool, Double, Integer, Text, Uuid as SqlUuid},
};
use diesel_async::RunQueryDsl;
use pgvector::{HalfVector, sql_types::HalfVector as SqlHalfVector};

use super::search::{self, Candidate, MAX_TERMS, Search, Term};
use crate::{
    error::StoreError,
    ids::{DocumentVersionId, SpaceId},
    statement::sql,
    tenant::TenantConn,
};

/// Passages from which a space is searched through indexes; the database makes none below half of it.
pub const LARGE: i64 = 10_000;
/// How long a step of making the indexes may take: ten times what it takes for 100,000 passages.
pub const INDEXED_WITHIN: Duration = Duration::from_secs(20 * 60);
/// Passages whose words are weighed for a question, about: those with its rarest words.
const WEIGHED: i64 = 10_000;

/// A part of making indexes, a transaction of its own. What each does is written in the migration
/// `index_space`, and of the first in `jobs_by_plan`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Step {
    /// Drops what a making for another model left.
    Clear,
    /// Fills a table aside. Takes a minute for 100,000 passages.
    Build,
    /// Lets it follow what is removed.
    Bind,
    /// Drops what was removed before.
    Check,
    /// Takes up what was published meanwhile, and lets it be searched.
    Attach,
    /// Counts what lies in it.
    Analyze,
}

impl Step {
    /// In their order.
    pub const ALL: [Self; 6] = [
        Self::Clear,
        Self::Build,
        Self::Bind,
        Self::Check,
        Self::Attach,
        Self::Analyze,
    ];

    const fn word(self) -> &'static str {
        match self {
            Self::Clear => "clear",
            Self::Build => "build",
            Self::Bind => "bind",
            Self::Check => "check",
            Self::Attach => "attach",
            Self::Analyze => "analyze",
        }
    }
}

/// Takes a step towards indexes of a space for vectors of `model`; one that is done already is no
/// work. `false`, and there is no next step, where the space is too small. For
/// [`crate::tenant::TenantDb::long`].
///
/// # Errors
/// [`StoreError`] where the database fails, or a lock that others hold cannot be had within a
/// tenth of a second.
pub async fn index(
    conn: &mut TenantConn<'_>,
    space: SpaceId,
    model: &str,
    step: Step,
) -> Result<bool, StoreError> {
    #[derive(QueryableByName)]
    struct Row {
        #[diesel(sql_type = Bool)]
        indexed: bool,
    }
    let row: Row = sql("SELECT parlance_index_space($1, $2, $3) AS indexed")
        .bind::<SqlUuid, _>(space)
        .bind::<Text, _>(model)
        .bind::<Text, _>(step.word())
        .get_result(conn.db())
        .await?;
    Ok(row.indexed)
}

/// Whether a space has indexes for vectors of `model`.
///
/// # Errors
/// [`StoreError`] where the database fails.
pub async fn is_indexed(conn: &mut TenantConn<'_>, space: SpaceId, model: &str) -> Result<bool, StoreError> {
    #[derive(QueryableByName)]
    struct Row {
        #[diesel(sql_type = Bool)]
        indexed: bool,
    }
    let row: Row =
        sql("SELECT EXISTS (SELECT FROM large_spaces WHERE space_id = $1 AND model = $2) AS indexed")
            .bind::<SqlUuid, _>(space)
            .bind::<Text, _>(model)
            .get_result(conn.db())
            .await?;
    Ok(row.indexed)
}

/// Adds the passages of a version that was made live, where its space is large. To be called when
/// the row of the space is locked: indexes may be in the making.
pub(super) async fn add(
    conn: &mut TenantConn<'_>,
    space: SpaceId,
    version: DocumentVersionId,
) -> Result<(), StoreError> {
    sql(
        "INSERT INTO large_passages (tenant_id, space_id, passage_id, model, embedding, lexemes) \
         SELECT p.tenant_id, l.space_id, p.id, v.model, v.embedding, l.lexemes FROM passages p \
         JOIN passage_lexemes l ON l.tenant_id = p.tenant_id AND l.passage_id = p.id \
         LEFT JOIN passage_vectors v ON v.tenant_id = p.tenant_id AND v.passage_id = p.id \
         WHERE p.version_id = $2 AND EXISTS (SELECT FROM large_spaces WHERE space_id = $1) \
         ON CONFLICT DO NOTHING",
    )
    .bind::<SqlUuid, _>(space)
    .bind::<SqlUuid, _>(version)
    .execute(conn.db())
    .await?;
    Ok(())
}

/// As [`search::terms`]; words in more than 2,000 passages are estimated.
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
                      '''' || replace(replace(lexeme, '\', '\\'), '''', '''''') || '''' AS query
               FROM unnest(to_tsvector('english', $2)) ORDER BY positions[1] LIMIT 64)
             SELECT w.lexeme, c.passages,
                    (SELECT greatest(reltuples, 1)::bigint FROM pg_class
                     WHERE oid = to_regclass('public.large_passages_' || replace($1::text, '-', ''))) AS of
             FROM wanted w
             JOIN parlance_count_words($1, ARRAY(SELECT query FROM wanted)) c ON c.word = w.query
             ORDER BY w.place")
    .bind::<SqlUuid, _>(space)
    .bind::<Text, _>(question)
    .load(conn.db())
    .await?)
}

/// How many passages have each of the terms that are searched, out of what [`terms`] counted.
#[must_use]
pub fn frequencies(searched: &[(String, f64)], counted: &[Term]) -> Vec<i64> {
    let passages = |(lexeme, _): &(String, f64)| {
        let term = counted.iter().find(|term| term.lexeme == *lexeme);
        term.map_or(0, |term| term.passages)
    };
    searched.iter().map(passages).collect()
}

/// As [`search::hybrid`], for a space that [`is_indexed`]. `passages` are the terms'
/// [`frequencies`].
///
/// # Errors
/// [`StoreError`] where the database fails.
pub async fn hybrid(
    conn: &mut TenantConn<'_>,
    search: &Search<'_>,
    passages: &[i64],
) -> Result<Vec<Candidate>, StoreError> {
    static STATEMENT: LazyLock<String> = LazyLock::new(|| {
        search::fused(
            "SELECT passage_id, distance FROM parlance_search_near($1, $3, $2, $4)",
            "SELECT passage_id, score FROM parlance_search_words($1, $6, $7, $8, $4)",
            "ARRAY(SELECT l.lexemes @@ word::tsquery FROM unnest($7) WITH ORDINALITY w (word, n) ORDER BY n)",
        )
    });
    let terms = search.terms.get(..MAX_TERMS).unwrap_or(search.terms);
    let words: Vec<String> = terms.iter().map(|(lexeme, _)| search::quoted(lexeme)).collect();
    let weights: Vec<f64> = terms.iter().map(|(_, weight)| *weight).collect();
    let leading: Vec<&str> = leading(passages)
        .into_iter()
        .filter_map(|term| words.get(term).map(String::as_str))
        .collect();
    let statement = sql(STATEMENT.as_str())
        .bind::<SqlUuid, _>(search.space)
        .bind::<SqlHalfVector, _>(HalfVector::from_f32_slice(search.vector))
        .bind::<Text, _>(search.model)
        .bind::<Integer, _>(search.leg)
        .bind::<Integer, _>(search.pool)
        .bind::<Text, _>(leading.join(" | "))
        .bind::<Array<Text>, _>(&words)
        .bind::<Array<Double>, _>(&weights);
    Ok(statement.load(conn.db()).await?)
}

/// Terms of which a passage must have one: the rarest, until they have enough passages.
fn leading(passages: &[i64]) -> Vec<usize> {
    let mut terms: Vec<(i64, usize)> = passages.iter().copied().zip(0..).collect();
    terms.sort_unstable();
    let mut seen = 0;
    terms
        .into_iter()
        .take_while(|(passages, _)| {
            let first = seen == 0;
            seen += passages;
            first || seen <= WEIGHED
        })
        .map(|(_, term)| term)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_rarest_words_lead_and_there_is_always_one() {
        assert_eq!(leading(&[9_000, 20, 60_000, 900]), [1, 3, 0]);
        assert_eq!(leading(&[60_000, 70_000]), [0]);
        assert!(leading(&[]).is_empty());
    }
}
