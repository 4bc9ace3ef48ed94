//! What a turn must know of its conversation: the question, what was said before in the same
//! context, and the open reservation to spend from.

use chrono::{DateTime, Utc};
use parlance_store::{
    error::StoreError,
    ids::{MessageId, ReservationId},
    queries::{
        ledger::{self, NewReservation, OpenReservation},
        messages::{self, AuthorKind, Message},
    },
    tenant::{TenantConn, TenantDb},
};

use super::turn::{Question, RESERVED_FOR};
use crate::adapters::llm::{Role, Turn};

/// Messages looked back at most; the prompt's token budget cuts further.
const LOOK_BACK: i64 = 40;
/// A question shorter than this many words is searched together with the one before it.
const SHORT_FOLLOW_UP: usize = 5;

/// What came before, and what to spend from.
#[derive(Clone, Debug)]
pub struct Memory {
    pub question: String,
    /// What to search for: the question, with the one before it when it is a short follow-up.
    pub search: String,
    /// Earlier turns of the same context, oldest first, without the question.
    pub history: Vec<Turn>,
    /// The turn's open reservation, not sent yet.
    pub reservation: Option<ReservationId>,
    /// Reservations of an earlier try, sent before a crash: to be settled from their estimates.
    pub abandoned: Vec<OpenReservation>,
}

/// Loads it in one transaction.
///
/// # Errors
/// When the database does not answer or the question is gone.
pub async fn load(db: &TenantDb, question: &Question, now: DateTime<Utc>) -> Result<Memory, StoreError> {
    db.transaction(async |conn| {
        let said = messages::history(conn, question.conversation, question.epoch, LOOK_BACK).await?;
        let open = ledger::open_of_message(conn, question.message).await?;
        let (abandoned, fresh): (Vec<_>, Vec<_>) = open.into_iter().partition(|open| open.sent_at.is_some());
        let reservation = match (fresh.first(), abandoned.first()) {
            (Some(open), _) => Some(open.id),
            (None, Some(earlier)) => Some(reserve_again(conn, earlier, now).await?),
            (None, None) => None,
        };
        Ok(remember(said, question.message, reservation, abandoned))
    })
    .await
}

/// A second try after a crash: the first call may be billed, so it keeps its own reservation.
async fn reserve_again(
    conn: &mut TenantConn,
    earlier: &OpenReservation,
    now: DateTime<Utc>,
) -> Result<ReservationId, StoreError> {
    let id = ReservationId::new();
    let again = NewReservation {
        id,
        space_id: earlier.space_id,
        conversation_id: earlier.conversation_id,
        message_id: earlier.message_id,
        kind: earlier.kind,
        model: earlier.model.clone(),
        at: now,
        expires_at: now + RESERVED_FOR,
        estimate_input: earlier.estimate_input,
        estimate_output: earlier.estimate_output,
    };
    ledger::reserve(conn, again).await?;
    Ok(id)
}

fn remember(
    said: Vec<Message>,
    question: MessageId,
    reservation: Option<ReservationId>,
    abandoned: Vec<OpenReservation>,
) -> Memory {
    let text = said.iter().find(|message| message.id == question).map(|m| m.text.clone()).unwrap_or_default();
    let before: Vec<&Message> = said.iter().take_while(|message| message.id != question).collect();
    let history: Vec<Turn> = before.iter().filter_map(|message| turn(message)).collect();
    let last_question = history.iter().rev().find(|turn| turn.role == Role::User).map(|turn| turn.text.as_str());
    let search = match last_question {
        Some(earlier) if text.split_whitespace().count() < SHORT_FOLLOW_UP => format!("{earlier} {text}"),
        _ => text.clone(),
    };
    Memory { question: text, search, history, reservation, abandoned }
}

fn turn(message: &Message) -> Option<Turn> {
    let role = match message.author_kind {
        AuthorKind::Visitor => Role::User,
        AuthorKind::Assistant | AuthorKind::Agent => Role::Assistant,
        AuthorKind::System => return None,
    };
    (!message.text.is_empty()).then(|| Turn { role, text: message.text.clone() })
}
