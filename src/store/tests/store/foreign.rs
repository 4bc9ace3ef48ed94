//! Tries every query under a foreign tenant: it reads nothing and changes nothing.

use parlance_store::{
    StoreError,
    ids::ClientId,
    queries::{
        conversations::{self, ConversationStatus, StatusChange},
        ledger::{self, NewReservation},
        log,
        messages::{self, AuthorKind, FeedbackValue, NewFeedback, NewMessage, NewRating, RatedVia},
        spaces::{self, SpaceChange},
        visitors::{self, Visit},
    },
    testing::TestDb,
};
use serde_json::json;
use uuid::Uuid;

use crate::support::{Chat, admin, at, chat, database, new_conversation, settlement};

/// The query files tried here. A new one is added with a test that tries it.
const TRIED: &[&str] = &["conversations", "ledger", "log", "messages", "spaces", "visitors"];

/// Files that are tried in a test of their own, and where.
const TRIED_ELSEWHERE: &[(&str, &str)] = &[
    ("api_keys", "teams"),
    ("attachments", "attachments"),
    ("audit", "audit"),
    ("bulk", "large"),
    ("canned_replies", "canned_replies"),
    ("contact_list", "contact_book"),
    ("contact_notes", "contact_book"),
    ("contacts", "contacts"),
    ("conversation_search", "conversation_search"),
    ("deadline_mail", "deadlines"),
    ("deadlines", "deadlines"),
    ("documents", "knowledge"),
    ("drafts", "drafts"),
    ("experiments", "experiments"),
    ("golden", "golden"),
    ("history", "contacts"),
    ("identity_keys", "contacts"),
    ("inbox", "inbox"),
    ("index", "knowledge"),
    ("invitations", "teams"),
    ("invoices", "subscriptions"),
    ("jobs", "jobs"),
    ("large", "large"),
    ("mail_replies", "mail_replies"),
    ("mail_threads", "mail_replies"),
    ("moods", "moods"),
    ("notes", "inbox"),
    ("paid_plans", "subscriptions"),
    ("passages", "knowledge"),
    ("questions", "questions"),
    ("queue", "queue"),
    ("ratings", "ratings"),
    ("rollups", "rollups"),
    ("search", "knowledge"),
    ("sightings", "rollups"),
    ("sla_policies", "deadlines"),
    ("sources", "sources"),
    ("space_life", "space_life"),
    ("space_versions", "space_life"),
    ("subscriptions", "subscriptions"),
    ("teams", "teams"),
    ("quotas", "quotas"),
    ("routing_rules", "sorting"),
    ("ticket_categories", "sorting"),
    ("ticket_mail", "tickets"),
    ("tickets", "tickets"),
    ("waiting_mail", "queue"),
    ("waits", "waits"),
];

#[test]
fn every_query_file_is_tried() {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("src/queries");
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_stem().unwrap().to_str().unwrap();
        let tried = TRIED.contains(&name) || TRIED_ELSEWHERE.iter().any(|(file, _)| *file == name);
        assert!(
            tried || name == "mod",
            "queries/{name} is not tried under a foreign tenant"
        );
    }
}

/// All rows of a tenant in all tables, as one hash.
async fn fingerprint(test: &TestDb, chat: &Chat) -> String {
    let admin = admin(test).await;
    let tables = admin
        .query(
            "SELECT attrelid::regclass::text FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid \
                WHERE a.attname = 'tenant_id' AND c.relkind = 'r' ORDER BY 1",
            &[],
        )
        .await
        .unwrap();
    let mut all = String::new();
    for table in &tables {
        let table: &str = table.get(0);
        let rows = format!(
            "SELECT coalesce(md5(string_agg(t::text, '|' ORDER BY t::text)), '') FROM {table} t WHERE tenant_id::text = $1"
        );
        let tenant = chat.db.tenant_id().to_string();
        let row = admin.query_one(&rows, &[&tenant]).await.unwrap();
        all += &format!("{table}={};", row.get::<_, &str>(0));
    }
    all
}

/// Acme has a finished and an open turn, a thumb, a rating and a recorded call.
async fn busy_acme(test: &TestDb) -> (Chat, messages::Message, ledger::OpenReservation) {
    let acme = chat(test.db(), "acme").await;
    let (question, reservation) = acme.says("may I return it?").await;
    let answer = acme.answer(question, reservation);
    let answer_id = answer.id;
    let (open_question, _) = acme.says("and how?").await;
    let parts = acme
        .db
        .transaction(async |conn| {
            messages::finish_answer(conn, answer).await?;
            ledger::record_settled(conn, 10, at(4)).await?;
            let answer = messages::message(conn, answer_id)
                .await?
                .ok_or(StoreError::NotFound)?;
            let open = ledger::open_of_message(conn, open_question).await?.remove(0);
            Ok::<_, StoreError>((answer, open))
        })
        .await
        .unwrap();
    (acme, parts.0, parts.1)
}

#[tokio::test]
async fn a_foreign_tenant_reads_nothing() {
    let test = database().await;
    let (acme, answer, open) = busy_acme(&test).await;
    let globex = test.db().tenant(parlance_store::ids::TenantId::new());
    let day = at(0).date_naive();
    globex
        .read(async |conn| {
            assert!(spaces::load(conn, acme.space).await?.is_none());
            assert!(spaces::list(conn).await?.is_empty());
            assert!(visitors::load(conn, acme.visitor).await?.is_none());
            assert!(conversations::load(conn, acme.conversation).await?.is_none());
            assert!(
                conversations::latest_of_visitor(conn, acme.space, acme.visitor)
                    .await?
                    .is_none()
            );
            assert!(conversations::with_open_turns(conn, None, 100).await?.is_empty());
            assert!(log::read_after(conn, acme.conversation, 0, 100).await?.is_empty());
            assert!(messages::message(conn, answer.id).await?.is_none());
            assert!(messages::list(conn, acme.conversation, 0, 100).await?.is_empty());
            assert!(
                messages::history(conn, acme.conversation, 0, None, 100)
                    .await?
                    .is_empty()
            );
            assert!(messages::unanswered(conn, acme.conversation).await?.is_empty());
            assert!(messages::citations(conn, answer.id).await?.is_empty());
            assert!(ledger::open_expired(conn, at(1_000_000), 100).await?.is_empty());
            assert!(
                ledger::open_of_message(conn, open.message_id.unwrap())
                    .await?
                    .is_empty()
            );
            assert!(ledger::usage_daily(conn, day, day).await?.is_empty());
            assert_eq!(ledger::usage_totals(conn, day, day).await?, Default::default());
            Ok::<_, StoreError>(())
        })
        .await
        .unwrap();
}

#[tokio::test]
async fn a_foreign_tenant_changes_nothing() {
    let test = database().await;
    let (acme, answer, open) = busy_acme(&test).await;
    let globex = chat(test.db(), "globex").await;
    let before = fingerprint(&test, &acme).await;

    /// Runs one write in a transaction of its own and says whether it was refused.
    macro_rules! refused {
        ($write:expr) => {
            assert!(globex.db.transaction($write).await.is_err())
        };
    }
    /// Runs one write that answers that there was nothing to change.
    macro_rules! nothing {
        ($write:expr) => {
            assert!(!globex.db.transaction($write).await.unwrap())
        };
    }

    let space = |slug: &str| SpaceChange {
        slug: slug.into(),
        name: "Stolen".into(),
        public_key: "pk_stolen_12345678".into(),
        settings: json!({}),
        published: false,
        allowed_origins: Vec::new(),
        at: at(9),
    };
    refused!(async |conn| spaces::update(conn, acme.space, space("stolen")).await);
    refused!(async |conn| spaces::lock(conn, acme.space).await);
    refused!(async |conn| spaces::bump_knowledge(conn, acme.space).await);
    let visit = |space_id| Visit {
        id: acme.visitor,
        space_id,
        attributes: json!({}),
        said: json!({}),
        contact_id: None,
        locale: None,
        at: at(9),
    };
    refused!(async |conn| visitors::upsert(conn, visit(acme.space)).await);
    globex
        .db
        .transaction(async |conn| visitors::touch(conn, acme.visitor, at(9)).await)
        .await
        .unwrap();
    // Whoever brings an id from elsewhere gets a row of their own, not the other's.
    globex
        .db
        .transaction(async |conn| visitors::upsert(conn, visit(globex.space)).await)
        .await
        .unwrap();
    refused!(async |conn| {
        let mut new = new_conversation(&acme, parlance_store::ids::ConversationId::new());
        new.visitor_id = globex.visitor;
        conversations::create(conn, new).await
    });
    refused!(async |conn| {
        let (conversation_id, status) = (acme.conversation, ConversationStatus::Resolved);
        let change = StatusChange {
            conversation_id,
            status,
            assignee: None,
            snoozed_until: None,
            event_body: json!({}),
            at: at(9),
        };
        conversations::set_status(conn, change).await
    });
    refused!(async |conn| messages::say(conn, acme.question(ClientId::new(), "mine")).await);
    refused!(async |conn| {
        messages::finish_answer(conn, acme.answer(open.message_id.unwrap(), open.id)).await
    });
    // Their own conversation, but the other's question and call.
    refused!(async |conn| {
        messages::finish_answer(conn, globex.answer(open.message_id.unwrap(), open.id)).await
    });
    refused!(async |conn| {
        let new = NewMessage {
            id: parlance_store::ids::MessageId::new(),
            conversation_id: acme.conversation,
            author_kind: AuthorKind::Agent,
            author_id: None,
            author_name: None,
            client_id: None,
            text: "hi".into(),
            attachments: Vec::new(),
            in_reply_to: None,
            event_body: json!({}),
            at: at(9),
        };
        messages::append_message(conn, new).await
    });
    refused!(async |conn| {
        let (message_id, visitor_id) = (answer.id, acme.visitor);
        let new = NewFeedback {
            message_id,
            visitor_id,
            value: FeedbackValue::Down,
            comment: None,
            at: at(9),
        };
        messages::feedback(conn, new).await
    });
    let rated = globex.db.transaction(async |conn| {
        let (conversation_id, visitor_id) = (acme.conversation, acme.visitor);
        let new = NewRating {
            conversation_id,
            visitor_id,
            score: 1,
            comment: None,
            via: RatedVia::Widget,
            at: at(9),
        };
        messages::rate(conn, new).await
    });
    let rated: Result<bool, StoreError> = rated.await;
    assert!(!rated.unwrap());
    refused!(async |conn| {
        let foreign = NewReservation {
            conversation_id: None,
            ..acme.reservation()
        };
        ledger::reserve_sent(conn, foreign, 1).await
    });
    refused!(async |conn| {
        let foreign = NewReservation {
            space_id: globex.space,
            ..acme.reservation()
        };
        ledger::reserve_sent(conn, foreign, 1).await
    });
    refused!(async |conn| {
        ledger::reserve(
            conn,
            NewReservation {
                space_id: globex.space,
                ..acme.reservation()
            },
        )
        .await
    });
    nothing!(async |conn| Ok::<_, StoreError>(
        ledger::mark_sent(conn, open.id, 1, 1, at(9)).await? != ledger::Marked::NotOpen
    ));
    nothing!(async |conn| Ok::<_, StoreError>(ledger::checkpoint_outputs(conn, &[open.id], &[1]).await? > 0));
    nothing!(async |conn| ledger::add_to_estimate(conn, open.id, 1).await);
    nothing!(async |conn| ledger::release(conn, open.id).await);
    nothing!(async |conn| ledger::settle(conn, &settlement(open.id, 1)).await);
    let recorded = globex
        .db
        .transaction(async |conn| ledger::record_settled(conn, 10, at(9)).await)
        .await
        .unwrap();
    assert_eq!(recorded, 0);
    let day = at(0).date_naive();
    let proof = globex.db.read(async |conn| {
        let calls = ledger::calls_of_day(conn, day, Uuid::nil().into(), 10).await?;
        let missing = ledger::missing_of_day(conn, day, at(1_000_000)).await?;
        let sums = ledger::wrong_sums(conn, &ledger::ROLL_UPS[0], day).await?;
        Ok::<_, StoreError>((calls, missing, sums))
    });
    let (calls, missing, sums) = proof.await.unwrap();
    assert!(
        calls.is_empty() && missing.is_empty() && sums.is_empty(),
        "{calls:?} {missing:?}"
    );

    assert_eq!(fingerprint(&test, &acme).await, before);
}
