//! A report as one JSON object; docs/doctor.md describes it, docs/doctor.schema.json is its schema.

use serde_json::{Map, Value, json};

use crate::arguments::{ArgumentError, Arguments};
use crate::report::{Entry, Report, Step, one_line, rfc3339};

/// Changes where a reader of the one before would be wrong. What is new comes without a change.
const SCHEMA_VERSION: u32 = 1;

pub const WRONG_ARGUMENTS: u8 = 2;

pub fn report(report: &Report, arguments: &Arguments) -> Value {
    let overall = report.overall_result();
    let exit_status = overall.exit_status(arguments.flags.strict);
    let mut object = Object::new(overall.name(), exit_status);
    object.set("strict", Some(arguments.flags.strict));
    object.set("title_id", Some(arguments.title_id));
    object.set("started_at", rfc3339(report.started_at));
    object.set("duration_ms", Some(ms(report.duration())));
    object.set("clock_offset_ms", report.clock_offset_ms);
    object.set("steps", Some(report.entries.iter().map(entry).collect::<Vec<_>>()));
    object.set("not_tried", Some(report.not_tried.iter().map(step).collect::<Vec<_>>()));
    object.set("what_to_do", Some(report.what_to_do().into_iter().map(one_line).collect::<Vec<_>>()));
    object.0.into()
}

pub fn argument_error(error: &ArgumentError) -> Value {
    let mut object = Object::new("invalid_arguments", WRONG_ARGUMENTS);
    let mut details = Object::default();
    details.set("code", Some(error.code.name()));
    details.set("option", error.option);
    details.set("message", Some(error.message.as_str()));
    object.set("error", Some(Value::from(details.0)));
    object.0.into()
}

fn entry(Entry { step, finding, duration }: &Entry) -> Value {
    let details = &finding.details;
    let mut object = Object::default();
    object.set("step", Some(step.id.as_str()));
    object.set("label", Some(step.label.as_str()));
    object.set("state", Some(finding.state.name()));
    object.set("code", Some(finding.code.name()));
    object.set("message", Some(one_line(&finding.message)));
    object.set("advice", (!finding.advice.is_empty()).then(|| one_line(&finding.advice)));
    object.set("transient", details.is_transient.then_some(true));
    object.set("duration_ms", Some(ms(*duration)));
    object.set("http_status", details.http_status);
    object.set("xerr", details.xerr);
    object.set("correlation_id", details.correlation_id.as_deref());
    object.set("expires_at", details.expires_at.and_then(rfc3339));
    let certificates: Vec<_> = details.certificates.iter().map(|certificate| certificate.json()).collect();
    object.set("certificates", (!certificates.is_empty()).then_some(certificates));
    object.0.into()
}

fn step(Step { id, label }: &Step) -> Value {
    json!({ "step": id, "label": label })
}

fn ms(duration: std::time::Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}

/// An object in which what is unknown is absent.
#[derive(Default)]
struct Object(Map<String, Value>);

impl Object {
    /// With what every output has.
    fn new(result: &str, exit_status: u8) -> Self {
        let mut object = Object::default();
        object.set("schema_version", Some(SCHEMA_VERSION));
        object.set("version", Some(env!("CARGO_PKG_VERSION")));
        object.set("result", Some(result));
        object.set("ok", Some(exit_status == 0));
        object.set("exit_status", Some(exit_status));
        object
    }

    fn set(&mut self, name: &str, value: Option<impl Into<Value>>) {
        if let Some(value) = value {
            self.0.insert(name.to_owned(), value.into());
        }
    }
}
