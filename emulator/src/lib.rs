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
//! - `listener`, `connection`, `tls`: sockets. Every connection has a number.
//! - `routes`, `endpoint`: which path leads where.
//! - `recording`, `journal`, `received`: what arrived is kept, whatever became of it.
//! - `call`, `authorization`, `title`, `json`: what every call must carry, whatever its endpoint.
//! - `rules`: what each endpoint asks of its body.
//! - `refusal`: errors in the service's shape.
//! - `control`: what arrived, shown over HTTP, and what is to go wrong.
//! - `faults`, `throttle`, `setting`: what goes wrong on demand, around the recording and inside it;
//!   `connection::ending` for what HTTP has no word for.

#![forbid(unsafe_code)]
#![cfg_attr(not(test), deny(clippy::unwrap_used, clippy::expect_used))]

mod authorization;
mod call;
mod connection;
mod control;
mod emulator;
mod endpoint;
mod faults;
mod journal;
mod json;
mod listener;
mod options;
mod received;
mod recording;
mod refusal;
mod routes;
mod rules;
mod service;
mod setting;
pub mod throttle;
mod title;
mod tls;

pub use emulator::{Emulator, StartError};
pub use faults::Rule;
pub use options::Options;
pub use received::Received;
pub use setting::BadSetting;
pub use title::{NO_TITLE, Titles};
