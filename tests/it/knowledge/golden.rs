//! Golden questions over REST: kept, asked, asked again when something changes.

use std::sync::Arc;

use chrono::{DateTime, TimeDelta};
use parlance::{adapters::llm::scripted::Scripted, kernel::clock::ManualClock};
use parlance_store::{control::Role, queries::ledger};
use reqwest::{Method, Response};
use serde_json::{Value, json};

use super::rest::Admin;
use crate::support::{Setup, eventually};

const QUESTIONS: &str = "/api/chat-spaces/{space}/golden-questions";
const RUNS: &str = "/api/chat-spaces/{space}/golden-runs";

impl Admin {
    async fn sends(&self, method: Method, path: &str, body: Value) -> Response {
        self.request(method, path).json(&body).send().await.unwrap()
    }

    async fn keeps(&self, words: Value) -> Value {
        let kept = self.sends(Method::POST, QUESTIONS, words).await;
        assert_eq!(kept.status(), 201);
        kept.json().await.unwrap()
    }

    /// The run of the job that `accepted` names, once it has ended.
    async fn ran(&self, accepted: Response) -> Value {
        assert_eq!(accepted.status(), 202);
        let accepted: Value = accepted.json().await.unwrap();
        let job = accepted["job"]["id"].as_str().unwrap().to_owned();
        let ended = eventually(async || {
            let job = self.get(&format!("/api/jobs/{job}")).await;
            job["ended_at"].is_string().then_some(job)
        });
        assert_eq!(ended.await["state"], "done");
        self.get(&format!("/api/golden-runs/{job}")).await
    }
}

fn counts(run: &Value) -> [i64; 4] {
    ["questions", "passed", "regressed", "mended"].map(|of| run[of].as_i64().unwrap())
}

#[tokio::test]
async fn what_got_worse_is_told_after_knowledge_changes() {
    let clock = Arc::new(ManualClock::at(
        DateTime::from_timestamp(1_800_000_000, 0).unwrap(),
    ));
    let admin = Admin::on(Setup::default().clock(clock.clone())).await;
    let warranty = json!({ "question": "How long does the warranty of a robot last?", "source": "help.md", "facts": ["24 months"] });
    let warranty = admin.keeps(warranty).await;
    assert_eq!(warranty["document"], json!(admin.acme.document));
    admin
        .keeps(json!({ "question": "Which ladders are there?", "source": "ladders.md" }))
        .await;

    let first = admin.ran(admin.sends(Method::POST, RUNS, json!({})).await).await;
    assert_eq!(counts(&first["run"]), [2, 1, 0, 0], "{first}");
    assert_eq!(first["run"]["cause"], "asked");
    let missed = &first["results"][0];
    assert_eq!(
        (&missed["passed"], &missed["question"]["document"]),
        (&json!(false), &Value::Null)
    );

    let says = "# Help\n\n## Warranty\n\nThe warranty of every robot lasts 36 months.\n";
    let ladders = "# Ladders\n\nWe have two ladders, a short one and a long one. Which one suits you?\n";
    for (name, text) in [("help.md", says), ("ladders.md", ladders)] {
        admin.settled(admin.uploads(name, text).await).await;
    }
    // A run is in line, not before others had time to change something too.
    assert_eq!(admin.get(RUNS).await["items"].as_array().unwrap().len(), 1);
    clock.advance(TimeDelta::seconds(31));
    let second = eventually(async || {
        let runs = admin.get(RUNS).await;
        let newest = runs["items"][0].clone();
        (newest["id"] != first["run"]["id"] && newest["finished_at"].is_string()).then_some(newest)
    })
    .await;
    assert_eq!(counts(&second), [2, 1, 1, 1], "{second}");
    assert_eq!(
        (&second["cause"], &second["answers"]),
        (&json!("knowledge"), &json!(false))
    );
    assert_eq!(second["compared_with"], first["run"]["id"]);
    let path = format!("/api/golden-runs/{}", second["id"].as_str().unwrap());
    let worse = admin.get(&path).await["results"][0].clone();
    assert_eq!(
        (
            &worse["question"]["id"],
            &worse["passed_before"],
            &worse["missing"]
        ),
        (&warranty["id"], &json!(true), &json!(["24 months"]))
    );
    assert_eq!(worse["source_place"], json!(1));
}

#[tokio::test]
async fn answers_are_tried_where_asked_for_and_paid_for() {
    let admin = Admin::on(Setup::default().model(Scripted::new("anthropic").0)).await;
    let fact = json!({ "question": "How long does the warranty of a robot last?", "source": "help.md", "facts": ["24 months"] });
    admin.keeps(fact).await;
    let unsaid =
        json!({ "question": "How long does the warranty last?", "facts": ["only with proof of purchase"] });
    admin.keeps(unsaid).await;
    let asked = admin.sends(Method::POST, RUNS, json!({ "answers": true })).await;
    let run = admin.ran(asked).await;
    assert_eq!(counts(&run["run"]), [2, 1, 0, 0], "{run}");
    let said = &run["results"][1];
    assert!(said["answer"].as_str().unwrap().contains("24 months"), "{run}");
    assert!(said["grounding"].as_f64().unwrap() > 0.5, "{run}");

    let db = admin.app.services.db.tenant(admin.acme.tenant);
    let today = admin.app.services.clock.now().date_naive();
    // The ledger would look by itself within a minute.
    admin.app.services.ledger.settled(admin.acme.tenant);
    let calls = eventually(async || {
        let (from, to) = (today.pred_opt().unwrap(), today.succ_opt().unwrap());
        let totals = db.read(async |conn| ledger::usage_totals(conn, from, to).await);
        let totals = totals.await.unwrap();
        (totals.calls == 2).then_some(totals)
    });
    assert!(calls.await.output > 0);
    // Nothing of it is a conversation.
    let conversations = admin.get("/api/chat-spaces/{space}/conversations").await;
    assert_eq!(conversations["items"], json!([]));
}

#[tokio::test]
async fn a_question_that_expects_nothing_is_refused() {
    let mut admin = Admin::start().await;
    let kept = admin
        .keeps(json!({ "question": " Open when? ", "facts": [" at nine "] }))
        .await;
    assert_eq!(
        (&kept["question"], &kept["facts"]),
        (&json!("Open when?"), &json!(["at nine"]))
    );
    for (words, status) in [
        (json!({ "question": "Why?" }), 400),
        (json!({ "question": " ", "facts": ["x"] }), 400),
        (json!({ "question": "Why?", "facts": ["**"] }), 400),
        (json!({ "question": "Why?", "facts": vec!["x"; 11] }), 400),
        (json!({ "question": "w".repeat(2_001), "facts": ["x"] }), 400),
        (json!({ "question": "Why?", "facts": ["x"], "fact": "y" }), 400),
        (json!({ "question": "Open when?", "facts": ["x"] }), 409),
    ] {
        let refused = admin.sends(Method::POST, QUESTIONS, words.clone()).await;
        assert_eq!(refused.status(), status, "{words}");
    }
    let path = format!("/api/golden-questions/{}", kept["id"].as_str().unwrap());
    let changed = admin
        .sends(
            Method::PUT,
            &path,
            json!({ "question": "Open till when?", "source": "hours.md" }),
        )
        .await;
    assert_eq!(changed.status(), 200);
    let listed = admin.get(QUESTIONS).await;
    assert_eq!(
        (&listed["items"][0]["question"], &listed["items"][0]["facts"]),
        (&json!("Open till when?"), &json!([]))
    );
    let owner = std::mem::take(&mut admin.token);
    admin.token = admin.app.colleague(&admin.acme, Role::Agent).await;
    assert_eq!(admin.sends(Method::DELETE, &path, json!({})).await.status(), 403);
    admin.token = owner;
    assert_eq!(admin.sends(Method::DELETE, &path, json!({})).await.status(), 204);
    assert_eq!(admin.get(QUESTIONS).await["items"], json!([]));
}

#[tokio::test]
async fn another_version_is_tried_and_nothing_else_changes() {
    let admin = Admin::on(Setup::default()).await;
    let question = json!({ "question": "How long does the warranty of a robot last?", "source": "help.md" });
    admin.keeps(question).await;
    let stricter = json!({ "settings": { "ai": { "floor": 1.0 } } });
    let changed = admin.sends(Method::PATCH, "/api/chat-spaces/{space}", stricter);
    assert_eq!(changed.await.status(), 200);
    for (version, passed) in [(2, 0), (1, 1)] {
        let asked = admin
            .sends(Method::POST, RUNS, json!({ "version": version }))
            .await;
        let run = admin.ran(asked).await["run"].clone();
        assert_eq!(counts(&run), [1, passed, 0, 0], "{run}");
        assert_eq!(
            (&run["version"], &run["compared_with"]),
            (&json!(version), &Value::Null)
        );
    }
    let unknown = admin.sends(Method::POST, RUNS, json!({ "version": 9 })).await;
    assert_eq!(unknown.status(), 400);
    assert_eq!(admin.get("/api/chat-spaces/{space}").await["version"], 2);
}
