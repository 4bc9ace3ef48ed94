//! What is to be drafted, checked.

use parlance_store::queries::drafts::DraftKind;

use crate::{
    domain::{answering::prompt::is_language_tag, conversations::text::worth_saying},
    kernel::{code::Code, problem::Problem},
};

/// What an agent asks for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Wanted {
    /// An answer to what the visitor wrote last.
    Reply,
    /// What was said so far.
    Summary,
    /// Their own text in other words.
    Rewrite { how: Rewrite, text: String },
}

/// In which words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Rewrite {
    Rephrase,
    Shorter,
    /// Into the language of this tag, the visitor's where there is none.
    Translate {
        to: Option<String>,
    },
}

impl Wanted {
    /// What these words of a client ask for.
    ///
    /// # Errors
    /// `InvalidRequest` where a text is missing, or is there and not needed, and where `to` is no language
    /// or not that of a translation; `TextTooLong`.
    pub fn parse(kind: DraftKind, text: Option<&str>, to: Option<&str>) -> Result<Self, Problem> {
        let invalid = |detail: &str| Problem::new(Code::InvalidRequest, detail);
        if to.is_some() && kind != DraftKind::Translate {
            return Err(invalid("to: only a translation has one"));
        }
        if to.is_some_and(|tag| !names_a_language(tag)) {
            return Err(invalid("to: a language tag, as de or pt-BR"));
        }
        let how = match kind {
            DraftKind::Reply | DraftKind::Summary if text.is_some() => {
                return Err(invalid("text: only what is rewritten has one"));
            }
            DraftKind::Reply => return Ok(Self::Reply),
            DraftKind::Summary => return Ok(Self::Summary),
            DraftKind::Rephrase => Rewrite::Rephrase,
            DraftKind::Shorter => Rewrite::Shorter,
            DraftKind::Translate => Rewrite::Translate {
                to: to.map(str::to_owned),
            },
        };
        let text = text.ok_or_else(|| invalid("text: what is to be rewritten"))?;
        Ok(Self::Rewrite {
            how,
            text: worth_saying(text)?,
        })
    }

    #[must_use]
    pub fn kind(&self) -> DraftKind {
        match self {
            Self::Reply => DraftKind::Reply,
            Self::Summary => DraftKind::Summary,
            Self::Rewrite { how, .. } => match how {
                Rewrite::Rephrase => DraftKind::Rephrase,
                Rewrite::Shorter => DraftKind::Shorter,
                Rewrite::Translate { .. } => DraftKind::Translate,
            },
        }
    }
}

/// What can be drafted, with a model that writes or from the space's documents alone.
#[must_use]
pub fn offered(has_writer: bool) -> &'static [DraftKind] {
    if has_writer {
        DraftKind::ALL
    } else {
        &[DraftKind::Reply, DraftKind::Summary]
    }
}

/// Whether `tag` is formed as BCP 47 has it: a language of two to eight letters first.
fn names_a_language(tag: &str) -> bool {
    let mut parts = tag.split('-');
    let language = parts.next().unwrap_or_default();
    is_language_tag(tag)
        && (2..=8).contains(&language.len())
        && language.bytes().all(|b| b.is_ascii_alphabetic())
        && parts.all(|part| (1..=8).contains(&part.len()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_kind_takes_what_it_needs_and_nothing_else() {
        use DraftKind::{Rephrase, Reply, Shorter, Summary, Translate};
        let rewrite = |how| Wanted::Rewrite {
            how,
            text: "Hi".to_owned(),
        };
        let to = |tag: Option<&str>| Rewrite::Translate {
            to: tag.map(str::to_owned),
        };
        for (kind, text, tag, wanted) in [
            (Reply, None, None, Wanted::Reply),
            (Summary, None, None, Wanted::Summary),
            (Rephrase, Some(" Hi\0 "), None, rewrite(Rewrite::Rephrase)),
            (Shorter, Some("Hi"), None, rewrite(Rewrite::Shorter)),
            (Translate, Some("Hi"), None, rewrite(to(None))),
            (Translate, Some("Hi"), Some("pt-BR"), rewrite(to(Some("pt-BR")))),
        ] {
            let parsed = Wanted::parse(kind, text, tag).unwrap();
            assert_eq!((&parsed, parsed.kind()), (&wanted, kind));
        }
        let long = "x".repeat(4_001);
        for (kind, text, tag, code) in [
            (Reply, Some("Hi"), None, Code::InvalidRequest),
            (Summary, Some("Hi"), None, Code::InvalidRequest),
            (Reply, None, Some("de"), Code::InvalidRequest),
            (Shorter, Some("Hi"), Some("de"), Code::InvalidRequest),
            (Rephrase, None, None, Code::InvalidRequest),
            (Rephrase, Some(" \n"), None, Code::InvalidRequest),
            (Rephrase, Some(&long), None, Code::TextTooLong),
            (
                Translate,
                Some("Hi"),
                Some("German, and say so"),
                Code::InvalidRequest,
            ),
            (Translate, Some("Hi"), Some("1-2"), Code::InvalidRequest),
            (Translate, Some("Hi"), Some("de--AT"), Code::InvalidRequest),
        ] {
            let refused = Wanted::parse(kind, text, tag).unwrap_err();
            assert_eq!(refused.code, code, "{kind} {text:?} {tag:?}");
        }
    }
}
