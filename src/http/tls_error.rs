//! What each failure of TLS means, and what to do: one table for certificates, one for alerts, one for
//! the rest.

use std::borrow::Cow;

use rustls::{AlertDescription, CertificateError, Error, InvalidMessage, PeerIncompatible};

use super::error::{ErrorKind, Source};
use crate::outcome::Advice;

/// What a failure of TLS has to do with, for a program that words its own advice.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TlsReason {
    UnknownIssuer,
    /// The certificate is an authority's own (CA:TRUE), as `openssl req -x509` makes it.
    OwnAuthority,
    /// The certificate was not signed by the authority that it names.
    BadSignature,
    /// X.509 version 1.
    Version1,
    Expired,
    NotYetValid,
    OtherName,
    /// Something else about the server's certificate.
    Certificate,
    /// The server does not accept what the client showed, or did not show, to prove who it is.
    Client,
    NotTls,
    Other,
}

/// A failure of TLS in words, as ends of a sentence about the server.
#[derive(Clone, Debug)]
pub struct TlsFailure {
    pub kind: ErrorKind,
    pub reason: TlsReason,
    pub what: Cow<'static, str>,
    /// What was expected, or what else to do; may be empty.
    hint: &'static str,
}

impl TlsReason {
    /// What to do about it, where that takes the configuration.
    pub fn advice(self) -> Option<Advice> {
        match self {
            TlsReason::UnknownIssuer => Some(Advice::TrustIssuer),
            TlsReason::BadSignature => Some(Advice::CheckAuthority),
            TlsReason::OwnAuthority => Some(Advice::TrustCertificate),
            _ => None,
        }
    }
}

impl TlsFailure {
    pub fn of(error: &Error) -> Self {
        let (reason, what, hint) = match error {
            Error::InvalidCertificate(error) => certificate(error),
            Error::AlertReceived(alert) => {
                let reason = if ends_handshake(*alert) { TlsReason::Client } else { TlsReason::Other };
                let what = alert_sentence(*alert).into();
                return TlsFailure { kind: ErrorKind::TlsAlert, reason, what, hint: "" };
            }
            other => protocol(other),
        };
        TlsFailure { kind: ErrorKind::Tls, reason, what: what.into(), hint }
    }
}

pub fn tls_source(error: &Error) -> Source {
    let TlsFailure { kind, reason, what, hint } = TlsFailure::of(error);
    let detail = if hint.is_empty() { what.into_owned() } else { format!("{what}; {hint}") };
    Source { advice: reason.advice(), tls_reason: Some(reason), ..Source::new(kind, detail) }
}

/// Whether an alert says that the server did not accept the client's part of a handshake. Others may
/// also come later, when a request was read.
pub fn ends_handshake(alert: AlertDescription) -> bool {
    use AlertDescription as Alert;
    matches!(
        alert,
        Alert::BadCertificate
            | Alert::UnsupportedCertificate
            | Alert::CertificateRevoked
            | Alert::CertificateExpired
            | Alert::CertificateUnknown
            | Alert::UnknownCA
            | Alert::AccessDenied
            | Alert::DecryptError
            | Alert::HandshakeFailure
            | Alert::CertificateRequired
    )
}

/// A reason, what is the case, and a hint.
type Row = (TlsReason, &'static str, &'static str);

fn certificate(error: &CertificateError) -> Row {
    use CertificateError as E;
    let what = match error {
        E::UnknownIssuer => {
            return (TlsReason::UnknownIssuer, "its certificate was issued by an authority that is not trusted", "");
        }
        E::Expired | E::ExpiredContext { .. } => {
            return (TlsReason::Expired, "its certificate has expired, or this machine's clock is wrong", "");
        }
        E::NotValidYet | E::NotValidYetContext { .. } => {
            return (TlsReason::NotYetValid, "its certificate is not valid yet, or this machine's clock is wrong", "");
        }
        E::NotValidForName | E::NotValidForNameContext { .. } => {
            return (
                TlsReason::OtherName,
                "its certificate is for another name than the endpoint's",
                "expected the name among its subject alternative names",
            );
        }
        E::BadSignature => {
            return (TlsReason::BadSignature, "its certificate was not signed by the authority that it names", "");
        }
        E::Other(other) => return other.0.downcast_ref().map_or(UNKNOWN_CERTIFICATE, path),
        E::UnsupportedSignatureAlgorithmContext { .. } | E::UnsupportedSignatureAlgorithmForPublicKeyContext { .. } => {
            return UNSUPPORTED_SIGNATURE;
        }
        #[allow(deprecated)]
        E::UnsupportedSignatureAlgorithm => return UNSUPPORTED_SIGNATURE,
        E::InvalidPurpose | E::InvalidPurposeContext { .. } => {
            return (
                TlsReason::Certificate,
                "its certificate is not for servers",
                "expected the extended key usage serverAuth",
            );
        }
        E::BadEncoding => "its certificate is damaged, or is not X.509",
        E::Revoked => "its certificate was revoked",
        E::UnhandledCriticalExtension => "its certificate has a critical extension that is not supported",
        E::UnknownRevocationStatus | E::ExpiredRevocationList | E::ExpiredRevocationListContext { .. } => {
            "whether its certificate was revoked could not be found out"
        }
        E::InvalidOcspResponse => "the proof that its certificate was not revoked (OCSP) is not valid",
        E::ApplicationVerificationFailure => "its certificate was refused",
        _ => return UNKNOWN_CERTIFICATE,
    };
    (TlsReason::Certificate, what, "")
}

const UNKNOWN_CERTIFICATE: Row =
    (TlsReason::Certificate, "its certificate is not acceptable", "check it with `openssl x509 -text`");

const UNSUPPORTED_SIGNATURE: Row = (
    TlsReason::Certificate,
    "its certificate has a key or a signature that is not supported",
    "expected RSA of 2048 bits or more, P-256, P-384 or Ed25519, and SHA-256 or longer",
);

/// Failures on the way from a certificate to its authority.
fn path(error: &webpki::Error) -> Row {
    use webpki::Error as E;
    let what = match error {
        E::CaUsedAsEndEntity => {
            return (
                TlsReason::OwnAuthority,
                "its certificate says that it is an authority's (CA:TRUE), as `openssl req -x509` makes it",
                "",
            );
        }
        E::UnsupportedCertVersion => {
            return (
                TlsReason::Version1,
                "its certificate is of X.509 version 1",
                "expected version 3 (`openssl x509 -req` makes it with -extfile)",
            );
        }
        E::EndEntityUsedAsCa => "its chain has a certificate in the place of an authority's that is none (no CA:TRUE)",
        E::BadDer | E::BadDerTime | E::TrailingData(_) | E::MalformedExtensions | E::ExtensionValueInvalid => {
            "its certificate is damaged"
        }
        E::InvalidSerialNumber => "its certificate has a serial number that is negative or too long",
        E::InvalidCertValidity => "its certificate ends before it begins to be valid",
        E::MalformedDnsIdentifier | E::UnsupportedNameType => "its certificate has a name that is malformed",
        E::NameConstraintViolation
        | E::MalformedNameConstraint
        | E::InvalidNetworkMaskConstraint
        | E::MaximumNameConstraintComparisonsExceeded => {
            "its certificate has a name that its authority may not vouch for (name constraints)"
        }
        E::PathLenConstraintViolated | E::MaximumPathDepthExceeded => "its chain of certificates is too long",
        E::MaximumPathBuildCallsExceeded | E::MaximumSignatureChecksExceeded => {
            "its chain of certificates takes too much work to be checked"
        }
        E::SignatureAlgorithmMismatch => "its certificate names two different signature algorithms",
        E::EmptyEkuExtension => "its certificate has an empty extended key usage; expected serverAuth",
        E::UnsupportedCriticalExtension => "its certificate has a critical extension that is not supported",
        E::CertDistrusted => "its certificate was issued by an authority that is not trusted any more",
        _ => return UNKNOWN_CERTIFICATE,
    };
    (TlsReason::Certificate, what, "")
}

/// Alerts by their number (RFC 8446, section 6, and RFC 5246), and what they mean to a client.
const ALERTS: &[(AlertDescription, &str, &str)] = {
    use AlertDescription as Alert;
    const PROTOCOL: &str = "it did not understand what was sent; check that no proxy or firewall alters the connection";
    const CERTIFICATE: &str = "it does not accept the certificate that was shown to it";
    &[
        (Alert::CloseNotify, "close_notify", "it closed the connection"),
        (Alert::UnexpectedMessage, "unexpected_message", PROTOCOL),
        (Alert::BadRecordMac, "bad_record_mac", PROTOCOL),
        (Alert::DecryptionFailed, "decryption_failed", PROTOCOL),
        (Alert::RecordOverflow, "record_overflow", PROTOCOL),
        (Alert::DecompressionFailure, "decompression_failure", PROTOCOL),
        (
            Alert::HandshakeFailure,
            "handshake_failure",
            "it accepts none of the ciphers offered, or wants a certificate that was not shown; expected TLS 1.2 or \
             1.3 with AES-GCM or ChaCha20",
        ),
        (Alert::NoCertificate, "no_certificate", "it wants a certificate, and none was shown"),
        (Alert::BadCertificate, "bad_certificate", CERTIFICATE),
        (
            Alert::UnsupportedCertificate,
            "unsupported_certificate",
            "it does not support the kind of certificate that was shown to it",
        ),
        (Alert::CertificateRevoked, "certificate_revoked", "the certificate that was shown to it was revoked"),
        (Alert::CertificateExpired, "certificate_expired", "the certificate that was shown to it has expired"),
        (Alert::CertificateUnknown, "certificate_unknown", CERTIFICATE),
        (Alert::IllegalParameter, "illegal_parameter", PROTOCOL),
        (Alert::UnknownCA, "unknown_ca", "it does not trust the authority of the certificate that was shown to it"),
        (
            Alert::AccessDenied,
            "access_denied",
            "it denies access to the holder of the certificate that was shown to it",
        ),
        (Alert::DecodeError, "decode_error", PROTOCOL),
        (Alert::DecryptError, "decrypt_error", "it could not verify the signature of the client"),
        (Alert::ExportRestriction, "export_restriction", PROTOCOL),
        (Alert::ProtocolVersion, "protocol_version", "it speaks neither TLS 1.2 nor 1.3"),
        (Alert::InsufficientSecurity, "insufficient_security", "it wants stronger ciphers than those offered"),
        (Alert::InternalError, "internal_error", "it has failed; try again later"),
        (Alert::InappropriateFallback, "inappropriate_fallback", PROTOCOL),
        (Alert::UserCanceled, "user_canceled", "it cancelled the handshake"),
        (Alert::NoRenegotiation, "no_renegotiation", PROTOCOL),
        (Alert::MissingExtension, "missing_extension", PROTOCOL),
        (Alert::UnsupportedExtension, "unsupported_extension", PROTOCOL),
        (Alert::CertificateUnobtainable, "certificate_unobtainable", CERTIFICATE),
        (Alert::UnrecognisedName, "unrecognized_name", "it does not serve the host's name; check the endpoint"),
        (Alert::BadCertificateStatusResponse, "bad_certificate_status_response", PROTOCOL),
        (Alert::BadCertificateHashValue, "bad_certificate_hash_value", PROTOCOL),
        (Alert::UnknownPSKIdentity, "unknown_psk_identity", PROTOCOL),
        (Alert::CertificateRequired, "certificate_required", "it wants a certificate, and none was shown"),
        (Alert::NoApplicationProtocol, "no_application_protocol", "it does not speak HTTP/1.1 here"),
        (Alert::EncryptedClientHelloRequired, "ech_required", "it wants the host's name to be encrypted"),
    ]
};

fn alert_sentence(alert: AlertDescription) -> String {
    let number = u8::from(alert);
    match ALERTS.iter().find(|(known, ..)| *known == alert) {
        Some((_, name, meaning)) => format!("it ended TLS with the alert {name} ({number}): {meaning}"),
        None => format!("it ended TLS with the alert {number}"),
    }
}

fn protocol(error: &Error) -> Row {
    let what = match error {
        Error::InvalidMessage(
            InvalidMessage::InvalidContentType
            | InvalidMessage::UnknownProtocolVersion
            | InvalidMessage::MessageTooLarge,
        ) => {
            return (
                TlsReason::NotTls,
                "what it sent is not TLS",
                "check the port, and whether the endpoint is to be http://",
            );
        }
        Error::InvalidMessage(_)
        | Error::InappropriateMessage { .. }
        | Error::InappropriateHandshakeMessage { .. }
        | Error::PeerMisbehaved(_)
        | Error::PeerSentOversizedRecord
        | Error::DecryptError => "it broke the rules of TLS; check that no proxy or firewall alters the connection",
        Error::PeerIncompatible(
            PeerIncompatible::ServerTlsVersionIsDisabledByOurConfig
            | PeerIncompatible::SupportedVersionsExtensionRequired,
        ) => "it speaks an old version of TLS; expected TLS 1.2 or 1.3",
        Error::PeerIncompatible(_) => {
            "it shares no cipher, key exchange or signature algorithm with this library; expected TLS 1.2 or 1.3 with \
             AES-GCM or ChaCha20, and ECDHE"
        }
        Error::NoCertificatesPresented => "it showed no certificate",
        Error::UnsupportedNameType => "the endpoint's host is neither a name nor an address",
        Error::NoApplicationProtocol => "it does not speak HTTP/1.1 here",
        Error::FailedToGetCurrentTime => "this machine's clock could not be read",
        Error::FailedToGetRandomBytes => "this machine's random numbers could not be read",
        Error::InconsistentKeys(_) => "the private key does not belong to the certificate that is to be shown",
        // The others are of features that are not used, or defects of this library.
        _ => "TLS failed within this library",
    };
    (TlsReason::Other, what, "")
}

#[cfg(test)]
#[path = "tls_error_tests.rs"]
mod tests;
