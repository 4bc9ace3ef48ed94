//! The bounded queue between async callers and the model's threads. Two lanes: questions are
//! taken first. A call's texts may end up in different batches; its reply is sent when the last
//! one is done. Overflow: the whole call is refused with `Busy`, nothing is dropped later.

use std::{
    collections::VecDeque,
    fmt,
    sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError},
};

use tokio::sync::oneshot;

use crate::adapters::embed::{EmbedError, Purpose};

type Vectors = Result<Vec<Vec<f32>>, EmbedError>;

struct Call {
    vectors: Vec<Vec<f32>>,
    missing: usize,
    reply: Option<oneshot::Sender<Vectors>>,
}

/// One text of a call, on its way through the model.
pub(super) struct Task {
    text: String,
    at: usize,
    call: Arc<Mutex<Call>>,
}

impl Task {
    pub(super) fn text(&self) -> &str {
        &self.text
    }

    /// Whether the caller has gone away.
    pub(super) fn abandoned(&self) -> bool {
        lock(&self.call)
            .reply
            .as_ref()
            .is_none_or(oneshot::Sender::is_closed)
    }

    pub(super) fn done(self, vector: Vec<f32>) {
        let mut call = lock(&self.call);
        if let Some(slot) = call.vectors.get_mut(self.at) {
            *slot = vector;
        }
        call.missing = call.missing.saturating_sub(1);
        if call.missing == 0
            && let Some(reply) = call.reply.take()
        {
            // The caller may have left meanwhile: nobody to tell.
            reply.send(Ok(std::mem::take(&mut call.vectors))).ok();
        }
    }

    pub(super) fn fail(self, error: EmbedError) {
        if let Some(reply) = lock(&self.call).reply.take() {
            reply.send(Err(error)).ok();
        }
    }
}

#[derive(Default)]
struct Lanes {
    queries: VecDeque<Task>,
    passages: VecDeque<Task>,
    closed: bool,
}

impl Lanes {
    fn next(&mut self) -> Option<Task> {
        self.queries.pop_front().or_else(|| self.passages.pop_front())
    }
}

pub(super) struct Queue {
    lanes: Mutex<Lanes>,
    ready: Condvar,
    capacity: usize,
}

impl fmt::Debug for Queue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Queue")
            .field("capacity", &self.capacity)
            .finish_non_exhaustive()
    }
}

impl Queue {
    /// `capacity` texts per lane.
    pub(super) fn new(capacity: usize) -> Self {
        Self {
            lanes: Mutex::default(),
            ready: Condvar::new(),
            capacity,
        }
    }

    pub(super) fn push(
        &self,
        texts: &[String],
        purpose: Purpose,
    ) -> Result<oneshot::Receiver<Vectors>, EmbedError> {
        let (reply, answer) = oneshot::channel();
        let call = Arc::new(Mutex::new(Call {
            vectors: vec![Vec::new(); texts.len()],
            missing: texts.len(),
            reply: Some(reply),
        }));
        let mut lanes = lock(&self.lanes);
        if lanes.closed {
            return Err(EmbedError::Unavailable("the embedder is shutting down".into()));
        }
        let lane = match purpose {
            Purpose::Query => &mut lanes.queries,
            Purpose::Passage => &mut lanes.passages,
        };
        if lane.len() + texts.len() > self.capacity {
            return Err(EmbedError::Busy);
        }
        let tasks = texts.iter().enumerate();
        lane.extend(tasks.map(|(at, text)| Task {
            text: text.clone(),
            at,
            call: call.clone(),
        }));
        drop(lanes);
        self.ready.notify_all();
        Ok(answer)
    }

    /// The next text, waiting for one; `None` once closed and empty.
    pub(super) fn wait(&self) -> Option<Task> {
        let mut lanes = lock(&self.lanes);
        loop {
            if let Some(task) = lanes.next() {
                return Some(task);
            }
            if lanes.closed {
                return None;
            }
            lanes = self.ready.wait(lanes).unwrap_or_else(PoisonError::into_inner);
        }
    }

    /// The next text, if one is waiting.
    pub(super) fn poll(&self) -> Option<Task> {
        lock(&self.lanes).next()
    }

    pub(super) fn close(&self) {
        lock(&self.lanes).closed = true;
        self.ready.notify_all();
    }
}

/// A panic in another thread leaves these maps whole: go on with them.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn questions_overtake_what_is_embedded_in_the_background_and_are_not_refused_for_it() {
        let queue = Queue::new(2);
        let push = |text: &str, purpose| queue.push(&[text.to_owned()], purpose);
        let _background = [
            push("one", Purpose::Passage).unwrap(),
            push("two", Purpose::Passage).unwrap(),
        ];
        assert_eq!(push("three", Purpose::Passage).unwrap_err(), EmbedError::Busy);
        let _asked = push("when?", Purpose::Query).unwrap();
        let order: Vec<String> =
            std::iter::from_fn(|| queue.poll().map(|task| task.text().to_owned())).collect();
        assert_eq!(order, ["when?", "one", "two"]);
    }
}
