//! Invites: by a user of the title, or by a server on a user's behalf.

use std::ffi::c_char;
use std::fmt::Display;
use std::time::Duration;

use super::boundary::report;
use super::client::mpa_client;
use super::result::mpa_result;
use super::status::mpa_status;
use super::structs::{self, Struct};
use super::times::duration;
use super::token::{self, mpa_authorization};
use super::{caller, handles, sentences, text};
use crate::api::{
    Invitation, Invite, MAX_CONNECTION_STRING_UTF16, MAX_INVITED_USERS_PER_REQUEST, MAX_ITEMS_PER_CALL, Platform,
    ServerInvite,
};
use crate::auth::Authorization;
use crate::outcome::{Outcome, Result};

/// The platform on which an invite can be accepted. An invite for another platform disappears without an
/// error.
pub type mpa_platform = i32;

/// One that is not known to this version. Only in records of activities.
pub const MPA_PLATFORM_UNKNOWN: mpa_platform = -1;
/// Any platform that the title runs on.
pub const MPA_PLATFORM_ANY: mpa_platform = 0;
/// Android.
pub const MPA_PLATFORM_ANDROID: mpa_platform = 1;
/// iOS.
pub const MPA_PLATFORM_IOS: mpa_platform = 2;
/// Nintendo.
pub const MPA_PLATFORM_NINTENDO: mpa_platform = 3;
/// PlayStation.
pub const MPA_PLATFORM_PLAYSTATION: mpa_platform = 4;
/// Xbox Series X and S.
pub const MPA_PLATFORM_SCARLETT: mpa_platform = 5;
/// Windows: Win32 programs.
pub const MPA_PLATFORM_WIN32: mpa_platform = 6;
/// Windows: programs for all editions (OneCore).
pub const MPA_PLATFORM_WINDOWS_ONE_CORE: mpa_platform = 7;
/// Xbox One. If the title has no Scarlett configuration, these invites reach Xbox Series X and S too.
pub const MPA_PLATFORM_XBOX_ONE: mpa_platform = 8;

/// How many users the service takes in one request. A call takes more and sends several requests.
pub const MPA_MAX_INVITED_USERS_PER_REQUEST: u32 = 16;
/// How many users one call takes.
pub const MPA_MAX_INVITED_USERS_PER_CALL: u32 = 10000;
/// The longest connection string, in UTF-16 code units. Microsoft's concept pages say "less than
/// 256": stay below that where you can.
pub const MPA_MAX_CONNECTION_STRING_LENGTH: u32 = 512;

const _: () = {
    assert!(MPA_MAX_INVITED_USERS_PER_REQUEST as usize == MAX_INVITED_USERS_PER_REQUEST);
    assert!(MPA_MAX_INVITED_USERS_PER_CALL as usize == MAX_ITEMS_PER_CALL);
    assert!(MPA_MAX_CONNECTION_STRING_LENGTH as usize == MAX_CONNECTION_STRING_UTF16);
    assert!(MPA_PLATFORM_ANDROID == Platform::Android as i32);
    assert!(MPA_PLATFORM_IOS == Platform::Ios as i32);
    assert!(MPA_PLATFORM_NINTENDO == Platform::Nintendo as i32);
    assert!(MPA_PLATFORM_PLAYSTATION == Platform::PlayStation as i32);
    assert!(MPA_PLATFORM_SCARLETT == Platform::Scarlett as i32);
    assert!(MPA_PLATFORM_WIN32 == Platform::Win32 as i32);
    assert!(MPA_PLATFORM_WINDOWS_ONE_CORE == Platform::WindowsOneCore as i32);
    assert!(MPA_PLATFORM_XBOX_ONE == Platform::XboxOne as i32);
};

/// A UTF-16 unit takes at most three bytes of UTF-8.
pub(super) const MAX_CONNECTION_STRING_BYTES: usize = 3 * MAX_CONNECTION_STRING_UTF16;

/// An invite from a user, who is identified by the token.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct mpa_invite {
    /// sizeof(mpa_invite), as MPA_INIT sets it. Required.
    pub struct_size: u32,
    /// One of MPA_PLATFORM_. Default 0: MPA_PLATFORM_ANY. An invite for a platform that the invited
    /// user is not on disappears without an error.
    pub platform: mpa_platform,
    /// The XUIDs of the users to invite, none of them 0. Required.
    pub invited_users: *const u64,
    /// How many: 1 to MPA_MAX_INVITED_USERS_PER_CALL. Required.
    pub invited_user_count: u32,
    /// How long a submitted invite may take until it is sent, in milliseconds; after that it ends as
    /// MPA_ERROR_EXPIRED. Default 0: the configuration's. At most MPA_MAX_DURATION_MS. Blocking calls do not
    /// use it.
    pub time_to_live_ms: u32,
    /// What the invited user's game is started with, to find the server: opaque to the service, at
    /// most MPA_MAX_CONNECTION_STRING_LENGTH. Default NULL: the game gets an empty one. It travels
    /// inside a URI that some games read without decoding: avoid & # % + and spaces.
    pub connection_string: *const c_char,
    /// The inviting user's own token, for this call only. Default NULL: the client's.
    pub authorization: *const mpa_authorization,
}

/// An invite that a server sends on behalf of a user who asked for it.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct mpa_server_invite {
    /// sizeof(mpa_server_invite), as MPA_INIT sets it. Required.
    pub struct_size: u32,
    /// One of MPA_PLATFORM_. Default 0: MPA_PLATFORM_ANY. An invite for a platform that the invited
    /// user is not on disappears without an error.
    pub platform: mpa_platform,
    /// The XUID of the user on whose behalf the server invites. Required.
    pub sender: u64,
    /// The XUIDs of the users to invite, none of them 0. Required.
    pub invited_users: *const u64,
    /// How many: 1 to MPA_MAX_INVITED_USERS_PER_CALL. Required.
    pub invited_user_count: u32,
    /// How long a submitted invite may take until it is sent, in milliseconds; after that it ends as
    /// MPA_ERROR_EXPIRED. Default 0: the configuration's. At most MPA_MAX_DURATION_MS. Blocking calls do not
    /// use it.
    pub time_to_live_ms: u32,
    /// As in mpa_invite.
    pub connection_string: *const c_char,
}

// SAFETY: C layout, without padding (asserted in the tests of the layout), integers and pointers.
unsafe impl Struct for mpa_invite {
    const NAME: &'static str = "mpa_invite";
    const FIRST_SIZE: usize = 40;
}

// SAFETY: the same.
unsafe impl Struct for mpa_server_invite {
    const NAME: &'static str = "mpa_server_invite";
    const FIRST_SIZE: usize = 40;
}

/// Invites users on behalf of the user whose token is sent, and waits for the response.
///
/// More than MPA_MAX_INVITED_USERS_PER_REQUEST users go out as several requests, in order, stopping
/// at the first that is not acknowledged. A request is retried, up to max_attempts times and within
/// call_timeout_ms, only if the service certainly did not process it: there was no connection, it was not
/// sent completely, or the service said that it is busy. After the service has rejected a call for its
/// rate, further calls wait for their turn, or end at once as MPA_ERROR_THROTTLED.
///
/// Returns MPA_OK if the service has acknowledged all users; MPA_ERROR_UNCERTAIN if a request was sent and
/// it is not known whether the service processed it: its users may have been invited, so do not invite
/// them again. For any other status, see `acknowledged`, `uncertain` and `refused`, and mpa_result_unsent
/// for the rest. A 401 for the invite's own token ends the call and does not affect the client's token.
///
/// Blocks up to call_timeout_ms: do not call it on the game thread.
///
/// REST: POST /titles/{titleId}/invites, with a user's token ("Send Invite", page uri-sendinvite of
/// the Multiplayer Activity reference at learn.microsoft.com).
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mpa_send_invite(
    client: mpa_client,
    invite: *const mpa_invite,
    result: *mut mpa_result,
) -> mpa_status {
    let body = || {
        let client = handles::get(client.id)?;
        // SAFETY: passed on from the caller.
        let (call, own, _) = unsafe { read_invite(invite) }?;
        Ok(client.run(&call, own.as_ref()))
    };
    // SAFETY: passed on from the caller.
    unsafe { report(result, body) }
}

/// Invites users on behalf of `sender`, and waits for the response. A server may do so only if that user
/// asked for it.
///
/// More than MPA_MAX_INVITED_USERS_PER_REQUEST users go out as several requests, in order, stopping
/// at the first that is not acknowledged. Retries are as in mpa_send_invite.
///
/// Returns as mpa_send_invite does. Blocks up to call_timeout_ms: do not call it on the game thread.
///
/// REST: POST /titles/{titleId}/invites/server, with a service's token ("Send Server Invite", page
/// uri-sendserverinvite of the Multiplayer Activity reference at learn.microsoft.com).
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mpa_send_server_invite(
    client: mpa_client,
    invite: *const mpa_server_invite,
    result: *mut mpa_result,
) -> mpa_status {
    let body = || {
        let client = handles::get(client.id)?;
        // SAFETY: passed on from the caller.
        let (call, _) = unsafe { read_server_invite(invite) }?;
        Ok(client.run(&call, None))
    };
    // SAFETY: passed on from the caller.
    unsafe { report(result, body) }
}

/// # Safety
/// `source` is NULL or points to an `mpa_invite`.
pub unsafe fn read_invite(source: *const mpa_invite) -> Result<(Invite, Option<Authorization>, Option<Duration>)> {
    // SAFETY: passed on from the caller.
    let fields = unsafe { structs::read(source, "invite") }?;
    // SAFETY: the caller's fields are NULL, or what the header says they point to.
    let invitation = unsafe {
        read_invitation(fields.platform, fields.invited_users, fields.invited_user_count, fields.connection_string)
    }?;
    let call = Invite::new(invitation).map_err(sentences::invalid_call("invite"))?;
    // SAFETY: the caller's field is NULL or points to an authorization.
    let own = unsafe { token::read_optional(fields.authorization, "invite.authorization") }?;
    Ok((call, own, duration(fields.time_to_live_ms, "invite.time_to_live_ms")?))
}

/// # Safety
/// `source` is NULL or points to an `mpa_server_invite`.
pub unsafe fn read_server_invite(source: *const mpa_server_invite) -> Result<(ServerInvite, Option<Duration>)> {
    // SAFETY: passed on from the caller.
    let fields = unsafe { structs::read(source, "invite") }?;
    // SAFETY: the caller's fields are NULL, or what the header says they point to.
    let invitation = unsafe {
        read_invitation(fields.platform, fields.invited_users, fields.invited_user_count, fields.connection_string)
    }?;
    let call = ServerInvite::new(fields.sender, invitation).map_err(sentences::invalid_call("invite"))?;
    Ok((call, duration(fields.time_to_live_ms, "invite.time_to_live_ms")?))
}

/// Reads the fields that both invites have.
///
/// # Safety
/// `users` is NULL or points to `user_count` XUIDs, `connection_string` is NULL or a text.
unsafe fn read_invitation(
    platform: mpa_platform,
    users: *const u64,
    user_count: u32,
    connection_string: *const c_char,
) -> Result<Invitation> {
    let platform = Platform::from_number(platform).map_err(sentences::invalid_call("invite"))?;
    let user_count = user_count as usize;
    Invitation::check_user_count(user_count).map_err(sentences::invalid_call("invite"))?;
    // SAFETY: passed on from the caller.
    let invited_users = unsafe { read_xuids(users, user_count, "invite.invited_users") }?;
    // SAFETY: the same.
    let connection_string =
        unsafe { text::read(connection_string, MAX_CONNECTION_STRING_BYTES, "invite.connection_string") }?;
    Ok(Invitation { invited_users, connection_string, platform })
}

/// Copies an array of XUIDs, whose count has been checked.
///
/// # Safety
/// `xuids` is NULL or points to `count` of them.
pub unsafe fn read_xuids(xuids: *const u64, count: usize, field: impl Display) -> Result<Vec<u64>> {
    if xuids.is_null() {
        return Err(Outcome::invalid(format!("{field} is NULL, but there should be {count} XUIDs. Nothing was sent.")));
    }
    if !xuids.is_aligned() {
        return Err(Outcome::invalid(format!(
            "{field} does not point to XUIDs: the address is not a multiple of 8. Nothing was sent."
        )));
    }
    // SAFETY: the caller's array has so many elements, and is aligned.
    Ok(unsafe { caller::read_numbers(xuids, count) })
}
