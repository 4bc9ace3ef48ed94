//! How the business and the installation are.

use actix_web::{HttpResponse, web};
use chrono::{DateTime, Datelike, Months, NaiveDate, Utc};
use parlance_store::control::operator_view::{Check, Income, Month, PlanCount};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::Operator;
use crate::{
    actors::services::Services,
    domain::billing::reconciliation::{self, Reconciliation},
    http::documents::problem,
    kernel::{
        page::PageSize,
        problem::{Problem, ProblemDocument},
    },
};

/// Months that are told unless somebody asks for more or fewer.
const MONTHS: u32 = 12;
/// Parts of ten thousand of a whole.
const WHOLE: i64 = 10_000;

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct Since {
    /// How many months, the current one among them; 12 unless told, 36 at most.
    #[param(value_type = Option<i64>, minimum = 1)]
    months: Option<PageSize<36>>,
}

impl Since {
    /// The first day of the first month.
    pub(super) fn first(&self, now: DateTime<Utc>) -> NaiveDate {
        let months = self.months.map_or(MONTHS, |months| months.get().unsigned_abs());
        let today = now.date_naive();
        let this = today.with_day(1).unwrap_or(today);
        this.checked_sub_months(Months::new(months - 1)).unwrap_or(this)
    }
}

/// How the business is.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = OperatorOverview)]
pub struct Overview {
    /// In order; the last one is the current month until now.
    months: Vec<MonthView>,
    /// How many workspaces are on which plan.
    plans: Vec<PlanView>,
}

/// A calendar month by UTC.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = OperatorMonth)]
struct MonthView {
    /// Its first day.
    month: NaiveDate,
    /// Workspaces at its end.
    tenants: i64,
    /// Those for whom the bot answered in it.
    active: i64,
    /// Those that paid at its end; trials do not.
    paying: i64,
    /// Those that paid when it began.
    paying_before: i64,
    /// Of these, those that did not at its end.
    churned: i64,
    /// These over those, in ten-thousandths; null where nobody paid.
    churn: Option<i64>,
    /// What came in, by currency.
    income: Vec<IncomeView>,
    /// What upstreams charged: US dollars, a decimal number with nine places.
    #[schema(example = "12.345678900")]
    cost: String,
}

#[derive(Debug, Serialize, ToSchema)]
#[schema(as = OperatorIncome)]
pub(super) struct IncomeView {
    /// An ISO 4217 code.
    #[schema(example = "USD")]
    currency: String,
    /// The prices of what is paid for at the month's end: a decimal number with three places.
    #[schema(example = "49.000")]
    mrr: String,
    /// The same prices for the part of the month in which they were paid.
    #[schema(example = "49.000")]
    revenue: String,
}

impl IncomeView {
    /// What came in in `month`.
    pub(super) fn of(all: &[Income], month: NaiveDate) -> Vec<Self> {
        let told = all.iter().filter(|income| income.month == month);
        told.map(|income| Self {
            currency: income.currency.clone(),
            mrr: income.mrr.clone(),
            revenue: income.revenue.clone(),
        })
        .collect()
    }
}

#[derive(Debug, Serialize, ToSchema)]
#[schema(as = OperatorPlan)]
struct PlanView {
    /// By its id; it need not be in the plan file any more.
    plan: String,
    /// As people read it.
    name: String,
    tenants: i64,
    paying: i64,
    trialing: i64,
}

/// How the installation is.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = OperatorHealth)]
struct Health {
    version: &'static str,
    checks: Vec<CheckView>,
    /// The last day whose books were compared; none yet.
    reconciliation: Option<ReconciliationView>,
}

#[derive(Debug, Serialize, ToSchema)]
#[schema(as = OperatorReconciliation)]
struct ReconciliationView {
    /// A UTC date.
    day: NaiveDate,
    /// When it was done.
    at: DateTime<Utc>,
    /// Whose usage report the books were compared with, as `anthropic`; none: there was none.
    source: Option<String>,
    /// Differences by cause.
    differences: Vec<DifferencesView>,
}

#[derive(Debug, Serialize, ToSchema)]
#[schema(as = OperatorDifferences)]
struct DifferencesView {
    /// As `never_settled`; there may be more with another version.
    cause: &'static str,
    count: usize,
    /// Whether somebody is to look after it.
    bad: bool,
}

impl From<Reconciliation> for ReconciliationView {
    fn from(found: Reconciliation) -> Self {
        let differences = found.counts.into_iter();
        Self {
            day: found.day,
            at: found.at,
            source: found.source,
            differences: differences
                .map(|(cause, count)| DifferencesView {
                    cause: cause.as_str(),
                    count,
                    bad: !cause.is_expected(),
                })
                .collect(),
        }
    }
}

#[derive(Debug, Serialize, ToSchema)]
#[schema(as = OperatorCheck)]
struct CheckView {
    /// What is counted, as `jobs_waiting`; there may be more with another version.
    what: String,
    count: i64,
    /// Since when the oldest of it.
    since: Option<DateTime<Utc>>,
    /// Whether somebody is to look after it.
    bad: bool,
}

impl From<Check> for CheckView {
    fn from(check: Check) -> Self {
        let wrong = check.what.ends_with("_failed") || check.what.ends_with("_wrong");
        Self {
            bad: wrong && check.n > 0,
            what: check.what,
            count: check.n,
            since: check.since,
        }
    }
}

/// Nano-dollars as a decimal number of dollars.
pub(super) fn dollars(nanos: i64) -> String {
    let (whole, rest) = (nanos / 1_000_000_000, nanos % 1_000_000_000);
    format!("{whole}.{rest:09}")
}

/// How the business is.
///
/// Recurring revenue, churn, active workspaces, and cost against revenue, by month.
#[utoipa::path(
    get, path = "/api/operator/overview", operation_id = "get_operator_overview", tag = "operator", security(("operator" = [])), params(Since),
    responses((status = 200, body = Overview), (status = "default", body = ProblemDocument, content_type = "application/problem+json")),
)]
pub async fn overview(
    _operator: Operator,
    since: web::Query<Since>,
    services: web::Data<Services>,
) -> Result<HttpResponse, Problem> {
    let (control, now) = (services.db.control(), services.clock.now());
    let first = since.first(now);
    let months = control.operator_months(first, now).await.map_err(problem)?;
    let income = control.operator_income(first, now, None).await.map_err(problem)?;
    let plans = control.operator_plans(now).await.map_err(problem)?;
    let month = |month: Month| MonthView {
        churn: (month.paying_before > 0).then(|| month.churned * WHOLE / month.paying_before),
        income: IncomeView::of(&income, month.month),
        month: month.month,
        tenants: month.tenants,
        active: month.active,
        paying: month.paying,
        paying_before: month.paying_before,
        churned: month.churned,
        cost: dollars(month.cost_nanos),
    };
    let plan = |count: PlanCount| PlanView {
        name: services
            .plans
            .get(&count.plan)
            .map_or_else(|| count.plan.clone(), |plan| plan.name.clone()),
        plan: count.plan,
        tenants: count.tenants,
        paying: count.paying,
        trialing: count.trialing,
    };
    Ok(HttpResponse::Ok().json(Overview {
        months: months.into_iter().map(month).collect(),
        plans: plans.into_iter().map(plan).collect(),
    }))
}

/// How the installation is.
///
/// What waits, what failed, and what is not as it should be.
#[utoipa::path(
    get, path = "/api/operator/health", operation_id = "get_operator_health", tag = "operator", security(("operator" = [])),
    responses((status = 200, body = Health), (status = "default", body = ProblemDocument, content_type = "application/problem+json")),
)]
pub async fn health(_operator: Operator, services: web::Data<Services>) -> Result<HttpResponse, Problem> {
    let control = services.db.control();
    let checks = control.operator_health(services.clock.now()).await;
    let checks = checks.map_err(problem)?;
    let found = reconciliation::last(&control, None).await;
    let found = found.map_err(Problem::internal)?;
    Ok(HttpResponse::Ok().json(Health {
        version: env!("CARGO_PKG_VERSION"),
        checks: checks.into_iter().map(CheckView::from).collect(),
        reconciliation: found.map(ReconciliationView::from),
    }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn months_go_back_from_the_first_of_this_one() {
        let now = "2026-03-31T23:59:59Z".parse().unwrap();
        let first = |months: Option<i64>| {
            let months = months.map(|months| months.try_into().unwrap());
            Since { months }.first(now).to_string()
        };
        assert_eq!(first(Some(1)), "2026-03-01");
        assert_eq!(first(None), "2025-04-01");
        assert_eq!(first(Some(999)), "2023-04-01");
    }

    #[test]
    fn dollars_are_exact() {
        assert_eq!(dollars(0), "0.000000000");
        assert_eq!(dollars(12_345_678_901), "12.345678901");
    }
}
