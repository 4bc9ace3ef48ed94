//! Gives agents who are there what waits, where a space assigns: who waits longest first. Whether a
//! conversation still waits is up to its actor, so of an agent who takes it meanwhile and this one wins.
//! Outside a space's hours nothing of it is given; it is looked again when they begin.

use std::collections::HashMap;

use parlance_store::{
    StoreError,
    ids::{TenantId, UserId},
    queries::queue::{self, Load, Waiting},
};
use tracing::{error, info};

use super::attendance::ask;
use crate::{
    actors::{
        console::{Look, Present},
        conversation::ActorError,
        services::Services,
    },
    domain::{
        accounts::permission::{Permission, may},
        conversations::{
            event::Agent,
            queue::{Candidate, QueueSettings, choose},
        },
        hours::Hours,
    },
};

/// Conversations of a space at a look. What is given calls for another look.
const BATCH: i64 = 64;

/// Looks at one workspace, and again soon where that failed.
pub(super) async fn assign(services: Services, look: Look) {
    let tenant = look.tenant;
    if let Err(error) = give(&services, tenant).await {
        error!(tenant.id = %tenant, %error, "what waits is assigned at the next look");
        services.consoles.look_at_queue(tenant);
    }
}

async fn give(services: &Services, tenant: TenantId) -> Result<(), StoreError> {
    let present = services.consoles.present(tenant);
    let there = present.iter().filter(|present| !present.away);
    let there: Vec<UserId> = there.map(|present| present.agent.id).collect();
    if there.is_empty() {
        return Ok(());
    }
    let db = services.db.tenant(tenant);
    let read = db.read(async |conn| {
        let waiting = queue::waiting(conn, BATCH).await?;
        let loads = match waiting.is_empty() {
            true => Vec::new(),
            false => queue::loads(conn, there).await?,
        };
        Ok::<_, StoreError>((waiting, loads))
    });
    let (waiting, loads) = read.await?;
    let mut loads: HashMap<UserId, Load> = loads.into_iter().map(|load| (load.user_id, load)).collect();
    for conversation in waiting {
        if is_held(services, tenant, &conversation) {
            continue;
        }
        let Some(agent) = next(services, tenant, &conversation, &loads) else {
            continue;
        };
        let given = ask(services, tenant, conversation.id, async |actor| {
            actor.assign(agent.clone()).await
        });
        match given.await {
            Ok(true) => {
                info!(tenant.id = %tenant, conversation.id = %conversation.id, user.id = %agent.id, "assigned");
                if let Some(load) = loads.get_mut(&agent.id) {
                    (load.open, load.assigned_at) = (load.open + 1, Some(services.clock.now()));
                }
            }
            Ok(false) | Err(ActorError::NotFound) => {}
            Err(error) => {
                error!(conversation.id = %conversation.id, %error, "it is assigned at the next look");
                services.consoles.look_at_queue(tenant);
            }
        }
    }
    Ok(())
}

/// Whether it is outside the hours of its space.
fn is_held(services: &Services, tenant: TenantId, conversation: &Waiting) -> bool {
    let stored = conversation.hours.clone().filter(|hours| !hours.is_null());
    // Hours that cannot be read are none, as everywhere.
    let hours: Option<Hours> = stored.and_then(|stored| serde_json::from_value(stored).ok());
    let now = services.clock.now();
    let Some(hours) = hours.filter(|hours| !hours.is_open(now)) else {
        return false;
    };
    if let Some(at) = hours.next_opening(now) {
        services.consoles.look_at_queue_at(tenant, at);
    }
    true
}

/// Who is given it, of those who are there at this moment.
fn next(
    services: &Services,
    tenant: TenantId,
    conversation: &Waiting,
    loads: &HashMap<UserId, Load>,
) -> Option<Agent> {
    let settings: QueueSettings = serde_json::from_value(conversation.settings.clone()).ok()?;
    let present = services.consoles.present(tenant);
    let answering = |present: &Present| {
        let Present { agent, away } = present;
        let load = loads.get(&agent.id)?;
        may(load.role, Permission::ConversationsWrite).then_some(Candidate {
            agent: agent.id,
            away: *away,
            open: u32::try_from(load.open).unwrap_or(u32::MAX),
            assigned_at: load.assigned_at,
        })
    };
    let candidates: Vec<Candidate> = present.iter().filter_map(answering).collect();
    let chosen = choose(&settings, &candidates)?;
    let found = present.into_iter().find(|present| present.agent.id == chosen);
    found.map(|present| present.agent)
}
