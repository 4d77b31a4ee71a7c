//! What the fuzz targets do with their input. `tests/fuzz.rs` does the same with a compiler that
//! has no fuzzer.

use std::ffi::CString;
use std::mem;
use std::time::{Duration, UNIX_EPOCH};

use mpa::api::{ActivityRecord, Call, GetActivities, QueryActivities};
use mpa::auth::{CredentialNames, ProofKey};
use mpa::ffi::activity::{mpa_activity, mpa_delete_activity, mpa_set_activity};
use mpa::ffi::activity_query::{mpa_activity_record, mpa_query_activities};
use mpa::ffi::client::{mpa_client, mpa_client_config, mpa_client_open};
use mpa::ffi::close::mpa_client_close;
use mpa::ffi::invite::{mpa_send_server_invite, mpa_server_invite};
use mpa::ffi::recent_players::{
    mpa_post_recent_player_groups, mpa_post_server_recent_players, mpa_recent_player, mpa_recent_player_group,
    mpa_user_recent_players,
};
use mpa::ffi::result::mpa_result;
use mpa::http::{MAX_SHORT_RESPONSE, Response, ResponseReader};
use mpa::redactor::Redactor;
use mpa::response::parse_response;

/// A status (2 bytes), headers up to an empty line, and a body, for what reads answers.
pub fn answer(data: &[u8]) {
    let Some((status, rest)) = data.split_first_chunk::<2>() else { return };
    let end = rest.windows(2).position(|pair| pair == b"\n\n").unwrap_or(rest.len());
    let head = String::from_utf8_lossy(&rest[..end]);
    let headers: Vec<_> = head.lines().filter_map(|line| line.split_once(':')).collect();
    let headers: Vec<_> = headers.iter().map(|(name, value)| (*name, value.trim())).collect();
    let body = rest.get(end + 2..).unwrap_or_default();
    let answer = Response::new(u16::from_be_bytes(*status), &headers, body);
    let parsed = parse_response(&answer, &[204], UNIX_EPOCH + Duration::from_secs(1_800_000_000));
    assert!(parsed.retry_after.is_none_or(|wait| wait <= Duration::from_secs(3_600)), "the cap is kept");
    let mut redactor = Redactor::default();
    redactor.add_xuids((1..2_000).chain([2_535_465_515_082_324]));
    redactor.add_text("not-a-real-token");
    for text in [&parsed.error_code, &parsed.debug_message, &parsed.correlation_id] {
        let shown = redactor.redact(text);
        assert!(!shown.contains("not-a-real-token") && !shown.contains("2535465515082324"), "{shown}");
        assert!(!shown.contains(char::is_control), "{shown}");
    }
}

/// What a server sends, read at once and byte by byte: both have to give the same.
pub fn response(data: &[u8]) {
    let mut whole = ResponseReader::new(MAX_SHORT_RESPONSE);
    let read_whole = whole.push(data);
    let mut drip = ResponseReader::new(MAX_SHORT_RESPONSE);
    let mut read_drip = Ok(false);
    for byte in data {
        read_drip = drip.push(&[*byte]);
        if read_drip.is_err() {
            break;
        }
    }
    assert_eq!(read_whole, read_drip);
    assert_eq!(whole.is_reusable(), drip.is_reusable());
    match (whole.finish(), drip.finish()) {
        (None, None) => {}
        (Some(whole), Some(drip)) => {
            assert_eq!((whole.status, &whole.body), (drip.status, &drip.body));
            assert_eq!(whole.has_oversized_head, drip.has_oversized_head);
            for name in ["retry-after", "content-length", "connection"] {
                assert!(whole.headers_named(name).eq(drip.headers_named(name)));
            }
        }
        (whole, drip) => panic!("{whole:?} at once, {drip:?} byte by byte"),
    }
}

/// The body of a response that lists activities, for a query and for a get: what is accepted is JSON, and nothing is
/// found that is not there.
pub fn activities(data: &[u8]) {
    let (Ok(query), Ok(get)) = (QueryActivities::new(vec![1]), GetActivities::new(9)) else { return };
    let read = |call: &dyn Call| call.take_payload(0..1, 200, data).is_ok().then(|| call.take_found());
    let by_query = read(&query);
    let by_get = read(&get);
    let json = data.strip_prefix(b"\xef\xbb\xbf").unwrap_or(data);
    let is_json = serde_json::from_slice::<serde::de::IgnoredAny>(json).is_ok();
    let check = |records: &[ActivityRecord], is_whose: fn(u64) -> bool| {
        let objects = data.iter().filter(|byte| **byte == b'{').count();
        assert!(is_json && records.len() <= objects, "{} in {objects} objects", records.len());
        for record in records {
            assert!(is_whose(record.xuid));
            // A text is in the JSON, or has escapes there.
            for text in [&record.connection_string, &record.group_id] {
                let is_there = text.is_empty() || json.windows(text.len()).any(|part| part == text.as_bytes());
                assert!(is_there || json.contains(&b'\\'), "{text}");
            }
        }
    };
    if let Some(records) = &by_query {
        check(records, |xuid| xuid > 0);
        assert!(by_get.is_some(), "a get takes every form");
    }
    if let Some(records) = &by_get {
        check(records, |xuid| xuid == 9);
    }
}

const NAMES: CredentialNames<'_> = CredentialNames {
    certificate: "config.certificate_path",
    key: "config.private_key_path",
    password: "config.certificate_password",
    pkcs12: "config.certificate_path",
    is_of_files: true,
};

/// A password, ended by a newline, and a file: for what reads certificates and keys.
pub fn credential(data: &[u8]) {
    let end = data.iter().position(|byte| *byte == b'\n').unwrap_or(data.len());
    let password = std::str::from_utf8(&data[..end]).ok();
    let file = data.get(end + 1..).unwrap_or_default();
    let check = |message: Result<(), String>| {
        if let Err(message) = message {
            assert!(message.starts_with("config.") && message.ends_with('.') && message.len() < 512, "{message}");
            assert!(!message.contains(char::is_control), "{message}");
        }
    };
    let read = |key| NAMES.read(file, key, password).map_err(|outcome| outcome.message.into_owned());
    check(read(None).map(drop));
    check(read(Some(file)).map(drop));
    if let Ok(text) = std::str::from_utf8(file) {
        let key = ProofKey::from_pem(text);
        check(key.map(drop).map_err(|error| format!("config.proof_key {error}.")));
    }
}

/// Four texts, each ended by a newline, then numbers, for the C functions. Nothing is sent: the
/// client has no authorization, or the endpoint is closed.
pub fn boundary(data: &[u8]) {
    let mut parts = data.splitn(5, |byte| *byte == b'\n').map(|part| part.to_vec());
    let mut text = || {
        let mut bytes = parts.next().unwrap_or_default();
        bytes.retain(|byte| *byte != 0);
        CString::new(bytes).expect("the zeros are gone")
    };
    let (endpoint, header, user_agent, connection_string) = (text(), text(), text(), text());
    let rest = parts.next().unwrap_or_default();
    let mut numbers = rest.chunks(4).map(|chunk| {
        let mut bytes = [0; 4];
        bytes[..chunk.len()].copy_from_slice(chunk);
        u32::from_le_bytes(bytes)
    });
    let mut number = || numbers.next().unwrap_or_default();

    let mut config: mpa_client_config = init();
    config.title_id = number();
    config.endpoint = endpoint.as_ptr();
    config.user_agent = user_agent.as_ptr();
    config.authorization_header = header.as_ptr();
    open_and_call(&config, |_| {});

    // With a configuration that is right, so that what follows is reached.
    let mut config: mpa_client_config = init();
    config.title_id = 1;
    config.endpoint = c"http://127.0.0.1:1".as_ptr();
    config.connect_timeout_ms = number();
    config.max_attempts = number();
    let users = [number(), number()].map(u64::from);
    let mut invite: mpa_server_invite = init();
    invite.platform = number() as i32;
    invite.sender = number().into();
    invite.connection_string = connection_string.as_ptr();
    invite.invited_users = users.as_ptr();
    invite.invited_user_count = number().min(2);
    let mut group: mpa_recent_player_group = init();
    group.encounter_type = number() as i32;
    group.timestamp_unix_ms = u64::from(number()) << 32 | u64::from(number());
    group.players = users.as_ptr();
    group.player_count = number().min(2);
    let mut activity: mpa_activity = init();
    activity.join_restriction = number() as i32;
    activity.connection_string = connection_string.as_ptr();
    activity.group_id = user_agent.as_ptr();
    activity.max_players = number();
    activity.current_players = number();
    let mut player: mpa_recent_player = init();
    player.xuid = number().into();
    player.encounter_type = number() as i32;
    let mut user: mpa_user_recent_players = init();
    user.xuid = number().into();
    user.recent_players = &player;
    user.recent_player_count = number().min(1);
    let mut records: [mpa_activity_record; 2] = [init(); 2];
    open_and_call(&config, |client| {
        let mut result: mpa_result = init();
        // SAFETY: the pointers are good, and the counts fit.
        let statuses = unsafe {
            [
                mpa_send_server_invite(client, &invite, &mut result),
                mpa_post_recent_player_groups(client, &group, 1, &mut result),
                mpa_set_activity(client, users[0], &activity, &mut result),
                mpa_delete_activity(client, users[0], users[1], std::ptr::null(), &mut result),
                mpa_post_server_recent_players(client, &user, 1, &mut result),
                mpa_query_activities(
                    client,
                    users.as_ptr(),
                    2,
                    std::ptr::null(),
                    records.as_mut_ptr(),
                    2,
                    std::ptr::null_mut(),
                    &mut result,
                ),
            ]
        };
        assert!(statuses.iter().all(|status| *status < 0), "there is no authorization");
        assert!(result.message.contains(&0), "texts end in NUL");
    });
}

fn open_and_call(config: &mpa_client_config, call: impl FnOnce(mpa_client)) {
    let mut client = mpa_client { id: 0 };
    let mut result: mpa_result = init();
    // SAFETY: the pointers are good.
    let status = unsafe { mpa_client_open(config, &mut client, &mut result) };
    assert_ne!(status, -120, "a defect of the library");
    assert_eq!(status == 0, client.id != 0);
    if status == 0 {
        call(client);
        // SAFETY: no report is wanted.
        assert_eq!(unsafe { mpa_client_close(client, 0, std::ptr::null_mut()) }, 0);
    }
}

/// A struct of the header as `MPA_INIT` makes it.
fn init<T: Copy>() -> T {
    let mut value = mem::MaybeUninit::<T>::zeroed();
    // SAFETY: all structs of the header begin with their size and are valid when zero.
    unsafe {
        value.as_mut_ptr().cast::<u32>().write(mem::size_of::<T>() as u32);
        value.assume_init()
    }
}
