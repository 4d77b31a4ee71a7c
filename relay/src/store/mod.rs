//! The limits that several relays keep together, in Redis or Valkey.
//!
//! - `shared`: what is done for each request
//! - `address`, `link`: the URL of the store; the connection to it
//! - `script` and the `.lua` files: what is asked, each question one round trip that nothing comes between
//! - `availability`: whether the store can be relied on; `heartbeat`: what finds that out
//! - `share`, `ledger`: what this relay may send without the store; what it sent
//!
//! The store is asked for each request, once, as long as it answers. A question without an answer within the time
//! limit marks it as down at once, for all requests: from then on only the heartbeat asks it, and this relay keeps to
//! its share of each limit. When it is back each relay reports what it sent, keeps to its share until the others have
//! reported too, and then relies on the store again.
//!
//! When the store is lost, all relays together exceed a limit by one share at most, in the period around the loss. A
//! relay that alone is cut off from a store that answers the others adds its share to what they send. What no
//! relay knows is not counted: what a relay sent before it was restarted, if the store is down at its start or loses
//! its data within the same period.

pub mod address;
mod availability;
#[cfg(test)]
mod fleet_tests;
mod heartbeat;
mod ledger;
mod link;
mod script;
mod share;
mod shared;
// They start a store of their own.
#[cfg(all(test, unix))]
mod tests;

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use mpa::client::{ImposedLimits, LimitedCalls, SharedLimits, SharedPermit};
use mpa::log::Level;
use mpa::policy::Limit;
use tokio::runtime::Handle;
use tokio::task::AbortHandle;

use crate::settings::StoreSettings;
use crate::sync::lock;
use availability::{Pace, Phase};
use shared::Shared;

/// Where lines for the log go.
pub type Log = Arc<dyn Fn(Level, &str) + Send + Sync>;

/// The store, as this relay uses it. It outlives the clients that its limits are given to.
#[derive(Debug)]
pub struct Store {
    shared: Arc<Shared>,
    heartbeat: AbortHandle,
}

/// What is to be seen of the store.
#[derive(Clone, Debug)]
pub struct StoreStatus {
    /// Whether the limits are kept together; if not, this relay keeps to its share.
    pub is_up: bool,
    /// Since when that is so.
    pub since: Instant,
    /// Why it is not up, to follow "the store".
    pub problem: Option<String>,
    /// How many relays there are, with this one, as seen last.
    pub relays: u32,
    /// The part of each limit that this relay may use: 1 while it is up.
    pub share: f64,
    /// How long its last answer took.
    pub latency: Option<Duration>,
    /// Since the beginning: what it answered, what it did not answer or answered with an error, and how often it
    /// went down.
    pub answers: u64,
    pub failures: u64,
    pub outages: u64,
}

impl StoreStatus {
    /// For the page about readiness.
    pub fn in_words(&self) -> String {
        let relays = self.relays;
        let seconds = self.since.elapsed().as_secs();
        match &self.problem {
            _ if self.is_up => format!("up, shared by {relays} relays"),
            None => format!("not used yet; this relay keeps to 1/{relays} of each limit"),
            Some(problem) => {
                format!("down for {seconds} s ({problem}); this relay keeps to 1/{relays} of each limit")
            }
        }
    }
}

impl Store {
    /// Reads the settings and begins to connect. An error is a sentence about a setting that cannot be used; a
    /// store that cannot be reached is none. `relays`: how many relays this one assumes, itself included, until
    /// the store has answered once; with 1, a relay that starts without the store takes the whole of each limit.
    /// Only the threads of `runtime` talk to the store.
    pub fn connect(
        settings: &StoreSettings,
        relays: u32,
        runtime: &Handle,
        limits: &ImposedLimits,
        log: Log,
    ) -> Result<Self, String> {
        Self::connect_at(settings, relays, runtime, limits, log, Pace::default())
    }

    fn connect_at(
        settings: &StoreSettings,
        relays: u32,
        runtime: &Handle,
        limits: &ImposedLimits,
        log: Log,
        pace: Pace,
    ) -> Result<Self, String> {
        let shared = Arc::new(Shared::new(settings, relays, runtime, limits, log, pace)?);
        let heartbeat = runtime.spawn(heartbeat::run(Arc::downgrade(&shared))).abort_handle();
        Ok(Store { shared, heartbeat })
    }

    /// The limits of a title, for its clients. To be called by threads that may block, not by those of the runtime.
    pub fn limits_of(&self, title_id: u32) -> Arc<dyn SharedLimits> {
        Arc::new(TitleLimits { shared: self.shared.clone(), title_id })
    }

    /// Says that this relay stops, so that the others need not wait until it is not seen any more. To be called when
    /// the clients are closed.
    pub async fn leave(&self) {
        self.heartbeat.abort();
        let shared = &self.shared;
        if lock(&shared.availability).phase() != Phase::Down {
            let _ = shared.link.send_command(&script::leave(&shared.prefix, &shared.relay)).await;
        }
    }

    pub fn status(&self) -> StoreStatus {
        let shared = &self.shared;
        let availability = lock(&shared.availability);
        let is_up = availability.phase() == Phase::Up;
        StoreStatus {
            is_up,
            since: shared.beginning + availability.since(),
            problem: availability.failure().map(ToString::to_string),
            relays: availability.fleet().relays,
            share: if is_up { 1.0 } else { 1.0 / f64::from(availability.fleet().relays) },
            latency: *lock(&shared.latency),
            answers: shared.answers.load(Ordering::Relaxed),
            failures: shared.failures.load(Ordering::Relaxed),
            outages: shared.outages.load(Ordering::Relaxed),
        }
    }
}

impl Drop for Store {
    fn drop(&mut self) {
        self.heartbeat.abort();
    }
}

#[derive(Debug)]
struct TitleLimits {
    shared: Arc<Shared>,
    title_id: u32,
}

impl SharedLimits for TitleLimits {
    fn acquire(&self, calls: &LimitedCalls) -> SharedPermit {
        let kind = self.shared.kind(self.title_id, calls);
        self.shared.acquire(&kind)
    }

    fn generation(&self) -> u64 {
        self.shared.generation.load(Ordering::Relaxed)
    }

    fn rejected(&self, calls: &LimitedCalls, limit: Option<Limit>, wait: Option<Duration>) {
        let kind = self.shared.kind(self.title_id, calls);
        self.shared.rejected(&kind, limit, wait);
    }
}
