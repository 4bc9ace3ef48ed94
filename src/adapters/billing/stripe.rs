//! Payments by Stripe: customers, Checkout, the customer portal, subscriptions and invoices. See
//! <https://docs.stripe.com/api>, and docs/adr/0019 for why this client is a small one of our own.

mod api;

use std::collections::BTreeMap;

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use parlance_store::queries::{invoices::Charge, subscriptions::SubscriptionStatus};
use secrecy::SecretString;
use serde::Deserialize;
use uuid::Uuid;

use self::api::{Api, Form};
use super::{
    Amount, BadEvent, BillingError, BillingProvider, Event, Invoice, NewCustomer, Order, Subscription,
    read_event, runs, signature,
};
use crate::kernel::clock::SharedClock;

/// Subscriptions of a customer that are looked at, and invoices that are told.
const SUBSCRIPTIONS: &str = "20";
const INVOICES: &str = "24";
/// Currencies whose smallest unit is a whole one, and those that have thousandths.
const WHOLE: &[&str] = &[
    "bif", "clp", "djf", "gnf", "jpy", "kmf", "krw", "mga", "pyg", "rwf", "vnd", "vuv", "xaf", "xof", "xpf",
];
const THOUSANDTHS: &[&str] = &["bhd", "jod", "kwd", "omr", "tnd"];

/// Which account of Stripe's. Secrets never show.
#[derive(Clone, Debug)]
pub struct StripeOptions {
    /// `sk_…` or `rk_…`.
    pub secret_key: SecretString,
    /// `whsec_…`, all that events may be signed with.
    pub webhook_secrets: Vec<SecretString>,
    /// The monthly prices of each plan that is sold, by the plan's id: the first is asked for, those behind it are
    /// what it cost before, and are still paid by who has them.
    pub prices: BTreeMap<String, Vec<String>>,
    pub base_url: String,
}

/// Stripe cannot be set up as configured.
#[derive(Debug, thiserror::Error)]
pub enum BadStripe {
    #[error("STRIPE_BASE_URL is not an address")]
    Address,
    #[error("STRIPE_SECRET_KEY has characters that a header cannot carry")]
    Key,
    #[error("the HTTP client cannot be built: {0}")]
    Client(String),
}

/// An account.
#[derive(Debug)]
pub struct Stripe {
    api: Api,
    webhook_secrets: Vec<SecretString>,
    prices: BTreeMap<String, Vec<String>>,
    clock: SharedClock,
}

#[derive(Deserialize)]
struct List<T> {
    data: Vec<T>,
}

#[derive(Deserialize)]
struct Named {
    id: String,
}

#[derive(Deserialize)]
struct Opened {
    url: String,
}

#[derive(Deserialize)]
struct Subscribed {
    id: String,
    status: SubscriptionStatus,
    created: i64,
    /// Before API version 2025-03-31 here, since then with its items.
    current_period_end: Option<i64>,
    trial_end: Option<i64>,
    #[serde(default)]
    cancel_at_period_end: bool,
    items: List<Item>,
}

#[derive(Deserialize)]
struct Item {
    id: String,
    price: Named,
    current_period_end: Option<i64>,
}

#[derive(Deserialize)]
struct Invoiced {
    id: Option<String>,
    number: Option<String>,
    created: i64,
    /// Less than nothing where it credits; what is due then is nothing.
    total: i64,
    amount_due: i64,
    /// After discounts, before taxes; of old invoices unknown.
    total_excluding_tax: Option<i64>,
    currency: String,
    billing_reason: Option<String>,
    lines: Option<List<Line>>,
    status: Option<String>,
    hosted_invoice_url: Option<String>,
    invoice_pdf: Option<String>,
}

#[derive(Deserialize)]
struct Line {
    /// Before API version 2025-03-31.
    price: Option<Named>,
    pricing: Option<Pricing>,
}

#[derive(Deserialize)]
struct Pricing {
    price_details: Option<PriceDetails>,
}

#[derive(Deserialize)]
struct PriceDetails {
    price: String,
}

impl Invoiced {
    /// What is collected at once, or credited.
    fn due_now(&self) -> i64 {
        if self.amount_due > 0 {
            self.amount_due
        } else {
            self.total.min(0)
        }
    }

    fn charge(&self) -> Charge {
        match self.billing_reason.as_deref() {
            Some("subscription_create") => Charge::First,
            Some("subscription_cycle") => Charge::Renewal,
            Some("subscription_update" | "subscription_threshold") => Charge::Change,
            _ => Charge::Other,
        }
    }

    /// The price of its only line, or of the last, which a renewal that follows a change has for the new period.
    fn price(&self) -> Option<&str> {
        let line = self.lines.as_ref()?.data.last()?;
        let detailed = line
            .pricing
            .as_ref()
            .and_then(|pricing| pricing.price_details.as_ref());
        let price = detailed.map(|detailed| &detailed.price);
        price
            .or_else(|| line.price.as_ref().map(|price| &price.id))
            .map(String::as_str)
    }
}

impl Stripe {
    /// Its word in addresses and tables.
    pub const NAME: &'static str = "stripe";

    /// # Errors
    /// [`BadStripe`].
    pub fn new(options: StripeOptions, clock: SharedClock) -> Result<Self, BadStripe> {
        Ok(Self {
            api: Api::new(&options.base_url, &options.secret_key)?,
            webhook_secrets: options.webhook_secrets,
            prices: options.prices,
            clock,
        })
    }

    fn price(&self, plan: &str) -> Result<&str, BillingError> {
        let price = self.prices.get(plan).and_then(|prices| prices.first());
        price
            .map(String::as_str)
            .ok_or_else(|| BillingError::NoPrice(plan.to_owned()))
    }

    /// None: the price is no plan's.
    fn plan(&self, price: &str) -> Option<String> {
        let mut plans = self.prices.iter();
        let found = plans.find(|(_, known)| known.iter().any(|known| known == price));
        found.map(|(plan, _)| plan.clone())
    }

    /// One that runs, else the last that did.
    async fn subscribed(&self, customer: &str) -> Result<Option<Subscribed>, BillingError> {
        let query = [
            ("customer", customer),
            ("status", "all"),
            ("limit", SUBSCRIPTIONS),
        ];
        let all: List<Subscribed> = self.api.get(&["v1", "subscriptions"], &query).await?;
        let running = all.data.iter().filter(|one| runs(one.status)).count();
        if running > 1 {
            tracing::error!(
                billing.customer = customer,
                running,
                "a customer pays more than once"
            );
        }
        Ok(all
            .data
            .into_iter()
            .max_by_key(|one| (runs(one.status), one.created)))
    }

    async fn running(&self, customer: &str) -> Result<(Subscribed, Item), BillingError> {
        let found = self.subscribed(customer).await?.filter(|one| runs(one.status));
        let mut found = found.ok_or(BillingError::NoSubscription)?;
        let item = found.items.data.pop().ok_or(BillingError::NoSubscription)?;
        Ok((found, item))
    }

    /// Two pages that are open at once could both be paid.
    async fn close_pages(&self, customer: &str) -> Result<(), BillingError> {
        let query = [
            ("customer", customer),
            ("status", "open"),
            ("limit", SUBSCRIPTIONS),
        ];
        let open: List<Named> = self.api.get(&["v1", "checkout", "sessions"], &query).await?;
        for page in open.data {
            let path = ["v1", "checkout", "sessions", page.id.as_str(), "expire"];
            self.api.post::<Named>(&path, Form::default(), &fresh()).await?;
        }
        Ok(())
    }
}

#[async_trait]
impl BillingProvider for Stripe {
    fn name(&self) -> &'static str {
        Self::NAME
    }

    fn sells(&self, plan: &str) -> bool {
        self.prices.contains_key(plan)
    }

    async fn create_customer(&self, new: NewCustomer<'_>) -> Result<String, BillingError> {
        let tenant = new.tenant.to_string();
        let form = Form::default()
            .with("name", new.name)
            .with("email", new.email)
            .with("metadata[tenant]", &tenant);
        let made: Named = self.api.post(&["v1", "customers"], form, &fresh()).await?;
        Ok(made.id)
    }

    async fn checkout(&self, order: Order<'_>) -> Result<String, BillingError> {
        let price = self.price(order.plan)?;
        self.close_pages(order.customer).await?;
        let (tenant, days) = (order.tenant.to_string(), order.trial_days.to_string());
        let mut form = Form::default()
            .with("mode", "subscription")
            .with("customer", order.customer)
            .with("client_reference_id", &tenant)
            .with("line_items[0][price]", price)
            .with("line_items[0][quantity]", "1")
            .with("tax_id_collection[enabled]", "true")
            .with("customer_update[name]", "auto")
            .with("customer_update[address]", "auto")
            .with("success_url", order.paid)
            .with("cancel_url", order.left)
            .with("subscription_data[metadata][tenant]", &tenant);
        if order.trial_days > 0 {
            form = form.with("subscription_data[trial_period_days]", &days);
        }
        let opened: Opened = self
            .api
            .post(&["v1", "checkout", "sessions"], form, &fresh())
            .await?;
        Ok(opened.url)
    }

    async fn portal(&self, customer: &str, back: &str) -> Result<String, BillingError> {
        let form = Form::default()
            .with("customer", customer)
            .with("return_url", back);
        let path = ["v1", "billing_portal", "sessions"];
        let opened: Opened = self.api.post(&path, form, &fresh()).await?;
        Ok(opened.url)
    }

    async fn subscription(&self, customer: &str) -> Result<Option<Subscription>, BillingError> {
        let Some(found) = self.subscribed(customer).await? else {
            return Ok(None);
        };
        let item = found.items.data.first();
        let item = item.ok_or_else(|| BillingError::Unreadable("a subscription has no item".to_owned()))?;
        let ends = found.current_period_end.or(item.current_period_end);
        let ends = ends.ok_or_else(|| BillingError::Unreadable("a subscription has no period".to_owned()))?;
        let plan = self.plan(&item.price.id);
        if plan.is_none() {
            tracing::error!(
                billing.customer = customer,
                billing.price = item.price.id,
                "a subscription has a price that is no plan's: name it in STRIPE_PRICES"
            );
        }
        Ok(Some(Subscription {
            plan,
            current_period_end: time(ends)?,
            trial_end: found.trial_end.map(time).transpose()?,
            cancel_at_period_end: found.cancel_at_period_end,
            status: found.status,
            id: found.id,
        }))
    }

    async fn preview(&self, customer: &str, plan: &str) -> Result<Amount, BillingError> {
        let (subscription, item) = self.running(customer).await?;
        let form = Form::default()
            .with("customer", customer)
            .with("subscription", &subscription.id)
            .with("subscription_details[items][0][id]", &item.id)
            .with("subscription_details[items][0][price]", self.price(plan)?)
            .with("subscription_details[proration_behavior]", "always_invoice");
        let path = ["v1", "invoices", "create_preview"];
        let invoice: Invoiced = self.api.post(&path, form, &fresh()).await?;
        Ok(amount(invoice.due_now(), &invoice.currency))
    }

    async fn change_plan(&self, customer: &str, plan: &str) -> Result<(), BillingError> {
        let (subscription, item) = self.running(customer).await?;
        let form = Form::default()
            .with("items[0][id]", &item.id)
            .with("items[0][price]", self.price(plan)?)
            .with("proration_behavior", "always_invoice")
            .with("payment_behavior", "error_if_incomplete")
            .with("cancel_at_period_end", "false");
        let path = ["v1", "subscriptions", subscription.id.as_str()];
        self.api.post::<Named>(&path, form, &fresh()).await?;
        Ok(())
    }

    async fn cancel_at_period_end(&self, customer: &str, cancel: bool) -> Result<(), BillingError> {
        let (subscription, _) = self.running(customer).await?;
        let form = Form::default().with("cancel_at_period_end", if cancel { "true" } else { "false" });
        let path = ["v1", "subscriptions", subscription.id.as_str()];
        self.api.post::<Named>(&path, form, &fresh()).await?;
        Ok(())
    }

    async fn invoices(&self, customer: &str) -> Result<Vec<Invoice>, BillingError> {
        let query = [("customer", customer), ("limit", INVOICES)];
        let all: List<Invoiced> = self.api.get(&["v1", "invoices"], &query).await?;
        // A draft is not numbered, and not owed yet.
        let sent = all
            .data
            .into_iter()
            .filter(|one| one.status.as_deref() != Some("draft"));
        sent.map(|one| {
            Ok(Invoice {
                at: time(one.created)?,
                net: one.total_excluding_tax.map(|net| amount(net, &one.currency)),
                charge: one.charge(),
                plan: one.price().and_then(|price| self.plan(price)),
                amount: amount(one.total, &one.currency),
                number: one.number.or(one.id).unwrap_or_default(),
                status: one.status.unwrap_or_default(),
                url: one.hosted_invoice_url,
                pdf: one.invoice_pdf,
            })
        })
        .collect()
    }

    fn event(&self, body: &[u8], header: &str) -> Result<Event, BadEvent> {
        signature::verify(body, header, &self.webhook_secrets, self.clock.now())?;
        read_event(body)
    }
}

/// A key for a request that is to be done once however often it is sent.
fn fresh() -> String {
    Uuid::now_v7().to_string()
}

fn time(seconds: i64) -> Result<DateTime<Utc>, BillingError> {
    let read = DateTime::from_timestamp(seconds, 0);
    read.ok_or_else(|| BillingError::Unreadable("a time is out of range".to_owned()))
}

/// Of the smallest unit that Stripe knows of a currency.
fn amount(minor: i64, currency: &str) -> Amount {
    let each = match currency {
        whole if WHOLE.contains(&whole) => 1_000,
        fine if THOUSANDTHS.contains(&fine) => 1,
        _ => 10,
    };
    Amount {
        thousandths: minor.saturating_mul(each),
        currency: currency.to_ascii_uppercase(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_amount_is_counted_in_the_currencys_own_unit() {
        for (minor, currency, read) in [
            (4_900, "usd", "49.000 USD"),
            (-150, "eur", "-1.500 EUR"),
            (500, "jpy", "500.000 JPY"),
            (14_500, "kwd", "14.500 KWD"),
        ] {
            let amount = amount(minor, currency);
            assert_eq!(format!("{} {}", amount.decimal(), amount.currency), read);
        }
    }
}
