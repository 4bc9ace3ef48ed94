//! From ranked units to an answer that reads as one: one to four sentences or a short list, each
//! with its citation.

use std::collections::BTreeSet;

use super::{
    question::{Question, Wants},
    rank::Scored,
    units::{Form, Unit},
};
use crate::kernel::text::sentences::sentences;

/// Below this share of the question nothing is said to be an answer.
const FLOOR: f32 = 0.18;
/// Sentences of an answer in prose, and items of a list, at most.
const SENTENCES_MAX: usize = 3;
const ITEMS_MAX: usize = 8;
/// A further sentence must score this share of the best.
const WORTH_ADDING: f32 = 0.8;
/// Rows or items within this share of the best are shown together.
const ON_A_PAR: f32 = 0.85;
/// A list is preferred to a sentence when it scores this share of it.
const LIST_SHARE: f32 = 0.9;
/// Share of it that its steps must score on average.
const LIST_MEAN: f32 = 0.6;
/// Share of the best score from which the sentence behind the best one goes with it.
const GOES_ON: f32 = 0.65;
/// Words up to which an answer takes the sentence behind the best one along.
const SHORT: usize = 45;
/// Share of words two units may have in common before one is redundant.
const REDUNDANT: f32 = 0.6;
/// Openings that need the sentence before them.
const DEPENDENT: [&str; 16] = [
    "It ",
    "This ",
    "They ",
    "These ",
    "That ",
    "Those ",
    "Then ",
    "Otherwise",
    "After that",
    "In that case",
    "If not",
    "If so",
    "Both ",
    "He ",
    "She ",
    "Afterwards",
];

/// Writes the answer: empty where nothing answers.
pub fn write(question: &Question, units: &[Unit], ranked: &[Scored]) -> String {
    let Some(best) = ranked.first().filter(|best| best.relevance >= FLOOR) else {
        return String::new();
    };
    let Some(unit) = units.get(best.unit) else {
        return String::new();
    };
    let listed = if question.wants == Wants::Steps {
        best_list(units, ranked)
    } else {
        None
    };
    let listed = listed.or_else(|| (unit.form == Form::Lead).then_some(unit.section));
    if let Some(list) = listed.and_then(|section| list(units, section)) {
        return list;
    }
    if matches!(unit.form, Form::Item | Form::Row | Form::Step)
        && let Some(list) = peers(units, ranked, best, unit)
    {
        return list;
    }
    prose(units, ranked, best)
}

/// The numbered list that answers `how do I`, when its best step is nearly as good as the best
/// unit and the others belong to the matter too.
fn best_list(units: &[Unit], ranked: &[Scored]) -> Option<usize> {
    let best = ranked.iter().map(|scored| scored.relevance).fold(0.0, f32::max);
    let step = ranked
        .iter()
        .find(|scored| units.get(scored.unit).is_some_and(|unit| unit.form == Form::Step))?;
    let section = units.get(step.unit)?.section;
    let of_list = |at: usize| {
        units
            .get(at)
            .is_some_and(|unit| unit.section == section && unit.form == Form::Step)
    };
    let steps = (0..units.len()).filter(|at| of_list(*at)).count();
    let scores = ranked
        .iter()
        .filter(|scored| of_list(scored.unit))
        .map(|scored| scored.relevance);
    let mean = scores.sum::<f32>() / count(steps.max(1));
    (steps > 1 && step.relevance >= LIST_SHARE * best && mean >= LIST_MEAN * best).then_some(section)
}

/// A section as a list under its lead-in; `None` when it has no items.
fn list(units: &[Unit], section: usize) -> Option<String> {
    let of_section: Vec<&Unit> = units.iter().filter(|unit| unit.section == section).collect();
    let items: Vec<&Unit> = of_section
        .iter()
        .filter(|u| !matches!(u.form, Form::Sentence | Form::Lead))
        .take(ITEMS_MAX)
        .copied()
        .collect();
    let numbered = items.iter().any(|unit| unit.form == Form::Step);
    let lead = of_section
        .iter()
        .find(|unit| unit.form == Form::Lead)
        .map(|unit| unit.text.clone());
    let lead = lead.unwrap_or_else(|| {
        if numbered {
            "Here is how:".to_owned()
        } else {
            String::new()
        }
    });
    (!items.is_empty()).then(|| bulleted(&lead, &items, numbered))
}

fn bulleted(lead: &str, items: &[&Unit], numbered: bool) -> String {
    let mut out = lead.to_owned();
    for (unit, n) in items.iter().zip(1..) {
        if !out.is_empty() {
            out.push('\n');
        }
        let mark = if numbered {
            format!("{n}. ")
        } else {
            "- ".to_owned()
        };
        out.push_str(&mark);
        out.push_str(&cited(&unit.text, unit.number, false));
    }
    out
}

/// Several rows or items of one section that answer equally well.
fn peers(units: &[Unit], ranked: &[Scored], best: &Scored, unit: &Unit) -> Option<String> {
    let mut chosen: Vec<usize> = ranked
        .iter()
        .take_while(|scored| scored.score >= ON_A_PAR * best.score)
        .map(|scored| scored.unit)
        .filter(|at| {
            units
                .get(*at)
                .is_some_and(|other| other.section == unit.section && other.form == unit.form)
        })
        .collect();
    chosen.sort_unstable();
    let items: Vec<&Unit> = chosen.iter().filter_map(|at| units.get(*at)).collect();
    let lead = unit
        .lead
        .as_ref()
        .map(|lead| format!("{lead}:"))
        .unwrap_or_default();
    (2..=ITEMS_MAX)
        .contains(&items.len())
        .then(|| bulleted(&lead, &items, false))
}

/// One to four sentences: the best, what it depends on, the one that goes on from it, and others
/// that answer nearly as well.
fn prose(units: &[Unit], ranked: &[Scored], best: &Scored) -> String {
    let said = |scored: &&Scored| units.get(scored.unit).is_some_and(|unit| unit.form != Form::Lead);
    let best = ranked.iter().find(said).unwrap_or(best);
    let mut chosen = vec![best.unit];
    let goes_on = continued(units, best.unit).filter(|next| {
        let next = ranked.iter().find(|scored| scored.unit == *next);
        next.is_some_and(|next| next.score >= GOES_ON * best.score)
    });
    chosen.extend(goes_on);
    for scored in ranked {
        if chosen.len() >= SENTENCES_MAX || scored.score < WORTH_ADDING * best.score {
            break;
        }
        let Some(unit) = units.get(scored.unit) else {
            continue;
        };
        let adds = |at: &usize| {
            units
                .get(*at)
                .is_none_or(|other| overlap(unit, other) < REDUNDANT)
        };
        if unit.form != Form::Lead && chosen.iter().all(adds) {
            chosen.push(scored.unit);
        }
    }
    let mut groups: Vec<Vec<usize>> = Vec::new();
    for at in chosen {
        let section = units.get(at).map(|unit| unit.section);
        let same =
            |group: &&mut Vec<usize>| group.first().and_then(|f| units.get(*f)).map(|u| u.section) == section;
        match groups.iter_mut().find(same) {
            Some(group) => group.push(at),
            None => groups.push(vec![at]),
        }
    }
    let ordered = groups.into_iter().flat_map(|mut group| {
        group.sort_unstable();
        with_antecedent(units, group)
    });
    let sentences: Vec<String> = ordered.filter_map(|at| units.get(at)).map(sentence).collect();
    sentences.join(" ")
}

/// The sentence behind a short one in the same paragraph: what is said of a thing goes on there.
fn continued(units: &[Unit], at: usize) -> Option<usize> {
    let (unit, next) = (units.get(at)?, units.get(at + 1)?);
    let prose = unit.form == Form::Sentence && next.form == Form::Sentence && unit.section == next.section;
    (prose && unit.words.len() + next.words.len() <= SHORT).then_some(at + 1)
}

/// Puts the sentence before in front of one that cannot stand alone.
fn with_antecedent(units: &[Unit], group: Vec<usize>) -> Vec<usize> {
    let Some(first) = group.first().copied() else {
        return group;
    };
    let depends = units
        .get(first)
        .is_some_and(|unit| DEPENDENT.iter().any(|start| unit.text.starts_with(start)));
    let before = first.checked_sub(1).filter(|at| {
        matches!((units.get(*at), units.get(first)), (Some(a), Some(b)) if a.section == b.section && a.form == Form::Sentence)
    });
    match before.filter(|_| depends) {
        Some(before) => std::iter::once(before).chain(group).collect(),
        None => group,
    }
}

/// A unit as prose, each sentence with its citation.
fn sentence(unit: &Unit) -> String {
    let text = match (&unit.lead, unit.form) {
        (Some(lead), Form::Item) => format!("{lead}: {}", unit.text),
        _ => unit.text.clone(),
    };
    cited(&text, unit.number, true)
}

/// `text [S1]. text [S1].`: each sentence is a claim of its own, with its marker.
fn cited(text: &str, number: u32, close: bool) -> String {
    let sentences = sentences(text).into_iter().filter_map(|span| text.get(span));
    let marked: Vec<String> = sentences
        .map(|sentence| marked(sentence, number, close))
        .collect();
    marked.join(" ")
}

/// `text [S1].`: the marker before the closing punctuation.
fn marked(text: &str, number: u32, close: bool) -> String {
    let text = text.trim();
    let body = text.trim_end_matches(['.', '!', '?', '…', '。', ';', ',']);
    let mark = text.get(body.len()..).unwrap_or_default();
    let mark = match mark.trim_end_matches([';', ',']) {
        "" if close => ".",
        mark => mark,
    };
    format!("{body} [S{number}]{mark}")
}

/// Share of the shorter unit's words that the other has.
fn overlap(a: &Unit, b: &Unit) -> f32 {
    let stems = |unit: &Unit| -> BTreeSet<String> {
        unit.words
            .iter()
            .filter(|word| word.has_meaning())
            .map(|word| word.stem.clone())
            .collect()
    };
    let (a, b) = (stems(a), stems(b));
    count(a.intersection(&b).count()) / count(a.len().min(b.len()).max(1))
}

fn count(n: usize) -> f32 {
    f32::from(u16::try_from(n).unwrap_or(u16::MAX))
}

#[cfg(test)]
mod tests {
    use super::cited;

    #[test]
    fn every_sentence_has_its_source() {
        let steps = "Hold the pin for 10 seconds. The ring blinks! Let go";
        assert_eq!(
            cited(steps, 2, false),
            "Hold the pin for 10 seconds [S2]. The ring blinks [S2]! Let go [S2]"
        );
        assert_eq!(cited("24 months", 1, true), "24 months [S1].");
    }
}
