//! All questions of a space are placed anew, and clusters that have become one are joined. What a cluster is
//! called by and what was decided of it stays with its identity.

use std::{collections::HashMap, time::Duration};

use parlance_store::{
    StoreError, TenantDb,
    ids::{MessageId, QuestionClusterId, SpaceId},
    queries::questions,
};

use super::{
    cluster::{Cluster, Clusters, Member, NEAR},
    gather::stored,
};
use crate::{
    adapters::embed::{Purpose, vector_model},
    domain::{
        knowledge::ingest::{Ingest, IngestError},
        retrieval::MAX_QUESTION_CHARS,
    },
    kernel::vector::normalised,
};

/// Newest questions that are placed anew; older ones stay where they are.
pub const REFINED_MOST: i32 = 20_000;
/// Questions that get a vector by another model in one go.
const EMBEDDED_AT_ONCE: i32 = 256;
/// How long writing it down may take.
const WITHIN: Duration = Duration::from_secs(10 * 60);

/// Of a mean's numbers, which are kept in half precision: nothing is written for less.
const SAME: f32 = 0.001;

/// Why questions stay as they are.
#[derive(Debug, thiserror::Error)]
pub enum RegroupError {
    #[error(transparent)]
    Ingest(#[from] IngestError),
    #[error(transparent)]
    Store(#[from] StoreError),
    /// A fault of ours.
    #[error("questions cannot be placed anew: {0}")]
    Broken(#[from] tokio::task::JoinError),
}

/// Places the questions of a space anew, and returns how many went elsewhere. Those whose vectors are of
/// another model get one by this model first. What is asked meanwhile is counted the next time.
///
/// # Errors
/// [`RegroupError`]; all is as it was then.
pub async fn regroup(db: &TenantDb, ingest: &Ingest, space: SpaceId) -> Result<usize, RegroupError> {
    let model = vector_model(&*ingest.embedder);
    embed_anew(db, ingest, space, &model).await?;
    let (placed, kept) = db
        .read(async |conn| {
            let placed = questions::placed(conn, space, &model, REFINED_MOST).await?;
            Ok::<_, StoreError>((placed, questions::clusters(conn, space, &model, i32::MAX).await?))
        })
        .await?;
    let before: Vec<_> = placed
        .iter()
        .map(|placed| (placed.message_id, placed.cluster_id))
        .collect();
    let member = |placed: questions::Placed| Member {
        cluster: placed.cluster_id,
        vector: normalised(placed.vector),
    };
    let members: Vec<Member<QuestionClusterId>> = placed.into_iter().map(member).collect();
    let (clusters, members) = tokio::task::spawn_blocking(move || refine(members)).await?;
    let moves: Vec<_> = before
        .into_iter()
        .zip(members)
        .filter(|((_, cluster), member)| *cluster != member.cluster)
        .map(|((message, _), member)| (message, member.cluster))
        .collect();
    let changed = changed(&clusters, kept);
    let at = ingest.clock.now();
    db.long(WITHIN, async |conn| {
        questions::hold(conn, space).await?;
        questions::put_clusters(conn, space, &model, &changed, at).await?;
        questions::shift(conn, &moves).await?;
        let changed: Vec<QuestionClusterId> = changed.iter().map(|cluster| cluster.id).collect();
        questions::settle(conn, &changed, questions::Candidates::All).await?;
        questions::sweep(conn, space).await
    })
    .await
    .map_err(|error: StoreError| error)?;
    Ok(moves.len())
}

/// Those that are others than they are kept.
fn changed(now: &[Cluster<QuestionClusterId>], kept: Vec<questions::Cluster>) -> Vec<questions::Cluster> {
    let kept: HashMap<QuestionClusterId, questions::Cluster> =
        kept.into_iter().map(|cluster| (cluster.id, cluster)).collect();
    let is_kept = |cluster: &questions::Cluster| {
        kept.get(&cluster.id).is_some_and(|kept| {
            let mut numbers = kept.centroid.iter().zip(&cluster.centroid);
            kept.members == cluster.members && numbers.all(|(before, now)| (before - now).abs() < SAME)
        })
    };
    let mut changed: Vec<questions::Cluster> = now.iter().map(stored).collect();
    changed.retain(|cluster| !is_kept(cluster));
    changed
}

type Refined = (Vec<Cluster<QuestionClusterId>>, Vec<Member<QuestionClusterId>>);

fn refine(mut members: Vec<Member<QuestionClusterId>>) -> Refined {
    let mut first: HashMap<QuestionClusterId, &[f32]> = HashMap::new();
    for member in &members {
        first.entry(member.cluster).or_insert(&member.vector);
    }
    let all = first
        .into_iter()
        .map(|(id, vector)| Cluster::kept(id, vector, 1))
        .collect();
    let mut clusters = Clusters::new(all, NEAR);
    clusters.sum(&members);
    clusters.refine(&mut members, QuestionClusterId::new);
    let kept = clusters.all().iter().filter(|cluster| cluster.members > 0);
    (kept.cloned().collect(), members)
}

async fn embed_anew(db: &TenantDb, ingest: &Ingest, space: SpaceId, model: &str) -> Result<(), IngestError> {
    // As often as all that are placed anew take.
    for _ in 0..=REFINED_MOST / EMBEDDED_AT_ONCE {
        let others = db
            .read(async |conn| questions::of_other_models(conn, space, model, EMBEDDED_AT_ONCE).await)
            .await?;
        if others.is_empty() {
            break;
        }
        let short = |text: &str| text.trim().chars().take(MAX_QUESTION_CHARS).collect();
        let texts: Vec<String> = others.iter().map(|(_, text)| short(text)).collect();
        let vectors = ingest.vectors(db, space, &texts, Purpose::Passage).await?;
        let vectors: Vec<Vec<f32>> = vectors.into_iter().map(normalised).collect();
        let of = others.iter().zip(&vectors);
        let of: Vec<(MessageId, &[f32])> = of.map(|((id, _), vector)| (*id, vector.as_slice())).collect();
        db.transaction(async |conn| questions::put_vectors(conn, model, &of).await)
            .await
            .map_err(|error: StoreError| IngestError::from(error))?;
    }
    Ok(())
}
