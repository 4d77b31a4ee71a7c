//! Builds the library and programs against it, as a user would.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::OnceLock;

use crate::header::repository;

/// The folder with the shared library and the static one, built by cargo in the profile of the tests.
pub fn library_folder() -> &'static Path {
    static FOLDER: OnceLock<PathBuf> = OnceLock::new();
    FOLDER.get_or_init(|| {
        let mut build = Command::new(env!("CARGO"));
        build.args(["build", "--quiet", "--package", "mpa", "--lib", "--message-format=json"]).current_dir(repository());
        let output = run(&mut build);
        let messages = String::from_utf8(output.stdout).expect("cargo prints text");
        let library = messages
            .lines()
            .filter_map(|line| serde_json::from_str::<serde_json::Value>(line).ok())
            .filter(|message| message["reason"] == "compiler-artifact" && message["target"]["name"] == "mpa")
            .flat_map(|message| message["filenames"].as_array().cloned().unwrap_or_default())
            .filter_map(|name| name.as_str().map(PathBuf::from))
            .find(|name| name.file_name().is_some_and(|name| name == "libmpa.so"))
            .expect("cargo says where it put the library");
        library.parent().expect("a file has a folder").to_path_buf()
    })
}

/// The arguments with which a program finds the header and the shared library, when it is built and
/// when it runs.
pub fn link_arguments() -> Vec<String> {
    let folder = library_folder().display();
    vec![
        format!("-I{}", repository().join("include").display()),
        format!("-L{folder}"),
        "-lmpa".to_owned(),
        format!("-Wl,-rpath,{folder}"),
        "-pthread".to_owned(),
    ]
}

/// A folder of its own for what a test builds.
pub fn scratch(name: &str) -> PathBuf {
    let folder = std::env::temp_dir().join(format!("mpa-tests-{}", std::process::id())).join(name);
    std::fs::create_dir_all(&folder).expect("a folder is made");
    folder
}

/// Runs a command and panics with all that it printed unless it succeeds.
pub fn run(command: &mut Command) -> Output {
    let output = command.output().unwrap_or_else(|error| panic!("{command:?} could not be started: {error}"));
    assert!(
        output.status.success(),
        "{command:?} ended with {}\n{}{}",
        output.status,
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr)
    );
    output
}
