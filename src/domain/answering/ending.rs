//! How an answer ends: whole, stopped, or with an apology below what was shown of it.

use tracing::{error, info, warn};

use super::{
    abstain,
    turn::{Outcome, Progress, ProgressSink, Question},
};
use crate::{
    adapters::llm::{LlmError, StopReason},
    domain::conversations::{event::MessageState, handoff::words},
};

/// How a model's stream ended.
pub(super) enum Ended {
    Done(StopReason),
    Stopped,
    Failed(LlmError),
    /// A fault of ours, in an adapter or in reading what it said.
    Panicked,
}

/// Sets the state, and says what went wrong where nothing else was said.
pub(super) async fn conclude(
    outcome: &mut Outcome,
    question: &Question,
    ended: Ended,
    sink: &mut impl ProgressSink,
) {
    match ended {
        Ended::Done(_) if outcome.text.trim().is_empty() && outcome.hand_over.is_some() => {
            say(outcome, words::for_a_person(question.locale()), sink).await;
        }
        Ended::Done(_) if outcome.text.trim().is_empty() => {
            info!(conversation.id = %question.conversation, "the model said nothing");
            say_nothing_found(outcome, question, sink).await;
        }
        Ended::Done(_) => {}
        Ended::Stopped => outcome.state = MessageState::Interrupted,
        Ended::Failed(cause) => {
            warn!(conversation.id = %question.conversation, %cause, "the upstream failed");
            metrics::counter!("parlance_answers_failed_total", "cause" => cause.kind()).increment(1);
            outcome.unreachable = true;
            apologise(outcome, question, sink).await;
        }
        Ended::Panicked => {
            metrics::counter!("parlance_turn_panics_total").increment(1);
            error!(conversation.id = %question.conversation, "answering panicked");
            apologise(outcome, question, sink).await;
        }
    }
}

/// Says that nothing answers.
pub(super) async fn say_nothing_found(
    outcome: &mut Outcome,
    question: &Question,
    sink: &mut impl ProgressSink,
) {
    outcome.abstained = true;
    let offers = question.offers_person(outcome.ending());
    say(outcome, abstain::nothing_found(question.locale(), offers), sink).await;
}

/// Says that there is no answer by the bot just now.
pub(super) async fn say_limited(outcome: &mut Outcome, question: &Question, sink: &mut impl ProgressSink) {
    outcome.limited = true;
    let offers = question.offers_person(outcome.ending());
    say(outcome, abstain::limited(question.locale(), offers), sink).await;
}

/// Ends an answer that failed: what was shown of it stays.
pub(super) async fn apologise(outcome: &mut Outcome, question: &Question, sink: &mut impl ProgressSink) {
    outcome.state = MessageState::Failed;
    let offers = question.offers_person(outcome.ending());
    let apology = abstain::failed_after(&outcome.text, question.locale(), offers);
    say(outcome, apology, sink).await;
}

pub(super) async fn say(outcome: &mut Outcome, text: String, sink: &mut impl ProgressSink) {
    outcome.text.push_str(&text);
    sink.report(Progress::Delta(text)).await;
}
