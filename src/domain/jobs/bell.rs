//! Tells those of this process who wait for jobs, so that they need not wait until they look by
//! themselves.

use std::sync::Arc;

use dashmap::DashMap;
use parlance_store::ids::TenantId;
use tokio::sync::watch;

/// Rung when a job has changed. Cheap to clone: all clones are the same.
#[derive(Clone, Debug)]
pub struct Bell(Arc<Ropes>);

#[derive(Debug)]
struct Ropes {
    work: watch::Sender<()>,
    /// Of tenants whose jobs somebody watches.
    watched: DashMap<TenantId, watch::Sender<()>>,
}

impl Default for Bell {
    fn default() -> Self {
        Self(Arc::new(Ropes {
            work: watch::Sender::new(()),
            watched: DashMap::new(),
        }))
    }
}

impl Bell {
    /// A job of `tenant` was put in line: there is something to do.
    pub fn ring(&self, tenant: TenantId) {
        self.0.work.send_replace(());
        self.changed(tenant);
    }

    /// A job of `tenant` is not as it was: there is something to see.
    pub fn changed(&self, tenant: TenantId) {
        if let Some(watched) = self.0.watched.get(&tenant) {
            watched.send_replace(());
        }
    }

    /// For one who works: `changed` comes back once it has rung since the last time.
    #[must_use]
    pub fn listen(&self) -> watch::Receiver<()> {
        self.0.work.subscribe()
    }

    /// For one who watches the jobs of a tenant; [`Self::unwatch`] afterwards.
    #[must_use]
    pub fn watch(&self, tenant: TenantId) -> watch::Receiver<()> {
        let watched = self.0.watched.entry(tenant).or_default();
        watched.subscribe()
    }

    /// Forgets a tenant whose jobs nobody watches any more.
    pub fn unwatch(&self, tenant: TenantId) {
        self.0
            .watched
            .remove_if(&tenant, |_, watched| watched.receiver_count() == 0);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn work_is_heard_by_workers_and_a_change_by_those_who_watch_its_tenant() {
        let (acme, globex, bell) = (TenantId::new(), TenantId::new(), Bell::default());
        let (work, watching) = (bell.listen(), bell.watch(acme));
        let heard = |of: &watch::Receiver<()>| of.has_changed().unwrap();
        bell.ring(globex);
        assert!(heard(&work) && !heard(&watching));
        let work = bell.listen();
        bell.changed(acme);
        assert!(!heard(&work) && heard(&watching));
        bell.unwatch(acme);
        assert_eq!(bell.0.watched.len(), 1, "somebody watches");
        drop(watching);
        bell.unwatch(acme);
        assert!(bell.0.watched.is_empty());
    }
}
