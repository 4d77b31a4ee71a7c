//! Whether a connection goes on after an answer.

use std::error::Error;
use std::fmt;
use std::pin::Pin;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll};

use axum::response::{IntoResponse, Response};
use tokio::time::{Sleep, sleep};

use super::Ending;
use crate::faults::Outcome;

/// Known to the service, which decides it, and to the connection, which meets it.
#[derive(Default)]
pub(super) struct Fate {
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    taken: Option<(Ending, Response)>,
    /// When an idle connection ends, and how.
    idle: Option<(Pin<Box<Sleep>>, Ending)>,
}

/// Tells the HTTP library to let go of the connection.
#[derive(Debug)]
pub(super) struct Taken;

impl fmt::Display for Taken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the connection is taken from HTTP")
    }
}

impl Error for Taken {}

impl Fate {
    /// The connection is not idle any more.
    pub fn request_came(&self) {
        self.state().idle = None;
    }

    /// Lets an answer through unless it is the connection's last.
    pub fn pass(&self, mut answer: Response) -> Result<Response, Taken> {
        let outcome = answer.extensions_mut().remove::<Outcome>();
        match outcome.and_then(|outcome| outcome.ending) {
            None => Ok(answer),
            Some(Ending::Idle { limit, reset }) => {
                let ending = if reset { Ending::Reset } else { Ending::Close };
                self.state().idle = Some((Box::pin(sleep(limit)), ending));
                Ok(answer)
            }
            Some(ending) => {
                self.state().taken = Some((ending, answer));
                Err(Taken)
            }
        }
    }

    /// The ending that an answer brought, with that answer.
    pub fn taken(&self) -> Option<(Ending, Response)> {
        self.state().taken.take()
    }

    /// Ready when the connection has been idle for too long.
    pub fn poll_idle(&self, context: &mut Context<'_>) -> Poll<(Ending, Response)> {
        match &mut self.state().idle {
            Some((limit, ending)) => {
                let ending = ending.clone();
                limit.as_mut().poll(context).map(|()| (ending, ().into_response()))
            }
            None => Poll::Pending,
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
