//! The endpoints `/titles/{title id}/invites` and `/titles/{title id}/invites/server`.

use axum::http::Method;
use serde_json::Value;

use super::{Endpoint, EndpointHandler, Reply};
use crate::call::Caller;
use crate::faults::Calls;
use crate::json::{Checked, Object, list, one_of, text, xuid};
use crate::service::ServiceKind;
use crate::throttle::ThrottleGroup;

/// An invite that a user sends.
pub(crate) static USER_INVITES: EndpointHandler = EndpointHandler {
    endpoint: Endpoint {
        service: ServiceKind::Service,
        method: Method::POST,
        path: "/titles/{title_id}/invites",
        calls: &[Calls::Invites, Calls::UserInvites],
        throttle_group: Some(ThrottleGroup::Invites),
    },
    caller: Some(Caller::User),
    respond: |call, _| check_invite(&call.body).map(|()| Reply::NoContent),
};

/// An invite that a service sends in a user's name.
pub(crate) static SERVER_INVITES: EndpointHandler = EndpointHandler {
    endpoint: Endpoint {
        service: ServiceKind::Service,
        method: Method::POST,
        path: "/titles/{title_id}/invites/server",
        calls: &[Calls::Invites, Calls::ServerInvites],
        throttle_group: Some(ThrottleGroup::Invites),
    },
    caller: Some(Caller::Service),
    respond: |call, _| check_server_invite(&call.body).map(|()| Reply::NoContent),
};

const MAX_INVITED_USERS: usize = 16;
pub(super) const MAX_CONNECTION_STRING: usize = 512;
pub(super) const PLATFORMS: [&str; 8] =
    ["Android", "IOS", "Nintendo", "PlayStation", "Scarlett", "Win32", "WindowsOneCore", "XboxOne"];

/// An invite that a user sends. The sender is the user whose token it carries.
fn check_invite(body: &Value) -> Checked {
    let invite = Object::read(body, &["invitedUsers", "connectionString", "platform"])?;
    check_common(&invite)
}

/// An invite that a service sends in a user's name.
fn check_server_invite(body: &Value) -> Checked {
    let known = ["invitedUsers", "sender", "connectionString", "platform"];
    let invite = Object::read(body, &known)?;
    invite.required("sender", xuid)?;
    check_common(&invite)
}

/// Whether the same user may be invited twice, or the sender among the invited, is not documented,
/// so both are let through.
fn check_common(invite: &Object<'_>) -> Checked {
    invite.required("invitedUsers", |users| list(users, 1..=MAX_INVITED_USERS, xuid))?;
    invite.optional("connectionString", |value| text(value, MAX_CONNECTION_STRING))?;
    invite.optional("platform", |value| one_of(value, &PLATFORMS))
}

#[cfg(test)]
mod tests {
    use super::super::checked;
    use super::*;
    use serde_json::json;

    fn xuids(count: u64) -> Vec<String> {
        (1..=count).map(|xuid| xuid.to_string()).collect()
    }

    #[test]
    fn what_the_documents_allow_is_accepted() {
        let invites = [
            json!({"invitedUsers": ["1"]}),
            json!({"invitedUsers": xuids(16)}),
            json!({"invitedUsers": ["1"], "connectionString": ""}),
            json!({"invitedUsers": ["1"], "connectionString": "😀".repeat(256)}),
            json!({"invitedUsers": ["1", "1"]}),
        ];
        for invite in invites {
            assert_eq!(checked(check_invite, invite.clone()), "accepted");
            let mut server_invite = invite;
            server_invite["sender"] = json!("1");
            assert_eq!(checked(check_server_invite, server_invite), "accepted");
        }
        for platform in PLATFORMS {
            let invite = json!({"invitedUsers": ["1"], "platform": platform});
            assert_eq!(checked(check_invite, invite), "accepted");
        }
    }

    #[test]
    fn the_invited_users_are_checked() {
        let refused = [
            (json!({}), "invitedUsers is required"),
            (json!({"invitedUsers": null}), "invitedUsers must be a list, not null"),
            (json!({"invitedUsers": "1"}), "invitedUsers must be a list, not a string"),
            (json!({"invitedUsers": []}), "invitedUsers must have 1 to 16 elements, not 0"),
            (json!({"invitedUsers": xuids(17)}), "invitedUsers must have 1 to 16 elements, not 17"),
            (json!({"invitedUsers": ["1", 2]}), "invitedUsers[1] must be a string, not a number"),
        ];
        for (invite, expected) in refused {
            assert_eq!(checked(check_invite, invite), expected);
        }
        let zero = checked(check_invite, json!({"invitedUsers": ["1", "2", "0"]}));
        assert!(zero.starts_with("invitedUsers[2] must be a XUID"), "{zero}");
    }

    #[test]
    fn the_other_fields_are_checked() {
        let check = |field: &str, value: Value| {
            let mut invite = json!({"invitedUsers": ["1"]});
            invite[field] = value;
            checked(check_invite, invite)
        };
        assert_eq!(
            check("connectionString", json!("a".repeat(513))),
            "connectionString must be at most 512 UTF-16 code units long, not 513"
        );
        assert_eq!(check("connectionString", Value::Null), "connectionString must be a string, not null");
        assert!(check("platform", json!("iOS")).starts_with("platform must be one of Android, "));
        assert_eq!(check("platform", json!(["IOS"])), "platform must be a string, not a list");
        assert!(check("platforms", json!("IOS")).starts_with("platforms is not a known field"));
        assert_eq!(checked(check_invite, json!([])), "the body must be an object, not a list");
    }

    #[test]
    fn only_a_server_invite_names_its_sender() {
        let with_sender = json!({"invitedUsers": ["1"], "sender": "2"});
        assert!(checked(check_invite, with_sender).starts_with("sender is not a known field"));
        let without = json!({"invitedUsers": ["1"]});
        assert_eq!(checked(check_server_invite, without), "sender is required");
        let number = json!({"invitedUsers": ["1"], "sender": 2});
        assert_eq!(checked(check_server_invite, number), "sender must be a string, not a number");
    }
}
