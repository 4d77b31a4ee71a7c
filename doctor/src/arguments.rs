//! The program's arguments.

use std::ffi::{OsStr, OsString};

use lexopt::{Arg, Parser};
use mpa::api::Endpoint;
use mpa::auth::{DEFAULT_RELYING_PARTY, DEFAULT_SANDBOX, Step};

use crate::codes::Code;

pub const HELP: &str = "\
Checks step by step whether a game server can reach the Multiplayer Activity service: its
configuration, certificate and file permissions, the hosts, the clock, signing in, and one call that
changes nothing.
No invite is sent. The options stand for the fields of mpa_client_config of the same names.

Usage: mpa-doctor --title-id N [OPTIONS]

  --title-id N            the number of your title; required
  --endpoint URL          the service [https://multiplayeractivity.xboxlive.com]
  --ca-certificates FILE  PEM certificates of authorities to trust beside those that the library carries
  --ca-only               trust those of --ca-certificates only
  --proxy-url URL         the HTTP proxy to go through, http://host:port [none; the environment is not read]
  --proxy-url-file FILE   a file with the URL of a proxy that takes a password, http://user:password@host:port

For servers that sign in by themselves:
  --certificate FILE      the Business Partner Certificate with its chain, in PEM or PKCS#12
  --private-key FILE      its private key, in PEM [in the file of the certificate]
  --certificate-password-file FILE
                          a file with the password of the PKCS#12 file
  --sandbox NAME          the sandbox that tokens are for [RETAIL]
  --relying-party URI     the service that tokens are for [http://xboxlive.com]
  --sign-in-endpoint URL  the service that takes the certificate [https://service.auth.xboxlive.com]
  --token-endpoint URL    the service that gives tokens [https://xsts.auth.xboxlive.com]

For servers that are given tokens:
  --authorization-header-file FILE
                          a file with the value of the Authorization header, `XBL3.0 x=...;...`
  --proof-key-file FILE   the key that this token is bound to, in PEM [it is not bound]

Without either:
  --network-only          check only that the service can be reached; no call is made

  --strict                warnings fail
  --json                  write one JSON object instead of lines
  --help                  show this
  --version               show the version

Exit status:
  0  the call succeeded (with --network-only: the service answered); there may be warnings
  1  something failed that needs a change; with --strict also: there are warnings
  2  the arguments are wrong
  3  what failed passes without a change, such as an outage or throttling: run this again later
  4  nothing failed, but the call was not checked: no certificate or token was given
";

/// What the program is asked to do.
#[derive(Debug)]
pub enum Request {
    Check(Box<Arguments>),
    Help,
    Version,
}

#[derive(Debug)]
pub struct Arguments {
    pub title_id: u32,
    pub endpoint: String,
    pub ca_certificates: Option<String>,
    pub proxy: ProxyOption,
    pub identity: Identity,
    pub flags: Flags,
}

#[derive(Clone, Copy, Debug, Default)]
pub struct Flags {
    pub ca_only: bool,
    pub network_only: bool,
    pub strict: bool,
    pub json: bool,
}

/// Where the URL of the proxy is.
#[derive(Debug)]
pub enum ProxyOption {
    None,
    /// Without a password.
    Url(String),
    File(String),
}

/// How the server comes by its tokens.
#[derive(Debug)]
pub enum Identity {
    SignsIn(SignInOptions),
    GivenTokens {
        header_file: String,
        proof_key_file: Option<String>,
    },
    /// Nothing is known about it: only the way to the service can be checked.
    Unknown,
}

#[derive(Debug)]
pub struct SignInOptions {
    pub certificate: String,
    pub private_key: Option<String>,
    pub password_file: Option<String>,
    pub sandbox: String,
    pub relying_party: String,
    pub sign_in_endpoint: String,
    pub token_endpoint: String,
}

/// Why the arguments cannot be used.
#[derive(Debug)]
pub struct ArgumentError {
    /// Stable, for programs.
    pub code: Code,
    /// The option that it is about, where it is one of this program's.
    pub option: Option<&'static str>,
    /// A sentence without its period.
    pub message: String,
}

/// As they were given.
#[derive(Default)]
struct Given(Vec<(&'static str, String)>);

const WITH_VALUE: [&str; 14] = [
    "--title-id",
    "--endpoint",
    "--ca-certificates",
    PROXY_URL,
    PROXY_URL_FILE,
    CERTIFICATE,
    "--private-key",
    "--certificate-password-file",
    "--sandbox",
    "--relying-party",
    "--sign-in-endpoint",
    "--token-endpoint",
    HEADER_FILE,
    PROOF_KEY_FILE,
];

const CERTIFICATE: &str = "--certificate";
const HEADER_FILE: &str = "--authorization-header-file";
const PROOF_KEY_FILE: &str = "--proof-key-file";
const PROXY_URL: &str = "--proxy-url";
const PROXY_URL_FILE: &str = "--proxy-url-file";
const NETWORK_ONLY: &str = "--network-only";

/// Those that make sense only where a certificate is given.
const OF_SIGNING_IN: [&str; 6] = [
    "--private-key",
    "--certificate-password-file",
    "--sandbox",
    "--relying-party",
    "--sign-in-endpoint",
    "--token-endpoint",
];

type Result<T> = std::result::Result<T, ArgumentError>;

/// Whether an error is to be written as JSON, too.
pub fn wants_json(arguments: &[OsString]) -> bool {
    arguments.iter().any(|argument| argument == "--json")
}

/// Reads the arguments after the program's name.
pub fn read(arguments: Vec<OsString>) -> Result<Request> {
    let mut given = Given::default();
    let mut flags = Flags::default();
    let mut parser = Parser::from_args(arguments);
    while let Some(argument) = parser.next().map_err(|error| of_lexopt(&error))? {
        let name = match argument {
            Arg::Long("help") | Arg::Short('h') => return Ok(Request::Help),
            Arg::Long("version") | Arg::Short('V') => return Ok(Request::Version),
            Arg::Long("json") => {
                flags.json = true;
                continue;
            }
            Arg::Long("strict") => {
                flags.strict = true;
                continue;
            }
            Arg::Long("ca-only") => {
                flags.ca_only = true;
                continue;
            }
            Arg::Long("network-only") => {
                flags.network_only = true;
                continue;
            }
            Arg::Long(name) => match WITH_VALUE.into_iter().find(|known| known.strip_prefix("--") == Some(name)) {
                Some(known) => known,
                None => return Err(unknown(name)),
            },
            Arg::Short(_) | Arg::Value(_) => return Err(unexpected()),
        };
        let value = value_of(&mut parser, name)?;
        given.put(name, value)?;
    }
    Ok(Request::Check(Box::new(given.arguments(flags)?)))
}

fn value_of(parser: &mut Parser, name: &'static str) -> Result<String> {
    let missing = |found: &str| error(Code::MissingValue, Some(name), format!("{name} needs a value{found}"));
    let value = match parser.optional_value() {
        Some(attached) => attached,
        None => match parser.value() {
            // The value before it was left out, as by a shell's variable that is empty.
            Ok(value) if is_option(&value) => return Err(missing(", but an option follows")),
            Ok(value) => value,
            Err(_) => return Err(missing("")),
        },
    };
    let value = value
        .into_string()
        .map_err(|_| error(Code::NotUnicode, Some(name), format!("the value of {name} is not valid Unicode")))?;
    if value.is_empty() {
        return Err(error(Code::EmptyValue, Some(name), format!("{name} is empty; leave it out for its default")));
    }
    Ok(value)
}

fn is_option(value: &OsStr) -> bool {
    value.as_encoded_bytes().starts_with(b"--")
}

fn error(code: Code, option: Option<&'static str>, message: impl Into<String>) -> ArgumentError {
    ArgumentError { code, option, message: message.into() }
}

/// Nothing of what was given is shown: it may be a misplaced secret.
fn of_lexopt(cause: &lexopt::Error) -> ArgumentError {
    match cause {
        lexopt::Error::UnexpectedValue { .. } => {
            error(Code::UnexpectedValue, None, "an option that takes no value was given one")
        }
        _ => unexpected(),
    }
}

fn unexpected() -> ArgumentError {
    error(Code::UnexpectedArgument, None, "unexpected argument; --help lists the options")
}

/// What is not known is not shown in full: it may be a misplaced secret.
fn unknown(name: &str) -> ArgumentError {
    if name.len() < 40 && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-') {
        let message = format!("there is no option \"--{name}\"; --help lists the options");
        error(Code::UnknownOption, None, message)
    } else {
        unexpected()
    }
}

impl Given {
    fn put(&mut self, name: &'static str, value: String) -> Result<()> {
        if self.has(name) {
            return Err(error(Code::RepeatedOption, Some(name), format!("{name} is given more than once")));
        }
        self.0.push((name, value));
        Ok(())
    }

    fn has(&self, name: &str) -> bool {
        self.0.iter().any(|(given, _)| *given == name)
    }

    fn get(&self, name: &str) -> Option<String> {
        self.0.iter().find(|(given, _)| *given == name).map(|(_, value)| value.clone())
    }

    fn or(&self, name: &str, default: &str) -> String {
        self.get(name).unwrap_or_else(|| default.to_owned())
    }

    fn arguments(&self, flags: Flags) -> Result<Arguments> {
        const TITLE_ID: &str = "--title-id";
        let Some(title_id) = self.get(TITLE_ID) else {
            let message = format!("{TITLE_ID} is missing; it is the number of your title");
            return Err(error(Code::MissingOption, Some(TITLE_ID), message));
        };
        let Some(title_id) = title_id.parse().ok().filter(|title_id| *title_id > 0) else {
            let message = format!("{TITLE_ID} must be a number from 1 to {}", u32::MAX);
            return Err(error(Code::InvalidValue, Some(TITLE_ID), message));
        };
        let ca_certificates = self.get("--ca-certificates");
        if flags.ca_only && ca_certificates.is_none() {
            let message = "--ca-only needs --ca-certificates, as nothing would be trusted without it";
            return Err(error(Code::MissingOption, Some("--ca-certificates"), message));
        }
        Ok(Arguments {
            title_id,
            endpoint: self.or("--endpoint", Endpoint::PRODUCTION),
            ca_certificates,
            proxy: self.proxy()?,
            identity: self.identity(flags)?,
            flags,
        })
    }

    fn proxy(&self) -> Result<ProxyOption> {
        match (self.get(PROXY_URL), self.get(PROXY_URL_FILE)) {
            (None, None) => Ok(ProxyOption::None),
            (None, Some(path)) => Ok(ProxyOption::File(path)),
            (Some(url), None) if url.contains('@') => {
                let message = format!(
                    "{PROXY_URL} has a user name or a password, which other users of this machine can see; put the URL into \
                     a file and name that in {PROXY_URL_FILE}"
                );
                Err(error(Code::InvalidValue, Some(PROXY_URL), message))
            }
            (Some(url), None) => Ok(ProxyOption::Url(url)),
            (Some(_), Some(_)) => {
                let message = format!("{PROXY_URL_FILE} cannot be used together with {PROXY_URL}: use one of them");
                Err(error(Code::ConflictingOptions, Some(PROXY_URL_FILE), message))
            }
        }
    }

    fn identity(&self, flags: Flags) -> Result<Identity> {
        if let (None, Some(name)) = (self.get(CERTIFICATE), OF_SIGNING_IN.into_iter().find(|name| self.has(name))) {
            let message = format!("{name} needs {CERTIFICATE}, as it is for signing in");
            return Err(error(Code::MissingOption, Some(CERTIFICATE), message));
        }
        if self.has(PROOF_KEY_FILE) && !self.has(HEADER_FILE) {
            let message = format!("{PROOF_KEY_FILE} needs {HEADER_FILE}, as it goes with a token");
            return Err(error(Code::MissingOption, Some(HEADER_FILE), message));
        }
        for name in [CERTIFICATE, HEADER_FILE] {
            if flags.network_only && self.has(name) {
                let message = format!("{NETWORK_ONLY} cannot be used together with {name}, which would not be used");
                return Err(error(Code::ConflictingOptions, Some(NETWORK_ONLY), message));
            }
        }
        match (self.get(CERTIFICATE), self.get(HEADER_FILE)) {
            (Some(_), Some(_)) => Err(error(
                Code::ConflictingOptions,
                Some(HEADER_FILE),
                format!(
                    "{HEADER_FILE} cannot be used together with {CERTIFICATE}: a server signs in or is given tokens"
                ),
            )),
            (Some(certificate), None) => Ok(Identity::SignsIn(SignInOptions {
                certificate,
                private_key: self.get("--private-key"),
                password_file: self.get("--certificate-password-file"),
                sandbox: self.or("--sandbox", DEFAULT_SANDBOX),
                relying_party: self.or("--relying-party", DEFAULT_RELYING_PARTY),
                sign_in_endpoint: self.or("--sign-in-endpoint", Step::ServiceToken.production()),
                token_endpoint: self.or("--token-endpoint", Step::Token.production()),
            })),
            (None, Some(header_file)) => {
                Ok(Identity::GivenTokens { header_file, proof_key_file: self.get(PROOF_KEY_FILE) })
            }
            (None, None) => Ok(Identity::Unknown),
        }
    }
}
