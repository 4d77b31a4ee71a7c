//! What the heartbeat and all titles use: requests to the store, and what this relay does without it.

use std::collections::HashMap;
use std::fmt::{self, Write};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use mpa::api::ENDPOINTS;
use mpa::client::{ImposedLimits, LimitedCalls, SharedPermit};
use mpa::log::Level;
use mpa::policy::{Limit, MonotonicTime, spread};
use ring::digest::{SHA256, digest};
use ring::rand::{SecureRandom, SystemRandom};
use tokio::runtime::Handle;
use tokio::sync::watch;

use crate::settings::{KeyPrefix, StoreSettings};
use crate::sync::lock;

use super::Log;
use super::address::Address;
use super::availability::{Availability, BEATS_UNTIL_UP, News, Pace, Phase};
use super::ledger::{Held, Ledger, Named};
use super::link::{Failure, Link};
use super::script::{self, Keys, PermitAnswer, Question, Report};
use super::share::Sent;

/// Kinds of calls that are remembered; beyond, those that do not matter any more are forgotten.
const MANY_KINDS: usize = 256;

/// How long a request waits for the first attempt to reach the store, and again as long as it lasts.
const FIRST_ATTEMPT: Duration = Duration::from_millis(50);

/// What the heartbeat and all titles use.
pub struct Shared {
    pub link: Link,
    pub prefix: KeyPrefix,
    /// This relay's name, another one each time it starts.
    pub relay: String,
    pub runtime: Handle,
    pub imposed: ImposedLimits,
    pub log: Log,
    pub pace: Pace,
    pub beginning: Instant,
    pub availability: Mutex<Availability>,
    /// For those who wait for an answer: it ends when the store is down.
    pub phase: watch::Sender<Phase>,
    pub kinds: Mutex<HashMap<KindName, Arc<Kind>>>,
    pub last_number: AtomicU64,
    /// Another one each time it comes up: what waits for this relay's share need not any more.
    pub generation: AtomicU64,
    /// How long the last answer took.
    pub latency: Mutex<Option<Duration>>,
    pub round_trips: AtomicU64,
    pub heartbeat_round_trips: AtomicU64,
    /// Questions with an answer that could be used.
    pub answers: AtomicU64,
    pub failures: AtomicU64,
    pub outages: AtomicU64,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct KindName {
    title_id: u32,
    calls: &'static str,
    user_hash: String,
}

/// Calls that count together.
#[derive(Debug)]
pub struct Kind {
    pub keys: Keys,
    pub ledger: Mutex<Ledger>,
}

impl Shared {
    /// Does not connect yet. An error is a sentence.
    pub fn new(
        settings: &StoreSettings,
        relays: u32,
        runtime: &Handle,
        limits: &ImposedLimits,
        log: Log,
        pace: Pace,
    ) -> Result<Self, String> {
        let address = Address::parse(&settings.url, settings.ca_certificates.as_deref())?;
        let link = Link::new(address, settings.timeout)
            .map_err(|error| format!("The URL of the store cannot be used ({}).", error.category()))?;
        Ok(Shared {
            link,
            prefix: settings.prefix.clone(),
            relay: random_name()?,
            runtime: runtime.clone(),
            imposed: limits.clone(),
            log,
            pace,
            beginning: Instant::now(),
            availability: Mutex::new(Availability::new(relays)),
            phase: watch::Sender::new(Phase::Down),
            kinds: Mutex::default(),
            last_number: AtomicU64::new(0),
            generation: AtomicU64::new(0),
            latency: Mutex::default(),
            round_trips: AtomicU64::new(0),
            heartbeat_round_trips: AtomicU64::new(0),
            answers: AtomicU64::new(0),
            failures: AtomicU64::new(0),
            outages: AtomicU64::new(0),
        })
    }

    pub fn acquire(&self, kind: &Kind) -> SharedPermit {
        let availability = lock(&self.availability).clone();
        if availability.phase() == Phase::Down {
            if availability.is_first_attempt() {
                // The others may have used up everything.
                return SharedPermit::After { wait: FIRST_ATTEMPT, limit: None };
            }
            return self.acquire_alone(kind, &availability);
        }
        let is_up = availability.phase() == Phase::Up;
        if !is_up && let Some((wait, limit)) = self.wait_alone(&lock(&kind.ledger), &availability) {
            // By then it is decided by all that the store knows.
            return SharedPermit::After { wait: wait.min(self.pace.interval * (BEATS_UNTIL_UP + 1)), limit };
        }
        let generation = self.generation.load(Ordering::Relaxed);
        if is_up && let Some((wait, limit)) = lock(&kind.ledger).held(self.now(), generation) {
            // The store has said it already.
            return SharedPermit::After { wait, limit };
        }
        let number = self.number();
        let question = script::permit(&kind.keys, &self.member(number), lock(&kind.ledger).imposed(), None);
        match self.ask(&question, PermitAnswer::read) {
            Ok(answer) => {
                let now = self.now();
                let mut ledger = lock(&kind.ledger);
                answer
                    .named
                    .iter()
                    .for_each(|(limit, age)| ledger.name(Named { limit: *limit, at: now.saturating_sub(*age) }));
                ledger.hold(Held { until: now + answer.wait, limit: answer.limit, generation });
                if answer.is_granted {
                    ledger.record(number, Sent { at: now, is_alone: !is_up });
                    SharedPermit::Granted
                } else {
                    SharedPermit::After { wait: answer.wait, limit: answer.limit }
                }
            }
            Err(failure) => {
                self.failed(failure);
                let availability = lock(&self.availability).clone();
                self.acquire_alone(kind, &availability)
            }
        }
    }

    fn acquire_alone(&self, kind: &Kind, availability: &Availability) -> SharedPermit {
        let mut ledger = lock(&kind.ledger);
        if let Some((wait, limit)) = self.wait_alone(&ledger, availability) {
            return SharedPermit::After { wait, limit };
        }
        ledger.record(self.number(), Sent { at: self.now(), is_alone: true });
        SharedPermit::Granted
    }

    fn wait_alone(&self, ledger: &Ledger, availability: &Availability) -> Option<(Duration, Option<Limit>)> {
        let now = self.now();
        let wait = ledger.next_available_alone(availability.fleet(), availability.lost_at(), now);
        (wait.until > now).then(|| (wait.until - now, wait.limit))
    }

    pub fn rejected(&self, kind: &Kind, limit: Option<Limit>, wait: Option<Duration>) {
        let closed_for = wait.map(|wait| spread(wait, random())).unwrap_or_default();
        let question = {
            let now = self.now();
            let mut ledger = lock(&kind.ledger);
            ledger.close_until(now + closed_for);
            limit.iter().for_each(|limit| ledger.name(Named { limit: *limit, at: now }));
            let named = limit.map(|limit| (limit, Duration::ZERO)).into_iter().collect();
            Report { closed_for, named, sent: Vec::new() }.question(&kind.keys, ledger.imposed(), None)
        };
        // While the store is down the ledger keeps it, and it is reported later.
        if lock(&self.availability).phase() != Phase::Down
            && let Err(failure) = self.ask(&question, |_| Some(()))
        {
            self.failed(failure);
        }
    }

    /// Asks the store and waits for the answer, as long as the store is not marked as down.
    fn ask<T>(&self, question: &Question, read: impl Fn(&[u64]) -> Option<T>) -> Result<T, Failure> {
        let mut phase = self.phase.subscribe();
        self.runtime.block_on(async {
            tokio::select! {
                biased;
                answer = self.answer(question, &self.round_trips, read) => answer,
                _ = phase.wait_for(|phase| *phase == Phase::Down) => Err(Failure::NotConnected),
            }
        })
    }

    pub async fn answer<T>(
        &self,
        question: &Question,
        round_trips: &AtomicU64,
        read: impl Fn(&[u64]) -> Option<T>,
    ) -> Result<T, Failure> {
        let asked = Instant::now();
        let answer = self.link.ask(question, round_trips).await?;
        *lock(&self.latency) = Some(asked.elapsed());
        let answer = read(&answer).ok_or(Failure::Unexpected)?;
        self.answers.fetch_add(1, Ordering::Relaxed);
        Ok(answer)
    }

    /// Marks the store as down.
    pub fn failed(&self, failure: Failure) {
        // Another question has marked it so already.
        if failure == Failure::NotConnected {
            return;
        }
        let news = {
            let mut availability = lock(&self.availability);
            let news = availability.failed(self.now(), failure);
            self.phase.send_replace(Phase::Down);
            news
        };
        self.link.disconnect();
        self.failures.fetch_add(1, Ordering::Relaxed);
        self.report(news);
    }

    pub fn report(&self, news: Option<News>) {
        let Some(news) = news else { return };
        let availability = lock(&self.availability).clone();
        let relays = availability.fleet().relays;
        let store = self.link.address();
        match news {
            News::WentDown => {
                self.outages.fetch_add(1, Ordering::Relaxed);
                let problem = availability.failure().map(ToString::to_string).unwrap_or_default();
                let share = match relays {
                    1 => "with the whole of each limit, since it knows of no other relay".to_owned(),
                    relays => format!("with 1/{relays} of each limit, since there were {relays} relays"),
                };
                (self.log)(Level::Warning, &format!("The store at {store} {problem}: this relay goes on {share}."));
            }
            News::CameUp { after, is_first } => {
                let since =
                    if is_first { String::new() } else { format!(" again, after {:.1} s", after.as_secs_f64()) };
                let text = format!("The store at {store} keeps the limits{since}; relays that share them: {relays}.");
                (self.log)(Level::Info, &text);
            }
        }
    }

    pub fn kind(&self, title_id: u32, calls: &LimitedCalls) -> Arc<Kind> {
        let name = KindName { title_id, calls: calls.name, user_hash: calls.user_hash.clone() };
        let mut kinds = lock(&self.kinds);
        if let Some(kind) = kinds.get(&name) {
            return kind.clone();
        }
        if kinds.len() >= MANY_KINDS {
            let now = self.now();
            kinds.retain(|_, kind| Arc::strong_count(kind) > 1 || !lock(&kind.ledger).is_forgettable(now));
        }
        let imposed = ENDPOINTS.iter().filter_map(|endpoint| endpoint.configured_limit);
        let imposed = imposed.filter(|limit| limit.label() == calls.name).map(|limit| self.imposed.of(limit)).next();
        let kind = Arc::new(Kind {
            keys: Keys::new(&self.prefix, title_id, calls.name, &user_key(&calls.user_hash)),
            ledger: Mutex::new(Ledger::new(imposed.unwrap_or_default())),
        });
        kinds.insert(name, kind.clone());
        kind
    }

    /// A number that no other request of this relay has.
    fn number(&self) -> u64 {
        self.last_number.fetch_add(1, Ordering::Relaxed) + 1
    }

    /// How the store calls a request of this relay.
    pub fn member(&self, number: u64) -> String {
        format!("{}:{number}", self.relay)
    }

    pub fn now(&self) -> MonotonicTime {
        self.beginning.elapsed()
    }
}

impl fmt::Debug for Shared {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Shared").field("link", &self.link).field("relay", &self.relay).finish_non_exhaustive()
    }
}

/// A user in a key of the store, which does not show who it is; `-` for a service.
fn user_key(user_hash: &str) -> String {
    if user_hash == "-" {
        return user_hash.to_owned();
    }
    hex(&digest(&SHA256, user_hash.as_bytes()).as_ref()[..16])
}

fn random_name() -> Result<String, String> {
    let mut bytes = [0; 8];
    SystemRandom::new().fill(&mut bytes).map_err(|_| "The operating system gives no random numbers.".to_owned())?;
    Ok(hex(&bytes))
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

/// From 0 up to 1.
fn random() -> f64 {
    let mut bytes = [0; 4];
    let _ = SystemRandom::new().fill(&mut bytes);
    f64::from(u32::from_le_bytes(bytes)) / (f64::from(u32::MAX) + 1.0)
}
