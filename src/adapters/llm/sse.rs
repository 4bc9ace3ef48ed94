//! Server-sent events, parsed as the bytes arrive. Tolerates every split (inside a line ending,
//! inside a UTF-8 sequence), all three line endings, comments, a byte-order mark and data over
//! several lines; keeps at most `limit` bytes of one unfinished event.
//! The format: <https://html.spec.whatwg.org/multipage/server-sent-events.html#parsing-an-event-stream>

use std::collections::VecDeque;

/// One dispatched event. `event` is empty where the upstream names none.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SseEvent {
    pub event: String,
    pub data: String,
}

/// An event grew past the limit: the peer is broken or hostile.
#[derive(Clone, Copy, Debug, thiserror::Error, PartialEq, Eq)]
#[error("an event is longer than {limit} bytes")]
pub struct EventTooLong {
    pub limit: usize,
}

/// The incremental parser. Feed it with [`push`](Self::push); an event that was not closed by a
/// blank line when the stream ends is dropped, as the format says.
#[derive(Debug)]
pub struct SseParser {
    limit: usize,
    /// The unfinished line.
    line: Vec<u8>,
    /// The unfinished event; `has_data` tells an empty data line from none.
    pending: SseEvent,
    has_data: bool,
    /// The last byte was `\r`: a `\n` that follows belongs to the same line ending.
    after_cr: bool,
    first_line: bool,
}

impl SseParser {
    /// `limit`: bytes kept of one unfinished event, line buffer included.
    #[must_use]
    pub fn new(limit: usize) -> Self {
        Self {
            limit,
            line: Vec::new(),
            pending: SseEvent::default(),
            has_data: false,
            after_cr: false,
            first_line: true,
        }
    }

    /// Takes the next bytes and appends the events they complete to `out`.
    ///
    /// # Errors
    /// When one event is longer than the limit; the parser is of no use afterwards.
    pub fn push(&mut self, mut bytes: &[u8], out: &mut VecDeque<SseEvent>) -> Result<(), EventTooLong> {
        while let Some(first) = bytes.first() {
            if std::mem::take(&mut self.after_cr) && *first == b'\n' {
                bytes = bytes.get(1..).unwrap_or_default();
                continue;
            }
            let end = bytes.iter().position(|b| matches!(b, b'\n' | b'\r'));
            let (part, rest) = bytes.split_at(end.unwrap_or(bytes.len()));
            self.line.extend_from_slice(part);
            if self.line.len() + self.pending.data.len() + self.pending.event.len() > self.limit {
                return Err(EventTooLong { limit: self.limit });
            }
            if let Some(ending) = rest.first() {
                self.after_cr = *ending == b'\r';
                self.finish_line(out);
            }
            bytes = rest.get(1..).unwrap_or_default();
        }
        Ok(())
    }

    fn finish_line(&mut self, out: &mut VecDeque<SseEvent>) {
        let bytes = std::mem::take(&mut self.line);
        let line = String::from_utf8_lossy(&bytes);
        let mut line: &str = &line;
        if std::mem::take(&mut self.first_line) {
            line = line.strip_prefix('\u{feff}').unwrap_or(line);
        }
        if line.is_empty() {
            self.dispatch(out);
        } else {
            self.field(line);
        }
        // Keep the allocation for the next line.
        self.line = bytes;
        self.line.clear();
    }

    fn dispatch(&mut self, out: &mut VecDeque<SseEvent>) {
        let event = std::mem::take(&mut self.pending);
        if std::mem::take(&mut self.has_data) {
            out.push_back(event);
        }
    }

    fn field(&mut self, line: &str) {
        let (name, value) = line.split_once(':').unwrap_or((line, ""));
        let value = value.strip_prefix(' ').unwrap_or(value);
        match name {
            "data" => {
                if std::mem::replace(&mut self.has_data, true) {
                    self.pending.data.push('\n');
                }
                self.pending.data.push_str(value);
            }
            "event" => value.clone_into(&mut self.pending.event),
            // A comment (empty name), `id`, `retry` and unknown fields say nothing we use.
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn parse(chunks: &[&[u8]]) -> Vec<SseEvent> {
        let mut parser = SseParser::new(4096);
        let mut out = VecDeque::new();
        for chunk in chunks {
            parser.push(chunk, &mut out).unwrap();
        }
        out.into()
    }

    fn event(event: &str, data: &str) -> SseEvent {
        SseEvent {
            event: event.to_owned(),
            data: data.to_owned(),
        }
    }

    #[test]
    fn reads_names_data_comments_and_blank_data() {
        let text = ": OPENROUTER PROCESSING\n\nevent: ping\ndata: {}\n\ndata:a\ndata: b\nid: 7\n\ndata\n\nevent: lost\n\n";
        assert_eq!(
            parse(&[text.as_bytes()]),
            [event("ping", "{}"), event("", "a\nb"), event("", "")]
        );
    }

    #[test]
    fn drops_an_event_the_stream_ends_in() {
        assert_eq!(parse(&[b"data: whole\n\ndata: half\n"]), [event("", "whole")]);
    }

    #[test]
    fn takes_a_byte_order_mark_and_every_line_ending() {
        assert_eq!(
            parse(&["\u{feff}data: a\r\rdata: b\r\n\r\ndata: c\n\n".as_bytes()]),
            [event("", "a"), event("", "b"), event("", "c")]
        );
    }

    #[test]
    fn refuses_an_endless_event() {
        let mut parser = SseParser::new(64);
        let mut out = VecDeque::new();
        assert!(parser.push(&[b'x'; 65], &mut out).is_err());
        let mut parser = SseParser::new(64);
        let mut lines = || (0..20).try_for_each(|_| parser.push(b"data: 12345\n", &mut out));
        assert_eq!(lines(), Err(EventTooLong { limit: 64 }));
    }

    proptest! {
        /// Any split of the bytes, with any line ending, gives the events of the whole.
        #[test]
        fn any_split_gives_the_same_events(
            texts in prop::collection::vec("[a-zé中🦀 :]{0,12}", 1..6),
            ending in prop::sample::select(vec!["\n", "\r", "\r\n"]),
            cuts in prop::collection::vec(1usize..7, 1..200),
        ) {
            let wire: String = texts.iter().map(|t| format!("event: e{ending}data: {t}{ending}{ending}")).collect();
            let expected: Vec<_> = texts.iter().map(|t| event("e", t)).collect();
            let mut rest = wire.as_bytes();
            let mut pieces = Vec::new();
            for cut in cuts.iter().cycle() {
                if rest.is_empty() { break; }
                let (piece, tail) = rest.split_at((*cut).min(rest.len()));
                pieces.push(piece);
                rest = tail;
            }
            prop_assert_eq!(parse(&pieces), expected);
        }
    }
}
