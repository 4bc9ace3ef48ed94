//! How uploaded files are read: by this program again, as a process for each file. Here are both
//! ends, the reader that starts it and what it does when it is started.

use std::{io, sync::Arc};

use anyhow::Context;

use crate::{
    adapters::{
        scan::{Clamd, Scanner},
        worker::{Bounds, ChildProcess, limits::Limits},
    },
    config::Documents,
    domain::knowledge::{
        extract::ExtractLimits,
        reader::{Reader, child},
    },
};

/// The command of `main` that reads a document.
const COMMAND: &str = "read-document";
/// Bytes of an answer at most: the text, its escapes, and where its blocks are.
const ANSWER: usize = 64 << 20;

/// The reader of a server.
pub(super) fn reader(documents: &Documents) -> anyhow::Result<Reader> {
    let bounds = Bounds {
        memory: documents.reader_memory,
        time: documents.reader_time,
        answer: ANSWER,
        at_once: std::thread::available_parallelism().map_or(1, usize::from),
    };
    let limits = ExtractLimits {
        time: documents.reader_time,
        ..ExtractLimits::default()
    };
    let program = ChildProcess::this_program().context("cannot tell where this program is")?;
    let reader = Reader::apart(Arc::new(ChildProcess::new(program, &[COMMAND], bounds)), limits);
    Ok(match &documents.clamd {
        Some(address) => {
            let clamd: Arc<dyn Scanner> = Arc::new(Clamd::new(address.clone()));
            reader.scanned_by(clamd)
        }
        None => reader,
    })
}

/// Reads the document on standard input within limits, and answers on standard output.
///
/// # Errors
/// Where the limits cannot be set or the request is none; a document that cannot be read is an
/// answer.
pub fn read_document(memory: u64, cpu: u64) -> anyhow::Result<()> {
    let limits = Limits { memory, cpu };
    limits.apply().context("cannot limit itself")?;
    Ok(child::answer(io::stdin().lock(), io::stdout().lock())?)
}
