//! Clear sentences in every language, and what holds for any text.

use proptest::prelude::*;

use super::*;

/// What a sentence must sound like.
#[derive(Clone, Copy, Debug)]
enum Sound {
    Glad,
    Calm,
    Angry,
    Urgent(Urgency),
}

use Sound::{Angry, Calm, Glad, Urgent};
use Urgency::{Blocked, Cancel, Deadline, Legal, Money, Safety};

const SENTENCES: &[(&str, Sound)] = &[
    ("Thank you so much, that works perfectly :)", Glad),
    ("Great service, very helpful!", Glad),
    ("It is not bad at all", Glad),
    ("I have not had any problems with it", Glad),
    ("How do I change my password?", Calm),
    ("Where can I find the invoice of last month?", Calm),
    ("What happens immediately after the order?", Calm),
    (
        "This is unacceptable! I have been waiting for three weeks and nobody answers me.",
        Angry,
    ),
    ("Your support is USELESS", Angry),
    ("I told you 3 times already, ridiculous", Angry),
    ("This is the third time I write, what a waste of time", Angry),
    ("The product is terrible and you are liars 😡", Angry),
    ("The charger caught fire", Urgent(Safety)),
    ("I will contact my lawyer", Urgent(Legal)),
    ("The whole site is down", Urgent(Blocked)),
    ("You charged me twice", Urgent(Money)),
    ("My flight is tomorrow", Urgent(Deadline)),
    ("I want to cancel my subscription", Urgent(Cancel)),
    ("Please close my account", Urgent(Cancel)),
    ("My flight is tomorrow and the battery exploded", Urgent(Safety)),
    ("It is not urgent", Calm),
    ("Vielen Dank, das hat super geklappt", Glad),
    ("Das ist eine Frechheit, seit drei Wochen keine Antwort!", Angry),
    ("Wie ändere ich meine Adresse?", Calm),
    ("Ich schalte meinen Anwalt ein", Urgent(Legal)),
    ("Ich brauche es dringend", Urgent(Deadline)),
    ("Merci beaucoup, c'est parfait", Glad),
    ("C'est inadmissible, vous êtes des voleurs !", Angry),
    ("Comment changer mon adresse ?", Calm),
    ("Mon compte est débité deux fois", Urgent(Money)),
    ("Muchas gracias, todo perfecto", Glad),
    ("Esto es una estafa, una vergüenza", Angry),
    ("¿Cómo cambio mi dirección?", Calm),
    ("Es urgente, por favor", Urgent(Deadline)),
    ("Muito obrigado, ficou ótimo", Glad),
    ("Que vergonha, isto é uma palhaçada", Angry),
    ("Como mudo a minha morada?", Calm),
    ("O site está fora do ar", Urgent(Blocked)),
    ("Grazie mille, siete stati bravissimi", Glad),
    ("È una vergogna, siete dei ladri", Angry),
    ("Come cambio il mio indirizzo?", Calm),
    ("Parlerò con il mio avvocato", Urgent(Legal)),
    ("Hartelijk dank, het is geweldig", Glad),
    ("Dit is schandalig, jullie zijn oplichters", Angry),
    ("Hoe wijzig ik mijn adres?", Calm),
    ("Ik wil mijn geld terug", Urgent(Money)),
    ("ありがとうございます、助かりました", Glad),
    ("ふざけるな、最悪の対応だ", Angry),
    ("住所を変更するにはどうすればいいですか", Calm),
    ("バッテリーが爆発しました", Urgent(Safety)),
    ("谢谢，你们的服务很棒", Glad),
    ("你们这些骗子，太过分了", Angry),
    ("怎么修改地址", Calm),
    ("充电器起火了", Urgent(Safety)),
    ("شكرا جزيلا، خدمة ممتازة", Glad),
    ("هذا غير مقبول، أنتم نصابين", Angry),
    ("كيف أغير عنواني؟", Calm),
    ("الأمر عاجل", Urgent(Deadline)),
    ("बहुत धन्यवाद, शानदार सेवा", Glad),
    ("यह बकवास है, तुम सब चोर हो", Angry),
    ("मैं अपना पता कैसे बदलूं?", Calm),
    ("मेरे पैसे वापस चाहिए", Urgent(Money)),
];

#[test]
fn clear_sentences_in_every_language() {
    for (text, sound) in SENTENCES {
        let mood = read(text, None);
        let ok = match sound {
            Glad => mood.valence > 0.2 && !mood.is_angry() && mood.urgency.is_none(),
            Calm => !mood.is_angry() && mood.valence > -0.5,
            Angry => mood.is_angry() && mood.is_negative(),
            Urgent(urgency) => mood.urgency == Some(*urgency),
        };
        assert!(ok, "{text:?} is no {sound:?}: {mood:?}");
    }
}

#[test]
fn what_is_calm_is_not_urgent() {
    for (text, _) in SENTENCES.iter().filter(|(_, sound)| matches!(sound, Calm)) {
        assert_eq!(read(text, None).urgency, None, "{text:?}");
    }
}

#[test]
fn the_words_that_decided_are_where_they_say() {
    let text = "Still not working, my lawyer will sue you 😡";
    let words = read(text, None).words;
    let found: Vec<(&str, &str)> = words
        .iter()
        .map(|word| (word.text.as_str(), word.kind.as_str()))
        .collect();
    assert_eq!(
        found,
        [
            ("Still not working", "negative"),
            ("lawyer", "legal"),
            ("will sue", "legal"),
            ("😡", "angry")
        ]
    );
    for word in words {
        assert_eq!(text.get(word.start..word.end), Some(word.text.as_str()));
    }
}

#[test]
fn shouting_and_exclaiming_make_it_worse() {
    let anger = |text| read(text, None).anger;
    assert!(anger("THE ORDER IS WRONG AGAIN") > anger("the order is wrong again"));
    assert!(anger("the order is wrong!!!") > anger("the order is wrong"));
}

#[test]
fn another_language_is_not_given_to_a_model_of_english() {
    let vector = vec![0.05; 384];
    let german = "Das ist eine Frechheit, seit drei Wochen keine Antwort";
    assert_eq!(read(german, Some(&vector)), read(german, None));
    assert_ne!(
        read("it is a nice day", Some(&vector)),
        read("it is a nice day", None)
    );
}

#[test]
fn a_short_text_and_one_with_few_common_words_are_english() {
    let vector = vec![0.05; 384];
    for text in [
        "Barely worked.",
        "@anna great job https://example.org/a/long/address",
        "Battery life, the drawback of most digital cameras nowadays",
    ] {
        assert_ne!(read(text, Some(&vector)), read(text, None), "{text}");
    }
    for text in [
        "Wo bleibt mein Paket?",
        "Où est mon colis ?",
        "Dove si trova il mio pacco",
    ] {
        assert_eq!(read(text, Some(&vector)), read(text, None), "{text}");
    }
}

#[test]
fn drawn_out_words_are_read_as_they_are_usually_written() {
    for (drawn, usual) in [
        ("it is soooo goood", "it is so good"),
        ("I looooove it", "I love it"),
        ("yaaaay", "yay"),
    ] {
        assert_eq!(read(drawn, None).valence, read(usual, None).valence, "{drawn}");
    }
}

#[test]
fn a_word_that_is_english_by_chance_says_nothing() {
    for text in [
        "Wie lange gilt die Garantie?",
        "Wo war mein Paket gestern?",
        "Ist das Spielzeug für ein Kind von drei Jahren?",
        "¿Puedo pagar sin tarjeta de crédito?",
    ] {
        assert_eq!(read(text, None), Mood::default(), "{text}");
    }
    for text in ["I hope you die", "This is hell", "go to hell", "Fine."] {
        assert_ne!(read(text, None).valence, 0.0, "{text}");
    }
}

/// Words of the lexicon among any other characters.
fn texts() -> impl Strategy<Value = String> {
    let word = prop_oneof![
        any::<String>(),
        prop::sample::select(SENTENCES).prop_map(|(text, _)| text.to_owned()),
        prop::sample::select(vec![
            ":-(", "http://", "n't", "’", "İ", "ẞ", "\u{94d}", "!!", "😡"
        ])
        .prop_map(str::to_owned),
    ];
    prop::collection::vec(word, 0..40).prop_map(|words| words.concat().chars().take(4_000).collect())
}

proptest! {
    #[test]
    fn any_text_is_read_the_same_each_time(text in texts()) {
        let mood = read(&text, None);
        prop_assert!((-1.0..=1.0).contains(&mood.valence));
        prop_assert!((0.0..=1.0).contains(&mood.anger));
        prop_assert!(mood.words.len() <= WORDS);
        let mut end = 0;
        for word in &mood.words {
            prop_assert!(word.start >= end && word.end > word.start);
            prop_assert_eq!(text.get(word.start..word.end), Some(word.text.as_str()));
            end = word.end;
        }
        prop_assert_eq!(read(&text, None), mood);
    }

    #[test]
    fn any_embedding_gives_a_valence(numbers in prop::collection::vec(-1.0_f32..1.0, 384)) {
        prop_assert!((-1.0..=1.0).contains(&read("it is a nice day", Some(&numbers)).valence));
    }
}
