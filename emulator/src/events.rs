//! The stream of server-sent events: the requests of all titles as they arrive, and the settings as they change.
//!
//! A stream holds a position in the request log and nothing else. So a client that is slow, or was away, costs no
//! memory: it gets what the log still has, and the number of requests that it has no more.

use std::collections::VecDeque;
use std::convert::Infallible;
use std::time::Duration;

use axum::http::HeaderMap;
use axum::response::sse::{Event, Sse};
use futures_util::stream::{Stream, unfold};
use serde_json::json;
use tokio::sync::watch;
use tokio::time::{Instant, sleep_until, timeout};

use crate::logged_request::Masked;
use crate::request_log::BatchLimits;
use crate::scenario::Scenario;
use crate::service::Service;

/// How many requests a new client is shown.
const SHOWN_AT_FIRST: u64 = 500;

/// What is more waits in the log.
const BATCH: BatchLimits = BatchLimits { requests: 500, bytes: 1024 * 1024 };

const BATCH_INTERVAL: Duration = Duration::from_millis(100);

/// Where more than a batch is waiting. So a stream takes 1,250 requests a second of a flood: a browser that showed more
/// would take the processor from the calls.
const FLOOD_INTERVAL: Duration = Duration::from_millis(400);

/// The settings are compared so often. They change in many ways: over HTTP, in Rust, in a file, by a rule that is used up.
const SETTINGS_INTERVAL: Duration = Duration::from_millis(250);

/// Without an event for so long, a comment is sent: a connection that is gone is noticed by that, on either side.
const KEEP_ALIVE: Duration = Duration::from_secs(15);

/// A browser waits so long before it connects again.
const RECONNECT: Duration = Duration::from_secs(1);

const LAST_EVENT_ID: &str = "last-event-id";

/// What a client has seen: nothing, or the requests up to a sequence number.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Position {
    /// Of which run of an emulator; `None` for this one.
    run: Option<String>,
    after: Option<u64>,
}

impl Position {
    /// From `Last-Event-ID`, which a browser sends when it connects again, or else from `after` in the query.
    pub fn read(query: &str, headers: &HeaderMap) -> Result<Self, &'static str> {
        let wrong =
            "The query may have after=<number or id of an event>, and Last-Event-ID must be the id of an event.";
        let mut position = None;
        for parameter in query.split('&').filter(|parameter| !parameter.is_empty()) {
            position = Some(parameter.strip_prefix("after=").ok_or(wrong)?);
        }
        if let Some(id) = headers.get(LAST_EVENT_ID) {
            position = Some(id.to_str().map_err(|_| wrong)?);
        }
        let Some(position) = position.filter(|position| !position.is_empty()) else {
            return Ok(Self { run: None, after: None });
        };
        let (run, after) = match position.rsplit_once('-') {
            Some((run, after)) => (Some(run.to_owned()), after),
            None => (None, position),
        };
        Ok(Self { run, after: Some(after.parse().map_err(|_| wrong)?) })
    }
}

/// A stream of events that ends with its connection.
pub(crate) fn follow(service: Service, position: Position) -> Sse<impl Stream<Item = Result<Event, Infallible>>> {
    Sse::new(unfold(Follower::new(service, &position), |mut follower| async {
        let event = follower.next().await;
        Some((Ok(event), follower))
    }))
}

struct Follower {
    service: Service,
    /// The sequence number up to which everything was sent.
    after: u64,
    /// What is missing up to here is no loss: a new client has not asked for it.
    expected_after: u64,
    arrivals: watch::Receiver<()>,
    /// As they were sent last.
    settings: String,
    /// Still to be sent.
    events: VecDeque<Event>,
    next_look: Instant,
    last_event: Instant,
}

impl Follower {
    fn new(service: Service, position: &Position) -> Self {
        let log = &service.request_log;
        let newest = log.newest();
        let is_of_this_run = position.run.as_deref().is_none_or(|run| run == log.run());
        let (after, expected_after) = match position.after {
            None => (newest.saturating_sub(SHOWN_AT_FIRST), newest),
            Some(after) if is_of_this_run && after <= newest => (after, 0),
            // Another run's: of this one the client has seen nothing.
            Some(_) => (0, 0),
        };
        let now = Instant::now();
        Self {
            after,
            expected_after,
            arrivals: log.arrivals(),
            settings: String::new(),
            events: VecDeque::from([Event::default().retry(RECONNECT)]),
            next_look: now,
            last_event: now,
            service,
        }
    }

    async fn next(&mut self) -> Event {
        loop {
            if let Some(event) = self.events.pop_front() {
                self.last_event = Instant::now();
                return event;
            }
            sleep_until(self.next_look).await;
            self.look();
            if !self.events.is_empty() {
                let waiting = self.service.request_log.newest().saturating_sub(self.after);
                let is_flood = waiting > BATCH.requests as u64;
                self.next_look = Instant::now() + if is_flood { FLOOD_INTERVAL } else { BATCH_INTERVAL };
            } else if self.last_event.elapsed() >= KEEP_ALIVE {
                self.events.push_back(Event::default().comment(""));
            } else {
                // Ends at the next request, or when it is time to compare the settings.
                let _ = timeout(SETTINGS_INTERVAL, self.arrivals.changed()).await;
            }
        }
    }

    /// Makes events of what is new.
    fn look(&mut self) {
        self.arrivals.mark_unchanged();
        let settings = Scenario::of(&self.service).json();
        let (run, version) = (self.service.request_log.run(), env!("CARGO_PKG_VERSION"));
        let state = json!({"run": run, "version": version, "scenario": settings}).to_string();
        if state != self.settings {
            self.events.push_back(Event::default().event("state").data(&state));
            self.settings = state;
        }
        let batch = self.service.request_log.batch(self.after, BATCH);
        let lost = batch.missing_after(self.after.max(self.expected_after));
        if lost > 0 {
            self.events.push_back(Event::default().event("lost").data(json!({"count": lost}).to_string()));
        }
        let rows: Vec<_> = batch.requests.iter().map(|request| Masked(request)).collect();
        let data = match &rows[..] {
            [] => None,
            [row] => Some(("request", serde_json::to_string(row))),
            rows => Some(("requests", serde_json::to_string(rows))),
        };
        if let Some((name, Ok(data))) = data {
            let id = format!("{}-{}", self.service.request_log.run(), batch.last);
            self.events.push_back(Event::default().id(id).event(name).data(data));
        }
        self.after = batch.last;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::http::HeaderValue;

    fn position(query: &str, id: Option<&'static str>) -> Result<Position, &'static str> {
        let headers = id.map(|id| (LAST_EVENT_ID.parse().unwrap(), HeaderValue::from_static(id)));
        Position::read(query, &headers.into_iter().collect())
    }

    #[test]
    fn a_position_is_a_number_or_the_id_of_an_event() {
        let at = |run: Option<&str>, after| Ok(Position { run: run.map(str::to_owned), after });
        assert_eq!(position("", None), at(None, None));
        assert_eq!(position("after=7", None), at(None, Some(7)));
        assert_eq!(position("after=a-b-7", None), at(Some("a-b"), Some(7)));
        assert_eq!(position("after=7", Some("a-b-9")), at(Some("a-b"), Some(9)), "the later one");
        for (query, id) in [("before=7", None), ("after=x", None), ("after=-1-", None), ("", Some("x"))] {
            assert!(position(query, id).is_err(), "{query} {id:?}");
        }
    }
}
