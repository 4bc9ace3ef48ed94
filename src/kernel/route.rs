//! A path of the route table.

use actix_web::{HttpRequest, HttpResponse, Resource, web};

use super::{code::Code, problem::Problem};

/// A path; another method than its routes' is refused.
#[must_use]
pub fn at(path: &str) -> Resource {
    web::resource(path).default_service(web::to(no_such_method))
}

async fn no_such_method(request: HttpRequest) -> Result<HttpResponse, Problem> {
    let detail = format!("{} is not for this address", request.method());
    Err(Problem::new(Code::MethodNotAllowed, detail))
}
