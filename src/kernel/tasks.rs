//! Background tasks with a name, counted, and waited for at shutdown. A panic inside one is
//! logged under its name and reported to whoever asked for the outcome.

use std::{future::Future, time::Duration};

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
        self.tracker.spawn_local(async move {
            if let Err(failed) = task.await
                && failed.is_panic()
            {
                metrics::counter!("parlance_task_panics_total", "task" => name).increment(1);
                error!(task = name, "a task panicked");
            }
        });
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
