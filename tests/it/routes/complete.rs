//! The table of routes has all that the source has, and no more.

use super::table::ROUTES;

/// The paths in the source of the route tables.
fn written() -> Vec<String> {
    let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR"));
    let read = |file: &str| std::fs::read_to_string(root.join(file)).unwrap();
    let mut paths = Vec::new();
    let quoted = |line: &str, call: &str| {
        let (_, rest) = line.split_once(call)?;
        Some(rest.split('"').next()?.to_owned())
    };
    let tables = read("src/http/routes.rs")
        + &read("src/http/tickets/routes.rs")
        + &read("src/http/operator/routes.rs");
    for line in tables.lines() {
        let scoped = |path: String| match path.as_str() {
            "/config" | "/session" => format!("/api/widget/{{space}}{path}"),
            _ => path,
        };
        paths.extend(quoted(line, "at(\"").map(scoped));
        assert!(
            !line.contains(".route(\""),
            "a route this test cannot read: {line}"
        );
    }
    for (file, below) in [
        ("src/realtime/visitor.rs", "/api/widget/{space}"),
        ("src/realtime/console/mod.rs", "/api/console"),
    ] {
        for line in read(file).lines() {
            let path = quoted(line, "route(\"").or_else(|| quoted(line, "at(\""));
            paths.extend(path.map(|path| format!("{below}{path}")));
        }
    }
    paths
}

#[test]
fn every_route_is_in_the_table() {
    let written = written();
    assert!(written.len() > 25, "{written:?}");
    for path in &written {
        assert!(ROUTES.iter().any(|route| route.1 == path), "{path} is missing");
    }
    for (_, path, _) in ROUTES {
        assert!(written.iter().any(|route| route == path), "{path} is gone");
    }
}
