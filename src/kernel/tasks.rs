//! Background tasks with a name, counted, and waited for at shutdown. A panic inside one is
//! logged under its name and reported to whoever asked for the outcome.

use std::{future::Future, time::Duration};

use tokio::{runtime::Handle, task::JoinHandle};
use tokio_util::{
    sync::CancellationToken,
    task::{AbortOnDropHandle, TaskTracker},
};
use tracing::{Instrument, error, info_span};

/// Tracks tasks of one application. Cheap to clone.
#[derive(Clone, Debug, Default)]
pub struct Tasks {
    tracker: TaskTracker,
    stopping: CancellationToken,
}

impl Tasks {
    /// Runs `future` on the current thread's local set (it need not be `Send`).
    pub fn spawn_local(&self, name: &'static str, future: impl Future<Output = ()> + 'static) {
        let task = self
            .tracker
            .spawn_local(future.instrument(info_span!("task", name)));
        self.tracker.spawn_local(watch(name, task));
    }

    /// The same on the thread of `home`, for what is to be done although the thread that asks for it ends.
    pub fn spawn_on(
        &self,
        home: &Handle,
        name: &'static str,
        future: impl Future<Output = ()> + Send + 'static,
    ) {
        let future = future.instrument(info_span!("task", name));
        let task = self.tracker.spawn_on(future, home);
        self.tracker.spawn_on(watch(name, task), home);
    }

    /// Runs `future` the same way for whoever holds the handle: dropped, it ends the task.
    pub fn begin_local<T: 'static>(
        &self,
        name: &'static str,
        future: impl Future<Output = T> + 'static,
    ) -> AbortOnDropHandle<T> {
        AbortOnDropHandle::new(
            self.tracker
                .spawn_local(future.instrument(info_span!("task", name))),
        )
    }

    /// Tasks that have not ended.
    #[must_use]
    pub fn running(&self) -> usize {
        self.tracker.len()
    }

    /// Cancelled once the application begins to stop; long loops end on it.
    #[must_use]
    pub fn stopping(&self) -> CancellationToken {
        self.stopping.clone()
    }

    /// Tells all tasks to stop and waits for them, `limit` at most. False when some are left.
    pub async fn stop(&self, limit: Duration) -> bool {
        self.stopping.cancel();
        self.tracker.close();
        tokio::time::timeout(limit, self.tracker.wait()).await.is_ok()
    }
}

/// Tells of a task that panicked.
async fn watch(name: &'static str, task: JoinHandle<()>) {
    if let Err(failed) = task.await
        && failed.is_panic()
    {
        metrics::counter!("parlance_task_panics_total", "task" => name).increment(1);
        error!(task = name, "a task panicked");
    }
}
