//! Frames of a visitor's socket, as in `docs/PROTOCOL.md`.

use bytestring::ByteString;
use parlance_store::ids::{AttachmentId, ClientId, ConversationId, MessageId};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::{
    domain::{conversations::event::Status, csat},
    kernel::{code::Code, problem::Problem},
};

/// Bytes of one frame or frame body at most: a message and its JSON fit well.
pub const MAX_FRAME: usize = 64 * 1024;
/// Seconds after which a frame may be sent again that was refused for no fault of its own.
const RETRY_AFTER: u64 = 2;
/// Characters of a comment at most.
pub const MAX_COMMENT: usize = csat::COMMENT_MAX;

/// What a client sends.
#[derive(Clone, Debug, PartialEq, Deserialize, ToSchema)]
#[serde(tag = "type", rename_all = "lowercase")]
pub enum ClientFrame {
    Hello {
        token: String,
        #[serde(default)]
        #[schema(value_type = Option<uuid::Uuid>)]
        conversation: Option<ConversationId>,
        #[serde(default)]
        #[schema(format = "uint64")]
        after: u64,
    },
    Say {
        #[schema(value_type = uuid::Uuid)]
        client_id: ClientId,
        #[schema(max_length = 4_000)]
        text: String,
        /// Uploaded before, and not sent yet; with any, `text` may be empty.
        #[serde(default)]
        #[schema(value_type = Vec<uuid::Uuid>, max_items = 10)]
        attachments: Vec<AttachmentId>,
    },
    Typing {
        on: bool,
    },
    Read {
        #[schema(format = "uint64")]
        seq: u64,
    },
    Human,
    Stop,
    Feedback {
        #[schema(value_type = uuid::Uuid)]
        message: MessageId,
        value: Thumb,
        #[serde(default)]
        #[schema(max_length = 2_000)]
        comment: Option<String>,
    },
    Rate {
        #[schema(minimum = 1, maximum = 5)]
        score: i16,
        #[serde(default)]
        #[schema(max_length = 2_000)]
        comment: Option<String>,
    },
    /// Where the visitor can be written to.
    Email {
        #[schema(format = "email", max_length = 254)]
        address: String,
    },
    Ping,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum Thumb {
    Up,
    Down,
}

/// What the server sends besides events.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(tag = "type", rename_all = "lowercase")]
pub enum ServerFrame {
    Ready {
        conversation: ConversationView,
        seq: u64,
    },
    Ack {
        #[schema(value_type = uuid::Uuid)]
        client_id: ClientId,
        #[schema(value_type = uuid::Uuid)]
        message: MessageId,
        seq: u64,
    },
    Error {
        #[schema(value_type = Code)]
        code: &'static str,
        detail: String,
        #[serde(skip_serializing_if = "Option::is_none")]
        #[schema(value_type = Option<uuid::Uuid>)]
        client_id: Option<ClientId>,
        /// Seconds: nothing was stored, and the same frame may go through after them. Absent: it
        /// never will.
        #[serde(skip_serializing_if = "Option::is_none")]
        retry_after: Option<u64>,
    },
    Pong,
    /// Taken, with nothing to say: the answer to a frame sent over HTTP.
    Ok,
    Moved {
        after_ms: u64,
    },
    /// A stream ends: the code and the reason are those a socket is closed with.
    Close {
        code: u16,
        reason: &'static str,
    },
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct ConversationView {
    #[schema(value_type = uuid::Uuid)]
    pub id: ConversationId,
    pub status: Status,
}

impl ServerFrame {
    #[must_use]
    pub fn error(problem: &Problem, client_id: Option<ClientId>) -> Self {
        Self::Error {
            code: problem.code.name(),
            detail: problem.detail.clone(),
            client_id,
            retry_after: retry_after(problem),
        }
    }

    /// The frame as JSON text.
    #[must_use]
    pub fn text(&self) -> ByteString {
        serde_json::to_string(self).unwrap_or_default().into()
    }
}

/// Seconds after which the same frame may go through, where it may.
pub(super) fn retry_after(problem: &Problem) -> Option<u64> {
    problem
        .retry_seconds()
        .or_else(|| problem.code.row().retryable.then_some(RETRY_AFTER))
}

/// Tells a client to reconnect, each after another while so that they do not come back as one.
#[must_use]
pub fn moved() -> ServerFrame {
    ServerFrame::Moved {
        after_ms: rand::random_range(200..1_500),
    }
}

/// Why the server closes a socket.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Close {
    Protocol,
    InvalidData,
    TooBig,
    Unauthenticated,
    Forbidden,
    NoConversation,
    Lagged,
    Moved,
    RateLimited,
}

impl Close {
    /// The close code and its reason.
    #[must_use]
    pub fn code(self) -> (u16, &'static str) {
        match self {
            Self::Protocol => (1002, "protocol_error"),
            Self::InvalidData => (1007, "invalid_data"),
            Self::TooBig => (1009, "too_big"),
            Self::Unauthenticated => (4001, "unauthenticated"),
            Self::Forbidden => (4003, "forbidden"),
            Self::NoConversation => (4004, "no_such_conversation"),
            Self::Lagged => (4008, "lagged"),
            Self::Moved => (4009, "moved"),
            Self::RateLimited => (4029, "rate_limited"),
        }
    }

    /// The same for a stream, which has no close frame.
    #[must_use]
    pub fn frame(self) -> ServerFrame {
        let (code, reason) = self.code();
        ServerFrame::Close { code, reason }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn frames_read_as_documented() {
        let id = "0192f7a0-0000-7000-8000-000000000001";
        let read = |text: &str| serde_json::from_str::<ClientFrame>(text);
        assert!(matches!(
            read(r#"{"type":"hello","token":"t","conversation":null,"after":0}"#),
            Ok(ClientFrame::Hello {
                conversation: None,
                after: 0,
                ..
            })
        ));
        assert!(
            matches!(read(&format!(r#"{{"type":"say","client_id":"{id}","text":"hi","new_field":1}}"#)),
            Ok(ClientFrame::Say { text, .. }) if text == "hi")
        );
        assert!(matches!(read(r#"{"type":"human"}"#), Ok(ClientFrame::Human)));
        assert!(matches!(
            read(&format!(
                r#"{{"type":"feedback","message":"{id}","value":"down","comment":"no"}}"#
            )),
            Ok(ClientFrame::Feedback {
                value: Thumb::Down,
                ..
            })
        ));
        for wrong in [
            r#"{"type":"fly"}"#,
            "{}",
            "[]",
            r#"{"type":"say"}"#,
            "",
            r#"{"type":"read","seq":-1}"#,
        ] {
            assert!(read(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn an_error_says_whether_the_same_frame_may_go_through_later() {
        for row in crate::kernel::code::TABLE {
            let ServerFrame::Error { retry_after, .. } =
                ServerFrame::error(&Problem::new(row.code, ""), None)
            else {
                panic!("an error");
            };
            assert_eq!(retry_after.is_some(), row.retryable, "{}", row.name);
        }
    }

    #[test]
    fn server_frames_write_as_documented() {
        let ack = ServerFrame::Ack {
            client_id: "0192f7a0-0000-7000-8000-000000000001".parse().unwrap(),
            message: "0192f7a0-0000-7000-8000-000000000002".parse().unwrap(),
            seq: 3,
        };
        assert_eq!(
            ack.text(),
            concat!(
                r#"{"type":"ack","client_id":"0192f7a0-0000-7000-8000-000000000001","#,
                r#""message":"0192f7a0-0000-7000-8000-000000000002","seq":3}"#
            )
        );
        assert_eq!(ServerFrame::Pong.text(), r#"{"type":"pong"}"#);
        assert_eq!(
            ServerFrame::Moved { after_ms: 5 }.text(),
            r#"{"type":"moved","after_ms":5}"#
        );
        assert_eq!(
            Close::Unauthenticated.frame().text(),
            r#"{"type":"close","code":4001,"reason":"unauthenticated"}"#
        );
    }
}
