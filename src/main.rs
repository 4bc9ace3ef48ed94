//! The command line. `parlance` alone serves.

use std::{io::Write, path::PathBuf, process::ExitCode, time::Duration};

use chrono::NaiveDate;
use clap::{Parser, Subcommand};
use parlance::{
    app::{self, Adapters, App, OperatorsWanted, demo},
    bench::{Size, ledger::Load},
    cli,
    config::Config,
    store::migrate,
    telemetry,
};
use tokio::signal::unix::{Signal, SignalKind, signal};
use tracing::{error, info};

/// Short-lived words and frames are most of what is allocated; this one keeps threads out of each
/// other's way.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// Customer-support chat that answers from your documents. Without a command it serves.
#[derive(Parser)]
#[command(
    version,
    about,
    after_help = "Everything is set by the environment or .env; .env.example lists it all."
)]
struct Cli {
    #[command(subcommand)]
    command: Option<Command>,
}

#[derive(Subcommand)]
enum Command {
    /// Start the server (the default)
    Serve,
    /// Measure retrieval, grounding and sentiment on labelled sets
    Eval {
        /// Folder with the sets (`retrieval/`, `grounding/`, `sentiment/`)
        #[arg(long)]
        data: PathBuf,
        /// Where the figures are written as JSON
        #[arg(long, default_value = "target/eval.json")]
        out: PathBuf,
    },
    /// Fit the model that reads moods on labelled sets, and say what it scores cross-validated
    TrainMood {
        /// Folder with the sets (`sentiment/`)
        #[arg(long)]
        data: PathBuf,
        /// Where the weights are written; they are compiled in
        #[arg(long, default_value = "src/domain/mood/data/weights.bin")]
        out: PathBuf,
    },
    #[command(flatten)]
    Remote(cli::Command),
    /// Read the document on standard input; started by the server for every file
    #[command(hide = true)]
    ReadDocument {
        /// Bytes of address space
        #[arg(long)]
        memory: u64,
        /// Seconds of processor time
        #[arg(long)]
        cpu: u64,
    },
    /// Fill the database with made-up corpora, to measure searching them
    BenchData {
        #[arg(long, default_value_t = 1)]
        tenants: usize,
        /// Passages of each tenant, in one space
        #[arg(long, default_value_t = 100_000)]
        passages: usize,
        /// The same seed, the same corpora
        #[arg(long, default_value_t = 1)]
        seed: u64,
        /// Ask this many questions and print how long they took
        #[arg(long)]
        measure: Option<usize>,
        /// Publish the spaces, as bench-0, bench-1 …, so that visitors can chat there
        #[arg(long, conflicts_with = "measure")]
        published: bool,
    },
    /// Fill the database with made-up calls, and measure how many a second get into the books
    BenchLedger {
        #[arg(long, default_value_t = 20)]
        tenants: usize,
        /// Calls of each tenant
        #[arg(long, default_value_t = 10_000)]
        calls: usize,
    },
    /// Prove the counters of what happened against the rows that they count
    Rollups {
        /// List every counter that is not what it counts; ends with an error where there is one
        #[arg(long, required = true)]
        check: bool,
        /// Put them right; the server may run meanwhile
        #[arg(long, requires = "check")]
        repair: bool,
    },
    /// Compare the books of a day with each other, the invoices and what upstreams billed. Ends with 0 where nothing
    /// differs, 3 where all that differs is as it must be, 2 where something is to be looked at, 1 where it failed
    Reconcile {
        /// A date in UTC, as 2026-11-22
        #[arg(long)]
        day: NaiveDate,
        /// What an upstream billed, as CSV or JSON, instead of asking Anthropic
        #[arg(long)]
        upstream: Option<PathBuf>,
        /// Print it as JSON
        #[arg(long)]
        json: bool,
    },
    /// Payments
    #[command(subcommand)]
    Billing(Billing),
    /// Who may see all workspaces at /operator; the server may run meanwhile
    #[command(subcommand)]
    Operator(Operator),
    /// Bring the database of DATABASE_URL up to date and end
    Migrate,
}

#[derive(Subcommand)]
enum Operator {
    /// Make an account with a confirmed address an operator
    Add { email: String },
    /// Take that back; what was entered ends at once
    Remove { email: String },
    /// List the operators
    List,
}

#[derive(Subcommand)]
enum Billing {
    /// Have events of the payment provider that were kept handled again, by the server that runs or the next one
    Replay {
        /// Only the one of this id
        #[arg(long)]
        event: Option<String>,
    },
}

fn main() -> ExitCode {
    let outcome = match Cli::parse().command.unwrap_or(Command::Serve) {
        Command::ReadDocument { memory, cpu } => app::read_document(memory, cpu).map(|()| ExitCode::SUCCESS),
        command => {
            dotenvy::dotenv().ok();
            actix_web::rt::System::new().block_on(run(command))
        }
    };
    match outcome {
        Ok(code) => code,
        Err(error) => {
            let _ = writeln!(std::io::stderr(), "parlance: {error:#}");
            ExitCode::FAILURE
        }
    }
}

/// Ends of a reconciliation that found something: to be looked at, and as it must be.
const DIFFERS: u8 = 2;
const AS_EXPECTED: u8 = 3;

async fn run(command: Command) -> anyhow::Result<ExitCode> {
    if let Command::Reconcile { day, upstream, json } = command {
        let found = app::reconcile(&configured()?, day, upstream.as_deref()).await?;
        let mut out = std::io::stdout().lock();
        if json {
            serde_json::to_writer_pretty(&mut out, &found)?;
            writeln!(out)?;
        } else {
            write!(out, "{found}")?;
        }
        return Ok(match (found.is_clean(), found.wrong()) {
            (true, _) => ExitCode::SUCCESS,
            (false, 0) => ExitCode::from(AS_EXPECTED),
            (false, _) => ExitCode::from(DIFFERS),
        });
    }
    carry_out(command).await.map(|()| ExitCode::SUCCESS)
}

async fn carry_out(command: Command) -> anyhow::Result<()> {
    match command {
        Command::Serve => Box::pin(serve(configured()?)).await,
        Command::Remote(command) => cli::run(command).await,
        Command::Eval { data, out } => {
            let report = app::eval(&configured()?, &data, &out).await?;
            Ok(write!(std::io::stdout().lock(), "{report}")?)
        }
        Command::Billing(Billing::Replay { event }) => {
            let marked = app::replay_billing_events(&configured()?, event.as_deref()).await?;
            Ok(writeln!(
                std::io::stdout().lock(),
                "{marked} events are handled again"
            )?)
        }
        Command::Operator(wanted) => {
            let wanted = match wanted {
                Operator::Add { email } => OperatorsWanted::Add(email),
                Operator::Remove { email } => OperatorsWanted::Remove(email),
                Operator::List => OperatorsWanted::List,
            };
            let said = app::operators(&configured()?, &wanted).await?;
            Ok(write!(std::io::stdout().lock(), "{said}")?)
        }
        Command::TrainMood { data, out } => {
            let training = app::train_mood(&configured()?, &data, &out).await?;
            Ok(write!(std::io::stdout().lock(), "{training}")?)
        }
        // Ran before.
        Command::Reconcile { .. } => Ok(()),
        // Ran before any configuration was read.
        Command::ReadDocument { memory, cpu } => app::read_document(memory, cpu),
        Command::BenchData {
            tenants,
            passages,
            seed,
            measure,
            published,
        } => {
            let size = Size {
                tenants,
                passages,
                seed,
                published,
            };
            let said = app::bench(&configured()?, size, measure).await?;
            Ok(write!(std::io::stdout().lock(), "{said}")?)
        }
        Command::BenchLedger { tenants, calls } => {
            let said = app::bench_ledger(&configured()?, Load { tenants, calls }).await?;
            Ok(write!(std::io::stdout().lock(), "{said}")?)
        }
        Command::Rollups { repair, .. } => {
            let proof = app::rollups(&configured()?, repair).await?;
            write!(std::io::stdout().lock(), "{}", proof.said)?;
            anyhow::ensure!(proof.left == 0, "{} counters are not what they count", proof.left);
            Ok(())
        }
        Command::Migrate => {
            let database = configured()?.database;
            let given = database.admin_url.or(database.url);
            let url = given.ok_or_else(|| {
                anyhow::anyhow!("set DATABASE_URL; the private Postgres is migrated at every start")
            })?;
            for name in migrate::run(&url).await? {
                info!("applied {name}");
            }
            Ok(())
        }
    }
}

fn configured() -> anyhow::Result<Config> {
    let config = Config::from_env()?;
    telemetry::logs(&config.log)?;
    Ok(config)
}

/// From the end of the time for answers to the end of the process, at most.
const OVERTIME: Duration = Duration::from_secs(30);

async fn serve(config: Config) -> anyhow::Result<()> {
    let metrics = telemetry::metrics()?;
    let adapters = Adapters::from_config(&config).await?;
    let (public_url, demo) = (config.server.public_url.clone(), config.demo);
    let at_most = config.server.drain + OVERTIME;
    // Whoever sees that it is ready may ask it to stop, and nothing is lost of what has not begun.
    let mut asked_to_stop = Signals::new()?;
    let app = tokio::select! {
        built = Box::pin(App::build(config, adapters, metrics)) => built?,
        name = asked_to_stop.next() => {
            info!("{name} before it was ready");
            return Ok(());
        }
    };
    let stop = app.stopper();
    actix_web::rt::spawn(async move {
        let name = asked_to_stop.next().await;
        info!("{name}: letting answers end, then stopping; once more to stop at once");
        std::thread::spawn(move || {
            std::thread::sleep(at_most);
            error!("stopping took too long; what is unfinished is taken up at the next start");
            std::process::exit(1);
        });
        stop.cancel();
        asked_to_stop.next().await;
        std::process::exit(130);
    });
    greet(
        &public_url.unwrap_or_else(|| format!("http://localhost:{}", app.port())),
        demo,
    )?;
    app.run().await
}

/// What asks a process to stop, from when this is made.
struct Signals {
    interrupt: Signal,
    terminate: Signal,
}

impl Signals {
    fn new() -> std::io::Result<Self> {
        Ok(Self {
            interrupt: signal(SignalKind::interrupt())?,
            terminate: signal(SignalKind::terminate())?,
        })
    }

    async fn next(&mut self) -> &'static str {
        tokio::select! {
            _ = self.interrupt.recv() => "interrupted",
            _ = self.terminate.recv() => "asked to stop",
        }
    }
}

/// Where to look, for a person at a terminal.
fn greet(url: &str, demo: bool) -> anyhow::Result<()> {
    let mut out = std::io::stdout().lock();
    writeln!(out, "\nParlance is ready at {url}\n")?;
    if demo {
        for (folder, _, demo) in demo::demos()? {
            writeln!(out, "  {:<18} {url}/demo/{folder}", demo.tenant.name)?;
            for person in &demo.users {
                writeln!(out, "  {:<18} {} / {}", "", person.email, person.password)?;
            }
        }
        writeln!(out)?;
    }
    Ok(out.flush()?)
}
