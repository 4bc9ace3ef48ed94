//! How well questions of one meaning come together: placed one by one as they would be asked, then placed anew,
//! on questions that people sorted by what is wanted.

use std::{
    collections::{BTreeMap, HashMap},
    fmt, fs,
    path::Path,
};

use anyhow::{Context, Result};
use serde::Serialize;
use sha2::{Digest, Sha256};

use super::data::csv;
use crate::{
    adapters::embed::{Embedder, Purpose},
    domain::gaps::cluster::{Clusters, Member, NEAR},
    kernel::vector::normalised,
};

/// Questions that are embedded in one call.
const BATCH: usize = 64;

/// What came together.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct QuestionFigures {
    /// Share of the questions that are of their cluster's most frequent meaning.
    pub purity: f64,
    /// Normalised mutual information of clusters and meanings, by the mean of both entropies.
    pub nmi: f64,
    pub clusters: usize,
    pub meanings: usize,
    pub questions: usize,
}

impl fmt::Display for QuestionFigures {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            purity,
            nmi,
            clusters,
            meanings,
            questions,
        } = self;
        write!(
            f,
            "question_clusters: {{ purity: {purity:.3}, nmi: {nmi:.3}, clusters: {clusters}, meanings: {meanings}, \
             questions: {questions} }}"
        )
    }
}

/// Groups the questions of a table (`text, category`) in an order that has nothing to do with what they mean.
///
/// # Errors
/// When the table cannot be read or the embedder fails.
pub async fn measure(embedder: &dyn Embedder, table: &Path) -> Result<QuestionFigures> {
    let table = fs::read_to_string(table).with_context(|| format!("cannot read {}", table.display()))?;
    let mut rows: Vec<(String, String)> = csv(&table)
        .into_iter()
        .skip(1)
        .filter_map(|row| {
            <[String; 2]>::try_from(row)
                .ok()
                .map(|[text, meaning]| (text, meaning))
        })
        .collect();
    rows.sort_by_cached_key(|(text, _)| Sha256::digest(text));
    let mut vectors = Vec::with_capacity(rows.len());
    for batch in rows.chunks(BATCH) {
        let texts: Vec<String> = batch.iter().map(|(text, _)| text.clone()).collect();
        let embedded = embedder.embed(&texts, Purpose::Query).await?;
        vectors.extend(embedded.vectors.into_iter().map(normalised));
    }
    let placed = grouped(vectors, NEAR);
    let meanings: Vec<&str> = rows.iter().map(|(_, meaning)| meaning.as_str()).collect();
    Ok(compare(&placed, &meanings))
}

/// The cluster of each question.
fn grouped(vectors: Vec<Vec<f32>>, near: f32) -> Vec<usize> {
    let mut made = 0;
    let mut new = || {
        made += 1;
        made
    };
    let mut clusters = Clusters::new(Vec::new(), near);
    let mut members: Vec<Member<usize>> = Vec::with_capacity(vectors.len());
    for vector in vectors {
        let cluster = clusters.place(&vector, &mut new);
        members.push(Member { cluster, vector });
    }
    clusters.refine(&mut members, &mut new);
    members.into_iter().map(|member| member.cluster).collect()
}

/// Clusters against meanings, question by question.
fn compare(clusters: &[usize], meanings: &[&str]) -> QuestionFigures {
    let mut both: BTreeMap<(usize, &str), usize> = BTreeMap::new();
    for (cluster, meaning) in clusters.iter().zip(meanings) {
        *both.entry((*cluster, meaning)).or_default() += 1;
    }
    let (mut by_cluster, mut by_meaning, mut most) = (HashMap::new(), HashMap::new(), HashMap::new());
    for ((cluster, meaning), n) in &both {
        *by_cluster.entry(*cluster).or_insert(0_usize) += n;
        *by_meaning.entry(*meaning).or_insert(0_usize) += n;
        let most = most.entry(*cluster).or_insert(0_usize);
        *most = (*most).max(*n);
    }
    let all = meanings.len();
    let share = |n: usize| {
        #[expect(clippy::cast_precision_loss, reason = "questions of a set")]
        let share = n as f64 / all.max(1) as f64;
        share
    };
    let entropy =
        |shares: &mut dyn Iterator<Item = usize>| -> f64 { shares.map(|n| -share(n) * share(n).ln()).sum() };
    let (of_clusters, of_meanings) = (
        entropy(&mut by_cluster.values().copied()),
        entropy(&mut by_meaning.values().copied()),
    );
    let mutual = of_clusters + of_meanings - entropy(&mut both.values().copied());
    QuestionFigures {
        purity: share(most.values().sum()),
        nmi: 2.0 * mutual / (of_clusters + of_meanings).max(f64::EPSILON),
        clusters: by_cluster.len(),
        meanings: by_meaning.len(),
        questions: all,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn clusters_are_compared_with_meanings() {
        let same = compare(&[1, 1, 2, 2], &["a", "a", "b", "b"]);
        assert_eq!((same.purity, same.clusters, same.meanings), (1.0, 2, 2));
        assert!((same.nmi - 1.0).abs() < 1e-9);
        let one = compare(&[1, 1, 1, 1], &["a", "a", "b", "b"]);
        assert_eq!((one.purity, one.nmi), (0.5, 0.0));
        let split = compare(&[1, 2, 3, 4], &["a", "a", "b", "b"]);
        assert_eq!(split.purity, 1.0);
        assert!((split.nmi - 2.0 / 3.0).abs() < 1e-9, "{}", split.nmi);
    }

    #[test]
    fn what_means_the_same_comes_together() {
        let at = |degrees: f32| vec![degrees.to_radians().cos(), degrees.to_radians().sin()];
        let placed = grouped([0.0, 90.0, 5.0, 95.0].map(at).to_vec(), NEAR);
        assert_eq!((placed[0], placed[1]), (placed[2], placed[3]));
        assert_ne!(placed[0], placed[1]);
    }
}
