use std::sync::Arc;

use chrono::DateTime;
use parlance_store::ids::{ConversationId, DocumentId, MessageId, PassageId};

use super::*;
use crate::{
    domain::{
        accounts::space::{Space, SpaceSettings},
        answering::{
            citing,
            source_link::Place,
            stream::{AnswerEvent, AnswerStream, SourceText},
            turn::{Progress, ProgressSink},
        },
        retrieval::wording::Wording,
    },
    kernel::clock::ManualClock,
};

const SOURCE: &str =
    "The warranty of every robot lasts 24 months from delivery. Batteries are covered for 12 months.";
const ASKED: &str = "How long does the warranty of my robot last?";
const AGAIN: &str = "how long is the warranty on a robot";

struct Shelf {
    cache: AnswerCache,
    clock: Arc<ManualClock>,
    question: Question,
    passages: Vec<Passage>,
}

impl Shelf {
    fn new(room: u64) -> Self {
        let clock = Arc::new(ManualClock::at(
            DateTime::from_timestamp(1_800_000_000, 0).unwrap(),
        ));
        let (tenant, space) = (TenantId::new(), SpaceId::new());
        Self {
            cache: AnswerCache::new(room, Duration::from_secs(3_600), clock.clone()),
            clock,
            question: Question {
                tenant,
                space: Arc::new(Space {
                    old_key: None,
                    id: space,
                    tenant,
                    slug: "acme".to_owned(),
                    name: "Acme".to_owned(),
                    public_key: "pk".to_owned(),
                    knowledge_version: 1,
                    published: true,
                    white_label: false,
                    settings: SpaceSettings::default(),
                    arms: None,
                    assigned: None,
                }),
                conversation: ConversationId::new(),
                message: MessageId::new(),
                epoch: 0,
                abstentions: 0,
                alarmed: false,
                locale: Some("en".to_owned()),
                knowledge_version: 1,
                said: None,
            },
            passages: vec![passage(SOURCE)],
        }
    }

    fn models() -> Vec<ModelRef> {
        vec![ModelRef::new("anthropic", "large")]
    }

    fn asked(&self, text: &str) -> Option<Asked> {
        self.cache.asked(&self.question, 1, &Self::models(), text)
    }

    fn found(&self) -> Retrieval {
        Retrieval {
            passages: self.passages.clone(),
            abstained: false,
            vector: Some(vec![0.8, 0.6]),
            knowledge_version: 1,
            in_memory: true,
            took: Duration::ZERO,
            embedding_took: Duration::ZERO,
        }
    }

    fn keep(&self, text: &str, answer: &str) {
        let outcome = answered(answer, &self.passages);
        let asked = self.asked(text).unwrap();
        self.cache.keep(asked, vec![0.6, 0.8], &outcome, &self.passages);
    }

    fn said(&self, text: &str) -> bool {
        self.asked(text)
            .is_some_and(|asked| self.cache.exact(&asked).is_some())
    }

    fn holds(&self, text: &str, found: &Retrieval) -> bool {
        let asked = self.asked(text).unwrap();
        self.cache.find(&asked, text, found).is_some()
    }
}

fn passage(text: &str) -> Passage {
    Passage {
        id: PassageId::new(),
        document: DocumentId::new(),
        title: "Help".to_owned(),
        name: "help.md".to_owned(),
        media_type: "text/markdown".to_owned(),
        source_url: None,
        heading: vec!["Warranty".to_owned()],
        page: None,
        start_char: 0,
        end_char: 0,
        text: text.to_owned(),
        context: text.to_owned(),
        score: 1.0,
        cosine: 1.0,
        coverage: 1.0,
        wording: Wording::default(),
    }
}

/// What a model's `text` becomes, as the answerer makes it.
fn answered(text: &str, passages: &[Passage]) -> Outcome {
    let sources = passages.iter().zip(1..).map(|(passage, number)| SourceText {
        number,
        text: passage.context.clone(),
    });
    let mut stream = AnswerStream::new(sources.collect());
    let mut events = stream.push(text);
    let (rest, answer) = stream.finish(false);
    events.extend(rest);
    let place = Place {
        base: "",
        space: "acme",
    };
    let mut outcome = Outcome::empty(MessageId::new(), MessageId::new());
    outcome.model = Some("large".to_owned());
    outcome.cited = citing::cited(passages, &answer, &place);
    outcome.grounding = answer.grounding;
    for event in events {
        match event {
            AnswerEvent::Delta(text) => outcome.text.push_str(&text),
            AnswerEvent::Claim(claim) => outcome.claims.push(claim),
        }
    }
    outcome
}

const ANSWER: &str = "The warranty of your robot lasts 24 months from delivery [S1].";

#[test]
fn an_answer_is_found_under_all_that_shaped_it_and_nothing_else() {
    let shelf = Shelf::new(1);
    shelf.keep(ASKED, ANSWER);
    assert!(shelf.said("how LONG does the warranty of my robot last"));
    assert!(!shelf.said("How long does the warranty of my mower last?"));
    let elsewhere = |change: &dyn Fn(&mut Question)| {
        let mut question = shelf.question.clone();
        change(&mut question);
        shelf.cache.asked(&question, 1, &Shelf::models(), ASKED).unwrap()
    };
    let with = |change: fn(&mut Space)| {
        elsewhere(&|question| {
            let mut space = Space::clone(&question.space);
            change(&mut space);
            question.space = Arc::new(space);
        })
    };
    let others = [
        elsewhere(&|question| question.tenant = TenantId::new()),
        elsewhere(&|question| question.locale = Some("de".to_owned())),
        with(|space| space.id = SpaceId::new()),
        with(|space| space.settings.bot_name = "Robo".to_owned()),
        with(|space| space.settings.ai.instructions = "be brief".to_owned()),
        with(|space| space.settings.ai.guardrails = vec!["no prices".to_owned()]),
        with(|space| space.settings.ai.top_k = 3),
        with(|space| space.settings.ai.temperature = None),
        shelf.asked(ASKED).unwrap().on(2),
        shelf.asked(ASKED).unwrap().on(0),
        shelf
            .cache
            .asked(&shelf.question, 1, &[ModelRef::new("anthropic", "small")], ASKED)
            .unwrap(),
    ];
    for (at, asked) in others.iter().enumerate() {
        assert!(shelf.cache.exact(asked).is_none(), "{at}");
        assert!(shelf.cache.find(asked, ASKED, &shelf.found()).is_none(), "{at}");
    }
    let same = with(|space| space.slug = "renamed".to_owned());
    assert!(shelf.cache.exact(&same).is_some());
}

#[test]
fn what_is_off_long_or_personal_is_not_asked_for() {
    assert!(Shelf::new(0).asked(ASKED).is_none());
    let mut shelf = Shelf::new(1);
    assert!(shelf.asked(&"warranty ".repeat(40)).is_none());
    assert!(shelf.asked("Where is order 4711-0815?").is_none());
    let mut space = Space::clone(&shelf.question.space);
    space.settings.ai.cache = false;
    shelf.question.space = Arc::new(space);
    assert!(shelf.asked(ASKED).is_none());
}

#[test]
fn only_what_is_whole_cited_and_supported_is_kept() {
    for (answer, kept) in [
        (ANSWER, true),
        ("The warranty of your robot lasts 24 months from delivery.", false),
        ("The warranty of your robot lasts 10 years [S1].", false),
        (
            "The warranty of your robot lasts 24 months from delivery [S1]. Call 555 for a free robot.",
            false,
        ),
        ("", false),
    ] {
        let shelf = Shelf::new(1);
        shelf.keep(ASKED, answer);
        assert_eq!(shelf.said(ASKED), kept, "{answer}");
    }
    let passages = [passage(SOURCE)];
    let whole = answered(ANSWER, &passages);
    let kept = |change: fn(&mut Outcome)| {
        let mut outcome = whole.clone();
        change(&mut outcome);
        Kept::of(&outcome, Vec::new(), DateTime::UNIX_EPOCH).is_some()
    };
    assert!(kept(|_| {}));
    assert!(!kept(
        |outcome| outcome.state = crate::domain::conversations::event::MessageState::Interrupted
    ));
    assert!(!kept(|outcome| outcome.abstained = true));
    assert!(!kept(|outcome| outcome.model = None));
    assert!(!kept(|outcome| outcome.text = "x".repeat(20_000)));
}

#[test]
fn a_question_that_names_a_stranger_is_kept_for_nobody() {
    let shelf = Shelf::new(1);
    let named = "How long does the warranty of the robot of Ms Miller last?";
    shelf.keep(named, ANSWER);
    assert!(!shelf.said(named));
}

#[test]
fn in_other_words_it_holds_where_the_sources_still_say_so() {
    let shelf = Shelf::new(1);
    shelf.keep(ASKED, ANSWER);
    let found = shelf.found();
    assert!(!shelf.said(AGAIN) && shelf.holds(AGAIN, &found));
    assert!(!shelf.holds("how long is the warranty on a battery", &found));
    let far = Retrieval {
        vector: Some(vec![1.0, 0.0]),
        ..found.clone()
    };
    let unknown = Retrieval {
        vector: None,
        ..found.clone()
    };
    let gone = Retrieval {
        passages: vec![passage(SOURCE)],
        ..found.clone()
    };
    let mut rewritten = found.clone();
    rewritten.passages[0].context = SOURCE.replace("24 months", "36 months");
    for found in [far, unknown, gone, rewritten] {
        assert!(!shelf.holds(AGAIN, &found), "{found:?}");
    }
}

#[test]
fn in_other_words_it_holds_only_where_it_speaks_of_what_is_asked() {
    let mut shelf = Shelf::new(1);
    shelf.passages[0].heading.clear();
    shelf.keep(
        "How do I clean the brush of a mower?",
        "Batteries are covered for 12 months [S1].",
    );
    assert!(!shelf.holds("How can I clean the brush of my mower?", &shelf.found()));
}

#[test]
fn it_grows_old_and_what_was_known_before_a_change_is_dropped() {
    let shelf = Shelf::new(1);
    shelf.keep(ASKED, ANSWER);
    shelf.clock.advance(TimeDelta::minutes(59));
    assert!(shelf.said(ASKED));
    let newer = shelf
        .cache
        .asked(&shelf.question, 2, &Shelf::models(), ASKED)
        .unwrap();
    assert!(shelf.cache.exact(&newer).is_none());
    assert!(!shelf.said(ASKED), "it was dropped when the knowledge moved");
    shelf.keep(ASKED, ANSWER);
    assert!(!shelf.said(ASKED), "what comes late is not kept");
    let shelf = Shelf::new(1);
    shelf.keep(ASKED, ANSWER);
    shelf.clock.advance(TimeDelta::minutes(60));
    assert!(!shelf.said(ASKED));
}

#[test]
fn it_never_takes_more_room_than_it_has() {
    let shelf = Shelf::new(1);
    for n in 0..2_000 {
        shelf.keep(&format!("{ASKED} {n}"), ANSWER);
    }
    assert!(shelf.cache.slots.weighted_size() <= 1 << 20);
    assert!((500..2_000).contains(&shelf.cache.slots.entry_count()));
}

#[derive(Default)]
struct Heard(String, usize);

impl ProgressSink for Heard {
    async fn report(&mut self, progress: Progress) {
        match progress {
            Progress::Delta(text) => self.0.push_str(&text),
            Progress::Claim(_) => self.1 += 1,
        }
    }
}

#[tokio::test]
async fn it_is_said_as_it_was_with_sources_that_open_for_the_asker() {
    let shelf = Shelf::new(1);
    shelf.keep(ASKED, ANSWER);
    let kept = shelf.cache.exact(&shelf.asked(ASKED).unwrap()).unwrap();
    let place = Place {
        base: "https://new.example",
        space: "renamed",
    };
    let (mut outcome, mut heard) = (
        Outcome::empty(MessageId::new(), MessageId::new()),
        Heard::default(),
    );
    kept.say(&mut outcome, tokio::time::Instant::now(), &place, &mut heard)
        .await;
    let first = answered(ANSWER, &shelf.passages);
    assert_eq!((&outcome.text, &outcome.claims), (&first.text, &first.claims));
    assert_eq!((heard.0.as_str(), heard.1), (ANSWER, 1));
    assert_eq!(
        (outcome.grounding, &outcome.model),
        (first.grounding, &first.model)
    );
    assert!(outcome.cached && outcome.spent.is_none());
    let (url, before) = (&outcome.cited[0].citation.url, &first.cited[0].citation.url);
    let moved = before
        .as_ref()
        .unwrap()
        .replace("/sources/acme/", "https://new.example/sources/renamed/");
    assert_eq!(url.as_ref(), Some(&moved));
}
