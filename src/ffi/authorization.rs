//! Authorizations: the token that requests carry, replaced, handed on and taken back.

use std::ffi::c_char;
use std::mem;

use super::boundary::report;
use super::client::mpa_client;
use super::result::mpa_result;
use super::status::mpa_status;
use super::structs::{self, Struct, Target};
use super::times::{milliseconds, unix_milliseconds};
pub use super::token::{MPA_MAX_AUTHORIZATION_HEADER_LENGTH, MPA_MAX_PROOF_KEY_PEM_LENGTH, mpa_authorization};
use super::{handles, text, token};
use crate::auth::ProofKey;
use crate::outcome::{Outcome, Status};

/// The size of a buffer for the proof key that mpa_client_get_authorization writes, in bytes.
pub const MPA_PROOF_KEY_PEM_SIZE: u32 = 512;

/// The buffers that mpa_client_get_authorization writes an authorization to.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct mpa_authorization_buffers {
    /// sizeof(mpa_authorization_buffers), as MPA_INIT sets it. Required.
    pub struct_size: u32,
    /// Must be 0.
    pub reserved: u32,
    /// Where the header goes, with a NUL at its end. Required;
    /// MPA_MAX_AUTHORIZATION_HEADER_LENGTH + 1 bytes hold any.
    pub header: *mut c_char,
    /// Where the proof key goes, as PKCS#8 PEM; an empty text where there is none. Default NULL: it is
    /// not wanted. MPA_PROOF_KEY_PEM_SIZE bytes hold any.
    pub proof_key_pem: *mut c_char,
    /// The size of the buffer for the header, in bytes.
    pub header_size: u32,
    /// The size of the buffer for the key, in bytes.
    pub proof_key_pem_size: u32,
    /// Written: when the token expires, in milliseconds since 1970-01-01 UTC; 0 where that is not known.
    pub expires_at_unix_ms: u64,
    /// Written: for how long it is still good by the service's clock, in milliseconds; 0 where that is not
    /// known. Pass it on: the clock of the other machine may be wrong.
    pub expires_in_ms: u64,
}

// SAFETY: C layout, without padding (asserted in the tests of the layout), integers and pointers.
unsafe impl Struct for mpa_authorization_buffers {
    const NAME: &'static str = "mpa_authorization_buffers";
    const FIRST_SIZE: usize = 48;
}

/// Sets another token, for all requests that start from now on. Requests that were sent before keep their
/// token.
///
/// Once the service has refused a token, the client does not use it again; it needs another one to send
/// again.
///
/// Returns MPA_OK, with a message that says whether the token has expired by a clock that may be wrong;
/// MPA_ERROR_AUTHORIZATION_NEEDED if it has certainly expired, and MPA_ERROR_UNAUTHORIZED if the service has
/// refused this very token before: then the one in use stays; MPA_ERROR_INVALID_ARGUMENT,
/// _INVALID_STRUCT, _INVALID_HANDLE or _CLOSED. Never blocks. The texts are copied and may be freed at
/// once.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mpa_client_set_authorization(
    client: mpa_client,
    authorization: *const mpa_authorization,
    result: *mut mpa_result,
) -> mpa_status {
    let body = || {
        let client = handles::get(client.id)?;
        // SAFETY: passed on from the caller.
        let authorization = unsafe { token::read(authorization, "authorization") }?;
        client.set_authorization(authorization)
    };
    // SAFETY: passed on from the caller.
    unsafe { report(result, body) }
}

/// Copies the authorization in use, with its proof key, so that one process can sign in for many servers,
/// which take it with mpa_client_set_authorization.
///
/// A client that signs in by itself begins to do so, in the background, with the first call, and renews
/// from then on: ask again every second or so, and pass on what has changed. What is copied are secrets.
///
/// `buffers`: where to, and how much fits. The texts are empty after a failure.
///
/// Returns MPA_OK; of a client that signs in by itself MPA_ERROR_SIGN_IN_PENDING until that has ended, so
/// also with the first call, and MPA_ERROR_SIGN_IN_FAILED with the reason where it has failed; of others
/// MPA_ERROR_AUTHORIZATION_NEEDED where there is none; MPA_ERROR_INVALID_ARGUMENT, also where a buffer is
/// too small; MPA_ERROR_INVALID_STRUCT, _INVALID_HANDLE or _CLOSED. Never blocks.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mpa_client_get_authorization(
    client: mpa_client,
    buffers: *mut mpa_authorization_buffers,
    result: *mut mpa_result,
) -> mpa_status {
    let body = || {
        // SAFETY: passed on from the caller.
        let (fields, target) = unsafe { Target::read(buffers, "buffers") }?;
        structs::check_reserved(fields.reserved, "buffers.reserved")?;
        let none = std::ptr::null_mut();
        // SAFETY: the caller's fields are NULL or buffers of the sizes beside them.
        let (header, key) = unsafe {
            (
                text::Buffer::new(fields.header, fields.header_size, none, "buffers.header")?,
                text::Buffer::new(fields.proof_key_pem, fields.proof_key_pem_size, none, "buffers.proof_key_pem")?,
            )
        };
        let client = handles::get(client.id)?;
        let begun = client.engine().sign_in_in_background();
        let (authorization, expires_at, remaining) =
            client.engine().authorization().or_else(|none| begun.and(Err(none)))?;
        if !fields.proof_key_pem.is_null() {
            let pem = authorization.proof_key().map(ProofKey::to_pkcs8_pem);
            key.write(pem.as_ref().map_or("", |pem| pem))?;
        }
        if let Err(too_small) = header.write(authorization.header().to_str().unwrap_or_default()) {
            key.clear();
            return Err(too_small);
        }
        let written = mpa_authorization_buffers {
            expires_at_unix_ms: expires_at.map_or(0, unix_milliseconds),
            // 0 would mean that it is not known.
            expires_in_ms: remaining.map_or(0, |remaining| milliseconds(remaining).max(1)),
            ..fields
        };
        target.write_from(mem::offset_of!(mpa_authorization_buffers, expires_at_unix_ms), &written);
        Ok(Outcome::new(Status::Ok, "The authorization is in the buffers."))
    };
    // SAFETY: passed on from the caller.
    unsafe { report(result, body) }
}

/// Reports to a client that signs in by itself that the service refused the token that it gave out: a server
/// that uses it got MPA_ERROR_UNAUTHORIZED, or MPA_EVENT_AUTHORIZATION_NEEDED with
/// MPA_AUTHORIZATION_REFUSED. If that token is still the one in use, it is not given out again, and another
/// is obtained at once in the background: ask for it with mpa_client_get_authorization. Of tokens that are
/// refused within a minute, the next is obtained after a wait that grows to 20 s, so that reports cannot
/// make the client sign in in a loop.
///
/// `authorization`: as it was given out; only its `header` is compared.
///
/// Returns MPA_OK, also for any other token, with which nothing happens; MPA_ERROR_INVALID_ARGUMENT, also
/// for a client that does not sign in by itself; MPA_ERROR_SIGN_IN_FAILED where no thread could be started;
/// MPA_ERROR_INVALID_STRUCT, _INVALID_HANDLE or _CLOSED. Never blocks.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mpa_client_invalidate_authorization(
    client: mpa_client,
    authorization: *const mpa_authorization,
    result: *mut mpa_result,
) -> mpa_status {
    let body = || {
        let client = handles::get(client.id)?;
        // SAFETY: passed on from the caller.
        let refused = unsafe { token::read(authorization, "authorization") }?;
        client.invalidate_authorization(&refused)
    };
    // SAFETY: passed on from the caller.
    unsafe { report(result, body) }
}
