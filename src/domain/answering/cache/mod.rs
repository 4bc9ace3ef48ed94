//! Answers that are said again: to the same question, and to one that asks the same in other words,
//! in the same space, on the same version of its knowledge, under the same prompt and models. Why it
//! is in memory, and what is never kept, is in `docs/adr/0012-an-answer-is-said-again.md`.
//!
//! [`wording`] decides which questions are one, [`personal`] which are nobody else's business,
//! [`kept`] what is worth keeping and whether it holds for another wording. Start at [`AnswerCache`].

pub mod kept;
pub mod personal;
pub mod wording;

use std::{collections::BTreeSet, fmt, sync::Arc, time::Duration};

use chrono::TimeDelta;
use moka::sync::Cache;
use parlance_store::ids::{SpaceId, TenantId};
use sha2::{Digest, Sha256};

use self::kept::Kept;
use super::{
    model_list, prompt,
    turn::{Outcome, Question},
};
use crate::{
    adapters::llm::gateway::ModelRef,
    domain::{
        accounts::settings::SpaceSettings,
        retrieval::{Passage, Retrieval},
    },
    kernel::clock::SharedClock,
};

/// MiB for kept answers, where nothing else is said: some 8,000 of them.
pub const ANSWER_MEMORY: u64 = 32;
/// Hours an answer is kept, where nothing else is said.
pub const ANSWER_HOURS: u64 = 24;
/// Characters of a question that may be kept for; longer ones are not asked twice.
const QUESTION_MAX: usize = 300;
/// Spaces whose newest version is remembered.
const SPACES: u64 = 20_000;
/// Bytes of a key and of what the map needs for it, about.
const KEY: usize = 200;

/// Where an answer holds: nowhere else.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct Key {
    tenant: TenantId,
    space: SpaceId,
    /// Of the space's knowledge.
    version: i64,
    /// Of the question, and of all else that shapes its answer.
    digest: [u8; 32],
}

#[derive(Clone)]
enum Slot {
    Answer(Arc<Kept>),
    /// What a question in other words asks is answered there.
    SameAs(Key),
}

impl Slot {
    fn size(&self) -> u32 {
        let own = match self {
            Self::Answer(kept) => kept.size(),
            Self::SameAs(_) => KEY,
        };
        u32::try_from(own + KEY).unwrap_or(u32::MAX)
    }
}

/// A question that may be answered from here, and whose answer may be kept.
#[derive(Clone, Debug)]
pub struct Asked {
    exact: Key,
    /// None where the question cannot be told from others by its words.
    near: Option<Key>,
    /// Whom and what it names.
    names: BTreeSet<String>,
}

impl Asked {
    /// The same on another version of the knowledge.
    #[must_use]
    pub fn on(mut self, version: i64) -> Self {
        self.exact.version = version;
        if let Some(near) = &mut self.near {
            near.version = version;
        }
        self
    }
}

/// Answers by question, bounded in bytes over all tenants; those that are asked for stay. Cheap to
/// clone: clones share them. Of two visitors who ask the same new question at once, both ask the
/// model.
#[derive(Clone)]
pub struct AnswerCache {
    slots: Cache<Key, Slot>,
    /// The newest version seen of each space's knowledge.
    newest: Cache<(TenantId, SpaceId), i64>,
    keeps: TimeDelta,
    clock: SharedClock,
    off: bool,
}

impl fmt::Debug for AnswerCache {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AnswerCache")
            .field("entries", &self.slots.entry_count())
            .finish_non_exhaustive()
    }
}

impl AnswerCache {
    /// Room in MiB; 0 keeps nothing. An answer is said again for as long as `keeps` says.
    #[must_use]
    pub fn new(room: u64, keeps: Duration, clock: SharedClock) -> Self {
        let slots = Cache::builder()
            .weigher(|_, slot: &Slot| slot.size())
            .max_capacity(room << 20)
            .time_to_live(keeps)
            .support_invalidation_closures()
            .build();
        Self {
            slots,
            newest: Cache::new(SPACES),
            keeps: TimeDelta::from_std(keeps).unwrap_or(TimeDelta::MAX),
            clock,
            off: room == 0,
        }
    }

    /// The question `text`, which nothing came before, where answers to it may be kept: not in a
    /// space that will not have it, not for a text that is long or may hold something personal.
    /// `models` are those that are configured here, in order.
    #[must_use]
    pub fn asked(&self, question: &Question, version: i64, models: &[ModelRef], text: &str) -> Option<Asked> {
        let settings = &question.space.settings;
        let short = text.chars().nth(QUESTION_MAX).is_none();
        if self.off || !settings.ai.cache || !short || personal::personal(text) {
            return None;
        }
        let (tenant, space) = (question.tenant, question.space.id);
        self.seen(tenant, space, version);
        let shape = shape(settings, question.locale.as_deref(), models);
        let key = |kind: &[u8], text: &str| Key {
            tenant,
            space,
            version,
            digest: shape
                .clone()
                .chain_update(kind)
                .chain_update(text)
                .finalize()
                .into(),
        };
        Some(Asked {
            exact: key(b"same ", &wording::same(text)),
            names: personal::names(text),
            near: wording::asked(text).map(|asked| key(b"asks ", &asked)),
        })
    }

    /// The answer to the very same question.
    #[must_use]
    pub fn exact(&self, asked: &Asked) -> Option<Arc<Kept>> {
        let kept = self.get(&asked.exact)?;
        count("exact");
        Some(kept)
    }

    /// The answer to the same question, or to one that asks the same in other words and holds in
    /// what was `found` for `text`.
    #[must_use]
    pub fn find(&self, asked: &Asked, text: &str, found: &Retrieval) -> Option<Arc<Kept>> {
        if let Some(kept) = self.exact(asked) {
            return Some(kept);
        }
        let near = asked.near.as_ref().and_then(|near| match self.slots.get(near)? {
            Slot::SameAs(key) => self.get(&key),
            Slot::Answer(_) => None,
        });
        let holds = near.as_ref().is_some_and(|kept| kept.holds_for(text, found));
        count(match (&near, holds) {
            (None, _) => "miss",
            (Some(_), false) => "unlike",
            (Some(_), true) => "near",
        });
        near.filter(|_| holds)
    }

    /// Keeps what was answered to the question with this vector out of `passages`, where it is worth
    /// it: not what the knowledge has moved on from, and not where somebody is named whom the passages
    /// do not know.
    pub fn keep(&self, asked: Asked, vector: Vec<f32>, outcome: &Outcome, passages: &[Passage]) {
        let Some(kept) = Kept::of(outcome, vector, self.clock.now()) else {
            return;
        };
        let Asked { exact, near, names } = asked;
        if !personal::all_known(names, passages) {
            return;
        }
        let newest = self.newest.get(&(exact.tenant, exact.space));
        if newest.is_some_and(|newest| newest > exact.version) {
            return;
        }
        if let Some(near) = near {
            self.slots.insert(near, Slot::SameAs(exact.clone()));
        }
        self.slots.insert(exact, Slot::Answer(Arc::new(kept)));
        self.tell();
    }

    fn get(&self, key: &Key) -> Option<Arc<Kept>> {
        let Slot::Answer(kept) = self.slots.get(key)? else {
            return None;
        };
        (self.clock.now() - kept.at() < self.keeps).then_some(kept)
    }

    /// Drops what was answered in older knowledge when newer is seen for the first time.
    fn seen(&self, tenant: TenantId, space: SpaceId, version: i64) {
        let known = self.newest.get(&(tenant, space));
        if known.is_some_and(|known| known >= version) {
            return;
        }
        self.newest.insert((tenant, space), version);
        if known.is_some() {
            let old = move |key: &Key, _: &Slot| {
                key.tenant == tenant && key.space == space && key.version < version
            };
            // It fails only where a cache was built without closures.
            let _ = self.slots.invalidate_entries_if(old);
            self.tell();
        }
    }

    #[expect(clippy::cast_precision_loss, reason = "entries and bytes of memory")]
    fn tell(&self) {
        self.slots.run_pending_tasks();
        metrics::gauge!("parlance_answer_cache_entries").set(self.slots.entry_count() as f64);
        metrics::gauge!("parlance_answer_cache_bytes").set(self.slots.weighted_size() as f64);
    }
}

fn count(result: &'static str) {
    metrics::counter!("parlance_answer_cache_total", "result" => result).increment(1);
}

/// All but the question and what is known that makes an answer what it is. A new setting is in it
/// by itself, and so is a change of the prompt.
fn shape(settings: &SpaceSettings, locale: Option<&str>, models: &[ModelRef]) -> Sha256 {
    let models: Vec<String> = models.iter().map(model_list::written).collect();
    let SpaceSettings {
        ai,
        bot_name,
        handoff,
        ..
    } = settings;
    let system = prompt::system(ai, bot_name, locale, handoff.by_model);
    let parts = (ai, system, models);
    let written = serde_json::to_vec(&parts).unwrap_or_default();
    Sha256::new().chain_update(Sha256::digest(written))
}

#[cfg(test)]
#[path = "tests.rs"]
mod tests;
