//! A/B tests of how a space answers: begun, looked at and ended.

use actix_web::{HttpResponse, web};
use chrono::{DateTime, Utc};
use parlance_store::{
    StoreError,
    ids::{ExperimentId, SpaceId},
    queries::{
        experiments::{self, Arm, ArmFigures, Experiment},
        spaces,
    },
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{refused, told};
use crate::{
    actors::services::Services,
    domain::{
        experiments::{
            results::{CONVERSATIONS_LEAST, Compared, compared},
            run::{self, Wanted},
        },
        spaces::versions::{Difference, diff_of_answers},
    },
    http::{
        documents::problem,
        permit::{Allowed, SpacesRead, SpacesWrite},
        views::List,
    },
    kernel::{
        problem::{Problem, ProblemDocument},
        words,
    },
};

/// Experiments that are listed, the newest first.
const LISTED: i64 = 50;
const HALF: i16 = 50;

/// An A/B test to be begun.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewExperiment {
    /// The version whose AI settings arm B answers by.
    #[schema(minimum = 1)]
    version: i64,
    /// Percent of the conversations that are of arm B; 50 unless told.
    #[schema(minimum = 1, maximum = 99)]
    share_b: Option<i16>,
    /// Without one it is named for its version.
    #[schema(max_length = 100)]
    name: Option<String>,
}

/// What is decided at the end.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
pub struct EndExperiment {
    /// `a` leaves the space as it is set, `b` sets it to answer as arm B did, which is a new version. Absent,
    /// the test only ends.
    #[serde(rename = "use")]
    #[schema(value_type = Option<words::Arm>)]
    used: Option<Arm>,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct ExperimentView {
    #[schema(value_type = Uuid)]
    id: ExperimentId,
    #[schema(value_type = Uuid)]
    space: SpaceId,
    name: String,
    /// The version that the space was set to when it began.
    version_a: i64,
    version_b: i64,
    /// Percent of the conversations.
    share_b: i16,
    /// Who began it, as they were called then.
    started_by: String,
    started_at: DateTime<Utc>,
    /// Absent while it runs.
    ended_at: Option<DateTime<Utc>>,
    /// The arm that was decided for at the end.
    #[schema(value_type = Option<words::Arm>)]
    used: Option<&'static str>,
}

/// How much of an arm was seen.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ArmSeen)]
struct Seen {
    /// With at least one answer.
    conversations: i64,
    answers: i64,
}

#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ArmsSeen)]
struct SeenByArm {
    a: Seen,
    b: Seen,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct ExperimentDetails {
    experiment: ExperimentView,
    /// How arm B answers otherwise than arm A.
    differences: Vec<Difference>,
    seen: SeenByArm,
    measures: Vec<Compared>,
    /// Conversations that each arm must have before anything is said of which is better.
    conversations_least: i64,
}

impl From<Experiment> for ExperimentView {
    fn from(experiment: Experiment) -> Self {
        Self {
            id: experiment.id,
            space: experiment.space_id,
            name: experiment.name,
            version_a: experiment.version_a,
            version_b: experiment.version_b,
            share_b: experiment.share_b,
            started_by: experiment.actor_name,
            started_at: experiment.started_at,
            ended_at: experiment.ended_at,
            used: experiment.used.map(Arm::as_str),
        }
    }
}

impl Seen {
    fn of(figures: &[ArmFigures], arm: Arm) -> Self {
        let found = figures.iter().find(|figures| figures.arm == arm);
        Self {
            conversations: found.map_or(0, |found| found.conversations),
            answers: found.map_or(0, |found| found.answers),
        }
    }
}

/// Start an A/B test.
///
/// Some conversations are answered as the space is set, the others by the AI settings of another version.
/// One runs in a space at a time, and while it does, `settings.ai` cannot be changed.
#[utoipa::path(
    post, path = "/api/chat-spaces/{id}/experiments", operation_id = "start_experiment", tag = "spaces", security(("user" = ["spaces:write"]), ("key" = ["spaces:write"])),
    params(("id" = uuid::Uuid, Path, description = "The space")),
    request_body(content = NewExperiment, example = json!({ "version": 1, "share_b": 20, "name": "Shorter answers" })),
    responses((status = 201, body = ExperimentView), (status = "default", body = ProblemDocument, content_type = "application/problem+json")),
)]
pub async fn start(
    caller: Allowed<SpacesWrite>,
    path: web::Path<SpaceId>,
    body: web::Json<NewExperiment>,
    services: web::Data<Services>,
) -> Result<HttpResponse, Problem> {
    let (db, id, body) = (services.db.tenant(caller.tenant), *path, body.into_inner());
    let wanted = Wanted {
        version: body.version,
        share_b: body.share_b.unwrap_or(HALF),
        name: body.name,
    };
    let started = run::start(&db, &caller, id, wanted, services.clock.now()).await;
    let started = started.map_err(refused)?;
    services.spaces.forget(caller.tenant, id).await;
    Ok(HttpResponse::Created().json(ExperimentView::from(started)))
}

/// List a space's A/B tests.
///
/// The newest first, 50 at most.
#[utoipa::path(
    get, path = "/api/chat-spaces/{id}/experiments", operation_id = "list_experiments", tag = "spaces", security(("user" = ["spaces:read"]), ("key" = ["spaces:read"])),
    params(("id" = uuid::Uuid, Path, description = "The space")),
    responses((status = 200, body = List<ExperimentView>), (status = "default", body = ProblemDocument, content_type = "application/problem+json")),
)]
pub async fn list(
    caller: Allowed<SpacesRead>,
    path: web::Path<SpaceId>,
    services: web::Data<Services>,
) -> Result<HttpResponse, Problem> {
    let (db, id) = (services.db.tenant(caller.tenant), *path);
    let found = db.read(async |conn| {
        spaces::load(conn, id).await?.ok_or(StoreError::NotFound)?;
        experiments::list(conn, id, LISTED).await
    });
    let items = found.await.map_err(problem)?;
    let items = items.into_iter().map(ExperimentView::from).collect();
    Ok(HttpResponse::Ok().json(List { items, next: None }))
}

/// Get an A/B test.
///
/// With what it shows so far.
#[utoipa::path(
    get, path = "/api/chat-spaces/{id}/experiments/{experiment}", operation_id = "get_experiment", tag = "spaces", security(("user" = ["spaces:read"]), ("key" = ["spaces:read"])),
    params(("id" = uuid::Uuid, Path, description = "The space"), ("experiment" = uuid::Uuid, Path, description = "The test")),
    responses((status = 200, body = ExperimentDetails), (status = "default", body = ProblemDocument, content_type = "application/problem+json")),
)]
pub async fn experiment(
    caller: Allowed<SpacesRead>,
    path: web::Path<(SpaceId, ExperimentId)>,
    services: web::Data<Services>,
) -> Result<HttpResponse, Problem> {
    let (db, (space, id)) = (services.db.tenant(caller.tenant), path.into_inner());
    let found = db.read(async |conn| {
        spaces::load(conn, space).await?.ok_or(StoreError::NotFound)?;
        let experiment = experiments::get(conn, space, id).await?;
        Ok::<_, StoreError>((experiment, experiments::figures(conn, id).await?))
    });
    let (experiment, figures) = found.await.map_err(problem)?;
    Ok(HttpResponse::Ok().json(ExperimentDetails {
        differences: diff_of_answers(&experiment.ai_a, &experiment.ai_b),
        experiment: experiment.into(),
        seen: SeenByArm {
            a: Seen::of(&figures, Arm::A),
            b: Seen::of(&figures, Arm::B),
        },
        measures: compared(&figures),
        conversations_least: CONVERSATIONS_LEAST,
    }))
}

/// End an A/B test.
///
/// From then on all conversations are answered in the same way.
#[utoipa::path(
    post, path = "/api/chat-spaces/{id}/experiments/{experiment}/end", operation_id = "end_experiment", tag = "spaces", security(("user" = ["spaces:write"]), ("key" = ["spaces:write"])),
    params(("id" = uuid::Uuid, Path, description = "The space"), ("experiment" = uuid::Uuid, Path, description = "The test")),
    request_body(content = EndExperiment, example = json!({ "use": "a" })),
    responses((status = 200, body = ExperimentView), (status = "default", body = ProblemDocument, content_type = "application/problem+json")),
)]
pub async fn end(
    caller: Allowed<SpacesWrite>,
    path: web::Path<(SpaceId, ExperimentId)>,
    body: web::Json<EndExperiment>,
    services: web::Data<Services>,
) -> Result<HttpResponse, Problem> {
    let (db, (space, id)) = (services.db.tenant(caller.tenant), path.into_inner());
    let ended = run::end(&db, &caller, space, id, body.used, services.clock.now()).await;
    let (experiment, changed) = ended.map_err(refused)?;
    told(&services, &caller, &changed).await;
    Ok(HttpResponse::Ok().json(ExperimentView::from(experiment)))
}
