//! A reply becomes what the visitor says, and a mail to a space's own address begins a conversation. Who may write where is decided by the token of the address alone:
//! the sender is what anybody may write on an envelope.

use std::time::Duration;

use parlance_store::{
    StoreError,
    ids::{ClientId, SpaceId, TenantId},
    queries::{mail_replies, mail_threads},
};

use super::inbound::Fate;
use crate::{
    actors::{
        conversation::{ActorError, ConversationHandle, Mailed},
        services::Services,
    },
    domain::{
        accounts::email::EmailAddress,
        mail_replies::{
            address::Named,
            incoming::Incoming,
            opening::{self, Opened},
        },
        tickets::TicketError,
    },
    kernel::{code::Code, problem::Problem},
};

/// When a mail may be sent again whose sender made too many tickets.
const AGAIN: Duration = Duration::from_secs(600);
/// Addresses of a mail that are looked at.
const MOST_ADDRESSES: usize = 100;

/// Delivers a mail, which says these texts, or says why it is dropped.
///
/// # Errors
/// What may go through later; also a visitor's rate, for which the mail is posted again, is a 5xx.
pub(super) async fn deliver(services: &Services, mail: &Incoming, texts: &[String]) -> Result<Fate, Problem> {
    let addresses = &services.mail_addresses;
    let to = || mail.to.iter().take(MOST_ADDRESSES);
    let reply = to().find_map(|to| addresses.named(to));
    let support = to().find_map(|to| addresses.supported(to));
    if reply.is_none() && support.is_none() {
        return Ok(Fate::UnknownAddress);
    }
    // What is sent from here to here would go round.
    if mail.automatic || addresses.is_ours(&mail.from) {
        return Ok(Fate::Automatic);
    }
    let Some(first) = texts.first() else {
        return Ok(Fate::Empty);
    };
    let named = match (reply, support) {
        (Some(named), _) => named,
        (None, Some((tenant, space))) => match begin(services, tenant, space, mail, first).await? {
            Ok(named) => named,
            Err(fate) => return Ok(fate),
        },
        (None, None) => return Ok(Fate::UnknownAddress),
    };
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

/// The conversation of a mail to a space's own address, or what becomes of the mail.
async fn begin(
    services: &Services,
    tenant: TenantId,
    space: SpaceId,
    mail: &Incoming,
    first: &str,
) -> Result<Result<Named, Fate>, Problem> {
    let found = services
        .spaces
        .space(tenant, space)
        .await
        .map_err(Problem::internal)?;
    if !found.is_some_and(|space| space.published && space.settings.tickets.by_mail) {
        return Ok(Err(Fate::UnknownAddress));
    }
    let Ok(from) = EmailAddress::parse(&mail.from) else {
        return Ok(Err(Fate::Automatic));
    };
    let (db, at) = (services.db.tenant(tenant), services.clock.now());
    match opening::open(&db, space, mail, &from, first, at).await {
        Ok(Opened::In(conversation, ticket)) => {
            if let Some(number) = ticket {
                services.consoles.ticket(tenant, number);
                services.bell.ring(tenant);
            }
            Ok(Ok(Named { tenant, conversation }))
        }
        Ok(Opened::Blocked) => Ok(Err(Fate::Blocked)),
        Ok(Opened::TooMany) => {
            let detail = format!("a sender makes at most {} tickets in an hour", opening::MOST);
            Err(Problem::new(Code::Busy, detail).retry_after(AGAIN))
        }
        Err(TicketError::Store(StoreError::Archived)) => Ok(Err(Fate::UnknownAddress)),
        Err(error) => Err(Problem::internal(error)),
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
    if let Some(id) = opening::message_id(mail).filter(|_| new) {
        let noted = db.transaction(async |conn| mail_threads::go_on(conn, conversation, &id).await);
        let noted: Result<(), StoreError> = noted.await;
        noted.map_err(|error| ActorError::Store(error.to_string()))?;
    }
    tracing::info!(tenant.id = %tenant, conversation.id = %conversation, known, new, "a mail came");
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
