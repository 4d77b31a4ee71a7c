//! What was found, step by step, and what it comes to.

use std::fmt::Write;
use std::time::{Duration, Instant, SystemTime};

use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use crate::certificate::CertificateSummary;
use crate::codes::Code;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    Ok,
    /// Worth knowing, and nothing to do about.
    Note,
    Warning,
    Failed,
}

impl State {
    pub fn name(self) -> &'static str {
        match self {
            State::Ok => "ok",
            State::Note => "note",
            State::Warning => "warning",
            State::Failed => "failed",
        }
    }
}

/// What one step has shown.
#[derive(Clone, Debug)]
pub struct Finding {
    pub state: State,
    /// What was found, for programs; never reused for something else.
    pub code: Code,
    /// What is the case, in a sentence or two.
    pub message: String,
    /// What to do about it; empty where there is nothing to do.
    pub advice: String,
    pub details: Box<Details>,
}

/// What is known beside the sentences.
#[derive(Clone, Debug, Default)]
pub struct Details {
    /// A failure that passes without a change.
    pub is_transient: bool,
    pub http_status: Option<u16>,
    /// The number that the sign-in services give a refusal.
    pub xerr: Option<u32>,
    pub correlation_id: Option<String>,
    /// When what was gained, such as a token, ends.
    pub expires_at: Option<SystemTime>,
    pub certificates: Vec<CertificateSummary>,
}

impl Finding {
    fn new(state: State, code: Code, message: impl Into<String>, advice: impl Into<String>) -> Self {
        Finding { state, code, message: message.into(), advice: advice.into(), details: Box::default() }
    }

    pub fn ok(message: impl Into<String>) -> Self {
        Self::new(State::Ok, Code::Ok, message, "")
    }

    pub fn note(code: Code, message: impl Into<String>) -> Self {
        Self::new(State::Note, code, message, "")
    }

    pub fn warning(code: Code, message: impl Into<String>, advice: impl Into<String>) -> Self {
        Self::new(State::Warning, code, message, advice)
    }

    pub fn failed(code: Code, message: impl Into<String>, advice: impl Into<String>) -> Self {
        Self::new(State::Failed, code, message, advice)
    }

    /// A failure that passes without a change where `is_transient`.
    pub fn transient(mut self, is_transient: bool) -> Self {
        self.details.is_transient = is_transient;
        self
    }

    pub fn http_status(mut self, http_status: u16) -> Self {
        self.details.http_status = (http_status != 0).then_some(http_status);
        self
    }

    pub fn certificates(mut self, certificates: Vec<CertificateSummary>) -> Self {
        self.details.certificates = certificates;
        self
    }
}

/// A step: its name for programs, which is stable, and for people.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Step {
    pub id: String,
    pub label: String,
}

impl From<(&str, &str)> for Step {
    fn from((id, label): (&str, &str)) -> Self {
        Step { id: id.to_owned(), label: label.to_owned() }
    }
}

#[derive(Debug)]
pub struct Entry {
    pub step: Step,
    pub finding: Finding,
    pub duration: Duration,
}

/// What all findings come to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OverallResult {
    Ok,
    /// As good as `Ok` but with `--strict`.
    Warnings,
    Failed,
    /// All that failed passes without a change.
    Transient,
    /// Nothing failed, but the call was not checked.
    Incomplete,
}

impl OverallResult {
    pub fn name(self) -> &'static str {
        match self {
            OverallResult::Ok => "ok",
            OverallResult::Warnings => "warnings",
            OverallResult::Failed => "failed",
            OverallResult::Transient => "transient",
            OverallResult::Incomplete => "incomplete",
        }
    }

    pub fn exit_status(self, is_strict: bool) -> u8 {
        match self {
            OverallResult::Ok => 0,
            OverallResult::Warnings => is_strict.into(),
            OverallResult::Failed => 1,
            OverallResult::Transient => 3,
            OverallResult::Incomplete => 4,
        }
    }
}

/// All findings, in the order of the steps.
#[derive(Debug)]
pub struct Report {
    pub started_at: SystemTime,
    pub entries: Vec<Entry>,
    /// What an earlier failure made pointless.
    pub not_tried: Vec<Step>,
    /// By how much the hosts' clock is ahead of this machine's, if a host sent its time.
    pub clock_offset_ms: Option<i64>,
    /// The step without which the check is not complete, once it was made.
    is_complete: bool,
    started: Instant,
    last: Instant,
}

impl Report {
    pub fn start() -> Self {
        let started = Instant::now();
        Report {
            started_at: SystemTime::now(),
            entries: Vec::new(),
            not_tried: Vec::new(),
            clock_offset_ms: None,
            is_complete: false,
            started,
            last: started,
        }
    }

    pub fn add(&mut self, step: impl Into<Step>, finding: Finding) {
        let now = Instant::now();
        self.entries.push(Entry { step: step.into(), finding, duration: now - self.last });
        self.last = now;
    }

    /// Adds what a step came to, and returns what it gained.
    pub fn take<T>(&mut self, step: impl Into<Step>, result: Result<(T, Finding), Finding>) -> Option<T> {
        let (gained, finding) = match result {
            Ok((gained, finding)) => (Some(gained), finding),
            Err(finding) => (None, finding),
        };
        self.add(step, finding);
        gained
    }

    pub fn not_tried<'a>(&mut self, steps: impl IntoIterator<Item = (&'a str, &'a str)>) {
        self.not_tried.extend(steps.into_iter().map(Step::from));
    }

    /// All was checked that was to be checked.
    pub fn complete(&mut self) {
        self.is_complete = true;
    }

    pub fn duration(&self) -> Duration {
        self.started.elapsed()
    }

    pub fn overall_result(&self) -> OverallResult {
        let of = |state| self.entries.iter().map(|entry| &entry.finding).filter(move |finding| finding.state == state);
        if of(State::Failed).any(|finding| !finding.details.is_transient) {
            OverallResult::Failed
        } else if of(State::Failed).next().is_some() {
            OverallResult::Transient
        } else if !self.is_complete {
            OverallResult::Incomplete
        } else if of(State::Warning).next().is_some() {
            OverallResult::Warnings
        } else {
            OverallResult::Ok
        }
    }

    /// A line a step, then what to do.
    pub fn text(&self, is_strict: bool) -> String {
        let mut text = String::new();
        for Entry { step, finding, .. } in &self.entries {
            // Writing to a string does not fail.
            let (state, label, message) = (finding.state.name(), one_line(&step.label), one_line(&finding.message));
            let _ = writeln!(text, "{state:<8} {label}: {message}");
        }
        if !self.not_tried.is_empty() {
            let labels: Vec<_> = self.not_tried.iter().map(|step| step.label.as_str()).collect();
            let _ = writeln!(text, "Not tried: {}.", labels.join(", "));
        }
        match (self.overall_result(), is_strict) {
            (OverallResult::Transient, _) => text.push_str("What failed passes without a change (exit status 3).\n"),
            (OverallResult::Incomplete, _) => {
                text.push_str("Nothing failed, but the call was not checked (exit status 4).\n");
            }
            (OverallResult::Warnings, true) => text.push_str("Warnings fail, by --strict (exit status 1).\n"),
            (OverallResult::Ok | OverallResult::Warnings | OverallResult::Failed, _) => {}
        }
        match self.what_to_do().as_slice() {
            [] if self.overall_result() != OverallResult::Ok => {}
            [] => text.push_str("No problems found.\n"),
            [advice] => {
                let _ = writeln!(text, "What to do: {}", one_line(advice));
            }
            several => {
                text.push_str("What to do:\n");
                for advice in several {
                    let _ = writeln!(text, "- {}", one_line(advice));
                }
            }
        }
        text
    }

    /// About failures first, each advice once.
    pub fn what_to_do(&self) -> Vec<&str> {
        let mut advices: Vec<&str> = Vec::new();
        for wanted in [State::Failed, State::Warning] {
            for Finding { state, advice, .. } in self.entries.iter().map(|entry| &entry.finding) {
                if *state == wanted && !advice.is_empty() && !advices.contains(&advice.as_str()) {
                    advices.push(advice);
                }
            }
        }
        advices
    }
}

/// What others sent may have line breaks, which would look like steps.
pub fn one_line(text: &str) -> String {
    text.replace(char::is_control, " ")
}

/// In UTC, to the millisecond; `None` where the form cannot name the time.
pub fn rfc3339(time: SystemTime) -> Option<String> {
    let ms = match time.duration_since(SystemTime::UNIX_EPOCH) {
        Ok(since) => i128::try_from(since.as_millis()).ok()?,
        Err(before) => -i128::try_from(before.duration().as_millis()).ok()?,
    };
    OffsetDateTime::from_unix_timestamp_nanos(ms * 1_000_000).ok()?.format(&Rfc3339).ok()
}

#[cfg(test)]
#[path = "report_tests.rs"]
mod tests;
