//! The library's clients of a title: one for calls with the fleet's authorization, one for those with the token of a
//! user. What waits for one limit does not stand in the way of the other.

use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Duration;

use mpa::api::{ByLane, Lane};
use mpa::auth::Authorization;
use mpa::client::{Client, Config, Engine, Event, LaneSettings, Settings, Work};
use mpa::http;
use mpa::outcome::{Outcome, Result};
use tokio::sync::oneshot;

use crate::forward::ForwardedCall;
use crate::sync::lock;

/// Operations and bytes of bodies that a client holds at most.
const CAPACITY: usize = 100_000;
const CAPACITY_BYTES: usize = 256 * 1024 * 1024;

/// How often the thread that takes events looks up, if there is none.
const LONGEST_WAIT: Duration = Duration::from_secs(1);

/// How the operations of a client are kept and done.
#[derive(Clone, Copy, Debug)]
pub struct Pace {
    /// Recent players are held for so long, to be gathered.
    pub recent_players_hold: Duration,
    /// Requests at a time, for each kind of calls.
    pub worker_count: usize,
    /// No request begins later than that after it came.
    pub time_to_begin: Duration,
}

/// A client whose operations are awaited.
pub struct AwaitedClient {
    client: Client,
    awaited: Mutex<HashMap<u64, oneshot::Sender<Outcome>>>,
    next: AtomicU64,
    is_closed: AtomicBool,
}

/// What is done with events other than completions.
pub type OnEvent = Box<dyn Fn(Event) + Send>;

impl AwaitedClient {
    /// Opens the client, and starts the thread that takes its events.
    pub fn open(config: Config, shared: &Arc<http::Shared>, pace: Pace, on_event: OnEvent) -> Result<Arc<Self>> {
        let settings = Settings {
            capacity: CAPACITY,
            capacity_bytes: CAPACITY_BYTES,
            lanes: lanes(pace),
            authorization_lead: None,
        };
        let client = Client::new(Engine::open(config, shared)?, settings);
        let awaited =
            Arc::new(AwaitedClient { client, awaited: Mutex::default(), next: 1.into(), is_closed: false.into() });
        let taken = awaited.clone();
        let take_events = move || taken.take_events(&on_event);
        std::thread::Builder::new()
            .name("relay-events".to_owned())
            .spawn(take_events)
            .map_err(|error| Outcome::internal(format!("No thread could be started ({error}).")))?;
        Ok(awaited)
    }

    pub fn client(&self) -> &Client {
        &self.client
    }

    /// Makes a call. Where the future is dropped, the call is cancelled, unless its request has gone out.
    pub async fn call(&self, call: ForwardedCall, own: Option<Authorization>, time_to_begin: Duration) -> Outcome {
        let key = self.next.fetch_add(1, Ordering::Relaxed);
        let (sender, receiver) = oneshot::channel();
        self.awaited().insert(key, sender);
        let mut submitted = Submitted { of: self, key, operation: 0 };
        let stored = |number| submitted.operation = number;
        if let Err(refusal) = self.client.submit(Work::new(call), own, key, Some(time_to_begin), stored) {
            return *refusal;
        }
        match receiver.await {
            Ok(outcome) => {
                submitted.operation = 0;
                outcome
            }
            // The thread that takes events has ended: the client is closed.
            Err(_) => {
                let outcome = *Outcome::internal("The relay stopped before it knew how the call ended.");
                Outcome { uncertain: 1, ..outcome }
            }
        }
    }

    /// Ends what has not ended by then. Nothing is sent any more.
    pub fn close(&self, limit: Duration) {
        self.client.close(limit);
        self.is_closed.store(true, Ordering::Release);
    }

    fn awaited(&self) -> MutexGuard<'_, HashMap<u64, oneshot::Sender<Outcome>>> {
        lock(&self.awaited)
    }

    fn take_events(&self, on_event: &OnEvent) {
        loop {
            match self.client.wait(LONGEST_WAIT) {
                Some(Event::Completed { user_data, outcome, .. }) => {
                    if let Some(sender) = self.awaited().remove(&user_data) {
                        // Where it is not awaited any more, no one wants to know.
                        let _ = sender.send(*outcome);
                    }
                }
                Some(event) => on_event(event),
                None if self.is_closed.load(Ordering::Acquire) => break,
                None => {}
            }
        }
        self.awaited().clear();
    }
}

fn lanes(pace: Pace) -> ByLane<LaneSettings> {
    Lane::ALL.map(|lane| LaneSettings {
        time_to_live: pace.time_to_begin,
        hold: lane.info().hold.map(|_| pace.recent_players_hold),
        workers: pace.worker_count,
    })
}

/// An operation that has not ended yet, as far as is known.
struct Submitted<'a> {
    of: &'a AwaitedClient,
    key: u64,
    /// 0: it has ended, or was not taken.
    operation: u64,
}

impl Drop for Submitted<'_> {
    fn drop(&mut self) {
        if self.operation != 0 {
            // It ends as cancelled, or as it ends if its request is under way.
            let _ = self.of.client.cancel(self.operation);
        }
        self.of.awaited().remove(&self.key);
    }
}
