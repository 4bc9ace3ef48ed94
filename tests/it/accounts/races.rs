//! Two things that happen to an account at the same moment: one of them waits for the other, and
//! decides on what it finds then.

use parlance_store::{
    StoreError, TenantConn,
    control::{Role, factors, members, people, sessions},
    ids::UserId,
};
use reqwest::Method;
use serde_json::{Value, json};

use super::{Answer, Person, log_in};
use crate::support::{PASSWORD, TestApp, Workspace};

async fn owner_of(app: &TestApp, acme: &Workspace) -> UserId {
    let found = app.services.db.control().login_by_email(&acme.email).await;
    found.unwrap().unwrap().user.id
}

/// What `asked` is answered when it comes after `change` is under way and before it is committed.
async fn meanwhile(
    app: &TestApp,
    acme: &Workspace,
    change: impl AsyncFnOnce(&mut TenantConn<'_>) -> Result<(), StoreError>,
    asked: impl Future<Output = Answer>,
) -> Answer {
    app.meanwhile(acme.tenant, (change, 1), asked, async |_| Ok(()))
        .await
}

async fn living(app: &TestApp) -> Value {
    let rows = app
        .db()
        .rows("SELECT count(*) AS n FROM sessions WHERE revoked_at IS NULL")
        .await;
    rows.unwrap()[0]["n"].clone()
}

#[tokio::test]
async fn a_login_that_waited_for_another_password_does_not_come_in_with_the_one_before() {
    let app = TestApp::start().await;
    let acme = app.workspace("acme").await;
    let user = owner_of(&app, &acme).await;
    let change = async |conn: &mut TenantConn<'_>| {
        people::hold(conn, user).await?;
        people::set_password(conn, user, None, "!").await?;
        sessions::end_others(conn, user, None, app.services.clock.now()).await?;
        Ok(())
    };
    let answer = meanwhile(&app, &acme, change, log_in(&app, &acme.email, PASSWORD)).await;
    assert_eq!(answer.code(), (401, "invalid_credentials"));
    assert_eq!(living(&app).await, 0);
}

#[tokio::test]
async fn a_login_that_waited_for_a_hash_of_the_same_password_comes_in() {
    let app = TestApp::start().await;
    let acme = app.workspace("acme").await;
    let user = owner_of(&app, &acme).await;
    let renewed = parlance::domain::accounts::password::hash(PASSWORD).unwrap();
    let change = async |conn: &mut TenantConn<'_>| {
        people::hold(conn, user).await?;
        people::set_password(conn, user, None, &renewed).await?;
        Ok(())
    };
    let answer = meanwhile(&app, &acme, change, log_in(&app, &acme.email, PASSWORD)).await;
    assert_eq!(answer.status, 200, "{}", answer.body);
}

#[tokio::test]
async fn a_login_that_waited_for_a_second_factor_is_asked_for_its_code() {
    let app = TestApp::start().await;
    let acme = app.workspace("acme").await;
    let (user, at) = (owner_of(&app, &acme).await, app.services.clock.now());
    let change = async |conn: &mut TenantConn<'_>| {
        people::hold(conn, user).await?;
        factors::propose(conn, user, b"sealed", at).await?;
        factors::enable(conn, user, b"sealed", at).await?;
        Ok(())
    };
    let answer = meanwhile(&app, &acme, change, log_in(&app, &acme.email, PASSWORD)).await;
    assert_eq!(answer.code(), (401, "code_required"));
}

#[tokio::test]
async fn a_switch_does_not_escape_the_end_of_all_sessions() {
    let app = TestApp::start().await;
    let acme = app.workspace("acme").await;
    let user = owner_of(&app, &acme).await;
    let here = Person::owner(&app, &acme.email).await;
    let change = async |conn: &mut TenantConn<'_>| {
        people::hold(conn, user).await?;
        sessions::end_others(conn, user, None, app.services.clock.now()).await?;
        Ok(())
    };
    let switch = here.posts("/api/auth/switch", json!({ "tenant": acme.tenant }));
    let answer = meanwhile(&app, &acme, change, switch).await;
    assert_eq!(answer.code(), (401, "unauthenticated"));
    assert_eq!(living(&app).await, 0);
}

#[tokio::test]
async fn who_is_removed_meanwhile_does_not_come_in_and_is_told_so() {
    let app = TestApp::start().await;
    let acme = app.workspace("acme").await;
    let user = owner_of(&app, &acme).await;
    let remove = async |conn: &mut TenantConn<'_>| members::remove(conn, user).await;
    let answer = meanwhile(&app, &acme, remove, log_in(&app, &acme.email, PASSWORD)).await;
    assert_eq!(answer.code(), (401, "invalid_credentials"));

    let globex = app.workspace("globex").await;
    let here = Person::owner(&app, &globex.email).await;
    let user = owner_of(&app, &globex).await;
    let second = app.workspace("second").await;
    let control = app.services.db.control();
    control
        .add_membership(user, second.tenant, Role::Viewer)
        .await
        .unwrap();
    let remove = async |conn: &mut TenantConn<'_>| members::remove(conn, user).await;
    let switch = here.posts("/api/auth/switch", json!({ "tenant": second.tenant }));
    let answer = meanwhile(&app, &second, remove, switch).await;
    assert_eq!(answer.code(), (401, "unauthenticated"));
    assert!(here.goes_on().await, "the session here was not used up");
}

#[tokio::test]
async fn who_may_no_longer_decide_on_members_when_it_comes_to_it_does_not() {
    let app = TestApp::start().await;
    let acme = app.workspace("acme").await;
    let admin = Person {
        token: app.colleague(&acme, Role::Admin).await,
        ..Person::owner(&app, &acme.email).await
    };
    app.colleague(&acme, Role::Agent).await;
    let control = app.services.db.control();
    let id = async |email: &str| control.login_by_email(email).await.unwrap().unwrap().user.id;
    let (user, agent) = (id("admin@acme.example").await, id("agent@acme.example").await);
    let member = format!("/api/team/members/{agent}");
    let invitation = json!({ "email": "bob@shop.example", "role": "admin" });
    for (method, path, body) in [
        (Method::PATCH, member.as_str(), json!({ "role": "admin" })),
        (Method::DELETE, member.as_str(), Value::Null),
        (Method::POST, "/api/team/invitations", invitation),
    ] {
        control
            .add_membership(user, acme.tenant, Role::Admin)
            .await
            .unwrap();
        app.services.accounts.forget();
        let demote = async |conn: &mut TenantConn<'_>| {
            members::lock(conn, user).await?;
            members::set_role(conn, user, Role::Viewer).await
        };
        let answer = meanwhile(&app, &acme, demote, admin.asks(method, path, body)).await;
        assert_eq!(answer.code(), (403, "forbidden"), "{path}");
    }
    let list = Person::owner(&app, &acme.email).await;
    let list = list.gets("/api/team/members").await;
    assert_eq!(list["items"].as_array().unwrap().len(), 3);
}
