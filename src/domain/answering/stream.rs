//! An upstream's deltas become what a visitor may see: text with clean markers, and each claim
//! as soon as its sentence is over. The same text gives the same events' sum however it was
//! chunked.

use std::collections::BTreeSet;

pub use super::{claim::Claim, grounding::SourceText};
use super::{claim::states_something, grounding::Grounder, markers::MarkerFilter};
use crate::kernel::text::sentences::{self, Found};

/// Bytes of one answer; what an upstream sends beyond is dropped.
pub const ANSWER_MAX: usize = 200_000;

/// One step of an answer.
#[derive(Clone, Debug, PartialEq)]
pub enum AnswerEvent {
    /// Text to append.
    Delta(String),
    /// A sentence that is over, scored.
    Claim(Claim),
}

/// A finished answer.
#[derive(Clone, Debug, PartialEq)]
pub struct Answer {
    pub text: String,
    pub claims: Vec<Claim>,
    /// Mean support of the claims, weighted by their length, 0–1; `None` without claims.
    pub grounding: Option<f32>,
    /// Sources that the text cites.
    pub cited: BTreeSet<u32>,
}

/// Turns deltas into events.
#[derive(Debug)]
pub struct AnswerStream {
    filter: MarkerFilter,
    grounder: Grounder,
    text: String,
    /// Byte from which no sentence has been closed, and the same in UTF-16 code units.
    open_at: usize,
    open_at_utf16: usize,
    /// Byte before which that sentence does not end, whatever comes.
    seen: usize,
    claims: Vec<Claim>,
    /// Sources of a lead-in (`To reset it [S1]:`), which the items behind it inherit.
    lead_in: Vec<u32>,
    in_code: bool,
}

impl AnswerStream {
    #[must_use]
    pub fn new(sources: Vec<SourceText>) -> Self {
        let grounder = Grounder::new(sources);
        Self {
            filter: MarkerFilter::new(grounder.numbers().collect()),
            grounder,
            text: String::new(),
            open_at: 0,
            open_at_utf16: 0,
            seen: 0,
            claims: Vec::new(),
            lead_in: Vec::new(),
            in_code: false,
        }
    }

    /// Takes the next piece of text.
    pub fn push(&mut self, delta: &str) -> Vec<AnswerEvent> {
        // NUL cannot be stored in a text column, and means nothing to a reader.
        let certain = match delta.contains('\0') {
            true => self.filter.push(&delta.replace('\0', "")),
            false => self.filter.push(delta),
        };
        self.append(certain, false)
    }

    /// Ends the answer. What a sentence would have claimed that was `cut` nobody knows: it is no claim.
    #[must_use]
    pub fn finish(mut self, cut: bool) -> (Vec<AnswerEvent>, Answer) {
        let filter = std::mem::replace(&mut self.filter, MarkerFilter::new(BTreeSet::new()));
        let rest = filter.finish();
        let events = self.append(rest, !cut);
        let grounding = grounding(&self.claims);
        let cited = cited(&self.text).into_iter().collect();
        (
            events,
            Answer {
                text: self.text,
                claims: self.claims,
                grounding,
                cited,
            },
        )
    }

    fn append(&mut self, mut delta: String, complete: bool) -> Vec<AnswerEvent> {
        let room = ANSWER_MAX.saturating_sub(self.text.len());
        if delta.len() > room {
            delta.truncate(delta.floor_char_boundary(room));
        }
        self.text.push_str(&delta);
        let mut events = Vec::new();
        if !delta.is_empty() {
            events.push(AnswerEvent::Delta(delta));
        }
        while self.open_at < self.text.len() {
            let end = match sentences::end_behind(&self.text, self.open_at, self.seen, complete) {
                Found::End(end) => end,
                Found::NeedMore(seen) => {
                    self.seen = seen;
                    break;
                }
            };
            if let Some(claim) = self.close(end) {
                self.claims.push(claim.clone());
                events.push(AnswerEvent::Claim(claim));
            }
        }
        events
    }

    /// Closes the sentence that ends at byte `end` and scores it when it claims something.
    fn close(&mut self, end: usize) -> Option<Claim> {
        let part = self.text.get(self.open_at..end).unwrap_or_default();
        let base = self.open_at_utf16;
        self.open_at = end.max(self.open_at + 1);
        self.open_at_utf16 += utf16_len(part);
        let sentence = part.trim();
        if sentence.starts_with("```") || sentence.ends_with("```") {
            let fences = sentence.matches("```").count();
            self.in_code ^= fences % 2 == 1;
            return None;
        }
        let lead = sentences::lead_len(sentence);
        let body = sentence.get(lead..).unwrap_or_default();
        let mut sources = cited(body);
        if sentences::is_item(sentence) {
            if sources.is_empty() {
                sources.clone_from(&self.lead_in);
            }
        } else if !sentence.is_empty() {
            self.lead_in = if introduces(&without_markers(body)) {
                sources.clone()
            } else {
                Vec::new()
            };
        }
        let plain = without_markers(body);
        if !self.is_claim(sentence, &plain, &sources) {
            return None;
        }
        let before = part.len() - part.trim_start().len() + lead;
        let start = base + utf16_len(part.get(..before).unwrap_or_default());
        let support = self.grounder.support(&plain, &sources);
        Some(Claim {
            start,
            end: start + utf16_len(body),
            sources,
            support,
        })
    }

    fn is_claim(&self, sentence: &str, plain: &str, sources: &[u32]) -> bool {
        let heading = sentence.starts_with('#');
        let cites = !sources.is_empty() && plain.chars().filter(|c| c.is_alphanumeric()).count() > 1;
        !self.in_code && !heading && !introduces(plain) && (cites || states_something(plain))
    }
}

/// Whether a sentence only leads in to what follows it.
fn introduces(plain: &str) -> bool {
    plain.trim_end().ends_with([':', '：'])
}

fn utf16_len(text: &str) -> usize {
    text.chars().map(char::len_utf16).sum()
}

/// The sources whose markers stand in `text`, ascending. Only known ones are left in it.
fn cited(text: &str) -> Vec<u32> {
    let numbers = text
        .split("[S")
        .skip(1)
        .filter_map(|behind| behind.split_once(']')?.0.parse::<u32>().ok());
    numbers.collect::<BTreeSet<u32>>().into_iter().collect()
}

/// `text` without its markers.
fn without_markers(text: &str) -> String {
    let mut parts = text.split("[S");
    let mut out = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        match part.split_once(']') {
            Some((number, behind)) if number.parse::<u32>().is_ok() => {
                out.truncate(out.trim_end().len());
                out.push_str(behind);
            }
            _ => {
                out.push_str("[S");
                out.push_str(part);
            }
        }
    }
    out
}

#[expect(
    clippy::cast_precision_loss,
    reason = "lengths are bounded by ANSWER_MAX, far below 2^24"
)]
fn grounding(claims: &[Claim]) -> Option<f32> {
    let length = |claim: &Claim| claim.end.saturating_sub(claim.start) as f32;
    let total: f32 = claims.iter().map(length).sum();
    let weighted: f32 = claims.iter().map(|claim| claim.support * length(claim)).sum();
    (total > 0.0).then(|| weighted / total)
}

#[cfg(test)]
#[path = "stream_tests.rs"]
mod tests;
