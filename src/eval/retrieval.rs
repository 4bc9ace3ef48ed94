//! Retrieval: each corpus becomes a space of one tenant, goes through ingestion, and every
//! question is asked in the space of its corpus with the rest of the tenant beside it.

use std::{collections::BTreeMap, time::Duration};

use anyhow::{Context, Result};
use parlance_store::{TenantDb, ids::SpaceId, queries::spaces};
use serde::Serialize;

use super::{
    data::{RetrievalSet, Span},
    metrics::{self, Score},
};
use crate::domain::{
    knowledge::ingest::{Ingest, Ingested},
    retrieval::{RetrievalSettings, Retriever, floor::Floor},
};

/// The figures, as `target/eval.json` has them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize)]
pub struct Figures {
    pub recall_at_5: f64,
    pub mrr_at_10: f64,
    pub iou: f64,
}

impl From<Score> for Figures {
    fn from(mean: Score) -> Self {
        Self {
            recall_at_5: mean.hit_at_5,
            mrr_at_10: mean.reciprocal_rank,
            iou: mean.iou,
        }
    }
}

/// The outcome with what helps to read it.
#[derive(Clone, Debug, Default)]
pub struct Report {
    pub figures: Figures,
    pub by_corpus: BTreeMap<String, Score>,
    pub questions: usize,
    pub passages: usize,
    /// Tokens of the longest passage, as the embedder counts them.
    pub longest: usize,
    /// Median time of a retrieval without its embedding.
    pub search_p50: Duration,
    pub search_p99: Duration,
    /// Questions, all of them answerable, that the floor would have turned away.
    pub abstained: usize,
    /// Questions without a hit among the first five.
    pub missed: Vec<String>,
}

/// Ingests the corpora under the tenant of `db` and asks every question.
///
/// # Errors
/// When a corpus cannot be ingested or a question not be searched.
pub async fn run(
    set: &RetrievalSet,
    db: &TenantDb,
    ingest: &Ingest,
    retriever: &Retriever,
    settings: &RetrievalSettings,
) -> Result<Report> {
    let mut report = Report {
        questions: set.questions.len(),
        ..Report::default()
    };
    let mut spaces = BTreeMap::new();
    for (name, content) in &set.corpora {
        let (space, ingested) = corpus(db, ingest, name, content).await?;
        spaces.insert(name.clone(), (space, ingested.knowledge_version));
        report.passages += ingested.passages;
        report.longest = report.longest.max(ingested.longest);
    }
    // Ten passages without a floor: a set of answerable questions measures the order.
    let floor = settings.floor;
    let settings = RetrievalSettings {
        top_k: 10,
        floor: Floor::NONE,
        ..settings.clone()
    };
    let mut scores: BTreeMap<String, Vec<Score>> = BTreeMap::new();
    let mut times = Vec::with_capacity(set.questions.len());
    for question in &set.questions {
        let (space, version) = spaces.get(&question.corpus).context("a question on no corpus")?;
        let found = retriever
            .retrieve(db, *space, *version, &question.text, &settings)
            .await?;
        times.push(found.took.saturating_sub(found.embedding_took));
        report.abstained += usize::from(!floor.is_reached(&found.passages, false));
        let spans: Vec<Span> = found
            .passages
            .iter()
            .map(|passage| Span {
                start: passage.start_char as usize,
                end: passage.end_char as usize,
            })
            .collect();
        let score = metrics::score(&spans, &question.spans);
        if score.hit_at_5 < 1.0 {
            report
                .missed
                .push(format!("{}: {}", question.corpus, question.text));
        }
        scores.entry(question.corpus.clone()).or_default().push(score);
    }
    let all: Vec<Score> = scores.values().flatten().copied().collect();
    report.figures = metrics::mean(&all).into();
    report.by_corpus = scores
        .iter()
        .map(|(name, scores)| (name.clone(), metrics::mean(scores)))
        .collect();
    times.sort();
    report.search_p50 = times.get(times.len() / 2).copied().unwrap_or_default();
    report.search_p99 = times.get(times.len() * 99 / 100).copied().unwrap_or_default();
    Ok(report)
}

/// A space of its own for a corpus.
async fn corpus(db: &TenantDb, ingest: &Ingest, name: &str, content: &[u8]) -> Result<(SpaceId, Ingested)> {
    let id = SpaceId::new();
    let word = id.to_string();
    let new = spaces::NewSpace {
        id,
        slug: format!("eval-{word}"),
        name: format!("Evaluation: {name}"),
        public_key: format!("pk_{word}"),
        settings: serde_json::json!({}),
        published: false,
        allowed_origins: Vec::new(),
        at: ingest.clock.now(),
    };
    db.transaction(async |conn| spaces::create(conn, new).await)
        .await?;
    let (document, _) = ingest.put(db, id, &format!("{name}.md"), None, content).await?;
    let ingested = ingest
        .run(db, document)
        .await
        .with_context(|| format!("corpus {name}"))?;
    Ok((id, ingested))
}
