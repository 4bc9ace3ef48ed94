//! Accounts kept by Clerk: session tokens of version 1 and 2, and the Backend API for what is not in
//! them. See <https://clerk.com/docs/guides/sessions/session-tokens>.

use async_trait::async_trait;
use base64::{Engine, prelude::BASE64_STANDARD};
use reqwest::header::{AUTHORIZATION, HeaderMap};
use secrecy::SecretString;
use serde::Deserialize;
use serde_json::{Value, json};

use super::{
    IdentityError, IdentityProvider, Origin, Place, Presented, Profile, Reach,
    api::{self, Api, BadSettings},
    id,
    jwks::Jwks,
    signed,
};
use crate::kernel::clock::SharedClock;

/// Organisations of a person that are looked at; what Clerk gives at most.
const MEMBERSHIPS: &str = "500";
const PENDING: IdentityError =
    IdentityError::Invalid("something is left to do before the session begins (sts)");

/// Which instance of Clerk's.
#[derive(Clone, Debug)]
pub struct ClerkOptions {
    /// `pk_…`, for pages.
    pub publishable_key: String,
    /// `sk_…`, for the Backend API.
    pub secret_key: SecretString,
    /// The Frontend API, which issues the tokens: see [`frontend_api`].
    pub frontend_api: String,
    /// The Backend API.
    pub api: String,
    /// Origins whose pages tokens may be made for (`azp`).
    pub authorized_parties: Vec<String>,
}

/// The address of the Frontend API that a publishable key has in it.
#[must_use]
pub fn frontend_api(publishable_key: &str) -> Option<String> {
    let coded = publishable_key
        .strip_prefix("pk_test_")
        .or_else(|| publishable_key.strip_prefix("pk_live_"))?;
    let coded = coded.trim_end_matches('=');
    let padded = format!("{coded}{}", "=".repeat((4 - coded.len() % 4) % 4));
    let host = String::from_utf8(BASE64_STANDARD.decode(padded).ok()?).ok()?;
    let host = host.strip_suffix('$')?;
    let is_name = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-');
    (!host.is_empty() && host.chars().all(is_name)).then(|| format!("https://{host}"))
}

/// One instance.
#[derive(Debug)]
pub struct Clerk {
    options: ClerkOptions,
    origin: Origin,
    keys: Jwks,
    backend: Api,
    clock: SharedClock,
}

impl Clerk {
    /// # Errors
    /// [`BadSettings`].
    pub fn new(options: ClerkOptions, clock: SharedClock) -> Result<Self, BadSettings> {
        let frontend = Api::new(&options.frontend_api, HeaderMap::new())?;
        let key = api::secret(AUTHORIZATION, "Bearer ", &options.secret_key)?;
        Ok(Self {
            origin: Origin::of(&options.frontend_api)?,
            backend: Api::new(&options.api, HeaderMap::from_iter([key]))?,
            keys: Jwks::new(frontend, &[".well-known", "jwks.json"], clock.clone()),
            options,
            clock,
        })
    }
}

/// Of both versions: in the second an organisation is in `o`.
#[derive(Deserialize)]
struct Claims {
    sub: String,
    azp: Option<String>,
    sts: Option<String>,
    /// Somebody of the operator's in the place of the person.
    act: Option<Value>,
    o: Option<Organisation>,
    org_id: Option<String>,
    org_role: Option<String>,
}

#[derive(Deserialize)]
struct Organisation {
    id: String,
    rol: Option<String>,
}

impl Claims {
    fn place(self) -> Result<Option<Place>, IdentityError> {
        let (organisation, role) = match self.o {
            Some(organisation) => (Some(organisation.id), organisation.rol),
            None => (self.org_id, self.org_role),
        };
        let Some(organisation) = organisation else {
            return Ok(None);
        };
        let role = role.unwrap_or_default();
        // Version 1 says `org:admin` where version 2 says `admin`.
        let role = role.strip_prefix("org:").unwrap_or(&role).to_owned();
        Ok(Some(Place {
            id: id(organisation)?,
            role: id(role)?,
        }))
    }
}

#[derive(Deserialize)]
struct User {
    first_name: Option<String>,
    last_name: Option<String>,
    username: Option<String>,
    primary_email_address_id: Option<String>,
    #[serde(default)]
    email_addresses: Vec<Address>,
}

#[derive(Deserialize)]
struct Address {
    id: String,
    email_address: String,
    verification: Option<Verification>,
}

#[derive(Deserialize)]
struct Verification {
    status: String,
}

#[derive(Deserialize)]
struct Named {
    id: String,
    #[serde(default)]
    name: String,
}

#[derive(Deserialize)]
struct Memberships {
    data: Vec<Membership>,
}

#[derive(Deserialize)]
struct Membership {
    organization: Named,
}

#[async_trait]
impl IdentityProvider for Clerk {
    fn name(&self) -> &'static str {
        "clerk"
    }

    fn login(&self) -> Value {
        json!({
            "provider": self.name(),
            "publishable_key": self.options.publishable_key,
            "frontend_api": self.options.frontend_api,
        })
    }

    fn reach(&self) -> Reach<'_> {
        Reach {
            origin: &self.origin,
            runs_script: true,
        }
    }

    async fn verify(&self, token: &str) -> Result<Presented, IdentityError> {
        let header = signed::head(token)?;
        let kid = header.kid.as_deref();
        let key = self
            .keys
            .key(kid.ok_or(IdentityError::Invalid("it does not name its key (kid)"))?)
            .await?;
        let issuer = self.options.frontend_api.as_str();
        let key = (key.algorithm, &key.verifying);
        let (claims, until): (Claims, _) = signed::open(token, &header, key, issuer, self.clock.now())?;
        let party = claims.azp.as_ref();
        if !party.is_some_and(|party| self.options.authorized_parties.contains(party)) {
            return Err(IdentityError::Invalid("it was made for another site (azp)"));
        }
        if claims.sts.as_deref().is_some_and(|status| status != "active") {
            return Err(PENDING);
        }
        if claims.act.is_some() {
            // The record would say that the person did it.
            return Err(IdentityError::Invalid(
                "somebody else acts in the person's place (act)",
            ));
        }
        Ok(Presented {
            subject: id(claims.sub.clone())?,
            organisation: claims.place()?,
            until,
        })
    }

    async fn profile(&self, _token: &str, subject: &str) -> Result<Profile, IdentityError> {
        let user: Option<User> = api::found(self.backend.get(&["v1", "users", subject])?).await?;
        let user = user.ok_or(IdentityError::Invalid("there is no such person any more"))?;
        let primary = user.primary_email_address_id;
        let mut addresses = user.email_addresses.into_iter();
        let address = addresses.find(|address| primary.as_ref() == Some(&address.id));
        let names = [user.first_name, user.last_name].map(Option::unwrap_or_default);
        let name = names.join(" ").trim().to_owned();
        Ok(Profile {
            email_verified: address
                .as_ref()
                .and_then(|address| address.verification.as_ref())
                .is_some_and(|verification| verification.status == "verified"),
            email: address.map(|address| address.email_address),
            name: Some(name).filter(|name| !name.is_empty()).or(user.username),
        })
    }

    async fn organisation_name(&self, organisation: &str) -> Result<String, IdentityError> {
        let found: Option<Named> =
            api::found(self.backend.get(&["v1", "organizations", organisation])?).await?;
        found
            .map(|organisation| organisation.name)
            .ok_or(IdentityError::Invalid("there is no such organisation any more"))
    }

    async fn belongs(&self, subject: &str, organisation: &str) -> Result<bool, IdentityError> {
        let path = ["v1", "users", subject, "organization_memberships"];
        let request = self.backend.get_of(&path, &[("limit", MEMBERSHIPS)])?;
        let found: Option<Memberships> = api::found(request).await?;
        Ok(found.is_some_and(|found| {
            let mut all = found.data.iter();
            all.any(|membership| membership.organization.id == organisation)
        }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_publishable_key_has_the_address_of_its_frontend_api() {
        for host in ["calm-otter-7.clerk.accounts.dev", "clerk.shop.example"] {
            let coded = BASE64_STANDARD.encode(format!("{host}$"));
            for coded in [coded.trim_end_matches('='), &coded] {
                for kind in ["pk_test_", "pk_live_"] {
                    let found = frontend_api(&format!("{kind}{coded}"));
                    assert_eq!(found, Some(format!("https://{host}")));
                }
            }
        }
        let other = BASE64_STANDARD.encode("shop.example/path?x$");
        for none in [
            "",
            "pk_test_",
            "sk_test_YQ==",
            "pk_test_!",
            &format!("pk_live_{other}"),
        ] {
            assert_eq!(frontend_api(none), None, "{none}");
        }
    }
}
