//! Configuration: a struct per concern, read once from the environment (and `.env`), checked
//! together. `.env.example` lists every variable. Secrets never print.

mod billing;
mod env;
mod logins;
mod mail;
#[cfg(test)]
mod tests;

use std::{fmt, path::PathBuf, time::Duration};

use chrono::TimeDelta;
use secrecy::{ExposeSecret, SecretString};

use self::{billing::billing, env::Env, logins::logins, mail::mail};
use crate::{
    adapters::{
        billing::StripeOptions,
        embed::OpenAiOptions,
        identity::{ClerkOptions, SupabaseOptions},
        llm::anthropic,
        scan::ClamdAddress,
        web::guard::Allowlist,
    },
    domain::{
        accounts::limits::AccountRates,
        answering::cache::{ANSWER_HOURS, ANSWER_MEMORY},
        knowledge::extract::ExtractLimits,
        quota::rate::{ChatRates, Rate},
        retrieval::KNOWLEDGE_MEMORY,
    },
};

/// Bytes of `AUTH_SECRET` at least.
const SECRET_MIN: usize = 32;
/// MiB for the process that reads a file, and what it needs at least to start.
const READER_MEMORY: u64 = 1024;
const READER_MEMORY_MIN: u64 = 256;
/// Hours an answer may be kept at most: a month.
const ANSWER_HOURS_MAX: u64 = 24 * 31;

/// Everything that can be set.
#[derive(Clone, Debug)]
pub struct Config {
    pub server: Server,
    pub log: Log,
    pub database: Database,
    pub models: Models,
    pub embeddings: Embeddings,
    pub documents: Documents,
    pub chat: Chat,
    pub crawl: Crawl,
    pub mail: Mail,
    pub accounts: AccountRates,
    pub logins: Logins,
    /// `DEMO`: whether to make the two demo workspaces; unset: with the private Postgres only.
    pub demo: bool,
    /// `PLAN_FILE`: plans instead of the built-in ones.
    pub plans: Option<PathBuf>,
    pub billing: Billing,
}

/// `PORT`, `BIND`, `PUBLIC_URL`, `DATA_DIR`, `AUTH_SECRET`, `BEHIND_PROXY`,
/// `DRAIN_SECONDS`.
#[derive(Clone, Debug)]
pub struct Server {
    /// 0 takes a free one.
    pub port: u16,
    /// Address to listen on.
    pub bind: String,
    /// Address under which visitors reach this server, without a slash at its end.
    pub public_url: Option<String>,
    pub data_dir: PathBuf,
    /// Unset: generated once and kept in `data_dir`.
    pub auth_secret: Option<SecretString>,
    /// Whether a proxy of ours names the visitor's address.
    pub behind_proxy: bool,
    /// How long answers in flight may take after a stop was asked for.
    pub drain: Duration,
}

/// `LOG`, `LOG_FORMAT`.
#[derive(Clone, Debug)]
pub struct Log {
    pub filter: String,
    pub json: bool,
}

/// `DATABASE_URL`, `DATABASE_ADMIN_URL`, `DATABASE_POOL`, `PARLANCE_POSTGRES_DIR`.
#[derive(Clone)]
pub struct Database {
    /// Unset: a private Postgres in the data folder.
    pub url: Option<String>,
    /// The same database as a role that may migrate; unset: `url` is one.
    pub admin_url: Option<String>,
    pub pool_size: usize,
    /// The folder that has the `bin/` of a Postgres with pgvector.
    pub postgres_dir: PathBuf,
}

impl fmt::Debug for Database {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Database")
            .field("given", &self.url.is_some())
            .field("pool_size", &self.pool_size)
            .field("postgres_dir", &self.postgres_dir)
            .finish_non_exhaustive()
    }
}

/// `ANTHROPIC_API_KEY`, `ANTHROPIC_BASE_URL`, `ANTHROPIC_ADMIN_KEY`, `OPENAI_API_KEY`, `OPENAI_BASE_URL`,
/// `EXTRACTIVE_WORDS_PER_SECOND`.
#[derive(Clone, Debug)]
pub struct Models {
    pub anthropic: Option<Upstream>,
    /// The usage API of the organisation that is billed; none: it is not asked.
    pub anthropic_admin: Option<Upstream>,
    pub openai: Option<Upstream>,
    /// Pace of the extractive model; 0 is at once.
    pub extractive_words_per_second: u32,
}

/// A service and the key to it.
#[derive(Clone, Debug)]
pub struct Upstream {
    pub base_url: String,
    pub key: SecretString,
}

/// `EMBEDDINGS`, `EMBEDDING_MODEL`, `EMBEDDING_DIMENSIONS`, `PARLANCE_MODEL_DIR`.
#[derive(Clone, Debug)]
pub enum Embeddings {
    /// In process, from this folder.
    MiniLm(PathBuf),
    OpenAi(Box<OpenAiOptions>),
}

/// `CLAMD_ADDR`, `READER_MEMORY_MB`, `READER_SECONDS`.
#[derive(Clone, Debug)]
pub struct Documents {
    /// Looks at every file before it is read.
    pub clamd: Option<ClamdAddress>,
    /// Bytes of address space for the process that reads a file.
    pub reader_memory: u64,
    /// How long reading a file may take.
    pub reader_time: Duration,
}

/// `CHAT_RATE_VISITOR`, `CHAT_RATE_ADDRESS`, `CHAT_RATE_TENANT`, `UPLOAD_RATE_VISITOR`, `UPLOAD_RATE_ADDRESS`,
/// `DELTA_WINDOW_MS`, `PASSIVATE_SECONDS`, `KNOWLEDGE_MEMORY_MB`, `ANSWER_CACHE_MB`, `ANSWER_CACHE_HOURS`, `PRICES`.
#[derive(Clone, Debug)]
pub struct Chat {
    pub rates: ChatRates,
    /// Deltas within this time go out as one frame.
    pub window: Duration,
    /// A conversation nobody listens to leaves memory after this time.
    pub passivate_after: Duration,
    /// MiB for the knowledge of the spaces that are asked; 0: the database is searched.
    pub knowledge_memory: u64,
    /// MiB for answers that are said again; 0: none is.
    pub answer_cache: u64,
    /// How long an answer is said again.
    pub answer_keeps: Duration,
    /// A price book instead of the built-in one.
    pub prices: Option<PathBuf>,
}

/// `CRAWL_ALLOW`, `CRAWL_CONTACT`.
#[derive(Clone, Debug)]
pub struct Crawl {
    /// Private hosts, and other ports, that pages may be read from all the same.
    pub allow: Allowlist,
    /// Whom a site that is read may turn to; unset: `PUBLIC_URL`.
    pub contact: Option<String>,
}

/// `SMTP_URL`, `MAIL_FROM`, `MAIL_TEMPLATES`, `DEV_OUTBOX`, `MAIL_INBOUND_DOMAIN`, `MAIL_INBOUND_SECRET`.
#[derive(Clone, Debug)]
pub struct Mail {
    /// Unset: mail stays in the folder `outbox` of `data_dir`.
    pub smtp: Option<Sender>,
    /// A folder whose files replace the built-in templates of the same name.
    pub templates: Option<PathBuf>,
    /// Whether everybody may read at `/dev/outbox` what stayed. The links in it open accounts.
    pub outbox_page: bool,
    /// Unset: replies to mail do not come in.
    pub inbound: Option<Inbound>,
}

/// How replies to mail come in.
#[derive(Clone, Debug)]
pub struct Inbound {
    /// What is after the `@` of the addresses that they go to.
    pub domain: String,
    /// What providers show who post them.
    pub secret: SecretString,
}

/// Who sends, and by which server.
#[derive(Clone, Debug)]
pub struct Sender {
    /// `smtp://` or `smtps://`, with its password.
    pub url: SecretString,
    /// An address, or `Name <address>`.
    pub from: String,
}

/// `AUTH_PROVIDER`: who keeps the accounts of people.
#[derive(Clone, Debug)]
pub enum Logins {
    /// They are kept here.
    Local,
    /// `CLERK_PUBLISHABLE_KEY`, `CLERK_SECRET_KEY`, `CLERK_AUTHORIZED_PARTIES`, `CLERK_FRONTEND_API_URL`,
    /// `CLERK_API_URL`.
    Clerk(Box<ClerkOptions>),
    /// `SUPABASE_URL`, `SUPABASE_PUBLISHABLE_KEY`, `SUPABASE_JWT_SECRET`.
    Supabase(Box<SupabaseOptions>),
}

/// `BILLING_PROVIDER`, `BILLING_GRACE_DAYS`.
#[derive(Clone, Debug)]
pub struct Billing {
    pub paid_by: PaidBy,
    /// How long a plan is kept while it is not paid.
    pub grace: TimeDelta,
}

/// Who takes payments.
#[derive(Clone, Debug)]
pub enum PaidBy {
    /// Nobody: it is played.
    Mock,
    /// `STRIPE_SECRET_KEY`, `STRIPE_WEBHOOK_SECRETS`, `STRIPE_PRICES`, `STRIPE_BASE_URL`.
    Stripe(Box<StripeOptions>),
}

/// Everything that is wrong with the configuration.
#[derive(Debug, thiserror::Error)]
#[error("the configuration is not valid:\n  {}", .0.join("\n  "))]
pub struct ConfigError(Vec<String>);

impl Config {
    /// Reads the process's environment.
    ///
    /// # Errors
    /// Names every variable that is wrong.
    pub fn from_env() -> Result<Self, ConfigError> {
        #[expect(
            clippy::disallowed_methods,
            reason = "this is the one place that reads the environment"
        )]
        Self::read(&|name| std::env::var(name).ok())
    }

    /// Reads variables from `lookup`.
    ///
    /// # Errors
    /// Names every variable that is wrong.
    pub fn read(lookup: &dyn Fn(&str) -> Option<String>) -> Result<Self, ConfigError> {
        let mut env = Env::new(lookup);
        let cache = PathBuf::from(env.text("HOME").unwrap_or_default()).join(".cache/parlance");
        let folder =
            |value: Option<String>, default: &str| value.map_or_else(|| cache.join(default), PathBuf::from);
        let postgres_dir = folder(env.text("PARLANCE_POSTGRES_DIR"), "postgres/18.4");
        let model_dir = folder(env.text("PARLANCE_MODEL_DIR"), "models/all-MiniLM-L6-v2");
        let models = models(&mut env);
        let config = Self {
            server: server(&mut env),
            log: Log {
                filter: env.text("LOG").unwrap_or_else(|| "info".to_owned()),
                json: env.word("LOG_FORMAT", &[("text", false), ("json", true)], false),
            },
            database: Database {
                url: env.text("DATABASE_URL"),
                admin_url: env.text("DATABASE_ADMIN_URL"),
                pool_size: env.parsed("DATABASE_POOL", 16),
                postgres_dir,
            },
            demo: {
                let embedded = env.text("DATABASE_URL").is_none();
                env.word("DEMO", &[("on", true), ("off", false)], embedded)
            },
            plans: env.text("PLAN_FILE").map(PathBuf::from),
            billing: billing(&mut env),
            embeddings: embeddings(&mut env, &models, model_dir),
            documents: documents(&mut env),
            chat: chat(&mut env),
            crawl: Crawl {
                allow: env.parsed("CRAWL_ALLOW", Allowlist::default()),
                contact: env.text("CRAWL_CONTACT").or_else(|| env.text("PUBLIC_URL")),
            },
            mail: mail(&mut env),
            accounts: accounts(&mut env),
            logins: logins(&mut env),
            models,
        };
        if config.database.url.is_none() && config.database.admin_url.is_some() {
            env.problems
                .push("DATABASE_ADMIN_URL: set DATABASE_URL too".to_owned());
        }
        if config.database.pool_size < 2 {
            env.problems
                .push("DATABASE_POOL: at least 2 connections are needed".to_owned());
        }
        if env.problems.is_empty() {
            Ok(config)
        } else {
            Err(ConfigError(env.problems))
        }
    }
}

fn server(env: &mut Env<'_>) -> Server {
    let auth_secret = env.secret("AUTH_SECRET");
    if auth_secret
        .as_ref()
        .is_some_and(|secret| secret.expose_secret().len() < SECRET_MIN)
    {
        env.problems
            .push(format!("AUTH_SECRET: give it at least {SECRET_MIN} bytes"));
    }
    Server {
        port: env.parsed("PORT", 8080),
        bind: env.text("BIND").unwrap_or_else(|| "0.0.0.0".to_owned()),
        public_url: env.url("PUBLIC_URL"),
        data_dir: env.text("DATA_DIR").unwrap_or_else(|| "./data".to_owned()).into(),
        auth_secret,
        behind_proxy: env.word("BEHIND_PROXY", &[("on", true), ("off", false)], false),
        drain: Duration::from_secs(env.parsed("DRAIN_SECONDS", 25)),
    }
}

fn accounts(env: &mut Env<'_>) -> AccountRates {
    let standard = AccountRates::default();
    AccountRates {
        log_in: env.parsed("LOGIN_RATE", standard.log_in),
        sign_up: env.parsed("SIGNUP_RATE", standard.sign_up),
    }
}

fn models(env: &mut Env<'_>) -> Models {
    let mut upstream = |key, url, default: &str| {
        let base_url = env.url(url).unwrap_or_else(|| default.to_owned());
        env.secret(key).map(|key| Upstream { base_url, key })
    };
    Models {
        anthropic: upstream(
            "ANTHROPIC_API_KEY",
            "ANTHROPIC_BASE_URL",
            anthropic::DEFAULT_BASE_URL,
        ),
        anthropic_admin: upstream(
            "ANTHROPIC_ADMIN_KEY",
            "ANTHROPIC_BASE_URL",
            anthropic::DEFAULT_BASE_URL,
        ),
        openai: upstream("OPENAI_API_KEY", "OPENAI_BASE_URL", "https://api.openai.com/v1"),
        extractive_words_per_second: env.parsed("EXTRACTIVE_WORDS_PER_SECOND", 30),
    }
}

fn embeddings(env: &mut Env<'_>, models: &Models, model_dir: PathBuf) -> Embeddings {
    if !env.word("EMBEDDINGS", &[("minilm", false), ("openai", true)], false) {
        return Embeddings::MiniLm(model_dir);
    }
    let Some(openai) = &models.openai else {
        env.problems
            .push("EMBEDDINGS: openai needs OPENAI_API_KEY".to_owned());
        return Embeddings::MiniLm(model_dir);
    };
    let standard = OpenAiOptions::default();
    let dimensions = env.parsed_maybe("EMBEDDING_DIMENSIONS");
    Embeddings::OpenAi(Box::new(OpenAiOptions {
        base_url: openai.base_url.clone(),
        api_key: openai.key.clone(),
        model: env.text("EMBEDDING_MODEL").unwrap_or(standard.model),
        dimensions: dimensions.unwrap_or(standard.dimensions),
        send_dimensions: dimensions.is_some(),
        ..OpenAiOptions::default()
    }))
}

fn documents(env: &mut Env<'_>) -> Documents {
    let memory: u64 = env.parsed("READER_MEMORY_MB", READER_MEMORY);
    let time = env.parsed("READER_SECONDS", ExtractLimits::default().time.as_secs());
    if memory < READER_MEMORY_MIN {
        env.problems
            .push(format!("READER_MEMORY_MB: give it at least {READER_MEMORY_MIN}"));
    }
    if time == 0 {
        env.problems.push("READER_SECONDS: give it at least 1".to_owned());
    }
    Documents {
        clamd: env.parsed_maybe("CLAMD_ADDR"),
        reader_memory: memory.saturating_mul(1 << 20),
        reader_time: Duration::from_secs(time),
    }
}

fn chat(env: &mut Env<'_>) -> Chat {
    let mut rate = |name, burst, per_minute| {
        let given = env.parsed_maybe(name);
        given
            .or_else(|| Rate::new(burst, per_minute))
            .unwrap_or(Rate::ONE)
    };
    let rates = ChatRates {
        visitor: rate("CHAT_RATE_VISITOR", 10, 30),
        address: rate("CHAT_RATE_ADDRESS", 300, 1_200),
        tenant: rate("CHAT_RATE_TENANT", 1_000, 6_000),
        uploads: rate("UPLOAD_RATE_VISITOR", 20, 60),
        uploads_of_address: rate("UPLOAD_RATE_ADDRESS", 200, 600),
    };
    let hours: u64 = env.parsed("ANSWER_CACHE_HOURS", ANSWER_HOURS);
    if !(1..=ANSWER_HOURS_MAX).contains(&hours) {
        env.problems
            .push(format!("ANSWER_CACHE_HOURS: give it 1 to {ANSWER_HOURS_MAX}"));
    }
    Chat {
        rates,
        window: Duration::from_millis(env.parsed("DELTA_WINDOW_MS", 16)),
        passivate_after: Duration::from_secs(env.parsed("PASSIVATE_SECONDS", 300)),
        knowledge_memory: env.parsed("KNOWLEDGE_MEMORY_MB", KNOWLEDGE_MEMORY),
        answer_cache: env.parsed("ANSWER_CACHE_MB", ANSWER_MEMORY),
        answer_keeps: Duration::from_secs(hours.saturating_mul(3_600)),
        prices: env.text("PRICES").map(PathBuf::from),
    }
}
