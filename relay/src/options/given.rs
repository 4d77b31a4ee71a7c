//! The options as they were given: on the command line, in the environment, in the configuration file. One that
//! comes before hides those behind it, but what is wrong is refused wherever it is.

use std::ffi::{OsStr, OsString};
use std::sync::Arc;

use lexopt::{Arg, Parser};

use super::file;
use super::table::{Info, Kind, Name, OPTIONS, VARIABLE_PREFIX};
use super::value::{self, shown};

/// A sentence without its period.
pub type Result<T> = std::result::Result<T, String>;

/// Where a value came from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Origin {
    Flag,
    Variable,
    /// The configuration file, and the line, counted from 1.
    File(Arc<str>, usize),
    Default,
}

impl Origin {
    /// The option at the beginning of a sentence.
    pub fn named(&self, info: &Info) -> String {
        match self {
            Origin::Flag | Origin::Default => info.flag(),
            Origin::Variable => info.variable(),
            Origin::File(path, line) => format!("{path}, line {line}: {}", info.key()),
        }
    }

    /// The option within a sentence.
    pub fn mentioned(&self, info: &Info) -> String {
        match self {
            Origin::File(path, line) => format!("{} ({path}, line {line})", info.key()),
            _ => self.named(info),
        }
    }
}

#[derive(Clone, Debug)]
pub struct Value {
    pub text: String,
    pub origin: Origin,
}

/// By option, those of one origin or of all of them.
#[derive(Default)]
pub struct Given(Vec<(&'static Info, Value)>);

/// What the command line asks for at once.
pub enum Immediately {
    Help,
    Version,
}

impl Given {
    /// All of them, in their order.
    pub fn read(
        arguments: impl IntoIterator<Item = OsString>,
        environment: impl IntoIterator<Item = (OsString, OsString)>,
    ) -> super::Result<std::result::Result<Self, Immediately>> {
        let mut given = match Self::of_arguments(arguments)? {
            Ok(given) => given,
            immediately => return Ok(immediately),
        };
        given.add(Self::of_environment(environment)?);
        if let Some(config) = given.get(Name::Config).cloned() {
            let named = config.origin.named(Name::Config.info());
            given.add(file::read(&config.text, &named)?);
        }
        Ok(Ok(given))
    }

    /// `arguments` begin with the program's name.
    fn of_arguments(arguments: impl IntoIterator<Item = OsString>) -> Result<std::result::Result<Self, Immediately>> {
        let mut given = Given::default();
        let mut parser = Parser::from_iter(arguments);
        while let Some(argument) = parser.next().map_err(|error| of_lexopt(&error))? {
            let info = match argument {
                Arg::Long("help") | Arg::Short('h') => return Ok(Err(Immediately::Help)),
                Arg::Long("version") | Arg::Short('V') => return Ok(Err(Immediately::Version)),
                Arg::Long(name) => OPTIONS.iter().find(|info| info.name == name).ok_or_else(|| {
                    unknown("there is no option", &format!("--{name}"), OPTIONS.iter().map(Info::flag))
                })?,
                Arg::Short(_) | Arg::Value(_) => return Err(NO_OPTION.to_owned()),
            };
            let text = match info.kind {
                Kind::Action => "true".to_owned(),
                Kind::Switch => {
                    parser.optional_value().map_or_else(|| Ok("true".to_owned()), |text| unicode(text, &info.flag()))?
                }
                _ => argument_value(&mut parser, info)?,
            };
            if let Kind::SecretUrl(file) = info.kind
                && text.contains('@')
            {
                return Err(format!(
                    "{} has a user name or a password, which other users of this machine can see; put the URL into a file \
                     and name that in {}",
                    info.flag(),
                    file.info().flag()
                ));
            }
            given.put(info, Value { text, origin: Origin::Flag })?;
        }
        Ok(Ok(given))
    }

    fn of_environment(environment: impl IntoIterator<Item = (OsString, OsString)>) -> Result<Self> {
        let mut given = Given::default();
        for (name, text) in environment {
            let Some(name) = name.to_str().filter(|name| name.starts_with(VARIABLE_PREFIX)) else { continue };
            if is_of_kubernetes(name, &text) {
                continue;
            }
            let known = || OPTIONS.iter().filter(|info| !info.is_action());
            let Some(info) = known().find(|info| info.variable() == name) else {
                return Err(unknown("there is no environment variable", name, known().map(Info::variable)));
            };
            given.put(info, Value { text: unicode(text, name)?, origin: Origin::Variable })?;
        }
        Ok(given)
    }

    pub fn put(&mut self, info: &'static Info, value: Value) -> Result<()> {
        let named = value.origin.named(info);
        if self.0.iter().any(|(other, _)| other.id == info.id) {
            return Err(format!("{named} is given more than once"));
        }
        if value.text.is_empty() {
            return Err(format!("{named} is empty; leave it out for its default"));
        }
        if let Err(expected) = value::check(info.kind, &value.text) {
            return Err(format!("{named} is {}; {expected}", shown(&value.text)));
        }
        self.0.push((info, value));
        Ok(())
    }

    /// Adds what comes behind it.
    fn add(&mut self, others: Given) {
        for (info, value) in others.0 {
            if !self.has(info.id) {
                self.0.push((info, value));
            }
        }
    }

    pub fn get(&self, name: Name) -> Option<&Value> {
        self.0.iter().find(|(info, _)| info.id == name).map(|(_, value)| value)
    }

    pub fn has(&self, name: Name) -> bool {
        self.get(name).is_some()
    }

    pub fn origin(&self, name: Name) -> &Origin {
        self.get(name).map_or(&Origin::Default, |value| &value.origin)
    }

    /// The option at the beginning of a sentence.
    pub fn named(&self, name: Name) -> String {
        self.origin(name).named(name.info())
    }

    /// The option within a sentence.
    pub fn mentioned(&self, name: Name) -> String {
        self.origin(name).mentioned(name.info())
    }

    /// What was given, or the default.
    pub fn text(&self, name: Name) -> Option<&str> {
        match (self.get(name), name.info().default) {
            (Some(value), _) => Some(&value.text),
            (None, super::table::Fallback::Is(text)) => Some(text),
            (None, _) => None,
        }
    }

    /// The same, read; what is wrong with it is the end of a sentence.
    pub fn parsed<T>(&self, name: Name, read: impl FnOnce(&str) -> value::Result<T>) -> Result<Option<T>> {
        let text = self.text(name);
        text.map(read).transpose().map_err(|expected| format!("{} {expected}", self.named(name)))
    }
}

const NO_OPTION: &str = "unexpected argument; --help lists the options";

fn argument_value(parser: &mut Parser, info: &Info) -> Result<String> {
    let flag = info.flag();
    let value = match parser.optional_value() {
        Some(attached) => attached,
        None => match parser.value() {
            // The value before it was left out, as by a shell's variable that is empty.
            Ok(value) if is_option(&value) => return Err(format!("{flag} needs a value, but an option follows")),
            Ok(value) => value,
            Err(_) => return Err(format!("{flag} needs a value")),
        },
    };
    unicode(value, &flag)
}

fn is_option(value: &OsStr) -> bool {
    value.as_encoded_bytes().starts_with(b"--")
}

fn unicode(text: OsString, named: &str) -> Result<String> {
    text.into_string().map_err(|_| format!("the value of {named} is not valid Unicode"))
}

/// Nothing of what was given is shown, but the name of an option that is known: it may be a misplaced secret.
fn of_lexopt(error: &lexopt::Error) -> String {
    match error {
        lexopt::Error::UnexpectedValue { option, .. } => format!("{option} takes no value"),
        _ => NO_OPTION.to_owned(),
    }
}

/// A name that is not known, with the one that is most like it.
pub fn unknown(what: &str, name: &str, known: impl Iterator<Item = String>) -> String {
    const SIMILAR: f64 = 0.8;
    // One that has another form is not shown: it may be a misplaced secret.
    let is_name = name.len() < 40 && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte));
    if !is_name {
        return format!("{what} with one of the given names; --help lists the options");
    }
    // Its form does not matter: hyphens for underscores, or the other case.
    let plain = |name: &str| {
        let name = name.to_ascii_lowercase().replace('-', "_");
        name.trim_start_matches("mpa_relay_").trim_start_matches('_').to_owned()
    };
    let closest = known
        .map(|known| (strsim::jaro_winkler(&plain(&known), &plain(name)), known))
        .max_by(|(one, _), (other, _)| one.total_cmp(other))
        .filter(|(similarity, _)| *similarity >= SIMILAR);
    match closest {
        Some((_, known)) => format!("{what} \"{name}\"; did you mean {known}?"),
        None => format!("{what} \"{name}\"; --help lists the options"),
    }
}

/// Whether Kubernetes sets this variable for a service by the name of `mpa-relay`, or that begins so.
fn is_of_kubernetes(name: &str, value: &OsStr) -> bool {
    let is_url =
        || ["tcp://", "udp://", "sctp://"].iter().any(|scheme| value.as_encoded_bytes().starts_with(scheme.as_bytes()));
    let is_port = || {
        let Some((_, port)) = name.rsplit_once("_PORT_") else { return false };
        let mut parts = port.split('_');
        let number = parts.next().is_some_and(|number| number.parse::<u16>().is_ok());
        number
            && parts.next().is_some_and(|protocol| ["TCP", "UDP", "SCTP"].contains(&protocol))
            && parts.next().is_none_or(|part| ["PROTO", "PORT", "ADDR"].contains(&part))
    };
    name.ends_with("_SERVICE_HOST")
        || name.ends_with("_SERVICE_PORT")
        || name.contains("_SERVICE_PORT_")
        || (name.ends_with("_PORT") && is_url())
        || is_port()
}
