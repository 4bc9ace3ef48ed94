//! For those who run it: is it alive, is it ready, what does it count, what does it offer.

use actix_web::{HttpResponse, web};
use metrics_exporter_prometheus::PrometheusHandle;
use serde_json::json;

use super::openapi::ApiDocument;
use crate::actors::services::Services;

/// `GET /healthz`: the process answers.
#[utoipa::path(get, path = "/healthz", tag = "operations", responses((status = 200)))]
pub async fn health() -> HttpResponse {
    HttpResponse::Ok().json(json!({ "status": "ok" }))
}

/// `GET /readyz`: 200 when everything needed answers, else 503 and what does not.
#[utoipa::path(get, path = "/readyz", tag = "operations", responses((status = 200, description = "Everything answers"), (status = 503, description = "Says what does not")))]
pub async fn ready(services: web::Data<Services>) -> HttpResponse {
    let database = services.db.ping().await.err().map(|error| error.to_string());
    let draining = services.registry.is_draining();
    let ready = database.is_none() && !draining;
    let checks = json!({
        "database": if database.is_none() { "ok" } else { "does not answer" },
        "server": if draining { "stopping" } else { "ok" },
    });
    if let Some(error) = database {
        tracing::warn!(%error, "not ready: the database does not answer");
    }
    let mut response = if ready {
        HttpResponse::Ok()
    } else {
        HttpResponse::ServiceUnavailable()
    };
    response.json(json!({ "status": if ready { "ready" } else { "not ready" }, "checks": checks }))
}

/// `GET /metrics`, in the Prometheus text format.
#[utoipa::path(get, path = "/metrics", tag = "operations", responses((status = 200, description = "Prometheus text", content_type = "text/plain")))]
pub async fn metrics(services: web::Data<Services>, handle: web::Data<PrometheusHandle>) -> HttpResponse {
    let pool = services.db.pool_status();
    let gauge = |value: usize| f64::from(u32::try_from(value).unwrap_or(u32::MAX));
    metrics::gauge!("parlance_pool_connections").set(gauge(pool.size));
    metrics::gauge!("parlance_pool_available").set(gauge(pool.available));
    metrics::gauge!("parlance_pool_waiting").set(gauge(pool.waiting));
    HttpResponse::Ok()
        .content_type("text/plain; version=0.0.4")
        .body(handle.render())
}

/// `GET /api/openapi.json`.
pub async fn openapi(document: web::Data<ApiDocument>) -> HttpResponse {
    HttpResponse::Ok()
        .content_type("application/json")
        .body(document.0.clone())
}
