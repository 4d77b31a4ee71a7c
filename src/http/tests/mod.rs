//! What is known to have been sent, at each point of a connection's life.

mod client;
mod keeping;
mod proxy;
mod sent;

// Shared with the tests through the C ABI.
#[allow(dead_code)]
#[path = "../../../tests/src/peer.rs"]
pub mod peer;
