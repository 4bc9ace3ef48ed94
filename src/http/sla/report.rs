//! How promises were kept.

use actix_web::{HttpRequest, HttpResponse, http::header, web};
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::{
    actors::services::Services,
    domain::{
        insight::period::Period,
        tickets::deadlines::report::{self, BothKept, Kept, OfGroup, Report},
    },
    http::{
        analytics::{Step, wants_csv},
        audit::no_formula,
        documents::problem,
        permit::{Allowed, AnalyticsRead},
    },
    kernel::{
        code::Code,
        problem::{Problem, ProblemDocument},
    },
};

/// Which days are asked for.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct SlaDays {
    /// The first day, 400 days before the last at most; 30 days of them unless told.
    #[param(example = "2026-11-01")]
    from: Option<NaiveDate>,
    /// The last day, which is among them; today unless told.
    #[param(example = "2026-11-30")]
    to: Option<NaiveDate>,
    /// Whose days they are: a zone of the IANA's list, `UTC` unless told.
    #[param(example = "Europe/Berlin")]
    tz: Option<String>,
}

/// How promises were kept in a period. A deadline counts when it was met in time, or else when it was due.
#[derive(Debug, Serialize, ToSchema)]
struct SlaReport {
    from: NaiveDate,
    to: NaiveDate,
    tz: &'static str,
    /// What a point of the series is: an hour where there are two days at most.
    step: Step,
    totals: BothKept,
    /// Every day or hour, in order.
    series: Vec<SlaPoint>,
    /// By the priority it was promised for.
    priorities: Vec<OfGroup>,
    /// By the team that has the ticket now.
    teams: Vec<OfGroup>,
    /// By the member who has the ticket now.
    agents: Vec<OfGroup>,
    policies: Vec<OfGroup>,
}

#[derive(Debug, Serialize, ToSchema)]
struct SlaPoint {
    /// `2026-11-01`, or of an hour `2026-11-01T13:00:00+01:00`.
    at: String,
    kept: BothKept,
}

/// Get how deadlines of tickets were kept.
///
/// By day or hour, priority, team, agent and policy. What has just happened is in it. Asked for `text/csv` it
/// is a line for each group.
#[utoipa::path(
    get, path = "/api/analytics/sla", operation_id = "get_sla_report", tag = "analytics", security(("user" = ["analytics:read"]), ("key" = ["analytics:read"])), params(SlaDays),
    responses((status = 200, content((SlaReport = "application/json"), (String = "text/csv"))), (status = "default", body = ProblemDocument, content_type = "application/problem+json")),
)]
pub async fn get(
    caller: Allowed<AnalyticsRead>,
    request: HttpRequest,
    days: web::Query<SlaDays>,
    services: web::Data<Services>,
) -> Result<HttpResponse, Problem> {
    let db = services.db.tenant(caller.tenant);
    let period = Period::of(days.from, days.to, days.tz.as_deref(), services.clock.now());
    let period = period.map_err(|unsound| Problem::new(Code::InvalidRequest, unsound.to_string()))?;
    let report = report::report(&db, period).await.map_err(problem)?;
    if wants_csv(&request) {
        let name = format!("deadlines-{}-{}.csv", period.from(), period.to());
        return Ok(HttpResponse::Ok()
            .content_type("text/csv; charset=utf-8")
            .insert_header((header::VARY, "Accept"))
            .insert_header((
                header::CONTENT_DISPOSITION,
                format!("attachment; filename=\"{name}\""),
            ))
            .body(csv(&report)));
    }
    let series = report
        .series
        .into_iter()
        .map(|(slot, kept)| SlaPoint { at: slot.label, kept });
    Ok(HttpResponse::Ok()
        .insert_header((header::VARY, "Accept"))
        .json(SlaReport {
            from: period.from(),
            to: period.to(),
            tz: period.tz(),
            step: if period.by_hour() { Step::Hour } else { Step::Day },
            totals: report.totals,
            series: series.collect(),
            priorities: report.priorities,
            teams: report.teams,
            agents: report.agents,
            policies: report.policies,
        }))
}

const COLUMNS: [&str; 9] = [
    "by",
    "key",
    "name",
    "first_response_met",
    "first_response_breached",
    "first_response_median_s",
    "resolution_met",
    "resolution_breached",
    "resolution_median_s",
];

/// A line for each group and point of the series (RFC 4180).
fn csv(report: &Report) -> Vec<u8> {
    let mut csv = csv::WriterBuilder::new()
        .terminator(csv::Terminator::CRLF)
        .from_writer(Vec::new());
    let figures = |kept: &Kept| {
        let median = kept.median_seconds.map(|seconds| format!("{seconds:.0}"));
        [
            kept.met.to_string(),
            kept.breached.to_string(),
            median.unwrap_or_default(),
        ]
    };
    // Into memory nothing fails.
    let _ = csv.write_record(COLUMNS);
    let mut line = |by: &str, key: &str, name: &str, kept: &BothKept| {
        let named = [by.to_owned(), key.to_owned(), no_formula(name)];
        let told = figures(&kept.first_response)
            .into_iter()
            .chain(figures(&kept.resolution));
        let _ = csv.write_record(named.into_iter().chain(told));
    };
    line("total", "", "", &report.totals);
    for (by, groups) in [
        ("priority", &report.priorities),
        ("team", &report.teams),
        ("agent", &report.agents),
        ("policy", &report.policies),
    ] {
        for OfGroup { key, name, kept } in groups {
            line(
                by,
                key.as_deref().unwrap_or_default(),
                name.as_deref().unwrap_or_default(),
                kept,
            );
        }
    }
    for (slot, kept) in &report.series {
        line("time", &slot.label, "", kept);
    }
    csv.into_inner().unwrap_or_default()
}
