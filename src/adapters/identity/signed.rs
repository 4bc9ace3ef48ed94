//! What every provider's session token must be: a JWT (RFC 7519) under the one algorithm of its key, of
//! this issuer, and in time by our clock.

use chrono::{DateTime, TimeDelta, Utc};
use jsonwebtoken::{Algorithm, DecodingKey, Header, Validation};
use serde::{Deserialize, de::DeserializeOwned};
use serde_json::{Map, Value};

use super::IdentityError;

/// Bytes of a token at most.
const TOKEN_MAX: usize = 16 * 1024;
/// How far the provider's clock may be from ours.
pub(super) const LEEWAY: TimeDelta = TimeDelta::seconds(5);

/// After this time a token is to be shown again, whatever its end.
const FURTHEST: TimeDelta = TimeDelta::days(30);

const MALFORMED: IdentityError = IdentityError::Invalid("it is no JWT");

/// The head of a token, which is not to be believed yet.
pub(super) fn head(token: &str) -> Result<Header, IdentityError> {
    if token.len() > TOKEN_MAX {
        return Err(MALFORMED);
    }
    // An algorithm of another kind, such as "none", is no head.
    let header = jsonwebtoken::decode_header(token).map_err(|_| MALFORMED)?;
    if header.crit.is_some() {
        return Err(IdentityError::Invalid("it has an extension that is not known"));
    }
    Ok(header)
}

#[derive(Deserialize)]
struct Times {
    exp: i64,
    #[serde(default)]
    nbf: Option<i64>,
    #[serde(default)]
    iat: Option<i64>,
    iss: String,
}

/// The claims of a token whose head names `algorithm`, the only one of `key`, and its end.
pub(super) fn open<C: DeserializeOwned>(
    token: &str,
    header: &Header,
    (algorithm, key): (Algorithm, &DecodingKey),
    issuer: &str,
    now: DateTime<Utc>,
) -> Result<(C, DateTime<Utc>), IdentityError> {
    if header.alg != algorithm {
        return Err(IdentityError::Invalid(
            "it is not signed with the algorithm of its key",
        ));
    }
    let mut validation = Validation::new(algorithm);
    // What it says is looked at by us, and by our clock.
    validation.required_spec_claims.clear();
    (validation.validate_exp, validation.validate_aud) = (false, false);
    let opened = jsonwebtoken::decode::<Map<String, Value>>(token, key, &validation);
    let claims = opened
        .map_err(|_| IdentityError::Invalid("its signature is not right"))?
        .claims;
    let claims = Value::Object(claims);
    let times = Times::deserialize(&claims)
        .map_err(|_| IdentityError::Invalid("it does not say who issued it (iss) and until when (exp)"))?;
    let at = |seconds: i64| {
        DateTime::from_timestamp(seconds, 0).ok_or(IdentityError::Invalid("a time in it is none"))
    };
    let until = at(times.exp)?;
    if until <= now - LEEWAY {
        return Err(IdentityError::Expired);
    }
    for begins in [times.nbf, times.iat].into_iter().flatten() {
        if at(begins)? > now + LEEWAY {
            return Err(IdentityError::Invalid("it is not valid yet"));
        }
    }
    if times.iss != issuer {
        return Err(IdentityError::Invalid("it is of another issuer"));
    }
    // Sockets wait for it.
    let until = until.min(now + FURTHEST);
    let claims = serde_json::from_value(claims)
        .map_err(|_| IdentityError::Invalid("its claims are not those of a session"))?;
    Ok((claims, until))
}
