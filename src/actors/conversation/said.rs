//! What was said before. A client that had no ack says it again, and that must cost nothing.

use actix::{Context, Handler, Message};
use parlance_store::ids::{ClientId, MessageId};
use serde::Deserialize;

use super::{
    actor::ConversationActor,
    messages::{Ack, ActorError},
    tail::Tail,
};

/// Whether the newest events have a message of this client id.
#[derive(Message)]
#[rtype(result = "Result<Option<Ack>, ActorError>")]
pub(super) struct Said(pub ClientId);

impl Handler<Said> for ConversationActor {
    type Result = Result<Option<Ack>, ActorError>;

    fn handle(&mut self, msg: Said, _: &mut Context<Self>) -> Self::Result {
        let live = self.live.as_ref().ok_or(ActorError::NotFound)?;
        Ok(said(&live.tail, msg.0))
    }
}

fn said(tail: &Tail, client_id: ClientId) -> Option<Ack> {
    #[derive(Deserialize)]
    struct Message {
        id: MessageId,
        seq: u64,
        client_id: ClientId,
    }
    let named = client_id.to_string();
    tail.events()
        // Nearly every message is new, and nothing is parsed.
        .filter(|event| event.kind == "message" && event.json.contains(&named))
        .filter_map(|event| serde_json::from_str::<Message>(&event.json).ok())
        .find(|message| message.client_id == client_id)
        .map(|message| Ack {
            message: message.id,
            seq: message.seq,
            duplicate: true,
        })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::actors::conversation::Published;

    #[test]
    fn a_message_is_known_by_its_client_id_and_by_no_word_of_its_text() {
        let (id, client_id, other) = (MessageId::new(), ClientId::new(), ClientId::new());
        let text = format!("is \\\"client_id\\\":\\\"{other}\\\" known?");
        let json = format!(r#"{{"seq":3,"id":"{id}","client_id":"{client_id}","text":"{text}"}}"#);
        let tail = Tail::new(vec![Published {
            seq: Some(3),
            kind: "message",
            json: json.into(),
        }]);
        let ack = said(&tail, client_id).unwrap();
        assert_eq!((ack.message, ack.seq, ack.duplicate), (id, 3, true));
        assert_eq!(said(&tail, other), None);
    }
}
