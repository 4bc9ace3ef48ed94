//! What is still to be visited, in the order it was found, each page once.

use std::collections::{HashSet, VecDeque};

use chrono::{DateTime, Utc};
use url::Url;

/// A place to visit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Entry {
    /// As [`super::normal::normalise`] writes it.
    pub url: Url,
    pub depth: u32,
    /// Redirects that led here, the first one first.
    pub via: Vec<Url>,
    /// What was asked before and failed for a moment.
    pub tries: u32,
    /// What a sitemap says.
    pub modified: Option<DateTime<Utc>>,
    /// Where the crawl begins, or a redirect from there leads.
    pub start: bool,
}

impl Entry {
    pub(super) fn new(url: Url, depth: u32) -> Self {
        Self {
            url,
            depth,
            via: Vec::new(),
            tries: 0,
            modified: None,
            start: false,
        }
    }
}

/// The queue and all that was ever in it, up to `limit` URLs: some 300 bytes each.
#[derive(Debug)]
pub(super) struct Frontier {
    queue: VecDeque<Entry>,
    seen: HashSet<String>,
    /// Names that pages were delivered under.
    taken: HashSet<String>,
    limit: usize,
}

impl Frontier {
    pub(super) fn new(limit: usize) -> Self {
        Self {
            queue: VecDeque::new(),
            seen: HashSet::new(),
            taken: HashSet::new(),
            limit,
        }
    }

    /// Queues what was not seen before. False where it was, or there is no room.
    pub(super) fn push(&mut self, entry: Entry) -> bool {
        let new = self.see(&entry.url);
        if new {
            self.queue.push_back(entry);
        }
        new
    }

    /// Queues it to be visited next.
    pub(super) fn push_next(&mut self, entry: Entry) -> bool {
        let new = self.see(&entry.url);
        if new {
            self.queue.push_front(entry);
        }
        new
    }

    /// Notes a URL. False where it was noted before, or there is no room.
    pub(super) fn see(&mut self, url: &Url) -> bool {
        self.seen.len() < self.limit && self.seen.insert(url.as_str().to_owned())
    }

    /// Queues again what is to be tried once more, behind all others.
    pub(super) fn put_back(&mut self, entry: Entry) {
        self.queue.push_back(entry);
    }

    /// The next place whose name no page has been delivered under.
    pub(super) fn pop(&mut self) -> Option<Entry> {
        loop {
            let entry = self.queue.pop_front()?;
            if !self.taken.contains(entry.url.as_str()) {
                return Some(entry);
            }
        }
    }

    /// Notes that a page is delivered under this name; false where one was before.
    pub(super) fn take(&mut self, name: &str) -> bool {
        self.taken.insert(name.to_owned())
    }

    pub(super) fn len(&self) -> usize {
        self.queue.len()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry(path: &str) -> Entry {
        Entry::new(Url::parse(&format!("https://acme.example/{path}")).unwrap(), 0)
    }

    #[test]
    fn every_page_comes_once_in_the_order_it_was_found() {
        let mut frontier = Frontier::new(10);
        assert!(frontier.push(entry("a")) && frontier.push(entry("b")) && !frontier.push(entry("a")));
        assert!(frontier.push_next(entry("c")));
        let mut paths = Vec::new();
        while let Some(next) = frontier.pop() {
            paths.push(next.url.path().to_owned());
            frontier.push(entry("b"));
        }
        assert_eq!(paths, ["/c", "/a", "/b"]);
    }

    #[test]
    fn a_name_that_is_taken_is_not_visited() {
        let mut frontier = Frontier::new(10);
        frontier.push(entry("a"));
        assert!(frontier.take("https://acme.example/a") && !frontier.take("https://acme.example/a"));
        assert_eq!(frontier.pop(), None);
    }

    #[test]
    fn there_is_no_room_for_a_trap() {
        let mut frontier = Frontier::new(3);
        let queued = (0..10).filter(|n| frontier.push(entry(&n.to_string()))).count();
        assert_eq!((queued, frontier.len()), (3, 3));
    }
}
