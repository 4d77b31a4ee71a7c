//! The library's sentences, for somebody who gave options instead of filling in a configuration.

use mpa::outcome::Outcome;

/// Where a field of the configuration has an option of another name. The longer names come first.
const OPTIONS: [(&str, &str); 9] = [
    ("config.ca_certificates_path", "--ca-certificates"),
    ("config.certificate_password", "--certificate-password-file"),
    ("config.certificate_path", "--certificate"),
    ("config.private_key_path", "--private-key"),
    ("config.sign_in_endpoint", "--sign-in-endpoint"),
    ("config.token_endpoint", "--token-endpoint"),
    ("config.sandbox_id", "--sandbox"),
    ("config.relying_party", "--relying-party"),
    ("ca_certificates_path", "--ca-certificates"),
];

/// Said by a library that tries again; this program does not.
const AGAIN: (&str, &str) = ("It is tried again by itself.", "A client tries again by itself.");

pub fn of_options(sentence: &str) -> String {
    let said = OPTIONS.iter().fold(sentence.to_owned(), |said, (field, option)| said.replace(field, option));
    said.replace(AGAIN.0, AGAIN.1)
}

pub fn of(outcome: &Outcome) -> String {
    of_options(&outcome.message)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_become_options() {
        assert_eq!(
            of_options("Check config.sandbox_id. It is tried again by itself."),
            "Check --sandbox. A client tries again by itself."
        );
        let both = "name the issuer's certificate in ca_certificates_path, config.ca_certificates_path";
        assert_eq!(of_options(both), "name the issuer's certificate in --ca-certificates, --ca-certificates");
    }
}
