//! The addresses of a conversation: `r+<token>@domain`, which replies go to, and the tokens of the links by
//! which its visitor wants no more mail, or rates it. A token names tenant and conversation, is signed, and is read in
//! any case, for mail servers may change that.
//!
//! The part before the `@` has 64 bytes at most (RFC 5321, 4.5.3.1.1). Two of them are `r+`; the other 62
//! are base32, of 310 bits: 122 of each id (what a UUIDv7 has beside version and variant) and 66 of an
//! HMAC-SHA-256. A forger has no oracle but the server itself, and must know both ids besides.

use parlance_store::ids::{ConversationId, SpaceId, TenantId};
use uuid::Uuid;

use crate::kernel::vault::Vault;

const PREFIX: &str = "r+";
const SUPPORT: &str = "s+";
const REPLY: &str = "mail-reply";
const STOP: &str = "mail-stop";
const RATING: &str = "mail-rating";
const SPACE: &str = "mail-space";

const ALPHABET: &[u8; 32] = b"abcdefghijklmnopqrstuvwxyz234567";
const ID_BITS: usize = 122;
const MAC_BITS: usize = 66;
const LENGTH: usize = (2 * ID_BITS + MAC_BITS) / 5;

/// What a token names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Named {
    pub tenant: TenantId,
    pub conversation: ConversationId,
}

/// Makes addresses and reads them. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Addresses {
    vault: Vault,
    /// Of `MAIL_INBOUND_DOMAIN`.
    domain: Option<String>,
}

impl Addresses {
    #[must_use]
    pub fn new(vault: Vault, domain: Option<String>) -> Self {
        Self { vault, domain }
    }

    /// Where replies go to; nothing where none can come in.
    #[must_use]
    pub fn reply_to(&self, named: Named) -> Option<String> {
        let domain = self.domain.as_ref()?;
        Some(format!("{PREFIX}{}@{domain}", self.token(REPLY, named)))
    }

    /// What the address of a reply names; nothing where it is none of ours.
    #[must_use]
    pub fn named(&self, address: &str) -> Option<Named> {
        self.read(REPLY, self.token_in(address)?)
    }

    /// Where mail to a space goes to that begins something; nothing where none can come in.
    #[must_use]
    pub fn support(&self, tenant: TenantId, space: SpaceId) -> Option<String> {
        let domain = self.domain.as_ref()?;
        Some(format!(
            "{SUPPORT}{}@{domain}",
            self.token_of(SPACE, (tenant, space.0))
        ))
    }

    /// The space that such an address is of.
    #[must_use]
    pub fn supported(&self, address: &str) -> Option<(TenantId, SpaceId)> {
        let (tenant, space) = self.read_of(SPACE, self.token_in(address)?)?;
        Some((tenant, SpaceId(space)))
    }

    /// Whether mail to an address comes in here.
    #[must_use]
    pub fn is_ours(&self, address: &str) -> bool {
        let domain = address.trim().rsplit_once('@').map(|(_, domain)| domain);
        let ours = self.domain.as_deref();
        domain
            .zip(ours)
            .is_some_and(|(domain, ours)| domain.eq_ignore_ascii_case(ours))
    }

    /// Whatever stands before the `+`: it names a mailbox, where the domain has several.
    fn token_in<'a>(&self, address: &'a str) -> Option<&'a str> {
        let (local, _) = address.trim().rsplit_once('@')?;
        let (_, token) = local.rsplit_once('+')?;
        self.is_ours(address).then_some(token)
    }

    /// The token of the link by which a visitor wants no more mail.
    #[must_use]
    pub fn stop_token(&self, named: Named) -> String {
        self.token(STOP, named)
    }

    /// What such a token names.
    #[must_use]
    pub fn stopped(&self, token: &str) -> Option<Named> {
        self.read(STOP, token)
    }

    /// The token of the link by which a visitor rates the conversation.
    #[must_use]
    pub fn rating_token(&self, named: Named) -> String {
        self.token(RATING, named)
    }

    /// What such a token names.
    #[must_use]
    pub fn rated(&self, token: &str) -> Option<Named> {
        self.read(RATING, token)
    }

    fn token(&self, purpose: &str, Named { tenant, conversation }: Named) -> String {
        self.token_of(purpose, (tenant, conversation.0))
    }

    fn read(&self, purpose: &str, token: &str) -> Option<Named> {
        let (tenant, id) = self.read_of(purpose, token)?;
        Some(Named {
            tenant,
            conversation: ConversationId(id),
        })
    }

    fn token_of(&self, purpose: &str, (tenant, id): (TenantId, Uuid)) -> String {
        let ids = [tenant.0, id].map(|id| bits(compact(id), ID_BITS));
        let all = ids.into_iter().flatten().chain(self.mac(purpose, (tenant, id)));
        let all: Vec<bool> = all.collect();
        let five = |five: &[bool]| five.iter().fold(0, |value, bit| value << 1 | usize::from(*bit));
        let letters = all.chunks(5).filter_map(|bits| ALPHABET.get(five(bits)));
        letters.map(|letter| char::from(*letter)).collect()
    }

    fn read_of(&self, purpose: &str, token: &str) -> Option<(TenantId, Uuid)> {
        if token.len() != LENGTH {
            return None;
        }
        let mut all = Vec::with_capacity(LENGTH * 5);
        for letter in token.bytes().map(|letter| letter.to_ascii_lowercase()) {
            let (value, _) = (0..).zip(ALPHABET).find(|(_, known)| **known == letter)?;
            all.extend(bits(value, 5));
        }
        let (tenant, rest) = all.split_at_checked(ID_BITS)?;
        let (id, mac) = rest.split_at_checked(ID_BITS)?;
        let named = (TenantId(expand(value(tenant))), expand(value(id)));
        // In a time that does not tell where they differ.
        let differ = self
            .mac(purpose, named)
            .zip(mac)
            .fold(false, |differ, (ours, theirs)| differ | (ours != *theirs));
        (!differ).then_some(named)
    }

    fn mac(&self, purpose: &str, (tenant, id): (TenantId, Uuid)) -> impl Iterator<Item = bool> + use<> {
        let named = [*tenant.0.as_bytes(), *id.as_bytes()].concat();
        let mac = self.vault.mac(purpose, &named);
        mac.into_iter()
            .flat_map(|byte| bits(byte.into(), 8))
            .take(MAC_BITS)
    }
}

/// The lowest `count` bits, the highest of them first.
fn bits(value: u128, count: usize) -> impl Iterator<Item = bool> {
    (0..count).rev().map(move |at| value >> at & 1 == 1)
}

fn value(bits: &[bool]) -> u128 {
    bits.iter().fold(0, |value, bit| value << 1 | u128::from(*bit))
}

/// A UUIDv7 without its version and variant (RFC 9562, 5.7): 48 bits of time, 12 and 62 of chance.
fn compact(id: Uuid) -> u128 {
    let id = id.as_u128();
    (id >> 80) << 74 | (id >> 64 & 0xfff) << 62 | id & ((1 << 62) - 1)
}

fn expand(compact: u128) -> Uuid {
    let (time, chance) = (compact >> 74, compact >> 62 & 0xfff);
    Uuid::from_u128(time << 80 | 0x7 << 76 | chance << 64 | 0b10 << 62 | compact & ((1 << 62) - 1))
}

#[cfg(test)]
mod tests {
    use secrecy::SecretString;

    use super::*;
    use crate::domain::accounts::email::EmailAddress;

    fn addresses(secret: &str) -> Addresses {
        let vault = Vault::new(&SecretString::from(secret));
        Addresses::new(vault, Some("in.parlance.example".to_owned()))
    }

    fn named() -> Named {
        Named {
            tenant: TenantId::new(),
            conversation: ConversationId::new(),
        }
    }

    #[test]
    fn an_address_names_its_conversation_in_any_case_and_is_one_that_mail_goes_to() {
        let ours = addresses("the secret of one installation");
        for _ in 0..50 {
            let named = named();
            let address = ours.reply_to(named).unwrap();
            assert_eq!(EmailAddress::parse(&address).unwrap().as_str(), address);
            assert_eq!(address.split('@').next().unwrap().len(), 64);
            assert_eq!(ours.named(&address), Some(named));
            assert_eq!(ours.named(&address.to_uppercase()), Some(named));
            let mailbox = address.replacen("r+", "support+", 1);
            assert_eq!(ours.named(&mailbox), Some(named));
        }
    }

    #[test]
    fn every_changed_letter_is_noticed() {
        let ours = addresses("the secret of one installation");
        let token = ours.stop_token(named());
        for at in 0..token.len() {
            let mut changed = token.clone().into_bytes();
            changed[at] = if changed[at] == b'a' { b'b' } else { b'a' };
            let changed = String::from_utf8(changed).unwrap();
            assert_eq!(ours.stopped(&changed), None, "{changed}");
            assert_eq!(ours.stopped(&token[..at]), None);
        }
        assert_eq!(ours.stopped(&format!("{token}a")), None);
        assert_eq!(ours.stopped(&"ä".repeat(31)), None);
    }

    #[test]
    fn a_token_is_of_its_purpose_installation_and_domain() {
        let (ours, named) = (addresses("the secret of one installation"), named());
        let address = ours.reply_to(named).unwrap();
        assert_eq!(addresses("another one's").named(&address), None);
        assert_eq!(ours.named(&address.replace("in.", "evil.")), None);
        assert_eq!(
            ours.named(&format!("r+{}@in.parlance.example", ours.stop_token(named))),
            None
        );
        assert_eq!(ours.rated(&ours.stop_token(named)), None);
        assert_eq!(ours.rated(&ours.rating_token(named)), Some(named));
        assert_eq!(ours.named("ada@in.parlance.example"), None);
        let space = SpaceId::new();
        let support = ours.support(named.tenant, space).unwrap();
        assert_eq!(
            ours.supported(&support.to_uppercase()),
            Some((named.tenant, space))
        );
        assert_eq!((ours.named(&support), ours.supported(&address)), (None, None));
        assert!(ours.is_ours(&support) && !ours.is_ours("in.parlance.example@evil.example"));
        let deaf = Addresses { domain: None, ..ours };
        assert_eq!((deaf.reply_to(named), deaf.named(&address)), (None, None));
    }
}
