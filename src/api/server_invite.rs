//! Send Server Invite: a server invites users on behalf of one who asked for it.
//!
//! `POST /titles/{titleId}/invites/server`, with a service's token.

use std::ops::Range;

use http::Method;

use super::invalid::{self, InvalidCall};
use super::{Call, Caller, ConfiguredLimit, Endpoint, Invitation, Lane, MAX_INVITED_USERS_PER_REQUEST};
use crate::http::MAX_SHORT_RESPONSE;
use crate::outcome::Result;
use crate::redactor::Redactor;

pub static SEND_SERVER_INVITE: Endpoint = Endpoint {
    name: "Send Server Invite",
    method: Method::POST,
    path: "/titles/{titleId}/invites/server",
    lane: Lane::Invites,
    items: "invited users",
    items_per_request: MAX_INVITED_USERS_PER_REQUEST,
    items_array: Some("invitedUsers"),
    is_gathered: false,
    // An invite that arrives twice may be shown twice.
    is_idempotent: false,
    success: &[204],
    max_response_bytes: MAX_SHORT_RESPONSE,
    caller: Caller::Service,
    configured_limit: Some(ConfiguredLimit::Invites),
};

/// A server invite.
pub struct ServerInvite {
    sender: u64,
    invitation: Invitation,
}

impl ServerInvite {
    pub fn new(sender: u64, invitation: Invitation) -> invalid::Result<Self> {
        if sender == 0 {
            return Err(InvalidCall::Sender);
        }
        invitation.check()?;
        Ok(ServerInvite { sender, invitation })
    }
}

impl Call for ServerInvite {
    fn endpoint(&self) -> &'static Endpoint {
        &SEND_SERVER_INVITE
    }

    fn count(&self) -> usize {
        self.invitation.invited_users.len()
    }

    fn body(&self, users: Range<usize>) -> Result<Vec<u8>> {
        self.invitation.body(Some(self.sender), users)
    }

    fn bytes(&self) -> usize {
        self.invitation.bytes()
    }

    fn add_secrets(&self, users: Range<usize>, redactor: &mut Redactor) {
        self.invitation.add_secrets(users, redactor);
        redactor.add_xuids([self.sender]);
    }
}
