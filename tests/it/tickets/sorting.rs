//! New tickets are categorised and routed, and what somebody puts right is learned.

use parlance_store::control::Role;
use reqwest::Method;
use serde_json::{Value, json};

use super::{Desk, number};
use crate::support::{Socket, TestApp, eventually};

impl Desk<'_> {
    async fn post(&self, path: &str, body: Value) -> Value {
        let (status, answer) = self.call(Method::POST, path, body).await;
        assert!(status == 200 || status == 201, "{path}: {status} {answer}");
        answer
    }

    async fn category(&self, name: &str, examples: &[&str]) -> String {
        let made = self.post("/api/ticket-categories", json!({ "name": name })).await;
        let id = made["id"].as_str().unwrap().to_owned();
        let path = format!("/api/ticket-categories/{id}/examples");
        self.post(&path, json!({ "texts": examples })).await;
        id
    }

    /// Waits until a text is taken to be of a category, or of none.
    async fn learned(&self, text: &str, category: Option<&str>) {
        eventually(async || {
            let tried = self
                .post("/api/ticket-categories/try", json!({ "text": text }))
                .await;
            (tried["category"].as_str() == category).then_some(())
        })
        .await;
    }

    /// The ticket, once it is as wanted.
    async fn once(&self, number: i64, wanted: impl Fn(&Value) -> bool) -> Value {
        let path = format!("/api/tickets/{number}");
        eventually(async || Some(self.get(&path).await).filter(&wanted)).await
    }

    async fn events(&self, number: i64, kind: &str) -> Vec<Value> {
        let found = self.get(&format!("/api/tickets/{number}/events?limit=200")).await;
        let events = found["items"].as_array().unwrap().iter();
        events.filter(|event| event["kind"] == kind).cloned().collect()
    }
}

const PARCEL: &[&str] = &[
    "where is my parcel",
    "parcel not delivered yet",
    "when does the parcel come",
];
const MONEY: &[&str] = &[
    "i want my money refunded",
    "refund the money please",
    "when is my money back",
];

#[tokio::test]
async fn a_new_ticket_is_categorised_and_a_correction_teaches() {
    let (app, acme, _) = TestApp::chat().await;
    let desk = Desk::of(&app, &acme).await;
    let (parcel, money) = (
        desk.category("Parcels", PARCEL).await,
        desk.category("Money", MONEY).await,
    );
    desk.learned("where is the parcel", Some(&parcel)).await;
    desk.learned("quokka giraffe elephant", None).await;

    let made = desk.make(&acme, "where is the parcel").await;
    let sorted = desk
        .once(number(&made), |ticket| ticket["category"] == parcel.as_str())
        .await;
    assert_eq!(sorted["category_by"], "classifier");
    assert!(sorted["category_score"].as_f64().unwrap() >= 0.5, "{sorted}");
    let told = desk.events(number(&made), "changed").await;
    assert_eq!(told[0]["body"]["category"]["to"], parcel.as_str());

    // Who says that it is of none is not contradicted when it is sorted again.
    let none = desk.change(number(&made), json!({ "category": null })).await;
    assert_eq!(none["category_by"], "person");
    desk.change(number(&made), json!({ "priority": "high" })).await;
    let left = "SELECT 1 AS n FROM jobs WHERE kind = 'sort_ticket' AND state IN ('queued', 'running')";
    eventually(async || app.db().rows(left).await.unwrap().is_empty().then_some(())).await;
    let path = format!("/api/tickets/{}", number(&made));
    assert_eq!(desk.get(&path).await["category"], Value::Null);
    desk.change(number(&made), json!({ "category": parcel })).await;

    // Somebody says that elephants are about money.
    let made = desk.make(&acme, "quokka giraffe elephant").await;
    let corrected = desk.change(number(&made), json!({ "category": money })).await;
    assert_eq!(
        (&corrected["category_by"], &corrected["category_score"]),
        (&json!("person"), &Value::Null)
    );
    desk.learned("quokka giraffe elephant", Some(&money)).await;
    let path = format!("/api/ticket-categories/{money}/examples");
    let examples = desk.get(&path).await;
    let taught = &examples["items"][0];
    assert_eq!(
        (&taught["text"], &taught["source"]),
        (&json!("quokka giraffe elephant"), &json!("correction"))
    );

    // Corrected again it teaches the other one, and removed it teaches nothing.
    desk.change(number(&made), json!({ "category": parcel })).await;
    desk.learned("quokka giraffe elephant", Some(&parcel)).await;
    let examples = desk
        .get(&format!("/api/ticket-categories/{parcel}/examples"))
        .await;
    let taught = examples["items"][0]["id"].as_str().unwrap();
    let path = format!("/api/ticket-categories/{parcel}/examples/{taught}");
    assert_eq!(desk.call(Method::DELETE, &path, Value::Null).await.0, 204);
    desk.learned("quokka giraffe elephant", None).await;

    // A category that goes is taken from its tickets.
    let path = format!("/api/ticket-categories/{parcel}");
    assert_eq!(desk.call(Method::DELETE, &path, Value::Null).await.0, 204);
    let left = desk.get(&format!("/api/tickets/{}", number(&made))).await;
    assert_eq!(left["category"], Value::Null);
}

#[tokio::test]
async fn the_first_rule_that_holds_gives_a_ticket_to_who_has_least_to_do() {
    let (app, acme, _) = TestApp::chat().await;
    let desk = Desk::of(&app, &acme).await;
    let parcel = desk.category("Parcels", PARCEL).await;
    desk.learned("where is the parcel", Some(&parcel)).await;
    app.colleague(&acme, Role::Agent).await;
    let members = desk.get("/api/team/members").await;
    let owner = members["items"]
        .as_array()
        .unwrap()
        .iter()
        .find(|member| member["role"] == "owner");
    let owner = owner.unwrap()["id"].as_str().unwrap();
    let ids: Vec<&Value> = members["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|member| &member["id"])
        .collect();
    let team = desk
        .post("/api/team/teams", json!({ "name": "Dispatch", "members": ids }))
        .await;
    let team = team["id"].as_str().unwrap();
    let calm = desk
        .post("/api/routing-rules", json!({ "name": "All", "tags": ["any"] }))
        .await;
    let rule = json!({
        "name": "Parcels", "conditions": { "categories": [parcel] }, "team": team, "priority": "high", "tags": ["dispatch"],
    });
    let parcels = desk.post("/api/routing-rules", rule).await;
    let order = json!({ "rules": [parcels["id"], calm["id"]] });
    assert_eq!(
        desk.call(Method::PUT, "/api/routing-rules/order", order).await.0,
        200
    );

    // Of the team only the owner is there.
    let mut console = Socket::open(&app.console_url()).await;
    console
        .send(&json!({ "type": "hello", "token": desk.token }))
        .await;
    console.next_of("presence").await;
    let made = desk.make(&acme, "where is the parcel").await;
    let routed = desk.once(number(&made), |ticket| ticket["team"] == team).await;
    assert_eq!(routed["assignee"]["id"], owner, "{routed}");
    assert_eq!(
        (&routed["priority"], &routed["tags"]),
        (&json!("high"), &json!(["dispatch"]))
    );
    let told = desk.events(number(&made), "routed").await;
    assert_eq!(told[0]["body"]["rule"]["name"], "Parcels");
    assert_eq!(
        told[0]["body"]["why"],
        json!([{ "condition": "category", "value": parcel }])
    );

    // Whose a ticket is stays where somebody has said so.
    let body = json!({ "space": acme.space, "subject": "where is the parcel now", "assignee": owner, "priority": "low" });
    let kept = desk.post("/api/tickets", body).await;
    let kept = desk
        .once(number(&kept), |ticket| ticket["tags"] == json!(["dispatch"]))
        .await;
    assert_eq!((&kept["team"], &kept["priority"]), (&Value::Null, &json!("low")));

    // What no rule but the last holds for.
    let other = desk.make(&acme, "quokka giraffe").await;
    let other = desk
        .once(number(&other), |ticket| ticket["tags"] == json!(["any"]))
        .await;
    assert_eq!((&other["team"], &other["assignee"]), (&Value::Null, &Value::Null));

    let tried = desk
        .post("/api/routing-rules/try", json!({ "text": "where is the parcel" }))
        .await;
    let outcomes: Vec<&Value> = tried["rules"]
        .as_array()
        .unwrap()
        .iter()
        .map(|rule| &rule["outcome"])
        .collect();
    assert_eq!(outcomes, ["taken", "later"]);
    let off = json!({ "name": "Night", "conditions": { "hours": "outside" } });
    desk.post("/api/routing-rules", off).await;
    let night = json!({ "text": "where is the parcel", "hours": "outside" });
    let tried = desk.post("/api/routing-rules/try", night).await;
    assert_eq!(
        (&tried["hours"], &tried["rules"][2]["outcome"]),
        (&json!("outside"), &json!("later"))
    );
    let (status, refused) = desk
        .call(
            Method::DELETE,
            &format!("/api/ticket-categories/{parcel}"),
            Value::Null,
        )
        .await;
    assert_eq!(status, 409, "{refused}");
    assert!(refused["detail"].as_str().unwrap().contains("\"Parcels\""));
}

#[tokio::test]
async fn what_cannot_be_kept_is_refused_with_a_word_and_nothing_is_lost() {
    let (app, acme, _) = TestApp::chat().await;
    let desk = Desk::of(&app, &acme).await;
    let parcel = desk.category("Parcels", PARCEL).await;
    let globex = app.workspace("globex").await;
    let other = Desk::of(&app, &globex).await;
    let foreign = other.category("Money", MONEY).await;
    let examples = format!("/api/ticket-categories/{parcel}/examples");
    let mixed = json!({ "examples": [
        { "text": "a fine example", "category": "New" }, { "text": " ", "category": "New" },
    ] });
    for (method, path, body, status, names) in [
        (
            Method::POST,
            "/api/ticket-categories",
            json!({ "name": " " }),
            400,
            "name",
        ),
        (
            Method::POST,
            "/api/ticket-categories",
            json!({ "name": "parcels" }),
            409,
            "name",
        ),
        (
            Method::POST,
            examples.as_str(),
            json!({ "texts": ["fine", ""] }),
            400,
            "texts",
        ),
        (
            Method::POST,
            "/api/ticket-categories",
            json!({ "name": "Long", "description": format!("x{}", " ".repeat(2_000)) }),
            400,
            "description",
        ),
        (Method::POST, "/api/ticket-categories/import", mixed, 400, "texts"),
        (
            Method::POST,
            "/api/routing-rules",
            json!({ "name": "x", "conditions": { "categories": [foreign] } }),
            400,
            "categories",
        ),
        (
            Method::POST,
            "/api/routing-rules",
            json!({ "name": "x", "conditions": { "weather": [] } }),
            400,
            "weather",
        ),
        (
            Method::POST,
            "/api/routing-rules",
            json!({ "name": "x", "agent": foreign }),
            400,
            "agent",
        ),
        (
            Method::POST,
            "/api/routing-rules",
            json!({ "name": "x", "team": foreign }),
            400,
            "team",
        ),
        (
            Method::PUT,
            "/api/routing-rules/order",
            json!({ "rules": [foreign] }),
            409,
            "load",
        ),
    ] {
        let (answered, problem) = desk.call(method, path, body).await;
        assert_eq!(answered, status, "{path}: {problem}");
        let detail = problem["detail"].as_str().unwrap();
        assert!(detail.contains(names), "{path}: {detail}");
    }
    let there = desk.get("/api/ticket-categories").await;
    assert_eq!(there["items"].as_array().unwrap().len(), 1, "{there}");
    assert_eq!(there["items"][0]["examples"], 3);
    let (status, _) = desk
        .call(
            Method::PATCH,
            &format!("/api/ticket-categories/{foreign}"),
            json!({ "name": "Mine" }),
        )
        .await;
    assert_eq!(status, 404);
    let rows = json!({ "examples": [
        { "text": "broken on arrival", "category": "Damage" }, { "text": "Where is my parcel", "category": "PARCELS" },
        { "text": "where is my parcel", "category": "Damage" },
    ] });
    let imported = desk.post("/api/ticket-categories/import", rows).await;
    assert_eq!(imported, json!({ "added": 2, "known": 1, "categories": 1 }));
}
