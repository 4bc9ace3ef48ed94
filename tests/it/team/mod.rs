//! Members, their roles and teams, and the record of who changed them.

mod acts;

use parlance_store::control::Role;
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use crate::support::{TestApp, Workspace};

/// Somebody logged in, and what they ask for.
struct Person<'a> {
    app: &'a TestApp,
    token: String,
    id: String,
}

impl<'a> Person<'a> {
    async fn owner(app: &'a TestApp, workspace: &Workspace) -> Self {
        Self::with(app, app.log_in(&workspace.email).await).await
    }

    async fn colleague(app: &'a TestApp, workspace: &Workspace, role: Role) -> Self {
        Self::with(app, app.colleague(workspace, role).await).await
    }

    async fn with(app: &'a TestApp, token: String) -> Self {
        let mut person = Self {
            app,
            token,
            id: String::new(),
        };
        let (_, me) = person.asks(Method::GET, "/api/auth/me", json!(null)).await;
        person.id = me["user"]["id"].as_str().unwrap().to_owned();
        person
    }

    async fn asks(&self, method: Method, path: &str, body: Value) -> (StatusCode, Value) {
        let request = self.app.http.request(method, self.app.url(path));
        let request = request.bearer_auth(&self.token);
        let request = if body.is_null() {
            request
        } else {
            request.json(&body)
        };
        let answer = request.send().await.unwrap();
        (answer.status(), answer.json().await.unwrap_or(Value::Null))
    }

    async fn gives(&self, member: &str, role: &str) -> (StatusCode, Value) {
        let path = format!("/api/team/members/{member}");
        self.asks(Method::PATCH, &path, json!({ "role": role })).await
    }

    async fn removes(&self, member: &str) -> StatusCode {
        let path = format!("/api/team/members/{member}");
        self.asks(Method::DELETE, &path, Value::Null).await.0
    }

    async fn roles(&self) -> Vec<(String, String)> {
        let (_, members) = self.asks(Method::GET, "/api/team/members", Value::Null).await;
        let member = |member: &Value| {
            let text = |name: &str| member[name].as_str().unwrap().to_owned();
            (text("id"), text("role"))
        };
        members["items"].as_array().unwrap().iter().map(member).collect()
    }

    /// What was done, the newest first.
    async fn record(&self, which: &str) -> Vec<Value> {
        let (_, record) = self
            .asks(Method::GET, &format!("/api/audit{which}"), Value::Null)
            .await;
        record["items"].as_array().unwrap().clone()
    }
}

#[tokio::test]
async fn another_role_holds_at_once_and_is_on_record() {
    let app = TestApp::start().await;
    let acme = app.workspace("acme").await;
    let owner = Person::owner(&app, &acme).await;
    let agent = Person::colleague(&app, &acme, Role::Agent).await;
    let (refused, _) = agent.gives(&owner.id, "viewer").await;
    assert_eq!(refused, 403, "an agent decides on nobody");
    assert_eq!(owner.gives(&agent.id, "admin").await.0, 200);
    let (renamed, _) = agent
        .asks(
            Method::PATCH,
            &format!("/api/chat-spaces/{}", acme.space),
            json!({ "name": "Shop" }),
        )
        .await;
    assert_eq!(renamed, 200, "an admin's right with an agent's token");
    assert_eq!(owner.gives(&agent.id, "viewer").await.0, 200);
    assert_eq!(agent.asks(Method::GET, "/api/audit", Value::Null).await.0, 403);
}

#[tokio::test]
async fn owners_are_made_by_owners_and_the_last_one_stays() {
    let app = TestApp::start().await;
    let acme = app.workspace("acme").await;
    let owner = Person::owner(&app, &acme).await;
    let admin = Person::colleague(&app, &acme, Role::Admin).await;
    for (member, role) in [(&owner.id, "viewer"), (&admin.id, "owner")] {
        let (status, refused) = admin.gives(member, role).await;
        assert_eq!(
            (status.as_u16(), refused["code"].as_str()),
            (403, Some("forbidden"))
        );
    }
    assert_eq!(admin.removes(&owner.id).await, 403);
    let (status, refused) = owner.gives(&owner.id, "admin").await;
    assert_eq!(
        (status.as_u16(), refused["code"].as_str()),
        (409, Some("last_owner"))
    );
    assert_eq!(
        owner.asks(Method::POST, "/api/team/leave", Value::Null).await.0,
        409
    );

    assert_eq!(owner.gives(&admin.id, "owner").await.0, 200);
    // Each takes it from the other at the same moment.
    let (one, other) = tokio::join!(owner.gives(&admin.id, "agent"), admin.gives(&owner.id, "agent"));
    let mut statuses = [one.0.as_u16(), other.0.as_u16()];
    statuses.sort_unstable();
    assert!(matches!(statuses, [200, 403 | 409]), "{statuses:?}");
    let owners = owner
        .roles()
        .await
        .into_iter()
        .filter(|(_, role)| role == "owner");
    assert_eq!(owners.count(), 1);
}

#[tokio::test]
async fn who_is_removed_or_leaves_is_out_at_once() {
    let app = TestApp::start().await;
    let acme = app.workspace("acme").await;
    let owner = Person::owner(&app, &acme).await;
    let agent = Person::colleague(&app, &acme, Role::Agent).await;
    let viewer = Person::colleague(&app, &acme, Role::Viewer).await;
    assert_eq!(agent.roles().await.len(), 3);
    assert_eq!(owner.removes(&agent.id).await, 204);
    assert_eq!(owner.removes(&agent.id).await, 404);
    let out = agent.asks(Method::GET, "/api/team/members", Value::Null).await;
    assert_eq!(
        (out.0.as_u16(), out.1["code"].as_str()),
        (401, Some("unauthenticated"))
    );
    assert_eq!(
        viewer.asks(Method::POST, "/api/team/leave", Value::Null).await.0,
        204
    );
    assert_eq!(viewer.asks(Method::GET, "/api/auth/me", Value::Null).await.0, 401);
    assert_eq!(owner.roles().await, [(owner.id.clone(), "owner".to_owned())]);
    let actions = owner.record("?action=member.").await;
    let actions: Vec<_> = actions
        .iter()
        .map(|act| act["action"].as_str().unwrap())
        .collect();
    assert_eq!(actions, ["member.leave", "member.remove"]);
}

#[tokio::test]
async fn a_workspace_changes_hands() {
    let app = TestApp::start().await;
    let (acme, globex) = (app.workspace("acme").await, app.workspace("globex").await);
    let owner = Person::owner(&app, &acme).await;
    let admin = Person::colleague(&app, &acme, Role::Admin).await;
    let stranger = Person::owner(&app, &globex).await;
    let transfer = async |to: &str| {
        let body = json!({ "member": to });
        owner
            .asks(Method::POST, "/api/team/transfer-ownership", body)
            .await
            .0
            .as_u16()
    };
    assert_eq!(transfer(&stranger.id).await, 404);
    assert_eq!(transfer(&owner.id).await, 400);
    assert_eq!(transfer(&admin.id).await, 200);
    assert_eq!(transfer(&admin.id).await, 403, "not theirs any more");
    let roles = owner.roles().await;
    assert!(roles.contains(&(owner.id.clone(), "admin".to_owned())));
    assert!(roles.contains(&(admin.id.clone(), "owner".to_owned())));
}

#[tokio::test]
async fn teams_have_members_of_the_workspace() {
    let app = TestApp::start().await;
    let (acme, globex) = (app.workspace("acme").await, app.workspace("globex").await);
    let owner = Person::owner(&app, &acme).await;
    let agent = Person::colleague(&app, &acme, Role::Agent).await;
    let stranger = Person::owner(&app, &globex).await;
    let make = async |name: &str, members: &[&str]| {
        let body = json!({ "name": name, "members": members });
        owner.asks(Method::POST, "/api/team/teams", body).await
    };
    let (made, team) = make(" Returns ", &[&agent.id]).await;
    assert_eq!((made.as_u16(), team["name"].as_str()), (201, Some("Returns")));
    assert_eq!(make("returns", &[]).await.0, 409);
    assert_eq!(
        make("Shipping", &[&stranger.id]).await.0,
        400,
        "of another workspace"
    );
    assert_eq!(make("", &[]).await.0, 400);
    let path = format!("/api/team/teams/{}", team["id"].as_str().unwrap());
    let body = json!({ "name": "Refunds", "members": [owner.id] });
    assert_eq!(stranger.asks(Method::PUT, &path, body.clone()).await.0, 404);
    let (changed, team) = owner.asks(Method::PUT, &path, body).await;
    assert_eq!((changed.as_u16(), &team["members"]), (200, &json!([owner.id])));
    assert_eq!(stranger.asks(Method::DELETE, &path, Value::Null).await.0, 404);
    assert_eq!(agent.asks(Method::DELETE, &path, Value::Null).await.0, 403);
    assert_eq!(owner.asks(Method::DELETE, &path, Value::Null).await.0, 204);
    let (_, teams) = agent.asks(Method::GET, "/api/team/teams", Value::Null).await;
    assert_eq!(teams["items"], json!([]));
}

#[tokio::test]
async fn the_record_says_who_changed_what_from_where() {
    let app = TestApp::start().await;
    let (acme, globex) = (app.workspace("acme").await, app.workspace("globex").await);
    let owner = Person::owner(&app, &acme).await;
    let agent = Person::colleague(&app, &acme, Role::Agent).await;
    let stranger = Person::owner(&app, &globex).await;
    for role in ["viewer", "agent"] {
        assert_eq!(owner.gives(&agent.id, role).await.0, 200);
    }
    let body = json!({ "name": "=Returns", "members": [] });
    assert_eq!(owner.asks(Method::POST, "/api/team/teams", body).await.0, 201);
    let first = &owner.record(&format!("?target={}", agent.id)).await[1];
    assert_eq!(first["action"], "member.change_role");
    assert_eq!(
        first["actor"],
        json!({ "kind": "user", "id": owner.id, "name": acme.email })
    );
    assert_eq!(first["address"], "127.0.0.1");
    assert_eq!(
        (&first["before"], &first["after"]),
        (&json!({ "role": "agent" }), &json!({ "role": "viewer" }))
    );
    let mut paged = Vec::new();
    let mut cursor = String::new();
    loop {
        let page = format!("/api/audit?limit=1{cursor}");
        let (_, page) = owner.asks(Method::GET, &page, Value::Null).await;
        paged.extend(page["items"].as_array().unwrap().clone());
        let Some(next) = page["next"].as_str() else { break };
        cursor = format!("&cursor={next}");
    }
    assert_eq!(paged, owner.record("").await);
    assert_eq!(paged.len(), 3);
    assert!(owner.record(&format!("?actor={}", agent.id)).await.is_empty());
    assert!(stranger.record("").await.is_empty());
    assert_eq!(agent.asks(Method::GET, "/api/audit", Value::Null).await.0, 403);
    let export = app.http.get(app.url("/api/audit/export?action=member."));
    let export = export.bearer_auth(&owner.token).send().await.unwrap();
    assert_eq!(export.headers()["content-type"], "text/csv; charset=utf-8");
    let csv = export.text().await.unwrap();
    let mut lines = csv.split("\r\n");
    assert!(lines.next().unwrap().starts_with("at,actor_kind,"));
    assert_eq!(
        lines
            .filter(|line| line.contains(",member.change_role,member,"))
            .count(),
        2
    );
}

#[tokio::test]
async fn the_workspace_is_renamed_by_its_owner_and_by_nobody_else() {
    let app = TestApp::start().await;
    let acme = app.workspace("acme").await;
    let other = app.workspace("globex").await;
    let owner = Person::owner(&app, &acme).await;
    let admin = Person::colleague(&app, &acme, Role::Admin).await;
    let foreign = Person::owner(&app, &other).await;
    let before = foreign.asks(Method::GET, "/api/workspace", Value::Null).await.1;

    let rename = json!({ "name": " Acme Robotics " });
    assert_eq!(
        admin
            .asks(Method::PATCH, "/api/workspace", rename.clone())
            .await
            .0,
        403
    );
    for name in ["", "  ", "two\nlines", &"x".repeat(81)] {
        let (status, _) = owner
            .asks(Method::PATCH, "/api/workspace", json!({ "name": name }))
            .await;
        assert_eq!(status, 400, "{name:?}");
    }
    let (status, renamed) = owner.asks(Method::PATCH, "/api/workspace", rename.clone()).await;
    assert_eq!(
        (status.as_u16(), &renamed["name"]),
        (200, &json!("Acme Robotics"))
    );
    assert_eq!(owner.asks(Method::PATCH, "/api/workspace", rename).await.0, 200);

    let seen = admin.asks(Method::GET, "/api/workspace", Value::Null).await.1;
    assert_eq!(seen, renamed);
    let (_, me) = admin.asks(Method::GET, "/api/auth/me", Value::Null).await;
    assert_eq!(me["memberships"][0]["name"], "Acme Robotics");
    assert_eq!(
        foreign.asks(Method::GET, "/api/workspace", Value::Null).await.1,
        before
    );
    let acts = owner.record("?action=workspace.rename").await;
    assert_eq!(acts.len(), 1, "{acts:?}");
    assert_eq!(acts[0]["after"], json!({ "name": "Acme Robotics" }));
}
