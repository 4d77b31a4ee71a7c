//! The program: what it prints, where it listens, how it ends.

use std::fs;
use std::net::{SocketAddr, TcpStream};
use std::path::PathBuf;
use std::process::{Command, Output, Stdio};
use std::sync::mpsc::Receiver;

use mpa_emulator::{Emulator, Options};

use crate::client::Client;
use crate::process::{self, LIMIT, Running};
use crate::requests::{Request, invite};

pub fn command(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_mpa-emulator"));
    command.args(arguments).stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    command
}

fn output(arguments: &[&str]) -> Output {
    process::output(&mut command(arguments), LIMIT)
}

#[cfg(unix)]
#[test]
fn a_signal_ends_it() {
    use nix::sys::signal::{Signal, kill};
    use nix::unistd::Pid;

    for signal in [Signal::SIGTERM, Signal::SIGINT] {
        let mut program = Program::start(&["--port=0"]);
        kill(Pid::from_raw(program.running().child().id().cast_signed()), signal).unwrap();
        assert_eq!(
            program.running().wait(LIMIT).code(),
            Some(0),
            "ended by itself, as it must where it is the first process"
        );
    }
}

/// A running program, ended with the test, and the lines it printed.
pub struct Program {
    running: Running,
    rest: Receiver<String>,
    pub lines: Vec<String>,
}

impl Program {
    pub fn start(arguments: &[&str]) -> Self {
        Self::start_with_lines(arguments, 4)
    }

    /// Waits for so many lines.
    pub fn start_with_lines(arguments: &[&str], count: usize) -> Self {
        Self::of(&mut command(arguments), count)
    }

    /// A program with a stdin of its own, for example.
    pub fn of(command: &mut Command, count: usize) -> Self {
        let mut running = Running::start(command);
        let rest = running.lines();
        let lines = (0..count).map(|_| rest.recv_timeout(LIMIT).expect("it says how to use it")).collect();
        Self { running, rest, lines }
    }

    pub fn url(&self) -> &str {
        self.lines[0].strip_prefix("mpa-emulator listens on ").expect("where it listens")
    }

    pub fn running(&mut self) -> &mut Running {
        &mut self.running
    }

    pub fn address(&self) -> SocketAddr {
        let (_, address) = self.url().split_once("://").unwrap();
        address.parse().unwrap()
    }

    /// Ends it and returns the lines that it printed after that.
    pub fn stop(self) -> Vec<String> {
        drop(self.running);
        self.rest.iter().collect()
    }
}

pub fn temporary_file(name: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(name)
}

#[test]
fn four_lines_tell_how_to_use_it() {
    let program = Program::start(&["--port", "0"]);
    let url = program.url().to_owned();
    assert!(url.starts_with("http://127.0.0.1:") && !url.ends_with(":0"), "{url}");
    assert_eq!(program.lines[1], format!("config.endpoint = \"{url}\";"));
    let watch = format!("curl \"{url}/emulator/titles/TITLE_ID/requests\"");
    assert_eq!(program.lines[2], watch);
    assert_eq!(program.lines[3], format!("page: {url}/emulator/"));
    let mut client = Client::over(TcpStream::connect(program.address()).unwrap());
    assert_eq!(client.send(&invite(7)).status, 204);
    let shown = client.get("/emulator/titles/7/requests").json();
    assert_eq!(shown["requests"][0]["status"], 204);
    assert_eq!(client.get("/emulator/").status, 200);
    assert_eq!(program.stop(), [""; 0], "exactly four lines");
}

#[test]
fn https_writes_the_certificate_where_it_says() {
    let path = temporary_file("certificate.pem");
    let path = path.to_str().unwrap();
    let program = Program::start(&["--https", "--port=0", "--certificate-out", path]);
    assert!(program.url().starts_with("https://127.0.0.1:"), "{}", program.url());
    let setting = format!("config.ca_certificates_path = \"{path}\";");
    assert!(program.lines[1].ends_with(&setting), "{}", program.lines[1]);
    assert!(program.lines[2].contains(&format!("--cacert \"{path}\"")), "{}", program.lines[2]);
    let pem = fs::read_to_string(path).unwrap();
    assert!(pem.starts_with("-----BEGIN CERTIFICATE-----"), "{pem}");
}

#[test]
fn https_without_a_wish_writes_to_the_temp_directory() {
    let program = Program::start(&["--https", "--port=0"]);
    let name = format!("mpa-emulator-{}.pem", program.address().port());
    let path = std::env::temp_dir().join(name);
    assert!(program.lines[1].contains(path.to_str().unwrap()), "{}", program.lines[1]);
    assert!(path.exists());
    fs::remove_file(path).unwrap();
}

#[test]
fn another_address_has_to_be_asked_for() {
    let everywhere = Program::start(&["--port", "0", "--address", "0.0.0.0"]);
    assert!(everywhere.lines[0].ends_with(", as on all addresses of this machine"));
    assert!(everywhere.lines[1].starts_with("config.endpoint = \"http://127.0.0.1:"));
}

#[test]
fn another_host_has_to_be_allowed() {
    for (arguments, status) in [(vec![], 421), (vec!["--allow-host", "other.example", "--allow-host=emulator"], 200)] {
        let program = Program::start(&[&["--port", "0"], &arguments[..]].concat());
        let mut client = Client::over(TcpStream::connect(program.address()).unwrap());
        let request = Request::new("GET", "/emulator/faults").replacing("Host", "emulator:8787");
        assert_eq!(client.send(&request).status, status, "{arguments:?}");
    }
}

#[test]
fn any_caller_is_let_in_if_asked() {
    let of_service = || invite(7).replacing("Authorization", "XBL3.0 x=-;token");
    for (arguments, status) in [(vec![], 400), (vec!["--any-caller"], 204)] {
        let program = Program::start(&[&["--port", "0"], &arguments[..]].concat());
        let mut client = Client::over(TcpStream::connect(program.address()).unwrap());
        assert_eq!(client.send(&of_service()).status, status, "{arguments:?}");
    }
}

#[test]
fn it_misbehaves_if_asked() {
    let program = Program::start(&[
        "--port=0",
        "--fault",
        "status:status=503,next=1",
        "--fault",
        r#"{"fault": "status", "status": 500, "next": 1}"#,
        r#"--throttle={"invites": {"burst": {"max": 1, "period_ms": 60000}}}"#,
        "--seed=7",
    ]);
    let mut client = Client::over(TcpStream::connect(program.address()).unwrap());
    let statuses = [0; 4].map(|_| client.send(&invite(7)).status);
    assert_eq!(statuses, [503, 500, 204, 429]);
}

#[test]
fn wrong_arguments_are_one_sentence_and_status_2() {
    for arguments in [&["--prot", "1"][..], &["--port", "x"], &["--certificate-out", "a.pem"]] {
        let output = output(arguments);
        let stderr = String::from_utf8(output.stderr).unwrap();
        assert_eq!((output.status.code(), output.stdout.as_slice()), (Some(2), &[][..]));
        assert!(stderr.starts_with("mpa-emulator: ") && stderr.lines().count() == 1, "{stderr}");
    }
}

#[test]
fn what_prevents_a_start_is_one_sentence_and_status_1() {
    let taken = Emulator::start(Options::default()).unwrap();
    let port = taken.address().port().to_string();
    let no_directory = temporary_file("missing/certificate.pem");
    let no_directory = no_directory.to_str().unwrap();
    let failures: [(&[&str], &str); 2] = [
        (&["--port", &port], "another program is using this port"),
        (&["--port=0", "--https", "--certificate-out", no_directory], "cannot write the certificate"),
    ];
    for (arguments, expected) in failures {
        let output = output(arguments);
        let stderr = String::from_utf8(output.stderr).unwrap();
        assert_eq!((output.status.code(), output.stdout.as_slice()), (Some(1), &[][..]));
        assert!(stderr.contains(expected) && stderr.lines().count() == 1, "{stderr}");
    }
}

#[test]
fn help_and_version_go_to_stdout() {
    let help = output(&["--help"]);
    let text = String::from_utf8(help.stdout).unwrap();
    assert!(help.status.success() && help.stderr.is_empty());
    for option in [
        "--port",
        "--address",
        "--allow-host",
        "--https",
        "--certificate-out",
        "--sign-in",
        "--sandbox",
        "--any-caller",
    ] {
        assert!(text.contains(option), "{text}");
    }
    let version = output(&["--version"]);
    let expected = concat!("mpa-emulator ", env!("CARGO_PKG_VERSION"), "\n");
    assert_eq!(String::from_utf8(version.stdout).unwrap(), expected);
}
