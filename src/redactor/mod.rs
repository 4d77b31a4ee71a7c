//! Keeps tokens, connection strings and XUIDs out of text that the service sends back.

use zeroize::Zeroizing;

const MASKED: &str = "***";

/// XUIDs have 16 digits; a run this long is one, or near enough not to be shown.
const DIGITS_OF_AN_ID: usize = 15;

/// Tokens and keys are far longer, GUIDs (36) and words shorter.
const LENGTH_OF_A_TOKEN: usize = 40;

/// A text shorter than this is masked only where it stands alone, or nothing readable would remain.
const LENGTH_OF_A_PHRASE: usize = 4;

/// The values of one call that must not be shown.
#[derive(Default)]
pub struct Redactor {
    /// In order, since a hostile text can hold very many numbers.
    xuids: Vec<u64>,
    texts: Vec<Zeroizing<String>>,
}

impl Redactor {
    pub fn add_xuids(&mut self, xuids: impl IntoIterator<Item = u64>) {
        self.xuids.extend(xuids);
        self.xuids.sort_unstable();
    }

    /// The text is also recognised as it stands inside JSON.
    pub fn add_text(&mut self, text: &str) {
        if text.is_empty() {
            return;
        }
        if let Ok(quoted) = serde_json::to_string(text).map(Zeroizing::new) {
            let escaped = &quoted[1..quoted.len() - 1];
            if escaped != text {
                self.texts.push(Zeroizing::new(escaped.to_owned()));
            }
        }
        self.texts.push(Zeroizing::new(text.to_owned()));
    }

    /// `text` with all of that replaced, and with control characters made spaces, so that it stays
    /// one line of a log.
    pub fn redact(&self, text: &str) -> String {
        let mut text = text.replace(char::is_control, " ");
        for secret in &self.texts {
            text = replace_text(&text, secret);
        }
        self.replace_runs(&text)
    }

    /// Masks ids and whatever looks like a token, run by run of the characters these are made of.
    fn replace_runs(&self, text: &str) -> String {
        let mut masked = String::with_capacity(text.len());
        let mut rest = text;
        while let Some(start) = rest.find(is_token_character) {
            masked.push_str(&rest[..start]);
            rest = &rest[start..];
            let end = rest.find(|c| !is_token_character(c)).unwrap_or(rest.len());
            let run = &rest[..end];
            if run.len() >= LENGTH_OF_A_TOKEN {
                masked.push_str(MASKED);
            } else {
                self.replace_ids(run, &mut masked);
            }
            rest = &rest[end..];
        }
        masked.push_str(rest);
        masked
    }

    fn replace_ids(&self, run: &str, masked: &mut String) {
        let mut rest = run;
        while let Some(start) = rest.find(|c: char| c.is_ascii_digit()) {
            masked.push_str(&rest[..start]);
            rest = &rest[start..];
            let end = rest.find(|c: char| !c.is_ascii_digit()).unwrap_or(rest.len());
            let digits = &rest[..end];
            let is_id = digits.len() >= DIGITS_OF_AN_ID
                || digits.parse().is_ok_and(|number| self.xuids.binary_search(&number).is_ok());
            masked.push_str(if is_id { MASKED } else { digits });
            rest = &rest[end..];
        }
        masked.push_str(rest);
    }
}

fn is_token_character(c: char) -> bool {
    c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.' | '~' | '+' | '/' | '=')
}

fn replace_text(text: &str, secret: &str) -> String {
    if secret.len() >= LENGTH_OF_A_PHRASE {
        return text.replace(secret, MASKED);
    }
    let mut replaced = String::with_capacity(text.len());
    let mut copied = 0;
    for (start, _) in text.match_indices(secret) {
        let end = start + secret.len();
        let alone = !text[..start].ends_with(char::is_alphanumeric) && !text[end..].starts_with(char::is_alphanumeric);
        if alone {
            replaced.push_str(&text[copied..start]);
            replaced.push_str(MASKED);
            copied = end;
        }
    }
    replaced.push_str(&text[copied..]);
    replaced
}

#[cfg(test)]
mod tests {
    use super::*;

    fn redactor() -> Redactor {
        let mut redactor = Redactor::default();
        redactor.add_xuids([2_535_465_515_082_324, 42]);
        redactor.add_text("ip=203.0.113.7:7777");
        redactor.add_text("say \"hi\"");
        redactor.add_text("go");
        redactor
    }

    #[test]
    fn the_values_of_the_call_are_masked_and_the_rest_is_kept() {
        let masked = redactor().redact("user 2535465515082324 (42, not 420) may not join ip=203.0.113.7:7777.");
        assert_eq!(masked, "user *** (***, not 420) may not join ***.");
    }

    #[test]
    fn a_text_is_recognised_inside_json() {
        assert_eq!(redactor().redact(r#"{"connectionString":"say \"hi\""}"#), r#"{"connectionString":"***"}"#);
    }

    #[test]
    fn a_short_text_is_masked_only_where_it_stands_alone() {
        assert_eq!(redactor().redact("go: the good logo, go"), "***: the good logo, ***");
    }

    #[test]
    fn unknown_ids_and_tokens_are_masked_but_not_guids() {
        let token = "eyJhbGciOiJSUzI1NiIsImtpZCI6IjEifQ.eyJzdWIiOiIxIn0";
        let text = format!("id 999999999999999, token {token}, trace bafef442-9a66-4351-ae48-ef1812295b8e");
        assert_eq!(Redactor::default().redact(&text), "id ***, token ***, trace bafef442-9a66-4351-ae48-ef1812295b8e");
    }

    #[test]
    fn text_stays_on_one_line() {
        assert_eq!(Redactor::default().redact("a\r\nb\u{1b}[0m"), "a  b [0m");
    }
}
