//! Markdown marks out, words in: a sentence as it is said to a visitor.

/// `text` without emphasis, links and images, on one line.
pub fn plain(text: &str) -> String {
    let unlinked = unlinked(text);
    let mut out = String::with_capacity(unlinked.len());
    let mut chars = unlinked.chars().peekable();
    let mut before = ' ';
    while let Some(c) = chars.next() {
        let next = chars.peek().copied().unwrap_or(' ');
        match c {
            '\\' if next.is_ascii_punctuation() => out.extend(chars.next()),
            '*' if before.is_whitespace() && next.is_whitespace() => out.push(c),
            '*' => {}
            '_' if before.is_alphanumeric() && next.is_alphanumeric() => out.push(c),
            '_' if before == '_' || next == '_' => {}
            _ if c.is_whitespace() => {
                if !out.ends_with(' ') && !out.is_empty() {
                    out.push(' ');
                }
            }
            _ => out.push(c),
        }
        before = c;
    }
    out.trim_end().to_owned()
}

/// `[text](address)` becomes its text; an image goes.
fn unlinked(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('[') {
        let link = after.split_once("](").and_then(|(label, tail)| {
            let (_, behind) = tail.split_once(')')?;
            (!label.contains(['[', '\n'])).then_some((label, behind))
        });
        match link {
            Some((label, behind)) => {
                if let Some(before_image) = before.strip_suffix('!') {
                    out.push_str(before_image);
                } else {
                    out.push_str(before);
                    out.push_str(label);
                }
                rest = behind;
            }
            None => {
                out.push_str(before);
                out.push('[');
                rest = after;
            }
        }
    }
    out.push_str(rest);
    out
}

#[cfg(test)]
mod tests {
    use super::plain;

    #[test]
    fn marks_go_and_words_stay() {
        for (text, expected) in [
            ("**Robot > About** and *this*", "Robot > About and this"),
            ("see [our page](https://x.example/a) now", "see our page now"),
            ("![logo](a.png) hi", "hi"),
            ("use `client_id` or 2 * 3", "use `client_id` or 2 * 3"),
            ("a\n  b\\* c", "a b* c"),
            ("array[0] and [x]", "array[0] and [x]"),
        ] {
            assert_eq!(plain(text).trim(), expected);
        }
    }
}
