//! `kill -9` while two tenants upload two hundred files: every file ends ready or failed with a reason,
//! none twice, no passage without its document, and none of one tenant's is ever found by the other.

use std::{collections::BTreeMap, sync::Arc, time::Duration};

use parlance::config::{Config, Embeddings};
use parlance_store::testing::{self, TestDb};
use rand::{RngExt, SeedableRng, rngs::StdRng};
use reqwest::multipart::{Form, Part};
use serde_json::{Value, json};
use tokio::{
    sync::watch,
    task::JoinSet,
    time::{sleep, timeout},
};

use super::{
    files::{File, files},
    process::{Place, Server},
    workspace,
};
use crate::support::{PASSWORD, PLAN_FILE, Workspace, mock, paced};

const FILES: usize = 100;
const KILLS: usize = 5;
/// Uploads of each tenant at once.
const AT_ONCE: usize = 2;
/// With the leases that run out after each kill.
const PATIENCE: Duration = Duration::from_secs(100);

/// What both tenants' files have come to: acknowledged, and ended.
async fn come(db: &TestDb) -> u64 {
    let counted =
        "SELECT count(*) + count(*) FILTER (WHERE status IN ('ready', 'failed')) AS come FROM documents";
    db.rows(counted).await.unwrap()[0]["come"].as_u64().unwrap()
}

/// Waits until so much has come; how long it takes in all is the machine's, but some must always come.
async fn come_to(db: &TestDb, goal: u64) {
    let mut so_far = come(db).await;
    while so_far < goal {
        let more = async {
            loop {
                sleep(Duration::from_millis(10)).await;
                let now = come(db).await;
                if now > so_far {
                    break now;
                }
            }
        };
        so_far = timeout(PATIENCE, more).await.expect("files come and end");
    }
}

/// Who uploads, wherever the server is at the time.
struct Uploader {
    http: reqwest::Client,
    server_at: watch::Receiver<Option<String>>,
    workspace: Workspace,
}

impl Uploader {
    /// Says it again until it is acknowledged.
    async fn uploads(&self, token: &str, file: &File) {
        let path = format!("/api/chat-spaces/{}/documents/upload", self.workspace.space);
        loop {
            let part = Part::bytes(file.content.clone()).file_name(file.name.clone());
            let request = self.http.post(self.at(&path).await).bearer_auth(token);
            match request.multipart(Form::new().part("file", part)).send().await {
                // The server goes down or comes up.
                Ok(answer) if answer.status().is_server_error() => {}
                Ok(answer) => {
                    assert_eq!(answer.status(), 202, "{}", file.name);
                    return;
                }
                Err(_) => {}
            }
            sleep(Duration::from_millis(20)).await;
        }
    }

    async fn token(&self) -> String {
        let body = json!({ "email": self.workspace.email, "password": PASSWORD });
        let url = self.at("/api/auth/login").await;
        let answer: Value = self
            .http
            .post(url)
            .json(&body)
            .send()
            .await
            .unwrap()
            .json()
            .await
            .unwrap();
        answer["access_token"].as_str().unwrap().to_owned()
    }

    async fn at(&self, path: &str) -> String {
        let mut server_at = self.server_at.clone();
        let base = server_at.wait_for(Option::is_some).await.unwrap().clone();
        format!("{}{path}", base.unwrap())
    }

    /// The documents of the passages that are found.
    async fn finds(&self, token: &str, text: &str) -> Vec<String> {
        let body = json!({ "space": self.workspace.slug, "text": text });
        let request = self
            .http
            .post(self.at("/api/query").await)
            .bearer_auth(token)
            .json(&body);
        let answer = request.send().await.unwrap();
        assert_eq!(answer.status(), 200);
        let found: Value = answer.json().await.unwrap();
        let passages = found["passages"].as_array().unwrap();
        passages
            .iter()
            .map(|passage| passage["document"].as_str().unwrap().to_owned())
            .collect()
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn killed_while_files_come_in_every_file_ends_once_and_stays_with_its_tenant() {
    let seed: u64 = rand::random();
    println!("seed {seed}");
    let mut luck = StdRng::seed_from_u64(seed);
    let db = Arc::new(TestDb::new(&testing::admin_url().await.unwrap()).await.unwrap());
    let upstream = mock(paced(80.0)).await;
    let Embeddings::MiniLm(model) = Config::from_env().unwrap().embeddings else {
        panic!("the tests embed with MiniLM");
    };
    let tenants = ["acme", "globex"];
    let mut workspaces = Vec::new();
    for name in tenants {
        workspaces.push(workspace(&db, &model, name).await);
    }
    let folder = tempfile::tempdir().unwrap();
    let place = Place {
        database_url: db.url().to_owned(),
        upstream_url: upstream.base_url(),
        data_dir: folder.path().to_owned(),
        model_dir: model,
        plan_file: PLAN_FILE.into(),
        skew: None,
    };
    let (base, server_at) = watch::channel(None);
    let mut server = Server::start(&place).await;
    base.send_replace(Some(server.base.clone()));

    let mut uploads = JoinSet::new();
    let mut people = Vec::new();
    for workspace in workspaces {
        let uploader = Arc::new(Uploader {
            http: reqwest::Client::new(),
            server_at: server_at.clone(),
            workspace,
        });
        let token = uploader.token().await;
        let files = files(&uploader.workspace.slug, FILES);
        for lane in 0..AT_ONCE {
            let (uploader, token, files) = (uploader.clone(), token.clone(), files.clone());
            uploads.spawn(async move {
                for file in files.iter().skip(lane).step_by(AT_ONCE) {
                    uploader.uploads(&token, file).await;
                }
            });
        }
        people.push((uploader, token, files));
    }
    // Both help documents have ended already.
    let (begun, all) = (4, 2 * 2 * (FILES as u64 + 1));
    let mut kills: Vec<u64> = (0..KILLS).map(|_| luck.random_range(begun..all)).collect();
    kills.sort_unstable();
    for at in kills {
        come_to(&db, at).await;
        println!("killed when {at} of {all} had come");
        base.send_replace(None);
        server.kill().await;
        server = Server::start(&place).await;
        base.send_replace(Some(server.base.clone()));
    }
    while let Some(uploaded) = uploads.join_next().await {
        uploaded.unwrap();
    }
    come_to(&db, all).await;
    quiet(&db).await;

    for (uploader, token, files) in &people {
        let documents = ended(&db, &uploader.workspace, files).await;
        for file in files {
            let Some(word) = &file.word else { continue };
            let asked = format!("What is the password {word}?");
            let found = uploader.finds(token, &asked).await;
            assert_eq!(found.first(), documents.get(&file.name), "{} is found", file.name);
            for (other, token, _) in people
                .iter()
                .filter(|(other, ..)| other.workspace.space != uploader.workspace.space)
            {
                let found = other.finds(token, &asked).await;
                let own: Vec<&String> = documents.values().collect();
                assert!(
                    found.iter().all(|document| !own.contains(&document)),
                    "{asked} elsewhere"
                );
            }
        }
    }
    whole(&db).await;
    server.stop().await;
}

/// Waits until no job is in line or at work.
async fn quiet(db: &TestDb) {
    let busy = "SELECT id FROM jobs WHERE state IN ('queued', 'running')";
    let over = async {
        while !db.rows(busy).await.unwrap().is_empty() {
            sleep(Duration::from_millis(50)).await;
        }
    };
    timeout(PATIENCE, over).await.expect("all jobs end");
}

/// Every file is there once and ended as it had to; the documents by name.
async fn ended(db: &TestDb, workspace: &Workspace, files: &[File]) -> BTreeMap<String, String> {
    let mut rows = db
        .rows("SELECT id, space_id, name, status, error FROM documents")
        .await
        .unwrap();
    rows.retain(|row| row["space_id"] == json!(workspace.space));
    assert_eq!(rows.len(), files.len() + 1, "none is missing, none twice");
    let named = |name: &str| rows.iter().find(|row| row["name"] == name).unwrap();
    for file in files {
        let row = named(&file.name);
        if file.word.is_some() {
            assert_eq!(row["status"], "ready", "{row}");
        } else {
            assert_eq!(row["status"], "failed", "{row}");
            assert!(!row["error"].as_str().unwrap().is_empty(), "{row}");
        }
    }
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    rows.iter()
        .map(|row| (text(&row["name"]), text(&row["id"])))
        .collect()
}

/// Nothing half done is left: what cannot be there in a sound database.
async fn whole(db: &TestDb) {
    for (what, wrong) in [
        (
            "a passage without its document",
            "SELECT p.id FROM passages p LEFT JOIN documents d ON d.tenant_id = p.tenant_id AND d.id = p.document_id \
             WHERE d.id IS NULL",
        ),
        (
            "a ready document that is searched in no version or in two",
            "SELECT d.id FROM documents d LEFT JOIN document_versions v \
               ON v.tenant_id = d.tenant_id AND v.document_id = d.id AND v.live \
             WHERE d.status = 'ready' GROUP BY d.tenant_id, d.id HAVING count(v.id) <> 1",
        ),
        (
            "a passage that is there twice",
            "SELECT version_id FROM passages GROUP BY version_id, ordinal HAVING count(*) > 1",
        ),
        (
            "a live passage without its vector or its words",
            "SELECT p.id FROM passages p \
             JOIN document_versions v ON v.tenant_id = p.tenant_id AND v.id = p.version_id AND v.live \
             LEFT JOIN passage_vectors e ON e.tenant_id = p.tenant_id AND e.passage_id = p.id AND e.live \
             LEFT JOIN passage_lexemes l ON l.tenant_id = p.tenant_id AND l.passage_id = p.id AND l.live \
             WHERE e.passage_id IS NULL OR l.passage_id IS NULL",
        ),
        (
            "a version that was begun and never became anything",
            "SELECT v.id FROM document_versions v JOIN documents d ON d.tenant_id = v.tenant_id AND d.id = v.document_id \
             WHERE NOT v.live AND d.status = 'ready'",
        ),
        (
            "a job that did not come to an end of its own",
            "SELECT id, state, error FROM jobs j WHERE state NOT IN ('done', 'dead') \
               OR (state = 'dead' AND NOT EXISTS (SELECT FROM documents d WHERE 'document:' || d.id = j.key \
                                                  AND d.status = 'failed' AND d.error = j.error))",
        ),
    ] {
        let found = db
            .rows(wrong)
            .await
            .unwrap_or_else(|error| panic!("{what}: {error:?}"));
        assert_eq!(found, [] as [Value; 0], "{what}");
    }
}
