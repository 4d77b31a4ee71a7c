//! The sentences of the C interface: what the core says as data, in the names of `include/mpa.h`. The core
//! names no field, macro or function; what it gives as text speaks of the call and of the service.

use std::borrow::Cow;
use std::fmt;

use crate::api::{
    InvalidCall, InvalidGroup, MAX_CONNECTION_STRING_UTF16, MAX_ITEMS_PER_CALL, MAX_PLAYERS_PER_GROUP,
    MIN_PLAYERS_PER_GROUP,
};
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

pub fn invalid_call(error: InvalidCall) -> Box<Outcome> {
    Outcome::invalid(match error {
        InvalidCall::Platform(number) => {
            format!("invite.platform is {number}, which is no MPA_PLATFORM_ value (0 to 8); nothing was sent.")
        }
        InvalidCall::UserCount(count) => {
            format!("invite.invited_user_count is {count}; it must be 1 to {MAX_ITEMS_PER_CALL}. Nothing was sent.")
        }
        InvalidCall::User(index) => no_xuid(&format_args!("invite.invited_users[{index}]")),
        InvalidCall::ConnectionString(units) => format!(
            "invite.connection_string has {units} UTF-16 units; the service takes at most \
             {MAX_CONNECTION_STRING_UTF16}. Nothing was sent."
        ),
        InvalidCall::Sender => {
            "invite.sender is 0; it must be the XUID of the user on whose behalf the server invites. \
                                Nothing was sent."
                .to_owned()
        }
        InvalidCall::GroupCount(count) => {
            format!("count is {count}; it must be 1 to {MAX_ITEMS_PER_CALL} groups. Nothing was sent.")
        }
        InvalidCall::Group(index, error) => invalid_group(&format!("groups[{index}]"), error),
    })
}

fn invalid_group(group: &str, error: InvalidGroup) -> String {
    match error {
        InvalidGroup::EncounterType(number) => {
            format!("{group}.encounter_type is {number}, which is no MPA_ENCOUNTER_ value (0 to 2); nothing was sent.")
        }
        InvalidGroup::Timestamp(unix_ms) => format!(
            "{group}.timestamp_unix_ms is {unix_ms}, which is after the year 9999; it counts milliseconds since \
             1970-01-01 UTC. Nothing was sent."
        ),
        InvalidGroup::PlayerCount(count) => format!(
            "{group}.player_count is {count}; a group has {MIN_PLAYERS_PER_GROUP} to {MAX_PLAYERS_PER_GROUP} players. \
             Nothing was sent."
        ),
        InvalidGroup::Player(index) => no_xuid(&format_args!("{group}.players[{index}]")),
    }
}

fn no_xuid(element: &dyn fmt::Display) -> String {
    format!("{element} is 0, which is no XUID; nothing was sent. Leave out players whose XUID is unknown.")
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
    fn what_is_wrong_with_a_call_names_the_field_by_index_and_what_was_found() {
        let in_group = |error| InvalidCall::Group(3, error);
        for (error, beginning) in [
            (InvalidCall::Platform(9), "invite.platform is 9, which is no MPA_PLATFORM_ value (0 to 8);"),
            (InvalidCall::UserCount(0), "invite.invited_user_count is 0; it must be 1 to 10000."),
            (InvalidCall::User(5), "invite.invited_users[5] is 0, which is no XUID;"),
            (InvalidCall::ConnectionString(513), "invite.connection_string has 513 UTF-16 units; the service takes at"),
            (InvalidCall::Sender, "invite.sender is 0; it must be the XUID of the user"),
            (InvalidCall::GroupCount(10_001), "count is 10001; it must be 1 to 10000 groups."),
            (in_group(InvalidGroup::EncounterType(-1)), "groups[3].encounter_type is -1, which is no MPA_ENCOUNTER_"),
            (in_group(InvalidGroup::Timestamp(u64::MAX)), "groups[3].timestamp_unix_ms is 18446744073709551615, which"),
            (in_group(InvalidGroup::PlayerCount(101)), "groups[3].player_count is 101; a group has 2 to 100 players."),
            (in_group(InvalidGroup::Player(7)), "groups[3].players[7] is 0, which is no XUID;"),
        ] {
            let outcome = invalid_call(error);
            assert_eq!(outcome.status, Status::InvalidArgument);
            let message = &outcome.message;
            assert!(message.starts_with(beginning) && message.to_lowercase().contains("nothing was sent"), "{message}");
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
