//! An identity provider over a real socket: its published keys, the API behind them, and session tokens
//! under real signatures. It can be Clerk's or Supabase's.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard},
};

use actix_web::{App, HttpRequest, HttpResponse, HttpServer, dev::ServerHandle, web};
use jsonwebtoken::{Algorithm, EncodingKey, Header, jwk::Jwk};
use serde_json::{Value, json};
use tokio::sync::oneshot;

use super::{Setup, TestApp};

const SECRET_KEY: &str = "sk_test_of_the_instance";
const PUBLISHABLE_KEY: &str = "pk_test_of_the_instance";
/// The site that tokens of Clerk's are made for.
pub const SITE: &str = "https://app.shop.example";
/// The shared secret of an older Supabase project.
pub const SHARED: &str = "a shared secret of the project, long enough";

/// A private key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Key {
    Rsa1,
    Rsa2,
    RsaShort,
    Ec,
    Ed,
}

impl Key {
    pub fn algorithm(self) -> Algorithm {
        match self {
            Self::Rsa1 | Self::Rsa2 | Self::RsaShort => Algorithm::RS256,
            Self::Ec => Algorithm::ES256,
            Self::Ed => Algorithm::EdDSA,
        }
    }

    pub fn signing(self) -> EncodingKey {
        match self {
            Self::Rsa1 => EncodingKey::from_rsa_pem(include_bytes!("keys/rsa_1.pem")),
            Self::Rsa2 => EncodingKey::from_rsa_pem(include_bytes!("keys/rsa_2.pem")),
            Self::RsaShort => EncodingKey::from_rsa_pem(include_bytes!("keys/rsa_short.pem")),
            Self::Ec => EncodingKey::from_ec_pem(include_bytes!("keys/ec.pem")),
            Self::Ed => EncodingKey::from_ed_pem(include_bytes!("keys/ed.pem")),
        }
        .unwrap()
    }

    /// The public half, as a set has it.
    pub fn public(self, kid: &str) -> Value {
        let mut key = Jwk::from_encoding_key(&self.signing(), self.algorithm()).unwrap();
        key.common.key_id = Some(kid.to_owned());
        let mut key = serde_json::to_value(key).unwrap();
        key["use"] = json!("sig");
        key
    }
}

/// The public half of [`Key::Rsa1`] as a PEM, which everybody may know.
pub const RSA_1_PUBLIC: &[u8] = include_bytes!("keys/rsa_1.pub");

/// What it knows, and how often it was asked.
#[derive(Default)]
pub struct Known {
    pub keys: Vec<Value>,
    /// Bodies by path.
    pub answers: HashMap<String, Value>,
    pub asked: HashMap<String, usize>,
    /// Whether it answers 503.
    pub is_down: bool,
}

/// The provider. It ends with its test.
pub struct Provider {
    pub base: String,
    known: Arc<Mutex<Known>>,
    server: ServerHandle,
}

impl Drop for Provider {
    fn drop(&mut self) {
        // Polled once, which sends the word; nobody waits for it.
        let _ = futures_util::FutureExt::now_or_never(self.server.stop(false));
    }
}

async fn answer(request: HttpRequest, known: web::Data<Mutex<Known>>) -> HttpResponse {
    let mut known = known.lock().unwrap();
    let path = request.path().to_owned();
    *known.asked.entry(path.clone()).or_default() += 1;
    if known.is_down {
        return HttpResponse::ServiceUnavailable().finish();
    }
    let header = |name: &str| {
        let value = request.headers().get(name);
        value
            .and_then(|value| value.to_str().ok())
            .unwrap_or_default()
            .to_owned()
    };
    if path.ends_with("/.well-known/jwks.json") {
        return HttpResponse::Ok().json(json!({ "keys": known.keys }));
    }
    let opened = if path.starts_with("/auth/v1/") {
        header("apikey") == PUBLISHABLE_KEY
    } else {
        header("authorization") == format!("Bearer {SECRET_KEY}")
    };
    if !opened {
        return HttpResponse::Unauthorized().finish();
    }
    // Supabase tells a person about themselves, by their token.
    let path = if path == "/auth/v1/user" {
        let token = header("authorization");
        let claims = jsonwebtoken::dangerous::insecure_decode::<Value>(token.trim_start_matches("Bearer "));
        let subject = claims.map(|claims| claims.claims["sub"].clone());
        format!(
            "{path}/{}",
            subject.unwrap_or_default().as_str().unwrap_or_default()
        )
    } else {
        path
    };
    match known.answers.get(&path) {
        Some(body) => HttpResponse::Ok().json(body),
        // As Supabase says of a session that is over.
        None if path.starts_with("/auth/v1/user") => HttpResponse::Forbidden().json(json!({ "code": 403 })),
        None => HttpResponse::NotFound().json(json!({ "errors": [] })),
    }
}

impl Provider {
    /// One with the key [`Key::Rsa1`], which goes by `one`.
    pub async fn start() -> Self {
        let known = web::Data::new(Mutex::new(Known {
            keys: vec![Key::Rsa1.public("one")],
            ..Known::default()
        }));
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

    /// How often `path` was asked for.
    pub fn asked(&self, path: &str) -> usize {
        self.known().asked.get(path).copied().unwrap_or_default()
    }

    /// A server whose accounts are here as Clerk's.
    pub fn clerk(&self) -> Setup {
        Setup::default()
            .set("AUTH_PROVIDER", "clerk")
            .set("CLERK_PUBLISHABLE_KEY", PUBLISHABLE_KEY)
            .set("CLERK_SECRET_KEY", SECRET_KEY)
            .set("CLERK_FRONTEND_API_URL", &self.base)
            .set("CLERK_API_URL", &self.base)
            .set("CLERK_AUTHORIZED_PARTIES", SITE)
    }

    /// A server whose accounts are here as Supabase's, in a project that confirms addresses.
    pub fn supabase(&self) -> Setup {
        self.known().answers.insert(
            "/auth/v1/settings".to_owned(),
            json!({ "mailer_autoconfirm": false }),
        );
        Setup::default()
            .set("AUTH_PROVIDER", "supabase")
            .set("SUPABASE_URL", &self.base)
            .set("SUPABASE_PUBLISHABLE_KEY", PUBLISHABLE_KEY)
    }

    /// Makes somebody known to Clerk, whose address is `{subject}@shop.example`.
    pub fn knows(&self, subject: &str, verified: bool) {
        let status = if verified { "verified" } else { "unverified" };
        let user = json!({
            "id": subject, "first_name": "Ada", "last_name": subject, "username": null,
            "primary_email_address_id": "idn_2",
            "email_addresses": [
                { "id": "idn_1", "email_address": "old@shop.example", "verification": { "status": "verified" } },
                { "id": "idn_2", "email_address": format!("{subject}@shop.example"), "verification": { "status": status } },
            ],
        });
        self.known().answers.insert(format!("/v1/users/{subject}"), user);
    }

    /// The same of Supabase.
    pub fn knows_person(&self, subject: &str, email: &str) {
        let user = json!({
            "id": subject, "email": email, "email_confirmed_at": "2026-01-01T00:00:00Z",
            "user_metadata": { "full_name": "Ada Keller" },
        });
        self.known()
            .answers
            .insert(format!("/auth/v1/user/{subject}"), user);
    }

    /// Makes an organisation known to Clerk.
    pub fn knows_organisation(&self, id: &str, name: &str) {
        let organisation = json!({ "id": id, "name": name, "slug": "x" });
        self.known()
            .answers
            .insert(format!("/v1/organizations/{id}"), organisation);
    }

    /// Says which organisations somebody belongs to.
    pub fn belongs(&self, subject: &str, organisations: &[&str]) {
        let all = organisations
            .iter()
            .map(|id| json!({ "role": "org:member", "organization": { "id": id, "name": "x" } }));
        let body = json!({ "data": all.collect::<Vec<_>>(), "total_count": organisations.len() });
        self.known()
            .answers
            .insert(format!("/v1/users/{subject}/organization_memberships"), body);
    }

    /// The claims of a session that Clerk has just issued, of version 2.
    pub fn claims(&self, app: &TestApp, subject: &str) -> Value {
        let now = app.services.clock.now().timestamp();
        json!({
            "iss": self.base, "sub": subject, "azp": SITE, "sid": "sess_1", "v": 2, "fva": [7, -1],
            "iat": now, "nbf": now - 10, "exp": now + 60,
        })
    }

    /// A token of it.
    pub fn token(&self, app: &TestApp, subject: &str) -> String {
        signed(Key::Rsa1, "one", &self.claims(app, subject))
    }

    /// A token of somebody who acts for an organisation.
    pub fn member(&self, app: &TestApp, subject: &str, organisation: &str, role: &str) -> String {
        let mut claims = self.claims(app, subject);
        claims["o"] = json!({ "id": organisation, "slg": "x", "rol": role });
        signed(Key::Rsa1, "one", &claims)
    }

    /// The claims of an access token that Supabase has just issued.
    pub fn access(&self, app: &TestApp, subject: &str) -> Value {
        let now = app.services.clock.now().timestamp();
        json!({
            "iss": format!("{}/auth/v1", self.base), "sub": subject, "aud": "authenticated",
            "role": "authenticated", "is_anonymous": false, "aal": "aal1", "session_id": "s",
            "email": "x@shop.example", "app_metadata": {}, "user_metadata": {},
            "iat": now, "exp": now + 3600,
        })
    }
}

/// A token of these claims.
pub fn signed(key: Key, kid: &str, claims: &Value) -> String {
    let mut header = Header::new(key.algorithm());
    header.kid = Some(kid.to_owned());
    jsonwebtoken::encode(&header, claims, &key.signing()).unwrap()
}
