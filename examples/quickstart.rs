//! Runs a quickstart against a stand-in for the service, and shows what it printed and what arrived:
//!
//! ```text
//! cargo run --example quickstart            examples/quickstart.c
//! cargo run --example quickstart cpp        examples/quickstart.cpp
//! cargo run --example quickstart csharp     examples/quickstart.cs
//! ```
//!
//! The compilers are `cc` and `c++`, or those of the variables `CC` and `CXX`; for C#, `mcs`.

use std::error::Error;
use std::ffi::OsStr;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};
use std::{env, fs};

use mpa_emulator::{Emulator, Options, Received};
use serde_json::Value;

const REPOSITORY: &str = env!("CARGO_MANIFEST_DIR");
const LIBRARY: &str = if cfg!(target_os = "macos") { "libmpa.dylib" } else { "libmpa.so" };
const TITLE_ID: u32 = 1234567890;

type Result<T> = std::result::Result<T, Box<dyn Error>>;

fn main() -> ExitCode {
    let language = env::args().nth(1).unwrap_or_else(|| "c".to_owned());
    match run(&language) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}

fn run(language: &str) -> Result<()> {
    let (source, compile): (_, fn(&Path) -> Result<Command>) = match language {
        "c" => ("quickstart.c", compile_c),
        "cpp" => ("quickstart.cpp", compile_cpp),
        "csharp" => ("quickstart.cs", compile_csharp),
        other => return Err(format!("There is no quickstart for {other:?}, but for c, cpp and csharp.").into()),
    };
    let mut program = compile(&stage_library(language)?)?;
    let emulator = Emulator::start(Options::default())?;
    println!("examples/{source} prints:\n");
    let ended = finish(program.arg(emulator.url()).arg(TITLE_ID.to_string()));
    println!("\nThe stand-in for the service received:\n");
    for received in emulator.requests(TITLE_ID) {
        show(&received);
    }
    ended
}

// Building ----------------------------------------------------------------------------------------

fn compile_c(folder: &Path) -> Result<Command> {
    let mut compiler = chosen("CC", "cc");
    compile_native(compiler.arg("examples/quickstart.c"), folder)
}

fn compile_cpp(folder: &Path) -> Result<Command> {
    let mut compiler = chosen("CXX", "c++");
    compiler.args(["-std=c++17", "examples/quickstart.cpp", "-Ibindings/cpp"]);
    compile_native(&mut compiler, folder)
}

fn compile_native(compiler: &mut Command, folder: &Path) -> Result<Command> {
    let program = folder.join("quickstart");
    compiler.args(["-Iinclude", "-lmpa", "-L"]).arg(folder);
    compiler.arg(format!("-Wl,-rpath,{}", folder.display())).arg("-o").arg(&program);
    finish(compiler)?;
    Ok(Command::new(program))
}

fn compile_csharp(folder: &Path) -> Result<Command> {
    let program = folder.join("quickstart.exe");
    let mut compiler = tool("mcs");
    compiler.args(["-unsafe", "examples/quickstart.cs", "bindings/csharp/*.cs"]);
    finish(compiler.arg(format!("-out:{}", program.display())))?;
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

/// Runs a command to its end. What went wrong in it, it has said itself.
fn finish(command: &mut Command) -> Result<()> {
    let name = command.get_program().to_string_lossy().into_owned();
    match command.status() {
        Ok(status) if status.success() => Ok(()),
        Ok(status) => Err(format!("{name} failed: {status}").into()),
        Err(error) if error.kind() == ErrorKind::NotFound => {
            Err(format!("{name} was not found. {}", advice(&name)).into())
        }
        Err(error) => Err(format!("{name} could not be started: {error}").into()),
    }
}

fn advice(tool: &str) -> &'static str {
    match tool {
        "cc" => "Install a C compiler (on Debian: apt-get install gcc), or name yours in CC.",
        "c++" => "Install a C++ compiler (on Debian: apt-get install g++), or name yours in CXX.",
        "mcs" => "Install a C# compiler (on Debian: apt-get install mono-mcs).",
        "mono" => "Install it (on Debian: apt-get install mono-runtime).",
        _ => "Is that its name?",
    }
}

// The library -------------------------------------------------------------------------------------

/// Puts the library into the folder that the program will be in, as one would ship both.
fn stage_library(language: &str) -> Result<PathBuf> {
    // <target folder>/<profile>/examples/quickstart
    let example = env::current_exe()?;
    let profile = example.ancestors().nth(2).ok_or("This program is in no folder.")?;
    let folder = profile.join("quickstart").join(language);
    fs::create_dir_all(&folder)?;
    let staged = folder.join(LIBRARY);
    // A program that still runs keeps the file it has.
    let _ = fs::remove_file(&staged);
    fs::copy(built_library(profile)?, staged)?;
    Ok(folder)
}

/// The library has been built for this example. Where cargo keeps it elsewhere, it is built again.
fn built_library(profile: &Path) -> Result<PathBuf> {
    let dependency = profile.join("deps").join(LIBRARY);
    if dependency.exists() {
        return Ok(dependency);
    }
    let mut build = tool(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    build.args(["build", "--quiet", "--lib"]);
    if profile.file_name() == Some(OsStr::new("release")) {
        build.arg("--release");
    }
    finish(&mut build)?;
    Ok(profile.join(LIBRARY))
}

// What arrived ------------------------------------------------------------------------------------

fn show(received: &Received) {
    let mut body = received.json();
    shorten(&mut body);
    println!("{} {}, answered with {}\n    {body}", received.method, received.path, received.status);
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
