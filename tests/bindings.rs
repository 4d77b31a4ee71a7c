//! The bindings and the quickstarts, compiled and run as their users would.

#[path = "bindings/cpp.rs"]
mod cpp;
#[path = "bindings/csharp.rs"]
mod csharp;
#[path = "bindings/fields.rs"]
mod fields;
#[path = "bindings/fleet.rs"]
mod fleet;
#[path = "bindings/layout.rs"]
mod layout;
#[path = "bindings/quickstarts.rs"]
mod quickstarts;
#[path = "bindings/request_log.rs"]
mod request_log;
#[path = "bindings/results.rs"]
mod results;
#[path = "bindings/service.rs"]
mod service;
// What they start is stopped by a signal.
#[cfg(unix)]
#[path = "bindings/server_loop.rs"]
mod server_loop;
#[cfg(unix)]
#[path = "bindings/signing_in.rs"]
mod signing_in;

/// What the header declares, for the bindings to be held against.
fn interface() -> mpa_tests::interface::Interface {
    mpa_tests::interface::Interface::checked_in(&mpa_tests::header::path())
}
