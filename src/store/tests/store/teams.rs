//! Members, teams, invitations and keys: a foreign tenant sees and changes none of them.

use parlance_store::{
    StoreError,
    control::{NewUser, Role, members},
    ids::{ApiKeyId, InvitationId, TeamId, UserId},
    queries::{
        api_keys::{self, ApiKey},
        invitations::{self, Invitation},
        teams,
    },
};

use crate::support::{at, chat, database};

#[tokio::test]
async fn a_foreign_tenant_knows_no_member_and_no_team() {
    let test = database().await;
    let (acme, globex) = (chat(test.db(), "acme").await, chat(test.db(), "globex").await);
    let (ada, bob, team) = (UserId::new(), UserId::new(), TeamId::new());
    for id in [ada, bob] {
        let user = NewUser {
            id,
            email: format!("{id}@acme.example"),
            name: "Ada".into(),
            password_hash: "$argon2id$".into(),
            at: at(0),
        };
        test.db().control().create_user(user).await.unwrap();
    }
    let added = acme.db.transaction(async |conn| {
        assert!(members::add(conn, ada, Role::Agent, at(1)).await?);
        assert!(
            !members::add(conn, ada, Role::Admin, at(2)).await?,
            "is one already"
        );
        teams::put(conn, team, "Returns", &[ada], at(3)).await?;
        Ok::<_, StoreError>((members::list(conn).await?, teams::list(conn).await?))
    });
    let (before, teams_before) = added.await.unwrap();
    assert_eq!(before.len(), 2);
    assert_eq!((before[1].user_id, before[1].role), (ada, Role::Agent));

    globex
        .db
        .transaction(async |conn| {
            assert!(matches!(
                members::lock(conn, ada).await,
                Err(StoreError::NotFound)
            ));
            assert!(matches!(teams::lock(conn, team).await, Err(StoreError::NotFound)));
            assert_eq!(members::list(conn).await?.len(), 1);
            assert!(teams::list(conn).await?.is_empty());
            members::set_role(conn, ada, Role::Owner).await?;
            members::remove(conn, ada).await?;
            teams::remove(conn, team).await?;
            Ok::<_, StoreError>(())
        })
        .await
        .unwrap();
    let joined = globex
        .db
        .transaction(async |conn| teams::put(conn, TeamId::new(), "Theirs", &[ada], at(4)).await);
    assert!(joined.await.unwrap_err().is_conflict("team_members_are_members"));
    let after = acme
        .db
        .read(async |conn| Ok::<_, StoreError>((members::list(conn).await?, teams::list(conn).await?)));
    assert_eq!(after.await.unwrap(), (before, teams_before));

    let gone = acme.db.transaction(async |conn| {
        members::remove(conn, ada).await?;
        teams::lock(conn, team).await
    });
    assert!(gone.await.unwrap().members.is_empty(), "out of the teams, too");
}

#[tokio::test]
async fn a_foreign_tenant_knows_no_key() {
    let test = database().await;
    let (acme, globex) = (chat(test.db(), "acme").await, chat(test.db(), "globex").await);
    let maker = UserId::new();
    let key = ApiKey {
        id: ApiKeyId::new(),
        name: "Sync".into(),
        prefix: "sk_abcdefgh".into(),
        scopes: vec!["spaces:read".into()],
        created_by: Some(maker),
        created_at: at(1),
        expires_at: None,
        last_used_at: None,
        revoked_at: None,
    };
    let made = acme
        .db
        .transaction(async |conn| api_keys::create(conn, &key, b"mac").await);
    made.await.unwrap();
    globex
        .db
        .transaction(async |conn| {
            assert!(api_keys::list(conn, 9).await?.is_empty());
            assert_eq!(api_keys::count(conn).await?, 0);
            assert_eq!(api_keys::load(conn, key.id).await?, None);
            assert!(!api_keys::revoke(conn, key.id, at(2)).await?);
            assert!(api_keys::revoke_made_by(conn, maker, at(2)).await?.is_empty());
            api_keys::used(conn, &[key.id], &[at(3)]).await
        })
        .await
        .unwrap();
    let again = ApiKey {
        id: ApiKeyId::new(),
        ..key.clone()
    };
    let taken = globex
        .db
        .transaction(async |conn| api_keys::create(conn, &again, b"theirs").await);
    assert!(taken.await.unwrap_err().is_conflict("api_key_index_pkey"));
    let found = test.db().control().api_key(&key.prefix).await.unwrap().unwrap();
    assert_eq!(
        (found.tenant_id, found.key_id, found.mac),
        (acme.db.tenant_id(), key.id, b"mac".to_vec())
    );
    let kept = acme
        .db
        .read(async |conn| api_keys::load(conn, key.id).await)
        .await;
    assert_eq!(kept.unwrap().as_ref(), Some(&key));

    let ends = async |maker| {
        let ending = acme
            .db
            .transaction(async |conn| api_keys::revoke_made_by(conn, maker, at(4)).await);
        ending.await.unwrap().iter().map(|key| key.id).collect::<Vec<_>>()
    };
    assert!(ends(UserId::new()).await.is_empty(), "somebody else's stay");
    assert_eq!(ends(maker).await, [key.id]);
    assert!(ends(maker).await.is_empty(), "once");
    let gone = test.db().control().api_key(&key.prefix).await.unwrap();
    assert!(gone.is_none(), "nothing finds it any more");
}

#[tokio::test]
async fn a_foreign_tenant_knows_no_invitation() {
    let test = database().await;
    let (acme, globex) = (chat(test.db(), "acme").await, chat(test.db(), "globex").await);
    let new = Invitation {
        id: InvitationId::new(),
        email: "bob@shop.example".into(),
        role: Role::Agent,
        invited_by: UserId::new(),
        inviter: None,
        workspace: "acme".into(),
        created_at: at(1),
        expires_at: at(9),
    };
    let made = acme.db.transaction(async |conn| {
        invitations::put(conn, &new).await?;
        invitations::send(conn, new.id, b"hash").await
    });
    made.await.unwrap();
    globex
        .db
        .transaction(async |conn| {
            assert!(invitations::list(conn).await?.is_empty());
            assert_eq!(invitations::lock(conn, new.id).await?, None);
            assert!(!invitations::is_of(conn, new.id, b"hash").await?);
            assert!(!invitations::remove(conn, new.id).await?);
            invitations::send(conn, new.id, b"theirs").await
        })
        .await
        .unwrap();
    let kept = acme.db.transaction(async |conn| {
        assert!(invitations::is_of(conn, new.id, b"hash").await?);
        invitations::list(conn).await
    });
    assert_eq!(kept.await.unwrap(), [new]);
}
