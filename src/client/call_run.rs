//! One request of a call, until it is acknowledged or given up: authorize, wait for the pace, send,
//! judge, wait, again.

use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime};

use super::Client;
use super::endings::{self, abandoned, begun, cut, given_up, out_of_time, out_of_time_to_sign_in, out_of_turn};
use super::gate::{Closed, Gate};
use super::sign_in::Missing;
use crate::auth::Authorization;
use crate::calls::{Call, batches, parse_response};
use crate::http::{Request, Sent};
use crate::log::Level;
use crate::outcome::{Outcome, Result, Status};
use crate::policy::{Moment, Next, Part, classify_error, classify_response, next};
use crate::redactor::Redactor;
use crate::stats::RequestEnd;

/// A call under way, as its requests see it.
pub struct Attempts<'a> {
    client: &'a Client,
    call: &'a dyn Call,
    /// The call's own authorization, instead of the client's.
    own: Option<&'a Authorization>,
    deadline: Instant,
    patience: &'a dyn Patience,
    /// Requests put on the wire, those of earlier parts included.
    on_the_wire: u32,
    /// For an authorization, and for its turn.
    waited: Duration,
    /// The last answer showed that the time of its request's signature was wrong.
    clock_moved: bool,
    /// Whether it was the deadline that ended the call.
    pub ran_out_of_time: bool,
}

/// A request may go out.
struct Turn {
    gate: Arc<Gate>,
    /// When it was let out.
    sent: Moment,
    authorization: Authorization,
}

/// What a call does without a usable authorization.
pub trait Patience {
    /// Whether to wait for one until the deadline.
    fn authorization_needed(&self) -> bool;

    /// Whether the call is not wanted any more, and ends unless it is on the wire.
    fn is_withdrawn(&self) -> bool;
}

/// Fails at once.
pub struct AtOnce;

impl Patience for AtOnce {
    fn authorization_needed(&self) -> bool {
        false
    }

    fn is_withdrawn(&self) -> bool {
        false
    }
}

impl<'a> Attempts<'a> {
    pub fn new(
        client: &'a Client,
        call: &'a dyn Call,
        own: Option<&'a Authorization>,
        deadline: Instant,
        patience: &'a dyn Patience,
    ) -> Self {
        Attempts {
            client,
            call,
            own,
            deadline,
            patience,
            on_the_wire: 0,
            waited: Duration::ZERO,
            clock_moved: false,
            ran_out_of_time: false,
        }
    }

    /// Part by part, in order, until one is not acknowledged.
    pub fn send_parts(&mut self) -> Outcome {
        let (endpoint, count) = (self.call.endpoint(), self.call.count());
        for items in batches(count, endpoint.batch_limit()) {
            let part = Part { endpoint, items, count, own_authorization: self.own.is_some() };
            if let Err(mut outcome) = self.send(&part) {
                outcome.attempts = self.on_the_wire;
                outcome.queued = self.waited;
                return *outcome;
            }
        }
        let mut outcome = Outcome::new(Status::Ok, "The service acknowledged all of it.");
        outcome.acknowledged = u32::try_from(count).unwrap_or(u32::MAX);
        outcome.attempts = self.on_the_wire;
        outcome.queued = self.waited;
        outcome.http_status = 204;
        outcome
    }

    /// Sends one part until it is acknowledged. An error ends the call.
    fn send(&mut self, part: &Part) -> Result<()> {
        let mut in_doubt = false;
        self.try_to_send(part, &mut in_doubt).map_err(|mut outcome| {
            if in_doubt && outcome.uncertain == 0 {
                part.doubt_an_earlier_attempt(&mut outcome);
            }
            outcome
        })
    }

    /// `in_doubt` is set once an attempt may have been acted on.
    fn try_to_send(&mut self, part: &Part, in_doubt: &mut bool) -> Result<()> {
        let body = self.call.body(part.items.clone()).map_err(|outcome| begun(part, outcome))?;
        let mut last: Option<Outcome> = None;
        let mut after_a_401 = false;
        let mut attempts = 0;
        loop {
            let turn = self.wait_for_turn(part, last.take())?;
            if attempts == 0 {
                self.client.budget().request();
            }
            let Some(outcome) = self.attempt(part, &turn, &body, attempts > 0) else {
                return Ok(());
            };
            attempts += 1;
            *in_doubt |= outcome.uncertain > 0;
            if outcome.http_status == 0 && self.client.books.is_cut() {
                return Err(Box::new(cut(part, outcome)));
            }
            let max_attempts = self.client.max_attempts;
            let may_be_newer = (self.own.is_none() || self.clock_moved) && !after_a_401 && attempts < max_attempts;
            if outcome.status == Status::Unauthorized && may_be_newer {
                // Once more, with a newer token if there is one, or with the right time.
                after_a_401 = true;
                last = Some(outcome);
                continue;
            }
            let next = next(&outcome, attempts, max_attempts, &mut self.client.budget(), fastrand::f64());
            if next != Next::End {
                self.client.log.write(Level::Warning, || format!("{} It is tried again.", outcome.message));
            }
            last = match next {
                Next::End => return Err(Box::new(outcome)),
                Next::AgainInPace => Some(outcome),
                Next::Again { after } => Some(self.sleep(part, outcome, after)?),
            };
        }
    }

    fn authorization_in_time(&mut self) -> Result<Authorization> {
        loop {
            let pushes = self.client.authorizations.pushes();
            let needed = match self.authorization() {
                Err(needed) if self.own.is_none() && needed.status == Status::AuthorizationNeeded => needed,
                other => return other,
            };
            if let Some(sign_in) = &self.client.sign_in {
                match sign_in.obtain(self.deadline, || self.is_over()) {
                    Ok(()) => continue,
                    Err(Missing::Over) => return Err(needed),
                    Err(Missing::Failed(outcome)) => return Err(outcome),
                    Err(Missing::OutOfTime(failure)) => {
                        self.ran_out_of_time = true;
                        return Err(failure.unwrap_or_else(out_of_time_to_sign_in));
                    }
                }
            }
            if !self.patience.authorization_needed() || self.is_over() {
                return Err(needed);
            }
            let remaining = self.deadline.saturating_duration_since(Instant::now());
            if remaining.is_zero() {
                self.ran_out_of_time = true;
                return Err(needed);
            }
            // Looked at now and then, since the host may have to be told again.
            self.client.authorizations.wait(pushes, remaining.min(Duration::from_secs(1)), || self.is_over());
        }
    }

    fn authorization(&self) -> Result<Authorization> {
        let now = self.client.time.earliest();
        match self.own {
            None => self.client.authorizations.current(now),
            Some(authorization) if authorization.is_expired(now) => {
                let mut outcome = Outcome::new(
                    Status::AuthorizationNeeded,
                    "The invite's own authorization has expired; nothing was sent. Send it again with a newer one.",
                );
                outcome.retryable = true;
                Err(Box::new(outcome))
            }
            Some(authorization) => Ok(authorization.clone()),
        }
    }

    /// Waits until there is an authorization and the pace of its kind of call lets the request out.
    /// `last`: how the attempt before ended, which is what the caller is told where there is no other.
    fn wait_for_turn(&mut self, part: &Part, last: Option<Outcome>) -> Result<Turn> {
        let started = Instant::now();
        let turn = self.find_turn(part, last);
        self.waited += started.elapsed();
        turn
    }

    fn find_turn(&mut self, part: &Part, last: Option<Outcome>) -> Result<Turn> {
        let client = self.client;
        if let (None, Some(sign_in)) = (self.own, &client.sign_in) {
            sign_in.renew_if_due(self.deadline);
        }
        let mut authorization = match self.authorization_in_time() {
            Ok(authorization) => authorization,
            Err(needed) => return Err(self.without_authorization(part, needed, last)),
        };
        loop {
            if Instant::now() >= self.deadline {
                self.ran_out_of_time = true;
                return Err(Box::new(last.unwrap_or_else(|| out_of_time(part))));
            }
            let gate = client.gates.of(part.endpoint, authorization.user_hash());
            let sent = match gate.enter(self.deadline, || self.is_over()) {
                Ok(sent) => sent,
                Err(Closed::Cut) => {
                    return Err(Box::new(last.map_or_else(|| abandoned(part), |last| given_up(part, last))));
                }
                Err(Closed::TooLate { wait, limit }) => {
                    self.ran_out_of_time = true;
                    let mut outcome = last.unwrap_or_else(|| out_of_turn(part, wait, limit));
                    outcome.retry_after = outcome.retry_after.max(Some(wait));
                    return Err(Box::new(outcome));
                }
            };
            // While it waited, the token may have been refused, or have expired, or been replaced.
            let current = match self.authorization_in_time() {
                Ok(current) => current,
                Err(needed) => return Err(self.without_authorization(part, needed, last)),
            };
            let is_same_kind = current.user_hash() == authorization.user_hash();
            authorization = current;
            if is_same_kind {
                return Ok(Turn { gate, sent, authorization });
            }
        }
    }

    /// Nobody waits for one any more, or there is none.
    fn without_authorization(&self, part: &Part, needed: Box<Outcome>, last: Option<Outcome>) -> Box<Outcome> {
        match last {
            Some(last) if self.is_over() => Box::new(given_up(part, last)),
            None if self.is_over() => Box::new(abandoned(part)),
            Some(last) => Box::new(last),
            None => begun(part, needed),
        }
    }

    /// One attempt; `None` where the service acknowledged it.
    fn attempt(&mut self, part: &Part, turn: &Turn, body: &[u8], is_retry: bool) -> Option<Outcome> {
        let begun = Instant::now();
        let on_the_wire_before = self.on_the_wire;
        let outcome = self.exchange(part, &turn.authorization, body, begun);
        if self.on_the_wire > on_the_wire_before {
            self.client.counters.request_ended(RequestEnd {
                lane: part.endpoint.lane(),
                items: part.items.len(),
                is_retry,
                took: begun.elapsed(),
                is_acknowledged: outcome.is_none(),
                is_throttled: outcome.as_ref().is_some_and(|outcome| outcome.status == Status::Throttled),
            });
        }
        self.learn(turn, outcome.as_ref());
        outcome
    }

    /// Sends the request and judges what came of it.
    fn exchange(&mut self, part: &Part, authorization: &Authorization, body: &[u8], begun: Instant) -> Option<Outcome> {
        let client = self.client;
        self.clock_moved = false;
        let uri = &client.uris[part.endpoint as usize];
        let signature = match authorization.proof_key().map(|key| client.sign(key, uri, authorization, body)) {
            None => None,
            Some(Ok(signature)) => Some(signature),
            Some(Err(outcome)) => return Some(*endings::begun(part, outcome)),
        };
        let is_signed = signature.is_some();
        let authorization_header = Some(authorization.header());
        let request = Request { uri, authorization: authorization_header, signature: signature.as_ref(), body };
        let sent_at = SystemTime::now();
        let answer = match client.transport.exchange(request, self.deadline.min(begun + client.request_timeout)) {
            Ok(answer) => answer,
            Err(failure) => {
                if failure.sent != Sent::Nothing {
                    self.on_the_wire += 1;
                }
                return Some(classify_error(part, &failure));
            }
        };
        self.on_the_wire += 1;
        self.clock_moved = client.time.learn(sent_at, &answer, &client.log) && is_signed;
        client.log.write(Level::Debug, || {
            let (path, took) = (client.uris[part.endpoint as usize].path(), begun.elapsed().as_millis());
            format!("POST {path}: {part} was answered with HTTP {} after {took} ms.", answer.status)
        });
        let redactor = || redactor(self.call, part, authorization);
        classify_response(part, answer.status, parse_response(&answer, client.time.now()), redactor)
    }

    /// What the end of an attempt says about those that follow.
    fn learn(&self, turn: &Turn, outcome: Option<&Outcome>) {
        let client = self.client;
        let Turn { gate, sent, authorization } = turn;
        match outcome {
            None => {
                client.budget().success();
                gate.accepted();
            }
            Some(Outcome { status: Status::Throttled, throttle, retry_after, .. }) => {
                gate.rejected(*sent, throttle, *retry_after, fastrand::f64());
            }
            Some(Outcome { retry_after: Some(wait), .. }) => gate.close_for(*wait, fastrand::f64()),
            Some(_) => {}
        }
        // With a wrong time the signature was refused, not the token.
        let is_refused = outcome.is_some_and(|outcome| outcome.status == Status::Unauthorized) && !self.clock_moved;
        if is_refused && self.own.is_none() && client.authorizations.refuse(authorization) {
            client.log.write(Level::Warning, || "The service refused the client's authorization (HTTP 401).");
            if let Some(sign_in) = &client.sign_in {
                sign_in.refused();
            }
        }
    }

    /// Waits before another attempt, unless that would be too late or the client is cut.
    fn sleep(&mut self, part: &Part, mut outcome: Outcome, wait: Duration) -> Result<Outcome> {
        if Instant::now() + wait >= self.deadline {
            self.ran_out_of_time = true;
            outcome.retry_after = outcome.retry_after.max(Some(wait));
            return Err(Box::new(outcome));
        }
        let until = Instant::now() + wait;
        loop {
            let remaining = until.saturating_duration_since(Instant::now());
            if remaining.is_zero() {
                return Ok(outcome);
            }
            // Looked at now and then: whoever withdraws a call wakes nobody here.
            self.client.books.sleep(remaining.min(Duration::from_millis(100)));
            if self.is_over() {
                return Err(Box::new(given_up(part, outcome)));
            }
        }
    }

    fn is_over(&self) -> bool {
        self.client.books.is_cut() || self.patience.is_withdrawn()
    }
}

fn redactor(call: &dyn Call, part: &Part, authorization: &Authorization) -> Redactor {
    let mut redactor = call.redactor(part.items.clone());
    redactor.add_text(authorization.token());
    redactor
}
