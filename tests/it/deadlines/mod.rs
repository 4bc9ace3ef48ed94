//! Deadlines of tickets, from the policy to the mail: due by the hours of the space, paused while the customer
//! is asked, told once when they pass whenever the server stands still, and counted as they were kept.

mod follow;
mod policies;
mod report;
mod told;

use std::sync::Arc;

use chrono::{DateTime, TimeDelta, Utc};
use parlance::{
    domain::tickets::{self, Author, Change, Priority, Status, Via, Wanted, acts},
    kernel::clock::{Clock, ManualClock},
};
use parlance_store::{
    TenantDb,
    ids::{ConversationId, TicketId},
    queries::{
        deadlines::{self as store, Deadline, DeadlineKind},
        tickets::events,
    },
};
use reqwest::Method;
use serde_json::{Value, json};
use tokio::sync::Mutex;

use crate::support::{Setup, TestApp, Workspace, eventually};

/// A Monday at nine in Berlin.
const MONDAY: &str = "2026-12-07T08:00:00Z";
const POLICIES: &str = "/api/sla-policies";

/// A workspace that is open from Monday to Friday from nine to five in Berlin, but for Wednesday.
struct Desk {
    app: TestApp,
    clock: Arc<ManualClock>,
    acme: Workspace,
    /// The owner's access token, and when it was given.
    token: Mutex<(DateTime<Utc>, String)>,
}

fn time(text: &str) -> DateTime<Utc> {
    text.parse().unwrap()
}

fn week() -> Value {
    let day = json!([{ "from": "09:00", "to": "17:00" }]);
    json!({
        "time_zone": "Europe/Berlin", "holidays": [{ "date": "2026-12-09" }],
        "week": { "monday": day, "tuesday": day, "wednesday": day, "thursday": day, "friday": day },
    })
}

/// An hour for the first response and eight for the resolution of what is of high priority, of others twice that.
fn standard() -> Value {
    let others = json!({ "first_response": 120, "resolution": 960 });
    json!({ "name": "Standard", "targets": { "high": { "first_response": 60, "resolution": 480 }, "normal": others } })
}

impl Desk {
    async fn open() -> Self {
        let clock = Arc::new(ManualClock::at(time(MONDAY)));
        let app = Setup::default().clock(clock.clone()).start().await;
        let acme = app.workspace_with("acme", json!({ "hours": week() }), &[]).await;
        let token = Mutex::new((clock.now(), app.log_in(&acme.email).await));
        Self {
            app,
            clock,
            acme,
            token,
        }
    }

    fn db(&self) -> TenantDb {
        self.app.services.db.tenant(self.acme.tenant)
    }

    fn now(&self) -> DateTime<Utc> {
        self.app.services.clock.now()
    }

    /// Sets the clock on to this time, which is not over.
    fn until(&self, text: &str) {
        self.clock.advance(time(text) - self.now());
    }

    /// A token is of a quarter of an hour, and the clock runs.
    async fn token(&self) -> String {
        let mut held = self.token.lock().await;
        if self.now() - held.0 > TimeDelta::minutes(10) {
            *held = (self.now(), self.app.log_in(&self.acme.email).await);
        }
        held.1.clone()
    }

    async fn asks(&self, method: Method, path: &str, body: &Value) -> (u16, Value) {
        let token = self.token().await;
        let request = self
            .app
            .http
            .request(method, self.app.url(path))
            .bearer_auth(token);
        let answer = request.json(body).send().await.unwrap();
        let status = answer.status().as_u16();
        (status, answer.json().await.unwrap_or(Value::Null))
    }

    /// Makes a policy, and waits until the open deadlines are by it.
    async fn promises(&self, policy: &Value) -> Value {
        let (status, made) = self.asks(Method::POST, POLICIES, policy).await;
        assert_eq!(status, 201, "{made}");
        self.settled().await;
        made
    }

    /// Waits until no deadline is to be reckoned anew.
    async fn settled(&self) {
        let open =
            "SELECT 1 AS n FROM jobs WHERE kind = 'follow_deadlines' AND state IN ('queued', 'running')";
        eventually(async || self.app.db().rows(open).await.unwrap().is_empty().then_some(())).await;
    }

    async fn ticket(&self, priority: Priority) -> TicketId {
        let wanted = Wanted {
            space: Some(self.acme.space),
            conversation: None,
            subject: Some("My robot has stopped".to_owned()),
            priority: Some(priority),
            ..Wanted::of(ConversationId::new(), Via::Api)
        };
        let (by, at) = (Author::default(), self.now());
        let db = self.db();
        let made = db.transaction(async |conn| tickets::create(conn, wanted, &by, at).await);
        made.await.unwrap().id
    }

    async fn changes(&self, id: TicketId, change: Change) {
        let (by, at) = (Author::default(), self.now());
        let db = self.db();
        let changed = db.transaction(async |conn| tickets::change(conn, id, change, &by, at).await);
        changed.await.unwrap();
    }

    async fn becomes(&self, id: TicketId, status: Status) {
        let status = Some(status);
        self.changes(
            id,
            Change {
                status,
                ..Change::default()
            },
        )
        .await;
    }

    async fn is_of(&self, id: TicketId, priority: Priority) {
        let priority = Some(priority);
        self.changes(
            id,
            Change {
                priority,
                ..Change::default()
            },
        )
        .await;
    }

    async fn is_answered(&self, id: TicketId) {
        let responded_at = Some(self.now());
        self.changes(
            id,
            Change {
                responded_at,
                ..Change::default()
            },
        )
        .await;
    }

    async fn deadline(&self, id: TicketId, kind: DeadlineKind) -> Option<Deadline> {
        let db = self.db();
        let found = db.read(async |conn| store::of(conn, &[id]).await);
        found.await.unwrap().into_iter().find(|found| found.kind == kind)
    }

    async fn due(&self, id: TicketId, kind: DeadlineKind) -> Option<DateTime<Utc>> {
        self.deadline(id, kind).await?.due_at
    }

    /// Kinds of what was told of a ticket by itself, oldest first, in the end so many.
    async fn told(&self, id: TicketId, many: usize) -> Vec<String> {
        let told = async || {
            let db = self.db();
            let events = db.read(async |conn| events::list(conn, id, 99, None).await);
            let kinds = events
                .await
                .unwrap()
                .into_iter()
                .rev()
                .map(|event| event.kind.to_string());
            let told: Vec<String> = kinds.filter(|kind| kind.starts_with("sla_")).collect();
            (told.len() >= many).then_some(told)
        };
        eventually(told).await
    }
}

use DeadlineKind::{FirstResponse, Resolution};

#[tokio::test]
async fn a_deadline_follows_its_ticket_by_the_hours_of_the_space() {
    let desk = Desk::open().await;
    desk.promises(&standard()).await;
    let id = desk.ticket(Priority::High).await;
    assert_eq!(
        desk.due(id, FirstResponse).await,
        Some(time("2026-12-07T09:00:00Z"))
    );
    assert_eq!(desk.due(id, Resolution).await, Some(time("2026-12-07T16:00:00Z")));

    desk.clock.advance(TimeDelta::minutes(30));
    desk.is_answered(id).await;
    desk.becomes(id, Status::Pending).await;
    let answered = desk.deadline(id, FirstResponse).await.unwrap();
    assert_eq!(
        (answered.met_at, answered.used_seconds, answered.breached_at),
        (Some(desk.now()), 1_800, None)
    );
    let paused = desk.deadline(id, Resolution).await.unwrap();
    assert_eq!(
        (paused.due_at, paused.paused_at, paused.used_seconds),
        (None, Some(desk.now()), 1_800)
    );

    // The customer answers on Tuesday at four: an hour of that day, and after the holiday six and a half.
    desk.until("2026-12-08T15:00:00Z");
    desk.becomes(id, Status::Open).await;
    assert_eq!(desk.due(id, Resolution).await, Some(time("2026-12-10T14:30:00Z")));
    // Twice as long, half an hour of which is used up.
    desk.is_of(id, Priority::Normal).await;
    assert_eq!(desk.due(id, Resolution).await, Some(time("2026-12-11T14:30:00Z")));
    let judged = desk.deadline(id, FirstResponse).await.unwrap();
    assert_eq!(
        judged.target_seconds, 3_600,
        "what has ended stays as it was judged"
    );
    // Of no priority that anything is promised for.
    desk.is_of(id, Priority::Low).await;
    assert_eq!(desk.deadline(id, Resolution).await, None);
    assert!(desk.deadline(id, FirstResponse).await.is_some());
}

#[tokio::test]
async fn what_is_opened_again_is_promised_anew_and_what_is_merged_not_at_all() {
    let desk = Desk::open().await;
    desk.promises(&standard()).await;
    let (id, gone) = (
        desk.ticket(Priority::High).await,
        desk.ticket(Priority::High).await,
    );
    desk.clock.advance(TimeDelta::minutes(10));
    desk.becomes(id, Status::Resolved).await;
    let silent = desk.deadline(id, FirstResponse).await.unwrap();
    assert_eq!(silent.met_at, Some(desk.now()), "it was answered by its end");
    desk.clock.advance(TimeDelta::minutes(20));
    desk.becomes(id, Status::Open).await;
    let again = desk.deadline(id, Resolution).await.unwrap();
    assert_eq!(
        (again.round, again.started_at, again.met_at),
        (2, desk.now(), None)
    );
    assert_eq!(again.due_at, Some(time("2026-12-08T08:30:00Z")));
    assert_eq!(desk.deadline(id, FirstResponse).await, Some(silent));

    let (by, now) = (Author::default(), desk.now());
    let db = desk.db();
    let merged = db.transaction(async |conn| acts::merge(conn, gone, id, &by, now).await);
    merged.await.unwrap();
    assert_eq!(desk.deadline(gone, FirstResponse).await, None);
    assert_eq!(desk.deadline(gone, Resolution).await, None);
}
