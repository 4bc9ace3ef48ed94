//! What is sent with a message or a note: found before that is written, and bound to it behind that, in one
//! transaction. What was sent before is found, too, so that a message that is repeated is known as such.

use parlance_store::{
    ids::{AttachmentId, ConversationId, VisitorId},
    queries::{
        attachments::{self, SentWith, Uploader},
        messages::AuthorKind,
    },
    tenant::TenantConn,
};

use super::{messages::ActorError, write::store};
use crate::domain::conversations::event::{Agent, Attachment};

/// Who uploads as the visitor of a conversation.
pub(crate) fn visitor(id: VisitorId) -> Uploader {
    Uploader {
        kind: AuthorKind::Visitor,
        id: id.into(),
    }
}

/// Who uploads as this agent.
pub(crate) fn agent(agent: &Agent) -> Uploader {
    Uploader {
        kind: AuthorKind::Agent,
        id: agent.id.into(),
    }
}

/// The files of these ids, in order.
pub(super) async fn found(
    conn: &mut TenantConn<'_>,
    conversation: ConversationId,
    uploader: Uploader,
    ids: &[AttachmentId],
) -> Result<Vec<Attachment>, ActorError> {
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let found = attachments::find(conn, conversation, uploader, ids).await;
    let found = found.map_err(store)?;
    if found.len() < ids.len() {
        return Err(ActorError::NoSuchAttachment);
    }
    Ok(found.into_iter().map(Attachment::from).collect())
}

/// Binds what was found to what it is sent with; what was sent meanwhile, or before, is not there.
pub(super) async fn send(
    conn: &mut TenantConn<'_>,
    files: &[Attachment],
    with: SentWith,
) -> Result<(), ActorError> {
    if files.is_empty() {
        return Ok(());
    }
    let ids: Vec<_> = files.iter().map(|file| file.id).collect();
    let sent = attachments::send(conn, &ids, with).await.map_err(store)?;
    if sent < files.len() {
        return Err(ActorError::NoSuchAttachment);
    }
    Ok(())
}

/// What they are called.
pub(super) fn names(files: &[Attachment]) -> Vec<String> {
    files.iter().map(|file| file.name.clone()).collect()
}
