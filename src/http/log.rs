//! What the log says of a request that did not go well: a fault of ours once, with its cause; what a
//! client did wrong only to whoever asks for `debug`. Of an address it says the pattern alone: paths and
//! queries have tokens and signatures in them.

use actix_web::{
    Error, HttpMessage,
    body::MessageBody,
    dev::{ServiceRequest, ServiceResponse},
    http::header,
};
use tracing::{Span, debug, error, field::Empty, info_span};
use tracing_actix_web::{DefaultRootSpanBuilder, RequestId, RootSpanBuilder};

use crate::kernel::{code::Code, problem::Problem};

/// The span of a request and the line at its end, for [`tracing_actix_web::TracingLogger`].
pub struct RequestLog;

impl RootSpanBuilder for RequestLog {
    fn on_request_start(request: &ServiceRequest) -> Span {
        let connection = request.connection_info();
        let id = request
            .extensions()
            .get::<RequestId>()
            .map(ToString::to_string)
            .unwrap_or_default();
        let agent = request.headers().get(header::USER_AGENT);
        info_span!(
            "HTTP request",
            http.method = %request.method(),
            http.route = %request.match_pattern().as_deref().unwrap_or("default"),
            http.host = %connection.host(),
            http.client_ip = %connection.realip_remote_addr().unwrap_or_default(),
            http.user_agent = %agent.and_then(|agent| agent.to_str().ok()).unwrap_or_default(),
            http.status_code = Empty,
            otel.kind = "server",
            otel.status_code = Empty,
            request_id = %id,
            exception.message = Empty,
            exception.details = Empty,
        )
    }

    fn on_request_end<B: MessageBody>(span: Span, outcome: &Result<ServiceResponse<B>, Error>) {
        let failed = match outcome {
            Ok(response) => response
                .response()
                .error()
                .map(|error| (error, response.status())),
            Err(error) => Some((error, error.as_response_error().status_code())),
        };
        if let Some((error, status)) = failed {
            match error.as_error::<Problem>() {
                // It was logged where it happened.
                Some(problem) if problem.code == Code::Internal => {}
                Some(problem) => debug!(status = status.as_u16(), %problem, "a request was refused"),
                None if status.is_server_error() => error!(cause = %error, "a request failed"),
                None => debug!(status = status.as_u16(), cause = %error, "a request was refused"),
            }
        }
        DefaultRootSpanBuilder::on_request_end(span, outcome);
    }
}

#[cfg(test)]
mod tests {
    use std::{
        io::{self, Write},
        sync::{Arc, Mutex},
    };

    use actix_web::{App, error::ErrorBadGateway, test, web};
    use tracing::{Level, subscriber};
    use tracing_actix_web::TracingLogger;

    use super::*;

    #[derive(Clone, Default)]
    struct Lines(Arc<Mutex<Vec<u8>>>);

    impl Write for Lines {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0.lock().unwrap().write(bytes)
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    /// The lines of a request to a handler that ends so.
    async fn logged(fails: fn() -> Error) -> Vec<String> {
        let lines = Lines::default();
        let written = lines.clone();
        let log = tracing_subscriber::fmt()
            .with_max_level(Level::DEBUG)
            .with_ansi(false)
            .with_writer(move || written.clone());
        let _here = subscriber::set_default(log.finish());
        let fail = move || async move { Err::<&str, _>(fails()) };
        let app = App::new()
            .wrap(TracingLogger::<RequestLog>::new())
            .route("/of/{token}", web::get().to(fail));
        let app = test::init_service(app).await;
        let request = test::TestRequest::get().uri("/of/unsaid?signature=unsaid");
        test::call_service(&app, request.to_request()).await;
        let text = String::from_utf8(lines.0.lock().unwrap().clone()).unwrap();
        assert!(text.contains("/of/{token}") && !text.contains("unsaid"), "{text}");
        text.lines()
            .filter(|line| line.contains("a request "))
            .map(str::to_owned)
            .collect()
    }

    #[actix_web::test]
    async fn a_fault_is_logged_once_with_its_cause_and_a_refusal_is_no_warning() {
        for fault in [
            (|| Problem::internal("the disk is full").into()) as fn() -> Error,
            || ErrorBadGateway("the disk is full"),
        ] {
            let lines = logged(fault).await;
            assert_eq!(lines.len(), 1, "{lines:?}");
            assert!(
                lines[0].contains("ERROR") && lines[0].contains("cause=the disk is full"),
                "{lines:?}"
            );
        }
        for refusal in [
            (|| Problem::not_found().into()) as fn() -> Error,
            || Problem::new(Code::Draining, "reconnect in a moment").into(),
            || actix_web::error::ErrorBadRequest("no"),
        ] {
            let lines = logged(refusal).await;
            assert_eq!(lines.len(), 1, "{lines:?}");
            assert!(lines[0].contains("DEBUG"), "{lines:?}");
        }
    }
}
