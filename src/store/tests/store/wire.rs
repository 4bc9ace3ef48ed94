//! A proxy between the pool and Postgres, which lets the server answer only so often.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use parlance_store::{Db, DbConfig, testing::TestDb};
use tokio::{
    io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt},
    net::{TcpListener, TcpStream, UnixStream},
    sync::Semaphore,
    time::timeout,
};
use tokio_postgres::config::Host;

use crate::support::spawn;

/// What may pass through the proxy.
#[derive(Clone)]
pub struct Wire {
    /// Times the server may still answer.
    answers: Arc<Semaphore>,
    client_spoke: Arc<AtomicBool>,
}

impl Wire {
    fn open() -> Self {
        Self {
            answers: Arc::new(Semaphore::new(Semaphore::MAX_PERMITS / 2)),
            client_spoke: Arc::default(),
        }
    }

    async fn server_speaks(&self) {
        if self.client_spoke.swap(false, Ordering::SeqCst) {
            self.answers.acquire().await.unwrap().forget();
        }
    }

    /// Nothing of the server's passes any more, and no line is closed.
    pub fn stall(&self) {
        self.answers.forget_permits(Semaphore::MAX_PERMITS);
    }

    /// All passes again, on the lines that are made from now on as on the others.
    pub fn recover(&self) {
        self.answers.add_permits(Semaphore::MAX_PERMITS / 2);
    }

    /// Runs `work` with no more than `round_trips`.
    pub async fn within<T>(&self, round_trips: usize, work: impl Future<Output = T>) -> T {
        let before = self.answers.forget_permits(Semaphore::MAX_PERMITS);
        self.answers.add_permits(round_trips);
        let result = timeout(Duration::from_secs(10), work).await;
        self.answers.add_permits(before);
        result.unwrap_or_else(|_| panic!("waits more than {round_trips} times"))
    }
}

async fn from_client(mut from: impl AsyncRead + Unpin, mut to: impl AsyncWrite + Unpin, wire: &Wire) {
    let mut buffer = vec![0; 64 * 1024];
    while let Ok(n @ 1..) = from.read(&mut buffer).await {
        wire.client_spoke.store(true, Ordering::SeqCst);
        if to.write_all(&buffer[..n]).await.is_err() {
            return;
        }
    }
}

async fn from_server(mut from: impl AsyncRead + Unpin, mut to: impl AsyncWrite + Unpin, wire: &Wire) {
    let mut buffer = vec![0; 64 * 1024];
    while let Ok(n @ 1..) = from.read(&mut buffer).await {
        wire.server_speaks().await;
        if to.write_all(&buffer[..n]).await.is_err() {
            return;
        }
    }
}

async fn join(client: TcpStream, server: impl AsyncRead + AsyncWrite, wire: Wire) {
    let (client_reads, client_writes) = client.into_split();
    let (server_reads, server_writes) = tokio::io::split(server);
    tokio::select! {
        () = from_client(client_reads, server_writes, &wire) => {}
        () = from_server(server_reads, client_writes, &wire) => {}
    }
}

async fn connect(url: String, client: TcpStream, wire: Wire) {
    let config: tokio_postgres::Config = url.parse().unwrap();
    let port = config.get_ports().first().copied().unwrap_or(5432);
    match config.get_hosts().first().unwrap() {
        Host::Tcp(host) => {
            join(
                client,
                TcpStream::connect((host.as_str(), port)).await.unwrap(),
                wire,
            )
            .await;
        }
        Host::Unix(folder) => {
            let socket = folder.join(format!(".s.PGSQL.{port}"));
            join(client, UnixStream::connect(socket).await.unwrap(), wire).await;
        }
    }
}

/// A pool of one connection, behind the proxy, otherwise as `config` makes it.
pub async fn proxied(test: &TestDb, config: impl FnOnce(String) -> DbConfig) -> (Db, Wire) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let (wire, upstream) = (Wire::open(), test.url().to_owned());
    let seen = wire.clone();
    spawn(async move {
        while let Ok((client, _)) = listener.accept().await {
            spawn(connect(upstream.clone(), client, seen.clone()));
        }
    });
    let target: tokio_postgres::Config = test.url().parse().unwrap();
    let user = target.get_user().unwrap();
    let password = target
        .get_password()
        .map(|p| format!(":{}", String::from_utf8_lossy(p)))
        .unwrap_or_default();
    let database = target.get_dbname().unwrap();
    let url = format!("postgres://{user}{password}@127.0.0.1:{port}/{database}");
    (
        Db::connect(DbConfig {
            pool_size: 1,
            ..config(url)
        })
        .await
        .unwrap(),
        wire,
    )
}
