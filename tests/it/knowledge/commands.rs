//! `parlance ingest` against a running server.

use std::{process::Output, sync::Arc};

use chrono::{DateTime, TimeDelta};
use parlance::kernel::clock::ManualClock;
use tokio::process::Command;

use super::{removed::Gated, rest::Admin};
use crate::support::{PASSWORD, Setup, eventually};

fn ingest(admin: &Admin, folder: &std::path::Path, what: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_parlance"));
    command
        .env_clear()
        .current_dir(folder)
        .env("PARLANCE_URL", &admin.app.base)
        .env("PARLANCE_EMAIL", &admin.acme.email)
        .env("PARLANCE_PASSWORD", PASSWORD)
        .args(["ingest", "--space", "acme"])
        .args(what)
        .kill_on_drop(true);
    command
}

fn said(output: &Output) -> String {
    let (out, err) = (
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr),
    );
    format!("{out}{err}")
}

#[tokio::test]
async fn files_of_one_name_in_two_folders_are_two_documents() {
    let admin = Admin::start().await;
    let folder = tempfile::tempdir().unwrap();
    for inside in ["docs/arms", "docs/legs", "more"] {
        let inside = folder.path().join(inside);
        std::fs::create_dir_all(&inside).unwrap();
        std::fs::write(inside.join("setup.md"), format!("# {}", inside.display())).unwrap();
    }
    let output = ingest(&admin, folder.path(), &["docs"]).output().await.unwrap();
    assert!(output.status.success(), "{}", said(&output));
    let names = async || {
        let listed = admin.get("/api/chat-spaces/{space}/documents").await;
        let items = listed["items"].as_array().unwrap().clone();
        let names = items.iter().map(|item| item["name"].as_str().unwrap().to_owned());
        names.collect::<Vec<_>>()
    };
    assert_eq!(names().await, ["arms/setup.md", "help.md", "legs/setup.md"]);

    let both = ["docs/arms", "more/setup.md"];
    let output = ingest(&admin, folder.path(), &both).output().await.unwrap();
    assert!(!output.status.success());
    let said = said(&output);
    assert!(
        said.contains("docs/arms/setup.md and more/setup.md") && said.contains("setup.md"),
        "{said}"
    );
    assert_eq!(names().await.len(), 3, "nothing was given");
}

#[tokio::test]
async fn who_waits_for_longer_than_a_token_holds_logs_in_again() {
    let clock = Arc::new(ManualClock::at(
        DateTime::from_timestamp(1_800_000_000, 0).unwrap(),
    ));
    let gate = Gated::shut();
    let admin = Admin::on(Setup::default().clock(clock.clone()).embedder(gate.clone())).await;
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("slow.md"), "WAIT for it").unwrap();
    let mut running = ingest(&admin, folder.path(), &["slow.md"]);
    let running = running.stdout(std::process::Stdio::piped()).spawn().unwrap();
    eventually(async || {
        let jobs = admin.get("/api/jobs").await;
        (jobs["items"][0]["state"] == "running").then_some(())
    })
    .await;
    clock.advance(TimeDelta::minutes(16));
    gate.open();
    let output = running.wait_with_output().await.unwrap();
    assert!(output.status.success(), "{}", said(&output));
}
