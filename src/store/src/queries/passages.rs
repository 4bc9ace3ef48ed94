//! Building a version of a document: its passages, their vectors, and the swap that makes it the
//! one that is searched. Each step may be repeated: what is there already is left alone.

use chrono::{DateTime, Utc};
use diesel::{
    QueryableByName,
    sql_types::{Array, BigInt, Bool, Bytea, Integer, Nullable, Text, Timestamptz, Uuid as SqlUuid},
};
use diesel_async::RunQueryDsl;
use pgvector::{HalfVector, sql_types::HalfVector as SqlHalfVector};

use crate::{
    error::StoreError,
    ids::{DocumentId, DocumentVersionId, PassageId, SpaceId},
    queries::{documents, large, spaces},
    statement::sql,
    tenant::TenantConn,
};

/// A version to be built.
pub struct NewVersion<'a> {
    /// Taken unless a version of the same content and recipe is being built already.
    pub id: DocumentVersionId,
    /// Of which document.
    pub document_id: DocumentId,
    /// SHA-256 of the file it was made from.
    pub content_hash: &'a [u8],
    /// Extractor, sizes and model.
    pub recipe: &'a str,
    /// The canonical text.
    pub text: &'a str,
    /// Whether that is Markdown.
    pub markdown: bool,
    /// When.
    pub at: DateTime<Utc>,
}

/// Begins a version, or finds the one that a crash left half built. A half-built one of other
/// content or another recipe is thrown away.
///
/// # Errors
/// [`StoreError::NotFound`] where the document is gone.
pub async fn begin_version(
    conn: &mut TenantConn<'_>,
    new: NewVersion<'_>,
) -> Result<DocumentVersionId, StoreError> {
    #[derive(QueryableByName)]
    struct Row {
        #[diesel(sql_type = SqlUuid)]
        id: DocumentVersionId,
    }
    let tenant = conn.tenant_id();
    documents::lock(conn, new.document_id).await?;
    sql(
        "DELETE FROM document_versions WHERE document_id = $1 AND NOT live \
         AND (content_hash <> $2 OR recipe <> $3)",
    )
    .bind::<SqlUuid, _>(new.document_id)
    .bind::<Bytea, _>(new.content_hash)
    .bind::<Text, _>(new.recipe)
    .execute(conn.db())
    .await?;
    let row: Row = sql(
        "INSERT INTO document_versions AS v (tenant_id, id, document_id, content_hash, recipe, text, \
                                                     markdown, created_at) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8) \
         ON CONFLICT (tenant_id, document_id) WHERE NOT live DO UPDATE SET created_at = v.created_at \
         RETURNING id",
    )
    .bind::<SqlUuid, _>(tenant)
    .bind::<SqlUuid, _>(new.id)
    .bind::<SqlUuid, _>(new.document_id)
    .bind::<Bytea, _>(new.content_hash)
    .bind::<Text, _>(new.recipe)
    .bind::<Text, _>(new.text)
    .bind::<Bool, _>(new.markdown)
    .bind::<Timestamptz, _>(new.at)
    .get_result(conn.db())
    .await?;
    Ok(row.id)
}

/// A passage of a version. Offsets count characters of the version's text.
pub struct NewPassage<'a> {
    /// Its identity.
    pub id: PassageId,
    /// Place in the document, from 0.
    pub ordinal: i32,
    /// `paragraph`, `list`, `table` or `code`.
    pub kind: &'a str,
    /// Outermost first.
    pub heading: &'a [String],
    /// From 1.
    pub page: Option<i32>,
    /// First character.
    pub start_char: i32,
    /// One past the last character.
    pub end_char: i32,
    /// First character of `context`.
    pub context_start: i32,
    /// The passage with its neighbours in the section.
    pub context: &'a str,
    /// The passage itself, for its lexemes.
    pub text: &'a str,
    /// Tokens of what is embedded.
    pub tokens: i32,
    /// SHA-256 of what is embedded.
    pub embed_hash: &'a [u8],
}

/// Adds passages with their lexemes; one whose ordinal is there already is left alone.
///
/// # Errors
/// [`StoreError::NotFound`] where the document is gone.
pub async fn add(
    conn: &mut TenantConn<'_>,
    version: DocumentVersionId,
    document: DocumentId,
    space: SpaceId,
    title: &str,
    passages: &[NewPassage<'_>],
) -> Result<(), StoreError> {
    let tenant = conn.tenant_id();
    documents::hold(conn, document).await?;
    for new in passages {
        sql("WITH added AS (\
               INSERT INTO passages (tenant_id, id, version_id, document_id, ordinal, kind, heading, page, \
                                     start_char, end_char, context_start, context, tokens, embed_hash) \
               VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14) \
               ON CONFLICT ON CONSTRAINT passages_ordinal_once DO NOTHING RETURNING id) \
             INSERT INTO passage_lexemes (tenant_id, passage_id, space_id, lexemes) \
             SELECT $1, id, $15, setweight(to_tsvector('english', $16), 'A') \
                 || setweight(to_tsvector('english', array_to_string($7, ' ')), 'B') \
                 || to_tsvector('english', $17) \
             FROM added")
        .bind::<SqlUuid, _>(tenant)
        .bind::<SqlUuid, _>(new.id)
        .bind::<SqlUuid, _>(version)
        .bind::<SqlUuid, _>(document)
        .bind::<Integer, _>(new.ordinal)
        .bind::<Text, _>(new.kind)
        .bind::<Array<Text>, _>(new.heading)
        .bind::<Nullable<Integer>, _>(new.page)
        .bind::<Integer, _>(new.start_char)
        .bind::<Integer, _>(new.end_char)
        .bind::<Integer, _>(new.context_start)
        .bind::<Text, _>(new.context)
        .bind::<Integer, _>(new.tokens)
        .bind::<Bytea, _>(new.embed_hash)
        .bind::<SqlUuid, _>(space)
        .bind::<Text, _>(title)
        .bind::<Text, _>(new.text)
        .execute(conn.db())
        .await?;
    }
    Ok(())
}

/// Takes over the vectors of unchanged passages from the version that is live. Returns how many.
///
/// # Errors
/// [`StoreError::NotFound`] where the document is gone.
pub async fn reuse_vectors(
    conn: &mut TenantConn<'_>,
    document: DocumentId,
    version: DocumentVersionId,
    model: &str,
) -> Result<usize, StoreError> {
    documents::hold(conn, document).await?;
    Ok(sql(
        "INSERT INTO passage_vectors (tenant_id, passage_id, space_id, model, embedding) \
         SELECT DISTINCT ON (new.id) new.tenant_id, new.id, v.space_id, v.model, v.embedding \
         FROM passages new \
         JOIN passages old ON old.tenant_id = new.tenant_id AND old.document_id = new.document_id \
                          AND old.embed_hash = new.embed_hash AND old.version_id <> new.version_id \
         JOIN passage_vectors v ON v.tenant_id = old.tenant_id AND v.passage_id = old.id AND v.model = $2 \
         WHERE new.version_id = $1 ON CONFLICT DO NOTHING",
    )
    .bind::<SqlUuid, _>(version)
    .bind::<Text, _>(model)
    .execute(conn.db())
    .await?)
}

/// Passages of a version that have no vector yet: ordinal and identity, in order.
///
/// # Errors
/// [`StoreError`] where the database fails.
pub async fn without_vector(
    conn: &mut TenantConn<'_>,
    version: DocumentVersionId,
) -> Result<Vec<(i32, PassageId)>, StoreError> {
    #[derive(QueryableByName)]
    struct Row {
        #[diesel(sql_type = Integer)]
        ordinal: i32,
        #[diesel(sql_type = SqlUuid)]
        id: PassageId,
    }
    let rows: Vec<Row> = sql(
        "SELECT p.ordinal, p.id FROM passages p WHERE p.version_id = $1 AND NOT EXISTS \
         (SELECT 1 FROM passage_vectors v WHERE v.tenant_id = p.tenant_id AND v.passage_id = p.id) \
         ORDER BY p.ordinal",
    )
    .bind::<SqlUuid, _>(version)
    .load(conn.db())
    .await?;
    Ok(rows.into_iter().map(|row| (row.ordinal, row.id)).collect())
}

/// Stores vectors, normalised to length 1, of passages of a document. Passages that are gone are
/// passed over: what was paid for them is noted in the same transaction, and stays.
///
/// # Errors
/// [`StoreError`] where the database fails.
pub async fn add_vectors(
    conn: &mut TenantConn<'_>,
    document: DocumentId,
    space: SpaceId,
    model: &str,
    vectors: &[(PassageId, Vec<f32>)],
) -> Result<(), StoreError> {
    match documents::hold(conn, document).await {
        Err(StoreError::NotFound) => return Ok(()),
        held => held?,
    }
    let tenant = conn.tenant_id();
    for (passage, vector) in vectors {
        sql(
            "WITH there AS (SELECT id FROM passages WHERE id = $2 AND document_id = $6 FOR KEY SHARE) \
             INSERT INTO passage_vectors (tenant_id, passage_id, space_id, model, embedding) \
             SELECT $1, id, $3, $4, $5 FROM there ON CONFLICT DO NOTHING",
        )
        .bind::<SqlUuid, _>(tenant)
        .bind::<SqlUuid, _>(*passage)
        .bind::<SqlUuid, _>(space)
        .bind::<Text, _>(model)
        .bind::<SqlHalfVector, _>(HalfVector::from_f32_slice(vector))
        .bind::<SqlUuid, _>(document)
        .execute(conn.db())
        .await?;
    }
    Ok(())
}

/// Makes a version the one that is searched, in place of the one before, and the document ready.
/// Returns the space's new knowledge version.
///
/// # Errors
/// [`StoreError::NotFound`] where the document or the version is gone.
pub async fn publish(
    conn: &mut TenantConn<'_>,
    version: DocumentVersionId,
    document: DocumentId,
    space: SpaceId,
    title: &str,
    media_type: &str,
    at: DateTime<Utc>,
) -> Result<i64, StoreError> {
    documents::lock(conn, document).await?;
    sql("DELETE FROM document_versions WHERE document_id = $1 AND live AND id <> $2")
        .bind::<SqlUuid, _>(document)
        .bind::<SqlUuid, _>(version)
        .execute(conn.db())
        .await?;
    let made_live = sql("UPDATE document_versions SET live = true WHERE id = $1")
        .bind::<SqlUuid, _>(version)
        .execute(conn.db())
        .await?;
    if made_live == 0 {
        return Err(StoreError::NotFound);
    }
    sql(
        "WITH shown AS (UPDATE passage_vectors v SET live = true FROM passages p \
                        WHERE p.version_id = $1 AND v.tenant_id = p.tenant_id AND v.passage_id = p.id) \
         UPDATE passage_lexemes l SET live = true FROM passages p \
         WHERE p.version_id = $1 AND l.tenant_id = p.tenant_id AND l.passage_id = p.id",
    )
    .bind::<SqlUuid, _>(version)
    .execute(conn.db())
    .await?;
    // A newer file may have been uploaded meanwhile: then the document stays queued.
    sql(
        "UPDATE documents d SET title = $2, media_type = $3, updated_at = $4, error = NULL, \
            status = CASE WHEN d.content_hash = v.content_hash THEN 'ready' ELSE 'queued' END \
         FROM document_versions v WHERE d.id = $1 AND v.tenant_id = d.tenant_id AND v.id = $5",
    )
    .bind::<SqlUuid, _>(document)
    .bind::<Text, _>(title)
    .bind::<Text, _>(media_type)
    .bind::<Timestamptz, _>(at)
    .bind::<SqlUuid, _>(version)
    .execute(conn.db())
    .await?;
    let knowledge = spaces::bump_knowledge(conn, space).await?;
    large::add(conn, space, version).await?;
    Ok(knowledge)
}

/// Passages that are searched in a space.
///
/// # Errors
/// [`StoreError`] where the database fails.
pub async fn count_live(conn: &mut TenantConn<'_>, space: SpaceId) -> Result<i64, StoreError> {
    #[derive(QueryableByName)]
    struct Row {
        #[diesel(sql_type = BigInt)]
        passages: i64,
    }
    let row: Row = sql("SELECT count(*) AS passages FROM passage_lexemes WHERE space_id = $1 AND live")
        .bind::<SqlUuid, _>(space)
        .get_result(conn.db())
        .await?;
    Ok(row.passages)
}
