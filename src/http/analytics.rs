//! What happened, as figures: of the workspace, or of one of its spaces.

use actix_web::{HttpRequest, HttpResponse, http::header, web};
use chrono::{DateTime, NaiveDate, Utc};
use parlance_store::{
    TenantDb,
    ids::SpaceId,
    queries::rollups::{Channel as Began, Scope},
};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::{
    documents::problem,
    permit::{Allowed, AnalyticsRead},
};
use crate::{
    actors::services::Services,
    domain::insight::{self, OfSpace, Report, columns::COLUMNS, figures::Figures, period::Period},
    kernel::{
        code::Code,
        problem::{Problem, ProblemDocument},
    },
};

/// Which days are asked for.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct Days {
    /// The first day, 400 days before the last at most; 30 days of them unless told.
    #[param(example = "2026-11-01")]
    from: Option<NaiveDate>,
    /// The last day, which is among them; today unless told.
    #[param(example = "2026-11-30")]
    to: Option<NaiveDate>,
    /// Whose days they are: a zone of the IANA's list, `UTC` unless told.
    #[param(example = "Europe/Berlin")]
    tz: Option<String>,
    /// `previous` tells the same of as many days right before.
    #[param(inline)]
    compare: Option<Compare>,
    /// Of conversations that began in the widget, or with a mail; of all, and of what is of none, unless told.
    #[param(inline)]
    channel: Option<Channel>,
}

#[derive(Clone, Copy, Debug, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Channel {
    Widget,
    Mail,
}

impl From<Channel> for Began {
    fn from(channel: Channel) -> Self {
        match channel {
            Channel::Widget => Self::Widget,
            Channel::Mail => Self::Mail,
        }
    }
}

#[derive(Clone, Copy, Debug, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Compare {
    Previous,
}

#[derive(Clone, Copy, Debug, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(super) enum Step {
    Hour,
    Day,
}

/// What happened in a period.
#[derive(Debug, Serialize, ToSchema)]
struct Analytics {
    from: NaiveDate,
    to: NaiveDate,
    tz: &'static str,
    /// What a point of the series is: an hour where there are two days at most.
    step: Step,
    totals: Figures,
    /// Every day or hour, in order.
    series: Vec<Point>,
    /// Each space by its name; those that are removed as well, where something happened in them.
    #[serde(skip_serializing_if = "Option::is_none")]
    spaces: Option<Vec<SpaceFigures>>,
    /// The days before, where they were asked for.
    previous: Option<Previous>,
}

#[derive(Debug, Serialize, ToSchema)]
struct Point {
    /// `2026-11-01`, or of an hour `2026-11-01T13:00:00+01:00`.
    at: String,
    figures: Figures,
}

#[derive(Debug, Serialize, ToSchema)]
struct SpaceFigures {
    #[schema(value_type = uuid::Uuid)]
    id: SpaceId,
    name: String,
    removed: bool,
    totals: Figures,
}

#[derive(Debug, Serialize, ToSchema)]
struct Previous {
    from: NaiveDate,
    to: NaiveDate,
    totals: Figures,
    series: Vec<Point>,
}

/// Get what happened in the workspace.
///
/// Figures by day or hour and by space. What has just happened is in them. Asked for `text/csv` it is the
/// series, a line each.
#[utoipa::path(
    get, path = "/api/analytics/overview", operation_id = "get_overview", tag = "analytics", security(("user" = ["analytics:read"]), ("key" = ["analytics:read"])), params(Days),
    responses((status = 200, content((Analytics = "application/json"), (String = "text/csv"))), (status = "default", body = ProblemDocument, content_type = "application/problem+json")),
)]
pub async fn overview(
    caller: Allowed<AnalyticsRead>,
    request: HttpRequest,
    days: web::Query<Days>,
    services: web::Data<Services>,
) -> Result<HttpResponse, Problem> {
    let db = services.db.tenant(caller.tenant);
    answer(&services, &db, &request, None, &days).await
}

/// Get what happened in a space.
///
/// The same as of the workspace.
#[utoipa::path(
    get, path = "/api/chat-spaces/{id}/analytics", operation_id = "get_space_analytics", tag = "analytics", security(("user" = ["analytics:read"]), ("key" = ["analytics:read"])),
    params(("id" = uuid::Uuid, Path, description = "The space"), Days),
    responses((status = 200, content((Analytics = "application/json"), (String = "text/csv"))), (status = "default", body = ProblemDocument, content_type = "application/problem+json")),
)]
pub async fn of_space(
    caller: Allowed<AnalyticsRead>,
    request: HttpRequest,
    path: web::Path<SpaceId>,
    days: web::Query<Days>,
    services: web::Data<Services>,
) -> Result<HttpResponse, Problem> {
    let db = services.db.tenant(caller.tenant);
    answer(&services, &db, &request, Some(*path), &days).await
}

async fn answer(
    services: &Services,
    db: &TenantDb,
    request: &HttpRequest,
    space: Option<SpaceId>,
    days: &Days,
) -> Result<HttpResponse, Problem> {
    let period = period(days.from, days.to, days.tz.as_deref(), services.clock.now())?;
    let scope = Scope {
        space,
        channel: days.channel.map(Began::from),
    };
    let report = insight::report(db, scope, period).await.map_err(problem)?;
    if wants_csv(request) {
        let name = format!("analytics-{}-{}.csv", period.from(), period.to());
        return Ok(attachment(&name, csv(&report)));
    }
    let previous = match days.compare.and_then(|Compare::Previous| period.before()) {
        Some(before) => Some(insight::report(db, scope, before).await.map_err(problem)?),
        None => None,
    };
    Ok(HttpResponse::Ok()
        .insert_header((header::VARY, "Accept"))
        .json(Analytics {
            from: period.from(),
            to: period.to(),
            tz: period.tz(),
            step: if period.by_hour() { Step::Hour } else { Step::Day },
            totals: report.totals,
            series: points(report.series),
            spaces: space.is_none().then(|| by_space(report.spaces)),
            previous: previous.map(|report| Previous {
                from: report.period.from(),
                to: report.period.to(),
                totals: report.totals,
                series: points(report.series),
            }),
        }))
}

fn points(series: Vec<(insight::period::Slot, Figures)>) -> Vec<Point> {
    let point = |(slot, figures): (insight::period::Slot, Figures)| Point {
        at: slot.label,
        figures,
    };
    series.into_iter().map(point).collect()
}

fn by_space(spaces: Vec<OfSpace>) -> Vec<SpaceFigures> {
    let figures = |space: OfSpace| SpaceFigures {
        id: space.id,
        name: space.name,
        removed: space.removed,
        totals: space.totals,
    };
    spaces.into_iter().map(figures).collect()
}

/// The days that are named.
///
/// # Errors
/// `invalid_request` where they are no period.
pub(super) fn period(
    from: Option<NaiveDate>,
    to: Option<NaiveDate>,
    tz: Option<&str>,
    now: DateTime<Utc>,
) -> Result<Period, Problem> {
    let period = Period::of(from, to, tz, now);
    period.map_err(|unsound| Problem::new(Code::InvalidRequest, unsound.to_string()))
}

/// CSV as a file of this name.
pub(super) fn attachment(name: &str, csv: Vec<u8>) -> HttpResponse {
    HttpResponse::Ok()
        .content_type("text/csv; charset=utf-8")
        .insert_header((header::VARY, "Accept"))
        .insert_header((
            header::CONTENT_DISPOSITION,
            format!("attachment; filename=\"{name}\""),
        ))
        .body(csv)
}

/// Whether CSV is named; a browser's and a program's `*/*` is JSON.
pub(super) fn wants_csv(request: &HttpRequest) -> bool {
    let accept = request.headers().get(header::ACCEPT);
    let accept = accept.and_then(|accept| accept.to_str().ok()).unwrap_or_default();
    let mut kinds = accept.split(',').filter_map(|kind| kind.split(';').next());
    kinds.any(|kind| kind.trim().eq_ignore_ascii_case("text/csv"))
}

/// A line for each slot (RFC 4180). All that is in it is ours: figures and dates.
fn csv(report: &Report) -> Vec<u8> {
    let mut csv = csv::WriterBuilder::new()
        .terminator(csv::Terminator::CRLF)
        .from_writer(Vec::new());
    let names = COLUMNS.iter().map(|(name, _)| *name);
    // Into memory nothing fails.
    let _ = csv.write_record(std::iter::once("at").chain(names));
    for (slot, figures) in &report.series {
        let told = COLUMNS.iter().map(|(_, tell)| tell(figures).unwrap_or_default());
        let _ = csv.write_record(std::iter::once(slot.label.clone()).chain(told));
    }
    csv.into_inner().unwrap_or_default()
}
