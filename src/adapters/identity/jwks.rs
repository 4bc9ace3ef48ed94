//! The public keys of a provider (RFC 7517), asked for when they are needed and kept for a while.
//!
//! A key that is not known may be new: the set is asked for again, at most once in [`FLOOR`], whatever
//! tokens come. A key that was taken out of the set is gone after [`AGES`]. Where the provider does not
//! answer, what is known goes on for [`KEEPS`].

use std::{
    collections::HashMap,
    fmt,
    sync::{Arc, PoisonError, RwLock},
};

use chrono::{DateTime, TimeDelta, Utc};
use jsonwebtoken::{
    Algorithm, DecodingKey,
    jwk::{AlgorithmParameters, EllipticCurve, Jwk, PublicKeyUse},
};
use serde::Deserialize;
use serde_json::Value;
use tokio::sync::Mutex;
use tracing::warn;

use super::{
    IdentityError,
    api::{self, Api},
};
use crate::kernel::clock::SharedClock;

/// Between two askings for the set, after an answer and after none.
pub(super) const FLOOR: TimeDelta = TimeDelta::seconds(60);
pub(super) const FLOOR_AFTER_FAILURE: TimeDelta = TimeDelta::seconds(5);
/// When a set that is known is asked for again.
pub(super) const AGES: TimeDelta = TimeDelta::minutes(10);
/// How long a set is used that could not be asked for again.
pub(super) const KEEPS: TimeDelta = TimeDelta::hours(24);
/// Keys of a set that are looked at.
const MOST: usize = 64;
/// Characters of a modulus in base64 at least: 2,048 bits.
const MODULUS_MIN: usize = 342;

/// A key, and the one algorithm that it is for.
pub(super) struct Key {
    pub algorithm: Algorithm,
    pub verifying: DecodingKey,
}

/// The keys of one provider.
pub(super) struct Jwks {
    api: Api,
    path: &'static [&'static str],
    clock: SharedClock,
    known: RwLock<Known>,
    asking: Mutex<()>,
}

#[derive(Default)]
struct Known {
    keys: HashMap<String, Arc<Key>>,
    /// When the set was answered.
    at: Option<DateTime<Utc>>,
    /// Not asked for again before that.
    again: Option<DateTime<Utc>>,
    /// Why it was not answered last.
    failure: Option<String>,
}

impl fmt::Debug for Jwks {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Jwks({})", self.api.base())
    }
}

impl Jwks {
    pub(super) fn new(api: Api, path: &'static [&'static str], clock: SharedClock) -> Self {
        Self {
            api,
            path,
            clock,
            known: RwLock::default(),
            asking: Mutex::default(),
        }
    }

    /// The key that goes by `kid`.
    ///
    /// # Errors
    /// `Invalid` where there is none, `Unavailable` where that cannot be told.
    pub(super) async fn key(&self, kid: &str) -> Result<Arc<Key>, IdentityError> {
        let now = self.clock.now();
        if let Some(key) = self.known(kid, now, AGES) {
            return Ok(key);
        }
        let _turn = match (self.known(kid, now, KEEPS), self.asking.try_lock()) {
            // Old, and somebody is asking anew.
            (Some(key), Err(_)) => return Ok(key),
            (_, Ok(turn)) => turn,
            (None, Err(_)) => self.asking.lock().await,
        };
        // Somebody asked meanwhile.
        if let Some(key) = self.known(kid, now, AGES) {
            return Ok(key);
        }
        self.ask(now).await;
        self.known(kid, now, KEEPS).ok_or_else(|| self.missing())
    }

    /// A key of a set that is younger than `than`.
    fn known(&self, kid: &str, now: DateTime<Utc>, than: TimeDelta) -> Option<Arc<Key>> {
        let known = self.known.read().unwrap_or_else(PoisonError::into_inner);
        known
            .at
            .filter(|at| now - at < than)
            .and_then(|_| known.keys.get(kid).cloned())
    }

    fn missing(&self) -> IdentityError {
        let known = self.known.read().unwrap_or_else(PoisonError::into_inner);
        match &known.failure {
            Some(failure) => IdentityError::Unavailable(failure.clone()),
            None => IdentityError::Invalid("the provider has no key of this kid"),
        }
    }

    fn is_early(&self, now: DateTime<Utc>) -> bool {
        let known = self.known.read().unwrap_or_else(PoisonError::into_inner);
        known.again.is_some_and(|again| now < again)
    }

    /// Asks for the set, where it may be asked for.
    async fn ask(&self, now: DateTime<Utc>) {
        if self.is_early(now) {
            return;
        }
        let answered = async { api::found::<Set>(self.api.get(self.path)?).await }.await;
        let answered = answered.and_then(|set| {
            set.ok_or_else(|| IdentityError::Unavailable("there are no keys at its address".to_owned()))
        });
        let mut known = self.known.write().unwrap_or_else(PoisonError::into_inner);
        match answered {
            Ok(set) => {
                known.keys = set.keys.into_iter().take(MOST).filter_map(usable).collect();
                known.at = Some(now);
                known.again = Some(now + FLOOR);
                known.failure = None;
            }
            Err(error) => {
                warn!(%error, keys.of = self.api.base(), "the keys of the identity provider could not be asked for");
                known.again = Some(now + FLOOR_AFTER_FAILURE);
                known.failure = Some(match error {
                    IdentityError::Unavailable(why) => why,
                    other => other.to_string(),
                });
            }
        }
    }
}

#[derive(Deserialize)]
struct Set {
    keys: Vec<Value>,
}

/// A key that tokens may be signed with, by its id. What is no such key is passed over: a set may have
/// others in it.
fn usable(key: Value) -> Option<(String, Arc<Key>)> {
    let key: Jwk = serde_json::from_value(key).ok()?;
    let algorithm = match &key.algorithm {
        AlgorithmParameters::RSA(rsa) if rsa.n.len() >= MODULUS_MIN => Algorithm::RS256,
        AlgorithmParameters::EllipticCurve(curve) if curve.curve == EllipticCurve::P256 => Algorithm::ES256,
        AlgorithmParameters::OctetKeyPair(pair) if pair.curve == EllipticCurve::Ed25519 => Algorithm::EdDSA,
        // A shared secret among public keys, too.
        _ => return None,
    };
    let common = &key.common;
    let signs = matches!(common.public_key_use, None | Some(PublicKeyUse::Signature));
    let same = common
        .key_algorithm
        .is_none_or(|named| Algorithm::try_from(named).is_ok_and(|named| named == algorithm));
    let kid = common.key_id.clone().filter(|_| signs && same)?;
    let verifying = DecodingKey::from_jwk(&key).ok()?;
    Some((kid, Arc::new(Key { algorithm, verifying })))
}
