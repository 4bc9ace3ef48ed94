//! Who has gone without rating a conversation is asked by mail, once, and the last word counts.

use chrono::TimeDelta;
use reqwest::{RequestBuilder, StatusCode};
use serde_json::{Value, json};
use url::form_urlencoded;
use uuid::Uuid;

use super::{MARA, Scene};
use crate::{
    spaces::Owner,
    support::{Socket, eventually},
};

const DAY: TimeDelta = TimeDelta::hours(24);

impl Scene {
    /// Has the space ask for ratings, of a conversation in which something was said.
    async fn asks_for_ratings(&self) {
        let question =
            json!({ "type": "say", "client_id": Uuid::new_v4(), "text": "How long does the warranty last?" });
        self.does(&question).await;
        let owner = Owner::of(&self.app, &self.acme).await;
        let space = self.acme.space.to_string();
        let (status, problem) = owner
            .changes(&space, json!({ "settings": { "csat": { "by_mail": true } } }))
            .await;
        assert_eq!(status, 200, "{problem}");
    }

    /// Lets time pass, in which the agent's token ends.
    async fn later(&mut self, by: TimeDelta) {
        self.clock.advance(by);
        self.agent = self.app.log_in(&self.acme.email).await;
    }

    /// Waits until its question has gone, or was dropped, so many times.
    async fn asked(&self, ended: usize) -> usize {
        eventually(async || {
            let of = "SELECT state FROM jobs WHERE payload #>> '{errand,mail}' = 'rating'";
            let jobs = self.app.db().rows(of).await.unwrap();
            let done = jobs.iter().filter(|job| job["state"] == "done").count();
            (done >= ended).then_some(())
        })
        .await;
        let mails = self.mails().await;
        mails.iter().filter(|mail| is_question(mail)).count()
    }

    /// Where the mail that asks leads, with 4 chosen.
    async fn link(&self) -> String {
        let mail = eventually(async || self.mails().await.into_iter().find(is_question)).await;
        let links = mail["links"].as_array().unwrap().clone();
        let links: Vec<&str> = links.iter().map(|link| link.as_str().unwrap()).collect();
        let ratings = links.iter().filter(|link| link.contains("/mail/rating/"));
        let chosen = ratings.clone().find(|link| link.ends_with("?score=4")).unwrap();
        assert!(ratings.count() >= 5, "{links:?}");
        self.app.url(&chosen[chosen.find("/mail/rating/").unwrap()..])
    }

    async fn ratings(&self) -> Vec<Value> {
        let rows = "SELECT score, comment, via FROM ratings";
        self.app.db().rows(rows).await.unwrap()
    }

    async fn posts(&self, url: &str, form: &[(&str, &str)]) -> (StatusCode, String) {
        let answer = filled(self.app.http.post(url), form).send().await.unwrap();
        (answer.status(), answer.text().await.unwrap())
    }
}

/// As a browser sends a form.
fn filled(request: RequestBuilder, form: &[(&str, &str)]) -> RequestBuilder {
    let body = form_urlencoded::Serializer::new(String::new())
        .extend_pairs(form)
        .finish();
    request
        .header("Content-Type", "application/x-www-form-urlencoded")
        .body(body)
}

fn is_question(mail: &Value) -> bool {
    mail["subject"] == "How was your conversation with Assistant?"
}

#[tokio::test]
async fn a_link_shows_what_was_chosen_and_keeps_what_is_sent() {
    let mut scene = Box::pin(Scene::begin()).await;
    scene.asks_for_ratings().await;
    scene.act("resolve", json!({})).await;
    assert_eq!(scene.mails().await.len(), 0, "not before its time");
    scene.later(DAY).await;
    let link = scene.link().await;
    // A program that looks at mail follows it.
    let page = scene.app.http.get(&link).header("Accept-Language", "de");
    let page = page.send().await.unwrap();
    assert_eq!(page.headers()["cache-control"], "no-store");
    let page = page.text().await.unwrap();
    assert!(
        page.contains("value=\"4\" required checked") && page.contains("lang=\"de\""),
        "{page}"
    );
    assert_eq!(scene.ratings().await, Vec::<Value>::new());

    let mut console = Socket::open(&scene.app.console_url()).await;
    console
        .send(&json!({ "type": "hello", "token": scene.agent }))
        .await;
    console.next_of("job.all").await;
    let watch = json!({ "type": "watch", "conversation": scene.conversation, "after": 0 });
    console.send(&watch).await;
    console.next_of("watching").await;
    let (status, _) = scene
        .posts(&link, &[("score", "2"), ("comment", " Slow.\r\nVery. ")])
        .await;
    assert_eq!(status, 200);
    let rated = console.next_of("rated").await;
    assert_eq!(
        (&rated["score"], &rated["comment"], &rated["via"]),
        (&json!(2), &json!("Slow.\nVery."), &json!("mail"))
    );
    // The last word counts, from wherever it comes.
    let (status, thanks) = scene.posts(&link, &[("score", "5"), ("comment", "")]).await;
    assert_eq!(status, 200);
    assert!(thanks.contains("Your rating has been saved."), "{thanks}");
    assert_eq!(
        scene.ratings().await,
        [json!({ "score": 5, "comment": null, "via": "mail" })]
    );
    let owner = Owner::of(&scene.app, &scene.acme).await;
    let told = owner.gets("/api/analytics/overview").await["totals"]["csat"].clone();
    assert_eq!(told["scores"], json!([0, 0, 0, 0, 1]));

    let (status, page) = scene.posts(&link, &[("score", "6"), ("comment", "<b>")]).await;
    assert_eq!(status, 400);
    assert!(
        page.contains("Choose one of the five.") && page.contains("&lt;b&gt;"),
        "{page}"
    );
    assert_eq!(scene.ratings().await[0]["score"], 5);
}

#[tokio::test]
async fn a_link_that_is_old_or_none_of_ours_says_so_and_keeps_nothing() {
    let mut scene = Box::pin(Scene::begin()).await;
    scene.asks_for_ratings().await;
    scene.act("resolve", json!({})).await;
    scene.later(DAY).await;
    let link = scene.link().await;
    scene.asked(1).await;
    let forged = link.replace("?score", "a?score");
    let stop = link.replace("/rating/", "/unsubscribe/");
    let (status, page) = scene.posts(&forged, &[("score", "1")]).await;
    assert_eq!(status, 404);
    assert!(page.contains("This link is not valid."), "{page}");
    let answer = scene.app.http.post(&stop).send().await.unwrap();
    assert_eq!(answer.status(), 404, "a link does what it is for");
    scene.later(TimeDelta::days(30) + TimeDelta::seconds(1)).await;
    for answer in [
        scene.app.http.get(&link).send().await.unwrap(),
        filled(scene.app.http.post(&link), &[("score", "1")])
            .send()
            .await
            .unwrap(),
    ] {
        assert_eq!(answer.status(), 410);
        assert!(answer.text().await.unwrap().contains("This link has expired."));
    }
    assert_eq!(scene.ratings().await, Vec::<Value>::new());
}

#[tokio::test]
async fn nobody_is_asked_who_has_rated_or_goes_on_and_nobody_twice() {
    let mut scene = Box::pin(Scene::begin()).await;
    scene.act("resolve", json!({})).await;
    scene.asks_for_ratings().await;
    scene.act("reopen", json!({})).await;
    scene.act("resolve", json!({})).await;
    scene.act("reopen", json!({})).await;
    scene.later(DAY).await;
    assert_eq!(scene.asked(1).await, 0, "it goes on");
    scene.act("resolve", json!({})).await;
    scene.later(DAY / 2).await;
    // Resolved again, it is asked about when that is a day ago.
    scene.act("reopen", json!({})).await;
    scene.act("resolve", json!({})).await;
    scene.later(DAY / 2).await;
    assert_eq!(scene.asked(2).await, 0);
    scene.later(DAY / 2).await;
    assert_eq!(scene.asked(3).await, 1);
    scene.act("reopen", json!({})).await;
    scene.act("resolve", json!({})).await;
    scene.later(DAY).await;
    assert_eq!(scene.asked(4).await, 1, "once for a conversation");
}

#[tokio::test]
async fn nobody_is_asked_who_rated_in_the_widget_or_wants_no_mail() {
    let mut scene = Box::pin(Scene::begin()).await;
    scene.asks_for_ratings().await;
    scene.does(&json!({ "type": "rate", "score": 3 })).await;
    scene.act("resolve", json!({})).await;
    scene.later(DAY).await;
    assert_eq!(scene.asked(1).await, 0);

    let mut scene = Box::pin(Scene::begin()).await;
    scene.asks_for_ratings().await;
    scene.act("resolve", json!({})).await;
    let stop = format!("UPDATE visitors SET mail_stopped_at = now() WHERE said ->> 'email' = '{MARA}'");
    scene.app.db().run(&stop).await.unwrap();
    scene.later(DAY).await;
    assert_eq!(scene.asked(1).await, 0);
}
