//! What the tests of the library share.

pub mod build;
pub mod c;
pub mod header;
pub mod licenses;
pub mod partner;
pub mod peer;
pub mod process;
