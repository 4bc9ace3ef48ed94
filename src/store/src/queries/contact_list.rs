//! Contacts as agents look through them: who was seen last comes first. A search reads on from there until
//! the page is full, so that what many have is met soon and what nobody has costs one pass of the tenant's.

use chrono::{DateTime, Utc};
use diesel::{
    dsl,
    prelude::{BoolExpressionMethods, ExpressionMethods, QueryDsl, QueryableByName, SelectableHelper},
    sql_types::{Array, BigInt, Bool, Nullable, Text, Uuid as SqlUuid},
};
use diesel_async::RunQueryDsl;

use super::contacts::Contact;
use crate::{
    error::StoreError,
    ids::{ContactId, SpaceId},
    schema::contacts::{dsl as columns, table},
    statement::sql,
    tenant::TenantConn,
};

/// Which contacts are wanted.
#[derive(Clone, Debug, Default)]
pub struct Wanted {
    /// With words that begin so in name, e-mail address or external id; blank is any.
    pub search: String,
    /// Who may not chat.
    pub blocked: bool,
    /// Whom a host site vouches for.
    pub verified: bool,
}

/// Where a page ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Place {
    /// When the last one shown was last seen.
    pub at: DateTime<Utc>,
    /// Who it is.
    pub id: ContactId,
}

/// Those that are wanted, who was seen last first, behind `after`.
///
/// # Errors
/// [`StoreError`] where the database does not answer.
pub async fn list(
    conn: &mut TenantConn<'_>,
    wanted: &Wanted,
    limit: i64,
    after: Option<Place>,
) -> Result<Vec<Contact>, StoreError> {
    let mut query = table
        .filter(columns::merged_into.is_null())
        .order((columns::last_seen_at.desc(), columns::id.desc()))
        .limit(limit)
        .select(Contact::as_select())
        .into_boxed();
    if !wanted.search.trim().is_empty() {
        let words = "words LIKE ALL (ARRAY(SELECT '% ' || word || '%' \
                     FROM regexp_split_to_table(btrim(lower(parlance_plain(";
        let words = dsl::sql::<Bool>(words).bind::<Text, _>(&wanted.search);
        query = query.filter(words.sql("))), '\\s+') word))"));
    }
    if wanted.blocked {
        query = query.filter(columns::blocked_at.is_not_null());
    }
    if wanted.verified {
        query = query.filter(columns::verified_at.is_not_null());
    }
    if let Some(Place { at, id }) = after {
        let earlier = columns::last_seen_at.lt(at);
        let same = columns::last_seen_at.eq(at).and(columns::id.lt(id));
        // The first condition alone is what the index can begin at.
        query = query
            .filter(columns::last_seen_at.le(at))
            .filter(earlier.or(same));
    }
    Ok(query.load(conn.db()).await?)
}

/// How many conversations of a contact have something in them.
#[derive(Clone, Copy, Debug, QueryableByName)]
pub struct Count {
    /// Whose.
    #[diesel(sql_type = SqlUuid)]
    pub id: ContactId,
    /// How many.
    #[diesel(sql_type = BigInt)]
    pub conversations: i64,
}

/// The counts of these contacts that are not zero, in no particular order.
///
/// # Errors
/// [`StoreError`] where the database does not answer.
pub async fn counts(conn: &mut TenantConn<'_>, contacts: Vec<ContactId>) -> Result<Vec<Count>, StoreError> {
    Ok(sql("SELECT v.contact_id AS id, count(*) AS conversations \
         FROM visitors v JOIN conversations c ON c.tenant_id = v.tenant_id AND c.visitor_id = v.id \
         WHERE v.contact_id = ANY ($1) AND c.head_seq > 0 GROUP BY v.contact_id")
    .bind::<Array<SqlUuid>, _>(contacts)
    .get_results(conn.db())
    .await?)
}

/// What a browser of a contact said, without a proof.
#[derive(Clone, Debug, PartialEq, Eq, QueryableByName)]
#[diesel(check_for_backend(diesel::pg::Pg))]
pub struct Said {
    /// Whose.
    #[diesel(sql_type = SqlUuid)]
    pub id: ContactId,
    /// As the page said, or else the form before the chat.
    #[diesel(sql_type = Nullable<Text>)]
    pub name: Option<String>,
    /// The same.
    #[diesel(sql_type = Nullable<Text>)]
    pub email: Option<String>,
}

/// What the browser of each of these contacts that was seen last said, in no particular order.
///
/// # Errors
/// [`StoreError`] where the database does not answer.
pub async fn said(conn: &mut TenantConn<'_>, contacts: Vec<ContactId>) -> Result<Vec<Said>, StoreError> {
    Ok(sql("SELECT DISTINCT ON (contact_id) contact_id AS id, \
                coalesce(said ->> 'name', attributes ->> 'name') AS name, \
                coalesce(said ->> 'email', attributes ->> 'email') AS email \
         FROM visitors WHERE contact_id = ANY ($1) ORDER BY contact_id, last_seen_at DESC, id DESC")
    .bind::<Array<SqlUuid>, _>(contacts)
    .get_results(conn.db())
    .await?)
}

/// Where a contact was, and on how many browsers.
#[derive(Clone, Debug, PartialEq, Eq, QueryableByName)]
pub struct Presence {
    /// The space.
    #[diesel(sql_type = SqlUuid)]
    pub space_id: SpaceId,
    /// Its name.
    #[diesel(sql_type = Text)]
    pub name: String,
    /// How many browsers.
    #[diesel(sql_type = BigInt)]
    pub browsers: i64,
}

/// The spaces in which a contact was, by name.
///
/// # Errors
/// [`StoreError`] where the database does not answer.
pub async fn spaces(conn: &mut TenantConn<'_>, id: ContactId) -> Result<Vec<Presence>, StoreError> {
    Ok(sql(
        "SELECT s.id AS space_id, s.name, count(*) AS browsers FROM visitors v \
         JOIN spaces s ON s.tenant_id = v.tenant_id AND s.id = v.space_id \
         WHERE v.contact_id = $1 GROUP BY s.id, s.name ORDER BY s.name, s.id",
    )
    .bind::<SqlUuid, _>(id)
    .get_results(conn.db())
    .await?)
}
