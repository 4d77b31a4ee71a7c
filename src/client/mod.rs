//! One call, start to end: part by part, each until it is acknowledged or given up.

mod attempts;
mod books;
mod endings;
mod gate;

use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime};

use ureq::http::{HeaderValue, Uri};

use crate::auth::{Authorization, AuthorizationStore};
use crate::calls::{Call, Endpoint};
use crate::http::{BaseUrl, CaMode, Http, Settings, Transport, Trust};
use crate::log::{Level, Log};
use crate::outcome::{Outcome, Result, Status};
use crate::policy::Budget;
use crate::stats::Counters;
use crate::sync::{Mutex, MutexGuard, PoisonError};
pub use attempts::Patience;
use attempts::{AtOnce, Attempts};
use books::Books;
pub use books::CloseReport;
use gate::Gates;
pub use gate::ImposedLimits;

/// A configuration with its defaults filled in; not yet checked where only `Client::open` can.
#[derive(Debug)]
pub struct Config {
    pub title_id: u32,
    pub endpoint: String,
    pub authorization: Option<Authorization>,
    pub ca_certificates_path: Option<String>,
    pub ca_mode: CaMode,
    pub allow_plain_http: bool,
    pub user_agent: String,
    pub connect_timeout: Duration,
    pub request_timeout: Duration,
    pub call_timeout: Duration,
    /// For each request.
    pub max_attempts: u32,
    pub imposed_limits: ImposedLimits,
    pub log_level: Level,
}

/// A title's way to the service.
#[derive(Debug)]
pub struct Client {
    transport: Box<dyn Transport>,
    /// One for each of `Endpoint::ALL`, in that order.
    uris: [Uri; Endpoint::ALL.len()],
    authorizations: AuthorizationStore,
    request_timeout: Duration,
    call_timeout: Duration,
    max_attempts: u32,
    gates: Gates,
    budget: Mutex<Budget>,
    books: Books,
    counters: Arc<Counters>,
    log: Log,
}

impl Client {
    /// Reads the files that the configuration names; no network, no thread.
    pub fn open(config: Config) -> Result<Self> {
        let user_agent = HeaderValue::from_str(&config.user_agent)
            .map_err(|_| Outcome::invalid("config.user_agent has a character that is not visible ASCII."))?;
        let http = Http::new(Settings {
            trust: Trust::new(config.ca_certificates_path.as_deref(), config.ca_mode)?,
            client_certificate: None,
            allow_plain_http: config.allow_plain_http,
            user_agent,
            connect_timeout: config.connect_timeout,
        });
        Self::over(Box::new(http), config)
    }

    /// A client whose requests go through `transport`.
    pub fn over(transport: Box<dyn Transport>, config: Config) -> Result<Self> {
        let base = BaseUrl::parse(&config.endpoint, config.allow_plain_http, "config.endpoint")?;
        let [invites, server_invites, groups] =
            Endpoint::ALL.map(|endpoint| base.join(&endpoint.path(config.title_id)));
        Ok(Client {
            transport,
            uris: [invites?, server_invites?, groups?],
            authorizations: AuthorizationStore::new(config.authorization),
            request_timeout: config.request_timeout,
            call_timeout: config.call_timeout,
            max_attempts: config.max_attempts,
            gates: Gates::new(config.imposed_limits),
            budget: Mutex::default(),
            books: Books::default(),
            counters: Arc::default(),
            log: Log::new(config.log_level),
        })
    }

    pub fn set_authorization(&self, newer: Authorization) -> Result<()> {
        if self.books.is_closed() {
            return Err(Box::new(closed()));
        }
        self.authorizations.push(newer)?;
        self.log.write(Level::Info, || "A newer authorization is in use.");
        Ok(())
    }

    /// When the authorization expires that is in use; `None` where there is none, or that is unknown.
    pub fn authorization_expires_at(&self) -> Option<SystemTime> {
        self.authorizations.expires_at()
    }

    pub fn counters(&self) -> &Arc<Counters> {
        &self.counters
    }

    pub fn log(&self) -> &Log {
        &self.log
    }

    /// Makes a call and waits for its end. `own`: the inviting user's authorization, instead of the
    /// client's.
    pub fn run(&self, call: &dyn Call, own: Option<&Authorization>) -> Outcome {
        let started = Instant::now();
        let Some(running) = self.books.begin() else {
            return closed();
        };
        let lane = call.endpoint().lane();
        self.counters.call_began(lane);
        let mut attempts = Attempts::new(self, call, own, started + self.call_timeout, &AtOnce);
        let mut outcome = attempts.send_parts();
        outcome.elapsed = started.elapsed();
        self.counters.ended(lane, &outcome);
        running.end(&outcome);
        outcome
    }

    /// Makes a call that may take until `deadline`, and then ends as expired where nothing of the rest
    /// of it was sent.
    pub fn run_patiently(
        &self,
        call: &dyn Call,
        own: Option<&Authorization>,
        deadline: Instant,
        patience: &dyn Patience,
    ) -> Outcome {
        let mut attempts = Attempts::new(self, call, own, deadline, patience);
        let outcome = attempts.send_parts();
        if attempts.ran_out_of_time && outcome.uncertain == 0 && outcome.status != Status::Ok {
            return expired(outcome);
        }
        outcome
    }

    /// Refuses further calls, waits for those under way, and cuts what has not ended then.
    pub fn close(&self, wait: Duration) -> CloseReport {
        self.books.close(wait, || self.cut())
    }

    /// Refuses further calls and cuts those under way.
    pub fn cut(&self) {
        self.books.cut();
        self.transport.cut();
        self.wake_all();
    }

    /// Has calls that wait look again whether waiting makes sense.
    pub fn wake_all(&self) {
        self.gates.wake_all();
        self.authorizations.wake_all();
    }

    fn budget(&self) -> MutexGuard<'_, Budget> {
        // It is a number: a panic elsewhere cannot leave it half changed.
        self.budget.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn closed() -> Outcome {
    Outcome::new(Status::Closed, "The client is being closed; nothing was sent.")
}

fn expired(outcome: Outcome) -> Outcome {
    let message = format!("The operation's time to live was over. The obstacle met last: {}", outcome.message);
    Outcome { status: Status::Expired, cause: outcome.status, message: message.into(), retryable: true, ..outcome }
}
