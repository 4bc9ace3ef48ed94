//! What becomes of a ticket outside its conversation reaches the consoles, and the order of their inbox, over the
//! real sockets.

use parlance_store::{StoreError, TenantConn, ids::ConversationId, queries::deadlines};
use reqwest::Method;
use serde_json::{Value, json};

use super::{Desk, handed_over};
use crate::support::{Socket, TestApp, Workspace, eventually, says};

/// Minutes of this target are few enough to come before who waits.
const SOON: i32 = 5;

async fn console(app: &TestApp, desk: &Desk<'_>) -> Socket {
    let mut socket = Socket::open(&app.console_url()).await;
    socket
        .send(&json!({ "type": "hello", "token": desk.token }))
        .await;
    socket.next_of("job.all").await;
    socket
}

/// Promises an answer soon to tickets that are urgent, and to no other.
async fn promise(desk: &Desk<'_>) {
    let policy = json!({ "name": "Urgent", "targets": { "urgent": { "first_response": SOON } } });
    let (status, made) = desk.call(Method::POST, "/api/sla-policies", policy).await;
    assert_eq!(status, 201, "{made}");
}

async fn no_job_is_left(app: &TestApp) {
    let left = "SELECT 1 AS n FROM jobs WHERE kind IN ('sort_ticket', 'follow_deadlines') \
                AND state IN ('queued', 'running')";
    eventually(async || app.db().rows(left).await.unwrap().is_empty().then_some(())).await;
}

/// The frames until both the ticket and its conversation are told with a deadline.
async fn told_of_a_deadline(socket: &mut Socket, number: i64, conversation: &str) {
    let (mut ticket, mut in_inbox) = (false, false);
    while !(ticket && in_inbox) {
        let frame = socket.next().await.unwrap();
        if frame["type"] == "ticket.upsert" && frame["ticket"]["number"] == number {
            ticket |= frame["ticket"]["deadlines"][0]["due_at"].is_string();
        }
        if frame["type"] == "inbox.upsert" && frame["conversation"]["id"] == conversation {
            let reasons = frame["conversation"]["urgency"]["reasons"].as_array();
            in_inbox |= reasons.is_some_and(|all| all.iter().any(|one| one["kind"] == "deadline"));
        }
    }
}

async fn order(desk: &Desk<'_>) -> Vec<Value> {
    let found = desk.get("/api/conversations?sort=urgency&status=waiting").await;
    let items = found["items"].as_array().unwrap().iter();
    items.map(|one| one["id"].clone()).collect()
}

/// A second visitor of the space who waits for a person.
async fn another(app: &TestApp, acme: &Workspace) -> String {
    let (conversation, mut socket) = app.visitor(acme).await.connects().await;
    socket.send(&says("I want to talk to a person")).await;
    socket.next_of("status").await;
    conversation
}

#[tokio::test]
async fn what_sorting_makes_of_a_ticket_reaches_consoles_and_the_order_of_the_inbox() {
    let app = TestApp::start().await;
    let (acme, first, _socket) = handed_over(&app).await;
    let desk = Desk::of(&app, &acme).await;
    desk.until(&first, |_| true).await;
    promise(&desk).await;
    no_job_is_left(&app).await;
    let rule = json!({ "name": "Now", "priority": "urgent" });
    let (status, _) = desk.call(Method::POST, "/api/routing-rules", rule).await;
    assert_eq!(status, 201);

    let mut console = console(&app, &desk).await;
    let second = another(&app, &acme).await;
    told_of_a_deadline(&mut console, 2, &second).await;
    assert_eq!(order(&desk).await, [json!(second), json!(first)]);
}

#[tokio::test]
async fn a_deadline_reaches_a_conversation_that_was_written_to_meanwhile() {
    let app = TestApp::start().await;
    let (acme, first, _socket) = handed_over(&app).await;
    let desk = Desk::of(&app, &acme).await;
    desk.until(&first, |_| true).await;
    let second = another(&app, &acme).await;
    desk.until(&second, |_| true).await;
    promise(&desk).await;
    no_job_is_left(&app).await;
    let mut console = console(&app, &desk).await;
    let conversation: ConversationId = second.parse().unwrap();
    let holds = async |conn: &mut TenantConn<'_>| deadlines::hold_conversation(conn, conversation).await;
    let urgent = desk.call(Method::PATCH, "/api/tickets/2", json!({ "priority": "urgent" }));
    let nothing = async |_: &mut TenantConn<'_>| Ok::<_, StoreError>(());
    let (status, _) = app.meanwhile(acme.tenant, (holds, 1), urgent, nothing).await;
    assert_eq!(status, 200);
    told_of_a_deadline(&mut console, 2, &second).await;
    assert_eq!(order(&desk).await, [json!(second), json!(first)]);
}

#[tokio::test]
async fn another_policy_reaches_consoles_also_of_conversations_that_nobody_has_loaded() {
    let mut app = TestApp::start().await;
    let (acme, conversation, _socket) = handed_over(&app).await;
    {
        let desk = Desk::of(&app, &acme).await;
        desk.until(&conversation, |_| true).await;
        no_job_is_left(&app).await;
        desk.change(1, json!({ "priority": "urgent" })).await;
        no_job_is_left(&app).await;
    }
    app.restart().await;
    let desk = Desk::of(&app, &acme).await;
    let mut console = console(&app, &desk).await;
    promise(&desk).await;
    told_of_a_deadline(&mut console, 1, &conversation).await;
}

#[tokio::test]
async fn both_ends_of_a_link_are_told() {
    let (app, acme, _) = TestApp::chat().await;
    let desk = Desk::of(&app, &acme).await;
    for subject in ["Hums", "Rattles"] {
        desk.make(&acme, subject).await;
    }
    no_job_is_left(&app).await;
    let mut console = console(&app, &desk).await;
    let link = json!({ "ticket": 2 });
    let (_, linked) = desk.call(Method::POST, "/api/tickets/1/links", link).await;
    let unlink = format!(
        "/api/tickets/1/links/{}",
        linked["links"][0]["id"].as_str().unwrap()
    );
    let both = async |console: &mut Socket| {
        let mut told = Vec::new();
        while told.len() < 2 {
            let number = console.next_of("ticket.upsert").await["ticket"]["number"].clone();
            if !told.contains(&number) {
                told.push(number);
            }
        }
    };
    both(&mut console).await;
    assert_eq!(desk.call(Method::DELETE, &unlink, Value::Null).await.0, 204);
    both(&mut console).await;
}
