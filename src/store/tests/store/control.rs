//! Logins, refresh tokens, and finding a space.

use chrono::{DateTime, Utc};
use futures_util::future::join_all;
use parlance_store::{
    Db, StoreError, TenantDb,
    control::{
        LiveSession, NewRefreshToken, NewUser, RefreshSession, Role, Rotation, factors,
        links::{self, LinkKind, NewLink},
        people, refresh,
        sessions::{self, Seen},
    },
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

async fn logged_in(db: &Db, email: &str) -> RefreshSession {
    begun(db, email, "first").await
}

async fn begun(db: &Db, email: &str, hash: &str) -> RefreshSession {
    let login = db.control().login_by_email(email).await.unwrap().unwrap();
    let session = RefreshSession {
        family: FamilyId::new(),
        user_id: login.user.id,
        tenant_id: login.memberships[0].tenant_id,
    };
    let (seen, first) = (Seen::default(), token(hash, at(0)));
    db.tenant(session.tenant_id)
        .transaction(async |conn| refresh::begin(conn, session, &seen, &first).await)
        .await
        .unwrap();
    session
}

async fn rotate(db: &TenantDb, hash: &[u8], next: NewRefreshToken) -> Rotation {
    let seen = Seen::default();
    let rotated = db.transaction(async |conn| refresh::rotate(conn, hash, &next, &seen).await);
    rotated.await.unwrap()
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
    let acme = chat(test.db(), "acme").await.db;
    let globex = chat(test.db(), "globex").await.db;
    let session = logged_in(test.db(), "owner@acme.example").await;
    let rotate =
        async |hash: &str, next: &str, when| rotate(&acme, hash.as_bytes(), token(next, at(when))).await;
    let elsewhere = self::rotate(&globex, b"first", token("elsewhere", at(1))).await;
    assert_eq!(elsewhere, Rotation::Refused, "in another tenant's transaction");
    assert_eq!(rotate("first", "second", 1).await, Rotation::Rotated(session));
    assert_eq!(rotate("unknown", "x", 2).await, Rotation::Refused);
    assert_eq!(rotate("first", "stolen", 3).await, Rotation::Reused(session));
    assert_eq!(
        rotate("second", "third", 4).await,
        Rotation::Refused,
        "the family is revoked"
    );
    let control = test.db().control();
    assert_eq!(control.session(session.family, at(4)).await.unwrap(), None);
}

#[tokio::test]
async fn of_many_uses_at_once_one_wins_and_none_survives() {
    let test = database().await;
    let acme = chat(test.db(), "acme").await.db;
    let session = logged_in(test.db(), "owner@acme.example").await;
    let names: Vec<String> = (0..12).map(|n| format!("next{n}")).collect();
    let rotations = join_all(
        names
            .iter()
            .map(|next| rotate(&acme, b"first", token(next, at(1)))),
    )
    .await;
    let rotated = rotations.iter().filter(|r| matches!(r, Rotation::Rotated(_)));
    let reused = rotations.iter().filter(|r| **r == Rotation::Reused(session));
    assert_eq!((rotated.count(), reused.count()), (1, 11));
    for next in &names {
        let after = rotate(&acme, next.as_bytes(), token("later", at(2))).await;
        assert_eq!(after, Rotation::Refused);
    }
}

#[tokio::test]
async fn logging_out_and_time_end_a_session() {
    let test = database().await;
    let (acme, control) = (chat(test.db(), "acme").await.db, test.db().control());
    let session = logged_in(test.db(), "owner@acme.example").await;
    let late = rotate(&acme, b"first", token("x", at(31 * 86_400))).await;
    assert_eq!(late, Rotation::Refused);
    let live = LiveSession {
        user: session.user_id,
        tenant: session.tenant_id,
        role: Role::Owner,
        email: "owner@acme.example".to_owned(),
        name: "Ada".to_owned(),
        email_verified: true,
    };
    assert_eq!(control.session(session.family, at(1)).await.unwrap(), Some(live));
    assert_eq!(
        control.session(session.family, at(31 * 86_400)).await.unwrap(),
        None
    );
    let end = async || {
        acme.transaction(async |conn| sessions::end(conn, session.user_id, session.family, at(1)).await)
            .await
            .unwrap()
    };
    assert_eq!((end().await, end().await), (true, false), "once");
    assert_eq!(
        rotate(&acme, b"first", token("x", at(2))).await,
        Rotation::Refused
    );
    assert_eq!(control.session(session.family, at(2)).await.unwrap(), None);
}

#[tokio::test]
async fn what_ended_long_ago_is_forgotten() {
    let test = database().await;
    let (acme, control) = (chat(test.db(), "acme").await.db, test.db().control());
    let (ended, living) = (
        begun(test.db(), "owner@acme.example", "first").await,
        begun(test.db(), "owner@acme.example", "second").await,
    );
    acme.transaction(async |conn| sessions::end(conn, ended.user_id, ended.family, at(10)).await)
        .await
        .unwrap();
    let rotated = rotate(&acme, b"second", token("third", at(20 * 86_400))).await;
    assert_eq!(rotated, Rotation::Rotated(living));
    let left = async |query: &str| test.rows(query).await.unwrap().len();
    assert_eq!(control.forget_sessions(at(10), 100).await.unwrap(), 0);
    assert_eq!(control.forget_sessions(at(11), 100).await.unwrap(), 1);
    assert_eq!(left("SELECT 1 AS one FROM sessions").await, 1);
    assert_eq!(left("SELECT 1 AS one FROM refresh_tokens").await, 2);
    // A token of a living session that could not be used any more.
    assert_eq!(control.forget_sessions(at(31 * 86_400), 100).await.unwrap(), 1);
    assert_eq!(left("SELECT 1 AS one FROM refresh_tokens").await, 1);
    let next = rotate(&acme, b"third", token("fourth", at(32 * 86_400))).await;
    assert_eq!(next, Rotation::Rotated(living));
}

#[tokio::test]
async fn all_other_sessions_of_a_person_end_and_nobody_elses() {
    let test = database().await;
    let (acme, control) = (chat(test.db(), "acme").await.db, test.db().control());
    chat(test.db(), "globex").await;
    let here = begun(test.db(), "owner@acme.example", "here").await;
    let there = begun(test.db(), "owner@acme.example", "there").await;
    let theirs = begun(test.db(), "owner@globex.example", "theirs").await;
    let ended = acme
        .transaction(async |conn| sessions::end_others(conn, here.user_id, Some(here.family), at(1)).await)
        .await
        .unwrap();
    assert_eq!(ended, 1);
    let mine = control.sessions(here.user_id, at(1), 10).await.unwrap();
    assert_eq!(
        mine.iter().map(|one| one.family).collect::<Vec<_>>(),
        [here.family]
    );
    assert_eq!(
        rotate(&acme, b"there", token("x", at(2))).await,
        Rotation::Refused
    );
    assert!(control.session(there.family, at(2)).await.unwrap().is_none());
    assert!(control.session(theirs.family, at(2)).await.unwrap().is_some());
    let foreign =
        acme.transaction(async |conn| sessions::end(conn, here.user_id, theirs.family, at(2)).await);
    assert!(!foreign.await.unwrap(), "another person's");
}

/// As an earlier version of the server left it.
#[tokio::test]
async fn a_session_without_its_row_gets_it_when_it_goes_on() {
    let test = database().await;
    let acme = chat(test.db(), "acme").await.db;
    let session = logged_in(test.db(), "owner@acme.example").await;
    let gone = crate::support::admin(&test)
        .await
        .execute("DELETE FROM sessions", &[])
        .await;
    assert_eq!(gone.unwrap(), 1);
    assert_eq!(
        rotate(&acme, b"first", token("second", at(1))).await,
        Rotation::Rotated(session)
    );
    let live = test.db().control().session(session.family, at(1)).await.unwrap();
    assert_eq!(live.unwrap().user, session.user_id);
}

#[tokio::test]
async fn a_session_ends_with_the_membership_and_the_tenant() {
    let test = database().await;
    chat(test.db(), "acme").await;
    let session = logged_in(test.db(), "owner@acme.example").await;
    let (admin, control) = (crate::support::admin(&test).await, test.db().control());
    let lives = async || control.session(session.family, at(1)).await.unwrap().is_some();
    assert!(lives().await);
    admin
        .execute("UPDATE tenants SET status = 'suspended'", &[])
        .await
        .unwrap();
    assert!(!lives().await);
    admin
        .execute("UPDATE tenants SET status = 'active'", &[])
        .await
        .unwrap();
    assert!(lives().await);
    admin.execute("DELETE FROM memberships", &[]).await.unwrap();
    assert!(!lives().await);
}

#[tokio::test]
async fn a_link_works_once_and_ends_the_one_before() {
    let test = database().await;
    let (acme, control) = (chat(test.db(), "acme").await.db, test.db().control());
    let user = control
        .login_by_email("owner@acme.example")
        .await
        .unwrap()
        .unwrap()
        .user
        .id;
    let put = async |hash: &[u8], kind| {
        let link = NewLink {
            user,
            kind,
            hash,
            email: "owner@acme.example",
            at: at(0),
            expires_at: at(60),
        };
        acme.transaction(async |conn| links::put(conn, link).await)
            .await
            .unwrap();
    };
    let take = async |hash: &[u8], when| {
        acme.transaction(async |conn| links::take(conn, hash, when).await)
            .await
            .unwrap()
    };
    put(b"old", LinkKind::Reset).await;
    put(b"new", LinkKind::Reset).await;
    put(b"other", LinkKind::Verify).await;
    assert!(control.link(b"old", at(1)).await.unwrap().is_none());
    let link = control.link(b"new", at(1)).await.unwrap().unwrap();
    assert_eq!(
        (link.user_id, link.kind, link.tenant_id),
        (user, LinkKind::Reset, acme.tenant_id())
    );
    assert!(control.link(b"new", at(60)).await.unwrap().is_none());
    assert!(!take(b"new", at(60)).await, "its time is over");
    assert_eq!(
        (take(b"new", at(1)).await, take(b"new", at(1)).await),
        (true, false)
    );
    acme.transaction(async |conn| links::end(conn, user).await)
        .await
        .unwrap();
    assert!(take(b"other", at(1)).await, "verifying is left");
}

#[tokio::test]
async fn a_step_and_a_recovery_code_count_once() {
    let test = database().await;
    let (acme, control) = (chat(test.db(), "acme").await.db, test.db().control());
    let user = control
        .login_by_email("owner@acme.example")
        .await
        .unwrap()
        .unwrap()
        .user
        .id;
    acme.transaction(async |conn| {
        assert!(factors::propose(conn, user, b"first", at(0)).await?);
        assert!(factors::propose(conn, user, b"second", at(0)).await?);
        assert!(
            !factors::enable(conn, user, b"first", at(1)).await?,
            "another one by now"
        );
        assert!(factors::enable(conn, user, b"second", at(1)).await?);
        assert!(
            !factors::propose(conn, user, b"third", at(2)).await?,
            "it is asked for"
        );
        assert!(factors::use_step(conn, user, b"second", 7).await?);
        assert!(!factors::use_step(conn, user, b"second", 7).await?);
        assert!(!factors::use_step(conn, user, b"second", 6).await?);
        factors::put_codes(conn, user, vec![b"a".to_vec(), b"b".to_vec()]).await?;
        assert!(factors::use_code(conn, user, b"a", at(3)).await?);
        assert!(!factors::use_code(conn, user, b"a", at(3)).await?);
        Ok::<_, StoreError>(())
    })
    .await
    .unwrap();
    let factor = control.factor(user).await.unwrap().unwrap();
    assert_eq!((factor.enabled, factor.codes_left), (true, 1));
    assert!(control.login_by_id(user).await.unwrap().unwrap().second_factor);
    acme.transaction(async |conn| factors::disable(conn, user).await)
        .await
        .unwrap();
    assert!(control.factor(user).await.unwrap().is_none());
}

#[tokio::test]
async fn a_password_and_an_address_change_only_from_what_they_were() {
    let test = database().await;
    let (acme, control) = (chat(test.db(), "acme").await.db, test.db().control());
    let globex = chat(test.db(), "globex").await.db;
    let user = control
        .login_by_email("owner@acme.example")
        .await
        .unwrap()
        .unwrap()
        .user
        .id;
    acme.transaction(async |conn| {
        assert!(people::set_password(conn, user, Some("$argon2id$"), "new").await?);
        assert!(!people::set_password(conn, user, Some("$argon2id$"), "newer").await?);
        people::want_email(conn, user, "a@acme.example").await?;
        people::want_email(conn, user, "b@acme.example").await?;
        assert!(!people::change_email(conn, user, "a@acme.example", at(1)).await?);
        assert!(people::change_email(conn, user, "b@acme.example", at(1)).await?);
        assert!(
            !people::verify_email(conn, user, "b@acme.example", at(2)).await?,
            "known before"
        );
        people::want_email(conn, user, "owner@globex.example").await
    })
    .await
    .unwrap();
    let taken =
        acme.transaction(async |conn| people::change_email(conn, user, "owner@globex.example", at(1)).await);
    assert!(refused_by(taken.await.map(|_| ()), "users_email_once"));
    let login = control.login_by_id(user).await.unwrap().unwrap();
    assert_eq!(
        (login.user.email.as_str(), login.password_hash.as_str()),
        ("b@acme.example", "new")
    );
    let foreign = globex.transaction(async |conn| people::recipient(conn, user).await);
    assert!(matches!(foreign.await, Err(StoreError::NotFound)));
}
