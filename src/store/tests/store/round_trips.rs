//! How often a turn waits for the database. A proxy between the pool and Postgres counts how
//! often the client speaks after the server has: that is a round trip.

use std::sync::{
    Arc,
    atomic::{AtomicBool, AtomicUsize, Ordering},
};

use parlance_store::{Db, DbConfig, queries::messages, testing::TestDb};
use tokio::{
    io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt},
    net::{TcpListener, TcpStream, UnixStream},
};
use tokio_postgres::config::Host;

use crate::support::{Chat, chat, database, spawn};

/// What passed through the proxy.
#[derive(Clone, Default)]
struct Wire {
    round_trips: Arc<AtomicUsize>,
    client_speaks: Arc<AtomicBool>,
}

impl Wire {
    fn client_spoke(&self) {
        if !self.client_speaks.swap(true, Ordering::SeqCst) {
            self.round_trips.fetch_add(1, Ordering::SeqCst);
        }
    }

    fn server_spoke(&self) {
        self.client_speaks.store(false, Ordering::SeqCst);
    }

    /// How many round trips `work` takes.
    async fn count<T>(&self, work: impl Future<Output = T>) -> (usize, T) {
        let before = self.round_trips.load(Ordering::SeqCst);
        let result = work.await;
        (self.round_trips.load(Ordering::SeqCst) - before, result)
    }
}

async fn pump(mut from: impl AsyncRead + Unpin, mut to: impl AsyncWrite + Unpin, seen: impl Fn()) {
    let mut buffer = vec![0; 64 * 1024];
    while let Ok(n @ 1..) = from.read(&mut buffer).await {
        seen();
        if to.write_all(&buffer[..n]).await.is_err() {
            return;
        }
    }
}

async fn join(client: TcpStream, server: impl AsyncRead + AsyncWrite, wire: Wire) {
    let (from_client, to_client) = client.into_split();
    let (from_server, to_server) = tokio::io::split(server);
    tokio::select! {
        () = pump(from_client, to_server, || wire.client_spoke()) => {}
        () = pump(from_server, to_client, || wire.server_spoke()) => {}
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

/// A pool of one connection, behind the counting proxy.
async fn counted(test: &TestDb) -> (Db, Wire) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let (wire, upstream) = (Wire::default(), test.url().to_owned());
    let counter = wire.clone();
    spawn(async move {
        while let Ok((client, _)) = listener.accept().await {
            spawn(connect(upstream.clone(), client, counter.clone()));
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
            ..DbConfig::new(url)
        })
        .await
        .unwrap(),
        wire,
    )
}

#[tokio::test]
async fn saying_and_answering_take_three_round_trips_each() {
    let test = database().await;
    let (db, wire) = counted(&test).await;
    let acme = chat(test.db(), "acme").await;
    let acme = Chat {
        db: db.tenant(acme.db.tenant_id()),
        ..acme
    };

    // The first turn prepares the statements.
    let (question, reservation) = acme.says("first").await;
    let answer = acme.answer(question, reservation);
    acme.db
        .transaction(async |conn| messages::finish_answer(conn, answer).await)
        .await
        .unwrap();

    // Begin with the tenant, write, commit.
    let (trips, (question, reservation)) = wire.count(acme.says("second")).await;
    assert_eq!(trips, 3, "say");
    let answer = acme.answer(question, reservation);
    let finish = acme
        .db
        .transaction(async |conn| messages::finish_answer(conn, answer).await);
    let (trips, finished) = wire.count(finish).await;
    finished.unwrap();
    assert_eq!(trips, 3, "finish_answer");

    let read = async || {
        acme.db
            .read(async |conn| messages::message(conn, question).await)
            .await
    };
    assert!(read().await.unwrap().is_some());
    assert_eq!(wire.count(read()).await.0, 3, "a read");
}
