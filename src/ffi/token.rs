//! What an authorization is: a token, how long it is good for, and the key that it is bound to.

use std::ffi::c_char;
use std::time::Duration;

use super::structs::{self, Struct};
use super::{sentences, text};
use crate::auth::{Authorization, MAX_HEADER_LENGTH, MAX_PEM_LENGTH, ProofKey};
use crate::outcome::{Outcome, Result};

/// The longest authorization header, in bytes.
pub const MPA_MAX_AUTHORIZATION_HEADER_LENGTH: u32 = 12288;

const _: () = assert!(MPA_MAX_AUTHORIZATION_HEADER_LENGTH as usize == MAX_HEADER_LENGTH);

/// A token and how long it is valid.
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
    /// When the token expires, by the service's clock, in milliseconds since 1970-01-01 UTC. The client does
    /// not use it from then on. It learns the service's time from responses; before the first response, it
    /// also sends a token that has expired by this machine's clock, which may be wrong. Default 0: unknown;
    /// the token is used until the service refuses it.
    pub expires_at_unix_ms: u64,
    /// The P-256 private key that the token is bound to, in PEM (PKCS#8 or SEC1): requests with the
    /// token are signed with it. Default NULL: the token is bound to none.
    pub proof_key_pem: *const c_char,
    /// The remaining lifetime of the token, in milliseconds from this call on, measured by a monotonic
    /// clock. If it is set, expires_at_unix_ms does not matter. Default 0: unknown.
    pub expires_in_ms: u64,
}

/// The longest proof key, in bytes.
pub const MPA_MAX_PROOF_KEY_PEM_LENGTH: u32 = 16384;

const _: () = assert!(MPA_MAX_PROOF_KEY_PEM_LENGTH as usize == MAX_PEM_LENGTH);

// SAFETY: C layout, without padding (asserted in the tests of the layout), integers and a pointer.
unsafe impl Struct for mpa_authorization {
    const NAME: &'static str = "mpa_authorization";
    const FIRST_SIZE: usize = 40;
}

/// Copies an authorization of the caller, if there is one.
///
/// # Safety
/// `source` is NULL or points to an `mpa_authorization`.
pub unsafe fn read_optional(source: *const mpa_authorization, name: &str) -> Result<Option<Authorization>> {
    if source.is_null() {
        return Ok(None);
    }
    // SAFETY: not NULL, and passed on from the caller.
    unsafe { read(source, name) }.map(Some)
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
    let authorization = Authorization::new(&header, fields.expires_at_unix_ms)
        .map_err(|error| sentences::invalid_header(&field, error))?;
    let authorization = match fields.expires_in_ms {
        0 => authorization,
        ms => authorization.expiring_in(Duration::from_millis(ms)),
    };
    let field = format!("{name}.proof_key_pem");
    // SAFETY: the caller's field is NULL or a text.
    match unsafe { text::read_secret(fields.proof_key_pem, MAX_PEM_LENGTH, &field) }? {
        None => Ok(authorization),
        Some(pem) => {
            Ok(authorization.bound_to(ProofKey::from_pem(&pem).map_err(|error| sentences::invalid(&field, &error))?))
        }
    }
}
