//! Greetings, thanks and goodbyes: answered at once, without retrieval and without a model. Only a
//! message that holds nothing else counts; `hi, where is my parcel?` is a question.

use super::abstain::Language;

/// Characters of a message that may be small talk.
const LONGEST: usize = 60;

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Kind {
    Greeting,
    Thanks,
    Goodbye,
}

/// Phrases by language and kind, lower case, without punctuation.
const PHRASES: [(Language, Kind, &[&str]); 21] = [
    (
        Language::English,
        Kind::Greeting,
        &[
            "hi",
            "hello",
            "hey",
            "hiya",
            "howdy",
            "good morning",
            "good afternoon",
            "good evening",
            "good day",
            "greetings",
            "how are you",
            "how are you doing",
            "whats up",
            "what's up",
        ],
    ),
    (
        Language::English,
        Kind::Thanks,
        &[
            "thanks",
            "thank you",
            "thx",
            "ty",
            "cheers",
            "many thanks",
            "much appreciated",
            "thats helpful",
            "that's helpful",
            "that helped",
            "that helps",
        ],
    ),
    (
        Language::English,
        Kind::Goodbye,
        &[
            "bye",
            "goodbye",
            "good bye",
            "bye bye",
            "see you",
            "see ya",
            "have a nice day",
            "have a good day",
            "good night",
        ],
    ),
    (
        Language::Spanish,
        Kind::Greeting,
        &[
            "hola",
            "buenos días",
            "buenos dias",
            "buenas tardes",
            "buenas noches",
            "buenas",
            "qué tal",
            "que tal",
        ],
    ),
    (
        Language::Spanish,
        Kind::Thanks,
        &["gracias", "muchas gracias", "mil gracias"],
    ),
    (
        Language::Spanish,
        Kind::Goodbye,
        &["adiós", "adios", "hasta luego", "hasta pronto"],
    ),
    (
        Language::French,
        Kind::Greeting,
        &["bonjour", "bonsoir", "salut", "coucou"],
    ),
    (
        Language::French,
        Kind::Thanks,
        &["merci", "merci beaucoup", "merci bien"],
    ),
    (
        Language::French,
        Kind::Goodbye,
        &[
            "au revoir",
            "à bientôt",
            "a bientot",
            "bonne journée",
            "bonne soirée",
        ],
    ),
    (
        Language::German,
        Kind::Greeting,
        &[
            "hallo",
            "guten tag",
            "guten morgen",
            "guten abend",
            "moin",
            "servus",
            "grüß gott",
            "grüezi",
        ],
    ),
    (
        Language::German,
        Kind::Thanks,
        &[
            "danke",
            "vielen dank",
            "danke schön",
            "dankeschön",
            "danke sehr",
            "besten dank",
        ],
    ),
    (
        Language::German,
        Kind::Goodbye,
        &[
            "tschüss",
            "tschüß",
            "auf wiedersehen",
            "bis bald",
            "schönen tag noch",
            "ciao",
        ],
    ),
    (
        Language::Portuguese,
        Kind::Greeting,
        &["olá", "ola", "oi", "bom dia", "boa tarde", "boa noite"],
    ),
    (
        Language::Portuguese,
        Kind::Thanks,
        &["obrigado", "obrigada", "muito obrigado", "muito obrigada"],
    ),
    (
        Language::Portuguese,
        Kind::Goodbye,
        &["tchau", "até logo", "até mais"],
    ),
    (
        Language::Arabic,
        Kind::Greeting,
        &["مرحبا", "أهلا", "اهلا", "السلام عليكم", "صباح الخير", "مساء الخير"],
    ),
    (
        Language::Arabic,
        Kind::Thanks,
        &["شكرا", "شكرًا", "شكرا جزيلا", "شكرا لك"],
    ),
    (
        Language::Arabic,
        Kind::Goodbye,
        &["مع السلامة", "وداعا", "إلى اللقاء"],
    ),
    (
        Language::Japanese,
        Kind::Greeting,
        &[
            "こんにちは",
            "こんばんは",
            "おはよう",
            "おはようございます",
            "はじめまして",
            "もしもし",
        ],
    ),
    (
        Language::Japanese,
        Kind::Thanks,
        &[
            "ありがとう",
            "ありがとうございます",
            "ありがとうございました",
            "どうもありがとう",
            "どうもありがとうございます",
        ],
    ),
    (
        Language::Japanese,
        Kind::Goodbye,
        &["さようなら", "またね", "失礼します"],
    ),
];

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

fn reply(kind: Kind, language: Language) -> &'static str {
    match (language, kind) {
        (Language::English, Kind::Greeting) => "Hello! What can I help you with?",
        (Language::English, Kind::Thanks) => "You're welcome! Is there anything else I can help you with?",
        (Language::English, Kind::Goodbye) => "Goodbye, and have a good day!",
        (Language::Spanish, Kind::Greeting) => "¡Hola! ¿En qué puedo ayudarle?",
        (Language::Spanish, Kind::Thanks) => "¡De nada! ¿Puedo ayudarle en algo más?",
        (Language::Spanish, Kind::Goodbye) => "¡Hasta luego y que tenga un buen día!",
        (Language::French, Kind::Greeting) => "Bonjour ! Comment puis-je vous aider ?",
        (Language::French, Kind::Thanks) => "Avec plaisir ! Puis-je vous aider pour autre chose ?",
        (Language::French, Kind::Goodbye) => "Au revoir et bonne journée !",
        (Language::German, Kind::Greeting) => "Hallo! Wobei kann ich Ihnen helfen?",
        (Language::German, Kind::Thanks) => "Gern geschehen! Kann ich sonst noch etwas für Sie tun?",
        (Language::German, Kind::Goodbye) => "Auf Wiedersehen und einen schönen Tag!",
        (Language::Portuguese, Kind::Greeting) => "Olá! Em que posso ajudar?",
        (Language::Portuguese, Kind::Thanks) => "De nada! Posso ajudar em mais alguma coisa?",
        (Language::Portuguese, Kind::Goodbye) => "Até logo e tenha um bom dia!",
        (Language::Arabic, Kind::Greeting) => "مرحبًا! كيف يمكنني مساعدتك؟",
        (Language::Arabic, Kind::Thanks) => "على الرحب والسعة! هل يمكنني مساعدتك في شيء آخر؟",
        (Language::Arabic, Kind::Goodbye) => "مع السلامة، ونتمنى لك يومًا سعيدًا!",
        (Language::Japanese, Kind::Greeting) => "こんにちは。どのようなご用件でしょうか。",
        (Language::Japanese, Kind::Thanks) => "どういたしまして。ほかにお手伝いできることはありますか。",
        (Language::Japanese, Kind::Goodbye) => "ご利用ありがとうございました。よい一日をお過ごしください。",
    }
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
