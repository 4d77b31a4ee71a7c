//! Writing PEM: for other processes, and for parts that take a key in no other way.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use zeroize::Zeroizing;

const LINE: usize = 64;

/// A document as PEM, wiped when it is dropped.
pub fn pem_text(label: &str, document: &[u8]) -> Zeroizing<String> {
    let encoded = Zeroizing::new(STANDARD.encode(document));
    // Text that grows would leave copies behind.
    let most = encoded.len() + encoded.len().div_ceil(LINE) + 2 * (label.len() + "-----BEGIN -----\n".len());
    let mut text = Zeroizing::new(String::with_capacity(most));
    text.extend(["-----BEGIN ", label, "-----\n"]);
    let mut rest = encoded.as_str();
    while !rest.is_empty() {
        let (line, next) = rest.split_at(rest.len().min(LINE));
        text.extend([line, "\n"]);
        rest = next;
    }
    text.extend(["-----END ", label, "-----\n"]);
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_broken_and_nothing_grows() {
        assert_eq!(*pem_text("X", b""), "-----BEGIN X-----\n-----END X-----\n");
        for length in [1, 47, 48, 49, 2_000] {
            let text = pem_text("PRIVATE KEY", &vec![0; length]);
            assert!(text.lines().all(|line| line.len() <= LINE));
            let body: String = text.lines().filter(|line| !line.starts_with('-')).collect();
            assert_eq!(STANDARD.decode(body).unwrap(), vec![0; length]);
        }
    }
}
