//! The lexicon applied to a text, after VADER (Hutto and Gilbert, "VADER: A Parsimonious Rule-based
//! Model for Sentiment Analysis of Social Media Text", 2014): boosters and negations before a word,
//! capitals, what stands behind "but", exclamation marks; and longest phrases before single words.

use super::{
    Urgency, Word, WordKind,
    lexicon::{self, Worth},
    tokens::{Kind, Token},
};

/// What a booster adds to the word behind it, and takes from it where it dampens (VADER).
const BOOST: f32 = 0.293;
/// What capitals add where not all is capitals (VADER).
const SHOUTED: f32 = 0.733;
/// A negated word keeps so much of the opposite (VADER).
const NEGATED: f32 = -0.74;
/// A booster or negation counts less, the farther it is: right before, one between, two between.
const NEAR: [f32; 3] = [1.0, 0.95, 0.9];
/// Before and behind "but" (VADER).
const BEFORE_BUT: f32 = 0.5;
const BEHIND_BUT: f32 = 1.5;
/// What each exclamation mark adds, up to four (VADER).
const EXCLAIMED: f32 = 0.292;
/// How fast the sum of valences approaches one (VADER).
const ALPHA: f32 = 15.0;

const BOOSTERS: &[&str] = &[
    "absolutely",
    "amazingly",
    "awfully",
    "completely",
    "considerably",
    "deeply",
    "enormously",
    "entirely",
    "especially",
    "exceptionally",
    "extremely",
    "fully",
    "greatly",
    "highly",
    "hugely",
    "incredibly",
    "intensely",
    "more",
    "most",
    "particularly",
    "purely",
    "quite",
    "really",
    "remarkably",
    "so",
    "substantially",
    "such",
    "super",
    "thoroughly",
    "too",
    "total",
    "totally",
    "tremendously",
    "unbelievably",
    "utter",
    "utterly",
    "very",
    "fucking",
    "freaking",
    "bloody",
    "sehr",
    "total",
    "absolut",
    "extrem",
    "völlig",
    "très",
    "trop",
    "vraiment",
    "tellement",
    "muy",
    "demasiado",
    "realmente",
    "muito",
    "extremamente",
    "molto",
    "troppo",
    "davvero",
    "heel",
    "erg",
    "zeer",
    "जल्दी",
    "बहुत",
    "很",
    "非",
    "太",
    "جدا",
];
const DAMPENERS: &[&str] = &[
    "almost",
    "barely",
    "hardly",
    "kinda",
    "less",
    "little",
    "marginally",
    "occasionally",
    "partly",
    "scarcely",
    "slight",
    "slightly",
    "somewhat",
    "sorta",
    "etwas",
    "kaum",
    "peu",
    "poco",
    "pouco",
    "beetje",
];
const NEGATIONS: &[&str] = &[
    "not",
    "no",
    "never",
    "nor",
    "without",
    "cannot",
    "neither",
    "none",
    "nothing",
    "nobody",
    "nowhere",
    "cant",
    "dont",
    "doesnt",
    "didnt",
    "isnt",
    "wasnt",
    "wont",
    "wouldnt",
    "couldnt",
    "shouldnt",
    "havent",
    "hasnt",
    "aint",
    "arent",
    "rarely",
    "seldom",
    "lacks",
    "lack",
    "nicht",
    "kein",
    "keine",
    "keinen",
    "nie",
    "ohne",
    "pas",
    "jamais",
    "sans",
    "nunca",
    "sin",
    "não",
    "nem",
    "sem",
    "non",
    "mai",
    "senza",
    "niet",
    "geen",
    "nooit",
    "zonder",
    "नहीं",
    "不",
    "没",
    "لا",
    "لم",
    "ليس",
    "لن",
];
const BUTS: &[&str] = &[
    "but",
    "however",
    "aber",
    "mais",
    "pero",
    "mas",
    "ma",
    "però",
    "maar",
    "लेकिन",
];

/// One word or phrase that says something.
#[derive(Clone, Copy, Debug)]
struct Hit {
    /// Bytes of the text.
    start: usize,
    end: usize,
    worth: Worth,
    negated: bool,
}

/// Numbers of [`Reading::features`].
pub(super) const FEATURES: usize = 18;

/// What the rules found in a text.
#[derive(Clone, Debug, Default)]
pub(super) struct Reading {
    hits: Vec<Hit>,
    words: usize,
    exclamations: usize,
    questions: usize,
    negations: usize,
    but: bool,
    /// Share of the words that are shouted.
    shouted: f32,
}

/// Reads tokens: linear in their number.
pub(super) fn read(tokens: &[Token<'_>]) -> Reading {
    let words = tokens.iter().filter(|token| token.kind == Kind::Word).count();
    let shouted = tokens.iter().filter(|token| token.shouted).count();
    let mixed = shouted < words;
    let but = tokens
        .iter()
        .position(|token| BUTS.contains(&token.lower.as_ref()));
    let mut hits = Vec::new();
    let mut at = 0;
    while let Some((from, rest)) = tokens
        .get(at..)
        .filter(|rest| !rest.is_empty())
        .map(|rest| (at, rest))
    {
        let found = found(rest);
        at += found.map_or(1, |(taken, _)| taken.max(1));
        if let Some((_, worth)) = found {
            let mut hit = weigh(tokens, from, at, worth, mixed);
            if let Some(but) = but {
                let factor = if from < but { BEFORE_BUT } else { BEHIND_BUT };
                hit.worth.valence *= factor;
            }
            hits.push(hit);
        }
    }
    let marks = |among: &[&str]| {
        tokens
            .iter()
            .filter(|token| among.contains(&token.lower.as_ref()))
            .count()
    };
    Reading {
        hits,
        words,
        exclamations: marks(&["!", "！"]),
        questions: marks(&["?", "？", "؟"]),
        negations: tokens.iter().filter(|token| negates(&token.lower)).count(),
        but: but.is_some(),
        shouted: if words < 3 { 0.0 } else { share(shouted, words) },
    }
}

/// What the tokens begin with, and how many it takes.
fn found(tokens: &[Token<'_>]) -> Option<(usize, Worth)> {
    let first = tokens.first()?;
    match first.kind {
        Kind::Face => lexicon::face(&first.lower).map(|worth| (1, worth)),
        Kind::Word => lexicon::phrase(tokens).or_else(|| single(&first.lower).map(|worth| (1, worth))),
        Kind::Stop | Kind::Other => None,
    }
}

fn single(word: &str) -> Option<Worth> {
    if BOOSTERS.contains(&word) || DAMPENERS.contains(&word) || NEGATIONS.contains(&word) {
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

fn negates(word: &str) -> bool {
    word.ends_with("n't") || NEGATIONS.contains(&word)
}

/// A hit with what stands before it.
fn weigh(tokens: &[Token<'_>], from: usize, to: usize, mut worth: Worth, mixed: bool) -> Hit {
    let sign = worth.valence.signum();
    let inside = tokens.get(from..to).unwrap_or_default();
    if mixed && inside.iter().any(|token| token.shouted) {
        worth.valence += sign * SHOUTED;
    }
    let mut negated = false;
    let face = inside.iter().any(|token| token.kind == Kind::Face);
    let before = tokens
        .get(..if face { 0 } else { from })
        .unwrap_or_default()
        .iter()
        .rev();
    for (token, near) in before.take_while(|token| token.kind != Kind::Stop).zip(NEAR) {
        let word = token.lower.as_ref();
        if BOOSTERS.contains(&word) {
            worth.valence += sign * BOOST * near;
        } else if DAMPENERS.contains(&word) {
            worth.valence -= sign * BOOST * near;
        } else if negates(word) && (near > NEAR[2] || !matches!(word, "no" | "without" | "nothing" | "none"))
        {
            negated = true;
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

impl Reading {
    /// −1 to 1.
    pub(super) fn valence(&self) -> f32 {
        let sum: f32 = self.hits.iter().map(|hit| hit.worth.valence).sum();
        #[expect(clippy::cast_precision_loss, reason = "at most four")]
        let emphasis = EXCLAIMED * self.exclamations.min(4) as f32;
        let sum = if sum == 0.0 {
            0.0
        } else {
            sum + sum.signum() * emphasis
        };
        sum / (sum * sum + ALPHA).sqrt()
    }

    /// 0 to 1.
    pub(super) fn anger(&self) -> f32 {
        let said: f32 = self.hits.iter().map(|hit| hit.worth.anger).sum();
        let negative = (-self.valence()).max(0.0);
        let shouted = if self.shouted > 0.3 { 0.3 } else { 0.0 };
        let loud = if self.exclamations > 1 { 0.1 } else { 0.0 };
        (said * 0.8 + negative * (0.4 + shouted + loud)).min(1.0)
    }

    /// What the heads see of it, each about −1 to 1.
    pub(super) fn features(&self) -> [f32; FEATURES] {
        let valences = || self.hits.iter().map(|hit| hit.worth.valence);
        let above = |least: f32| {
            valences()
                .filter(move |valence| *valence * least > 0.0)
                .map(f32::abs)
        };
        let (good, bad): (f32, f32) = (above(1.0).sum(), above(-1.0).sum());
        let said: f32 = self.hits.iter().map(|hit| hit.worth.anger).sum();
        let urgent = self
            .hits
            .iter()
            .filter(|hit| matches!(hit.kind(), WordKind::Urgent(_)))
            .count();
        [
            self.valence(),
            good / (good + 4.0),
            bad / (bad + 4.0),
            above(1.0).fold(0.0, f32::max) / 4.0,
            above(-1.0).fold(0.0, f32::max) / 4.0,
            said / (said + 1.0),
            self.hits.last().map_or(0.0, |hit| hit.worth.valence / 4.0),
            self.hits.first().map_or(0.0, |hit| hit.worth.valence / 4.0),
            share(self.exclamations.min(4), 4),
            share(self.questions.min(2), 2),
            self.shouted,
            share(self.negations.min(3), 3),
            if self.but { 1.0 } else { 0.0 },
            share(self.words.min(60), 60),
            share(urgent.min(3), 3),
            (good - bad) / share(self.words.max(4), 4) / 8.0,
            if self.valence() == 0.0 {
                0.0
            } else {
                self.valence().signum()
            },
            if good + bad == 0.0 { 1.0 } else { 0.0 },
        ]
    }

    /// The gravest.
    pub(super) fn urgency(&self) -> Option<Urgency> {
        let urgent = self
            .hits
            .iter()
            .filter(|hit| !hit.negated)
            .filter_map(|hit| match hit.worth.kind {
                WordKind::Urgent(urgency) => Some(urgency),
                _ => None,
            });
        urgent.min()
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
    /// How much it decides; an urgent word always does.
    fn weight(&self) -> f32 {
        let urgent = matches!(self.kind(), WordKind::Urgent(_));
        self.worth.valence.abs() + self.worth.anger + if urgent { 4.0 } else { 0.0 }
    }

    fn kind(&self) -> WordKind {
        if !self.negated {
            self.worth.kind
        } else if self.worth.valence > 0.0 {
            WordKind::Positive
        } else {
            WordKind::Negative
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
