//! A path of the route table.

use actix_web::{
    FromRequest, Handler, HttpRequest, HttpResponse, Resource, Responder, Route,
    dev::{AppService, HttpServiceFactory},
    http::header,
    web,
};

use super::{code::Code, problem::Problem};

/// What is at a path, by method.
pub struct At {
    resource: Resource,
    methods: Vec<&'static str>,
}

/// A route and the methods it is for.
pub struct Routed {
    methods: &'static [&'static str],
    route: Route,
}

/// A path; another method than its routes' is refused, with those that there are in `Allow`.
#[must_use]
pub fn at(path: &str) -> At {
    At {
        resource: web::resource(path),
        methods: Vec::new(),
    }
}

impl At {
    #[must_use]
    pub fn route(mut self, routed: Routed) -> Self {
        self.methods.extend(routed.methods);
        self.resource = self.resource.route(routed.route);
        self
    }

    /// As of [`Resource::app_data`].
    #[must_use]
    pub fn app_data<T: 'static>(mut self, data: T) -> Self {
        self.resource = self.resource.app_data(data);
        self
    }
}

impl HttpServiceFactory for At {
    fn register(self, config: &mut AppService) {
        let allow = self.methods.join(", ");
        let refuse = move |request: HttpRequest| std::future::ready(no_such_method(&request, &allow));
        self.resource.default_service(web::to(refuse)).register(config);
    }
}

impl Routed {
    /// `route` must let through these methods alone.
    #[must_use]
    pub fn new(methods: &'static [&'static str], route: Route) -> Self {
        Self { methods, route }
    }
}

/// A route for GET alone: of what goes on, HEAD would be no answer.
pub fn get<F, Args>(handler: F) -> Routed
where
    F: Handler<Args>,
    Args: FromRequest + 'static,
    F::Output: Responder + 'static,
{
    Routed::new(&["GET"], web::get().to(handler))
}

/// A route for POST.
pub fn post<F, Args>(handler: F) -> Routed
where
    F: Handler<Args>,
    Args: FromRequest + 'static,
    F::Output: Responder + 'static,
{
    Routed::new(&["POST"], web::post().to(handler))
}

fn no_such_method(request: &HttpRequest, allow: &str) -> HttpResponse {
    use actix_web::ResponseError;
    let detail = format!("{} is not for this address", request.method());
    let mut refused = Problem::new(Code::MethodNotAllowed, detail).error_response();
    if let Ok(allow) = header::HeaderValue::from_str(allow) {
        refused.headers_mut().insert(header::ALLOW, allow);
    }
    refused
}
