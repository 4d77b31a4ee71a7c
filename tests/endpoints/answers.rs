//! What a query makes of every answer: tolerant of what can be understood, and never making anything up.

use mpa::ffi::activity::MPA_JOIN_RESTRICTION_UNKNOWN;
use mpa::ffi::client::mpa_client_config;
use mpa::ffi::invite::{MPA_PLATFORM_ANY, MPA_PLATFORM_UNKNOWN};
use mpa_tests::activities::{Found, Record};
use mpa_tests::c::{Client, Outcome, config};
use mpa_tests::peer::{self, Answer, Layer, Peer, read_request, response, say};

use super::LONG;

const MEBIBYTE: usize = 1024 * 1024;

/// Has users 1 to 3 queried by a client that gets this answer, blocking and submitted, with room for `capacity`
/// records.
#[track_caller]
fn query(answer: impl AsRef<[u8]>, capacity: u32) -> (Outcome, Found) {
    let answer = answer.as_ref().to_owned();
    let (endpoint, _requests) = peer::start(move |_| Answer::Send(answer.clone()));
    let client = Client::open(&mpa_client_config { request_timeout_ms: 5_000, ..config(&endpoint) });
    let (outcome, found) = client.query_activities(&[1, 2, 3], None, capacity);
    let (submitted, number) = client.submit_query(&[1, 2, 3], 1);
    assert_eq!(submitted.status, "MPA_OK", "{}", submitted.message);
    let (_, event) = client.wait_event(LONG).unwrap();
    assert_eq!((event.status, event.counts()), (outcome.status, outcome.counts()), "{}", event.message);
    let (read, read_found) = client.read_activities(number, capacity);
    assert_eq!((read.status, &read_found), ("MPA_OK", &found));
    (outcome, found)
}

/// What is found in a body.
#[track_caller]
fn found(body: &str) -> Vec<Record> {
    let (outcome, found) = query(response(200, &["Content-Type: application/json"], body), 64);
    assert_eq!((outcome.status, outcome.counts()), ("MPA_OK", (3, 0, 0)), "{body}: {}", outcome.message);
    assert_eq!(found.total as usize, found.records.len());
    found.records
}

/// What is found where user 1 has this activity.
#[track_caller]
fn found_of_one(activity: &str) -> Record {
    let records = found(&format!(r#"{{"userActivities":[{{"userId":"1","activities":[{activity}]}}]}}"#));
    assert_eq!((records.len(), records[0].xuid), (1, 1), "{activity}");
    records.into_iter().next().unwrap()
}

/// A record of user `xuid` in which only the join restriction says something: that it is not known.
fn empty(xuid: u64) -> Record {
    Record { xuid, join_restriction: MPA_JOIN_RESTRICTION_UNKNOWN, ..Record::default() }
}

/// A query that ends without an acknowledgement finds nothing.
#[track_caller]
fn refused(answer: impl AsRef<[u8]>, status: &str) -> String {
    let (outcome, found) = query(answer, 4);
    assert_eq!((outcome.status, outcome.result.acknowledged), (status, 0), "{}", outcome.message);
    assert_eq!(found, Found { records: Vec::new(), total: 0 });
    outcome.message
}

#[test]
fn what_is_left_out_is_empty() {
    assert_eq!(found_of_one("{}"), empty(1));
    for nothing in ["null", r#"{"userId":"1","activities":null}"#, r#"{"userId":"1"}"#, r#"{"activities":[]}"#] {
        assert_eq!(found(&format!(r#"{{"userActivities":[{nothing}]}}"#)), [], "{nothing}");
    }
    assert_eq!(found(r#"{"userActivities":[]}"#), []);
    assert_eq!(found(r#"{"userActivities":null}"#), []);
    let (outcome, found) = query(response(204, &[], ""), 4);
    assert_eq!((outcome.status, outcome.counts(), found.total), ("MPA_OK", (3, 0, 0), 0), "{}", outcome.message);
}

#[test]
fn numbers_may_be_strings() {
    let record =
        Record { title_id: 4_294_967_295, sequence_number: u64::MAX, max_players: 8, current_players: 3, ..empty(1) };
    for [title, sequence, max, current] in [
        ["4294967295", "18446744073709551615", "8", "3"],
        [r#""4294967295""#, r#""18446744073709551615""#, r#""8""#, r#""3""#],
    ] {
        let activity = format!(
            r#"{{"titleId":{title},"sequenceNumber":{sequence},"maxPlayers":{max},"currentPlayers":{current}}}"#
        );
        assert_eq!(found_of_one(&activity), record, "{activity}");
    }
}

#[test]
fn unknown_values_are_said_to_be_unknown_and_unknown_fields_are_passed_over() {
    let unknown = Record { platform: MPA_PLATFORM_UNKNOWN, connection_string: "c".to_owned(), ..empty(1) };
    let activity = r#"{"joinRestriction":"Friends","platform":"Xbox9","connectionString":"c",
        "new":{"connectionString":"other","list":[1,{"titleId":9}]},"expires":1e400}"#;
    // A number beyond any is still one of a field that is not looked at.
    assert_eq!(found_of_one(&activity.replace("1e400", "1e40")), unknown);
    assert_eq!(found_of_one(r#"{"platform":null}"#).platform, MPA_PLATFORM_ANY);
}

#[test]
fn activities_of_all_titles_come_in_the_order_of_the_response() {
    let body = r#"{"more":1,"userActivities":[
        {"userId":"2","activities":[{"titleId":9},{"titleId":7},{"titleId":9}]},
        {"userId":"77","activities":[{"titleId":7}]},
        {"userId":"2","activities":[{"titleId":8}]},
        {"userId":1,"activities":[{}]}]}"#;
    let expected: [(u64, u32); 6] = [(2, 9), (2, 7), (2, 9), (77, 7), (2, 8), (1, 0)];
    let records = found(body);
    // Of a user who was not asked for, or who is there twice, the response is passed on as it is.
    assert_eq!(records.iter().map(|record| (record.xuid, record.title_id)).collect::<Vec<_>>(), expected);
}

#[test]
fn a_wrong_type_loses_only_what_it_stands_for() {
    for wrong in ["null", "true", "-1", "1.5e300", "[]", "{}", "[[1]]", r#"{"a":{"b":null}}"#] {
        for field in ["titleId", "maxPlayers", "currentPlayers", "connectionString", "groupId"] {
            let record = found_of_one(&format!(r#"{{"{field}":{wrong},"sequenceNumber":5}}"#));
            assert_eq!(record, Record { sequence_number: 5, ..empty(1) }, "{field}: {wrong}");
        }
        let record = found_of_one(&format!(r#"{{"joinRestriction":{wrong},"platform":"Win32","titleId":7}}"#));
        assert_eq!((record.join_restriction, record.title_id), (MPA_JOIN_RESTRICTION_UNKNOWN, 7), "{wrong}");
        let activities = found(&format!(r#"{{"userActivities":[{{"userId":"1","activities":[{wrong},{{}}]}}]}}"#));
        let is_object = wrong.starts_with('{');
        assert_eq!(activities.len(), if is_object { 2 } else { 1 }, "{wrong}");
        assert_eq!(
            found(&format!(r#"{{"userActivities":[{wrong},{{"userId":"1","activities":[{{}}]}}]}}"#)),
            [empty(1)]
        );
        let none = [
            format!(r#"{{"userActivities":[{{"userId":"1","activities":{}}}]}}"#, wrong.replace("[[1]]", "[[]]")),
            format!(r#"{{"userActivities":{}}}"#, wrong.replace("[[1]]", "[[]]")),
        ];
        for body in none {
            assert_eq!(found(&body), [], "{body}");
        }
    }
    for wrong in ["null", "true", "0", "-1", "[]", "{}", r#""""#, r#""x""#, r#""18446744073709551616""#] {
        let body = format!(r#"{{"userActivities":[{{"userId":{wrong},"activities":[{{}}]}}]}}"#);
        let message = refused(response(200, &[], &body), "MPA_ERROR_UNEXPECTED_ANSWER");
        assert!(message.contains("activities"), "{wrong}: {message}");
    }
}

#[test]
fn texts_are_cut_at_the_end_of_a_character() {
    let long = "\u{20ac}".repeat(600);
    let record = found_of_one(&format!(r#"{{"connectionString":"{long}","groupId":"{long}"}}"#));
    let kept = |text: &str, size: usize| {
        assert!(text.len() < size && text.len() > size - 4 && long.starts_with(text), "{} of {size}", text.len());
    };
    kept(&record.connection_string, 1_544);
    kept(&record.group_id, 384);
    let record = found_of_one(r#"{"connectionString":"a\ud83d\ude00\"\\\/\u20ac","groupId":"a\u0000b"}"#);
    assert_eq!(record.connection_string, "a\u{1f600}\"\\/\u{20ac}");
    assert!(record.group_id.is_empty() || record.group_id == "a", "{:?}", record.group_id);
}

#[test]
fn thousands_of_activities_are_found_and_counted() {
    let activity = format!(r#"{{"titleId":7,"connectionString":"{}"}}"#, "c".repeat(512));
    let activities = vec![activity; 2_500].join(",");
    let body = format!(
        r#"{{"userActivities":[{{"userId":"1","activities":[{activities}]}},
        {{"userId":"2","activities":[{activities}]}}]}}"#
    );
    assert!(body.len() < 4 * MEBIBYTE);
    let (outcome, found) = query(response(200, &[], &body), 3_000);
    assert_eq!((outcome.status, found.total, found.records.len()), ("MPA_OK", 5_000, 3_000), "{}", outcome.message);
    assert_eq!((found.records[2_499].xuid, found.records[2_500].xuid), (1, 2));
}

#[test]
fn a_body_beyond_the_limit_is_refused() {
    let body = |padding: usize| format!(r#"{{"userActivities":[],"a":"{}"}}"#, "a".repeat(padding));
    let rest = body(0).len();
    assert_eq!(query(response(200, &[], &body(4 * MEBIBYTE - rest)), 4).0.status, "MPA_OK");
    refused(response(200, &[], &body(4 * MEBIBYTE + 1 - rest)), "MPA_ERROR_UNEXPECTED_ANSWER");
}

#[test]
fn what_is_no_list_of_activities_is_refused() {
    let whole = r#"{"userActivities":[{"userId":"1","activities":[{"connectionString":"c","titleId":7}]}]}"#;
    for cut in 0..whole.len() {
        let message = refused(response(200, &[], &whole[..cut]), "MPA_ERROR_UNEXPECTED_ANSWER");
        assert!(!message.contains("userId"), "{message}");
    }
    let deep = format!(r#"{{"userActivities":{}"#, "[".repeat(100_000));
    for body in ["[]", "7", "null", "{}", r#"{"activities":[]}"#, "<html></html>", "{'userActivities':[]}", &deep] {
        refused(response(200, &[], body), "MPA_ERROR_UNEXPECTED_ANSWER");
    }
    refused(response(200, &[], &format!("{whole}{{}}")), "MPA_ERROR_UNEXPECTED_ANSWER");
    let mut bytes = response(200, &[], whole).into_bytes();
    let place = bytes.len() - 20;
    bytes[place] = 0xff;
    refused(bytes, "MPA_ERROR_UNEXPECTED_ANSWER");
    refused(response(200, &["Content-Encoding: gzip"], whole), "MPA_ERROR_UNEXPECTED_ANSWER");
    refused(response(201, &[], whole), "MPA_ERROR_UNEXPECTED_ANSWER");
    refused(response(429, &[], whole), "MPA_ERROR_THROTTLED");
    refused(response(403, &[], whole), "MPA_ERROR_FORBIDDEN");
}

/// What counts is whether the JSON is whole.
#[test]
fn a_body_that_ends_early_is_refused_unless_its_json_is_whole() {
    let body = r#"{"userActivities":[{"userId":"1","activities":[{"titleId":7}]}]}"#;
    for (cut, expected) in [(0, "MPA_OK"), (1, "MPA_ERROR_UNEXPECTED_ANSWER"), (10, "MPA_ERROR_UNEXPECTED_ANSWER")] {
        let head = format!("HTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\n", body.len() + 1);
        let answer = format!("{head}{}", &body[..body.len() - cut]);
        let peer = Peer::start(Layer::Plain, 1, move |_, stream| {
            read_request(stream);
            say(stream, &answer);
            stream.finish();
        });
        let client = Client::open(&config(&peer.endpoint()));
        let (outcome, found) = client.query_activities(&[1], None, 4);
        assert_eq!((outcome.status, found.total), (expected, u32::from(cut == 0)), "{}", outcome.message);
    }
}

#[test]
fn a_body_in_chunks_is_read() {
    let answer = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n12\r\n{\"userActivities\":\r\n\
        2d\r\n[{\"userId\":\"1\",\"activities\":[{\"titleId\":7}]}]\r\n1\r\n}\r\n0\r\n\r\n";
    let (outcome, found) = query(answer, 4);
    assert_eq!((outcome.status, found.total), ("MPA_OK", 1), "{}", outcome.message);
    assert_eq!(found.records, [Record { title_id: 7, ..empty(1) }]);
}

/// The documents do not show the answer to a GET. The forms that its siblings suggest are all taken.
#[test]
fn the_activities_of_one_user_come_in_several_forms() {
    let get = |answer: String| {
        let (endpoint, requests) = peer::start(move |_| Answer::Say(answer.clone()));
        let client = Client::open(&config(&endpoint));
        let (outcome, found) = client.get_activities(9, 4);
        let request = requests.recv().unwrap();
        assert!(request.starts_with("GET /titles/7/users/9/activities HTTP/1.1\r\n"), "{request}");
        (outcome.status, found)
    };
    let expected = Record { title_id: 7, connection_string: "c".to_owned(), ..empty(9) };
    for body in [
        r#"{"activities":[{"titleId":7,"connectionString":"c"}]}"#,
        r#"{"userActivities":[{"userId":"9","activities":[{"titleId":7,"connectionString":"c"}]}]}"#,
        r#"[{"titleId":"7","connectionString":"c"}]"#,
        r#"{"titleId":7,"connectionString":"c","userId":"9"}"#,
    ] {
        let found = Found { records: vec![expected.clone()], total: 1 };
        assert_eq!(get(response(200, &[], body)), ("MPA_OK", found), "{body}");
    }
    let nothing = Found { records: Vec::new(), total: 0 };
    assert_eq!(get(response(204, &[], "")), ("MPA_OK", nothing.clone()));
    for body in ["", "{}", r#"{"more":1}"#, "null", "7", "[{]"] {
        assert_eq!(get(response(200, &[], body)), ("MPA_ERROR_UNEXPECTED_ANSWER", nothing.clone()), "{body}");
    }
}
