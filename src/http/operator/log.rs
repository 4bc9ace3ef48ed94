//! What operators did.

use actix_web::{HttpResponse, web};
use chrono::{DateTime, Utc};
use parlance_store::{
    control::operators::OperatorAct,
    ids::{OperatorActId, TenantId},
};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::{IntoParams, ToSchema};

use super::Operator;
use crate::{
    actors::services::Services,
    http::{cursor, documents::problem, views::List},
    kernel::{
        page::PageSize,
        problem::{Problem, ProblemDocument},
    },
};

const PAGE: i32 = 50;

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct PageOf {
    /// 50 unless told, 200 at most.
    #[param(value_type = Option<i64>, minimum = 1)]
    limit: Option<PageSize<200>>,
    /// `next` of the page before.
    cursor: Option<String>,
}

/// Something an operator did.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = OperatorActView)]
pub struct View {
    #[schema(value_type = uuid::Uuid)]
    id: OperatorActId,
    at: DateTime<Utc>,
    /// Whether it was done on the command line, to whom `email` names.
    by_command_line: bool,
    email: String,
    /// From where.
    address: Option<String>,
    #[schema(example = "operator.begin")]
    action: String,
    /// About which workspace.
    #[schema(value_type = Option<uuid::Uuid>)]
    tenant: Option<TenantId>,
    tenant_name: Option<String>,
    details: Option<Value>,
}

impl From<OperatorAct> for View {
    fn from(act: OperatorAct) -> Self {
        Self {
            id: act.id,
            at: act.at,
            by_command_line: act.operator.is_none(),
            email: act.email,
            address: act.address,
            action: act.action,
            tenant: act.tenant,
            tenant_name: act.tenant_name,
            details: act.details,
        }
    }
}

/// List what operators did.
///
/// The newest first. Nothing in the record can be changed or removed.
#[utoipa::path(
    get, path = "/api/operator/log", operation_id = "list_operator_acts", tag = "operator", security(("operator" = [])), params(PageOf),
    responses((status = 200, body = List<View>), (status = "default", body = ProblemDocument, content_type = "application/problem+json")),
)]
pub async fn list(
    _operator: Operator,
    page: web::Query<PageOf>,
    services: web::Data<Services>,
) -> Result<HttpResponse, Problem> {
    let limit = i64::from(page.limit.map_or(PAGE, PageSize::get));
    let before = page.cursor.as_deref().map(str::parse).transpose();
    let before: Option<OperatorActId> = before.map_err(|_| cursor::unknown())?;
    let found = services.db.control().operator_acts(before, limit).await;
    let found = found.map_err(problem)?;
    let full = i64::try_from(found.len()) == Ok(limit);
    let next = found.last().filter(|_| full).map(|last| last.id.to_string());
    let items: Vec<View> = found.into_iter().map(View::from).collect();
    Ok(HttpResponse::Ok().json(List { items, next }))
}
