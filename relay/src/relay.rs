//! How a request is answered: who sent it, what it asks for, whether it can be sent in time, and its outcome.

use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant, SystemTime};

use http::header::{CONTENT_ENCODING, HeaderMap};
use http::{Request, StatusCode};
use hyper::body::Incoming;
use mpa::log::Level;
use mpa::outcome::{Outcome, Status, Throttle};
use mpa::policy::Limit;

use crate::access::{Access, Caller};
use crate::advice;
use crate::answer::Answer;
use crate::forward::ForwardedCall;
use crate::front::{Answered, Peer, Respond, read_body};
use crate::log::{Field, Logger, Quota};
use crate::metrics::{Metrics, RunningRequest};
use crate::refusal::Refusal;
use crate::reload::Reloader;
use crate::routes::{RelayPage, Route, ServiceRoute};
use crate::settings::FrontLimits;
use crate::store::Store;
use crate::sync::lock;
use crate::titles::Titles;

const JSON: &str = "application/json; charset=utf-8";
const TEXT: &str = "text/plain; charset=utf-8";
/// Prometheus' text-based exposition format.
const METRICS: &str = "text/plain; version=0.0.4; charset=utf-8";

/// Refusals that are logged in a second, unless all are.
pub const LOGGED_REFUSALS: u32 = 50;

pub struct Relay {
    pub access: Access,
    pub limits: FrontLimits,
    /// No request begins later than that after it came.
    pub time_to_begin: Duration,
    pub titles: Arc<Titles>,
    pub store: Option<Arc<Store>>,
    pub metrics: Arc<Metrics>,
    pub log: Logger,
    pub refusals: Quota,
    /// Whether servers are to go elsewhere.
    pub is_draining: AtomicBool,
    /// Which pages it serves beside the service's endpoints.
    pub has_pages: bool,
    pub files: Arc<Reloader>,
    pub running_by_key: Mutex<HashMap<String, Arc<AtomicUsize>>>,
}

impl Respond for Relay {
    async fn respond(self: Arc<Self>, request: Request<Incoming>, peer: Peer) -> Answered {
        let request_id = request_id();
        match Route::of(request.method(), request.uri().path()) {
            Route::Service(route) => {
                let running = self.metrics.request(route.endpoint);
                let answer = self.service(route, request, &peer, &request_id, &running).await;
                let answer = answer.unwrap_or_else(|refusal| self.refused(&refusal, Some(&route), &request_id));
                running.answered(answer.status);
                Answered { answer, content_type: JSON, request_id }
            }
            Route::Relay(page) if self.has_pages => self.page(page, request_id),
            Route::Relay(_) | Route::Unknown => self.refused_early(&Refusal::UnknownPath, request_id),
            Route::WrongMethod => self.refused_early(&Refusal::WrongMethod, request_id),
        }
    }

    fn refuse(&self) -> Answered {
        self.refused_early(&Refusal::TooManyConnections, request_id())
    }
}

impl Relay {
    /// A page about the relay itself.
    pub fn page(&self, page: RelayPage, request_id: String) -> Answered {
        let (status, text, content_type) = match page {
            RelayPage::Alive => (StatusCode::OK, "alive\n".to_owned(), TEXT),
            RelayPage::Ready => {
                let (is_ready, text) = self.readiness();
                (if is_ready { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE }, text, TEXT)
            }
            RelayPage::Metrics => (StatusCode::OK, self.metrics.page(self), METRICS),
        };
        let answer = Answer { body: text.into_bytes(), ..Answer::empty(status) };
        Answered { answer, content_type, request_id }
    }

    /// Whether servers should be sent here, and what there is to know about it.
    pub fn readiness(&self) -> (bool, String) {
        let is_draining = self.is_draining.load(Ordering::Relaxed);
        let state = if is_draining { "draining" } else { "ready" };
        let store = match &self.store {
            None => "none".to_owned(),
            Some(store) => store.status().in_words(),
        };
        (!is_draining, format!("{state}\nstore: {store}\n"))
    }

    async fn service(
        &self,
        route: ServiceRoute,
        request: Request<Incoming>,
        peer: &Peer,
        request_id: &str,
        running: &RunningRequest,
    ) -> Result<Answer, Refusal> {
        let received = Instant::now();
        let caller =
            self.access.caller(request.headers(), peer, &route).inspect_err(|_| self.metrics.unauthorized())?;
        let _of_key = self.enter(&caller)?;
        let body = self.body(request).await?;
        let call = ForwardedCall::new(route, body).map_err(Refusal::InvalidBody)?;
        let (opened, own) = match &caller {
            Caller::Fleet { .. } => (self.titles.of_fleet(route.title_id), None),
            Caller::User { authorization, is_title_named } => {
                (self.titles.of_users(route.title_id, *is_title_named), Some(authorization.clone()))
            }
        };
        let opened = opened.map_err(|outcome| self.cannot_open(&outcome, request_id))?;
        let opened = opened.ok_or(Refusal::TooManyTitles)?;
        let client = &opened.0;
        let is_own = own.is_some();
        let time = self.time_to_begin.saturating_sub(received.elapsed());
        let (wait, limit) = client.client().expected_wait(route.endpoint, own.as_ref());
        if wait > time {
            return Err(Refusal::Throttled { endpoint: route.endpoint, wait, throttle: throttle(limit) });
        }
        let said = call.said();
        let outcome = client.call(call, own, time).await;
        self.note(&outcome, &route, &caller, request_id, running);
        let said = std::mem::take(&mut *lock(&said));
        Ok(Answer::of(route.endpoint, &outcome, said, is_own))
    }

    /// Counts the request among those of its key, unless there are too many. Those with tokens of users, which anyone
    /// can send, count as those of one key.
    fn enter(&self, caller: &Caller) -> Result<RunningOfKey, Refusal> {
        // No key has the name of the others: it has a blank.
        let running = RunningOfKey::new(self.running_with(caller.name()));
        let too_many = match caller {
            Caller::Fleet { name } => {
                self.metrics.key_request(name);
                Refusal::TooManyOfKey
            }
            Caller::User { .. } => Refusal::TooManyOfUsers,
        };
        if running.count() > self.limits.max_requests_per_key { Err(too_many) } else { Ok(running) }
    }

    /// How many requests with this key are under way; kept where the keys are read again.
    fn running_with(&self, name: &str) -> Arc<AtomicUsize> {
        let mut running = lock(&self.running_by_key);
        if let Some(count) = running.get(name) {
            return count.clone();
        }
        running.entry(name.to_owned()).or_default().clone()
    }

    /// When the relay's own certificate expires.
    pub fn tls_expires_at(&self) -> Option<SystemTime> {
        self.files.tls.as_ref().map(|tls| tls.load().expires_at)
    }

    async fn body(&self, request: Request<Incoming>) -> Result<Vec<u8>, Refusal> {
        if is_encoded(request.headers()) {
            return Err(Refusal::CompressedBody);
        }
        let read = read_body(request.into_body(), self.limits.max_body_bytes, self.limits.receive_timeout).await;
        read.map_err(Refusal::Body)
    }

    fn cannot_open(&self, outcome: &Outcome, request_id: &str) -> Refusal {
        self.log.write(Level::Error, &outcome.message, &[("request", &request_id)]);
        Refusal::NoClient
    }

    /// Before it is known what is asked for.
    fn refused_early(&self, refusal: &Refusal, request_id: String) -> Answered {
        Answered { answer: self.refused(refusal, None, &request_id), content_type: JSON, request_id }
    }

    /// Logs why a request is not passed on.
    fn refused(&self, refusal: &Refusal, route: Option<&ServiceRoute>, request_id: &str) -> Answer {
        let answer = refusal.answer();
        if self.log.writes(Level::Info) {
            let omitted = self.refusals.take(Instant::now());
            let level = if omitted.is_some() { Level::Info } else { Level::Debug };
            let status = answer.status.as_u16();
            let mut fields: Vec<Field<'_>> = vec![("request", &request_id), ("http_status", &status)];
            if let Some(ServiceRoute { endpoint, title_id, .. }) = route {
                fields.extend::<[Field<'_>; 2]>([("endpoint", &endpoint.name), ("title", title_id)]);
            }
            if let Some(omitted) = omitted.as_ref().filter(|omitted| **omitted > 0 && !self.log.writes(Level::Debug)) {
                fields.push(("omitted_before", omitted));
            }
            self.log.write(level, &refusal.sentence(), &fields);
        }
        answer
    }

    /// Logs and counts how a call ended.
    fn note(
        &self,
        outcome: &Outcome,
        route: &ServiceRoute,
        caller: &Caller,
        request_id: &str,
        running: &RunningRequest,
    ) {
        if outcome.uncertain > 0 {
            running.is_uncertain();
        }
        let level = match outcome.status {
            Status::Ok | Status::Cancelled => Level::Debug,
            Status::Throttled | Status::Expired => Level::Info,
            _ => Level::Warning,
        };
        if self.log.writes(level) {
            self.log.write(
                level,
                &advice::after(&outcome.message, outcome.advice),
                &[
                    ("request", &request_id),
                    ("endpoint", &route.endpoint.name),
                    ("title", &route.title_id),
                    ("caller", &caller.name()),
                    ("status", &outcome.status.label()),
                    ("http_status", &outcome.http_status),
                    ("correlation_id", &outcome.correlation_id),
                    ("milliseconds", &outcome.elapsed.as_millis()),
                ],
            );
        }
    }
}

/// A request that counts among those of its key.
struct RunningOfKey(Arc<AtomicUsize>);

impl RunningOfKey {
    fn new(running: Arc<AtomicUsize>) -> Self {
        running.fetch_add(1, Ordering::Relaxed);
        RunningOfKey(running)
    }

    fn count(&self) -> usize {
        self.0.load(Ordering::Relaxed)
    }
}

impl Drop for RunningOfKey {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

fn is_encoded(headers: &HeaderMap) -> bool {
    headers.get_all(CONTENT_ENCODING).iter().any(|value| !value.as_bytes().eq_ignore_ascii_case(b"identity"))
}

/// What is known of the limit that a request would have to wait for.
fn throttle(limit: Option<Limit>) -> Throttle {
    limit.map_or_else(Throttle::default, |limit| Throttle {
        max_requests: limit.max,
        period_s: u32::try_from(limit.period.as_secs()).unwrap_or(u32::MAX),
        ..Throttle::default()
    })
}

/// What the server's library reports as correlation id, where the service gave none.
fn request_id() -> String {
    format!("relay-{:032x}", fastrand::u128(..))
}
