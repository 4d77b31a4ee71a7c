//! Players who join and leave a match, on the game's thread.

use std::ptr;
use std::time::{Duration, Instant};

use mpa::ffi::matches::{mpa_match, mpa_match_close, mpa_match_join, mpa_match_leave, mpa_match_open};

use super::client::{Client, Token};
use crate::peer::Peer;
use crate::placement::Sides;
use crate::times::Times;
use crate::tools::Result;

/// So many are in the match, and two more when two have joined.
pub const PLAYERS: u64 = 100;
pub const ROUNDS: u64 = 20_000;
const WARM_UP_ROUNDS: u64 = 1_000;
/// So that the reports do not fill the queue.
const FLUSHED_EVERY: u64 = 500;

pub struct Matches {
    pub join: Times,
    /// The first to leave after another player joined: a report of all is submitted.
    pub leave_and_report: Times,
    /// All have been reported.
    pub leave: Times,
}

/// A match of a client, through the C functions.
pub struct Match(mpa_match);

impl Match {
    pub fn open(client: &Client) -> Self {
        let mut opened = mpa_match { id: 0 };
        // SAFETY: the handle can be written; neither a configuration nor a result is given.
        let status = unsafe { mpa_match_open(client.handle(), ptr::null(), &mut opened, ptr::null_mut()) };
        assert_eq!(status, 0, "mpa_match_open");
        Match(opened)
    }

    pub fn join(&self, xuid: u64) {
        // SAFETY: no result is wanted.
        let status = unsafe { mpa_match_join(self.0, xuid, 0, ptr::null_mut()) };
        assert_eq!(status, 0, "mpa_match_join");
    }

    pub fn leave(&self, xuid: u64) {
        // SAFETY: no result is wanted.
        let status = unsafe { mpa_match_leave(self.0, xuid, ptr::null_mut()) };
        assert_eq!(status, 0, "mpa_match_leave");
    }

    pub fn close(&self) {
        // SAFETY: neither a number nor a result is wanted.
        let status = unsafe { mpa_match_close(self.0, 0, ptr::null_mut(), ptr::null_mut()) };
        assert_eq!(status, 0, "mpa_match_close");
    }
}

pub fn measure(peer: &Peer, sides: Sides) -> Result<Matches> {
    let (client, game) = sides.there(|| {
        let client = Client::open(&peer.endpoint, Token::Given, |config| config.queue_capacity_bytes = 1 << 30);
        let game = Match::open(&client);
        // The first report starts the worker.
        (1..=PLAYERS).chain([u64::MAX]).for_each(|xuid| game.join(xuid));
        game.leave(u64::MAX);
        client.flush();
        (client, game)
    })?;
    let (mut join, mut leave_and_report, mut leave) = (vec![], vec![], vec![]);
    for round in 0..WARM_UP_ROUNDS + ROUNDS {
        let (oldest, newest) = (2 * round + 1, 2 * round + 1 + PLAYERS);
        let joins = [timed(|| game.join(newest)), timed(|| game.join(newest + 1))];
        let leaves = [timed(|| game.leave(oldest)), timed(|| game.leave(oldest + 1))];
        if round >= WARM_UP_ROUNDS {
            join.extend(joins);
            leave_and_report.push(leaves[0]);
            leave.push(leaves[1]);
        }
        if round % FLUSHED_EVERY == 0 {
            client.flush();
        }
    }
    game.close();
    client.wait_for(1);
    Ok(Matches { join: Times::new(join), leave_and_report: Times::new(leave_and_report), leave: Times::new(leave) })
}

fn timed(what: impl FnOnce()) -> Duration {
    let started = Instant::now();
    what();
    started.elapsed()
}
