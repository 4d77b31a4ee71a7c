//! Whether a caller may use the token that it shows, and is the one that it was issued to.

use axum::http::request::Parts;

use crate::authorization::{Caller, Claim};
use crate::refusal::Refusal;
use crate::service::Service;
use crate::signature::{self, SIGNED_BODY};
use crate::tokens::Standing;

/// Tokens that the emulator issued are held to what it knows of them. Others are let through, but
/// those of services only where nobody can sign in.
pub(crate) fn check_credentials(
    service: &Service,
    claim: &Claim<'_>,
    parts: &Parts,
    body: &[u8],
) -> Result<(), Refusal> {
    let now = service.clock.now();
    let key = match service.tokens.standing(claim.holder, claim.token, now) {
        Standing::Good(key) => key,
        Standing::Unknown if claim.caller() == Caller::User || !service.signs_in => None,
        Standing::Expired => return Err(Refusal::unauthorized("expired", "The token has expired.")),
        Standing::Revoked => {
            return Err(Refusal::unauthorized("invalid", "The token is revoked, or somebody else's."));
        }
        Standing::Unknown => {
            return Err(Refusal::unauthorized("invalid", "The token was not issued by this emulator's token service."));
        }
    };
    let Some(key) = key else {
        return Ok(());
    };
    let signed = &body[..body.len().min(SIGNED_BODY)];
    signature::verify(parts, signed, &key, now)
        .map_err(|bad| Refusal::unauthorized("invalid_signature", &bad.to_string()))
}
