//! What is asked: the words that matter, and what kind of answer they call for.

use std::collections::{BTreeMap, BTreeSet};

use super::{
    keys::{Keyed, keyed},
    rank::{is_currency, is_time},
    units::Unit,
};
use crate::{
    adapters::llm::{Role, Turn},
    kernel::text::{
        stop::Weak,
        words::{Kind, Word, words},
    },
};

/// Characters of a question that are read.
const READ_MAX: usize = 2_000;
/// A question with fewer words of meaning leans on the one before it.
const LEANS_BELOW: usize = 2;
/// What a word of the earlier question is worth in a follow-up.
const EARLIER: f32 = 0.5;
/// What a related word is worth beside the word itself.
const RELATED: f32 = 0.55;
/// Words of a name that a sentence defines, at most.
const NAME_WORDS: usize = 3;

/// What the answer must hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wants {
    Duration,
    Money,
    Number,
    Time,
    Steps,
    Anything,
}

/// A question, read.
#[derive(Debug)]
pub struct Question {
    pub text: String,
    /// The same with the question before it, where it leans on that one.
    pub asked: String,
    pub wants: Wants,
    /// Key → weight of the words asked for.
    pub terms: BTreeMap<String, f32>,
    /// Keys of the amounts it names (`after 3 weeks`): the visitor's own, which no source need say.
    pub amounts: BTreeSet<String>,
    /// Related stem → the stem it may stand for.
    pub related: BTreeMap<String, String>,
}

/// Words that stand for each other in a help page, each group on its own.
const GROUPS: [&[&str]; 28] = [
    &[
        "cost",
        "price",
        "fee",
        "charge",
        "pay",
        "expensive",
        "rate",
        "surcharge",
    ],
    &["broken", "damage", "defect", "faulty", "fail", "fault"],
    &["repair", "fix"],
    &["arrive", "deliver", "arrival"],
    &["parcel", "package", "shipment"],
    &["return", "refund", "money"],
    &["send", "ship", "dispatch"],
    &["buy", "purchase", "order", "bought"],
    &["cover", "include", "warranty"],
    &["cancel", "end", "terminate", "stop"],
    &["heavy", "weight", "weigh", "kg"],
    &["big", "size", "large", "maximum", "area", "length"],
    &["fast", "quick", "speed"],
    &["picture", "photo", "image"],
    &["delete", "erase", "remove"],
    &["keep", "store", "hold", "save", "storage"],
    &["evening", "night", "late"],
    &["limit", "maximum"],
    &["minimum", "least"],
    &["phone", "call", "telephone"],
    &["mail", "email", "e-mail"],
    &["change", "replace", "exchange", "swap"],
    &["valid", "expire", "validity"],
    &["retry", "repeat", "again"],
    &["due", "deadline", "payable"],
    &["open", "hours"],
    &["lost", "disappear", "lose", "missing"],
    &["allowed", "accept", "permit", "possible"],
];

/// Adjectives of `how long`, `how heavy` …: they say what is wanted, not what about.
const MEASURES: &str =
    " long much many big heavy high fast often far large tall wide deep soon quickly old late ";
/// Openings that lean on what was said before.
const LEANING: [&str; 8] = [
    "and ",
    "what about",
    "how about",
    "also ",
    "but ",
    "ok and",
    "then ",
    "so ",
];
const PRONOUNS: &str = " it that this they them those these one ones ";

/// Reads the last user turn, with the one before it when it leans on it.
pub fn read(turns: &[Turn]) -> Question {
    let mut asked = turns
        .iter()
        .rev()
        .filter(|turn| turn.role == Role::User)
        .map(|turn| turn.text.as_str());
    let text: String = asked.next().unwrap_or_default().chars().take(READ_MAX).collect();
    let own = words(&text);
    let mut terms = weighed(&own, 1.0);
    let mut whole = text.clone();
    if leans(&text, &own)
        && let Some(earlier) = asked.next()
    {
        let earlier: String = earlier.chars().take(READ_MAX).collect();
        for (stem, weight) in weighed(&words(&earlier), EARLIER) {
            terms.entry(stem).or_insert(weight);
        }
        whole = format!("{earlier} {text}");
    }
    let related = related(&terms);
    let amounts = keyed(&own)
        .into_iter()
        .filter(|keyed| keyed.unit.is_some())
        .map(|keyed| keyed.key)
        .collect();
    Question {
        wants: wants(&text.to_lowercase())
            .or_else(|| own_amount(&own))
            .unwrap_or(Wants::Anything),
        asked: whole,
        text,
        terms,
        amounts,
        related,
    }
}

impl Question {
    /// Weight of a stem as far as the question asks for it: its own, or that of a word it is
    /// related to, together with the stem that is thereby answered.
    pub fn asks(&self, stem: &str) -> Option<(&str, f32)> {
        if let Some((term, _)) = self.terms.get_key_value(stem) {
            return Some((term, 1.0));
        }
        self.related.get(stem).map(|term| (term.as_str(), RELATED))
    }

    /// Takes in what the sources call things: after `Sweep 3 is a robot vacuum`, `Sweep 3` stands
    /// for the vacuum that is asked for.
    pub fn learn(&mut self, units: &[Unit]) {
        for (subject, kind) in units.iter().filter_map(definition) {
            let kind = keyed(kind).into_iter().rev().map(|keyed| keyed.key);
            let Some(term) = kind.into_iter().find(|key| self.terms.contains_key(key)) else {
                continue;
            };
            for keyed in keyed(subject) {
                if !self.terms.contains_key(&keyed.key) {
                    self.related.entry(keyed.key).or_insert_with(|| term.clone());
                }
            }
        }
    }

    /// A reply to a greeting or thanks, which need no source.
    pub fn courtesy(&self) -> Option<&'static str> {
        let plain: Vec<String> = words(&self.text).into_iter().map(|word| word.lower).collect();
        let has = |list: &[&str]| plain.iter().any(|word| list.contains(&word.as_str()));
        if plain.len() > 4 || self.text.contains('?') || !self.terms.is_empty() {
            return None;
        }
        if has(&["thanks", "thank", "thx"]) {
            return Some("You're welcome! Is there anything else I can help you with?");
        }
        has(&["hi", "hello", "hey"]).then_some("Hello! What can I help you with?")
    }
}

fn weighed(words: &[Word], share: f32) -> BTreeMap<String, f32> {
    let mut out = BTreeMap::new();
    for Keyed { word, at, key, .. } in keyed(words) {
        let after_how = at
            .checked_sub(1)
            .and_then(|at| words.get(at))
            .is_some_and(|w| w.lower == "how");
        let measure = after_how && MEASURES.contains(&format!(" {} ", word.lower));
        let weight = match word.kind {
            _ if measure => 0.15,
            Kind::Number => 1.3,
            Kind::Name => 1.4,
            Kind::Content => 1.0,
            Kind::Weak(Weak::Frequent) => 0.35,
            // The unit of an amount is in the key of its number.
            Kind::Unit | Kind::Weak(_) => continue,
        };
        out.entry(key).or_insert(weight * share);
    }
    out
}

fn leans(text: &str, own: &[Word]) -> bool {
    let lower = text.trim_start().to_lowercase();
    let meaning = own
        .iter()
        .filter(|w| w.has_meaning() && w.kind != Kind::Weak(Weak::Frequent))
        .count();
    let pronoun = own
        .iter()
        .any(|word| PRONOUNS.contains(&format!(" {} ", word.lower)));
    meaning < LEANS_BELOW
        || LEANING.iter().any(|start| lower.starts_with(start))
        || (pronoun && meaning <= LEANS_BELOW)
}

fn related(terms: &BTreeMap<String, f32>) -> BTreeMap<String, String> {
    let mut out = BTreeMap::new();
    for group in GROUPS {
        let stems: Vec<String> = group
            .iter()
            .map(|word| crate::kernel::text::stem::stem(word))
            .collect();
        for term in stems.iter().filter(|stem| terms.contains_key(*stem)) {
            for other in stems.iter().filter(|stem| !terms.contains_key(*stem)) {
                out.entry(other.clone()).or_insert_with(|| term.clone());
            }
        }
    }
    out
}

/// What a sentence defines, and as what: `Sweep 3` and `robot vacuum`.
fn definition(unit: &Unit) -> Option<(&[Word], &[Word])> {
    let is = unit.words.iter().position(|word| word.lower == "is")?;
    let (subject, rest) = unit.words.split_at_checked(is)?;
    let (article, rest) = rest.get(1..)?.split_first()?;
    let named = subject.first()?.at == 0
        && subject
            .iter()
            .any(|word| matches!(word.kind, Kind::Number | Kind::Name));
    let ends = rest
        .iter()
        .position(|word| !word.has_meaning())
        .unwrap_or(rest.len());
    (named && subject.len() <= NAME_WORDS && matches!(article.lower.as_str(), "a" | "an" | "the" | "our"))
        .then(|| (subject, rest.get(..ends).unwrap_or_default()))
}

/// A question that names an amount asks about a limit of its kind.
fn own_amount(words: &[Word]) -> Option<Wants> {
    let unit = keyed(words).into_iter().find_map(|keyed| keyed.unit)?;
    Some(if is_time(unit) {
        Wants::Duration
    } else if is_currency(unit) {
        Wants::Money
    } else {
        Wants::Number
    })
}

fn wants(lower: &str) -> Option<Wants> {
    let has = |phrases: &[&str]| phrases.iter().any(|phrase| lower.contains(phrase));
    if has(&[
        "how do i",
        "how do you",
        "how can i",
        "how to ",
        "how should i",
        "steps",
        "what should i do",
        "what can i do",
        "what do i do",
        "how do we",
    ]) {
        return Some(Wants::Steps);
    }
    if has(&[
        "how long",
        "how many days",
        "how many hours",
        "how many weeks",
        "how soon",
        "how quickly",
        "how often",
        "deadline",
        "how many months",
    ]) {
        return Some(Wants::Duration);
    }
    if has(&[
        "cost",
        "price",
        "how expensive",
        "fee",
        "surcharge",
        "how much is",
        "how much does",
        "how much are",
        "how much do",
    ]) {
        return Some(Wants::Money);
    }
    if has(&["when ", "what time", "until when", "which day"]) {
        return Some(Wants::Time);
    }
    if has(&[
        "how much",
        "how many",
        "how big",
        "how heavy",
        "how high",
        "how fast",
        "how far",
        "how large",
        "limit",
        "maximum",
        "minimum",
        "what size",
    ]) {
        return Some(Wants::Number);
    }
    None
}
