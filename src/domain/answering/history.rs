//! Earlier turns within a token budget, newest first; what does not fit is summed up by the
//! visitor's own questions. Markers are taken out of earlier answers: their numbers meant other
//! sources.

use super::{injection::neutralised, markers::MarkerFilter, tokens};
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

/// The turns to send, oldest first, within `budget` tokens (the summary included).
#[must_use]
pub fn within(history: &[Turn], budget: usize) -> Vec<Turn> {
    let cleaned: Vec<Turn> = history
        .iter()
        .map(clean)
        .filter(|turn| !turn.text.trim().is_empty())
        .collect();
    let costs: Vec<usize> = cleaned
        .iter()
        .map(|turn| tokens::remembered(&turn.text))
        .collect();
    let all_fit = cleaned.len() <= TURNS_MAX && costs.iter().sum::<usize>() <= budget;
    let mut left = budget;
    let reserved = if all_fit { 0 } else { budget / SUMMARY_SHARE };
    let mut kept: Vec<Turn> = Vec::new();
    for (turn, cost) in cleaned.iter().zip(&costs).rev().take(TURNS_MAX) {
        if cost + reserved > left {
            break;
        }
        left -= cost;
        kept.push(turn.clone());
    }
    let dropped = cleaned.get(..cleaned.len() - kept.len()).unwrap_or_default();
    if let Some(summary) = summary(dropped)
        && tokens::count(&summary.text) <= left
    {
        kept.push(summary);
    }
    kept.reverse();
    kept
}

fn clean(turn: &Turn) -> Turn {
    let text = match turn.role {
        Role::User => neutralised(&turn.text),
        Role::Assistant => without_markers(&turn.text),
    };
    Turn {
        role: turn.role,
        text: tokens::truncated(&text, TURN_TOKENS).to_owned(),
    }
}

fn without_markers(text: &str) -> String {
    let mut filter = MarkerFilter::new(std::collections::BTreeSet::new());
    let head = filter.push(text);
    head + &filter.finish()
}

/// What the visitor asked in the turns that were dropped: the first question and the last ones.
fn summary(dropped: &[Turn]) -> Option<Turn> {
    let asked: Vec<&Turn> = dropped.iter().filter(|turn| turn.role == Role::User).collect();
    let tail = asked.len().saturating_sub(SUMMED_LAST).max(1);
    let chosen = asked.iter().take(1).chain(asked.iter().skip(tail));
    let quoted: Vec<String> = chosen
        .map(|turn| {
            let flat = turn.text.split_whitespace().collect::<Vec<_>>().join(" ");
            let short: String = flat.chars().take(SUMMED_CHARS).collect();
            format!("“{short}”")
        })
        .collect();
    (!quoted.is_empty()).then(|| Turn {
        role: Role::User,
        text: format!("(Earlier in this conversation I asked: {}.)", quoted.join("; ")),
    })
}
