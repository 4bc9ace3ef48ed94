//! The public site: it says what the plan file says, and shows the demo where that was made.

use parlance::{app::demo::ACME, domain::billing::plans::Plans};
use parlance_store::{
    ids::{SpaceId, TenantId},
    queries::spaces::{self, NewSpace},
};
use reqwest::StatusCode;
use serde_json::json;

use crate::support::{Setup, TestApp, provider::Provider};

const WIDGET: &str = r#"<script src="/widget.js" data-space="acme" async>"#;

async fn page(app: &TestApp, path: &str) -> (String, String) {
    let answer = app.http.get(app.url(path)).send().await.unwrap();
    assert_eq!(answer.status(), StatusCode::OK);
    let policy = answer.headers()["content-security-policy"]
        .to_str()
        .unwrap()
        .to_owned();
    (policy, answer.text().await.unwrap())
}

#[tokio::test]
async fn the_prices_are_those_of_the_plan_file() {
    let app = Setup::default().set("PLAN_FILE", "").start().await;
    for path in ["/", "/pricing"] {
        let (_, html) = page(&app, path).await;
        for plan in Plans::builtin().unwrap().iter() {
            let price = format!("<strong>{}</strong> a month", plan.price);
            assert!(
                html.contains(&price) && html.contains(&plan.about),
                "{} on {path}",
                plan.id
            );
        }
        assert!(html.contains("<b>100</b> messages a month") && html.contains("<b>Unlimited</b> storage"));
        assert!(html.contains(r#"href="/app/signup""#), "accounts are kept here");
    }
}

#[tokio::test]
async fn where_there_is_no_page_a_browser_is_told_so() {
    let app = TestApp::start().await;
    let asked = async |path: &str, accept: &str| {
        let answer = app.http.get(app.url(path)).header("accept", accept).send().await;
        let answer = answer.unwrap();
        let kind = answer.headers()["content-type"].to_str().unwrap().to_owned();
        (answer.status().as_u16(), kind, answer.text().await.unwrap())
    };
    let browser = "text/html,application/xhtml+xml,*/*;q=0.8";
    let (status, kind, html) = asked("/prices", browser).await;
    assert_eq!((status, kind.as_str()), (404, "text/html; charset=utf-8"));
    assert!(html.contains("There is no page here"), "{html}");
    for (path, accept) in [("/api/nothing", browser), ("/prices", "*/*")] {
        let (status, kind, _) = asked(path, accept).await;
        assert_eq!(
            (status, kind.as_str()),
            (404, "application/problem+json"),
            "{path}"
        );
    }
}

#[tokio::test]
async fn no_script_runs_but_the_demo_where_it_is_and_never_anothers() {
    let app = TestApp::start().await;
    let (policy, html) = page(&app, "/").await;
    assert!(
        !html.contains("<script") && !policy.contains("script-src"),
        "{policy}"
    );
    // Another business's space of that name is no demo.
    app.workspace("acme").await;
    let (_, html) = page(&app, "/").await;
    assert!(!html.contains("<script"));

    let app = TestApp::start().await;
    let demo = TenantId::from(ACME);
    app.services
        .db
        .control()
        .create_tenant(demo, "Acme", app.services.clock.now())
        .await
        .unwrap();
    let new = NewSpace {
        id: SpaceId::new(),
        slug: "acme".to_owned(),
        name: "Acme".to_owned(),
        public_key: "pk_demo_12345678".to_owned(),
        settings: json!({}),
        published: true,
        allowed_origins: Vec::new(),
        at: app.services.clock.now(),
    };
    let db = app.services.db.tenant(demo);
    let made = db.transaction(async |conn| spaces::create(conn, new).await);
    made.await.unwrap();
    let (policy, html) = page(&app, "/").await;
    assert!(
        html.contains(WIDGET) && policy.contains("script-src 'self'; frame-src 'self'"),
        "{policy}"
    );
    assert!(!policy.contains("unsafe"), "{policy}");
}

#[tokio::test]
async fn nobody_signs_up_here_where_accounts_are_kept_elsewhere() {
    let provider = Provider::start().await;
    let app = provider.clerk().start().await;
    let (_, html) = page(&app, "/").await;
    assert!(!html.contains("/app/signup") && html.contains(r#"href="/app/""#));
}

#[tokio::test]
async fn a_page_is_light_and_is_not_sent_twice() {
    let app = TestApp::start().await;
    let (_, html) = page(&app, "/").await;
    let (_, style) = html.split_once(r#"<link rel="stylesheet" href=""#).unwrap();
    let (style, _) = style.split_once('"').unwrap();
    let answer = app.http.get(app.url(style)).send().await.unwrap();
    assert!(
        answer.headers()["cache-control"]
            .to_str()
            .unwrap()
            .contains("immutable")
    );
    let size = html.len() + answer.text().await.unwrap().len();
    assert!(size < 60_000, "{size} bytes");

    let first = app.http.get(app.url("/")).send().await.unwrap();
    let again = app
        .http
        .get(app.url("/"))
        .header("if-none-match", &first.headers()["etag"]);
    assert_eq!(again.send().await.unwrap().status(), StatusCode::NOT_MODIFIED);
    let template = app.http.get(app.url("/site/landing.html")).send().await.unwrap();
    assert_eq!(template.status(), StatusCode::NOT_FOUND);
}
