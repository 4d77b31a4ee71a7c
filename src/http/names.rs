//! Names looked up once: a cache over the system's resolver, with a time limit for each look-up.
//!
//! The system's resolver cannot be interrupted, so it runs on a thread of its own, one a name at
//! most. Whoever stops waiting leaves that thread behind with nothing but its own state.

use std::io;
use std::net::{SocketAddr, ToSocketAddrs};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use super::failure::{FailureKind, Obstacle};

/// The resolver does not tell how long its answer is good for; a minute is what services that move
/// between addresses commonly allow.
const GOOD_FOR: Duration = Duration::from_secs(60);

/// How often those who wait look whether they still should.
const LOOK_AGAIN: Duration = Duration::from_millis(20);

/// A client has an endpoint and two places to sign in.
const MOST_NAMES: usize = 8;

type LookUp = dyn Fn(&str, u16) -> io::Result<Vec<SocketAddr>> + Send + Sync;

pub struct Names {
    entries: Mutex<Vec<Entry>>,
    look_up: Arc<LookUp>,
}

struct Entry {
    host: String,
    port: u16,
    answer: Arc<Pending>,
}

/// A look-up under way or done, and everyone who waits for it.
#[derive(Default)]
struct Pending {
    answer: Mutex<Option<Answer>>,
    arrived: Condvar,
}

struct Answer {
    addresses: Result<Vec<SocketAddr>, String>,
    at: Instant,
}

impl Names {
    pub fn new() -> Self {
        Self::with(|host, port| Ok((host, port).to_socket_addrs()?.collect()))
    }

    pub fn with(look_up: impl Fn(&str, u16) -> io::Result<Vec<SocketAddr>> + Send + Sync + 'static) -> Self {
        Names { entries: Mutex::default(), look_up: Arc::new(look_up) }
    }

    /// The addresses of a host: from the cache, or by a look-up that takes at most `limit`, and ends
    /// soon once `is_cut`.
    pub fn addresses(
        &self,
        host: &str,
        port: u16,
        limit: Duration,
        is_cut: &AtomicBool,
    ) -> Result<Vec<SocketAddr>, Obstacle> {
        let pending = self.pending(host, port)?;
        let deadline = Instant::now() + limit;
        let mut answer = lock(&pending.answer);
        while answer.is_none() && !is_cut.load(Ordering::Acquire) {
            let remaining = deadline.saturating_duration_since(Instant::now());
            if remaining.is_zero() {
                break;
            }
            let slice = remaining.min(LOOK_AGAIN);
            (answer, _) = pending.arrived.wait_timeout(answer, slice).unwrap_or_else(PoisonError::into_inner);
        }
        match &*answer {
            Some(Answer { addresses: Ok(addresses), .. }) if !addresses.is_empty() => Ok(addresses.clone()),
            Some(Answer { addresses, .. }) => {
                let reason = addresses.as_ref().err().map_or("it has no address", String::as_str);
                Err(Obstacle {
                    kind: FailureKind::Connection,
                    detail: format!("the name {host} was not found ({reason})"),
                })
            }
            None => Err(Obstacle {
                kind: FailureKind::TimedOut,
                detail: format!("looking up the name {host} took too long"),
            }),
        }
    }

    /// What was found does not lead anywhere (any more): look it up again next time.
    pub fn forget(&self, host: &str, port: u16) {
        lock(&self.entries).retain(|entry| !(entry.host == host && entry.port == port && entry.answer.is_done()));
    }

    fn pending(&self, host: &str, port: u16) -> Result<Arc<Pending>, Obstacle> {
        let mut entries = lock(&self.entries);
        entries.retain(|entry| !entry.answer.is_stale());
        if let Some(entry) = entries.iter().find(|entry| entry.host == host && entry.port == port) {
            return Ok(entry.answer.clone());
        }
        let answer = self.start(host, port)?;
        if entries.len() >= MOST_NAMES {
            entries.remove(0);
        }
        entries.push(Entry { host: host.to_owned(), port, answer: answer.clone() });
        Ok(answer)
    }

    fn start(&self, host: &str, port: u16) -> Result<Arc<Pending>, Obstacle> {
        let pending = Arc::new(Pending::default());
        let (look_up, host, result) = (self.look_up.clone(), host.to_owned(), pending.clone());
        let run = move || result.arrive(look_up(&host, port).map_err(|error| error.to_string()));
        match thread::Builder::new().name("mpa-name".to_owned()).spawn(run) {
            Ok(_) => Ok(pending),
            Err(error) => Err(Obstacle {
                kind: FailureKind::Connection,
                detail: format!("no thread could be started to look up a name ({error})"),
            }),
        }
    }
}

impl Pending {
    fn arrive(&self, addresses: Result<Vec<SocketAddr>, String>) {
        *lock(&self.answer) = Some(Answer { addresses, at: Instant::now() });
        self.arrived.notify_all();
    }

    fn is_done(&self) -> bool {
        lock(&self.answer).is_some()
    }

    /// Done too long ago, or without an address: failures are not kept.
    fn is_stale(&self) -> bool {
        match &*lock(&self.answer) {
            None => false,
            Some(Answer { addresses: Ok(addresses), at }) => addresses.is_empty() || at.elapsed() >= GOOD_FOR,
            Some(Answer { addresses: Err(_), .. }) => true,
        }
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    // Each change is one assignment, so that a panic elsewhere cannot leave it half done.
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl std::fmt::Debug for Names {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Names").finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::AtomicUsize;
    use std::sync::mpsc;

    use super::*;

    const LIMIT: Duration = Duration::from_secs(5);

    fn look_up(names: &Names, limit: Duration) -> Result<Vec<SocketAddr>, Obstacle> {
        names.addresses("a.example", 80, limit, &AtomicBool::new(false))
    }

    fn address() -> SocketAddr {
        SocketAddr::from(([127, 0, 0, 1], 80))
    }

    #[test]
    fn a_name_is_looked_up_once_and_again_when_forgotten() {
        let count = Arc::new(AtomicUsize::new(0));
        let counter = count.clone();
        let names = Names::with(move |_, _| {
            counter.fetch_add(1, Ordering::SeqCst);
            Ok(vec![address()])
        });
        for _ in 0..3 {
            assert_eq!(look_up(&names, LIMIT).unwrap(), [address()]);
        }
        assert_eq!(count.load(Ordering::SeqCst), 1);
        names.forget("a.example", 80);
        look_up(&names, LIMIT).unwrap();
        assert_eq!(count.load(Ordering::SeqCst), 2);
    }

    #[test]
    fn a_failure_is_not_kept() {
        let count = Arc::new(AtomicUsize::new(0));
        let counter = count.clone();
        let names = Names::with(move |_, _| match counter.fetch_add(1, Ordering::SeqCst) {
            0 => Err(io::Error::other("no such host")),
            1 => Ok(vec![]),
            _ => Ok(vec![address()]),
        });
        let detail = look_up(&names, LIMIT).unwrap_err().detail;
        assert_eq!(detail, "the name a.example was not found (no such host)");
        assert!(look_up(&names, LIMIT).unwrap_err().detail.contains("no address"));
        assert!(look_up(&names, LIMIT).is_ok());
    }

    #[test]
    fn a_look_up_that_hangs_costs_its_limit_and_one_thread() {
        let count = Arc::new(AtomicUsize::new(0));
        let counter = count.clone();
        let (release, released) = mpsc::channel::<()>();
        let released = Mutex::new(released);
        let names = Names::with(move |_, _| {
            counter.fetch_add(1, Ordering::SeqCst);
            let _ = lock(&released).recv();
            Ok(vec![address()])
        });
        for _ in 0..3 {
            let obstacle = look_up(&names, Duration::from_millis(10)).unwrap_err();
            assert_eq!(obstacle.kind, FailureKind::TimedOut);
        }
        drop(release);
        assert!(look_up(&names, LIMIT).is_ok());
        assert_eq!(count.load(Ordering::SeqCst), 1);
    }
}
