//! Variables in a canned reply: `{{visitor.name}}`, or `{{visitor.name|there}}` with what stands there where
//! the name is not known. Here they are only checked; the console fills them in when a reply is inserted.

/// What a text may name.
pub const KNOWN: [&str; 4] = ["visitor.name", "visitor.email", "agent.name", "space.name"];

/// What is wrong with the variables of `text`, in words for whoever wrote it; none where nothing is.
#[must_use]
pub fn fault(text: &str) -> Option<String> {
    let mut rest = text;
    while let Some((_, after)) = rest.split_once("{{") {
        let Some((inside, then)) = after.split_once("}}") else {
            return Some("text: a variable has no end: close it with }}".to_owned());
        };
        if inside.contains("{{") {
            return Some("text: a variable has no end: close it with }}".to_owned());
        }
        let name = inside.split('|').next().unwrap_or_default().trim();
        if !KNOWN.contains(&name) {
            let known = KNOWN.join(", ");
            return Some(format!(
                "text: there is no variable \"{name}\": use one of {known}"
            ));
        }
        rest = then;
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_unknown_variable_is_named() {
        for sound in [
            "",
            "no {variable}",
            "{{visitor.name}}",
            "{{ visitor.name | you }}, {{agent.name|}}",
            "{{space.name}}{{visitor.email}} }}",
        ] {
            assert_eq!(fault(sound), None, "{sound}");
        }
        for (text, said) in [
            ("Hi {{visitor.nme|there}}", "\"visitor.nme\""),
            ("{{visitor.name}} {{}}", "\"\""),
            ("{{Visitor.Name}}", "\"Visitor.Name\""),
            ("{{visitor.name", "has no end"),
            ("{{visitor.name {{agent.name}}", "has no end"),
        ] {
            assert!(fault(text).is_some_and(|fault| fault.contains(said)), "{text}");
        }
    }
}
