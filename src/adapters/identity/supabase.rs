//! Accounts kept by Supabase Auth: access tokens under the project's signing keys, or under the shared
//! secret of older projects. See <https://supabase.com/docs/guides/auth/jwt-fields>. There are no
//! organisations.

use async_trait::async_trait;
use jsonwebtoken::{Algorithm, DecodingKey};
use reqwest::header::{AUTHORIZATION, HeaderMap, HeaderName};
use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;
use serde_json::{Value, json};

use super::{
    IdentityError, IdentityProvider, Origin, Presented, Profile, Reach,
    api::{self, Api, BadSettings},
    id,
    jwks::Jwks,
    signed,
};
use crate::kernel::clock::SharedClock;

/// Whom a token of a person is for, and the role that it gives in the project's database.
const AUTHENTICATED: &str = "authenticated";
/// What is answered for a session that is over there, or whose person is no more.
const SESSION_OVER: [u16; 3] = [401, 403, 404];
const NO_ORGANISATION: IdentityError = IdentityError::Invalid("there are no organisations");

/// Which project.
#[derive(Clone, Debug)]
pub struct SupabaseOptions {
    /// `https://<project>.supabase.co`, or where it is hosted.
    pub url: String,
    /// The publishable key (`sb_publishable_…`, or the older `anon` key), for pages.
    pub publishable_key: String,
    /// The shared secret of projects that sign with one.
    pub jwt_secret: Option<SecretString>,
}

/// One project.
pub struct Supabase {
    options: SupabaseOptions,
    origin: Origin,
    issuer: String,
    keys: Jwks,
    secret: Option<DecodingKey>,
    auth: Api,
    clock: SharedClock,
}

impl std::fmt::Debug for Supabase {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Supabase({})", self.options.url)
    }
}

impl Supabase {
    /// # Errors
    /// [`BadSettings`].
    pub fn new(options: SupabaseOptions, clock: SharedClock) -> Result<Self, BadSettings> {
        let issuer = format!("{}/auth/v1", options.url.trim_end_matches('/'));
        let key = SecretString::from(options.publishable_key.clone());
        let key = api::secret(HeaderName::from_static("apikey"), "", &key)?;
        let auth = Api::new(&issuer, HeaderMap::from_iter([key]))?;
        let secret = options.jwt_secret.as_ref();
        Ok(Self {
            origin: Origin::of(&options.url)?,
            secret: secret.map(|secret| DecodingKey::from_secret(secret.expose_secret().as_bytes())),
            keys: Jwks::new(auth.clone(), &[".well-known", "jwks.json"], clock.clone()),
            issuer,
            auth,
            options,
            clock,
        })
    }
}

#[derive(Deserialize)]
struct Claims {
    sub: String,
    aud: Audience,
    role: String,
    #[serde(default)]
    is_anonymous: bool,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Audience {
    One(String),
    Several(Vec<String>),
}

impl Audience {
    fn has(&self, name: &str) -> bool {
        match self {
            Self::One(one) => one == name,
            Self::Several(all) => all.iter().any(|one| one == name),
        }
    }
}

#[derive(Deserialize)]
struct User {
    id: String,
    email: Option<String>,
    email_confirmed_at: Option<String>,
    #[serde(default)]
    user_metadata: Metadata,
}

/// What the person says of themselves.
#[derive(Default, Deserialize)]
struct Metadata {
    full_name: Option<Value>,
    name: Option<Value>,
}

#[derive(Deserialize)]
struct Settings {
    mailer_autoconfirm: bool,
}

#[async_trait]
impl IdentityProvider for Supabase {
    fn name(&self) -> &'static str {
        "supabase"
    }

    fn login(&self) -> Value {
        json!({
            "provider": self.name(),
            "url": self.options.url,
            "publishable_key": self.options.publishable_key,
        })
    }

    fn reach(&self) -> Reach<'_> {
        Reach {
            origin: &self.origin,
            runs_script: false,
        }
    }

    async fn verify(&self, token: &str) -> Result<Presented, IdentityError> {
        let (header, now) = (signed::head(token)?, self.clock.now());
        let (claims, until): (Claims, _) = if header.alg == Algorithm::HS256 {
            // Under the secret alone: a public key is never taken for one.
            let secret = self.secret.as_ref();
            let secret = secret.ok_or(IdentityError::Invalid("it is signed with a shared secret"))?;
            signed::open(token, &header, (Algorithm::HS256, secret), &self.issuer, now)?
        } else {
            let kid = header.kid.as_deref();
            let kid = kid.ok_or(IdentityError::Invalid("it does not name its key (kid)"))?;
            let key = self.keys.key(kid).await?;
            let key = (key.algorithm, &key.verifying);
            signed::open(token, &header, key, &self.issuer, now)?
        };
        if !claims.aud.has(AUTHENTICATED) || claims.role != AUTHENTICATED {
            return Err(IdentityError::Invalid("it is not a person's (aud, role)"));
        }
        if claims.is_anonymous {
            return Err(IdentityError::Invalid("it is of somebody without an account"));
        }
        Ok(Presented {
            subject: id(claims.sub)?,
            organisation: None,
            until,
        })
    }

    async fn profile(&self, token: &str, subject: &str) -> Result<Profile, IdentityError> {
        let bearer = api::secret(AUTHORIZATION, "Bearer ", &token.to_owned().into());
        let (name, value) = bearer.map_err(|_| IdentityError::Invalid("it is no JWT"))?;
        let request = self.auth.get(&["user"])?.header(name, value);
        let user: Option<User> = api::found_or(request, &SESSION_OVER).await?;
        let user = user.filter(|user| user.id == subject);
        let user = user.ok_or(IdentityError::Invalid("there is no such person any more"))?;
        let settings: Option<Settings> = api::found(self.auth.get(&["settings"])?).await?;
        // Where the project confirms every address by itself, that one is confirmed says nothing.
        let asks = settings.is_some_and(|settings| !settings.mailer_autoconfirm);
        let said = [user.user_metadata.full_name, user.user_metadata.name];
        let mut said = said.into_iter().flatten();
        Ok(Profile {
            email_verified: asks && user.email_confirmed_at.is_some(),
            email: user.email.filter(|email| !email.is_empty()),
            name: said.find_map(|name| Some(name.as_str()?.to_owned())),
        })
    }

    async fn organisation_name(&self, _organisation: &str) -> Result<String, IdentityError> {
        Err(NO_ORGANISATION)
    }

    async fn belongs(&self, _subject: &str, _organisation: &str) -> Result<bool, IdentityError> {
        Ok(false)
    }
}
