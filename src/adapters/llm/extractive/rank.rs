//! Units by how much of the question they answer: the share of the question's words they hold,
//! each weighed by its rarity among the units (BM25's inverse document frequency), with part of
//! the credit for words in the headings and sentences around, blended with the nearness in
//! meaning where that is known. A unit gains when it holds the kind of thing that was asked for or
//! stands under a heading that asks the same, and loses as an example.

use std::collections::{BTreeMap, BTreeSet};

use super::{
    keys::keyed,
    question::{Question, Wants},
    units::{Form, Unit},
};
use crate::kernel::text::words::{Kind, Word};

/// Credit for a word that stands in title, heading or lead-in.
const IN_CONTEXT: f32 = 0.75;
/// Credit for a word in a neighbouring sentence of the same section.
const IN_SECTION: f32 = 0.2;
/// What a unit loses for each place its source stands further down.
const PER_RANK: f32 = 0.1;
/// Share of nearness in meaning in the score, where it is known; words have the rest.
const MEANING: f32 = 0.65;
/// Share of a neighbouring sentence's score that rubs off.
const BESIDE: f32 = 0.1;
/// Words beyond which a unit is too long to be an answer.
const LONG: usize = 45;
/// What is left of a unit that does not hold the kind of thing that was asked for.
const OTHER_KIND: f32 = 0.7;
/// What a heading adds that has the whole question (`How long the warranty lasts`).
const HEADED: f32 = 0.3;
/// What is left of an example: it says what something was once, not what it is.
const EXAMPLE: f32 = 0.6;

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
        let keys = unit.keys.iter().map(String::as_str);
        sections.entry(unit.section).or_default().extend(keys);
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
    let own = unit.keys.iter().map(|key| (key.as_str(), 1.0));
    let context = unit.context.iter().map(|key| (key.as_str(), IN_CONTEXT));
    let beside = section.into_iter().flatten().map(|key| (*key, IN_SECTION));
    for (key, place) in own.chain(context).chain(beside) {
        if let Some((term, share)) = question.asks(key) {
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
            let with = units.iter().filter(|unit| unit.keys.contains(term)).count();
            // The visitor's own amount, which nothing repeats, is not missing from an answer.
            if with == 0 && question.amounts.contains(term) {
                return (term.clone(), 0.0);
            }
            let with = count(with);
            (term.clone(), (1.0 + (all - with + 0.5) / (with + 0.5)).ln())
        })
        .collect()
}

fn rarity_of(rarity: &BTreeMap<String, f32>, term: &str) -> f32 {
    rarity.get(term).copied().unwrap_or(0.0)
}

/// What the form of a unit makes of its score.
fn bonus(question: &Question, unit: &Unit) -> f32 {
    let has = |found: bool, worth: f32| pick(found, worth, OTHER_KIND);
    let fits = match question.wants {
        Wants::Anything => 1.0,
        Wants::Steps if unit.form == Form::Step => 1.15,
        Wants::Steps => 1.0,
        Wants::Duration => has(has_amount(&unit.words, is_time), 1.35),
        Wants::Money if is_free(&unit.words) => 1.25,
        Wants::Money => has(has_amount(&unit.words, is_money), 1.35),
        Wants::Time => has(has_number(&unit.words), 1.25),
        Wants::Number => has(has_number(&unit.words), 1.3),
    };
    let headed = 1.0 + HEADED * headed(question, unit);
    let example = pick(
        is_example(unit) && !question.terms.contains_key("exampl"),
        EXAMPLE,
        1.0,
    );
    let asks_back = pick(unit.text.ends_with('?'), 0.5, 1.0);
    let long = pick(unit.words.len() > LONG, 0.85, 1.0);
    let place = f32::from(u8::try_from(unit.rank.min(10)).unwrap_or(10));
    fits * headed * example * asks_back * long / (1.0 + PER_RANK * place)
}

fn pick(condition: bool, yes: f32, no: f32) -> f32 {
    if condition { yes } else { no }
}

fn has_number(words: &[Word]) -> bool {
    words.iter().any(|word| word.kind == Kind::Number)
}

/// Whether a number is counted in such a unit.
fn has_amount(words: &[Word], is: fn(&str) -> bool) -> bool {
    keyed(words).iter().any(|keyed| keyed.unit.is_some_and(is))
}

/// Share of the question that the headings have.
fn headed(question: &Question, unit: &Unit) -> f32 {
    let total: f32 = question.terms.values().sum();
    let held = question
        .terms
        .iter()
        .filter(|(term, _)| unit.headed.contains(*term));
    if total > 0.0 {
        held.map(|(_, weight)| weight).sum::<f32>() / total
    } else {
        0.0
    }
}

/// Opens as an example, or stands below a heading that announces one.
fn is_example(unit: &Unit) -> bool {
    let opens = unit.words.iter().find(|word| word.has_meaning());
    unit.headed.contains("exampl") || opens.is_some_and(|word| word.stem == "exampl")
}

/// Whether a unit, by its one name, measures time.
pub fn is_time(unit: &str) -> bool {
    matches!(
        unit,
        "second" | "minute" | "hour" | "day" | "week" | "month" | "year"
    )
}

/// Prices, and shares of them.
fn is_money(unit: &str) -> bool {
    is_currency(unit) || unit == "percent"
}

pub fn is_currency(unit: &str) -> bool {
    matches!(unit, "usd" | "eur" | "gbp" | "cent")
}

fn is_free(words: &[Word]) -> bool {
    words
        .iter()
        .any(|word| matches!(word.lower.as_str(), "free" | "cost" | "costs") && word.stem != "cost")
}
