//! Tickets: never another tenant's, gone with their space, and a list of 100,000 of which few are read.

use parlance_store::{
    StoreError, TenantConn, TenantDb,
    control::members,
    ids::{ClientId, ContactId, JobId, TicketId, TicketLinkId, UserId},
    queries::{
        jobs::{self, NewJob},
        space_life,
        space_versions::Author,
        ticket_mail::{self, Told},
        tickets::{
            self, NewTicket, Priority, Status, Via,
            events::{self, Kind, NewEvent},
            list::{self, Order, Place, Wanted},
            losing,
            relations::{self, LinkKind},
        },
    },
    testing,
};
use serde_json::json;

use crate::support::{Chat, admin, at, chat, database};

fn new(chat: &Chat) -> NewTicket {
    NewTicket {
        id: TicketId::new(),
        space_id: chat.space,
        conversation_id: Some(chat.conversation),
        contact_id: None,
        subject: "It hums".to_owned(),
        priority: Priority::Normal,
        team_id: None,
        assignee: None,
        tags: vec!["noise".to_owned()],
        via: Via::Agent,
        requester_name: None,
        requester_email: None,
        locale: None,
        client_id: Some(ClientId::new()),
        at: at(1),
    }
}

fn created(ticket_id: TicketId, by: &Author) -> NewEvent<'_> {
    NewEvent {
        ticket_id,
        kind: Kind::Created,
        body: json!({}),
        by,
        client_id: None,
        at: at(1),
    }
}

#[tokio::test]
async fn a_foreign_tenant_knows_no_ticket() {
    let test = database().await;
    let (acme, globex) = (chat(test.db(), "acme").await, chat(test.db(), "globex").await);
    let (mine, by) = (new(&acme), Author::default());
    let (id, client) = (mine.id, mine.client_id.unwrap());
    let kept = acme.db.transaction(async |conn| {
        tickets::create(conn, mine).await?;
        events::add(conn, created(id, &by)).await?;
        tickets::load(conn, id).await
    });
    let kept = kept.await.unwrap().unwrap();
    assert_eq!((kept.number, kept.status, kept.version), (1, Status::Open, 1));
    globex
        .db
        .transaction(async |conn| {
            assert_eq!(tickets::load(conn, id).await?, None);
            assert_eq!(tickets::by_number(conn, 1).await?, None);
            assert_eq!(tickets::of_client(conn, client).await?, None);
            assert!(tickets::of_numbers(conn, &[1]).await?.is_empty());
            assert!(
                tickets::of_conversation(conn, acme.conversation, 9)
                    .await?
                    .is_empty()
            );
            assert_eq!(tickets::source(conn, acme.conversation).await?, None);
            let absent = |outcome: Result<(), StoreError>| matches!(outcome, Err(StoreError::NotFound));
            assert!(absent(tickets::lock(conn, id).await.map(drop)));
            assert!(absent(tickets::update(conn, &kept).await));
            tickets::lead_on(conn, id, TicketId::new()).await?;
            assert!(events::list(conn, id, 9, None).await?.is_empty());
            let all = list::list(conn, &Wanted::default(), Order::Created, 9, None).await?;
            assert!(all.is_empty());
            assert!(relations::watchers(conn, id).await?.is_empty());
            assert!(relations::links(conn, id).await?.is_empty());
            assert!(!relations::unwatch(conn, id, UserId::new()).await?);
            assert!(absent(
                relations::ends(conn, id, TicketLinkId::new()).await.map(drop)
            ));
            assert!(absent(relations::unlink(conn, TicketLinkId::new()).await));
            assert!(losing::of_contact(conn, ContactId::new()).await?.is_empty());
            Ok::<_, StoreError>(())
        })
        .await
        .unwrap();
    // What would write to it is refused.
    let event = globex
        .db
        .transaction(async |conn| events::add(conn, created(id, &by)).await);
    assert!(event.await.is_err());
    let watch = globex
        .db
        .transaction(async |conn| relations::watch(conn, id, UserId::new()).await);
    assert!(watch.await.is_err());
    let link = globex
        .db
        .transaction(async |conn| relations::link_conversation(conn, id, acme.conversation, at(2)).await);
    assert!(link.await.is_err());
    let other = globex
        .db
        .transaction(async |conn| relations::link_ticket(conn, id, id, LinkKind::Related, at(2)).await);
    assert!(other.await.is_err());
    for (wrong, constraint) in [
        (
            NewTicket {
                conversation_id: None,
                ..new(&acme)
            },
            "tickets_space",
        ),
        (
            NewTicket {
                space_id: globex.space,
                ..new(&acme)
            },
            "tickets_conversation",
        ),
        (
            NewTicket {
                contact_id: Some(ContactId::new()),
                ..new(&globex)
            },
            "tickets_contact",
        ),
    ] {
        let made = globex
            .db
            .transaction(async |conn| tickets::create(conn, wrong).await);
        assert!(made.await.unwrap_err().is_conflict(constraint), "{constraint}");
    }
    let first = globex
        .db
        .transaction(async |conn| tickets::create(conn, new(&globex)).await);
    assert_eq!(first.await.unwrap(), 1, "what was refused took no number");
    let unchanged = acme.db.read(async |conn| tickets::load(conn, id).await).await;
    assert_eq!(unchanged.unwrap(), Some(kept));
}

#[tokio::test]
async fn a_conversation_has_one_ticket_that_is_not_closed_and_tickets_go_with_their_space() {
    let test = database().await;
    let acme = chat(test.db(), "acme").await;
    let first = new(&acme);
    let id = first.id;
    acme.db
        .transaction(async |conn| tickets::create(conn, first).await)
        .await
        .unwrap();
    let second = acme
        .db
        .transaction(async |conn| tickets::create(conn, new(&acme)).await);
    assert!(
        second
            .await
            .unwrap_err()
            .is_conflict("tickets_one_of_conversation")
    );
    let next = acme.db.transaction(async |conn| {
        let mut ticket = tickets::lock(conn, id).await?;
        (ticket.status, ticket.resolved_at) = (Status::Closed, Some(at(2)));
        tickets::update(conn, &ticket).await?;
        tickets::create(conn, new(&acme)).await
    });
    assert_eq!(next.await.unwrap(), 2);
    let left = acme.db.transaction(async |conn| {
        space_life::remove(conn, acme.space, at(3)).await?;
        while space_life::empty(conn, acme.space, 1).await? > 0 {}
        list::list(conn, &Wanted::default(), Order::Created, 9, None).await
    });
    assert_eq!(left.await.unwrap(), []);
}

const TICKETS: i64 = 100_000;

/// Rows of tickets that were read in this transaction, and what the server has not counted yet of those before it.
const ROWS: &str = "(SELECT seq_tup_read + coalesce(idx_tup_fetch, 0) FROM pg_stat_xact_user_tables \
    WHERE relname = 'tickets')";

/// Counts from here on.
async fn reads(conn: &mut TenantConn<'_>) -> Result<(), StoreError> {
    let begin = format!("DO $$ BEGIN PERFORM set_config('test.rows', {ROWS}::text, true); END $$");
    testing::sql_in(conn, &begin).await
}

/// Fails where more rows were read since.
async fn has_read_few(conn: &mut TenantConn<'_>, most: i64) -> Result<(), StoreError> {
    let look = format!(
        "DO $$ DECLARE rows bigint := {ROWS} - current_setting('test.rows')::bigint; BEGIN
           IF rows > {most} THEN RAISE EXCEPTION '% rows were read', rows; END IF;
         END $$"
    );
    testing::sql_in(conn, &look).await
}

#[tokio::test]
async fn a_page_of_many_tickets_reads_few() {
    let test = database().await;
    let acme = chat(test.db(), "acme").await;
    let (tenant, space) = (acme.db.tenant_id(), acme.space);
    let ada = UserId::new();
    // One in a hundred is not done yet, and one in a thousand is somebody's.
    let fill = format!(
        "ALTER TABLE tickets SET (autovacuum_enabled = off);
         SET default_statistics_target = 1000;
         INSERT INTO tickets (tenant_id, id, number, space_id, subject, status, priority, via, resolved_at,
                              assignee_id, assignee_name, created_at, updated_at)
         SELECT '{tenant}', gen_random_uuid(), n, '{space}', 'Order ' || n, CASE WHEN n % 100 = 0 THEN 'open' ELSE 'closed' END,
                (ARRAY['low', 'normal', 'high', 'urgent'])[1 + n % 4], 'api',
                CASE WHEN n % 100 > 0 THEN '{due}'::timestamptz END,
                CASE WHEN n % 1000 = 0 THEN '{ada}'::uuid END, CASE WHEN n % 1000 = 0 THEN 'Ada' END,
                '{due}', '{due}'::timestamptz + n * interval '1 s'
         FROM generate_series(1, {TICKETS}) n; ANALYZE tickets",
        due = at(1).to_rfc3339(),
    );
    admin(&test).await.batch_execute(&fill).await.unwrap();
    let open = Wanted {
        statuses: vec![Status::Open, Status::Pending],
        ..Wanted::default()
    };
    let of_ada = Wanted {
        assignee: Some(Some(ada)),
        ..Wanted::default()
    };
    for (wanted, order) in [
        (&Wanted::default(), Order::Updated),
        (&Wanted::default(), Order::Created),
        (&Wanted::default(), Order::Priority),
        (&open, Order::Updated),
        (&open, Order::Created),
        (&open, Order::Priority),
        (&of_ada, Order::Updated),
    ] {
        let read = acme
            .db
            .read(async |conn| {
                reads(conn).await?;
                let first = list::list(conn, wanted, order, 50, None).await?;
                assert_eq!(first.len(), 50, "{order:?}");
                let last = &first[49];
                let place = match order {
                    Order::Updated => Place::Updated(last.updated_at, last.id),
                    Order::Created => Place::Created(last.number),
                    Order::Priority => Place::Priority(last.priority, last.number),
                };
                let next = list::list(conn, wanted, order, 50, Some(place)).await?;
                assert!(
                    next.iter()
                        .all(|one| first.iter().all(|before| before.id != one.id))
                );
                has_read_few(conn, 110).await
            })
            .await;
        read.unwrap_or_else(|error| panic!("{wanted:?} {order:?}: {error}"));
    }
    // A page from the middle of many that are alike reads no more than the first.
    let middle = acme.db.read(async |conn| {
        reads(conn).await?;
        let place = Place::Priority(Priority::High, TICKETS / 2);
        let page = list::list(conn, &Wanted::default(), Order::Priority, 50, Some(place)).await?;
        assert!(page.iter().all(|one| one.priority == Priority::High));
        has_read_few(conn, 100).await
    });
    middle.await.unwrap();
}

#[tokio::test]
async fn those_are_mailed_whom_a_ticket_concerns_and_never_another_tenants() {
    let test = database().await;
    let (acme, globex) = (chat(test.db(), "acme").await, chat(test.db(), "globex").await);
    let ada = acme.db.read(members::list).await.unwrap()[0].user_id;
    let (ticket, system) = (new(&acme), Author::default());
    let (id, job) = (ticket.id, JobId::new());
    let made = acme.db.transaction(async |conn| {
        tickets::create(conn, ticket).await?;
        events::add(conn, created(id, &system)).await?;
        let note = NewEvent {
            kind: Kind::Note,
            body: json!({ "text": "Asked." }),
            at: at(5),
            ..created(id, &system)
        };
        events::add(conn, note).await?;
        let mail = NewJob {
            id: job,
            space_id: None,
            kind: "send_mail",
            key: "mail",
            payload: json!({}),
            priority: 0,
            due_at: at(9),
            at: at(5),
        };
        jobs::enqueue(conn, mail).await
    });
    made.await.unwrap();
    let both = Told {
        assignee: true,
        watchers: true,
    };
    let readers = async |db: &TenantDb, told, except| {
        let found = db.read(async |conn| ticket_mail::readers(conn, id, told, except).await);
        found.await.unwrap()
    };
    assert_eq!(readers(&acme.db, both, None).await, []);
    let watched = acme
        .db
        .transaction(async |conn| relations::watch(conn, id, ada).await);
    watched.await.unwrap();
    let assignee = Told {
        watchers: false,
        ..both
    };
    assert_eq!(readers(&acme.db, both, None).await, [ada]);
    assert_eq!(readers(&acme.db, assignee, None).await, [], "she only watches");
    assert_eq!(readers(&acme.db, both, Some(ada.0)).await, [], "she did it");
    assert_eq!(readers(&globex.db, both, None).await, []);
    let news = async |db: &TenantDb| {
        let found = db.read(async |conn| ticket_mail::news(conn, id, ada, job).await);
        found.await.unwrap()
    };
    let (about, told) = news(&acme.db).await.unwrap();
    assert_eq!((about.number, about.has, about.watches), (1, false, true));
    let kinds: Vec<Kind> = told.iter().map(|news| news.kind).collect();
    assert_eq!(kinds, [Kind::Note], "what was before the job is told already");
    assert_eq!(news(&globex.db).await, None);
    for on in [false, true] {
        let want = acme
            .db
            .transaction(async |conn| ticket_mail::want(conn, ada, on).await);
        want.await.unwrap();
        let wanted = acme.db.read(async |conn| ticket_mail::wanted(conn, ada).await);
        assert_eq!(wanted.await.unwrap(), on);
        assert_eq!(readers(&acme.db, both, None).await.is_empty(), !on);
    }
    let foreign = globex
        .db
        .transaction(async |conn| ticket_mail::want(conn, ada, false).await);
    assert!(matches!(foreign.await, Err(StoreError::Conflict { .. })));
    test.run("UPDATE users SET email_verified_at = NULL")
        .await
        .unwrap();
    assert_eq!(readers(&acme.db, both, None).await, [], "anybody's address");
}

#[tokio::test]
async fn punctuation_in_a_search_matches_nothing_else() {
    let test = database().await;
    let acme = chat(test.db(), "acme").await;
    for subject in ["100% cotton", "100 robots", "snake_case", "snakeXcase"] {
        let one = NewTicket {
            subject: subject.to_owned(),
            conversation_id: None,
            client_id: None,
            ..new(&acme)
        };
        let made = acme.db.transaction(async |conn| tickets::create(conn, one).await);
        made.await.unwrap();
    }
    let found = async |search: &str| {
        let wanted = Wanted {
            search: search.to_owned(),
            ..Wanted::default()
        };
        let all = acme
            .db
            .read(async |conn| list::list(conn, &wanted, Order::Created, 9, None).await);
        let subjects = all.await.unwrap().into_iter().map(|ticket| ticket.subject);
        subjects.collect::<Vec<_>>()
    };
    assert_eq!(found("100% cot").await, ["100% cotton"]);
    assert_eq!(found("snake_c").await, ["snake_case"]);
    // Neither is any letters.
    assert_eq!(found("1%0").await.len(), 0);
    assert_eq!(found("snake_ase").await.len(), 0);
}
