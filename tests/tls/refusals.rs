//! Handshakes that one of both sides does not accept, and the certificate that people make first.

use std::process::Command;

use mpa::ffi::client::{MPA_CA_ADDED, MPA_CA_ONLY};
use mpa_tests::build::run;
use mpa_tests::c::Client;

use super::{Certificates, nginx, s_server};

/// In TLS 1.3 a client may send its request before the server has asked for a certificate.
#[test]
fn a_server_that_wants_a_certificate_has_acted_on_nothing() {
    let certificates = Certificates::make("required");
    for protocol in ["-tls1_2", "-tls1_3"] {
        for _ in 0..5 {
            let server =
                s_server(&certificates, &format!("{protocol} -Verify 2 -verify_return_error -CAfile authority.pem"));
            let client = Client::open(&certificates.trusting(&server.endpoint(), "authority.pem", MPA_CA_ONLY));
            let outcome = client.invite_many(3);
            let context = format!("{protocol}: {}", outcome.message);
            assert_eq!((outcome.status, outcome.counts()), ("MPA_ERROR_TLS_FAILED", (0, 0, 0)), "{context}");
            assert_eq!(outcome.result.retryable, 0, "{context}");
            assert!(outcome.message.contains("so nothing of it happened: it ended TLS with the alert "), "{context}");
            let alert = if protocol == "-tls1_3" { "certificate_required (116)" } else { "handshake_failure (40)" };
            assert!(outcome.message.contains(alert), "{context}");
        }
    }
}

/// As `openssl req -x509` makes it without any option: the certificate of an authority.
fn self_signed(certificates: &Certificates, name: &str, host: &str) {
    let arguments = format!(
        "req -x509 -newkey rsa:2048 -nodes -keyout {name}.key -out {name}.pem -days 30 -subj /CN={host} -addext \
         subjectAltName=DNS:{host}"
    );
    run(Command::new("openssl").args(arguments.split(' ')).current_dir(&certificates.folder));
}

#[test]
fn a_self_signed_certificate_that_is_named_is_trusted() {
    let certificates = Certificates::make("self-signed");
    for (name, host) in [("own", "localhost"), ("another", "localhost"), ("elsewhere", "elsewhere.example")] {
        self_signed(&certificates, name, host);
    }
    let server = |name: &str| {
        std::fs::copy(certificates.path(&format!("{name}.pem")), certificates.path("server.pem")).unwrap();
        std::fs::copy(certificates.path(&format!("{name}.key")), certificates.path("server.key")).unwrap();
        nginx(&certificates, "")
    };
    let ask = |endpoint: &str, named: &str, mode| {
        let outcome = Client::open(&certificates.trusting(endpoint, named, mode)).invite_many(1);
        (outcome.status, outcome.message)
    };
    let (own, _) = server("own");
    for mode in [MPA_CA_ONLY, MPA_CA_ADDED] {
        let (status, message) = ask(&own.endpoint(), "own.pem", mode);
        assert_eq!(status, "MPA_OK", "{message}");
    }
    // Of the same name, with another key.
    let (status, message) = ask(&own.endpoint(), "another.pem", MPA_CA_ONLY);
    assert_eq!(status, "MPA_ERROR_TLS_FAILED", "{message}");
    let (status, message) = ask(&own.endpoint(), "authority.pem", MPA_CA_ONLY);
    assert_eq!(status, "MPA_ERROR_TLS_FAILED", "{message}");
    assert!(message.contains("name that same certificate in config.ca_certificates_path"), "{message}");
    let (elsewhere, _) = server("elsewhere");
    let (status, message) = ask(&elsewhere.endpoint(), "elsewhere.pem", MPA_CA_ONLY);
    assert_eq!(status, "MPA_ERROR_TLS_FAILED", "{message}");
    assert!(message.contains("is for another name"), "{message}");
}
