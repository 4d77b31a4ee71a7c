//! `mpa`: the Multiplayer Activity client for dedicated game servers.
//!
//! A call flows one way, and its outcome flows back the same way:
//!
//! - [`ffi`]: the C boundary; what it exports is described in `include/mpa.h`
//! - `client`: the client: its lifecycle, one call from its start to its end, operations that are submitted
//! - `auth`: who we are
//! - `matches`: players join and leave, and who met whom follows: pure decisions
//! - `policy`: what to make of what happened: pure decisions
//! - `api`: the endpoints of the service, in one list: what each takes and answers
//! - `response`: what a response of the service means
//! - `http`: one request on the wire
//! - `date`, `json`: what other programs write, read leniently
//! - `redactor`: what must not be shown of that
//! - `encoding`: PEM, DER and their like, for certificates and keys
//! - `file`: reading a file that the configuration names
//! - `status`, `outcome`: how a call can end; how one has ended
//! - `resend`: what is left to send after it
//! - `log`, `stats`: what is reported beside it
//! - `sync`: locks and threads, for all of the above
//!
//! Nothing lower knows anything higher, and nothing below [`ffi`] names a field, a macro or a function of the C
//! interface: what is wrong with an argument is a type of its own, what to do about an outcome an `Advice`, and
//! each edge (`ffi::sentences`, the program in `doctor/`) words them in its own names. The public interface is the C one; the Rust crate exists to
//! be built into it and to be tested through it.

#![deny(missing_docs)]
#![cfg_attr(test, allow(clippy::expect_used, clippy::unwrap_used))]

mod date;
mod encoding;

mod stats;
mod sync;

// Not an interface: for the simulation in `benches/src/throttling/`, the targets in `fuzz/`, the pictures in
// `docs/matches.md`, and the programs in `doctor/` and `relay/`.
#[doc(hidden)]
pub mod api;
#[doc(hidden)]
pub mod auth;
#[doc(hidden)]
pub mod client;
#[doc(hidden)]
pub mod file;
#[doc(hidden)]
pub mod http;
#[doc(hidden)]
pub mod json;
#[doc(hidden)]
pub mod log;
#[doc(hidden)]
pub mod matches;
#[doc(hidden)]
pub mod outcome;
#[doc(hidden)]
pub mod policy;
#[doc(hidden)]
pub mod redactor;
mod resend;
#[doc(hidden)]
pub mod response;
#[doc(hidden)]
pub mod status;

#[allow(unsafe_code)]
pub mod ffi;
