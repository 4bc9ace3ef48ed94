//! Tickets: numbered without gaps, changed one at a time, and in step with their conversation.

mod mails;
mod races;
mod sorting;
mod told;

use futures_util::future::join_all;
use parlance_store::control::Role;
use reqwest::Method;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::support::{Socket, TestApp, Workspace, says};

/// Somebody who works with tickets.
struct Desk<'a> {
    app: &'a TestApp,
    token: String,
}

impl<'a> Desk<'a> {
    async fn of(app: &'a TestApp, acme: &Workspace) -> Self {
        let token = app.log_in(&acme.email).await;
        Self { app, token }
    }

    async fn call(&self, method: Method, path: &str, body: Value) -> (u16, Value) {
        let request = self.app.http.request(method, self.app.url(path));
        let request = request.bearer_auth(&self.token).json(&body);
        let answer = request.send().await.unwrap();
        let status = answer.status().as_u16();
        (status, answer.json().await.unwrap_or(Value::Null))
    }

    async fn get(&self, path: &str) -> Value {
        self.call(Method::GET, path, Value::Null).await.1
    }

    async fn make(&self, acme: &Workspace, subject: &str) -> Value {
        let body = json!({ "space": acme.space, "subject": subject });
        let (status, made) = self.call(Method::POST, "/api/tickets", body).await;
        assert_eq!(status, 201, "{made}");
        made
    }

    /// Changes a ticket, which must work.
    async fn change(&self, number: i64, body: Value) -> Value {
        let (status, now) = self
            .call(Method::PATCH, &format!("/api/tickets/{number}"), body)
            .await;
        assert_eq!(status, 200, "{now}");
        now
    }

    /// The kinds of a ticket's events, the oldest first.
    async fn told(&self, number: i64) -> Vec<String> {
        let found = self.get(&format!("/api/tickets/{number}/events?limit=200")).await;
        let kinds = found["items"].as_array().unwrap().iter().rev();
        kinds
            .map(|event| event["kind"].as_str().unwrap().to_owned())
            .collect()
    }

    /// The ticket of a conversation, once it is as wanted.
    async fn until(&self, conversation: &str, wanted: impl Fn(&Value) -> bool) -> Value {
        loop {
            let found = self
                .get(&format!("/api/tickets?sort=created&conversation={conversation}"))
                .await;
            if let Some(ticket) = found["items"].get(0).filter(|ticket| wanted(ticket)) {
                return ticket.clone();
            }
            tokio::task::yield_now().await;
        }
    }
}

fn number(ticket: &Value) -> i64 {
    ticket["number"].as_i64().unwrap()
}

#[tokio::test]
async fn tickets_made_at_once_are_numbered_without_gaps_and_what_fails_takes_no_number() {
    let (app, acme, _) = TestApp::chat().await;
    let desk = Desk::of(&app, &acme).await;
    let one = async |n: usize| {
        // Every fourth names a contact that is none, which only the database knows, or has no subject.
        let body = match n % 8 {
            3 => json!({ "space": acme.space, "subject": "Hums", "contact": Uuid::now_v7() }),
            7 => json!({ "space": acme.space, "subject": " " }),
            _ => json!({ "space": acme.space, "subject": format!("Hums {n}") }),
        };
        let (status, made) = desk.call(Method::POST, "/api/tickets", body).await;
        assert_eq!(status, if n % 4 == 3 { 400 } else { 201 }, "{made}");
        made["number"].as_i64()
    };
    let made = join_all((0..66).map(one)).await;
    let mut numbers: Vec<i64> = made.into_iter().flatten().collect();
    numbers.sort_unstable();
    assert_eq!(numbers, (1..=50).collect::<Vec<i64>>());
    // Another workspace begins at 1.
    let globex = app.workspace("globex").await;
    let other = Desk::of(&app, &globex).await;
    assert_eq!(number(&other.make(&globex, "Rattles").await), 1);
    assert_eq!(
        other.call(Method::GET, "/api/tickets/2", Value::Null).await.0,
        404
    );
}

#[tokio::test]
async fn a_ticket_that_is_sent_twice_is_made_once() {
    let (app, acme, _) = TestApp::chat().await;
    let desk = Desk::of(&app, &acme).await;
    let body = json!({ "space": acme.space, "subject": "Hums", "client_id": Uuid::now_v7() });
    let sent = (0..4).map(|_| desk.call(Method::POST, "/api/tickets", body.clone()));
    for (status, made) in join_all(sent).await {
        assert_eq!((status, number(&made)), (201, 1));
    }
    assert_eq!(desk.told(1).await, ["created"]);
    let note = json!({ "text": "Asked.", "client_id": Uuid::now_v7() });
    for _ in 0..2 {
        let noted = desk.call(Method::POST, "/api/tickets/1/notes", note.clone());
        assert_eq!(noted.await.0, 201);
    }
    assert_eq!(desk.told(1).await, ["created", "note"]);
}

#[tokio::test]
async fn who_changes_a_ticket_that_has_changed_is_told_and_every_change_is_an_event() {
    let (app, acme, _) = TestApp::chat().await;
    let desk = Desk::of(&app, &acme).await;
    let made = desk.make(&acme, " The robot\n hums ").await;
    assert_eq!(
        (&made["subject"], &made["status"], &made["version"]),
        (&json!("The robot hums"), &json!("open"), &json!(1))
    );
    let change = json!({ "version": 1, "priority": "urgent", "tags": ["B", "a", "b "] });
    let now = desk.change(1, change).await;
    assert_eq!((&now["version"], &now["tags"]), (&json!(2), &json!(["a", "b"])));
    let late = json!({ "version": 1, "status": "closed" });
    let (status, refused) = desk.call(Method::PATCH, "/api/tickets/1", late).await;
    assert_eq!((status, refused["code"].as_str()), (412, Some("version_changed")));
    // The same again is no change.
    assert_eq!(
        desk.change(1, json!({ "priority": "urgent" })).await["version"],
        2
    );
    let me = desk.get("/api/auth/me").await["user"]["id"].clone();
    let now = desk
        .change(1, json!({ "assignee": me, "status": "resolved" }))
        .await;
    assert_eq!(now["assignee"]["id"], me);
    assert!(now["resolved_at"].is_string());
    let now = desk
        .change(1, json!({ "assignee": null, "status": "open" }))
        .await;
    assert_eq!(
        (&now["assignee"], &now["resolved_at"]),
        (&Value::Null, &Value::Null)
    );
    let events = desk.get("/api/tickets/1/events?limit=1").await;
    let last = &events["items"][0];
    assert_eq!(
        last["body"]["status"],
        json!({ "from": "resolved", "to": "open" })
    );
    assert_eq!(last["author"]["name"], "Olive Owner");
    let older = format!(
        "/api/tickets/1/events?limit=9&cursor={}",
        events["next"].as_str().unwrap()
    );
    assert_eq!(desk.get(&older).await["items"].as_array().unwrap().len(), 3);
    for wrong in [
        json!({ "subject": "" }),
        json!({ "assignee": Uuid::now_v7() }),
        json!({ "team": Uuid::now_v7() }),
        json!({ "tags": ["x".repeat(41)] }),
        json!({ "status": "lost" }),
        json!({ "colour": "red" }),
    ] {
        let (status, refused) = desk.call(Method::PATCH, "/api/tickets/1", wrong).await;
        assert_eq!((status, refused["code"].as_str()), (400, Some("invalid_request")));
    }
    assert_eq!(desk.get("/api/tickets/1").await["version"], 4, "nothing of it");
}

#[tokio::test]
async fn a_merged_ticket_leads_to_its_survivor_which_tells_of_both() {
    let (app, acme, _) = TestApp::chat().await;
    let desk = Desk::of(&app, &acme).await;
    for subject in ["Hums", "Hums at night", "Still hums"] {
        desk.make(&acme, subject).await;
    }
    desk.change(1, json!({ "tags": ["noise"] })).await;
    let me = desk.get("/api/auth/me").await["user"]["id"].clone();
    let watch = format!("/api/tickets/1/watchers/{}", me.as_str().unwrap());
    assert_eq!(desk.call(Method::PUT, &watch, Value::Null).await.0, 200);
    let merge = |from: i64, into: i64| {
        desk.call(
            Method::POST,
            if from == 1 {
                "/api/tickets/1/merge"
            } else {
                "/api/tickets/2/merge"
            },
            json!({ "into": into }),
        )
    };
    assert_eq!(merge(1, 1).await.0, 400, "into itself");
    assert_eq!(merge(1, 2).await.0, 200);
    assert_eq!(merge(2, 3).await.0, 200);
    for lost in 1..=3 {
        let found = desk.get(&format!("/api/tickets/{lost}")).await;
        assert_eq!(number(&found), 3);
        assert_eq!(found["tags"], json!(["noise"]));
        assert_eq!(found["watchers"][0]["id"], me);
    }
    let told = desk.get("/api/tickets/1/events").await;
    let mut of: Vec<i64> = told["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|event| event["ticket"].as_i64().unwrap())
        .collect();
    of.dedup();
    of.sort_unstable();
    of.dedup();
    assert_eq!(of, [1, 2, 3]);
    let listed = desk.get("/api/tickets").await;
    assert_eq!(listed["items"].as_array().unwrap().len(), 1, "they are one");
    assert_eq!(merge(1, 2).await.0, 400, "they are one already");
}

#[tokio::test]
async fn what_is_open_opens_what_it_is_merged_into_and_what_is_over_does_not() {
    let (app, acme, _) = TestApp::chat().await;
    let desk = Desk::of(&app, &acme).await;
    for (lost, status, becomes) in [(2, "open", "open"), (4, "resolved", "resolved")] {
        desk.make(&acme, "Kept").await;
        desk.make(&acme, "Merged").await;
        desk.change(lost - 1, json!({ "status": "resolved" })).await;
        desk.change(lost, json!({ "status": status })).await;
        let path = format!("/api/tickets/{lost}/merge");
        let (told, merged) = desk.call(Method::POST, &path, json!({ "into": lost - 1 })).await;
        assert_eq!(told, 200, "{merged}");
        assert_eq!(merged["status"], becomes, "one that was {status}");
    }
}

#[tokio::test]
async fn links_are_told_by_both_and_taken_away_by_either() {
    let (app, acme, visitor) = TestApp::chat().await;
    let desk = Desk::of(&app, &acme).await;
    desk.make(&acme, "Hums").await;
    desk.make(&acme, "Rattles").await;
    let link = |body: Value| desk.call(Method::POST, "/api/tickets/1/links", body);
    let (status, linked) = link(json!({ "ticket": 2 })).await;
    assert_eq!((status, &linked["links"][0]["subject"]), (201, &json!("Rattles")));
    assert_eq!(link(json!({ "ticket": 2 })).await.0, 201, "again is the same");
    let conversation = visitor.conversation().await;
    assert_eq!(link(json!({ "conversation": conversation })).await.0, 201);
    for wrong in [
        json!({}),
        json!({ "ticket": 1 }),
        json!({ "ticket": 9 }),
        json!({ "conversation": Uuid::now_v7() }),
    ] {
        assert_eq!(link(wrong).await.0, 400);
    }
    let other = desk.get("/api/tickets/2").await;
    assert_eq!(other["links"][0]["ticket"], 1);
    let gone = format!(
        "/api/tickets/2/links/{}",
        other["links"][0]["id"].as_str().unwrap()
    );
    assert_eq!(desk.call(Method::DELETE, &gone, Value::Null).await.0, 204);
    assert_eq!(desk.call(Method::DELETE, &gone, Value::Null).await.0, 404);
    assert_eq!(desk.told(2).await, ["created", "linked", "unlinked"]);
    assert_eq!(desk.told(1).await, ["created", "linked", "linked", "unlinked"]);
}

#[tokio::test]
async fn the_list_is_narrowed_searched_and_paged_in_each_order() {
    let (app, acme, _) = TestApp::chat().await;
    let desk = Desk::of(&app, &acme).await;
    for n in 1..=5 {
        let body = json!({
            "space": acme.space, "subject": format!("Order {n} is late"), "requester_email": "ann@example.com",
            "priority": if n == 4 { "urgent" } else { "low" }, "tags": [if n > 2 { "late" } else { "new" }],
        });
        desk.call(Method::POST, "/api/tickets", body).await;
    }
    desk.change(2, json!({ "status": "resolved" })).await;
    let numbers = async |query: &str| {
        let (mut seen, mut cursor) = (Vec::new(), String::new());
        loop {
            let page = desk.get(&format!("/api/tickets?limit=2&{query}{cursor}")).await;
            let items = page["items"].as_array().unwrap_or_else(|| panic!("{page}"));
            seen.extend(items.iter().map(number));
            let Some(next) = page["next"].as_str() else {
                return seen;
            };
            cursor = format!("&cursor={next}");
        }
    };
    assert_eq!(numbers("").await[0], 2, "what changed last");
    assert_eq!(numbers("sort=created").await, [5, 4, 3, 2, 1]);
    assert_eq!(numbers("sort=priority").await, [4, 1, 2, 3, 5]);
    assert_eq!(numbers("sort=created&status=open,pending").await, [5, 4, 3, 1]);
    assert_eq!(numbers("sort=created&tag=late").await, [5, 4, 3]);
    assert_eq!(numbers("priority=urgent&q=ord%20ann").await, [4]);
    assert_eq!(numbers("q=nobody").await, [0; 0]);
    assert_eq!(numbers("assignee=me").await, [0; 0]);
    assert_eq!(numbers("assignee=nobody&team=none").await.len(), 5);
    for wrong in [
        "status=lost",
        "sort=loud",
        "cursor=x",
        "sort=priority&cursor=3",
        "team=ours",
        "q=%00",
        &format!("tag={}", "x".repeat(41)),
    ] {
        let found = desk.get(&format!("/api/tickets?{wrong}")).await;
        assert_eq!(found["status"], 400, "{wrong}");
    }
}

/// A visitor whom the bot has answered, in a space that opens tickets.
async fn handed_over(app: &TestApp) -> (Workspace, String, Socket) {
    let settings = json!({ "tickets": { "on_handoff": true } });
    let acme = app.workspace_with("tickets", settings, &[]).await;
    let (conversation, mut socket) = app.visitor(&acme).await.connects().await;
    socket.send(&says("I want to talk to a person")).await;
    socket.next_of("status").await;
    (acme, conversation, socket)
}

#[tokio::test]
async fn a_ticket_follows_its_conversation_from_handoff_to_follow_up() {
    let app = TestApp::start().await;
    let (acme, conversation, mut socket) = handed_over(&app).await;
    let desk = Desk::of(&app, &acme).await;
    let made = desk.until(&conversation, |_| true).await;
    assert_eq!(
        (&made["via"], &made["subject"], &made["status"]),
        (
            &json!("handoff"),
            &json!("I want to talk to a person"),
            &json!("open")
        )
    );
    let summary = desk.get(&format!("/api/conversations/{conversation}")).await;
    assert_eq!(summary["ticket"], 1);
    let again = json!({ "conversation": conversation });
    let (status, refused) = desk.call(Method::POST, "/api/tickets", again.clone()).await;
    assert_eq!((status, refused["code"].as_str()), (409, Some("conflict")));

    let act = async |act: &str, body: Value| {
        let path = format!("/api/conversations/{conversation}/{act}");
        let (status, done) = desk.call(Method::POST, &path, body).await;
        assert!(status < 300, "{done}");
    };
    let say = |text: &str| json!({ "client_id": Uuid::now_v7(), "text": text });
    act("messages", say("I will look.")).await;
    let answered = desk
        .until(&conversation, |ticket| ticket["status"] == "pending")
        .await;
    assert_eq!(answered["assignee"]["name"], "Olive Owner", "who answers has it");
    let first = answered["first_responded_at"].clone();
    assert!(first.is_string());
    socket.send(&says("Thank you")).await;
    desk.until(&conversation, |ticket| ticket["status"] == "open")
        .await;
    act("resolve", json!({})).await;
    desk.until(&conversation, |ticket| ticket["status"] == "resolved")
        .await;
    // What is resolved reopens when the visitor writes, and what was first stays.
    socket.send(&says("It hums again")).await;
    let reopened = desk
        .until(&conversation, |ticket| ticket["status"] == "open")
        .await;
    assert_eq!(reopened["first_responded_at"], first);
    // What is closed does not: the next one is a follow-up of it.
    desk.change(1, json!({ "status": "closed" })).await;
    let (status, next) = desk.call(Method::POST, "/api/tickets", again).await;
    assert_eq!((status, number(&next)), (201, 2));
    let link = &next["links"][0];
    assert_eq!(
        (&link["kind"], &link["ticket"], &link["outward"]),
        (&json!("follow_up"), &json!(1), &json!(true))
    );
    let refused = desk.call(Method::PATCH, "/api/tickets/1", json!({ "status": "open" }));
    assert_eq!(refused.await.0, 400, "the conversation has another by now");
}

#[tokio::test]
async fn consoles_are_told_of_tickets_and_viewers_only_read_them() {
    let (app, acme, _) = TestApp::chat().await;
    let desk = Desk::of(&app, &acme).await;
    let viewer = Desk {
        app: &app,
        token: app.colleague(&acme, Role::Viewer).await,
    };
    let mut socket = Socket::open(&app.console_url()).await;
    socket
        .send(&json!({ "type": "hello", "token": viewer.token }))
        .await;
    socket.next_of("job.all").await;
    desk.make(&acme, "Hums").await;
    let told = socket.next_of("ticket.upsert").await;
    assert_eq!(
        (&told["ticket"]["number"], &told["ticket"]["version"]),
        (&json!(1), &json!(1))
    );
    desk.change(1, json!({ "priority": "high" })).await;
    let told = socket.next_of("ticket.upsert").await;
    assert_eq!(told["ticket"]["priority"], "high");
    assert_eq!(viewer.get("/api/tickets/1").await["subject"], "Hums");
    let change = viewer.call(Method::PATCH, "/api/tickets/1", json!({ "priority": "low" }));
    assert_eq!(change.await.0, 403);
}

#[tokio::test]
async fn what_a_member_has_who_leaves_is_nobodys() {
    let (app, acme, _) = TestApp::chat().await;
    let desk = Desk::of(&app, &acme).await;
    app.colleague(&acme, Role::Agent).await;
    let members = desk.get("/api/team/members").await;
    let cole = members["items"]
        .as_array()
        .unwrap()
        .iter()
        .find(|member| member["role"] == "agent")
        .unwrap()["id"]
        .clone();
    for subject in ["Hums", "Rattles"] {
        desk.make(&acme, subject).await;
    }
    desk.change(1, json!({ "assignee": cole })).await;
    desk.change(2, json!({ "assignee": cole, "status": "resolved" }))
        .await;
    let leave = format!("/api/team/members/{}", cole.as_str().unwrap());
    assert!(desk.call(Method::DELETE, &leave, Value::Null).await.0 < 300);
    assert_eq!(desk.get("/api/tickets/1").await["assignee"], Value::Null);
    let done = desk.get("/api/tickets/2").await;
    assert_eq!(done["assignee"]["name"], "Cole League", "who did it stays");
}

#[tokio::test]
async fn what_nobody_gave_a_priority_has_the_one_of_its_mood() {
    let (app, acme, _) = TestApp::chat().await;
    let desk = Desk::of(&app, &acme).await;
    let calm = desk.make(&acme, "How do I change the blade?").await;
    assert_eq!(calm["priority"], "normal");
    let body = json!({ "space": acme.space, "subject": "Fire", "text": "The battery caught fire and my son is hurt!" });
    let (_, pressing) = desk.call(Method::POST, "/api/tickets", body).await;
    assert_eq!(pressing["priority"], "urgent");
}

#[tokio::test]
async fn what_a_page_says_of_its_visitor_is_no_reason_for_no_ticket() {
    let app = TestApp::start().await;
    let settings = json!({ "tickets": { "on_handoff": true } });
    let acme = app.workspace_with("tickets", settings, &[]).await;
    let visitor = app.visitor(&acme).await;
    // As pages said it before there was a bound.
    let long = "UPDATE visitors SET said = jsonb_build_object('name', repeat('n', 300)), \
                attributes = jsonb_build_object('email', repeat('a', 300) || '@example.com')";
    app.db().run(long).await.unwrap();
    let (conversation, mut socket) = visitor.connects().await;
    socket.send(&says("I want to talk to a person")).await;
    socket.next_of("status").await;
    let made = Desk::of(&app, &acme).await.until(&conversation, |_| true).await;
    assert_eq!(made["requester_name"].as_str().map(str::len), Some(200));
    assert_eq!(made["requester_email"], Value::Null);
}
