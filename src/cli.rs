//! Commands that talk to a running server, here or elsewhere, over its REST API: `ingest`, `query`
//! and `jobs`.

use std::{
    collections::BTreeMap,
    io::{IsTerminal, Write, stdout},
    path::{Path, PathBuf},
    sync::{Mutex, PoisonError},
    time::Duration,
};

use anyhow::{Context, bail};
use bytes::Bytes;
use clap::{Args, Subcommand};
use reqwest::{
    Client, RequestBuilder, Response, StatusCode,
    multipart::{Form, Part},
};
use serde_json::{Value, json};

/// How often a job that is waited for is looked at.
const LOOK_EVERY: Duration = Duration::from_millis(300);

/// Where the server is and who asks.
#[derive(Args, Debug)]
pub struct Remote {
    /// Address of the server
    #[arg(long, env = "PARLANCE_URL", default_value = "http://localhost:8080")]
    server: String,
    /// Login of an owner or admin
    #[arg(long, env = "PARLANCE_EMAIL")]
    email: String,
    #[arg(long, env = "PARLANCE_PASSWORD", hide_env_values = true)]
    password: String,
}

#[derive(Subcommand, Debug)]
pub enum Command {
    /// Give files, folders or addresses to a space and wait until they are read
    Ingest {
        #[command(flatten)]
        remote: Remote,
        /// Id or slug of the space
        #[arg(long)]
        space: String,
        /// For addresses: page, sitemap, host or site
        #[arg(long, default_value = "page")]
        scope: String,
        /// Do not wait until they are read
        #[arg(long)]
        no_wait: bool,
        /// Files, folders, http:// or https:// addresses
        #[arg(required = true)]
        what: Vec<String>,
    },
    /// Search what a space knows
    Query {
        #[command(flatten)]
        remote: Remote,
        /// Id or slug of the space
        #[arg(long)]
        space: String,
        /// Passages at most
        #[arg(long)]
        limit: Option<usize>,
        /// Tell of all candidates what both legs said, why each was kept or dropped, and what a model
        /// would be asked
        #[arg(long)]
        explain: bool,
        /// As JSON
        #[arg(long)]
        json: bool,
        question: String,
    },
    /// List background work, newest first, or call a job off
    Jobs {
        #[command(flatten)]
        remote: Remote,
        /// Call off the job of this id
        #[arg(long)]
        cancel: Option<String>,
    },
}

/// Carries a command out.
///
/// # Errors
/// What the server refused, in its words; or why it cannot be reached.
pub async fn run(command: Command) -> anyhow::Result<()> {
    match command {
        Command::Ingest {
            remote,
            space,
            scope,
            no_wait,
            what,
        } => {
            let api = Api::log_in(remote).await?;
            ingest(&api, &api.space(&space).await?, &scope, !no_wait, &what).await
        }
        Command::Query {
            remote,
            space,
            limit,
            explain,
            json,
            question,
        } => {
            let api = Api::log_in(remote).await?;
            let body = json!({ "space": space, "text": question, "limit": limit, "explain": explain });
            let found = api.post("/api/query", &body).await?;
            if json {
                return line(&serde_json::to_string_pretty(&found)?);
            }
            print_found(&found)?;
            print_reasons(&found["reasons"])
        }
        Command::Jobs { remote, cancel } => {
            let api = Api::log_in(remote).await?;
            if let Some(id) = cancel {
                let job = api.post(&format!("/api/jobs/{id}/cancel"), &Value::Null).await?;
                return line(&row(&job));
            }
            let jobs = api.get("/api/jobs").await?;
            items(&jobs).try_for_each(|job| line(&row(job)))
        }
    }
}

async fn ingest(api: &Api, space: &str, scope: &str, wait: bool, what: &[String]) -> anyhow::Result<()> {
    let (addresses, paths): (Vec<&String>, Vec<&String>) = what
        .iter()
        .partition(|what| what.starts_with("http://") || what.starts_with("https://"));
    // Before anything is given: which document would be which is not for the order to decide.
    let named = named(&paths)?;
    let mut given = Vec::new();
    for address in addresses {
        let path = format!("/api/chat-spaces/{space}/documents/url");
        let body = json!({ "url": address, "scope": scope });
        given.push((address.clone(), api.post(&path, &body).await));
    }
    for (name, file) in named {
        let accepted = api.upload(space, &name, &file).await;
        given.push((file.display().to_string(), accepted));
    }
    let mut failed = 0;
    for (name, accepted) in given {
        let outcome = match accepted {
            Ok(accepted) => api.outcome(&accepted, wait).await,
            Err(refused) => Err(refused),
        };
        match outcome {
            Ok(state) => line(&format!("{state:10} {name}"))?,
            Err(error) => {
                failed += 1;
                line(&format!("{:10} {name}: {error:#}", "failed"))?;
            }
        }
    }
    if failed > 0 {
        bail!("{failed} could not be read");
    }
    Ok(())
}

/// The files of these paths by the name that each document gets: a file's own, or its path in the
/// folder that was named.
fn named(paths: &[&String]) -> anyhow::Result<BTreeMap<String, PathBuf>> {
    let mut named: BTreeMap<String, PathBuf> = BTreeMap::new();
    for path in paths.iter().map(Path::new) {
        for file in files(path)? {
            let inside = file.strip_prefix(path).unwrap_or(&file);
            let inside = match inside.file_name() {
                Some(_) => inside,
                None => Path::new(file.file_name().unwrap_or_default()),
            };
            let parts = inside.iter().map(|part| part.to_string_lossy());
            let name = parts.collect::<Vec<_>>().join("/");
            if let Some(other) = named.insert(name.clone(), file.clone())
                && other != file
            {
                bail!(
                    "{} and {} would both be the document {name}: name a folder that holds both, or rename one",
                    other.display(),
                    file.display(),
                );
            }
        }
    }
    Ok(named)
}

/// The file, or the files below the folder, in order of their names.
fn files(path: &Path) -> anyhow::Result<Vec<PathBuf>> {
    if !path.is_dir() {
        return Ok(vec![path.to_owned()]);
    }
    let mut found = Vec::new();
    let entries = std::fs::read_dir(path).with_context(|| path.display().to_string())?;
    for entry in entries {
        let entry = entry?.path();
        let hidden = entry
            .file_name()
            .is_some_and(|name| name.as_encoded_bytes().starts_with(b"."));
        if !hidden {
            found.extend(files(&entry)?);
        }
    }
    found.sort();
    Ok(found)
}

/// A server one is logged in at.
struct Api {
    http: Client,
    remote: Remote,
    /// Holds for a quarter of an hour; a large folder takes longer.
    token: Mutex<String>,
}

impl Api {
    async fn log_in(remote: Remote) -> anyhow::Result<Self> {
        let api = Self {
            http: Client::new(),
            remote,
            token: Mutex::default(),
        };
        api.renew().await?;
        Ok(api)
    }

    async fn renew(&self) -> anyhow::Result<()> {
        let body = json!({ "email": self.remote.email, "password": self.remote.password });
        let login = self.http.post(self.url("/api/auth/login")).json(&body);
        let logged_in = answered(sent(login).await?).await?;
        let token = text(&logged_in["access_token"]).to_owned();
        *self.token.lock().unwrap_or_else(PoisonError::into_inner) = token;
        Ok(())
    }

    fn url(&self, path: &str) -> String {
        format!("{}{path}", self.remote.server.trim_end_matches('/'))
    }

    async fn get(&self, path: &str) -> anyhow::Result<Value> {
        self.ask(|| self.http.get(self.url(path))).await
    }

    async fn post(&self, path: &str, body: &Value) -> anyhow::Result<Value> {
        self.ask(|| self.http.post(self.url(path)).json(body)).await
    }

    /// Asks as who is logged in, and once more where that is no longer so.
    async fn ask(&self, request: impl Fn() -> RequestBuilder) -> anyhow::Result<Value> {
        let token = || {
            let token = self.token.lock().unwrap_or_else(PoisonError::into_inner);
            token.clone()
        };
        let answer = sent(request().bearer_auth(token())).await?;
        if answer.status() != StatusCode::UNAUTHORIZED {
            return answered(answer).await;
        }
        self.renew().await?;
        answered(sent(request().bearer_auth(token())).await?).await
    }

    /// The id of a space by its id or slug.
    async fn space(&self, named: &str) -> anyhow::Result<String> {
        let spaces = self.get("/api/chat-spaces").await?;
        let found = items(&spaces).find(|space| space["id"] == named || space["slug"] == named);
        let found = found.with_context(|| format!("there is no space {named}"))?;
        Ok(text(&found["id"]).to_owned())
    }

    async fn upload(&self, space: &str, name: &str, file: &Path) -> anyhow::Result<Value> {
        let content = Bytes::from(tokio::fs::read(file).await?);
        let path = format!("/api/chat-spaces/{space}/documents/upload");
        self.ask(|| {
            let part = Part::stream(content.clone()).file_name(name.to_owned());
            let form = Form::new().text("name", name.to_owned()).part("file", part);
            self.http.post(self.url(&path)).multipart(form)
        })
        .await
    }

    /// What came of what was accepted.
    async fn outcome(&self, accepted: &Value, wait: bool) -> anyhow::Result<&'static str> {
        let Some(job) = accepted["job"]["id"].as_str() else {
            return Ok("unchanged");
        };
        if !wait {
            return Ok("accepted");
        }
        loop {
            let job = self.get(&format!("/api/jobs/{job}")).await?;
            match text(&job["state"]) {
                "done" => return Ok("ready"),
                "queued" | "running" => show(&job),
                state => match text(&job["error"]) {
                    "" if state == "cancelled" => bail!("it was called off"),
                    "" => bail!("its job ended as {state}"),
                    error => bail!("{error}"),
                },
            }
            tokio::time::sleep(LOOK_EVERY).await;
        }
    }
}

async fn sent(request: RequestBuilder) -> anyhow::Result<Response> {
    request.send().await.context("the server cannot be reached")
}

/// What was answered, or what was refused in the server's words.
async fn answered(answer: Response) -> anyhow::Result<Value> {
    let status = answer.status();
    let body: Value = answer.json().await.unwrap_or_default();
    if status.is_success() {
        return Ok(body);
    }
    match (text(&body["title"]), text(&body["detail"])) {
        ("", _) => bail!("the server answers with status {status}"),
        (title, detail) => bail!("{title}: {detail}"),
    }
}

/// How far a job is, on one line that is written over, where somebody looks.
fn show(job: &Value) {
    if stdout().is_terminal() {
        let _ = write!(stdout(), "{:3}%\r", job["progress"]);
        let _ = stdout().flush();
    }
}

fn print_found(found: &Value) -> anyhow::Result<()> {
    if found["abstained"] == true {
        return line("Nothing there answers this.");
    }
    let passages = found["passages"].as_array().into_iter().flatten();
    for (passage, number) in passages.zip(1..) {
        line(&format!(
            "{number}. {}  (score {:.2}, cosine {:.2})",
            place(passage),
            number_of(&passage["score"]),
            number_of(&passage["cosine"]),
        ))?;
        line(&format!(
            "   {}\n",
            text(&passage["text"]).trim().replace('\n', "\n   ")
        ))?;
    }
    Ok(())
}

/// A line for each candidate, and the prompt; nothing where no reasons were asked for.
fn print_reasons(reasons: &Value) -> anyhow::Result<()> {
    let Some(candidates) = reasons["candidates"].as_array() else {
        return Ok(());
    };
    line("rank  outcome      score  cosine        words         fused  passage")?;
    for candidate in candidates {
        let leg = |place: &Value| {
            place
                .as_u64()
                .map_or_else(String::new, |place| format!("#{place}"))
        };
        let (meaning, words) = (&candidate["meaning"], &candidate["text_match"]);
        line(&format!(
            "{:>4}  {:<11} {:>6.2}  {:>6.2} {:<5}  {:>6.2} {:<5}  {:>5}  {}",
            number_of(&candidate["place"]),
            text(&candidate["outcome"]),
            number_of(&candidate["score"]),
            number_of(&meaning["cosine"]),
            leg(&meaning["place"]),
            number_of(&words["score"]),
            leg(&words["place"]),
            leg(&candidate["fused_place"]),
            place(candidate),
        ))?;
    }
    let prompt = &reasons["prompt"];
    let Some(messages) = prompt["messages"].as_array() else {
        return Ok(());
    };
    line(&format!(
        "\n{} would be asked, {} tokens:\n",
        text(&prompt["model"]),
        prompt["tokens"]
    ))?;
    line(&format!("system: {}", text(&prompt["system"])))?;
    messages.iter().try_for_each(|message| {
        line(&format!(
            "{}: {}\n",
            text(&message["role"]),
            text(&message["text"])
        ))
    })
}

/// Where a passage stands: its document's title and its headings.
fn place(passage: &Value) -> String {
    let headings = passage["heading"].as_array().into_iter().flatten();
    let mut parts: Vec<&str> = [&passage["title"]]
        .into_iter()
        .chain(headings)
        .map(text)
        .collect();
    // The first heading often is the title.
    parts.dedup();
    parts.join(" › ")
}

fn number_of(value: &Value) -> f64 {
    value.as_f64().unwrap_or(0.0)
}

fn row(job: &Value) -> String {
    let error = job["error"].as_str().map(|error| format!("  {error}"));
    format!(
        "{}  {:10} {:3}%  {}  {}{}",
        text(&job["id"]),
        text(&job["state"]),
        job["progress"],
        text(&job["kind"]),
        text(&job["created_at"]),
        error.unwrap_or_default(),
    )
}

fn items(list: &Value) -> impl Iterator<Item = &Value> {
    list["items"].as_array().into_iter().flatten()
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}

fn line(text: &str) -> anyhow::Result<()> {
    Ok(writeln!(stdout(), "{text}")?)
}
