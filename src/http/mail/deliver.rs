//! A reply becomes what the visitor says. Who may write where is decided by the token of the address alone:
//! the sender is what anybody may write on an envelope.

use parlance_store::{StoreError, ids::ClientId, queries::mail_replies};

use super::inbound::Fate;
use crate::{
    actors::{
        conversation::{ActorError, ConversationHandle, Mailed},
        services::Services,
    },
    domain::{
        accounts::email::EmailAddress,
        mail_replies::{address::Named, incoming::Incoming},
    },
    kernel::{code::Code, problem::Problem},
};

/// Addresses of a mail that are looked at.
const MOST_ADDRESSES: usize = 100;

/// Delivers a mail, which says these texts, or says why it is dropped.
///
/// # Errors
/// What may go through later; also a visitor's rate, for which the mail is posted again, is a 5xx.
pub(super) async fn deliver(services: &Services, mail: &Incoming, texts: &[String]) -> Result<Fate, Problem> {
    let mut to = mail.to.iter().take(MOST_ADDRESSES);
    let Some(named) = to.find_map(|to| services.mail_addresses.named(to)) else {
        return Ok(Fate::UnknownAddress);
    };
    if mail.automatic {
        return Ok(Fate::Automatic);
    }
    if texts.is_empty() {
        return Ok(Fate::Empty);
    }
    match say(services, named, mail, texts).await {
        Ok(true) => Ok(Fate::Delivered),
        Ok(false) => Ok(Fate::Duplicate),
        Err(ActorError::NotFound) => Ok(Fate::UnknownAddress),
        Err(ActorError::Blocked) => Ok(Fate::Blocked),
        Err(ActorError::Limited(limited)) => {
            Err(Problem::new(Code::Busy, limited.to_string()).retry_after(limited.retry_after))
        }
        Err(error) => Err(error.into()),
    }
}

/// Says it, and whether any of it was new.
async fn say(
    services: &Services,
    named: Named,
    mail: &Incoming,
    texts: &[String],
) -> Result<bool, ActorError> {
    let Named { tenant, conversation } = named;
    let seen = ask(services, named, async |actor| actor.observe().await).await?;
    let space = services.spaces.space(tenant, seen.space).await;
    let space = space.map_err(|error| ActorError::Store(error.to_string()))?;
    // Closed to visitors meanwhile.
    if !space.is_some_and(|space| space.published) {
        return Err(ActorError::NotFound);
    }
    let db = services.db.tenant(tenant);
    let known = db.read(async |conn| mail_replies::was_mailed_to(conn, conversation, &mail.from).await);
    let known: Result<bool, StoreError> = known.await;
    let known = known.map_err(|error| ActorError::Store(error.to_string()))?;
    let address =
        || EmailAddress::parse(&mail.from).map_or_else(|_| "unknown".to_owned(), |from| from.to_string());
    let mailed = Mailed {
        stranger: (!known).then(address),
    };
    let mut new = false;
    for (n, text) in texts.iter().enumerate() {
        let client_id = ClientId(mail.client_id(n));
        let said = ask(services, named, async |actor| {
            actor.say_by_mail(client_id, text.clone(), mailed.clone()).await
        });
        new |= !said.await?.duplicate;
    }
    tracing::info!(tenant.id = %tenant, conversation.id = %conversation, known, new, "a reply came by mail");
    Ok(new)
}

/// Asks the conversation; one that passivated between the look-up and the call is looked up again.
pub(super) async fn ask<T>(
    services: &Services,
    Named { tenant, conversation }: Named,
    ask: impl AsyncFn(ConversationHandle) -> Result<T, ActorError>,
) -> Result<T, ActorError> {
    match ask(services.registry.conversation(tenant, conversation)?).await {
        Err(ActorError::NotFound) => ask(services.registry.conversation(tenant, conversation)?).await,
        answer => answer,
    }
}
