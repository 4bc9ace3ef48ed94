//! Bodies within bounds: what counts is the size after decompression.

use std::io::{self, Write};

use flate2::write::MultiGzDecoder;

/// How much of a body is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Limit {
    /// A longer one is an error.
    Refuse(usize),
    /// A longer one ends there.
    Cut(usize),
}

impl Limit {
    #[must_use]
    pub fn bytes(self) -> usize {
        match self {
            Self::Refuse(bytes) | Self::Cut(bytes) => bytes,
        }
    }
}

/// A body as it arrives.
pub(super) enum Body {
    Plain(Sink),
    Gzip(Box<MultiGzDecoder<Sink>>),
}

/// Why a body ended early.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Stop {
    /// The limit is reached.
    Full,
    /// It is not what its encoding says.
    Broken,
}

impl Body {
    pub(super) fn new(gzip: bool, limit: usize) -> Self {
        let sink = Sink {
            bytes: Vec::new(),
            limit,
            full: false,
        };
        if gzip {
            Self::Gzip(Box::new(MultiGzDecoder::new(sink)))
        } else {
            Self::Plain(sink)
        }
    }

    pub(super) fn push(&mut self, bytes: &[u8]) -> Result<(), Stop> {
        let written = match self {
            Self::Plain(sink) => sink.write_all(bytes),
            Self::Gzip(decoder) => decoder.write_all(bytes),
        };
        written.map_err(|_| {
            if self.sink().full {
                Stop::Full
            } else {
                Stop::Broken
            }
        })
    }

    /// What came, whether or not all did.
    pub(super) fn into_bytes(mut self) -> Result<Vec<u8>, Stop> {
        if let Self::Gzip(decoder) = &mut self
            && !decoder.get_ref().full
            && decoder.try_finish().is_err()
        {
            return Err(if self.sink().full {
                Stop::Full
            } else {
                Stop::Broken
            });
        }
        Ok(match self {
            Self::Plain(sink) => sink.bytes,
            Self::Gzip(mut decoder) => std::mem::take(&mut decoder.get_mut().bytes),
        })
    }

    fn sink(&self) -> &Sink {
        match self {
            Self::Plain(sink) => sink,
            Self::Gzip(decoder) => decoder.get_ref(),
        }
    }
}

/// Takes bytes up to its limit.
pub(super) struct Sink {
    bytes: Vec<u8>,
    limit: usize,
    full: bool,
}

impl Write for Sink {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let room = self.limit - self.bytes.len();
        self.bytes.extend_from_slice(bytes.get(..room).unwrap_or(bytes));
        self.full = bytes.len() > room;
        if self.full {
            return Err(io::Error::from(io::ErrorKind::FileTooLarge));
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// A file that is gzip by its first bytes (`sitemap.xml.gz`), unpacked; any other as it is. `None`
/// where it is broken or longer than `limit`.
#[must_use]
pub fn gunzip(bytes: Vec<u8>, limit: usize) -> Option<Vec<u8>> {
    if !bytes.starts_with(&[0x1f, 0x8b]) {
        return Some(bytes);
    }
    let mut body = Body::new(true, limit);
    body.push(&bytes).ok()?;
    body.into_bytes().ok()
}

#[cfg(test)]
mod tests {
    use flate2::{Compression, write::GzEncoder};

    use super::*;

    fn gzip(bytes: &[u8]) -> Vec<u8> {
        let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
        encoder.write_all(bytes).unwrap();
        encoder.finish().unwrap()
    }

    #[test]
    fn a_body_is_whole_or_told_to_be_too_long() {
        for packed in [false, true] {
            let sent = if packed {
                gzip(b"0123456789")
            } else {
                b"0123456789".to_vec()
            };
            let read = |limit| {
                let mut body = Body::new(packed, limit);
                // Byte by byte, as a slow line may bring it.
                let pushed = sent.iter().try_for_each(|byte| body.push(&[*byte]));
                pushed.and_then(|()| body.into_bytes())
            };
            assert_eq!(read(10), Ok(b"0123456789".to_vec()));
            assert_eq!(read(9), Err(Stop::Full), "packed: {packed}");
        }
    }

    #[test]
    fn a_bomb_stops_at_the_limit() {
        let bomb = gzip(&vec![0; 64 << 20]);
        assert!(bomb.len() < 100 << 10);
        let mut body = Body::new(true, 1 << 20);
        assert_eq!(body.push(&bomb), Err(Stop::Full));
        assert_eq!(body.into_bytes().map(|bytes| bytes.len()), Ok(1 << 20));
        assert_eq!(gunzip(bomb, 1 << 20), None);
    }

    #[test]
    fn what_is_cut_off_or_no_gzip_is_broken() {
        let whole = gzip(b"hello hello hello");
        let mut body = Body::new(true, 100);
        assert_eq!(body.push(&whole[..whole.len() - 6]), Ok(()));
        assert_eq!(body.into_bytes(), Err(Stop::Broken));
        assert_eq!(
            Body::new(true, 100).push(b"<html>plain</html>"),
            Err(Stop::Broken)
        );
        assert_eq!(gunzip(b"plain".to_vec(), 100).as_deref(), Some(&b"plain"[..]));
        assert_eq!(gunzip(whole, 100).as_deref(), Some(&b"hello hello hello"[..]));
    }
}
