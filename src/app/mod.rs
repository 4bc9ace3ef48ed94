//! The whole application, wired once: configuration and adapters in, a server out. Nothing else
//! knows how the parts find each other.
//!
//! [`App::build`] is the order in which things start, [`App::run`] the order in which they stop.

mod adapters;
mod assignment;
mod attendance;
mod bench;
mod billing;
mod database;
mod deadlines;
pub mod demo;
mod eval;
mod listening;
mod operators;
mod reading;
mod reconcile;
mod recovery;
mod rollups;
mod secret;

use std::{io, net::TcpListener, sync::Arc, time::Duration};

use actix_server::{Server, ServerHandle};
use anyhow::Context;
use metrics_exporter_prometheus::PrometheusHandle;
use parlance_store::{Db, embedded::EmbeddedPostgres, ids::TenantId};
use tokio::{task::JoinHandle, time::timeout};
use tokio_util::sync::CancellationToken;
use tracing::{error, info, warn};

use self::listening::{listen, serve};
pub use self::{
    adapters::{Adapters, identity_provider},
    bench::{bench, bench_ledger},
    billing::replay as replay_billing_events,
    eval::{eval, train_mood},
    operators::{Wanted as OperatorsWanted, operators},
    reading::read_document,
    reconcile::reconcile,
    rollups::rollups,
};
use crate::{
    actors::{
        availability::Availabilities,
        console::Consoles,
        conversation::Deps,
        drafts::Drafts,
        ledger::LedgerHandle,
        live_settings::LiveSettings,
        placement::Placement,
        registry::Registry,
        services::{FilePlaces, Inbound, Services},
        tenant::Tenants,
    },
    adapters::{
        breaker::BreakerPolicy,
        llm::gateway::{Gateway, MetricsObserver},
    },
    config::{Config, PaidBy},
    domain::{
        accounts::{Accounts, keys::Keys, space::SpaceDirectory, token::Tokens},
        answering::{answerer::Answerer, cache::AnswerCache, running::RunningCalls, tokens},
        attachments::Links,
        billing::{
            meter::Meter,
            payments::{Payments, Turns},
            plans::Plans,
            prices::PriceBook,
        },
        drafting::drafter::Drafter,
        insight::seen::Sightings,
        jobs::{Bell, Takes},
        knowledge::{ingest::Ingest, intake, web::Crawler},
        mail_replies::address::Addresses as MailAddresses,
        notify::{mail::Post, templates::Templates},
        retrieval::Retriever,
        tickets::categories::Classifiers,
    },
    jobs::{Reconciler, Tools, Worker, keep_counting, keep_forgetting, keep_grouping},
    kernel::{address::Addresses, origin::PublicOrigin, tasks::Tasks, vault::Vault},
};

/// Sites that are read at once.
const CRAWLS: usize = 8;
/// Spaces that are given indexes at once: each takes half a GiB of the database's memory.
const BUILDS: usize = 1;
/// Mails that are handed over at once.
const MAILS: usize = 4;
/// Tickets that are sorted at once.
const SORTS: usize = 4;
/// How long a site is read before other sites have their turn.
const CRAWL_TURN: Duration = Duration::from_secs(5 * 60);
/// Time for sockets to say goodbye once all answers have ended.
const GOODBYE: Duration = Duration::from_secs(3);

/// A running application.
pub struct App {
    services: Services,
    server: JoinHandle<io::Result<()>>,
    handle: ServerHandle,
    port: u16,
    drain: Duration,
    stop: CancellationToken,
    embedded: Option<EmbeddedPostgres>,
}

impl App {
    /// Starts everything and serves; answers once requests are answered.
    ///
    /// # Errors
    /// Says what is missing or in the way.
    pub async fn build(
        config: Config,
        adapters: Adapters,
        metrics: PrometheusHandle,
    ) -> anyhow::Result<Self> {
        let listener = listen(&config)?;
        let port = listener.local_addr()?.port();
        let database::Opened { db, embedded } = database::open(&config).await?;
        let started = Self::start(&config, adapters, metrics, listener, db).await;
        match started {
            Ok((services, server)) => {
                let handle = server.handle();
                Ok(Self {
                    services,
                    handle,
                    server: actix_web::rt::spawn(server),
                    port,
                    drain: config.server.drain,
                    stop: CancellationToken::new(),
                    embedded,
                })
            }
            Err(error) => {
                if let Some(postgres) = embedded {
                    postgres.stop().await;
                }
                Err(error)
            }
        }
    }

    async fn start(
        config: &Config,
        adapters: Adapters,
        metrics: PrometheusHandle,
        listener: TcpListener,
        db: Db,
    ) -> anyhow::Result<(Services, Server)> {
        let prices = Arc::new(reconcile::prices(config)?);
        let plans = Arc::new(reconcile::plans(config)?);
        plans.keep(&db.control()).await?;
        let tasks = Tasks::default();
        let (ingest, web) = (ingest(&adapters, &prices, &tasks), adapters.web.clone());
        let port = listener.local_addr()?.port();
        if config.demo {
            demo::seed(&db, &ingest, &adapters.clock).await?;
        }
        let reconciler = Reconciler {
            db: db.clone(),
            clock: adapters.clock.clone(),
            prices: prices.clone(),
            plans: plans.clone(),
            usage: reconcile::usage_api(config)?,
        };
        let services = services(config, &adapters, &prices, plans, db, tasks)?;
        let post = post(config, &adapters, services.mail_addresses.clone(), port)?;
        tokens::warm();
        let looking = recovery::keep_looking(services.clone(), prices);
        services.tasks.spawn_local("recovery", looking);
        attendance::begin(&services).await;
        let looking = attendance::keep_looking(services.clone());
        services.tasks.spawn_local("attendance", looking);
        let looking = deadlines::keep_looking(services.clone());
        services.tasks.spawn_local("deadlines", looking);
        let looking = billing::keep_looking(services.clone());
        services.tasks.spawn_local("billing", looking);
        let proving = reconciler.run(services.tasks.stopping());
        services.tasks.spawn_local("reconciliation", proving);
        let looking = operators::keep_looking(services.clone());
        services.tasks.spawn_local("operators", looking);
        // Listed before anybody is served: what comes in from now on has its job.
        let tenants = services.db.control().tenants().await.unwrap_or_else(|error| {
            error!(%error, "documents that are unread are looked for at the next start");
            Vec::new()
        });
        let live = services.live_settings.clone();
        services
            .tasks
            .spawn_local("live settings", live.run(services.tasks.stopping()));
        let at_work = work(services.clone(), tenants, ingest, Crawler::new(web), post);
        services.tasks.spawn_local("jobs", at_work);
        let server = serve(listener, services.clone(), metrics)?;
        Ok((services, server))
    }

    /// The port it listens on.
    #[must_use]
    pub fn port(&self) -> u16 {
        self.port
    }

    #[must_use]
    pub fn services(&self) -> &Services {
        &self.services
    }

    /// Cancel it to stop the application.
    #[must_use]
    pub fn stopper(&self) -> CancellationToken {
        self.stop.clone()
    }

    /// Serves until [`Self::stopper`] is cancelled or a part fails, then lets answers end, tells
    /// listeners to move, and stops everything that was started.
    ///
    /// # Errors
    /// What failed.
    pub async fn run(self) -> anyhow::Result<()> {
        let running = self.services.answerer.running.clone();
        let noting = running.follow(self.services.db.clone());
        tokio::select! {
            ended = Box::pin(self.serve()) => ended,
            never = noting => match never {},
        }
    }

    async fn serve(mut self) -> anyhow::Result<()> {
        let failed = tokio::select! {
            () = self.stop.cancelled() => None,
            ended = &mut self.server => Some(anyhow::anyhow!("the server ended: {ended:?}")),
            ended = exited(&mut self.embedded) => Some(ended),
        };
        if let Some(error) = &failed {
            error!(%error, "a part of the server failed, stopping");
        }
        let Self {
            services,
            handle,
            drain,
            embedded,
            ..
        } = self;
        if !services.registry.drain(drain).await {
            warn!("some answers did not end in time; they are written after the next start");
        }
        services.tasks.stop(GOODBYE).await;
        // What is left undone by these is done after the next start: the rows are there.
        if timeout(GOODBYE * 2, handle.stop(true)).await.is_err() {
            warn!("some connections did not end in time");
        }
        // Of the last requests.
        services.tasks.stop(GOODBYE).await;
        let _ = timeout(GOODBYE, services.keys.note_used()).await;
        let _ = timeout(GOODBYE, services.answerer.running.note(&services.db)).await;
        if timeout(GOODBYE * 2, services.ledger.flush()).await.is_err() {
            warn!("some usage is not recorded yet; it is after the next start");
        }
        if let Some(postgres) = embedded {
            postgres.stop().await;
        }
        info!("stopped");
        failed.map_or(Ok(()), Err)
    }
}

async fn exited(embedded: &mut Option<EmbeddedPostgres>) -> anyhow::Error {
    match embedded {
        Some(postgres) => anyhow::anyhow!("the private Postgres ended: {:?}", postgres.exited().await),
        None => std::future::pending().await,
    }
}

/// The way in for documents.
#[must_use]
pub fn ingest(adapters: &Adapters, prices: &Arc<PriceBook>, tasks: &Tasks) -> Ingest {
    Ingest {
        embedder: adapters.embedder.clone(),
        meter: meter(adapters, prices, tasks),
        clock: adapters.clock.clone(),
        reader: adapters.reader.clone(),
    }
}

fn meter(adapters: &Adapters, prices: &Arc<PriceBook>, tasks: &Tasks) -> Meter {
    if adapters.embedder.is_upstream() {
        Meter::new(prices.clone(), adapters.clock.clone(), tasks.clone())
    } else {
        Meter::default()
    }
}

/// What sends mail. Links in it lead to `PUBLIC_URL`, and never to where a request says it came to.
fn post(config: &Config, adapters: &Adapters, addresses: MailAddresses, port: u16) -> anyhow::Result<Post> {
    let home = config.server.public_url.clone();
    let home = home.unwrap_or_else(|| format!("http://localhost:{port}"));
    if config.mail.smtp.is_none() && !config.mail.outbox_page {
        warn!("SMTP_URL is not set: mail is sent nowhere and stays in the folder outbox of DATA_DIR");
    }
    Ok(Post {
        mailer: adapters.mailer.clone(),
        templates: Arc::new(Templates::load(config.mail.templates.as_deref(), &home)?),
        addresses,
        clock: adapters.clock.clone(),
    })
}

/// Works on jobs until the application stops; first puts the unread documents of `tenants` in line.
async fn work(services: Services, tenants: Vec<TenantId>, ingest: Ingest, crawler: Crawler, post: Post) {
    let (db, clock) = (services.db.clone(), services.clock.clone());
    let reading = ingest.clone();
    let cores = std::thread::available_parallelism().map_or(2, usize::from);
    let tools = Tools {
        answerer: services.answerer.clone(),
        ingest,
        crawler,
        post,
        registry: Some(services.registry.clone()),
        plans: services.plans.clone(),
        clock: clock.clone(),
        bell: services.bell.clone(),
        consoles: services.consoles.clone(),
        classifiers: services.classifiers.clone(),
        turn: CRAWL_TURN,
    };
    let computing = Worker::new(db.clone(), tools.clone(), Takes::Computing, cores);
    let building = Worker::new(db.clone(), tools.clone(), Takes::Building, BUILDS);
    let mailing = Worker::new(db.clone(), tools.clone(), Takes::Mailing, MAILS);
    let sorting = Worker::new(db.clone(), tools.clone(), Takes::Sorting, SORTS);
    let waiting = Worker::new(db.clone(), tools, Takes::Waiting, CRAWLS);
    let queue = async {
        for tenant in tenants {
            match intake::queue_unread(&db.tenant(tenant), &reading, clock.now()).await {
                Ok(0) => {}
                Ok(queued) => {
                    info!(tenant.id = %tenant, documents = queued, "documents are read anew");
                    services.bell.ring(tenant);
                }
                Err(error) => {
                    error!(tenant.id = %tenant, %error, "its unread documents are looked for at the next start");
                }
            }
        }
    };
    let stopping = services.tasks.stopping();
    tokio::join!(
        queue,
        computing.run(stopping.clone()),
        building.run(stopping.clone()),
        mailing.run(stopping.clone()),
        sorting.run(stopping.clone()),
        waiting.run(stopping.clone()),
        keep_forgetting(db.clone(), clock.clone(), stopping.clone()),
        keep_counting(db.clone(), clock.clone(), stopping.clone()),
        keep_grouping(db.clone(), reading.clone(), stopping)
    );
}

fn services(
    config: &Config,
    adapters: &Adapters,
    prices: &Arc<PriceBook>,
    plans: Arc<Plans>,
    db: Db,
    tasks: Tasks,
) -> anyhow::Result<Services> {
    let clock = adapters.clock.clone();
    let secret = match &config.server.auth_secret {
        Some(secret) => secret.clone(),
        None => secret::load_or_create(&config.server.data_dir)?,
    };
    let threads = std::thread::available_parallelism().map_or(2, usize::from);
    let placement = Arc::new(Placement::new(threads));
    let arbiter = placement.of("ledger").context("no thread to run on")?;
    let ledger = LedgerHandle::start(db.clone(), clock.clone(), &arbiter);
    let spaces = SpaceDirectory::new(db.clone(), clock.clone(), plans.clone());
    let answerer = Arc::new(Answerer {
        db: db.clone(),
        clock: clock.clone(),
        retriever: Retriever::new(adapters.embedder.clone(), meter(adapters, prices, &tasks))
            .with_knowledge_memory(config.chat.knowledge_memory),
        gateway: Gateway::new(
            adapters.models.clone(),
            adapters.patience.clone(),
            BreakerPolicy::default(),
            Arc::new(MetricsObserver),
        ),
        last_resort: adapters.last_resort.clone(),
        prices: prices.clone(),
        cache: AnswerCache::new(config.chat.answer_cache, config.chat.answer_keeps, clock.clone()),
        window: config.chat.window,
        running: RunningCalls::default(),
        public_url: config.server.public_url.clone().unwrap_or_default(),
    });
    let tenants = Tenants::new(config.chat.rates, clock.clone(), placement.clone());
    let bell = Bell::default();
    let consoles = Consoles::new(db.clone(), clock.clone(), bell.clone(), tasks.clone());
    let availabilities = Availabilities::new(db.clone(), clock.clone(), consoles.clone());
    let vault = Vault::new(&secret);
    let links = Links::new(vault.clone(), clock.clone());
    let deps = Deps {
        links: links.clone(),
        db: db.clone(),
        clock: clock.clone(),
        answerer: answerer.clone(),
        spaces: spaces.clone(),
        tenants: tenants.clone(),
        ledger: ledger.clone(),
        consoles: consoles.clone(),
        availabilities: availabilities.clone(),
        tasks: tasks.clone(),
        mails: config.mail.smtp.is_some() || adapters.outbox.is_some(),
        passivate_after: config.chat.passivate_after,
    };
    let drafter = Drafter {
        db: db.clone(),
        clock: clock.clone(),
        spaces: spaces.clone(),
        answerer: answerer.clone(),
    };
    if matches!(config.billing.paid_by, PaidBy::Mock) && !config.mail.outbox_page {
        warn!("BILLING_PROVIDER is mock: nobody is charged, and any owner can choose any plan");
    }
    let payments = Payments {
        provider: adapters::billing_provider(&config.billing.paid_by, &plans, &db, &clock)?,
        db: db.clone(),
        plans: plans.clone(),
        clock: clock.clone(),
        bell: bell.clone(),
        grace: config.billing.grace,
        turns: Turns::default(),
    };
    let tokens = Tokens::new(&secret, clock.clone());
    let accounts = Accounts::new(
        db.clone(),
        tokens.clone(),
        clock.clone(),
        vault.clone(),
        bell.clone(),
        config.accounts,
        threads,
    )
    .kept_by(adapters.identity.clone());
    Ok(Services {
        reader: adapters.reader.clone(),
        ingest: ingest(adapters, prices, &tasks),
        links,
        file_places: FilePlaces::default(),
        consoles,
        accounts,
        outbox: adapters.outbox.clone(),
        mail_addresses: MailAddresses::new(
            vault.clone(),
            config.mail.inbound.as_ref().map(|inbound| inbound.domain.clone()),
        ),
        inbound: Inbound::new(
            config.mail.inbound.as_ref().map(|inbound| &inbound.secret),
            &vault,
        ),
        demo: demo::ACME.into(),
        keys: Keys::new(db.clone(), vault.clone(), clock.clone(), plans.clone()),
        payments,
        plans,
        sightings: Sightings::new(db.clone(), clock.clone()),
        tenants,
        answerer,
        classifiers: Classifiers::new(adapters.embedder.clone(), meter(adapters, prices, &tasks)),
        drafts: Drafts::new(drafter, tasks.clone(), ledger.clone()),
        bell,
        registry: Registry::new(Arc::new(deps), placement),
        live_settings: LiveSettings::new(db.clone(), spaces.clone(), availabilities.clone()),
        availabilities,
        addresses: Addresses {
            behind_proxy: config.server.behind_proxy,
        },
        public: PublicOrigin::of(config.server.public_url.as_deref()),
        vault,
        db,
        clock,
        tasks,
        tokens,
        spaces,
        ledger,
    })
}
