//! Where requests come in: the address that is listened on, and what every request goes through.

use std::{io, net::TcpListener, time::Duration};

use actix_http::HttpService;
use actix_server::Server;
use actix_service::map_config;
use actix_web::{dev::AppConfig, middleware, web};
use metrics_exporter_prometheus::PrometheusHandle;
use utoipa::OpenApi;

use super::GOODBYE;
use crate::{
    actors::services::Services,
    config::Config,
    http::{self, routes::Transports},
    realtime,
};

/// Bytes of any request body at most; JSON has a lower limit of its own.
const MAX_BODY: usize = 1 << 20;
/// A client must have sent its headers by then.
const HEADERS_WITHIN: Duration = Duration::from_secs(10);
const KEEP_ALIVE: Duration = Duration::from_secs(75);
/// A client that was answered and asked for no more has hung up by then.
const HANG_UP_WITHIN: Duration = Duration::from_secs(1);

const TRANSPORTS: Transports = Transports {
    visitor: realtime::visitor::configure,
    console: realtime::console::configure,
};

pub(super) fn listen(config: &Config) -> anyhow::Result<TcpListener> {
    let (bind, port) = (config.server.bind.as_str(), config.server.port);
    TcpListener::bind((bind, port)).map_err(|error| match error.kind() {
        io::ErrorKind::AddrInUse => {
            anyhow::anyhow!("port {port} is used by another program: stop that one, or set PORT to another")
        }
        _ => anyhow::Error::new(error).context(format!("cannot listen on {bind}:{port}")),
    })
}

pub(super) fn serve(
    listener: TcpListener,
    services: Services,
    metrics: PrometheusHandle,
) -> io::Result<Server> {
    let document = http::document([
        realtime::visitor::Calls::openapi(),
        realtime::console::Calls::openapi(),
    ]);
    let stopping = services.tasks.stopping();
    let kept_here = services.accounts.provider().is_none();
    let build = move || {
        actix_web::App::new()
            .app_data(web::Data::new(services.clone()))
            .app_data(web::Data::new(metrics.clone()))
            .app_data(web::Data::new(document.clone()))
            .app_data(web::PayloadConfig::new(MAX_BODY))
            .wrap(middleware::Compress::default())
            .wrap(middleware::from_fn(http::tell_limits))
            .wrap(middleware::from_fn(http::sound_address))
            .wrap(middleware::from_fn(http::only_objects))
            .wrap(http::security_headers())
            .wrap(tracing_actix_web::TracingLogger::<http::RequestLog>::new())
            .configure(|config| http::routes::configure(config, TRANSPORTS, kept_here))
    };
    let server = Server::build()
        .disable_signals()
        .shutdown_timeout(GOODBYE.as_secs())
        .listen("parlance", listener, move || {
            let stopping = stopping.clone();
            HttpService::build()
                .tcp_nodelay(true)
                .keep_alive(KEEP_ALIVE)
                .client_request_timeout(HEADERS_WITHIN)
                .client_disconnect_timeout(HANG_UP_WITHIN)
                .graceful_shutdown_signal(move || stopping.clone().cancelled_owned())
                .upgrade(realtime::upgrade::upgrades(build.clone()))
                .finish(map_config(build(), |()| AppConfig::default()))
                .tcp()
        })?;
    Ok(server.run())
}
