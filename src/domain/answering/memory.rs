//! What a turn must know of its conversation: the question, what was said before in the same
//! context, and the open reservation to spend from.

use parlance_store::{
    error::StoreError,
    ids::{MessageId, ReservationId},
    queries::{
        ledger::{self, NewReservation, OpenReservation},
        messages::{self, AuthorKind, Message},
    },
    tenant::TenantDb,
};

use super::turn::Question;
use crate::{
    adapters::llm::{Role, Turn},
    kernel::text::words::words,
};

/// Messages looked back at most; the prompt's token budget cuts further.
const LOOK_BACK: i64 = 40;
/// A question with fewer words that mean something by themselves (`and for how long?`) is searched
/// together with the one before it.
const LEANS_BELOW: usize = 2;

/// What came before, and what to spend from.
#[derive(Clone, Debug)]
pub struct Memory {
    pub question: String,
    /// What to search for: the question, with the one before it when it is a short follow-up.
    pub search: String,
    /// Earlier turns of the same context, oldest first, without the question.
    pub history: Vec<Turn>,
    /// The turn's open reservation, not sent yet.
    pub reservation: ReservationId,
    /// Reservations of an earlier try, sent before a crash: to be settled from their estimates.
    pub abandoned: Vec<OpenReservation>,
}

/// Loads it in one transaction. Where the question has no reservation that can still be spent
/// from (it was sent before a crash and may be billed, or it expired in a long queue), `fresh`
/// becomes it.
///
/// # Errors
/// When the database does not answer or the question is gone.
pub async fn load(db: &TenantDb, question: &Question, fresh: NewReservation) -> Result<Memory, StoreError> {
    db.transaction(async |conn| {
        let said = messages::history(conn, question.conversation, question.epoch, LOOK_BACK).await?;
        let open = ledger::open_of_message(conn, question.message).await?;
        let (abandoned, unsent): (Vec<_>, Vec<_>) = open.into_iter().partition(|open| open.sent_at.is_some());
        let reservation = match unsent.first() {
            Some(open) => open.id,
            None => {
                let id = fresh.id;
                ledger::reserve(conn, fresh).await?;
                id
            }
        };
        remember(said, question.message, reservation, abandoned).ok_or(StoreError::NotFound)
    })
    .await
}

fn remember(
    said: Vec<Message>,
    question: MessageId,
    reservation: ReservationId,
    abandoned: Vec<OpenReservation>,
) -> Option<Memory> {
    let (at, asked) = said
        .iter()
        .enumerate()
        .find(|(_, message)| message.id == question)?;
    let text = asked.text.clone();
    let history: Vec<Turn> = paired(&said, at).filter_map(turn).collect();
    let last_question = history
        .iter()
        .rev()
        .find(|turn| turn.role == Role::User)
        .map(|turn| turn.text.as_str());
    let search = match last_question {
        Some(earlier) if words(&text).iter().filter(|word| word.has_meaning()).count() < LEANS_BELOW => {
            format!("{earlier} {text}")
        }
        _ => text.clone(),
    };
    Some(Memory {
        question: text,
        search,
        history,
        reservation,
        abandoned,
    })
}

/// What was said before the message at `at`, each answer right behind its question: of questions
/// said at once, the answers come only after the last of them.
fn paired(said: &[Message], at: usize) -> impl Iterator<Item = &Message> {
    let asked = |answer: &Message| said.iter().any(|message| Some(message.id) == answer.in_reply_to);
    said.iter()
        .take(at)
        .filter(move |message| message.author_kind != AuthorKind::Assistant || !asked(message))
        .flat_map(move |message| {
            let answer = said.iter().find(|answer| answer.in_reply_to == Some(message.id));
            std::iter::once(message).chain(answer)
        })
}

fn turn(message: &Message) -> Option<Turn> {
    let role = match message.author_kind {
        AuthorKind::Visitor => Role::User,
        AuthorKind::Assistant | AuthorKind::Agent => Role::Assistant,
        AuthorKind::System => return None,
    };
    (!message.text.is_empty()).then(|| Turn {
        role,
        text: message.text.clone(),
    })
}
