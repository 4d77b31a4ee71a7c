//! What the tests of the library share.

pub mod build;
pub mod c;
pub mod header;
pub mod partner;
pub mod licenses;
pub mod peer;
pub mod process;
