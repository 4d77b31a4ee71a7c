//! An answer with a token. Read leniently but for the token itself and its end, without which it is
//! of no use.

use std::borrow::Cow;
use std::fmt;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use zeroize::Zeroizing;

use crate::auth::{Authorization, MAX_HEADER_LENGTH};
use crate::date::parse_timestamp;
use crate::json::{self, Value};
use crate::outcome::{Outcome, Result, Status};

/// How a token of no user names its user.
const NO_USER: &str = "-";

/// Of a user's hash, which has about 20; the rest of a header is for the token.
const MAX_HASH_LENGTH: usize = 128;
const MAX_TOKEN_LENGTH: usize = MAX_HEADER_LENGTH - MAX_HASH_LENGTH - "XBL3.0 x=;".len();

/// A token, and what was said about it.
pub struct TokenAnswer {
    token: Zeroizing<String>,
    pub issued_at: Option<SystemTime>,
    pub not_after: SystemTime,
    /// Of the user for whom the token stands, where it stands for one.
    user_hash: Option<String>,
}

impl TokenAnswer {
    /// `host`: who answered, for a message.
    pub fn read(body: &[u8], host: &str) -> Result<Self> {
        let refuse = |what: &str| {
            Err(Box::new(Outcome::new(
                Status::SignInFailed,
                format!(
                    "What {host} answered {what}; expected JSON with a Token and its NotAfter. Check that the \
                     configuration names the right host."
                ),
            )))
        };
        let [token, not_after, issue_instant, claims] =
            json::members(body, ["Token", "NotAfter", "IssueInstant", "DisplayClaims"]);
        let Some(token @ Value::String(_)) = token else { return refuse("holds no token") };
        let token = Zeroizing::new(token.text().unwrap_or_default().into_owned());
        if !can_be_sent(&token, MAX_TOKEN_LENGTH) {
            return refuse("holds a token that cannot be sent");
        }
        let Some(not_after) = time(not_after) else {
            return refuse("does not say until when its token is valid");
        };
        let user = claims.and_then(|claims| claims.members(["xui"])[0]?.first());
        let user_hash = user.and_then(|user| user.members(["uhs"])[0]?.text()).filter(|hash| !hash.is_empty());
        let user_hash = user_hash.map(Cow::into_owned);
        if user_hash.as_ref().is_some_and(|hash| !can_be_sent(hash, MAX_HASH_LENGTH)) {
            return refuse("names a user in a way that cannot be sent");
        }
        Ok(TokenAnswer { token, issued_at: time(issue_instant), not_after, user_hash })
    }

    pub fn token(&self) -> &str {
        &self.token
    }

    /// For how long the token is good, from when it was made.
    pub fn life(&self, received_at: SystemTime) -> Duration {
        self.not_after.duration_since(self.issued_at.unwrap_or(received_at)).unwrap_or_default()
    }

    /// The token as requests carry it.
    pub fn authorization(&self) -> Result<Authorization> {
        let hash = self.user_hash.as_deref().unwrap_or(NO_USER);
        let parts = ["XBL3.0 x=", hash, ";", &self.token];
        let mut header = Zeroizing::new(String::with_capacity(parts.iter().map(|part| part.len()).sum()));
        header.extend(parts);
        let since_1970 = self.not_after.duration_since(UNIX_EPOCH).unwrap_or_default();
        // A token that ended at the epoch has ended; 0 would mean that it is not known.
        let unix_ms = u64::try_from(since_1970.as_millis()).unwrap_or(u64::MAX).max(1);
        Authorization::new(&header, unix_ms)
            .map_err(|error| Outcome::invalid(format!("The token of the answer to signing in {error}.")))
    }
}

impl fmt::Debug for TokenAnswer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TokenAnswer").field("not_after", &self.not_after).finish_non_exhaustive()
    }
}

/// As a part of a header's value that ends at a semicolon, or at the value's end.
fn can_be_sent(text: &str, most: usize) -> bool {
    (1..=most).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_graphic() && byte != b';')
}

fn time(value: Option<Value<'_>>) -> Option<SystemTime> {
    parse_timestamp(&value?.text()?)
}

#[cfg(test)]
mod tests {
    use std::time::Instant;

    use serde_json::{Value, json};

    use super::{MAX_HASH_LENGTH, MAX_TOKEN_LENGTH, *};
    use crate::auth::Now;

    fn read(body: &Value) -> Result<TokenAnswer> {
        TokenAnswer::read(&serde_json::to_vec(body).unwrap(), "sign-in.example")
    }

    #[test]
    fn a_service_token_has_no_user() {
        let body = br#"{"IssueInstant":"2026-01-31T10:00:00.1234567Z","NotAfter":"2026-02-14T10:00:00.1234567Z",
            "Token":"eyJ.secret","DisplayClaims":null}"#;
        let answer = TokenAnswer::read(body, "host").unwrap();
        assert_eq!(answer.token(), "eyJ.secret");
        assert_eq!(answer.life(UNIX_EPOCH), Duration::from_secs(14 * 86_400));
        let authorization = answer.authorization().unwrap();
        assert_eq!(authorization.header(), "XBL3.0 x=-;eyJ.secret");
        // To the millisecond, and never later than the token ends.
        let at = |time| Now { local: time, service: Some(time), monotonic: Instant::now() };
        assert!(authorization.is_expired(&at(answer.not_after)));
        assert!(!authorization.is_expired(&at(answer.not_after - Duration::from_millis(1))));
    }

    #[test]
    fn a_user_is_named_where_there_is_one() {
        let with = |claims: Value| {
            let body = json!({ "Token": "t", "NotAfter": "2026-01-31T10:00:00Z", "DisplayClaims": claims });
            read(&body).unwrap().authorization().unwrap().user_hash().to_owned()
        };
        assert_eq!(with(json!({ "xui": [{ "uhs": "123456" }] })), "123456");
        for none in [json!({}), json!([]), json!({ "xui": [] }), json!({ "xui": [{ "uhs": "" }] }), json!("xui")] {
            assert_eq!(with(none), "-");
        }
    }

    #[test]
    fn times_have_any_offset() {
        let life = |issued_at: &str, not_after: &str| {
            let body = json!({ "Token": "t", "IssueInstant": issued_at, "NotAfter": not_after });
            read(&body).unwrap().life(UNIX_EPOCH)
        };
        let hour = Duration::from_secs(3_600);
        for (issued_at, not_after) in [
            ("2026-01-31T10:00:00Z", "2026-01-31T11:00:00Z"),
            ("2026-01-31T10:00:00.1234567Z", "2026-01-31T13:00:00.1234567+02:00"),
            ("2026-01-31T10:00:00Z", "2026-01-31T04:00:00-07:00"),
            ("2026-01-31T10:00:00", "2026-01-31 11:00:00z"),
            ("/Date(1769853600000)/", "/Date(1769857200000+0200)/"),
        ] {
            assert_eq!(life(issued_at, not_after), hour, "{issued_at} to {not_after}");
        }
    }

    #[test]
    fn what_is_beside_the_point_is_passed_over() {
        let body = json!({ "Token": "t", "NotAfter": "2026-01-31T10:00:00Z", "IssueInstant": 5, "Extra": {} });
        let answer = read(&body).unwrap();
        assert_eq!(answer.issued_at, None);
        assert_eq!(answer.life(answer.not_after - Duration::from_secs(60)), Duration::from_secs(60));
        assert_eq!(answer.life(answer.not_after + Duration::from_secs(60)), Duration::ZERO);
    }

    #[test]
    fn what_is_odd_beside_the_token_is_passed_over() {
        for body in [
            &b"\xef\xbb\xbf{\"Token\":\"t\",\"NotAfter\":\"2026-01-31T10:00:00Z\",\"X\":\"\xff\"} and more"[..],
            b"{\"X\":1e99999,\"Token\":\"t\",\"NotAfter\":\"2026-01-31T10:00:00Z\",\"Y\":[[[[",
            b"{\"Token\":\"first\",\"Token\":\"t\",\"NotAfter\":\"2026-01-31T10:00:00Z\",\"Token\":null}",
            b"{\"token\":\"other\",\"Token\":\"t\",\"NOTAFTER\":\"2026-01-31T10:00:00Z\",\"DisplayClaims\":[]}",
        ] {
            let answer = TokenAnswer::read(body, "host").unwrap();
            assert_eq!(answer.token(), "t", "{}", String::from_utf8_lossy(body));
            assert_eq!(answer.authorization().unwrap().user_hash(), "-");
        }
        for cut in [
            &br#"{"NotAfter":"2026-01-31T10:00:00Z","Token":"secr"#[..],
            b"{\"NotAfter\":\"2026-01-31T10:00:00Z\",\"Token\":\"s\xff\"}",
        ] {
            assert!(TokenAnswer::read(cut, "host").is_err(), "a token that is not whole");
        }
    }

    #[test]
    fn an_answer_without_a_token_or_its_end_is_refused_without_showing_it() {
        let end = "2026-01-31T10:00:00Z";
        for wrong in [
            json!({ "NotAfter": end }),
            json!({ "Token": 5, "NotAfter": end }),
            json!({ "Token": "", "NotAfter": end }),
            json!({ "Token": "secret\nX-Evil: 1", "NotAfter": end }),
            json!({ "Token": "secret".repeat(5_000), "NotAfter": end }),
            json!({ "Token": "secret", "NotAfter": end, "DisplayClaims": { "xui": [{ "uhs": "1;secret" }] } }),
            json!({ "Token": "secret", "NotAfter": end, "DisplayClaims": { "xui": [{ "uhs": "1".repeat(129) }] } }),
            json!({ "Token": "secret" }),
            json!({ "Token": "secret", "NotAfter": "secret" }),
            json!({ "Token": "secret", "NotAfter": 5 }),
            json!({ "Token": "secret", "NotAfter": "2020-13-01T00:00:00Z" }),
            json!("secret"),
        ] {
            let outcome = read(&wrong).unwrap_err();
            assert_eq!(outcome.status, Status::SignInFailed);
            assert!(outcome.message.starts_with("What sign-in.example answered "), "{}", outcome.message);
            assert!(!outcome.message.contains("secret"), "{}", outcome.message);
        }
        assert!(TokenAnswer::read(b"<html>secret", "host").is_err());
        assert!(TokenAnswer::read(br#"{"Token":"secret","NotAfter":"#, "host").is_err());
    }

    #[test]
    fn the_longest_token_fits_into_a_header() {
        let token = "t".repeat(MAX_TOKEN_LENGTH);
        let claims = json!({ "xui": [{ "uhs": "1".repeat(MAX_HASH_LENGTH) }] });
        let answer =
            read(&json!({ "Token": token, "NotAfter": "2026-01-31T10:00:00Z", "DisplayClaims": claims })).unwrap();
        assert_eq!(answer.authorization().unwrap().header().len(), MAX_HEADER_LENGTH);
    }

    #[test]
    fn nothing_printed_for_debugging_shows_the_token() {
        let answer = read(&json!({ "Token": "verysecret", "NotAfter": "2026-01-31T10:00:00Z" })).unwrap();
        assert!(!format!("{answer:?}").contains("verysecret"));
    }
}
