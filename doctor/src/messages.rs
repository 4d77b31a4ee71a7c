//! What is said about hosts and answers, and the advice that fits each cause, in the names of this
//! program's options.

use mpa::auth::{SignInFailure, Step};
use mpa::http::{ErrorKind, TransportError};
use mpa::outcome::{Advice, Outcome, Status};
use mpa::policy::Prospect;

use crate::codes::Code;
use crate::host::{Host, Route};
use crate::report::Finding;
use crate::tls_messages::{client_refused, closed_advice, not_mutual};

pub const LATER: &str = "Run this again in some minutes: it passes without a change here.";

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
    match host.context.proxy_variables.first() {
        None => String::new(),
        Some(name) => format!(
            " {name} names a proxy, which is not used: if the host is reached through it, give it in --proxy-url, and in \
             the same field of your configuration."
        ),
    }
}

/// No connection to a host could be made through the proxy.
pub fn proxy_failed(error: &TransportError) -> Finding {
    let detail = &error.detail;
    let mut characters = detail.chars();
    let first = characters.next().map(|first| first.to_ascii_uppercase());
    let message = format!("{}.", first.into_iter().chain(characters).collect::<String>());
    let code = if error.kind == ErrorKind::ProxyRefused { Code::ProxyRefused } else { Code::ProxyFailed };
    let advice = match error.advice {
        Some(Advice::GiveProxyPassword) => {
            "Put http://user:password@host:port into a file, name it in --proxy-url-file, and correct the same field of your \
             configuration."
        }
        Some(Advice::CheckProxyPassword) => {
            "Check the user name and the password in the file of --proxy-url-file, where special characters are \
             percent-encoded, and the same field of your configuration."
        }
        Some(Advice::AllowInProxy) => {
            "Have the proxy let this machine connect to this host, without a login by other means."
        }
        _ => "Check the proxy's host and port, and that it runs, accepts this machine and can reach the host.",
    };
    Finding::failed(code, message, advice).transient(error.kind == ErrorKind::TimedOut)
}

/// A host answered a request that it does not act on.
pub fn answered(host: &Host<'_>, http_status: u16, is_secure: bool) -> Result<Finding, Finding> {
    if host.context.network_only && http_status >= 500 {
        let message = format!("The host is unavailable (HTTP {http_status}).");
        return Err(Finding::failed(Code::ServiceUnavailable, message, LATER).transient(true).http_status(http_status));
    }
    let message =
        if is_secure { "The host answers." } else { "The host answers, without TLS: allowed on this machine only." };
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
        return Finding::failed(code, format!("No response: {}.", error.detail), advice);
    }
    if let (ErrorKind::Connection, Some(validity)) = (error.kind, host.validity()) {
        let message =
            format!("The host closed the connection for which it had requested the certificate: {}.", error.detail);
        return Finding::failed(Code::ConnectionClosed, message, closed_advice(&host.name, validity));
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
        ErrorKind::TimedOut => Finding::failed(Code::TimedOut, "No response within 5 s.", AGAIN).transient(true),
        ErrorKind::Connection => {
            Finding::failed(Code::ConnectionClosed, format!("No response: {detail}."), AGAIN).transient(true)
        }
        ErrorKind::TlsAlert => Finding::failed(
            Code::TlsFailed,
            format!("No response: {detail}."),
            "Look for a proxy or a firewall that alters the connection.",
        ),
        ErrorKind::Tls => Finding::failed(
            Code::TlsFailed,
            format!("TLS failed, although it succeeded a moment before: {detail}."),
            "Run this again: several hosts with different certificates seem to answer to the same name.",
        ),
        ErrorKind::InvalidResponse => Finding::failed(
            Code::InvalidResponse,
            format!("What answers is not the service: {detail}."),
            "Look for a proxy in between.",
        ),
        ErrorKind::ProxyRefused => proxy_failed(error),
        ErrorKind::InsecureTransport => Finding::failed(
            Code::InsecureTransport,
            "The host is another machine, to which tokens are not sent in the clear.",
            "Use https://.",
        ),
    }
}

/// A step of signing in that had no answer.
pub fn sign_in_unanswered(step: Step, route: &Route, error: &TransportError) -> Finding {
    let message = format!("{} closed the connection: {}.", route.host, error.detail);
    match (step, error.kind) {
        (Step::ServiceToken, ErrorKind::Connection | ErrorKind::TlsAlert) if !route.wants_certificate => {
            Finding::failed(Code::SignInWithoutCertificate, message, not_mutual(&route.host, None))
        }
        (Step::ServiceToken, ErrorKind::TlsAlert) => Finding::failed(
            Code::TlsClientCertificateRefused,
            message,
            "Check that the certificate is the Business Partner Certificate with its chain.",
        ),
        // The host has answered a connection with the certificate before.
        _ => transport_failed(error),
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
        let is_transient = failure.prospect == Prospect::Transient && outcome.cause != Status::UnexpectedAnswer;
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
