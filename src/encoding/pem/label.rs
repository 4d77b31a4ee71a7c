//! What the label of a block says is in it.

/// Longer ones are not looked for.
pub const MAX_LENGTH: usize = 64;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Content {
    Certificate,
    /// A certificate with OpenSSL's trust settings behind it.
    TrustedCertificate,
    Pkcs8,
    Pkcs1,
    Sec1,
    EncryptedKey,
    /// What the key that follows says again.
    Nothing,
    Foreign {
        what: &'static str,
        advice: &'static str,
    },
}

const REQUEST: Content =
    Content::Foreign { what: "a certificate request", advice: "expected the certificate that was issued for it" };
const PUBLIC_KEY: Content =
    Content::Foreign { what: "a public key", advice: "expected certificates and private keys; take it out" };
const PARAMETERS: Content = Content::Foreign {
    what: "a set of parameters without a key",
    advice: "expected certificates and private keys; take it out",
};
const PKCS7: Content = Content::Foreign {
    what: "a PKCS#7 structure",
    advice: "expected certificates and keys (`openssl pkcs7 -in in.pem -print_certs -out out.pem` converts it)",
};

const LABELS: [(&str, Content); 26] = [
    ("CERTIFICATE", Content::Certificate),
    ("X509 CERTIFICATE", Content::Certificate),
    ("TRUSTED CERTIFICATE", Content::TrustedCertificate),
    ("PRIVATE KEY", Content::Pkcs8),
    ("RSA PRIVATE KEY", Content::Pkcs1),
    ("EC PRIVATE KEY", Content::Sec1),
    ("ENCRYPTED PRIVATE KEY", Content::EncryptedKey),
    // `openssl ecparam -genkey` writes it before the key.
    ("EC PARAMETERS", Content::Nothing),
    ("CERTIFICATE REQUEST", REQUEST),
    ("NEW CERTIFICATE REQUEST", REQUEST),
    (
        "X509 CRL",
        Content::Foreign {
            what: "a certificate revocation list",
            advice: "expected certificates and keys; take it out",
        },
    ),
    ("PUBLIC KEY", PUBLIC_KEY),
    ("RSA PUBLIC KEY", PUBLIC_KEY),
    ("EC PUBLIC KEY", PUBLIC_KEY),
    ("DSA PUBLIC KEY", PUBLIC_KEY),
    ("DH PARAMETERS", PARAMETERS),
    ("X9.42 DH PARAMETERS", PARAMETERS),
    ("X942 DH PARAMETERS", PARAMETERS),
    ("DSA PARAMETERS", PARAMETERS),
    ("DSA PRIVATE KEY", Content::Foreign { what: "a DSA key", advice: "expected an RSA, EC or Ed25519 key" }),
    (
        "OPENSSH PRIVATE KEY",
        Content::Foreign {
            what: "a private key in OpenSSH's own format",
            advice: "expected PKCS#8 (`ssh-keygen -p -m PKCS8 -f copy-of-key` converts a copy of it)",
        },
    ),
    ("PKCS7", PKCS7),
    ("PKCS #7 SIGNED DATA", PKCS7),
    ("CMS", PKCS7),
    (
        "PKCS12",
        Content::Foreign {
            what: "a PKCS#12 file in base64",
            advice: "expected the binary file (`sed /-----/d in.txt | base64 -d > out.p12` converts it)",
        },
    ),
    (
        "ATTRIBUTE CERTIFICATE",
        Content::Foreign { what: "an attribute certificate", advice: "expected X.509 certificates; take it out" },
    ),
];

/// `None` for a label that is not known.
pub fn content(label: &[u8]) -> Option<Content> {
    LABELS.iter().find(|(known, _)| known.as_bytes() == label).map(|(_, content)| *content)
}

/// Whether a text is a known label but for white space and small letters.
pub fn is_almost_known(text: &[u8]) -> bool {
    let visible = |text: &'static str| text.bytes().filter(|byte| *byte != b' ');
    let letters = || text.iter().filter(|byte| !byte.is_ascii_whitespace()).map(u8::to_ascii_uppercase);
    LABELS.iter().any(|(known, _)| letters().eq(visible(known)))
}
