//! Which questions are kept for nobody: those that may hold something personal. It errs towards yes,
//! which costs a call to the model.

use std::collections::BTreeSet;

use crate::{
    domain::retrieval::Passage,
    kernel::text::words::{Kind, words},
};

/// Digits in a row, whatever stands between them, that may be a telephone or an order.
const DIGITS: usize = 5;
/// Letters and digits of a code that may be somebody's own, and how many of them are digits.
const CODE: usize = 7;
const CODE_DIGITS: usize = 3;
/// What people say before they tell of themselves.
const TELLING: [&str; 10] = [
    "my name is",
    "my name's",
    "i am called",
    "i'm called",
    "my address is",
    "my email is",
    "my number is",
    "my password",
    "i live in",
    "i live at",
];

/// Whether a question may hold an address, a number or a code of one person, or tells of them.
#[must_use]
pub fn personal(text: &str) -> bool {
    let lower = text.to_lowercase().replace('’', "'");
    lower.contains(['@', '＠'])
        || lower.contains("://")
        || lower.contains("www.")
        || TELLING.iter().any(|telling| lower.contains(telling))
        || lower
            .split(char::is_alphabetic)
            .any(|part| digits(part) >= DIGITS)
        || lower.split(|c: char| !code(c)).any(is_code)
}

fn digits(part: &str) -> usize {
    part.chars().filter(|c| c.is_numeric()).count()
}

fn code(c: char) -> bool {
    c.is_alphanumeric() || matches!(c, '-' | '_' | '/')
}

fn is_code(part: &str) -> bool {
    let letters = part.chars().filter(|c| c.is_alphabetic()).count();
    let digits = digits(part);
    letters > 0 && digits >= CODE_DIGITS && letters + digits >= CODE
}

/// Whom and what a question names, as stems.
#[must_use]
pub fn names(question: &str) -> BTreeSet<String> {
    let words = words(question).into_iter();
    let named = words.filter(|word| word.kind == Kind::Name);
    named.map(|word| word.stem).collect()
}

/// Whether the passages know each of the `names`.
#[must_use]
pub fn all_known(mut names: BTreeSet<String>, passages: &[Passage]) -> bool {
    for passage in passages {
        if names.is_empty() {
            break;
        }
        let above = std::iter::once(&passage.title).chain(&passage.heading);
        for text in above.chain([&passage.context]) {
            for word in words(text) {
                names.remove(&word.stem);
            }
        }
    }
    names.is_empty()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::personal;

    #[test]
    fn what_may_be_one_persons_own_is_told_from_what_many_ask() {
        for text in [
            "Where is order 1234567?",
            "Where is my order AC-20931?",
            "call me at +49 30 1234 56",
            "I am at +1 (555) 010-99, when do you call?",
            "my mail is ann at x, ann@example.com",
            "ann＠example.com wants a refund",
            "Is https://shop.example/t/9 yours?",
            "what is wrong with JD01AB460?",
            "I was born on 1984-03-02, may I buy?",
            "٠٣٠١٢٣٤٥٦ هل هذا رقمكم",
            "My name is Ann. Where is my robot?",
        ] {
            assert!(personal(text), "{text}");
        }
        for text in [
            "How long is the warranty on my robot vacuum?",
            "What does error GX-4228 mean?",
            "Can I ship lithium batteries with UN 3480?",
            "Is it open from 06:30 to 21:00?",
            "How heavy may a pallet be, 1,000 kg?",
            "What does E03 mean on the Sweep 3?",
            "Was ist in 2026 neu?",
        ] {
            assert!(!personal(text), "{text}");
        }
    }

    proptest! {
        #[test]
        fn a_long_number_is_found_wherever_it_stands(
            before in "[a-z ]{0,20}", number in "[0-9]([ ./()-]{0,2}[0-9]){4,12}", after in "( [a-z ?]{0,20})?"
        ) {
            let text = format!("{before} {number}{after}");
            prop_assert!(personal(&text), "{}", text);
        }
    }
}
