//! A mail; see `domain::notify::mail`, and `domain::mail_replies::outgoing` for those to visitors.

use parlance_store::{
    StoreError, TenantDb,
    ids::{ConversationId, JobId},
};

use super::{Came, Failure, Tools};
use crate::{
    actors::conversation::ActorError,
    adapters::mail::MailError,
    domain::{
        csat::asking,
        mail_replies::outgoing::{self, Outcome},
        notify::mail::{Errand, PostError},
    },
};

pub(super) async fn run(tools: &Tools, db: &TenantDb, job: JobId, errand: &Errand) -> Result<Came, Failure> {
    let sent = match errand {
        Errand::Reply { conversation } => reply(tools, db, job, *conversation).await?,
        Errand::Rating { conversation } => asking::send(&tools.post, db, job, *conversation).await,
        other => tools.post.carry_out(db, job, other).await,
    };
    match sent {
        Ok(()) => Ok(Came::ToItsEnd),
        Err(PostError::Store(StoreError::NotFound)) => Ok(Came::Removed("the person left the workspace")),
        Err(PostError::Store(error)) => Err(error.into()),
        Err(error) => Err(Failure {
            transient: matches!(error, PostError::Mail(MailError::Passing(_))),
            error: error.to_string(),
        }),
    }
}

/// Asks the conversation whether its visitor listens, and tells it what was mailed. One that is not loaded
/// has nobody who listens.
async fn reply(
    tools: &Tools,
    db: &TenantDb,
    job: JobId,
    conversation: ConversationId,
) -> Result<Result<(), PostError>, Failure> {
    let tenant = db.tenant_id();
    let loaded = tools.registry.as_ref();
    let loaded = loaded.filter(|registry| registry.is_alive(tenant, conversation));
    let actor = loaded.and_then(|registry| registry.conversation(tenant, conversation).ok());
    let listens = match &actor {
        None => false,
        Some(actor) => match actor.observe().await {
            Ok(seen) => seen.visitor_listens,
            Err(ActorError::NotFound) => false,
            Err(error) => {
                return Err(Failure {
                    error: error.to_string(),
                    transient: true,
                });
            }
        },
    };
    let sent = outgoing::send(&tools.post, db, job, conversation, listens).await;
    if let (Ok(Outcome::Sent(messages, at)), Some(actor)) = (&sent, &actor) {
        actor.note_mailed(messages.clone(), *at);
    }
    Ok(sent.map(drop))
}
