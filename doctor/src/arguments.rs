//! The program's arguments, read by hand: there are few of them.

use std::ffi::OsString;

use mpa::auth::{DEFAULT_RELYING_PARTY, DEFAULT_SANDBOX, Step};
use mpa::calls::Endpoint;

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

For servers that sign in by themselves:
  --certificate FILE      the Business Partner Certificate with its chain, in PEM or PKCS#12
  --private-key FILE      its private key, in PEM [in the file of the certificate]
  --certificate-password-file FILE
                          a file with the password of the PKCS#12 file
  --sandbox NAME          the sandbox that tokens are for [RETAIL]
  --relying-party URI     whom tokens are for [http://xboxlive.com]
  --sign-in-endpoint URL  the service that takes the certificate [https://service.auth.xboxlive.com]
  --token-endpoint URL    the service that gives tokens [https://xsts.auth.xboxlive.com]

For servers that are given tokens:
  --authorization-header-file FILE
                          a file with the value of the Authorization header, `XBL3.0 x=...;...`
  --proof-key-file FILE   the key that this token is bound to, in PEM [it is not bound]

  --json                  write one JSON object instead of lines
  --help                  show this
  --version               show the version

Exit status: 0 where all is well or there are warnings only, 1 where something failed, 2 where the
arguments are wrong.
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
    pub ca_only: bool,
    pub identity: Identity,
    pub json: bool,
}

/// How the server comes by its tokens.
#[derive(Debug)]
pub enum Identity {
    SignsIn(SignsIn),
    GivenTokens {
        header_file: String,
        proof_key_file: Option<String>,
    },
    /// Nothing is known about it: only the way to the service can be checked.
    Unknown,
}

#[derive(Debug)]
pub struct SignsIn {
    pub certificate: String,
    pub private_key: Option<String>,
    pub password_file: Option<String>,
    pub sandbox: String,
    pub relying_party: String,
    pub sign_in_endpoint: String,
    pub token_endpoint: String,
}

/// As they were given.
#[derive(Default)]
struct Given(Vec<(&'static str, String)>);

const WITH_VALUE: [&str; 12] = [
    "--title-id",
    "--endpoint",
    "--ca-certificates",
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

/// Those that make sense only where a certificate is given.
const OF_SIGNING_IN: [&str; 6] = [
    "--private-key",
    "--certificate-password-file",
    "--sandbox",
    "--relying-party",
    "--sign-in-endpoint",
    "--token-endpoint",
];

/// Reads the arguments after the program's name. The error is a sentence for the user.
pub fn read(arguments: impl Iterator<Item = OsString>) -> Result<Request, String> {
    let mut given = Given::default();
    let (mut json, mut ca_only) = (false, false);
    let mut arguments = arguments.map(to_text);
    while let Some(argument) = arguments.next() {
        let argument = argument?;
        match argument.as_str() {
            "--help" | "-h" => return Ok(Request::Help),
            "--version" | "-V" => return Ok(Request::Version),
            "--json" => {
                json = true;
                continue;
            }
            "--ca-only" => {
                ca_only = true;
                continue;
            }
            _ => {}
        }
        // Both "--title-id 7" and "--title-id=7" are usual.
        let (name, attached) = match argument.split_once('=') {
            Some((name, value)) => (name, Some(value.to_owned())),
            None => (argument.as_str(), None),
        };
        let known = WITH_VALUE.into_iter().find(|known| *known == name);
        // What is not known is not shown in full: it may be a secret that went astray.
        let Some(name) = known else { return Err(unknown(name)) };
        let value = match attached {
            Some(value) => value,
            None => arguments.next().ok_or_else(|| format!("{name} needs a value"))??,
        };
        if value.is_empty() {
            return Err(format!("{name} is empty; leave it out for its default"));
        }
        given.put(name, value)?;
    }
    Ok(Request::Check(Box::new(given.arguments(ca_only, json)?)))
}

fn unknown(name: &str) -> String {
    match name.strip_prefix("--") {
        Some(rest) if rest.len() < 40 && rest.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-') => {
            format!("there is no option {name:?}; --help shows what there is")
        }
        _ => "there is an argument that is no option; --help shows what there is".to_owned(),
    }
}

impl Given {
    fn put(&mut self, name: &'static str, value: String) -> Result<(), String> {
        if self.has(name) {
            return Err(format!("{name} is there twice; one is needed"));
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

    fn arguments(&self, ca_only: bool, json: bool) -> Result<Arguments, String> {
        let title_id = self.get("--title-id").ok_or("--title-id is missing; it is the number of your title")?;
        let title_id = title_id.parse().ok().filter(|title_id| *title_id > 0);
        let title_id = title_id.ok_or_else(|| format!("--title-id must be a number from 1 to {}", u32::MAX))?;
        let ca_certificates = self.get("--ca-certificates");
        if ca_only && ca_certificates.is_none() {
            return Err("--ca-only needs --ca-certificates, as nobody would be trusted without".to_owned());
        }
        Ok(Arguments {
            title_id,
            endpoint: self.or("--endpoint", Endpoint::PRODUCTION),
            ca_certificates,
            ca_only,
            identity: self.identity()?,
            json,
        })
    }

    fn identity(&self) -> Result<Identity, String> {
        if let (None, Some(name)) = (self.get(CERTIFICATE), OF_SIGNING_IN.into_iter().find(|name| self.has(name))) {
            return Err(format!("{name} needs {CERTIFICATE}, as nobody signs in without"));
        }
        if self.has(PROOF_KEY_FILE) && !self.has(HEADER_FILE) {
            return Err(format!("{PROOF_KEY_FILE} needs {HEADER_FILE}, as it goes with a token"));
        }
        match (self.get(CERTIFICATE), self.get(HEADER_FILE)) {
            (Some(_), Some(_)) => Err(format!(
                "{HEADER_FILE} must not be there beside {CERTIFICATE}: a server signs in or is given tokens"
            )),
            (Some(certificate), None) => Ok(Identity::SignsIn(SignsIn {
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

fn to_text(argument: OsString) -> Result<String, String> {
    argument.into_string().map_err(|_| "an argument is not valid Unicode".to_owned())
}
