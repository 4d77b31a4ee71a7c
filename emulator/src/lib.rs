//! A strict local stand-in for Microsoft's Multiplayer Activity service, for tests and first steps.
//!
//! It accepts what the service's documentation allows and refuses the rest, naming the field at
//! fault; it keeps what it received and shows it to tests. It misbehaves on demand. It delivers
//! nothing to anybody.
//!
//! ```
//! use mpa_emulator::{Emulator, Options};
//!
//! let emulator = Emulator::start(Options::default())?;
//! println!("point the client at {}", emulator.url());
//! assert!(emulator.requests(1234567890).is_empty());
//! # Ok::<(), mpa_emulator::StartError>(())
//! ```
//!
//! What is where, from the wire inwards:
//!
//! - `start`, `connection`, `certificates`: sockets and TLS. Every connection has a number.
//! - `routes`, `service`: which path leads where; what every handler can reach, and the recording of requests.
//! - `request_log`, `received`: what arrived is kept, whatever became of it.
//! - `call`, `json`, `fields`: what every call must carry, whatever its endpoint.
//! - `settings`: settings in JSON, and the sentences about wrong ones.
//! - `tokens`, `signature`, `clock`: whether a token holds, and is shown by the one it was issued to.
//! - `sign_in`: the two services that give tokens for certificates.
//! - `rules`: what each endpoint asks of its body.
//! - `refusal`: errors in the service's shape.
//! - `control`, `access`: what arrived, shown over HTTP, and what is to go wrong; to whom.
//! - `faults`, `throttle`: what goes wrong on demand, around the recording and inside it; `connection_fault` for what
//!   HTTP has no word for.

#![forbid(unsafe_code)]
#![cfg_attr(test, allow(clippy::expect_used, clippy::unwrap_used))]

mod access;
mod call;
mod certificates;
mod clock;
mod connection;
mod connection_fault;
mod control;
mod emulator;
mod faults;
mod fields;
mod json;
mod received;
mod refusal;
mod request_log;
mod routes;
mod rules;
mod service;
mod settings;
mod sign_in;
mod signature;
mod start;
pub mod throttle;
mod tokens;

pub use access::AllowedHost;
pub use certificates::PartnerCertificate;
pub use emulator::{Emulator, Options};
pub use faults::Rule;
pub use received::Received;
pub use routes::{NO_TITLE, Part, Titles};
pub use settings::BadSetting;
pub use sign_in::{SignIn, SignInOptions};
pub use signature::ProofKey;
pub use start::StartError;
