//! Files that mean harm, read by the real program as a process of its own: each is a failed document
//! with a reason, and the next one is read.

use std::{
    io::{Cursor, Write},
    os::unix::process::ExitStatusExt,
    process::{Command, Stdio},
    sync::Arc,
    time::{Duration, Instant},
};

use parlance::{
    adapters::worker::{Bounds, ChildProcess},
    domain::knowledge::{
        extract::{self, ExtractError, ExtractLimits},
        ingest::{Ingest, IngestError},
        reader::Reader,
    },
};
use parlance_store::queries::documents::{self, DocumentStatus};
use zip::{ZipWriter, write::SimpleFileOptions};

use super::{database, ingest, tenant};
use crate::support::Words;

const PROGRAM: &str = env!("CARGO_BIN_EXE_parlance");

fn program(program: &str, time: Duration) -> Reader {
    let bounds = Bounds {
        memory: 1 << 30,
        time,
        answer: 64 << 20,
        at_once: 2,
    };
    let limits = ExtractLimits {
        time,
        ..ExtractLimits::default()
    };
    Reader::apart(
        Arc::new(ChildProcess::new(program, &["read-document"], bounds)),
        limits,
    )
}

/// With time enough for a loaded machine.
fn reader() -> Reader {
    program(PROGRAM, Duration::from_secs(60))
}

async fn refused(file: impl Into<Vec<u8>>, name: &str) -> ExtractError {
    reader().read(file.into(), name).await.unwrap_err()
}

fn docx(text: &str) -> Vec<u8> {
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    zip.start_file("word/document.xml", SimpleFileOptions::default())
        .unwrap();
    zip.write_all(text.as_bytes()).unwrap();
    zip.finish().unwrap().into_inner()
}

#[tokio::test]
async fn a_process_of_its_own_reads_what_this_one_would() {
    let limits = ExtractLimits::default();
    let files: [(&[u8], &str); 5] = [
        (
            include_bytes!("../../../demo/acme/docs/arm-a1-guide.pdf"),
            "a.pdf",
        ),
        (include_bytes!("../../../demo/acme/docs/shipping.html"), "b.html"),
        (include_bytes!("../../../demo/acme/docs/warranty.md"), "c.md"),
        (b"name,phone\nAnna,1\nBen,2\n", "d"),
        (br#"[{"question":"Why?","answer":"So."}]"#, "e"),
    ];
    for (file, name) in files {
        let apart = reader().read(file.to_vec(), name).await;
        assert_eq!(apart, extract::read(file, name, limits), "{name}");
    }
    let (_, word) = reader()
        .read(docx("<w:p><w:r><w:t>Words</w:t></w:r></w:p>"), "f")
        .await
        .unwrap();
    assert_eq!(word.text, "Words");
}

#[tokio::test]
async fn whatever_a_parser_does_the_reason_is_told_and_the_next_file_is_read() {
    let short = Duration::from_secs(3);
    for told in ["loop", "sleep"] {
        let late = program(PROGRAM, short)
            .read(format!("parlance, {told}").into(), "a.txt")
            .await;
        assert_eq!(late, Err(ExtractError::TimedOut(short)), "{told}");
    }
    let full = refused("parlance, grow", "a.txt").await;
    assert_eq!(full, ExtractError::OutOfMemory { limit: 1024 });
    for told in ["panic", "abort", "garble"] {
        let failed = refused(format!("parlance, {told}"), "a.txt").await;
        assert!(matches!(failed, ExtractError::Damaged(_)), "{told}: {failed}");
        assert!(!failed.is_transient());
    }
    let (_, fine) = reader().read(b"still here".to_vec(), "a.txt").await.unwrap();
    assert_eq!(fine.text, "still here");
}

#[tokio::test]
async fn hostile_files_are_refused_with_a_reason() {
    let bomb = docx(&" ".repeat(80 << 20));
    assert!(bomb.len() < 1 << 20);
    assert!(matches!(
        refused(bomb, "a.docx").await,
        ExtractError::Expands { .. }
    ));
    let deep = refused("[".repeat(1 << 20), "a.json").await.to_string();
    assert!(deep.contains("recursion limit"), "{deep}");
    let deep = format!(
        "%PDF-1.4\n1 0 obj\n{}\nendobj\ntrailer<</Root 1 0 R>>",
        "[".repeat(1 << 20)
    );
    assert!(matches!(refused(deep, "a.pdf").await, ExtractError::Damaged(_)));
    let large = vec![b'a'; ExtractLimits::default().bytes + 1];
    assert!(matches!(
        refused(large, "a.txt").await,
        ExtractError::TooLarge { .. }
    ));
    let deep = format!("<html><body>{}deep words", "<div><b>".repeat(5_000));
    let deep = refused(deep, "a.html").await.to_string();
    assert!(deep.contains("nested too deeply"), "{deep}");
}

#[tokio::test]
async fn a_hostile_document_has_failed_and_one_without_a_worker_waits() {
    let test = database().await;
    let (db, space) = tenant(test.db(), "acme").await;
    let with = |reader| Ingest {
        reader,
        ..ingest(Arc::new(Words))
    };
    let document = async |ingest: &Ingest, name: &str, content: &[u8]| {
        let (id, _) = ingest.put(&db, space, name, None, content).await.unwrap();
        let error = ingest.run(&db, id).await.err();
        let row = db
            .read(async |conn| documents::get(conn, id).await)
            .await
            .unwrap();
        (error, row)
    };
    let (_, failed) = document(&with(reader()), "bad.txt", b"parlance, abort").await;
    assert_eq!(failed.status, DocumentStatus::Failed);
    assert!(
        failed
            .error
            .is_some_and(|reason| reason.contains("cannot be followed"))
    );
    let nowhere = with(program("/nowhere/parlance", Duration::from_secs(5)));
    let (error, waits) = document(&nowhere, "good.txt", b"good words").await;
    assert!(error.as_ref().is_some_and(IngestError::is_transient), "{error:?}");
    assert_eq!(waits.status, DocumentStatus::Queued);
    let resumed = with(reader()).resume(&db).await.unwrap();
    assert_eq!((resumed.ready, resumed.left), (1, 0));
}

#[test]
fn processor_time_is_limited_where_nobody_watches_the_clock() {
    let mut child = Command::new(PROGRAM)
        .args(["read-document", "--memory", "1073741824", "--cpu", "1"])
        .env_clear()
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .spawn()
        .unwrap();
    let limits = serde_json::to_string(&ExtractLimits::default()).unwrap();
    let request = format!("{{\"version\":1,\"name\":\"a\",\"limits\":{limits}}}\nparlance, loop");
    child.stdin.take().unwrap().write_all(request.as_bytes()).unwrap();
    let ended = child.wait().unwrap();
    assert_eq!(ended.signal(), Some(nix::sys::signal::Signal::SIGXCPU as i32));
}

#[tokio::test]
async fn a_process_for_every_file_is_cheap() {
    let reader = reader();
    let mut best = Duration::MAX;
    for _ in 0..10 {
        let started = Instant::now();
        reader.read(b"# Title\n\nwords".to_vec(), "a.md").await.unwrap();
        best = best.min(started.elapsed());
    }
    println!("reading a small file in a process of its own takes {best:?}");
    assert!(best < Duration::from_secs(1), "{best:?}");
}
