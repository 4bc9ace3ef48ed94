//! A usage report in a file, for upstreams whose own cannot be asked for: CSV with a header, or JSON, with the fields
//! of [`Line`].

use std::path::Path;

use chrono::NaiveDate;
use serde::Deserialize;

use super::{UsageReport, UsageReportError};
use crate::adapters::llm::Usage;

/// Bytes of a file at most.
const MOST: u64 = 64 << 20;

/// What a model used, or a part of it: lines of one model add up. Kinds of tokens that are not there are none.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Line {
    /// The UTC date; lines of other days are left out, those without one are of the day that is asked for.
    day: Option<NaiveDate>,
    model: String,
    /// Not from the cache.
    #[serde(default)]
    input: u64,
    #[serde(default)]
    output: u64,
    #[serde(default)]
    cache_write_5m: u64,
    #[serde(default)]
    cache_write_1h: u64,
    #[serde(default)]
    cache_read: u64,
}

/// What the file says of `day`. Of models that it does not name it says nothing.
///
/// # Errors
/// When it cannot be read; names the line.
pub fn from_file(path: &Path, day: NaiveDate) -> Result<UsageReport, UsageReportError> {
    let shown = path.display();
    let unreadable = |cause: String| UsageReportError::Unreadable(format!("{shown}: {cause}"));
    let size = std::fs::metadata(path).map_err(|error| unreadable(error.to_string()))?;
    if size.len() > MOST {
        return Err(unreadable("it is longer than 64 MiB".to_owned()));
    }
    let text = std::fs::read_to_string(path).map_err(|error| unreadable(error.to_string()))?;
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    parse(&name, &text, day).map_err(unreadable)
}

fn parse(name: &str, text: &str, day: NaiveDate) -> Result<UsageReport, String> {
    let mut report = UsageReport {
        source: name.to_owned(),
        ..UsageReport::default()
    };
    let lines: Vec<Line> = if text.trim_start().starts_with('[') {
        serde_json::from_str(text).map_err(|error| error.to_string())?
    } else {
        let mut reader = csv::ReaderBuilder::new()
            .trim(csv::Trim::All)
            .from_reader(text.as_bytes());
        let read: Result<_, csv::Error> = reader.deserialize().collect();
        read.map_err(|error| error.to_string())?
    };
    for line in lines
        .into_iter()
        .filter(|line| line.day.is_none_or(|of| of == day))
    {
        let usage = Usage {
            input: line.input,
            output: line.output,
            cache_write_5m: line.cache_write_5m,
            cache_write_1h: line.cache_write_1h,
            cache_read: line.cache_read,
        };
        let added = report.add(&line.model, usage);
        added.ok_or_else(|| format!("{} used more than can be counted", line.model))?;
    }
    Ok(report)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day() -> NaiveDate {
        NaiveDate::from_ymd_opt(2026, 11, 22).unwrap()
    }

    #[test]
    fn csv_and_json_say_the_same() {
        let csv = "day,model,input,output,cache_read\n2026-11-22,gpt-4.1-mini,100,20,7\n\
                   2026-11-22, gpt-4.1-mini ,1,2,3\n2026-11-21,gpt-4.1-mini,5,5,5\n";
        let json = r#"[{"model": "gpt-4.1-mini", "input": 101, "output": 22, "cache_read": 10}]"#;
        let (csv, json) = (parse("u", csv, day()).unwrap(), parse("u", json, day()).unwrap());
        assert_eq!(csv, json);
        assert_eq!(csv.models["gpt-4.1-mini"].input, 101);
        assert!(csv.covers("gpt-4.1-mini") && !csv.covers("gpt-5-mini"));
    }

    #[test]
    fn what_is_no_report_is_refused_and_named() {
        for (text, named) in [
            ("model,input\ngpt-5-mini,many", "line: 2"),
            ("model,input\ngpt-5-mini,-1", "line: 2"),
            ("model,inputs\ngpt-5-mini,1", "inputs"),
            ("input\n1", "model"),
            (r#"[{"model": "a", "input": 1.5}]"#, "1.5"),
            (
                "model,input\na,18446744073709551615\na,1",
                "more than can be counted",
            ),
        ] {
            let error = parse("u", text, day()).unwrap_err();
            assert!(error.contains(named), "{text}: {error}");
        }
    }
}
