//! Signed tokens: a visitor's, bound to one space, and a person's, bound to one workspace and
//! role. HS256 with a secret of this installation; the algorithm is pinned and each kind of token
//! names its audience, so that one can never pass for the other.

use std::fmt;

use chrono::{DateTime, TimeDelta, Utc};
use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Header, Validation};
use parlance_store::ids::{
    ContactId, FamilyId, IdentityKeyId, OperatorAccessId, SpaceId, TenantId, UserId, VisitorId,
};
use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Serialize, de::DeserializeOwned};

use crate::kernel::clock::SharedClock;

const VISITOR: &str = "parlance/visitor";
const USER: &str = "parlance/user";
const OPERATOR: &str = "parlance/operator";

/// How long a visitor's token opens anything.
pub const VISITOR_TTL: TimeDelta = TimeDelta::hours(1);
/// How long after its end it may still be exchanged for a new one of the same visitor.
pub const VISITOR_RENEWABLE: TimeDelta = TimeDelta::days(90);
/// How long a person's access token lives; the refresh cookie outlives it.
pub const USER_TTL: TimeDelta = TimeDelta::minutes(15);

/// How long after a proof its visitor's tokens open anything, renewed or not. The host site must vouch
/// anew then, so that a token that somebody else comes by is of no use for longer.
pub const PROVEN_FOR: TimeDelta = TimeDelta::hours(24);

/// That a visitor was proven to be a contact.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Verified {
    #[serde(rename = "con")]
    pub contact: ContactId,
    /// By which key.
    #[serde(rename = "kid")]
    pub key: IdentityKeyId,
    /// When, in seconds since 1970.
    #[serde(rename = "at")]
    pub at: i64,
}

impl Verified {
    /// Until when that counts.
    #[must_use]
    pub fn until(&self) -> DateTime<Utc> {
        DateTime::from_timestamp(self.at, 0).map_or(DateTime::UNIX_EPOCH, |at| at + PROVEN_FOR)
    }
}

/// What a visitor's token says.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct VisitorClaims {
    #[serde(rename = "sub")]
    pub visitor: VisitorId,
    #[serde(rename = "tid")]
    pub tenant: TenantId,
    #[serde(rename = "sid")]
    pub space: SpaceId,
    /// Absent for whom nobody vouches for.
    #[serde(rename = "ver", default, skip_serializing_if = "Option::is_none")]
    pub verified: Option<Verified>,
}

/// What a person's access token says.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct UserClaims {
    #[serde(rename = "sub")]
    pub user: UserId,
    #[serde(rename = "tid")]
    pub tenant: TenantId,
    /// Ends with it, as far as anybody looks.
    #[serde(rename = "ses")]
    pub session: FamilyId,
    pub role: String,
}

/// What the token of an operator says who acts as a workspace.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct OperatorClaims {
    #[serde(rename = "sub")]
    pub access: OperatorAccessId,
    #[serde(rename = "tid")]
    pub tenant: TenantId,
    /// Whether more than reading.
    #[serde(rename = "wri")]
    pub may_write: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TokenError {
    #[error("the token is not valid")]
    Invalid,
    #[error("the token has expired")]
    Expired,
}

#[derive(Serialize, Deserialize)]
struct Envelope<C> {
    aud: String,
    iat: i64,
    exp: i64,
    #[serde(flatten)]
    claims: C,
}

/// Signs and verifies tokens.
#[derive(Clone)]
pub struct Tokens {
    signing: EncodingKey,
    verifying: DecodingKey,
    clock: SharedClock,
}

impl fmt::Debug for Tokens {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Tokens")
    }
}

impl Tokens {
    #[must_use]
    pub fn new(secret: &SecretString, clock: SharedClock) -> Self {
        let bytes = secret.expose_secret().as_bytes();
        Self {
            signing: EncodingKey::from_secret(bytes),
            verifying: DecodingKey::from_secret(bytes),
            clock,
        }
    }

    /// The token and how long it opens anything.
    ///
    /// # Errors
    /// `Invalid` when it cannot be signed.
    pub fn visitor(&self, claims: VisitorClaims) -> Result<(String, TimeDelta), TokenError> {
        let left = claims
            .verified
            .map(|verified| verified.until() - self.clock.now());
        let ttl = left.map_or(VISITOR_TTL, |left| left.min(VISITOR_TTL));
        Ok((self.sign(VISITOR, ttl, claims)?, ttl))
    }

    /// # Errors
    /// `Invalid` when it cannot be signed.
    pub fn user(&self, claims: UserClaims) -> Result<String, TokenError> {
        self.sign(USER, USER_TTL, claims)
    }

    /// # Errors
    /// `Invalid`, `Expired`.
    pub fn verify_visitor(&self, token: &str) -> Result<VisitorClaims, TokenError> {
        self.verify_visitor_until(token).map(|(claims, _)| claims)
    }

    /// The same with the token's end, for what goes on after a look at it.
    ///
    /// # Errors
    /// `Invalid`, `Expired`.
    pub fn verify_visitor_until(&self, token: &str) -> Result<(VisitorClaims, DateTime<Utc>), TokenError> {
        self.verify(VISITOR, token, TimeDelta::zero())
    }

    /// A token that may have ended, within [`VISITOR_RENEWABLE`], to keep its visitor. Whether a proof
    /// in it still counts is for the caller to see.
    ///
    /// # Errors
    /// `Invalid`, `Expired`.
    pub fn renewable_visitor(&self, token: &str) -> Result<VisitorClaims, TokenError> {
        self.verify(VISITOR, token, VISITOR_RENEWABLE)
            .map(|(claims, _)| claims)
    }

    /// # Errors
    /// `Invalid`, `Expired`.
    pub fn verify_user(&self, token: &str) -> Result<UserClaims, TokenError> {
        self.verify_user_until(token).map(|(claims, _)| claims)
    }

    /// The same with the token's end, for what goes on after a look at it.
    ///
    /// # Errors
    /// `Invalid`, `Expired`.
    pub fn verify_user_until(&self, token: &str) -> Result<(UserClaims, DateTime<Utc>), TokenError> {
        self.verify(USER, token, TimeDelta::zero())
    }

    /// A token for as long as an operator acts as a workspace.
    ///
    /// # Errors
    /// `Invalid` when it cannot be signed.
    pub fn operator(&self, claims: OperatorClaims, until: DateTime<Utc>) -> Result<String, TokenError> {
        self.sign(OPERATOR, until - self.clock.now(), claims)
    }

    /// What it says, and its end.
    ///
    /// # Errors
    /// `Invalid`, `Expired`.
    pub fn verify_operator(&self, token: &str) -> Result<(OperatorClaims, DateTime<Utc>), TokenError> {
        self.verify(OPERATOR, token, TimeDelta::zero())
    }

    fn sign<C: Serialize>(&self, audience: &str, ttl: TimeDelta, claims: C) -> Result<String, TokenError> {
        let now = self.clock.now();
        let envelope = Envelope {
            aud: audience.to_owned(),
            iat: now.timestamp(),
            exp: (now + ttl).timestamp(),
            claims,
        };
        jsonwebtoken::encode(&Header::new(Algorithm::HS256), &envelope, &self.signing)
            .map_err(|_| TokenError::Invalid)
    }

    fn verify<C: DeserializeOwned>(
        &self,
        audience: &str,
        token: &str,
        grace: TimeDelta,
    ) -> Result<(C, DateTime<Utc>), TokenError> {
        let mut validation = Validation::new(Algorithm::HS256);
        validation.set_audience(&[audience]);
        validation.set_required_spec_claims(&["aud", "exp", "sub"]);
        // Time comes from our own clock, below.
        validation.validate_exp = false;
        let data = jsonwebtoken::decode::<Envelope<C>>(token, &self.verifying, &validation)
            .map_err(|_| TokenError::Invalid)?;
        let end = DateTime::<Utc>::from_timestamp(data.claims.exp, 0).ok_or(TokenError::Invalid)?;
        if self.clock.now() >= end + grace {
            return Err(TokenError::Expired);
        }
        Ok((data.claims.claims, end))
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::kernel::clock::{Clock, ManualClock};

    fn tokens(secret: &str) -> (Tokens, Arc<ManualClock>) {
        let clock = Arc::new(ManualClock::at(
            DateTime::from_timestamp(1_800_000_000, 0).unwrap(),
        ));
        (Tokens::new(&SecretString::from(secret), clock.clone()), clock)
    }

    fn visitor() -> VisitorClaims {
        VisitorClaims {
            visitor: VisitorId::new(),
            tenant: TenantId::new(),
            space: SpaceId::new(),
            verified: None,
        }
    }

    #[test]
    fn a_token_opens_for_its_time_and_can_be_renewed_after() {
        let (tokens, clock) = tokens("one secret of this installation");
        let claims = visitor();
        let (token, _) = tokens.visitor(claims).unwrap();
        assert_eq!(tokens.verify_visitor(&token), Ok(claims));
        clock.advance(VISITOR_TTL);
        assert_eq!(tokens.verify_visitor(&token), Err(TokenError::Expired));
        assert_eq!(tokens.renewable_visitor(&token), Ok(claims));
        clock.advance(VISITOR_RENEWABLE);
        assert_eq!(tokens.renewable_visitor(&token), Err(TokenError::Expired));
    }

    #[test]
    fn a_verified_token_ends_with_its_proof_however_often_it_is_renewed() {
        let (tokens, clock) = tokens("one secret of this installation");
        let verified = Verified {
            contact: ContactId::new(),
            key: IdentityKeyId::new(),
            at: clock.now().timestamp(),
        };
        let claims = VisitorClaims {
            verified: Some(verified),
            ..visitor()
        };
        let (token, ttl) = tokens.visitor(claims).unwrap();
        assert_eq!((tokens.verify_visitor(&token), ttl), (Ok(claims), VISITOR_TTL));
        clock.advance(PROVEN_FOR - TimeDelta::minutes(10));
        let (token, ttl) = tokens.visitor(claims).unwrap();
        assert_eq!(ttl, TimeDelta::minutes(10));
        clock.advance(ttl);
        assert_eq!(tokens.verify_visitor(&token), Err(TokenError::Expired));
        assert_eq!(clock.now(), verified.until());
    }

    #[test]
    fn a_visitor_is_no_user_and_a_foreign_signature_nothing() {
        let (ours, _) = tokens("one secret of this installation");
        let (theirs, _) = tokens("another secret, of someone else");
        let (token, _) = ours.visitor(visitor()).unwrap();
        assert_eq!(ours.verify_user(&token), Err(TokenError::Invalid));
        assert_eq!(theirs.verify_visitor(&token), Err(TokenError::Invalid));
        let unsigned = format!("eyJhbGciOiJub25lIn0.{}.", token.split('.').nth(1).unwrap());
        assert_eq!(ours.verify_visitor(&unsigned), Err(TokenError::Invalid));
    }
}
