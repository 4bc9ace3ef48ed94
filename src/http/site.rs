//! The public site: what the product is and what it costs. Its pages are templates of `site/`, the prices
//! those of the plan file; no script runs on them but the widget's own, where the demo workspace is.

use std::sync::LazyLock;

use actix_web::{
    HttpRequest, HttpResponse,
    http::{
        StatusCode,
        header::{self, CONTENT_SECURITY_POLICY},
    },
    web,
};
use minijinja::{Environment, UndefinedBehavior, Value, value::Serde};
use parlance_store::queries::quotas::Quota;
use rust_embed::RustEmbed;
use serde::Serialize;
use sha2::{Digest, Sha256};

use super::assets;
use crate::{
    actors::services::Services,
    domain::billing::{limit::Limit, plans::Plan},
    kernel::problem::Problem,
};

#[derive(RustEmbed)]
#[folder = "site"]
#[include = "*.html"]
struct Pages;

#[derive(RustEmbed)]
#[folder = "site"]
#[include = "*.css"]
#[include = "*.svg"]
struct Files;

const STYLE: &str = "site.css";
/// The space of the demo workspace.
const DEMO_SPACE: &str = "acme";

const POLICY: &str = "default-src 'none'; style-src 'self'; img-src 'self'; base-uri 'none'; form-action 'none'; \
                      frame-ancestors 'none'";
const DEMO_POLICY: &str = "default-src 'none'; style-src 'self'; img-src 'self'; script-src 'self'; frame-src 'self'; \
                           connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/// What a plan's limits count: one of it, and more. What cannot be had yet is not offered.
const QUOTAS: &[(Quota, [&str; 2])] = &[
    (Quota::MessagesPerMonth, ["message a month", "messages a month"]),
    (Quota::Spaces, ["chat space", "chat spaces"]),
    (
        Quota::DocumentsPerSpace,
        ["document in each space", "documents in each space"],
    ),
    (
        Quota::DocumentsPerMonth,
        ["new document a month", "new documents a month"],
    ),
    (Quota::StorageMb, ["storage", "storage"]),
    (
        Quota::QueriesPerDay,
        ["playground question a day", "playground questions a day"],
    ),
];

/// What a page is made of.
#[derive(Debug, Serialize)]
struct Context<'a> {
    /// The space whose chat is on it.
    demo: Option<&'static str>,
    /// Whether one signs up here.
    signup: bool,
    origin: String,
    version: &'static str,
    style: String,
    plans: Vec<Card<'a>>,
    /// The plan that a workspace begins with.
    first: &'a str,
}

/// A plan as a page shows it.
#[derive(Debug, Serialize)]
struct Card<'a> {
    name: &'a str,
    about: &'a str,
    price: String,
    limits: Vec<Line>,
}

/// How much there is of one thing: `10,000` and `messages a month`.
#[derive(Debug, PartialEq, Eq, Serialize)]
struct Line {
    amount: String,
    of: &'static str,
}

/// `GET /`: what it does.
///
/// # Errors
/// `Internal` when a page of the site cannot be made.
pub async fn landing(request: HttpRequest, services: web::Data<Services>) -> Result<HttpResponse, Problem> {
    page(&request, &services, "landing.html").await
}

/// `GET /pricing`: what it costs.
///
/// # Errors
/// As [`landing`].
pub async fn pricing(request: HttpRequest, services: web::Data<Services>) -> Result<HttpResponse, Problem> {
    page(&request, &services, "pricing.html").await
}

/// What a browser is shown where there is no page.
///
/// # Errors
/// As [`landing`].
pub async fn missing(request: &HttpRequest, services: &Services) -> Result<HttpResponse, Problem> {
    let mut response = page(request, services, "missing.html").await?;
    response.headers_mut().remove(header::ETAG);
    *response.status_mut() = StatusCode::NOT_FOUND;
    Ok(response)
}

/// `GET /site/{file}`: style and pictures of these pages.
///
/// # Errors
/// `NotFound`.
pub async fn file(request: HttpRequest, path: web::Path<String>) -> Result<HttpResponse, Problem> {
    let file = Files::get(&path).ok_or_else(Problem::not_found)?;
    let forever = request.query_string().starts_with("v=");
    Ok(assets::serve(&request, &path, file, forever))
}

async fn page(request: &HttpRequest, services: &Services, name: &str) -> Result<HttpResponse, Problem> {
    let demo = shows_demo(services).await?;
    let context = Context {
        demo: demo.then_some(DEMO_SPACE),
        signup: services.accounts.provider().is_none(),
        origin: services.public.or_of(request),
        version: env!("CARGO_PKG_VERSION"),
        style: style_version(),
        plans: services.plans.iter().map(card).collect(),
        first: &services.plans.default_plan().name,
    };
    let html = render(name, &context)?;
    let tag = format!("\"{}\"", hex::encode(Sha256::digest(&html)));
    let seen = request.headers().get(header::IF_NONE_MATCH);
    if seen.is_some_and(|seen| seen.as_bytes() == tag.as_bytes()) {
        return Ok(HttpResponse::NotModified()
            .insert_header((header::ETAG, tag))
            .finish());
    }
    Ok(HttpResponse::Ok()
        .content_type("text/html; charset=utf-8")
        .insert_header((CONTENT_SECURITY_POLICY, if demo { DEMO_POLICY } else { POLICY }))
        .insert_header((header::CACHE_CONTROL, "no-cache"))
        .insert_header((header::ETAG, tag))
        .body(html))
}

/// Whether the demo workspace's chat can be shown: another business may have a space of that name.
async fn shows_demo(services: &Services) -> Result<bool, Problem> {
    let space = services
        .spaces
        .resolve(DEMO_SPACE)
        .await
        .map_err(Problem::internal)?;
    Ok(space.is_some_and(|space| space.tenant == services.demo))
}

/// In its address, so that it is kept as long as it stays the same.
pub(super) fn style_version() -> String {
    let hash = Files::get(STYLE).map(|file| hex::encode(file.metadata.sha256_hash()));
    hash.and_then(|hash| hash.get(..12).map(str::to_owned))
        .unwrap_or_default()
}

/// The pages, read once.
static TEMPLATES: LazyLock<Result<Environment<'static>, String>> = LazyLock::new(|| {
    let mut pages = Environment::new();
    pages.set_undefined_behavior(UndefinedBehavior::Strict);
    for page in Pages::iter() {
        let source = Pages::get(&page).map(|file| String::from_utf8_lossy(&file.data).into_owned());
        let added = pages.add_template_owned(page.to_string(), source.unwrap_or_default());
        added.map_err(|error| error.to_string())?;
    }
    Ok(pages)
});

/// A page of the site.
///
/// # Errors
/// `Internal` when it cannot be made.
pub(super) fn render<C: Serialize>(name: &str, context: &C) -> Result<String, Problem> {
    let pages = TEMPLATES.as_ref().map_err(Problem::internal)?;
    let page = pages.get_template(name).map_err(Problem::internal)?;
    page.render(Value::from(Serde(context)))
        .map_err(Problem::internal)
}

fn card(plan: &Plan) -> Card<'_> {
    let limits = QUOTAS
        .iter()
        .map(|(quota, of)| line(*quota, plan.limits.of(*quota), *of));
    let calls = Line {
        amount: grouped(plan.api_calls_per_hour),
        of: "API calls an hour",
    };
    let shares = Line {
        amount: format!("{}×", plan.job_shares),
        of: "share of background work",
    };
    let own = plan.features.white_label.then(|| Line {
        amount: "Your name".to_owned(),
        of: "alone in the chat",
    });
    Card {
        name: &plan.name,
        about: &plan.about,
        price: plan.price.to_string(),
        limits: limits.chain([calls, shares]).chain(own).collect(),
    }
}

fn line(quota: Quota, limit: Limit, [one, many]: [&'static str; 2]) -> Line {
    let amount = match (quota, limit) {
        (_, Limit::Unlimited) => "Unlimited".to_owned(),
        (Quota::StorageMb, Limit::AtMost(megabytes)) => storage(megabytes),
        (_, Limit::AtMost(most)) => grouped(most),
    };
    Line {
        amount,
        of: if limit == Limit::AtMost(1) { one } else { many },
    }
}

/// `10000` as `10,000`.
fn grouped(number: u32) -> String {
    let digits = number.to_string();
    let mut out = String::new();
    for (n, digit) in digits.chars().enumerate() {
        if n > 0 && (digits.len() - n).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

fn storage(megabytes: u32) -> String {
    match megabytes {
        whole if whole >= 1_000 && whole.is_multiple_of(1_000) => format!("{} GB", grouped(whole / 1_000)),
        other => format!("{} MB", grouped(other)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::billing::plans::Plans;

    #[test]
    fn numbers_are_easy_to_read() {
        for (number, read) in [(0, "0"), (999, "999"), (1_000, "1,000"), (1_234_567, "1,234,567")] {
            assert_eq!(grouped(number), read);
        }
        for (megabytes, read) in [(500, "500 MB"), (1_500, "1,500 MB"), (10_000, "10 GB")] {
            assert_eq!(storage(megabytes), read);
        }
    }

    #[test]
    fn a_plan_is_shown_as_its_file_says() {
        let plans = Plans::builtin().unwrap();
        let [free, enterprise] = ["free", "enterprise"].map(|id| card(plans.of(id)));
        let read = |card: &Card<'_>, n: usize| {
            card.limits
                .get(n)
                .map(|line| format!("{} {}", line.amount, line.of))
        };
        assert_eq!(read(&free, 0).as_deref(), Some("100 messages a month"));
        assert_eq!(read(&free, 1).as_deref(), Some("1 chat space"));
        assert_eq!(
            read(&enterprise, 0).as_deref(),
            Some("Unlimited messages a month")
        );
        assert_eq!(read(&enterprise, 4).as_deref(), Some("Unlimited storage"));
    }
}
