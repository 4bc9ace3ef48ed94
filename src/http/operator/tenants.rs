//! All workspaces there are, and one by month.

use actix_web::{HttpResponse, http::header, web};
use chrono::{DateTime, NaiveDate, SecondsFormat, Utc};
use parlance_store::{
    control::operator_view::{TenantFigures, TenantFilter, TenantMonth, TenantPage, TenantSort},
    ids::TenantId,
    queries::subscriptions::SubscriptionStatus,
};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::{
    Operator,
    figures::{IncomeView, Since, dollars},
};
use crate::{
    actors::services::Services,
    http::{audit::no_formula, documents::problem},
    kernel::{
        page::PageSize,
        problem::{Problem, ProblemDocument},
        words,
    },
};

const PAGE: i32 = 25;
/// Workspaces of an export at most.
const EXPORTED: i64 = 100_000;

/// Which workspaces are wanted, and in which order; what is absent does not narrow.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct Which {
    /// In the name, or the whole id.
    search: Option<String>,
    /// On this plan, by its id.
    plan: Option<String>,
    /// Whose subscription stands so.
    #[param(inline, value_type = Option<words::SubscriptionStatus>)]
    subscription: Option<SubscriptionStatus>,
    /// `name` unless told.
    #[param(inline, value_type = Option<words::TenantSort>)]
    sort: Option<TenantSort>,
    /// The greatest first.
    #[serde(default)]
    #[param(value_type = Option<bool>)]
    descending: bool,
}

impl Which {
    fn filter(&self) -> TenantFilter {
        let given = |text: &Option<String>| text.clone().filter(|text| !text.trim().is_empty());
        TenantFilter {
            search: given(&self.search).map(|text| text.trim().to_owned()),
            plan: given(&self.plan),
            subscription: self.subscription,
        }
    }

    fn page(&self, offset: i64, limit: i64) -> TenantPage {
        TenantPage {
            sort: self.sort.unwrap_or(TenantSort::Name),
            descending: self.descending,
            offset,
            limit,
        }
    }
}

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct PageOf {
    /// 25 unless told, 200 at most.
    #[param(value_type = Option<i64>, minimum = 1)]
    limit: Option<PageSize<200>>,
    /// Which page, from 1.
    #[param(value_type = Option<i64>, minimum = 1)]
    page: Option<PageSize<100_000>>,
}

/// A page of workspaces.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = OperatorTenants)]
pub struct Found {
    items: Vec<View>,
    /// How many there are, on all pages; 0 beyond the last one.
    total: i64,
}

/// A workspace as it is now, with the figures of the current month by UTC.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = OperatorTenant)]
pub struct View {
    #[schema(value_type = uuid::Uuid)]
    id: TenantId,
    name: String,
    /// `active`, `suspended` or `closed`.
    status: String,
    created_at: DateTime<Utc>,
    members: i64,
    /// Which plan it is on, by its id.
    plan: String,
    /// Null where there never was one.
    #[schema(value_type = Option<words::SubscriptionStatus>)]
    subscription: Option<SubscriptionStatus>,
    /// When it is first charged.
    trial_end: Option<DateTime<Utc>>,
    /// Until when it is paid.
    current_period_end: Option<DateTime<Utc>>,
    /// Whether it ends then.
    cancels: bool,
    /// The price of what it pays for, in a month: a decimal number with three places.
    #[schema(example = "49.000")]
    mrr: String,
    /// The same for the part of this month in which it paid.
    #[schema(example = "12.250")]
    revenue: String,
    /// Of both, an ISO 4217 code; null where nothing is paid.
    currency: Option<String>,
    /// What upstreams charged for it this month: US dollars, a decimal number with nine places.
    #[schema(example = "0.012345678")]
    cost: String,
    /// Messages that the bot answered this month.
    messages: i64,
}

impl From<TenantFigures> for View {
    fn from(tenant: TenantFigures) -> Self {
        Self {
            id: tenant.id,
            name: tenant.name,
            status: tenant.status,
            created_at: tenant.created_at,
            members: tenant.members,
            plan: tenant.plan,
            subscription: tenant.subscription,
            trial_end: tenant.trial_end,
            current_period_end: tenant.current_period_end,
            cancels: tenant.cancels,
            mrr: tenant.mrr,
            revenue: tenant.revenue,
            currency: tenant.currency,
            cost: dollars(tenant.cost_nanos),
            messages: tenant.messages,
        }
    }
}

/// A workspace, and how it was.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = OperatorTenantDetail)]
pub struct Detail {
    tenant: View,
    /// In order; the last one is the current month until now.
    months: Vec<MonthView>,
}

#[derive(Debug, Serialize, ToSchema)]
#[schema(as = OperatorTenantMonth)]
struct MonthView {
    /// Its first day, by UTC.
    month: NaiveDate,
    /// What came in, by currency.
    income: Vec<IncomeView>,
    /// What upstreams charged: US dollars, a decimal number with nine places.
    #[schema(example = "0.012345678")]
    cost: String,
    /// Messages that the bot answered.
    messages: i64,
}

/// List workspaces.
///
/// All there are, with their plan, subscription, revenue and cost.
#[utoipa::path(
    get, path = "/api/operator/tenants", operation_id = "list_tenants", tag = "operator", security(("operator" = [])), params(Which, PageOf),
    responses((status = 200, body = Found), (status = "default", body = ProblemDocument, content_type = "application/problem+json")),
)]
pub async fn list(
    _operator: Operator,
    which: web::Query<Which>,
    page: web::Query<PageOf>,
    services: web::Data<Services>,
) -> Result<HttpResponse, Problem> {
    let limit = i64::from(page.limit.map_or(PAGE, PageSize::get));
    let before = i64::from(page.page.map_or(1, PageSize::get)) - 1;
    let wanted = which.page(before * limit, limit);
    let (control, now) = (services.db.control(), services.clock.now());
    let found = control.operator_tenants(&which.filter(), wanted, now).await;
    let (found, total) = found.map_err(problem)?;
    Ok(HttpResponse::Ok().json(Found {
        items: found.into_iter().map(View::from).collect(),
        total,
    }))
}

/// Export workspaces as CSV.
///
/// All that the filter lets through, in its order; 100,000 at most.
#[utoipa::path(
    get, path = "/api/operator/tenants/export", operation_id = "export_tenants", tag = "operator", security(("operator" = [])), params(Which),
    responses((status = 200, body = String, content_type = "text/csv"), (status = "default", body = ProblemDocument, content_type = "application/problem+json")),
)]
pub async fn export(
    _operator: Operator,
    which: web::Query<Which>,
    services: web::Data<Services>,
) -> Result<HttpResponse, Problem> {
    let (control, now) = (services.db.control(), services.clock.now());
    let wanted = which.page(0, EXPORTED);
    let found = control.operator_tenants(&which.filter(), wanted, now).await;
    let (found, _) = found.map_err(problem)?;
    Ok(HttpResponse::Ok()
        .content_type("text/csv; charset=utf-8")
        .insert_header((
            header::CONTENT_DISPOSITION,
            "attachment; filename=\"tenants.csv\"",
        ))
        .body(lines(&found)))
}

/// Get a workspace.
///
/// As it is now, and by month.
#[utoipa::path(
    get, path = "/api/operator/tenants/{id}", operation_id = "get_tenant", tag = "operator", security(("operator" = [])),
    params(("id" = uuid::Uuid, Path, description = "The workspace"), Since),
    responses((status = 200, body = Detail), (status = "default", body = ProblemDocument, content_type = "application/problem+json")),
)]
pub async fn tenant(
    _operator: Operator,
    tenant: web::Path<TenantId>,
    since: web::Query<Since>,
    services: web::Data<Services>,
) -> Result<HttpResponse, Problem> {
    let (control, now) = (services.db.control(), services.clock.now());
    let first = since.first(now);
    let found = control.operator_tenant(*tenant, now).await.map_err(problem)?;
    let found = found.ok_or_else(Problem::not_found)?;
    let months = control.operator_tenant_months(*tenant, first, now).await;
    let income = control.operator_income(first, now, Some(*tenant)).await;
    let income = income.map_err(problem)?;
    let month = |month: TenantMonth| MonthView {
        income: IncomeView::of(&income, month.month),
        month: month.month,
        cost: dollars(month.cost_nanos),
        messages: month.messages,
    };
    Ok(HttpResponse::Ok().json(Detail {
        tenant: found.into(),
        months: months.map_err(problem)?.into_iter().map(month).collect(),
    }))
}

/// Lines of CSV (RFC 4180).
fn lines(tenants: &[TenantFigures]) -> Vec<u8> {
    let at = |at: Option<DateTime<Utc>>| {
        at.map(|at| at.to_rfc3339_opts(SecondsFormat::Secs, true))
            .unwrap_or_default()
    };
    let mut csv = csv::WriterBuilder::new()
        .terminator(csv::Terminator::CRLF)
        .from_writer(Vec::new());
    // Into memory nothing fails.
    let _ = csv.write_record([
        "id",
        "name",
        "status",
        "created_at",
        "members",
        "plan",
        "subscription",
        "trial_end",
        "current_period_end",
        "cancels",
        "mrr",
        "revenue",
        "currency",
        "cost_usd",
        "messages",
    ]);
    for tenant in tenants {
        let _ = csv.write_record([
            tenant.id.to_string(),
            no_formula(&tenant.name),
            tenant.status.clone(),
            at(Some(tenant.created_at)),
            tenant.members.to_string(),
            no_formula(&tenant.plan),
            tenant
                .subscription
                .map(|status| status.to_string())
                .unwrap_or_default(),
            at(tenant.trial_end),
            at(tenant.current_period_end),
            tenant.cancels.to_string(),
            tenant.mrr.clone(),
            tenant.revenue.clone(),
            tenant.currency.clone().unwrap_or_default(),
            dollars(tenant.cost_nanos),
            tenant.messages.to_string(),
        ]);
    }
    csv.into_inner().unwrap_or_default()
}
