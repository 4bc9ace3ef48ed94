//! A newtype per identifier, so that a function cannot be handed a visitor where it wants a
//! conversation. All are UUIDv7: they sort by creation time, which keeps B-tree inserts local.

use std::{fmt, str::FromStr};

use diesel::{
    deserialize::{self, FromSql, FromSqlRow},
    expression::AsExpression,
    pg::{Pg, PgValue},
    serialize::{self, Output, ToSql},
    sql_types,
};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident),+ $(,)?) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[derive(AsExpression, FromSqlRow)]
        #[diesel(sql_type = sql_types::Uuid)]
        #[serde(transparent)]
        pub struct $name(pub Uuid);

        impl $name {
            /// A fresh identifier, later in order than every one this process made before.
            #[must_use]
            #[expect(clippy::new_without_default, reason = "a default identifier would hide a bug")]
            pub fn new() -> Self {
                Self(Uuid::now_v7())
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, concat!(stringify!($name), "({})"), self.0)
            }
        }

        impl FromStr for $name {
            type Err = uuid::Error;
            fn from_str(text: &str) -> Result<Self, Self::Err> {
                text.parse().map(Self)
            }
        }

        impl ToSql<sql_types::Uuid, Pg> for $name {
            fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, Pg>) -> serialize::Result {
                ToSql::<sql_types::Uuid, Pg>::to_sql(&self.0, out)
            }
        }

        impl FromSql<sql_types::Uuid, Pg> for $name {
            fn from_sql(bytes: PgValue<'_>) -> deserialize::Result<Self> {
                FromSql::<sql_types::Uuid, Pg>::from_sql(bytes).map(Self)
            }
        }

        impl From<Uuid> for $name {
            fn from(id: Uuid) -> Self {
                Self(id)
            }
        }

        impl From<$name> for Uuid {
            fn from(id: $name) -> Self {
                id.0
            }
        }
    )+};
}

ids! {
    /// A business: the unit of isolation.
    TenantId,
    /// A chat space of a tenant: one widget, one body of knowledge, one bot.
    SpaceId,
    /// A person who logs in: owner, admin, agent or viewer.
    UserId,
    /// Someone who chats from a host page.
    VisitorId,
    /// A person, on whichever device: one whom a host site vouches for, or whom agents keep.
    ContactId,
    /// What agents wrote for each other of a contact.
    ContactNoteId,
    /// A key by which a host site vouches: the `kid` of its tokens.
    IdentityKeyId,
    /// One conversation of a visitor in a space.
    ConversationId,
    /// One message of a conversation.
    MessageId,
    /// What agents wrote for each other in a conversation.
    NoteId,
    /// The client's own id of something it said, for exactly-once delivery.
    ClientId,
    /// A file sent with a message or a note.
    AttachmentId,
    /// What was drafted for an agent; chosen by the client.
    DraftId,
    /// A document of a space.
    DocumentId,
    /// One processed version of a document.
    DocumentVersionId,
    /// A passage: the unit that is embedded, retrieved and cited.
    PassageId,
    /// A place of the web that a space knows.
    SourceId,
    /// A question whose answer is known.
    GoldenQuestionId,
    /// Questions of visitors that mean the same.
    QuestionClusterId,
    /// An A/B test of how a space answers.
    ExperimentId,
    /// A background job.
    JobId,
    /// A reservation in the ledger: one upstream call.
    ReservationId,
    /// One refresh token.
    RefreshTokenId,
    /// A chain of refresh tokens that began with one login.
    FamilyId,
    /// An operator's entry.
    OperatorSessionId,
    /// A time in which an operator acts as a tenant.
    OperatorAccessId,
    /// What an operator did.
    OperatorActId,
    /// A program's key.
    ApiKeyId,
    /// One administrative act.
    AuditEventId,
    /// A group of members.
    TeamId,
    /// A text that agents send again and again.
    CannedReplyId,
    /// An invitation to a tenant.
    InvitationId,
    /// Something that is followed until it is done.
    TicketId,
    /// What a ticket has to do with another one or with a conversation.
    TicketLinkId,
    /// What tickets are about, as a tenant sorts them.
    TicketCategoryId,
    /// What is promised of tickets.
    SlaPolicyId,
    /// A text that a category is learned from.
    TicketExampleId,
    /// A rule that says who is given a ticket.
    RoutingRuleId,
}
