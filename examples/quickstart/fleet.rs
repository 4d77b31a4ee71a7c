//! Three servers that start at the same time, first without a relay, then through one, and what the service received
//! of them.

use std::ffi::OsStr;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::mpsc;
use std::time::Duration;
use std::{env, fs, thread};

use mpa_emulator::throttle::{Limit, Limits, Settings, Shape};
use mpa_emulator::{Emulator, LoggedRequest, Options};

use crate::{LONGEST_RUN, Result, Running, TITLE_ID, build_with_cargo, check, profile_folder};

const SERVERS: u32 = 3;

/// Fewer invites than there are servers, in a period of several seconds.
const INVITE_LIMIT: u32 = 2;
const INVITE_PERIOD: Duration = Duration::from_secs(5);

/// How long the relay holds recent players. Servers that start at the same time on a busy machine reach it within that.
const HOLD: Duration = Duration::from_secs(2);

const LONGEST_START: Duration = Duration::from_secs(30);

const TOKEN: &str = "made-up-token-of-the-fleet";

/// Runs the program `server` in both ways. `folder` is for files of the relay.
pub fn run(server: &OsStr, folder: &Path) -> Result<()> {
    let relay = built_relay()?;

    println!("{SERVERS} servers, each with the token of the service:\n");
    let service = limited_service()?;
    run_servers(server, service.url(), |_| TOKEN.to_owned())?;
    show(&service);

    let service = limited_service()?;
    let relay = Relay::start(&relay, service.url(), folder)?;
    println!("\n{SERVERS} servers, each with a key of its own and the URL of the relay, {}:\n", relay.url);
    run_servers(server, &relay.url, key)?;
    show(&service);
    Ok(())
}

/// That of a server.
fn key(number: u32) -> String {
    format!("made-up-key-of-server-{number}")
}

fn limited_service() -> Result<Emulator> {
    let limit = Limit { max: INVITE_LIMIT, period_ms: INVITE_PERIOD.as_millis() as u64 };
    let invites = Limits { burst: Some(limit), sustained: None, shape: Shape::Fixed };
    let throttle = Settings { invites: Some(invites), ..Settings::default() };
    Ok(Emulator::start(Options { throttle: Some(throttle), ..Options::default() })?)
}

/// Starts all servers, and waits until all have ended.
fn run_servers(server: &OsStr, url: &str, key: impl Fn(u32) -> String) -> Result<()> {
    let title = TITLE_ID.to_string();
    let start = |number: u32| {
        Running::start(Command::new(server).args([url, title.as_str(), key(number).as_str(), &number.to_string()]))
    };
    let mut servers = (1..=SERVERS).map(start).collect::<Result<Vec<_>>>()?;
    let ended: Vec<_> = servers.iter_mut().map(|server| server.wait(LONGEST_RUN)).collect();
    ended.into_iter().zip(&servers).try_for_each(|(status, server)| check(&server.name, status?))
}

fn show(service: &Emulator) {
    let requests = service.requests(TITLE_ID);
    let about = |ending| requests.iter().filter(move |request| request.path.ends_with(ending));
    let groups: usize = about("/recentplayergroups/server").map(groups).sum();
    let rejected = about("/invites/server").filter(|request| request.status == 429).count();
    println!("\nThe stand-in for the service received:");
    println!("Groups:  {groups} in {}", counted(about("/recentplayergroups/server").count()));
    println!(
        "Invites: {}, of which it rejected {rejected} (it takes {INVITE_LIMIT} in {} s)",
        counted(about("/invites/server").count()),
        INVITE_PERIOD.as_secs()
    );
}

fn groups(request: &LoggedRequest) -> usize {
    request.json()["recentPlayerGroups"].as_array().map_or(0, Vec::len)
}

fn counted(requests: usize) -> String {
    format!("{requests} request{}", if requests == 1 { "" } else { "s" })
}

// The relay ---------------------------------------------------------------------------------------

/// Ends when dropped.
struct Relay {
    url: String,
    _process: Running,
}

impl Relay {
    fn start(program: &Path, service: &str, folder: &Path) -> Result<Self> {
        let (keys, token) = (folder.join("keys"), folder.join("token"));
        let of_servers = (1..=SERVERS).map(|number| format!("server-{number} {} {TITLE_ID}\n", key(number)));
        write(&keys, &of_servers.collect::<String>())?;
        write(&token, &format!("XBL3.0 x=-;{TOKEN}"))?;
        let mut command = Command::new(program);
        command.args(["--listen", "127.0.0.1:0", "--log-level", "warning", "--endpoint", service]);
        command.arg("--keys").arg(keys).arg("--authorization-header-file").arg(token);
        command.args(["--invite-limit", &format!("{INVITE_LIMIT}/{}s", INVITE_PERIOD.as_secs())]);
        command.args(["--recent-players-hold-ms", &HOLD.as_millis().to_string()]);
        let mut process = Running::start(command.stdout(Stdio::piped()))?;
        let line = first_line(&mut process)?;
        let url = line.trim_end().strip_prefix("mpa-relay listens on ");
        let url = url.ok_or("The relay did not start. It says above why.")?.to_owned();
        Ok(Relay { url, _process: process })
    }
}

/// Empty where it ends before it prints one.
fn first_line(process: &mut Running) -> Result<String> {
    let mut stdout = BufReader::new(process.child.stdout.take().ok_or("Its output is not piped.")?);
    let (sender, lines) = mpsc::channel();
    thread::spawn(move || {
        let mut line = String::new();
        let read = stdout.read_line(&mut line);
        sender.send(read.map(|_| line))
    });
    let seconds = LONGEST_START.as_secs();
    let line = lines.recv_timeout(LONGEST_START);
    Ok(line.map_err(|_| format!("The relay did not start within {seconds} s and was killed."))??)
}

fn write(path: &Path, content: &str) -> Result<()> {
    fs::write(path, content).map_err(|error| format!("{} could not be written: {error}", path.display()).into())
}

/// The one beside this program, built where there is none. That replaces the library which other builds put there.
fn built_relay() -> Result<PathBuf> {
    let profile = profile_folder()?;
    let program = profile.join(format!("mpa-relay{}", env::consts::EXE_SUFFIX));
    if !program.exists() {
        build_with_cargo(&profile, &["--package", "mpa-relay"])?;
    }
    if program.exists() {
        return Ok(program);
    }
    Err(format!(
        "{} is missing: build it with `cargo build -p mpa-relay`, and the options with which this was built.",
        program.display()
    )
    .into())
}
