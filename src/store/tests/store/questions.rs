//! Questions follow from what was written in conversations, are counted by cluster, and are never another
//! tenant's.

use chrono::TimeDelta;
use parlance_store::{
    StoreError, TenantDb,
    ids::{DocumentId, MessageId, QuestionClusterId},
    queries::{
        conversations::{self, ConversationStatus, StatusChange},
        documents::{self, NewDocument},
        ledger::{self, Marked},
        messages::{self, FeedbackValue, NewFeedback},
        questions::{
            self, Candidates, Cluster, GapFilter, GapReason, GapSort, GapState, Question, Range, ReportKind,
            Said,
        },
        quotas,
    },
};
use serde_json::json;

use crate::support::{Chat, at, chat, citation, database};

pub const MODEL: &str = "minilm";

/// The visitor asks at `now`, and the bot answers two seconds later. Returns the question and the answer.
pub async fn asks(chat: &Chat, text: &str, now: i64, abstained: bool) -> (MessageId, MessageId) {
    let mut said = chat.question(parlance_store::ids::ClientId::new(), text);
    said.at = at(now);
    let (question, reservation) = (said.id, said.reservation.as_ref().unwrap().id);
    chat.db
        .transaction(async |conn| messages::say(conn, said).await)
        .await
        .unwrap();
    let mut answer = chat.answer(question, reservation);
    answer.at = at(now + 2);
    answer.abstained = abstained;
    answer.grounding = (!abstained).then_some(0.3);
    if abstained {
        answer.citations.clear();
    }
    answer.event_body = json!({ "type": "message", "in_reply_to": question, "abstained": abstained });
    let id = answer.id;
    chat.db
        .transaction(async |conn| messages::finish_answer(conn, answer).await)
        .await
        .unwrap();
    (question, id)
}

pub async fn becomes(chat: &Chat, status: ConversationStatus, reason: &str, now: i64) {
    let change = StatusChange {
        conversation_id: chat.conversation,
        status,
        assignee: None,
        snoozed_until: None,
        event_body: json!({ "type": "status", "status": status, "reason": reason }),
        at: at(now),
    };
    chat.db
        .transaction(async |conn| conversations::set_status(conn, change).await)
        .await
        .unwrap();
}

pub async fn waiting(db: &TenantDb) -> Vec<Said> {
    db.read(async |conn| {
        let marks = questions::marks(conn, 100).await?;
        let chats: Vec<_> = marks.iter().map(|mark| mark.conversation_id).collect();
        questions::said(conn, &chats).await
    })
    .await
    .unwrap()
}

/// Keeps a question of a cluster of this vector, which is made where it is not there.
pub async fn keep(chat: &Chat, id: QuestionClusterId, question: MessageId, now: i64, reasons: &[GapReason]) {
    let cluster = Cluster {
        id,
        centroid: vec![1.0, 0.0],
        members: 1,
    };
    let kept = Question {
        message_id: question,
        conversation_id: chat.conversation,
        space_id: chat.space,
        cluster_id: id,
        asked_at: at(now),
        reasons: reasons.to_vec(),
        answer_id: Some(MessageId::new()),
        took_ms: Some(now),
    };
    chat.db
        .transaction(async |conn| {
            questions::hold(conn, chat.space).await?;
            questions::put_clusters(conn, chat.space, MODEL, &[cluster], at(now)).await?;
            questions::put(conn, &[kept]).await?;
            questions::put_vectors(conn, MODEL, &[(question, &[1.0, 0.0])]).await?;
            questions::settle(conn, &[id], Candidates::Placed(&[question])).await
        })
        .await
        .unwrap();
}

fn range(from: i64, to: i64) -> Range {
    Range {
        from: at(from),
        to: at(to),
    }
}

pub fn filter(chat: &Chat, state: Option<GapState>) -> GapFilter {
    GapFilter {
        space: chat.space,
        range: range(100, 200),
        state,
        sort: GapSort::Count,
        offset: 0,
        limit: 10,
    }
}

#[tokio::test]
async fn what_was_asked_is_read_with_what_became_of_it() {
    let test = database().await;
    let acme = chat(test.db(), "acme").await;
    let (first, answer) = asks(&acme, "How long is the warranty?", 10, false).await;
    let (second, _) = asks(&acme, "Do you repair boats?", 20, true).await;
    let waiting_for = test.db().control().tenants_with_question_marks().await.unwrap();
    assert_eq!(waiting_for, [acme.db.tenant_id()]);

    let said = waiting(&acme.db).await;
    let ids: Vec<_> = said.iter().map(|said| said.message_id).collect();
    assert_eq!(ids, [first, second]);
    assert_eq!((said[0].answer_id, said[0].grounding), (Some(answer), Some(0.3)));
    assert_eq!(said[0].answered_at, Some(at(12)));
    assert_eq!((said[0].abstained, said[1].abstained), (false, true));
    assert_eq!((said[0].thumbs_down, said[0].handed_over), (false, None));

    // All that is followed leaves a mark; what an agent just takes is no gap.
    let marks = |db: TenantDb| async move {
        let marks = db.transaction(async |conn| {
            let marks = questions::marks(conn, 100).await?;
            let ids: Vec<i64> = marks.iter().map(|mark| mark.id).collect();
            questions::unmark(conn, &ids).await?;
            Ok::<_, StoreError>(ids.len())
        });
        marks.await.unwrap()
    };
    assert_eq!(marks(acme.db.clone()).await, 2);
    let down = NewFeedback {
        message_id: answer,
        visitor_id: acme.visitor,
        value: FeedbackValue::Down,
        comment: None,
        at: at(30),
    };
    acme.db
        .transaction(async |conn| messages::feedback(conn, down).await)
        .await
        .unwrap();
    assert!(waiting(&acme.db).await[0].thumbs_down);
    becomes(&acme, ConversationStatus::Human, "agent", 40).await;
    assert_eq!(waiting(&acme.db).await[1].handed_over, None);
    becomes(&acme, ConversationStatus::Waiting, "model", 50).await;
    assert!(
        waiting(&acme.db)
            .await
            .iter()
            .all(|said| said.handed_over == Some(6))
    );
    assert_eq!(marks(acme.db.clone()).await, 3);
    assert_eq!(marks(acme.db.clone()).await, 0);
}

#[tokio::test]
async fn gaps_are_counted_in_a_range_and_against_the_one_before() {
    let test = database().await;
    let acme = chat(test.db(), "acme").await;
    let (warranty, boats) = (QuestionClusterId::new(), QuestionClusterId::new());
    for (cluster, now, reasons) in [
        (warranty, 50, &[GapReason::Abstained][..]),
        (warranty, 110, &[GapReason::Abstained, GapReason::HandedOver]),
        (warranty, 190, &[]),
        (boats, 120, &[GapReason::ThumbsDown]),
        (boats, 199, &[GapReason::LowGrounding]),
        (boats, 200, &[GapReason::LowGrounding]),
    ] {
        let text = format!("asked at {now}");
        let (question, _) = asks(&acme, &text, now, false).await;
        keep(&acme, cluster, question, now, reasons).await;
    }
    let found = acme
        .db
        .read(async |conn| questions::gaps(conn, &filter(&acme, None)).await)
        .await
        .unwrap();
    let counts: Vec<_> = found
        .iter()
        .map(|gap| (gap.id, gap.asked, gap.questions, gap.before))
        .collect();
    assert_eq!(counts, [(boats, 2, 2, 0), (warranty, 2, 1, 1)]);
    assert_eq!(
        (found[1].abstained, found[1].handed_over, found[1].thumbs_down),
        (1, 1, 0)
    );
    assert_eq!(found[1].last_asked, Some(at(110)));
    assert!(found[0].question.starts_with("asked at"), "{}", found[0].question);

    let read = acme.db.read(async |conn| {
        let slots = questions::slots(conn, &[boats], range(100, 200), 10).await?;
        let page = questions::page(conn, boats, None, 2).await?;
        let last = page.last().map(|asked| (asked.asked_at, asked.message_id));
        let rest = questions::page(conn, boats, last, 2).await?;
        let totals = questions::totals(conn, Some(acme.space), range(100, 200)).await?;
        let kind = ReportKind::Unanswered;
        let asked = questions::clusters_asked(conn, None, range(100, 200), kind, 10).await?;
        let slow = questions::slowest(conn, None, range(100, 200), 1).await?;
        Ok::<_, StoreError>((slots, page, rest, totals, asked, slow))
    });
    let (slots, page, rest, totals, asked, slow) = read.await.unwrap();
    let slots: Vec<_> = slots.iter().map(|slot| (slot.slot, slot.questions)).collect();
    assert_eq!(slots, [(3, 1), (10, 1)]);
    let texts: Vec<_> = page
        .iter()
        .chain(&rest)
        .map(|asked| asked.text.as_str())
        .collect();
    assert_eq!(texts, ["asked at 200", "asked at 199", "asked at 120"]);
    assert_eq!(
        (totals.questions, totals.unanswered, totals.p50_ms),
        (4, 3, Some(155.0))
    );
    assert_eq!(
        (asked[0].id, asked[0].unanswered, asked[1].questions),
        (boats, 2, 2)
    );
    assert_eq!((slow.len(), slow[0].took_ms), (1, 199));
}

#[tokio::test]
async fn an_answered_gap_opens_again_once_its_document_is_read_and_nothing_is_found() {
    let test = database().await;
    let acme = chat(test.db(), "acme").await;
    let gap = QuestionClusterId::new();
    let (question, _) = asks(&acme, "Do you repair boats?", 10, true).await;
    keep(&acme, gap, question, 10, &[GapReason::Abstained]).await;
    let document = acme
        .db
        .transaction(async |conn| {
            let new = NewDocument {
                id: DocumentId::new(),
                space_id: acme.space,
                name: "boats.md",
                source_url: None,
                content_hash: &[1; 32],
                content: b"# Boats",
                at: at(20),
            };
            let (document, _) = documents::put(conn, new).await?;
            questions::answered(conn, acme.space, gap, document, "Ada", at(20)).await?;
            Ok::<_, StoreError>(document)
        })
        .await
        .unwrap();
    let state = async || {
        let read = acme
            .db
            .read(async |conn| questions::gap(conn, acme.space, gap, range(0, 100)).await);
        let gap = read.await.unwrap();
        (gap.state, gap.document_id)
    };
    // The document is being read.
    let (early, _) = asks(&acme, "Boat repairs?", 30, true).await;
    keep(&acme, gap, early, 30, &[GapReason::Abstained]).await;
    assert_eq!(state().await, (GapState::Answered, Some(document)));
    let ready = documents::DocumentStatus::Ready;
    acme.db
        .transaction(async |conn| documents::set_status(conn, document, ready, None, at(40)).await)
        .await
        .unwrap();
    keep(&acme, gap, early, 30, &[GapReason::Abstained]).await;
    assert_eq!(state().await.0, GapState::Answered, "it was asked before");
    let (late, _) = asks(&acme, "Can a boat be repaired?", 50, true).await;
    keep(&acme, gap, late, 50, &[GapReason::ThumbsDown]).await;
    assert_eq!(state().await.0, GapState::Answered, "something was found");
    keep(&acme, gap, late, 50, &[GapReason::Abstained]).await;
    assert_eq!(state().await, (GapState::Open, Some(document)));
}

#[tokio::test]
async fn agents_replies_and_cited_documents_are_read() {
    let test = database().await;
    let acme = chat(test.db(), "acme").await;
    let gap = QuestionClusterId::new();
    let (question, answer) = asks(&acme, "Do you repair boats?", 10, false).await;
    keep(&acme, gap, question, 10, &[GapReason::LowGrounding]).await;
    let linked = Question {
        message_id: question,
        conversation_id: acme.conversation,
        space_id: acme.space,
        cluster_id: gap,
        asked_at: at(10),
        reasons: Vec::new(),
        answer_id: Some(answer),
        took_ms: None,
    };
    let read = acme.db.transaction(async |conn| {
        questions::put(conn, &[linked]).await?;
        let cited = questions::cited(conn, None, range(0, 100), 10).await?;
        let never = questions::never_cited(conn, Some(acme.space), range(0, 100), 10).await?;
        Ok::<_, StoreError>((cited, never, questions::replies(conn, gap, 8).await?))
    });
    let (cited, never, replies) = read.await.unwrap();
    assert_eq!(cited.len(), 2);
    assert_eq!(
        (cited[0].title.as_str(), cited[0].answers),
        (citation(1).title.as_str(), 1)
    );
    assert!(never.is_empty() && replies.is_empty());
}

#[tokio::test]
async fn a_cluster_without_questions_is_swept_and_a_question_moves() {
    let test = database().await;
    let acme = chat(test.db(), "acme").await;
    let (one, two) = (QuestionClusterId::new(), QuestionClusterId::new());
    let (question, _) = asks(&acme, "Do you repair boats?", 10, true).await;
    keep(&acme, one, question, 10, &[]).await;
    let cluster = Cluster {
        id: two,
        centroid: vec![0.0, 1.0],
        members: 0,
    };
    let left = acme.db.transaction(async |conn| {
        questions::put_clusters(conn, acme.space, MODEL, std::slice::from_ref(&cluster), at(1)).await?;
        questions::shift(conn, &[(question, two)]).await?;
        questions::sweep(conn, acme.space).await?;
        assert_eq!(
            questions::of_other_models(conn, acme.space, "another", 9)
                .await?
                .len(),
            1
        );
        let placed = questions::placed(conn, acme.space, MODEL, 9).await?;
        assert_eq!(
            (placed[0].cluster_id, placed[0].vector.as_slice()),
            (two, &[1.0, 0.0][..])
        );
        questions::clusters(conn, acme.space, MODEL, 9).await
    });
    assert_eq!(left.await.unwrap(), [cluster]);
}

#[tokio::test]
async fn questions_are_never_another_tenants() {
    let test = database().await;
    let acme = chat(test.db(), "acme").await;
    let globex = chat(test.db(), "globex").await;
    let gap = QuestionClusterId::new();
    let (question, _) = asks(&acme, "Do you repair boats?", 10, true).await;
    keep(&acme, gap, question, 10, &[GapReason::Abstained]).await;
    let theirs = Question {
        message_id: question,
        conversation_id: acme.conversation,
        space_id: acme.space,
        cluster_id: gap,
        asked_at: at(10),
        reasons: Vec::new(),
        answer_id: None,
        took_ms: None,
    };
    let all = range(0, 1_000);
    let tried = globex.db.transaction(async |conn| {
        assert!(questions::marks(conn, 9).await?.is_empty());
        assert!(questions::said(conn, &[acme.conversation]).await?.is_empty());
        assert!(questions::clusters(conn, acme.space, MODEL, 9).await?.is_empty());
        questions::put(conn, &[theirs]).await?;
        questions::put_vectors(conn, "another", &[(question, &[0.0])]).await?;
        questions::settle(conn, &[gap], Candidates::All).await?;
        questions::shift(conn, &[(question, gap)]).await?;
        questions::sweep(conn, acme.space).await?;
        assert!(questions::placed(conn, acme.space, MODEL, 9).await?.is_empty());
        assert!(
            questions::of_other_models(conn, acme.space, "another", 9)
                .await?
                .is_empty()
        );
        assert!(questions::gaps(conn, &filter(&acme, None)).await?.is_empty());
        assert!(questions::slots(conn, &[gap], all, 9).await?.is_empty());
        assert!(questions::page(conn, gap, None, 9).await?.is_empty());
        assert!(questions::replies(conn, gap, 9).await?.is_empty());
        assert!(!questions::is_anothers(conn, acme.space, gap, "boats.md").await?);
        assert_eq!(questions::totals(conn, Some(acme.space), all).await?.questions, 0);
        let kind = ReportKind::Popular;
        assert!(
            questions::clusters_asked(conn, None, all, kind, 9)
                .await?
                .is_empty()
        );
        assert!(questions::cited(conn, None, all, 9).await?.is_empty());
        assert!(questions::never_cited(conn, None, all, 9).await?.is_empty());
        assert!(questions::slowest(conn, None, all, 9).await?.is_empty());
        assert!(matches!(
            questions::gap(conn, acme.space, gap, all).await,
            Err(StoreError::NotFound)
        ));
        let dismissed = questions::decide(conn, acme.space, gap, GapState::Dismissed, "Eve", at(1)).await;
        assert!(matches!(dismissed, Err(StoreError::NotFound)));
        questions::unmark(conn, &[1, 2, 3]).await
    });
    tried.await.unwrap();
    let kept = acme.db.read(async |conn| {
        let marks = questions::marks(conn, 9).await?.len();
        Ok::<_, StoreError>((marks, questions::gap(conn, acme.space, gap, all).await?))
    });
    let (marks, kept) = kept.await.unwrap();
    assert_eq!((marks, kept.state, kept.abstained), (1, GapState::Open, 1));
    assert_eq!(all.before(), at(0) - TimeDelta::seconds(1_000));
    let cluster = Cluster {
        id: QuestionClusterId::new(),
        centroid: vec![1.0],
        members: 1,
    };
    let foreign = globex
        .db
        .transaction(async |conn| questions::put_clusters(conn, acme.space, MODEL, &[cluster], at(1)).await);
    assert!(foreign.await.is_err(), "the space is another's");
}

#[tokio::test]
async fn what_a_limit_refused_is_asked_and_not_answered() {
    let test = database().await;
    let acme = chat(test.db(), "acme").await;
    let broke = acme
        .db
        .transaction(async |conn| quotas::set_budget(conn, Some(0)).await);
    let broke: Result<Option<i64>, StoreError> = broke.await;
    broke.unwrap();
    let (question, reservation) = acme.says("Do you repair boats?").await;
    let marked = acme
        .db
        .note(async |conn| ledger::mark_sent(conn, reservation, 1, 1, at(110)).await);
    assert!(matches!(marked.await.unwrap(), Marked::Refused(_)));
    let mut answer = acme.answer(question, reservation);
    answer.settlement = None;
    answer.event_body = json!({ "type": "message", "in_reply_to": question });
    acme.db
        .transaction(async |conn| messages::finish_answer(conn, answer).await)
        .await
        .unwrap();
    let said = &waiting(&acme.db).await[0];
    assert_eq!(
        (said.refused, said.answer_id, said.answered_at),
        (true, None, None)
    );

    let cluster = QuestionClusterId::new();
    keep(&acme, cluster, question, 110, &[]).await;
    let figures = async || {
        let read = acme
            .db
            .read(async |conn| questions::totals(conn, None, range(100, 200)).await);
        let totals = read.await.unwrap();
        (totals.questions, totals.unanswered)
    };
    assert_eq!(figures().await, (1, 0), "as it would be with an answer");
    let kept = Question {
        message_id: question,
        conversation_id: acme.conversation,
        space_id: acme.space,
        cluster_id: cluster,
        asked_at: at(110),
        reasons: Vec::new(),
        answer_id: said.answer_id,
        took_ms: None,
    };
    acme.db
        .transaction(async |conn| questions::put(conn, &[kept]).await)
        .await
        .unwrap();
    assert_eq!(figures().await, (1, 1));
    let unanswered = acme.db.read(async |conn| {
        questions::clusters_asked(conn, None, range(100, 200), ReportKind::Unanswered, 9).await
    });
    assert_eq!(unanswered.await.unwrap()[0].unanswered, 1);
    let gaps = acme
        .db
        .read(async |conn| questions::gaps(conn, &filter(&acme, None)).await);
    assert!(gaps.await.unwrap().is_empty(), "it says nothing of what is known");
}
