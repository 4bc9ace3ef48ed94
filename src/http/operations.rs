//! For those who run it: is it alive, is it ready, what does it count, what does it offer.

use std::time::Duration;

use actix_web::{HttpResponse, web};
use metrics_exporter_prometheus::PrometheusHandle;
use serde::Serialize;
use utoipa::ToSchema;

use super::openapi::ApiDocument;
use crate::actors::services::Services;

/// Who asks whether it is ready is answered by then. Orchestrators wait a second to ten.
const READY_WITHIN: Duration = Duration::from_secs(3);

/// That the process answers.
#[derive(Serialize, ToSchema)]
struct Health {
    /// `ok`.
    status: &'static str,
}

/// What is needed, and whether it is there.
#[derive(Serialize, ToSchema)]
struct Readiness {
    /// `ready` or `not ready`.
    status: &'static str,
    checks: Checks,
}

#[derive(Serialize, ToSchema)]
#[schema(as = ReadinessChecks)]
struct Checks {
    /// `ok` or `does not answer`.
    database: &'static str,
    /// `ok` or `stopping`.
    server: &'static str,
}

/// Is the process alive?
#[utoipa::path(get, path = "/healthz", operation_id = "get_health", tag = "operations", responses((status = 200, body = Health)))]
pub async fn health() -> HttpResponse {
    HttpResponse::Ok().json(Health { status: "ok" })
}

/// Is everything that is needed there?
///
/// 503 says what is not, within three seconds.
#[utoipa::path(get, path = "/readyz", operation_id = "get_readiness", tag = "operations", responses((status = 200, description = "Everything answers", body = Readiness), (status = 503, description = "Says what does not", body = Readiness)))]
pub async fn ready(services: web::Data<Services>) -> HttpResponse {
    let database = services.db.ping_within(READY_WITHIN).await.err();
    let draining = services.registry.is_draining();
    let ready = database.is_none() && !draining;
    let checks = Checks {
        database: if database.is_none() {
            "ok"
        } else {
            "does not answer"
        },
        server: if draining { "stopping" } else { "ok" },
    };
    if let Some(error) = database {
        tracing::warn!(%error, "not ready: the database does not answer");
    }
    let mut response = if ready {
        HttpResponse::Ok()
    } else {
        HttpResponse::ServiceUnavailable()
    };
    response.json(Readiness {
        status: if ready { "ready" } else { "not ready" },
        checks,
    })
}

/// Metrics for Prometheus.
///
/// In its text format.
#[utoipa::path(get, path = "/metrics", operation_id = "get_metrics", tag = "operations", responses((status = 200, description = "Prometheus text", body = String, content_type = "text/plain")))]
pub async fn metrics(services: web::Data<Services>, handle: web::Data<PrometheusHandle>) -> HttpResponse {
    let pool = services.db.pool_status();
    let gauge = |value: usize| f64::from(u32::try_from(value).unwrap_or(u32::MAX));
    metrics::gauge!("parlance_pool_connections").set(gauge(pool.size));
    metrics::gauge!("parlance_pool_available").set(gauge(pool.available));
    metrics::gauge!("parlance_pool_waiting").set(gauge(pool.waiting));
    metrics::gauge!("parlance_tasks").set(gauge(services.tasks.running()));
    HttpResponse::Ok()
        .content_type("text/plain; version=0.0.4")
        .body(handle.render())
}

/// This document.
#[utoipa::path(
    get, path = "/api/openapi.json", operation_id = "get_openapi", tag = "operations",
    responses((status = 200, description = "OpenAPI 3.1", body = Object)),
)]
pub async fn openapi(document: web::Data<ApiDocument>) -> HttpResponse {
    HttpResponse::Ok()
        .content_type("application/json")
        .body(document.0.clone())
}
