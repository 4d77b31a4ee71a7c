//! Arguments that cannot be used.

use serde_json::Value;

use crate::run;

/// Arguments, the stable code of what is wrong, and the beginning of the sentence.
const WRONG: [(&[&str], &str, &str); 16] = [
    (&[], "missing_option", "--title-id is missing"),
    (&["--title-id"], "missing_value", "--title-id needs a value"),
    (&["--title-id", "--strict"], "missing_value", "--title-id needs a value, but an option follows"),
    (&["--title-id", "0"], "invalid_value", "--title-id must be a number from 1 to 4294967295"),
    (&["--title-id=7", "--title-id=7"], "repeated_option", "--title-id is given more than once"),
    (&["--title-id=7", "--sandbox="], "empty_value", "--sandbox is empty"),
    (&["--title-id=7", "--sandbox", ""], "empty_value", "--sandbox is empty"),
    (&["--title-id=7", "--strict=secret"], "unexpected_value", "an option that takes no value was given one"),
    (&["--title-id=7", "--ca-only"], "missing_option", "--ca-only needs --ca-certificates"),
    (&["--title-id=7", "--private-key", "k"], "missing_option", "--private-key needs --certificate"),
    (
        &["--title-id=7", "--proof-key-file", "k"],
        "missing_option",
        "--proof-key-file needs --authorization-header-file",
    ),
    (
        &["--title-id=7", "--certificate=c", "--authorization-header-file=h"],
        "conflicting_options",
        "--authorization-header-file cannot be used together with --certificate",
    ),
    (
        &["--title-id=7", "--certificate=c", "--network-only"],
        "conflicting_options",
        "--network-only cannot be used together with --certificate",
    ),
    (&["--title-id=7", "--titleid"], "unknown_option", "there is no option \"--titleid\""),
    (&["--title-id=7", "-x"], "unexpected_argument", "unexpected argument"),
    (&["--title-id=7", "XBL3.0 x=-;secret"], "unexpected_argument", "unexpected argument"),
];

#[test]
fn wrong_arguments_are_one_sentence_and_status_2() {
    for (arguments, _, expected) in WRONG {
        let ended = run(arguments);
        assert_eq!((ended.status, ended.text.as_str()), (2, ""), "{arguments:?}");
        assert!(ended.stderr.starts_with(&format!("mpa-doctor: {expected}")), "{}", ended.stderr);
        assert!(ended.stderr.lines().count() == 1 && !ended.stderr.contains("secret"), "{}", ended.stderr);
    }
}

#[test]
fn with_json_they_are_an_object() {
    for (arguments, code, expected) in WRONG {
        for place in [0, arguments.len()] {
            let mut arguments = arguments.to_vec();
            arguments.insert(place, "--json");
            let ended = run(&arguments);
            assert_eq!((ended.status, ended.stderr.as_str()), (2, ""), "{arguments:?}");
            let object: Value = serde_json::from_str(&ended.text).unwrap();
            crate::schema::check(&object);
            let expected = if arguments == ["--title-id", "--json"] { "--title-id needs a value" } else { expected };
            assert_eq!((&object["result"], &object["error"]["code"]), (&"invalid_arguments".into(), &code.into()));
            assert!(object["error"]["message"].as_str().unwrap().starts_with(expected), "{object}");
            assert!(!ended.text.contains("secret"), "{object}");
        }
    }
    let object: Value = serde_json::from_str(&run(&["--json", "--title-id=0"]).text).unwrap();
    assert_eq!(object["error"]["option"], "--title-id");
}

#[test]
fn both_ways_to_give_a_value_are_the_same() {
    let there_is_none = "--endpoint=https://127.0.0.1:9";
    for arguments in [&["--title-id", "7", there_is_none][..], &["--title-id=7", there_is_none]] {
        assert!(run(arguments).text.starts_with("ok       configuration: Title 7, "));
    }
}

#[test]
fn help_names_every_exit_status() {
    let help = run(&["--help"]);
    assert!(help.status == 0 && help.text.contains("Usage: mpa-doctor"), "{}", help.text);
    for status in 0..=4 {
        assert!(help.text.contains(&format!("\n  {status}  ")), "{}", help.text);
    }
    assert_eq!(run(&["--version"]).text, concat!("mpa-doctor ", env!("CARGO_PKG_VERSION"), "\n"));
}
