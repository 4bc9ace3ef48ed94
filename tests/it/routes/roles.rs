//! Every route in every role: what the table says, the server does, and the document of the API names.

use parlance::domain::accounts::permission::{Permission, may};
use parlance_store::{control::Role, testing};
use reqwest::Method;
use serde_json::{Value, json};
use uuid::Uuid;

use super::{
    problem, sound,
    table::{For, ROUTES, permitted},
};
use crate::support::TestApp;

/// The permissions of each role, as they were reviewed: each has those of the ones before it, too.
const REVIEWED: &[(Role, &[&str])] = &[
    (
        Role::Viewer,
        &[
            "spaces:read",
            "knowledge:read",
            "conversations:read",
            "tickets:read",
            "analytics:read",
            "team:read",
        ],
    ),
    (Role::Agent, &["conversations:write", "tickets:write"]),
    (
        Role::Admin,
        &[
            "spaces:write",
            "knowledge:write",
            "contacts:merge",
            "tickets:configure",
            "team:write",
            "keys:read",
            "keys:write",
            "audit:read",
            "billing:read",
        ],
    ),
    (
        Role::Owner,
        &["billing:write", "billing:budget", "workspace:write"],
    ),
];

fn reviewed(role: Role) -> Vec<&'static str> {
    let up_to = REVIEWED.iter().take_while(|(rank, _)| *rank >= role);
    up_to.flat_map(|(_, permissions)| *permissions).copied().collect()
}

#[test]
fn roles_have_what_was_reviewed() {
    for role in Role::ALL {
        for permission in Permission::ALL {
            let expected = reviewed(*role).contains(&permission.as_str());
            assert_eq!(may(*role, *permission), expected, "{role} {permission}");
        }
    }
}

#[tokio::test]
async fn a_route_is_open_to_the_roles_of_its_permission_and_to_no_other() {
    let app = TestApp::start().await;
    let acme = app.workspace("acme").await;
    let never = Uuid::now_v7().to_string();
    let mut refused = 0;
    for role in Role::ALL {
        let token = match role {
            Role::Owner => app.log_in(&acme.email).await,
            _ => app.colleague(&acme, *role).await,
        };
        for (method, path, permission) in permitted() {
            let url = app.url(
                &path
                    .replace("{id}", &never)
                    .replace("{n}", "1")
                    .replace("{number}", "1"),
            );
            let answer = sound(&app, &method, &url, &never).bearer_auth(&token).send();
            let answer = answer.await.unwrap();
            let what = format!("{role}: {method} {path}");
            if permission
                .split(' ')
                .all(|needed| reviewed(*role).contains(&needed))
            {
                let status = answer.status().as_u16();
                assert!(![401, 403, 405, 500].contains(&status), "{what}: {status}");
            } else {
                assert_eq!(problem(answer).await, (403, "forbidden".to_owned()), "{what}");
                refused += 1;
            }
        }
    }
    assert!(refused > 20, "{refused}");
}

#[tokio::test]
async fn a_key_opens_the_routes_of_its_scopes_and_no_other() {
    let app = TestApp::start().await;
    let acme = app.workspace("acme").await;
    let owner = app.log_in(&acme.email).await;
    let enterprise = "UPDATE tenants SET plan = 'enterprise'";
    testing::sql_on_pool(&app.services.db, enterprise).await.unwrap();
    let never = Uuid::now_v7().to_string();
    for scope in Permission::ALL
        .iter()
        .filter(|permission| permission.for_programs())
    {
        let body = json!({ "name": "Sync", "scopes": [scope.as_str()] });
        let made = app
            .http
            .post(app.url("/api/keys"))
            .bearer_auth(&owner)
            .json(&body);
        let made: Value = made.send().await.unwrap().json().await.unwrap();
        let key = made["key"].as_str().unwrap();
        for (method, path, permission) in permitted() {
            let url = app.url(&path.replace("{id}", &never));
            let answer = sound(&app, &method, &url, &never).bearer_auth(key).send();
            let status = answer.await.unwrap().status().as_u16();
            let what = format!("{scope}: {method} {path}: {status}");
            if permission == scope.as_str() {
                assert!(![401, 403, 405, 429, 500].contains(&status), "{what}");
            } else {
                assert_eq!(status, 403, "{what}");
            }
        }
    }
}

#[tokio::test]
async fn the_document_names_every_call_and_its_permission() {
    let app = TestApp::start().await;
    let document = app.http.get(app.url("/api/openapi.json")).send().await.unwrap();
    let document: Value = document.json().await.unwrap();
    let mut named = 0;
    for (method, path, who) in ROUTES.iter().filter(|route| route.1.starts_with("/api/")) {
        let call = &document["paths"][path][method.to_lowercase()];
        assert!(call.is_object(), "{method} {path} is not in the document");
        named += 1;
        if let For::Member(permission) = who {
            let needed: Vec<&str> = permission.split(' ').collect();
            let mut security = vec![json!({ "user": needed })];
            if needed
                .iter()
                .all(|needed| needed.parse::<Permission>().unwrap().for_programs())
            {
                security.push(json!({ "key": needed }));
            }
            assert_eq!(call["security"], json!(security), "{method} {path}");
        }
    }
    let paths = document["paths"].as_object().unwrap();
    let calls = paths.iter().flat_map(|(path, calls)| {
        let methods = calls.as_object().unwrap().keys();
        methods.map(move |method| (method.to_uppercase(), path.clone()))
    });
    for (method, path) in calls {
        let known = ROUTES.iter().any(|route| (route.0, route.1) == (&method, &path));
        assert!(known, "{method} {path} is in the document alone");
        assert!(method.parse::<Method>().is_ok());
        named -= i32::from(path.starts_with("/api/"));
    }
    assert_eq!(named, 0);
}
