//! What an earlier run left open: questions without an answer are answered, a few at a time;
//! calls whose outcome nobody will ever report are settled from what was noted of them. At start,
//! and then now and again for what broke off.

use std::{sync::Arc, time::Duration};

use futures_util::StreamExt;
use parlance_store::{
    StoreError,
    ids::{ConversationId, TenantId},
    queries::{conversations, ledger},
};
use tokio::time::timeout;
use tracing::{error, info, warn};

use crate::{
    actors::services::Services,
    domain::billing::{prices::PriceBook, settlement},
};

/// How often it is looked again.
const EVERY: Duration = Duration::from_secs(60);
/// Rows handled in one transaction, and conversations of one workspace taken up before the next
/// workspace's turn, at most.
const BATCH: usize = 32;
/// Conversations that are taken up at the same time: visitors who ask now come first.
const AT_ONCE: usize = 8;
/// A conversation that takes longer goes on, and the next one need not wait for it.
const ANSWERED_WITHIN: Duration = Duration::from_secs(60);

/// Looks for as long as the application runs, and forgets what ended.
pub async fn keep_looking(services: Services, prices: Arc<PriceBook>) {
    let stopping = services.tasks.stopping();
    let settling = async {
        loop {
            if let Err(error) = settle(&services, &prices).await {
                error!(%error, "looking for unfinished calls failed, will look again");
            }
            tokio::time::sleep(EVERY).await;
            services.registry.sweep();
            services.keys.note_used().await;
            services.accounts.sweep();
            services.drafts.sweep();
        }
    };
    let answering = async {
        loop {
            if let Err(error) = take_up_all(&services).await {
                error!(%error, "looking for open turns failed, will look again");
            }
            tokio::time::sleep(EVERY).await;
        }
    };
    tokio::select! {
        () = stopping.cancelled() => {}
        () = settling => {}
        () = answering => {}
    }
}

/// Settles what expired, and has recorded what is settled.
async fn settle(services: &Services, prices: &PriceBook) -> Result<(), StoreError> {
    for tenant in services.db.control().tenants_with_open_work().await? {
        if let Err(error) = settle_expired(services, prices, tenant).await {
            error!(tenant.id = %tenant, %error, "expired calls of a workspace are left for the next look");
        }
        services.ledger.settled(tenant);
    }
    Ok(())
}

/// Takes up every open turn, of each workspace some before more of the first.
async fn take_up_all(services: &Services) -> Result<(), StoreError> {
    let tenants = services.db.control().tenants_with_open_work().await?;
    let mut left: Vec<_> = tenants.into_iter().map(|tenant| (tenant, None)).collect();
    while !left.is_empty() {
        let mut more = Vec::new();
        for (tenant, after) in left {
            match take_up(services, tenant, after).await {
                Ok(None) => {}
                Ok(last) => more.push((tenant, last)),
                Err(error) => {
                    error!(tenant.id = %tenant, %error, "open turns of a workspace are left for the next look");
                }
            }
        }
        left = more;
    }
    Ok(())
}

async fn settle_expired(services: &Services, prices: &PriceBook, tenant: TenantId) -> Result<(), StoreError> {
    let db = services.db.tenant(tenant);
    loop {
        let now = services.clock.now();
        let settled = db
            .transaction(async |conn| {
                let expired = ledger::open_expired(conn, now, limit()).await?;
                for open in &expired {
                    settlement::close(conn, prices, open, now).await?;
                }
                Ok::<_, StoreError>(expired.len())
            })
            .await?;
        if settled > 0 {
            info!(tenant.id = %tenant, reservations = settled, "settled calls that nobody reported on");
        }
        if settled < BATCH {
            return Ok(());
        }
    }
}

/// Takes up the next open turns of a tenant, behind `after`, and waits for their answers. Gives the
/// last conversation where there may be more.
async fn take_up(
    services: &Services,
    tenant: TenantId,
    after: Option<ConversationId>,
) -> Result<Option<ConversationId>, StoreError> {
    let open = services
        .db
        .tenant(tenant)
        .read(async |conn| conversations::with_open_turns(conn, after, limit()).await)
        .await?;
    let last = (open.len() == BATCH).then(|| open.last().copied()).flatten();
    let asleep: Vec<ConversationId> = open
        .into_iter()
        .filter(|conversation| !services.registry.is_alive(tenant, *conversation))
        .collect();
    if !asleep.is_empty() {
        info!(tenant.id = %tenant, conversations = asleep.len(), "taking up unanswered questions");
    }
    futures_util::stream::iter(asleep)
        .for_each_concurrent(AT_ONCE, |conversation| answer(services, tenant, conversation))
        .await;
    Ok(last)
}

/// A conversation takes up what waits as soon as it is loaded.
async fn answer(services: &Services, tenant: TenantId, conversation: ConversationId) {
    if services.registry.is_draining() {
        return;
    }
    let taken_up = async {
        services
            .registry
            .conversation(tenant, conversation)?
            .quiet()
            .await
    };
    match timeout(ANSWERED_WITHIN, taken_up).await {
        Ok(Ok(())) => {}
        Ok(Err(refused)) => {
            error!(conversation.id = %conversation, %refused, "an unanswered question was not taken up");
        }
        Err(_) => warn!(conversation.id = %conversation, "still answering, the next one is taken up"),
    }
}

fn limit() -> i64 {
    i64::try_from(BATCH).unwrap_or(i64::MAX)
}
