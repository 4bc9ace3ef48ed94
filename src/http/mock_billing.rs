//! The pages of the mock payment provider: a checkout and a portal, for who has their address. They work without
//! a script, and are not there with another provider.

use std::collections::HashMap;

use actix_web::{
    HttpRequest, HttpResponse,
    http::header::{self, CONTENT_SECURITY_POLICY},
    web,
};
use serde::Serialize;
use url::form_urlencoded;

use super::{routes::nothing_here, site};
use crate::{
    actors::services::Services,
    adapters::billing::{Act, Amount, BillingError, Card, Mock, Page},
    domain::billing::events::ReceiveError,
    kernel::{code::Code, problem::Problem},
};

const POLICY: &str = "default-src 'none'; style-src 'self'; img-src 'self'; base-uri 'none'; form-action 'self'; \
                      frame-ancestors 'none'";

/// What both pages are made of; the fields of the other one are empty.
#[derive(Debug, Default, Serialize)]
struct Context {
    demo: Option<&'static str>,
    signup: bool,
    version: &'static str,
    style: String,
    /// What went wrong with the last try.
    failed: Option<String>,
    plan: String,
    price: String,
    trial_days: u16,
    status: Option<&'static str>,
    period_end: String,
    cancels: bool,
    card_works: bool,
    now: String,
    plans: Vec<(String, String)>,
    invoices: Vec<[String; 4]>,
}

/// `GET /billing/mock/{kind}/{address}`.
///
/// # Errors
/// `NotFound` where there is no such page, or it was used; a browser is shown a page that says so.
pub async fn page(
    path: web::Path<(String, String)>,
    services: web::Data<Services>,
    request: HttpRequest,
) -> Result<HttpResponse, Problem> {
    match shown(&services, &path.1, None).await {
        Err(problem) if problem.code == Code::NotFound => nothing_here(request, services).await,
        shown => shown,
    }
}

/// `POST` to the same: does what a button says, by the field `act`.
///
/// # Errors
/// As [`page`].
pub async fn act(
    path: web::Path<(String, String)>,
    body: web::Bytes,
    services: web::Data<Services>,
) -> Result<HttpResponse, Problem> {
    let fields: HashMap<String, String> = form_urlencoded::parse(&body).into_owned().collect();
    let act = read(&fields).ok_or_else(|| Problem::new(Code::InvalidRequest, "there is no such button"))?;
    let (kind, address) = path.into_inner();
    let done = match mock(&services)?.act(&address, act).await {
        Ok(done) => done,
        Err(BillingError::Refused(why)) => return shown(&services, &address, Some(why)).await,
        Err(BillingError::NoSubscription) => {
            let why = "there is no subscription".to_owned();
            return shown(&services, &address, Some(why)).await;
        }
        Err(error) => return Err(Problem::internal(error)),
    };
    let (sent, to) = done.ok_or_else(Problem::not_found)?;
    for event in sent {
        let received = services.payments.receive(&event.body, &event.signature).await;
        received.map_err(|error: ReceiveError| Problem::internal(error))?;
    }
    let to = to.unwrap_or_else(|| format!("/billing/mock/{kind}/{address}"));
    Ok(HttpResponse::SeeOther()
        .insert_header((header::LOCATION, to))
        .finish())
}

fn mock(services: &Services) -> Result<&Mock, Problem> {
    services.payments.provider.mock().ok_or_else(Problem::not_found)
}

fn read(fields: &HashMap<String, String>) -> Option<Act> {
    Some(match fields.get("act")?.as_str() {
        "pay" => Act::Pay(Card::Works),
        "decline" => Act::Pay(Card::Declined),
        "leave" => Act::Leave,
        "cancel" => Act::Cancel,
        "resume" => Act::Resume,
        "change" => Act::Change(fields.get("plan")?.clone()),
        "card_works" => Act::Replace(Card::Works),
        "card_declined" => Act::Replace(Card::Declined),
        "turn" => Act::Turn,
        _ => return None,
    })
}

async fn shown(services: &Services, address: &str, failed: Option<String>) -> Result<HttpResponse, Problem> {
    let found = mock(services)?.page(address).await.map_err(Problem::internal)?;
    let found = found.ok_or_else(Problem::not_found)?;
    let context = Context {
        version: env!("CARGO_PKG_VERSION"),
        style: site::style_version(),
        failed,
        ..Context::default()
    };
    let name = |id: &str| services.plans.of(id).name.clone();
    let day = |at: chrono::DateTime<chrono::Utc>| at.format("%-d %B %Y").to_string();
    let (template, context) = match found {
        Page::Checkout {
            plan,
            price,
            trial_days,
        } => {
            let context = Context {
                plan,
                price: told(&price),
                trial_days,
                ..context
            };
            ("mock-checkout.html", context)
        }
        Page::Portal {
            subscription,
            card,
            plans,
            now,
            invoices,
        } => {
            let known = subscription.as_ref();
            let context = Context {
                plan: known
                    .and_then(|known| known.plan.as_deref())
                    .map(name)
                    .unwrap_or_default(),
                status: known.map(|known| known.status.as_str()),
                period_end: known
                    .map(|known| day(known.current_period_end))
                    .unwrap_or_default(),
                cancels: known.is_some_and(|known| known.cancel_at_period_end),
                card_works: card == Card::Works,
                now: day(now),
                plans,
                invoices: invoices
                    .into_iter()
                    .map(|one| [one.number, day(one.at), told(&one.amount), one.status])
                    .collect(),
                ..context
            };
            ("mock-portal.html", context)
        }
    };
    Ok(HttpResponse::Ok()
        .content_type("text/html; charset=utf-8")
        .insert_header((CONTENT_SECURITY_POLICY, POLICY))
        .insert_header((header::CACHE_CONTROL, "no-store"))
        .insert_header((header::REFERRER_POLICY, "no-referrer"))
        .insert_header(("X-Robots-Tag", "noindex"))
        .body(site::render(template, &context)?))
}

/// `49.000 USD`, without zeros that say nothing.
fn told(amount: &Amount) -> String {
    let decimal = amount.decimal();
    let short = decimal.strip_suffix(".000").or(decimal.strip_suffix('0'));
    format!("{} {}", short.unwrap_or(&decimal), amount.currency)
}
