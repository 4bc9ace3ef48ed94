//! Invoices compared with the plans.

use parlance_store::{
    ids::TenantId,
    queries::{
        invoices::{Charge, Invoice},
        subscriptions::Subscription,
    },
};

use super::{Cause, Difference, Side};
use crate::{
    adapters::billing::Amount,
    domain::billing::{money::Money, plans::Plans},
};

/// What is wrong with an invoice. One for the rest of a period is of no price, and what is not paid is not compared.
#[must_use]
pub fn wrong(tenant: TenantId, invoice: &Invoice, plans: &Plans) -> Option<Difference> {
    if invoice.status != "paid" || matches!(invoice.charge, Charge::Change | Charge::Other) {
        return None;
    }
    let paid = Amount {
        thousandths: invoice.net_thousandths,
        currency: invoice.currency.clone(),
    };
    let differs = |cause, compared| Difference {
        cause,
        workspace: Some(tenant),
        about: invoice.number.clone(),
        booked: Side::Text(format!("{} {}", paid.decimal(), paid.currency)),
        compared,
    };
    let Some(plan) = invoice.plan.as_deref().and_then(|plan| plans.get(plan)) else {
        return Some(differs(Cause::InvoiceOfNoPlan, Side::Nothing));
    };
    let of_trial = invoice.charge == Charge::First && paid.thousandths == 0 && plan.trial_days > 0;
    let is_price = i64::try_from(plan.price.thousandths()) == Ok(paid.thousandths)
        && plan.price.currency() == paid.currency;
    (!of_trial && !is_price).then(|| differs(Cause::InvoiceOfAnotherPrice, priced(&plan.price)))
}

/// A subscription that nobody charged for.
#[must_use]
pub fn missing(tenant: TenantId, known: &Subscription, plans: &Plans) -> Option<Difference> {
    let plan = known.plan.as_deref().and_then(|plan| plans.get(plan))?;
    (!plan.price.is_zero()).then(|| Difference {
        cause: Cause::InvoiceMissing,
        workspace: Some(tenant),
        about: known.subscription.clone().unwrap_or_default(),
        booked: Side::Nothing,
        compared: priced(&plan.price),
    })
}

fn priced(price: &Money) -> Side {
    Side::Text(format!("{} {}", price.amount(), price.currency()))
}

#[cfg(test)]
mod tests {
    use chrono::DateTime;

    use super::*;

    fn invoice(thousandths: i64, charge: Charge) -> Invoice {
        Invoice {
            provider: "stripe".to_owned(),
            number: "A-1".to_owned(),
            at: DateTime::UNIX_EPOCH,
            net_thousandths: thousandths,
            currency: "USD".to_owned(),
            status: "paid".to_owned(),
            charge,
            plan: Some("pro".to_owned()),
        }
    }

    fn cause(invoice: &Invoice) -> Option<Cause> {
        let plans = Plans::builtin().unwrap();
        wrong(TenantId::new(), invoice, &plans).map(|difference| difference.cause)
    }

    #[test]
    fn a_period_is_paid_at_the_plans_price_and_nothing_for_its_trial() {
        assert_eq!(cause(&invoice(49_000, Charge::Renewal)), None);
        assert_eq!(cause(&invoice(0, Charge::First)), None, "a trial");
        assert_eq!(
            cause(&invoice(7_512, Charge::Change)),
            None,
            "the rest of a month"
        );
        let another = Some(Cause::InvoiceOfAnotherPrice);
        assert_eq!(cause(&invoice(0, Charge::Renewal)), another);
        assert_eq!(cause(&invoice(49_010, Charge::First)), another);
        let euros = Invoice {
            currency: "EUR".to_owned(),
            ..invoice(49_000, Charge::Renewal)
        };
        assert_eq!(cause(&euros), another);
        let unpaid = Invoice {
            status: "open".to_owned(),
            ..invoice(1, Charge::Renewal)
        };
        assert_eq!(cause(&unpaid), None);
        let gone = Invoice {
            plan: Some("gold".to_owned()),
            ..invoice(49_000, Charge::Renewal)
        };
        assert_eq!(cause(&gone), Some(Cause::InvoiceOfNoPlan));
    }
}
