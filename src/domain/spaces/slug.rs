//! A space's word in addresses: what may be one, and one made from a name.

use unicode_normalization::{UnicodeNormalization, char::is_combining_mark};
use uuid::Uuid;

/// Characters.
pub const MIN: usize = 3;
pub const MAX: usize = 63;
/// What stands for a name of which no letter can be written so.
const NAMELESS: &str = "space";
/// Of a name that others have, so many are tried by number.
const NUMBERED: u32 = 50;

/// Words that addresses of ours begin with, or may come to.
const RESERVED: &[&str] = &[
    "account",
    "accounts",
    "admin",
    "api",
    "app",
    "assets",
    "auth",
    "billing",
    "blog",
    "cdn",
    "chat",
    "config",
    "console",
    "demo",
    "dev",
    "docs",
    "frame",
    "healthz",
    "help",
    "login",
    "logout",
    "mail",
    "metrics",
    "null",
    "oauth",
    "parlance",
    "public",
    "readyz",
    "root",
    "settings",
    "signup",
    "socket",
    "sources",
    "static",
    "status",
    "support",
    "system",
    "undefined",
    "widget",
    "www",
];

/// Letters that do not come apart into a plain one and a mark.
const PLAIN: &[(char, &str)] = &[
    ('ß', "ss"),
    ('æ', "ae"),
    ('œ', "oe"),
    ('ø', "o"),
    ('đ', "d"),
    ('ð', "d"),
    ('þ', "th"),
    ('ł', "l"),
    ('ħ', "h"),
    ('ı', "i"),
    ('&', " and "),
];

/// What is wrong with a slug, in words for who chose it; nothing where it may be used.
#[must_use]
pub fn refused(slug: &str) -> Option<&'static str> {
    let sound = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-';
    if !slug.bytes().all(sound) || !(MIN..=MAX).contains(&slug.len()) {
        Some("give 3 to 63 lower-case letters, digits and hyphens")
    } else if slug.starts_with('-') || slug.ends_with('-') || slug.contains("--") {
        Some("put single hyphens between letters or digits only")
    } else if RESERVED.contains(&slug) || slug.starts_with("pk-") {
        Some("this word is reserved: choose another")
    } else if Uuid::try_parse(slug).is_ok() {
        Some("choose a word, not an id")
    } else {
        None
    }
}

/// Slugs for a space of this name, the best first. Each may be used; which is free is for the caller to
/// find out.
#[must_use]
pub fn of_name(name: &str) -> Vec<String> {
    let plain = plain(name);
    let base = [plain.as_str(), &format!("{plain}-{NAMELESS}")]
        .into_iter()
        .find(|slug| refused(slug).is_none())
        .unwrap_or(NAMELESS)
        .to_owned();
    let numbered = (2..=NUMBERED).map(|n| with_ending(&base, &n.to_string()));
    let id = Uuid::new_v4().simple().to_string();
    let last = with_ending(&base, id.get(..12).unwrap_or(&id));
    std::iter::once(base.clone())
        .chain(numbered)
        .chain([last])
        .collect()
}

fn with_ending(base: &str, ending: &str) -> String {
    let room = MAX - ending.len() - 1;
    let start = base.get(..room).unwrap_or(base).trim_end_matches('-');
    format!("{start}-{ending}")
}

/// The letters and digits of a name that ASCII has, in words with a hyphen between them.
fn plain(name: &str) -> String {
    let mut slug = String::new();
    let lower = name.to_lowercase();
    for c in lower.nfkd().filter(|c| !is_combining_mark(*c)) {
        let one = c.to_string();
        let known = PLAIN.iter().find(|(letter, _)| *letter == c);
        for c in known.map_or(one.as_str(), |(_, plain)| plain).chars() {
            match c.to_ascii_lowercase() {
                c if c.is_ascii_alphanumeric() => slug.push(c),
                // As in "Ada's shop".
                '\'' | '’' => {}
                _ if slug.ends_with('-') || slug.is_empty() => {}
                _ => slug.push('-'),
            }
        }
    }
    // Room for an ending.
    let short = slug.get(..MAX - 13).unwrap_or(&slug);
    short.trim_end_matches('-').to_owned()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_name_becomes_a_word() {
        for (name, slug) in [
            ("Acme Robotics", "acme-robotics"),
            ("  Ada's   Shop!! ", "adas-shop"),
            ("Straße & Łódź", "strasse-and-lodz"),
            ("Café Zürich №5", "cafe-zurich-no5"),
            ("Ⅷ ﬁne", "viii-fine"),
            ("Admin", "admin-space"),
            ("HQ", "hq-space"),
            ("магазин", "space"),
            ("…", "space"),
            ("", "space"),
        ] {
            assert_eq!(of_name(name).first().unwrap(), slug, "{name:?}");
        }
    }

    #[test]
    fn what_may_not_be_one_is_said() {
        let id = "0192f7a0-0000-7000-8000-000000000001";
        for slug in [
            "",
            "ab",
            "-ab",
            "ab-",
            "a--b",
            "Acme",
            "a b",
            "a_b",
            "pk_12345678",
            "pk-12345678",
            "api",
            "healthz",
            "ä-cme",
            id,
            &"a".repeat(64),
        ] {
            assert!(refused(slug).is_some(), "{slug:?}");
        }
        for slug in ["acme", "a-1", "123", "apis", &"a".repeat(63)] {
            assert_eq!(refused(slug), None, "{slug:?}");
        }
    }

    proptest! {
        #[test]
        fn whatever_the_name_every_slug_may_be_used(name in "\\PC{0,120}|[a-zA-Z '-]{0,120}") {
            let slugs = of_name(&name);
            for slug in &slugs {
                prop_assert_eq!(refused(slug), None, "{}", slug);
            }
            let mut once = slugs.clone();
            once.sort();
            once.dedup();
            prop_assert_eq!(once.len(), slugs.len());
        }

        #[test]
        fn a_slug_is_the_slug_of_itself(slug in "[a-z0-9]{3,8}(-[a-z0-9]{1,8}){0,4}") {
            prop_assume!(refused(&slug).is_none());
            let made = of_name(&slug);
            prop_assert_eq!(made.first(), Some(&slug));
        }
    }
}
