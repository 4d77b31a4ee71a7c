//! One rule: what goes wrong, when, how often and for which calls.

use std::fmt;

use serde_json::{Map, Value, json};

use crate::json::spelling;
use crate::refusal::XErr;
use crate::routes::Endpoint;
use crate::routes::{PARTS, Part};

/// A rule of misbehaviour. It is read from its short form, such as
/// `reset_after_acting:next=3,calls=invites`, or from a JSON object, such as
/// `{"fault": "status", "status": 503, "headers": {"Retry-After": "2"}, "share": 0.25}`.
///
/// It is shown as JSON.
#[derive(Clone, Debug, PartialEq)]
pub struct Rule {
    pub(super) fault: Fault,
    pub(super) moment: Moment,
    pub(super) delay_ms: u64,
    pub(super) times: Times,
    pub(super) calls: Option<Calls>,
}

#[derive(Clone, Debug, PartialEq)]
pub(super) enum Fault {
    /// Nothing but the delay that any rule can have.
    Delay,
    // No answer.
    Stall,
    Reset,
    Close,
    Garbage,
    // An answer in the place of the service's.
    Status {
        status: u16,
        headers: Vec<(String, String)>,
        body: String,
    },
    Redirect {
        status: u16,
        location: String,
    },
    ExpiredToken {
        token: Option<String>,
    },
    XErr {
        status: u16,
        code: XErr,
    },
    EndlessHead {
        status: u16,
        bytes: u64,
    },
    LargeBody {
        status: u16,
        bytes: u64,
    },
    // The service's answer, and something wrong with it.
    Cut {
        bytes: u64,
    },
    Drip {
        pause_ms: u64,
    },
    CloseIdle {
        idle_ms: u64,
    },
    ResetIdle {
        idle_ms: u64,
    },
    // Before there is a request.
    DropHandshake {
        part: Option<Part>,
    },
}

/// When a rule strikes, told by the end of its name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Moment {
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

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Calls {
    Invites,
    UserInvites,
    ServerInvites,
    RecentPlayers,
    Activities,
    SignIn,
    Token,
}

pub(super) const CALLS: [(&str, Calls); 7] = [
    ("invites", Calls::Invites),
    ("user_invites", Calls::UserInvites),
    ("server_invites", Calls::ServerInvites),
    ("recent_players", Calls::RecentPlayers),
    ("activities", Calls::Activities),
    ("sign_in", Calls::SignIn),
    ("token", Calls::Token),
];

/// The reasons that have a name. Any other is told by its number.
pub(super) const CODES: [(&str, XErr); 6] = [
    ("sandbox_denied", XErr::SANDBOX_DENIED),
    ("service_token_expired", XErr::SERVICE_TOKEN_EXPIRED),
    ("service_token_invalid", XErr::SERVICE_TOKEN_INVALID),
    ("user_token_expired", XErr::USER_TOKEN_EXPIRED),
    ("user_token_invalid", XErr::USER_TOKEN_INVALID),
    ("outage", XErr::OUTAGE),
];

pub(super) const BEFORE_BODY: &str = "_before_body";
pub(super) const AFTER_ACTING: &str = "_after_acting";

impl Rule {
    /// With its moment, such as `reset_after_acting`.
    pub fn name(&self) -> String {
        let end = match self.moment {
            Moment::BeforeBody => BEFORE_BODY,
            Moment::BeforeActing => "",
            Moment::AfterActing => AFTER_ACTING,
        };
        format!("{}{end}", self.fault.name())
    }

    pub(super) fn drops_handshake_with(&self, met: Part) -> bool {
        match self.fault {
            Fault::DropHandshake { part } => part.is_none_or(|part| part == met),
            _ => false,
        }
    }

    pub(crate) fn json(&self) -> Value {
        let mut object = self.fault.fields();
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
            object.insert("calls".to_owned(), spelling(&calls, &CALLS).into());
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
    pub fn name(&self) -> &'static str {
        match self {
            Self::Delay => "delay",
            Self::Stall => "stall",
            Self::Reset => "reset",
            Self::Close => "close",
            Self::Garbage => "garbage",
            Self::Status { .. } => "status",
            Self::Redirect { .. } => "redirect",
            Self::ExpiredToken { .. } => "expired_token",
            Self::XErr { .. } => "x_err",
            Self::EndlessHead { .. } => "endless_head",
            Self::LargeBody { .. } => "large_body",
            Self::Cut { .. } => "cut",
            Self::Drip { .. } => "drip",
            Self::CloseIdle { .. } => "close_idle",
            Self::ResetIdle { .. } => "reset_idle",
            Self::DropHandshake { .. } => "drop_handshake",
        }
    }

    /// Whether it may strike at a moment that its name's end tells.
    pub fn may_strike(&self, moment: Moment) -> bool {
        match self {
            Self::Cut { .. }
            | Self::Drip { .. }
            | Self::CloseIdle { .. }
            | Self::ResetIdle { .. }
            | Self::DropHandshake { .. } => moment == Moment::BeforeActing,
            // A service that has acted does not answer so.
            Self::ExpiredToken { .. } => moment != Moment::AfterActing,
            _ => true,
        }
    }

    fn fields(&self) -> Map<String, Value> {
        let fields = match self {
            Self::Delay | Self::Stall | Self::Reset | Self::Close | Self::Garbage => json!({}),
            Self::Status { status, headers, body } => {
                let headers: Map<_, _> =
                    headers.iter().map(|(name, value)| (name.clone(), value.as_str().into())).collect();
                json!({"status": status, "headers": headers, "body": body})
            }
            Self::Redirect { status, location } => json!({"status": status, "location": location}),
            Self::ExpiredToken { token: Some(token) } => json!({"token": token}),
            Self::ExpiredToken { token: None } => json!({}),
            Self::XErr { status, code } => {
                let code = match spelling(code, &CODES) {
                    "" => code.0.into(),
                    name => Value::from(name),
                };
                json!({"status": status, "code": code})
            }
            Self::DropHandshake { part: Some(part) } => json!({"part": spelling(part, &PARTS)}),
            Self::DropHandshake { part: None } => json!({}),
            Self::EndlessHead { status, bytes } | Self::LargeBody { status, bytes } => {
                json!({"status": status, "bytes": bytes})
            }
            Self::Cut { bytes } => json!({"bytes": bytes}),
            Self::Drip { pause_ms } => json!({"pause_ms": pause_ms}),
            Self::CloseIdle { idle_ms } | Self::ResetIdle { idle_ms } => {
                json!({"idle_ms": idle_ms})
            }
        };
        match fields {
            Value::Object(fields) => fields,
            _ => Map::new(),
        }
    }
}

impl Calls {
    pub fn include(self, endpoint: Option<Endpoint>) -> bool {
        let Some(endpoint) = endpoint else {
            return false;
        };
        match self {
            Self::Invites => matches!(endpoint, Endpoint::Invites | Endpoint::ServerInvites),
            Self::UserInvites => endpoint == Endpoint::Invites,
            Self::ServerInvites => endpoint == Endpoint::ServerInvites,
            Self::RecentPlayers => endpoint == Endpoint::RecentPlayerGroups,
            Self::Activities => endpoint == Endpoint::ActivitiesQuery,
            Self::SignIn => endpoint == Endpoint::Authenticate,
            Self::Token => endpoint == Endpoint::Authorize,
        }
    }
}
