//! Who presents a token.

use std::{net::IpAddr, sync::Arc};

use chrono::{DateTime, Utc};
use parlance_store::control::LiveSession;

use super::{Accounts, error::AccountError, live::Standing, token::OperatorClaims};

/// Somebody who may call, as they are now.
#[derive(Clone, Debug)]
pub struct Recognised {
    pub live: Arc<LiveSession>,
    pub standing: Standing,
    /// When the token ends.
    pub until: DateTime<Utc>,
}

impl Accounts {
    /// Who presents `token` from `address`: a session of ours, or where an identity provider keeps the accounts one of
    /// the provider's.
    ///
    /// # Errors
    /// `Token`, `Ended`; of a provider's also `Unreachable`, `Refused`, `Limited`.
    pub async fn recognise(&self, token: &str, address: Option<IpAddr>) -> Result<Recognised, AccountError> {
        if let Some(provider) = &self.provider {
            return self.recognise_outside(provider.as_ref(), token, address).await;
        }
        let (claims, until) = match self.tokens.verify_user_until(token) {
            Ok(verified) => verified,
            Err(invalid) => {
                return match self.tokens.verify_operator(token) {
                    Ok((claims, until)) => self.acting(claims, until).await,
                    Err(_) => Err(AccountError::Token(invalid.to_string())),
                };
            }
        };
        let standing = Standing::Session(claims.session);
        let live = self.look(&standing).await?;
        let live = live.filter(|live| (live.user, live.tenant) == (claims.user, claims.tenant));
        Ok(Recognised {
            live: live.ok_or(AccountError::Ended)?,
            standing,
            until,
        })
    }

    /// The operator who acts as a workspace.
    async fn acting(&self, claims: OperatorClaims, until: DateTime<Utc>) -> Result<Recognised, AccountError> {
        let standing = Standing::Operator(claims);
        let live = self.look(&standing).await?;
        let live = live.filter(|live| live.tenant == claims.tenant);
        Ok(Recognised {
            live: live.ok_or(AccountError::Ended)?,
            standing,
            until,
        })
    }

    /// Who that is now, if they may still call.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn look(&self, standing: &Standing) -> Result<Option<Arc<LiveSession>>, AccountError> {
        let found = self.live.find(standing).await;
        found.map_err(|error| AccountError::Internal(error.to_string()))
    }

    /// Something about who belongs where was changed: it holds for the next request.
    pub fn forget(&self) {
        self.live.forget();
    }
}
