//! Writes one answer, from question to outcome: retrieve → prompt → model → citations →
//! grounding. It reports progress as it goes and always comes back with an outcome, whatever
//! fails: the text so far, how it ended, and what was spent.

use std::{
    panic::{AssertUnwindSafe, catch_unwind},
    pin::pin,
    sync::Arc,
    time::Duration,
};

use futures_util::{FutureExt, StreamExt};
use parlance_store::{
    StoreError,
    db::Db,
    ids::{MessageId, ReservationId},
    queries::ledger::{CallKind, NewReservation, Settlement},
    tenant::TenantDb,
};
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;
use tracing::{error, warn};

use super::{
    abstain,
    cache::AnswerCache,
    citing,
    ending::{Ended, apologise, conclude, say, say_limited, say_nothing_found},
    memory,
    pending::Pending,
    prompt::{self, AnswerSettings, PromptParts},
    running::RunningCalls,
    source_link::Place,
    spending::Spending,
    stream::AnswerStream,
    turn::{Extra, Outcome, Plan, Prepared, ProgressSink, Question, RESERVED_INPUT},
};
use crate::{
    adapters::llm::{
        ChatRequest, Chunk, LlmError, Source, StopReason, Turn, capabilities, extractive,
        gateway::{Gateway, ModelRef},
    },
    domain::{
        accounts::space::Space,
        billing::{
            prices::PriceBook,
            settlement::{RESERVED_FOR, from_estimates},
        },
        retrieval::{Passage, Retrieval, RetrievalSettings, Retriever, floor::Floor},
    },
    kernel::clock::SharedClock,
};

/// Writes answers. Shared by all conversations.
#[derive(Debug)]
pub struct Answerer {
    pub db: Db,
    pub clock: SharedClock,
    pub retriever: Retriever,
    pub gateway: Gateway,
    /// Asked where none of a space's own models is configured.
    pub last_resort: ModelRef,
    pub prices: Arc<PriceBook>,
    /// Deltas within this time go out as one.
    pub window: Duration,
    pub cache: AnswerCache,
    /// What its calls have received is noted by [`RunningCalls::follow`].
    pub running: RunningCalls,
    /// Where sources can be opened, as `https://host`; empty for addresses relative to the frame.
    pub public_url: String,
}

impl Answerer {
    /// The models a space asks, in order, without those that are not configured here.
    #[must_use]
    pub fn models(&self, settings: &AnswerSettings) -> Vec<ModelRef> {
        let configured = settings
            .models
            .iter()
            .filter(|model| self.gateway.has(&model.upstream));
        let models: Vec<ModelRef> = configured.cloned().collect();
        if models.is_empty() {
            vec![self.last_resort.clone()]
        } else {
            models
        }
    }

    /// Whether a model that writes is among those a space asks.
    #[must_use]
    pub fn has_writer(&self, settings: &AnswerSettings) -> bool {
        let writes = |upstream: &str| upstream != extractive::NAME && self.gateway.has(upstream);
        settings.models.iter().any(|model| writes(&model.upstream))
    }

    /// The model a question is reserved for, and the tokens it may write: the answer's and what
    /// the model thinks before it.
    #[must_use]
    pub fn reserved_for(&self, settings: &AnswerSettings) -> (String, i64) {
        let models = self.models(settings);
        let model = models
            .first()
            .map_or_else(|| self.last_resort.model.clone(), |first| first.model.clone());
        let output = settings
            .max_tokens
            .saturating_add(capabilities::of(&model).thinking_allowance);
        (model, i64::from(output))
    }

    /// A reservation for the call that will answer `question`.
    pub(super) fn reservation(&self, question: &Question) -> NewReservation {
        let (model, estimate_output) = self.reserved_for(&question.space.settings.ai);
        let at = self.clock.now();
        NewReservation {
            id: ReservationId::new(),
            space_id: question.space.id,
            conversation_id: Some(question.conversation),
            message_id: Some(question.message),
            kind: CallKind::Chat,
            model,
            at,
            expires_at: at + RESERVED_FOR,
            estimate_input: RESERVED_INPUT,
            estimate_output,
        }
    }

    /// Finds out what the answer to `question` needs. For a question that has just been said this
    /// only reads, so it may run while the message is being committed.
    pub async fn prepare(&self, question: Question) -> Prepared {
        let begun = Instant::now();
        let (mut abandoned, mut searched) = (Vec::new(), None);
        let plan = self
            .plan(&question, &mut abandoned, &mut searched)
            .await
            .unwrap_or_else(|cause| {
                error!(conversation.id = %question.conversation, %cause, "an answer could not be prepared");
                Plan::Fail
            });
        Prepared {
            question,
            begun,
            plan,
            searched,
            abandoned,
        }
    }

    /// `prepared`, made anew where it was found in knowledge older than `version`.
    pub async fn renewed(&self, prepared: Prepared, version: i64) -> Prepared {
        if prepared.searched.is_none_or(|searched| searched >= version) {
            return prepared;
        }
        let renewed = self.prepare(Question {
            knowledge_version: version,
            ..prepared.question
        });
        Prepared {
            begun: prepared.begun,
            ..renewed.await
        }
    }

    async fn plan(
        &self,
        question: &Question,
        abandoned: &mut Vec<Settlement>,
        searched: &mut Option<i64>,
    ) -> anyhow::Result<Plan> {
        let db = self.db.tenant(question.tenant);
        let load = memory::load(&db, question, || self.reservation(question));
        let asked = |text: &str, version| {
            let models = self.models(&question.space.settings.ai);
            self.cache.asked(question, version, &models, text)
        };
        // The search need not wait for the history where it is known what to search for.
        let (memory, found, asked) = match &question.said {
            Some(said) if said.starts() || !memory::leans(&said.text) => {
                if let Some(reply) = abstain::small_talk(&said.text, question.locale.as_deref()) {
                    return Ok(Plan::Say(reply));
                }
                let version = question.knowledge_version;
                let asked = asked(&said.text, version);
                if said.starts()
                    && let Some(kept) = asked.as_ref().and_then(|asked| self.cache.exact(asked))
                {
                    *searched = Some(version);
                    return Ok(Plan::Repeat(kept));
                }
                let search = self.search(&db, question, version, &said.text);
                let (memory, found) = tokio::join!(timed("remember", load), search);
                (memory?, found?, asked)
            }
            _ => {
                let memory = timed("remember", load).await?;
                // Whatever becomes of the answer, what a crash cut off is settled with it.
                let bill = |open| from_estimates(&self.prices, open, self.clock.now());
                abandoned.extend(memory.abandoned.iter().map(bill));
                if memory.refused {
                    return Ok(Plan::Limited);
                }
                if let Some(reply) = abstain::small_talk(&memory.question, question.locale.as_deref()) {
                    return Ok(Plan::Say(reply));
                }
                let version = memory.knowledge_version.unwrap_or(question.knowledge_version);
                let asked = asked(&memory.question, version);
                if memory.history.is_empty()
                    && let Some(kept) = asked.as_ref().and_then(|asked| self.cache.exact(asked))
                {
                    *searched = Some(version);
                    return Ok(Plan::Repeat(kept));
                }
                let found = self.search(&db, question, version, &memory.search).await?;
                (memory, found, asked)
            }
        };
        *searched = Some(found.knowledge_version);
        if found.abstained || found.passages.is_empty() {
            return Ok(Plan::Abstain);
        }
        // What came before shapes an answer.
        let asked = asked.filter(|_| memory.history.is_empty());
        let asked = asked.map(|asked| asked.on(found.knowledge_version));
        if let Some(asked) = &asked
            && let Some(kept) = self.cache.find(asked, &memory.question, &found)
        {
            return Ok(Plan::Repeat(kept));
        }
        let begun = Instant::now();
        let mut request = self.request(
            &question.space,
            question.locale.as_deref(),
            &memory.history,
            &memory.question,
            &found.passages,
        );
        request.request_id = memory.reservation.to_string();
        took("prompt", begun);
        Ok(Plan::Ask {
            keep: asked.zip(found.vector).map(Box::new),
            request,
            passages: found.passages,
            reservation: memory.reservation,
        })
    }

    /// What the first model of `space` is asked; `history` is oldest first.
    #[must_use]
    pub fn request(
        &self,
        space: &Space,
        locale: Option<&str>,
        history: &[Turn],
        question: &str,
        passages: &[Passage],
    ) -> ChatRequest {
        prompt::build(PromptParts {
            model: self.reserved_for(&space.settings.ai).0,
            settings: &space.settings.ai,
            bot_name: &space.settings.bot_name,
            hand_over: space.settings.handoff.by_model,
            locale,
            history,
            question,
            sources: passages.iter().zip(1..).map(source).collect(),
        })
    }

    async fn search(
        &self,
        db: &TenantDb,
        question: &Question,
        knowledge_version: i64,
        text: &str,
    ) -> Result<Retrieval, StoreError> {
        let settings = retrieval_settings(&question.space.settings.ai);
        let space = question.space.id;
        let found = self
            .retriever
            .retrieve(db, space, knowledge_version, text, &settings);
        timed("retrieve", Box::pin(found)).await
    }

    /// Answers under the id `answer`; ends early, with what there is, when `cancel` is cancelled.
    pub async fn answer(
        &self,
        prepared: Prepared,
        answer: MessageId,
        sink: &mut impl ProgressSink,
        cancel: &CancellationToken,
    ) -> Outcome {
        let Prepared {
            question,
            begun,
            plan,
            searched: _,
            abandoned,
        } = prepared;
        let mut outcome = Outcome::empty(answer, question.message);
        outcome.extra = abandoned.into_iter().map(Extra::Abandoned).collect();
        match plan {
            Plan::Say(text) => say(&mut outcome, text, sink).await,
            Plan::Abstain => say_nothing_found(&mut outcome, &question, sink).await,
            Plan::Ask {
                request,
                passages,
                reservation,
                keep,
            } => {
                let first = request.model.clone();
                let mut spending = self.spending(&question, reservation, &request);
                let ended = self
                    .ask(
                        &mut outcome,
                        &question,
                        begun,
                        request,
                        &passages,
                        &mut spending,
                        sink,
                        cancel,
                    )
                    .await;
                if let Some(ended) = ended {
                    self.charge(&mut outcome, spending, &ended);
                    let whole =
                        matches!(ended, Ended::Done(StopReason::EndTurn)) && outcome.hand_over.is_none();
                    conclude(&mut outcome, &question, ended, sink).await;
                    // What another says while the first is out is not what is to be said from now on.
                    let keep = keep.filter(|_| whole && outcome.model.as_ref() == Some(&first));
                    if let Some((asked, vector)) = keep.map(|keep| *keep) {
                        self.cache.keep(asked, vector, &outcome, &passages);
                    }
                } else if outcome.over_budget.is_some() {
                    say_limited(&mut outcome, &question, sink).await;
                } else {
                    apologise(&mut outcome, &question, sink).await;
                }
            }
            Plan::Repeat(kept) => kept.say(&mut outcome, begun, &self.place(&question), sink).await,
            Plan::Limited => say_limited(&mut outcome, &question, sink).await,
            Plan::Fail => apologise(&mut outcome, &question, sink).await,
        }
        outcome
    }

    /// What a call for the answer to `question` spends.
    pub(super) fn spending(
        &self,
        question: &Question,
        reservation: ReservationId,
        request: &ChatRequest,
    ) -> Spending {
        let models = self.models(&question.space.settings.ai);
        let running = self.running.begin(question.tenant, reservation);
        Spending::new(running, request, &models, &self.prices, self.clock.now())
    }

    /// Streams the answer into `outcome`. `None` when the call could not be noted first, or the
    /// budget leaves nothing for it, and so was not made.
    #[expect(
        clippy::too_many_arguments,
        reason = "two call sites; a struct would only rename them"
    )]
    pub(super) async fn ask(
        &self,
        outcome: &mut Outcome,
        question: &Question,
        begun: Instant,
        request: ChatRequest,
        passages: &[Passage],
        spending: &mut Spending,
        sink: &mut impl ProgressSink,
        cancel: &CancellationToken,
    ) -> Option<Ended> {
        let db = self.db.tenant(question.tenant);
        let noted = timed("note", spending.mark_sent(&db, self.clock.now())).await;
        match noted {
            Ok(()) => {}
            Err(StoreError::QuotaReached(reached)) => {
                outcome.over_budget = Some(Box::new(reached));
                return None;
            }
            Err(cause) => {
                error!(%cause, "a call could not be noted before it was made, so it is not made");
                return None;
            }
        }
        let may_hand_over = request.hand_over;
        let mut reader = Some(Box::new(AnswerStream::new(citing::sources(passages))));
        let mut pending = Pending::new(self.window, begun);
        let mut stream = self
            .gateway
            .stream(&self.models(&question.space.settings.ai), request);
        let streaming = async {
            let mut cancelled = pin!(cancel.cancelled());
            loop {
                let next = tokio::select! {
                    biased;
                    () = &mut cancelled => break Ended::Stopped,
                    () = pending.due() => {
                        pending.flush(outcome, sink).await;
                        continue;
                    }
                    next = stream.next() => next,
                };
                match next {
                    Some(Ok(chunk)) => {
                        spending.note(&chunk);
                        match chunk {
                            Chunk::Text(text) => {
                                // Where it fails it is gone, and nothing goes on behind the hole.
                                if let Some(mut reading) = reader.take() {
                                    pending.add(reading.push(&text));
                                    reader = Some(reading);
                                }
                                if pending.is_due() {
                                    pending.flush(outcome, sink).await;
                                }
                                spending.streamed(&text);
                            }
                            Chunk::HandOver { reason } => {
                                outcome.hand_over = Some(reason).filter(|_| may_hand_over);
                            }
                            Chunk::Done(reason) => {
                                if reason == StopReason::Refusal {
                                    warn!(conversation.id = %question.conversation, "the model declined");
                                }
                                break Ended::Done(reason);
                            }
                            Chunk::Abandoned { .. } => spending.sent_again(&db).await,
                            Chunk::Started { .. } | Chunk::Usage(_) => {}
                        }
                    }
                    Some(Err(cause)) => break Ended::Failed(cause),
                    None => break Ended::Failed(LlmError::Cut),
                }
            }
        };
        // A fault of ours ends as one of the upstream does: with what was shown, and what it cost.
        let ended = AssertUnwindSafe(streaming).catch_unwind().await;
        let ended = ended.unwrap_or(Ended::Panicked);
        drop(stream);
        outcome.model = spending.model();
        let cut = !matches!(ended, Ended::Done(_));
        let finished = catch_unwind(AssertUnwindSafe(|| reader.map(|reader| reader.finish(cut))));
        let Ok(Some((events, answer))) = finished else {
            return Some(Ended::Panicked);
        };
        pending.add(events);
        pending.flush(outcome, sink).await;
        outcome.grounding = answer.grounding;
        outcome.cited = citing::cited(passages, &answer, &self.place(question));
        Some(ended)
    }

    fn place<'a>(&'a self, question: &'a Question) -> Place<'a> {
        Place {
            base: &self.public_url,
            space: &question.space.slug,
        }
    }
}

/// Records how long a step before the call took, the commit of the question included.
pub fn took(step: &'static str, since: Instant) {
    metrics::histogram!("parlance_prepare_seconds", "step" => step).record(since.elapsed());
}

async fn timed<T>(step: &'static str, work: impl Future<Output = T>) -> T {
    let begun = Instant::now();
    let done = work.await;
    took(step, begun);
    done
}

/// How a space searches.
#[must_use]
pub fn retrieval_settings(settings: &AnswerSettings) -> RetrievalSettings {
    let standard = RetrievalSettings::default();
    let floor = settings.floor.map_or(standard.floor, Floor::at);
    RetrievalSettings {
        top_k: usize::from(settings.top_k),
        floor,
        ..standard
    }
}

fn source((passage, number): (&Passage, u32)) -> Source {
    Source {
        number,
        title: passage.title.clone(),
        heading: passage.heading.clone(),
        text: passage.context.clone(),
    }
}
