//! When everybody has left, nothing of them is left in the server.

use super::process::Server;
use crate::support::eventually;

/// By how much the memory may have grown: twofold, and what an allocator keeps.
const KEPT: u64 = 64 * 1024;
/// Tasks that run as long as the server does, each with the one that looks after it, and jobs that are at work.
const TASKS: f64 = 40.0;

/// No socket, no conversation, no task but the server's own, and about the memory of `before` (KiB).
pub async fn nothing(server: &Server, before: u64) {
    for (name, most) in [
        ("parlance_sockets", 0.0),
        ("parlance_conversations_active", 0.0),
        ("parlance_pool_waiting", 0.0),
        ("parlance_tasks", TASKS),
    ] {
        let seen = async || {
            let now = server.metric(name).await;
            (now <= most).then_some(now)
        };
        println!("{name} {}", eventually(seen).await);
    }
    let memory = server.memory();
    println!("{memory} KiB, {before} KiB after the first round");
    assert!(
        memory <= 2 * before + KEPT,
        "{memory} KiB, where it was {before} KiB"
    );
}
