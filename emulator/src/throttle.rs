//! Throttling, counted as the service counts: how many calls a caller may make in a short period
//! (burst) and in a long one (sustained).
//!
//! [`Meter`] and [`Window`] know no clock: they are given the time, in milliseconds of any monotonic
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

mod throttler;
mod window;

use std::fmt;
use std::str::FromStr;

use serde::Deserialize;
use serde_json::{Value, json};
pub use throttler::RejectionForm;
pub(crate) use throttler::{ThrottleGroup, Throttler};
pub use window::{Meter, Reading, Rejection, Shape, Window};

use crate::json::Parsed;
use crate::settings::{self, InvalidSetting, Nullable, Whole};

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
    pub const INVITES: Self = Self::documented(7, 50);
    /// As documented for recent players in 2022.
    pub const RECENT_PLAYERS: Self = Self::documented(3, 50);
    /// As documented for setting and deleting activities in 2022.
    pub const ACTIVITY_WRITES: Self = Self::documented(10, 100);
    /// As documented for getting and querying activities in 2022.
    pub const ACTIVITY_READS: Self = Self::documented(20, 200);
    /// As documented for the authentication of services in 2022.
    pub const AUTHENTICATION: Self = Self::documented(15, 50);

    const fn documented(burst: u32, sustained: u32) -> Self {
        Self {
            burst: Some(Limit { max: burst, period_ms: 15_000 }),
            sustained: Some(Limit { max: sustained, period_ms: 300_000 }),
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

/// The settings of [`Emulator::set_throttle`](crate::Emulator::set_throttle). The default is what is
/// documented. Written as JSON, `{}` is the default.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Settings {
    /// For invites of both kinds together. `None`: they are not throttled.
    pub invites: Option<Limits>,
    /// For the three calls together.
    pub recent_players: Option<Limits>,
    /// For setting and deleting together.
    pub activity_writes: Option<Limits>,
    /// For getting and querying together.
    pub activity_reads: Option<Limits>,
    /// For requests for tokens, of both kinds and of all callers together.
    pub authentication: Option<Limits>,
    pub answer: RejectionForm,
    /// Whether the response has `Retry-After`.
    pub retry_after: bool,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            invites: Some(Limits::INVITES),
            recent_players: Some(Limits::RECENT_PLAYERS),
            activity_writes: Some(Limits::ACTIVITY_WRITES),
            activity_reads: Some(Limits::ACTIVITY_READS),
            authentication: Some(Limits::AUTHENTICATION),
            answer: RejectionForm::default(),
            retry_after: true,
        }
    }
}

impl FromStr for Settings {
    type Err = InvalidSetting;

    /// Reads JSON.
    fn from_str(text: &str) -> Result<Self, InvalidSetting> {
        let settings = Self::read(&settings::parse(text)?);
        settings.map_err(|error| error.in_field("throttle").into())
    }
}

/// JSON, with every field.
impl fmt::Display for Settings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.json())
    }
}

/// No period is longer: a day.
const MAX_PERIOD_MS: i128 = 86_400_000;

/// As JSON has it. What is left out is as documented.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct SettingsJson {
    invites: Option<Nullable<LimitsJson>>,
    recent_players: Option<Nullable<LimitsJson>>,
    activity_writes: Option<Nullable<LimitsJson>>,
    activity_reads: Option<Nullable<LimitsJson>>,
    authentication: Option<Nullable<LimitsJson>>,
    windows: Option<Shape>,
    answer: Option<RejectionForm>,
    retry_after: Option<bool>,
}

#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct LimitsJson {
    burst: Option<Nullable<LimitJson>>,
    sustained: Option<Nullable<LimitJson>>,
}

#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct LimitJson {
    max: Whole<0, { u32::MAX as i128 }>,
    period_ms: Whole<1, MAX_PERIOD_MS>,
}

impl LimitsJson {
    fn or(self, documented: Limits) -> Limits {
        let limit = |limit: LimitJson| Limit { max: limit.max.get(), period_ms: limit.period_ms.get() };
        let or = |given: Option<Nullable<LimitJson>>, documented| {
            given.map_or(documented, |Nullable(given)| given.map(limit))
        };
        Limits {
            burst: or(self.burst, documented.burst),
            sustained: or(self.sustained, documented.sustained),
            shape: documented.shape,
        }
    }
}

impl Settings {
    pub(crate) fn read(value: &Value) -> Parsed<Self> {
        let given: SettingsJson = settings::read(value)?;
        let shape = given.windows.unwrap_or_default();
        let limits = |given: Option<Nullable<LimitsJson>>, documented: Limits| {
            let documented = Limits { shape, ..documented };
            given.map_or(Some(documented), |Nullable(given)| given.map(|given| given.or(documented)))
        };
        let default = Self::default();
        Ok(Self {
            invites: limits(given.invites, Limits::INVITES),
            recent_players: limits(given.recent_players, Limits::RECENT_PLAYERS),
            activity_writes: limits(given.activity_writes, Limits::ACTIVITY_WRITES),
            activity_reads: limits(given.activity_reads, Limits::ACTIVITY_READS),
            authentication: limits(given.authentication, Limits::AUTHENTICATION),
            answer: given.answer.unwrap_or(default.answer),
            retry_after: given.retry_after.unwrap_or(default.retry_after),
        })
    }

    pub(crate) fn json(&self) -> Value {
        let kinds = [self.invites, self.recent_players, self.activity_writes, self.activity_reads, self.authentication];
        let shape = kinds.into_iter().flatten().next().map(|limits| limits.shape).unwrap_or_default();
        json!({
            "invites": self.invites.map(write),
            "recent_players": self.recent_players.map(write),
            "activity_writes": self.activity_writes.map(write),
            "activity_reads": self.activity_reads.map(write),
            "authentication": self.authentication.map(write),
            "windows": shape,
            "answer": self.answer,
            "retry_after": self.retry_after,
        })
    }
}

fn write(limits: Limits) -> Value {
    let limit = |limit: Limit| json!({"max": limit.max, "period_ms": limit.period_ms});
    json!({"burst": limits.burst.map(limit), "sustained": limits.sustained.map(limit)})
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_default_is_what_is_documented() {
        assert_eq!("{}".parse(), Ok(Settings::default()));
        let shown = Settings::default().json();
        let expected = json!({
            "invites": {"burst": {"max": 7, "period_ms": 15_000},
                        "sustained": {"max": 50, "period_ms": 300_000}},
            "recent_players": {"burst": {"max": 3, "period_ms": 15_000},
                               "sustained": {"max": 50, "period_ms": 300_000}},
            "activity_writes": {"burst": {"max": 10, "period_ms": 15_000},
                                "sustained": {"max": 100, "period_ms": 300_000}},
            "activity_reads": {"burst": {"max": 20, "period_ms": 15_000},
                               "sustained": {"max": 200, "period_ms": 300_000}},
            "authentication": {"burst": {"max": 15, "period_ms": 15_000},
                               "sustained": {"max": 50, "period_ms": 300_000}},
            "windows": "fixed", "answer": "numbers", "retry_after": true,
        });
        assert_eq!(shown, expected);
    }

    #[test]
    fn every_field_has_its_effect_and_is_shown_as_it_is_read() {
        let text = r#"{"invites": {"burst": {"max": 2, "period_ms": 100}, "sustained": null},
            "recent_players": null, "activity_writes": {"sustained": null}, "activity_reads": null,
            "authentication": null, "windows": "sliding", "answer": "strings",
            "retry_after": false}"#;
        let settings: Settings = text.parse().unwrap();
        let invites = settings.invites.unwrap();
        let burst = Limit { max: 2, period_ms: 100 };
        assert_eq!((invites.burst, invites.sustained), (Some(burst), None));
        assert_eq!(invites.shape, Shape::Sliding);
        assert_eq!((settings.recent_players, settings.authentication), (None, None));
        let writes = settings.activity_writes.unwrap();
        assert_eq!((writes.burst, writes.sustained), (Limits::ACTIVITY_WRITES.burst, None));
        assert_eq!((writes.shape, settings.activity_reads), (Shape::Sliding, None));
        assert_eq!(settings.answer, RejectionForm::Strings);
        assert!(!settings.retry_after);
        assert_eq!(settings.to_string().parse(), Ok(settings));
    }

    #[test]
    fn what_is_left_out_of_a_kind_is_as_documented() {
        let text = r#"{"recent_players": {"burst": {"max": 1, "period_ms": 5}}}"#;
        let limits = text.parse::<Settings>().unwrap().recent_players.unwrap();
        assert_eq!(limits.sustained, Limits::RECENT_PLAYERS.sustained);
    }

    #[test]
    fn what_is_wrong_is_named() {
        let wrong = [
            ("7", "throttle must be an object, not a number"),
            ("{", "it is not JSON: "),
            (r#"{"a": 1, "a": 2}"#, "it is not JSON: the key \"a\" comes"),
            (r#"{"invite": {}}"#, "throttle.invite is not a known field"),
            (r#"{"invites": {"burst": 7}}"#, "throttle.invites.burst must be an object, not a number"),
            (r#"{"invites": {"burst": {"max": 7}}}"#, "throttle.invites.burst.period_ms is required"),
            (
                r#"{"recent_players": {"sustained": {"max": 7, "period_ms": 0}}}"#,
                "throttle.recent_players.sustained.period_ms must be a whole number from 1 to",
            ),
            (r#"{"windows": "rolling"}"#, "throttle.windows must be one of fixed, sliding, not \"rolling\""),
            (r#"{"answer": "none"}"#, "throttle.answer must be one of numbers, strings, type, no_body, bad_request, "),
            (r#"{"retry_after": 1}"#, "throttle.retry_after must be true or false, not a number"),
        ];
        for (text, expected) in wrong {
            let said = text.parse::<Settings>().unwrap_err().to_string();
            assert!(said.starts_with(expected), "{said}");
        }
    }
}
