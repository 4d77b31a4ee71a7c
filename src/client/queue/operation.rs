//! One operation: a call, and what is to be known about it until its completion has been polled.

use std::fmt;
use std::sync::Arc;
use std::time::Instant;

use crate::api::{ActivityRecord, Call, Endpoint, Lane};
use crate::auth::Authorization;
use crate::outcome::Outcome;
use crate::sync::atomic::{AtomicBool, Ordering};

/// A call that was submitted, in one allocation with what is asked of it.
pub struct Work<C: ?Sized = dyn Call> {
    /// A cancellation was requested. Read without the queue's lock, since a thread that waits for a permit
    /// looks at it with another lock in hand.
    cancel_requested: AtomicBool,
    call: C,
}

impl Work {
    pub fn new(call: impl Call + 'static) -> Arc<Self> {
        Arc::new(Work { cancel_requested: AtomicBool::new(false), call })
    }

    pub fn call(&self) -> &dyn Call {
        &self.call
    }

    pub fn lane(&self) -> Lane {
        self.call.endpoint().lane
    }

    pub fn withdraw(&self) {
        self.cancel_requested.store(true, Ordering::Release);
    }
}

impl<C: Call + ?Sized> fmt::Debug for Work<C> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // What it carries does not belong in a log.
        f.write_str(self.call.endpoint().name)
    }
}

#[derive(Debug)]
pub struct Operation {
    pub number: u64,
    pub user_data: u64,
    pub work: Arc<Work>,
    pub own: Option<Authorization>,
    pub submitted: Instant,
    pub expires: Instant,
    /// It goes out on its own: gathered with others, it was refused.
    pub alone: bool,
    /// The match that it is a report of. Then it has no completion of its own.
    pub game_match: Option<u64>,
}

impl Operation {
    pub fn new(
        work: Arc<Work>,
        own: Option<Authorization>,
        user_data: u64,
        submitted: Instant,
        expires: Instant,
    ) -> Self {
        Operation { number: 0, user_data, work, own, submitted, expires, alone: false, game_match: None }
    }

    /// How much memory it holds, about.
    pub fn bytes(&self) -> usize {
        size_of::<Self>()
            + size_of_val(&*self.work)
            + self.work.call().bytes()
            + self.own.as_ref().map_or(0, |own| own.header().len())
    }

    /// Whether it may go out in one request with others.
    pub fn can_be_gathered(&self) -> bool {
        !self.alone && self.own.is_none() && self.work.call().endpoint().is_gathered
    }

    pub fn is_for(&self, endpoint: &Endpoint) -> bool {
        self.work.call().endpoint() == endpoint
    }

    pub fn is_cancel_requested(&self) -> bool {
        self.work.cancel_requested.load(Ordering::Acquire)
    }

    pub fn ended(&self, mut outcome: Outcome) -> Ended {
        outcome.shorten();
        let found = self.work.call().take_found();
        Ended { number: self.number, user_data: self.user_data, bytes: self.bytes(), outcome, found }
    }
}

/// An operation that has ended, and waits to be polled.
#[derive(Debug)]
pub struct Ended {
    pub number: u64,
    pub user_data: u64,
    /// Those of the operation.
    pub bytes: usize,
    pub outcome: Outcome,
    pub found: Vec<ActivityRecord>,
}

impl Ended {
    /// How much memory what was found takes, about.
    pub fn found_bytes(&self) -> usize {
        let texts = self.found.iter().map(|record| record.connection_string.len() + record.group_id.len());
        size_of_val(&self.found[..]) + texts.sum::<usize>()
    }
}
