//! What stands around the messages in a mail to a visitor. Localised; an unknown language is English.

use serde::Serialize;

use crate::domain::answering::abstain::Language;

/// The words of one language. `{}` is the name of the business's assistant.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Words {
    /// Of the language, for the page that shows the mail.
    pub lang: &'static str,
    pub subject: &'static str,
    pub heading: &'static str,
    /// Where replies come in.
    pub reply: &'static str,
    /// The link to the page of the chat.
    pub back: &'static str,
    /// The link by which they want no more.
    pub stop: &'static str,
    /// What its page asks, and what it says then.
    pub ask: &'static str,
    pub stopped: &'static str,
}

/// The words for somebody of this locale.
#[must_use]
pub fn of(locale: &str) -> &'static Words {
    match Language::of_locale(locale) {
        Language::English => &Words {
            lang: "en",
            subject: "Your conversation with {}",
            heading: "You have an answer from {}",
            reply: "Reply to this e-mail to answer.",
            back: "Go on in the chat",
            stop: "Get no more of these e-mails",
            ask: "Do you want to get no more e-mails about your conversation?",
            stopped: "You get no more e-mails about your conversation.",
        },
        Language::Spanish => &Words {
            lang: "es",
            subject: "Su conversación con {}",
            heading: "Tiene una respuesta de {}",
            reply: "Responda a este correo para contestar.",
            back: "Seguir en el chat",
            stop: "No recibir más correos como este",
            ask: "¿No quiere recibir más correos sobre su conversación?",
            stopped: "No recibirá más correos sobre su conversación.",
        },
        Language::French => &Words {
            lang: "fr",
            subject: "Votre conversation avec {}",
            heading: "Vous avez une réponse de {}",
            reply: "Répondez à cet e-mail pour poursuivre.",
            back: "Continuer dans le chat",
            stop: "Ne plus recevoir ces e-mails",
            ask: "Ne plus recevoir d’e-mails sur votre conversation ?",
            stopped: "Vous ne recevrez plus d’e-mails sur votre conversation.",
        },
        Language::German => &Words {
            lang: "de",
            subject: "Ihr Gespräch mit {}",
            heading: "Sie haben eine Antwort von {}",
            reply: "Antworten Sie einfach auf diese E-Mail.",
            back: "Im Chat fortfahren",
            stop: "Keine solchen E-Mails mehr erhalten",
            ask: "Möchten Sie keine E-Mails mehr zu Ihrem Gespräch erhalten?",
            stopped: "Sie erhalten keine E-Mails mehr zu Ihrem Gespräch.",
        },
        Language::Portuguese => &Words {
            lang: "pt",
            subject: "Sua conversa com {}",
            heading: "Você tem uma resposta de {}",
            reply: "Responda a este e-mail para continuar.",
            back: "Continuar no chat",
            stop: "Não receber mais estes e-mails",
            ask: "Não quer mais receber e-mails sobre a sua conversa?",
            stopped: "Você não vai mais receber e-mails sobre a sua conversa.",
        },
        Language::Arabic => &Words {
            lang: "ar",
            subject: "محادثتك مع {}",
            heading: "لديك رد من {}",
            reply: "أجب عن هذه الرسالة لمتابعة الحديث.",
            back: "المتابعة في المحادثة",
            stop: "عدم تلقي المزيد من هذه الرسائل",
            ask: "هل تريد ألا تصلك رسائل أخرى عن محادثتك؟",
            stopped: "لن تصلك رسائل أخرى عن محادثتك.",
        },
        Language::Japanese => &Words {
            lang: "ja",
            subject: "{} とのお問い合わせ",
            heading: "{} から返信があります",
            reply: "このメールにそのままご返信いただけます。",
            back: "チャットで続ける",
            stop: "今後このメールを受け取らない",
            ask: "お問い合わせに関するメールの受信を停止しますか？",
            stopped: "お問い合わせに関するメールの送信を停止しました。",
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_words_follow_the_locale() {
        let locales = ["en-GB", "es", "fr-CA", "de-AT", "pt_BR", "ar", "ja-JP"];
        let mut subjects: Vec<_> = locales.iter().map(|locale| of(locale).subject).collect();
        assert!(subjects.iter().all(|subject| subject.contains("{}")));
        subjects.sort_unstable();
        subjects.dedup();
        assert_eq!(subjects.len(), locales.len());
        assert_eq!(of("xx"), of("en"));
    }
}
