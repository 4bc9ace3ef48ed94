//! How an actor's refusal reads to a client.

use std::time::Duration;

use super::messages::ActorError;
use crate::kernel::{code::Code, problem::Problem};

/// A place may be free again by then: a dead socket is noticed after 75 s.
const CROWDED_FOR: Duration = Duration::from_secs(30);

impl From<ActorError> for Problem {
    fn from(refused: ActorError) -> Self {
        let detail = refused.to_string();
        match refused {
            ActorError::NotFound | ActorError::NoSuchMessage => Self::not_found(),
            ActorError::Busy => Self::new(Code::Busy, detail).retry_after(Duration::from_secs(2)),
            ActorError::Crowded => Self::new(Code::TooManyListeners, detail).retry_after(CROWDED_FOR),
            ActorError::Draining => {
                Self::new(Code::Draining, "reconnect in a moment").retry_after(Duration::from_secs(1))
            }
            ActorError::NothingSaid => Self::new(Code::InvalidRequest, detail),
            ActorError::Blocked => Self::new(Code::Blocked, detail),
            ActorError::NoSuchAttachment => Self::new(Code::AttachmentUnknown, detail),
            ActorError::Held(_) => Self::new(Code::Held, detail),
            ActorError::Stale(unseen) => Self {
                events: unseen
                    .iter()
                    .filter_map(|event| serde_json::from_str(&event.json).ok())
                    .collect(),
                ..Self::new(Code::Stale, detail)
            },
            ActorError::Limited(limited) => limited.into(),
            ActorError::Store(cause) => Self::internal(cause),
        }
    }
}
