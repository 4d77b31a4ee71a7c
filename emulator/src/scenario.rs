//! All settings as one document, so that a test's set-up can be saved and loaded: faults and throttling of all titles
//! and of single ones, and the clock.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use crate::clock;
use crate::faults::{Rule, check_titles, read_rules};
use crate::json::{Object, Parsed, ValidationError, expected};
use crate::service::{Service, Titles, parse_title_or_0};
use crate::throttle::Settings;

/// Nothing in it is in force yet, so that an invalid document changes nothing.
#[derive(Debug, Default, PartialEq)]
pub(crate) struct Scenario {
    clock_offset_ms: i64,
    for_all: TitleSettings,
    for_one: BTreeMap<u32, TitleSettings>,
}

#[derive(Debug, Default, PartialEq)]
struct TitleSettings {
    faults: Vec<Rule>,
    throttle: Option<Settings>,
}

impl Scenario {
    /// What is left out is none: a scenario says everything.
    pub fn read(value: &Value) -> Parsed<Self> {
        let object = Object::read(value, &["clock", "faults", "throttle", "titles"])?;
        Ok(Self {
            clock_offset_ms: object.given("clock", clock::read_offset)?.unwrap_or_default(),
            for_all: TitleSettings::of(&object, Titles::All)?,
            for_one: object.given("titles", read_titles)?.unwrap_or_default(),
        })
    }

    /// What is in force.
    pub fn of(service: &Service) -> Self {
        let mut scenario = Self { clock_offset_ms: service.clock.offset_ms(), ..Self::default() };
        for (titles, rules) in service.faults.all_left() {
            scenario.of_titles(titles).faults = rules;
        }
        for (titles, settings) in service.throttler.all_settings() {
            scenario.of_titles(titles).throttle = Some(settings);
        }
        // Rules that have been used up leave a title without any setting.
        scenario.for_one.retain(|_, settings| *settings != TitleSettings::default());
        scenario
    }

    /// Replaces all settings that are in force.
    pub fn apply(self, service: &Service) {
        let for_one = self.for_one.into_iter().map(|(title_id, settings)| (Titles::One(title_id), settings));
        let (faults, throttle): (Vec<_>, Vec<_>) = [(Titles::All, self.for_all)]
            .into_iter()
            .chain(for_one)
            .map(|(titles, settings)| ((titles, settings.faults), (titles, settings.throttle)))
            .unzip();
        service.clock.set_offset(self.clock_offset_ms);
        service.throttler.replace(throttle.into_iter().filter_map(|(titles, settings)| Some((titles, settings?))));
        service.faults.replace(faults);
    }

    pub fn json(&self) -> Value {
        let titles = self.for_one.iter().map(|(title_id, settings)| (title_id.to_string(), settings.json().into()));
        let mut object = self.for_all.json();
        object.insert("clock".to_owned(), json!({"offset_ms": self.clock_offset_ms}));
        object.insert("titles".to_owned(), Value::Object(titles.collect()));
        object.into()
    }

    fn of_titles(&mut self, titles: Titles) -> &mut TitleSettings {
        match titles {
            Titles::All => &mut self.for_all,
            Titles::One(title_id) => self.for_one.entry(title_id).or_default(),
        }
    }
}

impl TitleSettings {
    fn of(object: &Object<'_>, titles: Titles) -> Parsed<Self> {
        let faults = object.given("faults", |value| {
            let rules = read_rules(value)?;
            check_titles(titles, &rules).map(|()| rules)
        })?;
        let throttle = object.given("throttle", |value| match value {
            Value::Null => Ok(None),
            value => Settings::read(value).map(Some),
        })?;
        Ok(Self { faults: faults.unwrap_or_default(), throttle: throttle.flatten() })
    }

    fn json(&self) -> Map<String, Value> {
        let faults = self.faults.iter().map(Rule::json).collect();
        let throttle = self.throttle.map_or(Value::Null, |settings| settings.json());
        Map::from_iter([("faults".to_owned(), faults), ("throttle".to_owned(), throttle)])
    }
}

fn read_titles(value: &Value) -> Parsed<BTreeMap<u32, TitleSettings>> {
    let titles = value.as_object().ok_or_else(|| expected("an object", value))?;
    let read = |(name, value): (&String, &Value)| {
        let title_id = parse_title_or_0(name)
            .ok_or_else(|| ValidationError::new("is not a title id: decimal, from 0 to 4294967295"))?;
        let object = Object::read(value, &["faults", "throttle"])?;
        Ok((title_id, TitleSettings::of(&object, Titles::One(title_id))?))
    };
    titles.iter().map(|entry| read(entry).map_err(|error: ValidationError| error.in_field(entry.0))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_scenario_is_shown_as_it_is_read() {
        let settings = Settings::default().json();
        let document = json!({
            "clock": {"offset_ms": -5},
            "faults": [{"fault": "reset", "next": 2}],
            "throttle": null,
            "titles": {
                "0": {"faults": [{"fault": "drop_handshake"}], "throttle": null},
                "7": {"faults": [], "throttle": settings},
            },
        });
        assert_eq!(Scenario::read(&document).unwrap().json(), document);
        assert_eq!(Scenario::read(&json!({})), Ok(Scenario::default()));
        assert_eq!(
            Scenario::read(&json!({"throttle": {}})).unwrap().for_all.throttle,
            Some(Settings::default()),
            "the documented limits"
        );
    }

    #[test]
    fn what_is_wrong_is_named() {
        for (document, expected) in [
            (json!([]), "the body must be an object, not a list"),
            (json!({"fault": []}), "fault is not a known field (known here: clock, faults, throttle, titles)"),
            (json!({"faults": [{"fault": "reset", "share": 2}]}), "faults[0].share must be a number above 0"),
            (json!({"clock": 5}), "clock must be an object, not a number"),
            (json!({"throttle": 5}), "throttle must be an object, not a number"),
            (json!({"titles": []}), "titles must be an object, not a list"),
            (json!({"titles": {"07": {}}}), "titles.07 is not a title id"),
            (json!({"titles": {"7": {"clock": {}}}}), "titles.7.clock is not a known field"),
            (
                json!({"titles": {"7": {"faults": [{"fault": "drop_handshake"}]}}}),
                "titles.7.faults[0].fault must not be drop_handshake for one title",
            ),
        ] {
            let said = Scenario::read(&document).unwrap_err().to_string();
            assert!(said.starts_with(expected), "{said}");
        }
    }
}
