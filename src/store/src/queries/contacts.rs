//! People: whom a host site vouches for, and whom agents keep. One of an id is one person in the whole
//! tenant, on however many devices. A contact that was merged leads to the one it was merged into.

use chrono::{DateTime, Utc};
use diesel::{
    prelude::{ExpressionMethods, OptionalExtension, QueryDsl, Queryable, Selectable, SelectableHelper},
    sql_types::{Bool, Jsonb, Nullable, Text, Timestamptz, Uuid as SqlUuid},
};
use diesel_async::RunQueryDsl;
use serde_json::Value;

use crate::{
    error::StoreError,
    ids::{ContactId, TenantId},
    schema::contacts,
    statement::sql,
    tenant::TenantConn,
};

/// A person.
#[derive(Clone, Debug, PartialEq, Queryable, Selectable, diesel::QueryableByName)]
#[diesel(table_name = contacts, check_for_backend(diesel::pg::Pg))]
pub struct Contact {
    /// Whose contact.
    pub tenant_id: TenantId,
    /// Their identity.
    pub id: ContactId,
    /// The host site's own id of them; none where nobody vouches for them.
    pub external_id: Option<String>,
    /// As the host site vouches.
    pub name: Option<String>,
    /// As the host site vouches.
    pub email: Option<String>,
    /// The address of a picture.
    pub avatar: Option<String>,
    /// What else the host site vouches for.
    pub attributes: Value,
    /// When they were last proven to be who they are.
    pub verified_at: Option<DateTime<Utc>>,
    /// When they were first.
    pub created_at: DateTime<Utc>,
    /// When they were last seen.
    pub last_seen_at: DateTime<Utc>,
    /// As agents know; counts where the host site says nothing.
    pub edited_name: Option<String>,
    /// The same.
    pub edited_email: Option<String>,
    /// What else agents know.
    pub edited_attributes: Value,
    /// Since when they may not chat.
    pub blocked_at: Option<DateTime<Utc>>,
    /// Why, for agents.
    pub blocked_reason: Option<String>,
    /// Who they turned out to be.
    pub merged_into: Option<ContactId>,
}

/// `text` with what a [`Contact`] is loaded of behind it.
macro_rules! returning {
    ($text:literal) => {
        concat!(
            $text,
            " RETURNING tenant_id, id, external_id, name, email, avatar, attributes, verified_at, created_at, \
             last_seen_at, edited_name, edited_email, edited_attributes, blocked_at, blocked_reason, merged_into"
        )
    };
}

/// What a host site proves of a person.
pub struct Proven {
    /// Taken where there is no such contact yet.
    pub id: ContactId,
    /// The host site's own id of them, 1 to 200 characters.
    pub external_id: String,
    /// Kept where `None`.
    pub name: Option<String>,
    /// Kept where `None`.
    pub email: Option<String>,
    /// Kept where `None`.
    pub avatar: Option<String>,
    /// When.
    pub at: DateTime<Utc>,
}

/// Of two transactions that prove or merge contacts of the tenant, one that merges has all to itself.
/// Either asks for this first, so that none waits for another in a circle.
///
/// # Errors
/// [`StoreError`] where the database does not answer.
pub async fn enter(conn: &mut TenantConn<'_>, merges: bool) -> Result<(), StoreError> {
    let tenant = conn.tenant_id();
    let enter = if merges {
        "SELECT pg_advisory_xact_lock(hashtextextended('contacts ' || $1::text, 0))"
    } else {
        "SELECT pg_advisory_xact_lock_shared(hashtextextended('contacts ' || $1::text, 0))"
    };
    sql(enter).bind::<SqlUuid, _>(tenant).execute(conn.db()).await?;
    Ok(())
}

/// Makes the contact, or notes what is proven of them anew; of one that was merged, of whom it leads to.
/// Whoever proves the same person waits for this transaction, which must have [`enter`]ed.
///
/// # Errors
/// [`StoreError::Conflict`] `contacts_external_id_shape` where the id is none.
pub async fn prove(conn: &mut TenantConn<'_>, proven: Proven) -> Result<Contact, StoreError> {
    let tenant = conn.tenant_id();
    let Proven {
        name,
        email,
        avatar,
        at,
        ..
    } = proven;
    let mut contact: Contact = sql(returning!(
        "INSERT INTO contacts (tenant_id, id, external_id, name, email, avatar, verified_at, created_at, last_seen_at) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $7, $7) \
         ON CONFLICT (tenant_id, external_id) DO UPDATE SET \
             name = coalesce(excluded.name, contacts.name), \
             email = coalesce(excluded.email, contacts.email), \
             avatar = coalesce(excluded.avatar, contacts.avatar), \
             verified_at = greatest(contacts.verified_at, excluded.verified_at), \
             last_seen_at = greatest(contacts.last_seen_at, excluded.last_seen_at)"
    ))
    .bind::<SqlUuid, _>(tenant)
    .bind::<SqlUuid, _>(proven.id)
    .bind::<Text, _>(proven.external_id)
    .bind::<Nullable<Text>, _>(name.clone())
    .bind::<Nullable<Text>, _>(email.clone())
    .bind::<Nullable<Text>, _>(avatar.clone())
    .bind::<Timestamptz, _>(at)
    .get_result(conn.db())
    .await?;
    while let Some(survivor) = contact.merged_into {
        contact = sql(returning!(
            "UPDATE contacts SET name = coalesce($2, name), email = coalesce($3, email), avatar = coalesce($4, avatar), \
                 verified_at = greatest(verified_at, $5), last_seen_at = greatest(last_seen_at, $5) \
             WHERE id = $1"
        ))
        .bind::<SqlUuid, _>(survivor)
        .bind::<Nullable<Text>, _>(name.clone())
        .bind::<Nullable<Text>, _>(email.clone())
        .bind::<Nullable<Text>, _>(avatar.clone())
        .bind::<Timestamptz, _>(at)
        .get_result(conn.db())
        .await?;
    }
    Ok(contact)
}

/// Sets all attributes that the host site vouches for.
///
/// # Errors
/// [`StoreError::NotFound`] where the tenant has no such contact.
pub async fn describe(
    conn: &mut TenantConn<'_>,
    id: ContactId,
    attributes: &Value,
) -> Result<(), StoreError> {
    let changed = sql("UPDATE contacts SET attributes = $2 WHERE id = $1")
        .bind::<SqlUuid, _>(id)
        .bind::<Jsonb, _>(attributes)
        .execute(conn.db())
        .await?;
    found(changed)
}

/// Loads a contact; of one that was merged, the one it leads to.
///
/// # Errors
/// [`StoreError`] where the database does not answer.
pub async fn load(conn: &mut TenantConn<'_>, id: ContactId) -> Result<Option<Contact>, StoreError> {
    let mut wanted = id;
    loop {
        let query = contacts::table
            .filter(contacts::id.eq(wanted))
            .select(Contact::as_select());
        let contact: Option<Contact> = query.first(conn.db()).await.optional()?;
        match contact.as_ref().and_then(|contact| contact.merged_into) {
            Some(survivor) => wanted = survivor,
            None => return Ok(contact),
        }
    }
}

/// The same to change it: another change of it waits for this transaction.
///
/// # Errors
/// [`StoreError::NotFound`] where the tenant has no such contact.
pub async fn lock(conn: &mut TenantConn<'_>, id: ContactId) -> Result<Contact, StoreError> {
    let mut wanted = id;
    loop {
        let query = contacts::table
            .filter(contacts::id.eq(wanted))
            .select(Contact::as_select());
        let contact: Option<Contact> = query.for_no_key_update().first(conn.db()).await.optional()?;
        let contact = contact.ok_or(StoreError::NotFound)?;
        match contact.merged_into {
            Some(survivor) => wanted = survivor,
            None => return Ok(contact),
        }
    }
}

/// Keeps somebody whom nobody vouches for, who is found by what a page or a form said.
///
/// # Errors
/// [`StoreError`] where the database does not answer.
pub async fn keep(
    conn: &mut TenantConn<'_>,
    id: ContactId,
    name: Option<String>,
    email: Option<String>,
    at: DateTime<Utc>,
) -> Result<Contact, StoreError> {
    let tenant = conn.tenant_id();
    Ok(sql(returning!(
        "INSERT INTO contacts (tenant_id, id, said_name, said_email, created_at, last_seen_at) \
         VALUES ($1, $2, $3, $4, $5, $5)"
    ))
    .bind::<SqlUuid, _>(tenant)
    .bind::<SqlUuid, _>(id)
    .bind::<Nullable<Text>, _>(name)
    .bind::<Nullable<Text>, _>(email)
    .bind::<Timestamptz, _>(at)
    .get_result(conn.db())
    .await?)
}

/// Notes that a contact was seen. Nothing is noted, and nobody waited for, while another transaction changes
/// them.
///
/// # Errors
/// [`StoreError`] where the database does not answer.
pub async fn touch(conn: &mut TenantConn<'_>, id: ContactId, at: DateTime<Utc>) -> Result<(), StoreError> {
    sql(
        "UPDATE contacts SET last_seen_at = $2 WHERE last_seen_at < $2 AND id = ( \
             SELECT id FROM contacts WHERE id = $1 FOR NO KEY UPDATE SKIP LOCKED)",
    )
    .bind::<SqlUuid, _>(id)
    .bind::<Timestamptz, _>(at)
    .execute(conn.db())
    .await?;
    Ok(())
}

/// Sets what agents know, whether they are blocked, and when they were seen first and last, as `contact` has it.
///
/// # Errors
/// [`StoreError::NotFound`] where the tenant has no such contact.
pub async fn edit(conn: &mut TenantConn<'_>, contact: &Contact) -> Result<(), StoreError> {
    let changed = sql(
        "UPDATE contacts SET edited_name = $2, edited_email = $3, edited_attributes = $4, blocked_at = $5, \
             blocked_reason = $6, created_at = $7, last_seen_at = $8 \
         WHERE id = $1",
    )
    .bind::<SqlUuid, _>(contact.id)
    .bind::<Nullable<Text>, _>(&contact.edited_name)
    .bind::<Nullable<Text>, _>(&contact.edited_email)
    .bind::<Jsonb, _>(&contact.edited_attributes)
    .bind::<Nullable<Timestamptz>, _>(contact.blocked_at)
    .bind::<Nullable<Text>, _>(&contact.blocked_reason)
    .bind::<Timestamptz, _>(contact.created_at)
    .bind::<Timestamptz, _>(contact.last_seen_at)
    .execute(conn.db())
    .await?;
    found(changed)
}

/// Lets a contact lead to another one from now on, whose its browsers and notes are then; where either wants no
/// mail, that holds. For a transaction that [`enter`]ed and has both.
///
/// # Errors
/// [`StoreError::NotFound`] where the tenant has no such contact.
pub async fn merge(conn: &mut TenantConn<'_>, from: ContactId, into: ContactId) -> Result<(), StoreError> {
    for bring in [
        "UPDATE visitors SET contact_id = $2 WHERE contact_id = $1",
        "UPDATE contact_notes SET contact_id = $2 WHERE contact_id = $1",
        "UPDATE tickets SET contact_id = $2 WHERE contact_id = $1",
        "UPDATE contacts s SET mail_stopped_at = coalesce(s.mail_stopped_at, o.mail_stopped_at), \
             said_name = coalesce(s.said_name, o.said_name), said_email = coalesce(s.said_email, o.said_email) \
         FROM contacts o WHERE o.id = $1 AND s.id = $2",
    ] {
        let bring = sql(bring).bind::<SqlUuid, _>(from).bind::<SqlUuid, _>(into);
        bring.execute(conn.db()).await?;
    }
    let changed = sql("UPDATE contacts SET merged_into = $2 WHERE id = $1")
        .bind::<SqlUuid, _>(from)
        .bind::<SqlUuid, _>(into)
        .execute(conn.db())
        .await?;
    found(changed)
}

/// Whether any browser is a contact's.
///
/// # Errors
/// [`StoreError`] where the database does not answer.
pub async fn has_browsers(conn: &mut TenantConn<'_>, id: ContactId) -> Result<bool, StoreError> {
    #[derive(diesel::QueryableByName)]
    struct Row {
        #[diesel(sql_type = Bool)]
        has: bool,
    }
    let row: Row = sql("SELECT EXISTS (SELECT FROM visitors WHERE contact_id = $1) AS has")
        .bind::<SqlUuid, _>(id)
        .get_result(conn.db())
        .await?;
    Ok(row.has)
}

fn found(changed: usize) -> Result<(), StoreError> {
    if changed == 0 {
        Err(StoreError::NotFound)
    } else {
        Ok(())
    }
}
