//! The titles that requests are for, each with its clients, which are opened when the first request comes.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

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

#[derive(Clone)]
pub struct Title {
    /// For calls with the fleet's authorization.
    pub fleet: Arc<AwaitedClient>,
    /// For calls with a user's own token.
    pub users: Arc<AwaitedClient>,
}

pub struct Titles {
    upstream: Upstream,
    store: Option<Arc<Store>>,
    log: Logger,
    shared: Arc<http::Shared>,
    open: Mutex<BTreeMap<u32, Title>>,
}

impl Titles {
    pub fn new(upstream: Upstream, store: Option<Arc<Store>>, log: Logger) -> Self {
        Titles { upstream, store, log, shared: Arc::default(), open: Mutex::default() }
    }

    /// The title's clients. An error says why there are none.
    pub fn get(&self, title_id: u32) -> Result<Title> {
        let mut open = lock(&self.open);
        if let Some(title) = open.get(&title_id) {
            return Ok(title.clone());
        }
        if open.len() >= MOST_TITLES {
            return Err(Outcome::invalid(format!("The relay serves {MOST_TITLES} titles already; that is the most.")));
        }
        let title = Title { fleet: self.open_client(title_id, true)?, users: self.open_client(title_id, false)? };
        open.insert(title_id, title.clone());
        Ok(title)
    }

    /// Those that are open.
    pub fn all(&self) -> Vec<(u32, Title)> {
        let open = lock(&self.open);
        open.iter().map(|(title_id, title)| (*title_id, title.clone())).collect()
    }

    /// Has the titles that are open use a newer token.
    pub fn set_authorization(&self, newer: &Authorization) {
        for (title_id, title) in self.all() {
            if let Err(refusal) = title.fleet.client().set_authorization(newer.clone()) {
                self.log.write(Level::Warning, &refusal.message, &[("title", &title_id)]);
            }
        }
    }

    /// Ends what is left. Nothing is sent any more.
    pub fn close(&self, limit: Duration) {
        std::thread::scope(|scope| {
            for (_, title) in &self.all() {
                for client in [&title.fleet, &title.users] {
                    let client = client.clone();
                    scope.spawn(move || client.close(limit));
                }
            }
        });
    }

    fn open_client(&self, title_id: u32, with_authorization: bool) -> Result<Arc<AwaitedClient>> {
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
        AwaitedClient::open(config, &self.shared, pace, Box::new(on_event))
    }
}
