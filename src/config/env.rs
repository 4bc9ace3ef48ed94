//! Reading variables, one by one, so that all that is wrong is told at once.

use std::{fmt::Display, str::FromStr};

use secrecy::SecretString;

/// Variables, and what was wrong with those read so far.
pub struct Env<'a> {
    lookup: &'a dyn Fn(&str) -> Option<String>,
    pub problems: Vec<String>,
}

impl<'a> Env<'a> {
    pub fn new(lookup: &'a dyn Fn(&str) -> Option<String>) -> Self {
        Self {
            lookup,
            problems: Vec::new(),
        }
    }

    /// The value, trimmed; an empty one counts as absent.
    pub fn text(&self, name: &str) -> Option<String> {
        let value = (self.lookup)(name)?;
        let value = value.trim();
        (!value.is_empty()).then(|| value.to_owned())
    }

    pub fn secret(&self, name: &str) -> Option<SecretString> {
        self.text(name).map(SecretString::from)
    }

    /// The parsed value, or `default` when there is none or it cannot be parsed.
    pub fn parsed<T: FromStr<Err: Display>>(&mut self, name: &str, default: T) -> T {
        self.parsed_maybe(name).unwrap_or(default)
    }

    pub fn parsed_maybe<T: FromStr<Err: Display>>(&mut self, name: &str) -> Option<T> {
        let value = self.text(name)?;
        match value.parse() {
            Ok(parsed) => Some(parsed),
            Err(error) => {
                self.problems.push(format!("{name}: {error}"));
                None
            }
        }
    }

    /// One of `words`, by its place; `default` when there is none or another.
    pub fn word<T: Copy>(&mut self, name: &str, words: &[(&str, T)], default: T) -> T {
        let Some(value) = self.text(name) else {
            return default;
        };
        if let Some((_, found)) = words.iter().find(|(word, _)| *word == value) {
            return *found;
        }
        let known: Vec<_> = words.iter().map(|(word, _)| *word).collect();
        self.problems.push(format!(
            "{name}: write one of {}, not `{value}`",
            known.join(", ")
        ));
        default
    }

    /// An address of a web service, without the slash at its end.
    pub fn url(&mut self, name: &str) -> Option<String> {
        let value = self.text(name)?;
        if !value.starts_with("http://") && !value.starts_with("https://") {
            self.problems.push(format!(
                "{name}: write an address that begins with http:// or https://"
            ));
            return None;
        }
        Some(value.trim_end_matches('/').to_owned())
    }
}
