//! Who we are: the authorization that requests carry, and which of them may still be used.

mod authorization;
mod store;

pub use authorization::{Authorization, MAX_HEADER_LENGTH};
pub use store::AuthorizationStore;
