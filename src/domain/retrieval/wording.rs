//! How a passage words what was asked. A passage in which the question's words are scattered is
//! seldom its answer; one that says most of them in a breath, near each other, often is. The order
//! goes by all of [`Wording`] but the phrases, the floor by a single sentence and whole phrases.
//! Measured in `docs/RETRIEVAL.md`.

use std::collections::{BTreeMap, BTreeSet};

use super::words::{Hit, Stem, Words};
use crate::kernel::text::stop::{self, Weak};

/// Words of a question that are looked at.
const WORDS_MAX: usize = 48;
const _: () = assert!(WORDS_MAX <= u64::BITS as usize, "each is a bit of Named");
/// Words from one word of a phrase to the next, at most: `height of the tower` is `tower height`
/// no more, but `warranty for the battery` is `warranty battery`.
const PHRASE_REACH: usize = 3;
/// Words between neighbours of the question that leave them half of what they are worth side by side.
const HALF_WAY: usize = 3;
/// Share of the question from which a sentence is about it, and sentences that are enough.
const ABOUT: f64 = 0.3;
const OFTEN: usize = 5;
/// Share of a word's weight for a sentence below a heading that has it.
const ABOVE: f64 = 0.5;
/// What is left for the order of the weight of a word that is frequent in any question, or that
/// speaks of the documents instead of what they say.
const FREQUENT: f64 = 0.35;
const OF_DOCUMENTS: &[&str] = &[
    "according",
    "article",
    "cited",
    "describe",
    "described",
    "describes",
    "details",
    "discuss",
    "discussed",
    "discusses",
    "document",
    "information",
    "listed",
    "mention",
    "mentioned",
    "mentions",
    "noted",
    "outline",
    "outlined",
    "outlines",
    "passage",
    "regarding",
    "section",
    "specific",
    "specifically",
    "specified",
    "stated",
    "text",
];

/// A candidate's wording.
#[derive(Clone, Debug)]
pub struct Text<'a> {
    /// Title and headings.
    pub above: Words<'a>,
    pub text: Words<'a>,
}

/// What a candidate has of the question's wording, each 0 to 1.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Wording {
    /// Share of the question's words, weighed by rarity, in the best single sentence.
    pub sentence: f64,
    /// Share of the question's pairs of neighbouring words that stand together.
    pub phrases: f64,
    /// Share of the question in the best two sentences that follow each other. Unlike in the two
    /// above, frequent words count little: that `people` and `many` are missing tells that there
    /// is no answer, but that they are there does not tell where it is.
    pub stretch: f64,
    /// How near to each other the question's neighbouring words stand: 1 side by side.
    pub closeness: f64,
    /// Share of the question's words with the word behind them, grammar and all, that the text has
    /// side by side.
    pub quoted: f64,
    /// Share of the question's numbers and codes that the text has; 0 where it has none.
    pub numbers: f64,
    /// How many sentences are about the question, 1 for five or more.
    pub spread: f64,
}

/// Some of the question's words: a bit each. There are [`WORDS_MAX`] at most.
#[derive(Clone, Copy, Debug, Default)]
struct Named(u64);

impl Named {
    fn insert(&mut self, word: usize) {
        self.0 |= 1 << word;
    }

    fn without(self, other: Self) -> Self {
        Self(self.0 & !other.0)
    }

    fn both(self, other: Self) -> Self {
        Self(self.0 & other.0)
    }

    fn len(self) -> usize {
        self.0.count_ones() as usize
    }

    /// The sum of the weights, in the order of the words.
    fn worth(self, weight: impl Fn(usize) -> f64) -> f64 {
        let (mut left, mut sum) = (self.0, 0.0);
        while left != 0 {
            sum += weight(left.trailing_zeros() as usize);
            left &= left - 1;
        }
        sum
    }
}

fn named<'a>(hits: impl IntoIterator<Item = &'a Hit>) -> Named {
    let mut named = Named::default();
    hits.into_iter().for_each(|hit| named.insert(hit.word));
    named
}

/// What is looked for.
struct Asked {
    /// The question's words that tell something, as indexes of `words`, in their order.
    order: Vec<usize>,
    /// The distinct words: first those that tell something, then the others.
    words: Vec<Stem>,
    /// What the order leaves of the weight of each that tells something.
    shares: Vec<f64>,
    /// All words as indexes of `words`, in their order.
    said: Vec<usize>,
    /// Which words have a digit.
    numbers: Named,
}

/// Compares each text with the question.
#[must_use]
pub fn compare(question: &str, texts: &[Text<'_>]) -> Vec<Wording> {
    let Asked {
        order,
        words,
        shares,
        said,
        numbers,
    } = asked(question);
    let whole: Vec<Vec<Hit>> = texts.iter().map(|text| text.text.hits(&words)).collect();
    let tells_something = |hit: &&Hit| hit.word < shares.len();
    let found: Vec<Vec<Hit>> = whole
        .iter()
        .map(|hits| hits.iter().filter(tells_something).copied().collect())
        .collect();
    let rarity = weights(&found, shares.len());
    let telling: Vec<f64> = rarity
        .iter()
        .zip(&shares)
        .map(|(rarity, share)| rarity * share)
        .collect();
    let rare = |word: usize| rarity.get(word).copied().unwrap_or(0.0);
    let tells = |word: usize| telling.get(word).copied().unwrap_or(0.0);
    let pairs: BTreeSet<(usize, usize)> = order.iter().copied().zip(order.iter().copied().skip(1)).collect();
    let said: BTreeSet<(usize, usize)> = said.iter().copied().zip(said.iter().copied().skip(1)).collect();
    let all_rare: f64 = rarity.iter().sum();
    let all_telling: f64 = telling.iter().sum();
    let all_pairs: f64 = pairs.iter().map(|(a, b)| tells(*a) + tells(*b)).sum();
    let wording = |((text, whole), own): ((&Text<'_>, &Vec<Hit>), &Vec<Hit>)| {
        let above = named(&text.above.hits(&words));
        let phrases = repeated(own, &pairs).fold(0.0, |sum, (a, b)| sum + rare(a) + rare(b));
        let sentences = sentences(own);
        let about = |words: &&Named| words.worth(tells) > ABOUT * all_telling;
        Wording {
            sentence: share(most(&sentences, above, rare), all_rare),
            phrases: share(phrases, 2.0 * all_rare),
            stretch: share(most(&stretches(own), above, tells), all_telling),
            closeness: share(closeness(own, &pairs, tells), all_pairs),
            quoted: share(count(side_by_side(whole, &said)), count(said.len())),
            numbers: share(count(numbers.both(named(own)).len()), count(numbers.len())),
            spread: share(count(sentences.iter().filter(about).count()), count(OFTEN)),
        }
    };
    texts.iter().zip(&whole).zip(&found).map(wording).collect()
}

fn asked(question: &str) -> Asked {
    let (mut order, mut words, mut shares) = (Vec::new(), Vec::<Stem>::new(), Vec::new());
    let (mut all, mut numbers) = (Vec::new(), Named::default());
    for word in question
        .split(|c: char| !c.is_alphanumeric())
        .filter(|word| !word.is_empty())
        .take(WORDS_MAX)
    {
        let lower = word.to_lowercase();
        let stem = Stem::of(&lower);
        all.push(stem.clone());
        let weak = stop::weak(&lower);
        if matches!(weak, Some(Weak::Grammar | Weak::Discourse)) {
            continue;
        }
        let known = words.iter().position(|word| *word == stem);
        let place = known.unwrap_or(words.len());
        order.push(place);
        if known.is_none() {
            words.push(stem);
            let frequent = weak.is_some() || OF_DOCUMENTS.contains(&lower.as_str());
            shares.push(if frequent { FREQUENT } else { 1.0 });
        }
        if lower.contains(|c: char| c.is_ascii_digit()) {
            numbers.insert(place);
        }
    }
    let mut said = Vec::with_capacity(all.len());
    for stem in all {
        let known = words.iter().position(|word| *word == stem);
        said.push(known.unwrap_or(words.len()));
        if known.is_none() {
            words.push(stem);
        }
    }
    Asked {
        order,
        words,
        shares,
        said,
        numbers,
    }
}

/// Rarity of each word among the candidates, as `rarity` weighs it, as though there were three
/// times as many: they were chosen for holding the words.
fn weights(hits: &[Vec<Hit>], words: usize) -> Vec<f64> {
    let all = count(hits.len()) * 3.0;
    (0..words)
        .map(|word| {
            let with = count(
                hits.iter()
                    .filter(|hits| hits.iter().any(|hit| hit.word == word))
                    .count(),
            );
            (1.0 + (all - with + 0.5) / (with + 0.5)).ln()
        })
        .collect()
}

/// The question's words in each sentence that has any.
fn sentences(hits: &[Hit]) -> Vec<Named> {
    hits.chunk_by(|a, b| a.sentence == b.sentence)
        .map(named)
        .collect()
}

/// The question's words in each sentence with the one behind it, of the same paragraph.
fn stretches(hits: &[Hit]) -> Vec<Named> {
    let sentences: Vec<&[Hit]> = hits.chunk_by(|a, b| a.sentence == b.sentence).collect();
    let number = |sentence: &[Hit]| sentence.first().map(|hit| hit.sentence);
    let stretch = |(n, sentence): (usize, &&[Hit])| {
        let follows = |next: &&&[Hit]| number(next) == number(sentence).map(|number| number + 1);
        let behind = sentences.get(n + 1).filter(follows).copied().unwrap_or_default();
        named(sentence.iter().chain(behind))
    };
    sentences.iter().enumerate().map(stretch).collect()
}

/// The most that one of the stretches holds, with what stands above them.
fn most(stretches: &[Named], above: Named, weight: impl Fn(usize) -> f64) -> f64 {
    stretches
        .iter()
        .map(|own| own.worth(&weight) + ABOVE * above.without(*own).worth(&weight))
        .fold(ABOVE * above.worth(&weight), f64::max)
}

/// The weight of each pair by how near its words come to each other, in either order.
fn closeness(hits: &[Hit], pairs: &BTreeSet<(usize, usize)>, weight: impl Fn(usize) -> f64) -> f64 {
    let mut last: BTreeMap<usize, usize> = BTreeMap::new();
    let mut nearest: BTreeMap<(usize, usize), usize> = BTreeMap::new();
    for hit in hits {
        for pair in pairs.iter().filter(|(a, b)| *a == hit.word || *b == hit.word) {
            let other = if pair.0 == hit.word { pair.1 } else { pair.0 };
            if let Some(before) = last.get(&other) {
                let apart = hit.at - before;
                nearest
                    .entry(*pair)
                    .and_modify(|least| *least = apart.min(*least))
                    .or_insert(apart);
            }
        }
        last.insert(hit.word, hit.at);
    }
    let worth = |((a, b), apart): (&(usize, usize), &usize)| {
        let between = count(apart.saturating_sub(1));
        (weight(*a) + weight(*b)) * count(HALF_WAY) / (count(HALF_WAY) + between)
    };
    nearest.iter().map(worth).sum()
}

/// Pairs of the question that stand in the text in the same order, near each other.
fn repeated<'a>(
    hits: &[Hit],
    pairs: &'a BTreeSet<(usize, usize)>,
) -> impl Iterator<Item = (usize, usize)> + use<'a> {
    let mut seen = BTreeSet::new();
    for (n, hit) in hits.iter().enumerate() {
        let near = hits
            .iter()
            .skip(n + 1)
            .take_while(|next| next.at <= hit.at + PHRASE_REACH);
        seen.extend(near.map(|next| (hit.word, next.word)));
    }
    pairs.iter().copied().filter(move |pair| seen.contains(pair))
}

/// How many of the pairs stand side by side in the text, in their order.
fn side_by_side(hits: &[Hit], pairs: &BTreeSet<(usize, usize)>) -> usize {
    let beside = |two: &[Hit]| match two {
        [one, next] if next.at == one.at + 1 => Some((one.word, next.word)),
        _ => None,
    };
    let seen: BTreeSet<(usize, usize)> = hits.windows(2).filter_map(beside).collect();
    pairs.intersection(&seen).count()
}

fn share(part: f64, whole: f64) -> f64 {
    if whole > 0.0 {
        (part / whole).clamp(0.0, 1.0)
    } else {
        0.0
    }
}

#[expect(clippy::cast_precision_loss, reason = "candidates, and words of a passage")]
fn count(n: usize) -> f64 {
    n as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    fn plain<'a>(texts: &[&'a str]) -> Vec<Text<'a>> {
        texts.iter().map(|text| titled("", text)).collect()
    }

    fn titled<'a>(above: &'a str, text: &'a str) -> Text<'a> {
        Text {
            above: Words::In(above),
            text: Words::In(text),
        }
    }

    #[test]
    fn one_sentence_with_all_words_beats_the_same_words_scattered() {
        let together = "Other things. Batteries are covered by the warranty for 12 months. More.";
        let scattered = "The battery is black. A warranty card is in the box. We covered it in foil.";
        let found = compare(
            "Is the battery covered by warranty?",
            &plain(&[together, scattered, "Nothing here."]),
        );
        assert!(found[0].sentence > 0.99, "{found:?}");
        assert!(found[1].sentence < 0.5, "{found:?}");
        assert!(found[0].phrases > found[1].phrases);
        assert_eq!(found[2], Wording::default());
    }

    #[test]
    fn a_row_or_an_item_is_a_sentence_of_its_own() {
        let table = "| Part | Price |\n| lithium battery | $89 |\n| brush | $24 |";
        let found = compare("brush battery", &plain(&[table]));
        assert!(found[0].sentence < 0.6, "{found:?}");
    }

    #[test]
    fn a_heading_speaks_for_what_is_below_it() {
        let text = "The limit is 60 requests.";
        let texts = [titled("Other", text), titled("Cloud API", text)];
        let found = compare("What is the API limit?", &texts);
        assert!(found[1].sentence > found[0].sentence, "{found:?}");
        assert!(found[1].sentence < 1.0);
    }

    #[test]
    fn two_sentences_may_answer_together_and_two_paragraphs_not() {
        let flowing = "The battery lasts long. Its warranty is short.";
        let apart = "The battery lasts long.\n\nIts warranty is short.";
        let found = compare("battery warranty", &plain(&[flowing, apart]));
        assert!(found[0].stretch > 0.99, "{found:?}");
        assert!(found[1].stretch < 0.6, "{found:?}");
        assert!(found[0].sentence < 0.6, "{found:?}");
    }

    #[test]
    fn neighbours_of_the_question_are_worth_less_the_farther_apart() {
        let texts = [
            "A floating rate applies.",
            "The rate is floating.",
            "The rate of these notes of ours is a floating one.",
            "The rate. A note.",
        ];
        let found = compare("floating rate", &plain(&texts));
        let found: Vec<f64> = found.iter().map(|found| found.closeness).collect();
        assert!(found.is_sorted_by(|near, far| near > far), "{found:?}");
        assert!(
            (found[0] - 1.0).abs() < 1e-9 && found[3].abs() < 1e-9,
            "{found:?}"
        );
    }

    #[test]
    fn what_speaks_of_the_documents_hardly_decides() {
        let texts = ["It is mentioned in the text.", "The enzyme is expressed."];
        let found = compare("Which enzyme is mentioned in the text?", &plain(&texts));
        assert!(found[1].stretch > found[0].stretch, "{found:?}");
    }

    #[test]
    fn words_of_the_question_side_by_side_numbers_and_many_sentences_count() {
        let texts = [
            "The warranty of the battery 2006 is good.",
            "The battery has a warranty. It was 2007, of the best.",
            "Battery warranty. A battery warranty. Its warranty, its battery. One battery, one warranty. \
             No warranty, no battery.",
        ];
        let question = "warranty of the battery 2006";
        let found = compare(question, &plain(&texts));
        assert!(found[0].quoted > 0.99, "{found:?}");
        assert!(found[1].quoted < 0.6 && found[2].quoted < 0.6, "{found:?}");
        assert!(found[0].numbers > 0.99 && found[1].numbers < 0.01, "{found:?}");
        assert!(found[2].spread > 0.99 && found[0].spread < 0.3, "{found:?}");
        assert!(compare("the warranty", &plain(&texts))[0].numbers.abs() < 1e-9);
    }

    #[test]
    fn any_text_is_survived() {
        for text in ["", "?", "日本語の質問", "a\u{0}b", "ß.ß. \n\n|", "the of and"] {
            for wording in compare(text, &plain(&[text, "", "the quick brown fox"])) {
                let Wording {
                    sentence,
                    phrases,
                    stretch,
                    closeness,
                    quoted,
                    numbers,
                    spread,
                } = wording;
                for share in [sentence, phrases, stretch, closeness, quoted, numbers, spread] {
                    assert!((0.0..=1.0).contains(&share), "{text:?}: {wording:?}");
                }
            }
        }
    }
}
