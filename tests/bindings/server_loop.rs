//! The server that ticks: it must submit and pull while it runs, and stop in time when it is told to.

use std::io::{BufRead, BufReader, Read};
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use mpa_tests::build::{self, GCC};
use mpa_tests::header::repository;
use mpa_tests::peer::{self, Answer};

use crate::journal;

/// As it stands in the program.
const GRACE: Duration = Duration::from_secs(5);

#[test]
fn a_server_drains_when_it_is_told_to_stop() {
    if !GCC.is_there() {
        return;
    }
    let emulator = journal::emulator();
    let mut server = start(emulator.url());
    let mut lines = BufReader::new(server.stdout.take().expect("it is piped")).lines();
    for _ in 0..3 {
        let line = lines.next().expect("it goes on").expect("it prints text");
        assert!(line.starts_with("Frame ") && line.ends_with(": acknowledged"), "{line}");
    }
    let took = stop(&mut server);
    let rest: Vec<_> = lines.map(|line| line.expect("it prints text")).collect();
    // The recent players of the first frame are held for 2 s, and go out as it drains.
    assert!(rest.iter().any(|line| line == "Frame 0: acknowledged"), "{rest:?}");
    let last = rest.last().expect("there is a last line");
    let acknowledged = 3 + rest.len() - 1;
    assert_eq!(
        *last,
        format!("Closed: {acknowledged} of {acknowledged} operations succeeded, 0 uncertain, 0 events not pulled")
    );
    assert!(took < Duration::from_secs(1), "{took:?}");
    let requests = emulator.requests(7);
    assert!(requests.iter().any(|request| request.path.ends_with("/recentplayergroups/server")));
    assert!(requests.iter().all(|request| request.status == 204));
}

#[test]
fn a_server_stops_in_time_when_the_service_is_silent() {
    if !GCC.is_there() {
        return;
    }
    let (silent, _requests) = peer::start(|_| Answer::Stall);
    let mut server = start(&silent);
    thread::sleep(Duration::from_millis(1500));
    let took = stop(&mut server);
    assert!(took < GRACE + Duration::from_secs(1), "{took:?}");
    let mut printed = String::new();
    server.stdout.take().expect("it is piped").read_to_string(&mut printed).expect("it prints text");
    assert!(printed.starts_with("Closed: 0 of ") && printed.ends_with(" 0 events not pulled\n"), "{printed}");
}

fn start(endpoint: &str) -> Child {
    let program = build::scratch("server-loop").join("server_loop");
    let mut compile = Command::new(GCC.name);
    compile.args(["-std=c99", "-Wall", "-Wextra", "-Wpedantic", "-Werror", "-o"]).arg(&program);
    compile.arg(repository().join("examples/server_loop.c")).args(build::link_arguments());
    build::run(&mut compile);
    let mut server = Command::new(program);
    server.args([endpoint, "7"]).stdout(Stdio::piped()).stderr(Stdio::null());
    server.spawn().expect("it starts")
}

/// Returns how long it took to stop.
fn stop(server: &mut Child) -> Duration {
    let told = Instant::now();
    build::run(Command::new("kill").args(["-TERM", &server.id().to_string()]));
    let status = server.wait().expect("it ends");
    assert!(status.success(), "{status}");
    told.elapsed()
}
