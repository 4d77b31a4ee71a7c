//! Requests to an emulator for tests and pictures of its page, as servers would send them.

use std::io::{BufRead, BufReader, Write};
use std::net::TcpStream;
use std::thread;

use mpa_emulator::Emulator;
use serde_json::{Value, json};

fn request(method: &str, path: &str, caller: &str, body: &Value) -> String {
    let body = body.to_string();
    format!(
        "{method} {path} HTTP/1.1\r\nHost: emulator\r\nAuthorization: XBL3.0 x={caller};token\r\nUser-Agent: game-server/1.0\r\n\
         x-xbl-contract-version: 1\r\nContent-Type: application/json; charset=utf-8\r\nContent-Length: {}\r\n\r\n{body}",
        body.len()
    )
}

/// Sends requests over one connection, without waiting for each response, and returns when all are answered.
fn send(emulator: &Emulator, requests: &[String]) {
    let address = emulator.url().strip_prefix("http://").expect("it speaks plain HTTP");
    let mut stream = TcpStream::connect(address).expect("an emulator listens");
    let reader = BufReader::new(stream.try_clone().expect("a socket is cloned"));
    let expected = requests.len();
    let answers = thread::spawn(move || {
        // No body of a response holds such a line.
        let heads = reader
            .split(b'\n')
            .map_while(Result::ok)
            .filter(|line| line.starts_with(b"HTTP/1.1 ") || line.windows(10).any(|part| part == b"}HTTP/1.1 "));
        heads.take(expected).count()
    });
    for chunk in requests.chunks(100) {
        stream.write_all(chunk.concat().as_bytes()).expect("requests are sent");
    }
    assert_eq!(answers.join().expect("answers are read"), expected);
}

/// So many server invites of title 7, of one user each.
pub fn send_many(emulator: &Emulator, count: usize) {
    let body = |index| json!({"invitedUsers": [format!("{}", 1 + index)], "sender": "1000", "connectionString": "203.0.113.7:7777"});
    let requests: Vec<_> =
        (0..count).map(|index| request("POST", "/titles/7/invites/server", "-", &body(index))).collect();
    send(emulator, &requests);
}

/// A few of everything, with mistakes.
pub fn example(emulator: &Emulator) {
    let user = |number: u64| (2_814_613_765_430_000 + number * 389).to_string();
    let service =
        |method: &str, path: &str, body: Value| request(method, &format!("/titles/1234567890/{path}"), "-", &body);
    let invite = |users: &[u64], connection_string: &str| {
        let users: Vec<_> = users.iter().map(|number| user(*number)).collect();
        service(
            "POST",
            "invites/server",
            json!({"invitedUsers": users, "sender": user(9), "connectionString": connection_string}),
        )
    };
    let mut requests = vec![invite(&[1, 2, 3], "203.0.113.7:7777/lobby-42"), invite(&[4], "server=eu west&map=a+b#7")];
    requests.extend((0..5).map(|number| invite(&[20 + number], "203.0.113.7:7777/lobby-43")));
    for match_number in 0..6_u64 {
        let players: Vec<_> =
            (0..4).map(|place| json!({"id": user((match_number * 3 + place * place) % 14)})).collect();
        let group = json!({"timestamp": "2026-05-12T10:11:12Z", "encounterType": "Teammate", "recentPlayers": players});
        requests.push(service("POST", "recentplayergroups/server", json!({"recentPlayerGroups": [group]})));
    }
    for number in 0..4 {
        let activity = json!({"connectionString": "203.0.113.7:7777", "joinRestriction": "Public", "sequenceNumber": "17", "currentPlayers": 3, "maxPlayers": 8});
        requests.push(service("PUT", &format!("users/{}/activities", user(number)), activity));
    }
    requests.push(service("DELETE", &format!("users/{}/activities", user(3)), json!({"sequenceNumber": "18"})));
    requests.push(service("POST", "activities/query", json!({"users": [user(1), user(2)]})));
    requests.extend((0..3).map(|_| service("POST", "invites/server", json!({"invitedUsers": [5], "sender": user(9)}))));
    requests.push(request(
        "POST",
        "/titles/7/invites",
        "123",
        &json!({"invitedUsers": [user(6)], "connectionString": "a"}),
    ));
    requests.push(invite(&[1, 2, 3], "203.0.113.7:7777/lobby-42"));
    send(emulator, &requests);
}
