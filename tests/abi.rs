//! The C interface is the recorded one; and what counts as a compatible change.

use mpa_tests::abi::{self, Changes};
use mpa_tests::header;
use mpa_tests::interface::Interface;

#[test]
fn the_interface_is_the_recorded_one() {
    let declared = abi::text(&Interface::read(&header::text()));
    let recorded = std::fs::read_to_string(abi::path()).expect("docs/abi.txt is there");
    let Changes { additions, breaks } = abi::changes(&recorded, &declared);
    assert!(
        breaks.is_empty(),
        "programs that were built with the recorded interface break. While the major version is 0: name it in \
         CHANGELOG.md, and record it: cargo run -p mpa-tests --bin write-abi. Later: undo it (docs/abi.md).\n{}",
        breaks.join("\n")
    );
    assert!(
        recorded == declared,
        "docs/abi.txt is out of date; what is new is compatible, so record it: \
         cargo run -p mpa-tests --bin write-abi\n{}",
        additions.join("\n")
    );
}

const RECORDED: &str = "\
struct mpa_client size 8 alignment 8
field mpa_client.id 0 8 uint64_t
struct mpa_event size 40 alignment 8
field mpa_event.struct_size 0 4 uint32_t
field mpa_event.type 4 4 mpa_event_type
field mpa_event.reserved 8 32 uint64_t[4]
enumeration mpa_event_type int32_t
constant MPA_EVENT_NONE 0
constant MPA_MAX_GROUPS_PER_REQUEST 20
constant MPA_STATS_BUCKET_COUNT 16
function mpa_cancel mpa_status (mpa_client, uint64_t, mpa_result *)
";

/// What replaces what, and whether that is compatible.
const CHANGES: &[(&str, &str, bool)] = &[
    ("constant MPA_EVENT_NONE 0\n", "constant MPA_EVENT_NONE 0\nconstant MPA_EVENT_NEW 9\n", true),
    ("constant MPA_EVENT_NONE 0\n", "constant MPA_EVENT_NONE 1\n", false),
    ("constant MPA_EVENT_NONE 0\n", "", false),
    ("REQUEST 20\n", "REQUEST 30\n", true),
    ("REQUEST 20\n", "REQUEST 10\n", false),
    ("BUCKET_COUNT 16\n", "BUCKET_COUNT 17\n", false),
    ("function mpa_cancel", "function mpa_new int32_t (void)\nfunction mpa_cancel", true),
    ("function mpa_cancel mpa_status", "function mpa_cancel int32_t", false),
    ("uint64_t, mpa_result *)", "uint32_t, mpa_result *)", false),
    ("function mpa_cancel mpa_status (mpa_client, uint64_t, mpa_result *)\n", "", false),
    ("enumeration mpa_event_type int32_t\n", "", false),
    // At the end of a struct, which says its size.
    ("event size 40 alignment 8\n", "event size 48 alignment 8\nfield mpa_event.new 40 8 uint64_t\n", true),
    ("client size 8 alignment 8\n", "client size 16 alignment 8\nfield mpa_client.new 8 8 uint64_t\n", false),
    ("event size 40 alignment 8\n", "event size 32 alignment 8\n", false),
    ("event size 40 alignment 8\n", "event size 64 alignment 16\n", false),
    // In the middle of it, or in the place of another.
    (
        "mpa_event.type 4 4 mpa_event_type\n",
        "mpa_event.new 4 4 uint32_t\nfield mpa_event.type 8 4 mpa_event_type\n",
        false,
    ),
    ("mpa_event.type 4 4", "mpa_event.kind 4 4", false),
    ("mpa_event.type 4 4 mpa_event_type", "mpa_event.type 4 4 uint32_t", false),
    ("mpa_event.type 4 4", "mpa_event.type 4 8", false),
    // In the place of a reserved field, or of a part of it.
    ("mpa_event.reserved 8 32 uint64_t[4]", "mpa_event.new 8 32 char[32]", true),
    ("reserved 8 32 uint64_t[4]\n", "new 8 8 uint64_t\nfield mpa_event.reserved 16 24 uint64_t[3]\n", true),
    ("reserved 8 32 uint64_t[4]\n", "reserved 8 40 uint64_t[5]\n", false),
    ("mpa_event.reserved 8 32 uint64_t[4]", "mpa_event.new 4 32 char[32]", false),
];

#[test]
fn what_programs_notice_is_distinguished_from_what_they_do_not() {
    assert_eq!(abi::changes(RECORDED, RECORDED), Changes::default());
    for (before, after, is_compatible) in CHANGES {
        assert_eq!(RECORDED.matches(before).count(), 1, "{before}");
        let changes = abi::changes(RECORDED, &RECORDED.replace(before, after));
        assert_ne!(changes, Changes::default(), "{before:?} becomes {after:?}");
        assert_eq!(changes.breaks.is_empty(), *is_compatible, "{before:?} becomes {after:?}: {changes:?}");
    }
}
