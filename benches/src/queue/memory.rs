//! What a client holds, counted in a child: memory that something else has freed before would be used
//! again and not be seen.

use std::fs;
use std::process::Command;

use super::client::{Client, Token};
use crate::allocations::Allocations;
use crate::peer::Peer;
use crate::tools::{self, Result};

pub const QUEUED: u32 = 10_000;
/// So many at once, since memory comes in pages.
pub const CLIENTS: u32 = 64;

/// In bytes.
#[derive(Clone, Copy, Debug, Default)]
pub struct Memory {
    /// Each of `CLIENTS`: open, and nothing asked of it yet.
    pub open: Bytes,
    /// The same with its thread and its connection, its answer taken.
    pub after_an_invite: Bytes,
    /// Each of `QUEUED`.
    pub queued_invite: Bytes,
}

#[derive(Clone, Copy, Debug, Default)]
pub struct Bytes {
    pub resident: f64,
    /// What the game's thread has allocated and not freed.
    pub allocated: f64,
}

pub fn measure(peer: &Peer) -> Result<Memory> {
    let here = std::env::current_exe().map_err(|error| format!("this program was not found ({error})"))?;
    let mut child = Command::new(here);
    let printed = tools::output(child.args(["queue-child", "memory", &peer.endpoint]), "")?.out;
    let numbers: Vec<f64> = printed.split_whitespace().filter_map(|number| number.parse().ok()).collect();
    let [open_resident, open, used_resident, used, queued_resident, queued] = numbers[..] else {
        return Err(format!("the child that measures memory printed something else: {printed}"));
    };
    let each = |resident, allocated, of: u32| Bytes {
        resident: resident / f64::from(of),
        allocated: allocated / f64::from(of),
    };
    Ok(Memory {
        open: each(open_resident, open, CLIENTS),
        after_an_invite: each(used_resident, used, CLIENTS),
        queued_invite: each(queued_resident, queued, QUEUED),
    })
}

/// The child.
pub fn print(endpoint: &str) -> Result<()> {
    // What the first client of a process needs once is not a client's.
    drop(Client::open(endpoint, Token::Given, |_| ()));
    let before = Now::read()?;
    let clients: Vec<_> = (0..CLIENTS).map(|_| Client::open(endpoint, Token::Given, |_| ())).collect();
    let open = Now::read()?;
    for client in &clients {
        client.submit();
        client.wait_for(1);
    }
    let used = Now::read()?;
    let full = Client::open(endpoint, Token::Missing, |config| {
        config.queue_capacity = 2 * QUEUED;
        config.queue_capacity_bytes = u32::MAX;
    });
    full.submit();
    let empty = Now::read()?;
    for _ in 0..QUEUED {
        full.submit();
    }
    let queued = Now::read()?;
    for (from, to) in [(&before, &open), (&before, &used), (&empty, &queued)] {
        println!("{} {}", to.resident - from.resident, to.allocated.since(from.allocated).bytes);
    }
    Ok(())
}

struct Now {
    resident: i64,
    allocated: Allocations,
}

impl Now {
    fn read() -> Result<Self> {
        let allocated = Allocations::so_far();
        let resident = resident().ok_or("/proc/self/smaps_rollup has no Rss")?;
        Ok(Now { resident, allocated })
    }
}

fn resident() -> Option<i64> {
    let text = fs::read_to_string("/proc/self/smaps_rollup").ok()?;
    let line = text.lines().find_map(|line| line.strip_prefix("Rss:"))?;
    line.trim().strip_suffix(" kB")?.trim().parse().ok().map(|kilobytes: i64| 1_024 * kilobytes)
}
