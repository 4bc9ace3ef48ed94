//! A server whose wall clock is wrong: a few lines of C go between it and the system's clock.

use std::{
    path::{Path, PathBuf},
    process::Stdio,
};

use tokio::process::Command;

const SOURCE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/it/kill/skew.c");

/// By how much the clock is wrong.
#[derive(Clone)]
pub struct Skew {
    library: PathBuf,
    pub seconds: i64,
}

impl Skew {
    /// No skew yet. None where there is no C compiler, or no such way to put something before the system's clock.
    pub async fn compile(folder: &Path) -> Option<Self> {
        let library = folder.join("skew.so");
        let mut compiler = Command::new("cc");
        compiler
            .args(["-O1", "-shared", "-fPIC", "-o"])
            .arg(&library)
            .arg(SOURCE);
        let done = compiler.stderr(Stdio::null()).status().await;
        let is_compiled = cfg!(target_os = "linux") && done.is_ok_and(|done| done.success());
        is_compiled.then_some(Self { library, seconds: 0 })
    }

    pub fn apply(&self, command: &mut Command) {
        command
            .env("LD_PRELOAD", &self.library)
            .env("CLOCK_SKEW_SECONDS", self.seconds.to_string());
    }
}
