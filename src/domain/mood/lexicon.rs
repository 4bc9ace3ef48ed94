//! What words are worth: VADER's valences of English words (MIT, see `data/vader.LICENSE`), and our own
//! phrases and faces for what visitors of a support chat say, in the languages the product speaks.
//! Read once, at the first message.

use std::{collections::HashMap, sync::LazyLock};

use super::{
    Urgency, WordKind,
    pattern::{Pattern, Piece, is_number},
    tokens::Token,
};

/// Valences in a line's head, then the words that have it.
const WORDS: &str = include_str!("data/vader.txt");
/// Valence and anger, then emoticons and emoji.
const FACES: &str = include_str!("data/faces.txt");
/// Kind, valence and anger in a line's head, then phrases parted by `;`.
const PHRASES: &str = include_str!("data/phrases.txt");
/// Bytes of the longest emoticon.
const EMOTICON: usize = 4;

/// What a phrase or a face says.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Worth {
    pub kind: WordKind,
    /// −4 to 4, VADER's scale.
    pub valence: f32,
    /// 0 to 1.
    pub anger: f32,
}

#[derive(Debug)]
struct Lexicon {
    words: HashMap<&'static str, f32>,
    faces: HashMap<&'static str, Worth>,
    phrases: Vec<(Pattern, Worth)>,
    /// Phrases by the word they begin with.
    by_word: HashMap<String, Vec<usize>>,
    /// Phrases whose first word is a beginning only, by its first character.
    by_character: HashMap<char, Vec<usize>>,
    /// Phrases that begin with a number.
    by_number: Vec<usize>,
}

static LEXICON: LazyLock<Lexicon> = LazyLock::new(|| Lexicon {
    words: words(),
    faces: faces(),
    ..phrases()
});

/// VADER's valence of an English word in lower case, −4 to 4.
pub(super) fn word(lower: &str) -> Option<f32> {
    LEXICON.words.get(lower).copied()
}

/// English words of the lexicon that say something else in another language: `die Garantie`, `Kind`, `sin`.
const FALSE_FRIENDS: [&str; 12] = [
    "care", "chance", "die", "dire", "fine", "gift", "grave", "gross", "hell", "kind", "sin", "war",
];

/// Whether a word is of English alone only among English words.
pub(super) fn is_false_friend(lower: &str) -> bool {
    FALSE_FRIENDS.contains(&lower)
}

/// What an emoticon or emoji says.
pub(super) fn face(text: &str) -> Option<Worth> {
    LEXICON.faces.get(text).copied()
}

/// Whether a character is an emoji that says something.
pub(super) fn emoji(c: char) -> bool {
    !c.is_ascii() && face(c.encode_utf8(&mut [0; 4])).is_some()
}

/// Bytes of the emoticon that `rest` begins with. What goes on with a letter or a slash is none:
/// `http://`.
pub(super) fn emoticon(rest: &str) -> Option<usize> {
    rest.starts_with([':', ';', '=', '<', '>']).then_some(())?;
    (2..=EMOTICON).rev().find(|length| {
        rest.split_at_checked(*length).is_some_and(|(face, behind)| {
            let goes_on = behind.starts_with(|c: char| c.is_alphanumeric() || c == '/');
            !goes_on && LEXICON.faces.contains_key(face)
        })
    })
}

/// The longest phrase that `tokens` begin with: how many it takes, and what it says.
pub(super) fn phrase(tokens: &[Token<'_>]) -> Option<(usize, Worth)> {
    let first = &tokens.first()?.lower;
    let by_word = LEXICON.by_word.get(first.as_ref());
    let by_character = LEXICON.by_character.get(&first.chars().next()?);
    let by_number = is_number(first).then_some(&LEXICON.by_number);
    let candidates = by_word.into_iter().chain(by_character).chain(by_number).flatten();
    let found = candidates.filter_map(|at| {
        let (pattern, worth) = LEXICON.phrases.get(*at)?;
        Some((pattern.matches(tokens)?, *worth))
    });
    found.reduce(|best, next| if next.0 > best.0 { next } else { best })
}

fn words() -> HashMap<&'static str, f32> {
    let mut words = HashMap::with_capacity(8_000);
    for line in WORDS.lines() {
        let mut cells = line.split(' ');
        let valence: f32 = number(cells.next());
        words.extend(cells.map(|word| (word, valence)));
    }
    words
}

fn faces() -> HashMap<&'static str, Worth> {
    let mut faces = HashMap::new();
    for line in FACES.lines() {
        let mut cells = line.split(' ');
        let (valence, anger) = (number(cells.next()), number(cells.next()));
        let kind = match anger > 0.0 {
            true => WordKind::Angry,
            false if valence > 0.0 => WordKind::Positive,
            false => WordKind::Negative,
        };
        let worth = Worth { kind, valence, anger };
        faces.extend(cells.map(|face| (face, worth)));
    }
    faces
}

/// A lexicon of phrases alone.
fn phrases() -> Lexicon {
    let mut lexicon = Lexicon {
        words: HashMap::new(),
        faces: HashMap::new(),
        phrases: Vec::new(),
        by_word: HashMap::new(),
        by_character: HashMap::new(),
        by_number: Vec::new(),
    };
    for line in PHRASES.lines().filter(|line| !line.starts_with("//")) {
        let mut cells = line.splitn(4, ' ');
        let Some(kind) = cells.next().and_then(kind) else {
            continue;
        };
        let (valence, anger) = (number(cells.next()), number(cells.next()));
        let worth = Worth { kind, valence, anger };
        for phrase in cells.next().unwrap_or_default().split(';') {
            let pattern = Pattern::parse(phrase);
            let at = lexicon.phrases.len();
            for head in pattern.heads() {
                match head {
                    Piece::Word(word) => lexicon.by_word.entry(word.clone()).or_default().push(at),
                    Piece::Beginning(word) => {
                        let first = word.chars().next().unwrap_or_default();
                        lexicon.by_character.entry(first).or_default().push(at);
                    }
                    Piece::Number => lexicon.by_number.push(at),
                }
            }
            lexicon.phrases.push((pattern, worth));
        }
    }
    lexicon
}

fn kind(word: &str) -> Option<WordKind> {
    let plain = [WordKind::Positive, WordKind::Negative, WordKind::Angry];
    let urgent = Urgency::ALL.into_iter().map(WordKind::Urgent);
    plain.into_iter().chain(urgent).find(|kind| kind.as_str() == word)
}

fn number(cell: Option<&str>) -> f32 {
    cell.and_then(|cell| cell.parse().ok()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_line_of_the_lexicon_is_read() {
        for line in WORDS.lines() {
            let (valence, words) = line.split_once(' ').unwrap();
            assert!((-4.0..=4.0).contains(&valence.parse::<f32>().unwrap()), "{line}");
            assert!(words.split(' ').all(|word| word.len() > 1), "{line}");
        }
        for line in PHRASES
            .lines()
            .filter(|line| !line.is_empty() && !line.starts_with("//"))
        {
            let cells: Vec<&str> = line.splitn(4, ' ').collect();
            let [name, valence, anger, phrases] = cells.as_slice() else {
                panic!("{line}")
            };
            assert!(kind(name).is_some(), "{line}");
            assert!((-4.0..=4.0).contains(&valence.parse::<f32>().unwrap()), "{line}");
            assert!((0.0..=1.0).contains(&anger.parse::<f32>().unwrap()), "{line}");
            for phrase in phrases.split(';') {
                assert!(Pattern::parse(phrase).heads().count() > 0, "{phrase:?} in {line}");
            }
        }
        for line in FACES.lines() {
            let cells: Vec<&str> = line.split(' ').collect();
            assert!(
                cells.len() > 2 && cells[0].parse::<f32>().is_ok() && cells[1].parse::<f32>().is_ok(),
                "{line}"
            );
        }
    }

    #[test]
    fn an_address_is_no_emoticon() {
        assert_eq!(emoticon(":("), Some(2));
        assert_eq!(emoticon(":-) thanks"), Some(3));
        assert_eq!(emoticon("://example.org"), None);
        assert_eq!(emoticon(": no"), None);
    }
}
