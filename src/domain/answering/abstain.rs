//! What is said without a model: that nothing was found, that the answer failed, and the reply to
//! small talk. Localised; an unknown language is answered in English.

pub use super::{human::asks_for_human, small_talk::small_talk};

/// Languages the fixed texts are written in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Language {
    English,
    Spanish,
    French,
    German,
    Portuguese,
    Arabic,
    Japanese,
}

impl Language {
    /// The language of a BCP 47 tag (`pt-BR`, `de`); English when it is none of ours.
    #[must_use]
    pub fn of_locale(locale: &str) -> Self {
        let primary = locale
            .split(['-', '_'])
            .next()
            .unwrap_or_default()
            .to_ascii_lowercase();
        match primary.as_str() {
            "es" => Self::Spanish,
            "fr" => Self::French,
            "de" => Self::German,
            "pt" => Self::Portuguese,
            "ar" => Self::Arabic,
            "ja" => Self::Japanese,
            _ => Self::English,
        }
    }
}

/// Nothing answers: says so, and offers a person where `offers`.
#[must_use]
pub fn nothing_found(locale: &str, offers: bool) -> String {
    let (said, offer) = match Language::of_locale(locale) {
        Language::English => (
            "I could not find an answer to that in our documentation, and I would rather not guess.",
            " Would you like to talk to a person from our team?",
        ),
        Language::Spanish => (
            "No he encontrado una respuesta en nuestra documentación y prefiero no adivinar.",
            " ¿Quiere hablar con una persona de nuestro equipo?",
        ),
        Language::French => (
            "Je n'ai pas trouvé de réponse dans notre documentation et je préfère ne pas deviner.",
            " Souhaitez-vous parler à une personne de notre équipe ?",
        ),
        Language::German => (
            "Dazu habe ich in unseren Unterlagen keine Antwort gefunden, und raten möchte ich nicht.",
            " Möchten Sie mit jemandem aus unserem Team sprechen?",
        ),
        Language::Portuguese => (
            "Não encontrei uma resposta na nossa documentação e prefiro não adivinhar.",
            " Quer falar com uma pessoa da nossa equipe?",
        ),
        Language::Arabic => (
            "لم أجد إجابة عن ذلك في مستنداتنا، ولا أريد أن أخمّن.",
            " هل تودّ التحدث مع شخص من فريقنا؟",
        ),
        Language::Japanese => (
            "その件についての回答は資料に見つかりませんでした。推測でお答えすることは控えます。",
            "担当者におつなぎしましょうか。",
        ),
    };
    [said, if offers { offer } else { "" }].concat()
}

/// No model answered: says so, and what else to try where `offers`.
#[must_use]
pub fn failed(locale: &str, offers: bool) -> String {
    let (said, offer) = match Language::of_locale(locale) {
        Language::English => (
            "Sorry, I cannot answer right now because of a technical problem.",
            " Please try again in a moment, or ask for a person from our team.",
        ),
        Language::Spanish => (
            "Lo siento, ahora mismo no puedo responder por un problema técnico.",
            " Inténtelo de nuevo en un momento o pida hablar con una persona de nuestro equipo.",
        ),
        Language::French => (
            "Désolé, je ne peux pas répondre pour le moment à cause d'un problème technique.",
            " Réessayez dans un instant ou demandez à parler à une personne de notre équipe.",
        ),
        Language::German => (
            "Entschuldigung, wegen einer technischen Störung kann ich gerade nicht antworten.",
            " Bitte versuchen Sie es gleich noch einmal oder fragen Sie nach jemandem aus unserem Team.",
        ),
        Language::Portuguese => (
            "Desculpe, não consigo responder agora por causa de um problema técnico.",
            " Tente novamente daqui a pouco ou peça para falar com uma pessoa da nossa equipe.",
        ),
        Language::Arabic => (
            "عذرًا، لا أستطيع الإجابة الآن بسبب مشكلة تقنية.",
            " يُرجى المحاولة بعد قليل أو طلب التحدث مع شخص من فريقنا.",
        ),
        Language::Japanese => (
            "申し訳ありません。技術的な問題のため、ただいま回答できません。",
            "少し待ってからもう一度お試しいただくか、担当者をお呼びください。",
        ),
    };
    [said, if offers { offer } else { "" }].concat()
}

/// The business has no answers left for now, which is no matter of the visitor's: says that the bot does not
/// answer, and offers a person where `offers`.
#[must_use]
pub fn limited(locale: &str, offers: bool) -> String {
    let (said, offer) = match Language::of_locale(locale) {
        Language::English => (
            "Thank you for your message. I cannot answer questions here at the moment.",
            " Would you like to talk to a person from our team?",
        ),
        Language::Spanish => (
            "Gracias por su mensaje. En este momento no puedo responder preguntas aquí.",
            " ¿Quiere hablar con una persona de nuestro equipo?",
        ),
        Language::French => (
            "Merci pour votre message. Je ne peux pas répondre aux questions ici pour le moment.",
            " Souhaitez-vous parler à une personne de notre équipe ?",
        ),
        Language::German => (
            "Danke für Ihre Nachricht. Im Moment kann ich hier keine Fragen beantworten.",
            " Möchten Sie mit jemandem aus unserem Team sprechen?",
        ),
        Language::Portuguese => (
            "Obrigado pela sua mensagem. No momento não posso responder a perguntas aqui.",
            " Quer falar com uma pessoa da nossa equipe?",
        ),
        Language::Arabic => (
            "شكرًا على رسالتك. لا أستطيع الإجابة عن الأسئلة هنا في الوقت الحالي.",
            " هل تودّ التحدث مع شخص من فريقنا؟",
        ),
        Language::Japanese => (
            "メッセージをありがとうございます。ただいま、こちらではご質問にお答えできません。",
            "担当者におつなぎしましょうか。",
        ),
    };
    [said, if offers { offer } else { "" }].concat()
}

/// [`failed`] below what was shown before it failed: a paragraph of its own.
#[must_use]
pub fn failed_after(shown: &str, locale: &str, offers: bool) -> String {
    let apology = failed(locale, offers);
    if shown.is_empty() {
        apology
    } else {
        format!("\n\n{apology}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_texts_follow_the_locale() {
        let locales = ["en-GB", "es", "fr-CA", "de-AT", "pt_BR", "ar", "ja-JP"];
        for say in [nothing_found, failed, limited] {
            let texts: std::collections::BTreeSet<String> =
                locales.iter().map(|locale| say(locale, true)).collect();
            assert_eq!(texts.len(), locales.len());
            assert_eq!(say("xx", true), say("en", true));
            assert_eq!(say("", true), say("en", true));
            for locale in locales {
                let (offers, alone) = (say(locale, true), say(locale, false));
                assert!(offers.starts_with(&alone) && offers != alone, "{locale}");
            }
        }
    }
}
