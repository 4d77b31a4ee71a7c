//! One request of a call, until it is acknowledged or given up: authorize, wait for the pace, send,
//! judge, wait, again.

use std::time::{Duration, Instant, SystemTime};

use super::Client;
use super::gate::Closed;
use crate::auth::Authorization;
use crate::calls::{Call, Mask, read_answer};
use crate::http::{Limits, Request, Sent};
use crate::outcome::{Outcome, Result, Status, Throttle};
use crate::policy::{Limit, Next, Part, judge_answer, judge_failure, next};

/// A call under way, as its requests see it.
pub struct Attempts<'a> {
    pub client: &'a Client,
    pub call: &'a dyn Call,
    /// The call's own authorization, instead of the client's.
    pub own: Option<&'a Authorization>,
    pub deadline: Instant,
    /// Requests put on the wire, those of earlier parts included.
    pub on_the_wire: u32,
}

impl Attempts<'_> {
    /// Sends one part until it is acknowledged. An error ends the call.
    pub fn send(&mut self, part: &Part) -> Result<()> {
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
        self.client.budget().request();
        let mut last: Option<Outcome> = None;
        let mut after_a_401 = false;
        let mut attempts = 0;
        loop {
            let authorization = match self.authorization() {
                Ok(authorization) => authorization,
                // After a 401 that is the better story than that nothing else is there.
                Err(needed) => return Err(last.map_or_else(|| begun(part, needed), Box::new)),
            };
            self.wait_for_turn(part, &authorization, last.take())?;
            let Some(outcome) = self.attempt(part, &authorization, &body) else {
                return Ok(());
            };
            attempts += 1;
            *in_doubt |= outcome.uncertain > 0;
            if outcome.http_status == 0 && self.client.books.is_cut() {
                return Err(Box::new(cut(part, outcome)));
            }
            if outcome.status == Status::Unauthorized && self.own.is_none() && !after_a_401 {
                // Once more, if a newer token has been pushed in the meantime.
                after_a_401 = true;
                last = Some(outcome);
                continue;
            }
            let next = next(&outcome, attempts, self.client.max_attempts, &mut self.client.budget(), fastrand::f64());
            last = match next {
                Next::End => return Err(Box::new(outcome)),
                Next::AgainInPace => Some(outcome),
                Next::Again { after } => Some(self.sleep(part, outcome, after)?),
            };
        }
    }

    fn authorization(&self) -> Result<Authorization> {
        let now = SystemTime::now();
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

    /// Waits until the pace of this kind of call lets the request out. `last`: how the attempt before
    /// ended, which is what the caller is told where there is no time for another.
    fn wait_for_turn(&self, part: &Part, authorization: &Authorization, last: Option<Outcome>) -> Result<()> {
        let client = self.client;
        if Instant::now() >= self.deadline {
            return Err(Box::new(last.unwrap_or_else(|| out_of_time(part))));
        }
        let gate = client.gates.of(part.endpoint, authorization.user_hash());
        match gate.enter(self.deadline, || client.books.is_cut()) {
            Ok(()) => Ok(()),
            Err(Closed::Cut) => Err(Box::new(abandoned(part))),
            Err(Closed::TooLate { wait, limit }) => {
                let mut outcome = last.unwrap_or_else(|| out_of_turn(part, wait, limit));
                outcome.retry_after = Some(outcome.retry_after.map_or(wait, |told| told.max(wait)));
                Err(Box::new(outcome))
            }
        }
    }

    /// One attempt; `None` where the service acknowledged it.
    fn attempt(&mut self, part: &Part, authorization: &Authorization, body: &[u8]) -> Option<Outcome> {
        let client = self.client;
        let request = Request {
            uri: client.uris[part.endpoint as usize].clone(),
            authorization: authorization.header().clone(),
            body,
        };
        let deadline = self.deadline.min(Instant::now() + client.request_timeout);
        let answer = match client.http.exchange(request, Limits { deadline }) {
            Ok(answer) => answer,
            Err(failure) => {
                if failure.sent != Sent::Nothing {
                    self.on_the_wire += 1;
                }
                return Some(judge_failure(part, &failure));
            }
        };
        self.on_the_wire += 1;
        let gate = client.gates.of(part.endpoint, authorization.user_hash());
        let mask = || mask(self.call, authorization);
        let outcome = judge_answer(part, answer.status, read_answer(&answer, SystemTime::now()), mask);
        match &outcome {
            None => {
                client.budget().success();
                gate.accepted();
            }
            Some(Outcome { status: Status::Throttled, throttle, retry_after, .. }) => {
                gate.rejected(throttle, *retry_after, fastrand::f64());
            }
            Some(Outcome { status: Status::Unauthorized, .. }) if self.own.is_none() => {
                client.authorizations.refuse(authorization);
            }
            Some(_) => {}
        }
        outcome
    }

    /// Waits before another attempt, unless that would be too late or the client is cut.
    fn sleep(&self, part: &Part, mut outcome: Outcome, wait: Duration) -> Result<Outcome> {
        if Instant::now() + wait >= self.deadline {
            outcome.retry_after = Some(outcome.retry_after.map_or(wait, |told| told.max(wait)));
            return Err(Box::new(outcome));
        }
        if self.client.books.sleep(wait) {
            return Err(Box::new(cut(part, outcome)));
        }
        Ok(outcome)
    }
}

fn mask(call: &dyn Call, authorization: &Authorization) -> Mask {
    let mut mask = call.mask();
    mask.add_text(authorization.token());
    mask
}

/// Found out before the request could be sent; the parts before it were acknowledged.
fn begun(part: &Part, mut outcome: Box<Outcome>) -> Box<Outcome> {
    outcome.acknowledged = part.acknowledged_before();
    outcome
}

fn abandoned(part: &Part) -> Outcome {
    let mut outcome = part.outcome(Status::Abandoned, format!("The client was closed before {part} was sent."));
    outcome.cause = Status::Closed;
    outcome.retryable = true;
    outcome
}

/// The connection broke because the client was closed, which is what the caller should read.
fn cut(part: &Part, broken: Outcome) -> Outcome {
    if broken.uncertain == 0 {
        return abandoned(part);
    }
    let status = if part.endpoint.repeatable() { Status::Abandoned } else { Status::Uncertain };
    let message =
        format!("The client was closed while {part} waited for its answer, and nothing tells whether it was acted on.");
    Outcome { status, cause: Status::Closed, message: message.into(), ..broken }
}

fn out_of_time(part: &Part) -> Outcome {
    let mut outcome = part.outcome(
        Status::TimedOut,
        format!("call_timeout_ms was up before {part} was sent. Send the rest in another call."),
    );
    outcome.retryable = true;
    outcome
}

/// The service would reject it, so it is not asked.
fn out_of_turn(part: &Part, wait: Duration, limit: Option<Limit>) -> Outcome {
    let seconds = wait.as_secs_f64();
    let mut outcome = part.outcome(
        Status::Throttled,
        format!(
            "The service limits these calls, and {part} would have to wait {seconds:.1} s, longer than the call may \
             take; it was not sent. Try again then, or call less often."
        ),
    );
    outcome.retryable = true;
    if let Some(limit) = limit {
        let period_s = u32::try_from(limit.period.as_secs()).unwrap_or(u32::MAX);
        outcome.throttle = Throttle { max_requests: limit.max, period_s, ..Throttle::default() };
    }
    outcome
}
