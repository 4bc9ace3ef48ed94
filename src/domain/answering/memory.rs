//! What a turn must know of its conversation: the question, what was said before in the same
//! context, and the open reservation to spend from.

use parlance_store::{
    error::StoreError,
    ids::{MessageId, ReservationId},
    queries::{
        ledger::{self, NewReservation, OpenReservation},
        messages::{self, Message},
        spaces,
    },
    tenant::{TenantConn, TenantDb},
};

use super::turn::{JustSaid, Question};
use crate::{
    adapters::llm::{Role, Turn},
    domain::{
        attachments::{asked, told},
        conversations::event::AuthorKind,
    },
    kernel::text::words::words,
};

/// Messages looked back at from the question, at most; the prompt's token budget cuts further.
const LOOK_BACK: i64 = 40;
/// A question with fewer words that mean something by themselves (`and for how long?`) is searched
/// together with the one before it.
const LEANS_BELOW: usize = 2;

/// Something that was said.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Spoken {
    pub id: MessageId,
    pub author: AuthorKind,
    pub in_reply_to: Option<MessageId>,
    pub text: String,
}

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
    /// Whether a limit leaves nothing to spend from it.
    pub refused: bool,
    /// The version of the space's knowledge, where it was read here.
    pub knowledge_version: Option<i64>,
    /// Reservations of an earlier try, sent before a crash: to be settled from their estimates.
    pub abandoned: Vec<OpenReservation>,
}

/// Loads it in one transaction. Where the question has no reservation that can still be spent
/// from (it was sent before a crash and may be billed, or it expired in a long queue), `fresh`
/// becomes it. A question that has just been said has its reservation: then nothing is written.
///
/// # Errors
/// When the database does not answer or the question is gone.
pub async fn load(
    db: &TenantDb,
    question: &Question,
    fresh: impl FnOnce() -> NewReservation,
) -> Result<Memory, StoreError> {
    if let Some(said) = &question.said {
        return just_said(db, question, said).await;
    }
    db.transaction(async |conn| {
        let said = history(conn, question, Some(question.message)).await?;
        let open = ledger::open_of_message(conn, question.message).await?;
        let (abandoned, unsent): (Vec<_>, Vec<_>) = open.into_iter().partition(|open| open.sent_at.is_some());
        let (reservation, refused) = match unsent.first() {
            Some(open) => (open.id, open.refused_by.is_some()),
            None => {
                let fresh = fresh();
                let id = fresh.id;
                ledger::reserve(conn, fresh).await?;
                (id, false)
            }
        };
        let at = said.iter().position(|message| message.id == question.message);
        let at = at.ok_or(StoreError::NotFound)?;
        let text = said.get(at).map(|asked| asked.text.clone()).unwrap_or_default();
        let space = spaces::load(conn, question.space.id).await?;
        Ok(Memory {
            knowledge_version: space.map(|space| space.knowledge_version),
            refused,
            ..remember(text, &said, at, reservation, abandoned)
        })
    })
    .await
}

async fn just_said(db: &TenantDb, question: &Question, just: &JustSaid) -> Result<Memory, StoreError> {
    let before = match &just.before {
        Some(before) => before.clone(),
        None => {
            let mut said = db.read(async |conn| history(conn, question, None).await).await?;
            said.retain(|spoken| spoken.id != question.message);
            said
        }
    };
    let (text, at) = (just.text.clone(), before.len());
    Ok(remember(text, &before, at, just.reservation, Vec::new()))
}

async fn history(
    conn: &mut TenantConn<'_>,
    question: &Question,
    up_to: Option<MessageId>,
) -> Result<Vec<Spoken>, StoreError> {
    let said = messages::history(conn, question.conversation, question.epoch, up_to, LOOK_BACK).await?;
    Ok(said.into_iter().map(Spoken::from).collect())
}

impl From<Message> for Spoken {
    fn from(message: Message) -> Self {
        Self {
            id: message.id,
            author: match message.author_kind {
                messages::AuthorKind::Visitor => AuthorKind::Visitor,
                messages::AuthorKind::Assistant => AuthorKind::Assistant,
                messages::AuthorKind::Agent => AuthorKind::Agent,
                messages::AuthorKind::System => AuthorKind::System,
            },
            in_reply_to: message.in_reply_to,
            text: told(message.text, &message.attachments),
        }
    }
}

/// Whether a question can only be understood with the one before it.
#[must_use]
pub fn leans(text: &str) -> bool {
    words(text).iter().filter(|word| word.has_meaning()).count() < LEANS_BELOW
}

/// `text` was said after the first `at` messages of `said`.
fn remember(
    text: String,
    said: &[Spoken],
    at: usize,
    reservation: ReservationId,
    abandoned: Vec<OpenReservation>,
) -> Memory {
    let history: Vec<Turn> = paired(said, at).filter_map(turn).collect();
    let last_question = history
        .iter()
        .rev()
        .find(|turn| turn.role == Role::User)
        .map(|turn| turn.text.as_str());
    let asked = asked(&text);
    let search = match last_question {
        Some(earlier) if leans(&asked) => format!("{earlier} {asked}"),
        _ => asked,
    };
    Memory {
        question: text,
        search,
        history,
        reservation,
        refused: false,
        knowledge_version: None,
        abandoned,
    }
}

/// What was said before the message at `at`, each answer right behind its question: of questions
/// said at once, the answers come only after the last of them.
fn paired(said: &[Spoken], at: usize) -> impl Iterator<Item = &Spoken> {
    let asked = |answer: &Spoken| said.iter().any(|message| Some(message.id) == answer.in_reply_to);
    said.iter()
        .take(at)
        .filter(move |message| message.author != AuthorKind::Assistant || !asked(message))
        .flat_map(move |message| {
            let answer = said.iter().find(|answer| answer.in_reply_to == Some(message.id));
            std::iter::once(message).chain(answer)
        })
}

fn turn(message: &Spoken) -> Option<Turn> {
    let role = match message.author {
        AuthorKind::Visitor => Role::User,
        AuthorKind::Assistant | AuthorKind::Agent => Role::Assistant,
        AuthorKind::System => return None,
    };
    (!message.text.is_empty()).then(|| Turn {
        role,
        text: message.text.clone(),
    })
}
