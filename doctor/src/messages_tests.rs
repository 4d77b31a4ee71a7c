use std::sync::Arc;
use std::time::Duration;

use mpa::auth::ServiceClock;
use mpa::http::{BaseUrl, CaMode, Sent, Settings, Shared, TlsFailure, Trust, USUAL_IDLE_CONNECTIONS};
use rcgen::{CertificateParams, KeyPair};

use super::*;
use crate::certificate::CertificateSummary;
use crate::host::CheckContext;
use crate::host::Role;
use crate::tls_messages::tls_failed;

const PRODUCTION: &str = "https://service.auth.xboxlive.com";

/// Has a host of this URL looked at.
fn with_host<T>(
    role: Role,
    url: &str,
    change: impl FnOnce(&mut CheckContext<'_>),
    look: impl FnOnce(&Host<'_>) -> T,
) -> T {
    let shared = Arc::<Shared>::default();
    let settings = Settings {
        trust: Trust::in_certificates(&shared.tls, Vec::new(), CaMode::Added).unwrap(),
        shared,
        client_certificate: None,
        allow_plain_http: false,
        user_agent: "tests".parse().unwrap(),
        connect_timeout: Duration::from_secs(1),
        max_idle_connections: USUAL_IDLE_CONNECTIONS,
        proxy: None,
    };
    let mut context = CheckContext {
        settings: &settings,
        clock: &ServiceClock::default(),
        ca_certificates: None,
        ca_only: false,
        proxy_variables: &[],
        network_only: false,
    };
    change(&mut context);
    let base = BaseUrl::parse(url, true).unwrap();
    look(&Host::new(role, &base, None, &context).unwrap())
}

fn failure(error: rustls::CertificateError) -> TlsFailure {
    TlsFailure::of(&rustls::Error::InvalidCertificate(error))
}

fn certificate(issuer: &str, subject: &str) -> CertificateSummary {
    let params = |name: &str| {
        let mut params = CertificateParams::new(vec!["host.example".to_owned()]).unwrap();
        params.distinguished_name.push(rcgen::DnType::CommonName, name);
        params
    };
    let key = KeyPair::generate().unwrap();
    let certificate = if issuer == subject {
        params(subject).self_signed(&key).unwrap()
    } else {
        let issuer = rcgen::Issuer::new(params(issuer), KeyPair::generate().unwrap());
        params(subject).signed_by(&key, &issuer).unwrap()
    };
    CertificateSummary::of(certificate.der())
}

/// A peer that shows a private certificate in the name of the service opens TLS in between: to trust it is an
/// advice only where no certificate has to pass.
#[test]
fn a_private_certificate_of_a_production_host_is_a_proxys() {
    for (issuer, subject, code) in [("Proxy", "host", Code::TlsUnknownIssuer), ("Proxy", "Proxy", Code::TlsSelfSigned)]
    {
        for (role, words) in [
            (Role::Service, "Or name that authority in --ca-certificates."),
            (Role::SignInHost, "does not help here: mutual TLS cannot pass a proxy."),
        ] {
            let finding = with_host(
                role,
                PRODUCTION,
                |_| {},
                |host| {
                    tls_failed(
                        host,
                        &failure(rustls::CertificateError::UnknownIssuer),
                        vec![certificate(issuer, subject)],
                    )
                },
            );
            assert_eq!(finding.code, code);
            let advice = &finding.advice;
            assert!(advice.starts_with("A proxy seems to intercept TLS: CN=Proxy issued "), "{advice}");
            assert!(advice.contains(words) && !advice.contains("server of yours"), "{advice}");
        }
    }
}

#[test]
fn without_public_authorities_that_is_said_first() {
    let advice = with_host(
        Role::Service,
        PRODUCTION,
        |context| context.ca_only = true,
        |host| {
            tls_failed(host, &failure(rustls::CertificateError::UnknownIssuer), vec![certificate("Root", "host")])
                .advice
        },
    );
    assert!(advice.starts_with("Leave out --ca-only, "), "{advice}");
}

/// All that the library's table knows has an advice, in the names of this program's options.
#[test]
fn every_reason_has_an_advice_without_names_of_fields() {
    use rustls::CertificateError as E;
    let alert = |number| TlsFailure::of(&rustls::Error::AlertReceived(rustls::AlertDescription::from(number)));
    let failures = [E::UnknownIssuer, E::Expired, E::NotValidYet, E::NotValidForName, E::BadSignature, E::Revoked]
        .map(failure)
        .into_iter()
        .chain([alert(116), alert(42), alert(70), TlsFailure::of(&rustls::Error::DecryptError)]);
    for failure in failures {
        for role in [Role::Service, Role::TokenHost, Role::SignInHost] {
            let finding = with_host(
                role,
                "https://host.example",
                |_| {},
                |host| tls_failed(host, &failure, vec![certificate("Root", "host")]),
            );
            assert_has_no_field(&finding);
        }
    }
}

#[test]
fn every_transport_error_has_an_advice_without_names_of_fields() {
    for kind in [
        ErrorKind::Connection,
        ErrorKind::Tls,
        ErrorKind::TlsAlert,
        ErrorKind::TimedOut,
        ErrorKind::InvalidResponse,
        ErrorKind::InsecureTransport,
        ErrorKind::ProxyRefused,
    ] {
        let error = TransportError {
            kind,
            sent: Sent::Nothing,
            was_connected: true,
            detail: "it broke".to_owned(),
            advice: None,
        };
        assert_has_no_field(&transport_failed(&error));
        let finding = with_host(Role::TokenHost, PRODUCTION, |_| {}, |host| unanswered(host, &error, || false));
        assert_has_no_field(&finding);
        // What answers for the first time may be a firewall.
        assert_eq!(finding.details.is_transient, kind == ErrorKind::TimedOut, "{kind:?}");
    }
}

#[track_caller]
fn assert_has_no_field(finding: &Finding) {
    let said = format!("{} {}", finding.message, finding.advice);
    for field in ["config.", "ca_certificates", "allow_plain_http", "sandbox_id", "relying_party"] {
        assert!(!said.contains(field), "{said}");
    }
    assert!(finding.advice.ends_with('.') && finding.message.ends_with('.'), "{said}");
}

#[test]
fn a_host_that_cannot_serve_fails_where_nothing_else_is_checked() {
    for (network_only, http_status, is_failed) in
        [(true, 503, true), (true, 401, false), (false, 503, false), (true, 499, false)]
    {
        let result = with_host(
            Role::Service,
            PRODUCTION,
            |context| context.network_only = network_only,
            |host| answered(host, http_status, true),
        );
        assert_eq!(result.as_ref().is_err_and(|finding| finding.details.is_transient), is_failed, "{http_status}");
    }
}
