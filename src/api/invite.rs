//! Send Invite: a user invites others into the game that user plays.
//!
//! `POST /titles/{titleId}/invites`, with the inviting user's token.

use std::ops::Range;

use http::Method;
use serde::Serialize;

use super::body::json_body;
use super::invalid::{self, InvalidCall};
use super::xuid::{self, Xuids};
use super::{Call, Caller, ConfiguredLimit, Endpoint, Lane, MAX_ITEMS_PER_CALL};
use crate::http::MAX_SHORT_RESPONSE;
use crate::outcome::Result;
use crate::redactor::Redactor;

pub static SEND_INVITE: Endpoint = Endpoint {
    name: "Send Invite",
    method: Method::POST,
    path: "/titles/{titleId}/invites",
    lane: Lane::Invites,
    items: "invited users",
    items_per_request: MAX_INVITED_USERS_PER_REQUEST,
    items_array: Some("invitedUsers"),
    is_gathered: false,
    // An invite that arrives twice may be shown twice.
    is_idempotent: false,
    success: &[204],
    max_response_bytes: MAX_SHORT_RESPONSE,
    caller: Caller::User,
    configured_limit: Some(ConfiguredLimit::Invites),
};

pub const MAX_INVITED_USERS_PER_REQUEST: usize = 16;

/// The REST pages say 512 "characters"; the service is .NET, where a character is a UTF-16 unit.
pub const MAX_CONNECTION_STRING_UTF16: usize = 512;

/// The platforms an invite can be limited to, as the service spells them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[repr(i32)]
pub enum Platform {
    Android = 1,
    #[serde(rename = "IOS")]
    Ios = 2,
    Nintendo = 3,
    PlayStation = 4,
    Scarlett = 5,
    Win32 = 6,
    WindowsOneCore = 7,
    XboxOne = 8,
}

impl Platform {
    pub const ALL: [(Self, &str); 8] = [
        (Self::Android, "Android"),
        (Self::Ios, "IOS"),
        (Self::Nintendo, "Nintendo"),
        (Self::PlayStation, "PlayStation"),
        (Self::Scarlett, "Scarlett"),
        (Self::Win32, "Win32"),
        (Self::WindowsOneCore, "WindowsOneCore"),
        (Self::XboxOne, "XboxOne"),
    ];

    /// 0 is any platform, which the service wants unsaid.
    pub fn from_number(number: i32) -> invalid::Result<Option<Self>> {
        if number == 0 {
            return Ok(None);
        }
        let found = Self::ALL.iter().map(|(platform, _)| *platform).find(|platform| *platform as i32 == number);
        found.map(Some).ok_or(InvalidCall::Platform(number))
    }
}

/// A client invite.
pub struct Invite {
    invitation: Invitation,
}

impl Invite {
    pub fn new(invitation: Invitation) -> invalid::Result<Self> {
        invitation.check()?;
        Ok(Invite { invitation })
    }
}

impl Call for Invite {
    fn endpoint(&self) -> &'static Endpoint {
        &SEND_INVITE
    }

    fn count(&self) -> usize {
        self.invitation.invited_users.len()
    }

    fn body(&self, users: Range<usize>) -> Result<Vec<u8>> {
        self.invitation.body(None, users)
    }

    fn bytes(&self) -> usize {
        self.invitation.bytes()
    }

    fn add_secrets(&self, users: Range<usize>, redactor: &mut Redactor) {
        self.invitation.add_secrets(users, redactor);
    }
}

/// What client and server invites have in common.
#[derive(Default)]
pub struct Invitation {
    pub invited_users: Vec<u64>,
    pub connection_string: Option<String>,
    pub platform: Option<Platform>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Body<'a> {
    invited_users: Xuids<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    sender: Option<xuid::Xuid>,
    #[serde(skip_serializing_if = "Option::is_none")]
    connection_string: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    platform: Option<Platform>,
}

impl Invitation {
    /// For those who have to know before they read so many.
    pub fn check_user_count(count: usize) -> invalid::Result<()> {
        if (1..=MAX_ITEMS_PER_CALL).contains(&count) {
            return Ok(());
        }
        Err(InvalidCall::UserCount(count))
    }

    pub fn check(&self) -> invalid::Result<()> {
        Self::check_user_count(self.invited_users.len())?;
        xuid::check(&self.invited_users).map_err(InvalidCall::User)?;
        let units = self.connection_string.as_deref().map_or(0, |text| text.encode_utf16().count());
        if units > MAX_CONNECTION_STRING_UTF16 {
            return Err(InvalidCall::ConnectionString(units));
        }
        Ok(())
    }

    pub fn body(&self, sender: Option<u64>, users: Range<usize>) -> Result<Vec<u8>> {
        let body = Body {
            invited_users: Xuids(&self.invited_users[users]),
            sender: sender.map(xuid::Xuid),
            connection_string: self.connection_string.as_deref(),
            platform: self.platform,
        };
        let text = self.connection_string.as_deref().map_or(0, str::len);
        json_body(&body, 128 + 23 * body.invited_users.0.len() + text)
    }

    pub fn bytes(&self) -> usize {
        size_of_val(&self.invited_users[..]) + self.connection_string.as_ref().map_or(0, String::len)
    }

    pub fn add_secrets(&self, users: Range<usize>, redactor: &mut Redactor) {
        redactor.add_xuids(self.invited_users[users].iter().copied());
        if let Some(text) = &self.connection_string {
            redactor.add_text(text);
        }
    }
}
