//! Connections that go wrong on demand.

use std::io::{ErrorKind, Read, Write};
use std::net::{Shutdown, TcpStream};
use std::thread;
use std::time::{Duration, Instant};

use mpa_emulator::Emulator;

use crate::client::{Client, connect, start_with};
use crate::requests::invite;

const SOON: Duration = Duration::from_secs(10);
const BRIEFLY: Duration = Duration::from_millis(200);

/// The length of an invite's head; the rest is its body.
fn head_length(bytes: &[u8]) -> usize {
    bytes.windows(4).position(|four| four == b"\r\n\r\n").unwrap() + 4
}

/// Checks the only request of title 7.
fn assert_kept(emulator: &Emulator, status: u16, acted: bool, fault: &str) {
    let received = emulator.wait_for(7, 0, SOON);
    let kept = (received[0].status, received[0].acted);
    assert_eq!(kept, (status, acted), "{received:?}");
    assert_eq!(received[0].fault.as_deref(), Some(fault));
    let has_body = !fault.ends_with("_before_body");
    assert_eq!(received[0].body.is_empty(), !has_body, "{received:?}");
}

/// Whether nothing comes for a while, with the connection open.
fn is_silent(client: &mut Client) -> bool {
    client.stream().set_read_timeout(Some(BRIEFLY)).unwrap();
    let silent = matches!(client.end(), Err(ErrorKind::WouldBlock | ErrorKind::TimedOut));
    client.stream().set_read_timeout(Some(SOON)).unwrap();
    silent
}

#[test]
fn an_ending_comes_before_the_body_before_acting_or_after() {
    type End = Result<Vec<u8>, ErrorKind>;
    let kinds: [(&str, End); 2] = [("reset", Err(ErrorKind::ConnectionReset)), ("close", Ok(Vec::new()))];
    for (kind, end) in kinds {
        for (moment, status, acted) in [("", 0, false), ("_after_acting", 204, true)] {
            let name = format!("{kind}{moment}");
            let emulator = start_with(&[&format!("{name}:next=1")]);
            let mut client = Client::connect(&emulator);
            let bytes = invite(7).to_bytes();
            client.send_bytes(&bytes[..bytes.len() - 1]);
            assert!(is_silent(&mut client), "{name}: the body is waited for");
            client.send_bytes(&bytes[bytes.len() - 1..]);
            assert_eq!(client.end(), end, "{name}");
            assert_kept(&emulator, status, acted, &name);
            assert_eq!(Client::connect(&emulator).send(&invite(7)).status, 204);
        }
        let name = format!("{kind}_before_body");
        let emulator = start_with(&[&name]);
        let mut client = Client::connect(&emulator);
        let bytes = invite(7).to_bytes();
        client.send_bytes(&bytes[..head_length(&bytes)]);
        assert_eq!(client.end(), end, "{name}");
        assert_kept(&emulator, 0, false, &name);
    }
}

#[test]
fn a_close_leaves_no_reset_behind_for_a_client_that_is_still_sending() {
    let emulator = start_with(&["close_before_body"]);
    let mut client = Client::connect(&emulator);
    let bytes = invite(7).to_bytes();
    client.send_bytes(&bytes[..head_length(&bytes)]);
    client.send_bytes(&[b' '; 100_000]);
    assert_eq!(client.end(), Ok(Vec::new()));
    client.send_bytes(&[b' '; 100_000]);
    thread::sleep(Duration::from_millis(50));
    client.send_bytes(b" ");
}

#[test]
fn a_stalled_call_is_never_answered_and_ends_with_its_client() {
    for (name, status, acted) in
        [("stall", 0, false), ("stall_after_acting", 204, true), ("stall_before_body", 0, false)]
    {
        let emulator = start_with(&[name]);
        let mut client = Client::connect(&emulator);
        client.send_bytes(&invite(7).to_bytes());
        assert!(is_silent(&mut client), "{name}");
        assert_kept(&emulator, status, acted, name);
        assert_eq!(Client::connect(&emulator).send(&invite(8)).status, 204);
        let start = Instant::now();
        client.stream().shutdown(Shutdown::Write).unwrap();
        let _ = client.end();
        assert!(start.elapsed() < SOON / 2, "{name}: it was closed");
    }
}

#[test]
fn a_call_stalled_before_its_body_gets_stuck_in_sending() {
    let emulator = start_with(&["stall_before_body"]);
    let mut stream = connect(&emulator);
    stream.set_write_timeout(Some(BRIEFLY)).unwrap();
    let head = "POST /titles/7/invites HTTP/1.1\r\nContent-Length: 1000000000\r\n\r\n";
    stream.write_all(head.as_bytes()).unwrap();
    let much = vec![b' '; 64 * 1024 * 1024];
    let stuck = stream.write_all(&much).unwrap_err().kind();
    assert!(matches!(stuck, ErrorKind::WouldBlock | ErrorKind::TimedOut), "{stuck:?}");
}

#[test]
fn an_answer_can_be_cut() {
    let emulator = start_with(&["cut:bytes=20"]);
    let end = Client::connect(&emulator).send_in_vain(&invite(7));
    assert_eq!(end, Ok(b"HTTP/1.1 204 No Cont".to_vec()));
    assert_kept(&emulator, 204, true, "cut");
    emulator.set_faults(7, &["cut:bytes=100000"]).unwrap();
    let end = Client::connect(&emulator).send_in_vain(&invite(7));
    let whole = String::from_utf8(end.unwrap()).unwrap();
    assert!(whole.starts_with("HTTP/1.1 204 No Content\r\n"), "{whole}");
    assert!(whole.ends_with("\r\n\r\n"), "{whole}");
    assert!(!whole.contains("content-length"), "{whole}");
    let id = &emulator.requests(7)[1].correlation_id;
    assert!(whole.contains(&format!("x-xblcorrelationid: {id}\r\n")), "{whole}");
}

#[test]
fn an_answer_can_drip() {
    let emulator = start_with(&["drip:pause_ms=2"]);
    let mut stream = connect(&emulator);
    let start = Instant::now();
    stream.write_all(&invite(7).with_body("{}").to_bytes()).unwrap();
    let (mut text, mut reads) = (Vec::new(), 0);
    let mut bytes = [0; 1_000];
    while let length @ 1.. = stream.read(&mut bytes).unwrap() {
        text.extend_from_slice(&bytes[..length]);
        reads += 1;
    }
    let least = 2 * u32::try_from(text.len()).unwrap() * Duration::from_millis(1);
    assert!(start.elapsed() >= least, "{:?}", start.elapsed());
    assert!(reads > text.len() / 4, "{reads} reads of {} bytes", text.len());
    let text = String::from_utf8(text).unwrap();
    assert!(text.starts_with("HTTP/1.1 400 Bad Request\r\n"), "{text}");
    assert!(text.ends_with("\"debugMessage\":\"invitedUsers is required\"}"), "{text}");
    assert_kept(&emulator, 400, false, "drip");
}

#[test]
fn an_answer_can_be_garbage() {
    for (name, status, acted) in [("garbage", 0, false), ("garbage_after_acting", 204, true)] {
        let emulator = start_with(&[name]);
        let end = Client::connect(&emulator).send_in_vain(&invite(7)).unwrap();
        assert!(end.len() > 10 && !end.starts_with(b"HTTP"), "{name}");
        assert_kept(&emulator, status, acted, name);
    }
}

#[test]
fn a_head_can_go_on_without_an_end() {
    let emulator = start_with(&["endless_head_after_acting:bytes=1000000,status=204"]);
    let end = Client::connect(&emulator).send_in_vain(&invite(7)).unwrap();
    assert_eq!(end.len(), 1_000_000);
    let text = String::from_utf8(end).unwrap();
    assert!(text.starts_with("HTTP/1.1 204 No Content\r\nx-filler-0000: xxx"));
    assert!(!text.contains("\r\n\r\n"));
    let headers: Vec<_> = text.lines().skip(1).collect();
    let (_cut, whole) = headers.split_last().unwrap();
    assert!(whole.len() > 8_000);
    assert!(whole.iter().all(|line| line.len() == 115));
    assert_kept(&emulator, 204, true, "endless_head_after_acting");
}

#[test]
fn a_body_can_be_large() {
    let emulator = start_with(&["large_body:bytes=3000000"]);
    let mut client = Client::connect(&emulator);
    let answer = client.send(&invite(7));
    assert_eq!((answer.status, answer.body.len()), (200, 3_000_000));
    assert_eq!(client.end(), Ok(Vec::new()));
    assert_kept(&emulator, 200, false, "large_body");
}

#[test]
fn a_client_may_turn_its_back_on_a_large_answer() {
    let emulator = start_with(&["large_body:bytes=1000000000", "drip:pause_ms=1000"]);
    let mut stream = connect(&emulator);
    stream.write_all(&invite(7).to_bytes()).unwrap();
    stream.read_exact(&mut [0; 1_000]).unwrap();
    drop(stream);
    assert_eq!(Client::connect(&emulator).send(&invite(8)).status, 204);
}

#[test]
fn an_idle_connection_is_closed_or_reset() {
    for (name, end) in [("close_idle", Ok(Vec::new())), ("reset_idle", Err(ErrorKind::ConnectionReset))] {
        let emulator = start_with(&[&format!("{name}:idle_ms=300,next=1")]);
        let mut client = Client::connect(&emulator);
        assert_eq!(client.send(&invite(7)).status, 204);
        let start = Instant::now();
        assert_eq!(client.end(), end, "{name}");
        assert!(start.elapsed() >= Duration::from_millis(250), "{name}");
        assert_kept(&emulator, 204, true, name);
    }
}

#[test]
fn a_connection_in_use_is_not_idle() {
    let emulator = start_with(&["close_idle:idle_ms=400,next=1"]);
    let mut client = Client::connect(&emulator);
    assert_eq!(client.send(&invite(7)).status, 204);
    thread::sleep(BRIEFLY);
    assert_eq!(client.send(&invite(7)).status, 204);
    thread::sleep(2 * BRIEFLY);
    assert_eq!(client.send(&invite(7)).status, 204, "the rule was for the first only");
}

#[test]
fn a_connection_can_be_closed_right_after_its_answer() {
    let emulator = start_with(&["close_idle:idle_ms=0"]);
    let mut client = Client::connect(&emulator);
    let answer = client.send(&invite(7));
    assert_eq!(answer.status, 204);
    assert_eq!(answer.header("connection"), None, "the client is not warned");
    assert_eq!(client.end(), Ok(Vec::new()));
}

#[test]
fn a_stop_ends_connections_that_were_taken() {
    let emulator = start_with(&["stall:next=1", "drip:pause_ms=10000"]);
    let mut clients = [0; 2].map(|_| Client::<TcpStream>::connect(&emulator));
    for client in &mut clients {
        client.send_bytes(&invite(7).to_bytes());
    }
    emulator.wait_for(7, 1, SOON);
    let start = Instant::now();
    drop(emulator);
    for client in &mut clients {
        let _ = client.end();
    }
    assert!(start.elapsed() < Duration::from_secs(2));
}
