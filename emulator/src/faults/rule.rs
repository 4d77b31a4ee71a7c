//! One rule: what goes wrong, when, how often and for which calls.

use std::collections::BTreeMap;
use std::fmt;

use axum::http::{HeaderName, HeaderValue};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use crate::error_response::XErr;
use crate::service::ServiceKind;
use crate::settings::Whole;

/// A fault rule. It is read from its short form, such as
/// `reset_after_acting:next=3,calls=invites`, or from a JSON object, such as
/// `{"fault": "status", "status": 503, "headers": {"Retry-After": "2"}, "share": 0.25}`.
///
/// It is shown as JSON.
#[derive(Clone, Debug, PartialEq)]
pub struct Rule {
    pub(super) fault: Fault,
    pub(super) point: InjectionPoint,
    pub(super) delay_ms: u64,
    pub(super) times: Times,
    pub(super) calls: Option<Calls>,
}

/// What goes wrong. In JSON its name is the field `fault`, and what it has are fields beside it.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub(super) enum Fault {
    /// Nothing but the delay that any rule can have.
    Delay {},
    // No response.
    Stall {},
    Reset {},
    Close {},
    Garbage {},
    // A response instead of the service's.
    Status {
        status: Status,
        #[serde(default)]
        headers: BTreeMap<HeaderKey, HeaderText>,
        #[serde(default)]
        body: String,
    },
    Redirect {
        #[serde(default = "default_redirect")]
        status: Whole<300, 399>,
        location: HeaderText,
    },
    ExpiredToken {
        #[serde(skip_serializing_if = "Option::is_none")]
        token: Option<String>,
    },
    XErr {
        /// Always there once the rule is read.
        status: Option<Status>,
        code: XErr,
    },
    EndlessHead {
        #[serde(default = "default_status")]
        status: Status,
        #[serde(default = "default_head")]
        bytes: Bytes,
    },
    LargeBody {
        #[serde(default = "default_status")]
        status: Status,
        #[serde(default = "default_body")]
        bytes: Bytes,
    },
    // The service's response, and something wrong with it.
    Cut {
        #[serde(default = "default_cut")]
        bytes: Bytes,
    },
    Drip {
        #[serde(default = "default_pause")]
        pause_ms: Millis,
    },
    CloseIdle {
        idle_ms: Millis,
    },
    ResetIdle {
        idle_ms: Millis,
    },
    // Before there is a request.
    DropHandshake {
        #[serde(skip_serializing_if = "Option::is_none")]
        part: Option<ServiceKind>,
    },
}

/// Not below 200: those are not answers.
pub(super) type Status = Whole<200, 599>;
type Bytes = Whole<1, { 1024 * MIB }>;
type Millis = Whole<0, MAX_MS>;

const MIB: i128 = 1024 * 1024;
/// An hour.
pub(super) const MAX_MS: i128 = 3_600_000;

fn default_redirect() -> Whole<300, 399> {
    Whole(307)
}

fn default_status() -> Status {
    Whole(200)
}

fn default_head() -> Bytes {
    Whole(16 * MIB)
}

fn default_body() -> Bytes {
    Whole(64 * MIB)
}

fn default_cut() -> Bytes {
    Whole(20)
}

fn default_pause() -> Millis {
    Whole(20)
}

/// The name of a header, as it was written.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Deserialize, Serialize)]
#[serde(try_from = "String")]
pub(super) struct HeaderKey(pub String);

impl TryFrom<String> for HeaderKey {
    type Error = &'static str;

    fn try_from(name: String) -> Result<Self, &'static str> {
        if HeaderName::try_from(&name).is_err() {
            return Err("is not the name of a header");
        }
        // A wrong length would break HTTP in ways that depend on this program's library.
        let of_framing = ["content-length", "transfer-encoding"];
        if of_framing.iter().any(|known| name.eq_ignore_ascii_case(known)) {
            return Err("is not allowed: it follows from the body");
        }
        Ok(Self(name))
    }
}

/// The value of a header.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(try_from = "String")]
pub(super) struct HeaderText(pub String);

impl TryFrom<String> for HeaderText {
    type Error = &'static str;

    fn try_from(value: String) -> Result<Self, &'static str> {
        let is_allowed = HeaderValue::try_from(&value).is_ok();
        is_allowed.then_some(Self(value)).ok_or("must be what a header can hold")
    }
}

/// When a fault is injected: the suffix of its name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum InjectionPoint {
    BeforeBody,
    BeforeActing,
    AfterActing,
}

#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Times {
    Always,
    Next(u64),
    Share(f64),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Calls {
    Invites,
    UserInvites,
    ServerInvites,
    RecentPlayers,
    Activities,
    ActivityWrites,
    ActivityReads,
    SignIn,
    Token,
}

pub(super) const BEFORE_BODY: &str = "_before_body";
pub(super) const AFTER_ACTING: &str = "_after_acting";

impl Rule {
    /// With its suffix, such as `reset_after_acting`.
    pub fn name(&self) -> String {
        let end = match self.point {
            InjectionPoint::BeforeBody => BEFORE_BODY,
            InjectionPoint::BeforeActing => "",
            InjectionPoint::AfterActing => AFTER_ACTING,
        };
        self.fault.name_and_fields().0 + end
    }

    pub(super) fn drops_handshake_with(&self, met: ServiceKind) -> bool {
        match self.fault {
            Fault::DropHandshake { part } => part.is_none_or(|part| part == met),
            _ => false,
        }
    }

    pub(crate) fn json(&self) -> Value {
        let (_, mut object) = self.fault.name_and_fields();
        object.insert("fault".to_owned(), self.name().into());
        if self.delay_ms > 0 {
            object.insert("delay_ms".to_owned(), self.delay_ms.into());
        }
        match self.times {
            Times::Always => None,
            Times::Next(count) => object.insert("next".to_owned(), count.into()),
            Times::Share(share) => object.insert("share".to_owned(), share.into()),
        };
        if let Some(calls) = self.calls {
            object.insert("calls".to_owned(), json!(calls));
        }
        object.into()
    }
}

impl fmt::Display for Rule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.json())
    }
}

impl Fault {
    /// As JSON shows it.
    fn name_and_fields(&self) -> (String, Map<String, Value>) {
        let variant = serde_json::to_value(self).unwrap_or_default();
        let named = variant.as_object().and_then(|variant| variant.iter().next());
        let fields = |fields: &Value| fields.as_object().cloned().unwrap_or_default();
        named.map(|(name, own)| (name.clone(), fields(own))).unwrap_or_default()
    }

    /// Whether its name may have the suffix of this point.
    pub fn may_apply(&self, point: InjectionPoint) -> bool {
        match self {
            Self::Cut { .. }
            | Self::Drip { .. }
            | Self::CloseIdle { .. }
            | Self::ResetIdle { .. }
            | Self::DropHandshake { .. } => point == InjectionPoint::BeforeActing,
            // A service that has acted does not respond so.
            Self::ExpiredToken { .. } => point != InjectionPoint::AfterActing,
            _ => true,
        }
    }
}
