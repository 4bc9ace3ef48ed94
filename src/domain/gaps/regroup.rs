//! All questions of a space are placed anew, and clusters that have become one are joined. What a cluster is
//! called by and what was decided of it stays with its identity.

use std::{collections::HashMap, time::Duration};

use parlance_store::{
    StoreError, TenantDb,
    ids::{QuestionClusterId, SpaceId},
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

/// Places the questions of a space anew, and returns how many went elsewhere. Those whose vectors are of
/// another model get one by this model first.
///
/// # Errors
/// [`IngestError`] where the embedder or the database fails; all is as it was then.
pub async fn regroup(db: &TenantDb, ingest: &Ingest, space: SpaceId) -> Result<usize, IngestError> {
    let model = vector_model(&*ingest.embedder);
    embed_anew(db, ingest, space, &model).await?;
    let placed = db
        .read(async |conn| questions::placed(conn, space, &model, REFINED_MOST).await)
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
    let refined = tokio::task::spawn_blocking(move || refine(members)).await;
    let (clusters, members) = refined.unwrap_or_default();
    let moves: Vec<_> = before
        .into_iter()
        .zip(members)
        .filter(|((_, cluster), member)| *cluster != member.cluster)
        .map(|((message, _), member)| (message, member.cluster))
        .collect();
    let at = ingest.clock.now();
    db.long(WITHIN, async |conn| {
        questions::hold(conn, space).await?;
        for cluster in &clusters {
            questions::put_cluster(conn, space, &model, &stored(cluster), at).await?;
        }
        questions::shift(conn, &moves).await?;
        let all: Vec<QuestionClusterId> = clusters.iter().map(|cluster| cluster.id).collect();
        questions::settle(conn, &all).await?;
        questions::sweep(conn, space).await
    })
    .await
    .map_err(|error: StoreError| IngestError::from(error))?;
    Ok(moves.len())
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
        let vectors = ingest.vectors(db, space, &texts, Purpose::Query).await?;
        db.transaction(async |conn| {
            for ((question, _), vector) in others.iter().zip(&vectors) {
                questions::put_vector(conn, *question, model, &normalised(vector.clone())).await?;
            }
            Ok::<_, StoreError>(())
        })
        .await?;
    }
    Ok(())
}
