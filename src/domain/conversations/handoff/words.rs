//! What a visitor is told who is handed over to people, where the admin has written nothing.
//! Localised; an unknown language is English.

use crate::domain::answering::abstain::Language;

/// An agent is there.
#[must_use]
pub fn joins(locale: &str) -> String {
    match Language::of_locale(locale) {
        Language::English => "A person from our team will join you here.",
        Language::Spanish => "Una persona de nuestro equipo le atenderá aquí.",
        Language::French => "Une personne de notre équipe va vous rejoindre ici.",
        Language::German => "Gleich ist jemand aus unserem Team hier für Sie da.",
        Language::Portuguese => "Uma pessoa da nossa equipe vai atender você aqui.",
        Language::Arabic => "سينضم إليك هنا شخص من فريقنا.",
        Language::Japanese => "まもなく担当者がこちらで対応します。",
    }
    .to_owned()
}

/// No agent is there.
#[must_use]
pub fn away(locale: &str) -> String {
    match Language::of_locale(locale) {
        Language::English => {
            "Nobody from our team is here just now. Your messages are kept, and a person will answer you here."
        }
        Language::Spanish => {
            "Ahora mismo no hay nadie de nuestro equipo. Sus mensajes se guardan y una persona le responderá aquí."
        }
        Language::French => {
            "Personne de notre équipe n'est là pour le moment. Vos messages sont conservés et une personne \
             vous répondra ici."
        }
        Language::German => {
            "Im Moment ist niemand aus unserem Team da. Ihre Nachrichten bleiben erhalten, und jemand \
             antwortet Ihnen hier."
        }
        Language::Portuguese => {
            "No momento não há ninguém da nossa equipe. Suas mensagens ficam guardadas e uma pessoa vai \
             responder aqui."
        }
        Language::Arabic => "لا يوجد أحد من فريقنا الآن. رسائلك محفوظة، وسيجيبك شخص من فريقنا هنا.",
        Language::Japanese => {
            "ただいま担当者が不在です。メッセージはお預かりしており、担当者がこちらで回答します。"
        }
    }
    .to_owned()
}

/// No agent is there, and the visitor's address is known.
#[must_use]
pub fn by_mail(locale: &str) -> String {
    match Language::of_locale(locale) {
        Language::English => {
            "Nobody from our team is here just now. A person will answer you here, and by e-mail if you have left."
        }
        Language::Spanish => {
            "Ahora mismo no hay nadie de nuestro equipo. Una persona le responderá aquí, o por correo si ya se ha ido."
        }
        Language::French => {
            "Personne de notre équipe n'est là pour le moment. Une personne vous répondra ici, ou par e-mail si \
             vous êtes parti."
        }
        Language::German => {
            "Im Moment ist niemand aus unserem Team da. Jemand antwortet Ihnen hier, oder per E-Mail, wenn Sie \
             nicht mehr da sind."
        }
        Language::Portuguese => {
            "No momento não há ninguém da nossa equipe. Uma pessoa vai responder aqui, ou por e-mail se você já \
             tiver saído."
        }
        Language::Arabic => "لا يوجد أحد من فريقنا الآن. سيجيبك شخص من فريقنا هنا، أو بالبريد الإلكتروني إذا غادرت.",
        Language::Japanese => {
            "ただいま担当者が不在です。担当者がこちらで、ご退出後はメールで回答します。"
        }
    }
    .to_owned()
}

/// No agent is there, and the visitor's address is asked for.
#[must_use]
pub fn ask_email(locale: &str) -> String {
    match Language::of_locale(locale) {
        Language::English => {
            "Nobody from our team is here just now. A person will answer you here. Leave your e-mail address to get \
             the answer there, too."
        }
        Language::Spanish => {
            "Ahora mismo no hay nadie de nuestro equipo. Una persona le responderá aquí. Deje su correo para recibir \
             también allí la respuesta."
        }
        Language::French => {
            "Personne de notre équipe n'est là pour le moment. Une personne vous répondra ici. Laissez votre adresse \
             e-mail pour y recevoir aussi la réponse."
        }
        Language::German => {
            "Im Moment ist niemand aus unserem Team da. Jemand antwortet Ihnen hier. Hinterlassen Sie Ihre \
             E-Mail-Adresse, um die Antwort auch dort zu erhalten."
        }
        Language::Portuguese => {
            "No momento não há ninguém da nossa equipe. Uma pessoa vai responder aqui. Deixe seu e-mail para receber \
             a resposta também lá."
        }
        Language::Arabic => {
            "لا يوجد أحد من فريقنا الآن. سيجيبك شخص من فريقنا هنا. اترك بريدك الإلكتروني ليصلك الرد عليه أيضًا."
        }
        Language::Japanese => {
            "ただいま担当者が不在です。担当者がこちらで回答します。メールアドレスをご入力いただくと、メールでも回答をお送りします。"
        }
    }
    .to_owned()
}

/// The model asked for a person and said nothing.
#[must_use]
pub fn for_a_person(locale: &str) -> String {
    match Language::of_locale(locale) {
        Language::English => "This is better answered by a person.",
        Language::Spanish => "Es mejor que esto lo responda una persona.",
        Language::French => "Il vaut mieux qu'une personne vous réponde.",
        Language::German => "Das beantwortet am besten ein Mensch.",
        Language::Portuguese => "É melhor que uma pessoa responda a isso.",
        Language::Arabic => "من الأفضل أن يجيب عن هذا شخص من فريقنا.",
        Language::Japanese => "この件は担当者がお答えします。",
    }
    .to_owned()
}

/// What stands between two sentences.
#[must_use]
pub(super) fn space(locale: &str) -> &'static str {
    match Language::of_locale(locale) {
        Language::Japanese => "",
        _ => " ",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_words_follow_the_locale() {
        let locales = ["en-GB", "es", "fr-CA", "de-AT", "pt_BR", "ar", "ja-JP"];
        for say in [joins, away, by_mail, ask_email, for_a_person] {
            let texts: std::collections::BTreeSet<String> =
                locales.iter().map(|locale| say(locale)).collect();
            assert_eq!(texts.len(), locales.len());
            assert_eq!(say("xx"), say("en"));
        }
    }
}
