//! Who is mailed, when and what.

use serde_json::json;

use super::{PATIENCE, REST, Scene};
use crate::support::{Socket, TestApp, eventually};

#[tokio::test]
async fn who_has_left_is_mailed_all_they_have_not_seen_once() {
    let scene = Box::pin(Scene::begin()).await;
    scene.agent_says("It is on its way.").await;
    scene.clock.advance(PATIENCE / 2);
    scene.agent_says("<b>Tomorrow</b> at 10.").await;
    assert!(scene.mails().await.is_empty());
    scene.clock.advance(PATIENCE / 2);
    let mail = scene.mail(0).await;
    assert_eq!(mail["subject"], "Your conversation with Assistant");
    let text = mail["text"].as_str().unwrap();
    let both = "Olive Owner:\nIt is on its way.\n\nOlive Owner:\n<b>Tomorrow</b> at 10.\n";
    assert!(text.contains(both), "{text}");
    assert!(text.contains("Reply to this e-mail to answer."), "{text}");
    let reply_to = mail["reply_to"].as_str().unwrap();
    assert!(
        reply_to.starts_with("r+") && reply_to.ends_with("@in.parlance.example"),
        "{reply_to}"
    );
    scene.settled(2).await;
    // Not more often than every five minutes, and nothing twice.
    scene.agent_says("And there it is.").await;
    scene.clock.advance(PATIENCE);
    scene.settled(3).await;
    assert_eq!(scene.mails().await.len(), 1);
    scene.clock.advance(REST);
    let second = scene.mail(1).await;
    let text = second["text"].as_str().unwrap();
    assert!(
        text.contains("And there it is.") && !text.contains("Tomorrow"),
        "{text}"
    );
    assert_eq!(second["subject"], mail["subject"]);
    assert_eq!(second["reply_to"], mail["reply_to"]);
    assert_eq!(scene.mails().await.len(), 2);
}

#[tokio::test]
async fn agents_see_what_was_mailed_at_once_and_later() {
    let scene = Box::pin(Scene::begin()).await;
    let watch = async || {
        let mut socket = Socket::open(&scene.app.console_url()).await;
        socket
            .send(&json!({ "type": "hello", "token": scene.agent }))
            .await;
        socket.next_of("job.all").await;
        let watch = json!({ "type": "watch", "conversation": scene.conversation, "after": 0 });
        socket.send(&watch).await;
        socket
    };
    let mut watching = watch().await;
    watching.next_of("watching").await;
    scene.agent_says("It is on its way.").await;
    scene.clock.advance(PATIENCE);
    let mailed = watching.next_of("mailed").await;
    let said = scene.last().await;
    assert_eq!(mailed["messages"], json!([said["id"]]));
    assert_eq!(mailed["conversation"], json!(scene.conversation));
    let later = watch().await.next_of("mailed").await;
    assert_eq!(later, mailed);
    assert!(!said.to_string().contains("mailed"), "no visitor is told");
}

#[tokio::test]
async fn who_listens_is_mailed_when_they_have_gone_without_reading() {
    let scene = Box::pin(Scene::begin()).await;
    let (_, socket) = scene.visitor.resumes(&scene.conversation, 0).await;
    scene.agent_says("It is on its way.").await;
    scene.clock.advance(PATIENCE);
    // Looked at, and put off.
    scene.settled(2).await;
    assert_eq!(scene.jobs().await.last().unwrap()["state"], "queued");
    assert!(scene.mails().await.is_empty());
    drop(socket);
    scene.has_left().await;
    scene.clock.advance(REST);
    assert!(
        scene.mail(0).await["text"]
            .as_str()
            .unwrap()
            .contains("It is on its way.")
    );
}

#[tokio::test]
async fn who_has_read_it_is_mailed_nothing() {
    let scene = Box::pin(Scene::begin()).await;
    let (_, mut socket) = scene.visitor.resumes(&scene.conversation, 0).await;
    scene.agent_says("It is on its way.").await;
    let seq = loop {
        let message = socket.next_of("message").await;
        if message["author"]["kind"] == "agent" {
            break message["seq"].clone();
        }
    };
    socket.send(&json!({ "type": "read", "seq": seq })).await;
    let noted = async || {
        let rows = scene
            .app
            .db()
            .rows("SELECT read_seq FROM conversations")
            .await
            .unwrap();
        (rows[0]["read_seq"] == seq).then_some(())
    };
    eventually(noted).await;
    drop(socket);
    scene.has_left().await;
    scene.clock.advance(PATIENCE);
    scene.settled(2).await;
    assert!(scene.mails().await.is_empty());
    assert!(scene.jobs().await.iter().all(|job| job["state"] == "done"));
}

#[tokio::test]
async fn nothing_is_lost_over_a_restart() {
    let mut scene = Box::pin(Scene::begin()).await;
    scene.agent_says("It is on its way.").await;
    scene.app.restart().await;
    scene.clock.advance(PATIENCE);
    assert!(
        scene.mail(0).await["text"]
            .as_str()
            .unwrap()
            .contains("It is on its way.")
    );
}

#[tokio::test]
async fn who_wants_no_more_gets_none_and_no_look_at_the_link_stops_it() {
    let scene = Box::pin(Scene::begin()).await;
    scene.agent_says("It is on its way.").await;
    scene.clock.advance(PATIENCE);
    let mail = scene.mail(0).await;
    let links = mail["links"].as_array().unwrap();
    let link = links.iter().map(|link| link.as_str().unwrap());
    let path = link
        .filter_map(|link| link.split_once("/mail/unsubscribe/"))
        .next()
        .unwrap()
        .1
        .to_owned();
    let url = scene.app.url(&format!("/mail/unsubscribe/{path}"));
    let stopped = async || -> bool {
        let url = scene.app.url(&format!("/api/visitors/{}", scene.visitor.id));
        let asked = scene
            .app
            .http
            .get(url)
            .bearer_auth(&scene.agent)
            .send()
            .await
            .unwrap();
        asked.json::<serde_json::Value>().await.unwrap()["mail_stopped"] == true
    };
    let page = scene
        .app
        .http
        .get(&url)
        .header("Accept-Language", "de-AT,en;q=0.5");
    let page = page.send().await.unwrap();
    assert_eq!(page.headers()["cache-control"], "no-store");
    let page = page.text().await.unwrap();
    assert!(
        page.contains("lang=\"de\"") && page.contains("<form method=\"post\">"),
        "{page}"
    );
    assert!(!stopped().await, "a look stops nothing");
    // As a mail program does it (RFC 8058).
    let one_click = scene
        .app
        .http
        .post(&url)
        .header("Content-Type", "application/x-www-form-urlencoded");
    let answer = one_click.body("List-Unsubscribe=One-Click").send().await.unwrap();
    assert_eq!(answer.status(), 200);
    assert!(stopped().await);
    scene.agent_says("And there it is.").await;
    scene.clock.advance(REST);
    scene.settled(3).await;
    assert_eq!(scene.mails().await.len(), 1);
    for forged in [path.replace(['a', 'b'], "c"), "x".to_owned()] {
        let url = scene.app.url(&format!("/mail/unsubscribe/{forged}"));
        assert_eq!(scene.app.http.post(url).send().await.unwrap().status(), 404);
    }
    // Who gives an address again wants to be written to.
    scene
        .does(&json!({ "type": "email", "address": super::MARA }))
        .await;
    assert!(!stopped().await);
}

#[tokio::test]
async fn an_address_is_asked_for_where_nobody_is_there_and_none_is_known() {
    let (app, acme, visitor) = TestApp::chat().await;
    let notice = async |visitor: &crate::support::TestVisitor, email: Option<&str>| {
        let conversation = visitor.conversation().await;
        if let Some(address) = email {
            let frame = json!({ "type": "email", "address": address });
            let (status, _) = visitor.frame(&conversation, &frame).await;
            assert_eq!(status, if address.contains('@') { 200 } else { 400 });
        }
        visitor.frame(&conversation, &json!({ "type": "human" })).await;
        visitor.log(&conversation).await.pop().unwrap()
    };
    let asked = notice(&visitor, None).await;
    assert_eq!(
        (&asked["author"]["kind"], &asked["asks"]),
        (&json!("system"), &json!("email"))
    );
    assert!(
        asked["text"]
            .as_str()
            .unwrap()
            .contains("Leave your e-mail address"),
        "{asked}"
    );
    assert_eq!(notice(&visitor, Some("mara")).await["asks"], "email");
    let known = notice(&app.visitor(&acme).await, Some("mara@shop.example")).await;
    assert_eq!(known.get("asks"), None, "{known}");
    assert!(
        known["text"]
            .as_str()
            .unwrap()
            .contains("by e-mail if you have left"),
        "{known}"
    );
}
