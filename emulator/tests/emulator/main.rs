//! The emulator from outside: over real sockets, with HTTP written by hand, so that no client library
//! tidies up what a test wants to send.

mod bodies;
mod calls;
mod client;
mod connections;
mod endings;
mod faults;
mod https;
mod journal;
mod program;
mod requests;
mod settings;
mod throttling;
