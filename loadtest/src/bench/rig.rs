//! What every contender is measured with: Postgres with the corpora, the mock upstream, the questions.

use std::{
    fs,
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

use anyhow::{Context, Result, ensure};
use parlance_loadtest::{
    upstream::{Behaviour, MockUpstream},
    visitor::process::Process,
};
use parlance_store::embedded::{EmbeddedConfig, EmbeddedPostgres};

use super::{
    ANSWER,
    contender::{Around, Programs},
    progress::Progress,
};

pub(crate) const TENANTS: usize = 1_000;
const PASSAGES: usize = 500;
const QUESTIONS: usize = 5_000;
const UPSTREAM: u16 = 8_190;

pub(crate) struct Rig {
    programs: Programs,
    postgres: EmbeddedPostgres,
    pub(crate) mock: MockUpstream,
    pub(crate) around: Around,
    pub(crate) questions: Vec<String>,
    pub(crate) progress: Progress,
}

impl Rig {
    /// Starts what servers need; makes the corpora where they are not there yet.
    pub(crate) async fn up(
        programs: &Programs,
        postgres_dir: &Path,
        folder: &Path,
        progress: Progress,
    ) -> Result<Self> {
        fs::create_dir_all(folder).context("the folder of the database cannot be made")?;
        let config = EmbeddedConfig {
            data_dir: folder.to_path_buf(),
            postgres_dir: postgres_dir.to_path_buf(),
            // It begins when it likes, takes the generator's processor for seconds, and whoever is measured just then
            // looks slow. What it would do is done before.
            settings: vec![("autovacuum".to_owned(), "off".to_owned())],
        };
        let postgres = EmbeddedPostgres::start(config).await?;
        let behaviour = Behaviour::default().directed(ANSWER)?;
        let mock = MockUpstream::start_on(UPSTREAM, behaviour)
            .await
            .context("the mock's port is taken")?;
        let around = Around {
            upstream: mock.base_url(),
            admin_url: postgres.admin_url(),
            peer_url: postgres.url("peer", "postgres"),
            folder: folder.to_path_buf(),
        };
        corpora(programs, &around, progress)?;
        let questions = questions(programs, folder)?;
        let rig = Self {
            programs: programs.clone(),
            postgres,
            mock,
            around,
            questions,
            progress,
        };
        rig.run("postgres", "VACUUM ANALYZE")?;
        Ok(rig)
    }

    pub(crate) fn postgres(&self) -> Process {
        // It runs as long as this does; 0 is no process, and is refused where it is read.
        Process(self.postgres.pid().unwrap_or_default())
    }

    /// A new database, empty or like `model`, and how its owner reaches it.
    pub(crate) fn database(&self, name: &str, model: Option<&str>) -> Result<String> {
        let model = model.unwrap_or("template1");
        self.drop_database(name)?;
        self.run("postgres", &format!("CREATE DATABASE {name} TEMPLATE {model}"))?;
        Ok(self.postgres.url("postgres", name))
    }

    pub(crate) fn drop_database(&self, name: &str) -> Result<()> {
        self.run(
            "postgres",
            &format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)"),
        )
    }

    pub(crate) fn has_database(&self, name: &str) -> Result<bool> {
        let query = format!("SELECT 1 FROM pg_database WHERE datname = '{name}'");
        let found = psql(&self.programs, &self.around.folder)
            .args(["--no-align", "--tuples-only", "--command", &query])
            .output()?;
        ensure!(
            found.status.success(),
            "{}",
            String::from_utf8_lossy(&found.stderr)
        );
        Ok(!found.stdout.trim_ascii().is_empty())
    }

    pub(crate) fn rename_database(&self, name: &str, to: &str) -> Result<()> {
        self.run("postgres", &format!("ALTER DATABASE {name} RENAME TO {to}"))
    }

    /// Runs statements in a database, as its superuser.
    pub(crate) fn run(&self, database: &str, statements: &str) -> Result<()> {
        let ran = psql(&self.programs, &self.around.folder)
            .envs([
                ("PGDATABASE", database),
                ("PGOPTIONS", "-c client_min_messages=warning"),
            ])
            .args(["--quiet", "--set", "ON_ERROR_STOP=1", "--command", statements])
            .status()?;
        ensure!(ran.success(), "{statements} in {database}: {ran}");
        Ok(())
    }

    /// Gives what Postgres starts from now on these processors.
    pub(crate) fn postgres_on(&self, cpus: &str) -> Result<()> {
        let Process(id) = self.postgres();
        let set = Command::new("taskset")
            .args(["--all-tasks", "--cpu-list", "--pid", cpus, &id.to_string()])
            .stdout(Stdio::null())
            .status()?;
        ensure!(set.success(), "Postgres cannot be moved to processors {cpus}");
        Ok(())
    }

    pub(crate) async fn down(self) {
        self.postgres.stop().await;
    }
}

/// 1,000 tenants with 500 passages each, and the peers' copy. Made once: the stamp says of what.
fn corpora(programs: &Programs, around: &Around, progress: Progress) -> Result<()> {
    let schema = fs::read_to_string(programs.peers.join("schema.sql"))?;
    let stamp = around.folder.join("corpora");
    let wanted = format!("{TENANTS} x {PASSAGES}\n{schema}");
    if fs::read_to_string(&stamp).is_ok_and(|made| made == wanted) {
        return Ok(());
    }
    ensure!(
        !stamp.exists(),
        "{} holds other corpora: remove it",
        around.folder.display()
    );
    progress.say("making the corpora, once: some minutes");
    let made = Command::new(&programs.parlance)
        .args(["bench-data", "--published"])
        .args([
            "--tenants",
            &TENANTS.to_string(),
            "--passages",
            &PASSAGES.to_string(),
        ])
        .envs([("DATABASE_URL", around.admin_url.as_str()), ("LOG", "warn")])
        .envs([
            ("EMBEDDINGS", "openai"),
            ("EMBEDDING_DIMENSIONS", "384"),
            ("OPENAI_API_KEY", "any"),
        ])
        .env("OPENAI_BASE_URL", format!("{}/v1", around.upstream))
        .status()
        .context("the corpora cannot be made")?;
    ensure!(made.success(), "the corpora were not made: {made}");
    let copied = psql(programs, &around.folder)
        .args(["--quiet", "--set", "ON_ERROR_STOP=1", "--file"])
        .arg(programs.peers.join("schema.sql"))
        .status()?;
    ensure!(copied.success(), "the peers' tables were not made: {copied}");
    Ok(fs::write(stamp, wanted)?)
}

/// Words out of the corpora's own passages: each is answered, and none is asked twice in a run.
fn questions(programs: &Programs, folder: &Path) -> Result<Vec<String>> {
    let query = format!(
        "SELECT substr(text, 30, 60) FROM peer.passages TABLESAMPLE SYSTEM (20) REPEATABLE (7) LIMIT {QUESTIONS}"
    );
    let asked = psql(programs, folder)
        .args(["--no-align", "--tuples-only", "--command", &query])
        .output()?;
    ensure!(
        asked.status.success(),
        "{}",
        String::from_utf8_lossy(&asked.stderr)
    );
    let questions: Vec<String> = String::from_utf8(asked.stdout)?
        .lines()
        .map(str::to_owned)
        .collect();
    ensure!(questions.len() == QUESTIONS, "only {} questions", questions.len());
    Ok(questions)
}

fn psql(programs: &Programs, folder: &Path) -> Command {
    let script: PathBuf = programs.peers.join("../../scripts/psql.sh");
    let mut command = Command::new(script);
    command.env("DATA_DIR", folder);
    command
}
