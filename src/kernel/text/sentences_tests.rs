//! What readers and visitors would expect.

use proptest::prelude::*;

use super::*;

fn split(text: &str) -> Vec<&str> {
    sentences(text)
        .into_iter()
        .filter_map(|span| text.get(span))
        .collect()
}

#[test]
fn sentences_end_where_a_reader_would_end_them() {
    for (text, expected) in [
        (
            "It takes 3.5 days. Then wait.",
            vec!["It takes 3.5 days.", "Then wait."],
        ),
        (
            "Call Dr. Who, e.g. today. Bye!",
            vec!["Call Dr. Who, e.g. today.", "Bye!"],
        ),
        (
            "Open at 9 a.m. on Monday. Closed else.",
            vec!["Open at 9 a.m. on Monday.", "Closed else."],
        ),
        (
            "Two years [S1]. Labour too. [S2] More.",
            vec!["Two years [S1].", "Labour too. [S2]", "More."],
        ),
        ("Yes.[S1][S2] No?", vec!["Yes.[S1][S2]", "No?"]),
        (
            "Steps:\n1. Press it.\n2. Hold it",
            vec!["Steps:", "1. Press it.", "2. Hold it"],
        ),
        ("- one\n- two\n\nThree", vec!["- one", "- two", "Three"]),
        (
            "a line that\ngoes on. Next",
            vec!["a line that\ngoes on.", "Next"],
        ),
        ("Done.\n[S1]\nNext", vec!["Done.\n[S1]", "Next"]),
        (
            "保証は二年です。[S1]修理は無料です。",
            vec!["保証は二年です。[S1]", "修理は無料です。"],
        ),
        (
            "Visit example.com/a.b now... Really?!",
            vec!["Visit example.com/a.b now...", "Really?!"],
        ),
        (
            "**Note.** It \"stops.\" Here",
            vec!["**Note.**", "It \"stops.\"", "Here"],
        ),
        ("", vec![]),
    ] {
        assert_eq!(split(text), expected, "{text:?}");
    }
}

#[test]
fn list_marks_are_known() {
    assert_eq!(lead_len("- [x] a"), 2);
    assert_eq!(lead_len("12. Press"), 4);
    assert_eq!(lead_len("> ## Title"), 5);
    assert_eq!(lead_len("2.5 days"), 0);
    assert_eq!(lead_len("**bold** word"), 0);
    assert!(is_item("1) go") && is_item("* go") && !is_item("# go") && !is_item("go"));
}

proptest! {
    #[test]
    fn what_was_seen_of_a_sentence_need_not_be_seen_again(
        text in r"(The warranty |Dr\. |\.\.\.|\. |\.|…|\n|\n\n|\n- |1\. |\[S[0-9]\]| \[S1|e\.g\. |etc\. |👋|。|！|\*\*|```|# |\) |! |[a-zA-Z ]){0,40}",
        cut in any::<prop::sample::Index>(),
    ) {
        let head = text.get(..text.floor_char_boundary(cut.index(text.len() + 1))).unwrap_or_default();
        if let Found::NeedMore(seen) = end_of(head, 0, false) {
            prop_assert_eq!(end_behind(&text, 0, seen, true), end_of(&text, 0, true));
        }
    }
}
