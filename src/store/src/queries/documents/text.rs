//! The text that is shown for a citation.

use diesel::{
    QueryableByName,
    sql_types::{Bool, Integer, Nullable, Text, Uuid as SqlUuid},
};
use diesel_async::RunQueryDsl;

use crate::{
    error::StoreError,
    ids::{DocumentId, DocumentVersionId, PassageId},
    statement::sql,
    tenant::TenantConn,
};

/// The live text of a document, as its page shows it.
#[derive(Clone, Debug, QueryableByName)]
#[diesel(check_for_backend(diesel::pg::Pg))]
pub struct DocumentText {
    /// Of the text; offsets of another version do not fit it.
    #[diesel(sql_type = SqlUuid)]
    pub version_id: DocumentVersionId,
    /// What offsets refer to.
    #[diesel(sql_type = Text)]
    pub text: String,
    /// Whether it is Markdown.
    #[diesel(sql_type = Bool)]
    pub markdown: bool,
}

/// The text of the version that is searched.
///
/// # Errors
/// [`StoreError::NotFound`] where the tenant has no such document or none of it is live.
pub async fn live_text(conn: &mut TenantConn<'_>, id: DocumentId) -> Result<DocumentText, StoreError> {
    Ok(
        sql("SELECT id AS version_id, text, markdown FROM document_versions WHERE document_id = $1 AND live")
            .bind::<SqlUuid, _>(id)
            .get_result(conn.db())
            .await?,
    )
}

/// Where a passage stands in its document's live text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, QueryableByName)]
#[diesel(check_for_backend(diesel::pg::Pg))]
pub struct PassageSpan {
    /// First character.
    #[diesel(sql_type = Integer)]
    pub start_char: i32,
    /// One past the last character.
    #[diesel(sql_type = Integer)]
    pub end_char: i32,
    /// Page, from 1.
    #[diesel(sql_type = Nullable<Integer>)]
    pub page: Option<i32>,
}

/// The span of a cited passage; nothing once the document has been reprocessed.
///
/// # Errors
/// [`StoreError`] where the database fails.
pub async fn passage_span(
    conn: &mut TenantConn<'_>,
    document: DocumentId,
    passage: PassageId,
) -> Result<Option<PassageSpan>, StoreError> {
    let mut found: Vec<PassageSpan> = sql("SELECT p.start_char, p.end_char, p.page FROM passages p \
         JOIN document_versions v ON v.tenant_id = p.tenant_id AND v.id = p.version_id AND v.live \
         WHERE p.id = $1 AND p.document_id = $2")
    .bind::<SqlUuid, _>(passage)
    .bind::<SqlUuid, _>(document)
    .load(conn.db())
    .await?;
    Ok(found.pop())
}
