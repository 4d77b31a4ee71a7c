//! The authorization of a client: the one in use, replaced by pushing a newer one, and never used
//! again once the service has refused it.

use std::collections::VecDeque;
use std::time::{Duration, SystemTime};

use super::Authorization;
use crate::outcome::{Outcome, Result, Status};
use crate::sync::atomic::{AtomicU64, Ordering};
use crate::sync::{Condvar, Mutex, MutexGuard, PoisonError};

/// Refused tokens that are remembered. One that comes late, by a longer way than those after it, is not
/// older than that.
const MOST_REFUSED: usize = 16;

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

#[derive(Debug, Default)]
enum Current {
    #[default]
    Missing,
    Usable(Authorization),
    Refused,
}

impl AuthorizationStore {
    pub fn new(authorization: Option<Authorization>) -> Self {
        let current = authorization.map_or(Current::Missing, Current::Usable);
        let state = State { current, ..State::default() };
        AuthorizationStore { state: Mutex::new(state), ..Self::default() }
    }

    /// The authorization to send now, or why there is none.
    pub fn current(&self, now: SystemTime) -> Result<Authorization> {
        let missing = |what: &str| {
            let mut outcome = Outcome::new(
                Status::AuthorizationNeeded,
                format!(
                    "{what}; the request was not sent. Push a newer one with mpa_client_set_authorization, \
                     unless the client signs in by itself."
                ),
            );
            outcome.retryable = true;
            Err(Box::new(outcome))
        };
        match &self.lock().current {
            Current::Missing => missing("The client has no authorization"),
            Current::Refused => missing("The service has refused the client's authorization"),
            Current::Usable(authorization) if authorization.is_expired(now) => {
                missing("The client's authorization has expired")
            }
            Current::Usable(authorization) => Ok(authorization.clone()),
        }
    }

    /// When the authorization in use expires, if that is known.
    pub fn expires_at(&self) -> Option<SystemTime> {
        match &self.lock().current {
            Current::Usable(authorization) => authorization.expires_at(),
            Current::Missing | Current::Refused => None,
        }
    }

    /// Takes a newer authorization into use.
    pub fn push(&self, newer: Authorization) -> Result<()> {
        let mut state = self.lock();
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
        let state = self.lock();
        if self.pushes() != pushes || is_over() {
            return;
        }
        // Woken without one, whoever waits decides whether to go on.
        drop(self.changed.wait_timeout(state, limit).unwrap_or_else(PoisonError::into_inner));
    }

    pub fn wake_all(&self) {
        // With the lock: whoever is about to wait has looked before, or will be woken.
        let _state = self.lock();
        self.changed.notify_all();
    }

    /// The service has refused `refused`. One pushed in the meantime stays in use; tells whether this was
    /// the one in use.
    pub fn refuse(&self, refused: &Authorization) -> bool {
        let mut state = self.lock();
        state.refused.add(refused);
        let is_in_use = matches!(&state.current, Current::Usable(current) if current.same_token(refused));
        if is_in_use {
            state.current = Current::Refused;
        }
        is_in_use
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        // Each change leaves it whole, so that a panic elsewhere cannot upset it.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, UNIX_EPOCH};

    use super::*;

    fn authorization(token: &str) -> Authorization {
        Authorization::new(&format!("XBL3.0 x=-;{token}"), 1_000, "header").unwrap()
    }

    const NOW: SystemTime = UNIX_EPOCH;

    #[test]
    fn without_a_usable_authorization_there_is_none() {
        let store = AuthorizationStore::default();
        assert_eq!(store.current(NOW).unwrap_err().status, Status::AuthorizationNeeded);
        store.push(authorization("a")).unwrap();
        assert_eq!(store.current(NOW).unwrap().token(), "a");
        let expired = store.current(NOW + Duration::from_secs(1)).unwrap_err();
        assert_eq!(expired.status, Status::AuthorizationNeeded);
        assert!(expired.message.contains("expired"));
    }

    #[test]
    fn a_refused_token_is_not_used_again() {
        let store = AuthorizationStore::new(Some(authorization("a")));
        store.refuse(&authorization("a"));
        assert_eq!(store.current(NOW).unwrap_err().status, Status::AuthorizationNeeded);
        assert_eq!(store.push(authorization("a")).unwrap_err().status, Status::Unauthorized);
        assert_eq!(store.current(NOW).unwrap_err().status, Status::AuthorizationNeeded);
        store.push(authorization("b")).unwrap();
        assert_eq!(store.current(NOW).unwrap().token(), "b");
    }

    #[test]
    fn a_token_that_was_refused_long_ago_is_not_used_either() {
        let store = AuthorizationStore::new(Some(authorization("a")));
        store.refuse(&authorization("a"));
        store.push(authorization("b")).unwrap();
        store.refuse(&authorization("late"));
        for refused in ["a", "late"] {
            assert_eq!(store.push(authorization(refused)).unwrap_err().status, Status::Unauthorized);
        }
        assert_eq!(store.current(NOW).unwrap().token(), "b");
    }

    #[test]
    fn refusing_an_old_token_leaves_the_newer_one() {
        let store = AuthorizationStore::new(Some(authorization("b")));
        store.refuse(&authorization("a"));
        assert_eq!(store.current(NOW).unwrap().token(), "b");
    }
}
