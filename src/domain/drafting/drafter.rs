//! Writes one draft, from the log to what is kept of it. It reads the conversation and needs nobody who has
//! it, so that no visitor waits for it.

use std::{ops::Range, sync::Arc};

use chrono::{DateTime, Utc};
use parlance_store::{
    StoreError,
    db::Db,
    ids::{ConversationId, DraftId, MessageId, ReservationId, TenantId},
    queries::{
        conversations::{self, Conversation},
        drafts::{self, DraftKind, NewDraft},
        ledger::{self, CallKind, NewReservation},
        messages,
    },
    tenant::TenantDb,
};
use tokio_util::sync::CancellationToken;

use super::{Draft, plain, prompt, summary, wanted::Wanted};
use crate::{
    adapters::llm::{ChatRequest, capabilities, extractive},
    domain::{
        accounts::space::{Space, SpaceDirectory},
        answering::{
            answerer::Answerer,
            aside::{self, Finding},
            markers::MarkerFilter,
            memory::Spoken,
            tokens,
            turn::{JustSaid, Outcome, Progress, ProgressSink, Question},
        },
        billing::{limit, settlement::RESERVED_FOR},
        conversations::event::{Agent, AuthorKind, MessageState},
        retrieval::Passage,
    },
    kernel::{clock::SharedClock, code::Code, problem::Problem},
};

/// Events that are looked back at.
const LOOK_BACK: i64 = 200;

/// What is to be drafted, for whom and where.
#[derive(Clone, Debug)]
pub struct Brief {
    pub tenant: TenantId,
    pub conversation: ConversationId,
    pub agent: Agent,
    pub id: DraftId,
    pub wanted: Wanted,
}

/// Takes the text as it is written. Bounded: it may make the writer wait.
pub trait Page {
    fn write(&mut self, text: String) -> impl Future<Output = ()>;
}

/// Writes drafts. Shared by all agents.
#[derive(Clone, Debug)]
pub struct Drafter {
    pub db: Db,
    pub clock: SharedClock,
    pub spaces: SpaceDirectory,
    pub answerer: Arc<Answerer>,
}

/// A conversation as far as a draft needs it.
struct Talk {
    row: Conversation,
    space: Arc<Space>,
    /// In order.
    said: Vec<messages::Message>,
}

/// What a draft takes.
enum Plan {
    Ask(Box<Ask>),
    /// It is written without a model.
    Written(String),
    /// Nothing is known to draw it from.
    Nothing,
}

/// What a model is asked.
struct Ask {
    question: Question,
    request: ChatRequest,
    passages: Vec<Passage>,
}

impl Drafter {
    /// What can be drafted in a space.
    #[must_use]
    pub fn offers(&self, space: &Space) -> &'static [DraftKind] {
        super::wanted::offered(!self.answerer.writers(&space.settings.ai).is_empty())
    }

    /// Writes a draft onto `page`, settles what it cost and keeps it. It ends early, with what there is, when
    /// `cancel` is cancelled. An upstream's fault is a draft that failed.
    ///
    /// # Errors
    /// `NotFound`; `InvalidRequest` where no visitor has written; `ModelNeeded`; `PlanLimit` where the budget
    /// leaves nothing for it; `Conflict` where there is a draft of this id; storage.
    pub async fn draft(
        &self,
        brief: &Brief,
        page: &mut impl Page,
        cancel: &CancellationToken,
    ) -> Result<Draft, Problem> {
        let db = self.db.tenant(brief.tenant);
        let planned = async {
            let talk = self.talk(&db, brief.conversation).await?;
            self.plan(brief, talk).await
        };
        let plan = tokio::select! {
            plan = planned => plan?,
            () = cancel.cancelled() => return Ok(empty(brief, MessageState::Interrupted)),
        };
        let at = self.clock.now();
        let begin = NewDraft {
            id: brief.id,
            conversation_id: brief.conversation,
            agent_id: brief.agent.id,
            kind: brief.wanted.kind(),
            at,
        };
        let call = match &plan {
            Plan::Ask(ask) => Some(reservation(brief, ask, at)),
            Plan::Written(_) | Plan::Nothing => None,
        };
        let begun = db.transaction(async |conn| {
            drafts::begin(conn, begin.clone()).await?;
            match call.clone() {
                Some(call) => ledger::reserve(conn, call).await,
                None => Ok(()),
            }
        });
        begun.await.map_err(not_begun)?;
        let (draft, outcome) = self.written(brief, plan, call.as_ref(), page, cancel).await;
        let keep = || {
            db.transaction(async |conn| {
                if let (Some(call), Some(outcome)) = (&call, &outcome) {
                    aside::settle(conn, call, outcome).await?;
                }
                let (text, model) = (draft.text.trim(), draft.model.as_deref());
                drafts::finish(conn, draft.id, text, draft.grounding, model).await
            })
        };
        aside::persist(keep).await.map_err(Problem::internal)?;
        match outcome.and_then(|outcome| outcome.over_budget) {
            Some(reached) => {
                let detail = limit::told(&reached);
                Err(Problem::of_limit(*reached, detail))
            }
            None => Ok(draft),
        }
    }

    async fn talk(&self, db: &TenantDb, id: ConversationId) -> Result<Talk, Problem> {
        let read = db.read(async |conn| {
            let row = conversations::load(conn, id).await?.ok_or(StoreError::NotFound)?;
            let said = messages::list(conn, id, row.head_seq - LOOK_BACK, LOOK_BACK).await?;
            Ok((row, said))
        });
        let (row, said) = read.await.map_err(|error: StoreError| match error {
            StoreError::NotFound => Problem::not_found(),
            other => Problem::internal(other),
        })?;
        let space = self.spaces.space(row.tenant_id, row.space_id).await;
        let space = space.map_err(Problem::internal)?.ok_or_else(Problem::not_found)?;
        Ok(Talk { row, space, said })
    }

    async fn plan(&self, brief: &Brief, talk: Talk) -> Result<Plan, Problem> {
        let writers = self.answerer.writers(&talk.space.settings.ai);
        let writer = writers.first().map(|first| first.model.clone());
        let mut space = (*talk.space).clone();
        space.settings.ai.cache = false;
        let request = match (&brief.wanted, writer) {
            (Wanted::Reply, _) => return self.reply(brief, &talk, space).await,
            (Wanted::Summary, None) => {
                let summary = summary::of(&spoken(&talk.said));
                return Ok(if summary.is_empty() {
                    Plan::Nothing
                } else {
                    Plan::Written(summary)
                });
            }
            (Wanted::Rewrite { .. }, None) => {
                let detail =
                    "no model is set up that writes: set a key of one, or choose it in the space's settings";
                return Err(Problem::new(Code::ModelNeeded, detail));
            }
            (Wanted::Summary, Some(model)) => {
                prompt::summary(model, &spoken(&talk.said), &talk.space.settings.locale)
            }
            (Wanted::Rewrite { how, text }, Some(model)) => {
                let to = match how {
                    super::wanted::Rewrite::Translate { to: Some(to) } => to,
                    _ => talk.row.locale.as_ref().unwrap_or(&talk.space.settings.locale),
                };
                prompt::rewrite(model, how, text, to)
            }
        };
        // What quotes documents has none here.
        space.settings.ai.models = writers;
        Ok(Plan::Ask(Box::new(Ask {
            question: question(brief, &talk.row, space),
            request,
            passages: Vec::new(),
        })))
    }

    /// A reply is found as the bot's answer is, and asked for in the agent's name.
    async fn reply(&self, brief: &Brief, talk: &Talk, space: Space) -> Result<Plan, Problem> {
        // Where it was resolved and opened again, the visitor may not have written since.
        let visitors = talk
            .said
            .iter()
            .filter(|said| said.author_kind == messages::AuthorKind::Visitor);
        let epoch = visitors.map(|said| said.epoch).max();
        let now: Vec<_> = talk
            .said
            .iter()
            .filter(|said| Some(said.epoch) == epoch)
            .cloned()
            .collect();
        let now = spoken(&now);
        let asked = asked(&now);
        let visitors = now.get(asked.clone()).unwrap_or_default().iter();
        let visitors = visitors.filter(|spoken| spoken.author == AuthorKind::Visitor);
        let text: Vec<&str> = visitors.map(|spoken| spoken.text.as_str()).collect();
        if text.is_empty() {
            let detail = "the visitor has not written anything that could be answered";
            return Err(Problem::new(Code::InvalidRequest, detail));
        }
        let mut question = question(brief, &talk.row, space);
        question.said = Some(JustSaid {
            text: text.join("\n"),
            reservation: ReservationId::new(),
            before: Some(now.get(..asked.start).unwrap_or_default().to_vec()),
        });
        Ok(match self.answerer.find(question.clone()).await {
            Finding::Ask {
                mut request,
                passages,
            } => {
                let locale = question.locale.as_deref();
                request.system = prompt::reply(&question.space.settings.ai, &brief.agent.name, locale);
                Plan::Ask(Box::new(Ask {
                    question,
                    request,
                    passages,
                }))
            }
            Finding::Nothing => Plan::Nothing,
            Finding::Failed => return Err(Problem::internal("a draft could not be prepared")),
        })
    }

    async fn written(
        &self,
        brief: &Brief,
        plan: Plan,
        call: Option<&NewReservation>,
        page: &mut impl Page,
        cancel: &CancellationToken,
    ) -> (Draft, Option<Outcome>) {
        let (ask, call) = match (plan, call) {
            (Plan::Ask(ask), Some(call)) => (ask, call),
            (Plan::Written(text), _) => {
                page.write(text.clone()).await;
                let written = Draft {
                    text,
                    ..empty(brief, MessageState::Complete)
                };
                return (written, None);
            }
            _ => {
                let nothing = Draft {
                    abstained: true,
                    ..empty(brief, MessageState::Complete)
                };
                return (nothing, None);
            }
        };
        let Ask {
            question,
            mut request,
            passages,
        } = *ask;
        request.request_id = call.id.to_string();
        let mut pen = Pen {
            page,
            filter: MarkerFilter::new(Default::default()),
        };
        let outcome = self
            .answerer
            .write(&question, request, &passages, call, &mut pen, cancel)
            .await;
        pen.lift().await;
        (finished(brief, &outcome), Some(outcome))
    }
}

/// Writes onto a page what a model says, without its markers.
struct Pen<'a, P> {
    page: &'a mut P,
    filter: MarkerFilter,
}

impl<P: Page> ProgressSink for Pen<'_, P> {
    async fn report(&mut self, progress: Progress) {
        if let Progress::Delta(text) = progress {
            let text = self.filter.push(&text);
            if !text.is_empty() {
                self.page.write(text).await;
            }
        }
    }
}

impl<P: Page> Pen<'_, P> {
    async fn lift(self) {
        let rest = self.filter.finish();
        if !rest.is_empty() {
            self.page.write(rest).await;
        }
    }
}

/// What is said in answer to a question: the visitor's words behind the last answer, or where all have one,
/// those before it.
fn asked(said: &[Spoken]) -> Range<usize> {
    let is_visitors = |spoken: &Spoken| spoken.author == AuthorKind::Visitor;
    let end = said.iter().rposition(is_visitors).map_or(0, |last| last + 1);
    let earlier = said.get(..end).unwrap_or_default();
    let is_ours = |spoken: &Spoken| matches!(spoken.author, AuthorKind::Assistant | AuthorKind::Agent);
    let start = earlier.iter().rposition(is_ours).map_or(0, |ours| ours + 1);
    let first = earlier.iter().skip(start).position(is_visitors);
    first.map_or(end, |first| start + first)..end
}

fn spoken(said: &[messages::Message]) -> Vec<Spoken> {
    said.iter().cloned().map(Spoken::from).collect()
}

fn question(brief: &Brief, row: &Conversation, space: Space) -> Question {
    Question {
        tenant: brief.tenant,
        knowledge_version: space.knowledge_version,
        space: Arc::new(space),
        conversation: row.id,
        message: MessageId::new(),
        epoch: row.epoch,
        abstentions: 0,
        alarmed: false,
        locale: row.locale.clone(),
        said: None,
    }
}

fn reservation(brief: &Brief, ask: &Ask, at: DateTime<Utc>) -> NewReservation {
    let Ask {
        question, request, ..
    } = ask;
    let thinking = capabilities::of(&request.model).thinking_allowance;
    NewReservation {
        id: ReservationId::new(),
        space_id: question.space.id,
        conversation_id: Some(brief.conversation),
        message_id: None,
        kind: match brief.wanted {
            Wanted::Summary => CallKind::Summary,
            Wanted::Reply | Wanted::Rewrite { .. } => CallKind::Draft,
        },
        model: request.model.clone(),
        at,
        expires_at: at + RESERVED_FOR,
        estimate_input: i64::try_from(tokens::of_request(request)).unwrap_or(i64::MAX),
        estimate_output: i64::from(request.max_tokens.saturating_add(thinking)),
    }
}

fn empty(brief: &Brief, state: MessageState) -> Draft {
    Draft {
        conversation: brief.conversation,
        id: brief.id,
        kind: brief.wanted.kind(),
        text: String::new(),
        state,
        citations: Vec::new(),
        grounding: None,
        claims: Vec::new(),
        model: None,
        abstained: false,
    }
}

fn finished(brief: &Brief, outcome: &Outcome) -> Draft {
    let mut draft = Draft {
        model: outcome.model.clone(),
        ..empty(brief, outcome.state)
    };
    let quotes = outcome.model.as_deref() == Some(extractive::NAME);
    // What quotes documents and has found nothing to quote only says so.
    if quotes && outcome.cited.is_empty() && outcome.state == MessageState::Complete {
        draft.abstained = true;
        return draft;
    }
    (draft.text, draft.claims) = plain::unmarked(&outcome.text, &outcome.claims);
    if brief.wanted == Wanted::Reply {
        draft.grounding = outcome.grounding;
        draft.citations = outcome.cited.iter().map(|cited| cited.citation.clone()).collect();
    } else {
        draft.claims = Vec::new();
    }
    if draft.text.trim().is_empty() && draft.state == MessageState::Complete {
        draft.state = MessageState::Failed;
    }
    draft
}

fn not_begun(error: StoreError) -> Problem {
    if error.is_conflict("drafts_id_once") {
        return Problem::new(Code::Conflict, "id: of another draft");
    }
    match error {
        // It was removed meanwhile.
        StoreError::Conflict { .. } => Problem::not_found(),
        other => Problem::internal(other),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_answered_is_what_the_visitor_wrote_last() {
        use AuthorKind::{Agent, Assistant, System, Visitor};
        let said = |authors: &[AuthorKind]| -> Vec<Spoken> {
            let spoken = |author: &AuthorKind| Spoken {
                id: MessageId::new(),
                author: *author,
                in_reply_to: None,
                text: "x".to_owned(),
            };
            authors.iter().map(spoken).collect()
        };
        for (authors, expected) in [
            (&[][..], 0..0),
            (&[System], 0..0),
            (&[Agent, Assistant], 0..0),
            (&[Visitor], 0..1),
            (&[Visitor, Assistant, Visitor, Visitor], 2..4),
            (&[Visitor, Agent, System, Visitor, System], 3..4),
            (&[Visitor, Assistant], 0..1),
            (&[Visitor, Agent, Visitor, Visitor, Assistant, Agent], 2..4),
        ] {
            assert_eq!(asked(&said(authors)), expected, "{authors:?}");
        }
    }
}
