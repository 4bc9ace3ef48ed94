//! Greetings, thanks and goodbyes: answered at once, without retrieval and without a model. Only a
//! message that holds nothing else counts; `hi, where is my parcel?` is a question.

use super::{
    abstain::Language,
    small_talk_phrases::{Kind, PHRASES, reply},
};

/// Characters of a message that may be small talk.
const LONGEST: usize = 60;

/// Words that may stand around such a phrase without making it a question.
const AROUND: &str = " there all everyone team again so very much a lot for your the help you it that this ok okay great perfect super awesome cool wonderful lovely and oh well then today sir madam bot assistant friend my by to dear muy mucho y por todo la su ayuda très et pour tout votre aide sehr und für die ihre hilfe viel allem e pela ajuda muito tudo jazakallah ";

/// The reply to a message that is nothing but small talk; `None` for anything else. It is in the
/// language of the message; `locale` decides where a word belongs to several.
#[must_use]
pub fn small_talk(text: &str, locale: Option<&str>) -> Option<String> {
    let plain = normalised(text)?;
    let preferred = locale.map(Language::of_locale);
    let mut rest = format!(" {plain} ");
    let mut found: Option<(Kind, Language)> = None;
    let mut phrases: Vec<(&str, Language, Kind)> = PHRASES
        .iter()
        .flat_map(|(language, kind, list)| list.iter().map(|phrase| (*phrase, *language, *kind)))
        .collect();
    phrases.sort_by_key(|(phrase, language, _)| {
        (
            std::cmp::Reverse(phrase.len()),
            preferred.is_some_and(|preferred| preferred != *language),
        )
    });
    for (phrase, language, kind) in phrases {
        let padded = format!(" {phrase} ");
        if rest.contains(&padded) {
            rest = rest.replace(&padded, " ");
            found = Some(found.map_or((kind, language), |(other, first)| (other.max(kind), first)));
        }
    }
    let only = rest
        .split_whitespace()
        .all(|word| AROUND.contains(&format!(" {word} ")));
    let (kind, language) = found.filter(|_| only)?;
    Some(reply(kind, language).to_owned())
}

/// Lower case, letters and apostrophes only, single spaces; `None` when too long to be small talk.
fn normalised(text: &str) -> Option<String> {
    if text.len() > LONGEST * 4
        || text.chars().count() > LONGEST
        || text.contains(['?', '？']) && text.len() > 24
    {
        return None;
    }
    let kept: String = text
        .to_lowercase()
        .replace('’', "'")
        .chars()
        .map(|c| {
            if c.is_alphanumeric() || c == '\'' || is_mark(c) {
                c
            } else {
                ' '
            }
        })
        .collect();
    let plain = kept.split_whitespace().collect::<Vec<_>>().join(" ");
    (!plain.is_empty()).then_some(plain)
}

/// Arabic vowel signs belong to their word.
fn is_mark(c: char) -> bool {
    matches!(u32::from(c), 0x064B..=0x0652)
}

#[cfg(test)]
mod tests {
    use super::small_talk;

    #[test]
    fn greetings_thanks_and_goodbyes_are_answered() {
        for (text, locale, expected) in [
            ("Hi!", None, "Hello!"),
            ("hello there 👋", Some("en"), "Hello!"),
            ("How are you?", None, "Hello!"),
            (
                "Ok great, thank you so much for your help!",
                None,
                "You're welcome!",
            ),
            ("thanks, bye", None, "Goodbye"),
            ("¡Hola!", Some("en"), "¡Hola!"),
            ("Merci beaucoup", None, "Avec plaisir"),
            ("Guten Tag", None, "Hallo!"),
            ("Obrigada!", None, "De nada!"),
            ("شكرًا", None, "على الرحب"),
            ("ありがとうございます。", None, "どういたしまして"),
        ] {
            let reply = small_talk(text, locale);
            assert!(
                reply.as_deref().is_some_and(|r| r.starts_with(expected)),
                "{text}: {reply:?}"
            );
        }
    }

    #[test]
    fn anything_that_asks_is_no_small_talk() {
        for text in [
            "Hi, where is my parcel?",
            "thanks but it still blinks",
            "hello world robot",
            "",
            "?",
            "the",
            "help",
            "good warranty",
            &"hi ".repeat(100),
        ] {
            assert_eq!(small_talk(text, Some("en")), None, "{text}");
        }
    }
}
