//! Rules that say who is given a ticket.

use actix_web::{HttpResponse, web};
use chrono::{DateTime, Utc};
use parlance_store::{
    ids::{RoutingRuleId, SpaceId, TeamId, TicketCategoryId, UserId},
    queries::{
        routing_rules::{self as store, RoutingRule},
        spaces,
        tickets::Priority,
    },
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{
    documents::problem,
    permit::{Allowed, TicketsConfigure},
    ticket_categories::unread,
    views::List,
};
use crate::{
    actors::services::Services,
    domain::{
        mood,
        tickets::{
            categories::{TEXT_MAX, score::FLOOR},
            priority::from_mood,
            routing::{
                self, RoutingError, Written,
                conditions::{Condition, Conditions, Facts, Feeling, Reason, When},
                decide::{Outcome, explain},
                sort,
            },
        },
    },
    kernel::{
        code::Code,
        problem::{Problem, ProblemDocument},
        words,
    },
};

/// A rule as it is to be.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RoutingRuleWords {
    #[schema(min_length = 1, max_length = 80)]
    name: String,
    /// One that is off is passed over.
    #[serde(default = "on")]
    #[schema(default = true)]
    enabled: bool,
    /// What must hold. Nothing holds for every ticket.
    #[serde(default)]
    conditions: Conditions,
    /// Whose the ticket becomes. Of those of the team who are there, the one with least to do is given it.
    #[serde(default)]
    #[schema(value_type = Option<uuid::Uuid>)]
    team: Option<TeamId>,
    /// Who is given it, rather than somebody of the team.
    #[serde(default)]
    #[schema(value_type = Option<uuid::Uuid>)]
    agent: Option<UserId>,
    /// How urgent it becomes: above normal it is only raised, and low stays low.
    #[serde(default)]
    #[schema(value_type = Option<words::TicketPriority>)]
    priority: Option<Priority>,
    /// What it is tagged with besides, each of 1 to 40 characters.
    #[serde(default)]
    #[schema(max_items = 20)]
    tags: Vec<String>,
}

const fn on() -> bool {
    true
}

impl From<RoutingRuleWords> for Written {
    fn from(words: RoutingRuleWords) -> Self {
        Self {
            name: words.name,
            enabled: words.enabled,
            conditions: words.conditions,
            team: words.team,
            agent: words.agent,
            priority: words.priority,
            tags: words.tags,
        }
    }
}

#[derive(Debug, Serialize, ToSchema)]
pub struct RoutingRuleView {
    #[schema(value_type = uuid::Uuid)]
    id: RoutingRuleId,
    name: String,
    enabled: bool,
    conditions: Conditions,
    #[schema(value_type = Option<uuid::Uuid>)]
    team: Option<TeamId>,
    #[schema(value_type = Option<uuid::Uuid>)]
    agent: Option<UserId>,
    #[schema(value_type = Option<words::TicketPriority>)]
    priority: Option<Priority>,
    tags: Vec<String>,
    created_at: DateTime<Utc>,
    updated_at: DateTime<Utc>,
}

impl From<RoutingRule> for RoutingRuleView {
    fn from(rule: RoutingRule) -> Self {
        Self {
            id: rule.id,
            name: rule.name,
            enabled: rule.enabled,
            conditions: serde_json::from_value(rule.conditions).unwrap_or_default(),
            team: rule.team_id,
            agent: rule.agent_id,
            priority: rule.priority,
            tags: rule.tags,
            created_at: rule.created_at,
            updated_at: rule.updated_at,
        }
    }
}

/// All rules, in the order in which they are to be tried.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RoutingOrder {
    #[schema(value_type = Vec<uuid::Uuid>, max_items = 100)]
    rules: Vec<RoutingRuleId>,
}

/// A ticket that there might be.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RoutingTrial {
    /// What it says: its category and its mood are read from it.
    #[schema(min_length = 1, max_length = 2_000)]
    text: String,
    /// Of which space; absent, the first one.
    #[serde(default)]
    #[schema(value_type = Option<uuid::Uuid>)]
    space: Option<SpaceId>,
    #[serde(default)]
    #[schema(max_length = 60)]
    locale: Option<String>,
    /// The contact's attribute `plan`.
    #[serde(default)]
    #[schema(max_length = 60)]
    plan: Option<String>,
    #[serde(default)]
    /// Absent, what the mood of the text makes it.
    #[schema(value_type = Option<words::TicketPriority>)]
    priority: Option<Priority>,
    /// Absent, as the hours of the space have it now.
    #[serde(default)]
    #[schema(inline)]
    hours: Option<When>,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct RoutingTried {
    #[schema(value_type = Option<uuid::Uuid>)]
    category: Option<TicketCategoryId>,
    /// The chance that this is right, where there is one.
    score: Option<f32>,
    moods: Vec<Feeling>,
    #[schema(inline)]
    hours: When,
    /// In the order in which they are tried.
    rules: Vec<RuleTried>,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct RuleTried {
    #[schema(value_type = uuid::Uuid)]
    rule: RoutingRuleId,
    #[schema(inline)]
    outcome: RuleOutcome,
    /// Why the ticket takes it.
    why: Vec<Reason>,
    /// The first condition that does not hold.
    missed: Option<Condition>,
}

/// What becomes of a rule.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
enum RuleOutcome {
    /// The ticket takes it.
    Taken,
    /// It would hold, and comes later.
    Later,
    /// A condition does not hold.
    Missed,
    Off,
}

fn refused(error: RoutingError) -> Problem {
    let detail = error.to_string();
    match error {
        RoutingError::Unsound(_) => Problem::new(Code::InvalidRequest, detail),
        RoutingError::Moved => Problem::new(Code::Conflict, detail),
        RoutingError::Full => Problem::new(Code::LimitReached, detail),
        RoutingError::Store(error) => problem(error),
    }
}

fn views(rules: Vec<RoutingRule>) -> List<RoutingRuleView> {
    List {
        items: rules.into_iter().map(RoutingRuleView::from).collect(),
        next: None,
    }
}

/// List routing rules.
///
/// In the order in which they are tried: the first decides whose conditions all hold.
#[utoipa::path(
    get, path = "/api/routing-rules", operation_id = "list_routing_rules", tag = "tickets", security(("user" = ["tickets:configure"]), ("key" = ["tickets:configure"])),
    responses((status = 200, body = List<RoutingRuleView>), (status = "default", body = ProblemDocument, content_type = "application/problem+json")),
)]
pub async fn list(
    caller: Allowed<TicketsConfigure>,
    services: web::Data<Services>,
) -> Result<HttpResponse, Problem> {
    let found = services.db.tenant(caller.tenant).read(store::list).await;
    Ok(HttpResponse::Ok().json(views(found.map_err(problem)?)))
}

/// Create a routing rule.
///
/// It is tried last.
#[utoipa::path(
    post, path = "/api/routing-rules", operation_id = "create_routing_rule", tag = "tickets", security(("user" = ["tickets:configure"]), ("key" = ["tickets:configure"])),
    request_body(content = RoutingRuleWords, example = json!({ "name": "Angry first", "conditions": { "moods": ["angry"] }, "priority": "urgent", "tags": ["angry"] })),
    responses((status = 201, body = RoutingRuleView), (status = "default", body = ProblemDocument, content_type = "application/problem+json")),
)]
pub async fn create(
    caller: Allowed<TicketsConfigure>,
    body: web::Json<RoutingRuleWords>,
    services: web::Data<Services>,
) -> Result<HttpResponse, Problem> {
    let (db, now) = (services.db.tenant(caller.tenant), services.clock.now());
    let made = routing::put(&db, &caller, None, body.into_inner().into(), now).await;
    Ok(HttpResponse::Created().json(RoutingRuleView::from(made.map_err(refused)?)))
}

/// Change a routing rule.
///
/// All of it but its place.
#[utoipa::path(
    put, path = "/api/routing-rules/{id}", operation_id = "change_routing_rule", tag = "tickets", security(("user" = ["tickets:configure"]), ("key" = ["tickets:configure"])),
    params(("id" = uuid::Uuid, Path, description = "The rule")),
    request_body(content = RoutingRuleWords, example = json!({ "name": "At night", "enabled": false, "conditions": { "hours": "outside" }, "tags": ["night"] })),
    responses((status = 200, body = RoutingRuleView), (status = "default", body = ProblemDocument, content_type = "application/problem+json")),
)]
pub async fn change(
    caller: Allowed<TicketsConfigure>,
    path: web::Path<RoutingRuleId>,
    body: web::Json<RoutingRuleWords>,
    services: web::Data<Services>,
) -> Result<HttpResponse, Problem> {
    let (db, now) = (services.db.tenant(caller.tenant), services.clock.now());
    let changed = routing::put(&db, &caller, Some(*path), body.into_inner().into(), now).await;
    Ok(HttpResponse::Ok().json(RoutingRuleView::from(changed.map_err(refused)?)))
}

/// Order routing rules.
///
/// Names each rule once; refused where rules were added or removed meanwhile.
#[utoipa::path(
    put, path = "/api/routing-rules/order", operation_id = "order_routing_rules", tag = "tickets", security(("user" = ["tickets:configure"]), ("key" = ["tickets:configure"])),
    request_body(content = RoutingOrder, example = json!({ "rules": ["0198c0de-0000-7000-8000-000000000000"] })),
    responses((status = 200, body = List<RoutingRuleView>), (status = "default", body = ProblemDocument, content_type = "application/problem+json")),
)]
pub async fn order(
    caller: Allowed<TicketsConfigure>,
    body: web::Json<RoutingOrder>,
    services: web::Data<Services>,
) -> Result<HttpResponse, Problem> {
    let (db, now) = (services.db.tenant(caller.tenant), services.clock.now());
    let ordered = routing::order(&db, &caller, body.into_inner().rules, now).await;
    Ok(HttpResponse::Ok().json(views(ordered.map_err(refused)?)))
}

/// Delete a routing rule.
#[utoipa::path(
    delete, path = "/api/routing-rules/{id}", operation_id = "delete_routing_rule", tag = "tickets", security(("user" = ["tickets:configure"]), ("key" = ["tickets:configure"])),
    params(("id" = uuid::Uuid, Path, description = "The rule")),
    responses((status = 204), (status = "default", body = ProblemDocument, content_type = "application/problem+json")),
)]
pub async fn remove(
    caller: Allowed<TicketsConfigure>,
    path: web::Path<RoutingRuleId>,
    services: web::Data<Services>,
) -> Result<HttpResponse, Problem> {
    let (db, now) = (services.db.tenant(caller.tenant), services.clock.now());
    routing::remove(&db, &caller, *path, now).await.map_err(problem)?;
    Ok(HttpResponse::NoContent().finish())
}

/// Find the rule that a ticket would take.
///
/// And why, or which condition of each other rule does not hold. No ticket is made.
#[utoipa::path(
    post, path = "/api/routing-rules/try", operation_id = "try_routing_rules", tag = "tickets", security(("user" = ["tickets:configure"]), ("key" = ["tickets:configure"])),
    request_body(content = RoutingTrial, example = json!({ "text": "My parcel has not come yet.", "plan": "pro", "locale": "de" })),
    responses((status = 200, body = RoutingTried), (status = "default", body = ProblemDocument, content_type = "application/problem+json")),
)]
pub async fn attempt(
    caller: Allowed<TicketsConfigure>,
    body: web::Json<RoutingTrial>,
    services: web::Data<Services>,
) -> Result<HttpResponse, Problem> {
    let db = services.db.tenant(caller.tenant);
    let RoutingTrial {
        text,
        space,
        locale,
        plan,
        priority,
        hours,
    } = body.into_inner();
    if !(1..=TEXT_MAX).contains(&text.trim().chars().count()) {
        let detail = format!("text: give 1 to {TEXT_MAX} characters");
        return Err(Problem::new(Code::InvalidRequest, detail));
    }
    let spaces = db.read(spaces::list).await.map_err(problem)?;
    let of = |id| spaces.iter().find(|one| one.id == id);
    let space = space
        .map_or_else(|| spaces.first(), of)
        .ok_or_else(|| Problem::new(Code::InvalidRequest, "space: the workspace has no such space"))?;
    let ranked = services
        .classifiers
        .read(&db, space.id, &text)
        .await
        .map_err(unread)?;
    let guess = ranked.into_iter().next().filter(|guess| guess.score >= FLOOR);
    let rules = db.read(routing::rules).await.map_err(problem)?;
    let facts = Facts {
        category: guess.map(|guess| guess.category),
        locale,
        moods: sort::moods(&text),
        plan,
        priority: priority.unwrap_or_else(|| from_mood(&mood::read(&text, None))),
        space: space.id,
        hours: hours
            .unwrap_or_else(|| sort::hours(space.settings.get("hours").cloned(), services.clock.now())),
    };
    let outcomes = explain(&rules, &facts);
    let tried = rules.iter().zip(outcomes).map(|(rule, outcome)| {
        let (outcome, why, missed) = match outcome {
            Outcome::Taken(why) => (RuleOutcome::Taken, why, None),
            Outcome::Later => (RuleOutcome::Later, Vec::new(), None),
            Outcome::Missed(missed) => (RuleOutcome::Missed, Vec::new(), Some(missed)),
            Outcome::Off => (RuleOutcome::Off, Vec::new(), None),
        };
        RuleTried {
            rule: rule.id,
            outcome,
            why,
            missed,
        }
    });
    Ok(HttpResponse::Ok().json(RoutingTried {
        category: facts.category,
        score: guess.map(|guess| guess.score),
        rules: tried.collect(),
        moods: facts.moods,
        hours: facts.hours,
    }))
}
