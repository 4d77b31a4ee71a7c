//! A strict local emulator of Microsoft's Multiplayer Activity service, for tests and first steps.
//!
//! It accepts what the service's documentation allows and rejects the rest with the name of the invalid field; it keeps
//! activities and recent players as the service would list them; it logs every request, for tests to inspect; it injects
//! faults on demand. It delivers nothing.
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
//! The modules, from the network inwards:
//!
//! - `start`, `connection`, `certificates`: sockets and TLS. Every connection has a number.
//! - `endpoints`: the list of endpoints, their routes, and the checks of each.
//! - `service`: the state that handlers share, and the logging of requests.
//! - `request_log`, `logged_request`: the requests that arrived, rejected ones included.
//! - `users`: what is kept of users, activities and recent players.
//! - `call`, `json`: the checks that all endpoints share.
//! - `settings`: settings in JSON, and the messages about invalid ones.
//! - `tokens`, `signature`, `clock`: whether a token is valid and used by the holder of its key.
//! - `sign_in`: the two services that give tokens for certificates.
//! - `error_response`: errors in the service's shape.
//! - `control`, `access`: the control interface over HTTP, and which clients may use it.
//! - `page`, `events`: the page, and the stream of events that it shows.
//! - `expectations`: the requests that a test expects.
//! - `scenario`: all settings as one document.
//! - `faults`, `throttle`: fault injection and throttling; `connection_fault` for faults below
//!   HTTP.

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
mod endpoints;
mod error_response;
mod events;
mod expectations;
mod faults;
mod json;
mod logged_request;
mod page;
mod request_log;
mod scenario;
mod service;
mod settings;
mod sign_in;
mod signature;
mod start;
pub mod throttle;
mod tokens;
mod users;

pub use access::AllowedHost;
pub use certificates::PartnerCertificate;
pub use emulator::{Emulator, Options};
pub use expectations::{Expectation, ExpectationResult, read_expectations};
pub use faults::Rule;
pub use logged_request::LoggedRequest;
pub use service::{NO_TITLE, ServiceKind, Titles};
pub use settings::InvalidSetting;
pub use sign_in::{SignIn, SignInOptions};
pub use signature::ProofKey;
pub use start::StartError;
pub use users::RecentPlayer;
