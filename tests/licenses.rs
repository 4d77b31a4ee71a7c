//! The notice of third-party licences: complete, as the lock files say, and chosen as deny.toml says.

use std::collections::BTreeSet;
use std::io::Write;
use std::path::Path;
use std::process::Command;

use mpa_tests::build::{self, Library};
use mpa_tests::header::repository;
use mpa_tests::licenses::choice::{self, Choice};
use mpa_tests::licenses::{self, files, linked};

#[test]
fn the_notice_is_what_is_linked() {
    let checked_in = std::fs::read_to_string(licenses::path()).expect("THIRD-PARTY-LICENSES.txt is there");
    let text = licenses::text("mpa").unwrap_or_else(|error| panic!("{error}"));
    let mut lines = checked_in.lines().chain(["its end"]).zip(text.lines().chain(["its end"]));
    let differs = lines.find(|(found, expected)| found != expected);
    assert!(
        checked_in == text,
        "THIRD-PARTY-LICENSES.txt is not what is linked; write it anew: cargo run -p mpa-tests --bin write-licenses\n\
         the first line that differs, and what it should be: {differs:?}"
    );
}

// What is in the library -------------------------------------------------------------------------

/// What is built in Rust's own source, and is named as a whole.
const PARTS_OF_RUST: [&str; 9] = [
    "alloc",
    "compiler_builtins",
    "core",
    "panic_unwind",
    "rustc_std_workspace_alloc",
    "rustc_std_workspace_core",
    "std",
    "std_detect",
    "unwind",
];

#[test]
fn the_static_library_is_made_of_what_the_notice_names() {
    let standard_library = licenses::standard_library().unwrap_or_else(|error| panic!("{error}"));
    if !has_rust(&standard_library.rust) {
        return;
    }
    let crates = linked::linked(&repository().join("Cargo.toml"), "mpa").unwrap_or_else(|error| panic!("{error}"));
    let listed = crates.iter().chain(&standard_library.crates).map(|listed| listed.library.as_str());
    let listed: BTreeSet<&str> = listed.chain(PARTS_OF_RUST).chain(["mpa"]).collect();

    let library = Library::OfTheTests.folder().join("libmpa.a");
    let found = crates_in(&library);
    assert!(found.contains("rustls") && found.contains("std"), "this is not how objects are named: {found:?}");
    let unlisted: Vec<_> = found.iter().filter(|found| !listed.contains(found.as_str())).collect();
    assert!(unlisted.is_empty(), "{} has {unlisted:?}, which the notice does not name", library.display());

    let versions = standard_library.crates.iter().map(|listed| format!("{}-{}", listed.name, listed.version));
    let versions: BTreeSet<String> = versions.collect();
    let unlisted: Vec<_> = crates_of_rust(&library).into_iter().filter(|found| !versions.contains(found)).collect();
    assert!(
        unlisted.is_empty(),
        "the standard library of Rust {} has {unlisted:?}; tests/licenses/standard-library/Cargo.toml has {versions:?}",
        standard_library.rust
    );
}

/// Whether the compiler is the one that a release is built with. Another one may link other crates.
fn has_rust(release: &str) -> bool {
    let output = build::run(Command::new("rustc").arg("-vV").current_dir(repository()));
    let printed = String::from_utf8(output.stdout).expect("rustc prints text");
    let found = printed.lines().find_map(|line| line.strip_prefix("release: ")).expect("rustc says its release");
    if found != release {
        // Not by `eprintln!`, which the tests' harness keeps to itself when they pass.
        let _ = writeln!(
            std::io::stderr(),
            "note: THIRD-PARTY-LICENSES.txt is for Rust {release}, and this is {found}: what that links is not checked"
        );
    }
    found == release
}

/// The crates that an archive has objects of, which are called `name-hash.*.rcgu.o`.
fn crates_in(library: &Path) -> BTreeSet<String> {
    build::AR.needed();
    let output = build::run(Command::new(build::AR.name).arg("t").arg(library));
    let objects = String::from_utf8(output.stdout).expect("names are text");
    let of_rust = objects.lines().filter(|object| object.ends_with(".rcgu.o"));
    of_rust.filter_map(|object| Some(object.split(['-', '.']).next()?.to_owned())).collect()
}

/// The crates of the standard library, out of the paths of their files: `/rust/deps/memchr-2.7.6/`.
fn crates_of_rust(library: &Path) -> BTreeSet<String> {
    let bytes = std::fs::read(library).expect("the library is there");
    let mut parts = bytes.split(|byte| *byte == b'/');
    let mut found = BTreeSet::new();
    while parts.by_ref().any(|part| part.ends_with(b"rust")) {
        if parts.next() != Some(b"deps") {
            continue;
        }
        // Strings stand there without an end, so that something else may begin behind a path.
        let name = parts.next().and_then(|name| std::str::from_utf8(name).ok()).unwrap_or_default();
        let numbers = name.rsplit('-').next().unwrap_or_default().split('.');
        if numbers.clone().count() == 3 && numbers.into_iter().all(|number| number.parse::<u32>().is_ok()) {
            found.insert(name.to_owned());
        }
    }
    found
}

// How the notice comes about ---------------------------------------------------------------------

#[test]
fn a_macro_is_linked_and_what_it_is_made_of_is_not() {
    let tree = "\
0mpa v0.1.0 (/somewhere/mpa)
1serde v1.0.229
2serde_core v1.0.229
2serde_derive v1.0.229 (proc-macro)
3syn v3.0.10
4unicode-ident v1.0.27
1wasi v0.11.1+wasi-snapshot-preview1
";
    let found: Vec<String> =
        linked::in_tree(tree).into_iter().map(|(name, version)| format!("{name} {version}")).collect();
    assert_eq!(
        found,
        [
            "mpa 0.1.0",
            "serde 1.0.229",
            "serde_core 1.0.229",
            "serde_derive 1.0.229",
            "wasi 0.11.1+wasi-snapshot-preview1"
        ]
    );
}

#[test]
fn the_preferred_licence_of_those_offered_is_chosen() {
    let accepted = ["MIT", "Apache-2.0", "ISC"].map(|license| spdx::Licensee::parse(license).expect("it is known"));
    let cases = [
        ("MIT", "MIT", ""),
        ("Apache-2.0 OR MIT", "MIT", "Apache-2.0"),
        ("MIT/Apache-2.0", "MIT", "Apache-2.0"),
        ("Unlicense OR MIT", "MIT", "Unlicense"),
        ("Apache-2.0 OR ISC", "Apache-2.0", "ISC"),
        ("Apache-2.0 AND ISC", "Apache-2.0 ISC", ""),
        ("(MIT OR Apache-2.0) AND ISC", "MIT ISC", "Apache-2.0"),
        ("Apache-2.0 WITH LLVM-exception OR Apache-2.0 OR MIT", "MIT", "Apache-2.0 WITH LLVM-exception Apache-2.0"),
    ];
    for (expression, used, declined) in cases {
        let choice = choice::choose(expression, &accepted).unwrap_or_else(|error| panic!("{expression}: {error}"));
        assert_eq!((choice.used.join(" "), choice.declined.join(" ")), (used.to_owned(), declined.to_owned()));
    }
    for expression in ["", "GPL-3.0-only", "MIT AND GPL-3.0-only", "BSD-3-Clause OR Zlib", "my own"] {
        let error = choice::choose(expression, &accepted).expect_err(expression);
        assert!(error.contains(&format!("`{expression}`")), "{error}");
    }
}

#[test]
fn a_crate_without_the_text_of_its_licence_is_an_error() {
    let mit = include_str!("../LICENSE-MIT");
    let apache = include_str!("../LICENSE-APACHE");
    let in_comments: String = mit.lines().map(|line| format!("// {line}\r\n")).collect();
    // It begins as ISC does.
    let zero_bsd = "Permission to use, copy, modify, and/or distribute this software for any\npurpose with or without \
        fee is hereby granted.\n\nTHE SOFTWARE IS PROVIDED \"AS IS\" AND THE AUTHOR DISCLAIMS ALL WARRANTIES.";
    // Files, what the licence comes down to, what was declined, and the files that apply, where none is missing.
    type Case<'a> = (&'a [(&'a str, &'a str)], &'a [&'a str], &'a [&'a str], Option<&'a [&'a str]>);
    let cases: [Case; 10] = [
        (&[("LICENSE", mit)], &["MIT"], &[], Some(&["LICENSE"])),
        (&[("license-mit", &in_comments), ("lib.rs", "")], &["MIT"], &[], Some(&["license-mit"])),
        (&[("LICENSE-APACHE", apache), ("LICENSE-MIT", mit)], &["MIT"], &["Apache-2.0"], Some(&["LICENSE-MIT"])),
        (
            &[("COPYING", "Either of both."), ("LICENSE-MIT", mit), ("NOTICE", "Someone.")],
            &["MIT"],
            &["Unlicense"],
            Some(&["COPYING", "LICENSE-MIT", "NOTICE"]),
        ),
        (&[("LICENSE-0BSD", zero_bsd), ("LICENSE-MIT", mit)], &["MIT"], &["0BSD"], Some(&["LICENSE-MIT"])),
        (&[("LICENSE", zero_bsd)], &["ISC"], &[], None),
        // Another author's work within the crate.
        (
            &[("LICENSE", apache), ("third_party/LICENSE.txt", mit)],
            &["Apache-2.0"],
            &[],
            Some(&["LICENSE", "third_party/LICENSE.txt"]),
        ),
        (&[("LICENSE", "All rights are mine.")], &["MIT"], &[], None),
        (&[("LICENSE-MIT", mit)], &["MIT", "ISC"], &[], None),
        (&[("license.rs", mit)], &["MIT"], &[], None),
    ];
    for (number, (files, used, declined, expected)) in cases.into_iter().enumerate() {
        let folder = build::scratch("crate");
        std::fs::remove_dir_all(&folder).expect("what the case before left is removed");
        for (name, text) in files {
            let path = folder.join(name);
            std::fs::create_dir_all(path.parent().expect("it is in a folder")).expect("a folder is made");
            std::fs::write(path, text).expect("the file is written");
        }
        let owned = |names: &[&str]| names.iter().map(ToString::to_string).collect();
        let found = files::of(&folder, &Choice { used: owned(used), declined: owned(declined) });
        let found = found.map(|texts| texts.into_iter().map(|text| text.file).collect::<Vec<_>>());
        match expected {
            Some(expected) => {
                assert_eq!(found.unwrap_or_else(|error| panic!("{number}: {error}")), expected, "{number}")
            }
            None => assert!(found.is_err_and(|error| error.contains("has the text of")), "{number}"),
        }
    }
}
