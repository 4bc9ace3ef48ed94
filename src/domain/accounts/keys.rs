//! The keys of programs. A key is `sk_`, eight characters that it is found by and are shown, and the
//! secret, of which only a keyed hash is kept (ADR 13).

use std::{
    net::IpAddr,
    sync::{
        Arc,
        atomic::{AtomicU32, Ordering},
    },
    time::Duration,
};

use chrono::{DateTime, TimeDelta, Utc};
use dashmap::DashMap;
use moka::future::Cache;
use parlance_store::{
    StoreError,
    db::Db,
    ids::{ApiKeyId, TenantId},
    queries::api_keys::{self, ApiKey},
};
use rand::{RngExt, distr::Alphanumeric};
use secrecy::{ExposeSecret, SecretString};
use serde_json::json;

use super::{
    caller::Caller,
    permission::{Permission, may},
};
use crate::{
    domain::{
        audit::{self, Actor},
        billing::plans::Plans,
        quota::hourly::{Hourly, Spent},
    },
    kernel::{clock::SharedClock, vault::Vault},
};

/// How every key begins.
pub const BEGINS: &str = "sk_";
/// Characters after it that are shown, and those that are not: 190 bits.
const SHOWN: usize = 8;
const SECRET: usize = 32;
const PURPOSE: &str = "api-key";

/// Keys of a workspace that work, at most.
pub const MOST: i64 = 100;
const NAME_MAX: usize = 60;
/// How far away its end may be.
const LONGEST: TimeDelta = TimeDelta::days(5 * 366);
/// How long another process's revocation may take to be seen.
const FRESH: Duration = Duration::from_secs(2);
const CAPACITY: u64 = 50_000;
/// Keys that are none, from one address in a minute: then nothing is looked up for it any more.
const GUESSES: u32 = 60;
const GUESSED_WITHIN: Duration = Duration::from_secs(60);
/// For how long a key that opened is known not to be guessed at.
const WORKED_WITHIN: Duration = Duration::from_secs(3_600);

/// Why a key does not open.
#[derive(Debug, thiserror::Error)]
pub enum KeyError {
    #[error("this key is not known, was revoked or has ended")]
    Unknown,
    #[error("too many keys that are none came from your address, try again in a minute")]
    Guessing,
    #[error("the workspace's plan allows {} calls an hour by each key", .0.limit)]
    Spent(Spent),
    #[error(transparent)]
    Store(#[from] Arc<StoreError>),
}

/// Why a key is not made.
#[derive(Debug, thiserror::Error)]
pub enum NewKeyError {
    #[error("{0}")]
    Unsound(String),
    #[error("a workspace has at most {MOST} keys: revoke one first")]
    TooMany,
    /// What a key does reaches others, and it outlives whoever made it.
    #[error("confirm the e-mail address of your account first")]
    Unconfirmed,
    #[error("you cannot give the scope {0}, which you do not have")]
    NotYours(Permission),
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// What is asked for.
#[derive(Clone, Debug)]
pub struct NewKey {
    pub name: String,
    pub scopes: Vec<Permission>,
    pub expires_at: Option<DateTime<Utc>>,
}

/// A key that opens.
#[derive(Clone, Debug)]
pub struct Opened {
    pub caller: Caller,
    pub scopes: Vec<Permission>,
    /// What is left of the plan's hour.
    pub spent: Spent,
}

/// A key as it is remembered for a moment.
struct Known {
    tenant: TenantId,
    key: ApiKey,
    scopes: Vec<Permission>,
    mac: Vec<u8>,
    calls_per_hour: u32,
}

/// Makes, finds and ends keys. Cheap to clone.
#[derive(Clone)]
pub struct Keys {
    db: Db,
    vault: Vault,
    clock: SharedClock,
    plans: Arc<Plans>,
    known: Cache<String, Option<Arc<Known>>>,
    guesses: Cache<IpAddr, Arc<AtomicU32>>,
    /// Beginnings of keys that opened lately.
    worked: Cache<String, ()>,
    hourly: Arc<Hourly>,
    /// Used since that was last noted.
    used: Arc<DashMap<ApiKeyId, (TenantId, DateTime<Utc>)>>,
}

impl std::fmt::Debug for Keys {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Keys")
    }
}

impl Keys {
    #[must_use]
    pub fn new(db: Db, vault: Vault, clock: SharedClock, plans: Arc<Plans>) -> Self {
        Self {
            db,
            vault,
            clock,
            plans,
            known: Cache::builder()
                .max_capacity(CAPACITY)
                .time_to_live(FRESH)
                .build(),
            guesses: Cache::builder()
                .max_capacity(CAPACITY)
                .time_to_live(GUESSED_WITHIN)
                .build(),
            worked: Cache::builder()
                .max_capacity(CAPACITY)
                .time_to_live(WORKED_WITHIN)
                .build(),
            hourly: Arc::default(),
            used: Arc::default(),
        }
    }

    /// Makes a key. It is told this once.
    ///
    /// # Errors
    /// Where it is not sound, the workspace has [`MOST`], the caller's address is not confirmed, or a
    /// scope is beyond their own role.
    pub async fn create(&self, caller: &Caller, new: NewKey) -> Result<(ApiKey, SecretString), NewKeyError> {
        if !caller.email_verified {
            return Err(NewKeyError::Unconfirmed);
        }
        let now = self.clock.now();
        let (name, scopes) = checked(caller, &new, now)?;
        let secret = fresh();
        let key = ApiKey {
            id: ApiKeyId::new(),
            name,
            prefix: prefix(secret.expose_secret()).unwrap_or_default().to_owned(),
            scopes,
            created_by: caller.user(),
            created_at: now,
            expires_at: new.expires_at,
            last_used_at: None,
            revoked_at: None,
        };
        let mac = self.vault.mac(PURPOSE, secret.expose_secret().as_bytes());
        let db = self.db.tenant(caller.tenant);
        let making = db.transaction(async |conn| {
            if api_keys::count(conn).await? >= MOST {
                return Err(NewKeyError::TooMany);
            }
            api_keys::create(conn, &key, &mac).await?;
            let mut act = caller.act("api_key.create", ("api_key", key.id), now);
            act.after = Some(json!({
                "name": key.name, "prefix": key.prefix, "scopes": key.scopes, "expires_at": key.expires_at,
            }));
            Ok(audit::record(conn, act).await?)
        });
        making.await?;
        Ok((key, secret))
    }

    /// Ends a key for good; one that was ended before stays so.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] where the workspace has no such key.
    pub async fn revoke(&self, caller: &Caller, id: ApiKeyId) -> Result<(), StoreError> {
        let now = self.clock.now();
        let db = self.db.tenant(caller.tenant);
        let ending = db.transaction(async |conn| {
            let key = api_keys::load(conn, id).await?.ok_or(StoreError::NotFound)?;
            if api_keys::revoke(conn, id, now).await? {
                let mut act = caller.act("api_key.revoke", ("api_key", id), now);
                act.before = Some(json!({ "name": key.name, "prefix": key.prefix, "scopes": key.scopes }));
                audit::record(conn, act).await?;
            }
            Ok::<_, StoreError>(key)
        });
        self.known.invalidate(&ending.await?.prefix).await;
        Ok(())
    }

    /// Opens with a key, which spends one of the plan's calls.
    ///
    /// # Errors
    /// [`KeyError`].
    pub async fn open(&self, token: &str, address: Option<IpAddr>) -> Result<Opened, KeyError> {
        let guesses = match address {
            Some(address) => Some(self.guesses.get_with(address, async { Arc::default() }).await),
            None => None,
        };
        let guesses_much = guesses
            .as_ref()
            .is_some_and(|count| count.load(Ordering::Relaxed) >= GUESSES);
        // A key that worked lately is none that is guessed at, whoever else is behind the address.
        if guesses_much && !prefix(token).is_some_and(|prefix| self.worked.contains_key(prefix)) {
            return Err(KeyError::Guessing);
        }
        let Some(known) = self.find(token).await? else {
            if let Some(count) = guesses {
                count.fetch_add(1, Ordering::Relaxed);
            }
            return Err(KeyError::Unknown);
        };
        if let Some(prefix) = prefix(token) {
            self.worked.insert(prefix.to_owned(), ()).await;
        }
        let now = self.clock.now();
        let spent = self.hourly.take(known.key.id, known.calls_per_hour, now);
        let spent = spent.map_err(KeyError::Spent)?;
        self.used.insert(known.key.id, (known.tenant, now));
        Ok(Opened {
            caller: Caller {
                tenant: known.tenant,
                role: None,
                email_verified: true,
                actor: Actor::ApiKey {
                    id: known.key.id.into(),
                    name: known.key.name.clone(),
                },
                name: known.key.name.clone(),
                address,
            },
            scopes: known.scopes.clone(),
            spent,
        })
    }

    async fn find(&self, token: &str) -> Result<Option<Arc<Known>>, Arc<StoreError>> {
        let Some(prefix) = prefix(token) else {
            return Ok(None);
        };
        let known = self
            .known
            .try_get_with(prefix.to_owned(), self.load(prefix))
            .await?;
        let now = self.clock.now();
        Ok(known.filter(|known| {
            self.vault.is_mac(PURPOSE, token.as_bytes(), &known.mac)
                && known.key.expires_at.is_none_or(|end| now < end)
        }))
    }

    async fn load(&self, prefix: &str) -> Result<Option<Arc<Known>>, StoreError> {
        let Some(found) = self.db.control().api_key(prefix).await? else {
            return Ok(None);
        };
        let db = self.db.tenant(found.tenant_id);
        let key = db
            .read(async |conn| api_keys::load(conn, found.key_id).await)
            .await?;
        let key = key.filter(|key| key.revoked_at.is_none());
        Ok(key.map(|key| {
            let scopes = key.scopes.iter().filter_map(|scope| scope.parse().ok()).collect();
            Arc::new(Known {
                tenant: found.tenant_id,
                key,
                scopes,
                mac: found.mac,
                calls_per_hour: self.plans.of(&found.plan).api_calls_per_hour,
            })
        }))
    }

    /// Notes when keys were last used, in one statement for each workspace. What is not noted because
    /// the database is away is forgotten.
    pub async fn note_used(&self) {
        self.hourly.sweep(self.clock.now());
        let mut by_tenant = std::collections::HashMap::<TenantId, (Vec<_>, Vec<_>)>::new();
        self.used.retain(|id, (tenant, at)| {
            let (ids, moments) = by_tenant.entry(*tenant).or_default();
            ids.push(*id);
            moments.push(*at);
            false
        });
        for (tenant, (ids, moments)) in by_tenant {
            let db = self.db.tenant(tenant);
            let noting = db.transaction(async |conn| api_keys::used(conn, &ids, &moments).await);
            if let Err(error) = noting.await {
                tracing::warn!(tenant.id = %tenant, %error, "the use of keys was not noted");
            }
        }
    }
}

/// A key's beginning, of what has the form of one.
fn prefix(token: &str) -> Option<&str> {
    let rest = token.strip_prefix(BEGINS)?;
    let sound = rest.len() == SHOWN + SECRET && rest.bytes().all(|b| b.is_ascii_alphanumeric());
    token.get(..BEGINS.len() + SHOWN).filter(|_| sound)
}

fn fresh() -> SecretString {
    let random = rand::rng().sample_iter(Alphanumeric).take(SHOWN + SECRET);
    let text: String = random.map(char::from).collect();
    SecretString::from(format!("{BEGINS}{text}"))
}

/// Its name and scopes, each once, where they may be given.
fn checked(caller: &Caller, new: &NewKey, now: DateTime<Utc>) -> Result<(String, Vec<String>), NewKeyError> {
    let unsound = |detail: String| Err(NewKeyError::Unsound(detail));
    let name = new.name.trim().to_owned();
    if name.is_empty() || name.chars().count() > NAME_MAX || name.chars().any(char::is_control) {
        return unsound(format!("give the key a name of 1 to {NAME_MAX} characters"));
    }
    if new.scopes.is_empty() {
        return unsound("give the key at least one scope".to_owned());
    }
    if new
        .expires_at
        .is_some_and(|end| end <= now || end > now + LONGEST)
    {
        return unsound("expires_at is a time to come, five years away at most".to_owned());
    }
    for scope in &new.scopes {
        if !scope.for_programs() {
            return unsound(format!("{scope} is not for keys"));
        }
        if !caller.role.is_some_and(|role| may(role, *scope)) {
            return Err(NewKeyError::NotYours(*scope));
        }
    }
    let all = Permission::ALL.iter().filter(|scope| new.scopes.contains(scope));
    Ok((name, all.map(|scope| scope.as_str().to_owned()).collect()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_found_by_its_beginning() {
        let key = fresh();
        let key = key.expose_secret();
        assert_eq!(prefix(key), Some(&key[..11]));
        for other in [
            "",
            "sk_",
            &key[..42],
            &format!("{key}x"),
            &key.replace("sk_", "pk_"),
            "sk_é",
        ] {
            assert_eq!(prefix(other), None, "{other}");
        }
        assert_ne!(fresh().expose_secret(), key);
    }
}
