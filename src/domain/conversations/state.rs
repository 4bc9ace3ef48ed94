//! The conversation state machine, pure: what a command leads to, as the next state, the status
//! changes to write and the effects to carry out once they are durable.
//!
//! One answer at a time: a question asked while an answer streams is queued and answered next,
//! in order. Every answer runs under a turn number; what comes back with another number is
//! stale and ignored.

use std::collections::VecDeque;

use parlance_store::ids::MessageId;

use super::event::{Reason, Status};

/// Numbers the answers of one conversation in this process, from 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct TurnNumber(pub u64);

/// The answer being written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Running {
    pub turn: TurnNumber,
    pub question: MessageId,
    /// Somebody asked for it to stop; its end is awaited.
    pub stopping: bool,
}

/// Where a conversation stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct State {
    pub status: Status,
    pub running: Option<Running>,
    /// Questions said meanwhile, oldest first.
    pub queue: VecDeque<MessageId>,
    last_turn: TurnNumber,
}

impl State {
    /// A conversation as loaded: no answer runs; `unanswered` questions wait, oldest first.
    #[must_use]
    pub fn loaded(status: Status, unanswered: impl IntoIterator<Item = MessageId>) -> Self {
        Self {
            status,
            running: None,
            queue: unanswered.into_iter().collect(),
            last_turn: TurnNumber(0),
        }
    }

    /// Whether a question said now would be answered by the bot.
    #[must_use]
    pub fn bot_answers(&self) -> bool {
        matches!(self.status, Status::Bot | Status::Resolved | Status::Snoozed)
    }

    /// Nothing runs and nothing waits.
    #[must_use]
    pub fn is_quiet(&self) -> bool {
        self.running.is_none() && self.queue.is_empty()
    }
}

/// What happens to a conversation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Command {
    /// The visitor said something.
    Say { message: MessageId },
    /// The visitor asks that the running answer stop.
    Stop,
    /// The visitor asks for a person.
    AskHuman,
    /// The running answer ended, however.
    TurnEnded { turn: TurnNumber },
    /// The conversation was just loaded: take up what is waiting.
    Resume,
}

/// What is to be done once the transition is durable.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Effect {
    StartTurn {
        turn: TurnNumber,
        question: MessageId,
    },
    CancelTurn {
        turn: TurnNumber,
    },
    /// The question will not be answered by the bot: give its reservation back.
    Release {
        question: MessageId,
    },
}

/// A status change to write to the log.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct StatusChange {
    pub status: Status,
    pub reason: Reason,
}

/// The outcome of a command.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Transition {
    pub next: State,
    /// Written before the message that caused it.
    pub status: Option<StatusChange>,
    pub effects: Vec<Effect>,
}

impl Transition {
    /// Whether the answer to `question` begins now.
    #[must_use]
    pub fn starts(&self, question: MessageId) -> bool {
        let starts =
            |effect: &Effect| matches!(effect, Effect::StartTurn { question: of, .. } if *of == question);
        self.effects.iter().any(starts)
    }

    /// Whether the bot answers `question`, now or later.
    #[must_use]
    pub fn answers(&self, question: MessageId) -> bool {
        self.starts(question) || self.next.queue.contains(&question)
    }
}

/// Decides what `command` leads to. Total: a command that does not fit changes nothing.
#[must_use]
pub fn apply(state: &State, command: Command) -> Transition {
    let mut next = state.clone();
    let mut status = None;
    let mut effects = Vec::new();
    match command {
        Command::Say { message } => {
            if matches!(state.status, Status::Resolved | Status::Snoozed) {
                next.status = Status::Bot;
                status = Some(StatusChange {
                    status: Status::Bot,
                    reason: Reason::Reopened,
                });
            }
            if state.bot_answers() {
                next.queue.push_back(message);
            }
        }
        Command::Stop => cancel_running(&mut next, &mut effects),
        Command::AskHuman => {
            if state.bot_answers() {
                next.status = Status::Waiting;
                status = Some(StatusChange {
                    status: Status::Waiting,
                    reason: Reason::VisitorAsked,
                });
                cancel_running(&mut next, &mut effects);
                effects.extend(next.queue.drain(..).map(|question| Effect::Release { question }));
            }
        }
        Command::TurnEnded { turn } => {
            if next.running.is_some_and(|running| running.turn == turn) {
                next.running = None;
            }
        }
        // A person was asked for just before a crash: what waited then is theirs to answer.
        Command::Resume if !state.bot_answers() => {
            effects.extend(next.queue.drain(..).map(|question| Effect::Release { question }));
        }
        Command::Resume => {}
    }
    start_next(&mut next, &mut effects);
    Transition {
        next,
        status,
        effects,
    }
}

fn cancel_running(next: &mut State, effects: &mut Vec<Effect>) {
    if let Some(running) = &mut next.running
        && !running.stopping
    {
        running.stopping = true;
        effects.push(Effect::CancelTurn { turn: running.turn });
    }
}

fn start_next(next: &mut State, effects: &mut Vec<Effect>) {
    if next.running.is_some() {
        return;
    }
    let Some(question) = next.queue.pop_front() else {
        return;
    };
    let turn = TurnNumber(next.last_turn.0 + 1);
    next.last_turn = turn;
    next.running = Some(Running {
        turn,
        question,
        stopping: false,
    });
    effects.push(Effect::StartTurn { turn, question });
}

#[cfg(test)]
#[path = "state_tests.rs"]
mod tests;
