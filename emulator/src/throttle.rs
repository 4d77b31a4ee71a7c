//! Throttling, counted as the service counts: how many calls a caller may make in a short period
//! (burst) and in a long one (sustained).
//!
//! [`Meter`] and [`Window`] know no clock: they are told the time, in milliseconds of any monotonic
//! clock, so a test or a simulation can run hours of calls in an instant.
//!
//! ```
//! use mpa_emulator::throttle::{Limits, Meter};
//!
//! let mut meter = Meter::new(&Limits::RECENT_PLAYERS); // 3 in 15 s, 50 in 300 s
//! for now_ms in [0, 10, 20] {
//!     assert!(meter.call(now_ms).is_ok());
//! }
//! assert_eq!(meter.call(30).unwrap_err().retry_after_ms, 14_970);
//! assert!(meter.call(15_000).is_ok());
//! ```

mod answer;
mod callers;
mod meter;
mod settings;
mod window;

pub use answer::Answer;
pub(crate) use callers::Callers;
pub use meter::{Meter, Rejection};
pub use settings::Settings;
pub use window::{Shape, Window};

/// How many calls may be made in a period.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limit {
    pub max: u32,
    pub period_ms: u64,
}

/// The limits of one kind of call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Counts the calls that were let through.
    pub burst: Option<Limit>,
    /// Counts all calls, the rejected ones too.
    pub sustained: Option<Limit>,
    pub shape: Shape,
}

impl Limits {
    /// As documented for invites in 2022.
    pub const INVITES: Self = Self::documented(7);
    /// As documented for recent players in 2022.
    pub const RECENT_PLAYERS: Self = Self::documented(3);

    /// As documented for the authentication of services in 2022.
    pub const AUTHENTICATION: Self = Self::documented(15);

    const fn documented(burst: u32) -> Self {
        Self {
            burst: Some(Limit { max: burst, period_ms: 15_000 }),
            sustained: Some(Limit { max: 50, period_ms: 300_000 }),
            shape: Shape::Fixed,
        }
    }
}

/// Which of two limits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    Burst,
    Sustained,
}
