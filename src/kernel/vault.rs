//! Secrets that must be read again, at rest: AES-256-GCM under keys derived from the secret of this
//! installation, one for each purpose (HKDF-SHA-256, RFC 5869). What need only be compared is hashed
//! instead and never comes here.

use std::fmt;

use aes_gcm::{
    Aes256Gcm, KeyInit,
    aead::{Aead, Nonce, Payload},
};
use hkdf::Hkdf;
use hmac::{Hmac, Mac};
use rand::Rng;
use secrecy::{ExposeSecret, SecretString};
use sha2::Sha256;

/// First byte of what is sealed, for a later change of the method.
const VERSION: u8 = 1;
const NONCE: usize = 12;

/// It was sealed by another installation, for another purpose or owner, or was changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("what was sealed cannot be opened with this installation's secret")]
pub struct Broken;

/// Seals and opens. Cheap to clone.
#[derive(Clone)]
pub struct Vault {
    keys: Hkdf<Sha256>,
}

impl fmt::Debug for Vault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Vault")
    }
}

impl Vault {
    #[must_use]
    pub fn new(secret: &SecretString) -> Self {
        let keys = Hkdf::new(Some(b"parlance/vault"), secret.expose_secret().as_bytes());
        Self { keys }
    }

    /// `plain` for `purpose` (a word of the code, such as `"totp"`), bound to whom it is of: it opens
    /// with the same two only. 29 bytes longer, different each time.
    #[must_use]
    pub fn seal(&self, purpose: &str, bound_to: &[u8], plain: &[u8]) -> Vec<u8> {
        let mut nonce = [0_u8; NONCE];
        rand::rng().fill_bytes(&mut nonce);
        let payload = Payload {
            msg: plain,
            aad: bound_to,
        };
        let sealed = self
            .cipher(purpose)
            .encrypt(&Nonce::<Aes256Gcm>::from(nonce), payload);
        // Refused only beyond 64 GiB.
        let sealed = sealed.unwrap_or_default();
        [&[VERSION][..], &nonce, &sealed].concat()
    }

    /// # Errors
    /// [`Broken`] where it was not sealed so.
    pub fn open(&self, purpose: &str, bound_to: &[u8], sealed: &[u8]) -> Result<Vec<u8>, Broken> {
        let Some((&VERSION, rest)) = sealed.split_first() else {
            return Err(Broken);
        };
        let (nonce, sealed) = rest.split_first_chunk::<NONCE>().ok_or(Broken)?;
        let payload = Payload {
            msg: sealed,
            aad: bound_to,
        };
        self.cipher(purpose)
            .decrypt(&Nonce::<Aes256Gcm>::from(*nonce), payload)
            .map_err(|_| Broken)
    }

    /// HMAC-SHA-256 of `data` for `purpose`: tells whether two are the same without keeping either, and
    /// only to who has the installation's secret.
    #[must_use]
    pub fn mac(&self, purpose: &str, data: &[u8]) -> [u8; 32] {
        self.begun(purpose, data).finalize().into_bytes().into()
    }

    /// Whether `mac` is that of `data` for `purpose`, in a time that does not tell where they differ.
    #[must_use]
    pub fn is_mac(&self, purpose: &str, data: &[u8], mac: &[u8]) -> bool {
        self.begun(purpose, data).verify_slice(mac).is_ok()
    }

    fn begun(&self, purpose: &str, data: &[u8]) -> Hmac<Sha256> {
        let mut mac = Hmac::<Sha256>::new(&self.key::<64>(purpose).into());
        mac.update(data);
        mac
    }

    fn cipher(&self, purpose: &str) -> Aes256Gcm {
        Aes256Gcm::new(&self.key::<32>(purpose).into())
    }

    fn key<const BYTES: usize>(&self, purpose: &str) -> [u8; BYTES] {
        let mut key = [0_u8; BYTES];
        // Far below the 8,160 bytes that HKDF-SHA-256 can give.
        let derived = self.keys.expand(purpose.as_bytes(), &mut key);
        debug_assert!(derived.is_ok());
        key
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn vault(secret: &str) -> Vault {
        Vault::new(&SecretString::from(secret))
    }

    #[test]
    fn it_opens_for_the_same_purpose_and_owner_only() {
        let ours = vault("the secret of one installation");
        let sealed = ours.seal("totp", b"ann", b"a secret");
        assert_eq!(
            ours.open("totp", b"ann", &sealed).as_deref(),
            Ok(&b"a secret"[..])
        );
        assert_eq!(ours.open("totp", b"bob", &sealed), Err(Broken));
        assert_eq!(ours.open("drive", b"ann", &sealed), Err(Broken));
        assert_eq!(vault("another one's").open("totp", b"ann", &sealed), Err(Broken));
    }

    #[test]
    fn a_mac_is_of_its_purpose_and_installation() {
        let ours = vault("the secret of one installation");
        let mac = ours.mac("api-key", b"sk_1");
        assert_eq!(ours.mac("api-key", b"sk_1"), mac);
        assert!(ours.is_mac("api-key", b"sk_1", &mac) && !ours.is_mac("api-key", b"sk_2", &mac));
        assert_ne!(ours.mac("other", b"sk_1"), mac);
        assert_ne!(vault("another one's").mac("api-key", b"sk_1"), mac);
    }

    #[test]
    fn every_changed_byte_and_length_is_noticed() {
        let vault = vault("the secret of one installation");
        let sealed = vault.seal("totp", b"", b"x");
        assert_eq!(sealed.len(), 1 + 29);
        for at in 0..sealed.len() {
            let mut changed = sealed.clone();
            changed[at] ^= 1;
            assert_eq!(vault.open("totp", b"", &changed), Err(Broken));
            assert_eq!(vault.open("totp", b"", &sealed[..at]), Err(Broken));
        }
        assert_ne!(vault.seal("totp", b"", b"x"), sealed);
    }
}
