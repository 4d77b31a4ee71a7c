//! One call, start to end: authorize, send part by part, judge, report.

mod books;

use std::time::{Duration, Instant, SystemTime};

use ureq::http::{HeaderValue, Uri};

use crate::auth::{Authorization, AuthorizationStore};
use crate::calls::{Call, Endpoint, Mask, batches, read_answer};
use crate::http::{BaseUrl, CaMode, Http, Limits, Request, Settings, Trust};
use crate::outcome::{Outcome, Result, Status};
use crate::policy::{Part, judge_answer, judge_failure};
use books::Books;
pub use books::CloseReport;

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
}

/// A title's way to the service.
#[derive(Debug)]
pub struct Client {
    http: Http,
    /// One for each of `Endpoint::ALL`, in that order.
    uris: [Uri; Endpoint::ALL.len()],
    authorizations: AuthorizationStore,
    request_timeout: Duration,
    call_timeout: Duration,
    books: Books,
}

impl Client {
    /// Reads the files that the configuration names; no network, no thread.
    pub fn open(config: Config) -> Result<Self> {
        let base = BaseUrl::parse(&config.endpoint, config.allow_plain_http, "config.endpoint")?;
        let [invites, server_invites, groups] =
            Endpoint::ALL.map(|endpoint| base.join(&endpoint.path(config.title_id)));
        let user_agent = HeaderValue::from_str(&config.user_agent)
            .map_err(|_| Outcome::invalid("user_agent has a character that is not visible ASCII."))?;
        let http = Http::new(Settings {
            trust: Trust::new(config.ca_certificates_path.as_deref(), config.ca_mode)?,
            allow_plain_http: config.allow_plain_http,
            user_agent,
            connect_timeout: config.connect_timeout,
        });
        Ok(Client {
            http,
            uris: [invites?, server_invites?, groups?],
            authorizations: AuthorizationStore::new(config.authorization),
            request_timeout: config.request_timeout,
            call_timeout: config.call_timeout,
            books: Books::default(),
        })
    }

    pub fn set_authorization(&self, newer: Authorization) -> Result<()> {
        if self.books.is_closed() {
            return Err(Box::new(closed()));
        }
        self.authorizations.push(newer)
    }

    /// Makes a call and waits for its end. `own`: the inviting user's authorization, instead of the
    /// client's.
    pub fn run(&self, call: &dyn Call, own: Option<&Authorization>) -> Outcome {
        let started = Instant::now();
        let Some(running) = self.books.begin() else {
            return closed();
        };
        let mut outcome = self.send_parts(call, own, started + self.call_timeout);
        outcome.elapsed = started.elapsed();
        running.end(&outcome);
        outcome
    }

    /// Refuses further calls, waits for those under way, and cuts what has not ended then.
    pub fn close(&self, wait: Duration) -> CloseReport {
        self.books.close(wait, || self.http.cut())
    }

    /// Part by part, in order, until one is not acknowledged.
    fn send_parts(&self, call: &dyn Call, own: Option<&Authorization>, deadline: Instant) -> Outcome {
        let (endpoint, count) = (call.endpoint(), call.count());
        let mut attempts = 0;
        for items in batches(count, endpoint.batch_limit()) {
            let part = Part { endpoint, items, count, own_authorization: own.is_some() };
            match self.send_part(call, &part, own, deadline, &mut attempts) {
                Ok(()) => {}
                Err(mut outcome) => {
                    outcome.attempts = attempts;
                    return *outcome;
                }
            }
        }
        let mut outcome = Outcome::new(Status::Ok, "The service acknowledged all of it.");
        outcome.acknowledged = u32::try_from(count).unwrap_or(u32::MAX);
        outcome.attempts = attempts;
        outcome.http_status = 204;
        outcome
    }

    fn send_part(
        &self,
        call: &dyn Call,
        part: &Part,
        own: Option<&Authorization>,
        deadline: Instant,
        attempts: &mut u32,
    ) -> Result<()> {
        let begun = |mut outcome: Box<Outcome>| {
            outcome.acknowledged = u32::try_from(part.items.start).unwrap_or(u32::MAX);
            outcome
        };
        if self.books.is_cut() {
            return Err(Box::new(abandoned(part)));
        }
        let now = Instant::now();
        if now >= deadline {
            return Err(Box::new(out_of_time(part)));
        }
        let authorization = self.authorization(own).map_err(begun)?;
        let body = call.body(part.items.clone()).map_err(begun)?;
        let request = Request {
            uri: self.uris[part.endpoint as usize].clone(),
            authorization: authorization.header().clone(),
            body: &body,
        };
        let answer = match self.http.exchange(request, Limits { deadline: deadline.min(now + self.request_timeout) }) {
            Ok(answer) => answer,
            Err(failure) => {
                if failure.sent != crate::http::Sent::Nothing {
                    *attempts += 1;
                }
                let mut outcome = judge_failure(part, &failure);
                if self.books.is_cut() {
                    outcome = cut(part, outcome);
                }
                return Err(Box::new(outcome));
            }
        };
        *attempts += 1;
        let mask = || mask(call, &authorization);
        match judge_answer(part, answer.status, read_answer(&answer, SystemTime::now()), mask) {
            None => Ok(()),
            Some(outcome) => {
                if outcome.status == Status::Unauthorized && own.is_none() {
                    self.authorizations.refuse(&authorization);
                }
                Err(Box::new(outcome))
            }
        }
    }

    fn authorization(&self, own: Option<&Authorization>) -> Result<Authorization> {
        let now = SystemTime::now();
        match own {
            None => self.authorizations.current(now),
            Some(authorization) if authorization.is_expired(now) => Err(Box::new(Outcome::new(
                Status::AuthorizationNeeded,
                "The invite's own authorization has expired; nothing was sent. Send it again with a newer one.",
            ))),
            Some(authorization) => Ok(authorization.clone()),
        }
    }
}

fn mask(call: &dyn Call, authorization: &Authorization) -> Mask {
    let mut mask = call.mask();
    mask.add_text(authorization.token());
    mask
}

fn closed() -> Outcome {
    Outcome::new(Status::Closed, "The client is being closed; nothing was sent.")
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
    let mut outcome = Outcome { status, message: message.into(), ..broken };
    outcome.cause = Status::Closed;
    outcome
}

fn out_of_time(part: &Part) -> Outcome {
    let mut outcome = part.outcome(
        Status::TimedOut,
        format!("call_timeout_ms was up before {part} was sent. Send the rest in another call."),
    );
    outcome.retryable = true;
    outcome
}
