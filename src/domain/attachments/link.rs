//! The addresses under which files are read: signed for a while, so that `<img>` may have them and whoever
//! finds an old one has nothing. They are made when an event goes out, and no stored event holds one.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use parlance_store::{
    ids::{AttachmentId, TenantId},
    queries::attachments,
};
use serde_json::Value;

use crate::{
    domain::conversations::event::Attachment,
    kernel::{clock::SharedClock, vault::Vault},
};

/// Links made within this many seconds are the same, so that a browser's cache knows them again; one
/// counts for the rest of that time and as long again: 12 to 24 hours.
const STEP: i64 = 12 * 3_600;
const PURPOSE: &str = "attachment-link";

/// Why a link opens nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LinkError {
    Forged,
    Over,
}

/// Makes and opens links. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Links {
    vault: Vault,
    clock: SharedClock,
}

impl Links {
    #[must_use]
    pub fn new(vault: Vault, clock: SharedClock) -> Self {
        Self { vault, clock }
    }

    /// The address of a file, on this server.
    #[must_use]
    pub fn url(&self, tenant: TenantId, id: AttachmentId) -> String {
        let expires = (self.clock.now().timestamp() / STEP + 2) * STEP;
        let mac = self.vault.mac(PURPOSE, &signed(tenant, id, expires));
        let signature = URL_SAFE_NO_PAD.encode(mac);
        format!("/api/attachments/{id}?tenant={tenant}&expires={expires}&signature={signature}")
    }

    /// How many seconds more a link opens its file.
    ///
    /// # Errors
    /// [`LinkError`] where it opens nothing.
    pub fn open(
        &self,
        tenant: TenantId,
        id: AttachmentId,
        expires: i64,
        signature: &str,
    ) -> Result<i64, LinkError> {
        let mac = URL_SAFE_NO_PAD.decode(signature).unwrap_or_default();
        if !self.vault.is_mac(PURPOSE, &signed(tenant, id, expires), &mac) {
            return Err(LinkError::Forged);
        }
        match expires - self.clock.now().timestamp() {
            left @ 1.. => Ok(left),
            _ => Err(LinkError::Over),
        }
    }

    /// A file as it is told, with its address.
    #[must_use]
    pub fn attachment(&self, tenant: TenantId, kept: attachments::Attachment) -> Attachment {
        Attachment {
            url: Some(self.url(tenant, kept.id)),
            ..kept.into()
        }
    }

    /// A stored event with the addresses of its files; nothing where it has none.
    #[must_use]
    pub fn event(&self, tenant: TenantId, json: &str) -> Option<String> {
        // Nearly every event has none, and nothing is parsed. In a text the quotes would be escaped.
        if !json.contains("\"attachments\":[") {
            return None;
        }
        let mut event: Value = serde_json::from_str(json).ok()?;
        for attachment in event.get_mut("attachments")?.as_array_mut()? {
            let id = attachment.get("id").and_then(Value::as_str)?.parse().ok()?;
            attachment
                .as_object_mut()?
                .insert("url".to_owned(), self.url(tenant, id).into());
        }
        Some(event.to_string())
    }
}

fn signed(tenant: TenantId, id: AttachmentId, expires: i64) -> Vec<u8> {
    format!("{tenant}/{id}/{expires}").into_bytes()
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use chrono::{DateTime, TimeDelta};
    use secrecy::SecretString;
    use serde_json::json;

    use super::*;
    use crate::kernel::clock::ManualClock;

    fn links(secret: &str, clock: &Arc<ManualClock>) -> Links {
        Links::new(Vault::new(&SecretString::from(secret)), clock.clone())
    }

    /// What stands behind `expires` and `signature` in an address.
    fn parts(url: &str) -> (i64, String) {
        let part = |name: &str| {
            let (_, behind) = url.split_once(name).unwrap();
            behind.split('&').next().unwrap().to_owned()
        };
        (part("expires=").parse().unwrap(), part("signature="))
    }

    #[test]
    fn a_link_opens_its_file_for_half_a_day_at_least_and_a_day_at_most() {
        let clock = Arc::new(ManualClock::at(
            DateTime::from_timestamp(1_800_000_123, 0).unwrap(),
        ));
        let (ours, tenant, id) = (links("one", &clock), TenantId::new(), AttachmentId::new());
        let (expires, signature) = parts(&ours.url(tenant, id));
        let left = ours.open(tenant, id, expires, &signature).unwrap();
        assert!((STEP..=2 * STEP).contains(&left), "{left}");
        clock.advance(TimeDelta::seconds(left - 1));
        assert_eq!(ours.open(tenant, id, expires, &signature), Ok(1));
        clock.advance(TimeDelta::seconds(1));
        assert_eq!(ours.open(tenant, id, expires, &signature), Err(LinkError::Over));
    }

    #[test]
    fn a_link_is_of_its_tenant_file_time_and_installation() {
        let clock = Arc::new(ManualClock::at(DateTime::UNIX_EPOCH));
        let (ours, tenant, id) = (links("one", &clock), TenantId::new(), AttachmentId::new());
        let (expires, signature) = parts(&ours.url(tenant, id));
        let forged = Err(LinkError::Forged);
        assert_eq!(ours.open(TenantId::new(), id, expires, &signature), forged);
        assert_eq!(
            ours.open(tenant, AttachmentId::new(), expires, &signature),
            forged
        );
        assert_eq!(ours.open(tenant, id, expires + 1, &signature), forged);
        assert_eq!(ours.open(tenant, id, expires, "no signature"), forged);
        assert_eq!(links("two", &clock).open(tenant, id, expires, &signature), forged);
    }

    #[test]
    fn an_event_goes_out_with_the_addresses_of_its_files() {
        let clock = Arc::new(ManualClock::at(DateTime::UNIX_EPOCH));
        let (ours, tenant, id) = (links("one", &clock), TenantId::new(), AttachmentId::new());
        let event = json!({ "seq": 3, "text": "see", "attachments": [{ "id": id, "name": "a.png" }] });
        let out: Value = serde_json::from_str(&ours.event(tenant, &event.to_string()).unwrap()).unwrap();
        assert_eq!(out["attachments"][0]["url"], ours.url(tenant, id));
        assert_eq!((&out["seq"], &out["text"]), (&json!(3), &json!("see")));
        let quoted = json!({ "text": "\"attachments\":[1]" }).to_string();
        assert_eq!(ours.event(tenant, &quoted), None);
    }
}
