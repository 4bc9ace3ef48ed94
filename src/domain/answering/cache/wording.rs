//! Which questions are one. Vectors cannot say it: `Can I return a vacuum?` is nearer to `Can I return
//! a mower?` than to most of what asks the same. So words do. A question is brought to a form that
//! leaves out what asks nothing (articles, courtesy, the verbs that only carry a question) and writes
//! a few turns one way; all else stays, in its order: numbers, negations, modals, prepositions, and
//! every word that is not known here. Questions of one form ask the same.

use unicode_normalization::UnicodeNormalization;

use crate::kernel::text::{
    stop::{self, Weak},
    words::{Kind, Word, words},
};

/// Words of a question that are told apart by words at all.
const WORDS_MAX: usize = 40;
/// Marks of the form, which no word can be.
const HOW_TO: &str = "=how-to";
const MAY_I: &str = "=may-i";
const WHERE_I: &str = "=where-i";
const PRICE: &str = "=price";
const WHETHER: &str = "=whether";
const STOP: &str = "=stop";

/// A question is taken for English, and brought to a form, where it has one of these.
const ENGLISH: &str = " the what how when where which does who why much could can may am is are you your my ";
/// Words that ask nothing.
const SAY_NOTHING: &str = " the a an is are am be do does my our ";
/// What a question begins with that has no word to ask by.
const AUXILIARIES: &str = " is are am do does ";
/// What people say before they ask, and then in the order of a statement.
const OPENINGS: [&str; 11] = [
    "can you tell me",
    "could you tell me",
    "would you tell me",
    "i would like to know",
    "i want to know",
    "i need to know",
    "i was wondering",
    "i am wondering",
    "i wonder",
    "do you know",
    "tell me",
];
/// What people say before that, the longer first where one begins another.
const GREETINGS: [&str; 13] = [
    "good morning",
    "good afternoon",
    "good evening",
    "quick question",
    "excuse me",
    "hi there",
    "hello there",
    "hey there",
    "hi",
    "hello",
    "hey",
    "so",
    STOP,
];
const ENDINGS: [&str; 4] = ["thank you", "many thanks", "thanks", STOP];
/// Ways to ask of a measure, how something is done, where, and whether it may be.
const TURNS: [(&str, &str); 34] = [
    ("how long", "=how-long"),
    ("how much", "=how-much"),
    ("how many", "=how-many"),
    ("how often", "=how-often"),
    ("how high", "=how-high"),
    ("how big", "=how-big"),
    ("how large", "=how-large"),
    ("how heavy", "=how-heavy"),
    ("how far", "=how-far"),
    ("how fast", "=how-fast"),
    ("how soon", "=how-soon"),
    ("how old", "=how-old"),
    ("where do i", WHERE_I),
    ("where can i", WHERE_I),
    ("how do i", HOW_TO),
    ("how do we", HOW_TO),
    ("how can i", HOW_TO),
    ("how can we", HOW_TO),
    ("how could i", HOW_TO),
    ("how should i", HOW_TO),
    ("how would i", HOW_TO),
    ("how to", HOW_TO),
    ("is it possible for me to", MAY_I),
    ("is it possible to", MAY_I),
    ("am i allowed to", MAY_I),
    ("are we allowed to", MAY_I),
    ("am i able to", MAY_I),
    ("are we able to", MAY_I),
    ("can i", MAY_I),
    ("can we", MAY_I),
    ("could i", MAY_I),
    ("could we", MAY_I),
    ("may i", MAY_I),
    ("may we", MAY_I),
];
/// The same behind an opening: `could you tell me how I can …`.
const INDIRECT: [(&str, &str); 6] = [
    ("how i can", HOW_TO),
    ("how i could", HOW_TO),
    ("how i should", HOW_TO),
    ("how i", HOW_TO),
    ("i can", MAY_I),
    ("i could", MAY_I),
];
/// Ways to ask what something costs.
const PRICED: [&str; 8] = [
    "what is the price of",
    "what is the price for",
    "what is the cost of",
    "what is the cost for",
    "how much is",
    "how much are",
    "how much does",
    "how much do",
];
/// `How long does it last?` asks how long it is where it is one of these, and not a robot.
const LASTING: &str =
    " warranty guarantee repair trace delivery shipping refund trial contract subscription claim return ";
/// What something has: `the fee for a return` is `the return fee`, but `a box of batteries` is no
/// `battery box`, and `a charge on it` no `charge for it`.
const HELD: &str =
    " warranty guarantee fee surcharge deadline limit size weight height length colour color reset manual ";
/// Written without their apostrophes.
const CONTRACTED: [(&str, &str); 8] = [
    ("dont", "do not"),
    ("doesnt", "does not"),
    ("isnt", "is not"),
    ("cant", "can not"),
    ("cannot", "can not"),
    ("wont", "will not"),
    ("whats", "what is"),
    ("im", "i am"),
];
/// Words that are another thing with their last letter.
const NOT_MANY: &str = " goods news customs glasses ";

/// The question as anybody types it: case, white space and the marks behind it do not count. `US`
/// stays, it is not `us`.
#[must_use]
pub fn same(text: &str) -> String {
    let text: String = text.nfc().collect();
    let all_capitals = !text.chars().any(char::is_lowercase);
    let fold = |word: &str| {
        if !all_capitals && in_capitals(word) {
            word.to_owned()
        } else {
            word.to_lowercase()
        }
    };
    let flat = text.split_whitespace().map(fold).collect::<Vec<_>>().join(" ");
    let end = |c: char| c.is_whitespace() || ".?!…。？！؟".contains(c);
    flat.trim_end_matches(end).to_owned()
}

/// A word of grammar in capitals, which is then none.
fn in_capitals(word: &str) -> bool {
    let letters = word.trim_matches(|c: char| !c.is_alphanumeric());
    letters.chars().count() > 1
        && letters.chars().all(char::is_uppercase)
        && stop::weak(&letters.to_lowercase()) == Some(Weak::Grammar)
}

/// What a question asks; none where it has no word to tell it by, or signs that are no words.
#[must_use]
pub fn asked(text: &str) -> Option<String> {
    let text: String = text.nfc().collect();
    if !of_words_alone(&text) {
        return None;
    }
    let mut said = spelled(&text);
    if said.len() > WORDS_MAX {
        return None;
    }
    let has = |list: &str| said.iter().any(|word| among(list, word));
    if has(ENGLISH) {
        said = form(said);
    }
    let tells = |word: &String| !word.starts_with('=') && stop::weak(word).is_none();
    said.iter().any(tells).then(|| said.join(" "))
}

/// Whether nothing in it changes what the words say: `-10`, `C++`, `and/or` and hidden characters do.
fn of_words_alone(text: &str) -> bool {
    let mut before = ' ';
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        let next = chars.peek().copied().unwrap_or(' ');
        let plain = c.is_alphanumeric() || c == ' ' || ".,?!'’\"“”:;()%$€£…。？！、".contains(c);
        let joins = c == '-' && before.is_alphanumeric() && next.is_alphanumeric();
        if !(plain || joins) {
            return false;
        }
        before = c;
    }
    true
}

/// The words one by one, contractions as what they stand for, plurals as what there are many of.
fn spelled(text: &str) -> Vec<String> {
    let mut out: Vec<String> = Vec::new();
    for word in words(text) {
        if word.opens && !out.is_empty() {
            out.push(STOP.to_owned());
        }
        if matches!(word.kind, Kind::Number | Kind::Unit) {
            // The 2nd is not two of them.
            let ordinal = word.kind == Kind::Number && word.lower.starts_with(|c: char| c.is_ascii_digit());
            let ordinal = ordinal && word.lower.ends_with(char::is_alphabetic);
            let number = if ordinal { &word.lower } else { &word.stem };
            out.push(format!("#{number}"));
        } else if is_meant(text, &word) {
            out.push(format!("^{}", word.lower));
        } else {
            expand(&word.lower, &mut out);
        }
    }
    out
}

/// Whether a word of grammar is meant as something else: `US`, `May`, the A of `A-215`.
fn is_meant(text: &str, word: &Word) -> bool {
    if word.kind != Kind::Weak(Weak::Grammar) {
        return false;
    }
    let (before, behind) = text.split_at_checked(word.at).unwrap_or_default();
    let written: String = behind.chars().take(word.lower.chars().count()).collect();
    let rest = behind.get(written.len()..).unwrap_or_default();
    let joined = before.ends_with('-') || rest.starts_with('-');
    let first = before.trim_end().is_empty() || word.opens;
    let capital =
        written.starts_with(char::is_uppercase) && !first && !among(" i i'm i've i'd i'll ", &word.lower);
    joined || capital || in_capitals(&written)
}

fn expand(word: &str, out: &mut Vec<String>) {
    let mut say = |words: &str| out.extend(words.split(' ').map(str::to_owned));
    if let Some((_, full)) = CONTRACTED.iter().find(|(short, _)| *short == word) {
        return say(full);
    }
    match word {
        "can't" => return say("can not"),
        "won't" => return say("will not"),
        "shan't" => return say("shall not"),
        _ => {}
    }
    const ENDINGS: [(&str, &str); 6] = [
        ("n't", "not"),
        ("'re", "are"),
        ("'ve", "have"),
        ("'ll", "will"),
        ("'d", "would"),
        ("'m", "am"),
    ];
    for (ending, full) in ENDINGS {
        if let Some(root) = word.strip_suffix(ending).filter(|root| !root.is_empty()) {
            say(root);
            return say(full);
        }
    }
    say(&singular(word));
}

fn singular(word: &str) -> String {
    let plain = word.len() > 3 && word.bytes().all(|b| b.is_ascii_lowercase());
    let inflected = matches!(stop::weak(word), None | Some(Weak::Frequent));
    if !plain || !inflected || among(NOT_MANY, word) {
        return word.to_owned();
    }
    if let Some(root) = word.strip_suffix("ies").filter(|root| root.len() > 1) {
        return format!("{root}y");
    }
    for ending in ["sses", "xes", "ches", "shes"] {
        if word.ends_with(ending) {
            return word.get(..word.len() - 2).unwrap_or(word).to_owned();
        }
    }
    match word.strip_suffix('s') {
        Some(root) if !root.ends_with(['s', 'u', 'i']) => root.to_owned(),
        _ => word.to_owned(),
    }
}

/// English questions in one form.
fn form(mut said: Vec<String>) -> Vec<String> {
    said.retain(|word| word != "please");
    while let Some(ending) = ENDINGS.iter().find(|ending| ends(&said, ending)) {
        said.truncate(said.len() - ending.split(' ').count());
    }
    while let Some(greeting) = GREETINGS.iter().find(|greeting| begins(&said, greeting)) {
        said.drain(..greeting.split(' ').count());
    }
    if let Some(opening) = OPENINGS.iter().find(|opening| begins(&said, opening)) {
        said.drain(..opening.split(' ').count());
        let whether = ["if", "whether"].iter().any(|word| begins(&said, word));
        if whether {
            said.remove(0);
        }
        if let Some((turn, mark)) = INDIRECT.iter().find(|(turn, _)| begins(&said, turn)) {
            said.splice(..turn.split(' ').count(), [(*mark).to_owned()]);
        } else if whether {
            said.insert(0, WHETHER.to_owned());
        }
    }
    let mut said = one_way(without_duration(priced(said)));
    // `Am I charged twice?` asks, `I am charged twice` tells.
    if said.first().is_some_and(|first| among(AUXILIARIES, first)) {
        said.insert(0, WHETHER.to_owned());
    }
    folded(
        said.into_iter()
            .filter(|word| !among(SAY_NOTHING, word))
            .collect(),
    )
}

/// What something costs, however that is asked.
fn priced(mut said: Vec<String>) -> Vec<String> {
    if let Some(way) = PRICED.iter().find(|way| begins(&said, way)) {
        said.splice(..way.split(' ').count(), [PRICE.to_owned()]);
        let at = said.iter().position(|word| word == "cost");
        let ends = |at: &usize| said.get(at + 1).is_none_or(|next| next == "to");
        if let Some(at) = at.filter(ends) {
            said.remove(at);
        }
    } else if ends(&said, "cost") && ["what does", "what do"].iter().any(|way| begins(&said, way)) {
        said.pop();
        said.splice(..2, [PRICE.to_owned()]);
    }
    said
}

/// How long something lasts, however that is asked.
fn without_duration(mut said: Vec<String>) -> Vec<String> {
    if begins(&said, "how long") && said.iter().any(|word| among(LASTING, word)) {
        if ends(&said, "last") {
            said.pop();
        }
        said.retain(|word| word != "take");
    }
    said
}

fn one_way(said: Vec<String>) -> Vec<String> {
    let mut out = Vec::with_capacity(said.len());
    let mut rest = said.as_slice();
    while let Some((first, behind)) = rest.split_first() {
        if let Some((turn, mark)) = TURNS.iter().find(|(turn, _)| begins(rest, turn)) {
            out.push((*mark).to_owned());
            rest = rest.get(turn.split(' ').count()..).unwrap_or_default();
        } else {
            out.push(first.clone());
            rest = behind;
        }
    }
    out
}

/// `warranty on robot` is `robot warranty`. What is done stays before it: `find size of parcel`
/// behind `how do I` is `find parcel size`. A measure is not moved, and nothing where there are two
/// ways to read it: `a pickup for Monday on Friday`.
fn folded(mut said: Vec<String>) -> Vec<String> {
    let joins = |word: &String| matches!(word.as_str(), "of" | "on" | "for");
    let grammar = |word: &String| word.starts_with('=') || stop::weak(word) == Some(Weak::Grammar);
    let mut places = said.iter().enumerate().filter(|(_, word)| joins(word));
    let (Some((at, _)), None) = (places.next(), places.next()) else {
        return said;
    };
    let (before, behind) = said.split_at(at);
    let behind = behind.get(1..).unwrap_or_default();
    let from = before.iter().rposition(grammar).map_or(0, |at| at + 1);
    let mark = from.checked_sub(1).and_then(|at| before.get(at));
    let verb = mark.is_some_and(|mark| [HOW_TO, MAY_I, WHERE_I].contains(&mark.as_str()));
    let from = from + usize::from(verb);
    let owned = before.get(from..).unwrap_or_default();
    let owner = behind.iter().take_while(|word| !grammar(word)).count();
    let owner = behind.get(..owner).unwrap_or_default();
    let held = owned.last().is_some_and(|last| among(HELD, last));
    if !held || owner.is_empty() || is_measure(owned) || is_measure(owner) {
        return said;
    }
    let moved: Vec<String> = owner.iter().chain(owned).cloned().collect();
    said.splice(from..=at + owner.len(), moved);
    said
}

/// Whether it begins with a number, or has one beside its unit.
fn is_measure(said: &[String]) -> bool {
    let number = |word: &String| word.starts_with('#');
    said.first().is_some_and(number) || said.windows(2).any(|pair| pair.iter().all(number))
}

fn among(list: &str, word: &str) -> bool {
    list.split(' ').any(|known| !known.is_empty() && known == word)
}

fn begins(said: &[String], phrase: &str) -> bool {
    let mut said = said.iter();
    phrase
        .split(' ')
        .all(|word| said.next().is_some_and(|next| next == word))
}

fn ends(said: &[String], phrase: &str) -> bool {
    let words = phrase.split(' ').count();
    let tail = said.len().checked_sub(words).and_then(|from| said.get(from..));
    tail.is_some_and(|tail| begins(tail, phrase))
}

#[cfg(test)]
#[path = "wording_tests.rs"]
mod tests;
