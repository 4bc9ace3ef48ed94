//! The queue: who waits to be assigned or to be told of by mail, how much members have to do, and nothing
//! of another tenant.

use parlance_store::{
    StoreError,
    control::{Role, members},
    ids::{ConversationId, UserId},
    queries::{
        conversations::{self, ConversationStatus, StatusChange},
        queue::{self, Load},
        spaces::{self, SpaceChange},
        waiting_mail,
    },
};
use serde_json::{Value, json};

use crate::support::{Chat, at, chat, database, new_conversation, new_space};

async fn set(chat: &Chat, slug: &str, settings: Value) {
    let space = new_space(chat.space, slug);
    let change = SpaceChange {
        slug: space.slug,
        name: space.name,
        public_key: space.public_key,
        settings,
        published: true,
        allowed_origins: Vec::new(),
        at: at(1),
    };
    let update = chat
        .db
        .transaction(async |conn| spaces::update(conn, chat.space, change).await);
    update.await.unwrap();
}

async fn goes(chat: &Chat, id: ConversationId, agent: Option<UserId>, second: i64) {
    let change = StatusChange {
        conversation_id: id,
        status: agent.map_or(ConversationStatus::Waiting, |_| ConversationStatus::Human),
        assignee: agent.map(|agent| (agent, "Ada".to_owned())),
        snoozed_until: None,
        event_body: json!({ "type": "status" }),
        at: at(second),
    };
    let gone = chat
        .db
        .transaction(async |conn| conversations::set_status(conn, change).await);
    gone.await.unwrap();
}

async fn begun(chat: &Chat) -> ConversationId {
    let id = ConversationId::new();
    let new = new_conversation(chat, id);
    let made = chat
        .db
        .transaction(async |conn| conversations::create(conn, new).await);
    made.await.unwrap();
    id
}

async fn waiting(chat: &Chat, limit: i64) -> Vec<ConversationId> {
    let found = chat.db.read(async |conn| queue::waiting(conn, limit).await).await;
    found.unwrap().into_iter().map(|one| one.id).collect()
}

async fn loads(chat: &Chat, users: &[UserId]) -> Vec<Load> {
    let users = users.to_vec();
    chat.db
        .read(async |conn| queue::loads(conn, users).await)
        .await
        .unwrap()
}

async fn owner(chat: &Chat) -> UserId {
    let all = chat.db.read(members::list).await.unwrap();
    all[0].user_id
}

#[tokio::test]
async fn who_waits_longest_comes_first_where_the_space_assigns() {
    let test = database().await;
    let acme = chat(test.db(), "acme").await;
    let (first, second) = (begun(&acme).await, begun(&acme).await);
    goes(&acme, second, None, 3).await;
    goes(&acme, first, None, 2).await;
    assert_eq!(waiting(&acme, 9).await, [], "nothing is set");
    for (assign, seen) in [("off", &[][..]), ("least_loaded", &[first, second])] {
        set(
            &acme,
            "acme",
            json!({ "queue": { "assign": assign, "per_agent": 7 } }),
        )
        .await;
        assert_eq!(waiting(&acme, 9).await, seen, "{assign}");
    }
    assert_eq!(waiting(&acme, 1).await, [first]);
    let found = acme.db.read(async |conn| queue::waiting(conn, 1).await).await;
    assert_eq!(found.unwrap()[0].settings["per_agent"], 7);
    goes(&acme, first, Some(owner(&acme).await), 4).await;
    assert_eq!(
        waiting(&acme, 9).await,
        [second],
        "who has an agent waits no more"
    );
}

#[tokio::test]
async fn a_foreign_tenant_has_a_queue_of_its_own() {
    let test = database().await;
    let (acme, globex) = (chat(test.db(), "acme").await, chat(test.db(), "globex").await);
    let (ada, stranger) = (owner(&acme).await, owner(&globex).await);
    for (chat, slug) in [(&acme, "acme"), (&globex, "globex")] {
        set(chat, slug, json!({ "queue": { "assign": "round_robin" } })).await;
    }
    goes(&acme, acme.conversation, None, 2).await;
    assert_eq!(waiting(&globex, 9).await, []);
    goes(&acme, acme.conversation, Some(ada), 3).await;
    let noted = acme
        .db
        .transaction(async |conn| queue::assigned(conn, ada, at(3)).await);
    noted.await.unwrap();
    let load = &loads(&acme, &[ada, stranger]).await[..];
    assert_eq!(load.len(), 1, "of members alone");
    assert_eq!((load[0].open, load[0].assigned_at), (1, Some(at(3))));
    assert_eq!(loads(&globex, &[ada]).await, []);
    let foreign = globex
        .db
        .transaction(async |conn| queue::assigned(conn, ada, at(9)).await);
    assert!(
        matches!(foreign.await, Err(StoreError::Conflict { .. })),
        "somebody else's member"
    );
    assert_eq!(loads(&acme, &[ada]).await[0].assigned_at, Some(at(3)));
}

#[tokio::test]
async fn who_is_blocked_is_given_to_nobody_and_not_told_of() {
    let test = database().await;
    let acme = chat(test.db(), "acme").await;
    set(&acme, "acme", json!({ "queue": { "assign": "round_robin" } })).await;
    goes(&acme, acme.conversation, None, 2).await;
    let of = async || {
        let found = acme
            .db
            .read(async |conn| waiting_mail::of(conn, acme.conversation).await);
        found.await.unwrap()
    };
    assert_eq!(waiting(&acme, 9).await, [acme.conversation]);
    assert!(of().await.is_some());
    test.run(
        "WITH k AS (INSERT INTO contacts (tenant_id, id, created_at, last_seen_at, blocked_at, blocked_reason) \
                    SELECT tenant_id, gen_random_uuid(), now(), now(), now(), 'spam' FROM visitors RETURNING tenant_id, id) \
         UPDATE visitors v SET contact_id = k.id FROM k WHERE k.tenant_id = v.tenant_id",
    )
    .await
    .unwrap();
    assert_eq!(waiting(&acme, 9).await, []);
    assert_eq!(of().await, None);
}

const ROLES: &[Role] = &[Role::Owner, Role::Agent];

/// Who is to be told at this second, where a mail was due ten seconds ago.
async fn told(chat: &Chat, second: i64) -> Vec<UserId> {
    let claimed = chat
        .db
        .transaction(async |conn| waiting_mail::claim(conn, ROLES, at(second - 10), at(second)).await);
    claimed.await.unwrap()
}

#[tokio::test]
async fn a_member_is_told_by_mail_now_and_then_where_they_want_it() {
    let test = database().await;
    let (acme, globex) = (chat(test.db(), "acme").await, chat(test.db(), "globex").await);
    let (ada, stranger) = (owner(&acme).await, owner(&globex).await);
    assert_eq!(told(&acme, 100).await, [ada]);
    assert_eq!(told(&acme, 109).await, []);
    assert_eq!(told(&globex, 109).await, [stranger], "each tenant for itself");
    assert_eq!(told(&acme, 110).await, [ada]);
    for on in [false, true] {
        let want = acme
            .db
            .transaction(async |conn| waiting_mail::want(conn, ada, on).await);
        want.await.unwrap();
        let wanted = acme
            .db
            .read(async |conn| waiting_mail::wanted(conn, ada).await)
            .await;
        assert_eq!(wanted.unwrap(), on);
        assert_eq!(told(&acme, 200).await.is_empty(), !on);
    }
    let viewers = acme
        .db
        .transaction(async |conn| waiting_mail::claim(conn, &[Role::Viewer], at(300), at(400)).await);
    assert_eq!(viewers.await.unwrap(), [], "who may not answer");
    let unproven = "UPDATE users SET email_verified_at = NULL";
    test.run(unproven).await.unwrap();
    assert_eq!(told(&acme, 500).await, [], "whose address may be another's");
}

#[tokio::test]
async fn a_foreign_tenant_tells_nothing_of_who_waits() {
    let test = database().await;
    let (acme, globex) = (chat(test.db(), "acme").await, chat(test.db(), "globex").await);
    let ada = owner(&acme).await;
    acme.says(&"é".repeat(300)).await;
    let of = async |chat: &Chat| {
        let found = chat
            .db
            .read(async |conn| waiting_mail::of(conn, acme.conversation).await);
        found.await.unwrap()
    };
    assert_eq!(of(&acme).await, None, "it does not wait");
    goes(&acme, acme.conversation, None, 9).await;
    let waits = of(&acme).await.unwrap();
    assert_eq!((&*waits.space, waits.name), ("ACME", None));
    assert_eq!(waits.said, Some("é".repeat(200)));
    assert_eq!(of(&globex).await, None);
    let foreign = globex
        .db
        .transaction(async |conn| waiting_mail::want(conn, ada, false).await);
    assert!(matches!(foreign.await, Err(StoreError::Conflict { .. })));
    let mine = acme
        .db
        .transaction(async |conn| waiting_mail::want(conn, ada, false).await);
    mine.await.unwrap();
    let theirs = globex
        .db
        .read(async |conn| waiting_mail::wanted(conn, ada).await)
        .await;
    assert!(theirs.unwrap(), "what is noted elsewhere");
}
