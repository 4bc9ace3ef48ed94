//! Documents that come in while visitors chat.

use std::sync::{
    Arc,
    atomic::{AtomicU64, Ordering},
};

use anyhow::Result;
use serde_json::json;
use tokio::task::JoinSet;

use super::session::{Server, answer};

/// Words of each document: some twenty passages.
const WORDS: usize = 4_000;

/// Somebody adds documents to a space, one after the other, until this is dropped.
#[derive(Debug)]
pub struct Feeding {
    _adding: JoinSet<Result<()>>,
    added: Arc<AtomicU64>,
}

impl Feeding {
    /// Begins, as the member with these words.
    ///
    /// # Errors
    /// When the member cannot log in.
    pub async fn begin(server: &Server, space: &str, (email, password): (&str, &str)) -> Result<Self> {
        let token = server.login(email, password).await?;
        let url = server.call(&format!("/api/chat-spaces/{space}/documents/text"))?;
        let (server, added) = (server.clone(), Arc::new(AtomicU64::new(0)));
        let (mut adding, count) = (JoinSet::new(), Arc::clone(&added));
        adding.spawn(async move {
            for number in 0_u64.. {
                let words = (0..WORDS).map(|word| format!("part{}of{number}{}", word % 97, ending(word)));
                let text = words.collect::<Vec<_>>().join(" ");
                let document = json!({ "title": format!("Manual {number}"), "text": text });
                answer(
                    server
                        .client
                        .post(url.clone())
                        .bearer_auth(&token)
                        .json(&document),
                )
                .await?;
                count.fetch_add(1, Ordering::Relaxed);
            }
            Ok(())
        });
        Ok(Self {
            _adding: adding,
            added,
        })
    }

    /// Documents taken so far.
    #[must_use]
    pub fn added(&self) -> u64 {
        self.added.load(Ordering::Relaxed)
    }
}

/// Sentences and paragraphs.
fn ending(word: usize) -> &'static str {
    match word {
        word if word % 200 == 199 => ".\n\n",
        word if word % 20 == 19 => ".",
        _ => "",
    }
}
