//! The options of the relay: flags, environment variables and a configuration file, and the settings that they make.
//!
//! - `table`: the options, all of them
//! - `given`, `file`: where they are given
//! - `value`: what their values mean
//! - `settings`, `client`: what they make together
//! - `help`: what is said about them

mod client;
mod file;
mod given;
mod help;
mod settings;
mod table;
mod value;

use std::ffi::OsString;
use std::fmt;

use given::{Given, Immediately};
use table::Name;

pub use help::text as help_text;
pub use value::limits_text;

use crate::settings::Settings;

/// What the program is asked to do.
#[derive(Debug)]
pub enum Request {
    Run(Box<Settings>),
    /// To say what it would do.
    Check(Box<Settings>),
    Help,
    Version,
}

/// Why it cannot be done; a sentence without its period.
#[derive(Debug)]
pub enum Refused {
    /// An option is wrong, or does not go with another.
    Options(String),
    /// A file that an option names cannot be used.
    Files(String),
}

impl Refused {
    pub fn exit_status(&self) -> u8 {
        match self {
            Refused::Options(_) => 2,
            Refused::Files(_) => 1,
        }
    }
}

impl fmt::Display for Refused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (Refused::Options(sentence) | Refused::Files(sentence)) = self;
        f.write_str(sentence)
    }
}

impl From<String> for Refused {
    fn from(sentence: String) -> Self {
        Refused::Options(sentence)
    }
}

type Result<T> = std::result::Result<T, Refused>;

/// Reads the options and the files that they name. `arguments` begin with the program's name.
pub fn read(
    arguments: impl IntoIterator<Item = OsString>,
    environment: impl IntoIterator<Item = (OsString, OsString)>,
) -> Result<Request> {
    let given = match Given::read(arguments, environment)? {
        Ok(given) => given,
        Err(Immediately::Help) => return Ok(Request::Help),
        Err(Immediately::Version) => return Ok(Request::Version),
    };
    let settings = Box::new(settings::of(&given)?);
    Ok(if given.has(Name::Check) { Request::Check(settings) } else { Request::Run(settings) })
}

/// A file that an option names, at the beginning of a sentence.
fn file_named(given: &Given, name: Name, path: &str) -> String {
    format!("{} {path}", given.named(name))
}

#[cfg(test)]
mod tests;
