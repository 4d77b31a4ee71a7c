//! What can be checked without a network: the endpoints, and the files that are named.

use std::sync::Arc;
use std::time::{Duration, SystemTime};

use mpa::auth::{Authorization, Credential, CredentialSource, ProofKey, Validity, date};
use mpa::file;
use mpa::http::{BaseUrl, CaMode, Settings, Shared, Trust};
use mpa::outcome::Outcome;
use zeroize::Zeroizing;

use crate::arguments::{Arguments, Identity, SignsIn};
use crate::report::{Finding, State};
use crate::words;

/// As a client has it by default.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(3);

/// A header, a key or a password is shorter; this bounds what a wrong path can make us read.
const LARGEST_FILE: usize = 64 * 1024;

const CORRECT: &str = "Correct the option that is named, and the same field of your configuration.";

/// How requests are sent, and where to.
pub struct Configuration {
    pub settings: Settings,
    pub endpoint: BaseUrl,
    /// Where tokens come from, for servers that sign in.
    pub sign_in: Option<SignInHosts>,
}

pub struct SignInHosts {
    pub sign_in: BaseUrl,
    pub token: BaseUrl,
}

type Checked<T> = Result<(T, Finding), Finding>;

pub fn read(arguments: &Arguments) -> Checked<Configuration> {
    let configuration = read_endpoints(arguments).map_err(|outcome| wrong(&outcome))?;
    let sentence = format!("Title {}, the service at {}.", arguments.title_id, arguments.endpoint);
    Ok((configuration, Finding::ok(sentence)))
}

fn read_endpoints(arguments: &Arguments) -> mpa::outcome::Result<Configuration> {
    let mode = if arguments.ca_only { CaMode::Only } else { CaMode::Added };
    let user_agent = concat!("mpa-doctor/", env!("CARGO_PKG_VERSION")).parse();
    let shared = Arc::<Shared>::default();
    let settings = Settings {
        shared: shared.clone(),
        trust: Trust::new(&shared.tls, arguments.ca_certificates.as_deref(), mode)?,
        client_certificate: None,
        allow_plain_http: false,
        user_agent: user_agent.map_err(|_| Outcome::internal("The name of this program was no header value."))?,
        connect_timeout: CONNECT_TIMEOUT,
    };
    let sign_in = match &arguments.identity {
        Identity::SignsIn(signs_in) => Some(SignInHosts {
            sign_in: BaseUrl::parse(&signs_in.sign_in_endpoint, false, "--sign-in-endpoint")?,
            token: BaseUrl::parse(&signs_in.token_endpoint, false, "--token-endpoint")?,
        }),
        Identity::GivenTokens { .. } | Identity::Unknown => None,
    };
    Ok(Configuration { settings, endpoint: BaseUrl::parse(&arguments.endpoint, false, "--endpoint")?, sign_in })
}

/// Reads the certificate and its key, and looks at its dates.
pub fn read_certificate(signs_in: &SignsIn, now: SystemTime) -> Checked<Credential> {
    let password = match &signs_in.password_file {
        None => None,
        Some(path) => Some(read_secret(path, "--certificate-password-file")?),
    };
    let source = CredentialSource::Files {
        certificate_path: signs_in.certificate.clone(),
        private_key_path: signs_in.private_key.clone(),
        password,
    };
    let ends_with_a_blank = source.password().is_some_and(|password| password.ends_with([' ', '\t']));
    let credential = source.read().map_err(|outcome| {
        let mut finding = wrong(&outcome);
        if ends_with_a_blank {
            finding.sentence.push_str(" The text of --certificate-password-file ends with a blank, which counts.");
        }
        finding
    })?;
    let finding = judge(credential.validity(now))?;
    if finding.state == State::Ok && credential.lacks_issuers() {
        return Ok((credential, without_issuers()));
    }
    Ok((credential, finding))
}

fn without_issuers() -> Finding {
    Finding::warning(
        "The certificate can be read, its key fits, and it is valid, but the certificates that issued it are not in its file.",
        "Put the issuing certificates behind it in the same file, as the portal that issued it offers them: a service that \
         does not have them cannot check the certificate.",
    )
}

/// A certificate that cannot be used now is of no use for the rest.
fn judge(validity: Validity) -> Result<Finding, Finding> {
    match validity {
        Validity::Valid => Ok(Finding::ok("The certificate can be read, its key fits, and it is valid.")),
        Validity::ExpiresSoon { at } => Ok(Finding::warning(
            format!("The certificate is valid and its key fits, but it expires on {}.", date(at)),
            format!("Get a new certificate from Partner Center before {}.", date(at)),
        )),
        Validity::Expired { since } => Err(Finding::failed(
            format!("The certificate expired on {}.", date(since)),
            "Get a new certificate from Partner Center; a server that runs takes it as soon as its file is replaced.",
        )),
        Validity::NotYetValid { from } => Err(Finding::failed(
            format!("The certificate is valid from {} only.", date(from)),
            "Use the certificate before this one until then, or set this machine's clock.",
        )),
    }
}

/// Reads the token of a server that is given tokens, and the key that it is bound to.
pub fn read_authorization(header_file: &str, proof_key_file: Option<&str>) -> Checked<Authorization> {
    const FIELD: &str = "--authorization-header-file";
    let header = read_secret(header_file, FIELD)?;
    let authorization = Authorization::new(&header, 0, FIELD).map_err(|outcome| wrong(&outcome))?;
    let Some(path) = proof_key_file else {
        return Ok((authorization, Finding::ok("The token has the right form.")));
    };
    let pem = read_secret(path, "--proof-key-file")?;
    let key = ProofKey::from_pem(&pem, "--proof-key-file").map_err(|outcome| wrong(&outcome))?;
    Ok((authorization.bound_to(key), Finding::ok("The token has the right form, and its key can be read.")))
}

/// A file with one secret; the mark that editors put at its beginning and the line break at its end are none of it.
fn read_secret(path: &str, option: &str) -> Result<Zeroizing<String>, Finding> {
    let refuse = |what: String| Finding::failed(format!("{option} {what}."), CORRECT);
    let bytes = file::read(path, LARGEST_FILE).map_err(|error| refuse(error.to_string()))?;
    let text = std::str::from_utf8(&bytes)
        .map_err(|_| refuse("is no text in UTF-8; expected it saved as UTF-8".to_owned()))?;
    Ok(Zeroizing::new(text.trim_start_matches('\u{feff}').trim_end_matches(['\r', '\n']).to_owned()))
}

fn wrong(outcome: &Outcome) -> Finding {
    Finding::failed(words::of(outcome), CORRECT)
}

#[cfg(test)]
mod tests {
    use std::time::UNIX_EPOCH;

    use super::*;

    #[test]
    fn the_end_of_a_certificate_is_told_ahead() {
        let at = UNIX_EPOCH;
        assert_eq!(judge(Validity::Valid).unwrap().state, State::Ok);
        let soon = judge(Validity::ExpiresSoon { at }).unwrap();
        assert_eq!(soon.state, State::Warning);
        assert!(soon.advice.contains("before 1970-01-01"), "{}", soon.advice);
        for useless in [Validity::Expired { since: at }, Validity::NotYetValid { from: at }] {
            assert_eq!(judge(useless).unwrap_err().state, State::Failed);
        }
    }
}
