//! Units by how much of the question they answer: the share of the question's words they hold,
//! each weighed by its rarity among the units (BM25's inverse document frequency), with part of
//! the credit for words in the headings and sentences around, blended with the nearness in
//! meaning where that is known, and a bonus when a unit holds the kind of thing that was asked for.

use std::collections::{BTreeMap, BTreeSet};

use super::{
    question::{Question, Wants},
    units::{Form, Unit},
};
use crate::kernel::text::words::{Kind, Word};

/// Credit for a word that stands in title, heading or lead-in.
const IN_CONTEXT: f32 = 0.6;
/// Credit for a word in a neighbouring sentence of the same section.
const IN_SECTION: f32 = 0.35;
/// What a unit loses for each place its source stands further down.
const PER_RANK: f32 = 0.1;
/// Share of nearness in meaning in the score, where it is known; words have the rest.
const MEANING: f32 = 0.65;
/// Share of a neighbouring sentence's score that rubs off.
const BESIDE: f32 = 0.2;
/// Words beyond which a unit is too long to be an answer.
const LONG: usize = 45;

/// A unit's place in `units` and how much of the question it answers, 0–1 and a little above.
#[derive(Clone, Copy, Debug)]
pub struct Scored {
    pub unit: usize,
    pub score: f32,
    /// How much of the question it meets, without bonuses, 0–1.
    pub relevance: f32,
}

/// All units that answer something, best first. `near` holds each unit's nearness to the question
/// in meaning; empty where there is no embedder.
pub fn rank(question: &Question, units: &[Unit], near: &[Option<f32>]) -> Vec<Scored> {
    let by_meaning = near.iter().any(Option::is_some);
    let rarity = rarity(question, units);
    let total: f32 = question
        .terms
        .iter()
        .map(|(term, weight)| weight * rarity_of(&rarity, term))
        .sum();
    let mut sections: BTreeMap<usize, BTreeSet<&str>> = BTreeMap::new();
    for unit in units {
        let stems = unit.words.iter().map(|word| word.stem.as_str());
        sections.entry(unit.section).or_default().extend(stems);
    }
    let scored: Vec<Scored> = units
        .iter()
        .enumerate()
        .map(|(at, unit)| {
            let credit = credits(question, unit, sections.get(&unit.section));
            let held: f32 = credit
                .iter()
                .map(|(term, credit)| {
                    credit * question.terms.get(*term).copied().unwrap_or(0.0) * rarity_of(&rarity, term)
                })
                .sum();
            let coverage = if total > 0.0 { held / total } else { 0.0 };
            let near = near.get(at).copied().flatten().unwrap_or(0.0).max(0.0);
            let relevance = if by_meaning {
                MEANING * near + (1.0 - MEANING) * coverage
            } else {
                coverage
            };
            Scored {
                unit: at,
                score: relevance * bonus(question, unit),
                relevance,
            }
        })
        .collect();
    let mut ranked: Vec<Scored> = scored
        .iter()
        .map(|one| Scored {
            score: one.score + BESIDE * neighbours(units, &scored, one.unit),
            ..*one
        })
        .filter(|scored| scored.relevance > 0.0)
        .collect();
    ranked.sort_by(|a, b| b.score.total_cmp(&a.score).then(a.unit.cmp(&b.unit)));
    ranked
}

/// The better score of the sentences before and behind: an answer seldom stands alone.
fn neighbours(units: &[Unit], scored: &[Scored], at: usize) -> f32 {
    let section = units.get(at).map(|unit| unit.section);
    let beside = [at.checked_sub(1), Some(at + 1)].into_iter().flatten();
    let same = beside.filter(|at| units.get(*at).map(|unit| unit.section) == section);
    same.filter_map(|at| scored.get(at))
        .map(|scored| scored.score)
        .fold(0.0, f32::max)
}

/// For each term of the question, the best credit the unit earns for it.
fn credits<'q>(
    question: &'q Question,
    unit: &Unit,
    section: Option<&BTreeSet<&str>>,
) -> BTreeMap<&'q str, f32> {
    let mut out: BTreeMap<&str, f32> = BTreeMap::new();
    let own = unit.words.iter().map(|word| (word.stem.as_str(), 1.0));
    let context = unit.context.iter().map(|stem| (stem.as_str(), IN_CONTEXT));
    let beside = section.into_iter().flatten().map(|stem| (*stem, IN_SECTION));
    for (stem, place) in own.chain(context).chain(beside) {
        if let Some((term, share)) = question.asks(stem) {
            let best = out.entry(term).or_default();
            *best = best.max(place * share);
        }
    }
    out
}

/// Inverse document frequency of the question's terms over the units.
fn rarity(question: &Question, units: &[Unit]) -> BTreeMap<String, f32> {
    let count = |n: usize| f32::from(u16::try_from(n).unwrap_or(u16::MAX));
    let all = count(units.len());
    question
        .terms
        .keys()
        .map(|term| {
            let holds = |unit: &&Unit| unit.words.iter().any(|word| word.stem == *term);
            let with = count(units.iter().filter(holds).count());
            (term.clone(), (1.0 + (all - with + 0.5) / (with + 0.5)).ln())
        })
        .collect()
}

fn rarity_of(rarity: &BTreeMap<String, f32>, term: &str) -> f32 {
    rarity.get(term).copied().unwrap_or(0.0)
}

/// What the form of a unit makes of its score.
fn bonus(question: &Question, unit: &Unit) -> f32 {
    let fits = match question.wants {
        Wants::Anything => 1.0,
        Wants::Steps if unit.form == Form::Step => 1.15,
        Wants::Steps => 1.0,
        Wants::Duration => pick(has_unit(&unit.words, is_time), 1.35, 0.8),
        Wants::Money if is_free(&unit.words) => 1.25,
        Wants::Money => pick(has_unit(&unit.words, is_money), 1.35, 0.8),
        Wants::Time => pick(has_number(&unit.words), 1.25, 0.9),
        Wants::Number => pick(has_number(&unit.words), 1.3, 0.8),
    };
    let asks_back = pick(unit.text.ends_with('?'), 0.5, 1.0);
    let long = pick(unit.words.len() > LONG, 0.85, 1.0);
    let place = f32::from(u8::try_from(unit.rank.min(10)).unwrap_or(10));
    fits * asks_back * long / (1.0 + PER_RANK * place)
}

fn pick(condition: bool, yes: f32, no: f32) -> f32 {
    if condition { yes } else { no }
}

fn has_number(words: &[Word]) -> bool {
    words.iter().any(|word| word.kind == Kind::Number)
}

fn has_unit(words: &[Word], is: fn(&str) -> bool) -> bool {
    has_number(words) && words.iter().any(|word| is(&word.stem))
}

fn is_time(stem: &str) -> bool {
    matches!(
        stem,
        "second" | "minute" | "hour" | "day" | "week" | "month" | "year"
    )
}

fn is_money(stem: &str) -> bool {
    matches!(stem, "usd" | "eur" | "gbp" | "cent" | "percent")
}

fn is_free(words: &[Word]) -> bool {
    words
        .iter()
        .any(|word| matches!(word.lower.as_str(), "free" | "cost" | "costs") && word.stem != "cost")
}
