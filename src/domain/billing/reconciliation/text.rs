//! A reconciliation as a table for a terminal.

use std::fmt;

use super::{Difference, Figures, Reconciliation, Side};

impl fmt::Display for Reconciliation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let source = self.source.as_deref().unwrap_or("no usage report");
        writeln!(f, "{}  compared with {source}\n", self.day)?;
        writeln!(
            f,
            "{:28} {:9} {:>7} {:>12} {:>12} {:>12} {:>12} {:>12} {:>16}",
            "model", "", "calls", "input", "output", "write 5m", "write 1h", "read", "nano-dollars"
        )?;
        for model in &self.models {
            row(f, &model.model, "told", &model.told)?;
            row(f, "", "estimated", &model.estimated)?;
            if let Some(billed) = &model.upstream {
                row(f, "", "upstream", billed)?;
            }
        }
        writeln!(f)?;
        for difference in &self.differences {
            writeln!(f, "{difference}")?;
        }
        let all: usize = self.counts.values().sum();
        if all > self.differences.len() {
            writeln!(f, "and {} more", all - self.differences.len())?;
        }
        match (all, self.wrong()) {
            (0, _) => writeln!(f, "no differences"),
            (all, 0) => writeln!(f, "{all} differences, all of them as they must be"),
            (all, wrong) => writeln!(f, "{all} differences, {wrong} of them to be looked at"),
        }
    }
}

fn row(f: &mut fmt::Formatter<'_>, model: &str, side: &str, figures: &Figures) -> fmt::Result {
    let known = |number: Option<i64>| number.map_or_else(|| "-".to_owned(), |number| number.to_string());
    let tokens = &figures.tokens;
    writeln!(
        f,
        "{model:28} {side:9} {:>7} {:>12} {:>12} {:>12} {:>12} {:>12} {:>16}",
        known(figures.calls),
        tokens.input,
        tokens.output,
        tokens.cache_write_5m,
        tokens.cache_write_1h,
        tokens.cache_read,
        known(figures.cost_nanos),
    )
}

impl fmt::Display for Difference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:24} ", self.cause.as_str())?;
        if let Some(workspace) = self.workspace {
            write!(f, "workspace {workspace}  ")?;
        }
        write!(
            f,
            "{}  booked {}  compared {}",
            self.about, self.booked, self.compared
        )
    }
}

impl fmt::Display for Side {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Nothing => f.write_str("nothing"),
            Self::Text(text) => f.write_str(text),
            Self::Figures(figures) => {
                let tokens = &figures.tokens;
                write!(
                    f,
                    "[{} in, {} out, {} and {} written, {} read]",
                    tokens.input,
                    tokens.output,
                    tokens.cache_write_5m,
                    tokens.cache_write_1h,
                    tokens.cache_read
                )?;
                match figures.cost_nanos {
                    Some(nanos) => write!(f, " {nanos} n$"),
                    None => Ok(()),
                }
            }
        }
    }
}
