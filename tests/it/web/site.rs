//! A web site for a test: real sockets, answers by path, and a log of what it was asked.

use std::{
    collections::HashMap,
    io::Write,
    net::{IpAddr, SocketAddr},
    sync::{Arc, Mutex},
    time::Duration,
};

use flate2::{Compression, write::GzEncoder};
use tokio::{
    io::{AsyncBufReadExt, AsyncWriteExt, BufReader},
    net::{TcpListener, TcpStream},
    task::JoinSet,
};

/// What lies at a path.
#[derive(Clone)]
pub enum Answer {
    /// Status line's code, headers, body.
    Whole(u16, Vec<(&'static str, String)>, Vec<u8>),
    /// Headers, then this piece again and again.
    Endless(Vec<u8>),
    /// A byte of the headers every so often, and never the end.
    Drip(Duration),
    /// The headers, and then nothing.
    Stalled,
}

impl Answer {
    pub fn html(body: impl Into<String>) -> Self {
        Self::of("text/html; charset=utf-8", body.into().into_bytes())
    }

    pub fn text(body: &str) -> Self {
        Self::of("text/plain", body.as_bytes())
    }

    pub fn of(media_type: &str, body: impl Into<Vec<u8>>) -> Self {
        Self::Whole(200, vec![("Content-Type", media_type.to_owned())], body.into())
    }

    pub fn status(code: u16) -> Self {
        Self::Whole(code, Vec::new(), Vec::new())
    }

    pub fn redirect(to: impl Into<String>) -> Self {
        Self::status(301).with("Location", to)
    }

    pub fn with(mut self, name: &'static str, value: impl Into<String>) -> Self {
        if let Self::Whole(_, headers, _) = &mut self {
            headers.push((name, value.into()));
        }
        self
    }

    /// The same, its body packed.
    pub fn gzip(mut self) -> Self {
        if let Self::Whole(_, headers, body) = &mut self {
            headers.push(("Content-Encoding", "gzip".to_owned()));
            *body = gzip(body);
        }
        self
    }
}

pub fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

/// A request as it came: its path, and its headers by lower-case name.
#[derive(Clone, Debug)]
pub struct Asked {
    pub path: String,
    pub headers: HashMap<String, String>,
}

#[derive(Default)]
struct State {
    answers: HashMap<String, Answer>,
    asked: Vec<Asked>,
}

/// The site; it ends with this.
pub struct Site {
    pub address: SocketAddr,
    state: Arc<Mutex<State>>,
    /// Ends its tasks when it is dropped.
    _serving: JoinSet<()>,
}

impl Site {
    pub async fn start() -> Self {
        let listener = TcpListener::bind((IpAddr::from([127, 0, 0, 1]), 0))
            .await
            .unwrap();
        let address = listener.local_addr().unwrap();
        let state = Arc::<Mutex<State>>::default();
        let shared = state.clone();
        let mut serving = JoinSet::new();
        serving.spawn(async move {
            let mut connections = JoinSet::new();
            while let Ok((stream, _)) = listener.accept().await {
                let shared = shared.clone();
                connections.spawn(async move { serve(stream, &shared).await });
            }
        });
        Self {
            address,
            state,
            _serving: serving,
        }
    }

    /// Puts `answer` at `path`.
    pub fn at(self, path: &str, answer: Answer) -> Self {
        self.put(path, answer);
        self
    }

    pub fn put(&self, path: &str, answer: Answer) {
        self.state.lock().unwrap().answers.insert(path.to_owned(), answer);
    }

    /// The address of a path, by this name of the host.
    pub fn url(&self, host: &str, path: &str) -> url::Url {
        let port = self.address.port();
        url::Url::parse(&format!("http://{host}:{port}{path}")).unwrap()
    }

    pub fn asked(&self) -> Vec<Asked> {
        self.state.lock().unwrap().asked.clone()
    }

    /// The paths it was asked for, `robots.txt` and sitemaps left out.
    pub fn paths(&self) -> Vec<String> {
        let paths = self.asked().into_iter().map(|asked| asked.path);
        paths
            .filter(|path| path != "/robots.txt" && !path.contains("sitemap"))
            .collect()
    }
}

async fn serve(mut stream: TcpStream, state: &Mutex<State>) {
    let (reading, mut writing) = stream.split();
    let mut lines = BufReader::new(reading).lines();
    let Ok(Some(first)) = lines.next_line().await else {
        return;
    };
    let path = first.split(' ').nth(1).unwrap_or_default().to_owned();
    let mut headers = HashMap::new();
    while let Ok(Some(line)) = lines.next_line().await {
        let Some((name, value)) = line.split_once(": ") else {
            break;
        };
        headers.insert(name.to_ascii_lowercase(), value.to_owned());
    }
    let answer = {
        let mut state = state.lock().unwrap();
        let answer = state.answers.get(&path).cloned();
        state.asked.push(Asked {
            path,
            headers: headers.clone(),
        });
        answer.unwrap_or_else(|| Answer::status(404))
    };
    let _ = write(&mut writing, answer, &headers).await;
}

async fn write(
    to: &mut (impl AsyncWriteExt + Unpin),
    answer: Answer,
    asked: &HashMap<String, String>,
) -> std::io::Result<()> {
    const OK: &str = "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n";
    match answer {
        Answer::Whole(code, headers, body) => {
            let mark = headers
                .iter()
                .find(|(name, _)| *name == "ETag")
                .map(|(_, value)| value);
            let same = mark.is_some() && asked.get("if-none-match") == mark;
            let (code, body) = if same { (304, Vec::new()) } else { (code, body) };
            let mut head = format!(
                "HTTP/1.1 {code} x\r\nConnection: close\r\nContent-Length: {}\r\n",
                body.len()
            );
            for (name, value) in headers {
                head.push_str(&format!("{name}: {value}\r\n"));
            }
            to.write_all(format!("{head}\r\n").as_bytes()).await?;
            to.write_all(&body).await
        }
        Answer::Endless(piece) => {
            to.write_all(format!("{OK}\r\n").as_bytes()).await?;
            loop {
                to.write_all(&piece).await?;
            }
        }
        Answer::Drip(pause) => loop {
            to.write_all(b"H").await?;
            tokio::time::sleep(pause).await;
        },
        Answer::Stalled => {
            to.write_all(format!("{OK}Content-Length: 10\r\n\r\nhel").as_bytes())
                .await?;
            std::future::pending().await
        }
    }
}
