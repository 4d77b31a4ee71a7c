//! A response that arrived while the process was stopped: a machine that is paused or moved, a debugger.

use std::process::{Child, Command, Stdio};
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

use mpa::ffi::client::mpa_client_config;
use mpa_tests::c::{Client, config};
use mpa_tests::peer::{ACCEPTED, Layer, Peer, read_request, say, wait_for_close};

const ENDPOINT: &str = "MPA_TEST_ENDPOINT";
const REQUEST_MS: u32 = 500;

/// Run by the test below, in a process of its own.
#[test]
#[ignore = "the test below runs it"]
fn child() {
    let endpoint = std::env::var(ENDPOINT).unwrap();
    let client = Client::open(&mpa_client_config { request_timeout_ms: REQUEST_MS, ..config(&endpoint) });
    let outcome = client.invite_many(1);
    assert_eq!(outcome.status, "MPA_OK", "{}", outcome.message);
    println!("acknowledged in time");
}

#[cfg(unix)]
fn signal(child: &Child, signal: nix::sys::signal::Signal) {
    let id = nix::unistd::Pid::from_raw(i32::try_from(child.id()).unwrap());
    nix::sys::signal::kill(id, signal).unwrap();
}

#[cfg(unix)]
#[test]
fn a_response_that_came_while_the_process_was_stopped_is_read() {
    use nix::sys::signal::Signal;

    let (asked, was_asked) = mpsc::channel();
    let (answer, may_answer) = mpsc::channel::<()>();
    let may_answer = std::sync::Mutex::new(may_answer);
    let peer = Peer::start(Layer::Plain, 1, move |_, stream| {
        read_request(stream).unwrap();
        asked.send(()).unwrap();
        may_answer.lock().unwrap().recv().unwrap();
        say(stream, ACCEPTED);
        wait_for_close(stream);
    });
    let mut child = Command::new(std::env::current_exe().unwrap());
    child.args(["--exact", "stopped::child", "--ignored", "--nocapture"]).env(ENDPOINT, peer.endpoint());
    let child = child.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    was_asked.recv_timeout(Duration::from_secs(60)).unwrap();
    signal(&child, Signal::SIGSTOP);
    answer.send(()).unwrap();
    thread::sleep(Duration::from_millis(u64::from(REQUEST_MS) + 300));
    signal(&child, Signal::SIGCONT);
    let output = child.wait_with_output().unwrap();
    let printed = String::from_utf8_lossy(&output.stdout);
    assert!(printed.contains("acknowledged in time"), "{printed}{}", String::from_utf8_lossy(&output.stderr));
}
