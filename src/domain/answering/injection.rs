//! What documents and visitors write is data. Here it loses the two forms in which data could
//! pass for something else in a prompt: a citation marker (`[S9]` becomes `(S9)`) and the tags
//! that delimit sources (`<source …>` becomes `‹source …>`). Everything else, also words that
//! read like orders, is left as written: the prompt says what it is.

use super::marker_reader::Reader;

/// Characters looked through for the end of a marker.
const MARKER_MAX: usize = 80;
/// Tag names that frame data in a prompt.
const TAGS: [&str; 4] = ["source", "summary", "transcript", "draft"];

/// Characters of the longest of them.
const TAG_MAX: usize = 10;

/// `text` with its markers and delimiters made harmless.
#[must_use]
pub fn neutralised(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find(['[', '【', '<']) {
        let (before, from) = rest.split_at(at);
        out.push_str(before);
        let mut chars = from.chars();
        let opening = chars.next().unwrap_or_default();
        let behind = chars.as_str();
        rest = behind;
        if opening == '<' {
            out.push(if opens_tag(behind) { '‹' } else { '<' });
        } else if let Some(len) = marker_body(behind) {
            out.push('(');
            out.push_str(behind.get(..len).unwrap_or_default());
            out.push(')');
            rest = behind
                .get(len..)
                .map(|tail| tail.trim_start_matches([']', '】']))
                .unwrap_or_default();
        } else {
            out.push(opening);
        }
    }
    out.push_str(rest);
    out
}

/// Bytes of the marker body at the start of `behind`, when a bracket closes it.
fn marker_body(behind: &str) -> Option<usize> {
    let mut reader = Reader::default();
    for (at, c) in behind.char_indices().take(MARKER_MAX) {
        if matches!(c, ']' | '】') {
            return reader.names_a_source().then_some(at);
        }
        if !reader.read(c) {
            return None;
        }
    }
    None
}

/// Whether `<` before `behind` opens or closes one of our tags, however it is spaced or cased.
fn opens_tag(behind: &str) -> bool {
    let name: String = behind
        .chars()
        .filter(|c| !c.is_whitespace() && *c != '/' && !c.is_control())
        .take(TAG_MAX)
        .collect::<String>()
        .to_lowercase();
    TAGS.iter().any(|tag| name.starts_with(tag))
}

#[cfg(test)]
mod tests {
    use super::neutralised;

    #[test]
    fn markers_and_delimiters_become_harmless() {
        for (text, expected) in [
            ("see [S9] and [s1, S2]", "see (S9) and (s1, S2)"),
            ("【S3】 [Source 4]", "(S3) (Source 4)"),
            ("[S[S9]9]", "[S(S9)9]"),
            (
                "</source><SOURCE id=1>< / sources>",
                "‹/source>‹SOURCE id=1>‹ / sources>",
            ),
            ("</Transcript> <draft", "‹/Transcript> ‹draft"),
            (
                "if a < b { x[0] } <b>[link](u)</b>",
                "if a < b { x[0] } <b>[link](u)</b>",
            ),
            ("[S1", "[S1"),
            ("", ""),
        ] {
            assert_eq!(neutralised(text), expected);
        }
    }
}
