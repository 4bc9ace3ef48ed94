//! Two who change the same tickets at the same moment: neither waits for ever, and what is decided is decided
//! by what is there then.

use chrono::DateTime;
use futures_util::future::join_all;
use parlance::domain::conversations::event::Agent;
use parlance_store::{
    StoreError, TenantConn,
    control::Role,
    ids::{ConversationId, TicketId, UserId},
    queries::{
        deadlines, queue,
        tickets::{self, Status},
    },
};
use reqwest::Method;
use serde_json::{Value, json};
use uuid::Uuid;

use super::{Desk, handed_over, number};
use crate::support::{Socket, TestApp, Workspace, says};

fn id(ticket: &Value) -> TicketId {
    ticket["id"].as_str().unwrap().parse().unwrap()
}

async fn owner(app: &TestApp, acme: &Workspace) -> Agent {
    let found = app.services.db.control().login_by_email(&acme.email).await;
    let user = found.unwrap().unwrap().user;
    Agent {
        id: user.id,
        name: user.name,
    }
}

/// Takes a ticket, to change it behind whoever waits for it.
async fn hold(conn: &mut TenantConn<'_>, ticket: TicketId) -> Result<(), StoreError> {
    tickets::lock(conn, ticket).await.map(drop)
}

/// Notes that an agent was given something, as sorting does behind a ticket.
async fn given(conn: &mut TenantConn<'_>, agent: UserId) -> Result<(), StoreError> {
    queue::assigned(conn, agent, DateTime::UNIX_EPOCH).await
}

async fn nothing(_: &mut TenantConn<'_>) -> Result<(), StoreError> {
    Ok(())
}

/// A conversation with a ticket, which waits for a person.
struct Chat {
    app: TestApp,
    acme: Workspace,
    conversation: String,
    socket: Socket,
}

impl Chat {
    async fn handed_over() -> Self {
        let app = TestApp::start().await;
        let (acme, conversation, socket) = handed_over(&app).await;
        Self {
            app,
            acme,
            conversation,
            socket,
        }
    }

    fn conversation(&self) -> ConversationId {
        self.conversation.parse().unwrap()
    }

    /// The visitor writes while `change` holds the ticket, which ends with `behind`.
    async fn writes_meanwhile(
        &mut self,
        ticket: TicketId,
        behind: impl AsyncFnOnce(&mut TenantConn<'_>) -> Result<(), StoreError>,
    ) {
        let change = async |conn: &mut TenantConn<'_>| hold(conn, ticket).await;
        let socket = &mut self.socket;
        let writes = async {
            socket.send(&says("It hums again")).await;
            socket.next_of("ack").await
        };
        let written = self.app.meanwhile(self.acme.tenant, (change, 1), writes, behind);
        assert!(written.await["seq"].is_i64());
    }
}

#[tokio::test]
async fn a_conversation_is_assigned_while_its_ticket_is_sorted() {
    let chat = Chat::handed_over().await;
    let (app, acme) = (&chat.app, &chat.acme);
    let desk = Desk::of(app, acme).await;
    let ticket = id(&desk.until(&chat.conversation, |_| true).await);
    let olive = owner(app, acme).await;
    let actor = app
        .services
        .registry
        .conversation(acme.tenant, chat.conversation());
    let assigned = app.meanwhile(
        acme.tenant,
        (async |conn: &mut TenantConn<'_>| hold(conn, ticket).await, 1),
        async { actor.unwrap().assign(olive.clone()).await },
        async |conn: &mut TenantConn<'_>| given(conn, olive.id).await,
    );
    assert!(assigned.await.unwrap());
    let taken = desk.until(&chat.conversation, |ticket| ticket["assignee"] != Value::Null);
    assert_eq!(taken.await["assignee"]["name"], "Olive Owner");
}

#[tokio::test]
async fn a_conversation_is_handed_over_while_its_ticket_is_told_of() {
    let (app, acme, visitor) = TestApp::chat().await;
    let desk = Desk::of(&app, &acme).await;
    let (conversation, mut socket) = visitor.connects().await;
    socket.send(&says("What does the warranty cover?")).await;
    socket.until_answer().await;
    let (_, made) = desk
        .call(
            Method::POST,
            "/api/tickets",
            json!({ "conversation": conversation }),
        )
        .await;
    let (ticket, olive) = (id(&made), owner(&app, &acme).await);
    let conversation: ConversationId = conversation.parse().unwrap();
    let actor = app.services.registry.conversation(acme.tenant, conversation);
    // Nobody is there, so the owner is mailed that somebody waits.
    let asked = app.meanwhile(
        acme.tenant,
        (async |conn: &mut TenantConn<'_>| hold(conn, ticket).await, 1),
        async { actor.unwrap().ask_human().await },
        async |conn: &mut TenantConn<'_>| given(conn, olive.id).await,
    );
    asked.await.unwrap();
    assert_eq!(socket.next_of("status").await["status"], "waiting");
}

#[tokio::test]
async fn a_member_leaves_while_their_ticket_is_sorted() {
    let (app, acme, _) = TestApp::chat().await;
    let desk = Desk::of(&app, &acme).await;
    app.colleague(&acme, Role::Agent).await;
    let members = desk.get("/api/team/members").await;
    let members = members["items"].as_array().unwrap();
    let cole = members.iter().find(|member| member["role"] == "agent").unwrap();
    let cole = cole["id"].as_str().unwrap();
    let made = desk.make(&acme, "Hums").await;
    desk.change(number(&made), json!({ "assignee": cole })).await;
    let (ticket, user): (_, UserId) = (id(&made), cole.parse().unwrap());
    let db = app.services.db.tenant(acme.tenant);
    db.transaction(async |conn| given(conn, user).await)
        .await
        .unwrap();
    let path = format!("/api/team/members/{cole}");
    let (status, _) = app
        .meanwhile(
            acme.tenant,
            (async |conn: &mut TenantConn<'_>| hold(conn, ticket).await, 1),
            desk.call(Method::DELETE, &path, Value::Null),
            async |conn: &mut TenantConn<'_>| given(conn, user).await,
        )
        .await;
    assert_eq!(status, 204);
    assert_eq!(desk.get("/api/tickets/1").await["assignee"], Value::Null);
}

#[tokio::test]
async fn two_tickets_are_linked_and_unlinked_while_both_are_merged() {
    let (app, acme, _) = TestApp::chat().await;
    let desk = Desk::of(&app, &acme).await;
    let (first, second) = (desk.make(&acme, "Hums").await, desk.make(&acme, "Rattles").await);
    let merging = async |asked: (Method, String, Value)| {
        let (method, path, body) = asked;
        let holds = async |conn: &mut TenantConn<'_>| hold(conn, id(&first)).await;
        let then = async |conn: &mut TenantConn<'_>| hold(conn, id(&second)).await;
        let asked = desk.call(method, &path, body);
        app.meanwhile(acme.tenant, (holds, 1), asked, then).await
    };
    let link = "/api/tickets/2/links".to_owned();
    let (status, linked) = merging((Method::POST, link, json!({ "ticket": 1 }))).await;
    assert_eq!(status, 201, "{linked}");
    let unlink = format!(
        "/api/tickets/2/links/{}",
        linked["links"][0]["id"].as_str().unwrap()
    );
    assert_eq!(merging((Method::DELETE, unlink, Value::Null)).await.0, 204);
    for number in [1, 2] {
        assert_eq!(desk.told(number).await, ["created", "linked", "unlinked"]);
    }
}

#[tokio::test]
async fn a_ticket_that_is_closed_meanwhile_is_not_opened_again() {
    let mut chat = Chat::handed_over().await;
    let ticket = {
        let desk = Desk::of(&chat.app, &chat.acme).await;
        id(&desk.until(&chat.conversation, |_| true).await)
    };
    let close = async |conn: &mut TenantConn<'_>| {
        let mut closed = tickets::lock(conn, ticket).await?;
        (closed.status, closed.resolved_at) = (Status::Closed, Some(DateTime::UNIX_EPOCH));
        tickets::update(conn, &closed).await
    };
    chat.writes_meanwhile(ticket, close).await;
    let desk = Desk::of(&chat.app, &chat.acme).await;
    assert_eq!(desk.get("/api/tickets/1").await["status"], "closed");
}

#[tokio::test]
async fn a_visitor_writes_to_what_their_ticket_was_merged_into_meanwhile() {
    let mut chat = Chat::handed_over().await;
    let (ticket, survivor) = {
        let desk = Desk::of(&chat.app, &chat.acme).await;
        let ticket = id(&desk.until(&chat.conversation, |_| true).await);
        let made = desk.make(&chat.acme, "The same hum").await;
        desk.change(number(&made), json!({ "status": "pending" })).await;
        (ticket, id(&made))
    };
    let merge = async |conn: &mut TenantConn<'_>| {
        let mut merged = tickets::lock(conn, ticket).await?;
        (merged.status, merged.resolved_at) = (Status::Closed, Some(DateTime::UNIX_EPOCH));
        merged.merged_into = Some(survivor);
        tickets::update(conn, &merged).await
    };
    chat.writes_meanwhile(ticket, merge).await;
    let desk = Desk::of(&chat.app, &chat.acme).await;
    let now = desk.get("/api/tickets/1").await;
    assert_eq!((number(&now), &now["status"]), (2, &json!("open")));
}

#[tokio::test]
async fn a_message_stays_where_its_ticket_cannot_follow() {
    let mut chat = Chat::handed_over().await;
    // A ticket that nothing may change any more, as the database sees it.
    let refuse = "UPDATE tickets SET status = 'pending'; \
                  ALTER TABLE tickets ADD CONSTRAINT stays CHECK (status = 'pending')";
    chat.app.db().run(refuse).await.unwrap();
    chat.socket.send(&says("It hums again")).await;
    let ack = chat.socket.next_of("ack").await;
    assert!(ack["seq"].is_i64(), "{ack}");
    let stored = "SELECT 1 AS n FROM messages WHERE text = 'It hums again'";
    assert_eq!(chat.app.db().rows(stored).await.unwrap().len(), 1);
}

#[tokio::test]
async fn a_ticket_of_a_conversation_that_is_sent_twice_at_once_is_made_once() {
    let (app, acme, visitor) = TestApp::chat().await;
    let desk = Desk::of(&app, &acme).await;
    let (conversation, mut socket) = visitor.connects().await;
    socket.send(&says("It hums")).await;
    socket.until_answer().await;
    let body = json!({ "conversation": conversation, "client_id": Uuid::now_v7() });
    let conversation: ConversationId = conversation.parse().unwrap();
    let holds = async |conn: &mut TenantConn<'_>| deadlines::hold_conversation(conn, conversation).await;
    let sent = join_all((0..2).map(|_| desk.call(Method::POST, "/api/tickets", body.clone())));
    let made = app.meanwhile(acme.tenant, (holds, 2), sent, nothing).await;
    for (status, made) in made {
        assert_eq!((status, number(&made)), (201, 1), "{made}");
    }
}
