//! The server under test and a visitor's session with it.

use std::{net::IpAddr, time::Duration};

use anyhow::{Context, Result, bail};
use reqwest::{Client, RequestBuilder, Url, header};
use serde::Deserialize;
use serde_json::{Value, json};

/// A loopback server and the space that is asked.
#[derive(Clone, Debug)]
pub struct Server {
    pub(super) client: Client,
    base: Url,
    pub(super) origin: Option<String>,
}

/// What `POST …/session` gives a visitor.
#[derive(Clone, Debug, Deserialize)]
pub(super) struct Session {
    pub(super) token: String,
}

impl Server {
    /// `url` of the server, `space` its slug, `origin` sent where the space checks it.
    ///
    /// # Errors
    /// When the address is not `http://` on a loopback host: this tool is not for other machines.
    pub fn new(url: &str, space: &str, origin: Option<String>) -> Result<Self> {
        let base = Url::parse(url).context("the server's address is not a URL")?;
        let host = base.host_str().unwrap_or_default().trim_matches(['[', ']']);
        let loopback = host == "localhost" || host.parse::<IpAddr>().is_ok_and(|ip| ip.is_loopback());
        if base.scheme() != "http" || !loopback {
            bail!("only http:// on localhost is driven, not {url}");
        }
        let slug = !space.is_empty()
            && space
                .chars()
                .all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_'));
        if !slug {
            bail!("{space:?} is neither a slug nor a public key");
        }
        let base = base
            .join(&format!("/api/widget/{space}/"))
            .context("the server's address takes no path")?;
        let client = Client::builder()
            .tcp_nodelay(true)
            .connect_timeout(Duration::from_secs(5))
            .redirect(reqwest::redirect::Policy::none())
            .build()?;
        Ok(Self { client, base, origin })
    }

    /// The address of a call of the space.
    pub(super) fn call(&self, path: &str) -> Result<Url> {
        Ok(self.base.join(path)?)
    }

    pub(super) fn post(&self, path: &str, body: &Value) -> Result<RequestBuilder> {
        let mut request = self.client.post(self.call(path)?).json(body);
        if let Some(origin) = &self.origin {
            request = request.header(header::ORIGIN, origin);
        }
        Ok(request)
    }

    pub(super) async fn session(&self) -> Result<Session> {
        let response = self.post("session", &json!({}))?.send().await?;
        let status = response.status();
        if !status.is_success() {
            bail!(
                "session: {status} {}",
                code_of(&response.text().await.unwrap_or_default())
            );
        }
        Ok(response.json().await?)
    }

    /// The access token of a member of the workspace.
    pub(super) async fn login(&self, email: &str, password: &str) -> Result<String> {
        let login = json!({ "email": email, "password": password });
        let token = answer(self.client.post(self.call("/api/auth/login")?).json(&login)).await?;
        let token = token.get("access_token").and_then(Value::as_str);
        Ok(token.context("this login takes a second factor")?.to_owned())
    }

    /// A conversation of its own, so that rounds follow each other in one log.
    pub(super) async fn conversation(&self, token: &str) -> Result<String> {
        let response = self
            .post("conversation", &json!({}))?
            .bearer_auth(token)
            .send()
            .await?;
        let status = response.status();
        let body: Value = response.json().await.unwrap_or_default();
        let conversation = body.get("conversation");
        let id = conversation.and_then(|c| c.as_str().or_else(|| c.get("id")?.as_str()));
        id.map(str::to_owned)
            .with_context(|| format!("conversation: {status} without an id"))
    }
}

/// The JSON of an answer that is no refusal.
pub(super) async fn answer(request: RequestBuilder) -> Result<Value> {
    let response = request.send().await?;
    let status = response.status();
    let body = response.text().await?;
    if !status.is_success() {
        bail!("{status} {}", code_of(&body));
    }
    Ok(serde_json::from_str(&body).unwrap_or_default())
}

/// The stable code of a problem document, for the table of errors.
pub(super) fn code_of(body: &str) -> String {
    let problem: Value = serde_json::from_str(body).unwrap_or_default();
    problem
        .get("code")
        .and_then(Value::as_str)
        .unwrap_or("without a code")
        .to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn drives_this_machine_only() {
        for url in [
            "http://localhost:8080",
            "http://127.0.0.1:1",
            "http://[::1]:8080/",
        ] {
            assert!(Server::new(url, "acme", None).is_ok(), "{url}");
        }
        for url in [
            "http://example.com",
            "https://localhost",
            "http://10.0.0.1",
            "http://localhost.evil.test",
            "x",
        ] {
            assert!(Server::new(url, "acme", None).is_err(), "{url}");
        }
        assert!(Server::new("http://localhost", "../x", None).is_err());
    }
}
