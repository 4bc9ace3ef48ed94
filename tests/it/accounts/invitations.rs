//! Coming into somebody else's workspace by a link.

use chrono::TimeDelta;
use parlance_store::control::Role;
use reqwest::Method;
use serde_json::{Value, json};

use super::{Answer, Person, STRONG, mail_to, post, recorded, sign_up, still, token_of};
use crate::support::TestApp;

const BOB: &str = "bob@shop.example";

async fn invites(person: &Person<'_>, email: &str, role: &str) -> Answer {
    person
        .posts("/api/team/invitations", json!({ "email": email, "role": role }))
        .await
}

async fn accepts(app: &TestApp, token: &str) -> Answer {
    let body = json!({ "token": token, "name": "Bob Roy", "password": STRONG });
    post(app, "/api/auth/accept-invitation", &body).await
}

#[tokio::test]
async fn somebody_without_an_account_makes_one_by_the_link() {
    let app = TestApp::start().await;
    let acme = app.workspace("acme").await;
    let owner = Person::owner(&app, &acme.email).await;
    assert_eq!(invites(&owner, BOB, "agent").await.status, 201);
    let mail = mail_to(&app, BOB, "invites you").await;
    let token = token_of(&mail);
    let look = post(&app, "/api/auth/invitation", &json!({ "token": token })).await;
    assert_eq!(
        (look.status, &look.body["email"], &look.body["has_account"]),
        (200, &json!(BOB), &json!(false))
    );
    let unnamed = post(&app, "/api/auth/accept-invitation", &json!({ "token": token })).await;
    assert_eq!(unnamed.code(), (400, "invalid_request"));
    let weak = json!({ "token": token, "name": "Bob Roy", "password": "password12" });
    assert_eq!(
        post(&app, "/api/auth/accept-invitation", &weak).await.code(),
        (422, "weak_password")
    );
    let bob = Person::of(&app, &accepts(&app, &token).await);
    let me = bob.gets("/api/auth/me").await;
    assert_eq!(
        (&me["user"]["email_verified"], &me["tenant"]["role"]),
        (&json!(true), &json!("agent"))
    );
    assert_eq!(accepts(&app, &token).await.code(), (410, "link_over"), "once");
    assert_eq!(owner.gets("/api/team/invitations").await["items"], json!([]));
    assert_eq!(recorded(&app).await, ["member.invite", "member.join"]);
}

#[tokio::test]
async fn somebody_with_an_account_comes_in_with_it() {
    let app = TestApp::start().await;
    let (acme, globex) = (app.workspace("acme").await, app.workspace("globex").await);
    let owner = Person::owner(&app, &acme.email).await;
    assert_eq!(invites(&owner, &globex.email, "viewer").await.status, 201);
    let token = token_of(&mail_to(&app, &globex.email, "invites you").await);
    let joined = post(&app, "/api/auth/accept-invitation", &json!({ "token": token })).await;
    assert_eq!(
        (joined.status, &joined.body),
        (200, &json!({ "joined": globex.email }))
    );
    assert!(joined.cookie.is_none(), "a link is no password");
    let guest = Person::owner(&app, &globex.email).await;
    let there = guest
        .posts("/api/auth/switch", json!({ "tenant": acme.tenant }))
        .await;
    assert_eq!(there.body["tenant"]["role"], "viewer");
    assert_eq!(
        invites(&owner, &globex.email.to_uppercase(), "admin")
            .await
            .code(),
        (409, "conflict")
    );
}

/// Whoever signed up with somebody else's address does not get what is sent to it.
#[tokio::test]
async fn an_account_that_has_not_confirmed_its_address_does_not_come_in() {
    let app = TestApp::start().await;
    let acme = app.workspace("acme").await;
    let owner = Person::owner(&app, &acme.email).await;
    let squatter = Person::of(&app, &sign_up(&app, BOB).await);
    assert_eq!(
        invites(&squatter, "eve@shop.example", "viewer").await.code(),
        (403, "email_unconfirmed")
    );
    assert_eq!(invites(&owner, BOB, "admin").await.status, 201);
    let token = token_of(&mail_to(&app, BOB, "invites you").await);
    assert_eq!(accepts(&app, &token).await.code(), (403, "email_unconfirmed"));
    let list = owner.gets("/api/team/members").await;
    assert_eq!(list["items"].as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn an_invitation_ends_with_its_time_and_when_it_is_taken_back_or_made_anew() {
    let (app, clock) = still().await;
    let acme = app.workspace("acme").await;
    let owner = Person::owner(&app, &acme.email).await;
    assert_eq!(invites(&owner, BOB, "agent").await.status, 201);
    let first = token_of(&mail_to(&app, BOB, "invites you").await);
    let again = invites(&owner, BOB, "viewer").await;
    let path = format!("/api/team/invitations/{}", again.body["id"].as_str().unwrap());
    assert_eq!(
        accepts(&app, &first).await.code(),
        (410, "link_over"),
        "a newer one is there"
    );
    assert_eq!(owner.asks(Method::DELETE, &path, Value::Null).await.status, 204);
    assert_eq!(owner.asks(Method::DELETE, &path, Value::Null).await.status, 404);
    assert_eq!(invites(&owner, "eve@shop.example", "agent").await.status, 201);
    let late = token_of(&mail_to(&app, "eve@shop.example", "invites you").await);
    clock.advance(TimeDelta::days(7));
    assert_eq!(accepts(&app, &late).await.code(), (410, "link_over"));
}

#[tokio::test]
async fn only_owners_invite_owners_and_no_token_is_guessed_or_carried_over() {
    let app = TestApp::start().await;
    let (acme, globex) = (app.workspace("acme").await, app.workspace("globex").await);
    let owner = Person::owner(&app, &acme.email).await;
    let stranger = Person::owner(&app, &globex.email).await;
    let admin = Person {
        token: app.colleague(&acme, Role::Admin).await,
        ..owner.clone()
    };
    assert_eq!(invites(&admin, BOB, "owner").await.code(), (403, "forbidden"));
    let made = invites(&owner, BOB, "owner").await;
    let token = token_of(&mail_to(&app, BOB, "invites you").await);
    let parts: Vec<&str> = token.split('.').collect();
    let elsewhere = format!("{}.{}.{}", globex.tenant.0.simple(), parts[1], parts[2]);
    for other in [
        "",
        "x.y.z",
        &elsewhere,
        &format!("{}.{}.AAAA", parts[0], parts[1]),
    ] {
        assert_eq!(accepts(&app, other).await.code(), (410, "link_over"), "{other}");
    }
    let path = format!("/api/team/invitations/{}", made.body["id"].as_str().unwrap());
    assert_eq!(
        stranger.asks(Method::DELETE, &path, Value::Null).await.status,
        404
    );
    assert_eq!(stranger.gets("/api/team/invitations").await["items"], json!([]));
    assert_eq!(accepts(&app, &token).await.body["tenant"]["role"], "owner");
}

#[tokio::test]
async fn an_invitation_to_be_an_owner_is_the_owners_alone() {
    let app = TestApp::start().await;
    let acme = app.workspace("acme").await;
    let owner = Person::owner(&app, &acme.email).await;
    let admin = Person {
        token: app.colleague(&acme, Role::Admin).await,
        ..owner.clone()
    };
    let made = invites(&owner, BOB, "owner").await;
    let path = format!("/api/team/invitations/{}", made.body["id"].as_str().unwrap());
    assert_eq!(invites(&admin, BOB, "viewer").await.code(), (403, "forbidden"));
    let taken_back = admin.asks(Method::DELETE, &path, Value::Null).await;
    assert_eq!(taken_back.code(), (403, "forbidden"));
    assert_eq!(owner.asks(Method::DELETE, &path, Value::Null).await.status, 204);
    assert_eq!(invites(&admin, BOB, "viewer").await.status, 201);
}

#[tokio::test]
async fn invitations_end_with_the_right_to_make_them() {
    let app = TestApp::start().await;
    let acme = app.workspace("acme").await;
    let owner = Person::owner(&app, &acme.email).await;
    let second = Person {
        token: app.colleague(&acme, Role::Admin).await,
        ..owner.clone()
    };
    let me = second.gets("/api/auth/me").await;
    let member = format!("/api/team/members/{}", me["user"]["id"].as_str().unwrap());
    let becomes = async |role: &str| {
        let answer = owner.asks(Method::PATCH, &member, json!({ "role": role })).await;
        assert_eq!(answer.status, 200, "{}", answer.body);
    };
    let open = async || {
        let list = owner.gets("/api/team/invitations").await;
        let one = |one: &Value| one["email"].as_str().unwrap().to_owned();
        let mut open: Vec<String> = list["items"].as_array().unwrap().iter().map(one).collect();
        open.sort();
        open
    };
    assert_eq!(invites(&owner, "kept@shop.example", "owner").await.status, 201);
    becomes("owner").await;
    assert_eq!(invites(&second, "boss@shop.example", "owner").await.status, 201);
    assert_eq!(invites(&second, BOB, "agent").await.status, 201);
    becomes("admin").await;
    assert_eq!(open().await, [BOB, "kept@shop.example"], "no owners by an admin");
    assert_eq!(invites(&second, "eve@shop.example", "viewer").await.status, 201);
    becomes("agent").await;
    assert_eq!(open().await, ["kept@shop.example"]);
    becomes("admin").await;
    assert_eq!(invites(&second, BOB, "agent").await.status, 201);
    assert_eq!(owner.asks(Method::DELETE, &member, Value::Null).await.status, 204);
    assert_eq!(open().await, ["kept@shop.example"]);
    let taken_back = recorded(&app).await;
    let taken_back = taken_back.iter().filter(|action| *action == "member.uninvite");
    assert_eq!(taken_back.count(), 4);
}

#[tokio::test]
async fn a_workspace_does_not_write_to_the_whole_world() {
    let (app, clock) = still().await;
    let acme = app.workspace("acme").await;
    let owner = Person::owner(&app, &acme.email).await;
    let mut invited = 0;
    let refused = loop {
        let answer = invites(&owner, &format!("p{invited}@shop.example"), "viewer").await;
        if answer.status != 201 {
            break answer;
        }
        // Taken back, it still was a mail to somebody.
        let id = answer.body["id"].as_str().unwrap();
        let taken_back = owner
            .asks(Method::DELETE, &format!("/api/team/invitations/{id}"), json!({}))
            .await;
        assert_eq!(taken_back.status, 204);
        invited += 1;
    };
    assert_eq!((refused.code(), invited), ((429, "rate_limited"), 50));
    clock.advance(TimeDelta::minutes(3));
    assert_eq!(invites(&owner, "later@shop.example", "viewer").await.status, 201);
}
