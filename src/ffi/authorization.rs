//! Authorizations: the token that requests carry.

use std::ffi::c_char;

use super::boundary::report;
use super::client::mpa_client;
use super::result::mpa_result;
use super::status::mpa_status;
use super::structs::{self, Struct};
use super::{handles, text};
use crate::auth::{Authorization, MAX_HEADER_LENGTH};
use crate::outcome::{Outcome, Result, Status};

/// The longest authorization header, in bytes.
pub const MPA_MAX_AUTHORIZATION_HEADER_LENGTH: u32 = 12288;

const _: () = assert!(MPA_MAX_AUTHORIZATION_HEADER_LENGTH as usize == MAX_HEADER_LENGTH);

/// A token and how long it is good for.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct mpa_authorization {
    /// sizeof(mpa_authorization), as MPA_INIT sets it. Required.
    pub struct_size: u32,
    /// Must be 0.
    pub reserved: u32,
    /// The whole value of the Authorization header: "XBL3.0 x=<user hash>;<token>", for a service's
    /// own token "XBL3.0 x=-;<token>". Visible ASCII, at most MPA_MAX_AUTHORIZATION_HEADER_LENGTH
    /// bytes. Required.
    pub header: *const c_char,
    /// When the token expires, in milliseconds since 1970-01-01 UTC; it is not used from then on.
    /// Default 0: unknown, used until the service refuses it.
    pub expires_at_unix_ms: u64,
}

// SAFETY: C layout, without padding (asserted in the tests of the layout), integers and a pointer.
unsafe impl Struct for mpa_authorization {
    const NAME: &'static str = "mpa_authorization";
    const FIRST_SIZE: usize = 24;
}

/// Gives a client another token, for all requests that begin from now on. Requests on the wire end
/// with the token that they were sent with.
///
/// Once the service has refused a token, the client does not use it again; only another one makes
/// it send again.
///
/// Returns MPA_OK; MPA_ERROR_UNAUTHORIZED where the service has refused this very token before;
/// MPA_ERROR_INVALID_ARGUMENT, _INVALID_STRUCT, _INVALID_HANDLE or _CLOSED. Never blocks. The texts
/// are copied and may be freed at once.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mpa_client_set_authorization(
    client: mpa_client,
    authorization: *const mpa_authorization,
    result: *mut mpa_result,
) -> mpa_status {
    let body = || {
        let client = handles::get(client.id)?;
        // SAFETY: passed on from the caller.
        let authorization = unsafe { read(authorization, "authorization") }?;
        client.set_authorization(authorization)?;
        Ok(Outcome::new(Status::Ok, "The authorization is in use from now on."))
    };
    // SAFETY: passed on from the caller.
    unsafe { report(result, body) }
}

/// Copies an authorization of the caller. `name` is the caller's parameter or field.
///
/// # Safety
/// `source` is NULL or points to an `mpa_authorization`.
pub unsafe fn read(source: *const mpa_authorization, name: &str) -> Result<Authorization> {
    // SAFETY: passed on from the caller.
    let fields = unsafe { structs::read(source, name) }?;
    structs::check_reserved(fields.reserved, format_args!("{name}.reserved"))?;
    let field = format!("{name}.header");
    // SAFETY: the caller's field is NULL or a text.
    let header = unsafe { text::read(fields.header, MAX_HEADER_LENGTH, &field) }?;
    let Some(header) = header.map(zeroize::Zeroizing::new) else {
        return Err(Outcome::invalid(format!("{field} is NULL; it is required. Nothing was sent.")));
    };
    Authorization::new(&header, fields.expires_at_unix_ms, &field)
}
