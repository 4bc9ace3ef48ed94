//! Contacts as agents keep them: whoever it is, what is known, and notes.

use parlance_store::control::Role;
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use crate::support::{TestApp, Workspace, jwt_of};

/// A member of a workspace, who works with its contacts.
pub(super) struct Desk<'a> {
    pub app: &'a TestApp,
    pub token: String,
}

impl<'a> Desk<'a> {
    pub async fn owner(app: &'a TestApp, workspace: &Workspace) -> Self {
        let token = app.log_in(&workspace.email).await;
        Self { app, token }
    }

    pub async fn of(app: &'a TestApp, workspace: &Workspace, role: Role) -> Self {
        let token = app.colleague(workspace, role).await;
        Self { app, token }
    }

    pub async fn call(&self, method: Method, path: &str, body: Value) -> (StatusCode, Value) {
        let call = self.app.http.request(method, self.app.url(path));
        let answer = call.bearer_auth(&self.token).json(&body).send().await.unwrap();
        (answer.status(), answer.json().await.unwrap_or_default())
    }

    pub async fn get(&self, path: &str) -> Value {
        let (status, found) = self.call(Method::GET, path, json!({})).await;
        assert_eq!(status, StatusCode::OK, "{path}: {found}");
        found
    }

    pub async fn post(&self, path: &str, body: Value) -> Value {
        let (status, done) = self.call(Method::POST, path, body).await;
        assert!(status.is_success(), "{path}: {done}");
        done
    }

    /// The contact of a visitor, kept from now on, by its path.
    pub async fn keeps(&self, visitor: &str) -> String {
        let kept = self
            .post(&format!("/api/visitors/{visitor}/contact"), json!({}))
            .await;
        format!("/api/contacts/{}", kept["id"].as_str().unwrap())
    }
}

#[tokio::test]
async fn whoever_it_is_can_be_kept_and_nothing_is_opened_by_that() {
    let (app, acme, visitor) = TestApp::chat().await;
    let said = json!({ "token": visitor.token, "identity": { "name": "Ann", "email": "ann@x.example" } });
    app.session(&acme, &said).await;
    let conversation = visitor.conversation().await;
    visitor.asks(Some(&conversation), "where is my order?").await;
    let desk = Desk::of(&app, &acme, Role::Agent).await;
    let ann = desk.keeps(&visitor.id).await;
    assert_eq!(desk.keeps(&visitor.id).await, ann, "once");
    let kept = desk.get(&ann).await;
    assert_eq!(
        (
            &kept["name"],
            &kept["email"],
            &kept["external_id"],
            &kept["verified_at"]
        ),
        (&json!("Ann"), &json!("ann@x.example"), &Value::Null, &Value::Null)
    );
    assert_eq!(
        (&kept["conversations"], &kept["browsers"]),
        (&json!(1), &json!(1))
    );
    let past = desk.get(&format!("{ann}/conversations")).await;
    assert_eq!(past["items"][0]["id"], json!(conversation));
    let shown = desk.get(&format!("/api/conversations/{conversation}")).await;
    assert_eq!(
        (&shown["contact"], &shown["verified"]),
        (&kept["id"], &json!(false)),
        "nobody vouches for them"
    );
    let listed = desk.get("/api/contacts?q=ann@x").await;
    assert_eq!(listed["items"][0]["conversations"], 1);
    assert_eq!(
        visitor.reads(&conversation).await,
        200,
        "the visitor notices nothing of it"
    );
    let (_, session) = app.comes(&acme, &json!({ "token": visitor.token })).await;
    assert_eq!(
        (&session["visitor"]["verified"], &session["conversation"]),
        (&json!(false), &json!(conversation))
    );
}

#[tokio::test]
async fn what_agents_know_is_kept_apart_from_what_the_host_site_says() {
    let (app, acme, visitor) = TestApp::chat().await;
    let (_, secret) = app.identity_key(&acme, json!({})).await;
    let soon = app.services.clock.now().timestamp() + 60;
    let prove = async |claims: Value| {
        let token = jwt_of(&secret, &claims);
        let body = json!({ "token": visitor.token, "identity": { "token": token } });
        app.comes(&acme, &body).await.0
    };
    let known =
        prove(json!({ "sub": "u-1", "exp": soon, "name": "Ann", "attributes": { "plan": "pro" } })).await;
    let desk = Desk::of(&app, &acme, Role::Agent).await;
    let ann = desk.keeps(&known.id).await;
    for vouched in [
        json!({ "name": "Anna" }),
        json!({ "attributes": { "plan": "free" } }),
    ] {
        let (status, refused) = desk.call(Method::PATCH, &ann, vouched).await;
        assert_eq!((status.as_u16(), &refused["code"]), (409, &json!("conflict")));
    }
    for wrong in [
        json!({ "email": "nobody" }),
        json!({ "attributes": [] }),
        json!({ "attributes": { "a": "x".repeat(9_000) } }),
    ] {
        let (status, refused) = desk.call(Method::PATCH, &ann, wrong).await;
        assert_eq!(
            (status.as_u16(), &refused["code"]),
            (400, &json!("invalid_request"))
        );
    }
    let edit = json!({ "email": "ann@home.example", "attributes": { "calls": "mornings" } });
    let (_, edited) = desk.call(Method::PATCH, &ann, edit).await;
    assert_eq!(
        (
            &edited["email"],
            &edited["vouched"],
            &edited["edited"]["attributes"]
        ),
        (
            &json!("ann@home.example"),
            &json!({ "name": true, "email": false }),
            &json!({ "calls": "mornings" })
        )
    );
    prove(json!({ "sub": "u-1", "exp": soon + 1, "email": "ann@shop.example" })).await;
    let now = desk.get(&ann).await;
    assert_eq!(
        (&now["email"], &now["edited"]["email"]),
        (&json!("ann@shop.example"), &json!("ann@home.example")),
        "the host site's word counts, and the agent's is not lost"
    );
    let (_, forgotten) = desk
        .call(Method::PATCH, &ann, json!({ "attributes": { "calls": null } }))
        .await;
    assert_eq!(forgotten["edited"]["attributes"], json!({}));
}

#[tokio::test]
async fn notes_are_for_the_team_and_removed_by_who_wrote_them_or_an_admin() {
    let (app, acme, visitor) = TestApp::chat().await;
    let desk = Desk::of(&app, &acme, Role::Agent).await;
    let notes = format!("{}/notes", desk.keeps(&visitor.id).await);
    let mut written = Vec::new();
    for text in ["**First**", "Second", "Third"] {
        let note = desk.post(&notes, json!({ "text": text })).await;
        written.push(note["id"].as_str().unwrap().to_owned());
    }
    let page = desk.get(&format!("{notes}?limit=2")).await;
    let texts = |page: &Value| {
        let items = page["items"].as_array().unwrap().clone();
        items
            .iter()
            .map(|note| note["text"].as_str().unwrap().to_owned())
            .collect::<Vec<_>>()
    };
    assert_eq!(texts(&page), ["Third", "Second"]);
    let rest = format!("{notes}?limit=2&cursor={}", page["next"].as_str().unwrap());
    assert_eq!(texts(&desk.get(&rest).await), ["**First**"]);
    for text in [json!(" \n"), json!("x".repeat(4_001))] {
        let (status, _) = desk.call(Method::POST, &notes, json!({ "text": text })).await;
        assert_eq!(status.as_u16(), 400);
    }
    let viewer = Desk::of(&app, &acme, Role::Viewer).await;
    let (status, _) = viewer.call(Method::POST, &notes, json!({ "text": "hi" })).await;
    assert_eq!(status.as_u16(), 403);
    assert_eq!(texts(&viewer.get(&notes).await).len(), 3);
    let owner = Desk::owner(&app, &acme).await;
    let theirs = owner.post(&notes, json!({ "text": "The owner's" })).await;
    let theirs = format!("{notes}/{}", theirs["id"].as_str().unwrap());
    let (status, _) = desk.call(Method::DELETE, &theirs, json!({})).await;
    assert_eq!(status.as_u16(), 403, "it is another's");
    for (who, note) in [(&desk, &written[0]), (&owner, &written[1])] {
        let (status, _) = who
            .call(Method::DELETE, &format!("{notes}/{note}"), json!({}))
            .await;
        assert_eq!(status.as_u16(), 204);
    }
    assert_eq!(texts(&desk.get(&notes).await), ["The owner's", "Third"]);
}
