//! The sentences of the C interface: what the core says as data, in the names of `include/mpa.h`. The core
//! names no field, macro or function; what it gives as text speaks of the call and of the service.

use std::borrow::Cow;
use std::fmt;

use crate::auth::CredentialNames;
use crate::http::UrlError;
use crate::outcome::{Advice, Outcome};

/// A client's certificate, of files.
pub const FILES: CredentialNames<'static> = CredentialNames {
    certificate: "config.certificate_path",
    key: "config.private_key_path",
    password: "config.certificate_password",
    pkcs12: "config.certificate_path",
    is_of_files: true,
};
/// The same, of texts.
pub const TEXTS: CredentialNames<'static> = CredentialNames {
    certificate: "config.certificate_pem",
    key: "config.private_key_pem",
    password: "config.certificate_password",
    pkcs12: "config.certificate_path",
    is_of_files: false,
};

/// What is wrong with a field, as the end of a sentence about it.
pub fn invalid(field: &str, error: &dyn fmt::Display) -> Box<Outcome> {
    Outcome::invalid(format!("{field} {error}."))
}

pub fn invalid_url(field: &str, error: UrlError) -> Box<Outcome> {
    match error {
        UrlError::PlainHttp => {
            Outcome::invalid(format!("{field} {error}, or set config.allow_plain_http to 1 if that is really meant."))
        }
        _ => invalid(field, &error),
    }
}

/// An outcome's message, with what to do.
pub fn message(outcome: &Outcome) -> Cow<'_, str> {
    with_advice(Cow::Borrowed(&outcome.message), outcome.advice)
}

/// The text of an entry of the log that came so many times.
pub fn repeated(text: Cow<'static, str>, advice: Option<Advice>, times: u64) -> Cow<'static, str> {
    let text = with_advice(text, advice);
    if times > 1 { format!("{text} ({times} times)").into() } else { text }
}

fn with_advice(text: Cow<'_, str>, advice: Option<Advice>) -> Cow<'_, str> {
    match advice {
        None => text,
        Some(advice) => format!("{text} {}", sentence(advice)).into(),
    }
}

fn sentence(advice: Advice) -> &'static str {
    match advice {
        Advice::PushAuthorization => "Push a newer one with mpa_client_set_authorization.",
        Advice::PushAuthorizationUnlessSigningIn => {
            "Push a newer authorization with mpa_client_set_authorization, unless the client signs in by itself."
        }
        Advice::CheckKindOfToken => {
            "Check that the token is for this title and sandbox, and of the right kind: a user's for mpa_send_invite, \
             a service's for the other calls."
        }
        Advice::TrustIssuer => "Where that is intended, name the issuer's certificate in config.ca_certificates_path.",
        Advice::CheckAuthority => {
            "Check that config.ca_certificates_path and the chain that the server sends are of the same authority."
        }
        Advice::TrustCertificate => {
            "Either name that same certificate in config.ca_certificates_path, or have one made with \
             `-addext basicConstraints=critical,CA:FALSE`."
        }
        Advice::TrustProxy => "Name its authority's certificate in config.ca_certificates_path.",
        Advice::UseHttps => "Use https://, or set config.allow_plain_http to 1 if that is really meant.",
        Advice::CheckSandbox => {
            "Check config.sandbox_id, which is case-sensitive, and for which sandbox the certificate was issued."
        }
        Advice::CheckSandboxAndRelyingParty => {
            "Check config.sandbox_id and config.relying_party, and that the certificate was issued for this sandbox."
        }
        Advice::CheckSignIn => {
            "Check config.sandbox_id, config.relying_party, config.sign_in_endpoint and config.token_endpoint."
        }
        Advice::CallTimeout => "Send the rest in another call, or raise config.call_timeout_ms.",
        Advice::QueueCapacityBytes => "Split it, or raise config.queue_capacity_bytes.",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::outcome::Status;

    const HEADER: &str = include_str!("../../include/mpa.h");

    const ALL: [Advice; 13] = [
        Advice::PushAuthorization,
        Advice::PushAuthorizationUnlessSigningIn,
        Advice::CheckKindOfToken,
        Advice::TrustIssuer,
        Advice::CheckAuthority,
        Advice::TrustCertificate,
        Advice::TrustProxy,
        Advice::UseHttps,
        Advice::CheckSandbox,
        Advice::CheckSandboxAndRelyingParty,
        Advice::CheckSignIn,
        Advice::CallTimeout,
        Advice::QueueCapacityBytes,
    ];

    #[test]
    fn advice_is_a_sentence_that_names_what_the_header_has() {
        for advice in ALL {
            let sentence = sentence(advice);
            assert!(sentence.ends_with('.') && sentence.starts_with(char::is_uppercase), "{sentence}");
            let words = sentence.split(|c: char| !c.is_ascii_alphanumeric() && c != '_');
            let names: Vec<_> = words.filter(|word| word.contains('_')).collect();
            assert!(!names.is_empty(), "{sentence}");
            for name in names {
                let is_there = |before, behind| HEADER.contains(&format!("{before}{name}{behind}"));
                assert!(is_there(' ', ';') || is_there('*', ';') || is_there(' ', '('), "{name}");
            }
        }
    }

    #[test]
    fn advice_follows_the_message_and_repetitions_are_counted_behind_it() {
        let outcome = Outcome::new(Status::AuthorizationNeeded, "There is none.");
        assert!(matches!(message(&outcome), Cow::Borrowed("There is none.")));
        let outcome = outcome.advising(Advice::PushAuthorization);
        let whole = "There is none. Push a newer one with mpa_client_set_authorization.";
        assert_eq!(message(&outcome), whole);
        let text = || Cow::Borrowed("There is none.");
        assert_eq!(repeated(text(), Some(Advice::PushAuthorization), 1), whole);
        assert_eq!(repeated(text(), Some(Advice::PushAuthorization), 3), format!("{whole} (3 times)"));
        assert_eq!(repeated(text(), None, 2), "There is none. (2 times)");
    }
}
