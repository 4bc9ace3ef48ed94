//! What an earlier run left open: questions without an answer are answered, calls whose outcome
//! nobody will ever report are settled from what was noted of them. At start, and then now and
//! again for what other nodes leave behind.

use std::{sync::Arc, time::Duration};

use parlance_store::{
    StoreError,
    ids::TenantId,
    queries::{conversations, ledger},
};
use tracing::{error, info};

use crate::{
    actors::services::Services,
    domain::billing::{prices::PriceBook, settlement},
};

/// How often it is looked again.
const EVERY: Duration = Duration::from_secs(60);
/// Rows handled in one transaction at most.
const BATCH: i64 = 200;

/// Takes up every open turn and settles what expired.
///
/// # Errors
/// When the database does not answer.
pub async fn recover(services: &Services, prices: &PriceBook) -> Result<(), StoreError> {
    for tenant in services.db.control().tenants_with_open_work().await? {
        if let Err(error) = recover_tenant(services, prices, tenant).await {
            error!(tenant.id = %tenant, %error, "unfinished work of a workspace is left for the next look");
        }
    }
    Ok(())
}

async fn recover_tenant(services: &Services, prices: &PriceBook, tenant: TenantId) -> Result<(), StoreError> {
    settle_expired(services, prices, tenant).await?;
    let db = services.db.tenant(tenant);
    let open = db
        .read(async |conn| conversations::with_open_turns(conn, BATCH).await)
        .await?;
    if !open.is_empty() {
        info!(tenant.id = %tenant, conversations = open.len(), "taking up unanswered questions");
    }
    for conversation in open {
        // An actor takes up what waits as soon as it is loaded.
        if let Err(refused) = services.registry.conversation(tenant, conversation) {
            error!(conversation.id = %conversation, %refused, "an unanswered question was not taken up");
        }
    }
    services.ledger.settled(tenant);
    Ok(())
}

async fn settle_expired(services: &Services, prices: &PriceBook, tenant: TenantId) -> Result<(), StoreError> {
    let (db, now) = (services.db.tenant(tenant), services.clock.now());
    let settled = db
        .transaction(async |conn| {
            let expired = ledger::open_expired(conn, now, BATCH).await?;
            for open in &expired {
                settlement::close(conn, prices, open, now).await?;
            }
            Ok::<_, StoreError>(expired.len())
        })
        .await?;
    if settled > 0 {
        info!(tenant.id = %tenant, reservations = settled, "settled calls that nobody reported on");
        services.ledger.settled(tenant);
    }
    Ok(())
}

/// Looks again for as long as the application runs, and forgets conversations that ended.
pub async fn keep_looking(services: Services, prices: Arc<PriceBook>) {
    let stopping = services.tasks.stopping();
    loop {
        tokio::select! {
            () = stopping.cancelled() => return,
            () = tokio::time::sleep(EVERY) => {}
        }
        services.registry.sweep();
        services.logins.sweep();
        if let Err(error) = recover(&services, &prices).await {
            error!(%error, "looking for unfinished work failed, will look again");
        }
    }
}
