//! The contract every answer model keeps, whatever its upstream does. An adapter enters by
//! implementing [`Subject`]; a fault its upstream cannot have is skipped by returning false.

use std::{sync::Arc, time::Duration};

use parlance::adapters::llm::{
    ChatModel, Chunk, LlmError, StopReason, Usage,
    anthropic::Anthropic,
    extractive::{self, Extractive},
    openai_compatible::OpenAiCompatible,
    scripted::{LiveScript, Script, ScriptControl, Scripted, Step},
};
use parlance_loadtest::upstream::{Behaviour, Ending, Fault, MockUpstream};
use secrecy::SecretString;

use super::{first_text, hear, question};

/// An adapter with an upstream that can be told to misbehave.
enum Subject {
    Mocked {
        model: Arc<dyn ChatModel>,
        mock: MockUpstream,
    },
    Scripted {
        model: Arc<dyn ChatModel>,
        control: ScriptControl,
        live: Option<LiveScript>,
    },
    /// No upstream: it cannot fail, and counts nothing because nothing is billed.
    Local { model: Arc<dyn ChatModel> },
}

const TEXT: &str = "Refunds are paid [S1]. ";

impl Subject {
    async fn all() -> Vec<Self> {
        let mock = MockUpstream::start(Behaviour::default()).await.unwrap();
        let anthropic = Anthropic::new(&mock.base_url(), SecretString::from("sk-test")).unwrap();
        let second = MockUpstream::start(Behaviour::default()).await.unwrap();
        let base = format!("{}/v1", second.base_url());
        let openai = OpenAiCompatible::new("openai", &base, Some(SecretString::from("sk-test"))).unwrap();
        let (scripted, control) = Scripted::new("scripted");
        vec![
            Self::Mocked {
                model: Arc::new(anthropic),
                mock,
            },
            Self::Mocked {
                model: Arc::new(openai),
                mock: second,
            },
            Self::Scripted {
                model: Arc::new(scripted),
                control,
                live: None,
            },
            Self::Local {
                model: Arc::new(Extractive::new(0)),
            },
        ]
    }

    fn model(&self) -> Arc<dyn ChatModel> {
        match self {
            Self::Mocked { model, .. } | Self::Scripted { model, .. } | Self::Local { model } => {
                Arc::clone(model)
            }
        }
    }

    /// Sets the next answer. False where the upstream has no such behaviour.
    fn next(&mut self, behaviour: Behaviour) -> bool {
        match self {
            Self::Mocked { mock, .. } => mock.queue([behaviour]),
            Self::Local { .. } => return matches!(behaviour.fault, Fault::None),
            Self::Scripted { control, live, .. } => {
                let text = || Step::Chunk(Chunk::Text(TEXT.into()));
                let script = match behaviour.fault {
                    Fault::None => {
                        let mut script = Script::says(TEXT);
                        script
                            .steps
                            .insert(0, Step::Chunk(Chunk::Usage(Usage::default())));
                        script
                    }
                    Fault::RateLimited { retry_after } => Script::refuses(LlmError::RateLimited {
                        retry_after: retry_after.map(Duration::from_secs),
                    }),
                    Fault::Status(529) => Script::refuses(LlmError::Overloaded { retry_after: None }),
                    Fault::Status(status @ 500..) => Script::refuses(LlmError::Server {
                        status,
                        detail: String::new(),
                    }),
                    Fault::Status(status) => Script::refuses(LlmError::Rejected {
                        status,
                        detail: String::new(),
                    }),
                    Fault::SpendLimit => Script::refuses(LlmError::SpendLimit),
                    Fault::Cut(_) => Script::of([text()]),
                    Fault::Stall(_) => {
                        *live = Some(control.live());
                        return true;
                    }
                    Fault::ErrorEvent { .. } => {
                        Script::of([text(), Step::Fail(LlmError::Overloaded { retry_after: None })])
                    }
                    Fault::Garbage(_) => {
                        Script::of([text(), Step::Fail(LlmError::Malformed("garbage".into()))])
                    }
                    Fault::Mute => return false,
                };
                control.push(script);
            }
        }
        true
    }

    fn is_local(&self) -> bool {
        matches!(self, Self::Local { .. })
    }

    /// The name under which the model takes a request for it.
    fn model_name(&self) -> &'static str {
        if self.is_local() {
            extractive::NAME
        } else {
            "claude-sonnet-5-5"
        }
    }

    /// Those that have an upstream, and so its faults.
    async fn with_upstream() -> Vec<Self> {
        Self::all()
            .await
            .into_iter()
            .filter(|subject| !subject.is_local())
            .collect()
    }

    async fn refusal(&mut self, fault: Fault) -> LlmError {
        assert!(self.next(Behaviour::faulty(fault)));
        self.model()
            .stream(&question("refused"))
            .await
            .err()
            .expect("the request is refused")
    }

    /// The error of a stream that was accepted and then failed, with the text before it.
    async fn failure(&mut self, fault: Fault) -> (String, LlmError) {
        assert!(self.next(Behaviour::faulty(fault)));
        let heard = hear(self.model().stream(&question("failing")).await.unwrap()).await;
        assert!(!heard.chunks.iter().any(|c| matches!(c, Chunk::Done(_))));
        (heard.text, heard.error.expect("the stream fails"))
    }
}

#[tokio::test]
async fn a_complete_answer_starts_speaks_counts_and_ends() {
    for mut subject in Subject::all().await {
        let shapes = [
            Behaviour::default(),
            Behaviour {
                split: true,
                ..Behaviour::default()
            },
            Behaviour {
                crlf: true,
                ..Behaviour::default()
            },
            Behaviour {
                crlf: true,
                split: true,
                thinking_tokens: 5,
                ..Behaviour::default()
            },
        ];
        let mut texts = Vec::new();
        for shape in shapes {
            assert!(subject.next(shape));
            let heard = hear(subject.model().stream(&question("whole")).await.unwrap()).await;
            assert!(heard.complete(), "{heard:?}");
            assert_eq!(heard.started(), [subject.model_name()]);
            assert!(matches!(heard.chunks.first(), Some(Chunk::Started { .. })));
            assert_eq!(heard.chunks.last(), Some(&Chunk::Done(StopReason::EndTurn)));
            assert!(heard.text.contains("[S1]"), "{}", heard.text);
            let usage = heard.usage.unwrap();
            assert_eq!(usage.input > 0 && usage.output > 0, !subject.is_local());
            texts.push(heard.text);
        }
        texts.dedup();
        assert_eq!(texts.len(), 1, "framing changes no text");
    }
}

#[tokio::test]
async fn a_call_for_a_person_comes_with_its_reason_behind_the_text() {
    for subject in Subject::all().await {
        let Subject::Mocked { model, mock } = &subject else {
            continue;
        };
        for (tokens, split) in [(5, false), (5, true), (0, false)] {
            mock.queue([Behaviour {
                tokens,
                split,
                hand_over: true,
                ..Behaviour::default()
            }]);
            let mut asked = question("calls");
            asked.hand_over = true;
            let heard = hear(model.stream(&asked).await.unwrap()).await;
            assert!(heard.complete(), "{heard:?}");
            assert_eq!(heard.text.is_empty(), tokens == 0);
            let last = |chunk: &&Chunk| !matches!(chunk, Chunk::Usage(_) | Chunk::Done(_));
            let called = Chunk::HandOver {
                reason: "wants a refund that only people give".to_owned(),
            };
            assert_eq!(heard.chunks.iter().rfind(last), Some(&called));
            assert!(heard.usage.unwrap().output > 0 || tokens == 0);
        }
        let given = |n: usize| mock.requests()[n].body.contains("\"hand_over\"");
        assert!(given(0));
        hear(model.stream(&question("without")).await.unwrap()).await;
        assert!(!given(3), "only where it may be called");
    }
}

#[tokio::test]
async fn what_is_counted_is_what_the_upstream_told() {
    for mut subject in Subject::all().await {
        let Subject::Mocked { model, mock } = &mut subject else {
            continue;
        };
        mock.queue([
            Behaviour {
                min_cacheable: 1,
                ..Behaviour::default()
            },
            Behaviour {
                min_cacheable: 1,
                ..Behaviour::default()
            },
        ]);
        for id in ["r-1", "r-2"] {
            let usage = hear(model.stream(&question(id)).await.unwrap())
                .await
                .usage
                .unwrap();
            let record = mock.requests().into_iter().find(|r| r.request_id == id).unwrap();
            let told = record.told;
            assert_eq!(
                (usage.input, usage.output, usage.cache_write_5m, usage.cache_read),
                (told.input, told.output, told.cache_write_5m, told.cache_read)
            );
            assert_eq!(record.ending, Ending::Complete);
        }
    }
}

#[tokio::test]
async fn refusals_keep_their_meaning() {
    for mut subject in Subject::with_upstream().await {
        let limited = subject.refusal(Fault::RateLimited { retry_after: Some(7) }).await;
        assert_eq!(
            limited,
            LlmError::RateLimited {
                retry_after: Some(Duration::from_secs(7))
            }
        );
        assert_eq!(subject.refusal(Fault::SpendLimit).await, LlmError::SpendLimit);
        assert_eq!(
            subject.refusal(Fault::Status(529)).await,
            LlmError::Overloaded { retry_after: None }
        );
        assert!(matches!(
            subject.refusal(Fault::Status(500)).await,
            LlmError::Server { status: 500, .. }
        ));
        for status in [400, 401, 403, 404, 413] {
            let error = subject.refusal(Fault::Status(status)).await;
            assert!(
                matches!(error, LlmError::Rejected { status: s, .. } if s == status),
                "{error:?}"
            );
        }
    }
}

#[tokio::test]
async fn a_cut_stream_is_cut_and_garbage_is_malformed() {
    for mut subject in Subject::with_upstream().await {
        let (text, error) = subject.failure(Fault::Cut(3)).await;
        assert_eq!(error, LlmError::Cut);
        assert!(!text.is_empty());
        let (_, error) = subject.failure(Fault::Garbage(3)).await;
        assert!(matches!(error, LlmError::Malformed(_)), "{error:?}");
        let (_, error) = subject
            .failure(Fault::ErrorEvent {
                after: 2,
                kind: "overloaded_error".into(),
            })
            .await;
        assert!(
            matches!(
                error,
                LlmError::Overloaded { .. } | LlmError::Server { status: 529, .. }
            ),
            "{error:?}"
        );
    }
}

#[tokio::test]
async fn dropping_the_stream_closes_the_upstream() {
    for mut subject in Subject::with_upstream().await {
        assert!(subject.next(Behaviour::faulty(Fault::Stall(2))));
        let mut stream = subject.model().stream(&question("leaving")).await.unwrap();
        match &subject {
            Subject::Mocked { mock, .. } => {
                first_text(&mut stream).await;
                assert_eq!(mock.requests().last().unwrap().ending, Ending::Running);
                drop(stream);
                let closed = mock.wait_for(|all| all.last().is_some_and(|r| r.ending == Ending::Closed));
                tokio::time::timeout(Duration::from_secs(5), closed)
                    .await
                    .expect("the mock sees the close");
            }
            Subject::Scripted { live, .. } => {
                let live = live.as_ref().unwrap();
                assert!(live.text("Refunds").await);
                first_text(&mut stream).await;
                drop(stream);
                tokio::time::timeout(Duration::from_secs(5), live.dropped())
                    .await
                    .expect("the script sees it");
            }
            Subject::Local { .. } => unreachable!("it has no upstream"),
        }
    }
}

#[tokio::test]
async fn a_local_model_stops_when_it_is_dropped_and_answers_again() {
    for subject in Subject::all().await.into_iter().filter(Subject::is_local) {
        let mut stream = subject.model().stream(&question("leaving")).await.unwrap();
        first_text(&mut stream).await;
        drop(stream);
        let heard = hear(subject.model().stream(&question("again")).await.unwrap()).await;
        assert!(heard.complete());
        assert_eq!(heard.text, "Refunds are paid within five working days [S1].");
    }
}

#[tokio::test]
async fn nobody_listening_is_said_without_the_address() {
    let nobody = {
        let mock = MockUpstream::start(Behaviour::default()).await.unwrap();
        mock.base_url()
    };
    let key = || SecretString::from("sk-test");
    let models: [Arc<dyn ChatModel>; 2] = [
        Arc::new(Anthropic::new(&nobody, key()).unwrap()),
        Arc::new(OpenAiCompatible::new("openai", &nobody, Some(key())).unwrap()),
    ];
    for model in models {
        let error = model.stream(&question("nobody")).await.err().unwrap();
        assert!(
            matches!(&error, LlmError::Connect(why) if !why.contains("127.0.0.1")),
            "{error:?}"
        );
    }
}
