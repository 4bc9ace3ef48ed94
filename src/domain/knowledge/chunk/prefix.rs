//! Title and headings in front of the text that is embedded: a passage that never names its
//! product is still found by it.

/// One line that ends in a line break, or nothing. Outer headings go first when it is too long,
/// then the title; the innermost heading is cut by words if it alone is too long.
pub(super) fn prefix(title: &str, heading: &[String], limit: usize, count: &dyn Fn(&str) -> usize) -> String {
    let mut parts: Vec<&str> = Vec::with_capacity(heading.len() + 1);
    for part in std::iter::once(title).chain(heading.iter().map(String::as_str)) {
        let part = part.trim();
        if !part.is_empty() && parts.last().is_none_or(|last| !last.eq_ignore_ascii_case(part)) {
            parts.push(part);
        }
    }
    loop {
        let line = line(&parts);
        if count(&line) <= limit {
            return line;
        }
        match parts.len() {
            0 | 1 => return cut(&parts, limit, count),
            2 => parts.remove(0),
            _ => parts.remove(1),
        };
    }
}

fn line(parts: &[&str]) -> String {
    if parts.is_empty() {
        String::new()
    } else {
        format!("{}\n", parts.join(" > "))
    }
}

fn cut(parts: &[&str], limit: usize, count: &dyn Fn(&str) -> usize) -> String {
    let mut words: Vec<&str> = parts
        .iter()
        .flat_map(|part| part.split_whitespace())
        .take(limit)
        .collect();
    while !words.is_empty() {
        let line = line(&[&words.join(" ")]);
        if count(&line) <= limit {
            return line;
        }
        words.pop();
    }
    String::new()
}
