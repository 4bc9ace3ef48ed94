//! A model that says what a test tells it to. Without a script it answers deterministically from
//! the request. A script is either written in advance ([`ScriptControl::push`]) or played live,
//! step by step ([`ScriptControl::live`]), which needs no sleeps.

use std::{
    collections::VecDeque,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use tokio::sync::mpsc;

use super::{ChatModel, ChatRequest, Chunk, ChunkStream, LlmError, Role, StopReason, Usage};

/// Steps a live script may be ahead of its reader.
const LIVE_STEPS: usize = 1024;

/// What happens next in a script.
#[derive(Clone, Debug, PartialEq)]
pub enum Step {
    Chunk(Chunk),
    Pause(Duration),
    /// Fails; the script ends.
    Fail(LlmError),
    /// Never says anything more.
    Hang,
}

/// One answer: refused at once, or accepted and played. The end of the steps without
/// `Chunk::Done` is a cut.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Script {
    pub refuse: Option<LlmError>,
    pub steps: Vec<Step>,
}

impl Script {
    /// `text` in pieces of one word, with usage, complete.
    #[must_use]
    pub fn says(text: &str) -> Self {
        let mut steps: Vec<_> = text
            .split_inclusive(' ')
            .map(|w| Step::Chunk(Chunk::Text(w.to_owned())))
            .collect();
        let output = u64::try_from(steps.len()).unwrap_or(u64::MAX);
        steps.push(Step::Chunk(Chunk::Usage(Usage {
            input: 10,
            output,
            ..Usage::default()
        })));
        steps.push(Step::Chunk(Chunk::Done(StopReason::EndTurn)));
        Self { refuse: None, steps }
    }

    /// Refuses the request.
    #[must_use]
    pub fn refuses(error: LlmError) -> Self {
        Self {
            refuse: Some(error),
            steps: Vec::new(),
        }
    }

    /// Accepts and plays `steps`.
    #[must_use]
    pub fn of(steps: impl IntoIterator<Item = Step>) -> Self {
        Self {
            refuse: None,
            steps: steps.into_iter().collect(),
        }
    }
}

#[derive(Debug)]
enum Next {
    Written(Script),
    Live(mpsc::Receiver<Step>),
}

#[derive(Debug, Default)]
struct Shared {
    queue: VecDeque<Next>,
    requests: Vec<ChatRequest>,
}

/// The model's side: give it to the gateway.
#[derive(Clone, Debug)]
pub struct Scripted {
    name: &'static str,
    shared: Arc<Mutex<Shared>>,
}

/// The test's side.
#[derive(Clone, Debug)]
pub struct ScriptControl(Arc<Mutex<Shared>>);

/// A script being played by hand. Dropping it ends the stream (a cut, unless it said `done`).
#[derive(Debug)]
pub struct LiveScript(mpsc::Sender<Step>);

fn locked(shared: &Mutex<Shared>) -> MutexGuard<'_, Shared> {
    shared.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Scripted {
    /// A model of the given route name (usually `scripted`) and its control.
    #[must_use]
    pub fn new(name: &'static str) -> (Self, ScriptControl) {
        let shared = Arc::<Mutex<Shared>>::default();
        (
            Self {
                name,
                shared: Arc::clone(&shared),
            },
            ScriptControl(shared),
        )
    }
}

impl ScriptControl {
    /// Queues the script of the next answer that has none yet.
    pub fn push(&self, script: Script) {
        locked(&self.0).queue.push_back(Next::Written(script));
    }

    /// Queues an answer to be played by hand.
    #[must_use]
    pub fn live(&self) -> LiveScript {
        let (sender, receiver) = mpsc::channel(LIVE_STEPS);
        locked(&self.0).queue.push_back(Next::Live(receiver));
        LiveScript(sender)
    }

    /// Every request so far, oldest first.
    #[must_use]
    pub fn requests(&self) -> Vec<ChatRequest> {
        locked(&self.0).requests.clone()
    }
}

impl LiveScript {
    /// Plays one step. False when the reader is gone.
    pub async fn play(&self, step: Step) -> bool {
        self.0.send(step).await.is_ok()
    }

    pub async fn text(&self, text: &str) -> bool {
        self.play(Step::Chunk(Chunk::Text(text.to_owned()))).await
    }

    pub async fn done(&self) -> bool {
        self.play(Step::Chunk(Chunk::Done(StopReason::EndTurn))).await
    }

    pub async fn fail(&self, error: LlmError) -> bool {
        self.play(Step::Fail(error)).await
    }

    /// Resolves when the reader dropped the stream.
    pub async fn dropped(&self) {
        self.0.closed().await;
    }
}

#[async_trait::async_trait]
impl ChatModel for Scripted {
    fn name(&self) -> &'static str {
        self.name
    }

    async fn stream(&self, request: &ChatRequest) -> Result<ChunkStream, LlmError> {
        let next = {
            let mut shared = locked(&self.shared);
            shared.requests.push(request.clone());
            shared.queue.pop_front()
        };
        let model = request.model.clone();
        match next {
            Some(Next::Live(steps)) => Ok(play(model, steps)),
            Some(Next::Written(Script {
                refuse: Some(error), ..
            })) => Err(error),
            Some(Next::Written(script)) => Ok(play(model, written(script))),
            None => Ok(play(model, written(Script::says(&default_answer(request))))),
        }
    }
}

/// The steps as a channel that holds them all.
fn written(script: Script) -> mpsc::Receiver<Step> {
    let (sender, receiver) = mpsc::channel(script.steps.len().max(1));
    for step in script.steps {
        // The channel has room for every step.
        let _ = sender.try_send(step);
    }
    receiver
}

fn play(model: String, mut steps: mpsc::Receiver<Step>) -> ChunkStream {
    Box::pin(async_stream::stream! {
        yield Ok(Chunk::Started { model });
        while let Some(step) = steps.recv().await {
            match step {
                Step::Chunk(chunk) => {
                    let done = matches!(chunk, Chunk::Done(_));
                    yield Ok(chunk);
                    if done {
                        return;
                    }
                }
                Step::Pause(pause) => tokio::time::sleep(pause).await,
                Step::Fail(error) => {
                    yield Err(error);
                    return;
                }
                Step::Hang => std::future::pending().await,
            }
        }
        yield Err(LlmError::Cut);
    })
}

/// The first sentence of the first source, cited; without sources an echo of the question.
fn default_answer(request: &ChatRequest) -> String {
    match request.sources.first() {
        Some(source) => {
            let text = source.text.split_whitespace().collect::<Vec<_>>().join(" ");
            let sentence = text
                .split_once(". ")
                .map_or(text.trim_end_matches('.'), |(first, _)| first);
            format!("{sentence} [S{}].", source.number)
        }
        None => {
            let asked = request.turns.iter().rev().find(|t| t.role == Role::User);
            format!("You asked: {}", asked.map_or("", |t| t.text.as_str()))
        }
    }
}
