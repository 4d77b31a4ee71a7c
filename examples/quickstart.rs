//! Runs a program against a stand-in for the service, and shows what it printed and what arrived:
//!
//! ```text
//! cargo run --example quickstart               examples/quickstart.c
//! cargo run --example quickstart cpp           examples/quickstart.cpp
//! cargo run --example quickstart csharp        examples/quickstart.cs
//! cargo run --example quickstart c loop        examples/server_loop.c, stopped by SIGTERM after 3 s
//! cargo run --example quickstart cpp loop      examples/server_loop.cpp
//! cargo run --example quickstart csharp loop   examples/server_loop.cs
//! cargo run --example quickstart c match       examples/match_server.c, and who met whom
//! cargo run --example quickstart cpp match     examples/match_server.cpp
//! cargo run --example quickstart csharp match  examples/match_server.cs
//! cargo run --example quickstart c activities  examples/activities.c
//! cargo run --example quickstart c sign-in     examples/sign_in.c
//! cargo run --example quickstart c fleet       examples/fleet_server.c, three servers without a relay and through one
//! ```
//!
//! The compilers are `cc` and `c++`, or those of the variables `CC` and `CXX`; for C#, `mcs`.

#![allow(clippy::expect_used, clippy::unwrap_used)]

#[path = "quickstart/fleet.rs"]
mod fleet;

use std::error::Error;
use std::ffi::OsStr;
use std::io::{self, ErrorKind};
use std::ops::RangeInclusive;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitCode, ExitStatus};
use std::time::{Duration, Instant};
use std::{env, fs, thread};

use mpa_emulator::{Emulator, LoggedRequest, NO_TITLE, Options, SignIn, SignInOptions};
use serde_json::Value;

const REPOSITORY: &str = env!("CARGO_MANIFEST_DIR");
const LIBRARY: &str = if cfg!(target_os = "macos") { "libmpa.dylib" } else { "libmpa.so" };
const TITLE_ID: u32 = 1234567890;

type Result<T> = std::result::Result<T, Box<dyn Error>>;

/// How long a server loop runs before it is stopped.
const LOOP_TIME: Duration = Duration::from_secs(3);

/// How long it may take to stop after that. It says itself how long it needs: 5 s.
const LONGEST_STOP: Duration = Duration::from_secs(10);

/// How long a program that ends by itself may run. Its calls have time limits of their own.
const LONGEST_RUN: Duration = Duration::from_secs(120);

/// The most requests that are shown.
const MOST_SHOWN: usize = 4;

#[derive(Clone, Copy)]
enum Language {
    C,
    Cpp,
    CSharp,
}

/// How much faster than in a game a match is played, which then takes 3 s.
const MATCH_SPEED: u32 = 20;

/// The seed of the match.
const MATCH_SEED: u32 = 1;

/// The players of the match, as the program makes them up.
const MATCH_PLAYERS: RangeInclusive<u64> = 2535400000000001..=2535400000000008;

#[derive(Clone, Copy, PartialEq)]
enum What {
    Quickstart,
    ServerLoop,
    Match,
    Activities,
    SignIn,
    Fleet,
}

fn main() -> ExitCode {
    match chosen_program(&env::args().skip(1).collect::<Vec<_>>()).and_then(|(language, what)| run(language, what)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}

fn chosen_program(arguments: &[String]) -> Result<(Language, What)> {
    let language = match arguments.first().map_or("c", String::as_str) {
        "c" => Language::C,
        "cpp" => Language::Cpp,
        "csharp" => Language::CSharp,
        other => return Err(format!("There is no quickstart for {other:?}, but for c, cpp and csharp.").into()),
    };
    match (language, arguments.get(1).map(String::as_str)) {
        (_, None) => Ok((language, What::Quickstart)),
        (_, Some("loop")) => Ok((language, What::ServerLoop)),
        (_, Some("match")) => Ok((language, What::Match)),
        (Language::C, Some("activities")) => Ok((language, What::Activities)),
        (Language::C, Some("sign-in")) => Ok((language, What::SignIn)),
        (Language::C, Some("fleet")) => Ok((language, What::Fleet)),
        (_, Some(only_in_c @ ("activities" | "sign-in" | "fleet"))) => {
            Err(format!("That program is there in C only: say \"c {only_in_c}\".").into())
        }
        (_, Some(other)) => Err(format!(
            "After the language comes nothing, \"loop\" for a server loop, \"match\" for a match, \"activities\", \"sign-in\" for a \
             server that signs in, or \"fleet\" for servers with a relay, not {other:?}."
        )
        .into()),
    }
}

fn run(language: Language, what: What) -> Result<()> {
    let source = source(language, what);
    let folder = stage_library(&source)?;
    let mut program = compile(language, &source, &folder)?;
    if what == What::Fleet {
        return fleet::run(program.get_program(), &folder);
    }
    let emulator = Emulator::start(options(what))?;
    program.arg(emulator.url()).arg(TITLE_ID.to_string());
    if let Some(sign_in) = emulator.sign_in() {
        program.args([sign_in.url(), sign_in.token_url()]).args(write_files(sign_in, &folder)?);
    }
    if what == What::Match {
        program.args([MATCH_SEED, MATCH_SPEED].map(|number| number.to_string()));
    }
    println!("{source} prints:\n");
    let ended = match what {
        What::ServerLoop => run_for_a_while(&mut program),
        _ => run_to_the_end(&mut program),
    };
    println!("\nThe stand-in for the service received:\n");
    emulator.requests(NO_TITLE).iter().for_each(show_line);
    let requests = emulator.requests(TITLE_ID);
    requests.iter().take(MOST_SHOWN).for_each(show);
    if requests.len() > MOST_SHOWN {
        println!("and {} more", requests.len() - MOST_SHOWN);
    }
    if what == What::Match {
        println!("\nWho met whom, as it lists them:\n");
        MATCH_PLAYERS.for_each(|player| show_recent_players(&emulator, player));
    }
    ended
}

fn source(language: Language, what: What) -> String {
    let name = match what {
        What::Quickstart => "quickstart",
        What::ServerLoop => "server_loop",
        What::Match => "match_server",
        What::Activities => "activities",
        What::SignIn => "sign_in",
        What::Fleet => "fleet_server",
    };
    let ending = match language {
        Language::C => "c",
        Language::Cpp => "cpp",
        Language::CSharp => "cs",
    };
    format!("examples/{name}.{ending}")
}

fn options(what: What) -> Options {
    if what == What::SignIn {
        return Options { sign_in: Some(SignInOptions::default()), https: true, ..Options::default() };
    }
    Options::default()
}

/// The authority, the certificate of the stand-in's partner, and its key, which is good for nothing else.
fn write_files(sign_in: &SignIn, folder: &Path) -> Result<[PathBuf; 3]> {
    let partner = sign_in.partner();
    let files = [
        (folder.join("ca.pem"), sign_in.ca_pem()),
        (folder.join("partner.pem"), partner.chain_pem.as_str()),
        (folder.join("partner.key"), partner.private_key_pem.as_str()),
    ];
    for (path, content) in &files {
        fs::write(path, content).map_err(|error| format!("{} could not be written: {error}", path.display()))?;
    }
    Ok(files.map(|(path, _)| path))
}

// Running -----------------------------------------------------------------------------------------

fn run_to_the_end(program: &mut Command) -> Result<()> {
    let mut running = Running::start(program)?;
    let status = running.wait(LONGEST_RUN)?;
    check(&running.name, status)
}

/// Lets a server run, and stops it with a signal, as an orchestrator does.
fn run_for_a_while(program: &mut Command) -> Result<()> {
    let mut server = Running::start(program)?;
    thread::sleep(LOOP_TIME);
    let signalled = Instant::now();
    terminate(&server.child)?;
    let status = server.wait(LONGEST_STOP)?;
    println!(
        "\nStopped with SIGTERM after {} s, it ended {} ms later: {status}",
        LOOP_TIME.as_secs(),
        signalled.elapsed().as_millis()
    );
    check(&server.name, status)
}

#[cfg(unix)]
fn terminate(server: &Child) -> Result<()> {
    use nix::sys::signal::{Signal, kill};
    let id = nix::unistd::Pid::from_raw(i32::try_from(server.id())?);
    kill(id, Signal::SIGTERM).map_err(|error| format!("The server could not be sent SIGTERM: {error}").into())
}

#[cfg(not(unix))]
fn terminate(_server: &Child) -> Result<()> {
    Err("The server loops are stopped by SIGTERM, which there is on Unix only; the server was killed.".into())
}

/// A program that was started, killed when dropped: whatever goes wrong, none is left behind.
struct Running {
    name: String,
    child: Child,
}

impl Running {
    fn start(program: &mut Command) -> Result<Self> {
        let name = program.get_program().to_string_lossy().into_owned();
        // Cargo puts its own folders there, which may have an older library.
        let child = program.env_remove("LD_LIBRARY_PATH").spawn().map_err(|error| not_started(&name, &error))?;
        Ok(Running { name, child })
    }

    fn wait(&mut self, limit: Duration) -> Result<ExitStatus> {
        let deadline = Instant::now() + limit;
        loop {
            if let Some(status) = self.child.try_wait()? {
                return Ok(status);
            }
            if Instant::now() >= deadline {
                return Err(format!("{} did not end within {} s and was killed", self.name, limit.as_secs()).into());
            }
            thread::sleep(Duration::from_millis(5));
        }
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        // Fails where it has ended by itself, which is as good.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

// Building ----------------------------------------------------------------------------------------

fn compile(language: Language, source: &str, folder: &Path) -> Result<Command> {
    match language {
        Language::C => compile_native(chosen("CC", "cc").arg(source), folder),
        Language::Cpp => {
            compile_native(chosen("CXX", "c++").args(["-std=c++17", "-pthread", source, "-Ibindings/cpp"]), folder)
        }
        Language::CSharp => compile_csharp(source, folder),
    }
}

fn compile_native(compiler: &mut Command, folder: &Path) -> Result<Command> {
    let program = folder.join("program");
    compiler.args(["-Iinclude", "-lmpa", "-L"]).arg(folder);
    compiler.arg(format!("-Wl,-rpath,{}", folder.display())).arg("-o").arg(&program);
    finish(compiler)?;
    Ok(Command::new(program))
}

/// The server loop takes signals from Mono.Posix.
fn compile_csharp(source: &str, folder: &Path) -> Result<Command> {
    let program = folder.join("program.exe");
    let mut compiler = tool("mcs");
    compiler.args(["-unsafe", source, "bindings/csharp/*.cs"]).arg(format!("-out:{}", program.display()));
    if source.contains("server_loop") {
        compiler.args(["-r:Mono.Posix", "examples/StopSignals.cs"]);
    }
    finish(&mut compiler)?;
    let mut mono = tool("mono");
    mono.arg(program);
    Ok(mono)
}

/// The user's compiler, perhaps with arguments, or else the usual one.
fn chosen(variable: &str, usual: &str) -> Command {
    let line = env::var(variable).unwrap_or_default();
    let mut words = line.split_whitespace();
    let mut compiler = tool(words.next().unwrap_or(usual));
    compiler.args(words);
    compiler
}

fn tool(name: impl AsRef<OsStr>) -> Command {
    let mut command = Command::new(name);
    command.current_dir(REPOSITORY);
    command
}

/// Runs a tool to its end. What went wrong in it, it has said itself.
fn finish(command: &mut Command) -> Result<()> {
    let name = command.get_program().to_string_lossy().into_owned();
    let status = command.status().map_err(|error| not_started(&name, &error))?;
    check(&name, status)
}

fn check(name: &str, status: ExitStatus) -> Result<()> {
    if status.success() { Ok(()) } else { Err(format!("{name} failed: {status}").into()) }
}

fn not_started(name: &str, error: &io::Error) -> String {
    match error.kind() {
        ErrorKind::NotFound => format!("{name} was not found. {}", advice(name)),
        _ => format!("{name} could not be started: {error}"),
    }
}

fn advice(tool: &str) -> &'static str {
    match tool {
        "cc" => "Install a C compiler (on Debian: apt-get install gcc), or name yours in CC.",
        "c++" => "Install a C++ compiler (on Debian: apt-get install g++), or name yours in CXX.",
        "mcs" => "Install a C# compiler (on Debian: apt-get install mono-mcs libmono-posix4.0-cil).",
        "mono" => "Install it (on Debian: apt-get install mono-runtime).",
        _ => "Is that its name?",
    }
}

// The library -------------------------------------------------------------------------------------

/// Puts the library into the folder that the program will be in, as one would ship both.
fn stage_library(source: &str) -> Result<PathBuf> {
    let profile = profile_folder()?;
    let folder = profile.join("quickstart").join(source);
    fs::create_dir_all(&folder)?;
    let staged = folder.join(LIBRARY);
    // A program that still runs keeps the file it has.
    let _ = fs::remove_file(&staged);
    fs::copy(built_library(&profile)?, staged)?;
    Ok(folder)
}

/// Where cargo puts what it builds with the options with which this was built.
fn profile_folder() -> Result<PathBuf> {
    // <target folder>/<profile>/examples/quickstart
    let example = env::current_exe()?;
    Ok(example.ancestors().nth(2).ok_or("This program is in no folder.")?.to_owned())
}

/// The library has been built for this example. Where cargo keeps it elsewhere, it is built again.
fn built_library(profile: &Path) -> Result<PathBuf> {
    let dependency = profile.join("deps").join(LIBRARY);
    if dependency.exists() {
        return Ok(dependency);
    }
    build_with_cargo(profile, &["--quiet", "--lib"])?;
    Ok(profile.join(LIBRARY))
}

fn build_with_cargo(profile: &Path, arguments: &[&str]) -> Result<()> {
    let mut build = tool(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    build.arg("build").args(arguments);
    // Cargo sets these for the program that it runs. Some crates are compiled again when they change.
    for (name, _) in env::vars_os() {
        if name.to_str().is_some_and(|name| name.starts_with("CARGO_PKG_") || name.starts_with("CARGO_MANIFEST_")) {
            build.env_remove(name);
        }
    }
    if profile.file_name() == Some(OsStr::new("release")) {
        build.arg("--release");
    }
    finish(&mut build)
}

// What arrived ------------------------------------------------------------------------------------

fn show(received: &LoggedRequest) {
    let mut body = received.json();
    shorten(&mut body);
    show_line(received);
    println!("    {body}");
}

fn show_line(received: &LoggedRequest) {
    println!("{} {}, answered with {}", received.method, received.path, received.status);
}

/// Whom a player of the match met, the last met first.
fn show_recent_players(emulator: &Emulator, player: u64) {
    let number = |xuid: u64| xuid - MATCH_PLAYERS.start() + 1;
    let met = emulator.recent_players(TITLE_ID, player);
    let met: Vec<_> = met.iter().map(|met| format!("{} ({})", number(met.xuid), met.encounter_type)).collect();
    println!("Player {}: {}", number(player), if met.is_empty() { "none".to_owned() } else { met.join(", ") });
}

/// Of a list of texts the first two, of others the first one, and how many more there are.
fn shorten(value: &mut Value) {
    if let Value::Array(elements) = value {
        let shown = if elements.iter().all(Value::is_string) { 2 } else { 1 };
        if elements.len() > shown {
            let more = elements.len() - shown;
            elements.truncate(shown);
            elements.push(format!("... {more} more").into());
        }
    }
    match value {
        Value::Array(elements) => elements.iter_mut().for_each(shorten),
        Value::Object(fields) => fields.values_mut().for_each(shorten),
        _ => {}
    }
}
