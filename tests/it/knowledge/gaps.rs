//! Knowledge gaps: an unanswered question is collected, answered and found, and opens again where it is not.

use std::sync::{Arc, Mutex};

use parlance::{
    adapters::{
        embed::{EmbedError, Embedded, Embedder, Purpose},
        llm::{
            extractive::Extractive,
            scripted::{Script, Scripted},
        },
    },
    domain::{gaps::regroup, knowledge::ingest::Ingest},
};
use parlance_store::control::Role;
use reqwest::Method;
use serde_json::{Value, json};
use uuid::Uuid;

use super::rest::Admin;
use crate::support::{Setup, TestVisitor, Words, eventually};

const GAPS: &str = "/api/chat-spaces/{space}/gaps";
const BOATS: &str = "Do you repair leaking boats?";
const ANSWER: &str = "Yes, our yard repairs leaking boats up to six metres.";

/// The embedder of words under another name, with what it was asked for.
#[derive(Debug, Default)]
struct Another(Mutex<Vec<Purpose>>);

#[async_trait::async_trait]
impl Embedder for Another {
    fn model(&self) -> &'static str {
        "another"
    }

    fn dimensions(&self) -> usize {
        Words.dimensions()
    }

    fn is_upstream(&self) -> bool {
        false
    }

    fn count_tokens(&self, text: &str) -> usize {
        Words.count_tokens(text)
    }

    async fn embed(&self, texts: &[String], purpose: Purpose) -> Result<Embedded, EmbedError> {
        self.0.lock().unwrap().push(purpose);
        Words.embed(texts, purpose).await
    }
}

impl Admin {
    /// Sends `body`, and gives the status and what came back.
    async fn does(&self, path: &str, body: Value) -> (u16, Value) {
        let answer = self.request(Method::POST, path).json(&body).send().await.unwrap();
        let status = answer.status().as_u16();
        (status, answer.json().await.unwrap_or_default())
    }

    /// The only gap, once it has as many questions.
    async fn gap(&self, questions: i64) -> Value {
        eventually(async || {
            let gaps = self.get(GAPS).await;
            let gap = gaps["items"][0].clone();
            (gap["questions"] == questions).then_some(gap)
        })
        .await
    }

    /// An agent answers in a conversation and closes it.
    async fn replies(&self, conversation: &str, text: &str) {
        let path = format!("/api/conversations/{conversation}");
        let said = json!({ "client_id": Uuid::new_v4(), "text": text });
        assert_eq!(self.does(&format!("{path}/messages"), said).await.0, 201);
        assert!((200..300).contains(&self.does(&format!("{path}/resolve"), json!({})).await.0));
    }
}

/// Asks in a conversation of its own; gives that.
async fn asks(visitor: &TestVisitor, text: &str) -> String {
    let conversation = visitor.conversation().await;
    visitor.asks(Some(&conversation), text).await;
    conversation
}

fn of(gap: &Value, act: &str) -> String {
    format!("{GAPS}/{}{act}", gap["id"].as_str().unwrap())
}

#[tokio::test]
async fn an_unanswered_question_is_answered_from_then_on() {
    let admin = Admin::start().await;
    let visitor = admin.app.visitor(&admin.acme).await;
    let first = asks(&visitor, BOATS).await;
    visitor.asks(Some(&first), "hello there").await;
    visitor
        .asks(Some(&first), "Do you repair leaking boats as well?")
        .await;

    let gap = admin.gap(2).await;
    assert_eq!(gap["reasons"]["abstained"], 2, "{gap}");
    assert_eq!((&gap["state"], &gap["asked"]), (&json!("open"), &json!(2)));
    assert!(
        gap["question"]
            .as_str()
            .unwrap()
            .starts_with("Do you repair leaking boats")
    );
    assert_eq!(gap["trend"].as_array().unwrap().len(), 12);
    let page = admin.get(&of(&gap, "?limit=1")).await;
    assert_eq!(
        page["questions"]["items"][0]["conversation"],
        json!(first),
        "{page}"
    );
    let next = page["questions"]["next"].as_str().unwrap();
    let rest = admin.get(&of(&gap, &format!("?limit=1&cursor={next}"))).await;
    assert_eq!(rest["questions"]["items"][0]["text"], BOATS);

    // Nothing is published by trying.
    let words = json!({ "question": BOATS, "answer": ANSWER });
    let pasted = json!({ "question": format!("{BOATS}\0"), "answer": ANSWER });
    let (status, tried) = admin.does(&of(&gap, "/preview"), pasted).await;
    assert_eq!(status, 200, "{tried}");
    let tried = &tried["questions"][0];
    assert_eq!(
        (&tried["question"], &tried["before"]["found"]),
        (&json!(BOATS), &json!(false))
    );
    assert_eq!(
        (&tried["after"]["found"], &tried["after"]["rank"]),
        (&json!(true), &json!(1))
    );
    let support = |of: &str| tried[of]["grounding"].as_f64().unwrap();
    assert!(support("before") < 0.1 && support("after") > 0.5, "{tried}");
    assert_eq!(admin.finds(BOATS).await["abstained"], true);

    let (status, answered) = admin.does(&of(&gap, "/answer"), words).await;
    assert_eq!(status, 202, "{answered}");
    let job = answered["job"]["id"].as_str().unwrap().to_owned();
    eventually(async || {
        let job = admin.get(&format!("/api/jobs/{job}")).await;
        job["ended_at"].is_string().then_some(())
    })
    .await;
    let told = admin.get(&of(&gap, "")).await;
    assert_eq!(told["gap"]["state"], "answered", "{told}");
    assert_eq!(told["gap"]["document"]["id"], answered["document"]);
    assert_eq!(told["gap"]["decided_by"], "Olive Owner");
    let found = admin.finds(BOATS).await;
    assert_eq!(found["passages"][0]["document"], answered["document"], "{found}");
    assert_eq!(admin.get(&format!("{GAPS}?state=open")).await["items"], json!([]));
    let audit = admin.get("/api/audit?action=gap.answer").await;
    assert_eq!(
        audit["items"][0]["after"]["document"], answered["document"],
        "{audit}"
    );

    // Its answer goes, and nothing is found again.
    let path = format!("/api/documents/{}", answered["document"].as_str().unwrap());
    let gone = admin.request(Method::DELETE, &path).send().await.unwrap();
    assert_eq!(gone.status(), 204);
    asks(&visitor, BOATS).await;
    assert_eq!(admin.gap(3).await["state"], "open");
}

#[tokio::test]
async fn a_gap_is_dismissed_and_stays_so() {
    let admin = Admin::start().await;
    let visitor = admin.app.visitor(&admin.acme).await;
    asks(&visitor, BOATS).await;
    let gap = admin.gap(1).await;
    assert_eq!(admin.does(&of(&gap, "/dismiss"), json!({})).await.0, 204);
    asks(&visitor, BOATS).await;
    assert_eq!(admin.gap(2).await["state"], "dismissed");
    assert_eq!(admin.does(&of(&gap, "/reopen"), json!({})).await.0, 204);
    let open = admin.get(&format!("{GAPS}?state=open&sort=trend")).await;
    assert_eq!(open["items"][0]["id"], gap["id"]);

    for (body, says) in [
        (
            json!({ "question": "", "answer": "Yes." }),
            "give a question and its answer",
        ),
        (
            json!({ "question": "ä".repeat(501), "answer": "Yes." }),
            "question: 500 characters at most",
        ),
    ] {
        for act in ["/preview", "/answer"] {
            let (status, refused) = admin.does(&of(&gap, act), body.clone()).await;
            assert_eq!((status, &refused["detail"]), (400, &json!(says)));
        }
    }
    let (status, refused) = admin.does(&of(&gap, "/draft"), json!({})).await;
    assert_eq!((status, &refused["code"]), (409, &json!("conflict")), "{refused}");
    for path in [
        format!("{GAPS}?cursor=x"),
        format!("{GAPS}?cursor=-1"),
        format!("{GAPS}?from=2026-02-02&to=2026-01-01"),
    ] {
        assert_eq!(
            admin.request(Method::GET, &path).send().await.unwrap().status(),
            400,
            "{path}"
        );
    }
    // Another tenant's gap is none.
    let globex = admin.app.workspace("globex").await;
    let theirs = admin.app.log_in(&globex.email).await;
    for (method, act) in [
        (Method::GET, ""),
        (Method::POST, "/dismiss"),
        (Method::POST, "/draft"),
    ] {
        for space in [globex.space, admin.acme.space] {
            let path = of(&gap, act).replace("{space}", &space.to_string());
            let request = admin.app.http.request(method.clone(), admin.app.url(&path));
            assert_eq!(
                request.bearer_auth(&theirs).send().await.unwrap().status(),
                404,
                "{path}"
            );
        }
    }
    // Who may only read looks, and decides nothing.
    let agent = admin.app.colleague(&admin.acme, Role::Agent).await;
    let path = of(&gap, "/dismiss").replace("{space}", &admin.acme.space.to_string());
    let request = admin.app.http.post(admin.app.url(&path)).bearer_auth(agent);
    assert_eq!(request.send().await.unwrap().status(), 403);
}

#[tokio::test]
async fn an_answer_is_drafted_from_what_agents_wrote() {
    let (model, script) = Scripted::new("anthropic");
    let admin = Admin::on(Setup::default().model(model)).await;
    let visitor = admin.app.visitor(&admin.acme).await;
    let conversation = asks(&visitor, BOATS).await;
    admin
        .replies(&conversation, "Sure, the yard repairs boats up to six metres.")
        .await;
    let gap = admin.gap(1).await;
    script.push(Script::says("The yard repairs boats up to six metres [S1]."));
    let (status, draft) = admin.does(&of(&gap, "/draft"), json!({})).await;
    assert_eq!(status, 200, "{draft}");
    assert_eq!(draft["text"], "The yard repairs boats up to six metres.");
    assert_eq!(draft["conversations"], json!([conversation]));
    assert!(draft["grounding"].as_f64().unwrap() > 0.5, "{draft}");
    let asked = script.requests().pop().unwrap();
    assert!(asked.sources[0].text.contains("up to six metres"));
    let billed =
        "SELECT 1 FROM reservations WHERE kind = 'draft' AND state = 'settled' AND conversation_id IS NULL";
    assert_eq!(admin.app.db().rows(billed).await.unwrap().len(), 1);
}

#[tokio::test]
async fn without_a_model_an_agents_own_words_are_proposed() {
    let app = Setup::default().model(Extractive::new(0)).start().await;
    let settings = json!({ "ai": { "models": ["extractive"] } });
    let acme = app.workspace_with("acme", settings, &[]).await;
    let token = app.log_in(&acme.email).await;
    let admin = Admin { app, acme, token };
    let visitor = admin.app.visitor(&admin.acme).await;
    let conversation = asks(&visitor, BOATS).await;
    admin.replies(&conversation, ANSWER).await;
    let gap = admin.gap(1).await;
    let (status, draft) = admin.does(&of(&gap, "/draft"), json!({})).await;
    assert_eq!((status, &draft["text"]), (200, &json!(ANSWER)), "{draft}");
    assert_eq!(
        (&draft["model"], &draft["conversations"]),
        (&Value::Null, &json!([conversation]))
    );
}

#[tokio::test]
async fn what_is_asked_is_reported_and_regrouping_keeps_identities() {
    let admin = Admin::start().await;
    let visitor = admin.app.visitor(&admin.acme).await;
    for question in [BOATS, BOATS, "How long does the warranty of a robot last?"] {
        asks(&visitor, question).await;
    }
    let report = eventually(async || {
        let report = admin.get("/api/analytics/questions").await;
        (report["totals"]["questions"] == 3).then_some(report)
    })
    .await;
    let asked = |report: &Value| -> Vec<(Value, Value)> {
        let asked = report["questions"].as_array().unwrap().iter();
        asked
            .map(|one| (one["question"].clone(), one["questions"].clone()))
            .collect()
    };
    assert_eq!(asked(&report)[0], (json!(BOATS), json!(2)), "{report}");
    assert_eq!(report["totals"]["unanswered"], 2);
    assert_eq!(report["slowest"].as_array().unwrap().len(), 3);
    assert_eq!(report["cited"][0]["id"], json!(admin.acme.document), "{report}");
    assert_eq!(report["never_cited"], json!([]));
    let space = format!(
        "/api/analytics/questions?kind=unanswered&space={}",
        admin.acme.space
    );
    let unanswered = admin.get(&space).await;
    assert_eq!(asked(&unanswered), [(json!(BOATS), json!(2))]);

    let csv = async |table: &str| {
        let path = format!("/api/analytics/questions?{table}");
        let asks = admin.request(Method::GET, &path).header("accept", "text/csv");
        asks.send().await.unwrap().text().await.unwrap()
    };
    let questions = csv("").await;
    let lines: Vec<&str> = questions.lines().collect();
    assert!(lines[0].starts_with("question,questions,before,unanswered"));
    assert!(
        lines[1].starts_with(&format!("{BOATS},2,0,2,open,")),
        "{questions}"
    );
    let documents = csv("table=documents").await;
    let line = format!(",1,{},{}\r\n", admin.acme.space, admin.acme.document);
    assert!(
        documents.starts_with("title,answers,space,id\r\n") && documents.ends_with(&line),
        "{documents}"
    );
    let slowest = csv("table=slowest").await;
    assert_eq!(slowest.lines().count(), 4, "{slowest}");
    assert!(slowest.starts_with("question,took_ms,asked_at,space,conversation\r\n"));
    assert!(csv("table=nothing").await.contains("invalid_request"));

    let (db, ingest) = (
        admin.app.services.db.tenant(admin.acme.tenant),
        &admin.app.services.ingest,
    );
    assert_eq!(regroup::regroup(&db, ingest, admin.acme.space).await.unwrap(), 0);
    // What is as it was is not written again.
    let rows = async || {
        let rows = "SELECT id, xmin::text AS written FROM question_clusters ORDER BY id";
        admin.app.db().rows(rows).await.unwrap()
    };
    let before = rows().await;
    assert_eq!(regroup::regroup(&db, ingest, admin.acme.space).await.unwrap(), 0);
    assert_eq!(rows().await, before);

    assert_eq!(
        admin.get("/api/analytics/questions").await["questions"],
        report["questions"]
    );

    // By another model they are embedded anew, behind what visitors ask at that moment.
    let other = Arc::new(Another::default());
    let ingest = Ingest {
        embedder: other.clone(),
        ..ingest.clone()
    };
    regroup::regroup(&db, &ingest, admin.acme.space).await.unwrap();
    let purposes = other.0.lock().unwrap().clone();
    assert!(!purposes.is_empty());
    assert!(
        purposes.iter().all(|purpose| *purpose == Purpose::Passage),
        "{purposes:?}"
    );
}

#[tokio::test]
async fn two_gaps_of_one_title_are_answered_in_documents_of_their_own() {
    let admin = Admin::start().await;
    let visitor = admin.app.visitor(&admin.acme).await;
    asks(&visitor, BOATS).await;
    let boats = admin.gap(1).await;
    asks(&visitor, "Which museum opens on Sundays?").await;
    let museum = eventually(async || {
        let gaps = admin.get(GAPS).await;
        let mut items = gaps["items"].as_array().unwrap().iter();
        items.find(|gap| gap["id"] != boats["id"]).cloned()
    })
    .await;
    let publish = async |gap: &Value, answer: &str| -> Value {
        let words = json!({ "question": "When?", "answer": answer });
        let (status, answered) = admin.does(&of(gap, "/answer"), words).await;
        assert_eq!(status, 202, "{answered}");
        answered["document"].clone()
    };
    let first = publish(&boats, ANSWER).await;
    let second = publish(&museum, "At ten.").await;
    assert_ne!(first, second);
    assert_eq!(publish(&museum, "At eleven.").await, second, "a new version");
    assert_eq!(publish(&boats, ANSWER).await, first);
}

#[tokio::test]
async fn a_key_reads_what_visitors_asked_where_it_may_read_what_they_said() {
    let admin = Admin::start().await;
    let enterprise = "UPDATE tenants SET plan = 'enterprise'";
    admin.app.db().run(enterprise).await.unwrap();
    for (scopes, then) in [
        (&["knowledge:read", "analytics:read"][..], 403),
        (&["knowledge:read", "analytics:read", "conversations:read"], 200),
    ] {
        let (_, made) = admin
            .does("/api/keys", json!({ "name": "Sync", "scopes": scopes }))
            .await;
        for path in [GAPS, "/api/analytics/questions"] {
            let url = admin
                .app
                .url(&path.replace("{space}", &admin.acme.space.to_string()));
            let request = admin.app.http.get(url).bearer_auth(made["key"].as_str().unwrap());
            let answer = request.send().await.unwrap();
            assert_eq!(answer.status().as_u16(), then, "{path} {scopes:?}");
            if then == 403 {
                assert!(answer.text().await.unwrap().contains("conversations:read"));
            }
        }
    }
}
