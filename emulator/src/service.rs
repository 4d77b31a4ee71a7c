//! What every request handler can reach.

use std::sync::Arc;

use crate::authorization::Caller;
use crate::faults::Faults;
use crate::journal::Journal;
use crate::refusal::Refusal;
use crate::throttle::Callers;

/// The stand-in's state: what it received, whom it lets in, and how it misbehaves.
#[derive(Clone)]
pub(crate) struct Service {
    pub journal: Arc<Journal>,
    pub faults: Arc<Faults>,
    pub callers: Arc<Callers>,
    pub any_caller: bool,
}

impl Service {
    /// Refuses a caller of the wrong kind for an endpoint that only `allowed` may call.
    pub fn admit(&self, caller: Caller, allowed: Caller) -> Result<(), Refusal> {
        if self.any_caller || caller == allowed {
            return Ok(());
        }
        Err(Refusal::not_allowed(match allowed {
            Caller::User => "This call takes a user's token; x=- marks the token of a service itself.",
            Caller::Service => {
                "This call takes a service's own token, XBL3.0 x=-;<token>; \
                 a user hash marks the token of a user."
            }
        }))
    }
}
