//! What the tests of the library share.

pub mod abi;
pub mod activities;
pub mod bindings;
pub mod browser;
pub mod build;
pub mod c;
#[cfg(unix)]
mod fleet_picture;
pub mod handing_on;
pub mod header;
pub mod interface;
pub mod licenses;
pub mod matches;
pub mod partner;
pub mod peer;
pub mod pictures;
pub mod platform;
pub mod process;
pub mod tinyproxy;
pub mod traffic;
