//! What is searched for in conversations.

use thiserror::Error;

/// Characters that are read of what is searched for.
pub const MAX_CHARS: usize = 200;
/// Words and phrases in it.
const MAX_WORDS: usize = 16;

/// Why nothing is searched.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum Unsearchable {
    #[error("write a word to search for")]
    NoWord,
    #[error("at most {MAX_CHARS} characters, please")]
    TooLong,
    #[error("at most {MAX_WORDS} words, please")]
    TooMany,
}

/// The words of `text`, and its phrases in double quotes; a quote that is not closed yet ends with the text.
///
/// # Errors
/// No letter or digit in it, too long, too many words.
pub fn words(text: &str) -> Result<Vec<String>, Unsearchable> {
    if text.chars().count() > MAX_CHARS {
        return Err(Unsearchable::TooLong);
    }
    let mut words = Vec::new();
    for (n, part) in text.split('"').enumerate() {
        if n % 2 == 1 {
            words.push(part.trim());
        } else {
            words.extend(part.split_whitespace());
        }
    }
    words.retain(|word| word.chars().any(char::is_alphanumeric));
    match words.len() {
        0 => Err(Unsearchable::NoWord),
        1..=MAX_WORDS => Ok(words.into_iter().map(|word| word.replace('\0', "")).collect()),
        _ => Err(Unsearchable::TooMany),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_and_phrases() {
        let read = |text: &str| words(text);
        assert_eq!(read(" refund  order ").unwrap(), ["refund", "order"]);
        assert_eq!(
            read("refund \"order 1042\" now").unwrap(),
            ["refund", "order 1042", "now"]
        );
        assert_eq!(read("\"not closed").unwrap(), ["not closed"]);
        assert_eq!(read("E-03, !?").unwrap(), ["E-03,"]);
        assert_eq!(read("a\0b").unwrap(), ["ab"]);
    }

    #[test]
    fn nothing_to_search_for_is_said() {
        assert_eq!(words(" \"!\" - "), Err(Unsearchable::NoWord));
        assert_eq!(words(&"é".repeat(201)), Err(Unsearchable::TooLong));
        assert_eq!(words(&"a ".repeat(17)), Err(Unsearchable::TooMany));
        assert_eq!(words(&"a ".repeat(16)).unwrap().len(), 16);
    }
}
