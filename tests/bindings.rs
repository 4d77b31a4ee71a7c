//! The bindings and the quickstarts, compiled and run as their users would.

#[path = "bindings/cpp.rs"]
mod cpp;
#[path = "bindings/csharp.rs"]
mod csharp;
#[path = "bindings/declared.rs"]
mod declared;
#[path = "bindings/journal.rs"]
mod journal;
#[path = "bindings/layout.rs"]
mod layout;
#[path = "bindings/quickstarts.rs"]
mod quickstarts;
#[path = "bindings/results.rs"]
mod results;
// They are stopped by a signal.
#[cfg(unix)]
#[path = "bindings/server_loop.rs"]
mod server_loop;
#[path = "bindings/signing_in.rs"]
mod signing_in;
