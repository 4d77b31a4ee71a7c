//! What the library needs of a thread's stack and of memory, against what the header's first page says,
//! and of threads and descriptors, against docs/operations.md.
//! All of it is measured, and shown, by
//!
//!     cargo test -p mpa-tests --test resources -- --nocapture

#[path = "resources/bounds.rs"]
mod bounds;
#[path = "resources/footprint.rs"]
mod footprint;
#[path = "resources/memory.rs"]
mod memory;
#[path = "resources/service.rs"]
mod service;
#[path = "resources/stack.rs"]
mod stack;

use std::path::PathBuf;
use std::process::Command;

use mpa_tests::build::{self, GCC, Library};

/// A program of `c/`, and how it is run with one of the builds of the library.
struct Program(PathBuf);

impl Program {
    fn compile(name: &str) -> Self {
        GCC.needed();
        let program = build::scratch(name).join(name);
        let mut compile = Command::new(GCC.name);
        // What is measured is to be the library's, so that it is to need little itself.
        compile.args(["-std=c11", "-O1", "-Wall", "-Wextra", "-Wpedantic", "-Werror", "-o"]).arg(&program);
        build::run(compile.arg(build::source(&format!("c/{name}.c"))).args(build::link_arguments()));
        Program(program)
    }

    /// What it prints. It is ended where it hangs.
    fn run(&self, library: Library, arguments: &[&str], settings: &[(&str, String)]) -> String {
        let mut run = Command::new("timeout");
        run.args(["--signal=KILL", "120"]).arg(&self.0).args(arguments);
        run.env("LD_LIBRARY_PATH", library.folder()).env_remove("RUST_BACKTRACE");
        let output = build::run(run.envs(settings.iter().map(|(name, value)| (name, value))));
        String::from_utf8(output.stdout).expect("it prints text")
    }
}
