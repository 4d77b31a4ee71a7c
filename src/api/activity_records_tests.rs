use super::*;

fn record(xuid: u64, connection_string: &str) -> ActivityRecord {
    ActivityRecord { xuid, connection_string: connection_string.into(), ..ActivityRecord::default() }
}

#[test]
fn every_field_is_read() {
    let body = br#"{"userActivities":[{"userId":"2814613765430389","activities":[{"titleId":"1234567890",
        "connectionString":"203.0.113.7:7777","joinRestriction":"InviteOnly","sequenceNumber":"17","maxPlayers":8,
        "currentPlayers":"3","groupId":"squad","platform":"PlayStation","more":{"a":[1,{"b":null}]}}]}]}"#;
    let expected = ActivityRecord {
        xuid: 2_814_613_765_430_389,
        title_id: 1_234_567_890,
        sequence_number: 17,
        join_restriction: Some(JoinRestriction::InviteOnly),
        platform: RecordPlatform::One(Platform::PlayStation),
        max_players: 8,
        current_players: 3,
        connection_string: "203.0.113.7:7777".into(),
        group_id: "squad".into(),
    };
    assert_eq!(read_query(body), Ok(vec![expected]));
}

#[test]
fn all_that_can_be_missing_may_be() {
    let body = br#"{"userActivities":[{"userId":"1","activities":null},{"userId":"2"},{"activities":[],"userId":3},
        {"activities":[{}],"userId":4},null,7]}"#;
    assert_eq!(read_query(body), Ok(vec![record(4, "")]));
    assert_eq!(read_query(br#"{"userActivities":null}"#), Ok(vec![]));
    assert_eq!(read_query(br#"{"userActivities":[{},{"activities":[]},{"activities":null}]}"#), Ok(vec![]));
    assert_eq!(read_query(br#"{"userActivities":[{"userId":" 4 ","activities":[{}]}]}"#), Ok(vec![record(4, "")]));
    assert_eq!(read_query(b"\xef\xbb\xbf{\"userActivities\":[]}"), Ok(vec![]));
}

#[test]
fn of_members_with_the_same_name_the_last_counts() {
    let body = br#"{"userActivities":[{"userId":1,"activities":[{}]}],"userActivities":[{"userId":2,"activities":[{}]},
        {"userId":3,"activities":[{},{}],"userId":4,"activities":[{"connectionString":"a"}]},
        {"userId":5,"activities":[{}],"activities":null}]}"#;
    assert_eq!(read_query(body), Ok(vec![record(2, ""), record(4, "a")]));
}

#[test]
fn what_is_odd_loses_only_its_field() {
    let of_one = |activity: &str| {
        let body = format!(r#"{{"userActivities":[{{"userId":"1","activities":[{activity}]}}]}}"#);
        read_query(body.as_bytes()).unwrap().pop().unwrap()
    };
    let odd = r#"{"connectionString":"c","titleId":VALUE,"maxPlayers":VALUE,"currentPlayers":VALUE,"groupId":VALUE,
        "sequenceNumber":VALUE}"#;
    for value in ["null", "-1", "true", "{\"a\":1}", "[1,[2]]", "\"\"", "\"x\\u0000y\"", "-1.5"] {
        let read = of_one(&odd.replace("VALUE", value));
        let numbers = (read.title_id, read.max_players, read.current_players, read.sequence_number);
        assert_eq!((&*read.connection_string, numbers), ("c", (0, 0, 0, 0)), "{value}");
    }
    let numbers = of_one(&odd.replace("VALUE", "8.0"));
    assert_eq!((numbers.max_players, numbers.sequence_number, &*numbers.group_id), (8, 8, ""));
    assert_eq!(of_one(r#"{"titleId":4294967296,"sequenceNumber":18446744073709551615}"#).title_id, 0);
    assert_eq!(of_one(r#"{"sequenceNumber":18446744073709551615}"#).sequence_number, u64::MAX);
    assert_eq!(&*of_one(r#"{"connectionString":"a\"\u00e9\ud83d\ude00"}"#).connection_string, "a\"\u{e9}\u{1f600}");
    assert_eq!(of_one(r#"{"maxPlayers":1,"maxPlayers":2}"#).max_players, 2);
}

#[test]
fn a_value_that_is_not_known_is_no_error() {
    let of_one = |activity: &str| {
        let body = format!(r#"{{"userActivities":[{{"userId":"1","activities":[{activity}]}}]}}"#);
        let read = read_query(body.as_bytes()).unwrap().pop().unwrap();
        (read.join_restriction, read.platform)
    };
    assert_eq!(of_one("{}"), (None, RecordPlatform::Any));
    assert_eq!(of_one(r#"{"joinRestriction":"friends","platform":"Xbox9"}"#), (None, RecordPlatform::Unknown));
    let public = Some(JoinRestriction::Public);
    assert_eq!(of_one(r#"{"joinRestriction":"Public","platform":"all"}"#), (public, RecordPlatform::Any));
    assert_eq!(of_one(r#"{"joinRestriction":"public","platform":null}"#), (public, RecordPlatform::Any));
    for (platform, name) in Platform::ALL {
        let activity = format!(r#"{{"platform":"{name}"}}"#);
        assert_eq!(of_one(&activity).1, RecordPlatform::One(platform));
    }
}

#[test]
fn what_does_not_list_activities_is_refused() {
    for body in ["", "{", "{}", "[]", "null", "7", "<html>", "{\"userActivities\":[{]}", "{\"userActivities\":[]} x"] {
        assert!(read_query(body.as_bytes()).is_err(), "{body}");
    }
    assert!(read_query(br#"{"userActivities":[{"activities":[{}]}]}"#).is_err(), "whose they are is not known");
    assert!(read_query("[".repeat(100_000).as_bytes()).is_err());
    assert!(read_query(format!("{{\"a\":{}", "[".repeat(100_000)).as_bytes()).is_err());
}

#[test]
fn the_activities_of_a_user_come_in_several_forms() {
    let expected = vec![record(9, "a")];
    for body in [
        r#"{"activities":[{"connectionString":"a"}]}"#,
        r#"{"userActivities":[{"userId":"9","activities":[{"connectionString":"a"}]}]}"#,
        r#"[{"connectionString":"a"}]"#,
        r#"{"connectionString":"a","new":1}"#,
    ] {
        assert_eq!(read_of_user(9, body.as_bytes()), Ok(expected.clone()), "{body}");
    }
    assert_eq!(read_of_user(9, br#"{"activities":null}"#), Ok(vec![]));
    for body in ["{}", r#"{"error":"x"}"#, "7", ""] {
        assert!(read_of_user(9, body.as_bytes()).is_err(), "{body}");
    }
}

#[test]
fn a_call_keeps_what_its_requests_find_up_to_a_bound() {
    let found = Found::default();
    found.add(vec![record(1, "a")]).unwrap();
    found.add(vec![record(2, "b")]).unwrap();
    assert_eq!(found.take(), [record(1, "a"), record(2, "b")]);
    found.add(vec![ActivityRecord::default(); MAX_RECORDS]).unwrap();
    assert!(found.add(vec![record(1, "a")]).is_err());
    let all = found.take();
    assert_eq!((all.len(), all.capacity()), (MAX_RECORDS, MAX_RECORDS), "no larger than needed");
    let mut some = Vec::with_capacity(100);
    some.push(record(1, "a"));
    found.add(some).unwrap();
    assert!(found.take().capacity() < 100);
}

/// A few bytes of JSON become a record: what is too much is not read first and refused afterwards.
#[test]
fn no_more_is_read_than_a_call_takes() {
    let list = |count: usize| vec!["{}"; count].join(",");
    let of_users = |counts: &[usize]| {
        let user = |count: &usize| format!(r#"{{"userId":"1","activities":[{}]}}"#, list(*count));
        let users: Vec<_> = counts.iter().map(user).collect();
        read_query(format!(r#"{{"userActivities":[{}]}}"#, users.join(",")).as_bytes()).map(|found| found.len())
    };
    // Users count too: one here, and three there.
    assert_eq!(of_users(&[MAX_RECORDS - 1]), Ok(MAX_RECORDS - 1));
    assert_eq!(of_users(&[MAX_RECORDS]), Err(TOO_MANY));
    assert_eq!(of_users(&[MAX_RECORDS / 2, MAX_RECORDS / 2 - 3, 0]), Ok(MAX_RECORDS - 3));
    assert_eq!(of_users(&[MAX_RECORDS / 2, MAX_RECORDS / 2 - 2, 0]), Err(TOO_MANY));
    let of_one = |count| read_of_user(1, format!("[{}]", list(count)).as_bytes()).map(|found| found.len());
    assert_eq!((of_one(MAX_RECORDS), of_one(MAX_RECORDS + 1)), (Ok(MAX_RECORDS), Err(TOO_MANY)));
    let of_nothing = format!(r#"{{"userActivities":[{}]}}"#, vec!["null"; MAX_RECORDS + 1].join(","));
    assert_eq!(read_query(of_nothing.as_bytes()), Ok(vec![]));
}
