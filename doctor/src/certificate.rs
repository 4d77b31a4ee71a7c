//! Certificates in words: whose, by whom, and which.

use std::time::SystemTime;

use ring::digest::{SHA256, digest};
use serde_json::{Value, json};
use x509_cert::certificate::{CertificateInner, Raw};
use x509_cert::der::Decode;
use x509_cert::name::Name;

use crate::report::rfc3339;

/// What is to be known of a certificate.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CertificateSummary {
    /// As `openssl x509 -fingerprint -sha256` shows it.
    pub fingerprint: String,
    /// `None` where the certificate cannot be read.
    pub content: Option<CertificateContent>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CertificateContent {
    /// In the form of RFC 4514.
    pub subject: String,
    pub issuer: String,
    pub not_before: SystemTime,
    pub not_after: SystemTime,
}

impl CertificateSummary {
    pub fn of(der: &[u8]) -> Self {
        let bytes = digest(&SHA256, der);
        let bytes: Vec<_> = bytes.as_ref().iter().map(|byte| format!("{byte:02X}")).collect();
        let content = CertificateInner::<Raw>::from_der(der).ok().map(|certificate| {
            let certificate = certificate.tbs_certificate();
            CertificateContent {
                subject: words(certificate.subject()),
                issuer: words(certificate.issuer()),
                not_before: certificate.validity().not_before.to_system_time(),
                not_after: certificate.validity().not_after.to_system_time(),
            }
        });
        CertificateSummary { fingerprint: bytes.join(":"), content }
    }

    pub fn subject(&self) -> &str {
        self.content.as_ref().map_or("unreadable", |content| &content.subject)
    }

    pub fn issuer(&self) -> &str {
        self.content.as_ref().map_or("unreadable", |content| &content.issuer)
    }

    /// Whether it names itself as its issuer.
    pub fn is_self_issued(&self) -> bool {
        self.content.as_ref().is_some_and(|content| content.subject == content.issuer)
    }

    /// In a sentence.
    pub fn words(&self) -> String {
        let CertificateSummary { fingerprint, content } = self;
        match content {
            None => format!("SHA-256 {fingerprint}"),
            Some(CertificateContent { subject, .. }) if self.is_self_issued() => {
                format!("{subject}, issued by itself, SHA-256 {fingerprint}")
            }
            Some(CertificateContent { subject, issuer, .. }) => {
                format!("{subject}, issued by {issuer}, SHA-256 {fingerprint}")
            }
        }
    }

    /// The same, of an authority, which issued itself.
    pub fn short(&self) -> String {
        format!("{}, SHA-256 {}", self.subject(), self.fingerprint)
    }

    pub fn json(&self) -> Value {
        let mut object = json!({ "sha256_fingerprint": self.fingerprint });
        if let Some(content) = &self.content {
            object["subject"] = content.subject.clone().into();
            object["issuer"] = content.issuer.clone().into();
            for (name, time) in [("not_before", content.not_before), ("not_after", content.not_after)] {
                if let Some(time) = rfc3339(time) {
                    object[name] = time.into();
                }
            }
        }
        object
    }
}

fn words(name: &Name) -> String {
    let words = name.to_string();
    if words.is_empty() { "a subject without a name".to_owned() } else { words }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_certificate_has_a_fingerprint_only() {
        let summary = CertificateSummary::of(b"");
        assert!(summary.fingerprint.starts_with("E3:B0:C4:42:") && summary.fingerprint.len() == 95);
        assert_eq!((summary.content.as_ref(), summary.subject()), (None, "unreadable"));
    }

    #[test]
    fn subject_issuer_and_dates_are_read() {
        let certificate = rcgen::generate_simple_self_signed(["localhost".to_owned()]).unwrap().cert;
        let summary = CertificateSummary::of(certificate.der());
        assert_eq!(summary.subject(), "CN=rcgen self signed cert");
        assert!(summary.is_self_issued());
        assert!(summary.words().starts_with("CN=rcgen self signed cert, issued by itself, SHA-256 "));
        assert_eq!(summary.json()["not_before"], "1975-01-01T00:00:00Z");
    }
}
