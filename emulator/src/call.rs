//! The checks that all endpoints share: the path, the caller and its token, two headers, JSON.

use axum::body::to_bytes;
use axum::extract::Request;
use axum::http::header::{AUTHORIZATION, CONTENT_TYPE};
use axum::http::request::Parts;
use axum::http::{HeaderMap, Method, StatusCode, Uri};
use serde_json::Value;

use crate::error_response::ErrorResponse;
use crate::json::{self, parse_positive};
use crate::service::title_of_path;
use crate::service::{MAX_BODY, Service};
use crate::signature::{self, SIGNED_BODY};
use crate::tokens::TokenStatus;

/// On whose behalf a token speaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Caller {
    /// A user, named by a user hash.
    User,
    /// A service itself, shown by a hyphen instead of the user hash.
    Service,
}

/// What stands instead of the user hash where a service calls for itself.
pub(crate) const SERVICE_HOLDER: &str = "-";

/// What the header says, not verified.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct AuthorizationHeader<'a> {
    /// A user's hash, or a hyphen.
    pub holder: &'a str,
    pub token: &'a str,
}

impl AuthorizationHeader<'_> {
    pub fn caller(&self) -> Caller {
        if self.holder == SERVICE_HOLDER { Caller::Service } else { Caller::User }
    }
}

/// Reads `Authorization: XBL3.0 x=<user hash or hyphen>;<token>`.
pub(crate) fn read_authorization(headers: &HeaderMap) -> Result<AuthorizationHeader<'_>, ErrorResponse> {
    let mut values = headers.get_all(AUTHORIZATION).iter();
    let Some(value) = values.next() else {
        return Err(ErrorResponse::unauthorized("missing", "The header Authorization is missing."));
    };
    if values.next().is_some() {
        return Err(ErrorResponse::unauthorized("malformed", "The header Authorization came twice."));
    }
    value.to_str().ok().and_then(parse_authorization).ok_or_else(|| {
        ErrorResponse::unauthorized(
            "malformed",
            "The header Authorization must be XBL3.0 x=<user hash, or - for a service>;<token>.",
        )
    })
}

/// The same for the value of the header.
pub(crate) fn parse_authorization(value: &str) -> Option<AuthorizationHeader<'_>> {
    let (holder, token) = value.strip_prefix("XBL3.0 x=")?.split_once(';')?;
    let well_formed = |part: &str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_graphic());
    (well_formed(holder) && well_formed(token)).then_some(AuthorizationHeader { holder, token })
}

/// Tokens that the emulator issued must be valid. Others are accepted, but those of services only where services do
/// not sign in.
pub(crate) fn check_credentials(
    service: &Service,
    authorization: &AuthorizationHeader<'_>,
    parts: &Parts,
    body: &[u8],
) -> Result<(), ErrorResponse> {
    let now = service.clock.now();
    let key = match service.tokens.status(authorization.holder, authorization.token, now) {
        TokenStatus::Valid(key) => key,
        TokenStatus::Unknown if authorization.caller() == Caller::User || !service.signs_in => None,
        TokenStatus::Expired => return Err(ErrorResponse::unauthorized("expired", "The token has expired.")),
        TokenStatus::Revoked => {
            return Err(ErrorResponse::unauthorized("invalid", "The token is revoked, or belongs to another client."));
        }
        TokenStatus::Unknown => {
            return Err(ErrorResponse::unauthorized(
                "invalid",
                "The token was not issued by this emulator's token service.",
            ));
        }
    };
    let Some(key) = key else {
        return Ok(());
    };
    let signed = &body[..body.len().min(SIGNED_BODY)];
    signature::verify(parts, signed, &key, now)
        .map_err(|bad| ErrorResponse::unauthorized("invalid_signature", &bad.to_string()))
}

/// A call that has passed the checks that all endpoints share.
pub(crate) struct Call {
    pub title_id: u32,
    /// The XUID in the path; 0 where the path has none.
    pub user: u64,
    /// A user's hash, or a hyphen.
    pub holder: String,
    /// `null` where the call takes none.
    pub body: Value,
}

impl Call {
    /// The XUID of the user who calls. Tokens carry none here, so it is the user hash, if that can be one.
    pub fn calling_user(&self) -> Option<u64> {
        parse_positive(&self.holder)
    }
}

/// Checks a call as all endpoints do, in the documented order. Without `allowed`, users and services may call.
pub(crate) async fn read_call(
    request: Request,
    service: &Service,
    allowed: Option<Caller>,
) -> Result<Call, ErrorResponse> {
    let (parts, body) = request.into_parts();
    let (title_id, user) = read_address(&parts.uri)?;
    let authorization = read_authorization(&parts.headers)?;
    let bytes = to_bytes(body, MAX_BODY).await.map_err(malformed_json)?;
    check_credentials(service, &authorization, &parts, &bytes)?;
    check_contract_version(&parts.headers)?;
    let takes_body = ![Method::GET, Method::HEAD].contains(&parts.method);
    if takes_body || parts.headers.contains_key(CONTENT_TYPE) {
        check_content_type(&parts.headers)?;
    }
    if let Some(allowed) = allowed {
        service.check_caller(authorization.caller(), allowed)?;
    }
    let body = if takes_body {
        json::parse(&bytes).map_err(malformed_json)?
    } else if bytes.is_empty() {
        Value::Null
    } else {
        return Err(ErrorResponse::invalid_request(StatusCode::BAD_REQUEST, "This call takes no body."));
    };
    Ok(Call { title_id, user, holder: authorization.holder.to_owned(), body })
}

/// The title and the user that a path is about; 0 where it names no user.
fn read_address(uri: &Uri) -> Result<(u32, u64), ErrorResponse> {
    let not_found = |what| ErrorResponse::invalid_request(StatusCode::NOT_FOUND, what);
    let title_id = title_of_path(uri.path())
        .ok_or_else(|| not_found("The title id in the path must be decimal, from 1 to 4294967295."))?;
    let user = match user_of_path(uri.path()) {
        Some(xuid) => parse_positive(xuid).ok_or_else(|| {
            not_found("The XUID in the path must be decimal, from 1 to 18446744073709551615, without leading zeros.")
        })?,
        None => 0,
    };
    if uri.query().is_some() {
        return Err(not_found("This call takes no query string."));
    }
    Ok((title_id, user))
}

/// What stands for the user in `/titles/{title id}/users/{xuid}/...`.
fn user_of_path(path: &str) -> Option<&str> {
    let mut segments = path.split('/').skip(3);
    (segments.next() == Some("users")).then(|| segments.next()).flatten()
}

pub(crate) fn check_contract_version(headers: &HeaderMap) -> Result<(), ErrorResponse> {
    match single_value(headers, "x-xbl-contract-version") {
        Some("1") => Ok(()),
        _ => Err(ErrorResponse::invalid_request(
            StatusCode::BAD_REQUEST,
            "The header x-xbl-contract-version must be there once, as 1.",
        )),
    }
}

pub(crate) fn check_content_type(headers: &HeaderMap) -> Result<(), ErrorResponse> {
    match single_value(headers, CONTENT_TYPE.as_str()) {
        Some(value) if is_json_in_utf8(value) => Ok(()),
        _ => Err(ErrorResponse::invalid_request(
            StatusCode::UNSUPPORTED_MEDIA_TYPE,
            "The header Content-Type must be there once, as application/json; charset=utf-8.",
        )),
    }
}

/// The value of a header that came exactly once.
fn single_value<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    let mut values = headers.get_all(name).iter();
    match (values.next(), values.next()) {
        (Some(value), None) => value.to_str().ok(),
        _ => None,
    }
}

/// Whether a content type is `application/json`, with `charset=utf-8` or without a parameter.
fn is_json_in_utf8(content_type: &str) -> bool {
    let mut parts = content_type.split(';').map(str::trim);
    let media_type = parts.next().unwrap_or_default();
    let parameters: Vec<_> = parts.map(str::to_ascii_lowercase).collect();
    let charset_at_most = match parameters.as_slice() {
        [] => true,
        [charset] => charset == "charset=utf-8" || charset == "charset=\"utf-8\"",
        _ => false,
    };
    media_type.eq_ignore_ascii_case("application/json") && charset_at_most
}

pub(crate) fn malformed_json(error: impl std::fmt::Display) -> ErrorResponse {
    let what = format!("The body is not JSON that can be read: {error}");
    ErrorResponse::invalid_request(StatusCode::BAD_REQUEST, what)
}

#[cfg(test)]
mod authorization_tests {
    use super::*;

    #[test]
    fn a_hyphen_marks_a_service_and_a_hash_a_user() {
        let of_service = parse_authorization("XBL3.0 x=-;eyJlbmMi.Oi=_-").unwrap();
        assert_eq!((of_service.caller(), of_service.token), (Caller::Service, "eyJlbmMi.Oi=_-"));
        let of_user = parse_authorization("XBL3.0 x=2553948354698;eyJ").unwrap();
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
            assert_eq!(parse_authorization(value), None, "{value:?}");
        }
    }
}

#[cfg(test)]
mod call_tests {
    use super::*;

    #[test]
    fn json_in_utf_8_has_few_spellings() {
        let right = [
            "application/json; charset=utf-8",
            "application/json;charset=UTF-8",
            "application/json ; charset=\"utf-8\"",
            "Application/JSON",
        ];
        for value in right {
            assert!(is_json_in_utf8(value), "{value}");
        }
        let wrong = [
            "",
            "text/json",
            "text/plain; charset=utf-8",
            "application/jsonp",
            "application/x-www-form-urlencoded",
            "application/json; charset=utf-16",
            "application/json; charset=utf-8; v=1",
            "application/json; v=1",
            "application/json, application/json",
        ];
        for value in wrong {
            assert!(!is_json_in_utf8(value), "{value}");
        }
    }

    #[test]
    fn a_path_names_a_title_and_may_name_a_user() {
        let read = |path: &str| read_address(&path.parse().unwrap()).map_err(|error| error.debug_message().to_owned());
        assert_eq!(read("/titles/7/invites"), Ok((7, 0)));
        assert_eq!(read("/titles/7/users/18446744073709551615/activities"), Ok((7, u64::MAX)));
        for wrong in ["0", "x", "01", "18446744073709551616", "+1", "%31"] {
            let error = read(&format!("/titles/7/users/{wrong}/activities")).unwrap_err();
            assert!(error.starts_with("The XUID in the path must be decimal"), "{wrong}: {error}");
        }
        assert!(read("/titles/x/users/1/activities").unwrap_err().starts_with("The title id"));
        assert_eq!(read("/titles/7/users/1/activities?a").unwrap_err(), "This call takes no query string.");
    }

    #[test]
    fn the_user_who_calls_is_the_user_hash() {
        let call = |holder: &str| Call { title_id: 7, user: 0, holder: holder.to_owned(), body: Value::Null };
        assert_eq!(call("2814613765430389").calling_user(), Some(2_814_613_765_430_389));
        assert_eq!((call("-").calling_user(), call("hash").calling_user()), (None, None));
    }

    #[test]
    fn a_header_that_came_twice_counts_as_wrong() {
        let mut headers = HeaderMap::new();
        assert_eq!(single_value(&headers, "x-xbl-contract-version"), None);
        headers.append("x-xbl-contract-version", "1".parse().unwrap());
        assert!(check_contract_version(&headers).is_ok());
        headers.append("x-xbl-contract-version", "1".parse().unwrap());
        assert!(check_contract_version(&headers).is_err());
    }
}
