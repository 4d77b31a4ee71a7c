//! What is said about handshakes, and the advice that fits each cause.

use std::time::SystemTime;

use mpa::auth::{Validity, date};
use mpa::http::{ErrorKind, TlsFailure, TlsReason};

use crate::certificate::CertificateSummary;
use crate::codes::Code;
use crate::host::{Host, Role};
use crate::messages::LATER;
use crate::report::Finding;

/// Why there was no handshake.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TlsProblem {
    PlainHttp,
    NotTls,
    Closed,
    TimedOut,
}

/// `wants_certificate`: the host asked for one.
pub fn tls_succeeded(host: &Host<'_>, chain: Vec<CertificateSummary>, wants_certificate: bool) -> Finding {
    let shown = chain.first().map(CertificateSummary::words).unwrap_or_default();
    let finding = match (host.role, wants_certificate) {
        (Role::SignInHost, false) => Finding::warning(
            Code::TlsCertificateNotRequested,
            format!("The host's certificate is valid ({shown}), but the host did not request a client certificate."),
            not_mutual(&host.name, chain.last()),
        ),
        (Role::SignInHost, true) => Finding::ok(format!(
            "The host's certificate is valid ({shown}), and the host requested the client certificate."
        )),
        _ => Finding::ok(format!("The host's certificate is valid ({shown}).")),
    };
    finding.certificates(chain)
}

/// The advice for a host of mutual TLS that did not request the certificate.
pub fn not_mutual(host: &str, last: Option<&CertificateSummary>) -> String {
    let by = last.map_or(String::new(), |last| format!(" (issuer: {})", authority(last)));
    format!(
        "If a proxy intercepts TLS{by}, have {host} exempted from TLS inspection: mutual TLS cannot pass a proxy, even if \
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
            let until = invalid_since(failure.reason, &chain).unwrap_or_default();
            format!("TLS failed: {what} (certificate: {}{until}).", shown.words())
        }
        _ => format!("TLS failed: {what}."),
    };
    let (code, advice) = tls_advice(host, failure, &chain);
    Finding::failed(code, message, advice).certificates(chain)
}

/// The date that a certificate of the chain, perhaps an issuer's, breaks.
fn invalid_since(reason: TlsReason, chain: &[CertificateSummary]) -> Option<String> {
    let now = SystemTime::now();
    let mut contents = chain.iter().filter_map(|shown| shown.content.as_ref());
    match reason {
        TlsReason::Expired => {
            let expired = contents.find(|content| content.not_after < now)?;
            Some(format!(", {} was valid until {}", expired.subject, date(expired.not_after)))
        }
        TlsReason::NotYetValid => {
            let early = contents.find(|content| content.not_before > now)?;
            Some(format!(", {} is valid from {}", early.subject, date(early.not_before)))
        }
        _ => None,
    }
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
            match host.context.ca_certificates {
                Some(path) => format!(
                    "Get the certificate of the authority that {name} uses now: {path} may have one of the same name with \
                     another key."
                ),
                None => format!("Look for a proxy that intercepts TLS, and have {name} exempted from TLS inspection."),
            },
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
    let Host { name, context, .. } = host;
    let by = chain.last().map_or("unknown", authority);
    if host.is_production() {
        let only = "Leave out --ca-only, by which public authorities are not trusted. If that does not help: ";
        return format!("{}{}", if context.ca_only { only } else { "" }, intercepted(host, chain));
    }
    let missing = context.ca_certificates.map(|path| format!(", as {path} does not have it")).unwrap_or_default();
    let proxy = if host.role == Role::SignInHost {
        format!(
            "If a proxy intercepts TLS, have {name} exempted from TLS inspection: mutual TLS cannot pass a proxy, \
             whatever is trusted."
        )
    } else {
        format!("If a proxy intercepts TLS, name its authority there, or have {name} exempted from TLS inspection.")
    };
    format!("If {name} is a server of yours, name its authority ({by}) in --ca-certificates{missing}. {proxy}")
}

/// One of the service's own hosts with a certificate that no public authority issued.
fn intercepted(host: &Host<'_>, chain: &[CertificateSummary]) -> String {
    let name = &host.name;
    let by = chain.last().map_or("unknown", authority);
    let then = if host.role == Role::SignInHost {
        "Naming that authority in --ca-certificates does not help here: mutual TLS cannot pass a proxy."
    } else {
        "Or name that authority in --ca-certificates."
    };
    format!(
        "A proxy seems to intercept TLS: {by} issued the certificate. Have {name} exempted from TLS inspection. {then} If \
         that is a new public authority, update this program and the library: root certificates are compiled in."
    )
}

/// The host ended TLS because of what it was shown, or was not shown.
pub fn client_refused(host: &Host<'_>) -> (Code, String) {
    let advice = match host.validity() {
        Some(validity) => certificate_advice(validity),
        None => format!(
            "Check {}: this host wants a certificate or other ciphers, which the service's hosts of this kind do not.",
            host.role.option()
        ),
    };
    (Code::TlsClientCertificateRefused, advice)
}

/// What to do where the host does not accept the certificate.
fn certificate_advice(validity: Validity) -> String {
    match validity {
        Validity::Expired { since } => {
            format!("Get a new certificate from Partner Center: this one expired on {}.", date(since))
        }
        Validity::NotYetValid { from } => {
            format!("Use the certificate before this one until {}, or set this machine's clock.", date(from))
        }
        Validity::Valid | Validity::ExpiresSoon { .. } => {
            "Check that the certificate is the Business Partner Certificate with its chain; it may have been revoked."
                .to_owned()
        }
    }
}

/// What to do where the connection that uses the certificate is closed without a word.
pub fn closed_advice(host: &str, validity: Validity) -> String {
    format!(
        "{} If a proxy intercepts TLS, have {host} exempted: mutual TLS cannot pass a proxy.",
        certificate_advice(validity)
    )
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
                Some(validity) => closed_advice(name, validity),
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
