//! Which tokens count as expired.

use std::collections::HashMap;

/// Of so many callers the token is remembered. Those of further ones are good.
const MOST_CALLERS: usize = 10_000;

/// The tokens that a rule without a token of its own has seen first.
#[derive(Default)]
pub(super) struct Tokens {
    /// By the user hash, so that the token of one user is not newer than that of another.
    first: HashMap<String, String>,
}

impl Tokens {
    /// Whether a value of `Authorization` carries `token`; without one, whether it carries the token
    /// that its caller was first seen with.
    pub fn has_expired(&mut self, value: &str, token: Option<&str>) -> bool {
        let parts = value.strip_prefix("XBL3.0 x=");
        let Some((caller, carried)) = parts.and_then(|parts| parts.split_once(';')) else {
            return false;
        };
        if let Some(token) = token {
            return token == carried;
        }
        if let Some(first) = self.first.get(caller) {
            return first == carried;
        }
        let is_room = self.first.len() < MOST_CALLERS;
        if is_room {
            self.first.insert(caller.to_owned(), carried.to_owned());
        }
        is_room
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_given_token_is_the_only_one() {
        let mut tokens = Tokens::default();
        let mut expired = |value| tokens.has_expired(value, Some("old"));
        assert!(expired("XBL3.0 x=-;old"));
        assert!(expired("XBL3.0 x=12;old"), "whoever carries it");
        assert!(!expired("XBL3.0 x=-;new"));
        assert!(!expired("old"));
    }

    #[test]
    fn without_one_it_is_what_each_caller_came_with_first() {
        let mut tokens = Tokens::default();
        let mut expired = |value| tokens.has_expired(value, None);
        assert!(expired("XBL3.0 x=-;1"));
        assert!(expired("XBL3.0 x=-;1"));
        assert!(expired("XBL3.0 x=12;2"), "another caller's");
        assert!(!expired("XBL3.0 x=-;3"), "a newer one");
        assert!(expired("XBL3.0 x=-;1"), "the old one stays expired");
        assert!(!expired("Bearer 1"));
    }
}
