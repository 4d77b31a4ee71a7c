//! Host names looked up once: a cache over the system's resolver, shared by all clients of a process,
//! with a time limit for each look-up.
//!
//! The system's resolver cannot be interrupted, so it runs on a thread of its own, one a name at
//! most. A caller that stops waiting leaves that thread behind with nothing but its own state.

use std::io;
use std::net::{IpAddr, SocketAddr, ToSocketAddrs};
use std::sync::Arc;
use std::time::{Duration, Instant};

use super::error::{ErrorKind, Source};
use crate::sync::Slot;
use crate::sync::lock::Mutex;
use crate::sync::spawn;

/// The resolver does not say how long its answer is good for; a minute is what services that move
/// between addresses commonly allow.
const GOOD_FOR: Duration = Duration::from_secs(60);

/// Far more than the clients of one process have endpoints; bounds the threads that hang.
const MAX_NAMES: usize = 64;

type LookUp = dyn Fn(&str) -> io::Result<Vec<IpAddr>> + Send + Sync;

pub struct CachingResolver {
    entries: Mutex<Vec<Entry>>,
    look_up: Arc<LookUp>,
}

struct Entry {
    host: String,
    pending: Arc<Slot<Found>>,
    /// The address that was connected to last.
    preferred: Option<IpAddr>,
}

/// What a look-up gave.
#[derive(Debug)]
struct Found {
    addresses: Result<Vec<IpAddr>, String>,
    at: Instant,
}

impl Default for CachingResolver {
    fn default() -> Self {
        // The port does not matter: only addresses are kept.
        Self::with(|host| Ok((host, 0).to_socket_addrs()?.map(|address| address.ip()).collect()))
    }
}

impl CachingResolver {
    pub fn with(look_up: impl Fn(&str) -> io::Result<Vec<IpAddr>> + Send + Sync + 'static) -> Self {
        CachingResolver { entries: Mutex::default(), look_up: Arc::new(look_up) }
    }

    /// The addresses of a host in the order in which to try them: from the cache, or by a look-up that
    /// ends at `deadline`, or soon once `is_shut_down`.
    pub fn addresses(
        &self,
        host: &str,
        port: u16,
        deadline: Instant,
        is_shut_down: impl Fn() -> bool,
    ) -> Result<Vec<SocketAddr>, Source> {
        let (pending, preferred) = self.pending(host)?;
        match &*pending.wait(deadline, is_shut_down) {
            Some(Found { addresses: Ok(addresses), .. }) if !addresses.is_empty() => {
                let ordered = in_order(addresses, preferred);
                Ok(ordered.into_iter().map(|address| SocketAddr::new(address, port)).collect())
            }
            Some(Found { addresses, .. }) => {
                let reason = addresses.as_ref().err().map_or("it has no address", String::as_str);
                Err(Source::new(ErrorKind::Connection, format!("the name {host} was not found ({reason})")))
            }
            None => Err(Source::new(ErrorKind::TimedOut, format!("looking up the name {host} took too long"))),
        }
    }

    /// This address answered: it is tried first from now on.
    pub fn prefer(&self, host: &str, address: IpAddr) {
        if let Some(entry) = self.entries.lock().iter_mut().find(|entry| entry.host == host) {
            entry.preferred = Some(address);
        }
    }

    /// What was found does not lead anywhere (any more): look it up again next time.
    pub fn forget(&self, host: &str) {
        self.entries.lock().retain(|entry| !(entry.host == host && entry.pending.get().is_some()));
    }

    fn pending(&self, host: &str) -> Result<(Arc<Slot<Found>>, Option<IpAddr>), Source> {
        let mut entries = self.entries.lock();
        let mut preferred = None;
        entries.retain(|entry| {
            let is_stale = entry.pending.get().as_ref().is_some_and(Found::is_stale);
            if is_stale && entry.host == host {
                preferred = entry.preferred;
            }
            !is_stale
        });
        if let Some(entry) = entries.iter().find(|entry| entry.host == host) {
            return Ok((entry.pending.clone(), entry.preferred));
        }
        if entries.len() >= MAX_NAMES {
            match entries.iter().position(|entry| entry.pending.get().is_some()) {
                Some(oldest) => drop(entries.remove(oldest)),
                None => {
                    let detail = format!("{MAX_NAMES} other names are being looked up and none is answered");
                    return Err(Source::new(ErrorKind::Connection, detail));
                }
            }
        }
        let pending = self.start(host)?;
        entries.push(Entry { host: host.to_owned(), pending: pending.clone(), preferred });
        Ok((pending, preferred))
    }

    fn start(&self, host: &str) -> Result<Arc<Slot<Found>>, Source> {
        let pending = Arc::new(Slot::default());
        let (look_up, host, result) = (self.look_up.clone(), host.to_owned(), pending.clone());
        let run = move || {
            let addresses = look_up(&host).map_err(|error| error.to_string());
            result.fill(Found { addresses, at: Instant::now() });
        };
        match spawn("mpa-name", run) {
            Ok(()) => Ok(pending),
            Err(error) => {
                let detail = format!("no thread could be started to look up a name ({error})");
                Err(Source::new(ErrorKind::Connection, detail))
            }
        }
    }
}

/// The preferred address first; then by turns of both families, beginning with the resolver's first
/// (RFC 8305, section 4).
fn in_order(addresses: &[IpAddr], preferred: Option<IpAddr>) -> Vec<IpAddr> {
    let first_is_v6 = addresses.first().is_some_and(IpAddr::is_ipv6);
    let (same, other): (Vec<IpAddr>, Vec<IpAddr>) =
        addresses.iter().partition(|address| address.is_ipv6() == first_is_v6);
    let mut ordered: Vec<IpAddr> = Vec::with_capacity(addresses.len());
    ordered.extend(preferred.filter(|preferred| addresses.contains(preferred)));
    for index in 0..same.len().max(other.len()) {
        for address in [same.get(index), other.get(index)].into_iter().flatten() {
            if !ordered.contains(address) {
                ordered.push(*address);
            }
        }
    }
    ordered
}

impl Found {
    /// Found too long ago, or without an address: failures are not kept.
    fn is_stale(&self) -> bool {
        match &self.addresses {
            Ok(addresses) => addresses.is_empty() || self.at.elapsed() >= GOOD_FOR,
            Err(_) => true,
        }
    }
}

impl std::fmt::Debug for CachingResolver {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("CachingResolver").finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};
    use std::sync::mpsc;

    use super::*;

    const LIMIT: Duration = Duration::from_secs(5);

    fn look_up(resolver: &CachingResolver, limit: Duration) -> Result<Vec<SocketAddr>, Source> {
        resolver.addresses("a.example", 80, Instant::now() + limit, || false)
    }

    fn ip(text: &str) -> IpAddr {
        text.parse().unwrap()
    }

    fn local() -> IpAddr {
        ip("127.0.0.1")
    }

    #[test]
    fn a_name_is_looked_up_once_and_again_when_forgotten() {
        let count = Arc::new(AtomicUsize::new(0));
        let counter = count.clone();
        let resolver = CachingResolver::with(move |_| {
            counter.fetch_add(1, Ordering::SeqCst);
            Ok(vec![local()])
        });
        for _ in 0..3 {
            assert_eq!(look_up(&resolver, LIMIT).unwrap(), [SocketAddr::new(local(), 80)]);
        }
        assert_eq!(count.load(Ordering::SeqCst), 1);
        resolver.forget("a.example");
        look_up(&resolver, LIMIT).unwrap();
        assert_eq!(count.load(Ordering::SeqCst), 2);
    }

    #[test]
    fn a_failure_is_not_kept() {
        let count = Arc::new(AtomicUsize::new(0));
        let counter = count.clone();
        let resolver = CachingResolver::with(move |_| match counter.fetch_add(1, Ordering::SeqCst) {
            0 => Err(io::Error::other("no such host")),
            1 => Ok(vec![]),
            _ => Ok(vec![local()]),
        });
        let detail = look_up(&resolver, LIMIT).unwrap_err().detail;
        assert_eq!(detail, "the name a.example was not found (no such host)");
        assert!(look_up(&resolver, LIMIT).unwrap_err().detail.contains("no address"));
        assert!(look_up(&resolver, LIMIT).is_ok());
    }

    #[test]
    fn a_look_up_that_hangs_costs_its_limit_and_one_thread() {
        let count = Arc::new(AtomicUsize::new(0));
        let counter = count.clone();
        let (release, released) = mpsc::channel::<()>();
        let released = Mutex::new(released);
        let resolver = CachingResolver::with(move |_| {
            counter.fetch_add(1, Ordering::SeqCst);
            let _ = released.lock().recv();
            Ok(vec![local()])
        });
        for _ in 0..3 {
            let source = look_up(&resolver, Duration::from_millis(10)).unwrap_err();
            assert_eq!(source.kind, ErrorKind::TimedOut);
        }
        drop(release);
        assert!(look_up(&resolver, LIMIT).is_ok());
        assert_eq!(count.load(Ordering::SeqCst), 1);
    }

    #[test]
    fn names_that_hang_are_bounded() {
        let (release, released) = mpsc::channel::<()>();
        let released = Arc::new(Mutex::new(released));
        let resolver = CachingResolver::with(move |_| {
            let _ = released.lock().recv();
            Ok(vec![])
        });
        let soon = || Instant::now() + Duration::from_millis(1);
        for number in 0..MAX_NAMES {
            let source = resolver.addresses(&number.to_string(), 80, soon(), || false).unwrap_err();
            assert_eq!(source.kind, ErrorKind::TimedOut);
        }
        let source = resolver.addresses("one more", 80, soon(), || false).unwrap_err();
        assert_eq!(source.kind, ErrorKind::Connection);
        drop(release);
    }

    #[test]
    fn the_address_that_answered_is_tried_first() {
        let (v6, v4) = (ip("2001:db8::1"), ip("192.0.2.1"));
        let resolver = CachingResolver::with(move |_| Ok(vec![v6, v4]));
        let first = || look_up(&resolver, LIMIT).unwrap()[0].ip();
        assert_eq!(first(), v6);
        resolver.prefer("a.example", v4);
        assert_eq!(first(), v4);
    }

    #[test]
    fn families_take_turns() {
        let list = |texts: &[&str]| texts.iter().map(|text| ip(text)).collect::<Vec<_>>();
        let found = list(&["::1", "::2", "::3", "192.0.2.1", "192.0.2.2"]);
        assert_eq!(in_order(&found, None), list(&["::1", "192.0.2.1", "::2", "192.0.2.2", "::3"]));
        let preferred = Some(ip("192.0.2.2"));
        assert_eq!(in_order(&found, preferred), list(&["192.0.2.2", "::1", "192.0.2.1", "::2", "::3"]));
        assert_eq!(in_order(&found, Some(ip("192.0.2.9"))), in_order(&found, None));
        assert_eq!(in_order(&list(&["192.0.2.1", "::1"]), None), list(&["192.0.2.1", "::1"]));
    }
}
