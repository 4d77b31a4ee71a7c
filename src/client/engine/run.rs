//! One call: batch by batch, each until it is acknowledged or given up: authorize, wait for a permit,
//! send, classify the response, wait, again.

use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime};

use super::Engine;
use super::rate_limiter::{NotAcquired, RateLimiter};
use super::sign_in::TokenUnavailable;
use super::stop::{Deadline, Stop, aborted, begun, out_of_time_to_sign_in, throttled};
use crate::api::Call;
use crate::auth::Authorization;
use crate::http::{Deadlines, Request, Sent};
use crate::log::Level;
use crate::outcome::{Outcome, Result, Status};
use crate::policy::{Batch, MonotonicTime, Next, classify_error, classify_response, next};
use crate::redactor::{Redactor, ServiceText};
use crate::response::{ResponseClass, parse_response};
use crate::stats::RequestEnd;

/// A call under way, as its requests see it.
pub struct CallRun<'a> {
    engine: &'a Engine,
    call: &'a dyn Call,
    /// The call's own authorization, instead of the client's.
    own: Option<&'a Authorization>,
    deadline: Deadline,
    wait_policy: &'a dyn WaitPolicy,
    /// Requests put on the wire, those of earlier batches included.
    on_the_wire: u32,
    /// For an authorization, and for a permit.
    waited: Duration,
    /// The last response showed that the time of its request's signature was wrong.
    clock_moved: bool,
    /// It ended because of its deadline.
    lacked_time: bool,
}

/// How a call ended.
pub struct Ended {
    pub outcome: Outcome,
    /// With more time it could have gone on.
    pub lacked_time: bool,
}

/// A request may go out.
struct Permit {
    rate_limiter: Arc<RateLimiter>,
    /// When it was let out.
    sent: MonotonicTime,
    authorization: Authorization,
}

/// What a call does while it cannot be sent.
pub trait WaitPolicy {
    /// Whether to wait for an authorization until the deadline. Asked again while it waits.
    fn waits_for_authorization(&self) -> bool;

    /// Whether the call ends unless it is on the wire.
    fn cancel_requested(&self, is_sent: bool) -> bool;

    /// What the call waits for from now on; `Status::Ok`: for nothing any more.
    fn waits_for(&self, wait_reason: Status);
}

/// Fails at once.
pub struct NoWait;

impl WaitPolicy for NoWait {
    fn waits_for_authorization(&self) -> bool {
        false
    }

    fn cancel_requested(&self, _: bool) -> bool {
        false
    }

    fn waits_for(&self, _: Status) {}
}

impl<'a> CallRun<'a> {
    pub fn new(
        engine: &'a Engine,
        call: &'a dyn Call,
        own: Option<&'a Authorization>,
        deadline: Deadline,
        wait_policy: &'a dyn WaitPolicy,
    ) -> Self {
        CallRun {
            engine,
            call,
            own,
            deadline,
            wait_policy,
            on_the_wire: 0,
            waited: Duration::ZERO,
            clock_moved: false,
            lacked_time: false,
        }
    }

    /// Batch by batch, in order, until one is not acknowledged.
    pub fn run(mut self) -> Ended {
        let mut outcome = match self.send_batches() {
            Ok(http_status) => {
                let mut outcome = Outcome::new(Status::Ok, "The service acknowledged all of it.");
                outcome.acknowledged = u32::try_from(self.call.count()).unwrap_or(u32::MAX);
                outcome.http_status = http_status;
                outcome
            }
            Err(outcome) => *outcome,
        };
        outcome.attempts = self.on_the_wire;
        outcome.queued = self.waited;
        Ended { outcome, lacked_time: self.lacked_time }
    }

    /// The HTTP status of the last response, or how the call ended before that.
    fn send_batches(&mut self) -> Result<u16> {
        let (endpoint, count) = (self.call.endpoint(), self.call.count());
        let mut http_status = 0;
        for items in endpoint.batches(count) {
            let batch = Batch { endpoint, items, count, own_authorization: self.own.is_some() };
            http_status = self.send(&batch)?;
        }
        Ok(http_status)
    }

    /// Sends one batch until it is acknowledged. An error ends the call.
    fn send(&mut self, batch: &Batch) -> Result<u16> {
        let mut in_doubt = false;
        self.try_to_send(batch, &mut in_doubt).map_err(|mut outcome| {
            if in_doubt && outcome.uncertain == 0 {
                batch.doubt_an_earlier_attempt(&mut outcome);
            }
            outcome
        })
    }

    /// `in_doubt` is set once an attempt may have been processed by the service.
    fn try_to_send(&mut self, batch: &Batch, in_doubt: &mut bool) -> Result<u16> {
        let body = self.call.body(batch.items.clone()).map_err(|outcome| begun(batch, outcome))?;
        let mut last: Option<Outcome> = None;
        let mut after_a_401 = false;
        let mut attempts = 0;
        loop {
            let permit = self.wait_for_permit(batch, &mut last)?;
            match &last {
                None => self.engine.budget.lock().request(),
                Some(last) => {
                    let text = || format!("{} It is tried again.", last.message);
                    self.engine.log.write_about(Level::Warning, || last.into(), text);
                }
            }
            let outcome = match self.attempt(batch, &permit, &body, attempts > 0) {
                Ok(http_status) => return Ok(http_status),
                Err(outcome) => *outcome,
            };
            attempts += 1;
            *in_doubt |= outcome.uncertain > 0;
            if outcome.http_status == 0 && self.engine.abort.is_set() {
                return Err(Box::new(aborted(batch, outcome)));
            }
            let max_attempts = self.engine.max_attempts;
            let may_be_newer = (self.own.is_none() || self.clock_moved) && !after_a_401 && attempts < max_attempts;
            if outcome.status == Status::Unauthorized && may_be_newer {
                // Once more, with a newer token if there is one, or with the right time.
                after_a_401 = true;
                last = Some(outcome);
                continue;
            }
            let next = next(&outcome, attempts, max_attempts, &mut self.engine.budget.lock(), fastrand::f64());
            last = Some(match next {
                Next::End => return Err(Box::new(outcome)),
                Next::AgainInPace => outcome,
                Next::Again { after } => self.sleep(batch, outcome, after)?,
            });
        }
    }

    /// Waits until there is an authorization and a permit of the rate limiter.
    /// `last`: how the attempt before ended; taken where the call ends here.
    fn wait_for_permit(&mut self, batch: &Batch, last: &mut Option<Outcome>) -> Result<Permit> {
        let started = Instant::now();
        let permit = self.acquire_permit(batch, last);
        self.wait_policy.waits_for(Status::Ok);
        self.waited += started.elapsed();
        permit
    }

    fn acquire_permit(&mut self, batch: &Batch, last: &mut Option<Outcome>) -> Result<Permit> {
        let engine = self.engine;
        if let (None, Some(sign_in)) = (self.own, &engine.sign_in) {
            sign_in.renew_if_due(self.deadline.at());
        }
        let mut authorization = self.wait_for_authorization(batch, last)?;
        loop {
            if let Some(stop) = self.stop() {
                return Err(self.end(batch, stop, last.take()));
            }
            let rate_limiter = engine.rate_limiters.of(batch.endpoint, authorization.user_hash());
            let wait_policy = self.wait_policy;
            let entered = rate_limiter.acquire(
                self.deadline.at(),
                || self.is_stopped(),
                || wait_policy.waits_for(Status::Throttled),
            );
            let sent = match entered {
                Ok(sent) => sent,
                Err(NotAcquired::Aborted) => {
                    return Err(self.end(batch, self.stop().unwrap_or(Stop::Closed), last.take()));
                }
                Err(NotAcquired::DeadlineExceeded { wait, limit }) => {
                    let stop = self.stop().unwrap_or(Stop::PermitTooLate { deadline: self.deadline, wait });
                    // A client that drains says nothing about the rate limit.
                    let waited_for =
                        (!matches!(self.deadline, Deadline::Drain(_))).then(|| throttled(batch, wait, limit));
                    return Err(self.end(batch, stop, last.take().or(waited_for)));
                }
            };
            // While it waited, the token may have been refused, or have expired, or been replaced.
            let current = self.wait_for_authorization(batch, last)?;
            let is_same_kind = current.user_hash() == authorization.user_hash();
            authorization = current;
            if is_same_kind {
                return Ok(Permit { rate_limiter, sent, authorization });
            }
        }
    }

    /// The authorization to send with, once there is one.
    fn wait_for_authorization(&mut self, batch: &Batch, last: &mut Option<Outcome>) -> Result<Authorization> {
        loop {
            let pushes = self.engine.authorizations.pushes();
            let needed = match self.authorization() {
                Ok(authorization) => return Ok(authorization),
                Err(needed) if self.own.is_none() && needed.status == Status::AuthorizationNeeded => needed,
                Err(refused) => return Err(last.take().map_or_else(|| begun(batch, refused), Box::new)),
            };
            self.wait_policy.waits_for(Status::AuthorizationNeeded);
            let waited_for = match &self.engine.sign_in {
                Some(sign_in) => match sign_in.obtain(self.deadline.at(), || self.is_stopped()) {
                    Ok(()) => continue,
                    Err(TokenUnavailable::Over) => None,
                    Err(TokenUnavailable::Failed(outcome)) => {
                        return Err(last.take().map_or_else(|| begun(batch, outcome), Box::new));
                    }
                    Err(TokenUnavailable::OutOfTime(failure)) => Some(failure.unwrap_or_else(out_of_time_to_sign_in)),
                },
                None if self.wait_policy.waits_for_authorization() => Some(needed),
                None => return Err(last.take().map_or_else(|| begun(batch, needed), Box::new)),
            };
            if let Some(stop) = self.stop() {
                let is_over = !stop.is_for_lack_of_time();
                let wait_reason = waited_for.filter(|_| !is_over).map(|outcome| *begun(batch, outcome));
                return Err(self.end(batch, stop, last.take().or(wait_reason)));
            }
            // Looked at now and then, since the host's event may be due again.
            let remaining = self.deadline.at().saturating_duration_since(Instant::now());
            self.engine.authorizations.wait(pushes, remaining.min(Duration::from_secs(1)), || self.is_stopped());
        }
    }

    fn authorization(&self) -> Result<Authorization> {
        let now = self.engine.time.by_all_clocks();
        match self.own {
            None => self.engine.authorizations.current(&now),
            Some(authorization) if authorization.is_expired(&now) => {
                let mut outcome = Outcome::new(
                    Status::AuthorizationNeeded,
                    "The call's own authorization has expired; nothing was sent. Send it again with a newer one.",
                );
                outcome.retryable = true;
                Err(Box::new(outcome))
            }
            Some(authorization) => Ok(authorization.clone()),
        }
    }

    /// One attempt: the HTTP status with which the service acknowledged it, or how it ended.
    fn attempt(&mut self, batch: &Batch, permit: &Permit, body: &[u8], is_retry: bool) -> Result<u16> {
        let begun = Instant::now();
        let on_the_wire_before = self.on_the_wire;
        let result = self.request(batch, &permit.authorization, body, begun);
        let outcome = result.as_ref().err().map(|outcome| &**outcome);
        if self.on_the_wire > on_the_wire_before {
            self.engine.counters.request_ended(RequestEnd {
                lane: batch.endpoint.lane,
                items: batch.items.len(),
                is_retry,
                took: begun.elapsed(),
                is_acknowledged: outcome.is_none(),
                is_throttled: outcome.is_some_and(|outcome| outcome.status == Status::Throttled),
            });
        }
        self.record(permit, outcome);
        result
    }

    /// Sends the request and classifies what came of it.
    fn request(&mut self, batch: &Batch, authorization: &Authorization, body: &[u8], began: Instant) -> Result<u16> {
        let engine = self.engine;
        self.clock_moved = false;
        let method = &batch.endpoint.method;
        let uri = &*engine.uris.of(self.call).map_err(|outcome| begun(batch, outcome))?;
        let signature =
            authorization.proof_key().map(|key| engine.sign(key, method, uri, authorization, body)).transpose();
        let signature = signature.map_err(|outcome| begun(batch, outcome))?;
        let is_signed = signature.is_some();
        let authorization_header = Some(authorization.header());
        let request = Request {
            method,
            uri,
            authorization: authorization_header,
            signature: signature.as_ref().or(authorization.signature()),
            body,
            max_response: batch.endpoint.max_response_bytes,
        };
        let sent_at = SystemTime::now();
        let deadlines =
            Deadlines { send: self.deadline.at(), response: self.deadline.of_response(engine.request_timeout) };
        let answer = match engine.transport.send(request, deadlines) {
            Ok(answer) => answer,
            Err(failure) => {
                if failure.sent != Sent::Nothing {
                    self.on_the_wire += 1;
                }
                return Err(Box::new(classify_error(batch, &failure)));
            }
        };
        self.on_the_wire += 1;
        self.clock_moved = engine.time.observe(sent_at, &answer, &engine.log) && is_signed;
        engine.log.write(Level::Debug, || {
            let (path, took) = (engine.uris.loggable_path(self.call), began.elapsed().as_millis());
            format!("{method} {path}: {batch} was answered with HTTP {} after {took} ms.", answer.status)
        });
        let redactor = || redactor(self.call, batch, authorization);
        let mut parsed = parse_response(&answer, batch.endpoint.success, engine.time.now());
        if parsed.class == ResponseClass::Accepted {
            let body = if parsed.content_encoding.is_none() { &answer.body[..] } else { &[] };
            if let Err(problem) = self.call.take_payload(batch.items.clone(), answer.status, body) {
                parsed.class = ResponseClass::Indeterminate(Status::UnexpectedAnswer);
                parsed.debug_message = ServiceText::new(problem);
            }
        }
        match classify_response(batch, answer.status, parsed, redactor) {
            None => Ok(answer.status),
            Some(outcome) => {
                self.call.see_refusal(&answer);
                Err(Box::new(outcome))
            }
        }
    }

    /// What the end of an attempt says about those that follow.
    fn record(&self, permit: &Permit, outcome: Option<&Outcome>) {
        let engine = self.engine;
        let Permit { rate_limiter, sent, authorization } = permit;
        match outcome {
            None => {
                engine.budget.lock().success();
                rate_limiter.accepted();
            }
            Some(Outcome { status: Status::Throttled, throttle, retry_after, .. }) => {
                rate_limiter.rejected(*sent, throttle, *retry_after, fastrand::f64());
            }
            Some(Outcome { retry_after: Some(wait), .. }) => rate_limiter.close_for(*wait, fastrand::f64()),
            Some(_) => {}
        }
        // With a wrong time the signature was refused, not the token.
        let is_refused = outcome.is_some_and(|outcome| outcome.status == Status::Unauthorized) && !self.clock_moved;
        let now = engine.time.by_all_clocks();
        if is_refused && self.own.is_none() && engine.authorizations.refuse(authorization, &now) {
            engine.log.write(Level::Warning, || "The service refused the client's authorization (HTTP 401).");
            if let Some(sign_in) = &engine.sign_in {
                sign_in.refused();
            }
        }
    }

    /// Waits before another attempt, unless that would be too late or the call is stopped.
    fn sleep(&mut self, batch: &Batch, outcome: Outcome, wait: Duration) -> Result<Outcome> {
        let until = Instant::now() + wait;
        loop {
            if let Some(stop) = self.stop() {
                return Err(self.end(batch, stop, Some(outcome)));
            }
            if until >= self.deadline.at() {
                let stop = Stop::RetryTooLate { deadline: self.deadline, wait };
                return Err(self.end(batch, stop, Some(outcome)));
            }
            let remaining = until.saturating_duration_since(Instant::now());
            if remaining.is_zero() {
                return Ok(outcome);
            }
            // Looked at now and then: a request to cancel wakes no one here.
            self.engine.abort.sleep(remaining.min(Duration::from_millis(100)));
        }
    }

    /// Why the call goes no further now, if it does not.
    fn stop(&self) -> Option<Stop> {
        if self.engine.abort.is_set() {
            Some(Stop::Closed)
        } else if self.is_cancelled() {
            Some(Stop::Cancelled)
        } else if self.deadline.has_passed() {
            Some(Stop::DeadlinePassed(self.deadline))
        } else {
            None
        }
    }

    /// Whether it was stopped; its deadline aside, which the waiting code knows.
    fn is_stopped(&self) -> bool {
        self.engine.abort.is_set() || self.is_cancelled()
    }

    fn is_cancelled(&self) -> bool {
        self.wait_policy.cancel_requested(self.on_the_wire > 0)
    }

    fn end(&mut self, batch: &Batch, stop: Stop, last: Option<Outcome>) -> Box<Outcome> {
        self.lacked_time = stop.is_for_lack_of_time();
        Box::new(stop.outcome(batch, last))
    }
}

fn redactor(call: &dyn Call, batch: &Batch, authorization: &Authorization) -> Redactor {
    let mut redactor = Redactor::default();
    call.add_secrets(batch.items.clone(), &mut redactor);
    redactor.add_text(authorization.token());
    redactor
}
