//! A reply as an agent gets it. What an agent sends is plain text to the visitor, so it has no markers:
//! the sources stand beside it.

use crate::domain::{answering::markers, conversations::event::Claim};

/// `text` without its markers, and its claims where they are then.
#[must_use]
pub fn unmarked(text: &str, claims: &[Claim]) -> (String, Vec<Claim>) {
    let units: Vec<u16> = text.encode_utf16().collect();
    let moved = |at: usize| {
        let before = String::from_utf16_lossy(units.get(..at).unwrap_or(&units));
        markers::without(&before).encode_utf16().count()
    };
    let claims = claims.iter().map(|claim| Claim {
        start: moved(claim.start),
        end: moved(claim.end),
        ..claim.clone()
    });
    (markers::without(text), claims.collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::answering::stream::{AnswerStream, SourceText};

    #[test]
    fn claims_stand_where_they_stood_among_the_words() {
        let sources = [
            (1, "The warranty lasts 24 months."),
            (2, "Shipping is free above 50 euros."),
        ];
        let sources = sources.map(|(number, text)| SourceText {
            number,
            text: text.to_owned(),
        });
        let mut stream = AnswerStream::new(sources.to_vec());
        stream.push("😀 The warranty lasts 24 months [S1]. Shipping is free above 50 euros [S2][S1].");
        let (_, answer) = stream.finish(false);
        let (text, claims) = unmarked(&answer.text, &answer.claims);
        assert_eq!(
            text,
            "😀 The warranty lasts 24 months. Shipping is free above 50 euros."
        );
        let units: Vec<u16> = text.encode_utf16().collect();
        let said = |claim: &Claim| String::from_utf16(&units[claim.start..claim.end]).unwrap();
        let said: Vec<String> = claims.iter().map(|claim| said(claim).trim().to_owned()).collect();
        assert_eq!(
            said,
            [
                "😀 The warranty lasts 24 months.",
                "Shipping is free above 50 euros."
            ]
        );
        assert_eq!(claims[1].sources, [1, 2]);
    }
}
