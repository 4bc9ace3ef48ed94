//! Spaces, the directory that finds them, visitors and the list of conversations.

use parlance_store::{
    StoreError,
    ids::SpaceId,
    queries::{
        spaces::{self, SpaceChange},
        visitors::{self, Visit},
    },
};
use serde_json::json;

use crate::support::{at, chat, database, new_space, refused_by};

#[tokio::test]
async fn a_space_is_found_by_slug_and_by_key_and_the_directory_follows_it() {
    let test = database().await;
    let control = test.db().control();
    let acme = chat(test.db(), "acme").await;
    for word in ["acme", "pk_acme_12345678"] {
        let found = control.space_by_slug_or_key(word, at(0)).await.unwrap().unwrap();
        assert_eq!(
            (found.tenant_id, found.space_id, found.published),
            (acme.db.tenant_id(), acme.space, true)
        );
    }
    let change = SpaceChange {
        slug: "acme-robotics".into(),
        name: "Acme".into(),
        public_key: "pk_rotated_12345678".into(),
        settings: json!({}),
        published: false,
        allowed_origins: Vec::new(),
        at: at(9),
    };
    acme.db
        .transaction(async |conn| spaces::update(conn, acme.space, change).await)
        .await
        .unwrap();
    for gone in ["acme", "pk_acme_12345678"] {
        assert!(control.space_by_slug_or_key(gone, at(0)).await.unwrap().is_none());
    }
    let found = control
        .space_by_slug_or_key("acme-robotics", at(0))
        .await
        .unwrap()
        .unwrap();
    assert_eq!(
        (found.public_key.as_str(), found.published),
        ("pk_rotated_12345678", false)
    );
}

#[tokio::test]
async fn a_slug_belongs_to_one_tenant_and_has_a_shape() {
    let test = database().await;
    let acme = chat(test.db(), "acme").await;
    let globex = chat(test.db(), "globex").await;
    let taken = new_space(SpaceId::new(), "acme");
    let refused = globex
        .db
        .transaction(async |conn| spaces::create(conn, taken).await)
        .await;
    assert!(refused_by(refused, "space_index_slug_once"));
    for bad in ["Acme", "", "a_b", "pk_abcdefgh", "-a", "a b"] {
        let mut space = new_space(SpaceId::new(), "fine");
        space.slug = bad.into();
        let refused = globex
            .db
            .transaction(async |conn| spaces::create(conn, space).await)
            .await;
        assert!(refused_by(refused, "spaces_slug_shape"), "{bad:?}");
    }
    let version = acme
        .db
        .transaction(async |conn| spaces::bump_knowledge(conn, acme.space).await)
        .await
        .unwrap();
    assert_eq!(version, 1);
    let listed = acme.db.read(async |conn| spaces::list(conn).await).await.unwrap();
    assert_eq!(listed.iter().map(|s| s.id).collect::<Vec<_>>(), [acme.space]);
}

#[tokio::test]
async fn a_visitor_who_is_back_keeps_what_was_known() {
    let test = database().await;
    let acme = chat(test.db(), "acme").await;
    let visit = Visit {
        id: acme.visitor,
        space_id: acme.space,
        attributes: json!({"cart": 3}),
        said: json!({}),
        contact_id: None,
        locale: None,
        at: at(50),
    };
    acme.db
        .transaction(async |conn| visitors::upsert(conn, visit).await)
        .await
        .unwrap();
    acme.db
        .transaction(async |conn| visitors::touch(conn, acme.visitor, at(10)).await)
        .await
        .unwrap();
    let visitor = acme
        .db
        .read(async |conn| visitors::load(conn, acme.visitor).await)
        .await
        .unwrap()
        .unwrap();
    assert_eq!(
        visitor.attributes,
        json!({"cart": 3}),
        "what there is is the caller's to merge"
    );
    assert_eq!(
        (visitor.locale.as_deref(), visitor.last_seen_at),
        (Some("en"), at(50))
    );

    let elsewhere = SpaceId::new();
    let visit = Visit {
        id: acme.visitor,
        space_id: elsewhere,
        attributes: json!({}),
        said: json!({}),
        contact_id: None,
        locale: None,
        at: at(51),
    };
    let refused = acme
        .db
        .transaction(async |conn| {
            spaces::create(conn, new_space(elsewhere, "second")).await?;
            visitors::upsert(conn, visit).await
        })
        .await;
    assert!(matches!(refused, Err(StoreError::NotFound)));
}
