//! What is said about hosts and answers, and the advice that fits each cause, in the names of this
//! program's options.

use mpa::auth::{SignInFailure, Step, Validity, date};
use mpa::http::{ErrorKind, TlsFailure, TlsReason, TransportError};
use mpa::outcome::{Outcome, Status};
use mpa::policy::Prospect;

use crate::certificate::CertificateSummary;
use crate::codes::Code;
use crate::host::{Host, Role, Route};
use crate::report::Finding;

const LATER: &str = "Run this again in some minutes: it passes without a change here.";

/// Why there was no handshake.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TlsProblem {
    PlainHttp,
    NotTls,
    Closed,
    TimedOut,
}

/// A failure of this program or of the library.
#[expect(clippy::boxed_local, reason = "the form of an error of the library")]
pub fn defect(outcome: Box<Outcome>) -> Finding {
    Finding::failed(Code::Internal, outcome.message.clone(), "Please report this.")
}

pub fn look_up_advice(host: &Host<'_>) -> String {
    let option = host.role.option();
    let advice =
        format!("Check the name in {option} and this machine's DNS: `nslookup` with the same name shows more.");
    advice + &proxy_hint(host)
}

pub fn connection_advice(host: &Host<'_>) -> String {
    let Host { name, port, role, .. } = host;
    let advice = format!(
        "Let this machine connect to {name}, port {port}: look at the firewall, the network's egress rules, and {}.",
        role.option()
    );
    advice + &proxy_hint(host)
}

/// Where other programs would take the environment's proxy.
fn proxy_hint(host: &Host<'_>) -> String {
    match host.around.proxy_variables.first() {
        None => String::new(),
        Some(name) => format!(" A proxy is named by {name}, but the library uses none: hosts are reached directly."),
    }
}

/// `wants_certificate`: the host asked for one.
pub fn tls_succeeded(host: &Host<'_>, chain: Vec<CertificateSummary>, wants_certificate: bool) -> Finding {
    let shown = chain.first().map(CertificateSummary::words).unwrap_or_default();
    let finding = match (host.role, wants_certificate) {
        (Role::SignInHost, false) => Finding::warning(
            Code::TlsCertificateNotRequested,
            format!("It has proved who it is ({shown}), but did not ask for the certificate."),
            not_mutual(&host.name, chain.last()),
        ),
        (Role::SignInHost, true) => {
            Finding::ok(format!("It has proved who it is ({shown}), and was shown the certificate."))
        }
        _ => Finding::ok(format!("It has proved who it is ({shown}).")),
    };
    finding.certificates(chain)
}

/// For a host that takes the certificate and did not ask for it.
fn not_mutual(host: &str, last: Option<&CertificateSummary>) -> String {
    let by = last.map_or(String::new(), |last| format!(" (its certificate comes from {})", authority(last)));
    format!(
        "Have {host} exempted from TLS inspection, where a proxy opens TLS{by}: mutual TLS cannot pass it, even if \
         --ca-certificates names its authority. Otherwise check --sign-in-endpoint."
    )
}

/// Who stands at the end of a chain.
fn authority(last: &CertificateSummary) -> &str {
    if last.is_self_issued() { last.subject() } else { last.issuer() }
}

/// A handshake that one of both sides did not accept.
pub fn tls_failed(host: &Host<'_>, failure: &TlsFailure, chain: Vec<CertificateSummary>) -> Finding {
    let what = &failure.what;
    let message = match chain.first() {
        Some(shown) if failure.kind == ErrorKind::Tls => {
            let until = match (failure.reason, &shown.content) {
                (TlsReason::Expired, Some(content)) => format!(", valid until {}", date(content.not_after)),
                (TlsReason::NotYetValid, Some(content)) => format!(", valid from {}", date(content.not_before)),
                _ => String::new(),
            };
            format!("TLS failed: {what} (it showed {}{until}).", shown.words())
        }
        _ => format!("TLS failed: {what}."),
    };
    let (code, advice) = tls_advice(host, failure, &chain);
    Finding::failed(code, message, advice).certificates(chain)
}

fn tls_advice(host: &Host<'_>, failure: &TlsFailure, chain: &[CertificateSummary]) -> (Code, String) {
    let Host { name, port, role, .. } = host;
    let option = role.option();
    let is_self_signed = chain.first().is_some_and(CertificateSummary::is_self_issued);
    match failure.reason {
        TlsReason::UnknownIssuer if is_self_signed => (Code::TlsSelfSigned, self_signed(host, chain)),
        TlsReason::UnknownIssuer => (Code::TlsUnknownIssuer, unknown_issuer(host, chain)),
        TlsReason::OwnAuthority if is_self_signed => (Code::TlsSelfSigned, self_signed(host, chain)),
        TlsReason::OwnAuthority => (
            Code::TlsCertificateInvalid,
            format!(
                "Give {name} a certificate that is not an authority's \
                 (`-addext basicConstraints=critical,CA:FALSE`), or name this one in --ca-certificates."
            ),
        ),
        TlsReason::BadSignature => (
            Code::TlsBadSignature,
            format!(
                "Get the certificate of the authority that {name} uses now: the one that is trusted, in \
                 --ca-certificates{}, has the same name and another key.",
                host.around.ca_certificates.map(|path| format!(" {path}")).unwrap_or_default()
            ),
        ),
        TlsReason::Version1 => (
            Code::TlsCertificateVersion1,
            format!(
                "Give {name} a certificate of X.509 version 3, with its name among the subject alternative names: \
                 `openssl x509 -req` makes one with `-extfile`. To trust this one in --ca-certificates is not enough."
            ),
        ),
        TlsReason::Expired => (
            Code::TlsCertificateExpired,
            format!("Set this machine's clock if it is wrong; otherwise {name} needs a new certificate."),
        ),
        TlsReason::NotYetValid => (
            Code::TlsCertificateNotYetValid,
            format!("Set this machine's clock if it is wrong; otherwise {name} has its certificate too early."),
        ),
        TlsReason::OtherName => (
            Code::TlsWrongName,
            format!(
                "Check the name in {option}: it has to be among the subject alternative names of the certificate. If it \
                 is right, something else answers in its place: look for a proxy or a portal of the network."
            ),
        ),
        TlsReason::Certificate => (
            Code::TlsCertificateInvalid,
            format!(
                "Have the certificate of {name} replaced; `openssl s_client -showcerts -connect {name}:{port}` shows it."
            ),
        ),
        TlsReason::Client => client_refused(host),
        TlsReason::NotTls | TlsReason::Other => (
            Code::TlsFailed,
            format!(
                "Look for a proxy or a firewall that alters the connection; `openssl s_client -connect {name}:{port}` \
                 shows more."
            ),
        ),
    }
}

fn self_signed(host: &Host<'_>, chain: &[CertificateSummary]) -> String {
    let name = &host.name;
    if host.is_production() {
        return intercepted(host, chain);
    }
    let fingerprint = chain.first().map_or("", |shown| &shown.fingerprint);
    format!(
        "If {name} is a server of yours, name its self-signed certificate itself in --ca-certificates (as PEM; its \
         SHA-256 fingerprint has to be {fingerprint}), or give it one that an authority issued."
    )
}

fn unknown_issuer(host: &Host<'_>, chain: &[CertificateSummary]) -> String {
    let Host { name, around, .. } = host;
    let by = chain.last().map_or("unknown", authority);
    if host.is_production() {
        let only = "Leave out --ca-only, by which public authorities are not trusted. If that does not help: ";
        return format!("{}{}", if around.ca_only { only } else { "" }, intercepted(host, chain));
    }
    let missing = around.ca_certificates.map(|path| format!(", as {path} does not have it")).unwrap_or_default();
    let proxy = if host.role == Role::SignInHost {
        format!(
            "If a proxy opens TLS in between, have {name} exempted from TLS inspection: mutual TLS cannot pass, \
             whatever is trusted."
        )
    } else {
        format!("If a proxy opens TLS in between, name its authority there, or have {name} exempted.")
    };
    format!("If {name} is a server of yours, name its authority ({by}) in --ca-certificates{missing}. {proxy}")
}

/// One of the service's own hosts with a certificate that no public authority issued.
fn intercepted(host: &Host<'_>, chain: &[CertificateSummary]) -> String {
    let name = &host.name;
    let by = chain.last().map_or("unknown", authority);
    let then = if host.role == Role::SignInHost {
        "To name that authority in --ca-certificates does not help here: mutual TLS cannot pass a proxy."
    } else {
        "Or name that authority in --ca-certificates."
    };
    format!("Something in between opens TLS in the name of {by}: have {name} exempted from TLS inspection. {then}")
}

/// The host ended TLS because of what it was shown, or was not shown.
fn client_refused(host: &Host<'_>) -> (Code, String) {
    let advice = match host.validity() {
        Some(validity) => certificate_advice(&host.name, validity),
        None => format!(
            "Check {}: this host wants a certificate or other ciphers, which the service's hosts of this kind do not.",
            host.role.option()
        ),
    };
    (Code::TlsClientCertificateRefused, advice)
}

/// What to do where the connection that shows the certificate fails.
fn certificate_advice(host: &str, validity: Validity) -> String {
    match validity {
        Validity::Expired { since } => {
            format!("Get a new certificate from Partner Center: this one expired on {}.", date(since))
        }
        Validity::NotYetValid { from } => {
            format!("Use the certificate before this one until {}, or set this machine's clock.", date(from))
        }
        Validity::Valid | Validity::ExpiresSoon { .. } => format!(
            "Check that the certificate is the Business Partner Certificate with its chain; it may have been revoked. \
             Have {host} exempted from TLS inspection: mutual TLS cannot pass a proxy."
        ),
    }
}

/// No handshake took place.
pub fn tls_not_spoken(host: &Host<'_>, problem: TlsProblem) -> Finding {
    let Host { name, port, role, .. } = host;
    let option = role.option();
    let firewall = "Look for a firewall or a proxy that accepts connections and drops them";
    match problem {
        TlsProblem::PlainHttp => Finding::failed(
            Code::TlsPlainHttp,
            format!("Port {port} speaks plain HTTP, not TLS."),
            format!(
                "Correct the port in {option}: https:// needs one that speaks TLS, which is 443 by default. Only for a \
                 server on this machine, such as the emulator, http:// can be used instead."
            ),
        ),
        TlsProblem::NotTls => Finding::failed(
            Code::TlsNotTls,
            format!("What answers at port {port} is not TLS."),
            format!("Check the host and the port in {option}, and look for a proxy in between."),
        ),
        TlsProblem::Closed => {
            let advice = match host.validity() {
                Some(validity) => certificate_advice(name, validity),
                None => format!("{firewall}, and check the port in {option}."),
            };
            Finding::failed(Code::TlsClosed, "The connection was closed during the TLS handshake.", advice)
        }
        TlsProblem::TimedOut => Finding::failed(
            Code::TlsTimedOut,
            "The TLS handshake took too long.",
            format!("{LATER} If it stays: {firewall}."),
        )
        .transient(true),
    }
}

/// A host answered a request that it does not act on.
pub fn answered(host: &Host<'_>, http_status: u16, is_secure: bool) -> Result<Finding, Finding> {
    if host.around.network_only && http_status >= 500 {
        let message = format!("It answers that it cannot serve (HTTP {http_status}).");
        return Err(Finding::failed(Code::ServiceUnavailable, message, LATER).transient(true).http_status(http_status));
    }
    let message = if is_secure { "It answers." } else { "It answers, without TLS: allowed on this machine only." };
    Ok(Finding::ok(message).http_status(http_status))
}

/// No answer came, though TLS was spoken or is not to be. `speaks_tls`: finds out whether TLS is spoken
/// where plain HTTP was expected.
pub fn unanswered(host: &Host<'_>, error: &TransportError, speaks_tls: impl FnOnce() -> bool) -> Finding {
    let option = host.role.option();
    if matches!(error.kind, ErrorKind::Connection | ErrorKind::InvalidResponse) && speaks_tls() {
        return Finding::failed(
            Code::HttpSpeaksTls,
            format!("Port {} speaks TLS, not plain HTTP.", host.port),
            format!("Write https:// in {option}."),
        );
    }
    if error.kind == ErrorKind::TlsAlert {
        let (code, advice) = client_refused(host);
        return Finding::failed(code, format!("There was no answer: {}.", error.detail), advice);
    }
    if let (ErrorKind::Connection, Some(validity)) = (error.kind, host.validity()) {
        let message = format!("It closed the connection on which it was shown the certificate: {}.", error.detail);
        return Finding::failed(Code::ConnectionClosed, message, certificate_advice(&host.name, validity));
    }
    let finding = transport_failed(error);
    match error.kind {
        ErrorKind::InsecureTransport => Finding { advice: format!("Use https:// in {option}."), ..finding },
        ErrorKind::InvalidResponse => {
            let advice = format!("Check the host and the port in {option}, and look for a proxy in between.");
            Finding { advice, ..finding }
        }
        // What was reached for the first time may stand behind a firewall.
        _ => finding.transient(error.kind == ErrorKind::TimedOut),
    }
}

/// A request without an answer, to a host that has answered before.
pub fn transport_failed(error: &TransportError) -> Finding {
    const AGAIN: &str =
        "Run this again in a minute; if it stays, look for a firewall or a proxy that drops connections.";
    let detail = &error.detail;
    match error.kind {
        ErrorKind::TimedOut => {
            Finding::failed(Code::TimedOut, format!("There was no answer in time: {detail}."), AGAIN).transient(true)
        }
        ErrorKind::Connection => {
            Finding::failed(Code::ConnectionClosed, format!("There was no answer: {detail}."), AGAIN).transient(true)
        }
        ErrorKind::TlsAlert => Finding::failed(
            Code::TlsFailed,
            format!("There was no answer: {detail}."),
            "Look for a proxy or a firewall that alters the connection.",
        ),
        // Its detail names fields of the C configuration.
        ErrorKind::Tls => Finding::failed(
            Code::TlsFailed,
            "TLS failed, although it succeeded a moment before.",
            "Run this again: several hosts with different certificates seem to answer to the same name.",
        ),
        ErrorKind::InvalidResponse => Finding::failed(
            Code::InvalidResponse,
            format!("What answers is not the service: {detail}."),
            "Look for a proxy in between.",
        ),
        ErrorKind::InsecureTransport => Finding::failed(
            Code::InsecureTransport,
            "The host is another machine, to which tokens are not sent in the clear.",
            "Use https://.",
        ),
    }
}

/// The request that shows the certificate ended without an answer.
pub fn sign_in_closed(route: &Route, error: &TransportError, validity: Validity) -> Finding {
    let message =
        format!("{} ended the connection on which it was shown the certificate: {}.", route.host, error.detail);
    if route.wants_certificate {
        let code =
            if error.kind == ErrorKind::TlsAlert { Code::TlsClientCertificateRefused } else { Code::ConnectionClosed };
        Finding::failed(code, message, certificate_advice(&route.host, validity))
    } else {
        Finding::failed(Code::SignInWithoutCertificate, message, not_mutual(&route.host, None))
    }
}

/// A step of signing in that had an answer, and no token.
pub fn sign_in_failed(step: Step, route: &Route, failure: &SignInFailure) -> Finding {
    let outcome = &failure.outcome;
    let message = failure.summary.clone();
    let mut finding = if step == Step::ServiceToken && !route.wants_certificate {
        // The service knows us by the certificate, which it was not shown.
        Finding::failed(Code::SignInWithoutCertificate, message, not_mutual(&route.host, None))
    } else {
        let is_transient = failure.prospect == Prospect::MayPass && outcome.cause != Status::UnexpectedAnswer;
        let (code, advice) = sign_in_advice(step, failure, is_transient);
        Finding::failed(code, message, advice).transient(is_transient)
    };
    finding.details.xerr = (outcome.service_code != 0).then_some(outcome.service_code);
    finding.details.correlation_id = (!outcome.correlation_id.is_empty()).then(|| outcome.correlation_id.clone());
    finding.http_status(outcome.http_status)
}

fn sign_in_advice(step: Step, failure: &SignInFailure, is_transient: bool) -> (Code, &'static str) {
    const SANDBOX_DENIED: u32 = 0x8015_DC12;
    let outcome = &failure.outcome;
    match (outcome.cause, step) {
        (Status::Throttled, _) => {
            (Code::Throttled, "Run this again in some minutes: the service limits how often it is asked.")
        }
        (Status::UnexpectedAnswer, _) => {
            (Code::UnexpectedAnswer, "Check --sign-in-endpoint and --token-endpoint, and look for a proxy in between.")
        }
        _ if is_transient => (Code::SignInUnavailable, LATER),
        (_, Step::Token) if outcome.service_code == SANDBOX_DENIED => (
            Code::SandboxDenied,
            "Check --sandbox, which is case-sensitive, and for which sandbox the certificate was issued.",
        ),
        (_, Step::ServiceToken) => (
            Code::SignInRefused,
            "Check that the certificate is the Business Partner Certificate, registered with Partner Center for this \
             title.",
        ),
        (_, Step::Token) => (
            Code::SignInRefused,
            "Check --sandbox and --relying-party, and for which sandbox the certificate was issued.",
        ),
    }
}

#[cfg(test)]
#[path = "messages_tests.rs"]
mod tests;
