use super::*;

fn report() -> Report {
    let mut report = Report::start();
    report.add(("clock", "clock"), Finding::warning(Code::ClockOff, "It is off.", "Set the clock."));
    report.add(
        ("certificate", "certificate"),
        Finding::failed(Code::CertificateExpired, "It has\nexpired.", "Get a\nnew one."),
    );
    report.add(("authorization", "token"), Finding::failed(Code::TokenUnusable, "None.", "Get a\nnew one."));
    report.not_tried([("call", "the call")]);
    report
}

#[test]
fn a_step_is_a_line_and_failures_are_seen_to_first() {
    let expected = "\
warning  clock: It is off.
failed   certificate: It has expired.
failed   token: None.
Not tried: the call.
What to do:
- Get a new one.
- Set the clock.
";
    assert_eq!(report().text(false), expected);
}

/// States of findings, whether a failure is transient, whether the call was checked, and the exit status
/// without and with `--strict`.
#[test]
fn the_overall_result_follows_the_worst_finding() {
    use State::{Failed, Note, Ok, Warning};
    for (findings, is_complete, overall, statuses) in [
        (&[(Ok, false)][..], true, OverallResult::Ok, [0, 0]),
        (&[(Ok, false), (Note, false)], true, OverallResult::Ok, [0, 0]),
        (&[(Ok, false), (Warning, false)], true, OverallResult::Warnings, [0, 1]),
        (&[], false, OverallResult::Incomplete, [4, 4]),
        (&[(Ok, false)], false, OverallResult::Incomplete, [4, 4]),
        (&[(Warning, false)], false, OverallResult::Incomplete, [4, 4]),
        (&[(Failed, true)], false, OverallResult::Transient, [3, 3]),
        (&[(Failed, true), (Warning, false)], true, OverallResult::Transient, [3, 3]),
        (&[(Failed, true), (Failed, false)], false, OverallResult::Failed, [1, 1]),
        (&[(Failed, false)], true, OverallResult::Failed, [1, 1]),
    ] {
        let mut report = Report::start();
        for (state, is_transient) in findings {
            report.add(("call", "call"), Finding::new(*state, Code::Internal, "", "").transient(*is_transient));
        }
        if is_complete {
            report.complete();
        }
        assert_eq!(report.overall_result(), overall, "{findings:?}");
        assert_eq!([false, true].map(|strict| report.overall_result().exit_status(strict)), statuses, "{findings:?}");
    }
}

#[test]
fn what_decides_the_exit_status_is_said() {
    let mut report = Report::start();
    report.add(("configuration", "configuration"), Finding::ok("Good."));
    assert!(report.text(false).contains("the call was not checked (exit status 4)"), "{}", report.text(false));
    report.complete();
    assert!(report.text(true).ends_with("Good.\nNo problems found.\n"), "{}", report.text(true));
    report.add(("clock", "clock"), Finding::warning(Code::ClockOff, "It is off.", "Set the clock."));
    assert!(report.text(false).ends_with("It is off.\nWhat to do: Set the clock.\n"), "{}", report.text(false));
    assert!(report.text(true).contains("by --strict (exit status 1)"), "{}", report.text(true));
    report.add(("call", "call"), Finding::failed(Code::ServiceUnavailable, "No.", "Wait.").transient(true));
    assert!(report.text(true).contains("passes without a change (exit status 3)"), "{}", report.text(true));
}

#[test]
fn times_are_rfc_3339_in_utc() {
    let at = |ms| SystemTime::UNIX_EPOCH + Duration::from_millis(ms);
    assert_eq!(rfc3339(at(0)).as_deref(), Some("1970-01-01T00:00:00Z"));
    assert_eq!(rfc3339(at(1_700_000_000_123)).as_deref(), Some("2023-11-14T22:13:20.123Z"));
    assert_eq!(rfc3339(SystemTime::UNIX_EPOCH - Duration::from_secs(1)).as_deref(), Some("1969-12-31T23:59:59Z"));
    assert_eq!(rfc3339(at(300_000_000_000_000)), None, "beyond the year 9999");
}
