//! Knowledge over REST: given, read in the background, found, changed and removed.

use std::future::pending;

use parlance::adapters::embed::{EmbedError, Embedded, Embedder, Purpose};
use parlance_store::control::Role;
use reqwest::{
    Method, RequestBuilder, Response,
    multipart::{Form, Part},
};
use serde_json::{Value, json};

use crate::support::{Setup, TestApp, Words, Workspace, eventually};

/// An owner at work.
pub struct Admin {
    pub app: TestApp,
    pub acme: Workspace,
    pub token: String,
}

impl Admin {
    pub async fn start() -> Self {
        Self::on(Setup::default()).await
    }

    pub async fn on(setup: Setup) -> Self {
        let app = setup.start().await;
        let acme = app.workspace("acme").await;
        let token = app.log_in(&acme.email).await;
        Self { app, acme, token }
    }

    pub fn request(&self, method: Method, path: &str) -> RequestBuilder {
        let path = path.replace("{space}", &self.acme.space.to_string());
        self.app
            .http
            .request(method, self.app.url(&path))
            .bearer_auth(&self.token)
    }

    pub async fn get(&self, path: &str) -> Value {
        let answer = self.request(Method::GET, path).send().await.unwrap();
        assert!(answer.status().is_success(), "{path}: {}", answer.status());
        answer.json().await.unwrap()
    }

    pub async fn uploads(&self, name: &str, content: impl Into<Vec<u8>>) -> Response {
        let file = Part::bytes(content.into()).file_name(name.to_owned());
        let form = Form::new().part("file", file);
        let request = self.request(Method::POST, "/api/chat-spaces/{space}/documents/upload");
        request.multipart(form).send().await.unwrap()
    }

    pub async fn pastes(&self, title: &str, text: &str) -> Response {
        let body = json!({ "title": title, "text": text });
        let request = self.request(Method::POST, "/api/chat-spaces/{space}/documents/text");
        request.json(&body).send().await.unwrap()
    }

    /// Waits for the job that `accepted` names; the document and the job as they are then.
    pub async fn settled(&self, accepted: Response) -> (Value, Value) {
        assert_eq!(accepted.status(), 202);
        let accepted: Value = accepted.json().await.unwrap();
        let id = |of: &str| accepted[of]["id"].as_str().unwrap().to_owned();
        let job = eventually(async || {
            let job = self.get(&format!("/api/jobs/{}", id("job"))).await;
            job["ended_at"].is_string().then_some(job)
        })
        .await;
        (self.get(&format!("/api/documents/{}", id("document"))).await, job)
    }

    pub async fn finds(&self, text: &str) -> Value {
        self.asks(json!({ "space": "acme", "text": text, "limit": 3 }))
            .await
    }

    /// What `POST /api/query` finds.
    pub async fn asks(&self, body: Value) -> Value {
        let answer = self
            .request(Method::POST, "/api/query")
            .json(&body)
            .send()
            .await
            .unwrap();
        assert_eq!(answer.status(), 200);
        answer.json().await.unwrap()
    }
}

#[tokio::test]
async fn an_upload_is_read_found_and_removed_again() {
    let admin = Admin::start().await;
    let text = "# Ladders\n\n## Height\n\nThe telescopic ladder reaches 3.8 metres and carries 150 kg.\n";
    let (document, job) = admin.settled(admin.uploads("ladder.md", text).await).await;
    assert_eq!(
        (&document["status"], &document["title"]),
        (&json!("ready"), &json!("Ladders"))
    );
    assert_eq!(
        (&job["state"], &job["progress"], &job["attempts"]),
        (&json!("done"), &json!(100), &json!(1))
    );
    assert_eq!(job["subject"]["document"], document["id"]);

    let question = "How high does the telescopic ladder reach?";
    let found = admin.finds(question).await;
    assert_eq!(found["passages"][0]["document"], document["id"], "{found}");
    assert!(
        found["passages"][0]["text"]
            .as_str()
            .unwrap()
            .contains("3.8 metres")
    );

    let path = format!("/api/documents/{}", document["id"].as_str().unwrap());
    let listed = admin.get("/api/chat-spaces/{space}/documents?limit=1").await;
    assert_eq!(
        (&listed["items"][0]["name"], &listed["next"]),
        (&json!("help.md"), &json!("help.md"))
    );
    let listed = admin
        .get("/api/chat-spaces/{space}/documents?limit=9&cursor=help.md")
        .await;
    assert_eq!(
        (&listed["items"][0]["name"], &listed["next"]),
        (&json!("ladder.md"), &Value::Null)
    );
    let content = admin
        .request(Method::GET, &format!("{path}/content"))
        .send()
        .await
        .unwrap();
    assert!(
        content.headers()["content-disposition"]
            .to_str()
            .unwrap()
            .starts_with("attachment")
    );
    assert_eq!(content.text().await.unwrap(), text);

    let removed = admin.request(Method::DELETE, &path).send().await.unwrap();
    assert_eq!(removed.status(), 204);
    let found = admin.finds(question).await;
    let of_it = |passage: &Value| passage["document"] == document["id"];
    assert!(
        !found["passages"].as_array().unwrap().iter().any(of_it),
        "gone at once: {found}"
    );
    let gone = admin.request(Method::GET, &path).send().await.unwrap();
    assert_eq!(gone.status(), 404);
}

#[tokio::test]
async fn the_same_name_is_a_new_version_and_the_same_bytes_are_no_work() {
    let admin = Admin::start().await;
    let (first, _) = admin
        .settled(admin.pastes("Opening hours", "We open at nine.").await)
        .await;
    let name = first["name"].as_str().unwrap();
    assert!(name.starts_with("opening-hours."), "{name}");
    let again: Value = admin
        .pastes("Opening hours", "We open at nine.")
        .await
        .json()
        .await
        .unwrap();
    assert_eq!(
        (&again["job"], &again["document"]["status"]),
        (&Value::Null, &json!("ready"))
    );
    let (second, _) = admin
        .settled(admin.pastes("Opening hours", "We open at eleven.").await)
        .await;
    assert_eq!(second["id"], first["id"]);
    let found = admin.finds("When do you open, what are the opening hours?").await;
    assert!(
        found["passages"][0]["text"].as_str().unwrap().contains("eleven"),
        "{found}"
    );

    let pairs = json!([{ "question": "Do you deliver pianos?", "answer": "Yes, up to the third floor." }]);
    let faq = admin.request(Method::POST, "/api/chat-spaces/{space}/documents/faq");
    let faq = faq
        .json(&json!({ "title": "Pianos", "pairs": pairs }))
        .send()
        .await
        .unwrap();
    let (faq, _) = admin.settled(faq).await;
    let found = admin.finds("Do you deliver pianos?").await;
    assert_eq!(found["passages"][0]["document"], faq["id"], "{found}");
    for refused in [
        json!({ "title": "Pianos", "pairs": [] }),
        json!({ "title": "", "pairs": pairs }),
    ] {
        let request = admin.request(Method::POST, "/api/chat-spaces/{space}/documents/faq");
        assert_eq!(request.json(&refused).send().await.unwrap().status(), 400);
    }

    let path = format!("/api/documents/{}/reprocess", first["id"].as_str().unwrap());
    let reprocessed = admin.request(Method::POST, &path).send().await.unwrap();
    let (document, job) = admin.settled(reprocessed).await;
    assert_eq!(
        (&document["status"], &job["state"]),
        (&json!("ready"), &json!("done"))
    );
}

#[tokio::test]
async fn what_cannot_be_read_says_why_and_is_not_tried_for_ever() {
    let admin = Admin::start().await;
    let (document, job) = admin
        .settled(admin.uploads("report.pdf", b"%PDF-1.7 and then nothing").await)
        .await;
    assert_eq!(
        (&document["status"], &job["state"]),
        (&json!("failed"), &json!("dead"))
    );
    assert!(!document["error"].as_str().unwrap().is_empty());
    assert_eq!((&job["attempts"], &job["error"]), (&json!(1), &document["error"]));
    for (name, content) in [("", "text"), ("..", ""), ("empty.txt", "")] {
        let refused = admin.uploads(name, content).await;
        assert_eq!(refused.status(), 400, "{name:?}");
    }
    let refused = admin.uploads("large.txt", vec![b'x'; (32 << 20) + 1]).await;
    assert_eq!(refused.status(), 413);
    let (kept, _) = admin
        .settled(admin.uploads("../../etc/passwd", "Root is not here.").await)
        .await;
    assert_eq!(kept["name"], "passwd");
}

/// Reads what says WAIT for ever, and cannot stand a text that says PANIC.
#[derive(Debug)]
pub struct Moody(pub Words);

#[async_trait::async_trait]
impl Embedder for Moody {
    fn model(&self) -> &str {
        self.0.model()
    }

    fn dimensions(&self) -> usize {
        self.0.dimensions()
    }

    fn is_upstream(&self) -> bool {
        self.0.is_upstream()
    }

    fn count_tokens(&self, text: &str) -> usize {
        self.0.count_tokens(text)
    }

    async fn embed(&self, texts: &[String], purpose: Purpose) -> Result<Embedded, EmbedError> {
        let says = |word: &str| texts.iter().any(|text| text.contains(word));
        assert!(!says("PANIC"), "on purpose");
        if says("WAIT") {
            pending::<()>().await;
        }
        self.0.embed(texts, purpose).await
    }
}

/// The job that `accepted` names, once it is in `state`.
async fn job_in(admin: &Admin, accepted: Response, state: &str) -> (String, Value) {
    let accepted: Value = accepted.json().await.unwrap();
    let path = format!("/api/jobs/{}", accepted["job"]["id"].as_str().unwrap());
    let job = eventually(async || {
        let job = admin.get(&path).await;
        (job["state"] == state && job["attempts"] == 1).then_some(job)
    });
    (path.clone(), job.await)
}

#[tokio::test]
async fn a_job_is_called_off_while_it_runs_and_given_back_when_the_server_stops() {
    let mut admin = Admin::on(Setup::default().embedder(Moody(Words))).await;
    let accepted = admin.pastes("Slow", "WAIT for it").await;
    let (path, _) = job_in(&admin, accepted, "running").await;
    let eventually_embedding = eventually(async || {
        let job = admin.get(&path).await;
        (job["progress"].as_i64() >= Some(20)).then_some(job)
    });
    eventually_embedding.await;

    admin.app.restart().await;
    admin.token = admin.app.log_in(&admin.acme.email).await;
    let again = eventually(async || {
        let job = admin.get(&path).await;
        (job["state"] == "running").then_some(job)
    });
    assert_eq!(again.await["attempts"], 1, "what was given back was not begun");

    let request = admin.request(Method::POST, &format!("{path}/cancel"));
    assert_eq!(request.send().await.unwrap().status(), 202);
    let cancelled = eventually(async || {
        let job = admin.get(&path).await;
        (job["state"] == "cancelled").then_some(job)
    });
    let job = cancelled.await;
    let document = format!("/api/documents/{}", job["subject"]["document"].as_str().unwrap());
    let document = admin.get(&document).await;
    assert_eq!(
        (&document["status"], &document["error"]),
        (&json!("failed"), &json!("it was called off"))
    );
}

#[tokio::test]
async fn a_job_that_panics_is_tried_again_later_and_the_others_go_on() {
    let admin = Admin::on(Setup::default().embedder(Moody(Words))).await;
    let accepted = admin.pastes("Bad", "PANIC now").await;
    let (_, job) = job_in(&admin, accepted, "queued").await;
    assert!(job["error"].as_str().unwrap().contains("Parlance"), "{job}");
    let (document, _) = admin.settled(admin.pastes("Good", "All is well.").await).await;
    assert_eq!(document["status"], "ready");
}

#[tokio::test]
async fn only_those_who_run_the_workspace_change_what_it_knows() {
    let mut admin = Admin::start().await;
    admin.token = admin.app.colleague(&admin.acme, Role::Agent).await;
    assert!(admin.get("/api/jobs").await["items"].is_array());
    for refused in [
        admin.pastes("T", "text").await,
        admin.uploads("t.txt", "text").await,
    ] {
        assert_eq!(refused.status(), 403);
    }
    let path = format!("/api/documents/{}", admin.acme.document);
    let refused = admin.request(Method::DELETE, &path).send().await.unwrap();
    assert_eq!(refused.status(), 403);
}

#[tokio::test]
async fn a_text_that_is_too_long_is_told_the_limit_of_what_is_typed_in() {
    let admin = Admin::start().await;
    let refused = admin.pastes("Long", &"x".repeat(3 << 20)).await;
    assert_eq!(refused.status(), 413);
    let problem: Value = refused.json().await.unwrap();
    assert!(
        problem["detail"].as_str().unwrap().contains("2097152"),
        "{problem}"
    );
}
