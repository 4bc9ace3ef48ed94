//! Whether a message asks for a person. It errs towards yes for clear phrases only: a question
//! about people (`can one person lift it?`) is left to the bot.

/// Characters of a message that are read.
const READ_MAX: usize = 1_000;
/// Words between the asking verb and the person at most (`to a real customer service agent`).
const BETWEEN: usize = 5;

/// Ways to ask to speak, English.
const SPEAK: [&str; 17] = [
    "talk to",
    "talk with",
    "speak to",
    "speak with",
    "chat with",
    "chat to",
    "connect me to",
    "connect me with",
    "transfer me to",
    "put me through to",
    "pass me to",
    "hand me over to",
    "escalate to",
    "get me",
    "reach",
    "forward me to",
    "call me",
];
/// Ways to ask that need the person to be all that is asked for.
const WANT: [&str; 8] = [
    "i want",
    "i need",
    "give me",
    "can i have",
    "can i get",
    "i would like",
    "i'd like",
    "is there",
];
const BETWEEN_WORDS: &str = " a an the some your real live actual human customer service support care sales team of another member please ";
const PERSON: &str = " human humans person agent agents representative rep someone somebody operator staff employee adviser advisor colleague manager supervisor being member people ";

/// Whole messages, any language.
const ALONE: [&str; 24] = [
    "human",
    "a human",
    "agent",
    "operator",
    "representative",
    "person",
    "real person",
    "live agent",
    "human agent",
    "human please",
    "agent please",
    "live chat",
    "live person",
    "human being",
    "agente",
    "humano",
    "persona",
    "humain",
    "conseiller",
    "mensch",
    "mitarbeiter",
    "atendente",
    "موظف",
    "オペレーター",
];

/// Phrases in other languages.
const OTHERS: [&str; 39] = [
    "hablar con una persona",
    "hablar con un agente",
    "hablar con un humano",
    "hablar con alguien",
    "hablar con un asesor",
    "persona real",
    "agente humano",
    "atención humana",
    "parler à un humain",
    "parler à une personne",
    "parler à quelqu'un",
    "parler à un conseiller",
    "parler à un agent",
    "parler avec un",
    "parler avec une personne",
    "vraie personne",
    "mit einem menschen",
    "mit einem mitarbeiter",
    "mit einer mitarbeiterin",
    "mit jemandem sprechen",
    "mit einer person",
    "echten menschen",
    "einen menschen sprechen",
    "mitarbeiter sprechen",
    "falar com um atendente",
    "falar com uma pessoa",
    "falar com um humano",
    "falar com alguém",
    "atendente humano",
    "pessoa de verdade",
    "التحدث مع شخص",
    "التحدث إلى شخص",
    "التحدث مع موظف",
    "التحدث إلى موظف",
    "شخص حقيقي",
    "人と話",
    "人間と話",
    "担当者と話",
    "担当者につない",
];

/// Whether the visitor asks to be brought to a person.
#[must_use]
pub fn asks_for_human(text: &str) -> bool {
    let bounded: String = text.chars().take(READ_MAX).collect();
    let lower = bounded.to_lowercase().replace('’', "'");
    let words: Vec<&str> = lower
        .split(|c: char| !(c.is_alphanumeric() || c == '\''))
        .filter(|word| !word.is_empty())
        .collect();
    let plain = words.join(" ");
    if ALONE.contains(&plain.as_str()) || OTHERS.iter().any(|phrase| lower.contains(phrase)) {
        return true;
    }
    let padded = format!(" {plain} ");
    SPEAK.iter().any(|phrase| asked_with(&padded, phrase, false))
        || WANT.iter().any(|phrase| asked_with(&padded, phrase, true))
}

/// Whether `phrase` is followed by a person, and, when `alone`, by nothing but courtesy after it.
fn asked_with(padded: &str, phrase: &str, alone: bool) -> bool {
    let needle = format!(" {phrase} ");
    padded.match_indices(&needle).any(|(at, _)| {
        let before = padded.get(..at).unwrap_or_default();
        let negated = before.ends_with("don't want to")
            || before.ends_with("do not want to")
            || before.ends_with("not");
        let mut after = padded
            .get(at + needle.len()..)
            .unwrap_or_default()
            .split_whitespace();
        let mut person = false;
        let mut behind = None;
        for word in after.by_ref().take(BETWEEN) {
            let listed = |list: &str| list.contains(&format!(" {word} "));
            if listed(PERSON) {
                person = true;
            } else if !listed(BETWEEN_WORDS) {
                behind = Some(word);
                break;
            }
        }
        let courteous =
            behind.is_none_or(|word| matches!(word, "now" | "please" | "to" | "here" | "i" | "asap"));
        !negated && person && (!alone || courteous)
    })
}

#[cfg(test)]
mod tests {
    use super::asks_for_human;

    #[test]
    fn asking_for_a_person_is_heard() {
        for text in [
            "I want to talk to a human",
            "can I speak with a real customer service agent?",
            "Human please!",
            "get me someone",
            "I need a person",
            "I'd like a real person, please",
            "is there a human I can talk to?",
            "connect me to support staff",
            "agent",
            "Quiero hablar con una persona",
            "Je voudrais parler à un conseiller",
            "Ich möchte mit einem Mitarbeiter sprechen",
            "Quero falar com um atendente",
            "أريد التحدث مع موظف",
            "担当者と話したいです",
        ] {
            assert!(asks_for_human(text), "{text}");
        }
    }

    #[test]
    fn a_question_about_people_is_not() {
        for text in [
            "Can one person lift the mower?",
            "I need an agent for customs clearance",
            "How do I talk to the robot with my voice?",
            "Does the receiver have to be a person over 18?",
            "I don't want to talk to a human",
            "user agent header",
            "Is there a person at the depot?",
            "",
        ] {
            assert!(!asks_for_human(text), "{text}");
        }
    }
}
