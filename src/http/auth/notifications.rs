//! What one is told by mail of a workspace.

use actix_web::{HttpResponse, web};
use parlance_store::StoreError;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::{
    actors::services::Services,
    domain::{
        notify::{ticket, waiting},
        tickets::deadlines::tell,
    },
    http::user::Member,
    kernel::problem::{Problem, ProblemDocument},
};

#[derive(Debug, Serialize, ToSchema)]
pub struct Notifications {
    /// A mail where a conversation begins to wait and nobody who may answer is there, at most every 15
    /// minutes. Who may not answer gets none.
    waiting_mail: bool,
    /// A mail where a deadline of one's ticket is at risk or was breached, or of one's team's that nobody has;
    /// of each at most every 15 minutes.
    deadline_mail: bool,
    /// A mail where others assign one a ticket, or write a note on one's ticket or change its status; also of those
    /// that one watches, and where their customer writes again. What happens within three minutes is one mail.
    ticket_mail: bool,
}

/// What is to change; what is absent stays.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NotificationsChange {
    waiting_mail: Option<bool>,
    deadline_mail: Option<bool>,
    ticket_mail: Option<bool>,
}

/// Get what one is told by mail.
///
/// Of this workspace.
#[utoipa::path(
    get, path = "/api/auth/notifications", operation_id = "get_notifications", tag = "accounts", security(("user" = [])),
    responses((status = 200, body = Notifications), (status = "default", body = ProblemDocument, content_type = "application/problem+json")),
)]
pub async fn read(member: Member, services: web::Data<Services>) -> Result<HttpResponse, Problem> {
    told(&services, &member).await
}

async fn told(services: &Services, member: &Member) -> Result<HttpResponse, Problem> {
    let db = services.db.tenant(member.tenant);
    let told = async {
        Ok::<_, StoreError>(Notifications {
            waiting_mail: waiting::wanted(&db, member.user).await?,
            deadline_mail: tell::wanted(&db, member.user).await?,
            ticket_mail: ticket::wanted(&db, member.user).await?,
        })
    };
    Ok(HttpResponse::Ok().json(told.await.map_err(Problem::internal)?))
}

/// Change what one is told by mail.
///
/// Of this workspace.
#[utoipa::path(
    patch, path = "/api/auth/notifications", operation_id = "change_notifications", tag = "accounts", security(("user" = [])),
    request_body(content = NotificationsChange, example = json!({ "waiting_mail": false })),
    responses((status = 200, body = Notifications), (status = "default", body = ProblemDocument, content_type = "application/problem+json")),
)]
pub async fn change(
    member: Member,
    body: web::Json<NotificationsChange>,
    services: web::Data<Services>,
) -> Result<HttpResponse, Problem> {
    let db = services.db.tenant(member.tenant);
    if let Some(on) = body.waiting_mail {
        waiting::want(&db, member.user, on)
            .await
            .map_err(Problem::internal)?;
    }
    if let Some(on) = body.deadline_mail {
        tell::want(&db, member.user, on)
            .await
            .map_err(Problem::internal)?;
    }
    if let Some(on) = body.ticket_mail {
        ticket::want(&db, member.user, on)
            .await
            .map_err(Problem::internal)?;
    }
    told(&services, &member).await
}
