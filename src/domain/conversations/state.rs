//! The conversation state machine, pure: what a command leads to, as the next state, the status
//! changes to write and the effects to carry out once they are durable.
//!
//! One answer at a time: a question asked while an answer streams is queued and answered next,
//! in order. Every answer runs under a turn number; what comes back with another number is
//! stale and ignored.

use std::collections::VecDeque;

use parlance_store::ids::{MessageId, UserId};

use super::{
    event::{Reason, Status},
    handoff::Triggers,
};

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
    /// The agent who has it: who answers while the status is `human`, and who gets it back when it was
    /// snoozed.
    pub assignee: Option<UserId>,
    pub running: Option<Running>,
    /// Questions said meanwhile, oldest first.
    pub queue: VecDeque<MessageId>,
    /// Answers in a row that found nothing, since the status last changed.
    pub abstentions: u8,
    /// Why a person is asked for when the running answer ends.
    pub alarm: Option<Reason>,
    last_turn: TurnNumber,
}

impl State {
    /// A conversation as loaded: no answer runs; `unanswered` questions wait, oldest first. The last
    /// `abstentions` answers found nothing, all of them since the status last changed.
    #[must_use]
    pub fn loaded(
        status: Status,
        assignee: Option<UserId>,
        abstentions: u8,
        unanswered: impl IntoIterator<Item = MessageId>,
    ) -> Self {
        Self {
            status,
            assignee,
            running: None,
            queue: unanswered.into_iter().collect(),
            abstentions,
            alarm: None,
            last_turn: TurnNumber(0),
        }
    }

    /// Whether a question said now would be answered by the bot.
    #[must_use]
    pub fn bot_answers(&self) -> bool {
        match self.status {
            Status::Bot | Status::Resolved => true,
            Status::Snoozed => self.assignee.is_none(),
            Status::Waiting | Status::Human => false,
        }
    }

    /// Who has the conversation, where that is somebody other than `agent`: nobody else answers then.
    #[must_use]
    fn held_against(&self, agent: UserId) -> Option<UserId> {
        self.assignee
            .filter(|has| self.status == Status::Human && *has != agent)
    }

    #[must_use]
    pub fn is_running(&self, turn: TurnNumber) -> bool {
        self.running.is_some_and(|running| running.turn == turn)
    }

    /// Nothing runs and nothing waits.
    #[must_use]
    pub fn is_quiet(&self) -> bool {
        self.running.is_none() && self.queue.is_empty()
    }
}

/// How an answer ended, as far as that decides who answers next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ending {
    Answered,
    /// Nothing was found to answer from.
    Abstained,
    /// No model could be reached.
    Unreachable,
    /// The plan left nothing for it, so no model was asked.
    Limited,
    /// The model asked for a person.
    HandOver,
    /// Stopped, or failed by a fault of ours.
    Broken,
}

/// What happens to a conversation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Command {
    /// The visitor said something.
    Say { message: MessageId },
    /// The visitor asks that the running answer stop.
    Stop,
    /// A person is asked for, by the visitor or for them.
    HandOver { reason: Reason },
    /// What the visitor said is read as calling for a person. It is answered all the same, and then handed over.
    Alarm { reason: Reason },
    /// The running answer ended, however.
    TurnEnded {
        turn: TurnNumber,
        ending: Ending,
        triggers: Triggers,
    },
    /// The conversation was just loaded: take up what is waiting.
    Resume,
    /// An agent is gone without a word: what they have waits for another.
    DropOff { agent: UserId },
    /// It is an agent's turn: they are given what still waits.
    Assign { agent: UserId },
    /// The time of a snooze is over.
    Wake,
}

/// What an agent does to a conversation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Act {
    /// Answers from now on, in place of the bot.
    Take,
    /// Says something, which takes what nobody has.
    Say,
    /// Hands it back to the bot.
    Release,
    /// Gives it to an agent, whoever has it.
    Transfer { to: UserId },
    /// Is done with it.
    Resolve,
    /// Puts it off: it comes back to whoever has it, or to who put it off.
    Snooze,
    /// Goes on with what was resolved or snoozed.
    Reopen,
}

/// Another agent has the conversation, and only they answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Held {
    pub by: UserId,
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
    /// Who has it from now on.
    pub assignee: Option<UserId>,
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
    /// The same of a message that calls for a person, where the bot answers it.
    #[must_use]
    pub fn alarmed(mut self, alarm: Option<Reason>) -> Self {
        if self.next.status == Status::Bot {
            self.next.alarm = self.next.alarm.or(alarm);
        }
        self
    }

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
    let mut step = Step::of(state);
    match command {
        Command::Say { message } => {
            match (state.status, state.assignee) {
                (Status::Snoozed, Some(_)) => step.go(Status::Human, state.assignee, Reason::Reopened),
                (Status::Snoozed | Status::Resolved, _) => step.go(Status::Bot, None, Reason::Reopened),
                _ => {}
            }
            if state.bot_answers() {
                step.next.queue.push_back(message);
            }
        }
        Command::Stop => step.cancel_running(),
        // Whoever put it off: the visitor wants somebody now.
        Command::HandOver { reason } if state.bot_answers() || state.status == Status::Snoozed => {
            step.go(Status::Waiting, None, reason);
        }
        Command::TurnEnded {
            turn,
            ending,
            triggers,
        } if state.is_running(turn) => {
            step.next.running = None;
            step.count(ending);
            let reason = triggers.reason(ending, step.next.abstentions).or(state.alarm);
            // Who has the conversation meanwhile need not be handed it.
            if state.status == Status::Bot
                && let Some(reason) = reason
            {
                step.go(Status::Waiting, None, reason);
            }
        }
        Command::Alarm { reason } if state.status == Status::Bot => match state.is_quiet() {
            true => step.go(Status::Waiting, None, reason),
            false => step.next.alarm = step.next.alarm.or(Some(reason)),
        },
        // A person was asked for just before a crash: what waited then is theirs to answer.
        Command::Resume if !state.bot_answers() => step.silence(),
        Command::DropOff { agent } if state.status == Status::Human && state.assignee == Some(agent) => {
            step.go(Status::Waiting, None, Reason::AgentLeft);
        }
        Command::Assign { agent } if state.status == Status::Waiting => {
            step.go(Status::Human, Some(agent), Reason::Assigned);
        }
        Command::Wake if state.status == Status::Snoozed => {
            let status = state.assignee.map_or(Status::Waiting, |_| Status::Human);
            step.go(status, state.assignee, Reason::SnoozeEnded);
        }
        Command::HandOver { .. }
        | Command::Alarm { .. }
        | Command::TurnEnded { .. }
        | Command::Resume
        | Command::DropOff { .. }
        | Command::Assign { .. }
        | Command::Wake => {}
    }
    step.end()
}

/// Decides what an agent's act leads to. One that does not fit changes nothing.
///
/// # Errors
/// [`Held`] where `agent` wants to answer and another one does.
pub fn act(state: &State, agent: UserId, act: Act) -> Result<Transition, Held> {
    if matches!(act, Act::Take | Act::Say)
        && let Some(by) = state.held_against(agent)
    {
        return Err(Held { by });
    }
    let (status, assignee) = match act {
        Act::Take | Act::Say => (Status::Human, Some(agent)),
        Act::Transfer { to } => (Status::Human, Some(to)),
        Act::Resolve => (Status::Resolved, None),
        Act::Snooze => (Status::Snoozed, state.assignee.or(Some(agent))),
        Act::Release if matches!(state.status, Status::Waiting | Status::Human) => (Status::Bot, None),
        Act::Reopen if matches!(state.status, Status::Resolved | Status::Snoozed) => {
            (Status::Human, Some(agent))
        }
        Act::Release | Act::Reopen => (state.status, state.assignee),
    };
    let mut step = Step::of(state);
    // A snooze may be given another end.
    if (status, assignee) != (state.status, state.assignee) || act == Act::Snooze {
        step.go(status, assignee, Reason::Agent);
    }
    Ok(step.end())
}

/// A transition in the making.
struct Step {
    next: State,
    status: Option<StatusChange>,
    effects: Vec<Effect>,
}

impl Step {
    fn of(state: &State) -> Self {
        Self {
            next: state.clone(),
            status: None,
            effects: Vec::new(),
        }
    }

    fn go(&mut self, status: Status, assignee: Option<UserId>, reason: Reason) {
        (self.next.status, self.next.assignee) = (status, assignee);
        self.next.abstentions = 0;
        self.next.alarm = None;
        self.status = Some(StatusChange {
            status,
            reason,
            assignee,
        });
        if status != Status::Bot {
            self.silence();
        }
    }

    fn count(&mut self, ending: Ending) {
        let count = &mut self.next.abstentions;
        match ending {
            Ending::Answered => *count = 0,
            Ending::Abstained => *count = count.saturating_add(1),
            Ending::Unreachable | Ending::Limited | Ending::HandOver | Ending::Broken => {}
        }
    }

    /// The bot says nothing more.
    fn silence(&mut self) {
        self.cancel_running();
        let released = self.next.queue.drain(..);
        self.effects
            .extend(released.map(|question| Effect::Release { question }));
    }

    fn cancel_running(&mut self) {
        if let Some(running) = &mut self.next.running
            && !running.stopping
        {
            running.stopping = true;
            self.effects.push(Effect::CancelTurn { turn: running.turn });
        }
    }

    fn end(mut self) -> Transition {
        self.start_next();
        Transition {
            next: self.next,
            status: self.status,
            effects: self.effects,
        }
    }

    fn start_next(&mut self) {
        if self.next.running.is_some() {
            return;
        }
        let Some(question) = self.next.queue.pop_front() else {
            return;
        };
        let turn = TurnNumber(self.next.last_turn.0 + 1);
        self.next.last_turn = turn;
        self.next.running = Some(Running {
            turn,
            question,
            stopping: false,
        });
        self.effects.push(Effect::StartTurn { turn, question });
    }
}

#[cfg(test)]
#[path = "state_tests.rs"]
mod tests;

#[cfg(test)]
#[path = "state_alarm_tests.rs"]
mod alarm_tests;
