//! Earlier turns within a token budget, newest first; what does not fit is summed up by the
//! visitor's own questions. Markers are taken out of earlier answers: their numbers meant other
//! sources.

use super::{injection::neutralised, markers, tokens};
use crate::adapters::llm::{Role, Turn};

/// Turns kept at most, whatever their length.
const TURNS_MAX: usize = 24;
/// Tokens of one earlier turn; a longer one is cut.
const TURN_TOKENS: usize = 400;
/// The part of the budget kept for the summary when not all turns fit: a fifth.
const SUMMARY_SHARE: usize = 5;
/// Characters of an earlier question in the summary, and how many: the first and the last ones.
const SUMMED_CHARS: usize = 160;
const SUMMED_LAST: usize = 3;

/// The turns to send, oldest first, within `budget` tokens (the summary included). Reads no
/// further back than that.
#[must_use]
pub fn within(history: &[Turn], budget: usize) -> Vec<Turn> {
    let mut left = budget;
    let mut kept: Vec<(usize, Turn, usize)> = Vec::new();
    let mut all = true;
    for (place, turn) in history.iter().enumerate().rev() {
        let turn = clean(turn);
        if turn.text.trim().is_empty() {
            continue;
        }
        let cost = tokens::remembered(&turn.text);
        all = kept.len() < TURNS_MAX && cost <= left;
        if !all {
            break;
        }
        left -= cost;
        kept.push((place, turn, cost));
    }
    let mut turns: Vec<Turn> = Vec::with_capacity(kept.len() + 1);
    if !all {
        while left < budget / SUMMARY_SHARE
            && let Some((.., cost)) = kept.pop()
        {
            left += cost;
        }
        let first = kept.last().map_or(history.len(), |(place, ..)| *place);
        let summary = summary(history.get(..first).unwrap_or_default());
        turns.extend(summary.filter(|summary| tokens::count(&summary.text) <= left));
    }
    turns.extend(kept.into_iter().rev().map(|(_, turn, _)| turn));
    turns
}

fn clean(turn: &Turn) -> Turn {
    let text = match turn.role {
        Role::User => neutralised(&turn.text),
        Role::Assistant => markers::without(&turn.text),
    };
    Turn {
        role: turn.role,
        text: tokens::truncated(&text, TURN_TOKENS).to_owned(),
    }
}

/// What the visitor asked in the turns that were dropped: the first question and the last ones.
fn summary(dropped: &[Turn]) -> Option<Turn> {
    let asks = |turn: &&Turn| turn.role == Role::User && !turn.text.trim().is_empty();
    let asked: Vec<&Turn> = dropped.iter().filter(asks).collect();
    let tail = asked.len().saturating_sub(SUMMED_LAST).max(1);
    let chosen = asked.iter().take(1).chain(asked.iter().skip(tail));
    let quoted: Vec<String> = chosen
        .map(|turn| {
            let text = neutralised(&turn.text);
            let flat = text.split_whitespace().collect::<Vec<_>>().join(" ");
            let short: String = flat.chars().take(SUMMED_CHARS).collect();
            format!("“{short}”")
        })
        .collect();
    (!quoted.is_empty()).then(|| Turn {
        role: Role::User,
        text: format!("(Earlier in this conversation I asked: {}.)", quoted.join("; ")),
    })
}
