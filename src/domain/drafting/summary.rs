//! A summary without a model: the sentences of the visitor's that say most, in their own words, and what
//! they were answered last.

use crate::{
    domain::{answering::memory::Spoken, conversations::event::AuthorKind},
    kernel::text::{sentences::sentences, words::words},
};

/// Sentences of the visitor's at most.
const SENTENCES: usize = 5;
/// Characters of one sentence, and of the last answer.
const LONGEST: usize = 240;
/// A question says what is wanted: it counts as so many words more.
const ASKS: usize = 3;

/// What `said` comes to; empty where no visitor wrote.
#[must_use]
pub fn of(said: &[Spoken]) -> String {
    let visitor = said.iter().filter(|spoken| spoken.author == AuthorKind::Visitor);
    let mut told: Vec<(usize, usize, String)> = Vec::new();
    for spoken in visitor {
        for range in sentences(&spoken.text) {
            let sentence = spoken.text.get(range).unwrap_or_default();
            let (place, shown) = (told.len(), short(sentence));
            // Who waits asks again.
            if told.iter().all(|(_, _, known)| *known != shown) {
                told.push((weight(sentence), place, shown));
            }
        }
    }
    told.sort_by_key(|(weight, place, _)| (std::cmp::Reverse(*weight), *place));
    told.truncate(SENTENCES);
    told.sort_by_key(|(_, place, _)| *place);
    if told.is_empty() {
        return String::new();
    }
    let mut out = String::from("The visitor wrote:\n");
    for (_, _, sentence) in told {
        out.push_str(&format!("- “{sentence}”\n"));
    }
    let ours = |spoken: &&Spoken| matches!(spoken.author, AuthorKind::Agent | AuthorKind::Assistant);
    match said.iter().rev().find(ours) {
        Some(answer) => out.push_str(&format!("They were answered last:\n- “{}”", short(&answer.text))),
        None => out.push_str("Nobody has answered yet."),
    }
    out
}

fn weight(sentence: &str) -> usize {
    let telling = words(sentence).iter().filter(|word| word.has_meaning()).count();
    let asks = sentence.ends_with(['?', '？', '؟']) && telling > 0;
    telling + if asks { ASKS } else { 0 }
}

fn short(text: &str) -> String {
    let flat = text.split_whitespace().collect::<Vec<_>>().join(" ");
    match flat.char_indices().nth(LONGEST) {
        Some((end, _)) => format!("{}…", flat.get(..end).unwrap_or_default().trim_end()),
        None => flat,
    }
}

#[cfg(test)]
mod tests {
    use parlance_store::ids::MessageId;

    use super::*;

    fn spoken(author: AuthorKind, text: &str) -> Spoken {
        Spoken {
            id: MessageId::new(),
            author,
            in_reply_to: None,
            text: text.to_owned(),
        }
    }

    #[test]
    fn it_is_in_the_visitors_own_words_and_order() {
        let chatter = "Hi. Ok. Thanks. Hello? Well.";
        let said = [
            spoken(
                AuthorKind::Visitor,
                &format!("{chatter} My Sweep 3 stopped charging on Monday."),
            ),
            spoken(AuthorKind::Assistant, "Clean the contacts first."),
            spoken(
                AuthorKind::Visitor,
                "I cleaned the contacts twice. May I send it back for a refund?",
            ),
            spoken(AuthorKind::Agent, "Please send us\na photo."),
        ];
        let summary = of(&said);
        let lines: Vec<&str> = summary.lines().collect();
        assert_eq!(lines[0], "The visitor wrote:");
        let place = |line: &str| {
            lines
                .iter()
                .position(|one| *one == line)
                .unwrap_or_else(|| panic!("{summary}"))
        };
        assert!(
            place("- “My Sweep 3 stopped charging on Monday.”")
                < place("- “May I send it back for a refund?”")
        );
        assert_eq!(lines.last(), Some(&"- “Please send us a photo.”"));
        assert!(lines.len() <= SENTENCES + 3, "{summary}");
    }

    #[test]
    fn what_is_long_is_cut_and_what_is_not_there_is_not_made_up() {
        assert_eq!(of(&[]), "");
        assert_eq!(of(&[spoken(AuthorKind::Agent, "Hello?")]), "");
        let summary = of(&[spoken(AuthorKind::Visitor, &"robot ".repeat(500))]);
        assert!(
            summary.contains('…') && summary.chars().count() < 400,
            "{summary}"
        );
        assert!(summary.ends_with("Nobody has answered yet."));
    }
}
