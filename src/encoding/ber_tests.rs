use super::*;

fn der_of(ber: &[u8]) -> Vec<u8> {
    let (der, rest) = to_der(ber).unwrap();
    assert_eq!(rest, b"");
    der.to_vec()
}

#[test]
fn every_form_of_a_length_becomes_the_shortest() {
    for (ber, der) in [
        (&[0x30, 0x80, 0x02, 0x01, 0x05, 0x00, 0x00][..], &[0x30, 0x03, 0x02, 0x01, 0x05][..]),
        (&[0x30, 0x80, 0x00, 0x00], &[0x30, 0x00]),
        (&[0x30, 0x81, 0x03, 0x02, 0x01, 0x05], &[0x30, 0x03, 0x02, 0x01, 0x05]),
        (&[0x30, 0x84, 0, 0, 0, 5, 0x02, 0x82, 0, 1, 0x05], &[0x30, 0x03, 0x02, 0x01, 0x05]),
        (&[0x30, 0x80, 0xa0, 0x80, 0x05, 0x00, 0, 0, 0, 0], &[0x30, 0x04, 0xa0, 0x02, 0x05, 0x00]),
        // Strings of octets in parts, of parts.
        (&[0x24, 0x80, 0x04, 0x02, 1, 2, 0x04, 0x01, 3, 0, 0], &[0x04, 0x03, 1, 2, 3]),
        (&[0x24, 0x07, 0x04, 0x02, 1, 2, 0x04, 0x01, 3], &[0x04, 0x03, 1, 2, 3]),
        (&[0x24, 0x80, 0x24, 0x80, 0x04, 0x01, 1, 0, 0, 0x24, 0x03, 0x04, 0x01, 2, 0, 0], &[0x04, 0x02, 1, 2]),
        (&[0x24, 0x80, 0, 0], &[0x04, 0x00]),
        // What is inside a string is its own affair.
        (&[0x04, 0x04, 0x30, 0x80, 0, 0], &[0x04, 0x04, 0x30, 0x80, 0, 0]),
        (&[0xbf, 0x81, 0x05, 0x80, 0x05, 0x00, 0, 0], &[0xbf, 0x81, 0x05, 0x02, 0x05, 0x00]),
    ] {
        assert_eq!(der_of(ber), der, "{ber:02x?}");
    }
}

#[test]
fn what_follows_is_returned() {
    let (der, rest) = to_der(&[0x30, 0x80, 0, 0, b'\r', b'\n']).unwrap();
    assert_eq!((&der[..], rest), (&[0x30, 0][..], &b"\r\n"[..]));
}

#[test]
fn what_is_no_ber_is_refused() {
    for (bytes, error) in [
        (&[][..], BerError::Truncated),
        (&[0x30], BerError::Truncated),
        (&[0x30, 0x82, 0x01], BerError::Truncated),
        (&[0x30, 0x02, 0x05], BerError::Truncated),
        (&[0x30, 0x80], BerError::Truncated),
        (&[0x30, 0x80, 0x05, 0x00], BerError::Truncated),
        (&[0x30, 0x80, 0x05, 0x00, 0x00], BerError::Truncated),
        (&[0xbf, 0x81], BerError::Truncated),
        // Complete, with something in it that is not.
        (&[0x30, 0x02, 0x04, 0x05], BerError::Malformed),
        (&[0x30, 0x02, 0x30, 0x80], BerError::Malformed),
        // An end where none is due, or of what has none.
        (&[0x30, 0x02, 0x00, 0x00], BerError::Malformed),
        (&[0x00, 0x00], BerError::Malformed),
        (&[0x04, 0x80, 0x00, 0x00], BerError::Malformed),
        // A string of octets that has parts of another kind.
        (&[0x24, 0x80, 0x05, 0x00, 0x00, 0x00], BerError::Malformed),
        (&[0x24, 0x03, 0x30, 0x01, 0x00], BerError::Malformed),
        (&[0x04, 0x89, 1, 0, 0, 0, 0, 0, 0, 0, 0], BerError::Malformed),
    ] {
        assert_eq!(to_der(bytes).unwrap_err(), error, "{bytes:02x?}");
    }
}

#[test]
fn depth_is_bounded() {
    let nested = |depth: usize| [[0x30, 0x80].repeat(depth), [0, 0].repeat(depth)].concat();
    assert!(to_der(&nested(32)).is_ok());
    assert_eq!(to_der(&nested(33)).unwrap_err(), BerError::Malformed);
    assert_eq!(to_der(&[0x30, 0x80].repeat(1_000_000)).unwrap_err(), BerError::Malformed);
    assert_eq!(to_der(&[0x24, 0x80].repeat(1_000_000)).unwrap_err(), BerError::Malformed);
}

/// An element in DER, and the same in some form of BER.
fn random_element(random: &mut fastrand::Rng, depth: u32) -> (Vec<u8>, Vec<u8>) {
    let (tag, der, ber, constructed) = match random.u8(..if depth == 0 { 2 } else { 4 }) {
        0 => {
            let content: Vec<u8> = (0..random.usize(..400)).map(|_| random.u8(..)).collect();
            (vec![0x0c], content.clone(), content, false)
        }
        1 => {
            let content: Vec<u8> = (0..random.usize(..400)).map(|_| random.u8(..)).collect();
            let (ber, constructed) = random_octets(random, &content, depth);
            let tag = if constructed { 0x24 } else { 0x04 };
            return (with_header(&[0x04], &content), random_header(random, &[tag], ber, constructed));
        }
        _ => {
            let mut both = (Vec::new(), Vec::new());
            for _ in 0..random.usize(..4) {
                let (der, ber) = random_element(random, depth - 1);
                both.0.extend(der);
                both.1.extend(ber);
            }
            let tag = [&[0x30][..], &[0x31], &[0xa0], &[0xbf, 0x81, 0x7f]][random.usize(..4)];
            (tag.to_vec(), both.0, both.1, true)
        }
    };
    (with_header(&tag, &der), random_header(random, &tag, ber, constructed))
}

/// The content of a string of octets: as it is, or in parts.
fn random_octets(random: &mut fastrand::Rng, content: &[u8], depth: u32) -> (Vec<u8>, bool) {
    if depth == 0 || random.bool() {
        return (content.to_vec(), false);
    }
    let mut parts = Vec::new();
    let mut rest = content;
    while !rest.is_empty() {
        let (part, others) = rest.split_at(random.usize(..=rest.len()));
        rest = others;
        let (ber, constructed) = random_octets(random, part, depth - 1);
        parts.extend(random_header(random, &[if constructed { 0x24 } else { 0x04 }], ber, constructed));
    }
    (parts, true)
}

fn with_header(tag: &[u8], content: &[u8]) -> Vec<u8> {
    let length = match content.len() {
        length @ 0..0x80 => vec![length as u8],
        length @ 0x80..0x100 => vec![0x81, length as u8],
        length => vec![0x82, (length >> 8) as u8, length as u8],
    };
    [tag, &length, content].concat()
}

fn random_header(random: &mut fastrand::Rng, tag: &[u8], content: Vec<u8>, constructed: bool) -> Vec<u8> {
    match random.u8(..3) {
        0 if constructed => [tag, &[0x80], &content, &[0, 0]].concat(),
        1 => [tag, &[0x85, 0], &(content.len() as u32).to_be_bytes(), &content].concat(),
        _ => with_header(tag, &content),
    }
}

#[test]
fn whatever_the_form_the_der_is_the_same() {
    let mut random = fastrand::Rng::with_seed(20_261_125);
    for _ in 0..3_000 {
        let (der, ber) = random_element(&mut random, 5);
        if der.len() > 0xffff {
            continue;
        }
        assert_eq!(der_of(&der), der);
        assert_eq!(der_of(&ber), der);
        let cut = random.usize(..ber.len());
        assert_eq!(to_der(&ber[..cut]).unwrap_err(), BerError::Truncated, "{cut} of {ber:02x?}");
    }
}
