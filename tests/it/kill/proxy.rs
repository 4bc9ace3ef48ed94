//! Lines that break. People reach the server by [`Streets`], where a connection may be slow, cut or reset; the server
//! reaches its database by a [`Wire`], which may be closed or go silent.

use std::{fs, path::Path, time::Duration};

use rand::{RngExt, SeedableRng, rngs::StdRng};
use tokio::{
    io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt},
    net::{TcpListener, TcpStream, UnixListener, UnixStream},
    sync::watch,
    task::JoinSet,
    time::sleep,
};

const CHUNK: usize = 4096;

/// A port that leads to wherever the server is.
pub struct Streets {
    pub base: String,
    server: watch::Sender<Option<u16>>,
    _tasks: JoinSet<()>,
}

/// What becomes of one connection.
#[derive(Clone, Copy, Default)]
struct Fate {
    /// Before each piece, either way.
    delay: Duration,
    /// Bytes from the server after which it is cut.
    cut_after: Option<usize>,
    /// Cut without a goodbye.
    reset: bool,
}

impl Fate {
    /// Half of all connections are sound.
    fn draw(luck: &mut StdRng) -> Self {
        let mut fate = Self::default();
        match luck.random_range(0..8) {
            0 | 1 => fate.cut_after = Some(luck.random_range(1..20_000)),
            2 => fate.delay = Duration::from_millis(luck.random_range(1..150)),
            3 => {
                fate.delay = Duration::from_millis(luck.random_range(1..30));
                fate.cut_after = Some(luck.random_range(1..5_000));
            }
            _ => {}
        }
        fate.reset = luck.random_bool(0.5);
        fate
    }
}

impl Streets {
    /// To no server yet.
    pub async fn open(seed: u64) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let base = format!("http://{}", listener.local_addr().unwrap());
        let (server, at) = watch::channel(None);
        let mut tasks = JoinSet::new();
        tasks.spawn(async move {
            let mut luck = StdRng::seed_from_u64(seed);
            let mut lines = JoinSet::new();
            loop {
                tokio::select! {
                    Ok((person, _)) = listener.accept() => {
                        let fate = Fate::draw(&mut luck);
                        let server = *at.borrow();
                        if let Some(port) = server {
                            lines.spawn(line(person, port, fate));
                        }
                    }
                    Some(_) = lines.join_next(), if !lines.is_empty() => {}
                }
            }
        });
        Self {
            base,
            server,
            _tasks: tasks,
        }
    }

    /// Leads to the server at `port` from now on, or to none.
    pub fn lead_to(&self, port: Option<u16>) {
        self.server.send_replace(port);
    }
}

async fn line(mut person: TcpStream, port: u16, fate: Fate) {
    let Ok(mut server) = TcpStream::connect(("127.0.0.1", port)).await else {
        return;
    };
    for stream in [&person, &server] {
        stream.set_nodelay(true).unwrap();
    }
    {
        let (from_person, to_person) = person.split();
        let (from_server, to_server) = server.split();
        tokio::select! {
            () = carry(from_person, to_server, fate.delay, None) => {}
            () = carry(from_server, to_person, fate.delay, fate.cut_after) => {}
        }
    }
    if fate.cut_after.is_some() && fate.reset {
        for stream in [person, server] {
            stream.set_zero_linger().unwrap();
        }
    }
}

/// Passes bytes on until either side ends or `most` have gone.
async fn carry(
    mut from: impl AsyncRead + Unpin,
    mut to: impl AsyncWrite + Unpin,
    delay: Duration,
    most: Option<usize>,
) {
    let (mut left, mut chunk) = (most.unwrap_or(usize::MAX), [0; CHUNK]);
    while left > 0 {
        let Ok(read @ 1..) = from.read(&mut chunk).await else {
            return;
        };
        if !delay.is_zero() {
            sleep(delay).await;
        }
        let passed = read.min(left);
        left -= passed;
        if to.write_all(&chunk[..passed]).await.is_err() {
            return;
        }
    }
}

/// How a database is reached.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reach {
    Open,
    /// Every connection is closed, and new ones are at once.
    Closed,
    /// Connections stay, and nothing comes through until it is open again.
    Silent,
}

/// A socket in a folder of its own that leads to a Postgres.
pub struct Wire {
    reach: watch::Sender<Reach>,
    _tasks: JoinSet<()>,
}

impl Wire {
    /// From `folder` to the socket `postgres`.
    pub fn lay(folder: &Path, postgres: &Path) -> Self {
        const NAME: &str = ".s.PGSQL.5432";
        fs::create_dir_all(folder).unwrap();
        let listener = UnixListener::bind(folder.join(NAME)).unwrap();
        let postgres = postgres.join(NAME);
        let (reach, reached) = watch::channel(Reach::Open);
        let mut tasks = JoinSet::new();
        tasks.spawn(async move {
            let mut lines = JoinSet::new();
            loop {
                tokio::select! {
                    Ok((server, _)) = listener.accept() => {
                        let (postgres, reached) = (postgres.clone(), reached.clone());
                        lines.spawn(async move {
                            if *reached.borrow() != Reach::Closed
                                && let Ok(database) = UnixStream::connect(postgres).await
                            {
                                wired(server, database, reached).await;
                            }
                        });
                    }
                    Some(_) = lines.join_next(), if !lines.is_empty() => {}
                }
            }
        });
        Self { reach, _tasks: tasks }
    }

    pub fn set(&self, reach: Reach) {
        self.reach.send_replace(reach);
    }
}

async fn wired(mut server: UnixStream, mut database: UnixStream, mut reached: watch::Receiver<Reach>) {
    let (from_server, to_server) = server.split();
    let (from_database, to_database) = database.split();
    let (out, back) = (reached.clone(), reached.clone());
    tokio::select! {
        _ = reached.wait_for(|reach| *reach == Reach::Closed) => {}
        () = pass(from_server, to_database, out) => {}
        () = pass(from_database, to_server, back) => {}
    }
}

async fn pass(
    mut from: impl AsyncRead + Unpin,
    mut to: impl AsyncWrite + Unpin,
    mut reached: watch::Receiver<Reach>,
) {
    let mut chunk = [0; CHUNK];
    while let Ok(read @ 1..) = from.read(&mut chunk).await {
        let open = reached.wait_for(|reach| *reach != Reach::Silent).await.is_ok();
        if !open || to.write_all(&chunk[..read]).await.is_err() {
            return;
        }
    }
}
