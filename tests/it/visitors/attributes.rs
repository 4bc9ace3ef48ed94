//! What pages tell about their visitors, merged and bounded; and what agents see of it.

use serde_json::{Value, json};

use crate::support::{TestApp, Workspace, jwt_of};

impl TestApp {
    /// A visitor, as those who work for the business see them.
    pub(super) async fn sees(&self, workspace: &Workspace, visitor: &str) -> Value {
        let owner = self.log_in(&workspace.email).await;
        let url = self.url(&format!("/api/visitors/{visitor}"));
        let answer = self.http.get(url).bearer_auth(owner).send().await.unwrap();
        answer.error_for_status().unwrap().json().await.unwrap()
    }
}

#[tokio::test]
async fn attributes_are_merged_and_null_removes() {
    let (app, acme, visitor) = TestApp::chat().await;
    let tell = async |attributes: Value| {
        let body = json!({ "token": visitor.token, "attributes": attributes });
        app.session(&acme, &body).await.1["code"].clone()
    };
    assert_eq!(tell(json!({ "plan": "free", "seats": 3 })).await, Value::Null);
    assert_eq!(tell(json!({ "plan": "pro", "seats": null })).await, Value::Null);
    let half = "x".repeat(5_000);
    assert_eq!(tell(json!({ "a": half })).await, Value::Null);
    for wrong in [json!({ "b": half }), json!([]), json!("x"), json!({ "c": "\0" })] {
        assert_eq!(tell(wrong).await, "invalid_request");
    }
    let seen = app.sees(&acme, &visitor.id).await;
    assert_eq!(seen["attributes"], json!({ "plan": "pro", "a": half }));
}

#[tokio::test]
async fn a_proof_tells_more_each_time_and_keeps_the_rest() {
    let (app, acme, _) = TestApp::chat().await;
    let (_, secret) = app.identity_key(&acme, json!({})).await;
    let soon = app.services.clock.now().timestamp() + 60;
    let prove = async |more: Value| {
        let mut claims = json!({ "sub": "u-1", "exp": soon });
        claims
            .as_object_mut()
            .unwrap()
            .append(&mut more.as_object().unwrap().clone());
        let identity = json!({ "token": jwt_of(&secret, &claims), "name": "Hearsay" });
        app.comes(&acme, &json!({ "identity": identity })).await.0
    };
    prove(
        json!({ "name": "Ann", "email": "ann@shop.example", "attributes": { "plan": "free", "seats": 3 } }),
    )
    .await;
    let ann =
        prove(json!({ "email": "ann@home.example", "attributes": { "plan": "pro", "seats": null } })).await;
    let seen = app.sees(&acme, &ann.id).await;
    let contact = &seen["contact"];
    assert_eq!(
        (&contact["name"], &contact["email"]),
        (&json!("Ann"), &json!("ann@home.example"))
    );
    assert_eq!(contact["attributes"], json!({ "plan": "pro" }));
    assert_eq!(
        (&seen["verified"], &seen["said"]),
        (&json!(true), &json!({ "name": "Hearsay" }))
    );
}
