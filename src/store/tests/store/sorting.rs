//! Categories, their examples and routing rules: never another tenant's, and bounded.

use parlance_store::{
    StoreError,
    ids::{RoutingRuleId, TicketCategoryId, TicketExampleId, TicketId, UserId},
    queries::{
        routing_rules::{self, RoutingRule},
        ticket_categories::{self as categories, ExampleSource},
        tickets::{self, NewTicket, Priority, Via, losing},
    },
};
use serde_json::json;

use crate::support::{Chat, at, chat, database};

fn rule(category: TicketCategoryId) -> RoutingRule {
    RoutingRule {
        id: RoutingRuleId::new(),
        name: "Parcels".to_owned(),
        enabled: true,
        conditions: json!({ "categories": [category] }),
        team_id: None,
        agent_id: None,
        priority: Some(Priority::High),
        tags: vec!["parcel".to_owned()],
        created_at: at(1),
        updated_at: at(1),
    }
}

async fn ticket(chat: &Chat) -> TicketId {
    let new = NewTicket {
        id: TicketId::new(),
        space_id: chat.space,
        conversation_id: None,
        contact_id: None,
        subject: "It hums".to_owned(),
        priority: Priority::Normal,
        team_id: None,
        assignee: None,
        tags: Vec::new(),
        via: Via::Agent,
        requester_name: None,
        requester_email: None,
        locale: None,
        client_id: None,
        at: at(1),
    };
    let id = new.id;
    let made = chat.db.transaction(async |conn| tickets::create(conn, new).await);
    made.await.unwrap();
    id
}

/// A category with an example.
async fn category(chat: &Chat, name: &str, text: &str) -> TicketCategoryId {
    let (id, texts) = (TicketCategoryId::new(), [text.to_owned()]);
    let made = chat.db.transaction(async |conn| {
        categories::change(conn).await?;
        categories::put(conn, id, name, at(1)).await?;
        categories::put_examples(conn, id, &texts, ExampleSource::Person, at(1)).await
    });
    assert_eq!(made.await.unwrap(), 1);
    id
}

#[tokio::test]
async fn a_foreign_tenant_knows_no_category_and_no_rule() {
    let test = database().await;
    let (acme, globex) = (chat(test.db(), "acme").await, chat(test.db(), "globex").await);
    let mine = category(&acme, "Parcels", "Where is it?").await;
    let (hums, rule) = (ticket(&acme).await, rule(mine));
    let kept = acme.db.transaction(async |conn| {
        routing_rules::put(conn, &rule).await?;
        categories::describe(conn, mine, "All of parcels", at(1)).await?;
        let missing = categories::without_vector(conn, "minilm", 9).await?;
        let vectors: Vec<_> = missing.iter().map(|one| (one.id, vec![1.0, 0.0])).collect();
        categories::add_vectors(conn, "minilm", &vectors).await
    });
    kept.await.unwrap();
    let looked = globex.db.transaction(async |conn| {
        let absent = |error: StoreError| assert!(matches!(error, StoreError::NotFound), "{error}");
        assert_eq!(categories::version(conn).await?, 0);
        assert!(categories::list(conn).await?.is_empty());
        absent(categories::get(conn, mine).await.unwrap_err());
        absent(categories::remove(conn, mine).await.unwrap_err());
        let lost = losing::Lost::Category(mine);
        assert!(losing::unfinished(conn, lost, 9).await?.is_empty());
        assert!(losing::finished(conn, lost, 9).await?.is_empty());
        assert!(categories::examples(conn, mine, 9).await?.is_empty());
        assert_eq!(categories::count_examples(conn, mine).await?, 0);
        absent(
            categories::remove_example(conn, mine, TicketExampleId::new())
                .await
                .unwrap_err(),
        );
        assert!(categories::without_vector(conn, "other", 9).await?.is_empty());
        assert!(categories::vectors(conn, "minilm").await?.is_empty());
        assert_eq!(routing_rules::hold(conn).await?, 0);
        assert!(routing_rules::list(conn).await?.is_empty());
        absent(routing_rules::get(conn, rule.id).await.unwrap_err());
        absent(routing_rules::remove(conn, rule.id).await.unwrap_err());
        absent(routing_rules::told(conn, hums).await.unwrap_err());
        assert_eq!(routing_rules::of_category(conn, mine).await?, None);
        assert!(routing_rules::loads(conn, &[UserId::new()]).await?.is_empty());
        routing_rules::order(conn, &[rule.id]).await
    });
    looked.await.unwrap();
    let (texts, at) = (["Mine now".to_owned()], at(2));
    let put = globex.db.transaction(async |conn| {
        categories::put_examples(conn, mine, &texts, ExampleSource::Person, at).await
    });
    assert!(put.await.is_err());
    let taught = globex
        .db
        .transaction(async |conn| categories::learn(conn, Some(mine), hums, "Mine", 9, at).await);
    assert!(taught.await.is_err());
    let described = globex
        .db
        .transaction(async |conn| categories::describe(conn, mine, "Mine", at).await);
    assert!(described.await.is_err());
    let there = acme.db.read(async |conn| {
        let vectors = categories::vectors(conn, "minilm").await?;
        assert_eq!(vectors.len(), 2);
        assert_eq!(vectors[0].embedding, [1.0, 0.0]);
        assert_eq!(categories::get(conn, mine).await?.description, "All of parcels");
        routing_rules::list(conn).await
    });
    assert_eq!(there.await.unwrap(), [rule]);
}

#[tokio::test]
async fn a_ticket_teaches_one_category_and_the_newest_examples_stay() {
    let test = database().await;
    let acme = chat(test.db(), "acme").await;
    let (first, second) = (
        category(&acme, "Parcels", "Where is it?").await,
        category(&acme, "Money", "Pay me back").await,
    );
    let hums = ticket(&acme).await;
    let texts = async |category| {
        let found = acme
            .db
            .read(async |conn| categories::examples(conn, category, 9).await);
        let found = found.await.unwrap().into_iter();
        found.map(|example| example.text).collect::<Vec<_>>()
    };
    let learn = async |category, text: &str, most| {
        let learned = acme
            .db
            .transaction(async |conn| categories::learn(conn, category, hums, text, most, at(5)).await);
        learned.await.unwrap();
    };
    learn(Some(first), "It hums", 9).await;
    assert_eq!(texts(first).await, ["It hums", "Where is it?"]);
    learn(Some(second), "It hums", 9).await;
    assert_eq!(
        (texts(first).await, texts(second).await.len()),
        (vec!["Where is it?".to_owned()], 2)
    );
    learn(Some(second), "It hums", 1).await;
    assert_eq!(texts(second).await, ["It hums"], "the oldest went");
    // A text that is another's example is this one's from now on.
    learn(Some(second), "Where is it?", 9).await;
    assert!(texts(first).await.is_empty());
    learn(None, "Where is it?", 9).await;
    assert!(texts(second).await.is_empty());
}
