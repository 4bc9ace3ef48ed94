//! Paying for a plan: pages of the payment provider, the subscription, invoices, and what the provider sends.

use std::time::Duration;

use actix_web::{HttpRequest, HttpResponse, web};
use chrono::{DateTime, Utc};
use parlance_store::queries::{
    invoices::Paid,
    subscriptions::{Subscription, SubscriptionStatus},
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{
    documents::problem,
    permit::{Allowed, BillingRead, BillingWrite},
};
use crate::{
    actors::services::Services,
    adapters::billing::{Amount, BillingError, Invoice},
    domain::billing::{events::ReceiveError, payments::PaymentError},
    kernel::{
        code::Code,
        problem::{Problem, ProblemDocument},
        words,
    },
};

/// When a provider that does not answer may be asked again.
const AGAIN: Duration = Duration::from_secs(30);
/// Bytes of an event at most.
const MAX_EVENT: usize = 1 << 20;
const SIGNATURE: &str = "stripe-signature";

/// A plan by its id.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PlanWanted {
    plan: String,
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PlanChange {
    /// Its id.
    plan: String,
    /// Only says what the change would cost at once.
    #[serde(default)]
    preview: bool,
}

/// A page of the payment provider's, to be opened in the browser.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = PaymentPage)]
pub struct PageView {
    url: String,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct AmountView {
    /// A decimal number with three places; less than nothing is credited.
    #[schema(example = "49.000")]
    amount: String,
    /// Its ISO 4217 code.
    #[schema(example = "USD")]
    currency: String,
}

/// What the workspace pays for.
#[derive(Debug, Serialize, ToSchema)]
pub struct SubscriptionView {
    /// Who takes payments; with `mock` nobody pays anything.
    #[schema(example = "stripe")]
    provider: &'static str,
    /// Plans that can be paid for, by their ids.
    sold: Vec<String>,
    /// Null where there never was one.
    #[schema(value_type = Option<words::SubscriptionStatus>)]
    status: Option<SubscriptionStatus>,
    /// What is paid for, by the plan's id.
    plan: Option<String>,
    /// When it is charged next, or ends.
    current_period_end: Option<DateTime<Utc>>,
    trial_end: Option<DateTime<Utc>>,
    cancel_at_period_end: bool,
    /// How long the plan is kept while it is not paid.
    grace_until: Option<DateTime<Utc>>,
}

/// What a change costs at once, or the subscription after it.
#[derive(Debug, Serialize, ToSchema)]
pub struct ChangeView {
    /// Of a preview.
    due_now: Option<AmountView>,
    subscription: Option<SubscriptionView>,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct InvoicesView {
    /// Newest first, 24 at most.
    invoices: Vec<InvoiceView>,
}

#[derive(Debug, Serialize, ToSchema)]
struct InvoiceView {
    number: String,
    at: DateTime<Utc>,
    /// A decimal number with three places.
    #[schema(example = "49.000")]
    amount: String,
    /// Its ISO 4217 code.
    #[schema(example = "USD")]
    currency: String,
    /// The provider's word: `paid`, `open`, `void` and others.
    status: String,
    /// A page that shows it.
    url: Option<String>,
    pdf: Option<String>,
}

impl From<Paid> for AmountView {
    fn from(paid: Paid) -> Self {
        Amount {
            thousandths: paid.net_thousandths,
            currency: paid.currency,
        }
        .into()
    }
}

impl From<Amount> for AmountView {
    fn from(amount: Amount) -> Self {
        Self {
            amount: amount.decimal(),
            currency: amount.currency,
        }
    }
}

impl From<Invoice> for InvoiceView {
    fn from(invoice: Invoice) -> Self {
        let Invoice {
            number,
            at,
            amount,
            status,
            url,
            pdf,
            ..
        } = invoice;
        Self {
            number,
            at,
            amount: amount.decimal(),
            currency: amount.currency,
            status,
            url,
            pdf,
        }
    }
}

impl SubscriptionView {
    fn of(services: &Services, known: Option<Subscription>) -> Self {
        let provider = &services.payments.provider;
        let sold = services.plans.iter().filter(|plan| provider.sells(&plan.id));
        let sold = sold.map(|plan| plan.id.clone()).collect();
        let (provider, known) = (provider.name(), known.as_ref());
        Self {
            provider,
            sold,
            status: known.and_then(|known| known.status),
            plan: known.and_then(|known| known.plan.clone()),
            current_period_end: known.and_then(|known| known.current_period_end),
            trial_end: known.and_then(|known| known.trial_end),
            cancel_at_period_end: known.is_some_and(|known| known.cancel_at_period_end),
            grace_until: known.and_then(|known| known.grace_until),
        }
    }
}

fn refused(error: PaymentError) -> Problem {
    match error {
        PaymentError::Store(error) => problem(error),
        PaymentError::NotSold(_) => Problem::new(Code::InvalidRequest, error.to_string()),
        PaymentError::Subscribed
        | PaymentError::NotSubscribed
        | PaymentError::SamePlan
        | PaymentError::Unpaid
        | PaymentError::Billing(BillingError::Refused(_) | BillingError::NoCustomer) => {
            Problem::new(Code::Conflict, error.to_string())
        }
        PaymentError::Billing(error) => {
            tracing::error!(%error, "a payment could not be seen to");
            let detail =
                "the payment provider does not answer: see how the subscription stands before you try again";
            Problem::new(Code::Busy, detail).retry_after(AGAIN)
        }
    }
}

/// Get the subscription.
///
/// As far as the payment provider has told of it.
#[utoipa::path(
    get, path = "/api/billing/subscription", operation_id = "get_subscription", tag = "billing", security(("user" = ["billing:read"]), ("key" = ["billing:read"])),
    responses((status = 200, body = SubscriptionView), (status = "default", body = ProblemDocument, content_type = "application/problem+json")),
)]
pub async fn read(
    caller: Allowed<BillingRead>,
    services: web::Data<Services>,
) -> Result<HttpResponse, Problem> {
    let known = services.payments.read(caller.tenant).await.map_err(problem)?;
    Ok(HttpResponse::Ok().json(SubscriptionView::of(&services, known)))
}

/// Get the invoices.
#[utoipa::path(
    get, path = "/api/billing/invoices", operation_id = "list_invoices", tag = "billing", security(("user" = ["billing:read"]), ("key" = ["billing:read"])),
    responses((status = 200, body = InvoicesView), (status = "default", body = ProblemDocument, content_type = "application/problem+json")),
)]
pub async fn invoices(
    caller: Allowed<BillingRead>,
    services: web::Data<Services>,
) -> Result<HttpResponse, Problem> {
    let found = services.payments.invoices(caller.tenant).await.map_err(refused)?;
    let invoices = found.into_iter().map(InvoiceView::from).collect();
    Ok(HttpResponse::Ok().json(InvoicesView { invoices }))
}

/// Go to pay for a plan.
///
/// For a workspace that pays for none. The page leads back to the console; the plan is changed when the provider
/// has told that it is paid.
#[utoipa::path(
    post, path = "/api/billing/checkout", operation_id = "open_checkout", tag = "billing", security(("user" = ["billing:write"])),
    request_body(content = PlanWanted, example = json!({ "plan": "pro" })),
    responses((status = 200, body = PageView), (status = "default", body = ProblemDocument, content_type = "application/problem+json")),
)]
pub async fn checkout(
    caller: Allowed<BillingWrite>,
    request: HttpRequest,
    body: web::Json<PlanWanted>,
    services: web::Data<Services>,
) -> Result<HttpResponse, Problem> {
    let origin = services.public.or_of(&request);
    let url = services.payments.checkout(&caller, &body.plan, &origin).await;
    let url = url.map_err(refused)?;
    Ok(HttpResponse::Ok().json(PageView { url }))
}

/// Go to cards and invoices.
#[utoipa::path(
    post, path = "/api/billing/portal", operation_id = "open_billing_portal", tag = "billing", security(("user" = ["billing:write"])),
    responses((status = 200, body = PageView), (status = "default", body = ProblemDocument, content_type = "application/problem+json")),
)]
pub async fn portal(
    caller: Allowed<BillingWrite>,
    request: HttpRequest,
    services: web::Data<Services>,
) -> Result<HttpResponse, Problem> {
    let origin = services.public.or_of(&request);
    let url = services
        .payments
        .portal(&caller, &origin)
        .await
        .map_err(refused)?;
    Ok(HttpResponse::Ok().json(PageView { url }))
}

/// Change what is paid for.
///
/// At once; what is left of the plan before is credited.
#[utoipa::path(
    post, path = "/api/billing/subscription", operation_id = "change_subscription", tag = "billing", security(("user" = ["billing:write"])),
    request_body(content = PlanChange, example = json!({ "plan": "enterprise", "preview": true })),
    responses((status = 200, body = ChangeView), (status = "default", body = ProblemDocument, content_type = "application/problem+json")),
)]
pub async fn change(
    caller: Allowed<BillingWrite>,
    body: web::Json<PlanChange>,
    services: web::Data<Services>,
) -> Result<HttpResponse, Problem> {
    let payments = &services.payments;
    let view = if body.preview {
        let due = payments
            .preview(caller.tenant, &body.plan)
            .await
            .map_err(refused)?;
        ChangeView {
            due_now: Some(due.into()),
            subscription: None,
        }
    } else {
        let known = payments.change(&caller, &body.plan).await.map_err(refused)?;
        ChangeView {
            due_now: None,
            subscription: Some(SubscriptionView::of(&services, known)),
        }
    };
    Ok(HttpResponse::Ok().json(view))
}

/// Cancel at the end of the period.
#[utoipa::path(
    post, path = "/api/billing/subscription/cancel", operation_id = "cancel_subscription", tag = "billing", security(("user" = ["billing:write"])),
    responses((status = 200, body = SubscriptionView), (status = "default", body = ProblemDocument, content_type = "application/problem+json")),
)]
pub async fn cancel(
    caller: Allowed<BillingWrite>,
    services: web::Data<Services>,
) -> Result<HttpResponse, Problem> {
    let known = services.payments.cancel(&caller, true).await.map_err(refused)?;
    Ok(HttpResponse::Ok().json(SubscriptionView::of(&services, known)))
}

/// Go on after all.
///
/// Takes a cancellation back whose period is not over.
#[utoipa::path(
    post, path = "/api/billing/subscription/resume", operation_id = "resume_subscription", tag = "billing", security(("user" = ["billing:write"])),
    responses((status = 200, body = SubscriptionView), (status = "default", body = ProblemDocument, content_type = "application/problem+json")),
)]
pub async fn resume(
    caller: Allowed<BillingWrite>,
    services: web::Data<Services>,
) -> Result<HttpResponse, Problem> {
    let known = services.payments.cancel(&caller, false).await.map_err(refused)?;
    Ok(HttpResponse::Ok().json(SubscriptionView::of(&services, known)))
}

/// What is read of an event.
#[derive(ToSchema)]
#[expect(dead_code, reason = "it stands in the document, and is read by the adapter")]
pub struct BillingEvent {
    id: String,
    r#type: String,
    data: serde_json::Value,
}

/// That an event is kept.
#[derive(Debug, Serialize, ToSchema)]
pub struct ReceivedView {
    /// Whether it was known before or not.
    received: bool,
}

/// Take an event of the payment provider.
///
/// Signed in `Stripe-Signature`.
#[utoipa::path(
    post, path = "/api/billing/webhooks/{provider}", operation_id = "receive_billing_event", tag = "operations",
    params(("provider" = String, Path, description = "`stripe`, or `mock`", example = "stripe")),
    request_body(content = BillingEvent, example = json!({ "id": "evt_1", "type": "invoice.paid", "data": { "object": { "customer": "cus_1" } } })),
    responses((status = 200, body = ReceivedView), (status = "default", body = ProblemDocument, content_type = "application/problem+json")),
)]
pub async fn receive(
    request: HttpRequest,
    provider: web::Path<String>,
    payload: web::Payload,
    services: web::Data<Services>,
) -> Result<HttpResponse, Problem> {
    if *provider != services.payments.provider.name() {
        return Err(Problem::not_found());
    }
    let invalid = |detail: String| Problem::new(Code::InvalidRequest, detail);
    let body = payload.to_bytes_limited(MAX_EVENT).await;
    let body = body.map_err(|_| Problem::new(Code::PayloadTooLarge, "an event has at most 1 MiB"))?;
    let body = body.map_err(|error| invalid(error.to_string()))?;
    let signature = request
        .headers()
        .get(SIGNATURE)
        .and_then(|value| value.to_str().ok());
    let signature = signature.ok_or_else(|| invalid(format!("send the header {SIGNATURE}")))?;
    let received = services.payments.receive(&body, signature).await;
    received.map_err(|error| match error {
        ReceiveError::Bad(bad) => invalid(bad.to_string()),
        ReceiveError::Store(error) => problem(error),
    })?;
    Ok(HttpResponse::Ok().json(ReceivedView { received: true }))
}
