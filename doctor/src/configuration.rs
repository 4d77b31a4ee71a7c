//! What can be checked without a network: the endpoints, and the files that are named.

use std::fmt;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use mpa::auth::{Authorization, Credential, CredentialNames, CredentialSource, ProofKey, Validity, date};
use mpa::file;
use mpa::http::{BaseUrl, CaMode, Proxy, Settings, Shared, Trust, USUAL_IDLE_CONNECTIONS, UrlError, read_certificates};
use mpa::outcome::Outcome;
use zeroize::Zeroizing;

use crate::arguments::{Arguments, Identity, ProxyOption, SignInOptions};
use crate::certificate::CertificateSummary;
use crate::codes::Code;
use crate::messages::defect;
use crate::report::Finding;

/// As a client has it by default.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(3);

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
    let Arguments { title_id, endpoint, .. } = arguments;
    let configuration = read_endpoints(arguments)?;
    let authorities: Vec<_> =
        configuration.settings.trust.named().iter().map(|der| CertificateSummary::of(der)).collect();
    let trusted = match (&arguments.ca_certificates, authorities.as_slice()) {
        (Some(path), [only]) => format!(" {path} has the authority {}.", only.short()),
        (Some(path), several) => format!(" {path} has {} authorities.", several.len()),
        (None, _) => String::new(),
    };
    let proxy = match &configuration.settings.proxy {
        Some(proxy) => format!(", through the proxy {proxy}"),
        None => String::new(),
    };
    let message = format!("Title {title_id}, the service at {endpoint}{proxy}.{trusted}");
    Ok((configuration, Finding::ok(message).certificates(authorities)))
}

fn read_endpoints(arguments: &Arguments) -> Result<Configuration, Finding> {
    let mode = if arguments.flags.ca_only { CaMode::Only } else { CaMode::Added };
    let shared = Arc::<Shared>::default();
    let ca_certificates = arguments.ca_certificates.as_deref();
    let name = named("--ca-certificates", ca_certificates.unwrap_or_default());
    let certificates = match ca_certificates {
        None => Vec::new(),
        Some(path) => read_certificates(path)
            .map_err(|error| Finding::failed(Code::CaCertificatesUnusable, format!("{name} {error}."), CORRECT))?,
    };
    let trust = Trust::in_certificates(&shared.tls, certificates, mode).map_err(defect)?;
    let user_agent = concat!("mpa-doctor/", env!("CARGO_PKG_VERSION")).parse();
    let settings = Settings {
        shared,
        trust,
        client_certificate: None,
        allow_plain_http: false,
        user_agent: user_agent
            .map_err(|_| defect(Outcome::internal("The name of this program was no header value.")))?,
        connect_timeout: CONNECT_TIMEOUT,
        max_idle_connections: USUAL_IDLE_CONNECTIONS,
        proxy: read_proxy(&arguments.proxy)?,
    };
    let sign_in = match &arguments.identity {
        Identity::SignsIn(config) => Some(SignInHosts {
            sign_in: base_url(&config.sign_in_endpoint, "--sign-in-endpoint")?,
            token: base_url(&config.token_endpoint, "--token-endpoint")?,
        }),
        Identity::GivenTokens { .. } | Identity::Unknown => None,
    };
    Ok(Configuration { settings, endpoint: base_url(&arguments.endpoint, "--endpoint")?, sign_in })
}

fn read_proxy(option: &ProxyOption) -> Result<Option<Arc<Proxy>>, Finding> {
    let (url, name) = match option {
        ProxyOption::None => return Ok(None),
        ProxyOption::Url(url) => (Zeroizing::new(url.clone()), "--proxy-url".to_owned()),
        ProxyOption::File(path) => (read_secret(path, "--proxy-url-file")?, named("--proxy-url-file", path)),
    };
    match Proxy::parse(&url) {
        Ok(proxy) => Ok(Some(Arc::new(proxy))),
        Err(error) => Err(Finding::failed(Code::ProxyUrlInvalid, format!("{name} {error}."), CORRECT)),
    }
}

/// As a client takes it that does not allow plain HTTP.
fn base_url(text: &str, option: &str) -> Result<BaseUrl, Finding> {
    BaseUrl::parse(text, false).map_err(|error| match error {
        UrlError::PlainHttp => {
            let message = format!("{option} {text} would send the token in the clear to another machine.");
            Finding::failed(Code::InsecureTransport, message, format!("Use https:// in {option}."))
        }
        _ => Finding::failed(Code::EndpointInvalid, format!("{option} {error}."), CORRECT),
    })
}

/// An option with its file, for a sentence.
fn named(option: &str, path: &str) -> String {
    if path.is_empty() { option.to_owned() } else { format!("{option} {path}") }
}

/// Reads the certificate and its key, and looks at its dates.
pub fn read_certificate(config: &SignInOptions, now: SystemTime) -> Checked<Credential> {
    let password = match &config.password_file {
        None => None,
        Some(path) => Some(read_secret(path, "--certificate-password-file")?),
    };
    let source = CredentialSource::Files {
        certificate_path: config.certificate.clone(),
        private_key_path: config.private_key.clone(),
        password,
    };
    let names = CredentialNames {
        certificate: &named("--certificate", &config.certificate),
        key: &named("--private-key", config.private_key.as_deref().unwrap_or_default()),
        password: &named("--certificate-password-file", config.password_file.as_deref().unwrap_or_default()),
        pkcs12: "--certificate",
        is_of_files: true,
    };
    let ends_with_a_blank = source.password().is_some_and(|password| password.ends_with([' ', '\t']));
    let credential = source.read(&names).map_err(|outcome| {
        let mut finding = Finding::failed(Code::CertificateUnusable, outcome.message.clone(), CORRECT);
        if ends_with_a_blank {
            finding.message.push_str(" The text of --certificate-password-file ends with a blank, which counts.");
        }
        finding
    })?;
    let chain = credential.client_certificate().map_err(defect)?;
    let chain: Vec<_> = chain.cert.iter().map(|der| CertificateSummary::of(der)).collect();
    match check_certificate(credential.validity(now), credential.lacks_issuers(), chain) {
        Ok(finding) => Ok((credential, finding)),
        Err(finding) => Err(finding),
    }
}

/// A certificate that cannot be used now is of no use for the rest.
fn check_certificate(
    validity: Validity,
    lacks_issuers: bool,
    chain: Vec<CertificateSummary>,
) -> Result<Finding, Finding> {
    let own = chain.first();
    let which = own.map(|own| format!(" ({})", own.words())).unwrap_or_default();
    let good = format!("The certificate{which} can be read, its key fits, and it is valid");
    let finding = match validity {
        Validity::Expired { since } => Err(Finding::failed(
            Code::CertificateExpired,
            format!("The certificate{which} expired on {}.", date(since)),
            "Get a new certificate from Partner Center; a server that runs takes it as soon as its file is replaced.",
        )),
        Validity::NotYetValid { from } => Err(Finding::failed(
            Code::CertificateNotYetValid,
            format!("The certificate{which} is valid from {} only.", date(from)),
            "Use the certificate before this one until then, or set this machine's clock.",
        )),
        Validity::Valid | Validity::ExpiresSoon { .. } if own.is_some_and(CertificateSummary::is_self_issued) => {
            Ok(Finding::warning(
                Code::CertificateSelfSigned,
                format!("{good}, but it is self-signed, so that it proves nothing to the service."),
                "Use the Business Partner Certificate, which Partner Center issues.",
            ))
        }
        Validity::ExpiresSoon { at } => Ok(Finding::warning(
            Code::CertificateExpiresSoon,
            format!("{good}, but it expires on {}.", date(at)),
            format!("Get a new certificate from Partner Center before {}.", date(at)),
        )),
        Validity::Valid if lacks_issuers => Ok(Finding::warning(
            Code::CertificateWithoutIssuers,
            format!("{good}, but the certificates that issued it are not in its file."),
            "Put the issuing certificates behind it in the same file, as the portal that issued it offers them: a service \
             that does not have them cannot check the certificate.",
        )),
        Validity::Valid => Ok(Finding::ok(format!("{good}."))),
    };
    let ends = own.and_then(|own| own.content.as_ref()).map(|content| content.not_after);
    let with_details = |finding: Finding| {
        let mut finding = finding.certificates(chain.clone());
        finding.details.expires_at = ends;
        finding
    };
    finding.map(with_details).map_err(with_details)
}

/// Reads the token of a server that is given tokens, and the key that it is bound to.
pub fn read_authorization(header_file: &str, proof_key_file: Option<&str>) -> Checked<Authorization> {
    const OPTION: &str = "--authorization-header-file";
    const KEY_OPTION: &str = "--proof-key-file";
    let header = read_secret(header_file, OPTION)?;
    let wrong = |code, option, path, error: &dyn fmt::Display| {
        Finding::failed(code, format!("{} {error}.", named(option, path)), CORRECT)
    };
    let authorization =
        Authorization::new(&header, 0).map_err(|error| wrong(Code::TokenUnusable, OPTION, header_file, &error))?;
    let Some(path) = proof_key_file else {
        return Ok((authorization, Finding::ok("The token has the expected form.")));
    };
    let pem = read_secret(path, KEY_OPTION)?;
    let key = ProofKey::from_pem(&pem).map_err(|error| wrong(Code::ProofKeyUnusable, KEY_OPTION, path, &error))?;
    Ok((authorization.bound_to(key), Finding::ok("The token has the expected form, and its key can be read.")))
}

fn read_secret(path: &str, option: &str) -> Result<Zeroizing<String>, Finding> {
    file::read_secret(path)
        .map_err(|error| Finding::failed(Code::FileUnreadable, format!("{} {error}.", named(option, path)), CORRECT))
}

#[cfg(test)]
mod tests {
    use std::time::UNIX_EPOCH;

    use super::*;

    fn chain(of: rcgen::Certificate) -> Vec<CertificateSummary> {
        vec![CertificateSummary::of(of.der())]
    }

    fn self_signed() -> rcgen::Certificate {
        rcgen::generate_simple_self_signed(["partner".to_owned()]).unwrap().cert
    }

    #[test]
    fn the_end_of_a_certificate_is_reported_ahead() {
        let at = UNIX_EPOCH;
        for (validity, lacks_issuers, code) in [
            (Validity::Valid, false, Ok(Code::Ok)),
            (Validity::Valid, true, Ok(Code::CertificateWithoutIssuers)),
            (Validity::ExpiresSoon { at }, false, Ok(Code::CertificateExpiresSoon)),
            (Validity::Expired { since: at }, false, Err(Code::CertificateExpired)),
            (Validity::NotYetValid { from: at }, false, Err(Code::CertificateNotYetValid)),
        ] {
            let finding = check_certificate(validity, lacks_issuers, Vec::new());
            assert_eq!(finding.as_ref().map(|f| f.code).map_err(|f| f.code), code, "{finding:?}");
        }
        let soon = check_certificate(Validity::ExpiresSoon { at }, false, Vec::new()).unwrap();
        assert!(soon.advice.contains("before 1970-01-01"), "{}", soon.advice);
    }

    #[test]
    fn one_without_an_issuer_is_reported() {
        let finding = check_certificate(Validity::Valid, false, chain(self_signed())).unwrap();
        assert_eq!(finding.code, Code::CertificateSelfSigned);
        assert!(finding.details.expires_at.is_some() && finding.message.contains("SHA-256 "), "{}", finding.message);
    }

    #[test]
    fn plain_http_is_for_this_machine() {
        for good in ["http://127.0.0.1:1", "http://[::1]:1", "http://localhost:1", "https://192.0.2.1"] {
            assert!(base_url(good, "--endpoint").is_ok(), "{good}");
        }
        for elsewhere in ["http://192.0.2.1", "http://[2001:db8::1]:80"] {
            let finding = base_url(elsewhere, "--endpoint").unwrap_err();
            assert_eq!(finding.code, Code::InsecureTransport);
            assert!(finding.message.starts_with("--endpoint http://"), "{}", finding.message);
        }
        assert_eq!(base_url("nonsense", "--endpoint").unwrap_err().code, Code::EndpointInvalid);
    }
}
