//! Each promise can be broken, and is found to be.

use super::expected::Expected;
use super::*;
use crate::targets::{TARGETS, Target};

fn functions() -> Vec<String> {
    vec!["mpa_a".to_owned(), "mpa_b".to_owned()]
}

/// A library that is as promised.
fn good(expected: &Expected) -> SharedLibrary {
    SharedLibrary {
        processor: expected.processors[0],
        name: expected.name.to_owned(),
        needed: expected.needed[..1].iter().map(|name| name.trim_end_matches('*').to_owned()).collect(),
        exports: functions(),
        newest_glibc: expected.newest_glibc,
        oldest_system: expected.oldest_system.map(str::to_owned),
        protections: expected.protections.to_vec(),
        signature_problem: None,
        version_resource: expected.version_resource.then(|| "1.2.3".to_owned()),
    }
}

type Break = fn(&mut SharedLibrary);

const BROKEN: &[(&str, Break)] = &[
    ("its own name", |library| library.name = "libmpa.so.0".to_owned()),
    ("needs [\"libssl.so.3\"]", |library| library.needed.push("libssl.so.3".to_owned())),
    ("needs glibc (2, 34)", |library| library.newest_glibc = Some((2, 34))),
    ("lacks the functions [\"mpa_b\"]", |library| drop(library.exports.pop())),
    ("not in the header: [\"rust_eh_personality\"]", |library| library.exports.push("rust_eh_personality".to_owned())),
    ("protections", |library| library.protections = vec!["no relocations"]),
    ("oldest system", |library| library.oldest_system = Some("26.0".to_owned())),
    ("signature", |library| library.signature_problem = Some("its signature does not match")),
    ("version resource", |library| library.version_resource = Some("1.2.2".to_owned())),
];

#[test]
fn each_promise_that_is_broken_is_found() {
    for target in TARGETS {
        let expected = Expected::of(target).unwrap();
        assert!(compare(&good(expected), expected, &functions(), "1.2.3-rc.1").is_empty(), "{}", target.name);
        for (problem, break_it) in BROKEN {
            let mut library = good(expected);
            break_it(&mut library);
            let problems = compare(&library, expected, &functions(), "1.2.3-rc.1");
            assert!(problems.len() == 1 && problems[0].contains(problem), "{}, {problem}: {problems:?}", target.name);
        }
    }
}

#[test]
fn a_static_library_has_what_the_table_allows() {
    let found = [functions(), vec!["ring_core_1".to_owned()]].concat();
    assert_eq!(compare_globals(&found, &functions(), &["ring_core_*"]), Vec::<String>::new());
    assert_eq!(compare_globals(&found, &functions(), &[]).len(), 1);
    assert_eq!(compare_globals(&found, &functions(), &["ring"]).len(), 1);
    assert_eq!(compare_globals(&found[1..], &functions(), &["ring_core_*"]).len(), 1);
}

/// Reads the files of this machine: of whatever targets are staged, and one that is always there.
#[test]
fn the_facts_of_real_files_are_read() {
    let dist = Dist::of_this_repository().unwrap();
    for target in TARGETS {
        let path = dist.stage(target).join(target.shared_library());
        let Ok(data) = fs::read(&path) else { continue };
        mutations_of_a_file_are_found(&dist, target, &data);
    }
    let program = fs::read(std::env::current_exe().unwrap()).unwrap();
    if cfg!(target_os = "linux") {
        let facts = &facts::shared(&program).unwrap()[0];
        assert!(facts.needed.iter().any(|name| name.starts_with("libc.")), "{facts:?}");
        assert!(facts.protections.contains(&"read-only after relocation"), "{facts:?}");
        assert_eq!(facts.name, "", "a program has no SONAME");
    }
}

fn mutations_of_a_file_are_found(dist: &Dist, target: &Target, data: &[u8]) {
    let expected = Expected::of(target).unwrap();
    let functions = header::functions(dist).unwrap();
    let version = dist.version().unwrap();
    let problems = |data: &[u8]| {
        let libraries = facts::shared(data).unwrap();
        libraries.iter().flat_map(|library| compare(library, expected, &functions, &version)).collect::<Vec<_>>()
    };
    // What is staged may be of another version of the repository: `packaging/check` is to find that, not this test.
    let before = problems(data).join("\n");
    assert!(!before.contains("mpa_client_drain"), "{}: {before}", target.name);
    // The name of a function occurs once at least: where it is exported.
    let mut renamed = data.to_vec();
    while let Some(position) = memchr::memmem::find(&renamed, b"mpa_client_drain\0") {
        renamed[position] = b'M';
    }
    let problems = problems(&renamed).join("\n");
    assert!(problems.contains("lacks") && problems.contains("Mpa_client_drain"), "{}: {problems}", target.name);
}
