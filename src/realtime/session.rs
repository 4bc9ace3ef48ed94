//! What a visitor may do, whatever the transport: open a conversation of their own, say, ask for
//! a person, stop, rate. Foreign and absent conversations are the same answer.

use std::{net::IpAddr, sync::Arc, time::Duration};

use bytes::Bytes;
use chrono::{DateTime, Utc};
use parlance_store::{
    StoreError,
    ids::{AttachmentId, ClientId, ConversationId},
    queries::{
        contacts,
        conversations::{self, ConversationStatus, NewConversation},
        history::{self, Preview},
        messages::RatedVia,
        visitors,
    },
};
use serde_json::Value;

use super::{
    listening::Listening,
    protocol::{ClientFrame, ConversationView, MAX_COMMENT, ServerFrame, Thumb},
};
use crate::{
    actors::{
        conversation::{Ack, ActorError, ConversationHandle, Observation, Subscription, visitor_uploader},
        services::Services,
        tenant::TenantHandle,
    },
    domain::{
        accounts::{email::EmailAddress, token::VisitorClaims},
        attachments::{self, NewFile},
        conversations::{event::Attachment, text::worth_sending},
    },
    kernel::{code::Code, problem::Problem},
};

/// A visitor in one of their conversations.
#[derive(Clone, Debug)]
pub struct Session {
    services: Arc<Services>,
    claims: VisitorClaims,
    address: Option<IpAddr>,
    conversation: ConversationId,
}

impl Session {
    /// Opens `conversation` of this visitor, or a new one.
    ///
    /// # Errors
    /// `NotFound` when it is absent or somebody else's.
    pub async fn open(
        services: Arc<Services>,
        claims: VisitorClaims,
        address: Option<IpAddr>,
        conversation: Option<ConversationId>,
    ) -> Result<Self, Problem> {
        let conversation = match conversation {
            Some(id) => id,
            None => create(&services, claims, address).await?,
        };
        let session = Self {
            services,
            claims,
            address,
            conversation,
        };
        let seen = session.observe().await?;
        session.owns(&seen).map(|()| session)
    }

    /// Whose a conversation is: a contact's on each of their browsers, or the one browser's of whom
    /// nobody vouches for. Once somebody does, a token without that opens it no more.
    fn owns(&self, seen: &Observation) -> Result<(), Problem> {
        let claims = self.claims;
        let own = seen.visitor == claims.visitor;
        match (claims.verified, seen.contact) {
            _ if seen.space != claims.space => Err(Problem::not_found()),
            (Some(verified), Some(contact)) if verified.contact == contact => Ok(()),
            (None, None) if own => Ok(()),
            // Of nobody in particular, or of a contact that was merged into another one.
            (_, Some(_)) if own => Err(superseded()),
            _ => Err(Problem::not_found()),
        }?;
        if seen.blocked { Err(blocked()) } else { Ok(()) }
    }

    #[must_use]
    pub fn conversation(&self) -> ConversationId {
        self.conversation
    }

    /// How long a token that ends at `end` still counts.
    #[must_use]
    pub fn left_until(&self, end: DateTime<Utc>) -> Duration {
        (end - self.services.clock.now()).to_std().unwrap_or_default()
    }

    /// Cancelled when the server is about to stop.
    #[must_use]
    pub fn stopping(&self) -> tokio_util::sync::CancellationToken {
        self.services.tasks.stopping()
    }

    fn actor(&self) -> Result<ConversationHandle, Problem> {
        self.services
            .registry
            .conversation(self.claims.tenant, self.conversation)
            .map_err(Problem::from)
    }

    /// Asks the conversation. One that passivated between the look-up and the call is looked up
    /// again, which starts it anew; absent is only what is not there then either.
    async fn ask<T>(
        &self,
        ask: impl AsyncFn(ConversationHandle) -> Result<T, ActorError>,
    ) -> Result<T, Problem> {
        match ask(self.actor()?).await {
            Err(ActorError::NotFound) => ask(self.actor()?).await.map_err(Problem::from),
            answer => answer.map_err(Problem::from),
        }
    }

    async fn observe(&self) -> Result<Observation, Problem> {
        self.ask(async |actor| actor.observe().await).await
    }

    /// Everything durable after `after`, then what happens.
    ///
    /// # Errors
    /// Storage problems.
    pub async fn subscribe(&self, after: u64) -> Result<Listening, Problem> {
        let space = self
            .services
            .spaces
            .space(self.claims.tenant, self.claims.space)
            .await;
        let space = space.map_err(Problem::internal)?.ok_or_else(Problem::not_found)?;
        Ok(Listening {
            settings: self.services.live_settings.listen(space).await,
            conversation: self.ask(async |actor| actor.subscribe(after).await).await?,
        })
    }

    /// Id and status, as clients see them.
    ///
    /// # Errors
    /// When the conversation cannot be loaded.
    pub async fn view(&self) -> Result<ConversationView, Problem> {
        let seen = self.observe().await?;
        Ok(ConversationView {
            id: self.conversation,
            status: seen.status,
        })
    }

    /// The first frame of a socket.
    #[must_use]
    pub fn ready(&self, listening: &Listening) -> ServerFrame {
        let Subscription { status, head, .. } = listening.conversation;
        let conversation = ConversationView {
            id: self.conversation,
            status,
        };
        ServerFrame::Ready {
            conversation,
            seq: head,
        }
    }

    fn tenant(&self) -> Result<TenantHandle, Problem> {
        self.services.tenants.of(self.claims.tenant).ok_or_else(draining)
    }

    /// Lets a frame in that comes without a socket, which counts its own.
    ///
    /// # Errors
    /// Rate limited, draining.
    pub async fn admit_frame(&self) -> Result<(), Problem> {
        Ok(self.tenant()?.admit_frame(self.claims.visitor).await?)
    }

    /// Makes a visitor's message durable; the same `client_id` again gives the same ack, and among
    /// the newest events costs nothing.
    ///
    /// # Errors
    /// Text empty or too long, a file that is not there, rate limited, draining, storage.
    pub async fn say(
        &self,
        client_id: ClientId,
        text: &str,
        attachments: Vec<AttachmentId>,
    ) -> Result<Ack, Problem> {
        let text = worth_sending(text, &attachments)?;
        self.in_use().await?;
        let say = async |actor: ConversationHandle| {
            let (text, files) = (text.clone(), attachments.clone());
            actor.say(client_id, self.address, text, files).await
        };
        self.ask(say).await
    }

    /// Lets a file in that is not read yet; takes its place in the rate of uploads if so.
    ///
    /// # Errors
    /// The space takes no files, rate limited, draining.
    pub async fn admit_upload(&self) -> Result<(), Problem> {
        let claims = self.claims;
        let space = self.services.spaces.space(claims.tenant, claims.space).await;
        let space = space.map_err(Problem::internal)?;
        let space = space
            .filter(|space| space.published)
            .ok_or_else(Problem::not_found)?;
        if !space.settings.attachments {
            return Err(Problem::new(Code::Forbidden, "no files can be sent in this chat"));
        }
        let admitted = self.tenant()?.admit_upload(claims.visitor, self.address).await;
        Ok(admitted?)
    }

    /// Keeps a file that the visitor may send, once it is admitted.
    ///
    /// # Errors
    /// [`AttachmentError`](attachments::AttachmentError) as it reads to a client.
    pub async fn attach(&self, name: String, content: Bytes) -> Result<Attachment, Problem> {
        let (services, claims) = (&self.services, self.claims);
        let file = NewFile {
            conversation: self.conversation,
            uploader: visitor_uploader(self.observe().await?.visitor),
            name,
            content,
        };
        let db = services.db.tenant(claims.tenant);
        let kept = attachments::take_in(&db, &services.reader, file, services.clock.now()).await?;
        Ok(services.links.attachment(claims.tenant, kept))
    }

    /// A stored event as it goes out.
    #[must_use]
    pub fn linked(&self, json: String) -> String {
        let linked = self.services.links.event(self.claims.tenant, &json);
        linked.unwrap_or(json)
    }

    /// Refuses where the space was closed to visitors after they came. What cannot be looked up now is
    /// for others to refuse.
    async fn in_use(&self) -> Result<(), Problem> {
        let space = self.services.spaces.space(self.claims.tenant, self.claims.space);
        match space.await {
            Ok(Some(space)) if space.published => Ok(()),
            Ok(_) => Err(Problem::not_found()),
            Err(_) => Ok(()),
        }
    }

    /// Carries out one frame; what to answer, if anything.
    pub async fn frame(&self, frame: ClientFrame) -> Option<ServerFrame> {
        match frame {
            ClientFrame::Say {
                client_id,
                text,
                attachments,
            } => Some(match self.say(client_id, &text, attachments).await {
                Ok(ack) => ServerFrame::Ack {
                    client_id,
                    message: ack.message,
                    seq: ack.seq,
                },
                Err(refused) => ServerFrame::error(&refused, Some(client_id)),
            }),
            ClientFrame::Ping => Some(ServerFrame::Pong),
            other => self
                .act(other)
                .await
                .err()
                .map(|refused| ServerFrame::error(&refused, None)),
        }
    }

    /// Carries out a frame that has no answer of its own.
    ///
    /// # Errors
    /// What was refused.
    pub async fn act(&self, frame: ClientFrame) -> Result<(), Problem> {
        match frame {
            ClientFrame::Typing { on } => self.actor()?.typing(None, on),
            ClientFrame::Read { seq } => self.actor()?.read(false, seq),
            ClientFrame::Human => self.ask(async |actor| actor.ask_human().await).await?,
            ClientFrame::Stop => self.ask(async |actor| actor.stop().await).await?,
            ClientFrame::Feedback {
                message,
                value,
                comment,
            } => {
                let comment = bounded(comment)?;
                self.ask(async |actor| {
                    let up = value == Thumb::Up;
                    actor.feedback(message, up, comment.clone()).await
                })
                .await?;
            }
            ClientFrame::Rate { score, comment } => {
                if !(1..=5).contains(&score) {
                    return Err(Problem::new(Code::InvalidRequest, "a score is 1 to 5"));
                }
                let comment = bounded(comment)?;
                self.ask(async |actor| actor.rate(score, comment.clone(), RatedVia::Widget).await)
                    .await?;
            }
            ClientFrame::Email { address } => {
                let email = EmailAddress::parse(&address);
                let email = email.map_err(|none| Problem::new(Code::InvalidRequest, none.to_string()))?;
                self.ask(async |actor| actor.give_email(email.clone()).await)
                    .await?;
            }
            ClientFrame::Hello { .. } => {
                return Err(Problem::new(Code::InvalidFrame, "hello is only the first frame"));
            }
            ClientFrame::Say { .. } | ClientFrame::Ping => {}
        }
        Ok(())
    }
}

/// The conversations of a visitor, the one that changed last first.
///
/// # Errors
/// `Unauthenticated` when the token was replaced, storage problems.
pub async fn own(services: &Services, claims: VisitorClaims, limit: i64) -> Result<Vec<Preview>, Problem> {
    let contact = claims.verified.map(|verified| verified.contact);
    let db = services.db.tenant(claims.tenant);
    let found = db.read(async |conn| {
        if visitors::proven(conn, claims.visitor).await? != contact {
            return Ok(None);
        }
        let visitors = match contact {
            Some(contact) => visitors::of_contact(conn, claims.space, contact).await?,
            None => vec![claims.visitor],
        };
        history::list(conn, claims.space, visitors, limit).await.map(Some)
    });
    let found: Result<_, StoreError> = found.await;
    found.map_err(Problem::internal)?.ok_or_else(superseded)
}

/// A new conversation, in the language and from the page that the visitor's session named.
async fn create(
    services: &Services,
    claims: VisitorClaims,
    address: Option<IpAddr>,
) -> Result<ConversationId, Problem> {
    let tenant = services.tenants.of(claims.tenant).ok_or_else(draining)?;
    tenant.admit_visit(address).await?;
    let (id, at) = (ConversationId::new(), services.clock.now());
    let created = services
        .db
        .tenant(claims.tenant)
        .transaction(async |conn| {
            let visitor = visitors::load(conn, claims.visitor)
                .await?
                .ok_or(StoreError::NotFound)?;
            let proven = visitor.contact_id.filter(|_| visitor.verified);
            if proven != claims.verified.map(|verified| verified.contact) {
                return Ok(Err(superseded()));
            }
            let contact = match visitor.contact_id {
                Some(contact) => contacts::load(conn, contact).await?,
                None => None,
            };
            if contact.is_some_and(|contact| contact.blocked_at.is_some()) {
                return Ok(Err(blocked()));
            }
            let page = visitor
                .attributes
                .get("page")
                .and_then(Value::as_str)
                .map(str::to_owned);
            let new = NewConversation {
                id,
                space_id: claims.space,
                visitor_id: claims.visitor,
                status: ConversationStatus::Bot,
                locale: visitor.locale,
                page,
                at,
            };
            conversations::create(conn, new).await.map(Ok)
        })
        .await;
    match created {
        Ok(Ok(())) => Ok(id),
        Ok(Err(refused)) => Err(refused),
        Err(StoreError::NotFound) => Err(Problem::not_found()),
        Err(error) => Err(Problem::internal(error)),
    }
}

fn bounded(comment: Option<String>) -> Result<Option<String>, Problem> {
    match comment {
        Some(text) if text.chars().count() > MAX_COMMENT => Err(Problem::new(
            Code::TextTooLong,
            format!("a comment has at most {MAX_COMMENT} characters"),
        )),
        other => Ok(other
            .map(|text| text.replace('\0', ""))
            .filter(|text| !text.trim().is_empty())),
    }
}

/// The visitor is proven to be somebody by now, and this token does not know it.
fn superseded() -> Problem {
    Problem::new(
        Code::Unauthenticated,
        "the token was replaced by a newer one of the visitor",
    )
}

/// Agents have blocked whoever it is.
fn blocked() -> Problem {
    Problem::new(Code::Blocked, "this chat is not available to you")
}

fn draining() -> Problem {
    Problem::new(Code::Draining, "reconnect in a moment").retry_after(Duration::from_secs(1))
}
