//! What was found, step by step, for people and for programs.

use std::fmt::Write;

use serde_json::{Value, json};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    Ok,
    Warning,
    Failed,
}

impl State {
    fn name(self) -> &'static str {
        match self {
            State::Ok => "ok",
            State::Warning => "warning",
            State::Failed => "failed",
        }
    }
}

/// What one step has shown.
#[derive(Clone, Debug)]
pub struct Finding {
    pub state: State,
    /// What is the case, in a sentence or two.
    pub sentence: String,
    /// What to do about it; empty where there is nothing to do.
    pub advice: String,
}

impl Finding {
    pub fn ok(sentence: impl Into<String>) -> Self {
        Finding { state: State::Ok, sentence: sentence.into(), advice: String::new() }
    }

    pub fn warning(sentence: impl Into<String>, advice: impl Into<String>) -> Self {
        Finding { state: State::Warning, sentence: sentence.into(), advice: advice.into() }
    }

    pub fn failed(sentence: impl Into<String>, advice: impl Into<String>) -> Self {
        Finding { state: State::Failed, sentence: sentence.into(), advice: advice.into() }
    }
}

/// All findings, in the order of the steps.
#[derive(Debug, Default)]
pub struct Report {
    steps: Vec<(String, Finding)>,
    /// What an earlier failure made pointless.
    not_tried: Vec<&'static str>,
}

impl Report {
    pub fn add(&mut self, step: impl Into<String>, finding: Finding) {
        self.steps.push((step.into(), finding));
    }

    /// Adds what a step came to, and returns what it gained.
    pub fn take<T>(&mut self, step: impl Into<String>, result: Result<(T, Finding), Finding>) -> Option<T> {
        let (gained, finding) = match result {
            Ok((gained, finding)) => (Some(gained), finding),
            Err(finding) => (None, finding),
        };
        self.add(step, finding);
        gained
    }

    pub fn not_tried(&mut self, steps: impl IntoIterator<Item = &'static str>) {
        self.not_tried.extend(steps);
    }

    pub fn has_failed(&self) -> bool {
        self.steps.iter().any(|(_, finding)| finding.state == State::Failed)
    }

    /// A line a step, then what to do.
    pub fn text(&self) -> String {
        let mut text = String::new();
        for (step, Finding { state, sentence, .. }) in &self.steps {
            // Writing to a string does not fail.
            let _ = writeln!(text, "{:<8} {step}: {}", state.name(), one_line(sentence));
        }
        if !self.not_tried.is_empty() {
            let _ = writeln!(text, "Not tried: {}.", self.not_tried.join(", "));
        }
        let what_to_do = self.what_to_do();
        match what_to_do.as_slice() {
            [] => text.push_str("All is well: there is nothing to do.\n"),
            [advice] => {
                let _ = writeln!(text, "What to do: {advice}");
            }
            several => {
                text.push_str("What to do:\n");
                for advice in several {
                    let _ = writeln!(text, "- {advice}");
                }
            }
        }
        text
    }

    pub fn json(&self) -> Value {
        let steps: Vec<_> = self
            .steps
            .iter()
            .map(|(step, finding)| {
                let Finding { state, sentence, advice } = finding;
                json!({ "step": step, "state": state.name(), "sentence": one_line(sentence), "advice": advice })
            })
            .collect();
        json!({
            "ok": !self.has_failed(),
            "steps": steps,
            "not_tried": self.not_tried,
            "what_to_do": self.what_to_do(),
        })
    }

    /// About failures first, each advice once.
    fn what_to_do(&self) -> Vec<&str> {
        let mut advices: Vec<&str> = Vec::new();
        for wanted in [State::Failed, State::Warning] {
            for (_, Finding { state, advice, .. }) in &self.steps {
                if *state == wanted && !advice.is_empty() && !advices.contains(&advice.as_str()) {
                    advices.push(advice);
                }
            }
        }
        advices
    }
}

/// What others sent may have line breaks, which would look like steps.
fn one_line(text: &str) -> String {
    text.replace(char::is_control, " ")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn report() -> Report {
        let mut report = Report::default();
        report.add("clock", Finding::warning("It is off.", "Set the clock."));
        report.add("certificate", Finding::failed("It has\nexpired.", "Get a new one."));
        report.add("token", Finding::failed("None.", "Get a new one."));
        report.not_tried(["the call"]);
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
        assert_eq!(report().text(), expected);
    }

    #[test]
    fn programs_are_told_the_same() {
        let told = report().json();
        assert_eq!((&told["ok"], &told["not_tried"]), (&json!(false), &json!(["the call"])));
        assert_eq!(told["what_to_do"], json!(["Get a new one.", "Set the clock."]));
        assert_eq!(told["steps"][1]["sentence"], "It has expired.");
    }

    #[test]
    fn warnings_alone_are_no_failure() {
        let mut report = Report::default();
        report.add("configuration", Finding::ok("Good."));
        assert!(report.text().ends_with("All is well: there is nothing to do.\n"));
        report.add("clock", Finding::warning("It is off.", "Set the clock."));
        assert!(!report.has_failed() && report.text().ends_with("What to do: Set the clock.\n"));
    }
}
