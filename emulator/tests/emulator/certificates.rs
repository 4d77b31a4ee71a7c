//! Who is let in by the sign-in service, and what its certificates are good for.

use std::io::{Read, Write};
use std::time::{Duration, SystemTime};

use mpa_emulator::{Emulator, NO_TITLE, PartnerCertificate};
use tokio_rustls::rustls::version::{TLS12, TLS13};

use crate::partner::{authenticate, connect, start};
use crate::signer::Signer;

const DAY: Duration = Duration::from_secs(86_400);

/// What a client reads first with TLS 1.2 and 1.3: the beginning of an answer, or what TLS says.
fn receives(emulator: &Emulator, identity: Option<&PartnerCertificate>) -> [String; 2] {
    [&TLS12, &TLS13].map(|version| {
        let url = emulator.sign_in().unwrap().url();
        let mut beginning = [0; 12];
        // With TLS 1.3 the refusal comes when the client thinks that all is well.
        let heard = connect(emulator, url, identity, version).and_then(|mut stream| {
            stream.write_all(&authenticate(&Signer::new()).to_bytes())?;
            stream.read_exact(&mut beginning)
        });
        match heard {
            Ok(()) => String::from_utf8_lossy(&beginning).into_owned(),
            Err(error) => error.to_string(),
        }
    })
}

fn issue(emulator: &Emulator, not_before: SystemTime, not_after: SystemTime) -> PartnerCertificate {
    emulator.sign_in().unwrap().issue_partner_certificate(not_before, not_after).unwrap()
}

#[test]
fn partners_are_let_in() {
    let emulator = start();
    let now = SystemTime::now();
    let own = emulator.sign_in().unwrap().partner().clone();
    for identity in [own, issue(&emulator, now - DAY, now + DAY)] {
        assert_eq!(receives(&emulator, Some(&identity)), ["HTTP/1.1 200"; 2]);
    }
}

#[test]
fn other_certificates_are_refused() {
    let emulator = start();
    let stranger = start();
    let own = emulator.sign_in().unwrap().partner();
    let end = own.chain_pem.find("-----END CERTIFICATE-----\n").unwrap() + "-----END CERTIFICATE-----\n".len();
    let without_chain = PartnerCertificate { chain_pem: own.chain_pem[..end].to_owned(), ..own.clone() };
    let now = SystemTime::now();
    let refused = [
        (None, "CertificateRequired"),
        (stranger.sign_in().map(|sign_in| sign_in.partner().clone()), "UnknownCA"),
        (Some(without_chain), "UnknownCA"),
        (Some(issue(&emulator, now - 2 * DAY, now - DAY)), "CertificateExpired"),
        (Some(issue(&emulator, now + DAY, now + 2 * DAY)), "CertificateExpired"),
    ];
    for (identity, alert) in refused {
        let heard = receives(&emulator, identity.as_ref());
        let expected = format!("received fatal alert: {alert}");
        assert_eq!(heard, [expected.clone(), expected]);
    }
    assert!(emulator.requests(NO_TITLE).is_empty());
}

#[test]
fn a_certificate_expires_by_the_clock_of_the_emulator() {
    let emulator = start();
    emulator.set_clock_offset(549 * 86_400_000);
    let own = emulator.sign_in().unwrap().partner();
    assert!(receives(&emulator, Some(own)).iter().all(|heard| heard.contains("Expired")));
    emulator.set_clock_offset(-2 * 86_400_000);
    assert!(receives(&emulator, Some(own)).iter().all(|heard| heard.contains("alert")));
    emulator.set_clock_offset(0);
    assert_eq!(receives(&emulator, Some(own)), ["HTTP/1.1 200"; 2]);
}

#[test]
fn the_key_is_not_shown_by_accident() {
    let emulator = start();
    let shown = format!("{:?} {:?}", emulator.sign_in().unwrap(), emulator.sign_in().unwrap().partner());
    assert!(!shown.contains("PRIVATE"), "{shown}");
}
