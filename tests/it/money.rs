//! No floating point touches money: not in Rust, not in SQL, not on the screen.

use std::{
    fs,
    path::{Path, PathBuf},
};

/// What deals with money, files and folders.
const RUST: &[&str] = &[
    "src/actors/ledger",
    "src/adapters/billing",
    "src/adapters/usage_report",
    "src/app/billing.rs",
    "src/app/reconcile.rs",
    "src/config/billing.rs",
    "src/domain/billing",
    "src/http/billing.rs",
    "src/http/payments.rs",
    "src/store/src/control/billing_events.rs",
    "src/store/src/control/plans.rs",
    "src/store/src/control/reconciliations.rs",
    "src/store/src/queries/invoices.rs",
    "src/store/src/queries/ledger",
    "src/store/src/queries/quotas.rs",
    "src/store/src/queries/subscriptions.rs",
];

/// Where a cost is a sample of a statistic, whose mean and variance nobody is charged.
const STATISTICS: &[&str] = &["src/store/src/queries/experiments/figures.rs"];

/// Words of a line that name money, wherever it is.
const MONEY: &[&str] = &[
    "amount",
    "cost",
    "currency",
    "dollar",
    "nanos",
    "price",
    "thousandths",
];

const FLOATS: &[&str] = &["f32", "f64"];
const SQL_FLOATS: &[&str] = &["real", "double", "float", "float4", "float8", "money"];
/// What makes a floating point number of a text, or of another number.
const SCRIPT_FLOATS: &[&str] = &["Number", "parseFloat", "toFixed", "1e9", "Math"];

fn files(path: &Path, ends: &[&str], found: &mut Vec<PathBuf>) {
    if path.is_dir() {
        for entry in fs::read_dir(path).unwrap() {
            files(&entry.unwrap().path(), ends, found);
        }
    } else if ends.iter().any(|end| path.to_string_lossy().ends_with(end)) {
        found.push(path.to_owned());
    }
}

fn words(line: &str) -> impl Iterator<Item = &str> {
    line.split(|c: char| !c.is_alphanumeric() && c != '_')
}

fn has(line: &str, any: &[&str]) -> bool {
    words(line).any(|word| any.contains(&word))
}

fn names_money(line: &str) -> bool {
    let line = line.to_lowercase();
    MONEY.iter().any(|word| line.contains(word))
}

/// Lines of the files below `paths` that `is_wrong`, with their places; without comments.
fn wrong(paths: &[&str], ends: &[&str], is_wrong: impl Fn(&str) -> bool) -> Vec<String> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut found = Vec::new();
    for path in paths {
        let before = found.len();
        files(&root.join(path), ends, &mut found);
        assert!(found.len() > before, "{path} is gone");
    }
    found.retain(|file| !STATISTICS.iter().any(|exempt| file.ends_with(exempt)));
    let mut lines = Vec::new();
    for file in found {
        let text = fs::read_to_string(&file).unwrap();
        for (number, line) in text.lines().enumerate() {
            let code = line.split("--").next().unwrap_or_default();
            let comment = line.trim_start().starts_with(['/', '*'].as_slice());
            if !comment && is_wrong(code) {
                lines.push(format!("{}:{} {line}", file.display(), number + 1));
            }
        }
    }
    lines
}

#[test]
fn no_floating_point_touches_money() {
    let nothing: [String; 0] = [];
    assert_eq!(wrong(RUST, &[".rs"], |line| has(line, FLOATS)), nothing);
    let elsewhere = |line: &str| has(line, FLOATS) && names_money(line);
    assert_eq!(wrong(&["src"], &[".rs"], elsewhere), nothing);

    let column = |line: &str| names_money(line) && has(&line.to_lowercase(), SQL_FLOATS);
    assert_eq!(
        wrong(&["migrations", "src/store/src"], &[".sql", ".rs"], column),
        nothing
    );

    let screen = |line: &str| names_money(line) && has(line, SCRIPT_FLOATS);
    let mut found = wrong(&["admin/src"], &[".ts", ".tsx"], screen);
    found.retain(|line| !line.contains(".test.ts"));
    assert_eq!(found, nothing);
}

#[test]
fn what_would_touch_it_is_found() {
    assert!(has("    pub cost: Option<f64>,", FLOATS));
    assert!(!has("    backoff.mul_f64(jitter)", FLOATS));
    assert!(has("price double precision not null", SQL_FLOATS));
    assert!(has("format(Number(amount))", SCRIPT_FLOATS));
    assert!(names_money("const cost = nanos"));
}
