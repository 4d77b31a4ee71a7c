//! Tools: what the tests and the examples call, `tests/run.sh` installs.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use mpa_tests::header::repository;

const FOLDERS: [&str; 5] = ["tests", "examples", "emulator", "doctor", "src"];

/// What stands in the code before the name of a program.
const CALLS: [&str; 5] =
    [r#"Command::new(""#, r#"Tool { name: ""#, r#" tool(""#, r#"chosen("CC", ""#, r#"chosen("CXX", ""#];

/// The shell that runs the script, the compiler that builds the tests, and one that must not be there.
const NOT_INSTALLED: [&str; 3] = ["sh", "rustc", "no-such-program"];

#[test]
fn what_is_called_is_installed() {
    let script = fs::read_to_string(repository().join("tests/run.sh")).unwrap();
    let (_, list) = script.split_once("done <<'END'\n").unwrap();
    let (list, _) = list.split_once("\nEND\n").unwrap();
    let installed: BTreeSet<_> = list.lines().filter_map(|line| line.split(' ').next()).collect();
    let mut called = BTreeSet::new();
    for folder in FOLDERS {
        add_calls(&repository().join(folder), &mut called);
    }
    for known in ["gcc", "cc", "c++", "openssl", "mono"] {
        assert!(called.contains(known), "{known} in {called:?}");
    }
    // A header is called by what stands behind the folder of headers.
    let is_installed =
        |name: &str| installed.contains(name) || installed.contains(format!("/usr/include/{name}").as_str());
    let missing: Vec<_> =
        called.iter().map(String::as_str).filter(|name| !is_installed(name) && !NOT_INSTALLED.contains(name)).collect();
    assert!(missing.is_empty(), "tests/run.sh installs none of {missing:?}");
}

fn add_calls(folder: &Path, called: &mut BTreeSet<String>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            add_calls(&path, called);
        } else if path.extension().is_some_and(|ending| ending == "rs") && !path.ends_with(file!()) {
            let text = fs::read_to_string(&path).unwrap();
            for before in CALLS {
                let names = text.split(before).skip(1).filter_map(|rest| rest.split('"').next());
                called.extend(names.map(str::to_owned));
            }
        }
    }
}
