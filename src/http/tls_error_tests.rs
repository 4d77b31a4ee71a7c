use std::sync::Arc;

use rustls::pki_types::{ServerName, UnixTime};
use rustls::{
    CertRevocationListError, EncryptedClientHelloError, ExtendedKeyPurpose, InconsistentKeys, OtherError,
    PeerMisbehaved,
};

use super::*;

/// A sentence for people: no name of a type, no debug text.
#[track_caller]
fn check(error: &Error) -> String {
    let detail = tls_source(error).detail;
    let words_of_types = detail.split(|c: char| !c.is_alphanumeric()).filter(|word| {
        let humps = word.chars().skip(1).filter(char::is_ascii_uppercase).count();
        humps > 0 && humps + 1 < word.len() && word.chars().any(|c| c.is_ascii_lowercase())
    });
    let allowed = ["ChaCha20", "serverAuth", "subjectAltName", "basicConstraints", "extfile"];
    let unexpected: Vec<_> = words_of_types.filter(|word| !allowed.contains(word)).collect();
    assert!(unexpected.is_empty(), "{error:?}: {detail}");
    assert!(!detail.contains(['{', '[', '"']) && detail.len() > 20 && !detail.ends_with('.'), "{error:?}: {detail}");
    detail
}

fn certificate_errors() -> Vec<CertificateError> {
    use CertificateError as E;
    let time = UnixTime::since_unix_epoch(std::time::Duration::from_secs(1));
    vec![
        E::BadEncoding,
        E::Expired,
        E::ExpiredContext { time, not_after: time },
        E::NotValidYet,
        E::NotValidYetContext { time, not_before: time },
        E::Revoked,
        E::UnhandledCriticalExtension,
        E::UnknownIssuer,
        E::UnknownRevocationStatus,
        E::ExpiredRevocationList,
        E::ExpiredRevocationListContext { time, next_update: time },
        E::BadSignature,
        #[allow(deprecated)]
        E::UnsupportedSignatureAlgorithm,
        E::UnsupportedSignatureAlgorithmContext { signature_algorithm_id: vec![1], supported_algorithms: vec![] },
        E::UnsupportedSignatureAlgorithmForPublicKeyContext {
            signature_algorithm_id: vec![1],
            public_key_algorithm_id: vec![2],
        },
        E::NotValidForName,
        E::NotValidForNameContext {
            expected: ServerName::try_from("a.example").unwrap(),
            presented: vec!["DnsName(\"b\")".to_owned()],
        },
        E::InvalidPurpose,
        E::InvalidPurposeContext { required: ExtendedKeyPurpose::ServerAuth, presented: vec![] },
        E::InvalidOcspResponse,
        E::ApplicationVerificationFailure,
        E::Other(OtherError(Arc::new(std::io::Error::other("SomeType(1)")))),
    ]
}

/// All that has no data of its own; the others become an error of rustls that is in the list above.
fn path_errors() -> Vec<webpki::Error> {
    use webpki::Error as E;
    vec![
        E::BadDer,
        E::BadDerTime,
        E::CaUsedAsEndEntity,
        E::CertDistrusted,
        E::CertRevoked,
        E::EmptyEkuExtension,
        E::EndEntityUsedAsCa,
        E::ExtensionValueInvalid,
        E::InvalidCertValidity,
        E::InvalidCrlNumber,
        E::InvalidNetworkMaskConstraint,
        E::InvalidSerialNumber,
        E::InvalidCrlSignatureForPublicKey,
        E::InvalidSignatureForPublicKey,
        E::IssuerNotCrlSigner,
        E::MalformedDnsIdentifier,
        E::MalformedExtensions,
        E::MalformedNameConstraint,
        E::MaximumNameConstraintComparisonsExceeded,
        E::MaximumPathBuildCallsExceeded,
        E::MaximumPathDepthExceeded,
        E::MaximumSignatureChecksExceeded,
        E::NameConstraintViolation,
        E::PathLenConstraintViolated,
        E::SignatureAlgorithmMismatch,
        E::UnknownIssuer,
        E::UnknownRevocationStatus,
        E::UnsupportedCertVersion,
        E::UnsupportedCriticalExtension,
        E::UnsupportedCrlIssuingDistributionPoint,
        E::UnsupportedCrlVersion,
        E::UnsupportedDeltaCrl,
        E::UnsupportedIndirectCrl,
        E::UnsupportedNameType,
        E::UnsupportedRevocationReason,
        E::UnsupportedRevocationReasonsPartitioning,
    ]
}

#[test]
fn every_failure_of_a_certificate_has_a_sentence_about_it() {
    let errors = certificate_errors().into_iter();
    let paths = path_errors().into_iter().map(|error| CertificateError::Other(OtherError(Arc::new(error))));
    for error in errors.chain(paths) {
        let error = Error::InvalidCertificate(error);
        let detail = check(&error);
        assert_eq!(tls_source(&error).kind, ErrorKind::Tls);
        assert!(detail.contains("certificate") || detail.contains("chain"), "{detail}");
    }
}

#[test]
fn what_a_person_can_act_on_has_words_of_its_own() {
    let unknown = [UNKNOWN_CERTIFICATE];
    for error in path_errors() {
        use webpki::Error as E;
        let is_about_revocation = format!("{error:?}").contains("Crl") || format!("{error:?}").contains("Revocation");
        // These become other errors of rustls before, or belong to lists of revocations, which are not used.
        let is_elsewhere = matches!(
            error,
            E::CertRevoked | E::InvalidSignatureForPublicKey | E::UnknownIssuer | E::UnsupportedDeltaCrl
        );
        assert_eq!(unknown.contains(&path(&error)), is_about_revocation || is_elsewhere, "{error:?}");
    }
}

#[test]
fn every_alert_has_its_name_and_its_meaning() {
    for number in 0..=255 {
        let alert = AlertDescription::from(number);
        let error = Error::AlertReceived(alert);
        let detail = check(&error);
        assert_eq!(tls_source(&error).kind, ErrorKind::TlsAlert);
        assert!(detail.contains(&number.to_string()), "{detail}");
        let is_known = !matches!(alert, AlertDescription::Unknown(_));
        assert_eq!(detail.contains(": "), is_known, "{detail}");
    }
}

#[test]
fn every_other_failure_has_a_sentence() {
    let others = [
        Error::InvalidEncryptedClientHello(EncryptedClientHelloError::InvalidConfigList),
        Error::InvalidMessage(InvalidMessage::InvalidContentType),
        Error::InvalidMessage(InvalidMessage::MissingData("X")),
        Error::NoCertificatesPresented,
        Error::UnsupportedNameType,
        Error::DecryptError,
        Error::EncryptError,
        Error::PeerIncompatible(PeerIncompatible::NoCipherSuitesInCommon),
        Error::PeerIncompatible(PeerIncompatible::ServerTlsVersionIsDisabledByOurConfig),
        Error::PeerMisbehaved(PeerMisbehaved::InvalidKeyShare),
        Error::InvalidCertRevocationList(CertRevocationListError::BadSignature),
        Error::General("SomeType(1)".to_owned()),
        Error::FailedToGetCurrentTime,
        Error::FailedToGetRandomBytes,
        Error::HandshakeNotComplete,
        Error::PeerSentOversizedRecord,
        Error::NoApplicationProtocol,
        Error::BadMaxFragmentSize,
        Error::InconsistentKeys(InconsistentKeys::KeyMismatch),
        Error::Other(OtherError(Arc::new(std::io::Error::other("SomeType(1)")))),
    ];
    for error in others {
        check(&error);
        assert_eq!(tls_source(&error).kind, ErrorKind::Tls);
    }
}

#[test]
fn only_what_belongs_to_a_handshake_ends_it() {
    for (number, ends) in [
        (42, true),
        (46, true),
        (48, true),
        (49, true),
        (116, true),
        (40, true),
        (80, false),
        (0, false),
        (20, false),
        (90, false),
    ] {
        assert_eq!(ends_handshake(AlertDescription::from(number)), ends, "{number}");
    }
}

#[test]
fn what_has_an_advice_of_its_own_has_a_reason_and_no_name_of_a_field() {
    use CertificateError as E;
    let other = |error: webpki::Error| E::Other(OtherError(Arc::new(error)));
    for (error, reason) in [
        (E::UnknownIssuer, TlsReason::UnknownIssuer),
        (E::BadSignature, TlsReason::BadSignature),
        (E::Expired, TlsReason::Expired),
        (E::NotValidYet, TlsReason::NotYetValid),
        (E::NotValidForName, TlsReason::OtherName),
        (E::Revoked, TlsReason::Certificate),
        (other(webpki::Error::CaUsedAsEndEntity), TlsReason::OwnAuthority),
        (other(webpki::Error::UnsupportedCertVersion), TlsReason::Version1),
        (other(webpki::Error::BadDer), TlsReason::Certificate),
    ] {
        assert_eq!(TlsFailure::of(&Error::InvalidCertificate(error)).reason, reason);
    }
    for (error, reason) in [
        (Error::AlertReceived(AlertDescription::CertificateRequired), TlsReason::Client),
        (Error::AlertReceived(AlertDescription::ProtocolVersion), TlsReason::Other),
        (Error::InvalidMessage(InvalidMessage::InvalidContentType), TlsReason::NotTls),
        (Error::DecryptError, TlsReason::Other),
    ] {
        assert_eq!(TlsFailure::of(&error).reason, reason);
    }
    let paths = path_errors().into_iter().map(other);
    for error in certificate_errors().into_iter().chain(paths) {
        let failure = TlsFailure::of(&Error::InvalidCertificate(error));
        assert!(!failure.what.contains('_') && !failure.what.ends_with(';'), "{}", failure.what);
    }
}

#[test]
fn what_the_configuration_can_change_comes_as_data() {
    use CertificateError as E;
    let own_authority = E::Other(OtherError(Arc::new(webpki::Error::CaUsedAsEndEntity)));
    for (error, advice) in [
        (E::UnknownIssuer, Some(Advice::TrustIssuer)),
        (E::BadSignature, Some(Advice::CheckAuthority)),
        (own_authority, Some(Advice::TrustCertificate)),
        (E::Expired, None),
    ] {
        assert_eq!(tls_source(&Error::InvalidCertificate(error)).advice, advice);
    }
}
