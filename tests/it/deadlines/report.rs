//! The report, exact against what happened.

use chrono::TimeDelta;
use parlance_store::queries::tickets::{Priority, Status};
use reqwest::Method;
use serde_json::{Value, json};

use super::{Desk, standard};

const DAYS: &str = "/api/analytics/sla?from=2026-12-07&to=2026-12-09&tz=Europe/Berlin";

#[tokio::test]
async fn what_was_kept_and_missed_is_told_by_everything_and_as_a_table() {
    let desk = Desk::open().await;
    desk.promises(&standard()).await;
    let nothing = json!({ "met": 0, "breached": 0, "median_seconds": null });
    let (status, empty) = desk.asks(Method::GET, DAYS, &Value::Null).await;
    assert_eq!((status, &empty["totals"]["first_response"]), (200, &nothing));
    assert_eq!(empty["series"].as_array().unwrap().len(), 3);

    let (kept, late, open) = (
        desk.ticket(Priority::High).await,
        desk.ticket(Priority::High).await,
        desk.ticket(Priority::Normal).await,
    );
    desk.clock.advance(TimeDelta::minutes(30));
    desk.is_answered(kept).await;
    desk.clock.advance(TimeDelta::minutes(60));
    desk.is_answered(late).await;
    desk.becomes(kept, Status::Resolved).await;
    let (_, report) = desk.asks(Method::GET, DAYS, &Value::Null).await;
    let first = json!({ "met": 1, "breached": 1, "median_seconds": 3_600.0 });
    assert_eq!(report["totals"]["first_response"], first);
    assert_eq!(
        report["totals"]["resolution"],
        json!({ "met": 1, "breached": 0, "median_seconds": 5_400.0 })
    );
    assert_eq!(report["series"][0]["at"], "2026-12-07");
    assert_eq!(report["series"][0]["kept"]["first_response"]["breached"], 1);
    assert_eq!(report["series"][1]["kept"]["first_response"], nothing);
    assert_eq!(report["priorities"].as_array().unwrap().len(), 1, "{report}");
    assert_eq!(
        (
            &report["priorities"][0]["key"],
            &report["priorities"][0]["kept"]["first_response"]
        ),
        (&json!("high"), &first)
    );
    assert_eq!(
        (&report["policies"][0]["name"], &report["agents"][0]["key"]),
        (&json!("Standard"), &Value::Null)
    );

    // The third is answered by nobody: it is breached when it is due, after two hours.
    desk.clock.advance(TimeDelta::minutes(31));
    desk.told(open, 1).await;
    let (_, report) = desk.asks(Method::GET, DAYS, &Value::Null).await;
    assert_eq!(report["totals"]["first_response"]["breached"], 2);

    let token = desk.token().await;
    let table = desk.app.http.get(desk.app.url(DAYS)).bearer_auth(token);
    let table = table
        .header("accept", "text/csv")
        .send()
        .await
        .unwrap()
        .text()
        .await
        .unwrap();
    let lines: Vec<&str> = table.split("\r\n").collect();
    assert!(lines[0].starts_with("by,key,name,first_response_met,"), "{table}");
    assert_eq!(lines[1], "total,,,1,2,3600,1,0,5400");
    assert!(lines.contains(&"priority,normal,normal,0,1,,0,0,"), "{table}");
    assert!(lines.contains(&"time,2026-12-07,,1,2,,1,0,"), "{table}");

    let (status, _) = desk
        .asks(
            Method::GET,
            "/api/analytics/sla?from=2026-12-09&to=2026-12-07",
            &Value::Null,
        )
        .await;
    assert_eq!(status, 400);
}
