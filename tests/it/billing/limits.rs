//! What programs and people are refused by the plan, and what they are told of it.

use reqwest::Method;
use serde_json::{Value, json};

use super::{moves_to, refusal, used};
use crate::{
    knowledge::rest::Admin,
    spaces::Owner,
    support::{Setup, TestApp},
    web::{page, site::Site},
};

#[tokio::test]
async fn spaces_documents_and_queries_are_refused_with_the_limit_the_use_and_the_reset() {
    let limits = [("spaces", 2), ("documents_per_space", 2), ("queries_per_day", 1)];
    let app = Setup::default().limited(&limits).start().await;
    let acme = app.workspace("acme").await;
    let owner = Owner::of(&app, &acme).await;
    let (made, _) = owner.makes(json!({ "name": "Second" })).await;
    assert_eq!(made, 201);
    let (_, problem) = owner.makes(json!({ "name": "Third" })).await;
    assert_eq!(refusal(&problem), json!([402, "plan_limit", "spaces", 2, 2]));
    assert_eq!(problem["resets_at"], Value::Null);

    let paste = format!("/api/chat-spaces/{}/documents/text", acme.space);
    let text = |title: &str| json!({ "title": title, "text": "We open at nine." });
    assert_eq!(owner.asks(Method::POST, &paste, text("Hours")).await.0, 202);
    let (_, problem) = owner.asks(Method::POST, &paste, text("More")).await;
    assert_eq!(
        refusal(&problem),
        json!([402, "plan_limit", "documents_per_space", 2, 2])
    );
    let again = json!({ "title": "Hours", "text": "We open at ten." });
    assert_eq!(
        owner.asks(Method::POST, &paste, again).await.0,
        202,
        "another version"
    );
    let (_, problem) = owner
        .asks(
            Method::POST,
            &format!("/api/chat-spaces/{}/documents/url", acme.space),
            json!({ "url": "https://acme.example/" }),
        )
        .await;
    assert_eq!(problem["quota"], "documents_per_space");

    let query = json!({ "space": acme.space, "text": "warranty" });
    assert_eq!(owner.asks(Method::POST, "/api/query", query.clone()).await.0, 200);
    let (_, problem) = owner.asks(Method::POST, "/api/query", query.clone()).await;
    assert_eq!(
        refusal(&problem),
        json!([402, "plan_limit", "queries_per_day", 1, 1])
    );
    assert!(
        problem["resets_at"].as_str().unwrap().ends_with("T00:00:00Z"),
        "{problem}"
    );

    // What is there beyond a lower plan's limit stays, and is neither hidden nor counted away.
    moves_to(&app, &acme, "enterprise").await;
    assert_eq!(owner.makes(json!({ "name": "Third" })).await.0, 201);
    assert_eq!(owner.asks(Method::POST, "/api/query", query).await.0, 200);
    moves_to(&app, &acme, "free").await;
    assert_eq!(used(&owner, "spaces").await, (3, Some(2)));
    assert_eq!(
        owner.gets("/api/chat-spaces").await["items"]
            .as_array()
            .unwrap()
            .len(),
        3
    );
    let plans = owner.gets("/api/billing/plan").await;
    assert_eq!(
        (&plans["plan"], &plans["plans"][1]["price"]),
        (&json!("free"), &json!("49.000"))
    );
    let record = owner.gets("/api/audit?action=workspace.plan").await;
    assert_eq!(record["items"].as_array().unwrap().len(), 2);
}

#[tokio::test]
async fn a_site_is_read_as_far_as_there_is_room_and_read_again_where_it_is_known() {
    let site = Site::start().await.at("/", page("Front", &["/hinges", "/locks"]));
    let site = site
        .at("/hinges", page("Hinges", &[]))
        .at("/locks", page("Locks", &[]));
    let allowed = site.address.to_string();
    let setup = Setup::default()
        .set("CRAWL_ALLOW", &allowed)
        .limited(&[("documents_per_space", 3)]);
    let admin = Admin::on(setup).await;
    let start = site.url("127.0.0.1", "/");
    let made = admin
        .names(json!({ "url": start.as_str(), "scope": "site" }))
        .await;
    admin.job_done(&made).await;
    let source = format!("/api/sources/{}", made["source"]["id"].as_str().unwrap());
    let pages = admin.get(&format!("{source}/pages")).await;
    let pages = pages["items"].as_array().unwrap();
    let skipped: Vec<&Value> = pages.iter().filter(|page| page["outcome"] == "skipped").collect();
    assert_eq!((pages.len(), skipped.len()), (3, 1), "{pages:?}");
    let note = skipped[0]["note"].as_str().unwrap();
    assert_eq!(
        note,
        "your plan has room for 3 documents in a space, and 3 are used"
    );
    let read = admin.get(&source).await;
    assert_eq!(read["status"], "ready", "{read}");
}

#[tokio::test]
async fn days_and_months_are_those_of_the_workspaces_clock() {
    let app = TestApp::start().await;
    let acme = app.workspace("acme").await;
    let owner = Owner::of(&app, &acme).await;
    assert_eq!(owner.gets("/api/workspace").await["time_zone"], "UTC");
    let change = async |body: Value| owner.asks(Method::PATCH, "/api/workspace", body).await;
    let (changed, workspace) = change(json!({ "time_zone": "Asia/Kuwait" })).await;
    assert_eq!((changed, &workspace["name"]), (200, &json!("acme")));
    let usage = owner.gets("/api/billing/usage").await;
    assert_eq!(usage["time_zone"], "Asia/Kuwait");
    let resets = usage["limits"][0]["resets_at"].as_str().unwrap();
    assert!(resets.ends_with("T21:00:00Z"), "{resets}");
    for unsound in ["Europe/Atlantis", "", "+03:00"] {
        let (refused, problem) = change(json!({ "time_zone": unsound })).await;
        assert_eq!(refused, 400, "{problem}");
    }
    let (_, both) = change(json!({ "name": "Acme Robotics", "time_zone": "UTC" })).await;
    assert_eq!(
        (&both["name"], &both["time_zone"]),
        (&json!("Acme Robotics"), &json!("UTC"))
    );
    let record = owner.gets("/api/audit?action=workspace.time_zone").await;
    assert_eq!(record["items"].as_array().unwrap().len(), 2);
}
