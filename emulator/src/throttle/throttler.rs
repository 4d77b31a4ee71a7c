//! The meters of all callers, and the response to a throttled call.

use std::cmp::Reverse;
use std::collections::HashMap;
use std::hash::{BuildHasher, RandomState};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

use axum::body::Body;
use axum::http::header::{CONTENT_TYPE, RETRY_AFTER};
use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::{Kind, Limits, Meter, Reading, Rejection, Settings};
use crate::call::parse_authorization;
use crate::endpoints::Endpoint;
use crate::error_response::ErrorResponse;
use crate::service::Titles;

/// So many meters are kept. Beyond it those go that count nothing any more, and if there are none
/// of them, all: a test with so many tokens at once is not about throttling.
const MAX_METERS: usize = 100_000;

#[derive(Default)]
pub(crate) struct Throttler {
    /// Spares calls the lock while nothing is throttled.
    in_force: AtomicBool,
    state: Mutex<ThrottlerState>,
}

#[derive(Default)]
struct ThrottlerState {
    settings: HashMap<Titles, Settings>,
    meters: HashMap<Key, CallerMeter>,
    hashes: RandomState,
}

/// The meter of one caller.
struct CallerMeter {
    meter: Meter,
    /// A user's hash, or a hyphen; `None` where all callers are counted together.
    caller: Option<String>,
    /// Since the settings were made.
    calls: u64,
    rejected: u64,
}

/// What a meter shows at a time.
#[derive(Debug, PartialEq, Serialize)]
pub(crate) struct MeterReading {
    title_id: u32,
    kind: ThrottleGroup,
    caller: Option<String>,
    calls: u64,
    rejected: u64,
    burst: Option<Reading>,
    sustained: Option<Reading>,
}

#[derive(Clone, Copy, PartialEq, Eq, Hash)]
struct Key {
    title_id: u32,
    group: ThrottleGroup,
    /// A hash, so that no token is kept here.
    authorization: u64,
}

/// Calls that are counted together.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum ThrottleGroup {
    Invites,
    RecentPlayers,
    ActivityWrites,
    ActivityReads,
    Authentication,
}

impl ThrottleGroup {
    fn limits(self, settings: &Settings) -> Option<Limits> {
        match self {
            Self::Invites => settings.invites,
            Self::RecentPlayers => settings.recent_players,
            Self::ActivityWrites => settings.activity_writes,
            Self::ActivityReads => settings.activity_reads,
            Self::Authentication => settings.authentication,
        }
    }
}

impl Throttler {
    /// Settings of a title override those for all titles. All counts are reset.
    pub fn set(&self, titles: Titles, settings: Option<Settings>) {
        let mut state = self.state();
        match settings {
            Some(settings) => state.settings.insert(titles, settings),
            None => state.settings.remove(&titles),
        };
        state.meters.retain(|key, _| match titles {
            Titles::All => false,
            Titles::One(title_id) => key.title_id != title_id,
        });
        self.in_force.store(!state.settings.is_empty(), Ordering::Relaxed);
    }

    /// Replaces all settings. All counts are reset.
    pub fn replace(&self, settings: impl IntoIterator<Item = (Titles, Settings)>) {
        let mut state = self.state();
        state.settings = settings.into_iter().collect();
        state.meters.clear();
        self.in_force.store(!state.settings.is_empty(), Ordering::Relaxed);
    }

    pub fn all_settings(&self) -> Vec<(Titles, Settings)> {
        self.state().settings.iter().map(|(titles, settings)| (*titles, *settings)).collect()
    }

    pub fn settings(&self, titles: Titles) -> Option<Settings> {
        self.state().settings.get(&titles).copied()
    }

    /// Whether any calls are throttled.
    pub fn throttle_any(&self) -> bool {
        self.in_force.load(Ordering::Relaxed)
    }

    /// Counts a call. The response to one that is not let through; `None` if it is.
    pub fn reject(&self, title_id: u32, endpoint: &Endpoint, authorization: &[u8], now_ms: u64) -> Option<Response> {
        let mut state = self.state();
        let own = state.settings.get(&Titles::One(title_id));
        let settings = own.or_else(|| state.settings.get(&Titles::All)).copied()?;
        let group = endpoint.throttle_group?;
        let limits = group.limits(&settings)?;
        let key = Key { title_id, group, authorization: state.hashes.hash_one(authorization) };
        if state.meters.len() >= MAX_METERS && !state.meters.contains_key(&key) {
            state.evict(now_ms);
        }
        let of_caller = state.meters.entry(key).or_insert_with(|| CallerMeter::new(&limits, authorization));
        let rejection = of_caller.call(now_ms).err()?;
        Some(respond(settings.answer, settings.retry_after, &rejection))
    }

    /// What all meters show, by title and kind, those with the most calls first.
    pub fn readings(&self, now_ms: u64) -> Vec<MeterReading> {
        let mut state = self.state();
        let mut readings: Vec<_> = state.meters.iter_mut().map(|(key, meter)| meter.reading(*key, now_ms)).collect();
        readings.sort_by_key(|reading| (reading.title_id, reading.kind, Reverse(reading.calls)));
        readings
    }

    fn state(&self) -> MutexGuard<'_, ThrottlerState> {
        // A panic leaves at worst one call uncounted.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl CallerMeter {
    fn new(limits: &Limits, authorization: &[u8]) -> Self {
        let authorization = str::from_utf8(authorization).ok().and_then(parse_authorization);
        let caller = authorization.map(|authorization| authorization.holder.to_owned());
        Self { meter: Meter::new(limits), caller, calls: 0, rejected: 0 }
    }

    fn call(&mut self, now_ms: u64) -> Result<(), Rejection> {
        self.calls += 1;
        self.meter.call(now_ms).inspect_err(|_| self.rejected += 1)
    }

    fn reading(&mut self, key: Key, now_ms: u64) -> MeterReading {
        let [burst, sustained] = self.meter.readings(now_ms);
        let (calls, rejected, caller) = (self.calls, self.rejected, self.caller.clone());
        MeterReading { title_id: key.title_id, kind: key.group, caller, calls, rejected, burst, sustained }
    }
}

impl ThrottlerState {
    fn evict(&mut self, now_ms: u64) {
        self.meters.retain(|_, of_caller| !of_caller.meter.is_idle(now_ms));
        if self.meters.len() >= MAX_METERS {
            self.meters.clear();
        }
    }
}

/// The form of the response to a call that was not let through.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum RejectionForm {
    /// 429, a body with numbers: as in the documents' examples.
    #[default]
    Numbers,
    /// 429, the numbers in strings: as in their schema.
    Strings,
    /// 429, `type` instead of `limitType`: as on one of their pages.
    Type,
    /// 429 without a body.
    NoBody,
    /// 400 `Too many requests`, in the shape of other errors.
    BadRequest,
    /// 503 with the body of a 429.
    Unavailable,
}

const WHAT: &str = "Too many requests";

fn respond(answer: RejectionForm, says_when: bool, rejection: &Rejection) -> Response {
    let mut response = match answer {
        RejectionForm::BadRequest => ErrorResponse::invalid_request(StatusCode::BAD_REQUEST, WHAT).into_response(),
        RejectionForm::NoBody => StatusCode::TOO_MANY_REQUESTS.into_response(),
        RejectionForm::Unavailable => in_json(StatusCode::SERVICE_UNAVAILABLE, answer, rejection),
        _ => in_json(StatusCode::TOO_MANY_REQUESTS, answer, rejection),
    };
    if says_when {
        let seconds = in_seconds(rejection.retry_after_ms);
        response.headers_mut().insert(RETRY_AFTER, seconds.into());
    }
    response
}

fn in_json(status: StatusCode, answer: RejectionForm, rejection: &Rejection) -> Response {
    let number = |number: u64| match answer {
        RejectionForm::Strings => Value::String(number.to_string()),
        _ => number.into(),
    };
    let (version, current, max, period) = (
        number(1),
        number(rejection.current.into()),
        number(rejection.max.into()),
        number(in_seconds(rejection.period_ms)),
    );
    let name = if answer == RejectionForm::Type { "type" } else { "limitType" };
    let kind = match rejection.kind {
        Kind::Burst => "burst",
        Kind::Sustained => "rate",
    };
    let what = json!(WHAT);
    // By hand, for the order in which the service's documents show them.
    let body = format!(
        r#"{{"version":{version},"currentRequests":{current},"maxRequests":{max},"periodInSeconds":{period},"{name}":"{kind}","debugMessage":{what}}}"#
    );
    let content_type = HeaderValue::from_static("application/json; charset=utf-8");
    (status, [(CONTENT_TYPE, content_type)], Body::from(body)).into_response()
}

/// Rounded up, so that the wait is long enough.
fn in_seconds(ms: u64) -> u64 {
    ms.div_ceil(1_000)
}

#[cfg(test)]
mod throttler_tests {
    use super::*;
    use crate::endpoints::activities::{DELETE_ACTIVITY, GET_ACTIVITIES, QUERY_ACTIVITIES, SET_ACTIVITY};
    use crate::endpoints::invites::{SERVER_INVITES, USER_INVITES};
    use crate::endpoints::recent_players::{RECENT_PLAYER_GROUPS, SERVER_RECENT_PLAYERS, USER_RECENT_PLAYERS};
    use crate::sign_in::{AUTHENTICATE, AUTHORIZE};

    fn once_in(period_ms: u64) -> Option<Settings> {
        let limits = format!(r#"{{"burst": {{"max": 1, "period_ms": {period_ms}}}, "sustained": null}}"#);
        let text = format!(r#"{{"invites": {limits}, "recent_players": {limits}}}"#);
        Some(text.parse().unwrap())
    }

    fn admits(throttler: &Throttler, title_id: u32, endpoint: &Endpoint, token: &str) -> bool {
        throttler.reject(title_id, endpoint, token.as_bytes(), 5).is_none()
    }

    #[test]
    fn counts_by_title_kind_of_call_and_authorization() {
        let (invites, server) = (&USER_INVITES.endpoint, &SERVER_INVITES.endpoint);
        let throttler = Throttler::default();
        throttler.set(Titles::All, once_in(100));
        assert!(admits(&throttler, 7, invites, "a"));
        assert!(!admits(&throttler, 7, invites, "a"));
        assert!(!admits(&throttler, 7, server, "a"), "the same kind");
        assert!(admits(&throttler, 7, &RECENT_PLAYER_GROUPS.endpoint, "a"));
        assert!(admits(&throttler, 7, invites, "b"));
        assert!(admits(&throttler, 8, invites, "a"));
        assert!(throttler.reject(7, invites, b"a", 105).is_none());
    }

    #[test]
    fn calls_of_a_kind_count_together() {
        let throttler = Throttler::default();
        throttler.set(Titles::All, Some(Settings::default()));
        let admitted = |endpoints: &[&Endpoint]| {
            let calls = endpoints.iter().cycle().take(40);
            calls.filter(|endpoint| admits(&throttler, 7, endpoint, "a")).count()
        };
        assert_eq!(admitted(&[&AUTHENTICATE, &AUTHORIZE]), 15);
        assert_eq!(admitted(&[&SET_ACTIVITY.endpoint, &DELETE_ACTIVITY.endpoint]), 10);
        assert_eq!(admitted(&[&GET_ACTIVITIES.endpoint, &QUERY_ACTIVITIES.endpoint]), 20);
        let recent_players = [&RECENT_PLAYER_GROUPS, &USER_RECENT_PLAYERS, &SERVER_RECENT_PLAYERS];
        assert_eq!(admitted(&recent_players.map(|handler| &handler.endpoint)), 3);
    }

    #[test]
    fn settings_of_a_title_go_before_those_for_all() {
        let throttler = Throttler::default();
        let invite = |title_id| admits(&throttler, title_id, &USER_INVITES.endpoint, "a");
        assert!(invite(7) && invite(7), "off by default");
        throttler.set(Titles::One(7), once_in(100));
        assert!(invite(7) && !invite(7));
        assert!(invite(8) && invite(8));
        throttler.set(Titles::All, once_in(100));
        assert!(invite(8) && !invite(8));
        let unlimited = r#"{"invites": null}"#.parse().ok();
        throttler.set(Titles::One(7), unlimited);
        assert!(invite(7) && invite(7));
        throttler.set(Titles::One(7), None);
        throttler.set(Titles::All, None);
        assert_eq!(throttler.settings(Titles::All), None);
        assert!(invite(8) && invite(8));
    }

    #[test]
    fn new_settings_start_counting_anew() {
        let throttler = Throttler::default();
        let invite = |title_id| admits(&throttler, title_id, &USER_INVITES.endpoint, "a");
        throttler.set(Titles::All, once_in(100));
        assert!(invite(7) && !invite(7) && invite(8));
        throttler.set(Titles::One(7), once_in(100));
        assert!(invite(7), "its counts are gone");
        assert!(!invite(8), "those of another title are not");
    }

    #[test]
    fn meters_are_bounded() {
        let throttler = Throttler::default();
        throttler.set(Titles::All, once_in(100));
        for title_id in 1..=100_000 {
            assert!(throttler.reject(title_id, &USER_INVITES.endpoint, b"a", 0).is_none());
        }
        assert!(throttler.reject(1, &USER_INVITES.endpoint, b"b", 50).is_none());
        assert_eq!(throttler.state().meters.len(), 1, "all were in use");
        assert!(throttler.reject(1, &USER_INVITES.endpoint, b"b", 50).is_some());
    }
}

#[cfg(test)]
mod answer_tests {
    use super::*;

    #[test]
    fn seconds_are_rounded_up() {
        for (ms, seconds) in [(0, 0), (1, 1), (1_000, 1), (1_001, 2), (u64::MAX, 18_446_744_073_709_552)] {
            assert_eq!(in_seconds(ms), seconds);
        }
    }
}
