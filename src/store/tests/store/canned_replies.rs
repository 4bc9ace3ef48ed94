//! Canned replies: one by each shortcut, gone with their space, and never another tenant's.

use parlance_store::{
    StoreError,
    ids::{CannedReplyId, SpaceId, UserId},
    queries::{
        canned_replies::{self, CannedAct, CannedReply},
        space_life,
    },
};

use crate::support::{at, chat, database};

fn reply(shortcut: &str, space: Option<SpaceId>) -> CannedReply {
    CannedReply {
        id: CannedReplyId::new(),
        shortcut: shortcut.to_owned(),
        title: "Refund".to_owned(),
        text: "On its way".to_owned(),
        act: Some(CannedAct::Snooze),
        snooze_minutes: Some(60),
        space_id: space,
        created_by: Some(UserId::new()),
        updated_at: at(1),
    }
}

#[tokio::test]
async fn a_foreign_tenant_knows_no_canned_reply() {
    let test = database().await;
    let (acme, globex) = (chat(test.db(), "acme").await, chat(test.db(), "globex").await);
    let mine = reply("refund", Some(acme.space));
    let put = acme.db.transaction(async |conn| {
        assert_eq!(canned_replies::count_to_add(conn).await?, 0);
        canned_replies::put(conn, &mine).await
    });
    put.await.unwrap();
    let looked = globex.db.transaction(async |conn| {
        let absent = |outcome: Result<(), StoreError>| matches!(outcome, Err(StoreError::NotFound));
        assert!(absent(canned_replies::lock(conn, mine.id).await.map(drop)));
        assert!(absent(canned_replies::remove(conn, mine.id).await));
        assert!(canned_replies::list(conn).await?.is_empty());
        assert_eq!(canned_replies::count_to_add(conn).await?, 0);
        // The same shortcut and even the same id are another reply there.
        let theirs = CannedReply {
            text: "stolen".to_owned(),
            space_id: None,
            ..mine.clone()
        };
        canned_replies::put(conn, &theirs).await
    });
    looked.await.unwrap();
    let foreign = globex
        .db
        .transaction(async |conn| canned_replies::put(conn, &reply("other", Some(acme.space))).await);
    assert!(foreign.await.is_err(), "of a space that is none of theirs");
    let kept = acme.db.read(canned_replies::list).await.unwrap();
    assert_eq!(kept, [mine]);
}

#[tokio::test]
async fn a_shortcut_is_there_once_and_a_reply_goes_with_its_space() {
    let test = database().await;
    let acme = chat(test.db(), "acme").await;
    let (of_space, of_all) = (reply("a", Some(acme.space)), reply("b", None));
    let put = acme.db.transaction(async |conn| {
        canned_replies::put(conn, &of_all).await?;
        canned_replies::put(conn, &of_space).await
    });
    put.await.unwrap();
    for (wrong, constraint) in [
        (reply("b", None), "canned_replies_shortcut_once"),
        (
            CannedReply {
                act: None,
                ..reply("c", None)
            },
            "canned_replies_snooze",
        ),
        (
            CannedReply {
                snooze_minutes: None,
                ..reply("c", None)
            },
            "canned_replies_snooze",
        ),
    ] {
        let refused = acme
            .db
            .transaction(async |conn| canned_replies::put(conn, &wrong).await);
        assert!(refused.await.unwrap_err().is_conflict(constraint), "{constraint}");
    }
    let later = CannedReply {
        text: "Another".to_owned(),
        created_by: None,
        updated_at: at(2),
        ..of_all.clone()
    };
    let kept = acme.db.transaction(async |conn| {
        canned_replies::put(conn, &later).await?;
        let both = canned_replies::list(conn).await?;
        space_life::remove(conn, acme.space, at(3)).await?;
        Ok::<_, StoreError>((both, canned_replies::list(conn).await?))
    });
    let (both, left) = kept.await.unwrap();
    let changed = CannedReply {
        created_by: of_all.created_by,
        ..later
    };
    assert_eq!(both, [of_space, changed.clone()]);
    assert_eq!(left, [changed]);
}
