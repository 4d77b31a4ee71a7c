use std::fs;

use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ring::digest;
use ring::signature::{ECDSA_P256_SHA256_FIXED, UnparsedPublicKey};

use super::super::openssl;
use super::*;

const BODY: &[u8] = b"{\"invitedUsers\":[\"1\"]}";

fn invite() -> Signed<'static> {
    Signed {
        time: UNIX_EPOCH + Duration::from_millis(1_586_999_965_123),
        method: "POST",
        path_and_query: "/titles/1234/invites/server",
        authorization: "XBL3.0 x=-;token",
        body: BODY,
        max_body_bytes: Some(MAX_SIGNED_BODY_BYTES),
    }
}

/// Policy version, time, and r and s of a header's value.
fn parts(header: &HeaderValue) -> ([u8; 4], [u8; 8], [u8; 64]) {
    let bytes = STANDARD.decode(header.as_bytes()).unwrap();
    assert_eq!(bytes.len(), 76);
    (bytes[..4].try_into().unwrap(), bytes[4..12].try_into().unwrap(), bytes[12..].try_into().unwrap())
}

fn verifies(point: &[u8], stream: &[u8], signature: &[u8]) -> bool {
    UnparsedPublicKey::new(&ECDSA_P256_SHA256_FIXED, point).verify(stream, signature).is_ok()
}

/// Test data published by the project xal-rs (OpenXbox).
#[test]
fn the_stream_has_the_known_digest() {
    let signed = Signed {
        time: UNIX_EPOCH + Duration::from_secs(1_586_999_965),
        method: "POST",
        path_and_query: "/path?query=1",
        authorization: "XBL3.0 x=userid;jsonwebtoken",
        body: b"thebodygoeshere",
        max_body_bytes: Some(8_192),
    };
    let hex: String =
        digest::digest(&digest::SHA256, &signed.stream()).as_ref().iter().map(|byte| format!("{byte:02x}")).collect();
    assert_eq!(hex, "f7d61b6f8d4dcd86da1aa8553f0ee7c15450811e7cd2759364e22f67d853ff50");
}

/// A request of a real client, with its signature, from the same source.
#[test]
fn a_captured_signature_verifies_over_the_stream() {
    let x = "GJS1AAhiPYw0ZSQJDCF8kcZkKAc2tRWXAN6Yw-o_hMQ";
    let y = "UAQJHUc_yVIhUQgIvoED3kt0JDz_G8jgXys_XR2s-Xc";
    let body = format!(
        r#"{{"RelyingParty":"http://auth.xboxlive.com","TokenType":"JWT","Properties":{{"AuthMethod":"ProofOfPossession","Id":"{{e51d4344-196a-4550-9e27-f6c5006a9949}}","DeviceType":"Android","Version":"8.0.0","ProofKey":{{"kty":"EC","alg":"ES256","crv":"P-256","x":"{x}","y":"{y}","use":"sig"}}}}}}"#
    );
    let captured = HeaderValue::from_static(
        "AAAAAQHY4xgs5DyIujFG5E5MZ4D1xjd9Up+H4AKLoyBHd95MAUZcabUN//Y/gijed4vvKtlfp4Cd4dJzVhpK0m+sYZcYRqQjBEKAZw==",
    );
    let (version, time, signature) = parts(&captured);
    assert_eq!(version, POLICY_VERSION);
    let since_1970 = u64::from_be_bytes(time) - 116_444_736_000_000_000;
    let mut signed = Signed {
        time: UNIX_EPOCH + Duration::from_micros(since_1970 / 10) + Duration::from_nanos(since_1970 % 10 * 100),
        method: "POST",
        path_and_query: "/device/authenticate",
        authorization: "",
        body: body.as_bytes(),
        max_body_bytes: None,
    };
    let decode = |coordinate| URL_SAFE_NO_PAD.decode(coordinate).unwrap();
    let point = [vec![4], decode(x), decode(y)].concat();
    assert!(verifies(&point, &signed.stream(), &signature));
    signed.path_and_query = "/device/authenticat";
    assert!(!verifies(&point, &signed.stream(), &signature));
}

#[test]
fn our_signatures_verify_and_every_field_counts() {
    let key = ProofKey::generate().unwrap();
    let signed = invite();
    let header = signed.header(&key).unwrap();
    let (version, time, signature) = parts(&header);
    assert_eq!((version, time), ([0, 0, 0, 1], file_time(signed.time)));
    assert!(verifies(key.point(), &signed.stream(), &signature));
    for other in [
        Signed { time: signed.time + Duration::from_micros(1), ..signed },
        Signed { method: "PUT", ..signed },
        Signed { path_and_query: "/", ..signed },
        Signed { authorization: "XBL3.0 x=-;other", ..signed },
        Signed { body: b"", ..signed },
    ] {
        assert!(!verifies(key.point(), &other.stream(), &signature));
    }
}

#[test]
fn an_empty_field_has_its_zero_byte() {
    let signed = Signed { authorization: "", body: b"", method: "GET", path_and_query: "/", ..invite() };
    let mut expected = vec![0, 0, 0, 1, 0];
    expected.extend_from_slice(&file_time(signed.time));
    expected.extend_from_slice(b"\0GET\0/\0\0\0");
    assert_eq!(*signed.stream(), expected);
}

#[test]
fn of_a_long_body_the_first_8192_bytes_are_signed_where_that_is_the_rule() {
    let long = vec![b'x'; 10_000];
    let cut = Signed { body: &long, ..invite() };
    let whole = Signed { max_body_bytes: None, ..cut };
    assert_eq!(cut.stream(), Signed { body: &long[..8_192], ..whole }.stream());
    assert_eq!(whole.stream().len() - cut.stream().len(), 10_000 - 8_192);
    assert!(cut.stream().ends_with(b"x\0"));
    let exact = Signed { body: &long[..8_192], ..cut };
    assert_eq!(exact.stream(), Signed { max_body_bytes: None, ..exact }.stream());
}

#[test]
fn file_time_counts_from_1601() {
    let at = |time| u64::from_be_bytes(file_time(time));
    assert_eq!(at(UNIX_EPOCH), 116_444_736_000_000_000);
    assert_eq!(at(UNIX_EPOCH + Duration::from_nanos(1_234)), 116_444_736_000_000_012);
    assert_eq!(at(UNIX_EPOCH - UNIX_EPOCH_IN_FILE_TIME), 0);
    // Windows knows no earlier time.
    if let Some(before) = UNIX_EPOCH.checked_sub(UNIX_EPOCH_IN_FILE_TIME + Duration::from_secs(1)) {
        assert_eq!(at(before), 0);
    }
}

#[test]
fn the_header_is_masked_when_printed() {
    let header = invite().header(&ProofKey::generate().unwrap()).unwrap();
    assert!(header.is_sensitive());
    assert_eq!(format!("{header:?}"), "Sensitive");
}

/// One whose `half` (0: r, 1: s) begins with a zero byte: one of 256 does.
fn with_leading_zero(key: &ProofKey, half: usize) -> [u8; 64] {
    for _ in 0..20_000 {
        let (_, _, signature) = parts(&invite().header(key).unwrap());
        if signature[half * 32] == 0 {
            return signature;
        }
    }
    panic!("none of 20,000 signatures begins with a zero byte");
}

#[test]
fn r_and_s_are_padded() {
    let key = ProofKey::generate().unwrap();
    for half in [0, 1] {
        assert!(verifies(key.point(), &invite().stream(), &with_leading_zero(&key, half)));
    }
}

/// A sequence of two integers, as OpenSSL takes it.
fn der(signature: &[u8; 64]) -> Vec<u8> {
    let integer = |number: &[u8]| {
        let digits = &number[number.iter().take_while(|byte| **byte == 0).count()..];
        let sign: &[u8] = if digits[0] >= 0x80 { &[0] } else { &[] };
        [&[2, u8::try_from(sign.len() + digits.len()).unwrap()], sign, digits].concat()
    };
    let both = [integer(&signature[..32]), integer(&signature[32..])].concat();
    [&[0x30, u8::try_from(both.len()).unwrap()][..], &both].concat()
}

#[test]
fn openssl_verifies_our_signatures() {
    let Some(folder) = openssl::folder("signatures") else { return };
    let key = ProofKey::generate().unwrap();
    fs::write(folder.join("key.pem"), &*key.to_pkcs8_pem()).unwrap();
    openssl::run(&folder, &["pkey", "-in", "key.pem", "-pubout", "-out", "public.pem"]);
    fs::write(folder.join("stream"), &*invite().stream()).unwrap();
    let verify = ["dgst", "-sha256", "-verify", "public.pem", "-signature", "signature.der", "stream"];
    let (_, _, plain) = parts(&invite().header(&key).unwrap());
    for signature in [plain, with_leading_zero(&key, 0), with_leading_zero(&key, 1)] {
        fs::write(folder.join("signature.der"), der(&signature)).unwrap();
        openssl::run(&folder, &verify);
        let mut wrong = signature;
        wrong[63] ^= 1;
        fs::write(folder.join("signature.der"), der(&wrong)).unwrap();
        assert!(!openssl::succeeds(&folder, &verify));
    }
}
