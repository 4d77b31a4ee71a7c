//! What the tests of the library share.

pub mod build;
pub mod header;
