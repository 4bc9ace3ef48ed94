//! The keys of a space: made here or brought, sealed at rest, retired with an overlap in which both
//! are taken.

use chrono::{DateTime, TimeDelta, Utc};
use jsonwebtoken::DecodingKey;
use parlance_store::{
    StoreError, TenantDb,
    ids::{IdentityKeyId, SpaceId, TenantId},
    queries::{
        identity_keys::{self, IdentityAlgorithm, IdentityKey, NewIdentityKey},
        spaces,
    },
};
use rand::Rng;
use secrecy::{ExposeSecret, SecretString};
use serde_json::json;
use tracing::error;

use super::proof::Key;
use crate::{
    domain::{accounts::caller::Caller, audit},
    kernel::vault::Vault,
};

/// Keys of a space at most, retired ones too.
pub const KEYS_MAX: usize = 5;
/// Hours in which a retired key is still taken, unless told, and at most.
pub const OVERLAP: i64 = 24;
pub const OVERLAP_MAX: i64 = 30 * 24;
const PURPOSE: &str = "identity";
const TARGET: &str = "identity_key";
/// Bytes of a PEM at most; a key of 8,192 bits has some 1,500.
const PEM_MAX: usize = 4_096;
/// Bytes of an RSA public key as PKCS #1: 2,048 to 8,192 bits with the usual exponent.
const DER: std::ops::RangeInclusive<usize> = 266..=1_050;

/// Why a key is not taken.
#[derive(Debug, thiserror::Error)]
pub enum KeyError {
    #[error("public_key: give a PEM of an RSA public key of 2,048 to 8,192 bits, and never the private one")]
    Pem,
    #[error("a space has at most {KEYS_MAX} keys: delete one first")]
    Full,
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// What a key is made of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Wanted {
    /// Signs tokens; the secret is made here.
    Hs256,
    /// Signs ids; the secret is made here.
    Hmac,
    /// The host's public key as PEM.
    Rs256(String),
}

/// Adds a key to a space; also the secret, which is told this once.
///
/// # Errors
/// [`KeyError`]; `NotFound` where the tenant has no such space.
pub async fn add(
    db: &TenantDb,
    vault: &Vault,
    caller: &Caller,
    space: SpaceId,
    wanted: Wanted,
    at: DateTime<Utc>,
) -> Result<(IdentityKeyId, Option<SecretString>), KeyError> {
    let id = IdentityKeyId::new();
    let (algorithm, secret, public_key) = match wanted {
        Wanted::Hs256 => (IdentityAlgorithm::Hs256, Some(fresh()), None),
        Wanted::Hmac => (IdentityAlgorithm::Hmac, Some(fresh()), None),
        Wanted::Rs256(pem) => (IdentityAlgorithm::Rs256, None, Some(public(&pem)?)),
    };
    let bound = bound_to(db.tenant_id(), space, id);
    let sealed = secret
        .as_ref()
        .map(|secret| vault.seal(PURPOSE, &bound, secret.expose_secret().as_bytes()));
    db.transaction(async |conn| {
        // Two that are added at once are counted one after the other.
        spaces::lock(conn, space).await?;
        if identity_keys::list(conn, space).await?.len() >= KEYS_MAX {
            return Err(KeyError::Full);
        }
        let new = NewIdentityKey {
            id,
            space_id: space,
            algorithm,
            secret: sealed,
            public_key,
            at,
        };
        identity_keys::add(conn, new).await?;
        let mut act = caller.act("identity_key.create", (TARGET, id), at);
        act.after = Some(json!({ "space": space, "algorithm": algorithm }));
        Ok(audit::record(conn, act).await?)
    })
    .await?;
    Ok((id, secret))
}

/// Sets when a key stops to count.
///
/// # Errors
/// `NotFound` where the space has no such key.
pub async fn retire(
    db: &TenantDb,
    caller: &Caller,
    (space, id): (SpaceId, IdentityKeyId),
    end: DateTime<Utc>,
    at: DateTime<Utc>,
) -> Result<(), StoreError> {
    db.transaction(async |conn| {
        identity_keys::retire(conn, space, id, end).await?;
        let mut act = caller.act("identity_key.retire", (TARGET, id), at);
        act.after = Some(json!({ "space": space, "retires_at": end }));
        audit::record(conn, act).await
    })
    .await
}

/// Takes a key away at once.
///
/// # Errors
/// `NotFound` where the space has no such key.
pub async fn remove(
    db: &TenantDb,
    caller: &Caller,
    (space, id): (SpaceId, IdentityKeyId),
    at: DateTime<Utc>,
) -> Result<(), StoreError> {
    db.transaction(async |conn| {
        identity_keys::remove(conn, space, id).await?;
        let mut act = caller.act("identity_key.remove", (TARGET, id), at);
        act.before = Some(json!({ "space": space }));
        audit::record(conn, act).await
    })
    .await
}

/// The keys of a space that prove something at `now`, the newest first.
///
/// # Errors
/// [`StoreError`] where the database does not answer.
pub async fn accepted(
    db: &TenantDb,
    vault: &Vault,
    space: SpaceId,
    now: DateTime<Utc>,
) -> Result<Vec<Key>, StoreError> {
    let all = db
        .read(async |conn| identity_keys::list(conn, space).await)
        .await?;
    let counts = |key: &IdentityKey| key.retires_at.is_none_or(|end| now < end);
    Ok(all
        .into_iter()
        .filter(counts)
        .filter_map(|key| opened(vault, key))
        .collect())
}

/// A key that cannot be opened proves nothing, and the others still do.
fn opened(vault: &Vault, key: IdentityKey) -> Option<Key> {
    let material = match (key.secret, key.public_key) {
        (Some(sealed), _) => {
            let bound = bound_to(key.tenant_id, key.space_id, key.id);
            vault
                .open(PURPOSE, &bound, &sealed)
                .inspect_err(|broken| error!(space.id = %key.space_id, key.id = %key.id, %broken, "an identity key is lost"))
                .ok()?
        }
        (None, pem) => pem?.into_bytes(),
    };
    Some(Key {
        id: key.id,
        algorithm: key.algorithm,
        material,
    })
}

/// When a key that is retired now stops to count; `None` where the overlap is out of bounds.
#[must_use]
pub fn end_of(overlap_hours: i64, now: DateTime<Utc>) -> Option<DateTime<Utc>> {
    (0..=OVERLAP_MAX)
        .contains(&overlap_hours)
        .then(|| now + TimeDelta::hours(overlap_hours))
}

fn bound_to(tenant: TenantId, space: SpaceId, key: IdentityKeyId) -> Vec<u8> {
    format!("{tenant}/{space}/{key}").into_bytes()
}

/// 256 bits as a text that fits every settings file.
fn fresh() -> SecretString {
    let mut bytes = [0_u8; 32];
    rand::rng().fill_bytes(&mut bytes);
    hex::encode(bytes).into()
}

fn public(pem: &str) -> Result<String, KeyError> {
    let pem = pem.trim();
    let labelled = ["PUBLIC KEY", "RSA PUBLIC KEY"]
        .iter()
        .any(|label| pem.starts_with(&format!("-----BEGIN {label}-----")));
    if pem.len() > PEM_MAX || !labelled || pem.contains("PRIVATE") {
        return Err(KeyError::Pem);
    }
    let key = DecodingKey::from_rsa_pem(pem.as_bytes()).map_err(|_| KeyError::Pem)?;
    let der = key.try_get_as_bytes().map_err(|_| KeyError::Pem)?;
    if DER.contains(&der.len()) {
        Ok(pem.to_owned())
    } else {
        Err(KeyError::Pem)
    }
}
