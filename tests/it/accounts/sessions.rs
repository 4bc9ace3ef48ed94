//! Sessions, as their person sees them, and in several workspaces.

use parlance_store::{
    control::Role,
    ids::{TenantId, UserId},
};
use reqwest::Method;
use serde_json::{Value, json};

use super::{Person, recorded, refresh};
use crate::support::TestApp;

async fn sessions(person: &Person<'_>) -> Vec<Value> {
    let listed = person.gets("/api/auth/sessions").await;
    listed["items"].as_array().unwrap().clone()
}

async fn ends(person: &Person<'_>, path: &str) -> u16 {
    person.asks(Method::DELETE, path, Value::Null).await.status
}

#[tokio::test]
async fn a_person_sees_their_sessions_and_ends_them() {
    let app = TestApp::start().await;
    let (acme, globex) = (app.workspace("acme").await, app.workspace("globex").await);
    let here = Person::owner(&app, &acme.email).await;
    let there = Person::owner(&app, &acme.email).await;
    let stranger = Person::owner(&app, &globex.email).await;
    let listed = sessions(&here).await;
    assert_eq!(listed.len(), 2);
    let current: Vec<&Value> = listed
        .iter()
        .filter(|session| session["current"] == true)
        .collect();
    assert_eq!(current.len(), 1);
    assert_eq!(
        (&current[0]["address"], &current[0]["workspace"]),
        (&json!("127.0.0.1"), &json!("acme"))
    );
    let other = listed.iter().find(|session| session["current"] == false).unwrap();
    let path = format!("/api/auth/sessions/{}", other["id"].as_str().unwrap());
    assert_eq!(ends(&stranger, &path).await, 404, "somebody else's");
    assert!(there.goes_on().await);
    assert_eq!(ends(&here, &path).await, 204);
    assert_eq!(ends(&here, &path).await, 404, "it has ended");
    assert_eq!(ends(&here, "/api/auth/sessions/no-id").await, 404);
    assert_eq!(refresh(&app, &there.cookie).await.status, 401);
    assert_eq!(sessions(&here).await.len(), 1);
    assert_eq!(sessions(&stranger).await.len(), 1);
    assert!(recorded(&app).await.contains(&"session.revoke".to_owned()));
}

#[tokio::test]
async fn all_others_end_at_once() {
    let app = TestApp::start().await;
    let acme = app.workspace("acme").await;
    let here = Person::owner(&app, &acme.email).await;
    let others = [
        Person::owner(&app, &acme.email).await,
        Person::owner(&app, &acme.email).await,
    ];
    assert_eq!(ends(&here, "/api/auth/sessions").await, 204);
    for other in others {
        assert!(!other.goes_on().await);
    }
    assert!(here.goes_on().await);
    assert_eq!(recorded(&app).await, ["session.revoke_others"]);
}

#[tokio::test]
async fn a_session_tells_the_device_that_renewed_it_last() {
    let app = TestApp::start().await;
    let acme = app.workspace("acme").await;
    let here = Person::owner(&app, &acme.email).await;
    let renewal = app
        .http
        .post(app.url("/api/auth/refresh"))
        .header("cookie", &here.cookie)
        .header(
            "user-agent",
            "Mozilla/5.0 (Windows NT 10.0) Gecko/20100101 Firefox/140.0",
        );
    assert_eq!(renewal.send().await.unwrap().status(), 200);
    assert_eq!(sessions(&here).await[0]["device"], "Firefox on Windows");
}

#[tokio::test]
async fn somebody_of_two_workspaces_goes_from_one_to_the_other() {
    let app = TestApp::start().await;
    let (acme, globex) = (app.workspace("acme").await, app.workspace("globex").await);
    let control = app.services.db.control();
    let user: UserId = control
        .login_by_email(&acme.email)
        .await
        .unwrap()
        .unwrap()
        .user
        .id;
    control
        .add_membership(user, globex.tenant, Role::Agent)
        .await
        .unwrap();
    let here = Person::owner(&app, &acme.email).await;
    let me = here.gets("/api/auth/me").await;
    let names: Vec<&str> = me["memberships"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| one["name"].as_str().unwrap())
        .collect();
    assert_eq!(names, ["acme", "globex"]);
    let foreign = here
        .posts("/api/auth/switch", json!({ "tenant": TenantId::new() }))
        .await;
    assert_eq!(foreign.code(), (404, "not_found"));
    let switched = here
        .posts("/api/auth/switch", json!({ "tenant": globex.tenant }))
        .await;
    assert_eq!(
        switched.body["tenant"],
        json!({ "id": globex.tenant, "role": "agent" })
    );
    let there = Person::of(&app, &switched);
    assert_eq!(there.gets("/api/chat-spaces").await["items"][0]["slug"], "globex");
    assert_eq!(sessions(&there).await.len(), 1, "one session, in another place");
    assert!(!here.goes_on().await && there.goes_on().await);
}
