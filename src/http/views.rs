//! What the API for people answers with: rows of the store as documents, field by field.

use chrono::{DateTime, Utc};
use parlance_store::{
    ids::{DocumentId, JobId, MessageId, SpaceId},
    queries::{documents::Document, messages::Message, spaces::Space},
};
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;

use crate::{
    domain::{
        accounts,
        conversations::event::{Attachment, Claim},
    },
    kernel::words,
};

/// A page of a list.
#[derive(Debug, Serialize, ToSchema)]
pub struct List<T> {
    pub items: Vec<T>,
    /// Gives the next page; absent on the last.
    pub next: Option<String>,
}

/// A job, by its id.
#[derive(Clone, Copy, Debug, Serialize, ToSchema)]
pub struct JobRef {
    #[schema(value_type = uuid::Uuid)]
    pub id: JobId,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct SpaceView {
    #[schema(value_type = uuid::Uuid)]
    id: SpaceId,
    slug: String,
    name: String,
    public_key: String,
    /// The key before this one, while it still works.
    old_key: Option<OldKey>,
    published: bool,
    /// When it was put away.
    archived_at: Option<DateTime<Utc>>,
    /// The sites that may embed it; none is every site.
    allowed_origins: Vec<String>,
    /// Counts what it was set to; see its versions.
    version: i64,
    /// With the defaults of what nobody has set.
    #[schema(value_type = accounts::settings::SpaceSettings)]
    settings: Value,
    created_at: DateTime<Utc>,
    updated_at: DateTime<Utc>,
}

/// A public key that works for a while longer.
#[derive(Debug, Serialize, ToSchema)]
struct OldKey {
    key: String,
    until: DateTime<Utc>,
}

impl SpaceView {
    /// The space as it is at `now`.
    #[must_use]
    pub fn of(space: Space, now: DateTime<Utc>) -> Self {
        let Space {
            id,
            slug,
            name,
            public_key,
            published,
            allowed_origins,
            created_at,
            updated_at,
            version,
            old_key,
            old_key_until,
            archived_at,
            ..
        } = space.clone();
        let old_key = old_key.zip(old_key_until).filter(|(_, until)| *until > now);
        let settings = accounts::space::Space::from(space).settings;
        Self {
            id,
            slug,
            name,
            public_key,
            old_key: old_key.map(|(key, until)| OldKey { key, until }),
            published,
            archived_at,
            allowed_origins,
            version,
            settings: serde_json::to_value(settings).unwrap_or_default(),
            created_at,
            updated_at,
        }
    }
}

#[derive(Debug, Serialize, ToSchema)]
pub struct MessageView {
    #[schema(value_type = uuid::Uuid)]
    id: MessageId,
    seq: i64,
    author: AuthorView,
    text: String,
    #[schema(value_type = Option<uuid::Uuid>)]
    in_reply_to: Option<MessageId>,
    #[schema(value_type = words::MessageEnd)]
    state: String,
    grounding: Option<f32>,
    #[schema(value_type = Option<Vec<Claim>>)]
    claims: Option<Value>,
    model: Option<String>,
    /// Whether the answer repeats that of an earlier question, at no cost.
    cached: bool,
    /// The files sent with it.
    attachments: Vec<Attachment>,
    at: DateTime<Utc>,
}

#[derive(Debug, Serialize, ToSchema)]
struct AuthorView {
    #[schema(value_type = words::MessageAuthor)]
    kind: String,
    id: Option<uuid::Uuid>,
    name: Option<String>,
}

impl MessageView {
    /// A message with the files sent with it.
    #[must_use]
    pub fn of(message: Message, attachments: Vec<Attachment>) -> Self {
        Self {
            id: message.id,
            seq: message.seq,
            author: AuthorView {
                kind: message.author_kind.to_string(),
                id: message.author_id,
                name: message.author_name,
            },
            text: message.text,
            in_reply_to: message.in_reply_to,
            state: message.state.to_string(),
            grounding: message.grounding,
            claims: message.claims,
            model: message.model,
            cached: message.cached,
            attachments,
            at: message.created_at,
        }
    }
}

#[derive(Debug, Serialize, ToSchema)]
pub struct DocumentView {
    #[schema(value_type = uuid::Uuid)]
    id: DocumentId,
    #[schema(value_type = uuid::Uuid)]
    space: SpaceId,
    /// File name or address.
    name: String,
    /// Empty until it has been read.
    title: String,
    media_type: String,
    url: Option<String>,
    #[schema(value_type = words::DocumentStatus)]
    status: &'static str,
    /// Why it failed.
    error: Option<String>,
    bytes: i64,
    created_at: DateTime<Utc>,
    updated_at: DateTime<Utc>,
}

impl From<Document> for DocumentView {
    fn from(document: Document) -> Self {
        let Document {
            id,
            space_id,
            name,
            title,
            media_type,
            source_url,
            status,
            error,
            bytes,
            created_at,
            updated_at,
            ..
        } = document;
        Self {
            id,
            space: space_id,
            // What it is called is known once it is read.
            title: if title.is_empty() { name.clone() } else { title },
            name,
            media_type,
            url: source_url,
            status: status.as_str(),
            error,
            bytes,
            created_at,
            updated_at,
        }
    }
}
