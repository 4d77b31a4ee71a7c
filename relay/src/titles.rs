//! The titles that requests are for, each with its clients, which are opened when the first request comes.
//!
//! A user's token is the service's matter: any program that reaches the relay can send one for any title. What such
//! calls open never takes the place of what servers with a key need, and among itself the least recently used one
//! makes room.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use mpa::auth::Authorization;
use mpa::client::Event;
use mpa::http;
use mpa::log::Level;
use mpa::outcome::{Outcome, Result, Status};

use crate::advice;
use crate::log::Logger;
use crate::settings::Upstream;
use crate::store::Store;
use crate::sync::lock;
use crate::title::{AwaitedClient, Pace};

/// More than a studio has. Keys with `*` must not make the relay open clients without end.
const MOST_TITLES: usize = 100;

/// A client that has to make room was not used for so long: opening one takes threads, and must not be done for each
/// request.
const LEAST_IDLE: Duration = Duration::from_secs(10);

pub struct Titles {
    upstream: Upstream,
    store: Option<Arc<Store>>,
    log: Logger,
    shared: Arc<http::Shared>,
    open: Mutex<Open>,
    least_idle: Duration,
}

/// What is open, by title.
#[derive(Default)]
struct Open {
    /// For calls with the fleet's authorization.
    fleet: BTreeMap<u32, Arc<OpenClient>>,
    /// For calls with a user's own token.
    users: BTreeMap<u32, OfUsers>,
}

/// A client that is not closed as long as a request has it.
pub struct OpenClient(pub Arc<AwaitedClient>);

struct OfUsers {
    client: Arc<OpenClient>,
    /// A key names the title.
    is_named: bool,
    used: Instant,
}

impl Open {
    /// Whether something other than users' tokens says that the title is one of the studio's.
    fn is_known(&self, title_id: u32, is_named: bool) -> bool {
        is_named || self.fleet.contains_key(&title_id)
    }

    /// Takes out the least recently used client of a title that is not known, if it has been unused for so long.
    fn make_room(&mut self, least_idle: Duration) -> Option<OfUsers> {
        let idle = self.users.iter().filter(|(title_id, of)| {
            let is_unused = Arc::strong_count(&of.client) == 1 && of.used.elapsed() >= least_idle;
            is_unused && !self.is_known(**title_id, of.is_named)
        });
        let title_id = *idle.min_by_key(|(_, of)| of.used)?.0;
        self.users.remove(&title_id)
    }
}

impl Titles {
    pub fn new(upstream: Upstream, store: Option<Arc<Store>>, log: Logger) -> Self {
        Titles { upstream, store, log, shared: Arc::default(), open: Mutex::default(), least_idle: LEAST_IDLE }
    }

    /// The client for calls with the fleet's authorization; `None`: too many titles are open.
    pub fn of_fleet(&self, title_id: u32) -> Result<Option<Arc<OpenClient>>> {
        let mut open = lock(&self.open);
        if let Some(client) = open.fleet.get(&title_id) {
            return Ok(Some(client.clone()));
        }
        if open.fleet.len() >= MOST_TITLES {
            return Ok(None);
        }
        let client = self.open_client(title_id, true)?;
        open.fleet.insert(title_id, client.clone());
        Ok(Some(client))
    }

    /// The client for calls with a user's own token; `None`: too many titles are open, or in use. `is_named`: a key
    /// names the title.
    pub fn of_users(&self, title_id: u32, is_named: bool) -> Result<Option<Arc<OpenClient>>> {
        let mut open = lock(&self.open);
        if let Some(of) = open.users.get_mut(&title_id) {
            (of.is_named, of.used) = (is_named, Instant::now());
            return Ok(Some(of.client.clone()));
        }
        let is_known = open.is_known(title_id, is_named);
        let of_its_kind = open.users.iter().filter(|(title_id, of)| open.is_known(**title_id, of.is_named) == is_known);
        let mut closed = None;
        if of_its_kind.count() >= MOST_TITLES {
            closed = if is_known { None } else { open.make_room(self.least_idle) };
            if closed.is_none() {
                return Ok(None);
            }
        }
        let client = self.open_client(title_id, false)?;
        open.users.insert(title_id, OfUsers { client: client.clone(), is_named, used: Instant::now() });
        drop(open);
        if let Some(closed) = closed {
            closed.client.0.close(Duration::ZERO);
        }
        Ok(Some(client))
    }

    /// Those that are open, with what calls they are for.
    pub fn all(&self) -> Vec<(u32, &'static str, Arc<OpenClient>)> {
        let open = lock(&self.open);
        let fleet = open.fleet.iter().map(|(title_id, client)| (*title_id, "fleet", client.clone()));
        let users = open.users.iter().map(|(title_id, of)| (*title_id, "users", of.client.clone()));
        fleet.chain(users).collect()
    }

    /// Those for calls with the fleet's authorization.
    pub fn all_of_fleet(&self) -> BTreeMap<u32, Arc<OpenClient>> {
        lock(&self.open).fleet.clone()
    }

    /// Has the titles that are open use a newer token.
    pub fn set_authorization(&self, newer: &Authorization) {
        for (title_id, client) in self.all_of_fleet() {
            if let Err(refusal) = client.0.client().set_authorization(newer.clone()) {
                self.log.write(Level::Warning, &refusal.message, &[("title", &title_id)]);
            }
        }
    }

    /// Ends what is left. Nothing is sent any more.
    pub fn close(&self, limit: Duration) {
        std::thread::scope(|scope| {
            for (_, _, client) in self.all() {
                scope.spawn(move || client.0.close(limit));
            }
        });
    }

    fn open_client(&self, title_id: u32, with_authorization: bool) -> Result<Arc<OpenClient>> {
        let mut config = self.upstream.client.config(title_id, with_authorization).map_err(Outcome::invalid)?;
        config.shared_limits = self.store.as_ref().map(|store| store.limits_of(title_id));
        let pace = Pace {
            recent_players_hold: self.upstream.recent_players_hold,
            worker_count: self.upstream.worker_count,
            time_to_begin: self.upstream.time_to_begin(),
        };
        let log = self.log;
        let on_event = move |event: Event| match event {
            Event::Log(entry) => {
                let text = advice::after(&entry.text, entry.outcome.advice);
                // How a request ended stands in the relay's own line about it.
                let is_of_request = !matches!(entry.outcome.status, Status::Ok | Status::SignInFailed);
                let level = if is_of_request { Level::Debug } else { entry.level };
                log.write(level, &text, &[("title", &title_id), ("times", &entry.times)]);
            }
            Event::AuthorizationNeeded(reason) => {
                let text = "There is no token that the service takes; requests wait for one.";
                log.write(Level::Error, text, &[("title", &title_id), ("reason", &format_args!("{reason:?}"))]);
            }
            Event::Completed { .. } | Event::Drained => {}
        };
        let client = AwaitedClient::open(config, &self.shared, pace, Box::new(on_event))?;
        Ok(Arc::new(OpenClient(client)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::options::{Request, read};

    const MOST: u32 = MOST_TITLES as u32;

    fn titles(least_idle: Duration) -> Titles {
        let Ok(Request::Run(settings)) = read(["mpa-relay".into()], []) else { panic!() };
        let log = Logger::new(settings.log);
        Titles { least_idle, ..Titles::new(settings.upstream, None, log) }
    }

    impl Titles {
        fn opens_for_users(&self, title_id: u32, is_named: bool) -> bool {
            self.of_users(title_id, is_named).unwrap().is_some()
        }

        fn opens_for_fleet(&self, title_id: u32) -> bool {
            self.of_fleet(title_id).unwrap().is_some()
        }

        fn has_of_users(&self, title_id: u32) -> bool {
            lock(&self.open).users.contains_key(&title_id)
        }
    }

    #[test]
    fn tokens_of_users_take_no_place_of_a_title_that_is_known() {
        let titles = titles(LEAST_IDLE);
        assert!((1..=MOST).all(|title| titles.opens_for_users(title, false)));
        assert!(!titles.opens_for_users(MOST + 1, false), "the others were used just now");
        assert!(titles.opens_for_users(MOST + 1, true), "a key names it");
        assert!((1_001..=1_000 + MOST).all(|title| titles.opens_for_fleet(title)));
        assert!(!titles.opens_for_fleet(1_001 + MOST));
        assert!(titles.opens_for_users(1_001, false), "a server with a key uses it");
        titles.close(Duration::ZERO);
    }

    #[test]
    fn the_least_recently_used_title_of_users_makes_room() {
        let titles = titles(Duration::ZERO);
        assert!(titles.opens_for_users(1, true) && titles.opens_for_fleet(2) && titles.opens_for_users(2, false));
        let (first, last) = (11, 10 + MOST);
        let used = titles.of_users(first, false).unwrap();
        assert!((first + 1..=last).all(|title| titles.opens_for_users(title, false)));
        assert!(titles.opens_for_users(first + 1, false), "it is used again");
        assert!(titles.opens_for_users(last + 1, false));
        // The first is in use, the second was used later than the third.
        let found = [1, 2, first, first + 1, first + 2, last, last + 1].map(|title| titles.has_of_users(title));
        assert_eq!(found, [true, true, true, true, false, true, true]);
        drop(used);
        assert!(titles.opens_for_users(last + 2, false) && !titles.has_of_users(first));
        titles.close(Duration::ZERO);
    }
}
