//! What a page says of its visitor, as it comes over the wire.

use std::fmt;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Characters of a host site's own id of somebody at most.
pub const ID_MAX: usize = 200;
const NAME_MAX: usize = 200;
/// RFC 5321, 4.5.3.1.3, less the brackets.
const EMAIL_MAX: usize = 254;
const AVATAR_MAX: usize = 1_000;

/// Who a page says its visitor is: a `token` proves it all, a `signature` the id alone; the rest is
/// hearsay. Fields of other names are passed over.
#[derive(Clone, Default, Serialize, Deserialize, ToSchema)]
#[serde(default)]
pub struct Identity {
    /// A JWT that the host's server signed.
    #[schema(max_length = 16_384)]
    pub token: Option<String>,
    /// The host's own id of its user.
    #[schema(min_length = 1, max_length = 200)]
    pub id: Option<String>,
    #[schema(max_length = 200)]
    pub name: Option<String>,
    /// An e-mail address; what is empty is none.
    #[schema(max_length = 254)]
    pub email: Option<String>,
    /// The `https` address of a picture; what is empty is none.
    #[schema(max_length = 1_000)]
    pub avatar: Option<String>,
    /// HMAC-SHA-256 of `id`, in hex.
    pub signature: Option<String>,
}

impl fmt::Debug for Identity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(if self.is_proof() {
            "Identity(with a proof)"
        } else {
            "Identity"
        })
    }
}

impl Identity {
    /// Whether it comes with a proof, sound or not.
    #[must_use]
    pub fn is_proof(&self) -> bool {
        self.token.is_some() || self.signature.is_some()
    }
}

/// Somebody's name and how to reach them.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Person {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub email: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub avatar: Option<String>,
}

/// A field of an identity that cannot be taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{field}: {wanted}")]
pub struct Wrong {
    pub field: &'static str,
    pub wanted: &'static str,
}

impl Person {
    /// Trimmed; what is empty is absent.
    ///
    /// # Errors
    /// The first field that is too long or no such thing.
    pub fn parse(name: Option<String>, email: Option<String>, avatar: Option<String>) -> Result<Self, Wrong> {
        let person = Self {
            name: trimmed(name),
            email: trimmed(email),
            avatar: trimmed(avatar),
        };
        let sound = |text: &Option<String>, check: fn(&str) -> bool| text.as_deref().is_none_or(check);
        let wrong = |field, wanted| Err(Wrong { field, wanted });
        if !sound(&person.name, |name| is_text(name, NAME_MAX)) {
            return wrong("name", "give at most 200 characters");
        }
        if !sound(&person.email, is_email) {
            return wrong("email", "give an e-mail address");
        }
        if !sound(&person.avatar, |avatar| {
            avatar.starts_with("https://") && is_text(avatar, AVATAR_MAX)
        }) {
            return wrong("avatar", "give an https address of at most 1,000 characters");
        }
        Ok(person)
    }
}

/// A host site's own id of somebody.
///
/// # Errors
/// Where it is empty, too long, or has control characters.
pub fn parse_id(id: String) -> Result<String, Wrong> {
    if id.trim().is_empty() || !is_text(&id, ID_MAX) {
        return Err(Wrong {
            field: "id",
            wanted: "give 1 to 200 characters",
        });
    }
    Ok(id)
}

fn trimmed(text: Option<String>) -> Option<String> {
    let text = text?;
    let text = text.trim();
    (!text.is_empty()).then(|| text.to_owned())
}

fn is_text(text: &str, most: usize) -> bool {
    text.chars().count() <= most && !text.chars().any(char::is_control)
}

fn is_email(text: &str) -> bool {
    let parts = text.rsplit_once('@');
    text.len() <= EMAIL_MAX
        && !text.chars().any(|c| c.is_whitespace() || c.is_control())
        && parts.is_some_and(|(name, host)| !name.is_empty() && !host.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn some(text: &str) -> Option<String> {
        Some(text.to_owned())
    }

    #[test]
    fn a_person_is_trimmed_and_bounded() {
        let ann = Person::parse(some(" Ann "), some(""), None).unwrap();
        assert_eq!((ann.name.as_deref(), ann.email), (Some("Ann"), None));
        let field = |name, email, avatar| Person::parse(name, email, avatar).unwrap_err().field;
        assert_eq!(field(some(&"x".repeat(201)), None, None), "name");
        assert_eq!(field(some("a\0b"), None, None), "name");
        for wrong in ["ann", "@", "ann@", "a b@c.d", &format!("{}@c.d", "x".repeat(254))] {
            assert_eq!(field(None, some(wrong), None), "email", "{wrong}");
        }
        for wrong in ["http://x.example/a.png", "javascript:alert(1)", "//x.example"] {
            assert_eq!(field(None, None, some(wrong)), "avatar", "{wrong}");
        }
        for wrong in ["", " ", "a\nb", &"x".repeat(201)] {
            assert!(parse_id(wrong.to_owned()).is_err(), "{wrong:?}");
        }
        assert_eq!(parse_id("ü".repeat(200)).unwrap().chars().count(), 200);
    }
}
