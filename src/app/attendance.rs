//! What becomes of conversations without anybody doing anything: a snooze is over, what an agent has who
//! is gone waits for another, and what waits is assigned.

use std::time::Duration;

use chrono::TimeDelta;
use parlance_store::{
    StoreError,
    ids::{ConversationId, TenantId, UserId},
    queries::inbox,
};
use tracing::{error, info};

use super::assignment;
use crate::actors::{
    conversation::{ActorError, ConversationHandle},
    services::Services,
};

/// How often it is looked.
const EVERY: Duration = Duration::from_millis(500);
/// An agent may be away for so long, to reload a page or to change the network.
const GRACE: TimeDelta = TimeDelta::seconds(30);
/// Conversations woken at once.
const BATCH: i32 = 64;

/// Whoever had a conversation when the last run ended is missed from now on.
pub async fn begin(services: &Services) {
    match services.db.control().agents_with_conversations().await {
        Ok(agents) => agents
            .into_iter()
            .for_each(|(tenant, agent)| services.consoles.miss(tenant, agent)),
        Err(error) => error!(%error, "what agents have who are gone stays with them"),
    }
}

/// Looks for as long as the application runs.
pub async fn keep_looking(services: Services) {
    let looking = async {
        loop {
            tokio::time::sleep(EVERY).await;
            for look in services.consoles.queues_to_look_at() {
                let assigning = assignment::assign(services.clone(), look);
                services.tasks.spawn_local("assignment", assigning);
            }
            if let Err(error) = wake(&services).await {
                error!(%error, "snoozed conversations are left for the next look");
            }
            for (tenant, agent) in services.consoles.take_gone(GRACE) {
                if let Err(error) = let_go(&services, tenant, agent).await {
                    error!(tenant.id = %tenant, user.id = %agent, %error, "what a gone agent has is left for the next look");
                    services.consoles.miss(tenant, agent);
                }
            }
        }
    };
    tokio::select! {
        () = services.tasks.stopping().cancelled_owned() => {}
        () = looking => {}
    }
}

/// Wakes what is due.
async fn wake(services: &Services) -> Result<(), StoreError> {
    let now = services.clock.now();
    let due = services.db.control().conversations_to_wake(now, BATCH).await?;
    for (tenant, conversation) in due {
        let woken = ask(services, tenant, conversation, async |actor| actor.wake().await);
        match woken.await {
            Ok(()) | Err(ActorError::NotFound) => {}
            Err(error) => error!(conversation.id = %conversation, %error, "it is woken at the next look"),
        }
    }
    Ok(())
}

/// What `agent` has waits for another.
async fn let_go(services: &Services, tenant: TenantId, agent: UserId) -> Result<(), StoreError> {
    let db = services.db.tenant(tenant);
    let held = db.read(async |conn| inbox::held_by(conn, agent).await).await?;
    for conversation in held {
        let dropped = ask(services, tenant, conversation, async |actor| {
            actor.drop_off(agent).await
        });
        match dropped.await {
            Ok(()) => {
                info!(tenant.id = %tenant, conversation.id = %conversation, "its agent is gone, it waits")
            }
            Err(ActorError::NotFound) => {}
            Err(error) => {
                error!(conversation.id = %conversation, %error, "it is taken from who is gone at the next look");
                services.consoles.miss(tenant, agent);
            }
        }
    }
    Ok(())
}

/// Asks the conversation; one that passivated between the look-up and the call is looked up again.
pub(super) async fn ask<T>(
    services: &Services,
    tenant: TenantId,
    conversation: ConversationId,
    ask: impl AsyncFn(ConversationHandle) -> Result<T, ActorError>,
) -> Result<T, ActorError> {
    match ask(services.registry.conversation(tenant, conversation)?).await {
        Err(ActorError::NotFound) => ask(services.registry.conversation(tenant, conversation)?).await,
        answer => answer,
    }
}
