//! The layering rule of `src/lib.rs`, read off the `use` lines and paths of every file: a room
//! imports only what lies below it.

use std::{
    fs,
    path::{Path, PathBuf},
};

/// Rooms from the top down. A room may name those behind it and itself.
const ROOMS: &[&[&str]] = &[
    &["main"],
    &["app", "cli"],
    &["eval", "bench"],
    &["telemetry", "http", "realtime", "jobs"],
    &["actors"],
    &["domain"],
    &["adapters"],
    &["kernel"],
];

/// Below everything but of no layer: configuration names settings of adapters and domain.
const CONFIG: &str = "config";

fn level(room: &str) -> Option<usize> {
    ROOMS.iter().position(|rooms| rooms.contains(&room))
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            if path.file_name().is_some_and(|name| name == "store") {
                continue;
            }
            found.extend(files(&path));
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            found.push(path);
        }
    }
    found
}

/// The rooms that `text` names, as `crate::room` or inside `use crate::{…}`.
fn named(text: &str) -> Vec<String> {
    let code: String = text
        .lines()
        .filter(|line| !line.trim_start().starts_with("//"))
        .collect::<Vec<_>>()
        .join("\n");
    let mut rooms = Vec::new();
    for (at, _) in code.match_indices("crate::") {
        let rest = code.get(at + "crate::".len()..).unwrap();
        if let Some(group) = rest.strip_prefix('{') {
            rooms.extend(heads(group));
        } else {
            rooms.push(word(rest));
        }
    }
    rooms
}

/// The first words of a brace group's members.
fn heads(group: &str) -> Vec<String> {
    let (mut depth, mut start, mut found) = (0_u32, true, Vec::new());
    for (at, c) in group.char_indices() {
        match c {
            '{' => depth += 1,
            '}' if depth == 0 => break,
            '}' => depth -= 1,
            ',' if depth == 0 => start = true,
            c if start && !c.is_whitespace() => {
                found.push(word(group.get(at..).unwrap()));
                start = false;
            }
            _ => {}
        }
    }
    found
}

fn word(text: &str) -> String {
    text.chars()
        .take_while(|c| c.is_alphanumeric() || *c == '_')
        .collect()
}

#[test]
fn every_room_imports_downwards_only() {
    let src = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut wrong = Vec::new();
    for file in files(&src) {
        let inside = file.strip_prefix(&src).unwrap().with_extension("");
        let room = inside.iter().next().unwrap().to_string_lossy().into_owned();
        if room == "lib" || room == CONFIG {
            continue;
        }
        let own = level(&room).unwrap_or_else(|| panic!("{} is in no room of the rule", file.display()));
        for other in named(&fs::read_to_string(&file).unwrap()) {
            let allowed = other == room || other == "store" || other == CONFIG && own <= 3;
            if !allowed && level(&other).is_none_or(|theirs| theirs <= own) {
                wrong.push(format!("{} imports {other}", inside.display()));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn the_domain_knows_neither_http_nor_actors() {
    let src = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/domain");
    for file in files(&src) {
        let text = fs::read_to_string(&file).unwrap();
        for foreign in ["actix", "diesel", "reqwest"] {
            assert!(
                !text.contains(&format!("{foreign}::")),
                "{} uses {foreign}",
                file.display()
            );
        }
    }
}

#[test]
fn no_file_is_over_500_lines() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    for folder in ["src", "src/store/src", "src/store/tests", "loadtest/src", "tests"] {
        for file in files(&root.join(folder)) {
            let lines = fs::read_to_string(&file).unwrap().lines().count();
            assert!(lines <= 500, "{} has {lines} lines", file.display());
        }
    }
}

#[test]
fn the_reader_of_use_lines_reads_them() {
    let text =
        "use crate::{\n    actors::{a, b},\n    domain::x,\n};\n// crate::http\nlet a = crate::kernel::y;";
    assert_eq!(named(text), ["actors", "domain", "kernel"]);
}
