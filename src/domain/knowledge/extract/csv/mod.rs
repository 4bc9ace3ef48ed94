//! CSV to Markdown: its dialect is found by content, its first row names the columns unless it is
//! one of values. A file that is no table after all is text.

pub mod dialect;

use super::{
    ExtractError, markdown,
    rows::{Rows, joined, value},
    text,
};
use crate::domain::knowledge::{block::Extracted, extract::compose};

/// Columns at most; a row has so many cells only in a file that is no table.
const MAX_COLUMNS: usize = 200;

/// Blocks of a CSV file.
///
/// # Errors
/// `Damaged` when its rows cannot be told apart.
pub fn extract(text: &str) -> Result<Extracted, ExtractError> {
    let lines = text.lines().filter(|line| !line.trim().is_empty());
    let commas = lines.clone().filter(|line| line.contains(',')).count();
    let found = dialect::of(text, dialect::Care::Named);
    let ragged = (commas * 2 > lines.count()).then(dialect::Dialect::default);
    let Some(dialect) = found.or(ragged) else {
        return Ok(text::extract(text.to_owned()));
    };
    let mut records = read(dialect.body(text), dialect)?;
    let columns = records.iter().map(Vec::len).max().unwrap_or(0);
    if columns > MAX_COLUMNS {
        return Err(ExtractError::Damaged(format!(
            "it has more than {MAX_COLUMNS} columns"
        )));
    }
    let written = if columns < 2 {
        joined(records.iter().flatten().map(|cell| value(cell)).collect())
    } else {
        let mut names = if records.first().is_some_and(|first| dialect::is_header(first)) {
            records.remove(0)
        } else {
            Vec::new()
        };
        for number in names.len()..columns {
            names.push(format!("Column {}", number + 1));
        }
        let rows = Rows {
            columns: names.iter().map(|name| compose::one_line(name)).collect(),
            cells: records,
        };
        rows.markdown(2)
    };
    let mut extracted = markdown::extract(written);
    // A row's name is not the document's.
    extracted.title = None;
    Ok(extracted)
}

/// All records that hold something.
fn read(text: &str, dialect: dialect::Dialect) -> Result<Vec<Vec<String>>, ExtractError> {
    let mut records = Vec::new();
    for record in dialect.reader(text).records() {
        let record = record.map_err(|error| ExtractError::Damaged(error.to_string()))?;
        if record.iter().any(|cell| !cell.trim().is_empty()) {
            records.push(record.iter().map(|cell| cell.trim().to_owned()).collect());
        }
    }
    Ok(records)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::knowledge::chunk::{self, ChunkLimits};

    fn text(csv: &str) -> String {
        extract(csv).unwrap().text
    }

    #[test]
    fn quotes_delimiters_and_line_breaks_are_found() {
        for csv in [
            "zone,note\nA,\"one, two\"\nB,\"a\nb\"\n",
            "zone;note\nA;one, two\nB;\"a\nb\"\n",
            "zone\tnote\nA\tone, two\nB\ta b\n",
            "sep=;\nzone;note\nA;one, two\nB;a b\n",
            "'zone';'note'\n'A';'one, two'\n'B';'a b'\n",
        ] {
            let expected = "| zone | note |\n| --- | --- |\n| A | one, two |\n| B | a b |";
            assert_eq!(text(csv), expected, "{csv}");
        }
    }

    #[test]
    fn questions_and_answers_are_found_by_their_columns() {
        let csv =
            "id,Question,Answer\n1,How long?,\"Two days.\n\nMore in winter.\"\n2,How much?,Five euros\n";
        assert_eq!(
            text(csv),
            "## How long?\n\nTwo days.\n\nMore in winter.\n\n- id: 1\n\n## How much?\n\nFive euros\n\n- id: 2"
        );
    }

    #[test]
    fn rows_without_a_header_are_all_kept() {
        let found = text("1,5.00\n2,7.50\n3,9.00\n");
        assert!(
            found.starts_with("| Column 1 | Column 2 |\n| --- | --- |\n| 1 | 5.00 |"),
            "{found}"
        );
        assert_eq!(
            text("first\n\nsecond, with a comma\n"),
            "first\n\nsecond, with a comma\n"
        );
    }

    #[test]
    fn no_passage_is_without_the_header() {
        let rows: String = (0..300)
            .map(|n| format!("DE-{n},{}.50,{n} days\n", n * 7))
            .collect();
        let extracted = extract(&format!("zone,price,time\n{rows}")).unwrap();
        let count = |text: &str| text.len().div_ceil(2);
        let passages = chunk::cut(&extracted, "Prices by zone", ChunkLimits::default(), &count);
        assert!(passages.len() > 10);
        for passage in passages {
            let text = &extracted.text[passage.range];
            assert!(text.starts_with("| zone | price | time |"), "{text}");
        }
    }

    #[test]
    fn ragged_rows_lose_nothing() {
        let found = text("name,days\nA,1,extra\nB\n");
        for word in ["extra", "Column 3", "| B |"] {
            assert!(found.contains(word), "{word} in {found}");
        }
    }
}
