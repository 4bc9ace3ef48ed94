//! Places of the web over REST: read page by page, read again, removed.

use reqwest::Method;
use serde_json::{Value, json};

use super::rest::Admin;
use crate::{
    support::{Setup, eventually},
    web::{
        page,
        site::{Answer, Site},
    },
};

async fn admin(site: &Site) -> Admin {
    Admin::on(Setup::default().set("CRAWL_ALLOW", &site.address.to_string())).await
}

impl Admin {
    pub async fn names(&self, body: Value) -> Value {
        let request = self.request(Method::POST, "/api/chat-spaces/{space}/documents/url");
        let answer = request.json(&body).send().await.unwrap();
        assert_eq!(answer.status(), 202, "{body}");
        answer.json().await.unwrap()
    }

    /// The job once it has ended.
    pub async fn job_done(&self, accepted: &Value) -> Value {
        let path = format!("/api/jobs/{}", accepted["job"]["id"].as_str().unwrap());
        eventually(async || {
            let job = self.get(&path).await;
            job["ended_at"].is_string().then_some(job)
        })
        .await
    }

    /// Every document of the space by name, once all are read.
    async fn documents(&self) -> Vec<Value> {
        eventually(async || {
            let listed = self.get("/api/chat-spaces/{space}/documents?limit=200").await;
            let items = listed["items"].as_array().unwrap().clone();
            let waits = |item: &Value| matches!(item["status"].as_str(), Some("queued" | "processing"));
            (!items.iter().any(waits)).then_some(items)
        })
        .await
    }
}

fn paths(pages: &Value) -> Vec<(String, String)> {
    let path = |url: &str| url.splitn(4, '/').nth(3).unwrap().to_owned();
    let items = pages["items"].as_array().unwrap();
    items
        .iter()
        .map(|page| {
            (
                path(page["url"].as_str().unwrap()),
                page["outcome"].as_str().unwrap().to_owned(),
            )
        })
        .collect()
}

#[tokio::test]
async fn a_site_is_read_and_read_again_as_it_changes() {
    let site = Site::start()
        .await
        .at(
            "/",
            page("Front", &["/hinges", "/locks"]).with("ETag", "\"front\""),
        )
        .at("/hinges", page("Hinges", &[]).with("ETag", "\"hinges\""))
        .at("/locks", page("Locks", &[]));
    let admin = admin(&site).await;
    let made = admin
        .names(json!({ "url": site.url("127.0.0.1", "/").as_str(), "scope": "site", "every_hours": 24 }))
        .await;
    assert_eq!(made["document"], Value::Null);
    let job = admin.job_done(&made).await;
    assert_eq!(
        (&job["state"], &job["progress"]),
        (&json!("done"), &json!(100)),
        "{job}"
    );
    let source = format!("/api/sources/{}", made["source"]["id"].as_str().unwrap());
    let read = admin.get(&source).await;
    assert_eq!(
        (&read["status"], &read["pages"], &read["ended"]),
        (&json!("ready"), &json!(3), &json!("complete"))
    );
    assert!(
        admin
            .documents()
            .await
            .iter()
            .all(|document| document["status"] == "ready")
    );
    let found = admin.finds("All that is to be known about hinges").await;
    assert_eq!(found["passages"][0]["title"], "Hinges", "{found}");
    assert!(found["passages"][0]["url"].as_str().unwrap().ends_with("/hinges"));
    let waiting = admin.get("/api/jobs").await;
    let next = |job: &Value| job["kind"] == "read_source" && job["state"] == "queued";
    assert!(
        waiting["items"].as_array().unwrap().iter().any(next),
        "tomorrow's reading is in line"
    );

    site.put("/hinges", page("Hinges of brass", &[]).with("ETag", "\"brass\""));
    site.put("/locks", Answer::status(404));
    let request = admin.request(Method::POST, &format!("{source}/read"));
    let again: Value = request.send().await.unwrap().json().await.unwrap();
    assert_eq!(admin.job_done(&again).await["state"], "done");
    let pages = admin.get(&format!("{source}/pages")).await;
    let outcomes = [("", "unchanged"), ("hinges", "page"), ("locks", "gone")];
    assert_eq!(
        paths(&pages),
        outcomes.map(|(path, outcome)| (path.to_owned(), outcome.to_owned()))
    );
    let titles = async || {
        let documents = admin.documents().await;
        documents
            .iter()
            .map(|document| document["title"].as_str().unwrap().to_owned())
            .collect::<Vec<_>>()
    };
    assert_eq!(titles().await, ["Help of acme", "Front", "Hinges of brass"]);

    let removed = admin.request(Method::DELETE, &source).send().await.unwrap();
    assert_eq!(removed.status(), 204);
    assert_eq!(titles().await, ["Help of acme"]);
}

#[tokio::test]
async fn a_page_becomes_a_document_or_says_why_not() {
    let site = Site::start().await.at("/one", page("One page", &["/two"]));
    let admin = admin(&site).await;
    let made = admin
        .names(json!({ "url": site.url("127.0.0.1", "/one#part").as_str() }))
        .await;
    assert_eq!(made["document"]["name"], site.url("127.0.0.1", "/one").as_str());
    assert_eq!(admin.job_done(&made).await["state"], "done");
    let documents = admin.documents().await;
    let one = documents
        .iter()
        .find(|document| document["id"] == made["document"]["id"])
        .unwrap();
    assert_eq!(
        (&one["status"], &one["title"]),
        (&json!("ready"), &json!("One page"))
    );

    for (url, reason) in [
        (site.url("127.0.0.1", "/none").to_string(), "no such page"),
        ("http://169.254.169.254/latest/meta-data".to_owned(), ""),
        ("http://10.0.0.1/".to_owned(), ""),
    ] {
        let made = admin.names(json!({ "url": url })).await;
        let job = admin.job_done(&made).await;
        assert_eq!(job["state"], "dead", "{job}");
        let path = format!("/api/documents/{}", made["document"]["id"].as_str().unwrap());
        let document = admin.get(&path).await;
        assert_eq!(
            (&document["status"], &document["error"]),
            (&json!("failed"), &job["error"])
        );
        assert!(job["error"].as_str().unwrap().contains(reason), "{job}");
        let source = admin
            .get(&format!(
                "/api/sources/{}",
                made["source"]["id"].as_str().unwrap()
            ))
            .await;
        assert_eq!(
            (&source["status"], &source["error"]),
            (&json!("failed"), &job["error"])
        );
    }
    for body in [
        json!({ "url": "no address" }),
        json!({ "url": "ftp://shop.example/" }),
        json!({ "url": "https://user:secret@shop.example/" }),
        json!({ "url": "https://shop.example/", "scope": "world" }),
        json!({ "url": "https://shop.example/", "scope": "site", "max_pages": 0 }),
        json!({ "url": "https://shop.example/", "scope": "site", "below": "help" }),
    ] {
        let request = admin.request(Method::POST, "/api/chat-spaces/{space}/documents/url");
        let refused = request.json(&body).send().await.unwrap();
        assert_eq!(refused.status(), 400, "{body}");
    }
}

#[tokio::test]
async fn a_page_that_is_one_no_more_is_not_known_any_more() {
    let site = Site::start()
        .await
        .at(
            "/",
            page("Front", &["/left", "/moved", "/same", "/hidden", "/stays"]),
        )
        .at("/left", page("Left", &[]))
        .at("/moved", page("Moved", &[]))
        .at("/same", page("Same", &[]))
        .at("/hidden", page("Hidden", &[]))
        .at("/stays", page("Stays", &[]));
    let admin = admin(&site).await;
    let made = admin
        .names(json!({ "url": site.url("127.0.0.1", "/").as_str(), "scope": "site" }))
        .await;
    assert_eq!(admin.job_done(&made).await["state"], "done");
    assert_eq!(admin.documents().await.len(), 7);

    site.put("/left", Answer::redirect("https://elsewhere.example/"));
    site.put("/moved", Answer::redirect("/new"));
    site.put("/new", page("New", &[]));
    site.put("/same", Answer::redirect("/stays"));
    site.put("/hidden", page("Hidden", &[]).with("X-Robots-Tag", "noindex"));
    let source = made["source"]["id"].as_str().unwrap();
    let request = admin.request(Method::POST, &format!("/api/sources/{source}/read"));
    let again: Value = request.send().await.unwrap().json().await.unwrap();
    assert_eq!(admin.job_done(&again).await["state"], "done");
    let documents = admin.documents().await;
    let titles: Vec<&str> = documents
        .iter()
        .map(|document| document["title"].as_str().unwrap())
        .collect();
    assert_eq!(titles, ["Help of acme", "Front", "New", "Stays"]);
}
