//! What separates the cells of a table in text, and whether a text is one at all.

use std::collections::HashSet;

/// Bytes and rows that are looked at.
const SAMPLE: usize = 64 << 10;
const SAMPLE_ROWS: usize = 50;
/// Characters of a column's name at most.
const MAX_NAME: usize = 60;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Dialect {
    pub delimiter: u8,
    pub quote: u8,
    /// The first line only says `sep=;`, as spreadsheets write it.
    says: bool,
}

impl Default for Dialect {
    fn default() -> Self {
        Self {
            delimiter: b',',
            quote: b'"',
            says: false,
        }
    }
}

/// How sure one must be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Care {
    /// The file says that it is a table.
    Named,
    /// Nothing says so: prose with commas must not be cut into cells.
    Unnamed,
}

impl Dialect {
    /// The text without the line that names the delimiter.
    #[must_use]
    pub fn body(self, text: &str) -> &str {
        if self.says {
            text.split_once('\n').map_or("", |(_, rest)| rest)
        } else {
            text
        }
    }

    #[must_use]
    pub fn reader(self, text: &str) -> csv::Reader<&[u8]> {
        csv::ReaderBuilder::new()
            .delimiter(self.delimiter)
            .quote(self.quote)
            .has_headers(false)
            .flexible(true)
            .from_reader(text.as_bytes())
    }
}

/// The dialect of `text`, if its lines are rows of one width.
#[must_use]
pub fn of(text: &str, care: Care) -> Option<Dialect> {
    let first = text.lines().next().unwrap_or_default().trim();
    if let Some([delimiter]) = first.strip_prefix("sep=").map(str::as_bytes) {
        return Some(Dialect {
            delimiter: *delimiter,
            quote: quote(text, *delimiter),
            says: true,
        });
    }
    let sample = sample(text);
    let candidates = b",;\t|".iter().filter_map(|&delimiter| {
        let dialect = Dialect {
            delimiter,
            quote: quote(sample, delimiter),
            says: false,
        };
        Some((columns(sample, dialect, care)?, dialect))
    });
    // Of two with as many columns the first is the more common.
    let best = candidates.rev().max_by_key(|(columns, _)| *columns);
    best.map(|(_, dialect)| dialect)
}

/// The beginning of the text, in whole lines.
fn sample(text: &str) -> &str {
    if text.len() <= SAMPLE {
        return text;
    }
    let start = text.get(..text.floor_char_boundary(SAMPLE)).unwrap_or(text);
    start.rsplit_once('\n').map_or(start, |(lines, _)| lines)
}

/// Single quotes where cells stand in them and none in double ones.
fn quote(text: &str, delimiter: u8) -> u8 {
    let beside = |quote: char| {
        let delimiter = char::from(delimiter);
        text.matches(&format!("{quote}{delimiter}{quote}")).count()
    };
    if beside('"') == 0 && beside('\'') > 1 {
        b'\''
    } else {
        b'"'
    }
}

/// Columns of the sample when it is a table in this dialect.
fn columns(sample: &str, dialect: Dialect, care: Care) -> Option<usize> {
    let rows: Vec<csv::StringRecord> = dialect
        .reader(sample)
        .records()
        .take(SAMPLE_ROWS)
        .filter_map(Result::ok)
        .filter(|row| row.iter().any(|cell| !cell.trim().is_empty()))
        .collect();
    let width = rows.first()?.len();
    let alike = rows.iter().filter(|row| row.len() == width).count();
    let table = match care {
        Care::Named => rows.len() >= 2 && alike * 10 >= rows.len() * 9,
        Care::Unnamed => rows.len() >= 3 && alike == rows.len() && !is_prose(sample, dialect, &rows),
    };
    (table && width >= 2).then_some(width)
}

/// Commas and semicolons of prose have a space behind them, and bars at both ends of a line are a
/// table of Markdown. The first row of a table that nothing calls one has to name its columns.
fn is_prose(sample: &str, dialect: Dialect, rows: &[csv::StringRecord]) -> bool {
    let behind = rows.iter().flat_map(|row| row.iter().skip(1));
    let (all, spaced) = behind.fold((0, 0), |(all, spaced), cell| {
        (all + 1, spaced + usize::from(cell.starts_with(' ')))
    });
    let names: Vec<&str> = rows.first().into_iter().flatten().collect();
    (dialect.delimiter != b'\t' && spaced * 3 > all)
        || sample.trim_start().starts_with('|')
        || !is_header(&names)
}

/// Whether the cells of a first row are names of columns and not values.
#[must_use]
pub fn is_header<S: AsRef<str>>(row: &[S]) -> bool {
    let mut seen = HashSet::new();
    row.iter().map(|cell| cell.as_ref().trim()).all(|cell| {
        let value = cell.trim_start_matches(['-', '+', '€', '$', '£']);
        !cell.is_empty()
            && cell.chars().count() <= MAX_NAME
            && !value.starts_with(|c: char| c.is_ascii_digit())
            && !cell.ends_with(['.', '!', ':'])
            && seen.insert(cell.to_lowercase())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_table_is_told_without_a_name() {
        for (text, delimiter) in [
            ("name,phone\nAnna,1\nBen,2\n", b','),
            ("sku;price;stock\nA1;1,50;3\nB2;2,75;4\n", b';'),
            ("a\tb\n1\t2\n3\t4\n", b'\t'),
            ("id|name\n1|x\n2|y\n", b'|'),
            (
                "q,a\n\"Why, oh why?\",\"Because.\"\n\"How?\",\"So, like this.\"\n",
                b',',
            ),
        ] {
            let found = of(text, Care::Unnamed).map(|dialect| dialect.delimiter);
            assert_eq!(found, Some(delimiter), "{text}");
        }
    }

    #[test]
    fn prose_and_markdown_are_no_tables() {
        for text in [
            "Dear customer, hello\nwe are open, mostly\nsee you, soon\n",
            "One, two, three\nfour, five, six\nseven, eight, nine\n",
            "Open daily.\nClosed on Sunday.\nCall us.\n",
            "| a | b |\n|---|---|\n| 1 | 2 |\n",
            "Yes,no\nno,yes\n",
            "1,2\n3,4\n5,6\n",
            "Roses are red,\nViolets are blue,\nSugar is sweet,\n",
            "Note: one;\nNote: two;\nNote: three;\n",
        ] {
            assert_eq!(of(text, Care::Unnamed), None, "{text}");
        }
    }

    #[test]
    fn a_file_that_says_so_is_believed_sooner() {
        assert_eq!(of("a, b\n1, 2\n", Care::Named), Some(Dialect::default()));
        assert_eq!(of("one line, only", Care::Named), None);
    }
}
