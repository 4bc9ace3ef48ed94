//! `docs/SECURITY.md` names the tests that keep its promises: each is there.

use std::{collections::BTreeSet, fs, path::Path};

fn sources(folder: &Path, all: &mut String) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            sources(&path, all);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            *all += &fs::read_to_string(&path).unwrap();
        }
    }
}

#[test]
fn every_test_that_is_named_is_there() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut all = String::new();
    for folder in ["src", "tests/it"] {
        sources(&root.join(folder), &mut all);
    }
    let text = fs::read_to_string(root.join("docs/SECURITY.md")).unwrap();
    let quoted = text.split('`').skip(1).step_by(2);
    let (files, names): (BTreeSet<&str>, BTreeSet<&str>) = quoted
        .filter(|word| {
            word.contains('_') && !word.contains(['(', ' ']) && word.to_lowercase() == *word
                || word.ends_with(".rs")
        })
        .partition(|word| word.contains('.'));
    assert!(names.len() > 30, "{names:?}");
    for name in names {
        assert!(all.contains(&format!("fn {name}(")), "{name} is gone");
    }
    for file in files {
        let places = ["tests/it", "src", "src/store", "."].map(|place| root.join(place).join(file));
        // Of the store, whose folder is within `src`.
        assert!(
            places.iter().any(|place| place.exists()) || file.starts_with("promises"),
            "{file} is gone"
        );
    }
}
