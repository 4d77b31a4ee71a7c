//! The emulator from outside: over real sockets, with HTTP written by hand, so that no client library
//! tidies up what a test wants to send.

#![allow(clippy::expect_used, clippy::unwrap_used)]

mod access;
mod activities;
mod bodies;
mod bound_tokens;
mod calls;
mod certificates;
mod client;
mod clock;
mod command_line;
mod connection_faults;
mod connections;
mod events;
mod expectations;
mod faults;
mod https;
mod page;
mod partner;
mod request_log;
// Shared with the tests through the C ABI, which need more of it.
#[allow(dead_code)]
#[path = "../../../tests/src/process.rs"]
mod process;
mod program;
mod recent_players;
mod requests;
mod scenario;
mod scenario_file;
mod settings;
mod sign_in_faults;
mod signer;
mod signing_in;
mod throttling;
