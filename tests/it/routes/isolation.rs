//! Nobody reads or touches what is somebody else's, by any route there is.

use reqwest::{
    Method, StatusCode,
    multipart::{Form, Part},
};
use serde_json::json;
use uuid::Uuid;

use super::problem;
use crate::support::{TestApp, says};

/// Who may use a route.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum For {
    /// Everybody: it shows nothing of a tenant.
    All,
    /// Everybody, of a published space.
    Space,
    /// A visitor of the space in the path.
    Visitor,
    /// A member of the workspace.
    Member,
    /// Whoever has a session cookie or a password.
    Person,
}

/// Every route. `{space}`, `{document}`, `{conversation}` and `{space_id}` stand for Acme's.
const ROUTES: &[(&str, &str, For)] = &[
    ("GET", "/healthz", For::All),
    ("GET", "/readyz", For::All),
    ("GET", "/metrics", For::All),
    ("GET", "/api/openapi.json", For::All),
    ("GET", "/", For::All),
    ("GET", "/console", For::All),
    ("GET", "/console/{path:.*}", For::All),
    ("GET", "/widget.js", For::All),
    ("GET", "/widget/{file:.*}", For::All),
    ("GET", "/sources.css", For::All),
    ("GET", "/demo/{tenant}", For::All),
    ("GET", "/demo/{tenant}/{file}", For::All),
    ("GET", "/widget/{space}/frame", For::Space),
    ("GET", "/sources/{space}/{document}", For::Space),
    ("GET", "/sources/{space}/{document}/original", For::Space),
    ("GET", "/api/widget/{space}/config", For::Space),
    ("POST", "/api/widget/{space}/session", For::Space),
    ("GET", "/api/widget/{space}/conversations", For::Visitor),
    ("POST", "/api/widget/{space}/conversation", For::Visitor),
    ("GET", "/api/widget/{space}/conversation/{id}", For::Visitor),
    (
        "GET",
        "/api/widget/{space}/conversation/{id}/events",
        For::Visitor,
    ),
    (
        "POST",
        "/api/widget/{space}/conversation/{id}/frames",
        For::Visitor,
    ),
    ("POST", "/api/widget/{space}/chat", For::Visitor),
    // Its token is in the first frame: see `abuse::tokens`.
    ("GET", "/api/widget/{space}/socket", For::Space),
    // So is this one's: see `console`.
    ("GET", "/api/console/socket", For::All),
    ("POST", "/api/auth/login", For::Person),
    ("POST", "/api/auth/refresh", For::Person),
    ("POST", "/api/auth/logout", For::Person),
    ("GET", "/api/auth/me", For::Member),
    ("GET", "/api/chat-spaces", For::Member),
    ("GET", "/api/chat-spaces/{id}", For::Member),
    ("PATCH", "/api/chat-spaces/{id}", For::Member),
    ("GET", "/api/chat-spaces/{id}/identity-keys", For::Member),
    ("POST", "/api/chat-spaces/{id}/identity-keys", For::Member),
    ("DELETE", "/api/chat-spaces/{id}/identity-keys/{kid}", For::Member),
    (
        "POST",
        "/api/chat-spaces/{id}/identity-keys/{kid}/retire",
        For::Member,
    ),
    ("GET", "/api/visitors/{id}", For::Member),
    ("GET", "/api/chat-spaces/{id}/documents", For::Member),
    ("POST", "/api/chat-spaces/{id}/documents/upload", For::Member),
    ("POST", "/api/chat-spaces/{id}/documents/text", For::Member),
    ("POST", "/api/chat-spaces/{id}/documents/faq", For::Member),
    ("POST", "/api/chat-spaces/{id}/documents/url", For::Member),
    ("GET", "/api/chat-spaces/{id}/sources", For::Member),
    ("GET", "/api/sources/{id}", For::Member),
    ("DELETE", "/api/sources/{id}", For::Member),
    ("GET", "/api/sources/{id}/pages", For::Member),
    ("POST", "/api/sources/{id}/read", For::Member),
    ("GET", "/api/documents/{id}", For::Member),
    ("DELETE", "/api/documents/{id}", For::Member),
    ("GET", "/api/documents/{id}/content", For::Member),
    ("POST", "/api/documents/{id}/reprocess", For::Member),
    ("POST", "/api/query", For::Member),
    ("GET", "/api/chat-spaces/{id}/golden-questions", For::Member),
    ("POST", "/api/chat-spaces/{id}/golden-questions", For::Member),
    ("PUT", "/api/golden-questions/{id}", For::Member),
    ("DELETE", "/api/golden-questions/{id}", For::Member),
    ("GET", "/api/chat-spaces/{id}/golden-runs", For::Member),
    ("POST", "/api/chat-spaces/{id}/golden-runs", For::Member),
    ("GET", "/api/golden-runs/{id}", For::Member),
    ("GET", "/api/jobs", For::Member),
    ("GET", "/api/jobs/{id}", For::Member),
    ("POST", "/api/jobs/{id}/cancel", For::Member),
    ("GET", "/api/chat-spaces/{id}/conversations", For::Member),
    ("GET", "/api/conversations/{id}", For::Member),
    ("GET", "/api/conversations/{id}/messages", For::Member),
];

fn routes(of: For) -> impl Iterator<Item = (Method, &'static str)> {
    let read = |(method, path, _): &(&str, &'static str, For)| (method.parse().unwrap(), *path);
    ROUTES.iter().filter(move |route| route.2 == of).map(read)
}

/// The paths in the source of the two route tables.
fn written() -> Vec<String> {
    let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR"));
    let read = |file: &str| std::fs::read_to_string(root.join(file)).unwrap();
    let mut paths = Vec::new();
    let quoted = |line: &str, call: &str| {
        let (_, rest) = line.split_once(call)?;
        Some(rest.split('"').next()?.to_owned())
    };
    for line in read("src/http/routes.rs").lines() {
        let scoped = |path: String| match path.as_str() {
            "/config" | "/session" => format!("/api/widget/{{space}}{path}"),
            _ => path,
        };
        paths.extend(quoted(line, "at(\"").map(scoped));
        assert!(
            !line.contains(".route(\""),
            "a route this test cannot read: {line}"
        );
    }
    for (file, below) in [
        ("src/realtime/visitor.rs", "/api/widget/{space}"),
        ("src/realtime/console/mod.rs", "/api/console"),
    ] {
        for line in read(file).lines() {
            let path = quoted(line, "route(\"").or_else(|| quoted(line, "at(\""));
            paths.extend(path.map(|path| format!("{below}{path}")));
        }
    }
    paths
}

#[test]
fn every_route_is_in_the_table_above() {
    let written = written();
    assert!(written.len() > 25, "{written:?}");
    for path in &written {
        assert!(ROUTES.iter().any(|route| route.1 == path), "{path} is missing");
    }
    for (_, path, _) in ROUTES {
        assert!(written.iter().any(|route| route == path), "{path} is gone");
    }
}

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
        app.url(
            &path
                .replace("{space}", slug)
                .replace("{id}", id)
                .replace("{kid}", &never),
        )
    };
    let body = json!({ "conversation": conversation, "client_id": Uuid::new_v4(), "text": "hi", "type": "ping", "title": "t", "pairs": [{ "question": "q", "answer": "a" }], "url": "https://shop.example/" });
    let asks = async |method: &Method, url: String, token: &str| {
        let upload = url.ends_with("/upload");
        let request = app.http.request(method.clone(), &url).bearer_auth(token);
        let request = if upload {
            let file = Part::text("hi").file_name("hi.txt");
            request.multipart(Form::new().part("file", file))
        } else if method == Method::PATCH {
            // A change names only what is to change.
            request.json(&json!({ "name": "Mine" }))
        } else if url.contains("/golden-runs") || url.contains("/identity-keys") {
            request.json(&json!({}))
        } else if url.contains("/golden-questions") {
            request.json(&json!({ "question": "Mine?", "facts": ["yes"] }))
        } else {
            request.json(&body)
        };
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
    for (method, path) in routes(For::Member) {
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

/// Of one's own space, another's key is as absent as none.
#[tokio::test]
async fn a_foreign_key_is_not_found_in_ones_own_space_either() {
    let app = TestApp::start().await;
    let (acme, globex) = (app.workspace("acme").await, app.workspace("globex").await);
    let (kid, _) = app.identity_key(&acme, json!({})).await;
    let member = app.log_in(&globex.email).await;
    let url = app.url(&format!("/api/chat-spaces/{}/identity-keys/{kid}", globex.space));
    let removed = app.http.delete(&url).bearer_auth(&member).send().await.unwrap();
    assert_eq!(problem(removed).await.0, 404);
    let retired = app
        .http
        .post(format!("{url}/retire"))
        .bearer_auth(&member)
        .json(&json!({}));
    assert_eq!(problem(retired.send().await.unwrap()).await.0, 404);
    let session = app.session(&acme, &json!({ "identity": { "token": "x" } })).await;
    assert_eq!(session.1["code"], "identity_invalid", "acme's is still there");
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
