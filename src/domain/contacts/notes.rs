//! What agents write of a contact for each other.

use chrono::{DateTime, Utc};
use parlance_store::{
    StoreError, TenantDb,
    control::Role,
    ids::{ContactId, ContactNoteId},
    queries::{
        contact_notes::{self, ContactNote},
        contacts,
    },
};

use crate::domain::accounts::caller::Caller;

/// Characters of a note at most.
pub const TEXT_MAX: usize = 4_000;

/// Why a note is not written, or not removed.
#[derive(Debug, thiserror::Error)]
pub enum NoteError {
    #[error("text: give 1 to {TEXT_MAX} characters")]
    Text,
    #[error("this note is another agent's: whoever wrote it or an admin removes it")]
    Anothers,
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Writes a note of a contact.
///
/// # Errors
/// [`NoteError`], and nothing is written.
pub async fn add(
    db: &TenantDb,
    caller: &Caller,
    contact: ContactId,
    text: &str,
    at: DateTime<Utc>,
) -> Result<ContactNote, NoteError> {
    let text = text.replace('\0', "").trim().to_owned();
    if !(1..=TEXT_MAX).contains(&text.chars().count()) {
        return Err(NoteError::Text);
    }
    let author = caller.agent();
    db.transaction(async |conn| {
        // A merge takes the notes that are there: it waits for this one, or this one for it.
        let contact = contacts::lock(conn, contact).await?;
        let note = ContactNote {
            id: ContactNoteId::new(),
            contact_id: contact.id,
            author_id: author.id,
            author_name: author.name,
            text,
            at,
        };
        contact_notes::add(conn, &note).await?;
        Ok(note)
    })
    .await
}

/// Removes a note: whoever wrote it may, and admins.
///
/// # Errors
/// [`NoteError`], and nothing is removed.
pub async fn remove(
    db: &TenantDb,
    caller: &Caller,
    contact: ContactId,
    id: ContactNoteId,
) -> Result<(), NoteError> {
    let is_admin = caller.role.is_some_and(|role| role <= Role::Admin);
    let own = caller.agent().id;
    db.transaction(async |conn| {
        let contact = contacts::load(conn, contact).await?.ok_or(StoreError::NotFound)?;
        let note = contact_notes::remove(conn, contact.id, id).await?;
        let note = note.ok_or(StoreError::NotFound)?;
        if is_admin || note.author_id == own {
            Ok(())
        } else {
            Err(NoteError::Anothers)
        }
    })
    .await
}
