//! Which of the widget's languages a text is in, by its script and its commonest words.

use super::words::{Word, words};

/// Words that are common in one of the languages and are none, or rare, in the others.
const COMMON: &[(&str, &str)] = &[
    (
        "en",
        "the and is are you my have with please not it this what when how was does can i'm we",
    ),
    (
        "de",
        "der die das und ist ich nicht mein meine bitte wie wann mit für auf sie haben habe eine einen wir",
    ),
    (
        "fr",
        "le les je est une des vous mon ma avec pour dans pas bonjour merci comment votre ai et sur",
    ),
    (
        "es",
        "el los las una mi con por qué cómo hola gracias está tengo pedido del y su no puedo cuándo",
    ),
    (
        "pt",
        "o os uma meu minha com não como olá obrigado obrigada está tenho pedido do da e você quando seu",
    ),
];
/// So many of them are no accident.
const LEAST: usize = 2;

/// The language's tag, where there is enough to tell it by.
#[must_use]
pub fn language(text: &str) -> Option<&'static str> {
    let (mut letters, mut arabic, mut kana) = (0_usize, 0_usize, 0_usize);
    for letter in text.chars().filter(|letter| letter.is_alphabetic()) {
        letters += 1;
        match letter {
            '\u{600}'..='\u{6ff}' => arabic += 1,
            '\u{3040}'..='\u{30ff}' => kana += 1,
            _ => {}
        }
    }
    if letters > 0 && arabic * 2 > letters {
        return Some("ar");
    }
    // Between kana there are Chinese characters.
    if letters > 0 && kana * 5 > letters {
        return Some("ja");
    }
    let said = words(text);
    let count = |common: &str| {
        let known = |word: &&Word| common.split(' ').any(|one| one == word.lower);
        said.iter().filter(known).count()
    };
    let mut counts: Vec<_> = COMMON.iter().map(|(tag, common)| (count(common), *tag)).collect();
    counts.sort_unstable_by(|a, b| b.cmp(a));
    match counts.as_slice() {
        [(most, tag), (next, _), ..] if *most >= LEAST && most > next => Some(*tag),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::language;

    #[test]
    fn a_text_is_told_by_its_script_and_its_words() {
        for (text, tag) in [
            ("When does my parcel come? I have the number.", Some("en")),
            ("Wann kommt mein Paket? Ich habe die Nummer.", Some("de")),
            ("Bonjour, où est mon colis ? Je n’ai pas le numéro.", Some("fr")),
            ("Hola, ¿cuándo llega mi pedido? Tengo el número.", Some("es")),
            ("Olá, quando chega o meu pedido? Não tenho o número.", Some("pt")),
            ("متى يصل طلبي؟ رقم الطلب 12", Some("ar")),
            ("注文した商品はいつ届きますか。", Some("ja")),
            ("Order 4711", None),
            ("", None),
        ] {
            assert_eq!(language(text), tag, "{text}");
        }
    }
}
