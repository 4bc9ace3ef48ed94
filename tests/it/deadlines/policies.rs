//! Policies over HTTP, and what becomes of open tickets when they change.

use chrono::TimeDelta;
use parlance_store::queries::tickets::{Priority, Status};
use reqwest::Method;
use serde_json::{Value, json};

use super::{Desk, POLICIES, Resolution, standard, time, week};

#[tokio::test]
async fn policies_are_kept_in_order_and_what_they_cannot_be_is_said_by_field() {
    let desk = Desk::open().await;
    let one = desk.promises(&standard()).await;
    let mut special = standard();
    special["name"] = json!(" Special ");
    special["conditions"] = json!({ "spaces": [desk.acme.space], "plans": ["enterprise"] });
    let two = desk.promises(&special).await;
    assert_eq!(
        (&two["name"], &two["hours"], &two["own_hours"]),
        (&json!("Special"), &json!("space"), &Value::Null)
    );

    let foreign = desk.app.workspace("globex").await;
    for (change, status, field) in [
        (json!({ "name": "standard" }), 409, "name"),
        (json!({ "targets": {} }), 400, "targets"),
        (
            json!({ "conditions": { "spaces": [foreign.space] } }),
            400,
            "conditions.spaces",
        ),
        (
            json!({ "conditions": { "teams": [foreign.space] } }),
            400,
            "conditions.teams",
        ),
        (
            json!({ "conditions": { "categories": [foreign.space] } }),
            400,
            "conditions.categories",
        ),
        (json!({ "hours": "own" }), 400, "own_hours"),
        (
            json!({ "targets": { "high": { "first_response": 0 } } }),
            400,
            "targets.high.first_response",
        ),
    ] {
        let mut wrong = special.clone();
        for (name, value) in change.as_object().unwrap() {
            wrong[name] = value.clone();
        }
        let (answered, refused) = desk.asks(Method::POST, POLICIES, &wrong).await;
        assert_eq!(
            (answered, &refused["errors"][0]["field"]),
            (status, &json!(field)),
            "{refused}"
        );
    }
    let order = format!("{POLICIES}/order");
    for ids in [
        json!([one["id"]]),
        json!([one["id"], one["id"]]),
        json!([one["id"], foreign.space]),
    ] {
        let (status, _) = desk.asks(Method::PUT, &order, &json!({ "ids": ids })).await;
        assert_eq!(status, 409, "{ids}");
    }
    let (status, ordered) = desk
        .asks(Method::PUT, &order, &json!({ "ids": [two["id"], one["id"]] }))
        .await;
    assert_eq!((status, &ordered["items"][0]), (200, &two));
    let (_, listed) = desk.asks(Method::GET, POLICIES, &Value::Null).await;
    assert_eq!(listed["items"], json!([two, one]));

    let path = format!("{POLICIES}/{}", two["id"].as_str().unwrap());
    assert_eq!(desk.asks(Method::DELETE, &path, &Value::Null).await.0, 204);
    assert_eq!(desk.asks(Method::DELETE, &path, &Value::Null).await.0, 404);
    assert_eq!(desk.asks(Method::PUT, &path, &standard()).await.0, 404);
    let recorded = desk
        .app
        .db()
        .rows("SELECT action FROM audit_events WHERE action LIKE 'sla_policy.%' ORDER BY at, id")
        .await
        .unwrap();
    let actions: Vec<_> = recorded
        .iter()
        .map(|row| row["action"].as_str().unwrap())
        .collect();
    let made = "sla_policy.create";
    assert_eq!(actions, [made, made, "sla_policy.order", "sla_policy.remove"]);
}

#[tokio::test]
async fn open_deadlines_are_reckoned_anew_when_policies_or_hours_change() {
    let desk = Desk::open().await;
    let (open, done) = (
        desk.ticket(Priority::High).await,
        desk.ticket(Priority::High).await,
    );
    assert_eq!(desk.due(open, Resolution).await, None, "nothing was promised");
    desk.clock.advance(TimeDelta::hours(1));
    let made = desk.promises(&standard()).await;
    assert_eq!(
        desk.due(open, Resolution).await,
        Some(time("2026-12-07T16:00:00Z")),
        "from when the ticket was made"
    );
    desk.becomes(done, Status::Resolved).await;
    let judged = desk.deadline(done, Resolution).await;

    let path = format!("{POLICIES}/{}", made["id"].as_str().unwrap());
    let mut other = standard();
    other["targets"]["high"]["resolution"] = json!(540);
    assert_eq!(desk.asks(Method::PUT, &path, &other).await.0, 200);
    desk.settled().await;
    assert_eq!(
        desk.due(open, Resolution).await,
        Some(time("2026-12-08T09:00:00Z"))
    );

    let space = format!("/api/chat-spaces/{}", desk.acme.space);
    let mut hours = week();
    hours["holidays"] = json!([{ "date": "2026-12-08" }]);
    let patch = json!({ "settings": { "hours": hours } });
    assert_eq!(desk.asks(Method::PATCH, &space, &patch).await.0, 200);
    desk.settled().await;
    assert_eq!(
        desk.due(open, Resolution).await,
        Some(time("2026-12-09T09:00:00Z"))
    );

    other["hours"] = json!("calendar");
    assert_eq!(desk.asks(Method::PUT, &path, &other).await.0, 200);
    desk.settled().await;
    assert_eq!(
        desk.due(open, Resolution).await,
        Some(time("2026-12-07T17:00:00Z"))
    );

    assert_eq!(desk.asks(Method::DELETE, &path, &Value::Null).await.0, 204);
    desk.settled().await;
    assert_eq!(desk.deadline(open, Resolution).await, None);
    assert_eq!(
        desk.deadline(done, Resolution).await,
        judged,
        "what has ended stays as it was judged"
    );
}
