//! Byte offsets to character offsets, which is what Postgres, JSON and browsers count in.

/// Characters before a byte offset. Marks every 1,024th byte, so that a question costs at most
/// that many steps in a text of any length.
#[derive(Debug)]
pub struct CharOffsets<'a> {
    text: &'a str,
    marks: Vec<usize>,
}

const STEP: usize = 1024;

impl<'a> CharOffsets<'a> {
    #[must_use]
    pub fn new(text: &'a str) -> Self {
        let mut seen = 0;
        let marks = text
            .as_bytes()
            .chunks(STEP)
            .map(|chunk| {
                let before = seen;
                seen += starts(chunk);
                before
            })
            .collect();
        Self { text, marks }
    }

    /// Characters (Unicode scalar values) before byte `at`; all of them beyond the end.
    #[must_use]
    pub fn chars_before(&self, at: usize) -> usize {
        let at = at.min(self.text.len());
        let Some(mark) = self.marks.get(at / STEP).or(self.marks.last()) else {
            return 0;
        };
        let from = (at / STEP).min(self.marks.len().saturating_sub(1)) * STEP;
        mark + self.text.as_bytes().get(from..at).map_or(0, starts)
    }
}

/// Characters that begin in these bytes.
fn starts(bytes: &[u8]) -> usize {
    bytes.iter().filter(|&&byte| byte & 0xC0 != 0x80).count()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn agrees_with_counting(text in "[aä🙂]{0,3000}") {
            let offsets = CharOffsets::new(&text);
            for (chars, (at, _)) in text.char_indices().enumerate() {
                prop_assert_eq!(offsets.chars_before(at), chars);
            }
            prop_assert_eq!(offsets.chars_before(text.len() + 9), text.chars().count());
        }
    }
}
