//! In whose turn jobs are done: stride scheduling (Waldspurger and Weihl 1995) over tenants. Each job
//! moves its tenant's clock on, less where its priority is higher; the tenant whose clock is furthest
//! behind is next. However many jobs one tenant has, another's first is done after at most one of each.

use std::collections::HashMap;

use parlance_store::ids::TenantId;

/// What a job of the lowest priority costs a tenant of a single share.
const STRIDE: u64 = 1_200;

/// The tenants' clocks.
#[derive(Debug, Default)]
pub struct Shares {
    clocks: HashMap<TenantId, u64>,
    /// Where the one that was served last stood, the furthest behind of all that waited: who comes
    /// anew begins there, and gains nothing by having been away.
    now: u64,
}

impl Shares {
    /// `waiting` in the order in which they are to be served. Forgets those that do not wait and are
    /// not ahead of the others.
    pub fn order(&mut self, mut waiting: Vec<TenantId>) -> Vec<TenantId> {
        let now = self.now;
        self.clocks
            .retain(|tenant, clock| *clock > now || waiting.contains(tenant));
        waiting.sort_by_key(|tenant| (self.clock(*tenant), *tenant));
        waiting
    }

    /// A job of `priority` is done for `tenant`, whose plan gives it so many shares.
    pub fn charge(&mut self, tenant: TenantId, priority: i16, shares: u16) {
        let clock = self.clock(tenant);
        self.now = self.now.max(clock);
        let weight = u64::try_from(priority.clamp(-1, 3) + 2).unwrap_or(1) * u64::from(shares.max(1));
        self.clocks.insert(tenant, clock + (STRIDE / weight).max(1));
    }

    fn clock(&self, tenant: TenantId) -> u64 {
        self.clocks.get(&tenant).copied().unwrap_or(0).max(self.now)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn serve(shares: &mut Shares, waiting: &[TenantId], priority: impl Fn(TenantId) -> i16) -> TenantId {
        let next = shares.order(waiting.to_vec())[0];
        shares.charge(next, priority(next), 1);
        next
    }

    #[test]
    fn a_tenant_with_many_jobs_does_not_delay_anothers_first() {
        let (many, one) = (TenantId::new(), TenantId::new());
        let mut shares = Shares::default();
        for _ in 0..1_000 {
            assert_eq!(serve(&mut shares, &[many], |_| 0), many);
        }
        let next: Vec<_> = (0..2).map(|_| serve(&mut shares, &[many, one], |_| 0)).collect();
        assert!(next.contains(&one), "after at most one of the other");
    }

    #[test]
    fn who_was_away_gets_no_more_than_its_share() {
        let (a, b) = (TenantId::new(), TenantId::new());
        let mut shares = Shares::default();
        for _ in 0..100 {
            serve(&mut shares, &[a], |_| 0);
        }
        let served: Vec<_> = (0..20).map(|_| serve(&mut shares, &[a, b], |_| 0)).collect();
        let of_b = served.iter().filter(|tenant| **tenant == b).count();
        assert!((9..=11).contains(&of_b), "{of_b} of 20");
    }

    #[test]
    fn a_higher_priority_is_a_larger_share() {
        let (low, high) = (TenantId::new(), TenantId::new());
        let mut shares = Shares::default();
        let priority = |tenant| i16::from(tenant == high);
        let served: Vec<_> = (0..100)
            .map(|_| serve(&mut shares, &[low, high], priority))
            .collect();
        let of_high = served.iter().filter(|tenant| **tenant == high).count();
        assert!((58..=62).contains(&of_high), "{of_high} of 100");
    }

    #[test]
    fn a_plan_of_two_shares_is_served_twice_as_often() {
        let (free, pro) = (TenantId::new(), TenantId::new());
        let mut shares = Shares::default();
        let mut of_pro = 0;
        for _ in 0..90 {
            let next = shares.order(vec![free, pro])[0];
            shares.charge(next, 0, if next == pro { 2 } else { 1 });
            of_pro += i32::from(next == pro);
        }
        assert!((59..=61).contains(&of_pro), "{of_pro} of 90");
    }
}
