//! What is removed while it is being read.

use std::sync::Arc;

use parlance::adapters::embed::{EmbedError, Embedded, Embedder, Purpose};
use reqwest::Method;
use serde_json::{Value, json};
use tokio::sync::Semaphore;

use super::rest::Admin;
use crate::support::{Setup, Words, eventually};

/// Embeds what says WAIT once it is let.
#[derive(Clone, Debug)]
pub struct Gated(Arc<Semaphore>);

impl Gated {
    pub fn shut() -> Self {
        Self(Arc::new(Semaphore::new(0)))
    }

    pub fn open(&self) {
        self.0.add_permits(1_000);
    }
}

#[async_trait::async_trait]
impl Embedder for Gated {
    fn model(&self) -> &str {
        Words.model()
    }

    fn dimensions(&self) -> usize {
        Words.dimensions()
    }

    fn is_upstream(&self) -> bool {
        false
    }

    fn count_tokens(&self, text: &str) -> usize {
        Words.count_tokens(text)
    }

    async fn embed(&self, texts: &[String], purpose: Purpose) -> Result<Embedded, EmbedError> {
        if texts.iter().any(|text| text.contains("WAIT")) {
            self.0.acquire().await.unwrap().forget();
        }
        Words.embed(texts, purpose).await
    }
}

#[tokio::test]
async fn its_job_says_so_in_plain_words() {
    let gate = Gated::shut();
    let admin = Admin::on(Setup::default().embedder(gate.clone())).await;
    let accepted: Value = admin.pastes("Slow", "WAIT for it").await.json().await.unwrap();
    let path = format!("/api/jobs/{}", accepted["job"]["id"].as_str().unwrap());
    eventually(async || {
        let job = admin.get(&path).await;
        (job["progress"].as_i64() >= Some(20)).then_some(())
    })
    .await;
    let document = format!("/api/documents/{}", accepted["document"]["id"].as_str().unwrap());
    let removed = admin.request(Method::DELETE, &document).send().await.unwrap();
    assert_eq!(removed.status(), 204);
    gate.open();
    let job = eventually(async || {
        let job = admin.get(&path).await;
        job["ended_at"].is_string().then_some(job)
    })
    .await;
    assert_eq!(
        (&job["state"], &job["error"]),
        (&json!("cancelled"), &json!("the document was removed"))
    );
}
