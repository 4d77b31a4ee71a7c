//! One operation: a call, and what is to be known about it until its end has been pulled.

use std::sync::Arc;
use std::time::Instant;

use crate::api::{Call, Invite, Lane, RecentPlayerGroups, ServerInvite};
use crate::auth::Authorization;
use crate::outcome::Outcome;
use crate::sync::atomic::{AtomicBool, Ordering};

/// What is to be done.
pub enum Work {
    Invite(Invite),
    ServerInvite(ServerInvite),
    RecentPlayers(Arc<RecentPlayerGroups>),
}

impl Work {
    pub fn lane(&self) -> Lane {
        self.call().endpoint().lane
    }

    pub fn call(&self) -> &dyn Call {
        match self {
            Work::Invite(call) => call,
            Work::ServerInvite(call) => call,
            Work::RecentPlayers(call) => &**call,
        }
    }
}

impl std::fmt::Debug for Work {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        // What it carries is nobody's business in a log.
        write!(f, "{:?}", self.lane())
    }
}

#[derive(Debug)]
pub struct Operation {
    pub number: u64,
    pub user_data: u64,
    pub work: Work,
    pub own: Option<Authorization>,
    pub submitted: Instant,
    pub expires: Instant,
    /// Somebody asked for it to be cancelled. Told without the queue's lock, since whoever waits for a
    /// turn looks at it with another lock in hand.
    pub withdrawn: Arc<AtomicBool>,
    /// It goes out on its own: gathered with others, it was refused.
    pub alone: bool,
}

impl Operation {
    pub fn new(work: Work, own: Option<Authorization>, user_data: u64, submitted: Instant, expires: Instant) -> Self {
        Operation { number: 0, user_data, work, own, submitted, expires, withdrawn: Arc::default(), alone: false }
    }

    /// How much memory it holds, about.
    pub fn bytes(&self) -> usize {
        size_of::<Self>() + self.work.call().bytes() + self.own.as_ref().map_or(0, |own| own.header().len())
    }

    pub fn is_withdrawn(&self) -> bool {
        self.withdrawn.load(Ordering::Acquire)
    }

    pub fn ended(&self, mut outcome: Outcome) -> Ended {
        outcome.shorten();
        Ended { number: self.number, user_data: self.user_data, bytes: self.bytes(), outcome }
    }
}

/// An operation that has ended, and waits to be pulled.
#[derive(Debug)]
pub struct Ended {
    pub number: u64,
    pub user_data: u64,
    pub bytes: usize,
    pub outcome: Outcome,
}
