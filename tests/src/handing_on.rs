//! Both sides of the example `one_signs_in`, as processes, with a pipe between them in either direction.

use std::process::{Command, ExitStatus, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use mpa_emulator::Emulator;
use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;

use crate::process::Running;

/// For each thing that is waited for, on a busy machine.
const LIMIT: Duration = Duration::from_secs(60);

/// Starts both, has the token revoked once the service has acknowledged something, waits until it does so
/// again, and ends both by SIGTERM. How the token service ended, and the server.
#[track_caller]
pub fn survive_a_revoked_token(
    emulator: &Emulator,
    title_id: u32,
    token_service: &mut Command,
    server: &mut Command,
) -> [ExitStatus; 2] {
    let mut token_service = Running::start(token_service.stdin(Stdio::piped()).stdout(Stdio::piped()));
    let reports = token_service.child().stdin.take().expect("it is piped");
    let tokens = token_service.child().stdout.take().expect("it is piped");
    let mut server = Running::start(server.stdin(tokens).stdout(reports));
    let statuses = || -> Vec<u16> { emulator.requests(title_id).iter().map(|request| request.status).collect() };
    wait_for(|| statuses().contains(&204), &statuses);
    emulator.revoke_tokens();
    let before = statuses().len();
    wait_for(
        || {
            let since = statuses().split_off(before);
            let refused = since.iter().position(|status| *status == 401);
            refused.is_some_and(|refused| since[refused..].contains(&204))
        },
        &statuses,
    );
    [&mut token_service, &mut server].map(|process| {
        let pid = i32::try_from(process.child().id()).expect("a process has a small number");
        kill(Pid::from_raw(pid), Signal::SIGTERM).expect("it runs");
        process.wait(LIMIT)
    })
}

#[track_caller]
fn wait_for(condition: impl Fn() -> bool, statuses: &dyn Fn() -> Vec<u16>) {
    let deadline = Instant::now() + LIMIT;
    while !condition() {
        assert!(Instant::now() < deadline, "{:?}", statuses());
        thread::sleep(Duration::from_millis(20));
    }
}
