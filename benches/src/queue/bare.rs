//! The least that handing an invite to another thread can be: its bytes copied into an allocation,
//! and one wake of a condition variable that the thread is asleep on.

use std::collections::VecDeque;
use std::sync::{Arc, Condvar, Mutex, MutexGuard};
use std::thread::{self, JoinHandle};

use crate::request;

pub struct Bare {
    shared: Arc<Shared>,
    /// The users, the sender and the connection string.
    invite: Vec<u8>,
    sleeper: Option<JoinHandle<()>>,
}

#[derive(Default)]
struct Shared {
    state: Mutex<State>,
    changed: Condvar,
}

#[derive(Default)]
struct State {
    handed: VecDeque<Vec<u8>>,
    ended: bool,
}

impl Bare {
    pub fn start() -> Self {
        let shared = Arc::<Shared>::default();
        let for_the_sleeper = shared.clone();
        let sleeper = Some(thread::spawn(move || for_the_sleeper.sleep()));
        let mut invite: Vec<u8> = request::USERS.iter().flat_map(|user| user.to_ne_bytes()).collect();
        invite.extend(request::SENDER.to_ne_bytes());
        invite.extend(request::CONNECTION_STRING.bytes());
        Bare { shared, invite, sleeper }
    }

    pub fn copy_and_wake(&self) {
        self.copy();
        self.shared.changed.notify_one();
    }

    /// What is left where the thread is awake.
    pub fn copy(&self) {
        let copy = self.invite.clone();
        self.shared.lock().handed.push_back(copy);
    }
}

impl Shared {
    fn sleep(&self) {
        let mut state = self.lock();
        while !state.ended {
            state.handed.clear();
            state = self.changed.wait(state).expect("no thread panics with it");
        }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().expect("no thread panics with it")
    }
}

impl Drop for Bare {
    fn drop(&mut self) {
        self.shared.lock().ended = true;
        self.shared.changed.notify_one();
        if let Some(sleeper) = self.sleeper.take() {
            let _ = sleeper.join();
        }
    }
}
