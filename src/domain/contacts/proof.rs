//! Whether a host site vouches for its visitor: a JWT (RFC 7519) under HS256 or RS256, or an HMAC of
//! the id. What a key is for was set when it was made, and a token has no say in it: none that names
//! another algorithm is even looked at, and a secret that signs ids never proves a token, for an id
//! could be made to look like one.

use std::fmt;

use chrono::{DateTime, TimeDelta, Utc};
use hmac::{Hmac, KeyInit, Mac};
use jsonwebtoken::{Algorithm, DecodingKey, Validation};
use parlance_store::{ids::IdentityKeyId, queries::identity_keys::IdentityAlgorithm};
use serde::Deserialize;
use serde_json::{Map, Value, json};
use sha2::Sha256;

use super::identity::{Identity, Person, Wrong, parse_id};
use crate::domain::spaces::origins::covers;

/// Bytes of a token at most: attributes of 8 KiB fit well.
const TOKEN_MAX: usize = 16 * 1024;
/// How long a proof may be good for. Whoever finds one later can do nothing with it.
pub const PROOF_TTL: TimeDelta = TimeDelta::hours(24);
/// How far the host's clock may be from ours.
const LEEWAY: TimeDelta = TimeDelta::seconds(60);

/// A key of a space, ready for use.
#[derive(Clone)]
pub struct Key {
    pub id: IdentityKeyId,
    pub algorithm: IdentityAlgorithm,
    /// The shared secret, or the public key as PEM.
    pub material: Vec<u8>,
}

impl fmt::Debug for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Key({}, {})", self.id, self.algorithm)
    }
}

/// Whom a space goes by in a token's `aud` and `iss`.
#[derive(Clone, Copy, Debug)]
pub struct Names<'a> {
    pub slug: &'a str,
    pub public_key: &'a str,
    /// The key before it, while that works.
    pub old_key: Option<&'a str>,
    /// The space's own sites, whose origins may issue too.
    pub origins: &'a [String],
}

/// What is proven.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Proof {
    /// The host's own id of the visitor.
    pub external_id: String,
    pub person: Person,
    /// A JSON object.
    pub attributes: Value,
    /// By which key.
    pub key: IdentityKeyId,
}

/// Why nothing is proven. Says nothing of keys that the sender does not say first.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refused {
    #[error("the space has no key for this yet: make one in its settings")]
    NoKey,
    #[error("the token is not a JWT of at most 16 KiB")]
    Malformed,
    #[error("the token names a key (kid) that the space does not have, or that was retired")]
    UnknownKey,
    #[error("the token is not signed with the algorithm of its key")]
    Algorithm,
    #[error("the signature is not right: it must be made with the secret of this space")]
    Signature,
    #[error("the token has expired: make one for each page")]
    Expired,
    #[error("the token is not valid yet: is the clock of the host right?")]
    NotYet,
    #[error("the token must expire (exp) within 24 hours, or say when it was made (iat) within the last 24")]
    TooLong,
    #[error("the token is for another audience: aud is the slug or the public key of the space")]
    Audience,
    #[error("the token is of another issuer: iss is the slug, the public key or a site of the space")]
    Issuer,
    #[error("{0}")]
    Wrong(#[from] Wrong),
}

/// Checks the proof in `identity` against the space's `keys`, the newest first. What comes with a
/// signature besides the id is not proven.
///
/// # Errors
/// [`Refused`].
pub fn check(
    keys: &[Key],
    names: Names<'_>,
    identity: &Identity,
    now: DateTime<Utc>,
) -> Result<Proof, Refused> {
    match (&identity.token, &identity.signature) {
        (Some(token), _) => by_token(keys, names, token, now),
        (None, Some(signature)) => {
            let id = parse_id(identity.id.clone().unwrap_or_default())?;
            by_signature(keys, id, signature)
        }
        (None, None) => Err(Refused::Malformed),
    }
}

fn by_signature(keys: &[Key], id: String, signature: &str) -> Result<Proof, Refused> {
    let mut keys = keys
        .iter()
        .filter(|key| key.algorithm == IdentityAlgorithm::Hmac)
        .peekable();
    keys.peek().ok_or(Refused::NoKey)?;
    let signature = hex::decode(signature).map_err(|_| Refused::Signature)?;
    let signed = |key: &&Key| {
        Hmac::<Sha256>::new_from_slice(&key.material)
            // Compares in constant time.
            .is_ok_and(|mac| mac.chain_update(&id).verify_slice(&signature).is_ok())
    };
    let key = keys.find(signed).ok_or(Refused::Signature)?;
    Ok(Proof {
        external_id: id,
        person: Person::default(),
        attributes: json!({}),
        key: key.id,
    })
}

fn by_token(keys: &[Key], names: Names<'_>, token: &str, now: DateTime<Utc>) -> Result<Proof, Refused> {
    if token.len() > TOKEN_MAX {
        return Err(Refused::Malformed);
    }
    let keys: Vec<(&Key, Algorithm)> = keys.iter().filter_map(|key| Some((key, pinned(key)?))).collect();
    if keys.is_empty() {
        return Err(Refused::NoKey);
    }
    // An algorithm of another kind, such as "none", is no header of ours.
    let header = jsonwebtoken::decode_header(token).map_err(|_| Refused::Malformed)?;
    if header.crit.is_some() {
        return Err(Refused::Malformed);
    }
    let named: Vec<_> = match &header.kid {
        Some(kid) => keys
            .into_iter()
            .filter(|(key, _)| key.id.to_string() == *kid)
            .collect(),
        None => keys,
    };
    if named.is_empty() {
        return Err(Refused::UnknownKey);
    }
    let pinned: Vec<_> = named
        .into_iter()
        .filter(|(_, algorithm)| *algorithm == header.alg)
        .collect();
    if pinned.is_empty() {
        return Err(Refused::Algorithm);
    }
    let opened = pinned
        .into_iter()
        .find_map(|(key, algorithm)| Some((key, open(key, algorithm, token)?)));
    let (key, claims) = opened.ok_or(Refused::Signature)?;
    let claims = Claims::parse(claims)?;
    claims.in_time(now)?;
    claims.addressed_to(names)?;
    Ok(Proof {
        external_id: claims.sub,
        person: claims.person,
        attributes: claims.attributes,
        key: key.id,
    })
}

/// The one algorithm of tokens that a key is for.
fn pinned(key: &Key) -> Option<Algorithm> {
    match key.algorithm {
        IdentityAlgorithm::Hs256 => Some(Algorithm::HS256),
        IdentityAlgorithm::Rs256 => Some(Algorithm::RS256),
        IdentityAlgorithm::Hmac => None,
    }
}

/// The claims, where the signature is right. What they say is looked at by us, and by our clock.
fn open(key: &Key, algorithm: Algorithm, token: &str) -> Option<Map<String, Value>> {
    let verifying = match algorithm {
        Algorithm::HS256 => DecodingKey::from_secret(&key.material),
        Algorithm::RS256 => DecodingKey::from_rsa_pem(&key.material).ok()?,
        _ => return None,
    };
    let mut validation = Validation::new(algorithm);
    validation.required_spec_claims.clear();
    (validation.validate_exp, validation.validate_aud) = (false, false);
    let data = jsonwebtoken::decode(token, &verifying, &validation).ok()?;
    Some(data.claims)
}

/// One or several.
#[derive(Deserialize)]
#[serde(untagged)]
enum Audience {
    One(String),
    Many(Vec<String>),
}

struct Claims {
    sub: String,
    exp: f64,
    iat: Option<f64>,
    nbf: Option<f64>,
    aud: Option<Audience>,
    iss: Option<String>,
    person: Person,
    attributes: Value,
}

/// A claim of the right type; null counts as absent.
fn claim<T: serde::de::DeserializeOwned>(
    claims: &mut Map<String, Value>,
    field: &'static str,
    wanted: &'static str,
) -> Result<Option<T>, Wrong> {
    let value = claims.remove(field).filter(|value| !value.is_null());
    value
        .map(|value| serde_json::from_value(value).map_err(|_| Wrong { field, wanted }))
        .transpose()
}

impl Claims {
    fn parse(mut all: Map<String, Value>) -> Result<Self, Wrong> {
        let (text, seconds) = ("give a text", "give seconds since 1970");
        let missing = |field, wanted| Wrong { field, wanted };
        let sub: String = claim(&mut all, "sub", "give your id of the user as a text")?
            .ok_or(missing("sub", "give your id of the user as a text"))?;
        let sub = parse_id(sub).map_err(|wrong| missing("sub", wrong.wanted))?;
        let exp = claim(&mut all, "exp", seconds)?.ok_or(missing("exp", seconds))?;
        let (name, email, avatar) = (
            claim(&mut all, "name", text)?,
            claim(&mut all, "email", text)?,
            claim(&mut all, "avatar", text)?,
        );
        let attributes: Option<Map<String, Value>> = claim(&mut all, "attributes", "give an object")?;
        Ok(Self {
            sub,
            exp,
            iat: claim(&mut all, "iat", seconds)?,
            nbf: claim(&mut all, "nbf", seconds)?,
            aud: claim(&mut all, "aud", "give a text or a list of texts")?,
            iss: claim(&mut all, "iss", text)?,
            person: Person::parse(name, email, avatar)?,
            attributes: Value::Object(attributes.unwrap_or_default()),
        })
    }

    fn in_time(&self, now: DateTime<Utc>) -> Result<(), Refused> {
        let leeway = seconds(LEEWAY);
        let day = seconds(PROOF_TTL) + leeway;
        #[expect(
            clippy::cast_precision_loss,
            reason = "seconds since 1970 fit a double exactly"
        )]
        let now = now.timestamp() as f64;
        let begins = [self.iat, self.nbf].into_iter().flatten();
        if begins.into_iter().any(|at| at > now + leeway) {
            return Err(Refused::NotYet);
        }
        if self.exp <= now - leeway {
            return Err(Refused::Expired);
        }
        let young = self.iat.is_some_and(|made| now - made <= day);
        if self.exp - now > day && !young {
            return Err(Refused::TooLong);
        }
        Ok(())
    }

    fn addressed_to(&self, names: Names<'_>) -> Result<(), Refused> {
        let ours = |name: &String| {
            name == names.slug || name == names.public_key || names.old_key == Some(name.as_str())
        };
        let site = |issuer: &String| names.origins.iter().any(|site| covers(site, issuer));
        match &self.aud {
            None => {}
            Some(Audience::One(name)) if ours(name) => {}
            Some(Audience::Many(all)) if all.iter().any(ours) => {}
            Some(_) => return Err(Refused::Audience),
        }
        match &self.iss {
            Some(issuer) if !ours(issuer) && !site(issuer) => Err(Refused::Issuer),
            _ => Ok(()),
        }
    }
}

#[expect(clippy::cast_precision_loss, reason = "a day at most")]
fn seconds(time: TimeDelta) -> f64 {
    time.num_seconds() as f64
}

#[cfg(test)]
#[path = "proof_tests.rs"]
mod tests;
