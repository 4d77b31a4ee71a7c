//! Signing in: which thread does it, and when. One at a time; other threads that need a token wait for it.
//!
//! A client with workers has a thread for it, so that no operation is kept from its worker by it; one
//! that only makes blocking calls signs in on the thread of such a call.

mod background;
mod certificate_files;
mod flow;
mod mutual;
mod stats;

use std::panic::{self, AssertUnwindSafe};
use std::sync::Arc;
use std::time::{Duration, Instant};

use super::time::Time;
use crate::auth::{AuthorizationStore, Credentials, SignInFailure, Step};
use crate::date::Timestamp;
use crate::http::{BaseUrl, Transport};
use crate::log::{Level, Log};
use crate::outcome::{self, Outcome, Status};
use crate::policy::{MonotonicTime, Prospect, Renewal};
use crate::sync::atomic::{AtomicBool, Ordering};
use crate::sync::{Condvar, Mutex, MutexGuard, spawn};
use certificate_files::CertificateFiles;
use flow::{DueSteps, Progress, SignInFlow, SignInResult};
pub use mutual::Connect;
use mutual::MutualTls;
pub use stats::SignInStats;

/// How often a waiting caller checks whether it was cancelled.
const CANCEL_CHECK_INTERVAL: Duration = Duration::from_millis(100);

/// A call gives so much of its time to a renewal that it could do without.
const PART_FOR_A_RENEWAL: u32 = 3;
const LEAST_FOR_A_RENEWAL: Duration = Duration::from_millis(500);

/// How often the thread looks whether the files of the certificate have changed, after a failure.
const FILE_CHECK_INTERVAL: Duration = Duration::from_secs(30);

/// How a client signs in by itself.
#[derive(Debug)]
pub struct SignInConfig {
    pub credentials: Credentials,
    pub sandbox_id: String,
    pub relying_party: String,
    pub sign_in_endpoint: BaseUrl,
    pub token_endpoint: BaseUrl,
    /// How long before its end a token is renewed; `None`: by its life.
    pub lead: Option<Duration>,
}

/// What a client lends it.
pub struct Dependencies {
    pub transport: Arc<dyn Transport>,
    pub connect: Connect,
    pub request_timeout: Duration,
    pub authorizations: Arc<AuthorizationStore>,
    pub time: Arc<Time>,
    pub log: Arc<Log>,
}

#[derive(Debug)]
pub struct SignIn {
    state: Mutex<State>,
    changed: Condvar,
    mutual: Arc<MutualTls>,
    authorizations: Arc<AuthorizationStore>,
    time: Arc<Time>,
    log: Arc<Log>,
    beginning: Instant,
    request_timeout: Duration,
    has_thread: AtomicBool,
}

#[derive(Debug)]
struct State {
    /// `None` while a thread signs in.
    flow: Option<Box<SignInFlow>>,
    service_token: Renewal,
    token: Renewal,
    /// Why there is no token; of the last attempt.
    failure: Option<SignInFailure>,
    is_stopped: bool,
    stats: SignInStats,
}

/// Why a caller goes without a token.
#[derive(Debug)]
pub enum TokenUnavailable {
    /// Nothing that passes by itself.
    Failed(Box<Outcome>),
    /// The caller's time is up; the failure of the last attempt, if there was one.
    OutOfTime(Option<Box<Outcome>>),
    /// The client is being closed, or the call was cancelled.
    Over,
}

impl SignIn {
    pub fn open(config: SignInConfig, dependencies: Dependencies) -> outcome::Result<Self> {
        let Dependencies { transport, connect, request_timeout, authorizations, time, log } = dependencies;
        let mutual = Arc::new(MutualTls::new(connect));
        let certificate = CertificateFiles::new(config.credentials);
        let stats =
            SignInStats { certificate_expires_at: Some(certificate.current().expires_at()), ..SignInStats::default() };
        let flow = SignInFlow {
            sign_in: config.sign_in_endpoint.join(Step::ServiceToken.path())?,
            token: config.token_endpoint.join(Step::Token.path())?,
            certificate,
            sandbox_id: config.sandbox_id,
            relying_party: config.relying_party,
            mutual: mutual.clone(),
            transport,
            request_timeout,
            time: time.clone(),
            log: log.clone(),
            progress: Progress::default(),
        };
        let state = State {
            flow: Some(Box::new(flow)),
            service_token: Renewal::new(None),
            token: Renewal::new(config.lead),
            failure: None,
            is_stopped: false,
            stats,
        };
        Ok(SignIn {
            state: Mutex::new(state),
            changed: Condvar::new(),
            mutual,
            authorizations,
            time,
            log,
            beginning: Instant::now(),
            request_timeout,
            has_thread: AtomicBool::new(false),
        })
    }

    /// From now on a thread of its own signs in, ahead of the end of each token.
    pub fn in_background(self: &Arc<Self>) -> outcome::Result<()> {
        if self.has_thread.load(Ordering::Acquire) || self.has_thread.swap(true, Ordering::AcqRel) {
            return Ok(());
        }
        let own = self.clone();
        spawn("mpa-sign-in", move || own.run()).map_err(|error| {
            // Then calls do it themselves, as they come.
            self.has_thread.store(false, Ordering::Release);
            let message = format!("No thread could be started to sign in ({error}); the next call tries it again.");
            self.log.write(Level::Warning, || message.clone());
            let mut outcome = Outcome::new(Status::SignInFailed, message);
            outcome.retryable = true;
            Box::new(outcome)
        })
    }

    /// Waits for a token, or signs in to get one.
    pub fn obtain(&self, deadline: Instant, is_over: impl Fn() -> bool) -> Result<(), TokenUnavailable> {
        let mut state = self.state.lock();
        // The thread looks by itself.
        if state.failure.is_some() && !self.has_thread.load(Ordering::Acquire) {
            state = self.look_at_files(state, deadline);
        }
        loop {
            if self.authorizations.usable(&self.time.by_all_clocks()).is_ok() {
                return Ok(());
            }
            if state.is_stopped || is_over() {
                return Err(TokenUnavailable::Over);
            }
            let now = self.now();
            if state.flow.is_some() && state.token.invalidate(now) {
                // It ended before its time: the clock was set, or the machine slept.
                self.changed.notify_all();
            }
            let is_due = state.due(now) <= now;
            if let Some(failure) = &state.failure
                && failure.prospect == Prospect::Permanent
                && !is_due
            {
                return Err(TokenUnavailable::Failed(failure.outcome.clone()));
            }
            let left = deadline.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return Err(TokenUnavailable::OutOfTime(state.failure.as_ref().map(|failure| failure.outcome.clone())));
            }
            // An attempt that is cut short would hide why the one before failed.
            let is_worth_it = state.failure.is_none() || left >= LEAST_FOR_A_RENEWAL;
            if is_due && is_worth_it && state.flow.is_some() && !self.has_thread.load(Ordering::Acquire) {
                state = self.sign_in(state, deadline);
                continue;
            }
            // Checked now and then: cancelling a call does not wake this thread.
            let until_due = if is_worth_it { state.until_due(now) } else { left };
            let wait = left.min(until_due).clamp(Duration::from_millis(1), CANCEL_CHECK_INTERVAL);
            state = self.changed.wait_timeout(state, wait);
        }
    }

    /// Gets a newer token where that is due and no other thread does it. The one in use stays until then.
    pub fn renew_if_due(&self, deadline: Instant) {
        let part = deadline.saturating_duration_since(Instant::now()) / PART_FOR_A_RENEWAL;
        if self.has_thread.load(Ordering::Acquire) || part < LEAST_FOR_A_RENEWAL {
            return;
        }
        let state = self.state.lock();
        let now = self.now();
        if state.due(now) <= now && state.flow.is_some() && !state.is_stopped {
            drop(self.sign_in(state, Instant::now() + part));
        }
    }

    /// The service refused the token in use, from this process or another that was given it.
    pub fn refused(&self) {
        let now = self.now();
        self.state.lock().token.refused(now, None, fastrand::f64());
        self.changed.notify_all();
    }

    /// Why there is no token: the last attempt failed, or none has ended yet.
    pub fn why_there_is_no_token(&self) -> Box<Outcome> {
        let now = self.now();
        let state = self.state.lock();
        if let Some(failure) = &state.failure {
            return failure.outcome.clone();
        }
        if state.is_stopped {
            return Box::new(Outcome::new(
                Status::Closed,
                "The client is being closed, and does not sign in any more.",
            ));
        }
        let mut outcome = Outcome::new(
            Status::SignInPending,
            "Signing in has begun and has not ended yet; there is no authorization so far. Ask again in a moment.",
        );
        let wait = if state.flow.is_some() { state.due(now).saturating_sub(now) } else { Duration::ZERO };
        if !wait.is_zero() {
            let seconds = wait.as_secs() + 1;
            outcome.message = format!(
                "The service refused the last authorization soon after it was given, so signing in waits for {seconds} \
                 s; there is no authorization until then. Ask again."
            )
            .into();
            outcome.retry_after = Some(wait);
        }
        outcome.retryable = true;
        Box::new(outcome)
    }

    pub fn stats(&self) -> SignInStats {
        self.state.lock().stats
    }

    /// Ends what is under way, and the thread.
    pub fn stop(&self) {
        self.state.lock().is_stopped = true;
        self.changed.notify_all();
        self.mutual.abort();
    }

    fn run(&self) {
        let mut state = self.state.lock();
        while !state.is_stopped {
            let now = self.now();
            if state.due(now) <= now && state.flow.is_some() {
                // Connecting, and an answer; for each of the two steps, and each once more.
                state = self.sign_in(state, Instant::now() + 4 * self.request_timeout);
                continue;
            }
            let has_failed = state.failure.is_some();
            let longest = if has_failed { FILE_CHECK_INTERVAL } else { Duration::from_secs(3_600) };
            let wait = state.until_due(now).clamp(Duration::from_millis(1), longest);
            let looks_at_files = has_failed && wait == FILE_CHECK_INTERVAL;
            let woken = self.changed.wait_timeout(state, wait);
            state =
                if looks_at_files { self.look_at_files(woken, Instant::now() + self.request_timeout) } else { woken };
        }
    }

    /// With a certificate that was replaced, signing in may succeed.
    fn look_at_files<'a>(&'a self, mut state: MutexGuard<'a, State>, deadline: Instant) -> MutexGuard<'a, State> {
        let Some(mut flow) = state.flow.take() else { return state };
        drop(state);
        let has_changed = flow.looks_different(deadline);
        let mut state = self.state.lock();
        state.flow = Some(flow);
        if has_changed {
            let now = self.now();
            state.service_token.refresh_now(now);
            state.token.refresh_now(now);
        }
        self.changed.notify_all();
        state
    }

    /// Makes the steps that are due, without the lock, and draws the conclusions.
    fn sign_in<'a>(&'a self, mut state: MutexGuard<'a, State>, deadline: Instant) -> MutexGuard<'a, State> {
        let Some(mut flow) = state.flow.take() else { return state };
        let due = state.due_steps(self.now());
        state.stats.attempts += 1;
        drop(state);
        let result = panic::catch_unwind(AssertUnwindSafe(|| flow.sign_in(due, deadline)));
        let result = result.unwrap_or_else(|_| {
            let defect = Outcome::internal("Signing in failed by a defect of the library. Please report this.");
            SignInResult { service_token: Some(Err(SignInFailure::of(defect))), token: None }
        });
        let mut state = self.state.lock();
        if !flow.has_service_token() {
            state.service_token.forget();
        }
        state.stats.certificate_expires_at = Some(flow.certificate.current().expires_at());
        state.flow = Some(flow);
        self.conclude(&mut state, due, result);
        self.changed.notify_all();
        state
    }

    fn conclude(&self, state: &mut State, due: DueSteps, result: SignInResult) {
        let now = self.now();
        let random = fastrand::f64();
        let mut has_failed = matches!(result.service_token, Some(Err(_)));
        match result.service_token {
            None => {}
            Some(Ok(life)) => state.service_token.succeeded(now, life.whole, life.left, random),
            Some(Err(failure)) => {
                state.service_token.failed(now, failure.prospect, failure.outcome.retry_after, random);
                if due.token && result.token.is_none() {
                    state.token.failed(now, failure.prospect, failure.outcome.retry_after, random);
                    state.failure = Some(failure);
                }
            }
        }
        match result.token {
            None => {}
            Some(Ok((_, life))) if life.left.is_zero() => {
                has_failed = true;
                state.token.failed(now, Prospect::Transient, None, random);
                let ended = Outcome::new(Status::SignInFailed, "The token that signing in gave has ended already.");
                state.failure = Some(SignInFailure::of(Box::new(ended)));
            }
            Some(Ok((authorization, life))) => {
                let expires_at = authorization.expires_at(&self.time.by_all_clocks());
                match self.authorizations.push(authorization) {
                    Ok(()) => {
                        state.token.succeeded(now, life.whole, life.left, random);
                        state.failure = None;
                        self.log.write(Level::Info, || match expires_at {
                            Some(at) => format!("Signed in until {}.", Timestamp::new(at)),
                            None => "Signed in.".to_owned(),
                        });
                    }
                    // It gave the very token that was refused.
                    Err(outcome) => {
                        has_failed = true;
                        state.token.failed(now, Prospect::Transient, None, random);
                        state.failure = Some(SignInFailure::of(outcome));
                    }
                }
            }
            Some(Err(failure)) => {
                has_failed = true;
                if failure.wants_another_service_token {
                    state.service_token.refused(now, failure.outcome.retry_after, random);
                } else {
                    state.token.failed(now, failure.prospect, failure.outcome.retry_after, random);
                }
                state.failure = Some(failure);
            }
        }
        if has_failed {
            state.stats.failures += 1;
        } else {
            state.stats.last_success = Some(self.time.now());
        }
    }

    fn now(&self) -> MonotonicTime {
        self.beginning.elapsed()
    }
}

impl State {
    /// When there is something to be done next.
    fn due(&self, now: MonotonicTime) -> MonotonicTime {
        if self.service_token.has_token(now) {
            self.token.due().min(self.service_token.due())
        } else {
            self.service_token.due()
        }
    }

    /// How long to wait for that; while a thread signs in, until it has finished.
    fn until_due(&self, now: MonotonicTime) -> Duration {
        if self.flow.is_none() { Duration::MAX } else { self.due(now).saturating_sub(now) }
    }

    fn due_steps(&self, now: MonotonicTime) -> DueSteps {
        let has_service_token = self.service_token.has_token(now);
        DueSteps {
            service_token: !has_service_token || self.service_token.due() <= now,
            token: self.token.due() <= now || !self.token.has_token(now),
        }
    }
}
