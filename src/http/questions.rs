//! What visitors asked, by meaning: the questions report.

use actix_web::{HttpRequest, HttpResponse, http::header, web};
use chrono::{DateTime, NaiveDate, Utc};
use parlance_store::{
    ids::{ConversationId, DocumentId, QuestionClusterId, SpaceId},
    queries::questions::{CitedDocument, ClusterFigures, GapState, ReportKind, SlowAnswer},
};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::{
    analytics::{attachment, period, wants_csv},
    documents::problem,
    permit::{Allowed, QuestionsRead},
};
use crate::{
    actors::services::Services,
    domain::gaps::report::{self, Report},
    kernel::{
        problem::{Problem, ProblemDocument},
        words,
    },
};

/// Which questions are asked for.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct QuestionsQuery {
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
    /// `popular`, what is asked most; `unanswered`, what was not answered well most often. `popular` unless told.
    #[param(inline, value_type = Option<words::QuestionKind>)]
    kind: Option<ReportKind>,
    /// What a CSV is of: `questions`, a line a meaning; `documents`, with how many answers cite each; `slowest`, a
    /// line an answer. `questions` unless told.
    #[param(inline)]
    table: Option<Table>,
}

/// Which part of the report a CSV is of.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
enum Table {
    #[default]
    Questions,
    Documents,
    Slowest,
}

/// What was asked in a period.
#[derive(Debug, Serialize, ToSchema)]
pub struct QuestionsReport {
    from: NaiveDate,
    to: NaiveDate,
    tz: &'static str,
    #[schema(value_type = words::QuestionKind)]
    kind: ReportKind,
    totals: QuestionTotals,
    /// By meaning, 50 at most.
    questions: Vec<QuestionFigures>,
    /// Documents that most answers cite, 10 at most.
    cited: Vec<DocumentFigures>,
    /// Documents that no answer cites, 10 at most, the oldest first.
    never_cited: Vec<DocumentFigures>,
    /// Answers that took longest, 10 at most.
    slowest: Vec<SlowView>,
}

#[derive(Debug, Serialize, ToSchema)]
struct QuestionTotals {
    questions: i64,
    /// Of these, not answered well.
    unanswered: i64,
    took: Took,
}

/// From the question to its stored answer, milliseconds; absent where no answer came to its end.
#[derive(Debug, Serialize, ToSchema)]
struct Took {
    p50_ms: Option<f64>,
    p95_ms: Option<f64>,
}

/// Questions of one meaning.
#[derive(Debug, Serialize, ToSchema)]
struct QuestionFigures {
    /// As a gap of its space.
    #[schema(value_type = uuid::Uuid)]
    id: QuestionClusterId,
    #[schema(value_type = uuid::Uuid)]
    space: SpaceId,
    /// The one that is nearest to all of them.
    question: String,
    #[schema(value_type = words::GapState)]
    state: GapState,
    questions: i64,
    /// As many days before.
    before: i64,
    unanswered: i64,
    last_asked: DateTime<Utc>,
    took: Took,
}

#[derive(Debug, Serialize, ToSchema)]
struct DocumentFigures {
    #[schema(value_type = uuid::Uuid)]
    id: DocumentId,
    #[schema(value_type = uuid::Uuid)]
    space: SpaceId,
    title: String,
    /// Answers that cite it.
    answers: i64,
}

#[derive(Debug, Serialize, ToSchema)]
struct SlowView {
    #[schema(value_type = uuid::Uuid)]
    conversation: ConversationId,
    #[schema(value_type = uuid::Uuid)]
    space: SpaceId,
    question: String,
    asked_at: DateTime<Utc>,
    took_ms: i64,
}

/// Get what visitors asked.
///
/// By meaning, with what was not answered well, what answers cite, and which took longest. Asked for `text/csv`
/// it is one table of these.
#[utoipa::path(
    get, path = "/api/analytics/questions", operation_id = "get_questions", tag = "analytics", security(("user" = ["analytics:read", "conversations:read"]), ("key" = ["analytics:read", "conversations:read"])), params(QuestionsQuery),
    responses((status = 200, content((QuestionsReport = "application/json"), (String = "text/csv"))), (status = "default", body = ProblemDocument, content_type = "application/problem+json")),
)]
pub async fn report(
    caller: Allowed<QuestionsRead>,
    request: HttpRequest,
    query: web::Query<QuestionsQuery>,
    services: web::Data<Services>,
) -> Result<HttpResponse, Problem> {
    let db = services.db.tenant(caller.tenant);
    let period = period(query.from, query.to, query.tz.as_deref(), services.clock.now())?;
    let kind = query.kind.unwrap_or(ReportKind::Popular);
    let report = report::report(&db, query.space, period.range(), kind).await;
    let report = report.map_err(problem)?;
    if wants_csv(&request) {
        let (name, csv) = match query.table.unwrap_or_default() {
            Table::Questions => ("questions", questions(&report)),
            Table::Documents => ("documents", documents(&report)),
            Table::Slowest => ("slowest-answers", slowest(&report)),
        };
        let name = format!("{name}-{}-{}.csv", period.from(), period.to());
        return Ok(attachment(&name, csv));
    }
    let took = |p50_ms, p95_ms| Took { p50_ms, p95_ms };
    Ok(HttpResponse::Ok()
        .insert_header((header::VARY, "Accept"))
        .json(QuestionsReport {
            from: period.from(),
            to: period.to(),
            tz: period.tz(),
            kind,
            totals: QuestionTotals {
                questions: report.totals.questions,
                unanswered: report.totals.unanswered,
                took: took(report.totals.p50_ms, report.totals.p95_ms),
            },
            questions: report.questions.into_iter().map(QuestionFigures::from).collect(),
            cited: report.cited.into_iter().map(DocumentFigures::from).collect(),
            never_cited: report
                .never_cited
                .into_iter()
                .map(DocumentFigures::from)
                .collect(),
            slowest: report.slowest.into_iter().map(SlowView::from).collect(),
        }))
}

/// A line for each meaning.
fn questions(report: &Report) -> Vec<u8> {
    let columns = [
        "question",
        "questions",
        "before",
        "unanswered",
        "state",
        "last_asked",
        "p50_ms",
        "p95_ms",
        "space",
        "id",
    ];
    let ms = |ms: Option<f64>| ms.map(|ms| format!("{ms:.0}")).unwrap_or_default();
    let lines = report.questions.iter().map(|asked| {
        [
            plain(&asked.question),
            asked.questions.to_string(),
            asked.before.to_string(),
            asked.unanswered.to_string(),
            asked.state.to_string(),
            asked.last_asked.to_rfc3339(),
            ms(asked.p50_ms),
            ms(asked.p95_ms),
            asked.space_id.to_string(),
            asked.id.to_string(),
        ]
    });
    csv(columns, lines)
}

/// A line for each document that is listed: those that are cited most, and those that never are.
fn documents(report: &Report) -> Vec<u8> {
    let listed = report.cited.iter().chain(&report.never_cited);
    let lines = listed.map(|document| {
        [
            plain(&document.title),
            document.answers.to_string(),
            document.space_id.to_string(),
            document.id.to_string(),
        ]
    });
    csv(["title", "answers", "space", "id"], lines)
}

/// A line for each of the slowest answers.
fn slowest(report: &Report) -> Vec<u8> {
    let lines = report.slowest.iter().map(|slow| {
        [
            plain(&slow.question),
            slow.took_ms.to_string(),
            slow.asked_at.to_rfc3339(),
            slow.space_id.to_string(),
            slow.conversation_id.to_string(),
        ]
    });
    csv(
        ["question", "took_ms", "asked_at", "space", "conversation"],
        lines,
    )
}

/// A table (RFC 4180). What somebody wrote is [`plain`] in it.
fn csv<const N: usize>(columns: [&str; N], lines: impl Iterator<Item = [String; N]>) -> Vec<u8> {
    let mut csv = csv::WriterBuilder::new()
        .terminator(csv::Terminator::CRLF)
        .from_writer(Vec::new());
    // Into memory nothing fails.
    let _ = csv.write_record(columns);
    lines.for_each(|line| drop(csv.write_record(line)));
    csv.into_inner().unwrap_or_default()
}

/// A text that no spreadsheet takes for a formula (OWASP, CSV injection).
pub(super) fn plain(text: &str) -> String {
    if text.starts_with(['=', '+', '-', '@', '\t', '\r']) {
        format!("'{text}")
    } else {
        text.to_owned()
    }
}

impl From<ClusterFigures> for QuestionFigures {
    fn from(asked: ClusterFigures) -> Self {
        Self {
            id: asked.id,
            space: asked.space_id,
            question: asked.question,
            state: asked.state,
            questions: asked.questions,
            before: asked.before,
            unanswered: asked.unanswered,
            last_asked: asked.last_asked,
            took: Took {
                p50_ms: asked.p50_ms,
                p95_ms: asked.p95_ms,
            },
        }
    }
}

impl From<CitedDocument> for DocumentFigures {
    fn from(document: CitedDocument) -> Self {
        Self {
            id: document.id,
            space: document.space_id,
            title: document.title,
            answers: document.answers,
        }
    }
}

impl From<SlowAnswer> for SlowView {
    fn from(slow: SlowAnswer) -> Self {
        Self {
            conversation: slow.conversation_id,
            space: slow.space_id,
            question: slow.question,
            asked_at: slow.asked_at,
            took_ms: slow.took_ms,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::plain;

    #[test]
    fn a_question_is_no_formula() {
        assert_eq!(plain("=cmd|' /C calc'!A0"), "'=cmd|' /C calc'!A0");
        assert_eq!(plain("How long?"), "How long?");
    }
}
