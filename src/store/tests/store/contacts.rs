//! Contacts, their keys and their past: what is theirs, and nothing of another tenant's.

use parlance_store::{
    StoreError, TenantDb,
    ids::{ContactId, IdentityKeyId, VisitorId},
    queries::{
        contacts::{self, Contact, Proven},
        history,
        identity_keys::{self, IdentityAlgorithm, NewIdentityKey},
        visitors::{self, Visit},
    },
};
use serde_json::json;

use crate::support::{Chat, at, chat, database};

fn proven(external_id: &str, name: Option<&str>, second: i64) -> Proven {
    Proven {
        id: ContactId::new(),
        external_id: external_id.to_owned(),
        name: name.map(str::to_owned),
        email: None,
        avatar: None,
        at: at(second),
    }
}

async fn prove(db: &TenantDb, proven: Proven) -> Contact {
    db.transaction(async |conn| contacts::prove(conn, proven).await)
        .await
        .unwrap()
}

async fn becomes(chat: &Chat, visitor: VisitorId, contact: ContactId) {
    let visit = Visit {
        id: visitor,
        space_id: chat.space,
        attributes: json!({}),
        said: json!({}),
        contact_id: Some(contact),
        locale: None,
        at: at(5),
    };
    chat.db
        .transaction(async |conn| visitors::upsert(conn, visit).await)
        .await
        .unwrap();
}

fn key(chat: &Chat, algorithm: IdentityAlgorithm) -> NewIdentityKey {
    let public = algorithm == IdentityAlgorithm::Rs256;
    NewIdentityKey {
        id: IdentityKeyId::new(),
        space_id: chat.space,
        algorithm,
        secret: (!public).then(|| vec![1, 2, 3]),
        public_key: public.then(|| "-----BEGIN PUBLIC KEY-----".to_owned()),
        at: at(1),
    }
}

#[tokio::test]
async fn an_id_is_one_person_in_a_tenant_and_another_in_the_next() {
    let test = database().await;
    let (acme, globex) = (chat(test.db(), "acme").await, chat(test.db(), "globex").await);
    let first = prove(&acme.db, proven("u-1", Some("Ann"), 10)).await;
    let again = prove(&acme.db, proven("u-1", None, 20)).await;
    assert_eq!((again.id, again.name.as_deref()), (first.id, Some("Ann")));
    assert_eq!((again.created_at, again.verified_at), (at(10), Some(at(20))));
    assert_ne!(prove(&globex.db, proven("u-1", None, 10)).await.id, first.id);
    let none = acme
        .db
        .transaction(async |conn| contacts::prove(conn, proven("", None, 1)).await);
    assert!(none.await.unwrap_err().is_conflict("contacts_external_id_shape"));
}

#[tokio::test]
async fn a_visitor_becomes_a_contacts_once_and_brings_what_was_said() {
    let test = database().await;
    let acme = chat(test.db(), "acme").await;
    acme.says("may I return it?").await;
    let ann = prove(&acme.db, proven("ann", None, 1)).await.id;
    let bob = prove(&acme.db, proven("bob", None, 1)).await.id;
    becomes(&acme, acme.visitor, ann).await;
    becomes(&acme, acme.visitor, bob).await;
    acme.db
        .read(async |conn| {
            assert_eq!(visitors::proven(conn, acme.visitor).await?, Some(ann));
            let all = visitors::of_contact(conn, acme.space, ann).await?;
            assert_eq!(
                (&all[..], visitors::of_contact(conn, acme.space, bob).await?.len()),
                (&[acme.visitor][..], 0)
            );
            let list = history::list(conn, acme.space, all.clone(), 10).await?;
            assert_eq!((list.len(), list[0].text.as_str()), (1, "may I return it?"));
            assert_eq!(
                history::latest(conn, acme.space, &all).await?,
                Some(acme.conversation)
            );
            assert_eq!(
                history::of_visitor(conn, acme.visitor).await?,
                [acme.conversation]
            );
            Ok::<_, StoreError>(())
        })
        .await
        .unwrap();
}

#[tokio::test]
async fn a_key_has_a_secret_or_is_public_and_nothing_else() {
    let test = database().await;
    let acme = chat(test.db(), "acme").await;
    for algorithm in IdentityAlgorithm::ALL {
        let whole = key(&acme, *algorithm);
        acme.db
            .transaction(async |conn| identity_keys::add(conn, whole).await)
            .await
            .unwrap();
        for (secret, public_key) in [(None, None), (Some(vec![1]), Some("x".to_owned()))] {
            let odd = NewIdentityKey {
                secret,
                public_key,
                ..key(&acme, *algorithm)
            };
            let refused = acme
                .db
                .transaction(async |conn| identity_keys::add(conn, odd).await)
                .await;
            assert!(refused.unwrap_err().is_conflict("identity_keys_one_kind"));
        }
    }
}

#[tokio::test]
async fn nobody_else_sees_or_changes_any_of_it() {
    let test = database().await;
    let (acme, globex) = (chat(test.db(), "acme").await, chat(test.db(), "globex").await);
    acme.says("may I return it?").await;
    let ann = prove(&acme.db, proven("ann", Some("Ann"), 1)).await;
    becomes(&acme, acme.visitor, ann.id).await;
    let ours = key(&acme, IdentityAlgorithm::Hs256);
    let kid = ours.id;
    acme.db
        .transaction(async |conn| identity_keys::add(conn, ours).await)
        .await
        .unwrap();
    globex
        .db
        .read(async |conn| {
            assert!(contacts::load(conn, ann.id).await?.is_none());
            assert_eq!(visitors::proven(conn, acme.visitor).await?, None);
            assert!(visitors::of_contact(conn, acme.space, ann.id).await?.is_empty());
            assert!(
                history::list(conn, acme.space, vec![acme.visitor], 9)
                    .await?
                    .is_empty()
            );
            assert_eq!(history::latest(conn, acme.space, &[acme.visitor]).await?, None);
            assert!(history::of_visitor(conn, acme.visitor).await?.is_empty());
            assert!(identity_keys::list(conn, acme.space).await?.is_empty());
            Ok::<_, StoreError>(())
        })
        .await
        .unwrap();
    let locked = globex
        .db
        .transaction(async |conn| visitors::lock(conn, acme.visitor).await);
    assert!(locked.await.unwrap().is_none());
    let told = json!({ "plan": "stolen" });
    let describe = globex
        .db
        .transaction(async |conn| contacts::describe(conn, ann.id, &told).await);
    assert!(describe.await.is_err());
    let retire = globex
        .db
        .transaction(async |conn| identity_keys::retire(conn, acme.space, kid, at(0)).await);
    assert!(retire.await.is_err());
    let remove = globex
        .db
        .transaction(async |conn| identity_keys::remove(conn, acme.space, kid).await);
    assert!(remove.await.is_err());
    let planted = NewIdentityKey {
        space_id: acme.space,
        ..key(&globex, IdentityAlgorithm::Hs256)
    };
    assert!(
        globex
            .db
            .transaction(async |conn| identity_keys::add(conn, planted).await)
            .await
            .is_err()
    );
    let visit = Visit {
        id: globex.visitor,
        space_id: globex.space,
        attributes: json!({}),
        said: json!({}),
        contact_id: Some(ann.id),
        locale: None,
        at: at(9),
    };
    let joined = globex
        .db
        .transaction(async |conn| visitors::upsert(conn, visit).await);
    assert!(joined.await.unwrap_err().is_conflict("visitors_contact"));
    acme.db
        .read(async |conn| {
            assert_eq!(contacts::load(conn, ann.id).await?, Some(ann.clone()));
            let keys = identity_keys::list(conn, acme.space).await?;
            assert_eq!((keys.len(), keys[0].retires_at), (1, None));
            Ok::<_, StoreError>(())
        })
        .await
        .unwrap();
}
