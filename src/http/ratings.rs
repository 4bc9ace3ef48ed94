//! What visitors thought of conversations: figures, and their words.

use actix_web::{HttpRequest, HttpResponse, http::header, web};
use chrono::{DateTime, NaiveDate, Utc};
use parlance_store::{
    ids::{ConversationId, SpaceId},
    queries::{
        messages::RatedVia,
        ratings::{self, Comment, Wanted},
    },
};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::{
    analytics::{Compare, Step, attachment, period, wants_csv},
    audit::no_formula,
    cursor,
    documents::problem,
    permit::{Allowed, AnalyticsRead, RatingCommentsRead},
    views::List,
};
use crate::{
    actors::services::Services,
    domain::{
        csat::report::{self, RatedGroup, Report},
        insight::{figures::Csat, period::Slot},
    },
    kernel::{
        page::PageSize,
        problem::{Problem, ProblemDocument},
        words,
    },
};

/// Comments of a page unless told.
const USUAL: i64 = 50;
/// Lines of a table of comments at most, the newest.
const MOST_LINES: i64 = 10_000;

/// Which ratings are asked for.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct RatingsQuery {
    /// The first day, 400 days before the last at most; 30 days of them unless told.
    #[param(example = "2026-11-01")]
    from: Option<NaiveDate>,
    /// The last day, which is among them; today unless told.
    #[param(example = "2026-11-30")]
    to: Option<NaiveDate>,
    /// Whose days they are: a zone of the IANA's list, `UTC` unless told.
    #[param(example = "Europe/Berlin")]
    tz: Option<String>,
    /// The space; all unless told.
    #[param(value_type = Option<uuid::Uuid>)]
    space: Option<SpaceId>,
    /// `previous` tells the same of as many days right before.
    #[param(inline)]
    compare: Option<Compare>,
}

/// What visitors thought of conversations, each by its last rating, on the day of that.
#[derive(Debug, Serialize, ToSchema)]
struct RatingsReport {
    from: NaiveDate,
    to: NaiveDate,
    tz: &'static str,
    /// What a point of the series is: an hour where there are two days at most.
    step: Step,
    totals: Csat,
    /// Every day or hour, in order.
    series: Vec<RatingPoint>,
    /// Conversations in which no person wrote.
    bot: Csat,
    /// The others, by who had written to the visitor last.
    agents: Vec<RatedGroup>,
    /// By what the conversation's newest ticket is about.
    categories: Vec<RatedGroup>,
    /// The days before, where they were asked for.
    previous: Option<PreviousRatings>,
}

#[derive(Debug, Serialize, ToSchema)]
struct RatingPoint {
    /// `2026-11-01`, or of an hour `2026-11-01T13:00:00+01:00`.
    at: String,
    csat: Csat,
}

#[derive(Debug, Serialize, ToSchema)]
struct PreviousRatings {
    from: NaiveDate,
    to: NaiveDate,
    totals: Csat,
    series: Vec<RatingPoint>,
}

/// Get how visitors rated conversations.
///
/// By day or hour, agent and category of ticket. What was just given is in it. Asked for `text/csv` it is a line
/// for each group and each point of the series.
#[utoipa::path(
    get, path = "/api/analytics/ratings", operation_id = "get_ratings", tag = "analytics", security(("user" = ["analytics:read"]), ("key" = ["analytics:read"])), params(RatingsQuery),
    responses((status = 200, content((RatingsReport = "application/json"), (String = "text/csv"))), (status = "default", body = ProblemDocument, content_type = "application/problem+json")),
)]
pub async fn report(
    caller: Allowed<AnalyticsRead>,
    request: HttpRequest,
    query: web::Query<RatingsQuery>,
    services: web::Data<Services>,
) -> Result<HttpResponse, Problem> {
    let db = services.db.tenant(caller.tenant);
    let period = period(query.from, query.to, query.tz.as_deref(), services.clock.now())?;
    let report = report::report(&db, query.space, period).await.map_err(problem)?;
    if wants_csv(&request) {
        let name = format!("ratings-{}-{}.csv", period.from(), period.to());
        return Ok(attachment(&name, csv(&report)));
    }
    let previous = match query.compare.and_then(|Compare::Previous| period.before()) {
        Some(before) => Some(report::report(&db, query.space, before).await.map_err(problem)?),
        None => None,
    };
    Ok(HttpResponse::Ok()
        .insert_header((header::VARY, "Accept"))
        .json(RatingsReport {
            from: period.from(),
            to: period.to(),
            tz: period.tz(),
            step: if period.by_hour() { Step::Hour } else { Step::Day },
            totals: report.totals,
            series: points(report.series),
            bot: report.bot,
            agents: report.agents,
            categories: report.categories,
            previous: previous.map(|before| PreviousRatings {
                from: before.period.from(),
                to: before.period.to(),
                totals: before.totals,
                series: points(before.series),
            }),
        }))
}

fn points(series: Vec<(Slot, Csat)>) -> Vec<RatingPoint> {
    let point = |(slot, csat): (Slot, Csat)| RatingPoint { at: slot.label, csat };
    series.into_iter().map(point).collect()
}

const COLUMNS: [&str; 11] = [
    "by",
    "key",
    "name",
    "ratings",
    "mean",
    "satisfied",
    "gave_1",
    "gave_2",
    "gave_3",
    "gave_4",
    "gave_5",
];

fn writer() -> csv::Writer<Vec<u8>> {
    csv::WriterBuilder::new()
        .terminator(csv::Terminator::CRLF)
        .from_writer(Vec::new())
}

/// A line for each group and point of the series (RFC 4180).
fn csv(report: &Report) -> Vec<u8> {
    let mut csv = writer();
    // Into memory nothing fails.
    let _ = csv.write_record(COLUMNS);
    let mut line = |by: &str, key: &str, name: &str, told: &Csat| {
        let share = |share: Option<f64>| share.map(|share| format!("{share:.3}")).unwrap_or_default();
        let named = [by.to_owned(), key.to_owned(), no_formula(name)];
        let figures = [told.count.to_string(), share(told.mean), share(told.satisfied)];
        let scores = told.scores.map(|times| times.to_string());
        let _ = csv.write_record(named.into_iter().chain(figures).chain(scores));
    };
    line("total", "", "", &report.totals);
    line("bot", "", "", &report.bot);
    for (by, groups) in [("agent", &report.agents), ("category", &report.categories)] {
        for RatedGroup { key, name, csat } in groups {
            let (key, name) = (key.as_deref(), name.as_deref());
            line(by, key.unwrap_or_default(), name.unwrap_or_default(), csat);
        }
    }
    for (slot, csat) in &report.series {
        line("time", &slot.label, "", csat);
    }
    csv.into_inner().unwrap_or_default()
}

/// Which comments are asked for.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct CommentsQuery {
    /// The first day, 400 days before the last at most; 30 days of them unless told.
    #[param(example = "2026-11-01")]
    from: Option<NaiveDate>,
    /// The last day, which is among them; today unless told.
    #[param(example = "2026-11-30")]
    to: Option<NaiveDate>,
    /// Whose days they are: a zone of the IANA's list, `UTC` unless told.
    #[param(example = "Europe/Berlin")]
    tz: Option<String>,
    /// The space; all unless told.
    #[param(value_type = Option<uuid::Uuid>)]
    space: Option<SpaceId>,
    /// `next` of the page before.
    cursor: Option<String>,
    /// 50 unless told, 200 at most.
    #[param(value_type = Option<i64>, minimum = 1)]
    limit: Option<PageSize<200>>,
}

/// A rating with words.
#[derive(Debug, Serialize, ToSchema)]
pub struct RatingComment {
    #[schema(value_type = uuid::Uuid)]
    conversation: ConversationId,
    #[schema(value_type = uuid::Uuid)]
    space: SpaceId,
    #[schema(minimum = 1, maximum = 5)]
    score: i16,
    comment: String,
    #[schema(value_type = words::RatedVia)]
    via: RatedVia,
    /// Who had written to the visitor last; null is the bot alone.
    agent: Option<String>,
    at: DateTime<Utc>,
}

impl From<Comment> for RatingComment {
    fn from(found: Comment) -> Self {
        Self {
            conversation: found.conversation_id,
            space: found.space_id,
            score: found.score,
            comment: found.comment,
            via: found.via,
            agent: found.agent_name,
            at: found.at,
        }
    }
}

/// List what visitors said with their ratings.
///
/// The newest first. Asked for `text/csv` it is a line for each, 10,000 at most.
#[utoipa::path(
    get, path = "/api/analytics/ratings/comments", operation_id = "list_rating_comments", tag = "analytics", security(("user" = ["analytics:read", "conversations:read"]), ("key" = ["analytics:read", "conversations:read"])), params(CommentsQuery),
    responses((status = 200, content((List<RatingComment> = "application/json"), (String = "text/csv"))), (status = "default", body = ProblemDocument, content_type = "application/problem+json")),
)]
pub async fn comments(
    caller: Allowed<RatingCommentsRead>,
    request: HttpRequest,
    query: web::Query<CommentsQuery>,
    services: web::Data<Services>,
) -> Result<HttpResponse, Problem> {
    let db = services.db.tenant(caller.tenant);
    let period = period(query.from, query.to, query.tz.as_deref(), services.clock.now())?;
    let after = query.cursor.as_deref().map(cursor::decode).transpose()?;
    let range = period.range();
    let wanted = Wanted {
        from: range.from,
        to: range.to,
        space: query.space,
        after: after.map(|(at, id)| (at, ConversationId(id))),
    };
    let as_table = wants_csv(&request);
    let limit = if as_table {
        MOST_LINES
    } else {
        query.limit.map_or(USUAL, |limit| i64::from(limit.get()))
    };
    let found = db.read(async |conn| ratings::comments(conn, wanted, limit).await);
    let found: Vec<Comment> = found.await.map_err(problem)?;
    if as_table {
        let name = format!("comments-{}-{}.csv", period.from(), period.to());
        return Ok(attachment(&name, lines(&found)));
    }
    let full = i64::try_from(found.len()).unwrap_or(0) == limit;
    let last = found.last().filter(|_| full);
    let next = last.map(|last| cursor::encode(last.at, last.conversation_id));
    let items: Vec<_> = found.into_iter().map(RatingComment::from).collect();
    Ok(HttpResponse::Ok()
        .insert_header((header::VARY, "Accept"))
        .json(List { items, next }))
}

/// A line for each (RFC 4180). What visitors wrote is kept from being read as a formula.
fn lines(comments: &[Comment]) -> Vec<u8> {
    let mut csv = writer();
    // Into memory nothing fails.
    let _ = csv.write_record(["at", "score", "comment", "agent", "via", "space", "conversation"]);
    for said in comments {
        let _ = csv.write_record([
            said.at.to_rfc3339(),
            said.score.to_string(),
            no_formula(&said.comment),
            no_formula(said.agent_name.as_deref().unwrap_or_default()),
            said.via.to_string(),
            said.space_id.to_string(),
            said.conversation_id.to_string(),
        ]);
    }
    csv.into_inner().unwrap_or_default()
}
