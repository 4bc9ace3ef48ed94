//! Stories and properties of the answer stream.

use proptest::prelude::*;

use super::*;

fn sources() -> Vec<SourceText> {
    let text = |number, text: &str| SourceText {
        number,
        text: text.to_owned(),
    };
    vec![
        text(
            1,
            "The warranty lasts 24 months. Hold the power button for five seconds. Press reset.",
        ),
        text(2, "Returns are free within 30 days of delivery."),
    ]
}

fn stream(pieces: &[&str]) -> (String, Vec<Claim>, Answer) {
    let mut stream = AnswerStream::new(sources());
    let (mut text, mut claims) = (String::new(), Vec::new());
    let mut take = |events: Vec<AnswerEvent>| {
        for event in events {
            match event {
                AnswerEvent::Delta(delta) => text.push_str(&delta),
                AnswerEvent::Claim(claim) => claims.push(claim),
            }
        }
    };
    for piece in pieces {
        take(stream.push(piece));
    }
    let (events, answer) = stream.finish(false);
    take(events);
    (text, claims, answer)
}

/// The text a claim covers, as a browser would slice it.
fn slice(text: &str, claim: &Claim) -> String {
    let units: Vec<u16> = text.encode_utf16().collect();
    String::from_utf16(&units[claim.start..claim.end]).expect("whole characters")
}

fn covered(pieces: &[&str]) -> Vec<(String, Vec<u32>, bool)> {
    let (text, claims, _) = stream(pieces);
    claims
        .iter()
        .map(|c| (slice(&text, c), c.sources.clone(), c.support >= 0.5))
        .collect()
}

#[test]
fn claims_are_scored_against_what_they_cite() {
    let (text, claims, answer) = stream(&[
        "Hi 👋! The warranty lasts 24 mon",
        "ths [S",
        "1]. Returns are free within 60 days [S2][S9]. Any other question?",
    ]);
    assert_eq!(
        text,
        "Hi 👋! The warranty lasts 24 months [S1]. Returns are free within 60 days [S2]. Any other question?"
    );
    assert_eq!(answer.text, text);
    assert_eq!(answer.claims, claims);
    assert_eq!(slice(&text, &claims[0]), "The warranty lasts 24 months [S1].");
    assert!(claims[0].support > 0.8 && claims[1].support < 0.4, "{claims:?}");
    assert_eq!(answer.cited, BTreeSet::from([1, 2]));
    let grounding = answer.grounding.expect("claims");
    assert!(grounding > claims[1].support && grounding < claims[0].support);
}

#[test]
fn list_items_are_claims_and_inherit_a_cited_lead_in() {
    let got = covered(&[
        "## Reset\nTo reset it [S1]:\n1. Hold the power button for five seconds.\n2. Press reset\n\nReturns are free [S2].",
    ]);
    assert_eq!(
        got,
        [
            (
                "Hold the power button for five seconds.".to_owned(),
                vec![1],
                true
            ),
            ("Press reset".to_owned(), vec![1], true),
            ("Returns are free [S2].".to_owned(), vec![2], true),
        ]
    );
}

#[test]
fn a_statement_without_citation_is_unsupported_and_courtesy_is_no_claim() {
    let (_, claims, answer) = stream(&["Shipping to Norway takes nine days."]);
    assert_eq!((claims[0].sources.len(), answer.grounding), (0, Some(0.0)));
    let (_, claims, answer) = stream(&["Hello! How can I help you today?"]);
    assert_eq!((claims.len(), answer.grounding), (0, None));
    assert!(stream(&[]).2.text.is_empty());
    assert!(covered(&["```\nwarranty lasts 24 months\n```\n"]).is_empty());
}

#[test]
fn a_claim_is_told_as_soon_as_its_sentence_is_over() {
    let mut stream = AnswerStream::new(sources());
    assert_eq!(
        stream.push("Returns are free [S2]."),
        [AnswerEvent::Delta("Returns are free [S2].".into())]
    );
    let events = stream.push(" The");
    assert!(
        matches!(events.as_slice(), [AnswerEvent::Delta(_), AnswerEvent::Claim(_)]),
        "{events:?}"
    );
}

#[test]
fn a_sentence_that_was_cut_claims_nothing() {
    let said = "The warranty lasts 24 months [S1]. Returns of what was bought in a sh";
    let ended = |cut| {
        let mut stream = AnswerStream::new(sources());
        let mut events = stream.push(said);
        let (rest, answer) = stream.finish(cut);
        events.extend(rest);
        assert_eq!(answer.text, said);
        assert_eq!(
            events
                .iter()
                .filter(|event| matches!(event, AnswerEvent::Claim(_)))
                .count(),
            answer.claims.len()
        );
        (answer.claims.len(), answer.grounding.unwrap() > 0.9)
    };
    assert_eq!((ended(true), ended(false)), ((1, true), (2, false)));
}

#[test]
fn an_endless_answer_is_cut() {
    let mut stream = AnswerStream::new(sources());
    for _ in 0..30 {
        stream.push(&"word ".repeat(2_000));
    }
    let (_, answer) = stream.finish(false);
    assert!(answer.text.len() <= ANSWER_MAX);
}

proptest! {
    #[test]
    fn any_chunking_gives_the_same_text_and_claims(
        text in r"(The warranty |lasts 24 months|\. |\.|\n|\n- |1\. |\[S[0-9]\]| \[S1, S2\]|e\.g\. |👋|é|。|\*\*|```|: |\? |3\.5 |[a-zA-Z ]){0,60}",
        cuts in prop::collection::vec(1usize..9, 0..90),
    ) {
        let whole = stream(&[&text]);
        let mut pieces = Vec::new();
        let mut rest = text.as_str();
        for cut in cuts {
            let at = rest.char_indices().nth(cut).map_or(rest.len(), |(at, _)| at);
            let (piece, tail) = rest.split_at(at);
            pieces.push(piece);
            rest = tail;
        }
        pieces.push(rest);
        prop_assert_eq!(stream(&pieces), whole.clone());
        let (text, claims, answer) = whole;
        prop_assert_eq!(&answer.text, &text);
        let mut end = 0;
        for claim in &claims {
            prop_assert!(claim.start >= end && claim.end > claim.start);
            prop_assert!(claim.sources.iter().all(|n| *n == 1 || *n == 2));
            let _ = slice(&text, claim);
            end = claim.end;
        }
    }
}

#[test]
fn what_cannot_be_stored_never_reaches_the_text() {
    let mut stream = AnswerStream::new(Vec::new());
    stream.push("Five\0 days");
    assert_eq!(stream.finish(false).1.text, "Five days");
}
