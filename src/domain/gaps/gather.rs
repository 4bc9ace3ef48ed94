//! From what visitors said to questions in clusters. [`questions`] decides what is a question and why it is a
//! gap; [`follow`] looks at the conversations that have marks. All of it may be done twice: what follows from
//! a conversation is written over what did before, and a mark goes when that is committed.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use chrono::{DateTime, Utc};
use parlance_store::{
    StoreError, TenantDb,
    ids::{ConversationId, MessageId, QuestionClusterId, SpaceId},
    queries::questions::{self, Candidates, GapReason, Question, Said},
};
use tracing::warn;

use super::{
    CLUSTERS_MOST,
    cluster::{Cluster, Clusters, NEAR},
};
use crate::{
    adapters::embed::{Purpose, vector_model},
    domain::{
        answering::abstain::{asks_for_human, small_talk},
        knowledge::ingest::{Ingest, IngestError},
        retrieval::MAX_QUESTION_CHARS,
    },
    kernel::vector::normalised,
};

/// Support by its sources below which an answer is a gap: the line at which grounding is decided.
pub const LOW_GROUNDING: f32 = 0.5;
/// Marks that are looked at in one go, at most.
pub const AT_ONCE: i32 = 100;
/// Letters or digits of a question at least: `yes` and `no` answer one. A Chinese character or a Korean syllable
/// says as much as two.
const LETTERS_LEAST: usize = 4;
/// What answers a question and is as long as one.
const REPLIES: [&str; 16] = [
    "是的",
    "好的",
    "不是",
    "没有",
    "可以",
    "不用",
    "不要",
    "对的",
    "好吧",
    "是啊",
    "没有了",
    "아니요",
    "아니오",
    "네네",
    "그래요",
    "맞아요",
];

/// A question among what was said, and why it is a gap.
#[derive(Clone, Debug, PartialEq)]
pub struct Found<'a> {
    pub said: &'a Said,
    pub reasons: Vec<GapReason>,
}

/// The questions among what was said: what the bot answered, and what was said last before a person was asked
/// for. Greetings, thanks, and asking for a person are none.
#[must_use]
pub fn questions(said: &[Said]) -> Vec<Found<'_>> {
    let mut found: Vec<Found<'_>> = Vec::new();
    let mut last_before: HashMap<(ConversationId, i64), usize> = HashMap::new();
    for said in said.iter().filter(|said| is_question(&said.text)) {
        if said.refused {
            // It says nothing of what is known: neither it nor what was asked before is why a person came.
            if let Some(handed_over) = said.handed_over {
                last_before.remove(&(said.conversation_id, handed_over));
            }
            found.push(Found {
                said,
                reasons: Vec::new(),
            });
            continue;
        }
        if said.answer_id.is_none() && said.handed_over.is_none() {
            continue;
        }
        let mut reasons = Vec::new();
        if said.abstained {
            reasons.push(GapReason::Abstained);
        }
        if said.grounding.is_some_and(|support| support < LOW_GROUNDING) {
            reasons.push(GapReason::LowGrounding);
        }
        if said.thumbs_down {
            reasons.push(GapReason::ThumbsDown);
        }
        if let Some(handed_over) = said.handed_over {
            last_before.insert((said.conversation_id, handed_over), found.len());
        }
        found.push(Found { said, reasons });
    }
    for at in last_before.into_values() {
        if let Some(question) = found.get_mut(at) {
            question.reasons.push(GapReason::HandedOver);
        }
    }
    // Without an answer it is a question only where a limit refused it, or a person was asked for because of it.
    found.retain(|question| {
        question.said.answer_id.is_some() || question.said.refused || !question.reasons.is_empty()
    });
    found
}

fn is_question(text: &str) -> bool {
    let said: String = text.chars().filter(|c| c.is_alphanumeric()).collect();
    let letters: usize = said.chars().take(LETTERS_LEAST).map(letters).sum();
    letters >= LETTERS_LEAST
        && !REPLIES.contains(&said.as_str())
        && small_talk(text, None).is_none()
        && !asks_for_human(text)
}

/// As how many letters of an alphabet a character counts.
fn letters(c: char) -> usize {
    match c {
        '\u{3400}'..='\u{9fff}'
        | '\u{ac00}'..='\u{d7a3}'
        | '\u{f900}'..='\u{faff}'
        | '\u{20000}'..='\u{3ffff}' => 2,
        _ => 1,
    }
}

/// Looks at conversations of `at_once` marks, and returns in which spaces something new was asked, and whether
/// more marks may wait.
///
/// # Errors
/// [`IngestError`] where the embedder or the database fails for now: the marks stay.
pub async fn follow(
    db: &TenantDb,
    ingest: &Ingest,
    at_once: i32,
) -> Result<(BTreeSet<SpaceId>, bool), IngestError> {
    let (marks, said) = db
        .read(async |conn| {
            let marks = questions::marks(conn, at_once).await?;
            let chats: BTreeSet<ConversationId> = marks.iter().map(|mark| mark.conversation_id).collect();
            let chats: Vec<ConversationId> = chats.into_iter().collect();
            let said = questions::said(conn, &chats).await?;
            Ok::<_, StoreError>((marks, said))
        })
        .await?;
    let more = i32::try_from(marks.len()).is_ok_and(|marks| marks == at_once);
    let marks: Vec<i64> = marks.into_iter().map(|mark| mark.id).collect();
    if marks.is_empty() {
        return Ok((BTreeSet::new(), false));
    }
    let found = questions(&said);
    let vectors = vectors(db, ingest, &found).await?;
    let mut by_space: BTreeMap<SpaceId, Vec<&Found<'_>>> = BTreeMap::new();
    for question in &found {
        by_space.entry(question.said.space_id).or_default().push(question);
    }
    let (model, at) = (vector_model(&*ingest.embedder), ingest.clock.now());
    let new = db
        .transaction(async |conn| {
            let mut new = BTreeSet::new();
            for (space, found) in &by_space {
                questions::hold(conn, *space).await?;
                if place(conn, *space, &model, found, &vectors, at).await? {
                    new.insert(*space);
                }
            }
            questions::unmark(conn, &marks).await?;
            Ok::<_, StoreError>(new)
        })
        .await?;
    Ok((new, more))
}

/// The vectors of those that are in no cluster; one that the embedder will never take has none. They wait behind
/// what visitors ask now, as passages do.
async fn vectors(
    db: &TenantDb,
    ingest: &Ingest,
    found: &[Found<'_>],
) -> Result<HashMap<MessageId, Vec<f32>>, IngestError> {
    let mut new: BTreeMap<SpaceId, Vec<(MessageId, String)>> = BTreeMap::new();
    for Found { said, .. } in found.iter().filter(|found| found.said.cluster_id.is_none()) {
        let text = said.text.trim().chars().take(MAX_QUESTION_CHARS).collect();
        new.entry(said.space_id)
            .or_default()
            .push((said.message_id, text));
    }
    let mut vectors = HashMap::new();
    for (space, questions) in new {
        let (ids, texts): (Vec<MessageId>, Vec<String>) = questions.into_iter().unzip();
        match ingest.vectors(db, space, &texts, Purpose::Passage).await {
            Ok(made) => vectors.extend(ids.into_iter().zip(made.into_iter().map(normalised))),
            Err(error) if error.is_transient() || error.is_limit() => return Err(error),
            Err(error) => warn!(space.id = %space, %error, "questions are left out of all clusters"),
        }
    }
    Ok(vectors)
}

/// Finds each question of a space a cluster and writes down what is new of both. Returns whether a question is.
async fn place(
    conn: &mut parlance_store::TenantConn<'_>,
    space: SpaceId,
    model: &str,
    found: &[&Found<'_>],
    vectors: &HashMap<MessageId, Vec<f32>>,
    at: DateTime<Utc>,
) -> Result<bool, StoreError> {
    let new = found
        .iter()
        .any(|found| vectors.contains_key(&found.said.message_id));
    let known = match new {
        true => questions::clusters(conn, space, model, CLUSTERS_MOST).await?,
        false => Vec::new(),
    };
    let kept = |cluster: questions::Cluster| {
        let members = usize::try_from(cluster.members).unwrap_or(0);
        Cluster::kept(cluster.id, &cluster.centroid, members)
    };
    let mut clusters = Clusters::new(known.into_iter().map(kept).collect(), NEAR);
    let mut placed: Vec<Question> = Vec::new();
    let mut vectors_of_placed: Vec<(MessageId, &[f32])> = Vec::new();
    for Found { said, reasons } in found {
        let vector = vectors.get(&said.message_id);
        let cluster = match (said.cluster_id, vector) {
            (Some(cluster), _) => cluster,
            (None, Some(vector)) => clusters.place(vector, QuestionClusterId::new),
            (None, None) => continue,
        };
        let question = question(said, cluster, reasons);
        if !said.is_kept(&question) {
            vectors_of_placed.extend(vector.map(|vector| (said.message_id, vector.as_slice())));
            placed.push(question);
        }
    }
    if placed.is_empty() {
        return Ok(new);
    }
    let changed = clusters.all().iter().filter(|cluster| cluster.changed);
    let changed: Vec<questions::Cluster> = changed.map(stored).collect();
    questions::put_clusters(conn, space, model, &changed, at).await?;
    questions::put(conn, &placed).await?;
    questions::put_vectors(conn, model, &vectors_of_placed).await?;
    let touched: BTreeSet<QuestionClusterId> = placed.iter().map(|question| question.cluster_id).collect();
    let touched: Vec<QuestionClusterId> = touched.into_iter().collect();
    let placed: Vec<MessageId> = placed.iter().map(|question| question.message_id).collect();
    questions::settle(conn, &touched, Candidates::Placed(&placed)).await?;
    Ok(new)
}

pub(super) fn stored(cluster: &Cluster<QuestionClusterId>) -> questions::Cluster {
    questions::Cluster {
        id: cluster.id,
        centroid: cluster.centroid(),
        members: i32::try_from(cluster.members).unwrap_or(i32::MAX),
    }
}

fn question(said: &Said, cluster: QuestionClusterId, reasons: &[GapReason]) -> Question {
    let took = said
        .answered_at
        .map(|answered| (answered - said.asked_at).num_milliseconds().max(0));
    Question {
        message_id: said.message_id,
        conversation_id: said.conversation_id,
        space_id: said.space_id,
        cluster_id: cluster,
        asked_at: said.asked_at,
        reasons: reasons.to_vec(),
        answer_id: said.answer_id,
        took_ms: took,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(conversation: ConversationId, seq: i64, text: &str) -> Said {
        Said {
            message_id: MessageId::new(),
            conversation_id: conversation,
            space_id: SpaceId::new(),
            seq,
            text: text.to_owned(),
            asked_at: DateTime::UNIX_EPOCH,
            answer_id: Some(MessageId::new()),
            answered_at: Some(DateTime::UNIX_EPOCH),
            refused: false,
            abstained: false,
            grounding: Some(0.9),
            thumbs_down: false,
            handed_over: None,
            cluster_id: None,
            kept_reasons: None,
            kept_answer: None,
            kept_took: None,
        }
    }

    fn reasons(said: &[Said]) -> Vec<(&str, Vec<GapReason>)> {
        let found = questions(said).into_iter();
        found
            .map(|found| (found.said.text.as_str(), found.reasons))
            .collect()
    }

    #[test]
    fn greetings_and_short_replies_are_no_questions() {
        let chat = ConversationId::new();
        let texts = [
            "Hi there",
            "yes",
            "Thank you so much!",
            "I want to talk to a human",
            "Do you repair boats?",
            "好的",
            "退款吗？",
            "아니요",
            "환불은?",
        ];
        let all: Vec<Said> = (1..)
            .zip(texts)
            .map(|(seq, text)| said(chat, seq, text))
            .collect();
        let found = ["Do you repair boats?", "退款吗？", "환불은?"].map(|text| (text, vec![]));
        assert_eq!(reasons(&all), found);
    }

    #[test]
    fn a_question_may_be_a_gap_for_several_reasons() {
        let chat = ConversationId::new();
        let all = [
            Said {
                abstained: true,
                grounding: None,
                ..said(chat, 1, "Do you repair boats?")
            },
            Said {
                grounding: Some(LOW_GROUNDING - 0.01),
                thumbs_down: true,
                ..said(chat, 3, "And kayaks?")
            },
            Said {
                grounding: Some(LOW_GROUNDING),
                ..said(chat, 5, "How much is it?")
            },
        ];
        assert_eq!(
            reasons(&all),
            [
                ("Do you repair boats?", vec![GapReason::Abstained]),
                (
                    "And kayaks?",
                    vec![GapReason::LowGrounding, GapReason::ThumbsDown]
                ),
                ("How much is it?", vec![]),
            ]
        );
    }

    #[test]
    fn the_last_question_is_why_a_person_was_asked_for() {
        let (chat, other) = (ConversationId::new(), ConversationId::new());
        let handed = |seq, text| Said {
            handed_over: Some(9),
            ..said(chat, seq, text)
        };
        let unanswered = |seq, text| Said {
            answer_id: None,
            grounding: None,
            ..handed(seq, text)
        };
        let all = [
            handed(1, "Do you repair boats?"),
            unanswered(3, "It is urgent"),
            unanswered(4, "Where is my boat?"),
            handed(5, "I want to talk to a human"),
            Said {
                handed_over: Some(9),
                ..said(other, 1, "Is it free?")
            },
        ];
        assert_eq!(
            reasons(&all),
            [
                ("Do you repair boats?", vec![]),
                ("Where is my boat?", vec![GapReason::HandedOver]),
                ("Is it free?", vec![GapReason::HandedOver]),
            ]
        );
    }

    #[test]
    fn what_a_limit_refused_is_a_question_and_no_gap() {
        let chat = ConversationId::new();
        let refused = |seq, handed_over| Said {
            refused: true,
            answer_id: None,
            answered_at: None,
            grounding: None,
            thumbs_down: true,
            handed_over,
            ..said(chat, seq, "Do you repair boats?")
        };
        let all = [
            Said {
                handed_over: Some(9),
                ..said(chat, 1, "How much is it?")
            },
            refused(3, Some(9)),
            refused(11, None),
        ];
        assert_eq!(
            reasons(&all),
            [
                ("How much is it?", vec![]),
                ("Do you repair boats?", vec![]),
                ("Do you repair boats?", vec![]),
            ]
        );
    }
}
