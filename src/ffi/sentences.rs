//! The sentences of the C interface: what the core says as data, in the names of `include/mpa.h`. The core
//! names no field, macro or function; what it gives as text speaks of the call and of the service.

use std::borrow::Cow;
use std::fmt;

use crate::api::{
    InvalidCall, InvalidEncounter, InvalidGroup, InvalidRecentPlayer, MAX_ACTIVITY_PLAYERS,
    MAX_CONNECTION_STRING_UTF16, MAX_GROUP_ID_UTF16, MAX_ITEMS_PER_CALL, MAX_PLAYERS_PER_GROUP,
    MAX_RECENT_PLAYERS_PER_USER, MIN_PLAYERS_PER_GROUP,
};
use crate::auth::{CredentialNames, HeaderError};
use crate::http::UrlError;
use crate::matches::{MAX_PLAYERS_PRESENT, Refused};
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

pub fn invalid_header(field: &str, error: HeaderError) -> Box<Outcome> {
    Outcome::invalid(format!("{field} {error}. Nothing was sent."))
}

pub fn invalid_url(field: &str, error: UrlError) -> Box<Outcome> {
    match error {
        UrlError::PlainHttp => {
            Outcome::invalid(format!("{field} {error}, or set config.allow_plain_http to 1 if that is really meant."))
        }
        _ => invalid(field, &error),
    }
}

/// What of a call cannot be sent. `object`: the caller's parameter that has the fields.
pub fn invalid_call(object: &'static str) -> impl Fn(InvalidCall) -> Box<Outcome> {
    move |error| Outcome::invalid(format!("{} Nothing was sent.", invalid_call_sentence(object, error)))
}

fn invalid_call_sentence(object: &str, error: InvalidCall) -> String {
    match error {
        InvalidCall::Platform(number) => {
            format!("{object}.platform is {number}, which is no MPA_PLATFORM_ value (0 to 8).")
        }
        InvalidCall::UserCount(count) => {
            format!("{object}.invited_user_count is {count}; it must be 1 to {MAX_ITEMS_PER_CALL}.")
        }
        InvalidCall::User(index) => no_xuid(&format_args!("{object}.invited_users[{index}]")),
        InvalidCall::ConnectionString(units) => format!(
            "{object}.connection_string has {units} UTF-16 units; the service takes at most \
             {MAX_CONNECTION_STRING_UTF16}."
        ),
        InvalidCall::Sender => {
            format!("{object}.sender is 0; it must be the XUID of the user on whose behalf the server invites.")
        }
        InvalidCall::GroupCount(count) => format!("count is {count}; it must be 1 to {MAX_ITEMS_PER_CALL} groups."),
        InvalidCall::Group(index, error) => invalid_group(&format!("groups[{index}]"), error),
        InvalidCall::RecentPlayerCount(None, count) => {
            format!("count is {count}; it must be 1 to {MAX_ITEMS_PER_CALL} recent players.")
        }
        InvalidCall::RecentPlayerCount(Some(user), count) => format!(
            "users[{user}].recent_player_count is {count}; the service takes 1 to {MAX_RECENT_PLAYERS_PER_USER} of a \
             user."
        ),
        InvalidCall::RecentPlayer(None, index, error) => invalid_recent_player(&format!("players[{index}]"), error),
        InvalidCall::RecentPlayer(Some(user), index, error) => {
            invalid_recent_player(&format!("users[{user}].recent_players[{index}]"), error)
        }
        InvalidCall::PlayerCount(count) => format!("count is {count}; it must be 1 to {MAX_ITEMS_PER_CALL} users."),
        InvalidCall::Player(index) => no_xuid(&format_args!("users[{index}].xuid")),
        InvalidCall::Xuid => "xuid is 0; it must be the XUID of the user whose activity it is.".to_owned(),
        InvalidCall::JoinRestriction(number) => {
            format!("{object}.join_restriction is {number}, which is no MPA_JOIN_RESTRICTION_ value (0 to 2).")
        }
        InvalidCall::GroupId(units) => {
            format!("{object}.group_id has {units} UTF-16 units; the service takes at most {MAX_GROUP_ID_UTF16}.")
        }
        InvalidCall::MaxPlayers(number) => too_many_players(object, "max_players", number),
        InvalidCall::CurrentPlayers(number) => too_many_players(object, "current_players", number),
        InvalidCall::QueriedUserCount(count) => {
            format!("count is {count}; it must be 1 to {MAX_ITEMS_PER_CALL} XUIDs.")
        }
        InvalidCall::QueriedUser(index) => no_xuid(&format_args!("xuids[{index}]")),
    }
}

/// Why a player cannot join or leave.
pub fn invalid_match_event(refused: Refused) -> Box<Outcome> {
    Outcome::invalid(match refused {
        Refused::AlreadyJoined => {
            "xuid is in the match already. To change the team, leave and join. Nothing was changed.".to_owned()
        }
        Refused::NotJoined => {
            "xuid is not in the match: the player has not joined, or has left. Nothing was changed.".to_owned()
        }
        Refused::Full => {
            format!("The match has {MAX_PLAYERS_PRESENT} players, the most that it can. Nothing was changed.")
        }
    })
}

fn too_many_players(object: &str, field: &str, number: u32) -> String {
    format!("{object}.{field} is {number}; the service takes 1 to {MAX_ACTIVITY_PLAYERS}, and 0 leaves it out.")
}

fn invalid_group(group: &str, error: InvalidGroup) -> String {
    match error {
        InvalidGroup::Encounter(error) => invalid_encounter(group, error),
        InvalidGroup::PlayerCount(count) => format!(
            "{group}.player_count is {count}; a group has {MIN_PLAYERS_PER_GROUP} to {MAX_PLAYERS_PER_GROUP} players."
        ),
        InvalidGroup::Player(index) => no_xuid(&format_args!("{group}.players[{index}]")),
    }
}

fn invalid_recent_player(player: &str, error: InvalidRecentPlayer) -> String {
    match error {
        InvalidRecentPlayer::Encounter(error) => invalid_encounter(player, error),
        InvalidRecentPlayer::Xuid => no_xuid(&format_args!("{player}.xuid")),
    }
}

fn invalid_encounter(object: &str, error: InvalidEncounter) -> String {
    match error {
        InvalidEncounter::Type(number) => {
            format!("{object}.encounter_type is {number}, which is no MPA_ENCOUNTER_ value (0 to 2).")
        }
        InvalidEncounter::Timestamp(unix_ms) => format!(
            "{object}.timestamp_unix_ms is {unix_ms}, which is after the year 9999; it counts milliseconds since \
             1970-01-01 UTC."
        ),
    }
}

fn no_xuid(element: &dyn fmt::Display) -> String {
    format!("{element} is 0, which is no XUID. Leave out players whose XUID is unknown.")
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
        Advice::PushAuthorization => "Set a newer one with mpa_client_set_authorization.",
        Advice::PushAuthorizationUnlessSigningIn => {
            "Set a newer authorization with mpa_client_set_authorization, unless the client signs in by itself."
        }
        Advice::CheckUserToken => {
            "Check that the token is for config.title_id and its sandbox, and a user's: this call takes no service's."
        }
        Advice::CheckServiceToken => {
            "Check that the token is for config.title_id and its sandbox, and a service's: this call takes no user's."
        }
        Advice::CheckToken => "Check that the token is for config.title_id and its sandbox.",
        Advice::TrustIssuer => "Where that is intended, name the issuer's certificate in config.ca_certificates_path.",
        Advice::CheckAuthority => {
            "Check that config.ca_certificates_path and the chain that the server sends are of the same authority."
        }
        Advice::TrustCertificate => {
            "Either name that same certificate in config.ca_certificates_path, or have one made with \
             `-addext basicConstraints=critical,CA:FALSE`."
        }
        Advice::TrustProxy => "Name its authority's certificate in config.ca_certificates_path.",
        Advice::CheckProxy => {
            "Check config.proxy_url, and that the proxy runs, accepts this machine and can reach the service."
        }
        Advice::GiveProxyPassword => "Write both into config.proxy_url, as http://user:password@host:port.",
        Advice::CheckProxyPassword => "Check both in config.proxy_url, where special characters are percent-encoded.",
        Advice::AllowInProxy => {
            "Have the proxy of config.proxy_url let this machine connect to the service, without a login by other means."
        }
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
#[path = "sentences_tests.rs"]
mod tests;
