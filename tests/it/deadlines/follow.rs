//! Deadlines follow what changes besides their ticket, and the job that has them reckoned anew goes on where it was.

use chrono::TimeDelta;
use parlance::domain::jobs::{self, Priority as JobPriority, Work};
use parlance_store::{
    ids::{SlaPolicyId, TicketId},
    queries::{
        sla_policies::{self, SlaPolicy},
        tickets::{self, Priority},
    },
};
use reqwest::Method;
use serde_json::{Value, json};
use uuid::Uuid;

use super::{Desk, FirstResponse, standard};

impl Desk {
    /// The number of a ticket.
    async fn number(&self, id: TicketId) -> i64 {
        let db = self.db();
        let found = db.read(async |conn| tickets::load(conn, id).await);
        found.await.unwrap().unwrap().number
    }

    /// What was changed of a ticket, the newest first.
    async fn changed(&self, number: i64) -> Vec<Value> {
        let (_, told) = self
            .asks(
                Method::GET,
                &format!("/api/tickets/{number}/events"),
                &Value::Null,
            )
            .await;
        let events = told["items"].as_array().unwrap().iter();
        let changed = events.filter(|event| event["kind"] == "changed");
        changed.map(|event| event["body"].clone()).collect()
    }

    async fn made(&self, path: &str, body: Value) -> String {
        let (status, made) = self.asks(Method::POST, path, &body).await;
        assert_eq!(status, 201, "{made}");
        made["id"].as_str().unwrap().to_owned()
    }

    async fn gone(&self, path: &str) {
        assert_eq!(self.asks(Method::DELETE, path, &Value::Null).await.0, 204);
    }
}

#[tokio::test]
async fn open_deadlines_are_reckoned_from_where_the_job_was() {
    let desk = Desk::open().await;
    let (before, behind) = (
        desk.ticket(Priority::High).await,
        desk.ticket(Priority::High).await,
    );
    let mut rules = standard();
    rules.as_object_mut().unwrap().remove("name");
    let policy = SlaPolicy {
        id: SlaPolicyId::new(),
        name: "Standard".to_owned(),
        position: 1,
        rules,
        updated_at: desk.now(),
    };
    let (now, db) = (desk.now(), desk.db());
    let asked = db.transaction(async |conn| {
        sla_policies::put(conn, &policy).await?;
        let work = Work::FollowDeadlines { after: Some(before) };
        jobs::enqueue_apart(conn, &work, JobPriority::Now, now).await
    });
    asked.await.unwrap();
    desk.settled().await;
    assert!(desk.due(behind, FirstResponse).await.is_some());
    assert_eq!(desk.due(before, FirstResponse).await, None);
    // It noted how far it came.
    let kept = "SELECT payload ->> 'after' AS after FROM jobs WHERE kind = 'follow_deadlines'";
    let kept = desk.app.db().rows(kept).await.unwrap();
    assert_eq!(kept[0]["after"], behind.to_string());
    // Asked for anew it begins at the beginning.
    let again = db.transaction(async |conn| {
        let work = Work::FollowDeadlines { after: None };
        jobs::enqueue_apart(conn, &work, JobPriority::Now, now).await
    });
    again.await.unwrap();
    desk.settled().await;
    assert!(desk.due(before, FirstResponse).await.is_some());
}

#[tokio::test]
async fn a_deadline_that_is_as_it_was_is_not_written() {
    let desk = Desk::open().await;
    desk.promises(&standard()).await;
    let id = desk.ticket(Priority::High).await;
    let versions = async || {
        let rows = "SELECT kind, xmin::text AS version FROM ticket_deadlines ORDER BY kind";
        desk.app.db().rows(rows).await.unwrap()
    };
    let before = versions().await;
    assert_eq!(before.len(), 2);
    let path = format!("/api/tickets/{}", desk.number(id).await);
    desk.clock.advance(TimeDelta::minutes(1));
    let (status, _) = desk
        .asks(Method::PATCH, &path, &json!({ "tags": ["noise"] }))
        .await;
    assert_eq!(status, 200);
    assert_eq!(versions().await, before);
    desk.is_of(id, Priority::Normal).await;
    assert_ne!(versions().await, before);
}

#[tokio::test]
async fn tickets_of_what_is_removed_change_one_by_one_with_their_deadlines() {
    let desk = Desk::open().await;
    let team = desk
        .made("/api/team/teams", json!({ "name": "Tier 2", "members": [] }))
        .await;
    let category = desk
        .made("/api/ticket-categories", json!({ "name": "Refunds" }))
        .await;
    let mut of_team = standard();
    of_team["conditions"] = json!({ "teams": [team] });
    desk.promises(&of_team).await;
    let mut of_category = standard();
    of_category["name"] = json!("Refunds");
    of_category["conditions"] = json!({ "categories": [category] });
    desk.promises(&of_category).await;
    for (property, id, path) in [
        ("team", &team, format!("/api/team/teams/{team}")),
        (
            "category",
            &category,
            format!("/api/ticket-categories/{category}"),
        ),
    ] {
        let (open, done) = (
            desk.ticket(Priority::High).await,
            desk.ticket(Priority::High).await,
        );
        let (open_path, done_path) = (
            format!("/api/tickets/{}", desk.number(open).await),
            format!("/api/tickets/{}", desk.number(done).await),
        );
        desk.asks(Method::PATCH, &open_path, &json!({ property: id }))
            .await;
        let resolved = json!({ property: id, "status": "resolved" });
        desk.asks(Method::PATCH, &done_path, &resolved).await;
        assert!(desk.due(open, FirstResponse).await.is_some());
        desk.gone(&path).await;
        for path in [&open_path, &done_path] {
            let (_, now) = desk.asks(Method::GET, path, &Value::Null).await;
            assert_eq!(
                (&now[property], &now["category_by"]),
                (&Value::Null, &Value::Null)
            );
        }
        let told = desk.changed(desk.number(open).await).await;
        assert_eq!(told[0][property], json!({ "from": id, "to": null }));
        assert_eq!(desk.due(open, FirstResponse).await, None);
    }
}

#[tokio::test]
async fn tickets_of_a_merged_contact_are_promised_what_its_survivor_is() {
    let desk = Desk::open().await;
    let mut enterprise = standard();
    enterprise["conditions"] = json!({ "plans": ["enterprise"] });
    desk.promises(&enterprise).await;
    let tenant = desk.acme.tenant;
    let (from, into) = (Uuid::now_v7(), Uuid::now_v7());
    let contact = |id, plan: &str| {
        format!(
            "INSERT INTO contacts (tenant_id, id, edited_attributes, created_at, last_seen_at) \
             VALUES ('{tenant}', '{id}', '{plan}', now(), now());"
        )
    };
    let both = contact(from, "{}") + &contact(into, r#"{"plan": "enterprise"}"#);
    desk.app.db().run(&both).await.unwrap();
    let body = json!({ "space": desk.acme.space, "subject": "It hums", "contact": from, "priority": "high" });
    let made = desk.made("/api/tickets", body).await;
    let id: TicketId = made.parse().unwrap();
    assert_eq!(desk.due(id, FirstResponse).await, None);
    let path = format!("/api/contacts/{from}/merge");
    let (status, merged) = desk.asks(Method::POST, &path, &json!({ "into": into })).await;
    assert_eq!(status, 200, "{merged}");
    assert!(desk.due(id, FirstResponse).await.is_some());
    let told = desk.changed(desk.number(id).await).await;
    assert_eq!(told[0]["contact"], json!({ "from": from, "to": into }));
}
