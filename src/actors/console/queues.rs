//! Workspaces of which it is to be looked who is given what waits: somebody waits, an agent has come, or
//! has less to do. So a look is made for what has happened, and none where nothing has.

use std::{
    collections::{HashMap, HashSet},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use chrono::{DateTime, Utc};
use parlance_store::ids::TenantId;

#[derive(Debug, Default)]
struct Marks {
    marked: HashSet<TenantId>,
    /// Those that are to be marked at a time; of several times the first.
    later: HashMap<TenantId, DateTime<Utc>>,
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

    pub(super) fn mark_at(&self, tenant: TenantId, at: DateTime<Utc>) {
        let mut marks = self.marks();
        let due = marks.later.entry(tenant).or_insert(at);
        *due = at.min(*due);
    }

    /// Those that are marked by now; one that is being looked at stays marked until that is done.
    pub(super) fn take(&self, now: DateTime<Utc>) -> Vec<Look> {
        let mut marks = self.marks();
        let Marks {
            marked,
            later,
            looked_at,
        } = &mut *marks;
        marked.extend(later.extract_if(|_, due| *due <= now).map(|(tenant, _)| tenant));
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
        let now = DateTime::UNIX_EPOCH;
        assert!(queues.take(now).is_empty());
        queues.mark(acme);
        queues.mark(acme);
        let look = queues.take(now);
        assert_eq!(look.iter().map(|look| look.tenant).collect::<Vec<_>>(), [acme]);
        assert!(queues.take(now).is_empty());
        // What happens meanwhile is looked at afterwards, and keeps no other back.
        queues.mark(acme);
        queues.mark(globex);
        assert_eq!(queues.take(now).len(), 1);
        drop(look);
        assert_eq!(queues.take(now)[0].tenant, acme);
        assert!(queues.take(now).is_empty());
    }

    #[test]
    fn a_workspace_is_looked_at_when_its_time_has_come() {
        let (queues, acme) = (Queues::default(), TenantId::new());
        let at = |second| DateTime::from_timestamp(second, 0).unwrap();
        queues.mark_at(acme, at(20));
        queues.mark_at(acme, at(10));
        queues.mark_at(acme, at(30));
        assert!(queues.take(at(9)).is_empty());
        assert_eq!(queues.take(at(10))[0].tenant, acme);
        assert!(queues.take(at(30)).is_empty(), "once, for the first of the times");
    }
}
