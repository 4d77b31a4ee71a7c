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
//! - `start`, `listener`, `connection`, `tls`, `part`: sockets. Every connection has a number.
//! - `routes`, `endpoint`: which path leads where.
//! - `recording`, `journal`, `received`: what arrived is kept, whatever became of it.
//! - `call`, `authorization`, `title`, `json`: what every call must carry, whatever its endpoint.
//! - `credentials`, `tokens`, `signature`, `proof_key`, `clock`: whether a token holds, and is shown
//!   by the one it was issued to.
//! - `sign_in`: certificates, and the two services that give tokens for them.
//! - `rules`: what each endpoint asks of its body.
//! - `refusal`: errors in the service's shape.
//! - `control`, `host`: what arrived, shown over HTTP, and what is to go wrong; to whom.
//! - `faults`, `throttle`, `setting`: what goes wrong on demand, around the recording and inside it;
//!   `connection::ending` for what HTTP has no word for.

#![forbid(unsafe_code)]
#![cfg_attr(not(test), deny(clippy::unwrap_used, clippy::expect_used))]

mod authorization;
mod call;
mod clock;
mod connection;
mod control;
mod credentials;
mod emulator;
mod endpoint;
mod faults;
mod host;
mod journal;
mod json;
mod listener;
mod options;
mod part;
mod proof_key;
mod received;
mod recording;
mod refusal;
mod routes;
mod rules;
mod service;
mod setting;
mod sign_in;
mod signature;
mod start;
pub mod throttle;
mod title;
mod tls;
mod tokens;

pub use emulator::Emulator;
pub use faults::Rule;
pub use host::AllowedHost;
pub use options::Options;
pub use part::Part;
pub use proof_key::ProofKey;
pub use received::Received;
pub use setting::BadSetting;
pub use sign_in::{PartnerCertificate, SignIn, SignInOptions};
pub use start::StartError;
pub use title::{NO_TITLE, Titles};
