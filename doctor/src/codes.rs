//! What a step found, by names that programs can rely on: one is never used for something else.

macro_rules! codes {
    ($($code:ident = $name:literal,)*) => {
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum Code {
            $($code,)*
        }

        impl Code {
            #[cfg(test)]
            const ALL: &[Code] = &[$(Code::$code,)*];

            pub fn name(self) -> &'static str {
                match self {
                    $(Code::$code => $name,)*
                }
            }
        }
    };
}

// In the order of docs/doctor.md.
codes! {
    Ok = "ok",
    CaCertificatesUnusable = "ca_certificates_unusable",
    EndpointInvalid = "endpoint_invalid",
    ProxyUrlInvalid = "proxy_url_invalid",
    InsecureTransport = "insecure_transport",
    FileUnreadable = "file_unreadable",
    CertificateUnusable = "certificate_unusable",
    CertificateExpired = "certificate_expired",
    CertificateNotYetValid = "certificate_not_yet_valid",
    CertificateExpiresSoon = "certificate_expires_soon",
    CertificateWithoutIssuers = "certificate_without_issuers",
    CertificateSelfSigned = "certificate_self_signed",
    CredentialMissing = "credential_missing",
    TokenUnusable = "token_unusable",
    ProofKeyUnusable = "proof_key_unusable",
    SecretReadableByOthers = "secret_readable_by_others",
    ProxyIgnored = "proxy_ignored",
    ProxyFailed = "proxy_failed",
    ProxyRefused = "proxy_refused",
    NameNotFound = "name_not_found",
    NameTimedOut = "name_timed_out",
    ConnectionFailed = "connection_failed",
    ConnectionClosed = "connection_closed",
    TimedOut = "timed_out",
    TlsPlainHttp = "tls_plain_http",
    TlsNotTls = "tls_not_tls",
    TlsClosed = "tls_closed",
    TlsTimedOut = "tls_timed_out",
    TlsUnknownIssuer = "tls_unknown_issuer",
    TlsSelfSigned = "tls_self_signed",
    TlsBadSignature = "tls_bad_signature",
    TlsCertificateVersion1 = "tls_certificate_version_1",
    TlsCertificateExpired = "tls_certificate_expired",
    TlsCertificateNotYetValid = "tls_certificate_not_yet_valid",
    TlsWrongName = "tls_wrong_name",
    TlsCertificateInvalid = "tls_certificate_invalid",
    TlsCertificateNotRequested = "tls_certificate_not_requested",
    TlsClientCertificateRefused = "tls_client_certificate_refused",
    TlsFailed = "tls_failed",
    HttpSpeaksTls = "http_speaks_tls",
    InvalidResponse = "invalid_response",
    ClockOff = "clock_off",
    ClockUnknown = "clock_unknown",
    SignInWithoutCertificate = "sign_in_without_certificate",
    SignInRefused = "sign_in_refused",
    SignInUnavailable = "sign_in_unavailable",
    SandboxDenied = "sandbox_denied",
    UnexpectedAnswer = "unexpected_answer",
    Unauthorized = "unauthorized",
    Forbidden = "forbidden",
    Throttled = "throttled",
    ServiceUnavailable = "service_unavailable",
    Rejected = "rejected",
    Internal = "internal",
    MissingOption = "missing_option",
    MissingValue = "missing_value",
    EmptyValue = "empty_value",
    UnexpectedValue = "unexpected_value",
    InvalidValue = "invalid_value",
    RepeatedOption = "repeated_option",
    ConflictingOptions = "conflicting_options",
    UnknownOption = "unknown_option",
    UnexpectedArgument = "unexpected_argument",
    NotUnicode = "not_unicode",
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_documentation_has_each_once_and_no_other() {
        let documentation = include_str!("../../docs/doctor.md");
        let (_, codes) = documentation.split_once("\n## Codes\n").unwrap();
        let rows = codes.lines().filter_map(|line| line.strip_prefix("| `")?.split('`').next());
        // After the table's head.
        assert_eq!(rows.skip(1).collect::<Vec<_>>(), Code::ALL.iter().map(|code| code.name()).collect::<Vec<_>>());
    }
}
