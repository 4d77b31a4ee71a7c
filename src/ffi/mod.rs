//! The C boundary: what `include/mpa.h` declares, one file per noun, and the five things that every
//! noun needs (`boundary`, `caller`, `structs`, `text`, `handles`).
//!
//! The only `unsafe` code of the crate is here. What pointers lead to is copied once and then checked;
//! nothing below ever sees a pointer.

// The names are those of the C header.
#![allow(non_camel_case_types)]
// What callers owe every exported function stands on the first page of the header, once.
#![allow(clippy::missing_safety_doc)]

mod boundary;
mod caller;
mod fork;
mod handles;
mod loaded;
pub(crate) mod sentences;
mod sign_in;
mod structs;
mod text;
mod times;

pub mod activity;
pub mod activity_query;
pub mod authorization;
pub mod client;
pub mod close;
pub mod drain;
pub mod event;
pub mod invite;
pub mod matches;
pub mod prometheus;
pub mod recent_players;
pub mod result;
pub mod stats;
pub mod status;
pub mod submit;
pub mod token;
pub mod unsent;
pub mod version;
