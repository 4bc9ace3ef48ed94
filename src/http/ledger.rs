//! What upstream calls cost, for whoever pays for them: in groups, call by call, and of a conversation.

use actix_web::{HttpRequest, HttpResponse, http::header, web};
use chrono::{DateTime, NaiveDate, Utc};
use parlance_store::{
    StoreError,
    control::workspace,
    ids::{ConversationId, ReservationId, SpaceId},
    queries::{
        conversations,
        ledger::{self, CallKind, UsageBy, UsageEvent, UsageGroup, UsageSum},
    },
};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::{
    analytics::{attachment, wants_csv},
    conversations::of_page,
    cursor,
    documents::problem,
    payments::AmountView,
    permit::{Allowed, BillingRead},
    questions::plain,
    views::List,
};
use crate::{
    actors::services::Services,
    domain::billing::ledger::{LedgerError, Month, Report, Wanted, dollars, report as read},
    kernel::{
        code::Code,
        page::PageSize,
        problem::{Problem, ProblemDocument},
        words,
    },
};

/// Which calls are asked for, by days of the workspace's time zone.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct UsageQuery {
    /// The first day, 400 days before the last at most; 30 days of them unless told.
    #[param(example = "2026-11-01")]
    from: Option<NaiveDate>,
    /// The last day, which is among them; today unless told.
    #[param(example = "2026-11-30")]
    to: Option<NaiveDate>,
    /// The space; all unless told, those that are removed as well.
    #[param(value_type = Option<uuid::Uuid>)]
    space: Option<SpaceId>,
    /// The model; all unless told.
    #[param(example = "claude-sonnet-5-5")]
    model: Option<String>,
    /// What the calls were for; anything unless told.
    #[param(inline, value_type = Option<words::CallKind>)]
    kind: Option<CallKind>,
}

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct GroupQuery {
    /// What to group by: any of `day`, `space`, `model` and `kind`, told apart by commas. Unless told they are one
    /// group.
    #[param(example = "day,model")]
    by: Option<String>,
}

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct EventsQuery {
    /// The conversation the calls were made for; any unless told.
    #[param(value_type = Option<uuid::Uuid>)]
    conversation: Option<ConversationId>,
    /// 50 unless told, 200 at most.
    #[param(value_type = Option<i64>, minimum = 1)]
    limit: Option<PageSize<200>>,
    /// `next` of the page before.
    cursor: Option<String>,
}

/// What upstream calls cost.
#[derive(Debug, Serialize, ToSchema)]
pub struct Ledger {
    from: NaiveDate,
    to: NaiveDate,
    /// The workspace's, whose days they are.
    time_zone: &'static str,
    total: UsageFigure,
    /// The first day first, in it the dearest; 10,000 at most.
    groups: Vec<LedgerGroup>,
    month: MonthView,
    /// Models to which calls were made in these days and that have no price: what they cost is not known.
    unpriced: Vec<String>,
    /// What the workspace paid for its plan in these days, without taxes, by currency; what was credited is taken off.
    paid: Vec<AmountView>,
}

/// What calls came to.
#[derive(Debug, Serialize, ToSchema)]
struct UsageFigure {
    calls: i64,
    /// Tokens sent, neither read from nor written to a cache.
    input: i64,
    /// Tokens received.
    output: i64,
    /// Tokens written to a cache.
    cache_write: i64,
    /// Tokens read from a cache.
    cache_read: i64,
    /// The share of all tokens sent that were read from a cache, 0 to 1; null where none were sent.
    cache_hit_rate: Option<f64>,
    /// Nano-dollars, exact.
    cost_nanos: i64,
    /// Calls whose tokens were counted here, for the upstream never told.
    estimated: i64,
    /// Calls that have no price, and so no cost here.
    unpriced: i64,
}

/// Calls of one day, space, model and kind, as far as they are grouped by these; null where they are not.
#[derive(Debug, Serialize, ToSchema)]
struct LedgerGroup {
    day: Option<NaiveDate>,
    space: Option<LedgerSpace>,
    model: Option<String>,
    #[schema(value_type = Option<words::CallKind>)]
    kind: Option<CallKind>,
    #[serde(flatten)]
    figure: UsageFigure,
}

#[derive(Debug, Serialize, ToSchema)]
struct LedgerSpace {
    #[schema(value_type = uuid::Uuid)]
    id: SpaceId,
    /// Null where it is not known any more.
    name: Option<String>,
}

/// The month in which it is, by the workspace's clock, whatever days were asked for.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = LedgerMonth)]
struct MonthView {
    begins: DateTime<Utc>,
    ends: DateTime<Utc>,
    /// So far, in nano-dollars.
    cost_nanos: i64,
    /// What it is likely to cost when it is over, in nano-dollars: so far, and for the time that is left as much as
    /// the last seven days cost on average.
    estimate_nanos: i64,
}

/// One call that was charged.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = UsageEvent)]
pub struct EventView {
    #[schema(value_type = uuid::Uuid)]
    id: ReservationId,
    at: DateTime<Utc>,
    space: LedgerSpace,
    /// Null where it was made for none; it may be removed since.
    #[schema(value_type = Option<uuid::Uuid>)]
    conversation: Option<ConversationId>,
    #[schema(value_type = words::CallKind)]
    kind: CallKind,
    model: String,
    /// Tokens, as of groups.
    input: i64,
    output: i64,
    cache_write: i64,
    cache_read: i64,
    /// Nano-dollars, exact; 0 where it has no price.
    cost_nanos: i64,
    /// Whether its tokens were counted here.
    estimated: bool,
    /// From when on the price holds by which it was charged; null where it has none.
    price_effective: Option<NaiveDate>,
}

/// What a conversation cost.
#[derive(Debug, Serialize, ToSchema)]
pub struct ConversationCost {
    total: UsageFigure,
    /// By model and kind, the dearest first.
    groups: Vec<LedgerGroup>,
}

impl From<UsageSum> for UsageFigure {
    fn from(sum: UsageSum) -> Self {
        let cache_hit_rate = cache_hit_rate(&sum);
        let UsageSum {
            calls,
            input,
            output,
            cache_write,
            cache_read,
            cost_nanos,
            estimated,
            unpriced,
        } = sum;
        Self {
            calls,
            input,
            output,
            cache_write,
            cache_read,
            cache_hit_rate,
            cost_nanos,
            estimated,
            unpriced,
        }
    }
}

impl From<UsageGroup> for LedgerGroup {
    fn from(group: UsageGroup) -> Self {
        let name = group.space_name;
        Self {
            day: group.day,
            space: group.space_id.map(|id| LedgerSpace { id, name }),
            model: group.model,
            kind: group.kind,
            figure: group.sum.into(),
        }
    }
}

impl From<Month> for MonthView {
    fn from(month: Month) -> Self {
        let Month {
            begins,
            ends,
            cost_nanos,
            estimate_nanos,
        } = month;
        Self {
            begins,
            ends,
            cost_nanos,
            estimate_nanos,
        }
    }
}

impl From<UsageEvent> for EventView {
    fn from(event: UsageEvent) -> Self {
        Self {
            id: event.reservation_id,
            at: event.at,
            space: LedgerSpace {
                id: event.space_id,
                name: event.space_name,
            },
            conversation: event.conversation_id,
            kind: event.kind,
            model: event.model,
            input: event.input,
            output: event.output,
            cache_write: event.cache_write,
            cache_read: event.cache_read,
            cost_nanos: event.cost_nanos,
            estimated: event.estimated,
            price_effective: event.price_effective,
        }
    }
}

impl From<UsageQuery> for Wanted {
    fn from(query: UsageQuery) -> Self {
        Self {
            from: query.from,
            to: query.to,
            space: query.space,
            // Of no model are no calls.
            model: query.model.filter(|model| !model.is_empty()),
            kind: query.kind,
        }
    }
}

impl GroupQuery {
    fn by(&self) -> Result<UsageBy, Problem> {
        let mut by = UsageBy::default();
        for word in self
            .by
            .iter()
            .flat_map(|by| by.split(','))
            .filter(|word| !word.is_empty())
        {
            match word {
                "day" => by.day = true,
                "space" => by.space = true,
                "model" => by.model = true,
                "kind" => by.kind = true,
                _ => {
                    let detail = "by: any of day, space, model and kind, told apart by commas";
                    return Err(Problem::new(Code::InvalidRequest, detail));
                }
            }
        }
        Ok(by)
    }
}

fn refused(error: LedgerError) -> Problem {
    match error {
        LedgerError::Store(error) => problem(error),
        LedgerError::Unsound(_) | LedgerError::TooMany => {
            Problem::new(Code::InvalidRequest, error.to_string())
        }
    }
}

/// Get what upstream calls cost.
///
/// By day, space, model and kind. Exact: every call that was charged is in one group. Asked for `text/csv` it is the
/// groups, a line each.
#[utoipa::path(
    get, path = "/api/billing/ledger", operation_id = "get_ledger", tag = "billing", security(("user" = ["billing:read"]), ("key" = ["billing:read"])), params(UsageQuery, GroupQuery),
    responses((status = 200, content((Ledger = "application/json"), (String = "text/csv"))), (status = "default", body = ProblemDocument, content_type = "application/problem+json")),
)]
pub async fn report(
    caller: Allowed<BillingRead>,
    request: HttpRequest,
    query: web::Query<UsageQuery>,
    group: web::Query<GroupQuery>,
    services: web::Data<Services>,
) -> Result<HttpResponse, Problem> {
    let (db, now) = (services.db.tenant(caller.tenant), services.clock.now());
    let report = read(&db, query.into_inner().into(), group.by()?, now).await;
    let report = report.map_err(refused)?;
    if wants_csv(&request) {
        let name = format!("ledger-{}-{}.csv", report.period.from(), report.period.to());
        return Ok(attachment(&name, csv(&report)));
    }
    Ok(HttpResponse::Ok()
        .insert_header((header::VARY, "Accept"))
        .json(Ledger {
            from: report.period.from(),
            to: report.period.to(),
            time_zone: report.period.tz(),
            total: report.total.into(),
            groups: report.groups.into_iter().map(LedgerGroup::from).collect(),
            month: report.month.into(),
            unpriced: report.unpriced,
            paid: report.paid.into_iter().map(AmountView::from).collect(),
        }))
}

/// List upstream calls.
///
/// Each that was charged, the newest first.
#[utoipa::path(
    get, path = "/api/billing/ledger/events", operation_id = "list_usage_events", tag = "billing", security(("user" = ["billing:read"]), ("key" = ["billing:read"])), params(UsageQuery, EventsQuery),
    responses((status = 200, body = List<EventView>), (status = "default", body = ProblemDocument, content_type = "application/problem+json")),
)]
pub async fn events(
    caller: Allowed<BillingRead>,
    query: web::Query<UsageQuery>,
    page: web::Query<EventsQuery>,
    services: web::Data<Services>,
) -> Result<HttpResponse, Problem> {
    let (db, now) = (services.db.tenant(caller.tenant), services.clock.now());
    let limit = of_page(page.limit);
    let after = page.cursor.as_deref().map(cursor::decode).transpose()?;
    let after = after.map(|(at, id)| (at, ReservationId::from(id)));
    let wanted = Wanted::from(query.into_inner());
    let found = db.read(async |conn| {
        let time_zone = workspace::read(conn).await?.time_zone;
        let (_, filter) = wanted.in_zone(&time_zone, now)?;
        Ok(ledger::usage_page(conn, &filter, page.conversation, after, limit).await?)
    });
    let found: Vec<UsageEvent> = found.await.map_err(refused)?;
    let full = i64::try_from(found.len()) == Ok(limit);
    let last = found.last().filter(|_| full);
    let next = last.map(|last| cursor::encode(last.at, last.reservation_id));
    let items = found.into_iter().map(EventView::from).collect();
    Ok(HttpResponse::Ok().json(List { items, next }))
}

/// Get what a conversation cost.
///
/// Also of one that was removed.
#[utoipa::path(
    get, path = "/api/conversations/{id}/cost", operation_id = "get_conversation_cost", tag = "billing", security(("user" = ["billing:read"]), ("key" = ["billing:read"])),
    params(("id" = uuid::Uuid, Path, description = "The conversation")),
    responses((status = 200, body = ConversationCost), (status = "default", body = ProblemDocument, content_type = "application/problem+json")),
)]
pub async fn of_conversation(
    caller: Allowed<BillingRead>,
    path: web::Path<ConversationId>,
    services: web::Data<Services>,
) -> Result<HttpResponse, Problem> {
    let (db, id) = (services.db.tenant(caller.tenant), *path);
    let read = db.read(async |conn| {
        let groups = ledger::usage_of_conversation(conn, id).await?;
        if groups.is_empty() && conversations::load(conn, id).await?.is_none() {
            return Err(StoreError::NotFound);
        }
        Ok(groups)
    });
    let groups = read.await.map_err(problem)?;
    let mut total = UsageSum::default();
    groups.iter().for_each(|group| total.add(&group.sum));
    Ok(HttpResponse::Ok().json(ConversationCost {
        total: total.into(),
        groups: groups.into_iter().map(LedgerGroup::from).collect(),
    }))
}

/// A line for each group (RFC 4180). Names that people gave are kept from being read as a formula.
fn csv(report: &Report) -> Vec<u8> {
    let mut csv = csv::WriterBuilder::new()
        .terminator(csv::Terminator::CRLF)
        .from_writer(Vec::new());
    // Into memory nothing fails.
    let _ = csv.write_record([
        "day",
        "space",
        "space_id",
        "model",
        "kind",
        "calls",
        "input",
        "output",
        "cache_write",
        "cache_read",
        "cache_hit_rate",
        "cost_nanos",
        "cost_usd",
        "estimated",
        "unpriced",
    ]);
    let text = |text: &Option<String>| text.as_deref().map(plain).unwrap_or_default();
    for group in &report.groups {
        let sum = &group.sum;
        let rate = cache_hit_rate(sum).map(|rate| format!("{rate:.4}"));
        let _ = csv.write_record([
            group.day.map(|day| day.to_string()).unwrap_or_default(),
            text(&group.space_name),
            group.space_id.map(|id| id.to_string()).unwrap_or_default(),
            text(&group.model),
            group.kind.map(|kind| kind.to_string()).unwrap_or_default(),
            sum.calls.to_string(),
            sum.input.to_string(),
            sum.output.to_string(),
            sum.cache_write.to_string(),
            sum.cache_read.to_string(),
            rate.unwrap_or_default(),
            sum.cost_nanos.to_string(),
            dollars(sum.cost_nanos),
            sum.estimated.to_string(),
            sum.unpriced.to_string(),
        ]);
    }
    csv.into_inner().unwrap_or_default()
}

/// How much of what was sent was read from a cache, 0 to 1; none where nothing was sent.
fn cache_hit_rate(sum: &UsageSum) -> Option<f64> {
    let sent = sum
        .input
        .saturating_add(sum.cache_write)
        .saturating_add(sum.cache_read);
    #[expect(clippy::cast_precision_loss, reason = "tokens are far below 2^53")]
    (sent > 0).then(|| sum.cache_read as f64 / sent as f64)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_hit_rate_is_of_all_that_was_sent() {
        let sum = UsageSum {
            input: 50,
            cache_write: 25,
            cache_read: 25,
            output: 900,
            ..UsageSum::default()
        };
        assert_eq!(cache_hit_rate(&sum), Some(0.25));
        assert_eq!(cache_hit_rate(&UsageSum::default()), None);
    }
}
