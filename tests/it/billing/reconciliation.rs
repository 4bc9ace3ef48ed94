//! The books of a day against what the upstream says it billed: over a real socket, page by page.

use std::{
    collections::VecDeque,
    sync::{Arc, Mutex},
};

use actix_web::{App, HttpRequest, HttpResponse, HttpServer, dev::ServerHandle, http::StatusCode, web};
use chrono::NaiveDate;
use parlance::{
    adapters::usage_report::{AnthropicUsage, UsageReport, UsageReportError},
    domain::billing::{
        plans::Plans,
        prices::PriceBook,
        reconciliation::{self, Cause, Reconciliation, Sources},
    },
    jobs::Reconciler,
};
use secrecy::SecretString;
use serde_json::{Value, json};
use tokio::sync::oneshot;

use crate::support::{TestApp, eventually};

const KEY: &str = "sk-ant-admin-of-the-organisation";

/// The usage API. It ends with its test.
struct Double {
    base: String,
    asked: Arc<Mutex<Vec<String>>>,
    server: ServerHandle,
}

impl Drop for Double {
    fn drop(&mut self) {
        // Polled once, which sends the word; nobody waits for it.
        let _ = futures_util::FutureExt::now_or_never(self.server.stop(false));
    }
}

struct Script {
    answers: Mutex<VecDeque<(u16, Value)>>,
    asked: Arc<Mutex<Vec<String>>>,
}

async fn answer(request: HttpRequest, script: web::Data<Script>) -> HttpResponse {
    let header = |name: &str| {
        let value = request.headers().get(name);
        value
            .and_then(|value| value.to_str().ok())
            .unwrap_or_default()
            .to_owned()
    };
    if header("x-api-key") != KEY || header("anthropic-version").is_empty() {
        return HttpResponse::Unauthorized().json(json!({ "error": { "message": "invalid x-api-key" } }));
    }
    assert_eq!(request.path(), "/v1/organizations/usage_report/messages");
    script
        .asked
        .lock()
        .unwrap()
        .push(request.query_string().to_owned());
    let (status, body) = script
        .answers
        .lock()
        .unwrap()
        .pop_front()
        .expect("it is asked no more");
    let mut response = HttpResponse::build(StatusCode::from_u16(status).unwrap());
    if status == 429 {
        response.insert_header(("retry-after", "0"));
    }
    response.json(body)
}

impl Double {
    async fn start(answers: impl IntoIterator<Item = (u16, Value)>) -> Self {
        let asked = Arc::new(Mutex::new(Vec::new()));
        let script = web::Data::new(Script {
            answers: Mutex::new(answers.into_iter().collect()),
            asked: asked.clone(),
        });
        let (started, starting) = oneshot::channel();
        std::thread::spawn(move || {
            actix_web::rt::System::new().block_on(async move {
                let app = move || {
                    App::new()
                        .app_data(script.clone())
                        .default_service(web::to(answer))
                };
                let server = HttpServer::new(app).workers(1).disable_signals();
                let server = server.bind("127.0.0.1:0").unwrap();
                let port = server.addrs()[0].port();
                let running = server.run();
                let _ = started.send((port, running.handle()));
                running.await.unwrap();
            });
        });
        let (port, server) = starting.await.unwrap();
        Self {
            base: format!("http://127.0.0.1:{port}"),
            asked,
            server,
        }
    }

    fn api(&self, key: &str) -> AnthropicUsage {
        AnthropicUsage::new(&self.base, &SecretString::from(key)).unwrap()
    }

    async fn report(&self) -> Result<UsageReport, UsageReportError> {
        self.api(KEY).of_day(day()).await
    }
}

fn day() -> NaiveDate {
    NaiveDate::from_ymd_opt(2026, 11, 22).unwrap()
}

fn used(model: &str, input: u64) -> Value {
    json!({
        "uncached_input_tokens": input, "output_tokens": 20, "cache_read_input_tokens": 30,
        "cache_creation": { "ephemeral_5m_input_tokens": 4, "ephemeral_1h_input_tokens": 5 },
        "server_tool_use": { "web_search_requests": 0 }, "model": model, "service_tier": null,
    })
}

fn page(results: &[Value], next: Option<&str>) -> Value {
    json!({
        "data": [{
            "starting_at": "2026-11-22T00:00:00Z", "ending_at": "2026-11-23T00:00:00Z", "results": results,
        }],
        "has_more": next.is_some(), "next_page": next,
    })
}

#[tokio::test]
async fn all_pages_of_a_day_are_added_up_and_asked_again_where_they_were_refused_for_a_while() {
    let double = Double::start([
        (429, json!({})),
        (200, page(&[used("claude-sonnet-5-5", 100)], Some("page_2"))),
        (503, json!({})),
        (
            200,
            page(
                &[used("claude-sonnet-5-5-20260101", 7), used("claude-opus-5", 1)],
                None,
            ),
        ),
    ])
    .await;
    let report = double.report().await.unwrap();
    let sonnet = report.models["claude-sonnet-5-5"];
    assert_eq!((sonnet.input, sonnet.output, sonnet.cache_read), (107, 40, 60));
    assert_eq!((sonnet.cache_write_5m, sonnet.cache_write_1h), (8, 10));
    assert_eq!(report.models.len(), 2);
    let asked = double.asked.lock().unwrap().clone();
    assert_eq!(asked.len(), 4);
    for part in [
        "starting_at=2026-11-22T00%3A00%3A00Z",
        "ending_at=2026-11-23T00%3A00%3A00Z",
        "bucket_width=1d",
        "group_by%5B%5D=model",
    ] {
        assert!(asked.iter().all(|query| query.contains(part)), "{part}");
    }
    assert!(asked[3].ends_with("&page=page_2"), "{asked:?}");
}

#[tokio::test]
async fn what_cannot_be_read_is_an_error_and_never_nothing() {
    let without_output = json!({
        "uncached_input_tokens": 1, "cache_read_input_tokens": 0, "model": "claude-opus-5",
        "cache_creation": { "ephemeral_5m_input_tokens": 0, "ephemeral_1h_input_tokens": 0 },
    });
    let of_no_model = json!({
        "uncached_input_tokens": 1, "cache_read_input_tokens": 0, "model": null, "output_tokens": 1,
        "cache_creation": { "ephemeral_5m_input_tokens": 0, "ephemeral_1h_input_tokens": 0 },
    });
    let mut cut = page(&[], None);
    cut["has_more"] = json!(true);
    for (status, body, named) in [
        (200, page(&[without_output], None), "output_tokens"),
        (200, page(&[of_no_model], None), "no model"),
        (200, cut, "no next one"),
        (200, json!([]), "cannot be read"),
        (
            403,
            json!({ "error": { "message": "no admin" } }),
            "(403): no admin",
        ),
    ] {
        let error = Double::start([(status, body)]).await.report().await.unwrap_err();
        assert!(error.to_string().contains(named), "{error}");
    }
    let double = Double::start([]).await;
    let refused = double.api("another").of_day(day()).await.unwrap_err().to_string();
    assert!(
        refused.contains("401") && !refused.contains("another"),
        "{refused}"
    );
}

async fn look(app: &TestApp, usage: Option<AnthropicUsage>) -> Reconciliation {
    let reconciler = Reconciler {
        db: app.services.db.clone(),
        clock: app.services.clock.clone(),
        prices: Arc::new(PriceBook::builtin().unwrap()),
        plans: Arc::new(Plans::builtin().unwrap()),
        usage,
    };
    reconciler.look().await.unwrap();
    let control = app.services.db.control();
    reconciliation::last(&control, None).await.unwrap().unwrap()
}

#[tokio::test]
async fn the_daily_look_keeps_what_it_found_and_asks_again_for_what_it_could_not_read() {
    let app = TestApp::start().await;
    let refused = (403, json!({ "error": { "message": "no admin" } }));
    let double = Double::start(vec![refused; 7]).await;
    let unread = look(&app, Some(double.api(KEY))).await;
    assert_eq!(unread.counts.get(&Cause::UpstreamUnread), Some(&1));
    assert_eq!(double.asked.lock().unwrap().len(), 7, "each of the days before");

    let pages = vec![(200, json!({ "data": [], "has_more": false, "next_page": null })); 7];
    let double = Double::start(pages).await;
    let read = look(&app, Some(double.api(KEY))).await;
    assert!(read.is_clean(), "{read}");
    assert_eq!(
        (read.day, read.source.as_deref()),
        (unread.day, Some("anthropic"))
    );
    look(&app, Some(double.api(KEY))).await;
    assert_eq!(
        double.asked.lock().unwrap().len(),
        7,
        "a day that is proven is not asked for again"
    );
}

#[tokio::test]
async fn a_day_that_somebody_looked_at_before_its_end_is_looked_at_again() {
    let app = TestApp::start().await;
    let whole = look(&app, None).await;
    let early = format!(
        "UPDATE reconciliations SET at = day + interval '10 hours' WHERE day = '{}'",
        whole.day
    );
    app.db().run(&early).await.unwrap();
    let again = look(&app, None).await;
    assert_eq!(again.day, whole.day);
    assert!(again.at.date_naive() > again.day, "{}", again.at);
}

/// What is found today, with no report of an upstream.
async fn found(app: &TestApp) -> Reconciliation {
    let (prices, plans) = (PriceBook::builtin().unwrap(), Plans::builtin().unwrap());
    let sources = Sources {
        prices: &prices,
        plans: &plans,
        report: None,
    };
    let now = app.services.clock.now();
    let found = reconciliation::reconcile(&app.services.db, sources, now.date_naive(), now);
    found.await.unwrap()
}

#[tokio::test]
async fn whatever_is_changed_in_the_books_is_found_with_its_cause() {
    let (app, _, visitor) = TestApp::chat().await;
    visitor
        .asks(None, "How long does the warranty of my robot last?")
        .await;
    let clean = eventually(async || {
        app.services.ledger.flush().await;
        Some(found(&app).await).filter(|found| found.is_clean() && !found.models.is_empty())
    })
    .await;
    assert!(clean.to_string().ends_with("no differences\n"));

    let model = "model = 'claude-sonnet-5-5'";
    for (breaks, mends, cause) in [
        (
            format!("UPDATE usage_daily SET output = output + 1 WHERE {model}"),
            format!("UPDATE usage_daily SET output = output - 1 WHERE {model}"),
            Cause::RollUpDiffers,
        ),
        (
            format!("UPDATE usage_events SET cost_nanos = cost_nanos + 1 WHERE {model}"),
            format!("UPDATE usage_events SET cost_nanos = cost_nanos - 1 WHERE {model}"),
            Cause::NotAsSettled,
        ),
        (
            format!("UPDATE usage_events SET price_effective = price_effective - 1 WHERE {model}"),
            format!("UPDATE usage_events SET price_effective = price_effective + 1 WHERE {model}"),
            Cause::PriceOfAnotherDay,
        ),
        (
            format!("UPDATE usage_daily SET kind = 'draft' WHERE {model}"),
            format!("UPDATE usage_daily SET kind = 'chat' WHERE {model}"),
            Cause::WithoutRollUp,
        ),
        (
            format!("UPDATE usage_events SET estimated = true WHERE {model}"),
            format!("UPDATE usage_events SET estimated = false WHERE {model}"),
            Cause::Estimated,
        ),
    ] {
        app.db().run(&breaks).await.unwrap();
        let differs = found(&app).await;
        assert!(differs.counts.contains_key(&cause), "{breaks}: {differs}");
        app.db().run(&mends).await.unwrap();
        assert!(found(&app).await.is_clean(), "{mends}");
    }
}
