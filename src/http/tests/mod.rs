//! What is known to have been sent, at each point of a connection's life.

mod keeping;
mod peer;
mod sent;
