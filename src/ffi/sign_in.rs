//! The part of a configuration that has a client sign in by itself.

use std::ffi::c_char;
use std::time::Duration;

use super::client::{MAX_PATH_LENGTH, MAX_URL_LENGTH, MPA_NONE, mpa_client_config};
use super::{sentences, text};
use crate::auth::{CredentialSource, Credentials, DEFAULT_RELYING_PARTY, DEFAULT_SANDBOX, Step};
use crate::client::SignInConfig;
use crate::http::BaseUrl;
use crate::outcome::{Outcome, Result};

const MAX_NAME_LENGTH: usize = 256;
/// A chain with its key has 10 KiB.
const MAX_PEM_LENGTH: usize = 262_144;
const MAX_PASSWORD_LENGTH: usize = 1_024;

/// Reads the files that it names. `None` where the client does not sign in.
///
/// # Safety
/// Each of the fields is NULL or a text.
pub unsafe fn read(fields: &mpa_client_config) -> Result<Option<SignInConfig>> {
    // SAFETY: passed on from the caller.
    let secret = |field: *const c_char, most, name: &str| unsafe { text::read_secret(field, most, name) };
    // SAFETY: the same.
    let plain = |field: *const c_char, most, name: &str| unsafe { text::read(field, most, name) };
    let certificate_path = plain(fields.certificate_path, MAX_PATH_LENGTH, "config.certificate_path")?;
    let private_key_path = plain(fields.private_key_path, MAX_PATH_LENGTH, "config.private_key_path")?;
    let password = secret(fields.certificate_password, MAX_PASSWORD_LENGTH, "config.certificate_password")?;
    let certificate_pem = secret(fields.certificate_pem, MAX_PEM_LENGTH, "config.certificate_pem")?;
    let private_key_pem = secret(fields.private_key_pem, MAX_PEM_LENGTH, "config.private_key_pem")?;
    let (source, names) = match (certificate_path, certificate_pem) {
        (Some(_), Some(_)) => {
            return refuse("config.certificate_path and config.certificate_pem are both set; one is needed.");
        }
        (Some(_), None) if private_key_pem.is_some() => {
            return refuse("config.private_key_pem goes with config.certificate_pem, not with certificate_path.");
        }
        (None, Some(_)) if private_key_path.is_some() => {
            return refuse("config.private_key_path goes with config.certificate_path, not with certificate_pem.");
        }
        (Some(certificate_path), None) => {
            (CredentialSource::Files { certificate_path, private_key_path, password }, &sentences::FILES)
        }
        (None, Some(certificate_pem)) => {
            (CredentialSource::Texts { certificate_pem, private_key_pem }, &sentences::TEXTS)
        }
        (None, None) if private_key_path.is_some() || private_key_pem.is_some() => {
            return refuse("config has a private key, but neither certificate_path nor certificate_pem.");
        }
        (None, None) => return Ok(None),
    };
    if !fields.authorization_header.is_null() || !fields.authorization.is_null() {
        return refuse(
            "config has a certificate and an authorization; a client signs in by itself or is given tokens.",
        );
    }
    let name = |field, default: &str, name: &str| {
        let text = plain(field, MAX_NAME_LENGTH, name)?.unwrap_or_else(|| default.to_owned());
        if text.is_empty() { refuse_empty(name) } else { Ok(text) }
    };
    let url = |field, default: &str, name: &str| {
        let text = plain(field, MAX_URL_LENGTH, name)?;
        BaseUrl::parse(text.as_deref().unwrap_or(default), fields.allow_plain_http == 1)
            .map_err(|error| sentences::invalid_url(name, error))
    };
    Ok(Some(SignInConfig {
        sandbox_id: name(fields.sandbox_id, DEFAULT_SANDBOX, "config.sandbox_id")?,
        relying_party: name(fields.relying_party, DEFAULT_RELYING_PARTY, "config.relying_party")?,
        sign_in_endpoint: url(fields.sign_in_endpoint, Step::ServiceToken.production(), "config.sign_in_endpoint")?,
        token_endpoint: url(fields.token_endpoint, Step::Token.production(), "config.token_endpoint")?,
        lead: match fields.authorization_lead_ms {
            0 | MPA_NONE => None,
            ms => Some(Duration::from_millis(ms.into())),
        },
        credentials: Credentials::open(source, names)?,
    }))
}

fn refuse<T>(message: &'static str) -> Result<T> {
    Err(Outcome::invalid(message))
}

fn refuse_empty<T>(name: &str) -> Result<T> {
    Err(Outcome::invalid(format!("{name} is empty; leave it NULL for its default.")))
}
