//! The tokens that were issued: whose they are, until when they hold and which key goes with them.

use std::collections::{HashMap, VecDeque};
use std::hash::{BuildHasher, RandomState};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, SystemTime};

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ring::digest::{SHA256, digest};

use crate::call::SERVICE_HOLDER;
use crate::signature::ProofKey;

/// So many are remembered. Beyond it the oldest goes and is unknown from then on.
const MAX_TOKENS: usize = 10_000;

/// Of what a token is made: a key, an initialization vector, what is encrypted, a tag. They sum up to
/// about 2,000 characters, as many as real ones have at least.
const PARTS: [usize; 4] = [256, 16, 1_120, 32];

const HEAD: &str = r#"{"enc":"A128CBC+HS256","alg":"RSA-OAEP","cty":"JWT","zip":"DEF"}"#;

/// One kind of token.
#[derive(Default)]
pub(crate) struct Tokens {
    store: Mutex<TokenStore>,
}

#[derive(Default)]
struct TokenStore {
    /// By a digest, so that no token is kept here.
    entries: HashMap<[u8; 32], IssuedToken>,
    order: VecDeque<[u8; 32]>,
}

struct IssuedToken {
    /// What stands for its holder before the token: a user's hash, or a hyphen for a service.
    holder: String,
    key: Option<ProofKey>,
    not_after: SystemTime,
    revoked: bool,
}

/// Whether a token is valid.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum TokenStatus {
    /// It is valid, for callers with the key; for all callers where there is none.
    Valid(Option<ProofKey>),
    Expired,
    /// It is not to be used any more, or not by this holder.
    Revoked,
    /// It was not issued here.
    Unknown,
}

impl Tokens {
    /// A new token of a service's own.
    pub fn issue(&self, key: ProofKey, not_after: SystemTime) -> String {
        self.issue_to(SERVICE_HOLDER.to_owned(), Some(key), not_after)
    }

    /// A new token of a holder.
    pub fn issue_to(&self, holder: String, key: Option<ProofKey>, not_after: SystemTime) -> String {
        let token = random_token();
        self.store().add(hash(&token), IssuedToken { holder, key, not_after, revoked: false });
        token
    }

    pub fn status(&self, holder: &str, token: &str, now: SystemTime) -> TokenStatus {
        match self.store().entries.get(&hash(token)) {
            None => TokenStatus::Unknown,
            Some(entry) if entry.revoked || entry.holder != holder => TokenStatus::Revoked,
            Some(entry) if entry.not_after <= now => TokenStatus::Expired,
            Some(entry) => TokenStatus::Valid(entry.key),
        }
    }

    /// Revokes those issued so far.
    pub fn revoke_all(&self) {
        self.store().entries.values_mut().for_each(|entry| entry.revoked = true);
    }

    fn store(&self) -> MutexGuard<'_, TokenStore> {
        // A panic leaves at worst a token unknown.
        self.store.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl TokenStore {
    fn add(&mut self, hash: [u8; 32], entry: IssuedToken) {
        if self.order.len() >= MAX_TOKENS
            && let Some(oldest) = self.order.pop_front()
        {
            self.entries.remove(&oldest);
        }
        self.order.push_back(hash);
        self.entries.insert(hash, entry);
    }
}

fn hash(token: &str) -> [u8; 32] {
    let mut hash = [0; 32];
    hash.copy_from_slice(digest(&SHA256, token.as_bytes()).as_ref());
    hash
}

/// When something issued now expires; `now` where that is beyond what a clock can show.
pub(crate) fn expiry(lifetime: Duration, now: SystemTime) -> SystemTime {
    now.checked_add(lifetime).unwrap_or(now)
}

/// Five parts in base64url with dots between, as the services' encrypted tokens look.
fn random_token() -> String {
    let random = RandomState::new();
    let mut token = URL_SAFE_NO_PAD.encode(HEAD);
    for (part, length) in (0_u8..).zip(PARTS) {
        token.push('.');
        token.push_str(&URL_SAFE_NO_PAD.encode(random_bytes(&random, part, length)));
    }
    token
}

/// Bytes that are never the same again: a new RandomState has keys of its own. They guard nothing.
fn random_bytes(random: &RandomState, part: u8, length: usize) -> Vec<u8> {
    let words = (0_u64..).flat_map(|number| random.hash_one((part, number)).to_be_bytes());
    words.take(length).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    const HOUR: Duration = Duration::from_secs(3_600);

    fn key() -> ProofKey {
        ProofKey::from_jwk("GJS1AAhiPYw0ZSQJDCF8kcZkKAc2tRWXAN6Yw-o_hMQ", "UAQJHUc_yVIhUQgIvoED3kt0JDz_G8jgXys_XR2s-Xc")
            .unwrap()
    }

    #[test]
    fn a_token_holds_for_its_holder_until_its_time_is_over() {
        let tokens = Tokens::default();
        let now = SystemTime::now();
        let token = tokens.issue(key(), now + HOUR);
        assert_eq!(tokens.status("-", &token, now), TokenStatus::Valid(Some(key())));
        assert_eq!(tokens.status("7", &token, now), TokenStatus::Revoked, "another client's");
        assert_eq!(tokens.status("-", &token, now + HOUR), TokenStatus::Expired);
        assert_eq!(tokens.status("-", &token[1..], now), TokenStatus::Unknown);
        let of_user = tokens.issue_to("7".to_owned(), None, now + HOUR);
        assert_eq!(tokens.status("7", &of_user, now), TokenStatus::Valid(None));
    }

    #[test]
    fn only_what_was_issued_before_is_revoked() {
        let tokens = Tokens::default();
        let now = SystemTime::now();
        let issue = || tokens.issue(key(), now + HOUR);
        let old = issue();
        tokens.revoke_all();
        let new = issue();
        assert_eq!(tokens.status("-", &old, now), TokenStatus::Revoked);
        assert_eq!(tokens.status("-", &new, now), TokenStatus::Valid(Some(key())));
    }

    #[test]
    fn tokens_are_long_and_never_the_same() {
        let tokens: HashSet<_> = (0..100).map(|_| random_token()).collect();
        assert_eq!(tokens.len(), 100);
        for token in &tokens {
            assert!((1_900..2_100).contains(&token.len()), "{}", token.len());
            assert!(token.starts_with("eyJ"), "{token}");
            assert!(token.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte)), "{token}");
        }
    }

    #[test]
    fn so_many_are_remembered() {
        let tokens = Tokens::default();
        let now = SystemTime::now();
        let first = tokens.issue(key(), now + HOUR);
        let second = tokens.issue(key(), now + HOUR);
        for number in 2..=MAX_TOKENS {
            let entry = IssuedToken { holder: String::new(), key: None, not_after: now, revoked: false };
            tokens.store().add(hash(&number.to_string()), entry);
        }
        assert_eq!(tokens.status("-", &first, now), TokenStatus::Unknown);
        assert_eq!(tokens.status("-", &second, now), TokenStatus::Valid(Some(key())));
    }
}
