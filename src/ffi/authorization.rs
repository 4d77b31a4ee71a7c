//! Authorizations: the token that requests carry.

use std::ffi::c_char;
use std::mem;

use super::boundary::report;
use super::client::mpa_client;
use super::result::mpa_result;
use super::status::mpa_status;
use super::structs::{self, Struct, Target};
use super::times::unix_milliseconds;
use super::{handles, text};
use crate::auth::{Authorization, MAX_HEADER_LENGTH, MAX_PEM_LENGTH, ProofKey};
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
    /// own token "XBL3.0 x=-;<token>". Visible ASCII without white space at its ends, at most
    /// MPA_MAX_AUTHORIZATION_HEADER_LENGTH bytes. Required.
    pub header: *const c_char,
    /// When the token expires, in milliseconds since 1970-01-01 UTC; it is not used from then on.
    /// Default 0: unknown, used until the service refuses it.
    pub expires_at_unix_ms: u64,
    /// The P-256 private key that the token is bound to, in PEM (PKCS#8 or SEC1): requests with the
    /// token are signed with it. Default NULL: the token is bound to none.
    pub proof_key_pem: *const c_char,
}

/// The longest proof key, in bytes.
pub const MPA_MAX_PROOF_KEY_PEM_LENGTH: u32 = 16384;

const _: () = assert!(MPA_MAX_PROOF_KEY_PEM_LENGTH as usize == MAX_PEM_LENGTH);

/// Where mpa_client_get_authorization puts an authorization.
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
    /// not wanted. 512 bytes hold any.
    pub proof_key_pem: *mut c_char,
    /// The size of the buffer for the header, in bytes.
    pub header_size: u32,
    /// The size of the buffer for the key, in bytes.
    pub proof_key_pem_size: u32,
    /// Written: when the token expires, in milliseconds since 1970-01-01 UTC; 0 where that is not known.
    pub expires_at_unix_ms: u64,
}

// SAFETY: C layout, without padding (asserted in the tests of the layout), integers and pointers.
unsafe impl Struct for mpa_authorization_buffers {
    const NAME: &'static str = "mpa_authorization_buffers";
    const FIRST_SIZE: usize = 40;
}

// SAFETY: C layout, without padding (asserted in the tests of the layout), integers and a pointer.
unsafe impl Struct for mpa_authorization {
    const NAME: &'static str = "mpa_authorization";
    const FIRST_SIZE: usize = 32;
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

/// Copies the authorization in use, with its proof key, so that one process can sign in for many: it
/// hands them on to the servers, which push them with mpa_client_set_authorization.
///
/// A client that signs in by itself begins to do so, in the background, with the first call, and renews
/// from then on: ask again every few seconds, and hand on what has changed. What is copied are secrets.
///
/// `buffers`: where to, and how much fits. The texts are empty after a failure.
///
/// Returns MPA_OK; MPA_ERROR_AUTHORIZATION_NEEDED where there is none, or none yet;
/// MPA_ERROR_SIGN_IN_FAILED with the reason where signing in has failed; MPA_ERROR_INVALID_ARGUMENT, also
/// where a buffer is too small; MPA_ERROR_INVALID_STRUCT or _INVALID_HANDLE. Never blocks.
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
        let queue = handles::get(client.id)?;
        queue.client().sign_in_in_background();
        let authorization = queue.client().authorization()?;
        let expires_at_unix_ms = authorization.expires_at().map_or(0, unix_milliseconds);
        if !fields.proof_key_pem.is_null() {
            let pem = authorization.proof_key().map(ProofKey::to_pkcs8_pem);
            key.write(pem.as_ref().map_or("", |pem| pem))?;
        }
        if let Err(too_small) = header.write(authorization.header().to_str().unwrap_or_default()) {
            key.clear();
            return Err(too_small);
        }
        let written = mpa_authorization_buffers { expires_at_unix_ms, ..fields };
        target.write_from(mem::offset_of!(mpa_authorization_buffers, expires_at_unix_ms), &written);
        Ok(Outcome::new(Status::Ok, "The authorization is in the buffers."))
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
    let Some(header) = unsafe { text::read_secret(fields.header, MAX_HEADER_LENGTH, &field) }? else {
        return Err(Outcome::invalid(format!("{field} is NULL; it is required. Nothing was sent.")));
    };
    let authorization = Authorization::new(&header, fields.expires_at_unix_ms, &field)?;
    let field = format!("{name}.proof_key_pem");
    // SAFETY: the caller's field is NULL or a text.
    match unsafe { text::read_secret(fields.proof_key_pem, MAX_PEM_LENGTH, &field) }? {
        None => Ok(authorization),
        Some(pem) => Ok(authorization.bound_to(ProofKey::from_pem(&pem, &field)?)),
    }
}
