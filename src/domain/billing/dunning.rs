//! What follows from how a subscription stands: which plan is given for it, how long one is kept that is not
//! paid, and what owners are told. Pure.

use chrono::{DateTime, TimeDelta, Utc};
use parlance_store::queries::subscriptions::{Subscription, SubscriptionStatus};
use serde::{Deserialize, Serialize};

use crate::adapters::billing::{Subscription as Told, runs};

/// Owners are told this long before a grace ends.
const WARN: TimeDelta = TimeDelta::days(2);
/// What should have come by the end of a period is asked for so long after it.
const LATE: TimeDelta = TimeDelta::hours(1);
/// How often one is asked for that runs and for which nothing is given.
const ASKED: TimeDelta = TimeDelta::days(1);

/// What owners are told.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Notice {
    PaymentFailed,
    GraceEnding,
    PlanEnded,
    PaidAgain,
}

impl Notice {
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::PaymentFailed => "payment_failed",
            Self::GraceEnding => "grace_ending",
            Self::PlanEnded => "plan_ended",
            Self::PaidAgain => "paid_again",
        }
    }
}

/// What is to be written, and told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Settled {
    pub subscription: Subscription,
    pub notices: Vec<Notice>,
}

/// Of what was known `before` and what the provider `told`, if it was asked: a subscription, or that there is none.
#[must_use]
pub fn settle(
    before: &Subscription,
    told: Option<Option<Told>>,
    grace: TimeDelta,
    now: DateTime<Utc>,
) -> Settled {
    let mut after = before.clone();
    if told == Some(None) {
        after.status = before.status.map(|_| SubscriptionStatus::Canceled);
    }
    if let Some(told) = told.flatten() {
        after.subscription = Some(told.id);
        after.status = Some(told.status);
        // A price that is no plan's is a mistake of the operator's: nobody loses a plan by it.
        after.plan = told.plan.or(after.plan);
        after.current_period_end = Some(told.current_period_end);
        after.trial_end = told.trial_end;
        after.cancel_at_period_end = told.cancel_at_period_end;
    }
    let mut notices = Vec::new();
    let is_unpaid = after.status.is_some_and(unpaid);
    after.grace_until = is_unpaid.then(|| before.grace_until.unwrap_or(now + grace));
    after.warned_at = before.warned_at.filter(|_| is_unpaid);
    after.granted = after.status.and_then(|status| match status {
        SubscriptionStatus::Trialing | SubscriptionStatus::Active => after.plan.clone(),
        _ => after
            .plan
            .clone()
            .filter(|_| after.grace_until.is_some_and(|until| now < until)),
    });
    let is_paid = matches!(
        after.status,
        Some(SubscriptionStatus::Trialing | SubscriptionStatus::Active)
    );
    if before.grace_until.is_some() && is_paid {
        notices.push(Notice::PaidAgain);
    }
    if before.grace_until.is_none() && is_unpaid && after.granted.is_some() {
        notices.push(Notice::PaymentFailed);
    }
    if before.granted.is_some() && after.granted.is_none() {
        notices.push(Notice::PlanEnded);
    }
    let ends_soon = after
        .grace_until
        .is_some_and(|until| now < until && until - WARN <= now);
    if ends_soon && after.warned_at.is_none() {
        after.warned_at = Some(now);
        // Who is told just now that the payment failed is told until when.
        if before.grace_until.is_some() {
            notices.push(Notice::GraceEnding);
        }
    }
    after.look_at = look_at(&after, now);
    Settled {
        subscription: after,
        notices,
    }
}

/// The payment failed, and the provider still waits for it, or has given up.
fn unpaid(status: SubscriptionStatus) -> bool {
    matches!(status, SubscriptionStatus::PastDue | SubscriptionStatus::Unpaid)
}

/// When something is to happen that nobody may tell of.
fn look_at(after: &Subscription, now: DateTime<Utc>) -> Option<DateTime<Utc>> {
    let warning = after.grace_until.filter(|_| after.warned_at.is_none());
    let ends = after.grace_until.filter(|until| now < *until);
    let is_given = after.granted.is_some();
    let period = after.current_period_end.filter(|_| is_given);
    let late = period.map(|end| (end + LATE).max(now + LATE));
    let asked = (!is_given && after.status.is_some_and(runs)).then(|| now + ASKED);
    [warning.map(|until| until - WARN), ends, late, asked]
        .into_iter()
        .flatten()
        .filter(|at| now < *at)
        .min()
}

#[cfg(test)]
mod tests {
    use super::*;

    const GRACE: TimeDelta = TimeDelta::days(7);

    fn day(n: i64) -> DateTime<Utc> {
        DateTime::UNIX_EPOCH + TimeDelta::days(n)
    }

    fn nothing_yet() -> Subscription {
        Subscription {
            provider: "mock".to_owned(),
            customer: "cus".to_owned(),
            subscription: None,
            status: None,
            plan: None,
            granted: None,
            current_period_end: None,
            trial_end: None,
            cancel_at_period_end: false,
            grace_until: None,
            warned_at: None,
            answered: 0,
            look_at: None,
        }
    }

    fn told(status: SubscriptionStatus) -> Option<Option<Told>> {
        Some(Some(Told {
            id: "sub".to_owned(),
            status,
            plan: Some("pro".to_owned()),
            current_period_end: day(30),
            trial_end: None,
            cancel_at_period_end: false,
        }))
    }

    fn granted(settled: &Settled) -> Option<&str> {
        settled.subscription.granted.as_deref()
    }

    #[test]
    fn each_status_gives_what_is_paid_for() {
        use SubscriptionStatus::*;
        for (status, gives) in [
            (Trialing, true),
            (Active, true),
            (PastDue, true),
            (Unpaid, true),
            (Incomplete, false),
            (IncompleteExpired, false),
            (Paused, false),
            (Canceled, false),
        ] {
            let settled = settle(&nothing_yet(), told(status), GRACE, day(0));
            assert_eq!(granted(&settled).is_some(), gives, "{status}");
        }
        let settled = settle(&nothing_yet(), None, GRACE, day(0));
        assert_eq!((granted(&settled), settled.notices.len()), (None, 0));
    }

    #[test]
    fn what_is_not_paid_is_kept_for_the_grace_and_comes_back_when_it_is() {
        let active = settle(&nothing_yet(), told(SubscriptionStatus::Active), GRACE, day(0));
        assert_eq!(
            (active.notices.len(), active.subscription.look_at),
            (0, Some(day(30) + LATE))
        );
        let failed = settle(
            &active.subscription,
            told(SubscriptionStatus::PastDue),
            GRACE,
            day(1),
        );
        assert_eq!(
            (granted(&failed), &failed.notices[..]),
            (Some("pro"), &[Notice::PaymentFailed][..])
        );
        assert_eq!(failed.subscription.grace_until, Some(day(8)));
        assert_eq!(failed.subscription.look_at, Some(day(6)));
        let again = settle(
            &failed.subscription,
            told(SubscriptionStatus::PastDue),
            GRACE,
            day(3),
        );
        assert_eq!(
            (again.subscription.grace_until, again.notices.len()),
            (Some(day(8)), 0),
            "it is not prolonged"
        );
        let warned = settle(&again.subscription, None, GRACE, day(6));
        assert_eq!(
            (granted(&warned), &warned.notices[..]),
            (Some("pro"), &[Notice::GraceEnding][..])
        );
        assert_eq!(warned.subscription.look_at, Some(day(8)));
        let ended = settle(&warned.subscription, None, GRACE, day(8));
        assert_eq!(
            (granted(&ended), &ended.notices[..]),
            (None, &[Notice::PlanEnded][..])
        );
        assert_eq!(settle(&ended.subscription, None, GRACE, day(9)).notices, []);
        let gone = settle(
            &ended.subscription,
            told(SubscriptionStatus::Canceled),
            GRACE,
            day(9),
        );
        assert_eq!((gone.notices.len(), gone.subscription.look_at), (0, None));
        let paid = settle(
            &ended.subscription,
            told(SubscriptionStatus::Active),
            GRACE,
            day(9),
        );
        assert_eq!(
            (granted(&paid), &paid.notices[..]),
            (Some("pro"), &[Notice::PaidAgain][..])
        );
        assert_eq!(
            (paid.subscription.grace_until, paid.subscription.warned_at),
            (None, None)
        );
    }

    #[test]
    fn what_the_provider_does_not_have_any_more_is_over() {
        let active = settle(&nothing_yet(), told(SubscriptionStatus::Active), GRACE, day(0)).subscription;
        let gone = settle(&active, Some(None), GRACE, day(1));
        assert_eq!(
            (granted(&gone), &gone.notices[..], gone.subscription.status),
            (None, &[Notice::PlanEnded][..], Some(SubscriptionStatus::Canceled))
        );
        let never = settle(&nothing_yet(), Some(None), GRACE, day(1));
        assert_eq!((never.subscription.status, never.notices.len()), (None, 0));
    }

    #[test]
    fn a_price_that_is_no_plans_takes_no_plan_away_and_keeps_none() {
        let unknown = |status| {
            let told = told(status).flatten().map(|told| Told { plan: None, ..told });
            Some(told)
        };
        let active = settle(&nothing_yet(), told(SubscriptionStatus::Active), GRACE, day(0)).subscription;
        let still = settle(&active, unknown(SubscriptionStatus::Active), GRACE, day(1));
        assert_eq!((granted(&still), still.notices.len()), (Some("pro"), 0));
        let over = settle(&active, unknown(SubscriptionStatus::Canceled), GRACE, day(1));
        assert_eq!(
            (granted(&over), &over.notices[..]),
            (None, &[Notice::PlanEnded][..])
        );
        let never = settle(&nothing_yet(), unknown(SubscriptionStatus::Active), GRACE, day(1));
        assert_eq!(granted(&never), None);
    }

    #[test]
    fn a_short_grace_is_told_of_once_and_none_ends_at_once() {
        let active = settle(&nothing_yet(), told(SubscriptionStatus::Active), GRACE, day(0)).subscription;
        let short = settle(
            &active,
            told(SubscriptionStatus::PastDue),
            TimeDelta::days(1),
            day(1),
        );
        assert_eq!(short.notices, [Notice::PaymentFailed]);
        let none = settle(
            &active,
            told(SubscriptionStatus::PastDue),
            TimeDelta::zero(),
            day(1),
        );
        assert_eq!(
            (granted(&none), &none.notices[..]),
            (None, &[Notice::PlanEnded][..])
        );
    }
}
