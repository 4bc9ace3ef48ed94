//! What the stories below begin with.

use chrono::{DateTime, TimeDelta, Utc};
use parlance_store::{
    Db, StoreError, TenantDb,
    control::NewUser,
    ids::*,
    queries::{
        conversations::{self, ConversationStatus, NewConversation},
        ledger::{CallKind, NewReservation, Settlement, TokenUsage},
        log,
        messages::{self, FinishedAnswer, MessageState, NewVisitorMessage, Said},
        moods::{Reading, Weight},
        spaces::{self, NewSpace},
        visitors::{self, Visit},
    },
    testing::TestDb,
};
use serde_json::{Value, json};

/// A fixed time, `seconds` into the story.
pub fn at(seconds: i64) -> DateTime<Utc> {
    DateTime::UNIX_EPOCH + TimeDelta::seconds(1_800_000_000 + seconds)
}

/// The administrator's address.
pub async fn admin_url() -> String {
    parlance_store::testing::admin_url()
        .await
        .expect("a Postgres for tests")
}

/// A database of this test's own.
pub async fn database() -> TestDb {
    TestDb::new(&admin_url().await).await.expect("a test database")
}

/// The administrator's connection: it sees every tenant.
pub async fn admin(test: &TestDb) -> tokio_postgres::Client {
    let (client, connection) = tokio_postgres::connect(test.url(), tokio_postgres::NoTls)
        .await
        .unwrap();
    spawn(connection);
    client
}

/// Drives a connection for as long as the test runs.
#[expect(
    clippy::disallowed_methods,
    reason = "the store knows no kernel; the runtime ends with the test"
)]
pub fn spawn(task: impl Future<Output: Send> + Send + 'static) {
    tokio::spawn(task);
}

/// A tenant in which a visitor has opened a conversation.
pub struct Chat {
    pub db: TenantDb,
    pub space: SpaceId,
    pub visitor: VisitorId,
    pub conversation: ConversationId,
}

/// Signs a tenant up, with a published space, a visitor and an empty conversation.
pub async fn chat(db: &Db, slug: &str) -> Chat {
    let tenant = TenantId::new();
    let owner = NewUser {
        id: UserId::new(),
        email: format!("owner@{slug}.example"),
        name: "Ada".into(),
        password_hash: "$argon2id$".into(),
        at: at(0),
    };
    db.control().sign_up(tenant, slug, owner).await.unwrap();
    let chat = Chat {
        db: db.tenant(tenant),
        space: SpaceId::new(),
        visitor: VisitorId::new(),
        conversation: ConversationId::new(),
    };
    chat.db
        .transaction(async |conn| {
            spaces::create(conn, new_space(chat.space, slug)).await?;
            let visit = Visit {
                id: chat.visitor,
                space_id: chat.space,
                attributes: json!({"plan": "pro"}),
                said: json!({}),
                contact_id: None,
                locale: Some("en".into()),
                at: at(0),
            };
            visitors::upsert(conn, visit).await?;
            conversations::create(conn, new_conversation(&chat, chat.conversation)).await
        })
        .await
        .unwrap();
    chat
}

pub fn new_space(id: SpaceId, slug: &str) -> NewSpace {
    NewSpace {
        id,
        slug: slug.into(),
        name: slug.to_uppercase(),
        public_key: format!("pk_{slug}_12345678"),
        settings: json!({"greeting": "hello"}),
        published: true,
        allowed_origins: vec!["https://shop.example".into()],
        at: at(0),
    }
}

pub fn new_conversation(chat: &Chat, id: ConversationId) -> NewConversation {
    NewConversation {
        id,
        space_id: chat.space,
        visitor_id: chat.visitor,
        status: ConversationStatus::Bot,
        locale: Some("en".into()),
        page: Some("https://shop.example/returns".into()),
        at: at(0),
    }
}

impl Chat {
    /// What the visitor would say, with a reservation for its answer.
    pub fn question(&self, client_id: ClientId, text: &str) -> NewVisitorMessage {
        NewVisitorMessage {
            id: MessageId::new(),
            conversation_id: self.conversation,
            space_id: self.space,
            visitor_id: self.visitor,
            client_id,
            text: text.into(),
            attachments: Vec::new(),
            event_body: json!({"type": "message", "text": text}),
            at: at(1),
            reading: Reading::default(),
            weight: Weight::default(),
            reservation: Some(self.reservation()),
        }
    }

    /// A chat call that is about to be made.
    pub fn reservation(&self) -> NewReservation {
        NewReservation {
            id: ReservationId::new(),
            space_id: self.space,
            conversation_id: Some(self.conversation),
            message_id: None,
            kind: CallKind::Chat,
            model: "claude-test".into(),
            at: at(1),
            expires_at: at(121),
            estimate_input: 900,
            estimate_output: 400,
        }
    }

    /// The visitor says something new.
    pub async fn says(&self, text: &str) -> (MessageId, ReservationId) {
        let question = self.question(ClientId::new(), text);
        let ids = (question.id, question.reservation.as_ref().unwrap().id);
        let said = self
            .db
            .transaction(async |conn| messages::say(conn, question).await)
            .await
            .unwrap();
        assert!(matches!(said.said, Said::New { .. }));
        ids
    }

    /// The whole log.
    pub async fn log(&self) -> Vec<(i64, Value)> {
        let read = self
            .db
            .read(async |conn| log::read_after(conn, self.conversation, 0, 1_000).await);
        let events = read.await.unwrap().into_iter();
        events
            .map(|event| (event.seq, serde_json::from_str(&event.body).unwrap()))
            .collect()
    }

    /// The answer to it, with what it cost.
    pub fn answer(&self, question: MessageId, reservation: ReservationId) -> FinishedAnswer {
        FinishedAnswer {
            id: MessageId::new(),
            conversation_id: self.conversation,
            in_reply_to: question,
            author_name: Some("Acme bot".into()),
            text: "Within 30 days. [S1]".into(),
            state: MessageState::Complete,
            grounding: Some(0.5),
            claims: Some(json!([{"start": 0, "end": 15, "sources": [1], "support": 0.9}])),
            citations: vec![citation(1), citation(2)],
            model: Some("claude-test".into()),
            abstained: false,
            cached: false,
            assigned: None,
            event_body: json!({"type": "message", "text": "Within 30 days. [S1]"}),
            at: at(3),
            settlement: Some(settlement(reservation, 1_000_000)),
        }
    }
}

/// From 1 to `length`, each once.
pub fn assert_gapless(log: &[(i64, Value)], length: i64) {
    let seqs: Vec<i64> = log.iter().map(|(seq, _)| *seq).collect();
    assert_eq!(seqs, (1..=length).collect::<Vec<_>>());
}

pub fn citation(n: i32) -> messages::Citation {
    messages::Citation {
        n,
        passage_id: PassageId::new(),
        document_id: DocumentId::new(),
        title: "Returns".into(),
        excerpt: "You may return it within 30 days.".into(),
        url: None,
        page: Some(n),
    }
}

pub fn settlement(reservation: ReservationId, cost_nanos: i64) -> Settlement {
    Settlement {
        reservation,
        model: "claude-test".into(),
        usage: TokenUsage {
            input: 100,
            output: 20,
            cache_write_5m: 3,
            cache_write_1h: 2,
            cache_read: 50,
        },
        estimated: false,
        cost_nanos,
        price_effective: Some(at(0).date_naive()),
        sent_at: at(2),
        at: at(3),
    }
}

/// Whether the constraint of this name refused it.
pub fn refused_by<T>(result: Result<T, StoreError>, constraint: &str) -> bool {
    result.err().is_some_and(|error| error.is_conflict(constraint))
}
