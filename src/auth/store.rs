//! The authorization of a client: the one in use, replaced by pushing a newer one, and never used
//! again once the service has refused it.

use std::collections::VecDeque;
use std::time::Duration;

use super::{Authorization, Now};
use crate::outcome::{Advice, Outcome, Result, Status};
use crate::sync::atomic::{AtomicU64, Ordering};
use crate::sync::{Condvar, Mutex};

/// Refused tokens that are remembered. One that comes late, by a longer way than those after it, is not
/// older than that.
const MOST_REFUSED: usize = 16;

/// Why an authorization is needed. The numbers are those of `mpa_authorization_reason` in the header.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(i32)]
pub enum Reason {
    /// None was given yet.
    Missing = 1,
    /// The service refused the one that was in use.
    Refused = 2,
    /// The one in use has expired.
    Expired = 3,
    /// The one in use expires soon.
    ExpiresSoon = 4,
}

#[derive(Debug, Default)]
pub struct AuthorizationStore {
    state: Mutex<State>,
    /// Changed with the lock.
    pushes: AtomicU64,
    changed: Condvar,
}

#[derive(Debug, Default)]
struct State {
    current: Current,
    refused: Refused,
}

impl State {
    /// The service did not take this token. Tells whether it was the one in use.
    fn end_use_of(&mut self, refused: &Authorization, now: &Now) -> bool {
        let Current::Usable(current) = &self.current else { return false };
        if !current.same_token(refused) {
            return false;
        }
        let reason = if current.is_expired(now) { Reason::Expired } else { Reason::Refused };
        self.current = Current::Unusable(reason);
        true
    }
}

/// Digests of tokens, which are no secret.
#[derive(Debug, Default)]
struct Refused(VecDeque<[u8; 32]>);

impl Refused {
    /// Remembers it; the one that was refused longest ago is forgotten for it.
    fn add(&mut self, authorization: &Authorization) {
        if self.has(authorization) {
            return;
        }
        if self.0.len() >= MOST_REFUSED {
            self.0.pop_front();
        }
        self.0.push_back(authorization.digest());
    }

    fn has(&self, authorization: &Authorization) -> bool {
        self.0.contains(&authorization.digest())
    }
}

#[derive(Debug)]
enum Current {
    Usable(Authorization),
    /// None, and why.
    Unusable(Reason),
}

impl Default for Current {
    fn default() -> Self {
        Current::Unusable(Reason::Missing)
    }
}

impl AuthorizationStore {
    pub fn new(authorization: Option<Authorization>) -> Self {
        let current = authorization.map_or_else(Current::default, Current::Usable);
        let state = State { current, ..State::default() };
        AuthorizationStore { state: Mutex::new(state), ..Self::default() }
    }

    /// The authorization in use, or why there is none.
    pub fn usable(&self, now: &Now) -> std::result::Result<Authorization, Reason> {
        match &self.state.lock().current {
            Current::Unusable(reason) => Err(*reason),
            Current::Usable(authorization) if authorization.is_expired(now) => Err(Reason::Expired),
            Current::Usable(authorization) => Ok(authorization.clone()),
        }
    }

    /// The authorization to send now.
    pub fn current(&self, now: &Now) -> Result<Authorization> {
        self.usable(now).map_err(|reason| {
            let what = match reason {
                Reason::Missing => "The client has no authorization",
                Reason::Refused => "The service has refused the client's authorization",
                Reason::Expired | Reason::ExpiresSoon => "The client's authorization has expired",
            };
            let message = format!("{what}; nothing was sent.");
            let mut outcome = Outcome::new(Status::AuthorizationNeeded, message).advising(Advice::PushAuthorization);
            outcome.retryable = true;
            Box::new(outcome)
        })
    }

    /// What is known about the one in use, expired or not.
    pub fn in_use<T>(&self, what: impl FnOnce(&Authorization) -> T) -> Option<T> {
        match &self.state.lock().current {
            Current::Usable(authorization) => Some(what(authorization)),
            Current::Unusable(_) => None,
        }
    }

    /// Takes a newer authorization into use.
    pub fn push(&self, newer: Authorization) -> Result<()> {
        let mut state = self.state.lock();
        if state.refused.has(&newer) {
            return Err(Box::new(Outcome::new(
                Status::Unauthorized,
                "The service has already refused this authorization; push one with another token.",
            )));
        }
        state.current = Current::Usable(newer);
        self.pushes.fetch_add(1, Ordering::Release);
        drop(state);
        self.changed.notify_all();
        Ok(())
    }

    /// How often one was pushed.
    pub fn pushes(&self) -> u64 {
        self.pushes.load(Ordering::Acquire)
    }

    /// Waits for another push than those so far, or for `wake_all`, unless it is over by now.
    pub fn wait(&self, pushes: u64, limit: Duration, is_over: impl Fn() -> bool) {
        let state = self.state.lock();
        if self.pushes() != pushes || is_over() {
            return;
        }
        // Woken without one, the waiting thread decides whether to go on.
        drop(self.changed.wait_timeout(state, limit));
    }

    pub fn wake_all(&self) {
        // With the lock: a thread that is about to wait has checked before, or will be woken.
        let _state = self.state.lock();
        self.changed.notify_all();
    }

    /// The service has refused `refused`. One pushed in the meantime stays in use; returns whether this was
    /// the one in use.
    pub fn refuse(&self, refused: &Authorization, now: &Now) -> bool {
        let mut state = self.state.lock();
        state.refused.add(refused);
        state.end_use_of(refused, now)
    }

    /// Another process was refused with it. A token that is not in use is ignored.
    pub fn invalidate(&self, refused: &Authorization, now: &Now) -> bool {
        let mut state = self.state.lock();
        let was_in_use = state.end_use_of(refused, now);
        if was_in_use {
            state.refused.add(refused);
        }
        was_in_use
    }
}

#[cfg(test)]
mod tests {
    use std::time::{Instant, UNIX_EPOCH};

    use super::*;

    fn authorization(token: &str) -> Authorization {
        Authorization::new(&format!("XBL3.0 x=-;{token}"), 1_000).unwrap()
    }

    /// By both clocks, in milliseconds since 1970.
    fn at(ms: u64) -> Now {
        let time = UNIX_EPOCH + Duration::from_millis(ms);
        Now { local: time, service: Some(time), monotonic: Instant::now() }
    }

    fn token(store: &AuthorizationStore) -> std::result::Result<String, Reason> {
        store.usable(&at(0)).map(|authorization| authorization.token().to_owned())
    }

    fn in_use(token: &str) -> std::result::Result<String, Reason> {
        Ok(token.to_owned())
    }

    #[test]
    fn without_a_usable_authorization_there_is_none() {
        let store = AuthorizationStore::default();
        assert_eq!(token(&store), Err(Reason::Missing));
        store.push(authorization("a")).unwrap();
        assert_eq!(token(&store), in_use("a"));
        assert_eq!(store.usable(&at(1_000)).unwrap_err(), Reason::Expired);
        let expired = store.current(&at(1_000)).unwrap_err();
        assert_eq!((expired.status, expired.retryable), (Status::AuthorizationNeeded, true));
        assert!(expired.message.contains("expired"));
        // It may be the clock that is wrong.
        assert!(store.usable(&Now { service: None, ..at(1_000) }).is_ok());
        assert!(store.in_use(|_| ()).is_some());
    }

    #[test]
    fn a_refused_token_is_not_used_again() {
        for refuse in [AuthorizationStore::refuse, AuthorizationStore::invalidate] {
            let store = AuthorizationStore::new(Some(authorization("a")));
            assert!(refuse(&store, &authorization("a"), &at(0)));
            assert_eq!(token(&store), Err(Reason::Refused));
            assert_eq!(store.push(authorization("a")).unwrap_err().status, Status::Unauthorized);
            assert_eq!(token(&store), Err(Reason::Refused));
            assert!(!refuse(&store, &authorization("a"), &at(0)), "it is not in use any more");
            store.push(authorization("b")).unwrap();
            assert_eq!(token(&store), in_use("b"));
        }
    }

    #[test]
    fn a_token_that_was_refused_as_it_had_expired_is_said_to_have_expired() {
        let store = AuthorizationStore::new(Some(authorization("a")));
        assert!(store.refuse(&authorization("a"), &at(1_000)));
        assert_eq!(token(&store), Err(Reason::Expired));
    }

    #[test]
    fn a_token_that_was_refused_long_ago_is_not_used_either() {
        let store = AuthorizationStore::new(Some(authorization("a")));
        store.refuse(&authorization("a"), &at(0));
        store.push(authorization("b")).unwrap();
        store.refuse(&authorization("late"), &at(0));
        for refused in ["a", "late"] {
            assert_eq!(store.push(authorization(refused)).unwrap_err().status, Status::Unauthorized);
        }
        assert_eq!(token(&store), in_use("b"));
    }

    #[test]
    fn refusing_an_old_token_leaves_the_newer_one() {
        let store = AuthorizationStore::new(Some(authorization("b")));
        assert!(!store.refuse(&authorization("a"), &at(0)));
        assert_eq!(token(&store), in_use("b"));
    }

    #[test]
    fn what_others_say_of_a_token_that_is_not_in_use_changes_nothing() {
        let store = AuthorizationStore::new(Some(authorization("b")));
        assert!(!store.invalidate(&authorization("a"), &at(0)));
        assert_eq!(token(&store), in_use("b"));
        store.push(authorization("a")).unwrap();
        assert_eq!(token(&store), in_use("a"));
    }
}
