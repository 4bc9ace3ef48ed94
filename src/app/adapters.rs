//! The outside world, chosen by the configuration: the only place that names a concrete adapter.

use std::{sync::Arc, time::Duration};

use anyhow::bail;
use parlance_store::Db;
use rand::{RngExt, distr::Alphanumeric};
use secrecy::SecretString;

use super::reading;
use crate::{
    adapters::{
        billing::{Amount, BillingProvider, Mock, MockPlan, Stripe},
        breaker::BreakerPolicy,
        embed::{CachedQueries, Embedder, Guarded, MiniLm, MiniLmOptions, OpenAi},
        identity::{Clerk, IdentityProvider, Supabase},
        llm::{
            ChatModel,
            anthropic::Anthropic,
            extractive::{self, Extractive},
            gateway::ModelRef,
            openai_compatible::OpenAiCompatible,
            policy::Policy,
        },
        mail::{Mailer, Outbox, Smtp},
        web::{Fetch, SystemResolver, Web, WebLimits},
    },
    config::{Config, Embeddings, Logins, Models, PaidBy},
    domain::{
        billing::plans::{Plan, Plans},
        knowledge::reader::Reader,
    },
    kernel::clock::{SharedClock, SystemClock},
};

/// Memory for the vectors of questions asked before.
const CACHED_QUESTIONS: u64 = 64 << 20;

/// The folder of mail that is sent nowhere, in the data folder.
const OUTBOX: &str = "outbox";
/// Beyond it a question is searched for by words alone.
const QUESTION_WITHIN: Duration = Duration::from_secs(2);

/// What an application is given besides its configuration; tests give doubles.
#[derive(Clone, Debug)]
pub struct Adapters {
    pub clock: SharedClock,
    pub embedder: Arc<dyn Embedder>,
    pub models: Vec<Arc<dyn ChatModel>>,
    /// Asked where none of a space's own models is configured.
    pub last_resort: ModelRef,
    /// How long models may take and how often they are tried again.
    pub patience: Policy,
    /// Where pages are read from.
    pub web: Arc<dyn Fetch>,
    /// Reads uploaded files.
    pub reader: Reader,
    pub mailer: Arc<dyn Mailer>,
    /// Who keeps the accounts; none: they are kept here.
    pub identity: Option<Arc<dyn IdentityProvider>>,
    /// Mail that stayed, where everybody may read it.
    pub outbox: Option<Outbox>,
}

impl Adapters {
    /// # Errors
    /// When the embedding model cannot be loaded or an address is not valid.
    pub async fn from_config(config: &Config) -> anyhow::Result<Self> {
        let mut embedder = embedder(&config.embeddings).await?;
        if embedder.is_upstream() {
            embedder = Arc::new(Guarded::new(embedder, QUESTION_WITHIN, BreakerPolicy::default()));
        }
        let outbox = Outbox::new(config.server.data_dir.join(OUTBOX));
        let mailer: Arc<dyn Mailer> = match &config.mail.smtp {
            Some(sender) => Arc::new(Smtp::new(&sender.url, &sender.from)?),
            None => Arc::new(outbox.clone()),
        };
        let embedder: Arc<dyn Embedder> = Arc::new(CachedQueries::new(embedder, CACHED_QUESTIONS));
        let clock: SharedClock = Arc::new(SystemClock);
        Ok(Self {
            identity: identity_provider(&config.logins, &clock)?,
            clock,
            models: models(&config.models, &embedder)?,
            embedder,
            last_resort: ModelRef::new(extractive::NAME, extractive::NAME),
            patience: Policy::default(),
            web: Arc::new(Web::new(
                Arc::new(SystemResolver),
                config.crawl.allow.clone(),
                config.crawl.contact.as_deref(),
                WebLimits::default(),
            )?),
            reader: reading::reader(&config.documents)?,
            mailer,
            outbox: config.mail.outbox_page.then_some(outbox),
        })
    }
}

/// Who keeps the accounts of people, where that is not this server.
///
/// # Errors
/// When an address or a key is not valid.
pub fn identity_provider(
    logins: &Logins,
    clock: &SharedClock,
) -> anyhow::Result<Option<Arc<dyn IdentityProvider>>> {
    Ok(match logins {
        Logins::Local => None,
        Logins::Clerk(options) => Some(Arc::new(Clerk::new(*options.clone(), clock.clone())?)),
        Logins::Supabase(options) => Some(Arc::new(Supabase::new(*options.clone(), clock.clone())?)),
    })
}

/// Who takes payments.
///
/// # Errors
/// When a paid plan has no price there, or a price is of no plan.
pub(super) fn billing_provider(
    paid_by: &PaidBy,
    plans: &Plans,
    db: &Db,
    clock: &SharedClock,
) -> anyhow::Result<Arc<dyn BillingProvider>> {
    let PaidBy::Stripe(options) = paid_by else {
        let sold = plans.iter().filter(|plan| !plan.price.is_zero());
        let sold = sold.map(|plan| (plan.id.clone(), mock_plan(plan))).collect();
        let secret: String = rand::rng()
            .sample_iter(Alphanumeric)
            .take(32)
            .map(char::from)
            .collect();
        return Ok(Arc::new(Mock::new(
            db.clone(),
            sold,
            SecretString::from(secret),
            clock.clone(),
        )));
    };
    if let Some(unknown) = options.prices.keys().find(|id| plans.get(id).is_none()) {
        bail!("STRIPE_PRICES names the plan {unknown}, which is not in the plan file");
    }
    let priced = |plan: &&Plan| plan.price.is_zero() || options.prices.contains_key(&plan.id);
    if let Some(plan) = plans.iter().find(|plan| !priced(plan)) {
        bail!("STRIPE_PRICES has no price for the plan {}", plan.id);
    }
    Ok(Arc::new(Stripe::new(*options.clone(), clock.clone())?))
}

fn mock_plan(plan: &Plan) -> MockPlan {
    MockPlan {
        name: plan.name.clone(),
        price: Amount {
            thousandths: i64::try_from(plan.price.thousandths()).unwrap_or(i64::MAX),
            currency: plan.price.currency().to_owned(),
        },
    }
}

pub(super) async fn embedder(embeddings: &Embeddings) -> anyhow::Result<Arc<dyn Embedder>> {
    Ok(match embeddings {
        Embeddings::OpenAi(options) => Arc::new(OpenAi::new(
            reqwest::Client::builder().tcp_nodelay(true).build()?,
            options.as_ref().clone(),
        )),
        Embeddings::MiniLm(folder) => {
            let folder = folder.clone();
            let load = move || MiniLm::load(&folder, MiniLmOptions::default());
            Arc::new(tokio::task::spawn_blocking(load).await??)
        }
    })
}

fn models(models: &Models, embedder: &Arc<dyn Embedder>) -> anyhow::Result<Vec<Arc<dyn ChatModel>>> {
    let mut extractive = Extractive::new(models.extractive_words_per_second);
    if !embedder.is_upstream() {
        // It reads every sentence of its sources: a model without a price must not run up a bill.
        extractive = extractive.with_embedder(embedder.clone());
    }
    let mut routes: Vec<Arc<dyn ChatModel>> = vec![Arc::new(extractive)];
    if let Some(upstream) = &models.anthropic {
        routes.push(Arc::new(Anthropic::new(
            &upstream.base_url,
            upstream.key.clone(),
        )?));
    }
    if let Some(upstream) = &models.openai {
        let key = Some(upstream.key.clone());
        routes.push(Arc::new(OpenAiCompatible::new(
            "openai",
            &upstream.base_url,
            key,
        )?));
    }
    Ok(routes)
}
