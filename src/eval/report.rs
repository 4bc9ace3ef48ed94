//! What came out, for a person (`Display`) and for a machine (`target/eval.json`).

use std::{collections::BTreeMap, fmt, path::Path};

use serde::Serialize;

use super::{retrieval, sentiment};
use crate::domain::answering::grounding::eval::GroundingFigures;

/// Characters of a missed question that are shown.
const SHOWN: usize = 90;

/// The outcome of a run; what was not measured is `None`.
#[derive(Clone, Debug, Default)]
pub struct Report {
    pub retrieval: Option<retrieval::Report>,
    /// The same questions by word statistics on 800-word chunks.
    pub baseline: Option<retrieval::Figures>,
    pub grounding: Option<GroundingFigures>,
    pub sentiment: Option<sentiment::Report>,
    /// A line for each set that is not there.
    pub skipped: Vec<String>,
}

/// The content of `target/eval.json`.
#[derive(Clone, Debug, Serialize)]
pub struct Figures {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub retrieval: Option<retrieval::Figures>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub grounding: Option<GroundingFigures>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sentiment: Option<BTreeMap<&'static str, sentiment::Figures>>,
}

impl Report {
    /// The figures alone.
    #[must_use]
    pub fn figures(&self) -> Figures {
        Figures {
            retrieval: self.retrieval.as_ref().map(|report| report.figures),
            grounding: self.grounding,
            sentiment: self.sentiment.as_ref().map(|report| report.figures.clone()),
        }
    }

    pub(super) fn skip(&mut self, path: &Path) {
        self.skipped
            .push(format!("not measured: there is no {}", path.display()));
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(found) = &self.retrieval {
            retrieval(f, found, self.baseline)?;
        }
        if let Some(figures) = self.grounding {
            let GroundingFigures { auc, accuracy, rows } = figures;
            writeln!(
                f,
                "grounding: {rows} responses\n  AUC {auc:.3}   accuracy {accuracy:.3}\n"
            )?;
        }
        if let Some(report) = &self.sentiment {
            sentiment(f, report)?;
        }
        self.skipped.iter().try_for_each(|line| writeln!(f, "{line}"))
    }
}

fn retrieval(
    f: &mut fmt::Formatter<'_>,
    found: &retrieval::Report,
    baseline: Option<retrieval::Figures>,
) -> fmt::Result {
    let (questions, passages, longest) = (found.questions, found.passages, found.longest);
    writeln!(
        f,
        "retrieval: {questions} questions, {passages} passages of at most {longest} tokens"
    )?;
    writeln!(f, "  {:<22}{:>10}{:>10}{:>8}", "", "recall@5", "MRR@10", "IoU")?;
    for (name, score) in &found.by_corpus {
        line(f, name, score.hit_at_5, score.reciprocal_rank, score.iou)?;
    }
    let all = found.figures;
    line(f, "all", all.recall_at_5, all.mrr_at_10, all.iou)?;
    if let Some(base) = baseline {
        line(
            f,
            "BM25, 800-word chunks",
            base.recall_at_5,
            base.mrr_at_10,
            base.iou,
        )?;
        writeln!(
            f,
            "  IoU is {:.1} times that of 800-word chunks",
            all.iou / base.iou.max(f64::EPSILON)
        )?;
    }
    writeln!(
        f,
        "  search without embedding: p50 {:.1?}, p99 {:.1?}",
        found.search_p50, found.search_p99
    )?;
    writeln!(f, "  below the floor: {} of {questions}", found.abstained)?;
    for question in &found.missed {
        let shown: String = question.chars().take(SHOWN).collect();
        writeln!(f, "  missed: {shown}")?;
    }
    writeln!(f)
}

fn sentiment(f: &mut fmt::Formatter<'_>, report: &sentiment::Report) -> fmt::Result {
    writeln!(
        f,
        "sentiment: {} texts, {:.1?} to read one without its embedding",
        report.texts, report.cost
    )?;
    for (name, by) in [("", &report.figures), (", lexicon alone", &report.alone)] {
        for (set, figures) in by {
            let sentiment::Figures {
                accuracy,
                angry_recall,
                angry_precision,
            } = figures;
            let name = format!("{set}{name}");
            writeln!(
                f,
                "  {name:<32}accuracy {accuracy:.3}   angry: recall {angry_recall:.3}, precision {angry_precision:.3}"
            )?;
        }
    }
    writeln!(f)
}

fn line(f: &mut fmt::Formatter<'_>, name: &str, recall: f64, mrr: f64, iou: f64) -> fmt::Result {
    writeln!(f, "  {name:<22}{recall:>10.3}{mrr:>10.3}{iou:>8.3}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_file_has_exactly_the_agreed_figures() {
        let report = Report {
            retrieval: Some(retrieval::Report {
                figures: retrieval::Figures {
                    recall_at_5: 0.5,
                    mrr_at_10: 0.25,
                    iou: 0.125,
                },
                ..retrieval::Report::default()
            }),
            grounding: Some(GroundingFigures {
                auc: 1.0,
                accuracy: 0.5,
                rows: 2,
            }),
            sentiment: Some(sentiment::Report {
                figures: [(
                    "tweets",
                    sentiment::Figures {
                        accuracy: 0.5,
                        angry_recall: 0.25,
                        angry_precision: 1.0,
                    },
                )]
                .into(),
                ..sentiment::Report::default()
            }),
            ..Report::default()
        };
        let expected = serde_json::json!({
            "retrieval": {"recall_at_5": 0.5, "mrr_at_10": 0.25, "iou": 0.125},
            "grounding": {"auc": 1.0, "accuracy": 0.5},
            "sentiment": {"tweets": {"accuracy": 0.5, "angry_recall": 0.25, "angry_precision": 1.0}},
        });
        assert_eq!(serde_json::to_value(report.figures()).unwrap(), expected);
        assert_eq!(
            serde_json::to_value(Report::default().figures()).unwrap(),
            serde_json::json!({})
        );
    }

    #[test]
    fn what_is_absent_is_said() {
        let mut report = Report::default();
        report.skip(Path::new("sets/retrieval"));
        assert_eq!(report.to_string(), "not measured: there is no sets/retrieval\n");
    }
}
