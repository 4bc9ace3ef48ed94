//! Workspaces of which it is to be looked who is given what waits: somebody waits, an agent has come, or
//! has less to do. So a look is made for what has happened, and none where nothing has.

use std::{
    collections::HashSet,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use parlance_store::ids::TenantId;

#[derive(Debug, Default)]
struct Marks {
    marked: HashSet<TenantId>,
    looked_at: HashSet<TenantId>,
}

/// Cheap to clone: all clones are the same.
#[derive(Clone, Debug, Default)]
pub(super) struct Queues(Arc<Mutex<Marks>>);

impl Queues {
    fn marks(&self) -> MutexGuard<'_, Marks> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn mark(&self, tenant: TenantId) {
        self.marks().marked.insert(tenant);
    }

    /// Those that are marked; one that is being looked at stays marked until that is done.
    pub(super) fn take(&self) -> Vec<Look> {
        let mut marks = self.marks();
        let Marks { marked, looked_at } = &mut *marks;
        let due = marked.extract_if(|tenant| looked_at.insert(*tenant));
        let look = |tenant| Look {
            queues: self.clone(),
            tenant,
        };
        due.map(look).collect()
    }
}

/// A workspace that is being looked at; no other look at it begins before this is dropped.
#[derive(Debug)]
pub struct Look {
    queues: Queues,
    pub tenant: TenantId,
}

impl Drop for Look {
    fn drop(&mut self) {
        self.queues.marks().looked_at.remove(&self.tenant);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_workspace_is_looked_at_once_for_all_that_happened_and_by_one_at_a_time() {
        let (queues, acme, globex) = (Queues::default(), TenantId::new(), TenantId::new());
        assert!(queues.take().is_empty());
        queues.mark(acme);
        queues.mark(acme);
        let look = queues.take();
        assert_eq!(look.iter().map(|look| look.tenant).collect::<Vec<_>>(), [acme]);
        assert!(queues.take().is_empty());
        // What happens meanwhile is looked at afterwards, and keeps no other back.
        queues.mark(acme);
        queues.mark(globex);
        assert_eq!(queues.take().len(), 1);
        drop(look);
        assert_eq!(queues.take()[0].tenant, acme);
        assert!(queues.take().is_empty());
    }
}
