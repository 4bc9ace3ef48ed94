//! Files that visitors and agents send: what is taken, and what is kept of it. `kind` tells by content what
//! a file is, `name` what it may be called, `image` measures images and takes from them what their camera
//! noted, and `link` makes the addresses under which they are read for a while. Start at [`take_in`].

mod image;
mod kind;
mod link;
mod name;
mod words;

use bytes::Bytes;
use chrono::{DateTime, TimeDelta, Utc};
use parlance_store::{
    StoreError, TenantDb,
    ids::{AttachmentId, ConversationId},
    queries::{
        attachments::{self, NewAttachment, Uploaded},
        messages::AuthorKind,
        notes,
    },
    tenant::TenantConn,
};
use sha2::{Digest, Sha256};
use thiserror::Error;
use tokio::task;

pub use self::{
    kind::{Kind, is_image},
    link::{LinkError, Links},
    words::{asked, preview, told},
};
use super::{
    conversations::event::Event,
    knowledge::{extract::ExtractError, reader::Reader},
};
use crate::kernel::{code::Code, problem::Problem};
pub use parlance_store::queries::attachments::{Attachment, Uploader};

/// Bytes of a file at most.
pub const MAX_BYTES: usize = 10 << 20;
/// Files of a message or note at most.
pub const MAX_FILES: usize = 10;
/// How long what was uploaded waits to be sent.
pub const UNSENT_FOR: TimeDelta = TimeDelta::days(1);
/// Files of a conversation that wait to be sent, at most.
const MAX_UNSENT_FILES: i64 = 50;
/// Bytes of a conversation's files, sent or not, at most.
const MAX_CONVERSATION_BYTES: i64 = 200 << 20;
/// Bytes that the visitors of a workspace upload in [`VISITORS_WITHIN`], at most. Uploads at the same moment
/// may pass each of these bounds by themselves.
const MAX_VISITOR_BYTES: i64 = 2 << 30;
const VISITORS_WITHIN: TimeDelta = TimeDelta::days(1);

/// A file that somebody uploads.
#[derive(Clone, Debug)]
pub struct NewFile {
    pub conversation: ConversationId,
    pub uploader: Uploader,
    /// As the client names it.
    pub name: String,
    pub content: Bytes,
}

/// Why a file is not taken.
#[derive(Debug, Error)]
pub enum AttachmentError {
    #[error("the file is empty")]
    Empty,
    #[error("a file has at most {} MiB", MAX_BYTES >> 20)]
    TooLarge,
    #[error("this type of file cannot be sent: choose a PNG, JPEG, GIF or WebP image, a PDF or plain text")]
    Unsupported,
    #[error("the image is damaged: save it anew and send that")]
    Damaged,
    #[error("the image has too many pixels: make it smaller")]
    TooManyPixels,
    #[error("malware was found in the file")]
    Infected,
    #[error("files cannot be checked for malware right now, try again in a moment")]
    Unchecked,
    #[error("{MAX_UNSENT_FILES} files wait to be sent here: send some, or try again tomorrow")]
    TooManyUnsent,
    #[error("the files of this conversation have {} MiB, and may have no more", MAX_CONVERSATION_BYTES >> 20)]
    ConversationFull,
    #[error("visitors have sent too many files today, try again tomorrow")]
    NoRoom,
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl From<AttachmentError> for Problem {
    fn from(refused: AttachmentError) -> Self {
        let code = match &refused {
            AttachmentError::Empty | AttachmentError::Damaged => Code::InvalidRequest,
            AttachmentError::TooLarge | AttachmentError::TooManyPixels => Code::PayloadTooLarge,
            AttachmentError::Unsupported => Code::UnsupportedMediaType,
            AttachmentError::Unchecked => Code::Busy,
            AttachmentError::TooManyUnsent | AttachmentError::ConversationFull | AttachmentError::NoRoom => {
                Code::LimitReached
            }
            AttachmentError::Infected => return Self::new(Code::FileInfected, refused.to_string()),
            AttachmentError::Store(StoreError::NotFound) => return Self::not_found(),
            AttachmentError::Store(error) => return Self::internal(error),
        };
        Self::new(code, refused.to_string())
    }
}

/// Checks a file and keeps it until it is sent, [`UNSENT_FOR`] at most.
///
/// # Errors
/// [`AttachmentError`], for whoever uploads; [`StoreError::NotFound`] where the tenant has no such
/// conversation.
pub async fn take_in(
    db: &TenantDb,
    reader: &Reader,
    file: NewFile,
    now: DateTime<Utc>,
) -> Result<Attachment, AttachmentError> {
    if file.content.len() > MAX_BYTES {
        return Err(AttachmentError::TooLarge);
    }
    db.read(async |conn| has_room(conn, file.conversation, file.uploader, now).await)
        .await?;
    reader.scan(&file.content).await.map_err(|error| match error {
        ExtractError::Malware(_) => AttachmentError::Infected,
        ExtractError::TooLargeToScan => AttachmentError::TooLarge,
        _ => AttachmentError::Unchecked,
    })?;
    let (content, name) = (file.content, file.name);
    // Beside the requests, and one that panics is a damaged file.
    let checked = task::spawn_blocking(move || check(&content, &name)).await;
    let checked = checked.unwrap_or(Err(AttachmentError::Damaged))?;
    let new = NewAttachment {
        id: AttachmentId::new(),
        conversation_id: file.conversation,
        uploader: file.uploader,
        name: &checked.name,
        media_type: checked.kind.media_type(),
        sha256: &Sha256::digest(&checked.content),
        size: checked.size,
        content: &checked.content,
        at: now,
    };
    let kept = db.transaction(async |conn| {
        has_room(conn, file.conversation, file.uploader, now).await?;
        Ok::<_, AttachmentError>(attachments::put(conn, new).await?)
    });
    kept.await
}

/// The newest notes of a conversation as they are told, oldest first.
///
/// # Errors
/// [`StoreError`] where the database fails.
pub async fn notes(
    conn: &mut TenantConn<'_>,
    links: &Links,
    conversation: ConversationId,
) -> Result<Vec<Event>, StoreError> {
    let notes = notes::list(conn, conversation, notes::NEWEST).await?;
    let ids: Vec<_> = notes.iter().map(|note| note.id).collect();
    let sent = attachments::of_notes(conn, &ids).await?;
    let tenant = conn.tenant_id();
    let told = notes.into_iter().map(|note| {
        let of_note = sent.iter().filter(|file| file.note_id == Some(note.id));
        let files = of_note
            .map(|file| links.attachment(tenant, file.clone()))
            .collect();
        Event::note(note, files)
    });
    Ok(told.collect())
}

async fn has_room(
    conn: &mut TenantConn<'_>,
    conversation: ConversationId,
    uploader: Uploader,
    now: DateTime<Utc>,
) -> Result<(), AttachmentError> {
    let uploaded = attachments::uploaded(conn, conversation, now - VISITORS_WITHIN).await?;
    room(uploaded, uploader.kind)
}

/// Agents are bound by the conversation alone.
fn room(uploaded: Uploaded, uploader: AuthorKind) -> Result<(), AttachmentError> {
    if uploaded.unsent >= MAX_UNSENT_FILES {
        return Err(AttachmentError::TooManyUnsent);
    }
    if uploaded.bytes >= MAX_CONVERSATION_BYTES {
        return Err(AttachmentError::ConversationFull);
    }
    if uploader == AuthorKind::Visitor && uploaded.by_visitors >= MAX_VISITOR_BYTES {
        return Err(AttachmentError::NoRoom);
    }
    Ok(())
}

/// A file as it is kept.
#[derive(Debug)]
struct Checked {
    kind: Kind,
    name: String,
    content: Bytes,
    /// Pixels as shown, of an image.
    size: Option<(i32, i32)>,
}

fn check(content: &Bytes, name: &str) -> Result<Checked, AttachmentError> {
    if content.is_empty() {
        return Err(AttachmentError::Empty);
    }
    let kind = Kind::of(content).ok_or(AttachmentError::Unsupported)?;
    let name = name::of(name, kind);
    let Some(format) = kind.image() else {
        let (content, size) = (content.clone(), None);
        return Ok(Checked {
            kind,
            name,
            content,
            size,
        });
    };
    let image = image::clean(format, content).ok_or(AttachmentError::Damaged)?;
    let size = image.size().ok_or(AttachmentError::TooManyPixels)?;
    Ok(Checked {
        kind,
        name,
        content: image.content.into(),
        size: Some(size),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_conversation_and_the_visitors_of_a_day_have_so_much_room() {
        let uploaded = |unsent, bytes, by_visitors| Uploaded {
            unsent,
            bytes,
            by_visitors,
        };
        let of = |uploaded, kind| room(uploaded, kind).map_err(|refused| refused.to_string());
        for kind in [AuthorKind::Visitor, AuthorKind::Agent] {
            let last = uploaded(49, MAX_CONVERSATION_BYTES - 1, MAX_VISITOR_BYTES - 1);
            assert_eq!(of(last, kind), Ok(()));
            assert!(of(uploaded(50, 0, 0), kind).unwrap_err().contains("50 files"));
            assert!(
                of(uploaded(0, 200 << 20, 0), kind)
                    .unwrap_err()
                    .contains("200 MiB")
            );
        }
        let busy_day = uploaded(0, 0, 2 << 30);
        assert!(
            of(busy_day, AuthorKind::Visitor)
                .unwrap_err()
                .contains("tomorrow")
        );
        assert_eq!(of(busy_day, AuthorKind::Agent), Ok(()));
    }

    #[test]
    fn a_file_is_kept_as_what_it_is() {
        let kept = check(&Bytes::from_static(b"%PDF-1.7 x"), "scan.exe").unwrap();
        assert_eq!(
            (kept.kind, kept.name.as_str(), kept.size),
            (Kind::Pdf, "scan.exe.pdf", None)
        );
        assert!(matches!(check(&Bytes::new(), "a"), Err(AttachmentError::Empty)));
        assert!(matches!(
            check(
                &Bytes::from_static(b"<svg xmlns=\"http://www.w3.org/2000/svg\"/>"),
                "a.png"
            ),
            Err(AttachmentError::Unsupported)
        ));
        assert!(matches!(
            check(&Bytes::from_static(b"\x89PNG\r\n\x1a\n and no more"), "a.png"),
            Err(AttachmentError::Damaged)
        ));
        let mut huge = b"GIF89a".to_vec();
        huge.extend([0xff; 20]);
        assert!(matches!(
            check(&huge.into(), "a.gif"),
            Err(AttachmentError::TooManyPixels)
        ));
    }
}
