//! The end of a run with `--expect`: when it comes, what is reported, and the exit status.

use std::fmt::Write as _;
use std::io::{self, Read, Write as _};
use std::path::Path;
use std::process::ExitCode;
use std::time::{Duration, Instant};
use std::{fs, thread};

use mpa_emulator::{Emulator, ExpectationResult};
use tokio::sync::mpsc::UnboundedSender;

use crate::signals::Signals;

/// With a limit, the results are looked at so often.
const INTERVAL: Duration = Duration::from_millis(20);

/// Waits until the run is over, and reports whether all expectations are met.
pub fn report(
    emulator: &Emulator,
    within: Option<Duration>,
    junit: Option<&Path>,
    signals: &mut Signals,
) -> Result<ExitCode, String> {
    let start = Instant::now();
    wait_for_the_end(emulator, within, signals)
        .map_err(|error| format!("cannot wait for the end of the run: {error}"))?;
    let results = emulator.expectation_results();
    let mut text = String::new();
    let mut failed = 0;
    for result in &results {
        if let Some(problem) = &result.problem {
            failed += 1;
            // Writing to a string does not fail.
            let _ = writeln!(text, "mpa-emulator: {}: {problem}", result.name);
        }
    }
    let _ = io::stderr().write_all(text.as_bytes());
    if let Some(path) = junit {
        fs::write(path, junit_xml(&results, start.elapsed()))
            .map_err(|error| format!("cannot write the results to {}: {error}", path.display()))?;
    }
    let exit_code = if failed == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE };
    let _ = writeln!(io::stdout(), "{} of {} expectations are met", results.len() - failed, results.len());
    Ok(exit_code)
}

/// SIGTERM, Ctrl-C, the end of stdin; with a limit, that time or what no further request can change.
fn wait_for_the_end(emulator: &Emulator, within: Option<Duration>, signals: &mut Signals) -> io::Result<()> {
    end_with_stdin(signals.sender())?;
    let Some(within) = within else {
        signals.wait();
        return Ok(());
    };
    let start = Instant::now();
    while start.elapsed() < within && !is_decided(&emulator.expectation_results()) {
        if signals.wait_at_most(INTERVAL.min(within)) {
            break;
        }
    }
    Ok(())
}

fn is_decided(results: &[ExpectationResult]) -> bool {
    let has_failed = results.iter().any(|result| result.is_final && result.problem.is_some());
    has_failed || results.iter().all(|result| result.is_final)
}

/// Waits on a thread of its own, as a read of stdin cannot be ended.
fn end_with_stdin(ended: UnboundedSender<()>) -> io::Result<()> {
    thread::Builder::new().name("stdin".to_owned()).spawn(move || {
        if is_open_ended() {
            let mut bytes = [0; 1024];
            while io::stdin().read(&mut bytes).is_ok_and(|length| length > 0) {}
            let _ = ended.send(());
        }
    })?;
    Ok(())
}

/// Whether the end of stdin means anything: `/dev/null`, which shells give to programs in the background, is at its end
/// from the start.
#[cfg(unix)]
fn is_open_ended() -> bool {
    use std::io::IsTerminal;
    use std::os::fd::AsFd;
    use std::os::unix::fs::FileTypeExt;
    let stdin = io::stdin();
    let metadata = stdin.as_fd().try_clone_to_owned().and_then(|stdin| fs::File::from(stdin).metadata());
    let is_stream = metadata.is_ok_and(|metadata| {
        let kind = metadata.file_type();
        kind.is_fifo() || kind.is_socket()
    });
    stdin.is_terminal() || is_stream
}

#[cfg(not(unix))]
fn is_open_ended() -> bool {
    true
}

fn junit_xml(results: &[ExpectationResult], time: Duration) -> String {
    let failures = results.iter().filter(|result| result.problem.is_some()).count();
    let (tests, seconds) = (results.len(), time.as_secs_f64());
    let counts = format!(r#"tests="{tests}" failures="{failures}" time="{seconds:.3}""#);
    let mut xml = format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites {counts}>\n  <testsuite name=\"mpa-emulator\" {counts}>\n"
    );
    for ExpectationResult { name, problem, .. } in results {
        let failure = match problem {
            Some(problem) => format!("><failure message=\"{}\"/></testcase>", escape(problem)),
            None => "/>".to_owned(),
        };
        xml.push_str(&format!("    <testcase classname=\"mpa-emulator\" name=\"{}\"{failure}\n", escape(name)));
    }
    xml + "  </testsuite>\n</testsuites>\n"
}

/// For the value of an attribute. What XML cannot hold becomes a question mark.
fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\t' | '\n' | '\r' => escaped.push(' '),
            '\0'..=' ' if character != ' ' => escaped.push('?'),
            '\u{fffe}' | '\u{ffff}' => escaped.push('?'),
            character => escaped.push(character),
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::*;

    fn result(name: &str, problem: Option<&str>, is_final: bool) -> ExpectationResult {
        ExpectationResult { name: name.to_owned(), problem: problem.map(str::to_owned), is_final }
    }

    #[test]
    fn results_are_shown_as_xml() {
        let results =
            [result("a <\"b\"> & \u{1}\n", Some("expected at least 1, got 0"), false), result("c", None, true)];
        let expected = r#"<?xml version="1.0" encoding="UTF-8"?>
<testsuites tests="2" failures="1" time="1.500">
  <testsuite name="mpa-emulator" tests="2" failures="1" time="1.500">
    <testcase classname="mpa-emulator" name="a &lt;&quot;b&quot;&gt; &amp; ? "><failure message="expected at least 1, got 0"/></testcase>
    <testcase classname="mpa-emulator" name="c"/>
  </testsuite>
</testsuites>
"#;
        assert_eq!(junit_xml(&results, Duration::from_millis(1_500)), expected);
    }

    #[test]
    fn a_run_is_decided_when_no_request_can_change_it() {
        let (met, open, missing) = (result("", None, true), result("", None, false), result("", Some(""), false));
        let too_many = result("", Some(""), true);
        assert!(is_decided(&[met.clone(), met.clone()]));
        assert!(!is_decided(&[met.clone(), open.clone()]) && !is_decided(&[met.clone(), missing.clone()]));
        assert!(is_decided(&[too_many, open, missing]), "it has failed already");
    }
}
