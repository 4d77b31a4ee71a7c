//! The servers that tick, in three languages: they must submit and poll while they run, and stop in time
//! on a signal, with every operation accounted for.

use std::io::Read;
use std::process::{Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use mpa_tests::build::{self, GCC, GPP};
use mpa_tests::header::repository;
use mpa_tests::peer::{self, Answer, response};
use mpa_tests::process::{LIMIT, Running};
use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;

use crate::{csharp, request_log};

/// As it stands in the programs.
const GRACE: Duration = Duration::from_secs(5);

#[test]
fn a_server_in_c_drains_on_a_signal() {
    check_that_it_drains(in_c());
}

#[test]
fn a_server_in_cpp_drains_on_a_signal() {
    check_that_it_drains(in_cpp());
}

#[test]
fn a_server_in_csharp_drains_on_a_signal() {
    check_that_it_drains(in_csharp());
}

#[test]
fn a_server_in_c_accounts_for_what_it_had_begun() {
    check_that_all_is_accounted_for(in_c());
}

#[test]
fn a_server_in_cpp_accounts_for_what_it_had_begun() {
    check_that_all_is_accounted_for(in_cpp());
}

#[test]
fn a_server_in_csharp_accounts_for_what_it_had_begun() {
    check_that_all_is_accounted_for(in_csharp());
}

/// In C99, which is the oldest that the header is for.
fn in_c() -> Option<Command> {
    GCC.is_there().then(|| compiled(Command::new(GCC.name).arg("-std=c99"), "c"))
}

fn in_cpp() -> Option<Command> {
    let arguments = ["-std=c++17", "-fno-exceptions", "-fno-rtti"];
    GPP.is_there().then(|| compiled(Command::new(GPP.name).args(arguments), "cpp"))
}

fn in_csharp() -> Option<Command> {
    if !csharp::is_there() {
        return None;
    }
    let program = build::scratch("server-loop").join("server_loop.exe");
    let mut compile = csharp::mcs();
    // Of the Debian package libmono-posix4.0-cil.
    compile.arg("-r:Mono.Posix").arg(format!("-out:{}", program.display()));
    for source in ["examples/server_loop.cs", "examples/StopSignals.cs", "bindings/csharp/*.cs"] {
        compile.arg(repository().join(source));
    }
    build::run(&mut compile);
    Some(csharp::mono(&program))
}

fn compiled(compile: &mut Command, ending: &str) -> Command {
    let program = build::scratch("server-loop").join("server_loop");
    compile.args(["-Wall", "-Wextra", "-Wpedantic", "-Werror", "-o"]).arg(&program);
    compile.arg(repository().join(format!("examples/server_loop.{ending}")));
    compile.arg("-I").arg(repository().join("bindings/cpp"));
    build::run(compile.args(build::link_arguments()));
    Command::new(program)
}

fn check_that_it_drains(program: Option<Command>) {
    let Some(mut program) = program else { return };
    let emulator = request_log::emulator();
    program.args([emulator.url(), "7"]).stdout(Stdio::piped()).stderr(Stdio::null());
    let mut server = Running::start(&mut program);
    let lines = server.lines();
    for _ in 0..3 {
        let line = lines.recv_timeout(LIMIT).expect("it goes on");
        assert!(line.starts_with("Frame ") && line.ends_with(": acknowledged"), "{line}");
    }
    let took = stop(&mut server);
    let rest: Vec<_> = lines.iter().collect();
    // The recent players of the first frame are held for 2 s, and go out as it drains.
    assert!(rest.iter().any(|line| line == "Frame 0: acknowledged"), "{rest:?}");
    let last = rest.last().expect("there is a last line");
    let acknowledged = 3 + rest.len() - 1;
    assert_eq!(
        *last,
        format!("Closed: {acknowledged} of {acknowledged} operations succeeded, 0 uncertain, 0 events not polled")
    );
    assert!(took < Duration::from_secs(1), "{took:?}");
    let requests = emulator.requests(7);
    assert!(requests.iter().any(|request| request.path.ends_with("/recentplayergroups/server")));
    assert!(requests.iter().all(|request| request.status == 204));
}

/// The service answers some and then falls silent: when the server gets the signal to stop, one invite is on the
/// wire, more are queued, and recent players are held.
fn check_that_all_is_accounted_for(program: Option<Command>) {
    let Some(mut program) = program else { return };
    let answered = 3;
    let (endpoint, requests) = peer::start(move |number| match number {
        _ if number < answered => Answer::Say(response(204, &[], "")),
        _ => Answer::Stall,
    });
    program.args([&endpoint, "7"]).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut server = Running::start(&mut program);
    for _ in 0..=answered {
        requests.recv_timeout(Duration::from_secs(20)).expect("it sends requests");
    }
    thread::sleep(Duration::from_millis(800));
    let took = stop(&mut server);
    assert!(took < GRACE, "{took:?}");

    let printed = format!("{}{}", text(server.child().stdout.take()), text(server.child().stderr.take()));
    let ends: Vec<_> = printed.lines().filter(|line| line.starts_with("Frame ")).collect();
    let count = |words: &str| ends.iter().filter(|end| end.contains(words)).count();
    let acknowledged = count(": acknowledged");
    let uncertain = count("it is not known whether the service processed it");
    let unsent = count("before the operation was sent");
    assert!(acknowledged == answered && uncertain >= 1 && unsent >= 1, "{printed}");
    assert_eq!(acknowledged + uncertain + unsent, ends.len(), "{printed}");
    let closed = printed.lines().find(|line| line.starts_with("Closed: ")).expect("it says how it closed");
    let submitted = ends.len();
    let expected = format!(
        "Closed: {acknowledged} of {submitted} operations succeeded, {uncertain} uncertain, 0 events not polled"
    );
    assert_eq!(closed, expected, "{printed}");
}

fn text(stream: Option<impl Read>) -> String {
    let mut text = String::new();
    stream.expect("it is piped").read_to_string(&mut text).expect("it prints text");
    text
}

/// Returns how long it took to stop.
fn stop(server: &mut Running) -> Duration {
    let signalled = Instant::now();
    let id = Pid::from_raw(i32::try_from(server.child().id()).unwrap());
    kill(id, Signal::SIGTERM).expect("it takes a signal");
    let status = server.wait(LIMIT);
    assert!(status.success(), "{status}");
    signalled.elapsed()
}
