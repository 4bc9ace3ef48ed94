//! The lexicon applied to a text, after VADER (Hutto and Gilbert, "VADER: A Parsimonious Rule-based
//! Model for Sentiment Analysis of Social Media Text", 2014): boosters and negations before a word,
//! capitals, what stands behind "but", exclamation marks; and longest phrases before single words.

use super::{
    Urgency, Word, WordKind,
    lexicon::{self, Worth},
    modifiers::{Modifier, modifier},
    tokens::{Kind, Token},
};
use crate::kernel::text::stop;

/// What a booster adds to the word behind it, and takes from it where it dampens (VADER).
const BOOST: f32 = 0.293;
/// What capitals add where not all is capitals (VADER).
const SHOUTED: f32 = 0.733;
/// A negated word keeps so much of the opposite (VADER).
const NEGATED: f32 = -0.74;
/// How much a booster counts by its distance; a negation reaches as far (VADER).
const NEAR: [f32; 3] = [1.0, 0.95, 0.9];
/// How much counts of what is said before and behind "but" (VADER).
const BEFORE_BUT: f32 = 0.5;
const BEHIND_BUT: f32 = 1.5;
/// What each exclamation mark adds, up to four (VADER).
const EXCLAIMED: f32 = 0.292;
/// How fast the sum of valences approaches one (VADER).
const ALPHA: f32 = 15.0;
/// Of the anger that was said; of what is merely negative; and besides where it is shouted, or
/// exclaimed more than once.
const SAID: f32 = 0.8;
const NEGATIVE: f32 = 0.4;
const LOUD: f32 = 0.3;
const EXCITED: f32 = 0.1;
/// Share of the words in capitals from which on a text is shouted.
const LOUD_FROM: f32 = 0.3;

/// Words that say too little of their language to go by.
const FEW: usize = 6;

/// Numbers of [`Reading::features`].
pub(super) const FEATURES: usize = 21;

/// One word or phrase that says something.
#[derive(Clone, Copy, Debug)]
struct Hit {
    /// Bytes of the text.
    start: usize,
    end: usize,
    worth: Worth,
    negated: bool,
}

/// What the rules found in a text.
#[derive(Clone, Debug, Default)]
pub(super) struct Reading {
    hits: Vec<Hit>,
    /// The sum of the valences without phrases.
    plain: f32,
    words: usize,
    /// Whether the words are English enough for a model of English.
    english: bool,
    exclamations: usize,
    questions: usize,
    negations: usize,
    /// Those that deny nothing that says something.
    idle: usize,
    but: bool,
    /// Share of the words that are shouted.
    shouted: f32,
}

/// Reads tokens: linear in their number.
pub(super) fn read(tokens: &[Token<'_>]) -> Reading {
    let words = || tokens.iter().filter(|token| token.kind == Kind::Word);
    let marks = |among: &[&str]| {
        tokens
            .iter()
            .filter(|token| among.contains(&token.lower.as_ref()))
            .count()
    };
    let count = words().count();
    let english = is_english(tokens);
    let stands_alone = words().all(|token| lexicon::is_false_friend(&token.lower));
    let foreign = !english && !stands_alone;
    let shouted = words().filter(|token| token.shouted).count();
    let but = tokens
        .iter()
        .position(|token| modifier(&token.lower) == Some(Modifier::But));
    let hits = |phrases| hits(tokens, shouted < count, but, Known { foreign, phrases });
    Reading {
        plain: sum(&hits(false)),
        hits: hits(true),
        words: count,
        english,
        exclamations: marks(&["!", "！"]),
        questions: marks(&["?", "？", "؟"]),
        negations: words().filter(|token| negates(token)).count(),
        idle: idle(tokens),
        but: but.is_some(),
        shouted: if count < 3 { 0.0 } else { share(shouted, count) },
    }
}

/// Whether a text is English: two fifths of its words are those that English texts are full of, or of its lexicon;
/// or a sixth, where these are more than those that other languages are full of. Fewer than [`FEW`] words need none,
/// where nothing says that they are of another language. False friends, numbers, links and names behind an `@` say
/// nothing of it.
fn is_english(tokens: &[Token<'_>]) -> bool {
    let (mut words, mut english, mut foreign, mut ascii) = (0, 0, 0, true);
    for token in tokens.iter().filter(|token| token.kind == Kind::Word) {
        let word = token.lower.as_ref();
        if lexicon::is_false_friend(word) || word.starts_with(char::is_numeric) {
            continue;
        }
        words += 1;
        ascii &= word.is_ascii();
        if lexicon::is_foreign(word) {
            foreign += 1;
        } else if stop::weak(word).is_some() || lexicon::word(word).is_some() {
            english += 1;
        }
    }
    let few = words < FEW && foreign == 0 && ascii;
    few || english * 5 >= words * 2 || (english > foreign && english * 6 >= words)
}

/// How many negations stand before no word of the lexicon: `no signal`, `it does not open`.
fn idle(tokens: &[Token<'_>]) -> usize {
    let denies_nothing = |at: usize| {
        let behind = tokens.get(at + 1..).unwrap_or_default();
        let mut near = behind
            .iter()
            .take_while(|token| token.kind != Kind::Stop)
            .take(NEAR.len());
        near.all(|token| lexicon::word(&token.lower).is_none())
    };
    let negations = tokens.iter().enumerate().filter(|(_, token)| negates(token));
    negations.filter(|(at, _)| denies_nothing(*at)).count()
}

fn negates(token: &Token<'_>) -> bool {
    matches!(
        modifier(&token.lower),
        Some(Modifier::Negate | Modifier::NegateNear)
    )
}

/// Which part of the lexicon is read.
#[derive(Clone, Copy, Debug)]
struct Known {
    /// False friends are none of English.
    foreign: bool,
    /// Phrases too, not single words alone.
    phrases: bool,
}

/// What was found, `but` being the place of the first "but". `mixed`: not all is in capitals.
fn hits(tokens: &[Token<'_>], mixed: bool, but: Option<usize>, known: Known) -> Vec<Hit> {
    let mut hits = Vec::new();
    let mut at = 0;
    while let Some(rest) = tokens.get(at..)
        && !rest.is_empty()
    {
        let from = at;
        let found = found(rest, known);
        at += found.map_or(1, |(taken, _)| taken.max(1));
        let Some((_, worth)) = found else { continue };
        let mut hit = weigh(tokens, from, at, worth, mixed);
        hit.worth.valence *= match but {
            Some(but) if from < but => BEFORE_BUT,
            Some(_) => BEHIND_BUT,
            None => 1.0,
        };
        hits.push(hit);
    }
    hits
}

/// What the tokens begin with, and how many it takes.
fn found(tokens: &[Token<'_>], known: Known) -> Option<(usize, Worth)> {
    let first = tokens.first()?;
    match first.kind {
        Kind::Face => lexicon::face(&first.lower).map(|worth| (1, worth)),
        Kind::Word => {
            let phrase = known.phrases.then(|| lexicon::phrase(tokens)).flatten();
            phrase.or_else(|| single(&first.lower, known.foreign).map(|worth| (1, worth)))
        }
        Kind::Stop | Kind::Other => None,
    }
}

fn single(word: &str, foreign: bool) -> Option<Worth> {
    if modifier(word).is_some() || (foreign && lexicon::is_false_friend(word)) {
        return None;
    }
    let valence = lexicon::word(word)?;
    let kind = if valence > 0.0 {
        WordKind::Positive
    } else {
        WordKind::Negative
    };
    Some(Worth {
        kind,
        valence,
        anger: 0.0,
    })
}

/// A hit with what stands before it in its sentence. Nothing changes a face.
fn weigh(tokens: &[Token<'_>], from: usize, to: usize, mut worth: Worth, mixed: bool) -> Hit {
    let sign = worth.valence.signum();
    let inside = tokens.get(from..to).unwrap_or_default();
    if mixed && inside.iter().any(|token| token.shouted) {
        worth.valence += sign * SHOUTED;
    }
    let mut negated = false;
    let before = tokens.get(..from).unwrap_or_default().iter().rev();
    let near = before
        .take_while(|token| token.kind != Kind::Stop)
        .zip(NEAR)
        .enumerate();
    let is_face = inside.first().is_some_and(|token| token.kind == Kind::Face);
    for (between, (token, weight)) in near.filter(|_| !is_face) {
        match modifier(&token.lower) {
            Some(Modifier::Boost) => worth.valence += sign * BOOST * weight,
            Some(Modifier::Dampen) => worth.valence -= sign * BOOST * weight,
            Some(Modifier::Negate) => negated = true,
            Some(Modifier::NegateNear) => negated |= between < 2,
            Some(Modifier::But) | None => {}
        }
    }
    if negated {
        worth.valence *= NEGATED;
        worth.anger = 0.0;
    }
    Hit {
        start: inside.first().map_or(0, |token| token.start),
        end: inside.last().map_or(0, |token| token.end),
        worth,
        negated,
    }
}

fn sum(hits: &[Hit]) -> f32 {
    hits.iter().map(|hit| hit.worth.valence).sum()
}

impl Reading {
    /// −1 to 1, by the rules alone.
    pub(super) fn valence(&self) -> f32 {
        self.compound(sum(&self.hits))
    }

    /// A sum of valences, −1 to 1.
    fn compound(&self, sum: f32) -> f32 {
        if sum == 0.0 {
            return 0.0;
        }
        #[expect(clippy::cast_precision_loss, reason = "at most four")]
        let emphasis = EXCLAIMED * self.exclamations.min(4) as f32;
        let sum = sum + sum.signum() * emphasis;
        sum / (sum * sum + ALPHA).sqrt()
    }

    /// 0 to 1. What is merely negative (`valence`, by the rules or by the model) does not make anger,
    /// however negative: a stolen card is bad news, and no anger at whoever is told of it.
    pub(super) fn anger(&self, valence: f32) -> f32 {
        let said: f32 = self.hits.iter().map(|hit| hit.worth.anger).sum();
        let loud = if self.shouted >= LOUD_FROM { LOUD } else { 0.0 };
        let excited = if self.exclamations > 1 { EXCITED } else { 0.0 };
        let negative = (-valence).max(0.0);
        (said * SAID + negative * (NEGATIVE + loud + excited)).min(1.0)
    }

    /// The gravest.
    pub(super) fn urgency(&self) -> Option<Urgency> {
        let urgent = self.hits.iter().filter_map(|hit| match hit.kind() {
            WordKind::Urgent(urgency) => Some(urgency),
            _ => None,
        });
        urgent.min()
    }

    /// Whether the words are English enough for a model of English.
    pub(super) fn is_english(&self) -> bool {
        self.english
    }

    /// What the model sees of it, each about −1 to 1.
    pub(super) fn features(&self) -> [f32; FEATURES] {
        let valences = || self.hits.iter().map(|hit| hit.worth.valence);
        let good = || valences().filter(|valence| *valence > 0.0);
        let bad = || valences().filter(|valence| *valence < 0.0).map(f32::abs);
        let (best, worst): (f32, f32) = (good().sum(), bad().sum());
        let said: f32 = self.hits.iter().map(|hit| hit.worth.anger).sum();
        let urgent = self
            .hits
            .iter()
            .filter(|hit| matches!(hit.kind(), WordKind::Urgent(_)))
            .count();
        let valence = self.valence();
        let flag = |flag: bool| if flag { 1.0 } else { 0.0 };
        [
            valence,
            best / (best + 4.0),
            worst / (worst + 4.0),
            good().fold(0.0, f32::max) / 4.0,
            bad().fold(0.0, f32::max) / 4.0,
            said / (said + 1.0),
            self.hits.last().map_or(0.0, |hit| hit.worth.valence / 4.0),
            self.hits.first().map_or(0.0, |hit| hit.worth.valence / 4.0),
            share(self.exclamations.min(4), 4),
            share(self.questions.min(2), 2),
            self.shouted,
            share(self.negations.min(3), 3),
            flag(self.but),
            share(self.words.min(60), 60),
            share(urgent.min(3), 3),
            (best - worst) / share(self.words.max(4), 4) / 8.0,
            flag(valence > 0.0) - flag(valence < 0.0),
            flag(best + worst == 0.0),
            self.compound(self.plain),
            flag(self.plain > 0.0) - flag(self.plain < 0.0),
            share(self.idle.min(3), 3),
        ]
    }

    /// The `most` weightiest words, in the order of the text.
    pub(super) fn words(&self, text: &str, most: usize) -> Vec<Word> {
        let mut hits: Vec<&Hit> = self.hits.iter().filter(|hit| hit.weight() > 0.0).collect();
        hits.sort_by(|a, b| b.weight().total_cmp(&a.weight()));
        hits.truncate(most);
        hits.sort_by_key(|hit| hit.start);
        let word = |hit: &Hit| Word {
            text: text.get(hit.start..hit.end).unwrap_or_default().to_owned(),
            kind: hit.kind(),
            start: hit.start,
            end: hit.end,
        };
        hits.into_iter().map(word).collect()
    }
}

impl Hit {
    /// How much it decides; what is urgent more than any word.
    fn weight(&self) -> f32 {
        let urgent = matches!(self.kind(), WordKind::Urgent(_));
        self.worth.valence.abs() + self.worth.anger + if urgent { 10.0 } else { 0.0 }
    }

    fn kind(&self) -> WordKind {
        match self.worth.kind {
            kind if !self.negated => kind,
            _ if self.worth.valence > 0.0 => WordKind::Positive,
            _ => WordKind::Negative,
        }
    }
}

#[expect(
    clippy::cast_precision_loss,
    reason = "tokens of a message stay far below 2^23"
)]
fn share(part: usize, whole: usize) -> f32 {
    part as f32 / whole.max(1) as f32
}
