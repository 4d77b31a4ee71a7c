//! Signing in, in numbers.

use std::time::SystemTime;

/// How signing in has gone.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct SignInStats {
    /// Begun, whether one step was due or both.
    pub attempts: u64,
    /// Of those, how many ended without what was due.
    pub failures: u64,
    /// When one last succeeded, by the service's clock.
    pub last_success: Option<SystemTime>,
    /// When the certificate in use expires.
    pub certificate_expires_at: Option<SystemTime>,
}

#[cfg(all(test, not(shuttle)))]
#[path = "stats_tests.rs"]
mod tests;
