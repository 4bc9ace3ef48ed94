//! Stripe over a real socket, as far as it is asked: forms in, JSON out, one effect for each idempotency key.

use std::{
    collections::{HashMap, HashSet, VecDeque},
    sync::{Arc, Mutex, MutexGuard},
};

use actix_web::{App, HttpRequest, HttpResponse, HttpServer, dev::ServerHandle, http::StatusCode, web};
use parlance::adapters::billing::signature;
use serde_json::{Value, json};
use tokio::sync::oneshot;
use url::form_urlencoded;

use crate::support::{Setup, TestApp};

pub const KEY: &str = "sk_test_of_the_account";
pub const SECRET: &str = "whsec_new";
pub const OLD_SECRET: &str = "whsec_old";

/// A request that changes something.
#[derive(Clone, Debug)]
pub struct Asked {
    pub path: String,
    pub key: String,
    pub fields: HashMap<String, String>,
}

/// What it knows.
#[derive(Default)]
pub struct Known {
    /// By customer.
    pub subscriptions: HashMap<String, Value>,
    pub posts: Vec<Asked>,
    /// What was answered by idempotency key.
    answered: HashMap<String, Value>,
    /// Statuses that the next requests get, with how long to wait.
    pub failing: VecDeque<(u16, Option<u32>)>,
    /// Whether the next change is done and its answer lost.
    pub loses_answer: bool,
    /// What a change is refused with.
    pub declines: bool,
    /// Customers that it does not know any more.
    pub gone: HashSet<String>,
    /// Whether it says nothing more once the next change is done.
    pub silent_after_change: bool,
    is_silent: bool,
    made: usize,
}

/// The account. It ends with its test.
pub struct Double {
    pub base: String,
    known: Arc<Mutex<Known>>,
    server: ServerHandle,
}

impl Drop for Double {
    fn drop(&mut self) {
        // Polled once, which sends the word; nobody waits for it.
        let _ = futures_util::FutureExt::now_or_never(self.server.stop(false));
    }
}

/// A subscription in Stripe's words.
pub fn subscription(id: &str, status: &str, price: &str) -> Value {
    json!({
        "id": id, "object": "subscription", "status": status, "created": 1_700_000_000, "trial_end": null,
        "cancel_at_period_end": false,
        "items": { "data": [
            { "id": "si_1", "price": { "id": price }, "current_period_end": 4_000_000_000_i64 },
        ] },
    })
}

fn pairs(text: &[u8]) -> HashMap<String, String> {
    form_urlencoded::parse(text).into_owned().collect()
}

async fn answer(request: HttpRequest, body: web::Bytes, known: web::Data<Mutex<Known>>) -> HttpResponse {
    let mut known = known.lock().unwrap();
    let header = |name: &str| {
        let value = request.headers().get(name);
        value
            .and_then(|value| value.to_str().ok())
            .unwrap_or_default()
            .to_owned()
    };
    if header("authorization") != format!("Bearer {KEY}") {
        let error = json!({ "error": { "message": "Invalid API Key provided: sk_test_*****ount" } });
        return HttpResponse::Unauthorized().json(error);
    }
    assert!(!header("stripe-version").is_empty());
    if let Some((status, wait)) = known.failing.pop_front() {
        let mut failed = HttpResponse::build(actix_web::http::StatusCode::from_u16(status).unwrap());
        if let Some(wait) = wait {
            failed.insert_header(("retry-after", wait.to_string()));
        }
        return failed.json(json!({ "error": { "message": "not now" } }));
    }
    let path = request.path().to_owned();
    if known.is_silent {
        return HttpResponse::BadGateway().finish();
    }
    let asked = if request.method() == "GET" {
        request.query_string().as_bytes()
    } else {
        &body
    };
    if pairs(asked)
        .get("customer")
        .is_some_and(|customer| known.gone.contains(customer))
    {
        let error = json!({ "code": "resource_missing", "param": "customer", "message": "No such customer" });
        return HttpResponse::BadRequest().json(json!({ "error": error }));
    }
    if request.method() == "GET" {
        let query = pairs(request.query_string().as_bytes());
        let customer = query.get("customer").cloned().unwrap_or_default();
        let data = match path.as_str() {
            "/v1/subscriptions" => known.subscriptions.get(&customer).cloned().into_iter().collect(),
            "/v1/checkout/sessions" => vec![json!({ "id": "cs_open" })],
            "/v1/invoices" => vec![
                json!({ "id": "in_2", "number": "A-2", "created": 1_700_000_000, "amount_due": 4_900, "total": 4_900, "currency": "usd",
                        "status": "paid", "hosted_invoice_url": "https://invoice.stripe.test/2", "invoice_pdf": null }),
                json!({ "id": "in_3", "created": 1_700_000_000, "amount_due": 0, "total": 0, "currency": "usd", "status": "draft" }),
            ],
            _ => return HttpResponse::NotFound().json(json!({ "error": { "message": "no such path" } })),
        };
        return HttpResponse::Ok().json(json!({ "object": "list", "data": data }));
    }
    assert_eq!(header("content-type"), "application/x-www-form-urlencoded");
    let (key, fields) = (header("idempotency-key"), pairs(&body));
    assert!(!key.is_empty(), "{path}");
    let asked = Asked {
        path: path.clone(),
        key: key.clone(),
        fields: fields.clone(),
    };
    known.posts.push(asked);
    if let Some(answered) = known.answered.get(&key) {
        return HttpResponse::Ok().json(answered);
    }
    let done = match changed(&mut known, &path, &fields) {
        Ok(done) => done,
        Err((status, refused)) => return HttpResponse::build(status).json(refused),
    };
    known.answered.insert(key, done.clone());
    known.is_silent = std::mem::take(&mut known.silent_after_change);
    if std::mem::take(&mut known.loses_answer) {
        return HttpResponse::InternalServerError().finish();
    }
    HttpResponse::Ok().json(done)
}

fn changed(
    known: &mut Known,
    path: &str,
    fields: &HashMap<String, String>,
) -> Result<Value, (StatusCode, Value)> {
    known.made += 1;
    Ok(match path {
        "/v1/customers" => json!({ "id": format!("cus_{}", known.made) }),
        "/v1/checkout/sessions" => json!({ "id": "cs_1", "url": "https://checkout.stripe.test/cs_1" }),
        "/v1/checkout/sessions/cs_open/expire" => json!({ "id": "cs_open" }),
        "/v1/billing_portal/sessions" => json!({ "url": "https://billing.stripe.test/p_1" }),
        "/v1/invoices/create_preview" => {
            let dearer = fields["subscription_details[items][0][price]"] == "price_enterprise";
            let (due, total) = if dearer { (7_512, 7_512) } else { (0, -7_512) };
            json!({ "created": 1_700_000_000, "amount_due": due, "total": total, "currency": "usd" })
        }
        _ => {
            let declined = json!({ "error": { "type": "card_error", "message": "Your card was declined." } });
            if known.declines {
                return Err((StatusCode::PAYMENT_REQUIRED, declined));
            }
            let id = path.trim_start_matches("/v1/subscriptions/");
            let found = known.subscriptions.values_mut().find(|one| one["id"] == id);
            let found = found.ok_or((StatusCode::NOT_FOUND, json!({})))?;
            if let Some(price) = fields.get("items[0][price]") {
                found["items"]["data"][0]["price"]["id"] = json!(price);
            }
            if let Some(cancels) = fields.get("cancel_at_period_end") {
                found["cancel_at_period_end"] = json!(cancels == "true");
            }
            found.clone()
        }
    })
}

impl Double {
    pub async fn start() -> Self {
        let known = web::Data::new(Mutex::new(Known::default()));
        let (started, starting) = oneshot::channel();
        let shared = known.clone();
        std::thread::spawn(move || {
            actix_web::rt::System::new().block_on(async move {
                let app = move || {
                    App::new()
                        .app_data(shared.clone())
                        .default_service(web::to(answer))
                };
                let server = HttpServer::new(app)
                    .workers(1)
                    .disable_signals()
                    .bind("127.0.0.1:0")
                    .unwrap();
                let port = server.addrs()[0].port();
                let running = server.run();
                let _ = started.send((port, running.handle()));
                running.await.unwrap();
            });
        });
        let (port, server) = starting.await.unwrap();
        Self {
            base: format!("http://127.0.0.1:{port}"),
            known: known.into_inner(),
            server,
        }
    }

    pub fn known(&self) -> MutexGuard<'_, Known> {
        self.known.lock().unwrap()
    }

    /// What was posted to `path`.
    pub fn posts(&self, path: &str) -> Vec<Asked> {
        let known = self.known();
        known
            .posts
            .iter()
            .filter(|asked| asked.path == path)
            .cloned()
            .collect()
    }

    /// A server that is paid by it.
    pub fn setup(&self) -> Setup {
        Setup::default()
            // The built-in plans.
            .set("PLAN_FILE", "")
            .set("BILLING_PROVIDER", "stripe")
            .set("STRIPE_SECRET_KEY", KEY)
            .set("STRIPE_WEBHOOK_SECRETS", &format!("{SECRET}, {OLD_SECRET}"))
            .set("STRIPE_PRICES", "pro=price_pro,enterprise=price_enterprise")
            .set("STRIPE_BASE_URL", &self.base)
            .set("PUBLIC_URL", "https://chat.shop.example")
    }
}

/// An event as Stripe writes it.
pub fn event(id: &str, kind: &str, customer: &str) -> String {
    json!({ "id": id, "object": "event", "type": kind, "data": { "object": { "customer": customer } } })
        .to_string()
}

/// Sends a body to our webhook, signed now with `secret`; the status.
pub async fn send(app: &TestApp, body: &str, secret: &str) -> u16 {
    let signed = signature::sign(
        body.as_bytes(),
        &[secret.to_owned().into()],
        app.services.clock.now(),
    );
    let request = app.http.post(app.url("/api/billing/webhooks/stripe"));
    let request = request.header("stripe-signature", signed).body(body.to_owned());
    request.send().await.unwrap().status().as_u16()
}
