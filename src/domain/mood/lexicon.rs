//! What words are worth: VADER's valences of English words (MIT, see `data/vader.LICENSE`), and our own
//! phrases and faces for what visitors of a support chat say, in the languages the product speaks.
//! Read once, at the first message.

use std::{
    collections::{HashMap, HashSet},
    sync::LazyLock,
};

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
/// What emoticons begin with.
const EYES: [char; 13] = [':', ';', '=', '<', '>', '(', '^', '-', 'o', 'O', 'x', 'X', 'T'];

/// What a phrase or a face says.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Worth {
    pub kind: WordKind,
    /// −4 to 4, VADER's scale.
    pub valence: f32,
    /// 0 to 1.
    pub anger: f32,
}

#[derive(Debug, Default)]
struct Phrases {
    all: Vec<(Pattern, Worth)>,
    /// Phrases by the word they begin with.
    by_word: HashMap<String, Vec<usize>>,
    /// Phrases whose first word is a beginning only, by its first character.
    by_character: HashMap<char, Vec<usize>>,
    /// Phrases that begin with a number.
    by_number: Vec<usize>,
}

// Each by itself: phrases are read by what looks up faces and words.
static KNOWN_WORDS: LazyLock<HashMap<&'static str, f32>> = LazyLock::new(words);
static KNOWN_FACES: LazyLock<HashMap<&'static str, Worth>> = LazyLock::new(faces);
static KNOWN_PHRASES: LazyLock<Phrases> = LazyLock::new(phrases);

/// VADER's valence of an English word in lower case, −4 to 4.
pub(super) fn word(lower: &str) -> Option<f32> {
    KNOWN_WORDS.get(lower).copied()
}

/// English words of the lexicon that say something else in another language: `die Garantie`, `Kind`, `sin`.
const FALSE_FRIENDS: [&str; 12] = [
    "care", "chance", "die", "dire", "fine", "gift", "grave", "gross", "hell", "kind", "sin", "war",
];

/// Whether a word is of English alone only among English words.
pub(super) fn is_false_friend(lower: &str) -> bool {
    FALSE_FRIENDS.contains(&lower)
}

/// Words that texts in German, French, Spanish, Portuguese, Italian and Dutch are full of, and English ones are not.
const FOREIGN: &str = "der das und ist ich nicht ein eine einen mein meine bitte wie wann wo mit für auf sie haben habe hat wir zu den dem im noch auch kann von aus bei nach le les je une des vous mon ma avec pour dans pas votre vos ai et sur est que qui la un ce cette du au c'est el los las una mi con por qué cómo está tengo del su se para es en lo como puedo os uma meu minha com não você seu da em il gli che di non sono mio mia della nel ho è het een ik mijn niet voor naar met zijn hoe op te dat deze er";

/// Whether a word in lower case is one that texts in other languages with Latin letters are full of.
pub(super) fn is_foreign(lower: &str) -> bool {
    static KNOWN: LazyLock<HashSet<&'static str>> = LazyLock::new(|| FOREIGN.split(' ').collect());
    KNOWN.contains(lower)
}

/// What an emoticon or emoji says.
pub(super) fn face(text: &str) -> Option<Worth> {
    KNOWN_FACES.get(text).copied()
}

/// Whether a character is an emoji that says something.
pub(super) fn emoji(c: char) -> bool {
    !c.is_ascii() && face(c.encode_utf8(&mut [0; 4])).is_some()
}

/// Bytes of the emoticon that `rest` begins with. What goes on with a letter or a slash is none:
/// `http://`.
pub(super) fn emoticon(rest: &str) -> Option<usize> {
    rest.starts_with(EYES).then_some(())?;
    (2..=EMOTICON).rev().find(|length| {
        rest.split_at_checked(*length).is_some_and(|(face, behind)| {
            let goes_on = behind.starts_with(|c: char| c.is_alphanumeric() || c == '/');
            !goes_on && KNOWN_FACES.contains_key(face)
        })
    })
}

/// The longest phrase that `tokens` begin with: how many it takes, and what it says.
pub(super) fn phrase(tokens: &[Token<'_>]) -> Option<(usize, Worth)> {
    let first = &tokens.first()?.lower;
    let by_word = KNOWN_PHRASES.by_word.get(first.as_ref());
    let by_character = KNOWN_PHRASES.by_character.get(&first.chars().next()?);
    let by_number = is_number(first).then_some(&KNOWN_PHRASES.by_number);
    let candidates = by_word.into_iter().chain(by_character).chain(by_number).flatten();
    let found = candidates.filter_map(|at| {
        let (pattern, worth) = KNOWN_PHRASES.all.get(*at)?;
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

fn phrases() -> Phrases {
    let mut known = Phrases::default();
    for line in PHRASES.lines().filter(|line| !line.starts_with("//")) {
        let mut cells = line.splitn(4, ' ');
        let Some(kind) = cells.next().and_then(kind) else {
            continue;
        };
        let (valence, anger) = (number(cells.next()), number(cells.next()));
        let worth = Worth { kind, valence, anger };
        for phrase in cells.next().unwrap_or_default().split(';') {
            let pattern = Pattern::parse(phrase);
            let at = known.all.len();
            for head in pattern.heads() {
                match head {
                    Piece::Word(word) => known.by_word.entry(word.clone()).or_default().push(at),
                    Piece::Beginning(word) => {
                        let first = word.chars().next().unwrap_or_default();
                        known.by_character.entry(first).or_default().push(at);
                    }
                    Piece::Number => known.by_number.push(at),
                }
            }
            known.all.push((pattern, worth));
        }
    }
    known
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
    fn an_emoticon_begins_with_eyes() {
        for face in KNOWN_FACES.keys().filter(|face| face.is_ascii()) {
            assert_eq!(emoticon(face), Some(face.len()), "{face}");
        }
    }

    #[test]
    fn an_address_is_no_emoticon() {
        assert_eq!(emoticon(":("), Some(2));
        assert_eq!(emoticon(":-) thanks"), Some(3));
        assert_eq!(emoticon("://example.org"), None);
        assert_eq!(emoticon(": no"), None);
        assert_eq!((emoticon("xD"), emoticon("xDrive")), (Some(2), None));
    }
}
