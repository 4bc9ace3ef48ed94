//! Payment providers behind the trait [`BillingProvider`]: [`Stripe`], and [`Mock`], which does the same with
//! no money. Both sign what they send to our webhook in one way ([`signature`]). A subscription is known by its
//! plan here; which price of the provider's that is stays in the adapter.

mod mock;
pub mod signature;
mod stripe;

use chrono::{DateTime, Utc};
use parlance_store::{
    StoreError,
    ids::TenantId,
    queries::{invoices::Charge, subscriptions::SubscriptionStatus},
};
use serde::{Deserialize, Serialize};

pub use self::{
    mock::{Act, Card, Mock, MockPlan, Page, Sent},
    stripe::{BadStripe, Stripe, StripeOptions},
};

/// An amount in thousandths of a currency's unit, which every currency can say.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Amount {
    pub thousandths: i64,
    /// Its ISO 4217 code, as `USD`.
    pub currency: String,
}

impl Amount {
    /// The number alone, with three decimals, as `49.000`.
    #[must_use]
    pub fn decimal(&self) -> String {
        let sign = if self.thousandths < 0 { "-" } else { "" };
        let whole = self.thousandths.unsigned_abs();
        format!("{sign}{}.{:03}", whole / 1_000, whole % 1_000)
    }
}

/// A business that is to be known to the provider.
#[derive(Clone, Copy, Debug)]
pub struct NewCustomer<'a> {
    pub tenant: TenantId,
    /// What it is called.
    pub name: &'a str,
    /// Who is written to.
    pub email: &'a str,
}

/// A plan that a customer wants to pay for.
#[derive(Clone, Copy, Debug)]
pub struct Order<'a> {
    pub tenant: TenantId,
    pub customer: &'a str,
    pub plan: &'a str,
    /// Days before it is first charged; 0 is none.
    pub trial_days: u16,
    /// Where the page of the provider leads when it is paid, and when it is left.
    pub paid: &'a str,
    pub left: &'a str,
}

/// A subscription, as the provider knows it now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Subscription {
    pub id: String,
    pub status: SubscriptionStatus,
    /// None: what is paid is the price of none.
    pub plan: Option<String>,
    pub current_period_end: DateTime<Utc>,
    pub trial_end: Option<DateTime<Utc>>,
    pub cancel_at_period_end: bool,
}

/// What was charged, or is to be.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Invoice {
    /// As people quote it.
    pub number: String,
    pub at: DateTime<Utc>,
    pub amount: Amount,
    /// The same without taxes, before what was paid in advance; none: that is not told apart.
    pub net: Option<Amount>,
    #[serde(default = "something")]
    pub charge: Charge,
    /// The plan whose price is charged; none: it is none of this server's.
    pub plan: Option<String>,
    /// The provider's word: `paid`, `open`, `void` and others.
    pub status: String,
    /// A page that shows it, and a file of it.
    pub url: Option<String>,
    pub pdf: Option<String>,
}

/// What an old invoice charges is not known.
fn something() -> Charge {
    Charge::Other
}

/// What a provider tells: whom it is about is all that is taken from it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Event {
    pub id: String,
    pub kind: String,
    pub customer: Option<String>,
}

/// Why a provider did not do what it was asked to.
#[derive(Debug, thiserror::Error)]
pub enum BillingError {
    /// It does not answer, and why.
    #[error("the payment provider does not answer: {0}")]
    Unavailable(String),
    /// What it says of the request, for people.
    #[error("the payment provider refuses it: {0}")]
    Refused(String),
    /// There is no subscription that could be changed.
    #[error("there is no subscription")]
    NoSubscription,
    /// It does not know the customer (any more): the account is another one, or somebody removed it there.
    #[error("the payment provider does not know this customer")]
    NoCustomer,
    /// The plan has no price there.
    #[error("the plan {0} has no price: name it in STRIPE_PRICES")]
    NoPrice(String),
    /// What it says cannot be read.
    #[error("the payment provider's answer cannot be read: {0}")]
    Unreadable(String),
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// An event that cannot be taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BadEvent {
    #[error(transparent)]
    Signature(#[from] signature::BadSignature),
    #[error("the body is no event")]
    Body,
}

/// Takes payments.
#[async_trait::async_trait]
pub trait BillingProvider: Send + Sync + std::fmt::Debug {
    /// Its word in addresses and tables.
    fn name(&self) -> &'static str;

    /// Whether a plan of this id can be paid for.
    fn sells(&self, plan: &str) -> bool;

    /// Its id of a business.
    ///
    /// # Errors
    /// [`BillingError`].
    async fn create_customer(&self, new: NewCustomer<'_>) -> Result<String, BillingError>;

    /// A page on which somebody pays. One that was made for the customer before is closed.
    ///
    /// # Errors
    /// [`BillingError`].
    async fn checkout(&self, order: Order<'_>) -> Result<String, BillingError>;

    /// A page on which somebody sees to cards, invoices and the end of it; it leads back to `back`.
    ///
    /// # Errors
    /// [`BillingError`].
    async fn portal(&self, customer: &str, back: &str) -> Result<String, BillingError>;

    /// The customer's subscription: one that runs, else the last that did.
    ///
    /// # Errors
    /// [`BillingError`].
    async fn subscription(&self, customer: &str) -> Result<Option<Subscription>, BillingError>;

    /// What a change to `plan` would cost at once; less than nothing is credited.
    ///
    /// # Errors
    /// [`BillingError`].
    async fn preview(&self, customer: &str, plan: &str) -> Result<Amount, BillingError>;

    /// Changes the plan; what is left of the one before is credited. What is owed for it is charged at once.
    ///
    /// # Errors
    /// [`BillingError`].
    async fn change_plan(&self, customer: &str, plan: &str) -> Result<(), BillingError>;

    /// Ends the subscription with its period, or lets it go on.
    ///
    /// # Errors
    /// [`BillingError`].
    async fn cancel_at_period_end(&self, customer: &str, cancel: bool) -> Result<(), BillingError>;

    /// The last invoices, newest first, 24 at most.
    ///
    /// # Errors
    /// [`BillingError`].
    async fn invoices(&self, customer: &str) -> Result<Vec<Invoice>, BillingError>;

    /// Reads an event that came with this signature.
    ///
    /// # Errors
    /// [`BadEvent`].
    fn event(&self, body: &[u8], signature: &str) -> Result<Event, BadEvent>;

    /// The mock, where it is the one.
    fn mock(&self) -> Option<&Mock> {
        None
    }
}

/// Whether there is something to change.
#[must_use]
pub fn runs(status: SubscriptionStatus) -> bool {
    !matches!(
        status,
        SubscriptionStatus::Canceled | SubscriptionStatus::IncompleteExpired
    )
}

/// An event of a body whose signature is right.
fn read_event(body: &[u8]) -> Result<Event, BadEvent> {
    #[derive(Deserialize)]
    struct Said {
        id: String,
        r#type: String,
        data: Data,
    }
    #[derive(Deserialize)]
    struct Data {
        object: Object,
    }
    #[derive(Deserialize)]
    struct Object {
        #[serde(default)]
        customer: Customer,
    }
    #[derive(Default, Deserialize)]
    #[serde(untagged)]
    enum Customer {
        Id(String),
        Whole {
            id: String,
        },
        #[default]
        None,
    }
    let said: Said = serde_json::from_slice(body).map_err(|_| BadEvent::Body)?;
    let fits = |text: &str| (1..=255).contains(&text.len()) && !text.contains('\0');
    if !fits(&said.id) || !fits(&said.r#type) {
        return Err(BadEvent::Body);
    }
    let customer = match said.data.object.customer {
        Customer::Id(id) | Customer::Whole { id } => Some(id).filter(|id| fits(id)),
        Customer::None => None,
    };
    Ok(Event {
        id: said.id,
        kind: said.r#type,
        customer,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_event_says_whom_it_is_about() {
        let read = |customer: &str| {
            let body =
                format!(r#"{{"id":"evt_1","type":"invoice.paid","data":{{"object":{{{customer}}}}}}}"#);
            read_event(body.as_bytes()).map(|event| event.customer)
        };
        assert_eq!(read(r#""customer":"cus_1""#), Ok(Some("cus_1".to_owned())));
        assert_eq!(
            read(r#""customer":{"id":"cus_1","name":"Acme"}"#),
            Ok(Some("cus_1".to_owned()))
        );
        assert_eq!(read(r#""customer":null"#), Ok(None));
        assert_eq!(read(r#""id":"in_1""#), Ok(None));
        for none in ["", "{}", "[]", r#"{"id":"","type":"x","data":{"object":{}}}"#] {
            assert_eq!(read_event(none.as_bytes()), Err(BadEvent::Body), "{none}");
        }
    }

    #[test]
    fn an_amount_has_three_decimals() {
        for (thousandths, read) in [
            (49_000, "49.000"),
            (-1, "-0.001"),
            (14_505, "14.505"),
            (0, "0.000"),
        ] {
            let currency = "KWD".to_owned();
            assert_eq!(
                Amount {
                    thousandths,
                    currency
                }
                .decimal(),
                read
            );
        }
    }
}
