//! What is done to a server, and to what it stands on.

use std::time::Duration;

use rand::RngExt;
use tokio::time::sleep;

use super::{chaos::Run, proxy::Reach, ready};

/// Frames that reach visitors before something happens, at most.
const FRAMES: u64 = 120;

/// What is done to a server.
#[derive(Clone, Copy, Debug)]
pub enum Trouble {
    Killed,
    /// Stopped in order, and another one started, as a deployment does.
    Replaced,
    /// Its Postgres ends at once, and is started again.
    Crashed,
    /// The way to Postgres is closed, or silent.
    CutOff,
    /// Somebody else holds a table that everything needs.
    Locked,
    /// Others have taken every connection that Postgres gives.
    Crowded,
    FullDisk,
}

pub const TROUBLES: [Trouble; 7] = [
    Trouble::Killed,
    Trouble::Replaced,
    Trouble::Crashed,
    Trouble::CutOff,
    Trouble::Locked,
    Trouble::Crowded,
    Trouble::FullDisk,
];

impl Run {
    /// Waits until visitors have had some, then does it, and waits until the server is ready again.
    pub async fn goes_through(&mut self, trouble: Trouble) {
        let frames = self.luck.random_range(1..FRAMES);
        println!("{:?} after {frames} frames: {trouble:?}", self.begun.elapsed());
        self.progress.frames(frames).await;
        match trouble {
            Trouble::Killed => {
                self.leaves().kill().await;
                return self.starts().await;
            }
            Trouble::Replaced => {
                self.leaves().stop().await;
                return self.starts().await;
            }
            _ => {}
        }
        self.is_troubled(true);
        match trouble {
            Trouble::Crashed => {
                self.postgres.crash().await;
                ready::says_away(self.base()).await;
                self.postgres.restart().await;
            }
            Trouble::CutOff => {
                let reach = if self.luck.random() {
                    Reach::Closed
                } else {
                    Reach::Silent
                };
                let killed = self.luck.random_bool(0.3);
                println!("it is {reach:?}, and the server killed in it: {killed}");
                self.postgres.reach(reach);
                ready::says_away(self.base()).await;
                if killed {
                    self.leaves().kill().await;
                }
                self.postgres.reach(Reach::Open);
                if killed {
                    self.starts().await;
                }
            }
            Trouble::Locked => self.locked().await,
            Trouble::Crowded => self.crowded().await,
            Trouble::FullDisk => {
                if self.postgres.fill() {
                    self.lasts().await;
                    self.postgres.empty(&self.db).await;
                }
            }
            Trouble::Killed | Trouble::Replaced => {}
        }
        ready::comes_to(self.base(), 200).await;
        self.is_troubled(false);
    }

    /// Some seconds.
    async fn lasts(&mut self) {
        sleep(Duration::from_millis(self.luck.random_range(200..7_000))).await;
    }

    async fn locked(&mut self) {
        let tables = ["messages", "conversations", "conversation_events", "reservations"];
        let table = tables[self.luck.random_range(0..tables.len())];
        let millis = self.luck.random_range(200..7_000);
        println!("{table}, for {millis} ms");
        let hold = format!("BEGIN; LOCK TABLE {table}; SELECT pg_sleep({millis} / 1000.0); COMMIT");
        self.db.run(&hold).await.unwrap();
    }

    async fn crowded(&mut self) {
        let db = &self.db;
        let crowd = (0..40).map(|_| async {
            loop {
                let sits = db.run("SELECT pg_sleep(60)").await;
                // There is no room yet.
                assert!(sits.is_err(), "nobody sits so long");
                sleep(Duration::from_millis(5)).await;
            }
        });
        let crowd = futures_util::future::join_all(crowd);
        let millis = self.luck.random_range(200..5_000);
        self.postgres.reach(Reach::Closed);
        let opens = async {
            sleep(Duration::from_millis(100)).await;
            self.postgres.reach(Reach::Open);
            sleep(Duration::from_millis(millis)).await;
        };
        tokio::select! {
            _ = crowd => {}
            () = opens => {}
        }
    }
}
