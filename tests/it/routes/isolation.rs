//! Nobody reads or touches what is somebody else's, by any route there is.

use reqwest::{Method, StatusCode};
use serde_json::json;
use uuid::Uuid;

use super::{
    problem, sound,
    table::{For, permitted, routes},
};
use crate::support::{TestApp, says};

const SECRET: &str = "my order is number 5511";

#[tokio::test]
async fn a_stranger_gets_nothing_by_any_route() {
    let (app, acme, visitor) = TestApp::chat().await;
    let globex = app.workspace("globex").await;
    let stranger = app.visitor(&globex).await;
    let neighbour = app.visitor(&acme).await;
    let conversation = visitor.conversation().await;
    visitor.frame(&conversation, &says(SECRET)).await;
    let member = app.log_in(&globex.email).await;
    let never = Uuid::now_v7().to_string();
    let fill = |path: &str, slug: &str, id: &str| {
        let path = path
            .replace("{space}", slug)
            .replace("{n}", "1")
            .replace("{number}", "1");
        app.url(
            &path
                .replace("{id}", id)
                .replace("{kid}", &never)
                .replace("{note}", &never),
        )
    };
    let asks = async |method: &Method, url: String, token: &str| {
        let request = sound(&app, method, &url, &conversation).bearer_auth(token);
        problem(request.send().await.unwrap()).await
    };
    for (method, path) in routes(For::Visitor) {
        let foreign = asks(&method, fill(path, "acme", &conversation), &stranger.token).await;
        assert_eq!(foreign.0, 401, "another space's token at {path}");
        assert_eq!(
            asks(&method, fill(path, "acme", &conversation), "").await.0,
            401,
            "{path}"
        );
        assert_eq!(
            asks(&method, fill(path, "acme", &conversation), &member).await.0,
            401,
            "{path}"
        );
        if path.contains("{id}") || path.ends_with("/chat") {
            let at_home = asks(&method, fill(path, "globex", &conversation), &stranger.token).await;
            assert_eq!(at_home.0, 404, "a foreign conversation at {path}");
            let next_door = asks(&method, fill(path, "acme", &conversation), &neighbour.token).await;
            assert_eq!(next_door, at_home, "another visitor's at {path}");
        }
    }
    for (method, path, _) in permitted() {
        for token in ["", "x", &visitor.token] {
            assert_eq!(
                asks(&method, fill(path, "", &conversation), token).await.0,
                401,
                "{path}"
            );
        }
        if path.contains("{id}") {
            let (space, document) = (acme.space.to_string(), acme.document.to_string());
            for id in [&conversation, &space, &document, &visitor.id, &never] {
                let refused = asks(&method, fill(path, "", id), &member).await;
                assert_eq!(refused, (404, "not_found".to_owned()), "{path} of {id}");
            }
            assert_eq!(asks(&method, fill(path, "", "no-id"), &member).await.0, 404);
        } else {
            let answer = app
                .http
                .get(app.url(path))
                .bearer_auth(&member)
                .send()
                .await
                .unwrap();
            let text = answer.text().await.unwrap();
            assert!(!text.contains("acme") && !text.contains(SECRET), "{path}: {text}");
        }
    }
    for (method, path) in routes(For::Space).filter(|(_, path)| path.contains("{document}")) {
        let url = |slug: &str, document: &str| {
            app.url(&path.replace("{space}", slug).replace("{document}", document))
        };
        let document = acme.document.to_string();
        let own = app.http.get(url("acme", &document)).send().await.unwrap();
        assert_eq!(own.status(), StatusCode::OK);
        for (slug, document) in [("globex", document.as_str()), ("acme", &never), ("acme", "no-id")] {
            assert_eq!(asks(&method, url(slug, document), "").await.0, 404, "{path}");
        }
    }
    assert_eq!(
        visitor.log(&conversation).await.len(),
        2,
        "and nothing was said for them"
    );
}

/// In one's own space, another's key is as absent as none.
#[tokio::test]
async fn a_foreign_key_is_not_found_in_ones_own_space_either() {
    let app = TestApp::start().await;
    let (acme, globex) = (app.workspace("acme").await, app.workspace("globex").await);
    let (kid, _) = app.identity_key(&acme, json!({})).await;
    let member = app.log_in(&globex.email).await;
    let url = app.url(&format!("/api/chat-spaces/{}/identity-keys/{kid}", globex.space));
    let removed = app.http.delete(&url).bearer_auth(&member).send().await.unwrap();
    assert_eq!(problem(removed).await.0, 404);
    let retired = app.http.post(format!("{url}/retire")).bearer_auth(&member);
    let retired = retired.json(&json!({})).send().await.unwrap();
    assert_eq!(problem(retired).await.0, 404);
    let kept = app
        .db()
        .rows("SELECT id FROM identity_keys WHERE retires_at IS NULL")
        .await
        .unwrap();
    assert_eq!(kept.len(), 1, "acme's is still there");
}

#[tokio::test]
async fn a_space_that_is_not_published_is_not_there() {
    let app = TestApp::start().await;
    let draft = app.unpublished("draft").await;
    for (method, path) in routes(For::Space).chain(routes(For::Visitor)) {
        for name in [&draft.slug, &draft.public_key, "never-was"] {
            let path = path
                .replace("{space}", name)
                .replace("{document}", &draft.document.to_string())
                .replace("{id}", &Uuid::now_v7().to_string());
            let request = app.http.request(method.clone(), app.url(&path)).json(&json!({}));
            assert_eq!(problem(request.send().await.unwrap()).await.0, 404, "{path}");
        }
    }
}

#[tokio::test]
async fn only_pages_of_the_allowed_sites_may_chat() {
    let app = TestApp::start().await;
    let acme = app
        .workspace_with("acme", json!({}), &["https://shop.example"])
        .await;
    let visitor = app.visitor(&acme).await;
    let url = app.url("/api/widget/acme/session");
    for (origin, status) in [
        ("https://shop.example", 200),
        ("https://evil.example", 403),
        ("http://shop.example", 403),
        ("https://shop.example.evil.example", 403),
        ("null", 403),
    ] {
        let request = app.http.post(&url).header("origin", origin).json(&json!({}));
        let answer = request.send().await.unwrap();
        assert_eq!(answer.status().as_u16(), status, "{origin}");
        let bearer = visitor
            .post("/conversation")
            .header("origin", origin)
            .send()
            .await
            .unwrap();
        assert_eq!(bearer.status().is_success(), status == 200, "{origin}");
        if status == 403 {
            assert_eq!(problem(answer).await.1, "origin_not_allowed");
            assert_eq!(problem(bearer).await.1, "origin_not_allowed");
        }
    }
    let mut request =
        tokio_tungstenite::tungstenite::client::IntoClientRequest::into_client_request(visitor.socket_url())
            .unwrap();
    request
        .headers_mut()
        .insert("origin", "https://evil.example".parse().unwrap());
    let refused = tokio_tungstenite::connect_async(request).await.unwrap_err();
    let tokio_tungstenite::tungstenite::Error::Http(answer) = refused else {
        panic!("{refused:?}");
    };
    assert_eq!(answer.status().as_u16(), 403);
}
