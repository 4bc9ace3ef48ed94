//! ClamAV's daemon, by its command `INSTREAM`: the file goes over the socket in pieces, each behind
//! its length, and the answer is one line. See the manual page of `clamd`, section COMMANDS.

use std::{io, time::Duration};

use tokio::{
    io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt},
    net::{TcpStream, UnixStream},
    time::timeout,
};

use super::{ClamdAddress, ScanError, Scanner, Verdict};

const CONNECT_WITHIN: Duration = Duration::from_secs(5);
/// `clamd` itself gives up on a file after two minutes (`MaxScanTime`).
const ANSWER_WITHIN: Duration = Duration::from_secs(130);
/// Bytes of a piece.
const PIECE: usize = 64 << 10;
/// Bytes of an answer; a longer one is none.
const MAX_ANSWER: u64 = 4096;

/// A connection for every file: `clamd` closes it after one.
#[derive(Clone, Debug)]
pub struct Clamd {
    address: ClamdAddress,
    within: Duration,
}

impl Clamd {
    #[must_use]
    pub fn new(address: ClamdAddress) -> Self {
        Self {
            address,
            within: ANSWER_WITHIN,
        }
    }

    /// Waits no longer than this for an answer.
    #[must_use]
    pub fn answering_within(self, within: Duration) -> Self {
        Self { within, ..self }
    }

    async fn answer(&self, file: &[u8]) -> io::Result<String> {
        match &self.address {
            ClamdAddress::Tcp(address) => {
                let stream = connected(TcpStream::connect(address)).await?;
                talk(stream, file).await
            }
            ClamdAddress::Unix(path) => {
                let stream = connected(UnixStream::connect(path)).await?;
                talk(stream, file).await
            }
        }
    }
}

#[async_trait::async_trait]
impl Scanner for Clamd {
    async fn scan(&self, file: &[u8]) -> Result<Verdict, ScanError> {
        let answer = timeout(self.within, self.answer(file)).await;
        let late = || Err(io::Error::other(format!("no answer within {:?}", self.within)));
        match answer.unwrap_or_else(|_| late()) {
            Ok(answer) => verdict(&answer),
            Err(error) => Err(ScanError::Unavailable(error.to_string())),
        }
    }
}

async fn connected<S>(connecting: impl Future<Output = io::Result<S>>) -> io::Result<S> {
    let late = |_| io::Error::other(format!("no connection within {CONNECT_WITHIN:?}"));
    timeout(CONNECT_WITHIN, connecting).await.map_err(late)?
}

/// Sends the file and reads the answer, which comes before the end of a file that is too large.
async fn talk(stream: impl AsyncRead + AsyncWrite, file: &[u8]) -> io::Result<String> {
    let (reading, mut writing) = tokio::io::split(stream);
    let send = async {
        writing.write_all(b"zINSTREAM\0").await?;
        for piece in file.chunks(PIECE) {
            let length = u32::try_from(piece.len()).unwrap_or(u32::MAX);
            writing.write_all(&length.to_be_bytes()).await?;
            writing.write_all(piece).await?;
        }
        writing.write_all(&0_u32.to_be_bytes()).await?;
        writing.flush().await
    };
    let mut answer = Vec::new();
    let mut bounded = reading.take(MAX_ANSWER);
    let receive = bounded.read_to_end(&mut answer);
    let (sent, received) = tokio::join!(send, receive);
    // Who hangs up in the middle of the file has said why.
    if answer.is_empty() {
        received.and(sent)?;
        return Err(io::Error::other("it hung up without an answer"));
    }
    Ok(String::from_utf8_lossy(&answer)
        .trim_matches(['\0', '\n', ' '])
        .to_owned())
}

/// `stream: OK`, `stream: NAME FOUND`, or `… ERROR`.
fn verdict(answer: &str) -> Result<Verdict, ScanError> {
    let said = answer.strip_prefix("stream: ").unwrap_or(answer);
    if said == "OK" {
        return Ok(Verdict::Clean);
    }
    if let Some(name) = said.strip_suffix(" FOUND") {
        return Ok(Verdict::Infected(name.to_owned()));
    }
    if said.contains("size limit exceeded") {
        return Err(ScanError::TooLarge);
    }
    Err(ScanError::Unavailable(said.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn answers_are_understood() {
        assert_eq!(verdict("stream: OK"), Ok(Verdict::Clean));
        assert_eq!(
            verdict("stream: Win.Test.EICAR_HDB-1 FOUND"),
            Ok(Verdict::Infected("Win.Test.EICAR_HDB-1".into()))
        );
        assert_eq!(
            verdict("INSTREAM size limit exceeded. ERROR"),
            Err(ScanError::TooLarge)
        );
        for broken in [
            "stream: Can't allocate memory ERROR",
            "UNKNOWN COMMAND",
            "OK FOUND? no",
        ] {
            assert!(
                matches!(verdict(broken), Err(ScanError::Unavailable(_))),
                "{broken}"
            );
        }
    }
}
