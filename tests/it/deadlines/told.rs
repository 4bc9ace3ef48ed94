//! That a deadline is at risk or has passed is told once, and mailed to whose it is.

use chrono::TimeDelta;
use parlance::domain::tickets::deadlines::tell;
use parlance_store::queries::tickets::Priority;
use reqwest::Method;
use serde_json::json;

use super::{Desk, FirstResponse, Resolution, standard, time};
use crate::accounts::mail_to;

#[tokio::test]
async fn it_is_told_once_also_where_the_server_stood_still() {
    let mut desk = Desk::open().await;
    desk.promises(&standard()).await;
    let id = desk.ticket(Priority::High).await;
    desk.clock.advance(TimeDelta::minutes(48) + TimeDelta::seconds(1));
    assert_eq!(desk.told(id, 1).await, ["sla_at_risk"]);
    desk.app.stop().await;
    desk.clock.advance(TimeDelta::minutes(20));
    desk.app.restart().await;
    assert_eq!(desk.told(id, 2).await, ["sla_at_risk", "sla_breached"]);
    let breached = desk.deadline(id, FirstResponse).await.unwrap();
    assert_eq!(breached.breached_at, Some(time("2026-12-07T09:00:00Z")));
    // Whoever looks again has nothing to tell.
    for _ in 0..2 {
        let told = tell::tell(&desk.db(), id, desk.now()).await.unwrap();
        assert_eq!(told, None);
    }
    // The resolution comes to be at risk after 6.4 of eight hours, and passes. No other event is told twice.
    desk.until("2026-12-08T16:00:00Z");
    assert_eq!(desk.told(id, 3).await[2..], ["sla_breached"]);
    assert_eq!(
        desk.deadline(id, Resolution).await.unwrap().breached_at,
        Some(time("2026-12-07T16:00:00Z"))
    );
}

#[tokio::test]
async fn what_is_met_too_late_was_breached_even_where_nobody_had_looked() {
    let desk = Desk::open().await;
    desk.promises(&standard()).await;
    let id = desk.ticket(Priority::High).await;
    // Maybe somebody does look meanwhile: it is the same.
    desk.clock.advance(TimeDelta::minutes(90));
    desk.is_answered(id).await;
    let late = desk.deadline(id, FirstResponse).await.unwrap();
    assert_eq!(
        (late.breached_at, late.used_seconds),
        (Some(time("2026-12-07T09:00:00Z")), 5_400)
    );
    assert_eq!(desk.told(id, 1).await, ["sla_breached"]);
    assert_eq!(tell::tell(&desk.db(), id, desk.now()).await.unwrap(), None);
}

#[tokio::test]
async fn a_breach_that_is_taken_back_is_told_again_when_it_comes() {
    let desk = Desk::open().await;
    desk.promises(&standard()).await;
    let id = desk.ticket(Priority::High).await;
    desk.until("2026-12-07T09:30:00Z");
    assert_eq!(desk.told(id, 1).await, ["sla_breached"]);
    desk.is_of(id, Priority::Normal).await;
    let open = desk.deadline(id, FirstResponse).await.unwrap();
    assert_eq!((open.breached_at, open.at_risk_told_at), (None, None));
    desk.until("2026-12-07T10:30:00Z");
    assert_eq!(desk.told(id, 2).await, ["sla_breached", "sla_breached"]);
}

#[tokio::test]
async fn those_are_mailed_who_may_answer_and_want_it() {
    let desk = Desk::open().await;
    desk.promises(&standard()).await;
    let id = desk.ticket(Priority::High).await;
    desk.clock.advance(TimeDelta::minutes(50));
    let mail = mail_to(&desk.app, &desk.acme.email, "Due soon: #1 My robot has stopped").await;
    let said = mail["text"].as_str().unwrap();
    assert!(
        said.contains("The first response to ticket #1 is due on 7 December 2026, 09:00 UTC."),
        "{said}"
    );
    assert!(
        mail["links"][0].as_str().unwrap().ends_with("/app/tickets/1"),
        "{mail}"
    );
    desk.clock.advance(TimeDelta::minutes(20));
    mail_to(&desk.app, &desk.acme.email, "Overdue: #1 My robot has stopped").await;

    let (status, wanted) = desk
        .asks(
            Method::PATCH,
            "/api/auth/notifications",
            &json!({ "deadline_mail": false }),
        )
        .await;
    assert_eq!(
        (status, wanted),
        (
            200,
            json!({ "waiting_mail": true, "deadline_mail": false, "ticket_mail": true })
        )
    );
    desk.until("2026-12-08T09:30:00Z");
    desk.told(id, 3).await;
    let mails = "SELECT 1 AS n FROM jobs WHERE payload #>> '{errand,mail}' = 'deadline'";
    assert_eq!(desk.app.db().rows(mails).await.unwrap().len(), 2);
}
