//! The limits a worker sets itself, before it reads anything. They cannot be raised again.

use nix::{
    errno::Errno,
    sys::resource::{Resource, setrlimit},
};

/// Files a worker may have open: the three it is given, and a few that libraries look into.
const FILES: u64 = 16;

/// What this process may use from now on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Bytes of address space.
    pub memory: u64,
    /// Seconds of processor time.
    pub cpu: u64,
}

impl Limits {
    /// Sets them, and that nothing is left behind: no core, no file.
    ///
    /// # Errors
    /// What the system refused.
    pub fn apply(self) -> Result<(), Errno> {
        setrlimit(Resource::RLIMIT_CORE, 0, 0)?;
        setrlimit(Resource::RLIMIT_FSIZE, 0, 0)?;
        setrlimit(Resource::RLIMIT_NOFILE, FILES, FILES)?;
        // The first second over it ends the process by a signal that says why.
        setrlimit(Resource::RLIMIT_CPU, self.cpu, self.cpu.saturating_add(1))?;
        // macOS does not know a limit on address space; there time is what bounds a worker.
        if cfg!(target_os = "linux") {
            setrlimit(Resource::RLIMIT_AS, self.memory, self.memory)?;
        }
        Ok(())
    }
}
