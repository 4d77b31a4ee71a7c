//! What every call must carry, and what is said where it does not.

use mpa_emulator::{Emulator, Options};

use crate::client::{Client, answer, assert_refused, start};
use crate::requests::{
    OF_SERVICE, OF_USER, Request, delete_activity, get_activities, invite, recent_player_groups, recent_players,
    server_invite, server_recent_players, set_activity,
};

#[test]
fn a_good_call_is_answered_with_204_and_a_correlation_id() {
    let emulator = start();
    let mut client = Client::connect(&emulator);
    let mut correlation_ids = Vec::new();
    for request in [
        invite(7),
        server_invite(7),
        recent_player_groups(7),
        recent_players(7),
        server_recent_players(7),
        get_activities(7),
        set_activity(7),
        delete_activity(7),
    ] {
        let answer = client.send(&request);
        assert_eq!((answer.status, answer.body.as_str()), (204, ""), "{answer:?}");
        assert!(answer.header("date").is_some(), "clients learn the time from it");
        correlation_ids.push(answer.header("x-xblcorrelationid").unwrap().to_owned());
    }
    assert!(correlation_ids.iter().all(|id| id.len() == 36), "{correlation_ids:?}");
    correlation_ids.dedup();
    assert_eq!(correlation_ids.len(), 8);
}

#[test]
fn a_wrong_address_is_not_found() {
    let good = r#"{"invitedUsers":["1"]}"#;
    let paths = [
        "/",
        "/titles/7",
        "/titles/7/invite",
        "/titles/7/invites/",
        "/titles/7/invites/Server",
        "/titles/7/recentplayergroups",
        "/titles/0/invites",
        "/titles/007/invites",
        "/titles/-7/invites",
        "/titles/%37/invites",
        "/titles/4294967296/invites",
        "/titles/abc/invites",
        "/titles//invites",
        "/titles/7/invites?",
        "/titles/7/invites?a=b",
        "/titles/7/recentplayers/Server",
        "/titles/7/users/9",
    ];
    for path in paths {
        let answer = answer(&Request::call(path, OF_USER, good));
        assert_refused(&answer, 404, "InvalidRequest", "");
    }
}

#[test]
fn a_wrong_method_is_not_allowed() {
    for method in ["GET", "PUT", "DELETE", "PATCH", "HEAD", "OPTIONS"] {
        for path in ["/titles/7/invites", "/titles/7/recentplayergroups/server"] {
            let emulator = start();
            let mut client = Client::connect(&emulator);
            client.send_bytes(&Request::new(method, path).with("Connection", "close").to_bytes());
            let text = String::from_utf8(client.rest()).unwrap();
            assert!(text.starts_with("HTTP/1.1 405 "), "{method}: {text}");
            assert!(text.to_lowercase().contains("allow: post"), "{method}: {text}");
            let explained = text.contains("This path does not take this method.");
            assert_eq!(explained, method != "HEAD", "{method}: {text}");
        }
    }
}

#[test]
fn a_caller_without_a_token_is_unauthorized_with_a_hint() {
    let missing = answer(&server_invite(7).without("Authorization"));
    assert_refused(&missing, 401, "AuthorizationError", "Authorization is missing");
    assert_eq!(missing.header("www-authenticate"), Some("XBL3.0 error=\"missing\""));
    for malformed in ["Bearer token", "XBL3.0 x=-", "XBL3.0 x=-;", "XBL3.0 x=;token"] {
        let answer = answer(&server_invite(7).replacing("Authorization", malformed));
        assert_refused(&answer, 401, "AuthorizationError", "must be XBL3.0 x=");
        assert_eq!(answer.header("www-authenticate"), Some("XBL3.0 error=\"malformed\""));
    }
    let twice = answer(&server_invite(7).with("Authorization", OF_SERVICE));
    assert_refused(&twice, 401, "AuthorizationError", "twice");
}

#[test]
fn each_endpoint_has_its_kind_of_caller() {
    let wrong = [
        invite(7).replacing("Authorization", OF_SERVICE),
        server_invite(7).replacing("Authorization", OF_USER),
        recent_player_groups(7).replacing("Authorization", OF_USER),
        recent_players(7).replacing("Authorization", OF_SERVICE),
        server_recent_players(7).replacing("Authorization", OF_USER),
    ];
    for request in &wrong {
        assert_refused(&answer(request), 400, "AuthorizationError", "token");
    }
    let lenient = Emulator::start(Options { any_caller: true, ..Options::default() }).unwrap();
    let mut client = Client::connect(&lenient);
    for request in &wrong {
        assert_eq!(client.send(request).status, 204);
    }
    for request in [set_activity(7), get_activities(7), delete_activity(7)] {
        let statuses = [OF_USER, OF_SERVICE].map(|caller| answer(&request.clone().replacing("Authorization", caller)));
        assert_eq!(statuses.map(|answer| answer.status), [204, 204]);
    }
    let no_caller = client.send(&invite(7).without("Authorization"));
    assert_eq!(no_caller.status, 401, "any caller is still a caller");
}

#[test]
fn the_contract_version_is_required() {
    let name = "x-xbl-contract-version";
    let wrong = [
        invite(7).without(name),
        invite(7).replacing(name, "2"),
        invite(7).replacing(name, ""),
        invite(7).with(name, "1"),
    ];
    for request in &wrong {
        assert_refused(&answer(request), 400, "InvalidRequest", name);
    }
}

#[test]
fn the_content_type_is_json() {
    let plain = invite(7).replacing("Content-Type", "application/json");
    assert_eq!(answer(&plain).status, 204);
    assert_eq!(answer(&get_activities(7)).status, 204, "without a body none is needed");
    let wrong = [
        invite(7).without("Content-Type"),
        delete_activity(7).without("Content-Type"),
        get_activities(7).with("Content-Type", "text/plain"),
        invite(7).replacing("Content-Type", "text/plain"),
        invite(7).replacing("Content-Type", "application/json; charset=latin1"),
        invite(7).with("Content-Type", "application/json"),
    ];
    for request in &wrong {
        assert_refused(&answer(request), 415, "InvalidRequest", "Content-Type");
    }
}

#[test]
fn errors_of_the_envelope_are_reported_before_errors_of_the_body() {
    let all_wrong = Request::new("POST", "/titles/7/invites/server");
    assert_eq!(answer(&all_wrong).status, 401);
    let with_token = all_wrong.with("Authorization", OF_SERVICE);
    assert_refused(&answer(&with_token), 400, "InvalidRequest", "x-xbl-contract-version");
    let with_version = with_token.with("x-xbl-contract-version", "1");
    assert_eq!(answer(&with_version).status, 415);
    let with_type = with_version.with("Content-Type", "application/json");
    assert_refused(&answer(&with_type), 400, "InvalidRequest", "not JSON");
}
