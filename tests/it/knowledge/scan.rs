//! Scanning for malware: against a double that speaks `clamd`'s protocol over real sockets, and
//! against `clamd` itself where it is installed.
#![expect(
    clippy::disallowed_methods,
    reason = "the double is no task of the application"
)]

use std::{
    fs,
    path::Path,
    process::{Child, Command, Stdio},
    sync::Arc,
    time::Duration,
};

use parlance::{
    adapters::scan::{Clamd, ClamdAddress, ScanError, Scanner, Verdict},
    domain::knowledge::{
        extract::{ExtractError, ExtractLimits},
        ingest::Ingest,
        reader::Reader,
    },
};
use parlance_store::queries::documents::{self, DocumentStatus};
use tokio::{
    io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt},
    net::{TcpListener, UnixListener},
};

use super::{database, ingest, tenant};
use crate::support::Words;

/// Bytes that the scanners here take.
const MAX_STREAM: usize = 1 << 20;

/// The test file that every scanner knows, in two halves: this file should not be one.
fn eicar() -> Vec<u8> {
    let halves = [
        r"X5O!P%@AP[4\PZX54(P^)7CC)7}$EICAR",
        "-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*",
    ];
    halves.concat().into_bytes()
}

/// What `clamd` does with one connection: takes a stream in pieces, and hangs up with its answer
/// as soon as there is too much of it.
async fn clamd(mut peer: impl AsyncRead + AsyncWrite + Unpin) {
    let mut command = [0; 10];
    peer.read_exact(&mut command).await.unwrap();
    assert_eq!(&command, b"zINSTREAM\0");
    let mut file = Vec::new();
    loop {
        let length = peer.read_u32().await.unwrap() as usize;
        if length == 0 {
            break;
        }
        if file.len() + length > MAX_STREAM {
            let answer = b"INSTREAM size limit exceeded. ERROR\0";
            peer.write_all(answer).await.unwrap();
            return;
        }
        let start = file.len();
        file.resize(start + length, 0);
        peer.read_exact(&mut file[start..]).await.unwrap();
    }
    let answer: &[u8] = if file == eicar() {
        b"stream: Eicar-Test-Signature FOUND\0"
    } else if file == b"hang up" {
        return;
    } else if file == b"be silent" {
        return std::future::pending().await;
    } else {
        b"stream: OK\0"
    };
    peer.write_all(answer).await.unwrap();
}

async fn double() -> ClamdAddress {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap().to_string();
    tokio::task::spawn(async move {
        while let Ok((peer, _)) = listener.accept().await {
            tokio::task::spawn(clamd(peer));
        }
    });
    ClamdAddress::Tcp(address)
}

/// What holds for every `clamd`.
async fn contract(scanner: &dyn Scanner) {
    let found = scanner.scan(&eicar()).await;
    assert!(matches!(found, Ok(Verdict::Infected(name)) if name.contains("Eicar-Test-Signature")));
    for clean in [Vec::new(), b"words".to_vec(), vec![b'x'; 300_000]] {
        assert_eq!(scanner.scan(&clean).await, Ok(Verdict::Clean));
    }
    let large = vec![b'x'; 8 << 20];
    assert_eq!(scanner.scan(&large).await, Err(ScanError::TooLarge));
}

#[tokio::test]
async fn a_scanner_is_asked_over_tcp_and_over_a_socket_file() {
    contract(&Clamd::new(double().await)).await;
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("clamd.ctl");
    let listener = UnixListener::bind(&path).unwrap();
    tokio::task::spawn(async move {
        while let Ok((peer, _)) = listener.accept().await {
            tokio::task::spawn(clamd(peer));
        }
    });
    contract(&Clamd::new(ClamdAddress::Unix(path))).await;
}

#[tokio::test]
async fn a_scanner_that_does_not_answer_is_no_verdict() {
    let scanner = Clamd::new(double().await).answering_within(Duration::from_millis(300));
    for file in [b"hang up".as_slice(), b"be silent"] {
        let none = scanner.scan(file).await;
        assert!(matches!(none, Err(ScanError::Unavailable(_))), "{none:?}");
    }
    let nobody = Clamd::new(ClamdAddress::Tcp("127.0.0.1:1".to_owned()));
    assert!(matches!(nobody.scan(b"x").await, Err(ScanError::Unavailable(_))));
}

#[tokio::test]
async fn malware_is_a_failed_document_and_without_its_scanner_one_waits() {
    let test = database().await;
    let (db, space) = tenant(test.db(), "acme").await;
    let scanned = |address| Ingest {
        reader: Reader::here(ExtractLimits::default()).scanned_by(Arc::new(Clamd::new(address))),
        ..ingest(Arc::new(Words))
    };
    let run = async |ingest: &Ingest, name: &str, content: &[u8]| {
        let (id, _) = ingest.put(&db, space, name, None, content).await.unwrap();
        let error = ingest.run(&db, id).await.err();
        let row = db
            .read(async |conn| documents::get(conn, id).await)
            .await
            .unwrap();
        (error.map(|error| error.is_transient()), row.status, row.error)
    };
    let there = scanned(double().await);
    let reason = ExtractError::Malware("Eicar-Test-Signature".into()).to_string();
    assert_eq!(
        run(&there, "virus.txt", &eicar()).await,
        (Some(false), DocumentStatus::Failed, Some(reason))
    );
    assert_eq!(
        run(&there, "fine.txt", b"fine words").await,
        (None, DocumentStatus::Ready, None)
    );
    let away = scanned(ClamdAddress::Tcp("127.0.0.1:1".to_owned()));
    assert_eq!(
        run(&away, "waits.txt", b"more words").await,
        (Some(true), DocumentStatus::Queued, None)
    );
}

/// The real daemon with a database of one signature.
struct Daemon(Child);

impl Drop for Daemon {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

fn daemon(program: &Path, folder: &Path) -> Daemon {
    let signatures = folder.join("signatures");
    fs::create_dir(&signatures).unwrap();
    // Hash, size and name of the test file.
    let signature = "44d88612fea8a8f36de82e1278abb02f:68:Eicar-Test-Signature\n";
    fs::write(signatures.join("test.hdb"), signature).unwrap();
    let settings = format!(
        "Foreground yes\nLocalSocket {0}/clamd.ctl\nDatabaseDirectory {0}/signatures\n\
         TemporaryDirectory {0}\nStreamMaxLength 1M\nMaxThreads 2\n",
        folder.display()
    );
    let file = folder.join("clamd.conf");
    fs::write(&file, settings).unwrap();
    let mut command = Command::new(program);
    command.arg("--config-file").arg(&file);
    command.stdout(Stdio::null()).stderr(Stdio::null());
    Daemon(command.spawn().unwrap())
}

#[tokio::test]
async fn the_real_daemon_agrees_with_its_double() {
    let places = [
        "/usr/sbin/clamd",
        "/usr/local/sbin/clamd",
        "/opt/homebrew/sbin/clamd",
    ];
    let Some(program) = places.into_iter().map(Path::new).find(|path| path.exists()) else {
        println!("skipped: clamd is not installed (Debian: clamav-daemon)");
        return;
    };
    let folder = tempfile::tempdir().unwrap();
    let _daemon = daemon(program, folder.path());
    let scanner = Clamd::new(ClamdAddress::Unix(folder.path().join("clamd.ctl")));
    let up = async {
        while scanner.scan(b"words").await != Ok(Verdict::Clean) {
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(60), up)
        .await
        .expect("clamd starts");
    contract(&scanner).await;
}
