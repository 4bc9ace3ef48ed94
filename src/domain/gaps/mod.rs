//! Knowledge gaps: what visitors ask and the bot does not answer well, in clusters of one meaning, and the way
//! from a gap to an answer. `docs/GAPS.md` says what counts and how it was measured.
//!
//! [`gather`] follows conversations, [`cluster`] is pure, [`regroup`] looks at all questions again.
//! [`draft`] proposes an answer, [`preview`] tells what it would change, [`answer`] publishes it. What is asked
//! altogether is told by [`report`].

pub mod cluster;
pub mod draft;
pub mod gather;
pub mod preview;
pub mod regroup;
pub mod report;

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use parlance_store::{
    StoreError, TenantDb,
    ids::{DocumentId, QuestionClusterId, SpaceId},
    queries::{
        questions::{self, Gap, GapFilter, GapState, Range},
        space_life, spaces,
    },
};
use serde_json::json;

use super::{
    accounts::caller::Caller,
    audit,
    jobs::Priority,
    knowledge::{
        intake::{self, NewFile, Taken},
        written::{self, Faq, MAX_TITLE, Written, WrittenError},
    },
};

/// Clusters of a space that a new question may join: those that were asked last.
pub const CLUSTERS_MOST: i32 = 5_000;
/// Points of a trend.
pub const POINTS: usize = 12;

/// A gap with how often it was asked over the range, in even steps.
#[derive(Clone, Debug, PartialEq)]
pub struct Told {
    pub gap: Gap,
    pub trend: [i64; POINTS],
}

/// The gaps of a space.
///
/// # Errors
/// [`StoreError::NotFound`] where the tenant has no such space.
pub async fn list(db: &TenantDb, filter: &GapFilter) -> Result<Vec<Told>, StoreError> {
    let (gaps, slots) = db
        .read(async |conn| {
            spaces::load(conn, filter.space)
                .await?
                .ok_or(StoreError::NotFound)?;
            let gaps = questions::gaps(conn, filter).await?;
            let ids: Vec<QuestionClusterId> = gaps.iter().map(|gap| gap.id).collect();
            let slots = questions::slots(conn, &ids, filter.range, points()).await?;
            Ok::<_, StoreError>((gaps, slots))
        })
        .await?;
    Ok(told(gaps, &slots))
}

/// One gap.
///
/// # Errors
/// [`StoreError::NotFound`] where the space has no such gap.
pub async fn gap(
    db: &TenantDb,
    space: SpaceId,
    id: QuestionClusterId,
    range: Range,
) -> Result<Told, StoreError> {
    let (gap, slots) = db
        .read(async |conn| {
            let gap = questions::gap(conn, space, id, range).await?;
            let slots = questions::slots(conn, &[id], range, points()).await?;
            Ok::<_, StoreError>((gap, slots))
        })
        .await?;
    told(vec![gap], &slots).pop().ok_or(StoreError::NotFound)
}

fn points() -> i32 {
    i32::try_from(POINTS).unwrap_or(i32::MAX)
}

fn told(gaps: Vec<Gap>, slots: &[questions::Slot]) -> Vec<Told> {
    let mut trends: HashMap<QuestionClusterId, [i64; POINTS]> = HashMap::new();
    for slot in slots {
        let at = usize::try_from(slot.slot - 1).unwrap_or(POINTS);
        if let Some(point) = trends.entry(slot.cluster_id).or_default().get_mut(at) {
            *point = slot.questions;
        }
    }
    let told = |gap: Gap| Told {
        trend: trends.remove(&gap.id).unwrap_or_default(),
        gap,
    };
    gaps.into_iter().map(told).collect()
}

/// What a gap becomes when somebody decides that it needs no answer, or does after all.
///
/// # Errors
/// [`StoreError::NotFound`] where the space has no such gap.
pub async fn decide(
    db: &TenantDb,
    caller: &Caller,
    space: SpaceId,
    id: QuestionClusterId,
    state: GapState,
    now: DateTime<Utc>,
) -> Result<(), StoreError> {
    let action = match state {
        GapState::Dismissed => "gap.dismiss",
        GapState::Open | GapState::Answered => "gap.reopen",
    };
    db.transaction(async |conn| {
        space_life::hold(conn, space).await?;
        questions::decide(conn, space, id, state, &caller.name, now).await?;
        let mut act = caller.act(action, ("gap", id), now);
        act.after = Some(json!({ "space": space, "state": state }));
        audit::record(conn, act).await
    })
    .await
}

/// A question as its document has it: on one line.
fn as_published(question: &str) -> String {
    let question = written::clean(question);
    question.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// The document that an answer becomes: called by its question.
///
/// # Errors
/// [`WrittenError`] where the question or the answer is missing or too long.
pub fn document(question: &str, answer: &str) -> Result<Written, WrittenError> {
    let question = as_published(question);
    let title = question
        .get(..question.floor_char_boundary(MAX_TITLE))
        .unwrap_or_default();
    let pair = Faq {
        question: question.clone(),
        answer: answer.to_owned(),
    };
    match written::faq(title, &[pair]) {
        // Its title is its question.
        Err(WrittenError::Title) => Err(WrittenError::Incomplete(1)),
        made => made,
    }
}

/// Publishes an answer: a document of the space's knowledge, which is read as any other, and from which on the
/// gap is answered. The same question again is a new version of it; that of another gap, or of somebody's
/// upload, stays as it is.
///
/// # Errors
/// [`StoreError::NotFound`] where the space has no such gap, [`StoreError::Archived`] where it is put away.
pub async fn answer(
    db: &TenantDb,
    caller: &Caller,
    (space, id): (SpaceId, QuestionClusterId),
    made: &Written,
    now: DateTime<Utc>,
) -> Result<Taken, StoreError> {
    db.transaction(async |conn| {
        questions::hold(conn, space).await?;
        let name = match questions::is_anothers(conn, space, id, &made.name).await? {
            true => format!("{id}-{}", made.name),
            false => made.name.clone(),
        };
        let file = NewFile {
            space,
            name: &name,
            source_url: None,
            content: &made.content,
        };
        let taken = intake::take_in_here(conn, caller, file, Priority::Now, now).await?;
        let document: DocumentId = taken.document.id;
        questions::answered(conn, space, id, document, &caller.name, now).await?;
        let mut act = caller.act("gap.answer", ("gap", id), now);
        act.after = Some(json!({ "space": space, "document": document, "name": name }));
        audit::record(conn, act).await?;
        Ok(taken)
    })
    .await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_document_is_called_by_its_question() {
        let made = document(" Do you\nrepair boats? ", "Yes, up to 6 metres.").unwrap();
        let text = String::from_utf8(made.content).unwrap();
        assert!(text.starts_with("# Do you repair boats?\n"), "{text}");
        assert!(text.ends_with("Yes, up to 6 metres.\n"), "{text}");
        let long = format!("{}é?", "a".repeat(MAX_TITLE - 1));
        assert!(
            document(&long, "Yes.").is_ok(),
            "a title ends with a whole character"
        );
        assert_eq!(document(" ", "Yes."), Err(WrittenError::Incomplete(1)));
        assert_eq!(document("Why?", " "), Err(WrittenError::Incomplete(1)));
    }
}
