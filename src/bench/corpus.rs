//! Text and vectors out of a seed: the same ones at every run and on every machine.
//!
//! Words are as frequent as in a language (few make up most of a text), and every passage belongs to
//! a topic, which gives it words of its own and a direction to its vector. Vectors of one topic have a
//! cosine of about .6, as MiniLM gives passages of one document.

/// Length of every vector, that of MiniLM.
pub const DIMENSIONS: usize = 384;

const VOCABULARY: u64 = 20_000;
const WORDS: usize = 120;
const SENTENCE: usize = 12;
/// How far a passage is from the middle of its topic, and a question from its passage.
const SPREAD: f32 = 0.8;
const ASIDE: f32 = 0.6;

/// A passage, or a question.
#[derive(Clone, Debug, PartialEq)]
pub struct Made {
    pub text: String,
    /// Of length 1.
    pub vector: Vec<f32>,
}

/// The corpus of one space.
#[derive(Clone, Copy, Debug)]
pub struct Corpus {
    pub seed: u64,
    pub passages: usize,
}

impl Corpus {
    /// The passage with this number.
    #[must_use]
    pub fn passage(&self, number: usize) -> Made {
        let mut dice = self.dice(1, number);
        let topic = dice.below(self.topics());
        let mut text = String::new();
        for word in 0..WORDS {
            let begins = word % SENTENCE == 0;
            text.push_str(match (word, begins) {
                (0, _) => "",
                (_, true) => ". ",
                _ => " ",
            });
            text.push_str(&spelled(self.word(&mut dice, topic)));
        }
        let vector = near(&self.middle(topic), &mut dice, SPREAD);
        Made { text, vector }
    }

    /// A question that the passage with this number answers: eight of its words, and near to it.
    #[must_use]
    pub fn question(&self, number: usize) -> Made {
        let passage = self.passage(number);
        let mut dice = self.dice(2, number);
        let words: Vec<&str> = passage.text.split_whitespace().collect();
        let from = usize::try_from(dice.below(WORDS as u64 - 8)).unwrap_or(0);
        let asked = words.get(from..from + 8).unwrap_or_default();
        Made {
            text: asked.join(" ").replace('.', ""),
            vector: near(&passage.vector, &mut dice, ASIDE),
        }
    }

    fn topics(&self) -> u64 {
        (self.passages as u64 / 50).max(1)
    }

    /// One word in four is of the topic.
    fn word(&self, dice: &mut Dice, topic: u64) -> u64 {
        if dice.below(4) == 0 {
            let own = Dice(topic ^ self.seed).next();
            return own.wrapping_add(dice.below(40)) % VOCABULARY;
        }
        let share = dice.share();
        #[expect(
            clippy::cast_precision_loss,
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "a share of 20,000"
        )]
        let word = (VOCABULARY as f32 * share.powi(4)) as u64;
        word
    }

    fn middle(&self, topic: u64) -> Vec<f32> {
        near(
            &[0.0; DIMENSIONS],
            &mut self.dice(3, usize::try_from(topic).unwrap_or(0)),
            1.0,
        )
    }

    fn dice(&self, what: u64, number: usize) -> Dice {
        let mut dice = Dice(self.seed.rotate_left(32) ^ (what << 56) ^ number as u64);
        dice.next();
        dice
    }
}

/// `SplitMix64` (Steele, Lea, Flood 2014).
struct Dice(u64);

impl Dice {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^ (mixed >> 31)
    }

    fn below(&mut self, n: u64) -> u64 {
        self.next() % n
    }

    /// 0 to 1.
    #[expect(clippy::cast_precision_loss, reason = "24 bits fit")]
    fn share(&mut self) -> f32 {
        (self.next() >> 40) as f32 / (1_u32 << 24) as f32
    }
}

/// A direction that leaves `middle` by a random step of length `step`.
fn near(middle: &[f32], dice: &mut Dice, step: f32) -> Vec<f32> {
    let random: Vec<f32> = middle.iter().map(|_| dice.share() - 0.5).collect();
    let length = random.iter().map(|x| x * x).sum::<f32>().sqrt();
    let vector: Vec<f32> = middle
        .iter()
        .zip(&random)
        .map(|(middle, random)| middle + step * random / length)
        .collect();
    let length = vector.iter().map(|x| x * x).sum::<f32>().sqrt();
    vector.into_iter().map(|x| x / length).collect()
}

const CONSONANTS: &[u8] = b"bdfgklmnprstvwz";
const VOWELS: &[u8] = b"aeiou";

/// A word that can be said: syllables of a consonant and a vowel.
fn spelled(word: u64) -> String {
    let (mut rest, mut spelled) = (usize::try_from(word).unwrap_or(0) + 25, String::new());
    while rest > 0 {
        for letters in [CONSONANTS, VOWELS] {
            spelled.extend(
                letters
                    .get(rest % letters.len())
                    .map(|letter| char::from(*letter)),
            );
            rest /= letters.len();
        }
    }
    spelled
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_question_is_nearest_to_its_passage_and_in_its_words() {
        let corpus = Corpus {
            seed: 7,
            passages: 300,
        };
        let question = corpus.question(42);
        let cosine = |other: &Made| -> f32 {
            other
                .vector
                .iter()
                .zip(&question.vector)
                .map(|(a, b)| a * b)
                .sum()
        };
        let nearest =
            (0..300).max_by(|a, b| cosine(&corpus.passage(*a)).total_cmp(&cosine(&corpus.passage(*b))));
        assert_eq!(nearest, Some(42));
        let text = corpus.passage(42).text.replace('.', "");
        assert!(text.contains(&question.text), "{} / {text}", question.text);
        assert_eq!(corpus.passage(3), corpus.passage(3));
        assert_ne!(corpus.passage(3), Corpus { seed: 8, ..corpus }.passage(3));
    }
}
