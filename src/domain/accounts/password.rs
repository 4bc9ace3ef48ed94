//! Passwords: argon2id with the crate's current parameters (19 MiB, 2 passes, 1 lane, the OWASP
//! minimum), which ones are taken, and that hashing them takes no more memory than there is.

use std::{
    sync::{
        Arc, LazyLock,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use argon2::{
    Argon2, Params,
    password_hash::{PasswordHasher, PasswordVerifier, phc::PasswordHash},
};
use tokio::{sync::Semaphore, task::spawn_blocking};
use unicode_normalization::UnicodeNormalization;
use zxcvbn::{Score, zxcvbn};

/// Characters of a password.
pub const SHORTEST: usize = 10;
pub const LONGEST: usize = 128;
/// Bytes of what is hashed at all: more is no password of anybody.
const MOST_BYTES: usize = 4 * LONGEST;
/// Guesses within 10^8 are "somewhat guessable" and below to the estimate; below that is refused.
const GOOD_ENOUGH: Score = Score::Two;
/// Callers that may wait for each that is served.
const LINE: usize = 32;
/// When whoever found the line full may come again.
const AGAIN: Duration = Duration::from_secs(2);

/// Verified against when there is no such user, so that the answer takes as long.
static NOBODY: LazyLock<Option<String>> = LazyLock::new(|| hash("nobody has this password").ok());

#[derive(Debug, thiserror::Error)]
#[error("the password cannot be hashed")]
pub struct HashError;

/// Why a password is not taken, in words for whoever chose it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct Weak(pub String);

/// The same text typed on another keyboard is the same password (NIST SP 800-63B, 3.1.1.2).
fn normal(password: &str) -> String {
    let bounded: String = password
        .char_indices()
        .take_while(|(at, _)| *at < MOST_BYTES)
        .map(|(_, c)| c)
        .collect();
    bounded.nfkc().collect()
}

/// A PHC string with a fresh salt.
///
/// # Errors
/// When the system's randomness fails.
pub fn hash(password: &str) -> Result<String, HashError> {
    Argon2::default()
        .hash_password(normal(password).as_bytes())
        .map(|hash| hash.to_string())
        .map_err(|_| HashError)
}

/// Whether `password` is the one of `hash`; `None` (no such user) takes as long and is false.
#[must_use]
pub fn verify(password: &str, hash: Option<&str>) -> bool {
    let known = hash.is_some();
    let Some(hash) = hash.or(NOBODY.as_deref()) else {
        return false;
    };
    let Ok(parsed) = PasswordHash::new(hash) else {
        return false;
    };
    Argon2::default()
        .verify_password(normal(password).as_bytes(), &parsed)
        .is_ok()
        && known
}

/// Whether a hash was made with parameters that are not today's.
#[must_use]
pub fn is_old(hash: &str) -> bool {
    let Ok(parsed) = PasswordHash::new(hash) else {
        return true;
    };
    let today = Params::default();
    let same = Params::try_from(&parsed).is_ok_and(|params| {
        (params.m_cost(), params.t_cost(), params.p_cost())
            == (today.m_cost(), today.t_cost(), today.p_cost())
    });
    !same || parsed.algorithm.as_str() != "argon2id"
}

/// Whether a password may be chosen by somebody of whom `about` is known: name, address, workspace.
///
/// # Errors
/// [`Weak`], with the reason.
pub fn check(password: &str, about: &[&str]) -> Result<(), Weak> {
    let password = normal(password);
    let length = password.chars().count();
    if !(SHORTEST..=LONGEST).contains(&length) {
        return Err(Weak(format!("password: give {SHORTEST} to {LONGEST} characters")));
    }
    let mut known = vec!["parlance".to_owned()];
    for text in about {
        let words: Vec<&str> = text
            .split(|c: char| !c.is_alphanumeric())
            .filter(|word| word.len() > 1)
            .collect();
        // Words that are guessed together count as one: a name is no two words of a dictionary.
        known.push((*text).to_owned());
        known.push(words.concat());
        known.extend(words.windows(2).map(<[&str]>::concat));
        known.extend(words.into_iter().map(str::to_owned));
    }
    let known: Vec<&str> = known.iter().map(String::as_str).collect();
    let estimate = zxcvbn(&password, &known);
    if estimate.score() >= GOOD_ENOUGH {
        return Ok(());
    }
    let why = estimate.feedback().and_then(|feedback| feedback.warning());
    let why = why.map_or_else(|| "it is easy to guess".to_owned(), |why| why.to_string());
    let why = why.trim_end_matches('.').to_lowercase();
    Err(Weak(format!(
        "password: choose one that is harder to guess, such as four words that have nothing to do with each other ({why})"
    )))
}

/// There are more who wait than can be served soon.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Full {
    pub retry_after: Duration,
}

/// Hashes beside the async threads, so many at once; some wait, the others are sent away. Cheap to
/// clone.
#[derive(Clone, Debug)]
pub struct Hasher {
    /// Each takes 19 MiB.
    running: Arc<Semaphore>,
    /// Those that run and those that wait.
    places: Arc<Semaphore>,
    computed: Arc<AtomicU64>,
}

impl Hasher {
    /// `at_once` computations at a time.
    #[must_use]
    pub fn new(at_once: usize) -> Self {
        // Made now: otherwise the first unknown person's answer would take twice as long.
        LazyLock::force(&NOBODY);
        Self {
            running: Arc::new(Semaphore::new(at_once)),
            places: Arc::new(Semaphore::new(at_once.saturating_mul(LINE + 1))),
            computed: Arc::default(),
        }
    }

    /// Argon2 computations so far.
    #[must_use]
    pub fn computed(&self) -> u64 {
        self.computed.load(Ordering::Relaxed)
    }

    /// [`verify`], one computation whatever comes of it.
    ///
    /// # Errors
    /// [`Full`].
    pub async fn verify(&self, password: String, hash: Option<String>) -> Result<bool, Full> {
        let verified = self.run(true, move || verify(&password, hash.as_deref())).await?;
        Ok(verified.unwrap_or(false))
    }

    /// [`hash`]; none where randomness fails.
    ///
    /// # Errors
    /// [`Full`].
    pub async fn hash(&self, password: String) -> Result<Option<String>, Full> {
        Ok(self.run(true, move || hash(&password).ok()).await?.flatten())
    }

    /// [`check`], which reads long dictionaries.
    ///
    /// # Errors
    /// [`Full`].
    pub async fn check(&self, password: String, about: Vec<String>) -> Result<Result<(), Weak>, Full> {
        let look = move || {
            let about: Vec<&str> = about.iter().map(String::as_str).collect();
            check(&password, &about)
        };
        let unknown = || Err(Weak("password: choose another one".to_owned()));
        Ok(self.run(false, look).await?.unwrap_or_else(unknown))
    }

    /// None where the work broke off.
    async fn run<T: Send + 'static>(
        &self,
        hashes: bool,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> Result<Option<T>, Full> {
        let full = Full { retry_after: AGAIN };
        let place = self.places.clone().try_acquire_owned().map_err(|_| full)?;
        let turn = self.running.clone().acquire_owned().await.map_err(|_| full)?;
        self.computed.fetch_add(u64::from(hashes), Ordering::Relaxed);
        // Whoever asked may have gone: the computation still takes its place until its end.
        let done = spawn_blocking(move || {
            let done = work();
            drop((turn, place));
            done
        });
        Ok(done.await.ok())
    }
}

#[cfg(test)]
mod tests {
    use argon2::{Algorithm, Version};
    use futures_util::{
        future::{join_all, maybe_done},
        poll,
    };

    use super::*;

    #[test]
    fn only_the_password_itself_passes() {
        let stored = hash("correct horse").unwrap();
        assert!(verify("correct horse", Some(&stored)));
        assert!(!verify("correct horse ", Some(&stored)));
        assert!(!verify("nobody has this password", None));
        assert!(!verify("", Some("not a hash")));
        assert!(!is_old(&stored));
    }

    #[test]
    fn another_keyboard_writes_the_same_password() {
        let stored = hash("Caf\u{e9} \u{fb01}ve horses").unwrap();
        assert!(verify("Cafe\u{301} five horses", Some(&stored)));
        let long = "x".repeat(10_000_000);
        assert!(normal(&long).len() <= MOST_BYTES);
    }

    #[test]
    fn a_hash_of_other_parameters_is_old_and_still_opens() {
        let weak = Params::new(8 * 1024, 1, 1, None).unwrap();
        let argon = Argon2::new(Algorithm::Argon2id, Version::V0x13, weak);
        let old = argon.hash_password(b"correct horse").unwrap().to_string();
        let other = Argon2::new(Algorithm::Argon2i, Version::V0x13, Params::default());
        assert!(is_old(
            &other.hash_password(b"correct horse").unwrap().to_string()
        ));
        assert!(is_old(&old) && is_old("none"));
        assert!(verify("correct horse", Some(&old)));
    }

    #[test]
    fn what_others_guess_first_is_refused_with_the_reason() {
        let about = ["ada.keller@acme.example", "Ada Keller", "Acme Robotics"];
        for weak in [
            "short",
            "password123",
            "Password123!",
            "1234567890",
            "qwertyuiop",
            "aaaaaaaaaaaa",
            "iloveyou123",
            "letmein1234",
            "parlanceparlance",
            "adakeller1",
            "acmerobotics",
            "ada.keller@acme.example",
            "2020-11-22",
            "p@ssw0rd123",
            &"x".repeat(129),
        ] {
            let refused = check(weak, &about);
            assert!(refused.is_err(), "{weak}");
            assert!(!refused.unwrap_err().0.contains(weak), "{weak}");
        }
        for good in [
            "correct horse battery",
            "correct horse battery staple",
            "Tr0ub4dor&3-and-more",
            "wibble-frost-47",
            "S3cure-passw0rd-42!",
            "mein lieber Schwan, ach",
            "ありがとう世界のみなさん",
        ] {
            assert_eq!(check(good, &about), Ok(()), "{good}");
        }
    }

    #[tokio::test]
    async fn so_many_at_once_some_wait_and_the_others_are_sent_away() {
        let hasher = Hasher::new(1);
        let turn = hasher.running.clone().acquire_owned().await.unwrap();
        let one = || Box::pin(maybe_done(hasher.run(true, || true)));
        let mut asked: Vec<_> = (0..LINE + 5).map(|_| one()).collect();
        for one in &mut asked {
            // All have asked before the first is served.
            let _ = poll!(one);
        }
        drop(turn);
        join_all(&mut asked).await;
        let all: Vec<_> = asked
            .iter_mut()
            .filter_map(|one| one.as_mut().take_output())
            .collect();
        let served = all.iter().filter(|one| **one == Ok(Some(true))).count();
        assert_eq!((served, all.len() - served), (LINE + 1, 4));
        assert_eq!(
            hasher.run(true, || true).await,
            Ok(Some(true)),
            "and there is room again"
        );
        assert_eq!(hasher.computed(), LINE as u64 + 2);
    }
}
