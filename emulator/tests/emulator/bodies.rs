//! Which bodies are accepted, and what is said of the others.

use serde_json::{Value, json};

use crate::client::{Client, answer, assert_refused, start};
use crate::requests::{OF_SERVICE, OF_USER, Request, invite};

/// Bodies as they are known from the service's documents and from Microsoft's own client.
#[test]
fn known_good_bodies_are_accepted() {
    let groups = json!([
        {"encounterType": "Teammate", "timestamp": "2020-05-12T10:11:12Z", "recentPlayers": [
            {"id": "11", "network": "XboxLive"}, {"id": "12", "network": "XboxLive"},
            {"id": "13", "network": "XboxLive"}]},
        {"timestamp": "2020-05-12T10:11:12Z", "recentPlayers": [
            {"id": "11", "network": "XboxLive"}, {"id": "14", "network": "XboxLive"}]},
    ]);
    let calls = [
        (
            "/titles/1234567890/invites",
            OF_USER,
            json!({"invitedUsers": ["2535465515082324", "2814613765430389"],
                   "connectionString": "ip=203.0.113.7:7777", "platform": "Scarlett"}),
        ),
        (
            "/titles/1234/invites",
            OF_USER,
            json!({"invitedUsers": ["1", "2", "3"], "platform": "Win32",
                   "connectionString": "mockConnectionString"}),
        ),
        (
            "/titles/4294967295/invites/server",
            OF_SERVICE,
            json!({"invitedUsers": ["18446744073709551615"], "sender": "2814613765430389",
                   "connectionString": ""}),
        ),
        ("/titles/7/recentplayergroups/server", OF_SERVICE, json!({"recentPlayerGroups": groups})),
    ];
    for (path, authorization, body) in calls {
        let answer = answer(&Request::call(path, authorization, body.to_string()));
        assert_eq!(answer.status, 204, "{path}: {answer:?}");
    }
}

#[test]
fn a_chunked_body_is_read() {
    let emulator = start();
    let mut client = Client::connect(&emulator);
    client.send_bytes(
        b"POST /titles/7/invites HTTP/1.1\r\nAuthorization: XBL3.0 x=1;t\r\n\
          Content-Type: application/json\r\nx-xbl-contract-version: 1\r\n\
          Transfer-Encoding: chunked\r\n\r\n\
          10\r\n{\"invitedUsers\":\r\n6\r\n[\"1\"]}\r\n0\r\n\r\n",
    );
    assert_eq!(client.receive().status, 204);
    assert_eq!(emulator.requests(7)[0].json(), json!({"invitedUsers": ["1"]}));
}

#[test]
fn a_body_that_cannot_be_read_is_invalid() {
    let unreadable: [&[u8]; 6] = [
        b"",
        b"invitedUsers=1",
        br#"{"invitedUsers":["1"]"#,
        br#"{"invitedUsers":["1"]}}"#,
        b"{\"invitedUsers\":[\"\xff\"]}",
        br#"{"invitedUsers":["1"],"invitedUsers":["2"]}"#,
    ];
    for body in unreadable {
        let answer = answer(&Request::call("/titles/7/invites", OF_USER, body));
        assert_refused(&answer, 400, "InvalidRequest", "not JSON that can be read");
    }
}

#[test]
fn a_body_may_be_256_kib_and_not_more() {
    let largest = 256 * 1024;
    let padded = |length: usize| {
        let mut body = br#"{"invitedUsers":["1"]}"#.to_vec();
        body.resize(length, b' ');
        Request::call("/titles/7/invites", OF_USER, body)
    };
    let emulator = start();
    let mut client = Client::connect(&emulator);
    assert_eq!(client.send(&padded(largest)).status, 204);
    let refused = client.send(&padded(largest + 1));
    assert_refused(&refused, 413, "InvalidRequest", "262144 bytes");
    let much = client.send(&padded(4 * 1024 * 1024));
    assert_eq!(much.status, 413, "the answer is not lost to a client that sends to the end");
    assert_eq!(client.send(&invite(7)).status, 204, "the connection is still good");
    let lengths: Vec<_> = emulator.requests(7).iter().map(|r| (r.status, r.body.len())).collect();
    assert_eq!(lengths[..3], [(204, largest), (413, 0), (413, 0)]);
}

/// The rules themselves are tested beside their code; here, that each endpoint has its own.
#[test]
fn a_body_that_breaks_a_rule_is_refused_with_the_name_of_the_field() {
    let refuse = |path: &str, authorization: &str, body: Value, debug_message: &str| {
        let answer = answer(&Request::call(path, authorization, body.to_string()));
        assert_refused(&answer, 400, "RequestValidationError", debug_message);
    };
    let invites = "/titles/7/invites";
    refuse(invites, OF_USER, json!([]), "the body must be an object");
    refuse(invites, OF_USER, json!({}), "invitedUsers is required");
    refuse(invites, OF_USER, json!({"invitedUsers": []}), "invitedUsers must have 1 to 16");
    refuse(invites, OF_USER, json!({"invitedUsers": vec!["1"; 17]}), "elements, not 17");
    refuse(invites, OF_USER, json!({"invitedUsers": ["1", 2]}), "invitedUsers[1] must be a string");
    refuse(invites, OF_USER, json!({"invitedUsers": ["0"]}), "invitedUsers[0] must be a XUID");
    refuse(invites, OF_USER, json!({"invitedUsers": ["1"], "sender": "2"}), "sender is not");
    refuse(invites, OF_USER, json!({"invitedUsers": ["1"], "platform": "xboxone"}), "platform must be one of");
    refuse(
        invites,
        OF_USER,
        json!({"invitedUsers": ["1"], "connectionString": "😀".repeat(257)}),
        "connectionString must be at most 512 UTF-16 code units long, not 514",
    );
    let server_invites = "/titles/7/invites/server";
    refuse(server_invites, OF_SERVICE, json!({"invitedUsers": ["1"]}), "sender is required");

    let groups = "/titles/7/recentplayergroups/server";
    let group = json!({"timestamp": "2020-05-12T10:11:12Z",
        "recentPlayers": [{"id": "1"}, {"id": "2"}]});
    let mut numbered = group.clone();
    numbered["recentPlayers"][0]["id"] = json!(1);
    refuse(
        groups,
        OF_SERVICE,
        json!({"recentPlayerGroups": [group, group, group, numbered]}),
        "recentPlayerGroups[3].recentPlayers[0].id must be a string, not a number",
    );
    refuse(
        groups,
        OF_SERVICE,
        json!({"recentPlayerGroups": vec![group; 21]}),
        "recentPlayerGroups must have 1 to 20 elements, not 21",
    );
}
