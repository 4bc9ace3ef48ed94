//! Acting as a workspace: with a reason, for a while, on record on both sides, and never more than was said.

use chrono::TimeDelta;
use parlance::domain::accounts::permission::Permission;
use reqwest::Method;
use serde_json::{Value, json};
use uuid::Uuid;

use super::{code_of, entered, still};
use crate::{
    routes::{
        sound,
        table::{For, permitted, routes},
    },
    support::{Socket, TestApp, eventually},
};

async fn gets(app: &TestApp, token: &str, path: &str) -> (u16, Value) {
    let answer = app
        .http
        .get(app.url(path))
        .bearer_auth(token)
        .send()
        .await
        .unwrap();
    let status = answer.status().as_u16();
    (status, answer.json().await.unwrap_or_default())
}

/// What an owner reads of operators in the workspace's audit log, the oldest first.
async fn on_record(app: &TestApp, owner: &str) -> Vec<Value> {
    let (_, log) = gets(app, owner, "/api/audit").await;
    let mut acts = log["items"].as_array().unwrap().clone();
    acts.retain(|act| act["actor"]["kind"] == "operator");
    acts.reverse();
    acts
}

#[tokio::test]
async fn a_reason_is_needed_and_all_of_it_is_on_record_on_both_sides() {
    let (app, clock) = still().await;
    let acme = app.workspace("acme").await;
    let operator = entered(&app, &clock).await;
    let owner = app.log_in(&acme.email).await;
    let path = format!("/api/operator/tenants/{}/access", acme.tenant);
    for wrong in [
        json!({ "reason": "because" }),
        json!({ "reason": "          because          " }),
        json!({ "reason": "x".repeat(501) }),
        json!({ "reason": "Ticket 4711: slow", "minutes": 61 }),
        json!({ "reason": "Ticket 4711: slow", "minutes": 0 }),
        json!({}),
    ] {
        assert_eq!(operator.posts(&path, wrong.clone()).await.0, 400, "{wrong}");
    }
    let nobody = format!("/api/operator/tenants/{}/access", Uuid::now_v7());
    assert_eq!(
        operator
            .posts(&nobody, json!({ "reason": "Ticket 4711: slow" }))
            .await
            .0,
        404
    );
    assert!(on_record(&app, &owner).await.is_empty());

    let (id, token) = operator.acts_as(&acme, false).await;
    let open = operator.gets("/api/operator/access").await;
    assert_eq!(open["items"][0]["tenant_name"], "acme");
    let (status, spaces) = gets(&app, &token, "/api/chat-spaces").await;
    assert_eq!((status, &spaces["items"][0]["slug"]), (200, &json!("acme")));
    let (status, _) = gets(&app, &token, &format!("/api/chat-spaces/{}", acme.space)).await;
    assert_eq!(status, 200);
    let requests = "SELECT method, path, access_id FROM operator_requests ORDER BY id";
    let requests = app.db().rows(requests).await.unwrap();
    assert_eq!(requests.len(), 2);
    assert_eq!(requests[1]["path"], format!("/api/chat-spaces/{}", acme.space));
    assert_eq!(requests[1]["access_id"], id.as_str());

    let end = format!("/api/operator/access/{id}/end");
    assert_eq!(operator.posts(&end, json!({})).await.0, 204);
    assert_eq!(gets(&app, &token, "/api/chat-spaces").await.0, 401, "at once");
    assert_eq!(operator.posts(&end, json!({})).await.0, 404);
    let again = operator
        .posts(&format!("/api/operator/access/{id}/token"), json!({}))
        .await;
    assert_eq!(again.0, 404);

    let acts = on_record(&app, &owner).await;
    let what: Vec<&str> = acts.iter().map(|act| act["action"].as_str().unwrap()).collect();
    assert_eq!(what, ["operator.begin", "operator.end"]);
    assert_eq!(acts[0]["after"]["reason"], "Ticket 4711: answers are slow");
    assert_eq!(acts[0]["after"]["may_write"], false);
    assert_eq!(acts[1]["after"], json!({ "how": "ended", "requests": 2 }));
    assert_eq!(acts[1]["actor"]["name"], operator.email);
    let log = operator.gets("/api/operator/log").await;
    let both: Vec<(&str, &str)> = log["items"]
        .as_array()
        .unwrap()
        .iter()
        .take(2)
        .map(|act| {
            (
                act["action"].as_str().unwrap(),
                act["tenant_name"].as_str().unwrap(),
            )
        })
        .collect();
    assert_eq!(both, [("operator.end", "acme"), ("operator.begin", "acme")]);
}

#[tokio::test]
async fn it_ends_by_itself_and_with_the_entry() {
    let (app, clock) = still().await;
    let acme = app.workspace("acme").await;
    let operator = entered(&app, &clock).await;
    let (_, token) = operator.acts_as(&acme, false).await;
    clock.advance(TimeDelta::minutes(30) - TimeDelta::seconds(1));
    assert_eq!(gets(&app, &token, "/api/chat-spaces").await.0, 200);
    clock.advance(TimeDelta::seconds(1));
    assert_eq!(gets(&app, &token, "/api/chat-spaces").await.0, 401);
    let owner = app.log_in(&acme.email).await;
    let ended = eventually(async || on_record(&app, &owner).await.get(1).cloned()).await;
    assert_eq!(ended["after"], json!({ "how": "over", "requests": 1 }));

    let (_, token) = operator.acts_as(&acme, false).await;
    let mut socket = Socket::open(&app.console_url()).await;
    socket.send(&json!({ "type": "hello", "token": token })).await;
    assert_eq!(socket.next_of("ready").await["role"], "viewer");
    let left = operator
        .asks(Method::DELETE, "/api/operator/session", json!({}))
        .await;
    assert_eq!(left.status(), 204);
    assert_eq!(gets(&app, &token, "/api/chat-spaces").await.0, 401);
    assert!(socket.ends().await.is_some(), "its socket ends, too");
    assert_eq!(
        on_record(&app, &owner).await.last().unwrap()["action"],
        "operator.end"
    );
}

/// By every route there is, reading and writing.
#[tokio::test]
async fn nothing_is_opened_but_what_was_said() {
    let (app, clock) = still().await;
    let acme = app.workspace("acme").await;
    let operator = entered(&app, &clock).await;
    let never = Uuid::now_v7().to_string();
    let secrets = ["/identity-keys", "/rotate-key"];
    for may_write in [false, true] {
        let (_, token) = operator.acts_as(&acme, may_write).await;
        let (mut opened, mut refused) = (0, 0);
        for (method, path, permission) in permitted() {
            let ids = [
                "{id}",
                "{experiment}",
                "{gap}",
                "{kid}",
                "{example}",
                "{note}",
                "{document}",
            ];
            let filled = ids
                .iter()
                .fold(path.to_owned(), |path, id| path.replace(id, &never));
            let filled = filled.replace("{n}", "1").replace("{number}", "1");
            let answer = sound(&app, &method, &app.url(&filled), &never)
                .bearer_auth(&token)
                .send();
            let (status, code) = code_of(answer.await.unwrap()).await;
            let what = format!("{method} {path}: {status} {code}");
            let has = permission
                .split(' ')
                .all(|word| word.parse::<Permission>().unwrap().for_operators(may_write));
            let is_secret = secrets.iter().any(|secret| path.contains(secret));
            if has && !is_secret && (may_write || method == Method::GET) {
                assert!(![401, 403, 405, 500].contains(&status), "{what}");
                opened += 1;
            } else {
                assert_eq!((status, code.as_str()), (403, "forbidden"), "{what}");
                refused += 1;
            }
        }
        assert!(opened > 20 && refused > 40, "{opened} {refused}");
        // Nor what is a person's own: the operator's, who has the token.
        // Logging out is ending the session of a cookie, of which there is none.
        for (method, path) in routes(For::Person).filter(|route| route.1 != "/api/auth/logout") {
            let filled = path.replace("{id}", &never);
            let answer = sound(&app, &method, &app.url(&filled), &never)
                .bearer_auth(&token)
                .send();
            let status = answer.await.unwrap().status().as_u16();
            assert!(status >= 400, "{method} {path}: {status}");
        }
    }
    for (permission, by_hand) in [
        (Permission::BillingRead, false),
        (Permission::BillingWrite, false),
        (Permission::KeysRead, false),
        (Permission::KeysWrite, false),
        (Permission::TeamWrite, false),
        (Permission::WorkspaceWrite, false),
        (Permission::ConversationsWrite, false),
        (Permission::ConversationsRead, true),
    ] {
        assert_eq!(permission.for_operators(true), by_hand, "{permission}");
    }
}

#[tokio::test]
async fn the_own_account_is_out_of_reach() {
    let (app, clock) = still().await;
    let acme = app.workspace("acme").await;
    let operator = entered(&app, &clock).await;
    let (_, token) = operator.acts_as(&acme, true).await;
    for path in [
        "/api/auth/me",
        "/api/auth/sessions",
        "/api/auth/second-factor",
        "/api/auth/notifications",
    ] {
        let (status, refused) = gets(&app, &token, path).await;
        assert_eq!((status, &refused["code"]), (403, &json!("forbidden")), "{path}");
    }
    for path in ["/api/team/leave", "/api/auth/switch", "/api/auth/change-password"] {
        let body = json!({ "tenant": acme.tenant, "password": "x", "new_password": "y" });
        let asked = app.http.post(app.url(path)).bearer_auth(&token).json(&body);
        assert_eq!(code_of(asked.send().await.unwrap()).await.0, 403, "{path}");
    }
}

#[tokio::test]
async fn what_is_changed_is_the_operators_act() {
    let (app, clock) = still().await;
    let (acme, globex) = (app.workspace("acme").await, app.workspace("globex").await);
    let operator = entered(&app, &clock).await;
    let owner = app.log_in(&acme.email).await;
    let (_, token) = operator.acts_as(&acme, true).await;
    let rename = |space| {
        let request = app.http.patch(app.url(&format!("/api/chat-spaces/{space}")));
        request
            .bearer_auth(&token)
            .json(&json!({ "name": "Help desk" }))
            .send()
    };
    assert_eq!(rename(acme.space).await.unwrap().status(), 200);
    assert_eq!(
        rename(globex.space).await.unwrap().status(),
        404,
        "another workspace's"
    );
    let acts = on_record(&app, &owner).await;
    let changed = acts.last().unwrap();
    assert_eq!(changed["action"], "space.change");
    assert_eq!(changed["actor"]["name"], operator.email);
    assert_eq!(changed["after"]["name"], "Help desk");
    let requests = app
        .db()
        .rows("SELECT method FROM operator_requests")
        .await
        .unwrap();
    assert_eq!(requests.len(), 2);
}

/// A console that looks on hears of everything and says nothing.
#[tokio::test]
async fn the_socket_is_read_only() {
    let (app, clock) = still().await;
    let acme = app.workspace("acme").await;
    let visitor = app.visitor(&acme).await;
    let conversation = visitor.conversation().await;
    let operator = entered(&app, &clock).await;
    let (_, token) = operator.acts_as(&acme, true).await;
    let mut socket = Socket::open(&app.console_url()).await;
    socket.send(&json!({ "type": "hello", "token": token })).await;
    socket.next_of("ready").await;
    socket
        .send(&json!({ "type": "watch", "conversation": conversation }))
        .await;
    socket.next_of("watching").await;
    let say =
        json!({ "type": "say", "conversation": conversation, "client_id": Uuid::new_v4(), "text": "hi" });
    for frame in [say, json!({ "type": "take", "conversation": conversation })] {
        socket.send(&frame).await;
        assert_eq!(socket.next_of("error").await["code"], "forbidden", "{frame}");
    }
    let requests = app
        .db()
        .rows("SELECT method FROM operator_requests ORDER BY id")
        .await
        .unwrap();
    let methods: Vec<&Value> = requests.iter().map(|row| &row["method"]).collect();
    assert_eq!(methods, [&json!("GET"), &json!("WATCH")]);
}
