//! Documents that come in while visitors chat.

use std::{
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use anyhow::{Context, Result};
use serde_json::{Value, json};
use tokio::{task::JoinSet, time::sleep};

use super::session::{Server, answer};

/// Words of each document: some twenty passages.
const WORDS: usize = 4_000;
/// From one document to the next, so that not an hour's work is waiting in the end.
const EVERY: Duration = Duration::from_secs(1);

/// Somebody adds documents to a space, one after the other, until this is dropped.
#[derive(Debug)]
pub struct Feeding {
    adding: JoinSet<Result<()>>,
    added: Arc<AtomicU64>,
}

impl Feeding {
    /// Begins, as the member with these words, in the space with this slug.
    ///
    /// # Errors
    /// When the member cannot log in, or has no such space.
    pub async fn begin(server: &Server, space: &str, (email, password): (&str, &str)) -> Result<Self> {
        let token = server.login(email, password).await?;
        let spaces = server
            .client
            .get(server.call("/api/chat-spaces")?)
            .bearer_auth(&token);
        let spaces = answer(spaces).await?;
        let mut spaces = spaces
            .get("items")
            .and_then(Value::as_array)
            .into_iter()
            .flatten();
        let is_wanted = |found: &&Value| found.get("slug").and_then(Value::as_str) == Some(space);
        let id = spaces.find(is_wanted).and_then(|found| found.get("id")?.as_str());
        let id = id.with_context(|| format!("there is no space {space}"))?;
        let url = server.call(&format!("/api/chat-spaces/{id}/documents/text"))?;
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
                sleep(EVERY).await;
            }
            Ok(())
        });
        Ok(Self { adding, added })
    }

    /// Documents taken so far.
    ///
    /// # Errors
    /// When one was refused: nothing came behind it.
    pub fn added(mut self) -> Result<u64> {
        if let Some(ended) = self.adding.try_join_next() {
            ended??;
        }
        Ok(self.added.load(Ordering::Relaxed))
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
