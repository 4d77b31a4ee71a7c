//! Signing in, as messages: what is asked of the two services that do it, and what they answer.
//!
//! The publisher's certificate gives a service token, good for about two weeks, and that gives, for
//! a sandbox, the token of a few hours that requests carry. Both are bound to the proof key.

mod answer;
mod failure;
mod refusal;
mod requests;

pub use answer::TokenAnswer;
pub use failure::{ErrorContext, SignInFailure, Step, date, read_token};
pub use refusal::{Refusal, Remedy};
pub use requests::{DEFAULT_RELYING_PARTY, DEFAULT_SANDBOX, service_token_request, token_request};
