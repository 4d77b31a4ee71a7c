//! The `Authorization` header: who calls. The token itself is not verified.

use axum::http::HeaderMap;
use axum::http::header::AUTHORIZATION;

use crate::refusal::Refusal;

/// On whose behalf a token speaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Caller {
    /// A user, named by a user hash.
    User,
    /// A service itself, shown by a hyphen in the place of the user hash.
    Service,
}

/// Reads `Authorization: XBL3.0 x=<user hash or hyphen>;<token>`.
pub(crate) fn read_caller(headers: &HeaderMap) -> Result<Caller, Refusal> {
    let mut values = headers.get_all(AUTHORIZATION).iter();
    let Some(value) = values.next() else {
        return Err(Refusal::unauthorized("missing", "The header Authorization is missing."));
    };
    if values.next().is_some() {
        return Err(Refusal::unauthorized("malformed", "The header Authorization came twice."));
    }
    value.to_str().ok().and_then(parse).ok_or_else(|| {
        Refusal::unauthorized(
            "malformed",
            "The header Authorization must be XBL3.0 x=<user hash, or - for a service>;<token>.",
        )
    })
}

fn parse(value: &str) -> Option<Caller> {
    let (user_hash, token) = value.strip_prefix("XBL3.0 x=")?.split_once(';')?;
    let well_formed = |part: &str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_graphic());
    if !well_formed(user_hash) || !well_formed(token) {
        return None;
    }
    Some(if user_hash == "-" { Caller::Service } else { Caller::User })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_hyphen_marks_a_service_and_a_hash_a_user() {
        assert_eq!(parse("XBL3.0 x=-;eyJlbmMi.Oi=_-"), Some(Caller::Service));
        assert_eq!(parse("XBL3.0 x=2553948354698;eyJ"), Some(Caller::User));
    }

    #[test]
    fn anything_else_is_malformed() {
        let malformed = [
            "",
            "eyJ",
            "Bearer eyJ",
            "xbl3.0 x=-;eyJ",
            "XBL3.0 -;eyJ",
            "XBL3.0  x=-;eyJ",
            "XBL3.0 x=-eyJ",
            "XBL3.0 x=;eyJ",
            "XBL3.0 x=-;",
            "XBL3.0 x=- ;eyJ",
            "XBL3.0 x=-; eyJ",
            "XBL3.0 x=-;ey J",
            "XBL3.0 x=-;ey\u{e9}",
        ];
        for value in malformed {
            assert_eq!(parse(value), None, "{value:?}");
        }
    }
}
