//! Contacts as agents look through them, their notes and their merges, and nothing of another tenant's.

use parlance_store::{
    StoreError, TenantDb,
    ids::{ContactId, ContactNoteId, UserId},
    queries::{
        contact_list::{self, Place, Wanted},
        contact_notes::{self, ContactNote},
        contacts::{self, Contact, Proven},
        history, inbox, visitors,
    },
};
use serde_json::json;

use crate::support::{Chat, at, chat, database};

async fn kept(db: &TenantDb, name: &str, email: Option<&str>, second: i64) -> Contact {
    let (name, email) = (Some(name.to_owned()), email.map(str::to_owned));
    db.transaction(async |conn| contacts::keep(conn, ContactId::new(), name, email, at(second)).await)
        .await
        .unwrap()
}

async fn proven(db: &TenantDb, external_id: &str, second: i64) -> Contact {
    let proven = Proven {
        id: ContactId::new(),
        external_id: external_id.to_owned(),
        name: None,
        email: None,
        avatar: None,
        at: at(second),
    };
    db.transaction(async |conn| contacts::prove(conn, proven).await)
        .await
        .unwrap()
}

async fn listed(db: &TenantDb, wanted: Wanted) -> Vec<ContactId> {
    let found = db
        .read(async |conn| contact_list::list(conn, &wanted, 10, None).await)
        .await;
    let found: Vec<Contact> = found.unwrap();
    found.iter().map(|contact| contact.id).collect()
}

fn search(words: &str) -> Wanted {
    Wanted {
        search: words.to_owned(),
        ..Wanted::default()
    }
}

fn note(contact: ContactId, text: &str, second: i64) -> ContactNote {
    ContactNote {
        id: ContactNoteId::new(),
        contact_id: contact,
        author_id: UserId::new(),
        author_name: "Ada".to_owned(),
        text: text.to_owned(),
        at: at(second),
    }
}

#[tokio::test]
async fn words_are_found_by_their_beginnings_wherever_they_are() {
    let test = database().await;
    let acme = chat(test.db(), "acme").await;
    let jose = kept(&acme.db, "José Núñez", Some("jn@shop.example"), 1).await.id;
    let ann = kept(&acme.db, "Ann O'Neil", None, 2).await.id;
    let known = proven(&acme.db, "crm-4711", 3).await.id;
    for (words, found) in [
        ("", &[known, ann, jose][..]),
        (" @ ", &[known, ann, jose]),
        ("nun", &[jose]),
        ("JOSÉ shop", &[jose]),
        ("jn@shop.ex", &[jose]),
        ("neil", &[ann]),
        ("4711", &[known]),
        ("unez", &[]),
        ("ann shop", &[]),
        ("%", &[known, ann, jose]),
    ] {
        assert_eq!(listed(&acme.db, search(words)).await, found, "{words:?}");
    }
    let verified = Wanted {
        verified: true,
        ..Wanted::default()
    };
    assert_eq!(listed(&acme.db, verified).await, [known]);
}

#[tokio::test]
async fn pages_follow_who_was_seen_last_and_whom_agents_blocked() {
    let test = database().await;
    let acme = chat(test.db(), "acme").await;
    let mut ids = Vec::new();
    for second in [5, 5, 9, 1] {
        ids.push(kept(&acme.db, "Ann", None, second).await.id);
    }
    let whole = listed(&acme.db, search("ann")).await;
    let mut walked = Vec::new();
    let mut after = None;
    loop {
        let page = acme
            .db
            .read(async |conn| contact_list::list(conn, &search("ann"), 1, after).await);
        let page: Vec<Contact> = page.await.unwrap();
        let Some(last) = page.last() else { break };
        after = Some(Place {
            at: last.last_seen_at,
            id: last.id,
        });
        walked.push(last.id);
    }
    assert_eq!((walked.len(), &walked), (4, &whole));
    assert_eq!((whole[0], whole[3]), (ids[2], ids[3]));
    acme.db
        .transaction(async |conn| {
            let mut one = contacts::lock(conn, ids[0]).await?;
            one.blocked_at = Some(at(6));
            one.blocked_reason = Some("spam".to_owned());
            contacts::edit(conn, &one).await
        })
        .await
        .unwrap();
    let blocked = Wanted {
        blocked: true,
        ..Wanted::default()
    };
    assert_eq!(listed(&acme.db, blocked).await, [ids[0]]);
}

/// What a browser of a contact has, in whoever's name.
async fn with_browser(acme: &Chat, contact: ContactId) {
    acme.db
        .transaction(async |conn| visitors::attribute(conn, acme.visitor, contact).await)
        .await
        .unwrap();
}

#[tokio::test]
async fn a_merge_brings_everything_and_leads_on_for_ever() {
    let test = database().await;
    let acme = chat(test.db(), "acme").await;
    acme.says("may I return it?").await;
    let (first, second) = (
        kept(&acme.db, "Ann", None, 1).await,
        proven(&acme.db, "u-1", 2).await,
    );
    let last = proven(&acme.db, "u-2", 3).await;
    with_browser(&acme, first.id).await;
    let noted = note(first.id, "Calls on Mondays.", 4);
    acme.db
        .transaction(async |conn| {
            contact_notes::add(conn, &noted).await?;
            contacts::enter(conn, true).await?;
            contacts::merge(conn, first.id, second.id).await?;
            contacts::merge(conn, second.id, last.id).await
        })
        .await
        .unwrap();
    acme.db
        .transaction(async |conn| {
            for id in [first.id, second.id, last.id] {
                assert_eq!(
                    contacts::load(conn, id).await?.map(|found| found.id),
                    Some(last.id)
                );
                assert_eq!(contacts::lock(conn, id).await?.id, last.id);
            }
            let notes = contact_notes::list(conn, last.id, 10, None).await?;
            assert_eq!(notes.len(), 1);
            assert_eq!(history::of_contact(conn, last.id).await?, [acme.conversation]);
            let counts = contact_list::counts(conn, vec![first.id, last.id]).await?;
            assert_eq!(
                (counts.len(), counts[0].id, counts[0].conversations),
                (1, last.id, 1)
            );
            let spaces = contact_list::spaces(conn, last.id).await?;
            assert_eq!((spaces.len(), spaces[0].browsers), (1, 1));
            let visitor = visitors::load(conn, acme.visitor).await?.unwrap();
            assert_eq!((visitor.contact_id, visitor.verified), (Some(last.id), false));
            assert_eq!(
                visitors::proven(conn, acme.visitor).await?,
                None,
                "a merge proves nothing"
            );
            assert!(visitors::of_contact(conn, acme.space, last.id).await?.is_empty());
            let wanted = inbox::Wanted {
                contact: Some(last.id),
                ..inbox::Wanted::default()
            };
            assert_eq!(inbox::recent(conn, &wanted, true, 10, None).await?.len(), 1);
            Ok::<_, StoreError>(())
        })
        .await
        .unwrap();
    assert_eq!(listed(&acme.db, search("")).await, [last.id]);
    assert_eq!(
        proven(&acme.db, "u-1", 9).await.id,
        last.id,
        "the old id is an alias"
    );
}

#[tokio::test]
async fn a_foreign_tenant_knows_no_contact_and_no_note() {
    let test = database().await;
    let (acme, globex) = (chat(test.db(), "acme").await, chat(test.db(), "globex").await);
    let (ann, theirs) = (
        kept(&acme.db, "Ann", None, 1).await,
        kept(&globex.db, "Eve", None, 1).await,
    );
    with_browser(&acme, ann.id).await;
    let noted = note(ann.id, "Calls on Mondays.", 4);
    let add = acme
        .db
        .transaction(async |conn| contact_notes::add(conn, &noted).await);
    add.await.unwrap();
    globex
        .db
        .transaction(async |conn| {
            let absent = |outcome: Result<(), StoreError>| matches!(outcome, Err(StoreError::NotFound));
            let found = contact_list::list(conn, &Wanted::default(), 10, None).await?;
            assert_eq!(
                found.iter().map(|found| found.id).collect::<Vec<_>>(),
                [theirs.id]
            );
            assert!(contact_list::counts(conn, vec![ann.id]).await?.is_empty());
            assert!(contact_list::spaces(conn, ann.id).await?.is_empty());
            assert!(contact_notes::list(conn, ann.id, 10, None).await?.is_empty());
            assert_eq!(contact_notes::remove(conn, ann.id, noted.id).await?, None);
            assert!(contacts::load(conn, ann.id).await?.is_none());
            assert!(absent(contacts::lock(conn, ann.id).await.map(drop)));
            assert!(absent(contacts::edit(conn, &ann).await));
            assert!(absent(contacts::merge(conn, ann.id, theirs.id).await));
            assert!(absent(visitors::attribute(conn, acme.visitor, theirs.id).await));
            assert!(!contacts::has_browsers(conn, ann.id).await?);
            assert!(history::of_contact(conn, ann.id).await?.is_empty());
            contacts::touch(conn, ann.id, at(99)).await
        })
        .await
        .unwrap();
    let planted = note(ann.id, "planted", 5);
    for (what, refused) in [
        (
            "a note",
            globex
                .db
                .transaction(async |conn| contact_notes::add(conn, &planted).await)
                .await,
        ),
        (
            "a merge into",
            globex
                .db
                .transaction(async |conn| contacts::merge(conn, theirs.id, ann.id).await)
                .await,
        ),
        (
            "a browser",
            globex
                .db
                .transaction(async |conn| visitors::attribute(conn, globex.visitor, ann.id).await)
                .await,
        ),
    ] {
        assert!(
            matches!(refused, Err(StoreError::Conflict { .. })),
            "{what}: {refused:?}"
        );
    }
    acme.db
        .transaction(async |conn| {
            assert_eq!(contacts::load(conn, ann.id).await?, Some(ann.clone()));
            assert_eq!(
                contact_notes::list(conn, ann.id, 10, None).await?,
                std::slice::from_ref(&noted)
            );
            assert_eq!(
                contact_notes::list(conn, ann.id, 10, Some((noted.at, noted.id)))
                    .await?
                    .len(),
                0
            );
            assert!(contact_notes::remove(conn, ann.id, noted.id).await?.is_some());
            Ok::<_, StoreError>(())
        })
        .await
        .unwrap();
}

#[tokio::test]
async fn who_is_kept_is_vouched_for_or_not_and_blocked_for_a_reason() {
    let test = database().await;
    let acme = chat(test.db(), "acme").await;
    let ann = kept(&acme.db, "Ann", None, 1).await;
    let unsound = Contact {
        blocked_at: Some(at(2)),
        edited_attributes: json!({ "plan": "pro" }),
        ..ann.clone()
    };
    let refused = acme
        .db
        .transaction(async |conn| contacts::edit(conn, &unsound).await);
    assert!(refused.await.unwrap_err().is_conflict("contacts_blocked"));
    let itself = acme
        .db
        .transaction(async |conn| contacts::merge(conn, ann.id, ann.id).await);
    assert!(
        itself
            .await
            .unwrap_err()
            .is_conflict("contacts_merged_into_another")
    );
}
