//! What models may cost the workspace in a month, in its own hands.

use actix_web::{HttpResponse, web};
use chrono::{DateTime, Utc};
use parlance_store::{
    StoreError, TenantConn,
    queries::quotas::{self, Quota},
};
use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::ToSchema;

use super::{
    documents::problem,
    permit::{Allowed, BillingBudget, BillingRead},
};
use crate::{
    actors::services::Services,
    domain::audit,
    kernel::{
        code::Code,
        problem::{Problem, ProblemDocument},
    },
};

/// Nano-dollars at most, a million dollars; beyond it a budget is a typing error.
const MOST: i64 = 1_000_000_000_000_000;

/// What models may cost in a month.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct BudgetChange {
    /// Nano-dollars, a million dollars at most; null is no bound. With 0 no call that costs anything is made.
    #[serde(deserialize_with = "Option::deserialize")]
    #[schema(required, minimum = 0, maximum = 1_000_000_000_000_000_i64)]
    monthly_nanos: Option<i64>,
}

/// What models may cost in a month, and have.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Budget)]
pub struct BudgetView {
    /// Nano-dollars; null is no bound.
    monthly_nanos: Option<i64>,
    /// Nano-dollars of this month, with what calls that are out may cost at most.
    used_nanos: i64,
    /// When it begins anew, by the clock of the workspace.
    resets_at: Option<DateTime<Utc>>,
}

async fn view(conn: &mut TenantConn<'_>, now: DateTime<Utc>) -> Result<BudgetView, StoreError> {
    let mut standings = quotas::standings(conn, now).await?.into_iter();
    let standing = standings.find(|standing| standing.quota == Quota::CostPerMonth);
    let standing = standing.ok_or(StoreError::NotFound)?;
    Ok(BudgetView {
        monthly_nanos: standing.at_most,
        used_nanos: standing.used,
        resets_at: standing.resets_at,
    })
}

/// Get the budget.
#[utoipa::path(
    get, path = "/api/billing/budget", operation_id = "get_budget", tag = "billing", security(("user" = ["billing:read"]), ("key" = ["billing:read"])),
    responses((status = 200, body = BudgetView), (status = "default", body = ProblemDocument, content_type = "application/problem+json")),
)]
pub async fn read(
    caller: Allowed<BillingRead>,
    services: web::Data<Services>,
) -> Result<HttpResponse, Problem> {
    let (db, now) = (services.db.tenant(caller.tenant), services.clock.now());
    let budget = db.read(async |conn| view(conn, now).await).await;
    Ok(HttpResponse::Ok().json(budget.map_err(problem)?))
}

/// Set the budget.
///
/// It counts from then on. Where less is left of it than a call may cost at most, the call is not made: visitors are
/// handed over to people, and what else takes a model is refused with `plan_limit`. What costs nothing goes on.
#[utoipa::path(
    put, path = "/api/billing/budget", operation_id = "set_budget", tag = "billing", security(("user" = ["billing:budget"])),
    request_body(content = BudgetChange, example = json!({ "monthly_nanos": 20_000_000_000_i64 })),
    responses((status = 200, body = BudgetView), (status = "default", body = ProblemDocument, content_type = "application/problem+json")),
)]
pub async fn set(
    caller: Allowed<BillingBudget>,
    body: web::Json<BudgetChange>,
    services: web::Data<Services>,
) -> Result<HttpResponse, Problem> {
    let (db, now) = (services.db.tenant(caller.tenant), services.clock.now());
    let nanos = body.monthly_nanos;
    if nanos.is_some_and(|nanos| !(0..=MOST).contains(&nanos)) {
        let detail = "monthly_nanos: from 0 to 1000000000000000 nano-dollars, which is a million dollars";
        return Err(Problem::new(Code::InvalidRequest, detail));
    }
    let set = db.transaction(async |conn| {
        let before = quotas::set_budget(conn, nanos).await?;
        if before != nanos {
            let mut act = caller.act("billing.budget", ("workspace", conn.tenant_id()), now);
            act.before = Some(json!({ "monthly_nanos": before }));
            act.after = Some(json!({ "monthly_nanos": nanos }));
            audit::record(conn, act).await?;
        }
        view(conn, now).await
    });
    Ok(HttpResponse::Ok().json(set.await.map_err(problem)?))
}
