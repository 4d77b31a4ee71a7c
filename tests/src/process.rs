//! Child processes of tests: a program that is missing is named, none is waited for without a limit,
//! and none outlives its test. Self-contained: the tests of the emulator and of the doctor use this
//! file too.

use std::io::{BufRead, BufReader, ErrorKind, Read};
use std::process::{Child, ChildStdout, Command, ExitStatus, Output, Stdio};
use std::sync::mpsc::{self, Receiver};
use std::thread;
use std::time::{Duration, Instant};

/// More than any program that a test runs needs on a busy machine.
pub const LIMIT: Duration = Duration::from_secs(600);

/// How long to wait for the rest of the output of a process that has ended or was killed. A child of
/// it may keep the pipe open.
const REST: Duration = Duration::from_secs(10);

const POLL_INTERVAL: Duration = Duration::from_millis(5);

/// A running process, killed when dropped.
pub struct Running {
    program: String,
    child: Child,
}

impl Running {
    #[track_caller]
    pub fn start(command: &mut Command) -> Self {
        let program = command.get_program().to_string_lossy().into_owned();
        match command.spawn() {
            Ok(child) => Self { program, child },
            Err(error) => panic!("{program} could not be started: {error}. tests/run.sh installs what is missing."),
        }
    }

    pub fn child(&mut self) -> &mut Child {
        &mut self.child
    }

    /// The lines that it prints to the end of its output, each without its line break, as they come.
    pub fn lines(&mut self) -> Receiver<String> {
        let stdout: ChildStdout = self.child.stdout.take().expect("its output is piped");
        let (sender, lines) = mpsc::channel();
        thread::spawn(move || {
            for line in BufReader::new(stdout).lines().map_while(Result::ok) {
                if sender.send(line).is_err() {
                    return;
                }
            }
        });
        lines
    }

    /// Waits for its end. A process that takes longer is killed, and the test fails.
    #[track_caller]
    pub fn wait(&mut self, limit: Duration) -> ExitStatus {
        self.wait_at_most(limit).unwrap_or_else(|| panic!("{} did not end within {limit:?}", self.program))
    }

    /// `None` if it took longer, so that it was killed.
    #[track_caller]
    fn wait_at_most(&mut self, limit: Duration) -> Option<ExitStatus> {
        let deadline = Instant::now() + limit;
        loop {
            match self.child.try_wait() {
                Ok(Some(status)) => return Some(status),
                Ok(None) if Instant::now() < deadline => thread::sleep(POLL_INTERVAL),
                Ok(None) => break,
                Err(error) => panic!("{} cannot be waited for: {error}", self.program),
            }
        }
        self.kill();
        None
    }

    fn kill(&mut self) {
        // Fails where it has ended by itself, which is as good.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.kill();
    }
}

/// Runs a command to its end and returns what it printed, as [`Command::output`] does, but for at most
/// `limit`: then it is killed, and the test fails.
#[track_caller]
pub fn output(command: &mut Command, limit: Duration) -> Output {
    let mut running = Running::start(command.stdout(Stdio::piped()).stderr(Stdio::piped()));
    let (stdout, stderr) = (read(running.child.stdout.take()), read(running.child.stderr.take()));
    let status = running.wait_at_most(limit);
    let [stdout, stderr] = [stdout, stderr].map(|chunks| collect(&chunks, REST));
    match status {
        Some(status) => Output { status, stdout, stderr },
        None => panic!(
            "{command:?} did not end within {limit:?}\n{}{}",
            String::from_utf8_lossy(&stdout),
            String::from_utf8_lossy(&stderr)
        ),
    }
}

/// What comes out of a pipe, as it comes.
fn read(pipe: Option<impl Read + Send + 'static>) -> Receiver<Vec<u8>> {
    let mut pipe = pipe.expect("its output is piped");
    let (sender, chunks) = mpsc::channel();
    thread::spawn(move || {
        let mut chunk = [0; 4096];
        loop {
            match pipe.read(&mut chunk) {
                Ok(amount @ 1..) if sender.send(chunk[..amount].to_vec()).is_ok() => {}
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                _ => break,
            }
        }
    });
    chunks
}

/// All until the pipe ends; after `limit`, what has come so far. Under Wine, the first program starts services that keep
/// its pipes.
fn collect(chunks: &Receiver<Vec<u8>>, limit: Duration) -> Vec<u8> {
    let deadline = Instant::now() + limit;
    let mut all = Vec::new();
    while let Ok(chunk) = chunks.recv_timeout(deadline.saturating_duration_since(Instant::now())) {
        all.extend(chunk);
    }
    all
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;

    fn sh(script: &str) -> Command {
        let mut sh = Command::new("sh");
        sh.args(["-c", script]);
        sh
    }

    #[test]
    fn what_is_printed_is_returned() {
        let output = output(&mut sh("echo out; echo err >&2; exit 3"), LIMIT);
        assert_eq!(
            (output.status.code(), &output.stdout[..], &output.stderr[..]),
            (Some(3), &b"out\n"[..], &b"err\n"[..])
        );
    }

    #[test]
    fn what_is_printed_is_returned_while_a_child_keeps_the_pipe() {
        let mut running = Running::start(sh("(exec sleep 5) & printf a; printf b").stdout(Stdio::piped()));
        let stdout = read(running.child.stdout.take());
        assert!(running.wait_at_most(LIMIT).is_some_and(|status| status.success()));
        assert_eq!(collect(&stdout, Duration::from_millis(500)), b"ab");
    }

    #[test]
    #[should_panic(expected = "no-such-program could not be started: ")]
    fn a_missing_program_is_named() {
        output(&mut Command::new("no-such-program"), LIMIT);
    }

    #[test]
    #[should_panic(expected = "did not end within 500ms\nso far\n")]
    fn a_program_that_hangs_is_killed() {
        output(&mut sh("echo so far; exec sleep 600"), Duration::from_millis(500));
    }

    #[test]
    fn nothing_outlives_its_test() {
        let mut running = Running::start(sh("echo started; exec sleep 600").stdout(Stdio::piped()));
        let lines = running.lines();
        assert_eq!(lines.recv_timeout(LIMIT).as_deref(), Ok("started"));
        drop(running);
        assert_eq!(lines.recv_timeout(LIMIT), Err(mpsc::RecvTimeoutError::Disconnected), "its output has ended");
    }
}
