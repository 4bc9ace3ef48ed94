//! Frames of a member's socket, as in `docs/PROTOCOL.md`. What is refused, and that the server moves,
//! is said as on a visitor's ([`super::super::protocol`]).

use bytestring::ByteString;
use parlance_store::ids::UserId;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// What a member's client sends.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(tag = "type", rename_all = "lowercase")]
#[schema(as = ConsoleClientFrame)]
pub enum MemberFrame {
    Hello { token: String },
    Ping,
}

/// What the server answers to it, besides events.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(tag = "type", rename_all = "lowercase")]
#[schema(as = ConsoleServerFrame)]
pub enum ServerFrame {
    Ready {
        #[schema(value_type = uuid::Uuid)]
        user: UserId,
        role: String,
    },
    Pong,
}

impl ServerFrame {
    /// The frame as JSON text.
    #[must_use]
    pub fn text(&self) -> ByteString {
        serde_json::to_string(self).unwrap_or_default().into()
    }
}
