//! Drafts: what became of each is known once, and only to their tenant and agent.

use parlance_store::{
    StoreError, TenantConn, TenantDb,
    ids::{ConversationId, DraftId, MessageId, UserId},
    queries::{
        drafts::{self, Draft, DraftKind, DraftOutcome, NewDraft, Use},
        messages,
    },
};

use crate::support::{Chat, at, chat, database};

fn draft(acme: &Chat, agent: UserId, kind: DraftKind) -> NewDraft {
    NewDraft {
        id: DraftId::new(),
        conversation_id: acme.conversation,
        agent_id: agent,
        kind,
        at: at(1),
    }
}

async fn begun(acme: &Chat, agent: UserId, kind: DraftKind, text: &str) -> DraftId {
    let new = draft(acme, agent, kind);
    let id = new.id;
    let begin = async |conn: &mut TenantConn<'_>| {
        drafts::begin(conn, new.clone()).await?;
        drafts::finish(conn, id, text, Some(0.5), Some("m")).await
    };
    acme.db.transaction(begin).await.unwrap();
    id
}

async fn loaded(db: &TenantDb, id: DraftId) -> Option<Draft> {
    db.read(async |conn| drafts::load(conn, id).await).await.unwrap()
}

async fn outcome(acme: &Chat, id: DraftId) -> Option<DraftOutcome> {
    loaded(&acme.db, id).await.unwrap().outcome
}

fn sent(conversation: ConversationId, agent: UserId, text: &str, message: Option<MessageId>) -> Use<'_> {
    Use {
        conversation_id: conversation,
        agent_id: agent,
        text,
        message_id: message,
        at: at(2),
    }
}

#[tokio::test]
async fn what_became_of_a_draft_is_found_by_its_text() {
    let test = database().await;
    let (acme, ada) = (chat(test.db(), "acme").await, UserId::new());
    let (message, _) = acme.says("where is it?").await;
    for (text, expected) in [
        ("It is on its way.", DraftOutcome::Accepted),
        ("It is not.", DraftOutcome::Edited),
    ] {
        let id = begun(&acme, ada, DraftKind::Reply, "It is on its way.").await;
        let uses = sent(acme.conversation, ada, text, Some(message));
        let used = async |conn: &mut TenantConn<'_>| drafts::used(conn, id, uses).await;
        assert!(acme.db.transaction(used).await.unwrap());
        assert!(!acme.db.transaction(used).await.unwrap(), "it is sent once");
        let kept = loaded(&acme.db, id).await.unwrap();
        let model = Some("m".to_owned());
        assert_eq!((kept.outcome, kept.message_id), (Some(expected), Some(message)));
        assert_eq!(
            (kept.kind, kept.model, kept.grounding),
            (DraftKind::Reply, model, Some(0.5))
        );
    }
}

#[tokio::test]
async fn the_next_one_takes_the_place_of_those_that_nothing_became_of() {
    let test = database().await;
    let (acme, ada, luis) = (chat(test.db(), "acme").await, UserId::new(), UserId::new());
    let reply = begun(&acme, ada, DraftKind::Reply, "a").await;
    let others = begun(&acme, luis, DraftKind::Reply, "b").await;
    let summary = begun(&acme, ada, DraftKind::Summary, "c").await;
    assert_eq!(outcome(&acme, reply).await, None, "a summary stands beside it");
    let shorter = begun(&acme, ada, DraftKind::Shorter, "d").await;
    assert_eq!(outcome(&acme, reply).await, Some(DraftOutcome::Discarded));
    for id in [others, summary, shorter] {
        assert_eq!(outcome(&acme, id).await, None);
    }
    // Taken back after all, and sent.
    let uses = sent(acme.conversation, ada, "a", None);
    let used = async |conn: &mut TenantConn<'_>| drafts::used(conn, reply, uses).await;
    assert!(acme.db.transaction(used).await.unwrap());
    assert_eq!(outcome(&acme, reply).await, Some(DraftOutcome::Accepted));
    let discard =
        async |conn: &mut TenantConn<'_>| drafts::discard(conn, reply, acme.conversation, ada, at(3)).await;
    assert!(
        !acme.db.transaction(discard).await.unwrap(),
        "what was sent stays sent"
    );

    let again = NewDraft {
        id: shorter,
        ..draft(&acme, ada, DraftKind::Reply)
    };
    let twice = async |conn: &mut TenantConn<'_>| drafts::begin(conn, again.clone()).await;
    let refused = acme.db.transaction(twice).await.unwrap_err();
    assert!(refused.is_conflict("drafts_id_once"), "{refused}");
}

#[tokio::test]
async fn a_draft_is_its_agents_and_its_tenants() {
    let test = database().await;
    let (acme, globex) = (chat(test.db(), "acme").await, chat(test.db(), "globex").await);
    let (ada, luis) = (UserId::new(), UserId::new());
    let id = begun(&acme, ada, DraftKind::Reply, "a").await;
    for (db, conversation, agent) in [
        (&globex.db, acme.conversation, ada),
        (&acme.db, acme.conversation, luis),
        (&acme.db, ConversationId::new(), ada),
    ] {
        let tried = db.transaction(async |conn| {
            assert!(!drafts::used(conn, id, sent(conversation, agent, "a", None)).await?);
            assert!(!drafts::discard(conn, id, conversation, agent, at(2)).await?);
            Ok::<_, StoreError>(())
        });
        tried.await.unwrap();
    }
    assert_eq!(loaded(&globex.db, id).await, None);
    let finish = async |conn: &mut TenantConn<'_>| drafts::finish(conn, id, "stolen", None, None).await;
    globex.db.transaction(finish).await.unwrap();
    let kept = loaded(&acme.db, id).await.unwrap();
    assert_eq!((kept.text.as_str(), kept.outcome), ("a", None));

    let foreign = draft(&acme, ada, DraftKind::Reply);
    let begin = async |conn: &mut TenantConn<'_>| drafts::begin(conn, foreign.clone()).await;
    assert!(
        globex.db.transaction(begin).await.is_err(),
        "of a conversation that is none of theirs"
    );
    let (theirs, _) = globex.says("hi").await;
    let uses = sent(acme.conversation, ada, "a", Some(theirs));
    let used = async |conn: &mut TenantConn<'_>| drafts::used(conn, id, uses).await;
    assert!(
        acme.db.transaction(used).await.is_err(),
        "a message that is none of theirs"
    );
    let found = globex.db.read(async |conn| messages::message(conn, theirs).await);
    assert!(found.await.unwrap().is_some());
}
