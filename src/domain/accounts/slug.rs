//! A space's word in addresses, made from a name.

use rand::Rng;
use unicode_normalization::UnicodeNormalization;

/// Characters of a slug that is made here; there is room for an ending.
const LONGEST: usize = 40;
/// Letters and digits that are not taken for one another.
const ENDINGS: &[u8; 32] = b"abcdefghijkmnpqrstuvwxyz23456789";
const ENDING: usize = 5;

/// Lower-case letters, digits and single hyphens: `Café Müller & Co.` becomes `cafe-muller-co`. Where
/// nothing is left of a name, `space`.
#[must_use]
pub fn of(name: &str) -> String {
    let mut slug = String::new();
    for c in name.nfkd().flat_map(char::to_lowercase) {
        if slug.len() >= LONGEST {
            break;
        }
        if c.is_ascii_alphanumeric() {
            slug.push(c);
        } else if !unicode_normalization::char::is_combining_mark(c)
            && !slug.is_empty()
            && !slug.ends_with('-')
        {
            slug.push('-');
        }
    }
    let slug = slug.trim_end_matches('-');
    if slug.is_empty() {
        "space".to_owned()
    } else {
        slug.to_owned()
    }
}

/// Another slug for the same, where that one is taken.
#[must_use]
pub fn another(slug: &str) -> String {
    let mut bytes = [0_u8; ENDING];
    rand::rng().fill_bytes(&mut bytes);
    let letter = |byte: u8| ENDINGS.get(usize::from(byte) % ENDINGS.len()).copied();
    let ending: String = bytes.into_iter().filter_map(letter).map(char::from).collect();
    format!("{slug}-{ending}")
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn names_become_words_of_addresses() {
        for (name, slug) in [
            ("Acme Robotics", "acme-robotics"),
            ("Café Müller & Co.", "cafe-muller-co"),
            ("  --x--  ", "x"),
            ("株式会社", "space"),
            ("", "space"),
        ] {
            assert_eq!(of(name), slug);
        }
    }

    proptest! {
        #[test]
        fn every_name_has_one_that_the_database_takes(name in "\\PC{0,100}") {
            for slug in [of(&name), another(&of(&name))] {
                prop_assert!(slug.len() <= 63);
                prop_assert!(slug.starts_with(|c: char| c.is_ascii_lowercase() || c.is_ascii_digit()), "{}", slug);
                prop_assert!(slug.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-'));
            }
        }
    }
}
