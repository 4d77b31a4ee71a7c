//! A service in this process that does everything a service and a network do, now and then.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Condvar, Mutex};
use std::time::{Duration, Instant};

use crate::http::{Deadlines, ErrorKind, Request, Response, Sent, Transport, TransportError};

/// How XUIDs of those who are invited, or met, begin in a body, and how no other text there does.
const BEGINNING: &[u8] = b"\"77";

/// A user whose number begins so; `number` has less than ten digits.
pub fn user(number: u64) -> u64 {
    77_000_000_000_000 + number
}

const FAILURES: [ErrorKind; 6] = [
    ErrorKind::Connection,
    ErrorKind::Tls,
    ErrorKind::TimedOut,
    ErrorKind::InvalidResponse,
    ErrorKind::InsecureTransport,
    ErrorKind::ProxyRefused,
];

const SENT: [Sent; 3] = [Sent::Nothing, Sent::Incomplete, Sent::MaybeDelivered];

/// One in so many requests meets with a fault.
const SELDOM: u32 = 150;

/// What it has seen and done, for the host to compare.
#[derive(Debug, Default)]
pub struct Record {
    pub requests: AtomicU64,
    /// Users, groups and activities that were acknowledged.
    pub acknowledged: AtomicU64,
    pub panics: AtomicU64,
    /// The first of the tokens that are good; those before have been refused.
    pub first_good_token: AtomicU64,
}

#[derive(Debug)]
pub struct Peer {
    seed: u64,
    record: std::sync::Arc<Record>,
    is_aborted: Mutex<bool>,
    changed: Condvar,
}

impl Peer {
    pub fn new(seed: u64, record: std::sync::Arc<Record>) -> Self {
        Peer { seed, record, is_aborted: Mutex::new(false), changed: Condvar::new() }
    }

    fn is_aborted(&self) -> bool {
        *self.is_aborted.lock().unwrap()
    }

    /// Until the time is up, or it is aborted.
    fn stall(&self, deadline: Instant) -> TransportError {
        let mut is_aborted = self.is_aborted.lock().unwrap();
        while !*is_aborted && Instant::now() < deadline {
            let wait = deadline.saturating_duration_since(Instant::now());
            is_aborted = self.changed.wait_timeout(is_aborted, wait).unwrap().0;
        }
        let kind = if *is_aborted { ErrorKind::Connection } else { ErrorKind::TimedOut };
        failure(kind, Sent::MaybeDelivered)
    }
}

impl Transport for Peer {
    fn send(&self, request: Request<'_>, deadlines: Deadlines) -> Result<Response, TransportError> {
        let number = self.record.requests.fetch_add(1, Ordering::Relaxed);
        let mut random = fastrand::Rng::with_seed(self.seed.wrapping_add(number.wrapping_mul(0x9e37_79b9_7f4a_7c15)));
        if self.is_aborted() {
            return Err(failure(ErrorKind::Connection, Sent::Nothing));
        }
        let (user_hash, token) = identity(&request);
        if user_hash == "-" && token < self.record.first_good_token.load(Ordering::Relaxed) {
            return Ok(answer(401, None));
        }
        let items = items(&request);
        let accept = || {
            self.record.acknowledged.fetch_add(items, Ordering::Relaxed);
            if is_query(&request) { found(items) } else { answer(204, None) }
        };
        if random.u32(..SELDOM) > 0 {
            return Ok(accept());
        }
        // What closes the way for a second or more is for those who do not share it with all.
        let is_own = user_hash != "-";
        match random.u8(..20) {
            0 if is_own => Ok(answer(429, Some(1))),
            1 if is_own => Ok(answer(503, Some(1))),
            0 | 1 => Ok(answer(400, None)),
            2 if is_own || random.u8(..20) == 0 => Ok(answer(429, None)),
            2 | 3 => Ok(answer(503, None)),
            4 => Ok(answer(500, None)),
            5 | 6 => Ok(answer(400, None)),
            7 => Ok(answer(403, None)),
            8 => {
                if !is_own {
                    self.record.first_good_token.fetch_max(token + 1, Ordering::Relaxed);
                }
                Ok(answer(401, None))
            }
            // The rest of a call of which a part was acknowledged: then not all of it would be in doubt.
            9 | 10 if items > 1 => {
                self.record.panics.fetch_add(1, Ordering::Relaxed);
                // Without the words that the standard library would print.
                std::panic::resume_unwind(Box::new("a transport with a defect"));
            }
            11 => Err(self.stall(deadlines.response)),
            12 | 13 => {
                std::thread::sleep(Duration::from_micros(random.u64(..2_000)));
                Ok(accept())
            }
            14 if is_query(&request) => Ok(Response::new(200, &[], b"{\"userActivities\":[{")),
            _ => Err(failure(FAILURES[random.usize(..5)], SENT[random.usize(..3)])),
        }
    }

    fn abort(&self) {
        *self.is_aborted.lock().unwrap() = true;
        self.changed.notify_all();
    }
}

/// Of whom the authorization is, and its number.
fn identity<'a>(request: &'a Request<'_>) -> (&'a str, u64) {
    let header = request.authorization.as_ref().unwrap().to_str().unwrap().trim_start_matches("XBL3.0 x=");
    let (user_hash, token) = header.split_once(';').unwrap();
    (user_hash, token.parse().unwrap())
}

/// How many users it names, groups of two it has, or activities it sets.
fn items(request: &Request<'_>) -> u64 {
    let path = request.uri.path();
    let users = request.body.windows(BEGINNING.len()).filter(|bytes| *bytes == BEGINNING).count() as u64;
    if path.ends_with("/activities") {
        1
    } else if path.contains("recentplayergroups") {
        users / 2
    } else {
        users
    }
}

fn is_query(request: &Request<'_>) -> bool {
    request.uri.path().ends_with("/query")
}

/// The answer to a query for so many users: each has one activity.
fn found(users: u64) -> Response {
    let user = |number| format!(r#"{{"userId":"{}","activities":[{{"connectionString":"c"}}]}}"#, user(number));
    let users: Vec<_> = (0..users).map(user).collect();
    Response::new(200, &[], format!(r#"{{"userActivities":[{}]}}"#, users.join(",")).as_bytes())
}

fn answer(status: u16, retry_after: Option<u64>) -> Response {
    match retry_after.map(|seconds| seconds.to_string()) {
        None => Response::new(status, &[], b""),
        Some(seconds) => Response::new(status, &[("retry-after", &seconds)], b""),
    }
}

fn failure(kind: ErrorKind, sent: Sent) -> TransportError {
    TransportError { kind, sent, was_connected: true, detail: "it was to be".to_owned(), advice: None }
}
