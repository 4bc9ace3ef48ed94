//! Logins, refresh tokens, and finding a space.

use chrono::{DateTime, Utc};
use futures_util::future::join_all;
use parlance_store::{
    control::{ControlDb, NewRefreshToken, NewUser, RefreshSession, Role, Rotation},
    ids::{FamilyId, RefreshTokenId, TenantId, UserId},
};

use crate::support::{at, chat, database, refused_by};

fn token(hash: &str, at: DateTime<Utc>) -> NewRefreshToken {
    let expires_at = at + chrono::TimeDelta::days(30);
    NewRefreshToken {
        id: RefreshTokenId::new(),
        hash: hash.into(),
        at,
        expires_at,
    }
}

async fn logged_in(control: &ControlDb, email: &str) -> RefreshSession {
    let login = control.login_by_email(email).await.unwrap().unwrap();
    let session = RefreshSession {
        family: FamilyId::new(),
        user_id: login.user.id,
        tenant_id: login.memberships[0].tenant_id,
    };
    control
        .create_refresh(session, token("first", at(0)))
        .await
        .unwrap();
    session
}

#[tokio::test]
async fn a_login_is_found_in_any_case_and_an_address_has_one() {
    let test = database().await;
    let control = test.db().control();
    chat(test.db(), "acme").await;
    let login = control
        .login_by_email("OWNER@Acme.example")
        .await
        .unwrap()
        .unwrap();
    assert_eq!(login.user.email, "owner@acme.example");
    assert_eq!(login.memberships[0].role, Role::Owner);
    assert!(
        control
            .login_by_email("nobody@acme.example")
            .await
            .unwrap()
            .is_none()
    );

    let again = NewUser {
        id: UserId::new(),
        email: "Owner@acme.example".into(),
        name: "Eve".into(),
        password_hash: "x".into(),
        at: at(0),
    };
    let refused = control.sign_up(TenantId::new(), "evil", again).await;
    assert!(refused_by(refused, "users_email_once"));
}

#[tokio::test]
async fn one_person_works_in_two_tenants() {
    let test = database().await;
    let control = test.db().control();
    chat(test.db(), "acme").await;
    let login = control
        .login_by_email("owner@acme.example")
        .await
        .unwrap()
        .unwrap();
    let second = TenantId::new();
    control.create_tenant(second, "Globex", at(0)).await.unwrap();
    control
        .add_membership(login.user.id, second, Role::Viewer)
        .await
        .unwrap();
    control
        .add_membership(login.user.id, second, Role::Agent)
        .await
        .unwrap();
    let login = control.login_by_id(login.user.id).await.unwrap().unwrap();
    let roles: Vec<Role> = login.memberships.iter().map(|m| m.role).collect();
    assert_eq!(roles.len(), 2);
    assert!(
        login
            .memberships
            .iter()
            .any(|m| m.tenant_id == second && m.role == Role::Agent)
    );
}

#[tokio::test]
async fn a_refresh_token_works_once_and_its_second_use_ends_the_family() {
    let test = database().await;
    chat(test.db(), "acme").await;
    let control = test.db().control();
    let session = logged_in(&control, "owner@acme.example").await;
    let rotate = async |hash: &str, next: &str, when| {
        control
            .rotate_refresh(hash.as_bytes(), token(next, at(when)))
            .await
            .unwrap()
    };
    assert_eq!(rotate("first", "second", 1).await, Rotation::Rotated(session));
    assert_eq!(rotate("unknown", "x", 2).await, Rotation::Refused);
    assert_eq!(rotate("first", "stolen", 3).await, Rotation::Reused(session));
    assert_eq!(
        rotate("second", "third", 4).await,
        Rotation::Refused,
        "the family is revoked"
    );
}

#[tokio::test]
async fn of_many_uses_at_once_one_wins_and_none_survives() {
    let test = database().await;
    chat(test.db(), "acme").await;
    let control = test.db().control();
    let session = logged_in(&control, "owner@acme.example").await;
    let names: Vec<String> = (0..12).map(|n| format!("next{n}")).collect();
    let rotations = join_all(
        names
            .iter()
            .map(|next| control.rotate_refresh(b"first", token(next, at(1)))),
    )
    .await;
    let rotated = rotations
        .iter()
        .filter(|r| matches!(r, Ok(Rotation::Rotated(_))))
        .count();
    let reused = rotations
        .iter()
        .filter(|r| matches!(r, Ok(Rotation::Reused(s)) if *s == session))
        .count();
    assert_eq!((rotated, reused), (1, 11));
    for next in &names {
        let after = control
            .rotate_refresh(next.as_bytes(), token("later", at(2)))
            .await
            .unwrap();
        assert_eq!(after, Rotation::Refused);
    }
}

#[tokio::test]
async fn logging_out_and_time_end_a_session() {
    let test = database().await;
    chat(test.db(), "acme").await;
    let control = test.db().control();
    let session = logged_in(&control, "owner@acme.example").await;
    let late = control
        .rotate_refresh(b"first", token("x", at(31 * 86_400)))
        .await
        .unwrap();
    assert_eq!(late, Rotation::Refused);
    control.revoke_family(session.family, at(1)).await.unwrap();
    assert_eq!(
        control.rotate_refresh(b"first", token("x", at(2))).await.unwrap(),
        Rotation::Refused
    );
}
