//! Files that tell a worker to fail, for tests of how the server takes it. Not in a release build.

use std::io::{self, Write};

/// Does what `file` says, if it says so.
#[expect(clippy::panic, clippy::infinite_loop, reason = "it is what is asked for")]
pub(super) fn as_told(file: &[u8], output: &mut impl Write) -> io::Result<()> {
    match file {
        b"parlance, loop" => loop {
            std::hint::spin_loop();
        },
        b"parlance, grow" => {
            let mut hoard = Vec::new();
            loop {
                hoard.push(vec![1_u8; 16 << 20]);
                std::hint::black_box(&hoard);
            }
        }
        b"parlance, panic" => panic!("as told"),
        b"parlance, abort" => std::process::abort(),
        b"parlance, garble" => {
            output.write_all(b"{\"version\":1,\"read\":")?;
            std::process::exit(0);
        }
        b"parlance, sleep" => std::thread::sleep(std::time::Duration::from_secs(3600)),
        _ => {}
    }
    Ok(())
}
