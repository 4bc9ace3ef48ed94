//! The words of small talk and the replies, by language.

use super::abstain::Language;

/// What small talk does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    Greeting,
    Thanks,
    Goodbye,
}

/// Phrases by language and kind, lower case, without punctuation.
pub const PHRASES: [(Language, Kind, &[&str]); 21] = [
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

/// What is said back.
#[must_use]
pub fn reply(kind: Kind, language: Language) -> &'static str {
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
