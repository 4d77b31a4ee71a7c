//! A refusal to sign in, which names its reason by a number, `XErr`.

use crate::json::{self, Value};
use crate::outcome::Advice;
use crate::redactor::ServiceText;

const SANDBOX_DENIED: u32 = 0x8015_DC12;

/// What the body of a refusal says; empty or `None` where it says nothing.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Refusal {
    pub code: Option<u32>,
    pub message: ServiceText,
}

/// What makes the next attempt fare better.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Remedy {
    /// Time alone.
    Waiting,
    /// Another service token, which we get by ourselves.
    AnotherServiceToken,
    /// A user's own token, which we cannot get.
    AnotherUserToken,
    /// People: a change of the configuration, or of what the publisher may do.
    Configuration,
    /// The user, who has to do something about the account.
    TheUser,
}

impl Remedy {
    /// Whether trying again can succeed without any change.
    pub fn may_pass_by_itself(self) -> bool {
        matches!(self, Remedy::Waiting | Remedy::AnotherServiceToken)
    }
}

/// A reason in words.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Meaning {
    /// What is the matter, as a sentence.
    pub words: &'static str,
    pub advice: Option<Advice>,
    pub remedy: Remedy,
}

impl Refusal {
    pub fn read(body: &[u8]) -> Self {
        let [code, message] = json::members(body, ["XErr", "Message"]);
        Refusal {
            code: code.and_then(number),
            message: ServiceText::new(message.and_then(Value::text).unwrap_or_default()),
        }
    }

    /// What its number means, where that is known.
    pub fn meaning(&self) -> Option<Meaning> {
        meaning(self.code?)
    }
}

/// A number, or a string that holds one, in either notation and with either idea of its sign.
fn number(value: Value<'_>) -> Option<u32> {
    let text = value.text()?;
    let text = text.trim();
    let number = match text.strip_prefix("0x").or_else(|| text.strip_prefix("0X")) {
        Some(digits) => u32::from_str_radix(digits, 16).ok()?.into(),
        None => value.number()?,
    };
    let whole = number as i64;
    let unsigned = u32::try_from(whole).or_else(|_| i32::try_from(whole).map(i32::cast_unsigned)).ok()?;
    (whole as f64 == number && unsigned != 0).then_some(unsigned)
}

fn meaning(code: u32) -> Option<Meaning> {
    use Remedy::{AnotherServiceToken, AnotherUserToken, Configuration, TheUser, Waiting};
    let (words, remedy) = match code {
        SANDBOX_DENIED => ("The certificate may not be used with this sandbox.", Configuration),
        0x8015_DC1F => ("The service token has expired.", AnotherServiceToken),
        0x8015_DC27 => ("The service token is not valid.", AnotherServiceToken),
        0x8015_DC22 => ("The user's token has expired.", AnotherUserToken),
        0x8015_DC26 => ("The user's token is not valid.", AnotherUserToken),
        0x8015_DC31 | 0x8015_DC32 => ("The authentication service has an outage.", Waiting),
        // Among them bans, parental restrictions, a missing profile, terms that were not accepted.
        0x8015_DC03..=0x8015_DC13 => ("The state of the user's account does not allow it.", TheUser),
        _ => return None,
    };
    let advice = (code == SANDBOX_DENIED).then_some(Advice::CheckSandbox);
    Some(Meaning { words, advice, remedy })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn code(value: serde_json::Value) -> Option<u32> {
        Refusal::read(&serde_json::to_vec(&json!({ "XErr": value })).unwrap()).code
    }

    #[test]
    fn the_body_is_read() {
        let body = br#"{"Identity":"0","XErr":2148916242,"Message":"no"}"#;
        assert_eq!(Refusal::read(body), Refusal { code: Some(0x8015_DC12), message: ServiceText::new("no") });
        for nothing in [&b""[..], b"<html>", b"[]", b"null", b"{}"] {
            assert_eq!(Refusal::read(nothing), Refusal::default());
        }
    }

    #[test]
    fn a_number_is_one_in_any_notation() {
        for value in [
            json!(2_148_916_242_u32),
            json!("2148916242"),
            json!(" 2148916242 "),
            json!("0x8015DC12"),
            json!("0x8015dc12"),
            json!(-2_146_051_054),
            json!(2_148_916_242.0),
            json!("2148916242.0"),
        ] {
            assert_eq!(code(value.clone()), Some(0x8015_DC12), "{value}");
        }
        assert_eq!(Refusal::read(b"\xef\xbb\xbf{\"Message\":\"\xff\",\"XErr\":2148916242}").code, Some(0x8015_DC12));
        for nothing in
            [json!(null), json!(""), json!("x"), json!(1.5), json!(0), json!(1_u64 << 40), json!(1e300), json!([1])]
        {
            assert_eq!(code(nothing), None);
        }
    }

    #[test]
    fn every_reason_has_words_and_a_remedy() {
        let remedy = |code| Refusal { code: Some(code), ..Refusal::default() }.meaning().map(|meaning| meaning.remedy);
        for (code, expected) in [
            (0x8015_DC12, Remedy::Configuration),
            (0x8015_DC1F, Remedy::AnotherServiceToken),
            (0x8015_DC27, Remedy::AnotherServiceToken),
            (0x8015_DC22, Remedy::AnotherUserToken),
            (0x8015_DC26, Remedy::AnotherUserToken),
            (0x8015_DC31, Remedy::Waiting),
            (0x8015_DC32, Remedy::Waiting),
            (0x8015_DC03, Remedy::TheUser),
            (0x8015_DC0E, Remedy::TheUser),
            (0x8015_DC13, Remedy::TheUser),
        ] {
            assert_eq!(remedy(code), Some(expected), "{code:x}");
        }
        for unknown in [0, 1, 0x8015_DC02, 0x8015_DC14, 0x8015_DC30] {
            assert_eq!(remedy(unknown), None, "{unknown:x}");
        }
        assert_eq!(Refusal::default().meaning(), None);
    }

    #[test]
    fn only_time_and_ourselves_are_waited_for() {
        let waited_for = [Remedy::Waiting, Remedy::AnotherServiceToken];
        let not_waited_for = [Remedy::AnotherUserToken, Remedy::Configuration, Remedy::TheUser];
        assert!(waited_for.iter().all(|remedy| remedy.may_pass_by_itself()));
        assert!(!not_waited_for.iter().any(|remedy| remedy.may_pass_by_itself()));
    }
}
