//! Deadlines and policies: found when they are due, counted as they were kept, mailed to those whose ticket it
//! is, and never another tenant's.

use chrono::{DateTime, Utc};
use parlance_store::{
    StoreError, TenantDb,
    control::Role,
    ids::{ContactId, SlaPolicyId, TeamId, TicketCategoryId, TicketId, UserId},
    queries::{
        audit::ActorKind,
        deadline_mail,
        deadlines::{
            self, Deadline, DeadlineKind, StatusSince,
            report::{self, Figures, SlaGroup},
        },
        sla_policies::{self, SlaPolicy},
        space_versions::Author,
        teams,
        tickets::{
            self, NewTicket, Priority, Status, Via,
            events::{self, Kind, NewEvent},
            relations,
        },
    },
    testing::TestDb,
};
use serde_json::json;

use crate::support::{Chat, at, chat, database};

async fn ticket(chat: &Chat, in_conversation: bool) -> TicketId {
    let id = TicketId::new();
    let new = NewTicket {
        id,
        space_id: chat.space,
        conversation_id: in_conversation.then_some(chat.conversation),
        contact_id: None,
        subject: "My robot has stopped".into(),
        priority: Priority::High,
        team_id: None,
        assignee: None,
        tags: Vec::new(),
        via: Via::Api,
        requester_name: None,
        requester_email: None,
        locale: None,
        client_id: None,
        at: at(0),
    };
    let made = chat.db.transaction(async |conn| tickets::create(conn, new).await);
    made.await.unwrap();
    id
}

/// Of the first round, at risk at second 80 and due at 100.
fn deadline(ticket: TicketId, kind: DeadlineKind) -> Deadline {
    Deadline {
        ticket_id: ticket,
        kind,
        round: 1,
        policy_id: SlaPolicyId::new(),
        policy_name: "Standard".into(),
        priority: "high".into(),
        target_seconds: 100,
        business: false,
        started_at: at(0),
        due_at: Some(at(100)),
        at_risk_at: Some(at(80)),
        paused_at: None,
        used_seconds: 0,
        met_at: None,
        at_risk_told_at: None,
        breached_at: None,
    }
}

async fn put(db: &TenantDb, deadline: &Deadline) {
    let put = db.transaction(async |conn| deadlines::put(conn, deadline).await);
    put.await.unwrap();
}

fn policy(name: &str, position: i32) -> SlaPolicy {
    SlaPolicy {
        id: SlaPolicyId::new(),
        name: name.into(),
        position,
        rules: json!({ "targets": { "high": { "resolution": 60 } } }),
        updated_at: at(1),
    }
}

async fn owner(chat: &Chat) -> UserId {
    let members = chat.db.read(parlance_store::control::members::list).await;
    members.unwrap()[0].user_id
}

#[tokio::test]
async fn a_deadline_is_looked_at_when_it_comes_to_be_at_risk_and_when_it_passes() {
    let test = database().await;
    let acme = chat(test.db(), "acme").await;
    let id = ticket(&acme, true).await;
    let mut it = deadline(id, DeadlineKind::Resolution);
    put(&acme.db, &it).await;
    let due = async |now: DateTime<Utc>| {
        let found = test.db().control().deadlines_to_look_at(now, 9).await.unwrap();
        assert!(found.iter().all(|found| *found == (acme.db.tenant_id(), id)));
        found.len()
    };
    assert_eq!((due(at(80)).await, due(at(81)).await), (0, 1));
    it.at_risk_told_at = Some(at(81));
    put(&acme.db, &it).await;
    assert_eq!((due(at(100)).await, due(at(101)).await), (0, 1));
    let next = acme
        .db
        .read(async |conn| deadlines::next_deadline(conn, acme.conversation).await);
    assert_eq!(next.await.unwrap(), it.due_at);
    it.breached_at = it.due_at;
    put(&acme.db, &it).await;
    assert_eq!(due(at(999)).await, 0, "it is told once");
    (it.breached_at, it.at_risk_told_at, it.due_at, it.at_risk_at) = (None, None, None, None);
    it.paused_at = Some(at(50));
    put(&acme.db, &it).await;
    assert_eq!(due(at(999)).await, 0, "a paused clock is due at no time");
    let next = acme
        .db
        .read(async |conn| deadlines::next_deadline(conn, acme.conversation).await);
    assert_eq!(next.await.unwrap(), None);
}

#[tokio::test]
async fn deadlines_of_tenants_are_looked_at_in_turns() {
    let test = database().await;
    let (acme, globex) = (chat(test.db(), "acme").await, chat(test.db(), "globex").await);
    // Of one tenant many have passed, all before the only one of the other.
    for second in 1..=5 {
        let mut it = deadline(ticket(&acme, false).await, DeadlineKind::Resolution);
        (it.at_risk_at, it.due_at) = (Some(at(second)), Some(at(second + 100)));
        put(&acme.db, &it).await;
    }
    let other = ticket(&globex, false).await;
    put(&globex.db, &deadline(other, DeadlineKind::Resolution)).await;
    let due = async |now, most| {
        let control = test.db().control();
        control.deadlines_to_look_at(now, most).await.unwrap()
    };
    assert_eq!(due(at(1), 9).await, []);
    assert_eq!(due(at(3), 9).await.len(), 2, "the other is not due yet");
    let first = due(at(81), 2).await;
    assert!(first.contains(&(globex.db.tenant_id(), other)), "{first:?}");
    assert_eq!(due(at(81), 9).await.len(), 6);
}

#[tokio::test]
async fn what_was_kept_is_counted_by_everything_there_is_to_tell_it_by() {
    let test = database().await;
    let acme = chat(test.db(), "acme").await;
    let (one, two) = (ticket(&acme, true).await, ticket(&acme, false).await);
    let met = |ticket, second, used_seconds| Deadline {
        met_at: Some(at(second)),
        used_seconds,
        ..deadline(ticket, DeadlineKind::FirstResponse)
    };
    put(&acme.db, &met(one, 50, 50)).await;
    let late = Deadline {
        breached_at: Some(at(100)),
        ..met(two, 300, 300)
    };
    put(&acme.db, &late).await;
    // Breached and still awaited; and one of which nothing is known yet.
    let awaited = Deadline {
        breached_at: Some(at(150)),
        priority: "low".into(),
        ..deadline(one, DeadlineKind::Resolution)
    };
    put(&acme.db, &awaited).await;
    put(&acme.db, &deadline(two, DeadlineKind::Resolution)).await;

    let figures = async |edges: &[DateTime<Utc>]| {
        let read = acme.db.read(async |conn| report::figures(conn, edges).await);
        read.await.unwrap()
    };
    let found = figures(&[at(0), at(100), at(200)]).await;
    let told = |by: SlaGroup, kind: DeadlineKind| -> Vec<_> {
        let of = |figures: &&Figures| figures.by == by && figures.kind == kind;
        let rows = found.iter().filter(of);
        rows.map(|row| {
            (
                row.key.as_deref(),
                row.slot,
                row.met,
                row.breached,
                row.median_seconds,
            )
        })
        .collect()
    };
    use DeadlineKind::{FirstResponse, Resolution};
    // The late one was answered after these days: it is no part of their median.
    assert_eq!(
        told(SlaGroup::Total, FirstResponse),
        [(None, None, 1, 1, Some(50.0))]
    );
    assert_eq!(told(SlaGroup::Total, Resolution), [(None, None, 0, 1, None)]);
    assert_eq!(
        told(SlaGroup::Slot, FirstResponse),
        [(None, Some(0), 1, 0, Some(50.0)), (None, Some(1), 0, 1, None)]
    );
    assert_eq!(
        told(SlaGroup::Priority, Resolution),
        [(Some("low"), None, 0, 1, None)]
    );
    assert_eq!(
        told(SlaGroup::Team, FirstResponse),
        [(None, None, 1, 1, Some(50.0))]
    );
    assert_eq!(told(SlaGroup::Policy, FirstResponse).len(), 2);
    // By a day on which only the late answer came.
    let later = figures(&[at(200), at(400)]).await;
    let total = later.iter().find(|row| row.by == SlaGroup::Total).unwrap();
    assert_eq!(
        (total.met, total.breached, total.median_seconds),
        (0, 0, Some(300.0))
    );
    assert_eq!(figures(&[at(400), at(500)]).await, []);
}

/// Who may answer, and who may configure.
const ROLES: (&[Role], &[Role]) = (&[Role::Owner, Role::Agent], &[Role::Owner]);

async fn told(chat: &Chat, ticket: TicketId, breached: bool, second: i64) -> Vec<UserId> {
    let times = (at(second - 10), at(second));
    let claimed = chat
        .db
        .transaction(async |conn| deadline_mail::claim(conn, ticket, breached, ROLES, times).await);
    claimed.await.unwrap()
}

#[tokio::test]
async fn those_are_mailed_whose_ticket_it_is_now_and_then_where_they_want_it() {
    let test = database().await;
    let acme = chat(test.db(), "acme").await;
    let (ada, id) = (owner(&acme).await, ticket(&acme, true).await);
    assert_eq!(
        told(&acme, id, false, 100).await,
        [ada],
        "nobody has it, so all who may answer"
    );
    assert_eq!(told(&acme, id, false, 109).await, []);
    assert_eq!(
        told(&acme, id, true, 109).await,
        [ada],
        "a breach is told besides"
    );
    assert_eq!(told(&acme, id, false, 110).await, [ada]);
    let team = TeamId::new();
    let given = acme.db.transaction(async |conn| {
        teams::put(conn, team, "Tier 2", &[], at(1)).await?;
        let mut ticket = tickets::lock(conn, id).await?;
        ticket.team_id = Some(team);
        tickets::update(conn, &ticket).await
    });
    given.await.unwrap();
    assert_eq!(
        told(&acme, id, true, 200).await,
        [ada],
        "nobody is in its team, so those who may say who is"
    );
    let watched = acme
        .db
        .transaction(async |conn| relations::watch(conn, id, ada).await);
    watched.await.unwrap();
    assert_eq!(told(&acme, id, true, 300).await, [ada], "who watches it");
    for on in [false, true] {
        let want = acme
            .db
            .transaction(async |conn| deadline_mail::want(conn, ada, on).await);
        want.await.unwrap();
        let wanted = acme.db.read(async |conn| deadline_mail::wanted(conn, ada).await);
        assert_eq!(wanted.await.unwrap(), on);
        assert_eq!(told(&acme, id, true, 400).await.is_empty(), !on);
    }
    let says = async |breached| {
        let due = acme
            .db
            .read(async |conn| deadline_mail::of(conn, id, breached).await);
        due.await.unwrap()
    };
    assert_eq!(says(false).await, None, "there is none");
    let mut it = deadline(id, DeadlineKind::Resolution);
    it.at_risk_told_at = Some(at(81));
    put(&acme.db, &it).await;
    let due = says(false).await.unwrap();
    assert_eq!(
        (due.number, due.due_at, due.breached, due.others),
        (1, at(100), false, 0)
    );
    assert_eq!(says(true).await, None, "it is not breached any more");
    test.run("UPDATE users SET email_verified_at = NULL")
        .await
        .unwrap();
    assert_eq!(
        told(&acme, id, true, 500).await,
        [],
        "whose address may be another's"
    );
}

#[tokio::test]
async fn every_status_since_a_ticket_was_made_is_told_in_order() {
    let test = database().await;
    let acme = chat(test.db(), "acme").await;
    let id = ticket(&acme, false).await;
    let by = Author {
        kind: ActorKind::System,
        id: None,
        name: "Parlance".into(),
    };
    for (second, body) in [
        (1, json!({ "status": { "from": "open", "to": "pending" } })),
        (2, json!({ "priority": { "from": "high", "to": "low" } })),
        (
            3,
            json!({ "status": { "from": "pending", "to": "resolved" }, "tags": {} }),
        ),
    ] {
        let new = NewEvent {
            ticket_id: id,
            kind: Kind::Changed,
            body,
            by: &by,
            client_id: None,
            at: at(second),
        };
        let added = acme.db.transaction(async |conn| events::add(conn, new).await);
        added.await.unwrap();
    }
    let found = acme
        .db
        .read(async |conn| deadlines::statuses(conn, id).await)
        .await;
    let since = |second, status| StatusSince {
        at: at(second),
        status,
    };
    assert_eq!(
        found.unwrap(),
        [since(1, Status::Pending), since(3, Status::Resolved)]
    );
}

#[tokio::test]
async fn a_foreign_tenant_knows_no_policy_and_no_deadline() {
    let test = database().await;
    let (acme, globex) = (chat(test.db(), "acme").await, chat(test.db(), "globex").await);
    let (id, mine) = (ticket(&acme, true).await, policy("Standard", 1));
    let it = deadline(id, DeadlineKind::Resolution);
    put(&acme.db, &it).await;
    let kept = acme
        .db
        .transaction(async |conn| sla_policies::put(conn, &mine).await);
    kept.await.unwrap();
    let looked = globex.db.transaction(async |conn| {
        assert!(sla_policies::lock(conn).await?.is_empty());
        assert!(matches!(
            sla_policies::remove(conn, mine.id).await,
            Err(StoreError::NotFound)
        ));
        sla_policies::order(conn, &[mine.id]).await?;
        let known = sla_policies::knows(conn, &[acme.space], &[], &[]).await?;
        assert_eq!((known.spaces, known.teams, known.categories), (false, true, true));
        let (team, category) = ([TeamId::new()], [TicketCategoryId::new()]);
        let known = sla_policies::knows(conn, &[globex.space], &team, &category).await?;
        assert_eq!(
            (known.spaces, known.teams, known.categories),
            (true, false, false)
        );
        deadlines::hold_conversation(conn, acme.conversation).await?;
        deadlines::carry(conn, acme.conversation).await?;
        assert!(deadlines::lock(conn, id).await?.is_empty());
        assert!(deadlines::of(conn, &[id]).await?.is_empty());
        assert!(deadlines::statuses(conn, id).await?.is_empty());
        assert!(deadlines::unfinished(conn, None, 9).await?.is_empty());
        assert_eq!(deadlines::next_deadline(conn, acme.conversation).await?, None);
        deadlines::forget(conn, id, DeadlineKind::Resolution, 1).await?;
        let facts = deadlines::facts(conn, acme.space, Some(ContactId::new())).await?;
        assert_eq!((facts.hours, facts.plan), (None, None));
        assert_eq!(deadline_mail::of(conn, id, false).await?, None);
        assert!(report::figures(conn, &[at(0), at(999)]).await?.is_empty());
        // The same name is another policy there.
        sla_policies::put(conn, &policy("standard", 7)).await
    });
    looked.await.unwrap();
    assert_eq!(told(&globex, id, true, 100).await, []);
    let foreign = globex
        .db
        .transaction(async |conn| deadlines::put(conn, &deadline(id, DeadlineKind::FirstResponse)).await);
    assert!(foreign.await.is_err(), "of a ticket that is none of theirs");
    let read = acme.db.read(async |conn| {
        assert_eq!(deadlines::of(conn, &[id]).await?, [it]);
        assert_eq!(deadlines::unfinished(conn, None, 9).await?, [id]);
        assert_eq!(deadlines::unfinished(conn, Some(id), 9).await?, []);
        sla_policies::list(conn).await
    });
    assert_eq!(read.await.unwrap(), [mine]);
}

#[tokio::test]
async fn policies_are_in_order_and_each_has_a_name() {
    let test: TestDb = database().await;
    let acme = chat(test.db(), "acme").await;
    let (one, two) = (policy("One", 1), policy("Two", 2));
    let ordered = acme.db.transaction(async |conn| {
        sla_policies::put(conn, &one).await?;
        sla_policies::put(conn, &two).await?;
        sla_policies::order(conn, &[two.id, one.id]).await?;
        let all = sla_policies::list(conn).await?;
        Ok::<_, StoreError>(all.into_iter().map(|policy| policy.id).collect::<Vec<_>>())
    });
    assert_eq!(ordered.await.unwrap(), [two.id, one.id]);
    let twice = acme
        .db
        .transaction(async |conn| sla_policies::put(conn, &policy("one", 3)).await);
    assert!(twice.await.unwrap_err().is_conflict("sla_policies_name_once"));
}
