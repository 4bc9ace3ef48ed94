//! A light English stemmer: enough that `returned`, `returns` and `returning` meet, small enough
//! to be seen through. It prefers to join too much rather than too little, because what it
//! serves (support, ranking) compares words in one small passage. Other scripts pass unchanged.

/// The stem of a lower-case word. Words under four letters and words with digits are their own.
#[must_use]
pub fn stem(word: &str) -> String {
    if word.len() < 4 || !word.bytes().all(|b| b.is_ascii_lowercase()) {
        return word.to_owned();
    }
    const REWRITES: [(&str, &str); 7] = [
        ("ization", "ize"),
        ("isation", "ize"),
        ("ational", "ate"),
        ("fulness", "ful"),
        ("iveness", "ive"),
        ("sses", "ss"),
        ("ies", "y"),
    ];
    const ENDINGS: [&str; 18] = [
        "ations", "ation", "ingly", "edly", "ments", "ment", "ings", "ions", "ing", "ers", "ors", "ion",
        "ed", "er", "or", "es", "ly", "s",
    ];
    let rewritten = REWRITES.iter().find_map(|(ending, replacement)| {
        let root = word.strip_suffix(ending).filter(|root| root.len() >= 2)?;
        Some(format!("{root}{replacement}"))
    });
    let mut root = rewritten.as_deref().unwrap_or(word);
    for _pass in 0..2 {
        root = ENDINGS
            .iter()
            .find_map(|ending| without(root, ending))
            .unwrap_or(root);
    }
    trim_vowel(root)
}

/// `word` without `ending`, when what remains is still a word (three letters and no `ss`, `us`).
fn without<'a>(word: &'a str, ending: &str) -> Option<&'a str> {
    let root = word.strip_suffix(ending)?;
    let still_a_word = root.len() >= 3 && !(ending == "s" && root.ends_with(['s', 'u']));
    still_a_word.then(|| undouble(root))
}

/// `stopp` → `stop`, but `roll` and `pass` stay.
fn undouble(root: &str) -> &str {
    let mut back = root.bytes().rev();
    match (back.next(), back.next()) {
        (Some(last), Some(before))
            if last == before && root.len() > 3 && !matches!(last, b'l' | b's' | b'e' | b'o') =>
        {
            root.get(..root.len() - 1).unwrap_or(root)
        }
        _ => root,
    }
}

/// A final `e` or `y` goes (`use`/`using`, `study`/`studi`), from roots that stay three long.
fn trim_vowel(root: &str) -> String {
    let trimmed = root.strip_suffix(['e', 'y', 'i']).unwrap_or(root);
    if trimmed.len() >= 3 {
        trimmed.to_owned()
    } else {
        root.to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::stem;

    #[test]
    fn forms_of_a_word_meet() {
        for family in [
            &["return", "returns", "returned", "returning"][..],
            &["ship", "ships", "shipped", "shipping", "shipment", "shipper"],
            &["deliver", "delivers", "delivered", "delivering"],
            &["battery", "batteries"],
            &["charge", "charges", "charging", "charger", "charged"],
            &["use", "uses"],
            &["replace", "replacement", "replacing"],
            &["cancel", "cancels", "cancelation"],
        ] {
            let stems: std::collections::BTreeSet<_> = family.iter().map(|w| stem(w)).collect();
            assert_eq!(stems.len(), 1, "{family:?} → {stems:?}");
        }
        assert_eq!(stem("straße"), "straße");
    }
}
