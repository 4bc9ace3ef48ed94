//! Tells of tickets that were changed outside their conversation: the consoles, and the conversation.

use parlance_store::{
    StoreError, TenantDb,
    ids::ConversationId,
    queries::{conversations, inbox},
};
use tracing::error;

use super::{console::Consoles, registry::Registry};
use crate::domain::{
    conversations::summary::ConversationSummary,
    tickets::{deadlines, touched::Touched},
};

/// Tells how a ticket is now, once that is committed: everyone who listens to the workspace, also where its
/// conversation comes in their inbox. Without a `registry` no conversation is loaded in this process.
pub async fn tell(db: &TenantDb, consoles: &Consoles, registry: Option<&Registry>, ticket: Touched) {
    let tenant = db.tenant_id();
    consoles.ticket(tenant, ticket.number);
    let Some(conversation) = ticket.conversation else {
        return;
    };
    if let Err(error) = deadlines::carry(db, conversation).await {
        error!(conversation.id = %conversation, %error, "its next deadline is left for the next change");
    }
    match registry.filter(|registry| registry.is_alive(tenant, conversation)) {
        Some(registry) => registry.identify(tenant, &[conversation]).await,
        None if consoles.is_heard(tenant) => match summary(db, conversation).await {
            Ok(Some(summary)) => consoles.upsert(tenant, conversation, || summary),
            Ok(None) => {}
            Err(error) => error!(conversation.id = %conversation, %error, "the consoles are not told"),
        },
        None => {}
    }
}

/// The same of several.
pub async fn tell_all(
    db: &TenantDb,
    consoles: &Consoles,
    registry: Option<&Registry>,
    tickets: Vec<Touched>,
) {
    for ticket in tickets {
        tell(db, consoles, registry, ticket).await;
    }
}

/// A conversation that nobody has loaded, where something was said in it.
async fn summary(db: &TenantDb, id: ConversationId) -> Result<Option<ConversationSummary>, StoreError> {
    db.read(async |conn| {
        let row = conversations::load(conn, id).await?;
        let Some(row) = row.filter(|row| row.head_seq > 0) else {
            return Ok(None);
        };
        let glimpses = inbox::glimpses(conn, vec![id]).await?;
        Ok(glimpses
            .first()
            .map(|glimpse| ConversationSummary::of(&row, glimpse)))
    })
    .await
}
