//! The statistics of a client, for monitoring.

use std::time::{Duration, SystemTime};

use super::{Client, Held, LaneGauges, SignInStats};
use crate::api::{ByLane, Lane};
use crate::stats::Counts;

/// What was counted since the client was opened, and how it stands now.
#[derive(Clone, Copy, Debug)]
pub struct Stats {
    pub counts: Counts,
    pub lanes: ByLane<LaneGauges>,
    pub held: Held,
    /// `None`: never yet.
    pub since_last_poll: Option<Duration>,
    pub since_last_success: Option<Duration>,
    /// `None`: there is no authorization, or it is not known.
    pub authorization_expires_at: Option<SystemTime>,
    /// `None`: the client does not sign in by itself.
    pub sign_in: Option<SignInStats>,
    /// The service's clock less this machine's; `None`: no response has shown it.
    pub clock_offset_ms: Option<i64>,
}

impl Client {
    /// Never waits: it copies, with the lock in hand.
    pub fn stats(&self) -> Stats {
        let shared = &self.shared;
        let mut state = shared.state.lock();
        shared.note_polls(&mut state);
        let counts = shared.engine.counters().read();
        Stats {
            counts,
            lanes: Lane::ALL.map(|lane| state.gauges(lane)),
            held: state.held(),
            since_last_poll: state.polled.map(|at| at.elapsed()),
            since_last_success: counts.last_success.map(|at| at.elapsed()),
            authorization_expires_at: shared.engine.authorization_expires_at(),
            sign_in: shared.engine.sign_in_stats(),
            clock_offset_ms: shared.engine.clock_offset_ms(),
        }
    }
}
