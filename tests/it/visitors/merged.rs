//! Two contacts become one: everything goes along, the old ids lead on, and only what is proven opens anything.

use std::collections::HashSet;

use futures_util::future::join_all;
use parlance_store::control::Role;
use reqwest::Method;
use serde_json::{Value, json};

use super::kept::Desk;
use crate::support::{TestApp, TestVisitor, jwt};

async fn has_said(visitor: &TestVisitor, text: &str) -> String {
    let conversation = visitor.conversation().await;
    visitor.asks(Some(&conversation), text).await;
    conversation
}

fn id_of(path: &str) -> &str {
    path.rsplit('/').next().unwrap()
}

#[tokio::test]
async fn everything_goes_along_and_the_old_ids_lead_on() {
    let (app, acme, phone) = TestApp::chat().await;
    let (_, secret) = app.identity_key(&acme, json!({})).await;
    let (phone, _) = app.identifies(&acme, &secret, "u-1", Some(&phone)).await;
    let on_phone = has_said(&phone, "where is my order?").await;
    let (desktop, _) = app.identifies(&acme, &secret, "u-2", None).await;
    let on_desktop = has_said(&desktop, "and what does it cost?").await;
    assert_eq!(desktop.reads(&on_phone).await, 404);
    let (_, mut open) = phone.resumes(&on_phone, 0).await;

    let desk = Desk::owner(&app, &acme).await;
    let (first, second) = (desk.keeps(&phone.id).await, desk.keeps(&desktop.id).await);
    desk.post(&format!("{first}/notes"), json!({ "text": "Calls on Mondays." }))
        .await;
    let agent = Desk::of(&app, &acme, Role::Agent).await;
    let (status, refused) = agent
        .call(
            Method::POST,
            &format!("{first}/merge"),
            json!({ "into": id_of(&second) }),
        )
        .await;
    assert_eq!((status.as_u16(), &refused["code"]), (403, &json!("forbidden")));
    let merge = json!({ "into": id_of(&second) });
    let merged = desk.post(&format!("{first}/merge"), merge.clone()).await;
    assert_eq!(
        (&merged["id"], &merged["conversations"], &merged["browsers"]),
        (&json!(id_of(&second)), &json!(2), &json!(2))
    );
    assert_eq!(open.ends().await, Some(4009), "who listens comes again");
    assert_eq!(desk.get(&first).await["id"], json!(id_of(&second)));
    let notes = desk.get(&format!("{first}/notes")).await;
    assert_eq!(notes["items"][0]["text"], "Calls on Mondays.");
    let (status, _) = desk.call(Method::POST, &format!("{first}/merge"), merge).await;
    assert_eq!(status.as_u16(), 409, "they are one already");

    assert_eq!(
        phone.reads(&on_phone).await,
        401,
        "the token names who is no more"
    );
    let (phone, session) = app.comes(&acme, &json!({ "token": phone.token })).await;
    assert_eq!(
        (&session["visitor"]["verified"], &session["visitor"]["id"]),
        (&json!(true), &json!(phone.id))
    );
    let (fresh, _) = app.identifies(&acme, &secret, "u-1", None).await;
    for device in [&phone, &desktop, &fresh] {
        let past: HashSet<String> = device.past().await.into_iter().collect();
        assert_eq!(past, HashSet::from([on_phone.clone(), on_desktop.clone()]));
    }
    let acts = desk
        .get(&format!(
            "/api/audit?action=contact.merge&target={}",
            id_of(&first)
        ))
        .await;
    assert_eq!(
        (
            acts["items"].as_array().unwrap().len(),
            &acts["items"][0]["after"]
        ),
        (1, &json!({ "into": id_of(&second) }))
    );
}

#[tokio::test]
async fn an_agents_word_is_no_proof() {
    let (app, acme, stranger) = TestApp::chat().await;
    let (_, secret) = app.identity_key(&acme, json!({})).await;
    let theirs = has_said(&stranger, "where is my order?").await;
    let (ann, _) = app.identifies(&acme, &secret, "ann", None).await;
    let own = has_said(&ann, "and what does it cost?").await;
    let desk = Desk::owner(&app, &acme).await;
    let (kept, known) = (desk.keeps(&stranger.id).await, desk.keeps(&ann.id).await);
    let (status, refused) = desk
        .call(
            Method::POST,
            &format!("{known}/merge"),
            json!({ "into": id_of(&kept) }),
        )
        .await;
    assert_eq!(
        (status.as_u16(), &refused["code"]),
        (409, &json!("conflict")),
        "whom a host site vouches for survives"
    );
    desk.post(&format!("{kept}/merge"), json!({ "into": id_of(&known) }))
        .await;
    assert_eq!(desk.get(&known).await["conversations"], 2);
    assert_eq!(ann.past().await, std::slice::from_ref(&own));
    assert_eq!((ann.reads(&theirs).await, stranger.reads(&own).await), (404, 404));
    assert_eq!(stranger.reads(&theirs).await, 200, "and they go on as before");
    let (_, session) = app.comes(&acme, &json!({ "token": stranger.token })).await;
    assert_eq!(
        (&session["visitor"]["verified"], &session["conversation"]),
        (&json!(false), &json!(theirs))
    );
}

/// Who was kept by agents, and is proven to be somebody on their only browser, was that somebody.
#[tokio::test]
async fn who_is_proven_later_brings_what_agents_knew() {
    let (app, acme, stranger) = TestApp::chat().await;
    let (_, secret) = app.identity_key(&acme, json!({})).await;
    has_said(&stranger, "where is my order?").await;
    let desk = Desk::owner(&app, &acme).await;
    let kept = desk.keeps(&stranger.id).await;
    desk.post(&format!("{kept}/notes"), json!({ "text": "Calls on Mondays." }))
        .await;
    let (known, _) = app.identifies(&acme, &secret, "ann", Some(&stranger)).await;
    assert_eq!(known.id, stranger.id);
    let now = desk.get(&kept).await;
    assert_eq!(
        (&now["external_id"], &now["conversations"]),
        (&json!("ann"), &json!(1))
    );
    let notes = desk.get(&format!("{kept}/notes")).await;
    assert_eq!(notes["items"].as_array().unwrap().len(), 1);
    assert_eq!(
        desk.get("/api/contacts").await["items"].as_array().unwrap().len(),
        1
    );
}

/// Browsers are proven to be either contact, or the one kept by agents, while that one and the merged one go
/// into the survivor: whoever comes first, all end at the survivor.
#[tokio::test]
async fn a_proof_at_the_moment_of_a_merge_ends_at_the_survivor() {
    let (app, acme, _) = TestApp::chat().await;
    let (_, secret) = app.identity_key(&acme, json!({})).await;
    let (phone, _) = app.identifies(&acme, &secret, "u-1", None).await;
    let (desktop, _) = app.identifies(&acme, &secret, "u-2", None).await;
    let desk = Desk::owner(&app, &acme).await;
    let (first, second) = (desk.keeps(&phone.id).await, desk.keeps(&desktop.id).await);
    let strangers = [app.visitor(&acme).await, app.visitor(&acme).await];
    let kept = [
        desk.keeps(&strangers[0].id).await,
        desk.keeps(&strangers[1].id).await,
    ];
    desk.post(&format!("{}/merge", kept[0]), json!({ "into": id_of(&kept[1]) }))
        .await;
    let proofs = (0..12).map(|i| {
        let user = if i % 2 == 0 { "u-1" } else { "u-2" };
        let token = strangers.get(i).map(|stranger| &stranger.token);
        let body = json!({ "token": token, "identity": { "token": jwt(&app, &secret, user) } });
        let (app, acme) = (&app, &acme);
        async move { app.comes(acme, &body).await.1["visitor"]["id"].clone() }
    });
    let (to_second, from_kept) = (format!("{first}/merge"), format!("{}/merge", kept[1]));
    let merges = async {
        let into = json!({ "into": id_of(&second) });
        let (lost, merged) = tokio::join!(
            desk.call(Method::POST, &from_kept, into.clone()),
            desk.call(Method::POST, &to_second, into.clone())
        );
        // Either may find that it was done: by a proof, or by the other.
        for (status, refused) in [lost, merged] {
            assert!([200, 409].contains(&status.as_u16()), "{status} {refused}");
        }
    };
    let (visitors, ()) = tokio::join!(join_all(proofs), merges);
    let survivor = json!(id_of(&second));
    for visitor in visitors {
        let seen = desk
            .get(&format!("/api/visitors/{}", visitor.as_str().unwrap()))
            .await;
        assert_eq!(
            (&seen["contact"]["id"], &seen["verified"]),
            (&survivor, &json!(true))
        );
    }
    for path in [&first, &second] {
        assert_eq!(desk.get(path).await["id"], survivor);
    }
    let listed: Value = desk.get("/api/contacts?filter=verified").await;
    assert_eq!(listed["items"].as_array().unwrap().len(), 1);
}
