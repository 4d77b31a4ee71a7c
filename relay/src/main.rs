//! `mpa-relay`: stands between the servers of a fleet and the Multiplayer Activity service, and keeps one limit for
//! all of them.
//!
//! A request flows one way, and its answer flows back the same way:
//!
//! - `options`: flags, environment and configuration file, in one table; what they make, `settings`
//! - `front`: connections of the servers, over TLS or not; `keys`: who may come in
//! - `routes`: what a request asks for
//! - `forward`: a request of a server as a call of the library
//! - `title`: the library's clients of a title
//! - `answer`: how a call ended, as the service would answer it
//! - `store`: the limits that several relays keep together
//! - `log`, `metrics`: what is reported beside it
//!
//! Policy, signing in, the queue and the way to the service are the library's.

#![cfg_attr(test, allow(clippy::expect_used, clippy::unwrap_used))]

mod settings;

fn main() {}
