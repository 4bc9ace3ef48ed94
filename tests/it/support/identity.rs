//! What a host site's server does: makes keys in the console, and proofs for its pages.

use hmac::{Hmac, KeyInit, Mac};
use jsonwebtoken::{Algorithm, EncodingKey, Header};
use reqwest::StatusCode;
use serde_json::{Value, json};
use sha2::Sha256;

use super::{TestApp, TestVisitor, Workspace};

impl TestApp {
    /// A new key of the workspace's space, as its owner makes it: its `kid`, and the secret if any.
    pub async fn identity_key(&self, workspace: &Workspace, wanted: Value) -> (String, String) {
        let owner = self.log_in(&workspace.email).await;
        let url = self.url(&format!("/api/chat-spaces/{}/identity-keys", workspace.space));
        let request = self.http.post(url).bearer_auth(owner).json(&wanted);
        let answer = request.send().await.unwrap();
        assert_eq!(answer.status(), StatusCode::CREATED);
        let key: Value = answer.json().await.unwrap();
        let text = |field: &str| key[field].as_str().unwrap_or_default().to_owned();
        (text("kid"), text("secret"))
    }

    /// Asks for a session.
    pub async fn session(&self, workspace: &Workspace, body: &Value) -> (StatusCode, Value) {
        let url = self.url(&format!("/api/widget/{}/session", workspace.slug));
        let answer = self.http.post(url).json(body).send().await.unwrap();
        (answer.status(), answer.json().await.unwrap())
    }

    /// The same, which must come to one.
    pub async fn comes(&self, workspace: &Workspace, body: &Value) -> (TestVisitor, Value) {
        let (status, session) = self.session(workspace, body).await;
        assert_eq!(status, StatusCode::OK, "{session}");
        (self.visitor_of(workspace, &session), session)
    }

    /// `user` of the host site, on a new device or on that of `before`.
    pub async fn identifies(
        &self,
        workspace: &Workspace,
        secret: &str,
        user: &str,
        before: Option<&TestVisitor>,
    ) -> (TestVisitor, Value) {
        let proof = jwt(self, secret, user);
        let body = json!({ "token": before.map(|visitor| &visitor.token), "identity": { "token": proof } });
        let (visitor, session) = self.comes(workspace, &body).await;
        assert_eq!(session["visitor"]["verified"], true);
        (visitor, session)
    }
}

/// A token of five minutes that proves somebody to be `user`.
pub fn jwt(app: &TestApp, secret: &str, user: &str) -> String {
    jwt_of(
        secret,
        &json!({ "sub": user, "exp": app.services.clock.now().timestamp() + 300 }),
    )
}

/// A token of these claims.
pub fn jwt_of(secret: &str, claims: &Value) -> String {
    let signing = EncodingKey::from_secret(secret.as_bytes());
    jsonwebtoken::encode(&Header::new(Algorithm::HS256), claims, &signing).unwrap()
}

/// The signature of an id.
pub fn hmac(secret: &str, id: &str) -> String {
    let mac = Hmac::<Sha256>::new_from_slice(secret.as_bytes()).unwrap();
    hex::encode(mac.chain_update(id).finalize().into_bytes())
}
