//! The books compared with themselves and with the price book.

use chrono::NaiveDate;
use parlance_store::{
    ids::TenantId,
    queries::ledger::{BookedCall, MissingCall, Sums, WrongSums},
};

use super::{Cause, Difference, Figures, Side};
use crate::{adapters::llm::Usage, domain::billing::prices::PriceBook};

/// A call and whose it is.
#[derive(Clone, Copy, Debug)]
pub struct Booked<'a> {
    pub tenant: TenantId,
    pub call: &'a BookedCall,
}

impl Booked<'_> {
    #[must_use]
    pub fn sums(&self) -> Sums {
        Sums {
            calls: 1,
            usage: self.call.usage,
            cost_nanos: self.call.cost_nanos,
        }
    }

    fn differs(&self, cause: Cause, booked: Side, compared: Side) -> Difference {
        Difference {
            cause,
            workspace: Some(self.tenant),
            about: format!("{} {}", self.call.model, self.call.reservation),
            booked,
            compared,
        }
    }
}

/// What is wrong with a call of `day`.
#[must_use]
pub fn wrong(booked: &Booked<'_>, prices: &PriceBook, day: NaiveDate) -> Vec<Difference> {
    let call = booked.call;
    let mut found = Vec::new();
    if !call.as_settled {
        found.push(booked.differs(
            Cause::NotAsSettled,
            Figures::from(booked.sums()).into(),
            Side::Nothing,
        ));
    }
    if call.sent_on == day && call.booked_on != day {
        let days = (call.booked_on.to_string(), call.sent_on.to_string());
        found.push(booked.differs(Cause::BookedOnAnotherDay, Side::Text(days.0), Side::Text(days.1)));
    }
    if call.booked_on == day {
        found.extend(price(booked, prices));
    }
    found
}

/// The price of a call is that of the day on which it was sent.
fn price(booked: &Booked<'_>, prices: &PriceBook) -> Option<Difference> {
    let call = booked.call;
    let cost = |nanos: i64| {
        Side::from(Figures {
            cost_nanos: Some(nanos),
            ..Figures::from(booked.sums())
        })
    };
    let due = prices.cost(&call.model, call.sent_on, &Usage::from(call.usage));
    let due = match due {
        Ok(due) if call.price_effective.is_some() => due,
        Ok(due) => return Some(booked.differs(Cause::Unpriced, cost(call.cost_nanos), cost(due.nanos))),
        Err(unpriced) => {
            let why = Side::Text(unpriced.to_string());
            return Some(booked.differs(Cause::Unpriced, cost(call.cost_nanos), why));
        }
    };
    let cause = if call.price_effective != Some(due.effective) {
        Cause::PriceOfAnotherDay
    } else if call.cost_nanos != due.nanos {
        Cause::CostDiffers
    } else {
        return None;
    };
    Some(booked.differs(cause, cost(call.cost_nanos), cost(due.nanos)))
}

/// A call that is in no book.
#[must_use]
pub fn missing(tenant: TenantId, call: &MissingCall) -> Difference {
    let noted = Sums {
        calls: 1,
        usage: call.usage,
        cost_nanos: call.cost_nanos,
    };
    Difference {
        cause: if call.settled {
            Cause::NotRecorded
        } else {
            Cause::NeverSettled
        },
        workspace: Some(tenant),
        about: format!("{} {}", call.model, call.reservation),
        booked: Side::Nothing,
        compared: Figures::from(noted).into(),
    }
}

/// A roll-up that is not what its calls add up to.
#[must_use]
pub fn sums(tenant: TenantId, name: &str, wrong: WrongSums) -> Difference {
    Difference {
        cause: if wrong.kept.is_none() {
            Cause::WithoutRollUp
        } else {
            Cause::RollUpDiffers
        },
        workspace: Some(tenant),
        about: format!("{name} {}", wrong.key),
        booked: wrong.calls.into(),
        compared: wrong.kept.into(),
    }
}

#[cfg(test)]
mod tests {
    use parlance_store::{
        ids::ReservationId,
        queries::ledger::{CallKind, TokenUsage},
    };

    use super::*;

    fn day(day: u32) -> NaiveDate {
        NaiveDate::from_ymd_opt(2026, 10, day).unwrap()
    }

    /// 1,000 tokens from the cache of a model whose price for them halved on 7 October.
    fn call() -> BookedCall {
        BookedCall {
            reservation: ReservationId::new(),
            kind: CallKind::Chat,
            model: "claude-sonnet-5-5".to_owned(),
            sent_on: day(7),
            booked_on: day(7),
            usage: TokenUsage {
                cache_read: 1_000,
                ..TokenUsage::default()
            },
            estimated: false,
            cost_nanos: 100_000,
            price_effective: Some(day(7)),
            as_settled: true,
        }
    }

    fn causes(call: &BookedCall, on: u32) -> Vec<Cause> {
        let tenant = TenantId::new();
        let found = wrong(&Booked { tenant, call }, &PriceBook::builtin().unwrap(), day(on));
        found.into_iter().map(|difference| difference.cause).collect()
    }

    #[test]
    fn a_call_is_right_by_the_price_of_the_day_it_was_sent_on() {
        assert_eq!(causes(&call(), 7), []);
        let over_midnight = BookedCall {
            sent_on: day(6),
            ..call()
        };
        assert_eq!(causes(&over_midnight, 7), [Cause::PriceOfAnotherDay]);
        assert_eq!(causes(&over_midnight, 6), [Cause::BookedOnAnotherDay]);
        let dear = BookedCall {
            cost_nanos: 100_001,
            ..call()
        };
        assert_eq!(causes(&dear, 7), [Cause::CostDiffers]);
    }

    #[test]
    fn what_has_no_price_is_told_whether_the_book_has_one_now_or_not() {
        let unpriced = BookedCall {
            cost_nanos: 0,
            price_effective: None,
            ..call()
        };
        assert_eq!(causes(&unpriced, 7), [Cause::Unpriced]);
        let unknown = BookedCall {
            model: "who-knows".to_owned(),
            ..unpriced
        };
        assert_eq!(causes(&unknown, 7), [Cause::Unpriced]);
        let otherwise = BookedCall {
            as_settled: false,
            ..call()
        };
        assert_eq!(causes(&otherwise, 7), [Cause::NotAsSettled]);
    }
}
