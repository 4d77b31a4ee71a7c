//! The `Authorization` header: who calls, with which token.

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

/// What stands in the place of the user hash where a service calls for itself.
pub(crate) const OF_A_SERVICE: &str = "-";

/// What the header says. Whether it is true is another question.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Claim<'a> {
    /// A user's hash, or a hyphen.
    pub holder: &'a str,
    pub token: &'a str,
}

impl Claim<'_> {
    pub fn caller(&self) -> Caller {
        if self.holder == OF_A_SERVICE { Caller::Service } else { Caller::User }
    }
}

/// Reads `Authorization: XBL3.0 x=<user hash or hyphen>;<token>`.
pub(crate) fn read_claim(headers: &HeaderMap) -> Result<Claim<'_>, Refusal> {
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

fn parse(value: &str) -> Option<Claim<'_>> {
    let (holder, token) = value.strip_prefix("XBL3.0 x=")?.split_once(';')?;
    let well_formed = |part: &str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_graphic());
    (well_formed(holder) && well_formed(token)).then_some(Claim { holder, token })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_hyphen_marks_a_service_and_a_hash_a_user() {
        let of_service = parse("XBL3.0 x=-;eyJlbmMi.Oi=_-").unwrap();
        assert_eq!((of_service.caller(), of_service.token), (Caller::Service, "eyJlbmMi.Oi=_-"));
        let of_user = parse("XBL3.0 x=2553948354698;eyJ").unwrap();
        assert_eq!((of_user.caller(), of_user.holder), (Caller::User, "2553948354698"));
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
