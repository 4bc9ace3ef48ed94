//! A/B tests: two ways to answer at once, and what they came to.

use parlance::domain::experiments::arm::arm_of;
use parlance_store::{
    control::Role,
    ids::{ConversationId, ExperimentId},
    queries::experiments::Arm,
};
use reqwest::Method;
use serde_json::{Value, json};

use super::{Owner, acme, named, text};
use crate::support::{Setup, TestApp, TestVisitor, Workspace};

const QUESTION: &str = "How long does the warranty of a robot last?";
const UNKNOWN: &str = "Which ladders do you sell?";
const PIRATE: &str = "Speak as a pirate would.";

/// A space of which version 2 answers as a pirate and version 3 does not, and how to change it.
async fn once_a_pirate(setup: Setup) -> (TestApp, Workspace) {
    let (app, acme) = acme(setup).await;
    let owner = Owner::of(&app, &acme).await;
    let id = acme.space.to_string();
    for (instructions, version) in [(PIRATE, 2), ("", 3)] {
        let change = json!({ "settings": { "ai": { "instructions": instructions } } });
        assert_eq!(owner.changes(&id, change).await.1["version"], version);
    }
    (app, acme)
}

impl Owner<'_> {
    async fn starts(&self, space: &str, body: Value) -> (u16, Value) {
        let path = format!("/api/chat-spaces/{space}/experiments");
        self.asks(Method::POST, &path, body).await
    }

    async fn ends(&self, space: &str, experiment: &str, body: Value) -> (u16, Value) {
        let path = format!("/api/chat-spaces/{space}/experiments/{experiment}/end");
        self.asks(Method::POST, &path, body).await
    }

    async fn looks_at(&self, space: &str, experiment: &str) -> Value {
        self.gets(&format!("/api/chat-spaces/{space}/experiments/{experiment}"))
            .await
    }
}

/// A visitor whose conversation is of this arm.
async fn visitor_of(app: &TestApp, acme: &Workspace, experiment: &str, arm: Arm) -> (TestVisitor, String) {
    let experiment: ExperimentId = experiment.parse().unwrap();
    loop {
        let visitor = app.visitor(acme).await;
        let conversation = visitor.conversation().await;
        let id: ConversationId = conversation.parse().unwrap();
        if arm_of(experiment, 50, id) == arm {
            return (visitor, conversation);
        }
    }
}

/// Whether the model was told to answer as a pirate when it was asked last.
fn as_a_pirate(app: &TestApp) -> bool {
    app.upstream.requests().last().unwrap().body.contains(PIRATE)
}

fn measure<'a>(details: &'a Value, name: &str) -> &'a Value {
    let mut measures = details["measures"].as_array().unwrap().iter();
    measures.find(|one| one["measure"] == name).unwrap()
}

#[tokio::test]
async fn each_conversation_is_answered_by_its_arm_whatever_happens_and_counted_there() {
    let (mut app, acme) = Box::pin(once_a_pirate(Setup::default())).await;
    let id = acme.space.to_string();
    let owner = Owner::of(&app, &acme).await;
    let (status, started) = owner.starts(&id, json!({ "version": 2, "name": "Pirate" })).await;
    assert_eq!(status, 201, "{started}");
    assert_eq!(
        (&started["version_a"], &started["share_b"], &started["ended_at"]),
        (&json!(3), &json!(50), &Value::Null)
    );
    let experiment = text(&started, "id").to_owned();
    let a = visitor_of(&app, &acme, &experiment, Arm::A).await;
    let b = visitor_of(&app, &acme, &experiment, Arm::B).await;
    for ((visitor, conversation), pirate) in [(&a, false), (&b, true), (&a, false)] {
        let answer = visitor.asks(Some(conversation), QUESTION).await;
        assert_eq!(
            (as_a_pirate(&app), &answer["state"]),
            (pirate, &json!("complete"))
        );
        assert!(answer.get("arm").is_none(), "nobody who chats is told");
    }
    app.restart().await;
    for ((visitor, conversation), pirate) in [(&a, false), (&b, true)] {
        visitor.at(&app).asks(Some(conversation), QUESTION).await;
        assert_eq!(as_a_pirate(&app), pirate);
    }
    let (other, conversation) = visitor_of(&app, &acme, &experiment, Arm::B).await;
    assert_eq!(other.asks(Some(&conversation), UNKNOWN).await["abstained"], true);

    let owner = Owner::of(&app, &acme).await;
    let details = owner.looks_at(&id, &experiment).await;
    assert_eq!(
        details["seen"],
        json!({ "a": { "conversations": 1, "answers": 3 }, "b": { "conversations": 2, "answers": 3 } })
    );
    let instructions = json!({ "field": "settings.ai.instructions", "before": "", "after": PIRATE });
    assert_eq!(details["differences"], json!([instructions]));
    let abstained = measure(&details, "abstained");
    let told = |arm: &str| (abstained[arm]["value"].as_f64(), abstained[arm]["of"].as_i64());
    assert_eq!(
        (told("a"), told("b")),
        ((Some(0.0), Some(1)), (Some(0.5), Some(2)))
    );
    assert_eq!(abstained["verdict"], "too_few");
    assert_eq!(measure(&details, "grounding")["a"]["of"], 3);
    assert!(measure(&details, "tokens")["a"]["value"].as_f64().unwrap() > 0.0);
    assert!(measure(&details, "time")["b"]["value"].is_number(), "{details}");

    // What the other arm was is how all are answered from now on.
    assert_eq!(owner.ends(&id, &experiment, json!({ "use": "b" })).await.0, 200);
    a.0.at(&app).asks(Some(&a.1), QUESTION).await;
    assert!(as_a_pirate(&app));
    let space = owner.space(&id).await;
    assert_eq!(
        (&space["version"], &space["settings"]["ai"]["instructions"]),
        (&json!(4), &json!(PIRATE))
    );
    let newest = &owner.gets(&format!("/api/chat-spaces/{id}/versions")).await["items"][0];
    assert_eq!(
        newest["note"],
        "Answers of version 2, after the A/B test “Pirate”"
    );
    assert_eq!(
        owner.record(&experiment).await,
        ["experiment.end", "experiment.start"]
    );
    let listed = owner.gets(&format!("/api/chat-spaces/{id}/experiments")).await;
    assert_eq!(listed["items"][0]["used"], "b");
    let after = owner.looks_at(&id, &experiment).await;
    assert_eq!(
        after["seen"], details["seen"],
        "what is answered after the end is of no arm"
    );
    assert_eq!(owner.ends(&id, &experiment, json!({})).await.0, 409);
}

#[tokio::test]
async fn while_one_runs_the_answers_stay_as_they_are_and_all_else_may_change() {
    let (app, acme) = Box::pin(once_a_pirate(Setup::default())).await;
    let owner = Owner::of(&app, &acme).await;
    let id = acme.space.to_string();
    for (body, field) in [
        (json!({ "version": 3 }), "version"),
        (json!({ "version": 1 }), "version"),
        (json!({ "version": 9 }), "version"),
        (json!({ "version": 2, "share_b": 0 }), "share_b"),
        (json!({ "version": 2, "share_b": 100 }), "share_b"),
        (json!({ "version": 2, "name": "x".repeat(101) }), "name"),
    ] {
        let (status, refused) = owner.starts(&id, body.clone()).await;
        assert_eq!((status, named(&refused)), (400, vec![field]), "{body}");
    }
    let (_, started) = owner.starts(&id, json!({ "version": 2 })).await;
    assert_eq!(started["name"], "Version 2");
    assert_eq!(owner.starts(&id, json!({ "version": 2 })).await.0, 409);

    let cooler = json!({ "settings": { "ai": { "temperature": 0.1 } } });
    let (status, refused) = owner.changes(&id, cooler.clone()).await;
    assert_eq!((status, named(&refused)), (409, vec!["settings.ai"]));
    assert!(text(&refused, "detail").contains("end it first"), "{refused}");
    assert_eq!(owner.does(&id, "versions/2/restore").await.0, 409);
    let greeting = json!({ "settings": { "greeting": "Ahoy!", "ai": { "instructions": "" } } });
    assert_eq!(owner.changes(&id, greeting).await.0, 200);
    assert_eq!(owner.does(&id, "versions/3/restore").await.0, 200);

    let experiment = text(&started, "id");
    let (_, ended) = owner.ends(&id, experiment, json!({ "use": "a" })).await;
    assert_eq!(ended["used"], "a");
    let space = owner.space(&id).await;
    assert_eq!(space["settings"]["ai"]["instructions"], "");
    assert_eq!(owner.changes(&id, cooler).await.0, 200);
}

#[tokio::test]
async fn an_answer_is_not_said_again_in_the_other_arm() {
    let (app, acme) = Box::pin(once_a_pirate(Setup::default().set("ANSWER_CACHE_MB", "8"))).await;
    let owner = Owner::of(&app, &acme).await;
    let (_, started) = owner
        .starts(&acme.space.to_string(), json!({ "version": 2 }))
        .await;
    for (arm, cached, calls) in [
        (Arm::A, false, 1),
        (Arm::B, false, 2),
        (Arm::A, true, 2),
        (Arm::B, true, 2),
    ] {
        let (visitor, conversation) = visitor_of(&app, &acme, text(&started, "id"), arm).await;
        let answer = visitor.asks(Some(&conversation), QUESTION).await;
        let repeated = answer.get("cached") == Some(&json!(true));
        assert_eq!(
            (repeated, app.upstream.totals().requests),
            (cached, calls),
            "{arm}"
        );
    }
}

#[tokio::test]
async fn who_may_not_set_a_space_looks_at_its_tests_and_no_more() {
    let (app, acme) = Box::pin(once_a_pirate(Setup::default())).await;
    let id = acme.space.to_string();
    let owner = Owner::of(&app, &acme).await;
    let (_, started) = owner.starts(&id, json!({ "version": 2 })).await;
    let experiment = text(&started, "id");
    for role in [Role::Viewer, Role::Agent] {
        let colleague = Owner {
            app: &app,
            token: app.colleague(&acme, role).await,
        };
        assert_eq!(colleague.starts(&id, json!({ "version": 2 })).await.0, 403);
        assert_eq!(
            colleague.ends(&id, experiment, json!({ "use": "b" })).await.0,
            403
        );
        assert_eq!(
            colleague.looks_at(&id, experiment).await["experiment"]["name"],
            "Version 2"
        );
    }
    let globex = app.workspace("globex").await;
    let stranger = Owner::of(&app, &globex).await;
    assert_eq!(stranger.ends(&id, experiment, json!({})).await.0, 404);
    let theirs = format!("/api/chat-spaces/{}/experiments/{experiment}", globex.space);
    assert_eq!(stranger.asks(Method::GET, &theirs, Value::Null).await.0, 404);
}
