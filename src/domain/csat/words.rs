//! What the mail and the page that ask for a rating say. Localised; an unknown language is English.

use serde::Serialize;

use crate::domain::answering::abstain::Language;

/// The words of one language. `{}` is the name of the business's assistant.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Words {
    /// Of the language, for the page that shows them.
    pub lang: &'static str,
    pub question: &'static str,
    pub hint: &'static str,
    /// Of 1 to 5.
    pub scores: [&'static str; 5],
    pub comment: &'static str,
    pub send: &'static str,
    pub thanks: &'static str,
    /// Where none was chosen.
    pub choose: &'static str,
    pub expired: &'static str,
    pub invalid: &'static str,
}

/// The words for somebody of this locale.
#[must_use]
pub fn of(locale: &str) -> &'static Words {
    match Language::of_locale(locale) {
        Language::English => &Words {
            lang: "en",
            question: "How was your conversation with {}?",
            hint: "Choose one. It takes a moment.",
            scores: ["Very bad", "Bad", "Okay", "Good", "Very good"],
            comment: "Anything else you would like to say? (optional)",
            send: "Send",
            thanks: "Thank you. Your rating has been saved.",
            choose: "Choose one of the five.",
            expired: "This link has expired.",
            invalid: "This link is not valid.",
        },
        Language::Spanish => &Words {
            lang: "es",
            question: "¿Qué tal su conversación con {}?",
            hint: "Elija una opción. Es solo un momento.",
            scores: ["Muy mal", "Mal", "Regular", "Bien", "Muy bien"],
            comment: "¿Quiere añadir algo? (opcional)",
            send: "Enviar",
            thanks: "Gracias. Hemos guardado su valoración.",
            choose: "Elija una de las cinco.",
            expired: "Este enlace ha caducado.",
            invalid: "Este enlace no es válido.",
        },
        Language::French => &Words {
            lang: "fr",
            question: "Comment s’est passée votre conversation avec {} ?",
            hint: "Choisissez une réponse. Cela prend un instant.",
            scores: ["Très mal", "Mal", "Moyen", "Bien", "Très bien"],
            comment: "Souhaitez-vous ajouter quelque chose ? (facultatif)",
            send: "Envoyer",
            thanks: "Merci. Votre évaluation a été enregistrée.",
            choose: "Choisissez l’une des cinq réponses.",
            expired: "Ce lien a expiré.",
            invalid: "Ce lien n’est pas valable.",
        },
        Language::German => &Words {
            lang: "de",
            question: "Wie war Ihr Gespräch mit {}?",
            hint: "Wählen Sie eine Antwort. Es dauert nur einen Moment.",
            scores: ["Sehr schlecht", "Schlecht", "In Ordnung", "Gut", "Sehr gut"],
            comment: "Möchten Sie noch etwas sagen? (freiwillig)",
            send: "Senden",
            thanks: "Vielen Dank. Ihre Bewertung ist gespeichert.",
            choose: "Wählen Sie eine der fünf Antworten.",
            expired: "Dieser Link ist abgelaufen.",
            invalid: "Dieser Link ist ungültig.",
        },
        Language::Portuguese => &Words {
            lang: "pt",
            question: "Como foi a sua conversa com {}?",
            hint: "Escolha uma opção. É só um momento.",
            scores: ["Muito ruim", "Ruim", "Regular", "Boa", "Muito boa"],
            comment: "Quer dizer mais alguma coisa? (opcional)",
            send: "Enviar",
            thanks: "Obrigado. Sua avaliação foi salva.",
            choose: "Escolha uma das cinco.",
            expired: "Este link expirou.",
            invalid: "Este link não é válido.",
        },
        Language::Arabic => &Words {
            lang: "ar",
            question: "كيف كانت محادثتك مع {}؟",
            hint: "اختر إجابة واحدة. لن يستغرق الأمر سوى لحظة.",
            scores: ["سيئة جدًا", "سيئة", "مقبولة", "جيدة", "جيدة جدًا"],
            comment: "هل تود إضافة شيء آخر؟ (اختياري)",
            send: "إرسال",
            thanks: "شكرًا لك. تم حفظ تقييمك.",
            choose: "اختر إحدى الإجابات الخمس.",
            expired: "انتهت صلاحية هذا الرابط.",
            invalid: "هذا الرابط غير صالح.",
        },
        Language::Japanese => &Words {
            lang: "ja",
            question: "{} とのお問い合わせはいかがでしたか？",
            hint: "ひとつお選びください。すぐに終わります。",
            scores: ["とても悪い", "悪い", "普通", "良い", "とても良い"],
            comment: "ほかにご意見がございましたらお書きください（任意）",
            send: "送信",
            thanks: "ありがとうございます。評価を保存しました。",
            choose: "5 つのうちひとつをお選びください。",
            expired: "このリンクは有効期限が切れています。",
            invalid: "このリンクは無効です。",
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_words_follow_the_locale() {
        let locales = ["en-GB", "es", "fr-CA", "de-AT", "pt_BR", "ar", "ja-JP"];
        let mut questions: Vec<_> = locales.iter().map(|locale| of(locale).question).collect();
        assert!(questions.iter().all(|question| question.contains("{}")));
        questions.sort_unstable();
        questions.dedup();
        assert_eq!(questions.len(), locales.len());
        assert_eq!(of("xx"), of("en"));
    }
}
