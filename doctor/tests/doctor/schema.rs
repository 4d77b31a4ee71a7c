//! Outputs beside `docs/doctor.schema.json`. The validators that there are bring 60 crates and more; this
//! reads the keywords that the schema uses, fails at any other, and takes no property that is not described.

use serde_json::Value;

/// Keywords for people, and those that are looked at beside others.
const PASSED_OVER: [&str; 6] = ["$schema", "title", "description", "$defs", "required", "maximum"];

pub fn schema() -> Value {
    serde_json::from_str(include_str!("../../../docs/doctor.schema.json")).unwrap()
}

#[track_caller]
pub fn check(output: &Value) {
    let schema = schema();
    if let Err(error) = validate(&schema, &schema, output, "$") {
        panic!("{error} in {output:#}");
    }
    check_described(&schema, &schema, output, "$");
}

fn validate(root: &Value, schema: &Value, value: &Value, path: &str) -> Result<(), String> {
    for (keyword, rule) in schema.as_object().unwrap() {
        let holds = match keyword.as_str() {
            "$ref" => {
                validate(root, resolve(root, rule), value, path)?;
                true
            }
            "type" => match rule.as_str().unwrap() {
                "object" => value.is_object(),
                "array" => value.is_array(),
                "string" => value.is_string(),
                "boolean" => value.is_boolean(),
                "integer" => value.is_i64() || value.is_u64(),
                other => panic!("the type {other} is not known here"),
            },
            "const" => value == rule,
            "enum" => rule.as_array().unwrap().contains(value),
            "minimum" => value.as_i64() >= rule.as_i64(),
            "format" => rule == "date-time" && value.as_str().is_some_and(is_date_time),
            "properties" => {
                for (name, property) in rule.as_object().unwrap() {
                    if let Some(value) = value.get(name) {
                        validate(root, property, value, &format!("{path}.{name}"))?;
                    }
                }
                true
            }
            "items" => {
                for (index, item) in value.as_array().unwrap().iter().enumerate() {
                    validate(root, rule, item, &format!("{path}[{index}]"))?;
                }
                true
            }
            "oneOf" => {
                let fitting =
                    rule.as_array().unwrap().iter().filter(|schema| validate(root, schema, value, path).is_ok());
                fitting.count() == 1
            }
            passed_over => {
                assert!(PASSED_OVER.contains(&passed_over), "the keyword {passed_over} is not known here");
                true
            }
        };
        if !holds {
            return Err(format!("{path} breaks {keyword}: {rule}"));
        }
    }
    let missing =
        schema["required"].as_array().into_iter().flatten().find(|name| value.get(name.as_str().unwrap()).is_none());
    match (missing, &schema["maximum"]) {
        (Some(name), _) => Err(format!("{path} has no {name}")),
        (None, maximum) if maximum.is_i64() && value.as_i64() > maximum.as_i64() => {
            Err(format!("{path} is more than {maximum}"))
        }
        _ => Ok(()),
    }
}

/// Stricter than JSON Schema, which lets pass what is not described.
#[track_caller]
fn check_described(root: &Value, schema: &Value, value: &Value, path: &str) {
    let schema = if schema["$ref"].is_string() { resolve(root, &schema["$ref"]) } else { schema };
    for (name, value) in value.as_object().into_iter().flatten() {
        let property = &schema["properties"][name];
        assert!(property.is_object(), "{path}.{name} is not described");
        check_described(root, property, value, &format!("{path}.{name}"));
    }
    for item in value.as_array().into_iter().flatten() {
        check_described(root, &schema["items"], item, &format!("{path}[]"));
    }
}

fn resolve<'a>(root: &'a Value, reference: &Value) -> &'a Value {
    root.pointer(reference.as_str().unwrap().strip_prefix('#').unwrap()).unwrap()
}

/// RFC 3339, in UTC as this program writes it.
fn is_date_time(text: &str) -> bool {
    let form: String = text.chars().map(|c| if c.is_ascii_digit() { '0' } else { c }).collect();
    ["0000-00-00T00:00:00Z", "0000-00-00T00:00:00.0Z", "0000-00-00T00:00:00.00Z", "0000-00-00T00:00:00.000Z"]
        .contains(&form.as_str())
}

#[test]
fn what_does_not_fit_is_found() {
    let good = serde_json::json!({
        "schema_version": 1, "version": "0.1.0", "result": "ok", "ok": true, "exit_status": 0, "strict": false,
        "title_id": 7, "started_at": "2026-01-31T10:00:00.5Z", "duration_ms": 5, "not_tried": [], "what_to_do": [],
        "steps": [{ "step": "call", "label": "call", "state": "ok", "code": "ok", "message": "m", "duration_ms": 0 }],
    });
    let schema = schema();
    let validate = |output: &Value| validate(&schema, &schema, output, "$");
    assert_eq!(validate(&good), Ok(()));
    for (pointer, wrong) in [
        ("/schema_version", serde_json::json!(2)),
        ("/result", "good".into()),
        ("/ok", "true".into()),
        ("/exit_status", 5.into()),
        ("/title_id", 0.into()),
        ("/started_at", "2026-01-31 10:00:00Z".into()),
        ("/duration_ms", (-1).into()),
        ("/steps/0/state", "fine".into()),
        ("/steps/0", serde_json::json!({})),
    ] {
        let mut output = good.clone();
        *output.pointer_mut(pointer).unwrap() = wrong;
        assert!(validate(&output).is_err(), "{pointer}");
    }
    let mut both = good.clone();
    both["error"] = serde_json::json!({ "code": "c", "message": "m" });
    assert_eq!(validate(&both), Ok(()), "an error goes with invalid arguments only");
}
