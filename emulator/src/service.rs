//! What every request handler can reach.

use std::sync::Arc;

use crate::authorization::Caller;
use crate::clock::Clock;
use crate::faults::Faults;
use crate::journal::Journal;
use crate::part::Part;
use crate::refusal::Refusal;
use crate::throttle::Callers;
use crate::title;
use crate::tokens::Tokens;

/// The stand-in's state: what it received, whom it lets in, and how it misbehaves.
#[derive(Clone)]
pub(crate) struct Service {
    /// Which of the services is asked. They have everything else in common.
    pub part: Part,
    pub journal: Arc<Journal>,
    pub faults: Arc<Faults>,
    pub callers: Arc<Callers>,
    pub clock: Arc<Clock>,
    /// Those that calls are made with.
    pub tokens: Arc<Tokens>,
    /// Those that certificates are good for.
    pub service_tokens: Arc<Tokens>,
    pub any_caller: bool,
    /// Whether services sign in, so that only the tokens of the token service are theirs.
    pub signs_in: bool,
}

impl Service {
    /// The title that a request is about. Those for tokens are about none, whatever their path.
    pub fn title_of(&self, path: &str) -> u32 {
        match self.part {
            Part::Service => title::of_path(path).unwrap_or(title::NO_TITLE),
            Part::SignIn | Part::Token => title::NO_TITLE,
        }
    }

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
