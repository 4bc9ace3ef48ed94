//! What was measured beside what is asked for.

use std::fmt;

use serde::Serialize;

/// What is asked of a figure.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Goal {
    /// It is there to be read.
    None,
    AtMost(f64),
    AtLeast(f64),
}

impl Goal {
    fn reached(self, value: f64) -> Option<bool> {
        match self {
            Self::None => None,
            Self::AtMost(most) => Some(value <= most),
            Self::AtLeast(least) => Some(value >= least),
        }
    }
}

impl fmt::Display for Goal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::None => f.write_str("–"),
            Self::AtMost(most) => write!(f, "at most {}", Short(*most)),
            Self::AtLeast(least) => write!(f, "at least {}", Short(*least)),
        }
    }
}

/// One of them.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Figure {
    name: String,
    value: f64,
    goal: Goal,
}

/// Figures in the order in which they were measured.
#[derive(Clone, Debug, Default, Serialize)]
pub(crate) struct Figures(Vec<Figure>);

impl Figures {
    pub(crate) fn add(&mut self, name: impl Into<String>, value: f64, goal: Goal) {
        self.0.push(Figure {
            name: name.into(),
            value,
            goal,
        });
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl fmt::Display for Figures {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for Figure { name, value, goal } in &self.0 {
            let reached = match goal.reached(*value) {
                None => "",
                Some(true) => "yes",
                Some(false) => "**no**",
            };
            writeln!(f, "| {name} | {} | {goal} | {reached} |", Short(*value))?;
        }
        Ok(())
    }
}

/// The head of a table of figures.
pub(crate) const HEAD: &str = "| | measured | goal | reached |\n|---|---:|---:|---|\n";

/// A number with two places where it is small, and none where it is large.
pub(crate) struct Short(pub(crate) f64);

impl fmt::Display for Short {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self(value) = self;
        if value.abs() < 100.0 && value.fract() != 0.0 {
            write!(f, "{value:.2}")
        } else {
            write!(f, "{value:.0}")
        }
    }
}

/// The one in the middle; of an even number, the larger of the two.
pub(crate) fn median(mut values: Vec<f64>) -> Option<f64> {
    values.sort_by(f64::total_cmp);
    values.get(values.len() / 2).copied()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_goal_stands_beside_its_figure() {
        let mut figures = Figures::default();
        figures.add("late, ms", 19.999, Goal::AtMost(20.0));
        figures.add("calls a second", 70_645.3, Goal::AtLeast(50_000.0));
        figures.add("pages", 3.0, Goal::None);
        figures.add("of the relay", 2.4, Goal::AtMost(1.25));
        let table = figures.to_string();
        for line in [
            "| calls a second | 70645 | at least 50000 | yes |",
            "| pages | 3 | – |  |",
            "| of the relay | 2.40 | at most 1.25 | **no** |",
        ] {
            assert!(table.contains(line), "{table}");
        }
    }
}
