use proptest::prelude::*;

use super::*;

/// Each is a reply as a program writes it, and what the person wrote of it.
const REPLIES: &[(&str, &str)] = &[
    ("Thank you!", "Thank you!"),
    // Gmail, in one line and broken.
    (
        "Yes, please.\r\n\r\nOn Mon, Nov 3, 2025 at 10:00 AM Acme <no-reply@parlance.example> wrote:\r\n\r\n> Shall we send it?\r\n> Ada\r\n",
        "Yes, please.",
    ),
    (
        "Yes, please.\n\nOn Mon, 3 Nov 2025 at 10:00, Acme Support with a long name <\nno-reply@parlance.example> wrote:\n\n> Shall we send it?\n>\n> -- \n> Ada",
        "Yes, please.",
    ),
    // Apple Mail.
    (
        "That works.\n\nAda\n\n> On 3. Nov 2025, at 10:00, Acme <no-reply@parlance.example> wrote:\n> \n> Tomorrow?\n",
        "That works.\n\nAda",
    ),
    (
        "That works.\n\nSent from my iPhone\n\nOn 3 Nov 2025, at 10:00, Acme <no-reply@parlance.example> wrote:\n\n\u{feff}\nTomorrow?\n",
        "That works.",
    ),
    // German: Gmail, Apple Mail, Thunderbird.
    (
        "Ja, bitte.\n\nAm Mo., 3. Nov. 2025 um 10:00 Uhr schrieb Acme <\nno-reply@parlance.example>:\n\n> Sollen wir es senden?",
        "Ja, bitte.",
    ),
    (
        "Passt.\n\nVon meinem iPhone gesendet\n\nAm 03.11.2025 um 10:00 schrieb Acme <no-reply@parlance.example>:\n\nMorgen?",
        "Passt.",
    ),
    (
        "Passt.\n\nAm 03.11.25 um 10:00 schrieb Acme:\n> Morgen?",
        "Passt.",
    ),
    // French, with the space before its colon.
    (
        "Oui, merci.\n\nLe lun. 3 nov. 2025 à 10:00, Acme <no-reply@parlance.example> a\nécrit\u{a0}:\n\n> On l'envoie ?",
        "Oui, merci.",
    ),
    (
        "Oui.\n\nEnvoyé de mon iPhone\n\nLe 3 nov. 2025 à 10:00, Acme <no-reply@parlance.example> a écrit :\n\n> On l'envoie ?",
        "Oui.",
    ),
    // Spanish.
    (
        "Sí, gracias.\n\nEl lun, 3 nov 2025 a las 10:00, Acme (<no-reply@parlance.example>)\nescribió:\n\n> ¿Lo enviamos?",
        "Sí, gracias.",
    ),
    // Portuguese, Italian, Dutch, Japanese.
    (
        "Sim.\n\nEm seg., 3 de nov. de 2025 às 10:00, Acme <a@b.example> escreveu:\n\n> Enviamos?",
        "Sim.",
    ),
    (
        "Sì.\n\nIl giorno lun 3 nov 2025 alle ore 10:00 Acme <a@b.example> ha scritto:\n\n> Inviamo?",
        "Sì.",
    ),
    (
        "Ja.\n\nOp ma 3 nov 2025 om 10:00 schreef Acme <a@b.example>:\n\n> Versturen?",
        "Ja.",
    ),
    (
        "はい。\n\n2025年11月3日(月) 10:00 Acme <a@b.example>:\n\n> 送りますか？",
        "はい。",
    ),
    // Outlook, with and without its line, and in German and French.
    (
        "It is still broken.\r\n\r\nRegards\r\nMara\r\n\r\n________________________________\r\nFrom: Acme <no-reply@parlance.example>\r\nSent: Monday, November 3, 2025 10:00 AM\r\nTo: Mara <mara@shop.example>\r\nSubject: Your conversation with Acme\r\n\r\nDoes it work?\r\n",
        "It is still broken.\n\nRegards\nMara",
    ),
    (
        "Es geht nicht.\n\nVon: Acme <no-reply@parlance.example>\nGesendet: Montag, 3. November 2025 10:00\nAn: Mara <mara@shop.example>\nBetreff: Ihr Gespräch\n\nGeht es?",
        "Es geht nicht.",
    ),
    (
        "Non.\n\nDe : Acme <no-reply@parlance.example>\nEnvoyé : lundi 3 novembre 2025 10:00\nÀ : Mara\nObjet : Votre conversation\n\nÇa marche ?",
        "Non.",
    ),
    (
        "No.\n\n-----Original Message-----\nFrom: Acme\nSent: today\n\nDoes it?",
        "No.",
    ),
    (
        "Nein.\n\n-----Ursprüngliche Nachricht-----\nVon: Acme\n\nGeht es?",
        "Nein.",
    ),
    // A signature of its own.
    ("It hums.\n-- \nMara Keller\nShop GmbH", "It hums."),
    (
        "It hums.\n\nGet Outlook for iOS<https://aka.ms/o0ukef>",
        "It hums.",
    ),
    // Below what is quoted, and between.
    (
        "On Mon, 3 Nov 2025 at 10:00, Acme <a@b.example> wrote:\n> Which model?\n\nThe Arm A1.",
        "The Arm A1.",
    ),
    (
        "Hi,\n\nOn Mon, 3 Nov 2025 at 10:00, Acme <a@b.example> wrote:\n> Which model?\nThe Arm A1.\n> And since when?\nMonday.\n> Thanks\n",
        "Hi,\n\nThe Arm A1.\n> And since when?\nMonday.",
    ),
    // Nobody knows whose these are: all of it stays.
    ("> Which model?", "> Which model?"),
    (
        "On Mon, 3 Nov 2025 at 10:00, Acme <a@b.example> wrote:\n\nWhich model?",
        "On Mon, 3 Nov 2025 at 10:00, Acme <a@b.example> wrote:\n\nWhich model?",
    ),
    (
        "Hallo,\n\nam 3. Mai schrieb mir Ihr Kollege folgendes:\nWir erstatten 20 €.\n\nWann?",
        "Hallo,\n\nam 3. Mai schrieb mir Ihr Kollege folgendes:\nWir erstatten 20 €.\n\nWann?",
    ),
    (
        "2025年11月3日の注文について質問が2つあります:\n1. いつ届きますか。\n2. 返品できますか。",
        "2025年11月3日の注文について質問が2つあります:\n1. いつ届きますか。\n2. 返品できますか。",
    ),
    (
        "On 3 November your colleague wrote:\nwe pay it back.",
        "On 3 November your colleague wrote:\nwe pay it back.",
    ),
    // What is right above the line is not part of it.
    (
        "Hallo,\n\nmeine Nummer ist 12345.\n03.11.2025 10:00, Ada schrieb:\n> Welche Nummer?",
        "Hallo,\n\nmeine Nummer ist 12345.",
    ),
    (
        "On the 3rd I called.\nOn Mon, 3 Nov 2025 at 10:00, Acme <a@b.example> wrote:\n\n> Did you call?",
        "On the 3rd I called.",
    ),
    ("My friend wrote:\nit is broken", "My friend wrote:\nit is broken"),
    (
        "From: the shop in Bern\nI want my money back.",
        "From: the shop in Bern\nI want my money back.",
    ),
    ("-- \nMara", "--\nMara"),
    (
        "Two things:\n\n1. it hums\n2. it stops at 10:00\n",
        "Two things:\n\n1. it hums\n2. it stops at 10:00",
    ),
];

#[test]
fn what_is_quoted_is_left_out_and_what_is_written_stays() {
    for (reply, own) in REPLIES {
        assert_eq!(stripped(reply), *own, "of {reply:?}");
    }
}

#[test]
fn what_is_stripped_is_not_stripped_again() {
    for (reply, own) in REPLIES {
        assert_eq!(stripped(&stripped(reply)), *own, "of {reply:?}");
    }
}

proptest! {
    #[test]
    fn what_is_stripped_is_never_all_of_it(
        lines in proptest::collection::vec(
            prop_oneof![
                "\\PC{0,30}",
                "> \\PC{0,20}",
                Just("-- ".to_owned()),
                Just(String::new()),
                Just("________________________________".to_owned()),
                Just("-----Original Message-----".to_owned()),
                Just("From: Ada".to_owned()),
                Just("Sent: Monday".to_owned()),
                Just("Sent from my iPhone".to_owned()),
                Just("On 3 Nov 2025 Ada <a@b.example> wrote:".to_owned()),
            ],
            0..12,
        ),
    ) {
        let reply = lines.join("\n");
        let own = stripped(&reply);
        prop_assert_eq!(own.trim().is_empty(), reply.trim().is_empty());
        // Nothing is in it that was not written.
        for line in own.lines() {
            prop_assert!(reply.replace(['\u{a0}', '\0'], " ").contains(line.trim()), "{line:?}");
        }
    }

    #[test]
    fn one_line_without_any_mark_stays_as_it_is(line in "[a-z äöü,.!?]{1,60}") {
        prop_assert_eq!(stripped(&line), line.trim_end());
    }
}
