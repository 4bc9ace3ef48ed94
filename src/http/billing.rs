//! What the workspace's plan gives, and how much of it and of the budget is used.

use actix_web::{HttpResponse, web};
use chrono::{DateTime, Utc};
use parlance_store::{
    StoreError,
    control::{plans as stored, workspace},
    queries::{
        ledger,
        quotas::{self, Quota, Standing},
    },
};
use serde::Serialize;
use utoipa::ToSchema;

use super::{
    documents::problem,
    permit::{Allowed, BillingRead},
};
use crate::{
    actors::services::Services,
    domain::billing::plans::{Exports, Features, Plan},
    kernel::{
        problem::{Problem, ProblemDocument},
        words,
    },
};

/// Quotas of what can be had, and the budget; a plan may name more.
const COUNTED: &[Quota] = &[
    Quota::MessagesPerMonth,
    Quota::Spaces,
    Quota::DocumentsPerSpace,
    Quota::DocumentsPerMonth,
    Quota::StorageMb,
    Quota::QueriesPerDay,
    Quota::CostPerMonth,
];

/// Those that a plan gives.
fn of_plans() -> impl Iterator<Item = &'static Quota> {
    COUNTED.iter().filter(|quota| **quota != Quota::CostPerMonth)
}

/// The workspace's plan, and all there are.
#[derive(Debug, Serialize, ToSchema)]
pub struct PlansView {
    /// The one it is on, by its id.
    plan: String,
    /// In the order of the price list.
    plans: Vec<PlanView>,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct PlanView {
    id: String,
    name: String,
    /// Whom it is for.
    about: String,
    /// In a month: a decimal number with three places.
    #[schema(example = "49.000")]
    price: String,
    /// Its ISO 4217 code.
    #[schema(example = "USD")]
    currency: String,
    /// Days before it is first charged.
    trial_days: u16,
    /// Turns of background work in every round, compared with other plans.
    job_shares: u16,
    /// Calls of the API by keys, in any hour of the clock.
    api_calls_per_hour: u32,
    limits: Vec<LimitView>,
    features: FeaturesView,
}

#[derive(Debug, Serialize, ToSchema)]
struct LimitView {
    #[schema(value_type = words::Quota)]
    quota: Quota,
    /// How much there may be; null is unlimited.
    limit: Option<u32>,
}

#[derive(Debug, Serialize, ToSchema)]
struct FeaturesView {
    /// How often data may be exported: once in each `month`, `week` or `day`, or `any` time.
    #[schema(inline)]
    exports: ExportsView,
    white_label: bool,
    custom_domain: bool,
}

#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "lowercase")]
enum ExportsView {
    Month,
    Week,
    Day,
    Any,
}

/// How much of the plan is used.
#[derive(Debug, Serialize, ToSchema)]
pub struct UsageView {
    /// The workspace's plan, by its id.
    plan: String,
    /// By which days and months are counted.
    time_zone: String,
    limits: Vec<StandingView>,
    /// Models to which calls were made this month and that have no price: what they cost is not known.
    unpriced: Vec<String>,
}

#[derive(Debug, Serialize, ToSchema)]
struct StandingView {
    #[schema(value_type = words::Quota)]
    quota: Quota,
    /// How much there is; of documents in a space, in the one that has most. More than the limit where the plan
    /// was a larger one before. Of `cost_per_month` nano-dollars.
    used: i64,
    /// How much there may be; null is unlimited.
    limit: Option<i64>,
    /// When it is counted anew, where it is counted by period.
    resets_at: Option<DateTime<Utc>>,
    /// Whether nothing is left; of `cost_per_month` also where what is left was too little for a call.
    reached: bool,
}

impl From<&Plan> for PlanView {
    fn from(plan: &Plan) -> Self {
        let limit = |quota: &Quota| LimitView {
            quota: *quota,
            limit: plan.limits.of(*quota).at_most(),
        };
        Self {
            id: plan.id.clone(),
            name: plan.name.clone(),
            about: plan.about.clone(),
            price: plan.price.amount(),
            currency: plan.price.currency().to_owned(),
            trial_days: plan.trial_days,
            job_shares: plan.job_shares,
            api_calls_per_hour: plan.api_calls_per_hour,
            limits: of_plans().map(limit).collect(),
            features: plan.features.into(),
        }
    }
}

impl From<Features> for FeaturesView {
    fn from(features: Features) -> Self {
        let Features {
            exports,
            white_label,
            custom_domain,
        } = features;
        let exports = match exports {
            Exports::Month => ExportsView::Month,
            Exports::Week => ExportsView::Week,
            Exports::Day => ExportsView::Day,
            Exports::Any => ExportsView::Any,
        };
        Self {
            exports,
            white_label,
            custom_domain,
        }
    }
}

impl From<Standing> for StandingView {
    fn from(standing: Standing) -> Self {
        let Standing {
            quota,
            used,
            at_most,
            resets_at,
            reached,
        } = standing;
        Self {
            quota,
            used,
            limit: at_most,
            resets_at,
            reached,
        }
    }
}

/// Get the plan.
///
/// The one the workspace is on, and what each gives and costs.
#[utoipa::path(
    get, path = "/api/billing/plan", operation_id = "get_plan", tag = "billing", security(("user" = ["billing:read"]), ("key" = ["billing:read"])),
    responses((status = 200, body = PlansView), (status = "default", body = ProblemDocument, content_type = "application/problem+json")),
)]
pub async fn plan(
    caller: Allowed<BillingRead>,
    services: web::Data<Services>,
) -> Result<HttpResponse, Problem> {
    let db = services.db.tenant(caller.tenant);
    let plan = db.read(stored::of_tenant).await.map_err(problem)?;
    Ok(HttpResponse::Ok().json(PlansView {
        plan: services.plans.of(&plan).id.clone(),
        plans: services.plans.iter().map(PlanView::from).collect(),
    }))
}

/// Get what is used of the plan.
#[utoipa::path(
    get, path = "/api/billing/usage", operation_id = "get_usage", tag = "billing", security(("user" = ["billing:read"]), ("key" = ["billing:read"])),
    responses((status = 200, body = UsageView), (status = "default", body = ProblemDocument, content_type = "application/problem+json")),
)]
pub async fn usage(
    caller: Allowed<BillingRead>,
    services: web::Data<Services>,
) -> Result<HttpResponse, Problem> {
    let (db, now) = (services.db.tenant(caller.tenant), services.clock.now());
    let read = db.read(async |conn| {
        let plan = stored::of_tenant(conn).await?;
        let workspace = workspace::read(conn).await?;
        let standings = quotas::standings(conn, now).await?;
        let month = ledger::month_cost(conn, now).await?;
        let unpriced = ledger::unpriced_models(conn, month.begins, month.ends).await?;
        Ok::<_, StoreError>((plan, workspace.time_zone, standings, unpriced))
    });
    let (plan, time_zone, mut standings, unpriced) = read.await.map_err(problem)?;
    standings.sort_by_key(|standing| COUNTED.iter().position(|quota| *quota == standing.quota));
    Ok(HttpResponse::Ok().json(UsageView {
        plan: services.plans.of(&plan).id.clone(),
        time_zone,
        limits: standings.into_iter().map(StandingView::from).collect(),
        unpriced,
    }))
}
