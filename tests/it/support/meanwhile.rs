//! Two things at the same moment, of which one waits for the other.

use parlance_store::{StoreError, TenantConn, ids::TenantId};

use super::{TestApp, eventually};

impl TestApp {
    /// Once so many wait for a lock.
    async fn wait_for_a_lock(&self, many: i64) {
        eventually(async || {
            let waiting = self.db().rows(
                "SELECT count(*) AS waiting FROM pg_stat_activity \
                 WHERE datname = current_database() AND wait_event_type = 'Lock'",
            );
            let waiting = waiting.await.unwrap()[0]["waiting"].as_i64().unwrap();
            (waiting >= many).then_some(())
        })
        .await;
    }

    /// What comes of `asked` when it is begun after `change` is under way, and `many` of what it asks for wait
    /// for that; then `behind` happens in the transaction of the change, which is committed.
    pub async fn meanwhile<T>(
        &self,
        tenant: TenantId,
        (change, many): (
            impl AsyncFnOnce(&mut TenantConn<'_>) -> Result<(), StoreError>,
            i64,
        ),
        asked: impl Future<Output = T>,
        behind: impl AsyncFnOnce(&mut TenantConn<'_>) -> Result<(), StoreError>,
    ) -> T {
        let db = self.services.db.tenant(tenant);
        let (started, start) = tokio::sync::oneshot::channel();
        let changing = db.transaction(async |conn| {
            change(conn).await?;
            started.send(()).unwrap();
            self.wait_for_a_lock(many).await;
            behind(conn).await
        });
        let asking = async {
            start.await.unwrap();
            asked.await
        };
        let (changed, answer) = tokio::join!(changing, asking);
        changed.unwrap();
        answer
    }
}
