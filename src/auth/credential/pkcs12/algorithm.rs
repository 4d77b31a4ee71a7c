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

/// Others that programs offer.
const OTHERS: [(ObjectIdentifier, &str); 22] = [
    (ObjectIdentifier::new_unwrap("1.2.840.113549.1.12.1.1"), "128-bit RC4"),
    (ObjectIdentifier::new_unwrap("1.2.840.113549.1.12.1.2"), "40-bit RC4"),
    (ObjectIdentifier::new_unwrap("1.2.840.113549.1.5.3"), "DES and MD5"),
    (ObjectIdentifier::new_unwrap("1.2.840.113549.1.5.10"), "DES and SHA-1"),
    (ObjectIdentifier::new_unwrap("1.3.6.1.4.1.11591.4.11"), "scrypt"),
    (ObjectIdentifier::new_unwrap("1.3.14.3.2.7"), "DES"),
    (ObjectIdentifier::new_unwrap("1.2.840.113549.3.2"), "RC2 in PBES2"),
    (ObjectIdentifier::new_unwrap("1.2.392.200011.61.1.1.1.2"), "Camellia-128"),
    (ObjectIdentifier::new_unwrap("1.2.392.200011.61.1.1.1.3"), "Camellia-192"),
    (ObjectIdentifier::new_unwrap("1.2.392.200011.61.1.1.1.4"), "Camellia-256"),
    (ObjectIdentifier::new_unwrap("1.2.840.113549.2.5"), "MD5"),
    (ObjectIdentifier::new_unwrap("1.2.840.113549.2.8"), "HMAC with SHA-224"),
    (ObjectIdentifier::new_unwrap("1.2.840.113549.2.12"), "HMAC with SHA-512/224"),
    (ObjectIdentifier::new_unwrap("1.2.840.113549.2.13"), "HMAC with SHA-512/256"),
    (ObjectIdentifier::new_unwrap("2.16.840.1.101.3.4.2.4"), "SHA-224"),
    (ObjectIdentifier::new_unwrap("2.16.840.1.101.3.4.2.5"), "SHA-512/224"),
    (ObjectIdentifier::new_unwrap("2.16.840.1.101.3.4.2.6"), "SHA-512/256"),
    (ObjectIdentifier::new_unwrap("2.16.840.1.101.3.4.2.7"), "SHA3-224"),
    (ObjectIdentifier::new_unwrap("2.16.840.1.101.3.4.2.8"), "SHA3-256"),
    (ObjectIdentifier::new_unwrap("2.16.840.1.101.3.4.2.9"), "SHA3-384"),
    (ObjectIdentifier::new_unwrap("2.16.840.1.101.3.4.2.10"), "SHA3-512"),
    (ObjectIdentifier::new_unwrap("1.2.156.10197.1.401"), "SM3"),
];

/// What people call it; the identifier itself where that is not known here.
pub fn name(algorithm: &ObjectIdentifier) -> String {
    match OTHERS.iter().find(|(known, _)| known == algorithm) {
        Some((_, name)) => (*name).to_owned(),
        None => format!("the algorithm {algorithm}"),
    }
}
