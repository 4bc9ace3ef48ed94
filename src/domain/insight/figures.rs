//! From counters to figures.

use std::collections::{BTreeMap, HashMap};

use serde::Serialize;
use utoipa::ToSchema;

use super::spans::{Histogram, Spans};

/// Counters by their word.
#[derive(Clone, Debug, Default)]
pub struct Counts {
    n: HashMap<String, i64>,
    /// Different visitors: no sum.
    pub visitors: i64,
}

impl Counts {
    pub fn add(&mut self, metric: &str, n: i64) {
        let sum = self.n.entry(metric.to_owned()).or_default();
        *sum = sum.saturating_add(n);
    }

    fn get(&self, metric: &str) -> i64 {
        self.n.get(metric).copied().unwrap_or(0)
    }

    /// What is below a word, by the rest of theirs, without what came to nothing.
    fn below<'a>(&'a self, word: &'a str) -> impl Iterator<Item = (&'a str, i64)> {
        let all = self.n.iter().filter(|(_, n)| **n != 0);
        all.filter_map(move |(metric, n)| Some((metric.strip_prefix(word)?.strip_prefix('.')?, *n)))
    }

    fn sentiment(&self) -> Sentiment {
        let n = |word: &str| self.get(&format!("sentiment.{word}"));
        let mut sentiment = Sentiment {
            unhappy: n("unhappy"),
            neutral: n("neutral"),
            happy: n("happy"),
            angry: n("angry"),
            mean: None,
        };
        sentiment.mean = mean(n("sum"), sentiment.count()).map(|thousandths| thousandths / 1_000.0);
        sentiment
    }

    fn spans(&self, word: &str) -> Spans {
        let mut histogram = Histogram::default();
        for (rest, n) in self.below(word) {
            match rest.parse() {
                Ok(bucket) => histogram.add(bucket, n),
                Err(_) => histogram.add_sum(n),
            }
        }
        Spans::from(&histogram)
    }
}

/// What happened in a while.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub struct Figures {
    /// That began, with whatever came first.
    pub conversations: i64,
    /// Different visitors who said something.
    pub visitors: i64,
    pub messages: Messages,
    pub answers: Answers,
    /// How well answers were carried by their sources.
    pub grounding: Mean,
    pub handoffs: Handoffs,
    pub resolved: Resolved,
    /// From a conversation's first question to its first reply, by whomever.
    pub first_response: Spans,
    /// From asking for a person to their first word.
    pub human_response: Spans,
    /// From the beginning, or the reopening, to resolved.
    pub resolution: Spans,
    pub thumbs: Thumbs,
    pub csat: Csat,
    pub sentiment: Sentiment,
    pub usage: Usage,
}

/// What was said, by whom.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = MessageFigures)]
pub struct Messages {
    pub visitor: i64,
    pub assistant: i64,
    pub agent: i64,
    pub system: i64,
}

/// What became of the bot's answers. Each is one of the first four.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = AnswerFigures)]
pub struct Answers {
    pub given: i64,
    /// Nothing was found to answer from.
    pub abstained: i64,
    /// Stopped by the visitor or by whoever took over.
    pub interrupted: i64,
    /// The upstream gave up.
    pub failed: i64,
    /// Of all of them: the answer to an earlier question, said again.
    pub cached: i64,
}

/// An average, with how many it is of.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub struct Mean {
    pub count: i64,
    /// 0 to 1, exact to the thousandth each was rounded to; null of none.
    pub mean: Option<f64>,
}

/// Conversations that came to people.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct Handoffs {
    pub total: i64,
    /// How many of them why, as `reason` in the log.
    pub reasons: BTreeMap<String, i64>,
}

/// Conversations that came to an end; one that is reopened may come to another.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct Resolved {
    pub total: i64,
    /// Of them: without a person.
    pub alone: i64,
}

/// What visitors thought of answers.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct Thumbs {
    pub up: i64,
    pub down: i64,
}

/// What visitors thought of conversations.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub struct Csat {
    pub count: i64,
    /// 1 to 5, exact; null of none.
    pub mean: Option<f64>,
    /// The share of those who gave 4 or 5; null of none.
    pub satisfied: Option<f64>,
    /// How many gave 1, 2, 3, 4, 5.
    pub scores: [i64; 5],
}

impl Csat {
    /// Of so many who gave 1, 2, 3, 4, 5.
    #[must_use]
    pub fn of(scores: [i64; 5]) -> Self {
        let (count, [.., four, five]) = (scores.iter().sum(), scores);
        let stars = (1..).zip(scores).map(|(score, times)| score * times).sum();
        Self {
            count,
            mean: mean(stars, count),
            satisfied: mean(four + five, count),
            scores,
        }
    }
}

/// How visitors felt, by what was read of each of their messages. Each is one of the first three.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub struct Sentiment {
    /// A valence of −0.3 and below.
    pub unhappy: i64,
    pub neutral: i64,
    /// A valence of 0.3 and above.
    pub happy: i64,
    /// Of all of them: said in anger.
    pub angry: i64,
    /// The valence on average, −1 to 1, exact to the thousandth each was rounded to; null of none.
    pub mean: Option<f64>,
}

impl Sentiment {
    /// How many messages were read.
    #[must_use]
    pub const fn count(&self) -> i64 {
        self.unhappy + self.neutral + self.happy
    }
}

/// What upstreams were asked for, on the day it was charged.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = UsageFigures)]
pub struct Usage {
    pub calls: i64,
    /// In billionths of a dollar.
    pub cost_nanos: i64,
    /// Tokens, as the next three.
    pub input: i64,
    pub output: i64,
    pub cache_write: i64,
    pub cache_read: i64,
}

impl From<&Counts> for Figures {
    fn from(counts: &Counts) -> Self {
        let n = |metric: &str| counts.get(metric);
        let reasons: BTreeMap<_, _> = counts
            .below("handoffs")
            .map(|(reason, n)| (reason.to_owned(), n))
            .collect();
        Self {
            conversations: n("conversations"),
            visitors: counts.visitors,
            messages: Messages {
                visitor: n("messages.visitor"),
                assistant: n("messages.assistant"),
                agent: n("messages.agent"),
                system: n("messages.system"),
            },
            answers: Answers {
                given: n("answers.given"),
                abstained: n("answers.abstained"),
                interrupted: n("answers.interrupted"),
                failed: n("answers.failed"),
                cached: n("answers.cached"),
            },
            grounding: Mean {
                count: n("grounding.count"),
                mean: mean(n("grounding.sum"), n("grounding.count")).map(|thousandths| thousandths / 1_000.0),
            },
            handoffs: Handoffs {
                total: reasons.values().sum(),
                reasons,
            },
            resolved: Resolved {
                total: n("resolved"),
                alone: n("resolved.alone"),
            },
            first_response: counts.spans("first_response"),
            human_response: counts.spans("human_response"),
            resolution: counts.spans("resolution"),
            thumbs: Thumbs {
                up: n("thumbs.up"),
                down: n("thumbs.down"),
            },
            csat: Csat::of(["csat.1", "csat.2", "csat.3", "csat.4", "csat.5"].map(n)),
            sentiment: counts.sentiment(),
            usage: Usage {
                calls: n("usage.calls"),
                cost_nanos: n("usage.cost"),
                input: n("usage.input"),
                output: n("usage.output"),
                cache_write: n("usage.cache_write"),
                cache_read: n("usage.cache_read"),
            },
        }
    }
}

fn mean(sum: i64, count: i64) -> Option<f64> {
    #[expect(clippy::cast_precision_loss, reason = "counts are far below 2^53")]
    (count > 0).then(|| sum as f64 / count as f64)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_become_figures() {
        let mut counts = Counts::default();
        for (metric, n) in [
            ("grounding.count", 2),
            ("grounding.sum", 1_500),
            ("handoffs.visitor_asked", 3),
            ("handoffs.agent", 1),
            ("handoffs.limit", 0),
            ("csat.1", 1),
            ("csat.5", 3),
            ("sentiment.unhappy", 2),
            ("sentiment.neutral", 1),
            ("sentiment.happy", 1),
            ("sentiment.angry", 1),
            ("sentiment.sum", -900),
            ("resolution.sum", 120_000),
            ("resolution.126", 2),
            ("resolved", 2),
            ("resolved.alone", 1),
        ] {
            counts.add(metric, n);
        }
        let figures = Figures::from(&counts);
        assert_eq!(figures.grounding.mean, Some(0.75));
        assert_eq!(figures.handoffs.total, 4);
        assert_eq!(figures.handoffs.reasons.len(), 2, "none for nothing");
        assert_eq!((figures.csat.count, figures.csat.mean), (4, Some(4.0)));
        assert_eq!(figures.csat.satisfied, Some(0.75));
        assert_eq!(
            (figures.sentiment.count(), figures.sentiment.mean),
            (4, Some(-0.225))
        );
        assert_eq!(
            (figures.resolution.count, figures.resolution.mean_ms),
            (2, Some(60_000))
        );
        assert_eq!(figures.resolved, Resolved { total: 2, alone: 1 });
        let none = Figures::from(&Counts::default());
        assert_eq!((none.csat.mean, none.sentiment.mean), (None, None));
    }
}
