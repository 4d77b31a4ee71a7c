//! What the header declares, for the bindings to be held against.

use mpa_tests::header;

#[derive(Debug)]
pub struct Struct {
    pub name: String,
    pub fields: Vec<String>,
}

#[derive(Clone, Debug)]
pub struct Number {
    /// As it stands in the header: `MPA_ERROR_TIMED_OUT`.
    pub name: String,
    pub value: i64,
}

impl Number {
    /// The type and the member that it is in the bindings: `Status`, `TimedOut`.
    pub fn in_the_bindings(&self) -> (&'static str, String) {
        let places = [
            ("MPA_ERROR_", "Status", ""),
            ("MPA_OK", "Status", "Ok"),
            ("MPA_PLATFORM_", "Platform", ""),
            ("MPA_ENCOUNTER_", "EncounterType", ""),
            ("MPA_CA_", "CaMode", ""),
            ("MPA_EVENT_", "EventType", ""),
            ("MPA_AUTHORIZATION_", "AuthorizationReason", ""),
            ("MPA_LOG_", "LogLevel", ""),
            ("MPA_RESEND_", "Resend", ""),
            ("MPA_STATS_", "Limits", "Stats"),
            ("MPA_COMPLETION_", "Limits", "Completion"),
            ("MPA_NONE", "Limits", "None"),
            ("MPA_VERSION_", "Library", "Version"),
            ("MPA_MAX_", "Limits", "Max"),
            ("MPA_MIN_", "Limits", "Min"),
        ];
        let place = places.iter().find_map(|(prefix, place, begin)| {
            let rest = self.name.strip_prefix(prefix)?;
            Some((*place, format!("{begin}{}", in_pascal_case(rest))))
        });
        place.unwrap_or_else(|| panic!("the bindings have no place for {}", self.name))
    }
}

/// Where the service has a name of its own for something, it is spelled as there.
fn in_pascal_case(name: &str) -> String {
    match name {
        "IOS" => return "IOS".to_owned(),
        "PLAYSTATION" => return "PlayStation".to_owned(),
        _ => {}
    }
    let words = name.split('_').filter(|word| !word.is_empty());
    words.map(|word| format!("{}{}", &word[..1], word[1..].to_lowercase())).collect()
}

pub fn structs() -> Vec<Struct> {
    let text = text();
    let mut structs = Vec::<Struct>::new();
    let mut lines = text.lines().map(str::trim);
    while let Some(line) = lines.next() {
        let Some(name) = line.strip_prefix("typedef struct ").and_then(|rest| rest.strip_suffix(" {")) else {
            continue;
        };
        let end = format!("}} {name};");
        let declarations = lines.by_ref().take_while(|line| *line != end);
        let fields = declarations.filter(|line| !line.starts_with("///")).map(field).collect();
        structs.push(Struct { name: name.to_owned(), fields });
    }
    assert!(structs.len() >= 10, "the header has another form than this can read: {structs:?}");
    structs
}

/// The name in `const char *name;` or `char name[32];`.
fn field(declaration: &str) -> String {
    let without_end = declaration.strip_suffix(';').unwrap_or_else(|| panic!("no field: {declaration:?}"));
    let without_length = without_end.split('[').next().expect("there is a first part");
    let name = without_length.rsplit([' ', '*']).next().expect("there is a last part");
    assert!(!name.is_empty(), "no field: {declaration:?}");
    name.to_owned()
}

pub fn numbers() -> Vec<Number> {
    let text = text();
    let defined = text.lines().filter_map(|line| line.strip_prefix("#define "));
    let numbers = defined.filter_map(|definition| {
        let (name, value) = definition.split_once(' ')?;
        if name == "MPA_API" || name.contains('(') {
            return None;
        }
        let value = value.trim_matches(['(', ')']);
        let value = value.parse().unwrap_or_else(|_| panic!("{name} is no number: {value:?}"));
        Some(Number { name: name.to_owned(), value })
    });
    let numbers: Vec<_> = numbers.collect();
    assert!(numbers.len() >= 40, "the header has another form than this can read: {numbers:?}");
    numbers
}

pub fn functions() -> Vec<String> {
    let text = text();
    let declarations = text.split("\nMPA_API").skip(1);
    let functions = declarations.map(|declaration| {
        let (before, _) = declaration.split_once('(').expect("functions have arguments");
        before.rsplit([' ', '*', '\n']).next().expect("there is a last part").to_owned()
    });
    let functions: Vec<_> = functions.collect();
    assert!(
        functions.len() >= 10 && functions.iter().all(|name| name.starts_with("mpa_")),
        "the header has another form than this can read: {functions:?}"
    );
    functions
}

fn text() -> String {
    std::fs::read_to_string(header::path()).expect("include/mpa.h is there")
}
