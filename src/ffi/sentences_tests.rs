use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use super::*;
use crate::api::Lane;
use crate::outcome::Status;

const HEADER: &str = include_str!("../../include/mpa.h");

const ALL: [Advice; 19] = [
    Advice::PushAuthorization,
    Advice::PushAuthorizationUnlessSigningIn,
    Advice::CheckUserToken,
    Advice::CheckServiceToken,
    Advice::CheckToken,
    Advice::TrustIssuer,
    Advice::CheckAuthority,
    Advice::TrustCertificate,
    Advice::TrustProxy,
    Advice::CheckProxy,
    Advice::GiveProxyPassword,
    Advice::CheckProxyPassword,
    Advice::AllowInProxy,
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
        (InvalidCall::Platform(9), "invite.platform is 9, which is no MPA_PLATFORM_ value (0 to 8)."),
        (InvalidCall::UserCount(0), "invite.invited_user_count is 0; it must be 1 to 10000."),
        (InvalidCall::User(5), "invite.invited_users[5] is 0, which is no XUID."),
        (InvalidCall::ConnectionString(513), "invite.connection_string has 513 UTF-16 units; the service takes at"),
        (InvalidCall::Sender, "invite.sender is 0; it must be the XUID of the user"),
        (InvalidCall::GroupCount(10_001), "count is 10001; it must be 1 to 10000 groups."),
        (
            in_group(InvalidGroup::Encounter(InvalidEncounter::Type(-1))),
            "groups[3].encounter_type is -1, which is no MPA_ENCOUNTER_",
        ),
        (
            in_group(InvalidGroup::Encounter(InvalidEncounter::Timestamp(u64::MAX))),
            "groups[3].timestamp_unix_ms is 18446744073709551615, which",
        ),
        (in_group(InvalidGroup::PlayerCount(101)), "groups[3].player_count is 101; a group has 2 to 100 players."),
        (in_group(InvalidGroup::Player(7)), "groups[3].players[7] is 0, which is no XUID."),
    ] {
        let outcome = invalid_call("invite")(error);
        assert_eq!(outcome.status, Status::InvalidArgument);
        let message = &outcome.message;
        assert!(message.starts_with(beginning) && message.ends_with(" Nothing was sent."), "{message}");
    }
}

#[test]
fn the_same_holds_for_recent_players_and_activities() {
    let of_user = |user, error| InvalidCall::RecentPlayer(user, 2, error);
    let type_9 = InvalidRecentPlayer::Encounter(InvalidEncounter::Type(9));
    for (error, beginning) in [
        (InvalidCall::RecentPlayerCount(None, 0), "count is 0; it must be 1 to 10000 recent players."),
        (
            InvalidCall::RecentPlayerCount(Some(4), 101),
            "users[4].recent_player_count is 101; the service takes 1 to 100",
        ),
        (of_user(None, InvalidRecentPlayer::Xuid), "players[2].xuid is 0, which is no XUID."),
        (of_user(None, type_9), "players[2].encounter_type is 9, which is no MPA_ENCOUNTER_ value (0 to 2)."),
        (of_user(Some(4), type_9), "users[4].recent_players[2].encounter_type is 9, which is no MPA_ENCOUNTER_"),
        (InvalidCall::PlayerCount(0), "count is 0; it must be 1 to 10000 users."),
        (InvalidCall::Player(5), "users[5].xuid is 0, which is no XUID."),
        (InvalidCall::Xuid, "xuid is 0; it must be the XUID of the user whose activity it is."),
        (InvalidCall::Platform(9), "activity.platform is 9, which is no MPA_PLATFORM_ value (0 to 8)."),
        (InvalidCall::ConnectionString(513), "activity.connection_string has 513 UTF-16 units; the service takes at"),
        (InvalidCall::JoinRestriction(-1), "activity.join_restriction is -1, which is no MPA_JOIN_RESTRICTION_ value"),
        (InvalidCall::GroupId(128), "activity.group_id has 128 UTF-16 units; the service takes at most 127."),
        (InvalidCall::MaxPlayers(101), "activity.max_players is 101; the service takes 1 to 100, and 0 leaves it out."),
        (InvalidCall::CurrentPlayers(7), "activity.current_players is 7; the service takes 1 to 100, and 0 leaves it"),
        (InvalidCall::QueriedUserCount(10_001), "count is 10001; it must be 1 to 10000 XUIDs."),
        (InvalidCall::QueriedUser(31), "xuids[31] is 0, which is no XUID."),
    ] {
        let message = &invalid_call("activity")(error).message;
        assert!(message.starts_with(beginning) && message.ends_with(" Nothing was sent."), "{message}");
    }
}

#[test]
fn advice_follows_the_message_and_repetitions_are_counted_behind_it() {
    let outcome = Outcome::new(Status::AuthorizationNeeded, "There is none.");
    assert!(matches!(message(&outcome), Cow::Borrowed("There is none.")));
    let outcome = outcome.advising(Advice::PushAuthorization);
    let whole = "There is none. Set a newer one with mpa_client_set_authorization.";
    assert_eq!(message(&outcome), whole);
    let text = || Cow::Borrowed("There is none.");
    assert_eq!(repeated(text(), Some(Advice::PushAuthorization), 1), whole);
    assert_eq!(repeated(text(), Some(Advice::PushAuthorization), 3), format!("{whole} (3 times)"));
    assert_eq!(repeated(text(), None, 2), "There is none. (2 times)");
}

// What the core says ------------------------------------------------------------------------------

/// The table of the interface's own statuses, which is no text of the core: names and descriptions are what
/// mpa_status_name and mpa_status_description give.
const TABLE: &str = "status.rs";

#[test]
fn no_text_of_the_core_names_what_the_header_declares() {
    let names = names_of_the_header();
    assert!(names.len() > 100 && names.contains("call_timeout_ms") && names.contains("mpa_send_invite"));
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let files = sources(&source, &source.join("ffi"));
    assert!(files.len() > 50, "{files:?}");
    for file in files.iter().filter(|file| !file.ends_with(TABLE)) {
        let code = fs::read_to_string(file).unwrap();
        for text in texts(code.split("#[cfg(test)]\nmod tests {").next().unwrap_or_default()) {
            // The values of a label in Prometheus are no texts for people.
            if Lane::ALL.iter().any(|lane| lane.info().label == text) {
                continue;
            }
            let found = named(&text, &names);
            assert_eq!(found, None, "{} says \"{text}\": say it as data, and word it in ffi", file.display());
        }
    }
}

/// Functions, macros and numbers, and fields of more than one word. Those of one are words of English too.
fn names_of_the_header() -> BTreeSet<&'static str> {
    let mut rest = HEADER;
    let mut names = BTreeSet::new();
    while !rest.is_empty() {
        let (code, comment) = rest.split_once("/*").unwrap_or((rest, ""));
        names.extend(words(code).filter(|word| word.contains('_')));
        rest = comment.split_once("*/").map_or("", |(_, behind)| behind);
    }
    names
}

fn words(text: &str) -> impl Iterator<Item = &str> {
    text.split(|c: char| !c.is_ascii_alphanumeric() && c != '_')
}

/// A name of the header in a text, or a field behind the name of a parameter.
fn named<'a>(text: &'a str, names: &BTreeSet<&str>) -> Option<&'a str> {
    const PARAMETERS: [&str; 7] = ["config", "invite", "groups", "authorization", "event", "result", "stats"];
    let is_prefixed = |word: &str| word.starts_with("mpa_") || word.starts_with("MPA_");
    let of_parameter = |name: &&&str| {
        text.match_indices(**name).any(|(place, name)| {
            let is_whole = !text[..place].ends_with(|c: char| c.is_ascii_alphanumeric() || c == '_');
            let behind = &text[place + name.len()..];
            is_whole && (behind.starts_with('[') || behind.strip_prefix('.').is_some_and(starts_with_a_letter))
        })
    };
    let word = words(text).find(|word| is_prefixed(word) || names.contains(word));
    word.or_else(|| PARAMETERS.iter().find(of_parameter).copied())
}

fn starts_with_a_letter(text: &str) -> bool {
    text.starts_with(|c: char| c.is_ascii_lowercase())
}

/// The files of the core, without those that are only of tests.
fn sources(folder: &Path, but: &Path) -> Vec<PathBuf> {
    const OF_TESTS: [&str; 6] = ["tests", "tests.rs", "model", "stress", "openssl.rs", "checked.rs"];
    let mut files = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_str().unwrap();
        let is_of_tests = OF_TESTS.contains(&name)
            || name.ends_with("_tests.rs")
            || OF_TESTS.iter().any(|folder| name.strip_suffix(".rs") == Some(folder));
        if path == but || is_of_tests {
            continue;
        }
        if path.is_dir() {
            files.extend(sources(&path, but));
        } else if name.ends_with(".rs") {
            files.push(path);
        }
    }
    files
}

/// The string literals of Rust code, without what braces put in.
fn texts(code: &str) -> Vec<String> {
    let mut texts = Vec::new();
    let mut rest = code;
    while let Some(first) = rest.chars().next() {
        let end = match first {
            '/' if rest.starts_with("//") => rest.find('\n').unwrap_or(rest.len()),
            '/' if rest.starts_with("/*") => rest.find("*/").map_or(rest.len(), |end| end + 2),
            // A character; where it is none, a lifetime.
            '\'' => {
                ["'\"'", "'\\\"'", "'\\''", "'{'", "'}'"].iter().find(|c| rest.starts_with(**c)).map_or(1, |c| c.len())
            }
            'r' if rest.starts_with("r#\"") => {
                let end = rest[3..].find("\"#").map_or(rest.len(), |end| end + 3);
                texts.push(rest[3..end].to_owned());
                (end + 2).min(rest.len())
            }
            '"' => {
                let mut is_escaped = false;
                let is_end = |(_, c): &(usize, char)| {
                    let is_end = *c == '"' && !is_escaped;
                    is_escaped = *c == '\\' && !is_escaped;
                    is_end
                };
                let end = rest[1..].char_indices().find(is_end).map_or(rest.len(), |(place, _)| place + 2);
                texts.push(without_arguments(&rest[1..end - 1]));
                end
            }
            other => other.len_utf8(),
        };
        rest = &rest[end..];
    }
    texts
}

fn without_arguments(text: &str) -> String {
    let mut depth = 0_u32;
    let outside = |c: &char| {
        match c {
            '{' => depth += 1,
            '}' => depth = depth.saturating_sub(1),
            _ => {}
        }
        depth == 0
    };
    text.chars().filter(outside).collect()
}

#[test]
fn what_names_a_field_a_macro_or_a_function_is_found() {
    let names = names_of_the_header();
    let code = r##"
        // "config.endpoint" in a comment
        let quote = ('"', '\'', '\\'); let life: &'static str = "set \"call_timeout_ms\" then";
        let more = (r#"MPA_INIT"#, "has {title_id} and {}", "Poll with mpa_poll_event.");
        let last = "config.endpoint is wrong"; let index = "groups[2] is"; let fine = "the endpoint. config. A call";
    "##;
    let texts = texts(code);
    let found: Vec<_> = texts.iter().map(|text| named(text, &names)).collect();
    let expected =
        [Some("call_timeout_ms"), Some("MPA_INIT"), None, Some("mpa_poll_event"), Some("config"), Some("groups"), None];
    assert_eq!(found, expected, "{texts:?}");
}
