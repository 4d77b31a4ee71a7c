//! Algorithms that PKCS#12 files name: those that are known here, and the names of others.

use der::asn1::ObjectIdentifier;

macro_rules! identifiers {
    ($($name:ident $identifier:literal)*) => {
        $(pub const $name: ObjectIdentifier = ObjectIdentifier::new_unwrap($identifier);)*
    };
}

identifiers! {
    PBES2 "1.2.840.113549.1.5.13"
    PBKDF2 "1.2.840.113549.1.5.12"
    PBMAC1 "1.2.840.113549.1.5.14"
    SHA1_3DES_3_KEYS "1.2.840.113549.1.12.1.3"
    SHA1_3DES_2_KEYS "1.2.840.113549.1.12.1.4"
    SHA1_RC2_128 "1.2.840.113549.1.12.1.5"
    SHA1_RC2_40 "1.2.840.113549.1.12.1.6"
    HMAC_SHA1 "1.2.840.113549.2.7"
    HMAC_SHA256 "1.2.840.113549.2.9"
    HMAC_SHA384 "1.2.840.113549.2.10"
    HMAC_SHA512 "1.2.840.113549.2.11"
    DES_EDE3_CBC "1.2.840.113549.3.7"
    AES_128_CBC "2.16.840.1.101.3.4.1.2"
    AES_192_CBC "2.16.840.1.101.3.4.1.22"
    AES_256_CBC "2.16.840.1.101.3.4.1.42"
    SHA1 "1.3.14.3.2.26"
    SHA256 "2.16.840.1.101.3.4.2.1"
    SHA384 "2.16.840.1.101.3.4.2.2"
    SHA512 "2.16.840.1.101.3.4.2.3"
}

/// Others that programs offer, by their name, and whether OpenSSL 3 has them only with `-legacy`.
const OTHERS: [(&str, &str, bool); 22] = [
    ("1.2.840.113549.1.12.1.1", "128-bit RC4", true),
    ("1.2.840.113549.1.12.1.2", "40-bit RC4", true),
    ("1.2.840.113549.1.5.3", "DES and MD5", true),
    ("1.2.840.113549.1.5.10", "DES and SHA-1", true),
    ("1.3.6.1.4.1.11591.4.11", "scrypt", false),
    ("1.3.14.3.2.7", "DES", true),
    ("1.2.840.113549.3.2", "RC2 in PBES2", true),
    ("1.2.392.200011.61.1.1.1.2", "Camellia-128", false),
    ("1.2.392.200011.61.1.1.1.3", "Camellia-192", false),
    ("1.2.392.200011.61.1.1.1.4", "Camellia-256", false),
    ("1.2.840.113549.2.5", "MD5", false),
    ("1.2.840.113549.2.8", "HMAC with SHA-224", false),
    ("1.2.840.113549.2.12", "HMAC with SHA-512/224", false),
    ("1.2.840.113549.2.13", "HMAC with SHA-512/256", false),
    ("2.16.840.1.101.3.4.2.4", "SHA-224", false),
    ("2.16.840.1.101.3.4.2.5", "SHA-512/224", false),
    ("2.16.840.1.101.3.4.2.6", "SHA-512/256", false),
    ("2.16.840.1.101.3.4.2.7", "SHA3-224", false),
    ("2.16.840.1.101.3.4.2.8", "SHA3-256", false),
    ("2.16.840.1.101.3.4.2.9", "SHA3-384", false),
    ("2.16.840.1.101.3.4.2.10", "SHA3-512", false),
    ("1.2.156.10197.1.401", "SM3", false),
];

/// What people call an algorithm, and whether OpenSSL 3 has it only with `-legacy`. The name of one
/// that is not known here is its identifier.
pub fn describe(algorithm: &ObjectIdentifier) -> (String, bool) {
    let identifier = algorithm.to_string();
    match OTHERS.iter().find(|(known, _, _)| *known == identifier) {
        Some((_, name, is_legacy)) => ((*name).to_owned(), *is_legacy),
        None => (format!("the algorithm {identifier}"), false),
    }
}
