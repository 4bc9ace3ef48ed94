//! How long questions take, and what the indexes of a large space miss of what an exact search finds.

use std::{
    collections::HashSet,
    fmt,
    time::{Duration, Instant},
};

use anyhow::Result;
use parlance_store::{
    StoreError,
    ids::PassageId,
    queries::{
        large,
        search::{self, Candidate, Search, Term},
    },
};

use super::{Filled, MODEL, corpus::Made};
use crate::domain::retrieval::{RetrievalSettings, rarity};

/// Times of one way to search, sorted.
#[derive(Clone, Debug, Default)]
pub struct Times(Vec<Duration>);

impl Times {
    /// What `percent` of them do not exceed.
    #[must_use]
    pub fn percentile(&self, percent: usize) -> Duration {
        let at = self.0.len() * percent / 100;
        self.0
            .get(at.min(self.0.len().saturating_sub(1)))
            .copied()
            .unwrap_or_default()
    }

    fn add(&mut self, took: Duration) {
        let at = self.0.partition_point(|other| *other <= took);
        self.0.insert(at, took);
    }
}

impl fmt::Display for Times {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "p50 {:>9.2?}   p99 {:>9.2?}",
            self.percentile(50),
            self.percentile(99)
        )
    }
}

/// The outcome.
#[derive(Clone, Debug, Default)]
pub struct Report {
    pub questions: usize,
    /// Counting a question's words, and searching, one passage after the other.
    pub exact_words: Times,
    pub exact: Times,
    /// The same through indexes; of the large spaces.
    pub words: Times,
    pub indexed: Times,
    /// Share of the exact search's candidates that the indexes find.
    pub recall: Option<f64>,
}

/// Asks `questions` in turn of all that is filled, in the database.
///
/// # Errors
/// When the database fails.
pub async fn measure(filled: &[Filled], questions: usize) -> Result<Report> {
    let mut report = Report {
        questions,
        ..Report::default()
    };
    let (mut found, mut all) = (0, 0);
    for (number, filled) in (0..questions).zip(filled.iter().cycle()) {
        let question = filled
            .corpus
            .question(number * 7_919 % filled.corpus.passages.max(1));
        let exact = ask(
            filled,
            &question,
            false,
            &mut report.exact_words,
            &mut report.exact,
        )
        .await?;
        if filled.indexing.is_some() {
            let indexed = ask(filled, &question, true, &mut report.words, &mut report.indexed).await?;
            all += exact.len();
            found += exact.intersection(&indexed).count();
        }
    }
    #[expect(clippy::cast_precision_loss, reason = "candidates of some questions")]
    if all > 0 {
        report.recall = Some(found as f64 / all as f64);
    }
    Ok(report)
}

async fn ask(
    filled: &Filled,
    question: &Made,
    indexed: bool,
    counting: &mut Times,
    searching: &mut Times,
) -> Result<HashSet<PassageId>> {
    let (db, space, settings) = (&filled.db, filled.space, RetrievalSettings::default());
    let started = Instant::now();
    let counted: Vec<Term> = db
        .read(async |conn| match indexed {
            true => large::terms(conn, space, &question.text).await,
            false => search::terms(conn, space, &question.text).await,
        })
        .await?;
    counting.add(started.elapsed());
    let terms: Vec<(String, f64)> = rarity::weigh(&counted, search::MAX_TERMS).searched().collect();
    let search = Search {
        space,
        vector: &question.vector,
        model: MODEL,
        terms: &terms,
        leg: settings.leg.into(),
        pool: settings.pool.into(),
    };
    let started = Instant::now();
    let found: Result<Vec<Candidate>, StoreError> = if indexed {
        let passages = large::frequencies(&terms, &counted);
        db.read(async |conn| large::hybrid(conn, &search, &passages).await)
            .await
    } else {
        db.search(async |conn| search::hybrid(conn, &search).await).await
    };
    searching.add(started.elapsed());
    Ok(found?.into_iter().map(|found| found.passage.passage_id).collect())
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{} questions, one at a time", self.questions)?;
        writeln!(
            f,
            "  exact:   counting words {}   searching {}",
            self.exact_words, self.exact
        )?;
        if let Some(recall) = self.recall {
            writeln!(
                f,
                "  indexed: counting words {}   searching {}",
                self.words, self.indexed
            )?;
            writeln!(
                f,
                "  recall of the {} best against exact: {recall:.4}",
                RetrievalSettings::default().pool
            )?;
        }
        Ok(())
    }
}
