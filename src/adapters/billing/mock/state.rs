//! All that the mock knows of a customer, and what becomes of it. Pure: each change answers the kinds of events
//! that are to be sent.

use chrono::{DateTime, Months, TimeDelta, Utc};
use parlance_store::queries::{invoices::Charge, subscriptions::SubscriptionStatus};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::{
    super::{Amount, BillingError, Invoice, Subscription, runs},
    is_charged,
};

/// Invoices that are kept.
const INVOICES: usize = 24;

const CHECKED_OUT: &str = "checkout.session.completed";
const CREATED: &str = "customer.subscription.created";
const UPDATED: &str = "customer.subscription.updated";
const DELETED: &str = "customer.subscription.deleted";
const PAID: &str = "invoice.paid";
const FAILED: &str = "invoice.payment_failed";

/// A means of payment.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Card {
    #[default]
    Works,
    Declined,
}

#[derive(Debug, Default, Serialize, Deserialize)]
pub(super) struct State {
    /// Seconds that its clock is ahead.
    pub ahead: i64,
    subscription: Option<Running>,
    pub checkout: Option<Session>,
    pub portal: Option<Door>,
    pub card: Card,
    /// Newest first.
    pub invoices: Vec<Invoice>,
    numbered: u32,
    /// What a smaller plan gave back, for what is billed next.
    #[serde(default)]
    credit: Option<Amount>,
}

#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Running {
    id: String,
    status: SubscriptionStatus,
    pub plan: String,
    period_start: DateTime<Utc>,
    period_end: DateTime<Utc>,
    trial_end: Option<DateTime<Utc>>,
    cancel_at_period_end: bool,
}

/// The page of a checkout.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Session {
    pub secret: String,
    pub plan: String,
    pub trial_days: u16,
    pub paid: String,
    pub left: String,
}

/// The page of the portal.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Door {
    pub secret: String,
    pub back: String,
}

impl Running {
    /// What a change from the first price to the second costs for the rest of the period.
    pub(super) fn difference(&self, (before, after): (&Amount, &Amount), now: DateTime<Utc>) -> Amount {
        let whole = (self.period_end - self.period_start).num_seconds().max(1);
        let left = (self.period_end - now).num_seconds().clamp(0, whole);
        let more = match self.status {
            SubscriptionStatus::Trialing => 0,
            _ => (after.thousandths - before.thousandths).saturating_mul(left) / whole,
        };
        Amount {
            thousandths: more,
            currency: after.currency.clone(),
        }
    }
}

impl State {
    pub(super) fn session(&self, secret: &str) -> Option<&Session> {
        self.checkout.as_ref().filter(|session| session.secret == secret)
    }

    pub(super) fn door(&self, secret: &str) -> Option<&Door> {
        self.portal.as_ref().filter(|door| door.secret == secret)
    }

    pub(super) fn told(&self) -> Option<Subscription> {
        self.subscription.as_ref().map(|one| Subscription {
            id: one.id.clone(),
            status: one.status,
            plan: Some(one.plan.clone()),
            current_period_end: one.period_end,
            trial_end: one.trial_end,
            cancel_at_period_end: one.cancel_at_period_end,
        })
    }

    pub(super) fn running(&self) -> Result<&Running, BillingError> {
        let running = self.subscription.as_ref().filter(|one| runs(one.status));
        running.ok_or(BillingError::NoSubscription)
    }

    fn running_mut(&mut self) -> Result<&mut Running, BillingError> {
        let running = self.subscription.as_mut().filter(|one| runs(one.status));
        running.ok_or(BillingError::NoSubscription)
    }

    /// Begins what a checkout was for.
    pub(super) fn subscribe(
        &mut self,
        session: &Session,
        card: Card,
        price: Amount,
        now: DateTime<Utc>,
    ) -> Result<Vec<&'static str>, BillingError> {
        if card == Card::Declined {
            return Err(declined());
        }
        let days = TimeDelta::days(session.trial_days.into());
        let trial_end = (session.trial_days > 0).then(|| now + days);
        self.card = card;
        self.checkout = None;
        self.subscription = Some(Running {
            id: format!("sub_mock_{}", Uuid::now_v7().simple()),
            status: match trial_end {
                Some(_) => SubscriptionStatus::Trialing,
                None => SubscriptionStatus::Active,
            },
            plan: session.plan.clone(),
            period_start: now,
            period_end: trial_end.unwrap_or_else(|| a_month_after(now)),
            trial_end,
            cancel_at_period_end: false,
        });
        if trial_end.is_some() {
            return Ok(vec![CREATED, CHECKED_OUT]);
        }
        self.bill(price, Charge::First, "paid", now);
        Ok(vec![CREATED, CHECKED_OUT, PAID])
    }

    pub(super) fn end_with_period(&mut self, cancel: bool) -> Result<Vec<&'static str>, BillingError> {
        self.running_mut()?.cancel_at_period_end = cancel;
        Ok(vec![UPDATED])
    }

    pub(super) fn change(
        &mut self,
        plan: &str,
        prices: (&Amount, &Amount),
        now: DateTime<Utc>,
    ) -> Result<Vec<&'static str>, BillingError> {
        let due = self.running()?.difference(prices, now);
        if self.beyond_credit(&due).thousandths > 0 && self.card == Card::Declined {
            return Err(declined());
        }
        let running = self.running_mut()?;
        plan.clone_into(&mut running.plan);
        running.cancel_at_period_end = false;
        if due.thousandths == 0 {
            return Ok(vec![UPDATED]);
        }
        self.bill(due, Charge::Change, "paid", now);
        Ok(vec![UPDATED, PAID])
    }

    /// Has another card, which pays what is owed if it works.
    pub(super) fn replace(&mut self, card: Card) -> Vec<&'static str> {
        self.card = card;
        let owing = self.subscription.as_mut();
        let owing = owing.filter(|one| one.status == SubscriptionStatus::PastDue && card == Card::Works);
        let Some(owing) = owing else {
            return Vec::new();
        };
        owing.status = SubscriptionStatus::Active;
        // What an earlier subscription left open stays so.
        let since = owing.period_start;
        let open = self.invoices.iter_mut();
        for invoice in open.filter(|invoice| invoice.status == "open" && invoice.at >= since) {
            "paid".clone_into(&mut invoice.status);
        }
        vec![PAID, UPDATED]
    }

    /// Turns the clock to the end of the period that `now` is in.
    pub(super) fn turn(
        &mut self,
        now: DateTime<Utc>,
        price: impl Fn(&str) -> Result<Amount, BillingError>,
    ) -> Result<Vec<&'static str>, BillingError> {
        let end = self.running()?.period_end;
        // Whole seconds are counted: the next one is after the end.
        self.ahead += (end - now).num_seconds().max(0) + 1;
        self.advance(end, price)
    }

    /// Does what falls due by `now`.
    pub(super) fn advance(
        &mut self,
        now: DateTime<Utc>,
        price: impl Fn(&str) -> Result<Amount, BillingError>,
    ) -> Result<Vec<&'static str>, BillingError> {
        let mut events = Vec::new();
        loop {
            let card = self.card;
            let due = self.subscription.as_mut();
            let Some(due) = due.filter(|one| is_charged(one.status) && one.period_end <= now) else {
                return Ok(events);
            };
            if due.cancel_at_period_end || due.status == SubscriptionStatus::PastDue {
                due.status = SubscriptionStatus::Canceled;
                events.push(DELETED);
                return Ok(events);
            }
            let at = due.period_end;
            (due.period_start, due.period_end) = (at, a_month_after(at));
            let owed = price(&due.plan)?;
            let is_paid = card == Card::Works || beyond(self.credit.as_ref(), &owed).thousandths == 0;
            let (status, invoice, event) = if is_paid {
                (SubscriptionStatus::Active, "paid", PAID)
            } else {
                (SubscriptionStatus::PastDue, "open", FAILED)
            };
            due.status = status;
            self.bill(owed, Charge::Renewal, invoice, at);
            events.extend([event, UPDATED]);
        }
    }

    /// What is left of `due` for the card to pay; as it is where it gives something back.
    pub(super) fn beyond_credit(&self, due: &Amount) -> Amount {
        beyond(self.credit.as_ref(), due)
    }

    /// What gives something back is kept, and drawn on by what is billed next.
    fn bill(&mut self, net: Amount, charge: Charge, status: &str, at: DateTime<Utc>) {
        self.numbered += 1;
        let amount = self.beyond_credit(&net);
        let credit = self.credit.take().filter(|kept| kept.currency == net.currency);
        let kept = credit.map_or(0, |kept| kept.thousandths);
        let left = kept - (net.thousandths - amount.thousandths) - amount.thousandths.min(0);
        self.credit = (left > 0).then(|| Amount {
            thousandths: left,
            currency: net.currency.clone(),
        });
        let invoice = Invoice {
            number: format!("MOCK-{:04}", self.numbered),
            at,
            net: Some(net),
            amount,
            charge,
            plan: self.subscription.as_ref().map(|one| one.plan.clone()),
            status: status.to_owned(),
            url: None,
            pdf: None,
        };
        self.invoices.insert(0, invoice);
        self.invoices.truncate(INVOICES);
    }
}

/// What is left of `due` where `credit` is drawn on.
fn beyond(credit: Option<&Amount>, due: &Amount) -> Amount {
    let credit = credit.filter(|credit| credit.currency == due.currency);
    let drawn = credit
        .map_or(0, |credit| credit.thousandths)
        .min(due.thousandths.max(0));
    Amount {
        thousandths: due.thousandths - drawn,
        currency: due.currency.clone(),
    }
}

fn declined() -> BillingError {
    BillingError::Refused("the card was declined".to_owned())
}

fn a_month_after(at: DateTime<Utc>) -> DateTime<Utc> {
    at.checked_add_months(Months::new(1)).unwrap_or(at)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn usd(thousandths: i64) -> Amount {
        Amount {
            thousandths,
            currency: "USD".to_owned(),
        }
    }

    fn pro(_: &str) -> Result<Amount, BillingError> {
        Ok(usd(49_000))
    }

    fn subscribed(trial_days: u16) -> (State, DateTime<Utc>) {
        let now = DateTime::UNIX_EPOCH;
        let session = Session {
            secret: "s".to_owned(),
            plan: "pro".to_owned(),
            trial_days,
            paid: String::new(),
            left: String::new(),
        };
        let mut state = State::default();
        state.subscribe(&session, Card::Works, usd(49_000), now).unwrap();
        (state, now)
    }

    fn status(state: &State) -> SubscriptionStatus {
        state.told().unwrap().status
    }

    #[test]
    fn a_trial_becomes_paid_and_renews_by_itself() {
        let (mut state, now) = subscribed(14);
        assert_eq!(
            (status(&state), state.invoices.len()),
            (SubscriptionStatus::Trialing, 0)
        );
        assert_eq!(state.advance(now + TimeDelta::days(13), pro).unwrap(), [""; 0]);
        assert_eq!(
            state.advance(now + TimeDelta::days(14), pro).unwrap(),
            [PAID, UPDATED]
        );
        assert_eq!(status(&state), SubscriptionStatus::Active);
        state.advance(now + TimeDelta::days(14 + 62), pro).unwrap();
        assert_eq!(state.invoices.len(), 3, "each month that passed is billed");
    }

    #[test]
    fn what_is_not_paid_is_past_due_then_over_unless_another_card_pays() {
        let (mut state, now) = subscribed(0);
        state.replace(Card::Declined);
        assert_eq!(state.turn(now, pro).unwrap(), [FAILED, UPDATED]);
        assert_eq!(
            (status(&state), state.invoices[0].status.as_str()),
            (SubscriptionStatus::PastDue, "open")
        );
        assert_eq!(state.replace(Card::Works), [PAID, UPDATED]);
        assert_eq!(
            (status(&state), state.invoices[0].status.as_str()),
            (SubscriptionStatus::Active, "paid")
        );
        state.replace(Card::Declined);
        let later = now + TimeDelta::seconds(state.ahead);
        state.turn(later, pro).unwrap();
        let later = now + TimeDelta::seconds(state.ahead);
        assert_eq!(state.turn(later, pro).unwrap(), [DELETED]);
        assert!(matches!(state.running(), Err(BillingError::NoSubscription)));
    }

    #[test]
    fn a_change_costs_the_difference_for_what_is_left() {
        let (mut state, now) = subscribed(0);
        let half = now + TimeDelta::days(15) + TimeDelta::hours(12);
        let prices = (&usd(49_000), &usd(199_000));
        assert_eq!(state.running().unwrap().difference(prices, half), usd(75_000));
        state.end_with_period(true).unwrap();
        assert_eq!(state.change("enterprise", prices, half).unwrap(), [UPDATED, PAID]);
        let told = state.told().unwrap();
        assert_eq!(
            (told.plan.as_deref(), told.cancel_at_period_end),
            (Some("enterprise"), false)
        );
        let (trial, now) = subscribed(14);
        assert_eq!(trial.running().unwrap().difference(prices, now), usd(0));
    }

    #[test]
    fn what_a_smaller_plan_gives_back_pays_what_comes_next() {
        let (mut state, now) = subscribed(0);
        let prices = (&usd(199_000), &usd(49_000));
        assert_eq!(state.change("pro", prices, now).unwrap(), [UPDATED, PAID]);
        assert_eq!(state.invoices[0].amount, usd(-150_000));
        state.replace(Card::Declined);
        let billed = |state: &State| {
            let newest = &state.invoices[0];
            (
                newest.amount.thousandths,
                newest.net.as_ref().unwrap().thousandths,
                newest.status.clone(),
            )
        };
        for left in [0, 0, 0] {
            let now = now + TimeDelta::seconds(state.ahead);
            assert_eq!(state.turn(now, pro).unwrap(), [PAID, UPDATED]);
            assert_eq!(billed(&state), (left, 49_000, "paid".to_owned()));
        }
        let now = now + TimeDelta::seconds(state.ahead);
        assert_eq!(state.turn(now, pro).unwrap(), [FAILED, UPDATED]);
        assert_eq!(
            billed(&state),
            (46_000, 49_000, "open".to_owned()),
            "three were left of it"
        );
    }

    #[test]
    fn another_card_does_not_pay_what_an_earlier_subscription_owes() {
        let (mut state, now) = subscribed(0);
        state.replace(Card::Declined);
        for _ in 0..2 {
            let now = now + TimeDelta::seconds(state.ahead);
            state.turn(now, pro).unwrap();
        }
        assert_eq!(
            (status(&state), state.invoices[0].status.as_str()),
            (SubscriptionStatus::Canceled, "open")
        );
        let session = Session {
            secret: "t".to_owned(),
            plan: "pro".to_owned(),
            trial_days: 0,
            paid: String::new(),
            left: String::new(),
        };
        let now = now + TimeDelta::seconds(state.ahead);
        state.subscribe(&session, Card::Works, usd(49_000), now).unwrap();
        state.replace(Card::Declined);
        state.turn(now, pro).unwrap();
        state.replace(Card::Works);
        let statuses = state.invoices.iter().map(|invoice| invoice.status.as_str());
        assert_eq!(statuses.collect::<Vec<_>>(), ["paid", "paid", "open", "paid"]);
    }

    #[test]
    fn what_is_cancelled_runs_to_its_end() {
        let (mut state, now) = subscribed(0);
        state.end_with_period(true).unwrap();
        assert_eq!(status(&state), SubscriptionStatus::Active);
        assert_eq!(state.turn(now, pro).unwrap(), [DELETED]);
        assert_eq!(status(&state), SubscriptionStatus::Canceled);
    }
}
