//! What every call must carry, whatever its endpoint: a clean path, a caller, two headers, JSON.

use axum::body::to_bytes;
use axum::extract::{FromRequest, Request};
use axum::http::header::CONTENT_TYPE;
use axum::http::{HeaderMap, StatusCode, Uri};
use serde_json::Value;

use crate::authorization::{Caller, read_claim};
use crate::credentials::check_credentials;
use crate::json;
use crate::recording::LARGEST_BODY;
use crate::refusal::Refusal;
use crate::service::Service;
use crate::title;

/// The body of a call that only a user's token may make.
pub(crate) struct ByUser(pub Value);

/// The body of a call that only a service's own token may make.
pub(crate) struct ByService(pub Value);

/// The body of a call that either may make.
pub(crate) struct ByAnyone(pub Value);

impl FromRequest<Service> for ByUser {
    type Rejection = Refusal;

    async fn from_request(request: Request, service: &Service) -> Result<Self, Refusal> {
        read_call(request, service, Some(Caller::User)).await.map(Self)
    }
}

impl FromRequest<Service> for ByService {
    type Rejection = Refusal;

    async fn from_request(request: Request, service: &Service) -> Result<Self, Refusal> {
        read_call(request, service, Some(Caller::Service)).await.map(Self)
    }
}

impl FromRequest<Service> for ByAnyone {
    type Rejection = Refusal;

    async fn from_request(request: Request, service: &Service) -> Result<Self, Refusal> {
        read_call(request, service, None).await.map(Self)
    }
}

/// Checks from the outside in, so that the first thing wrong is the one that is told. Without
/// `allowed`, whoever has a token may call.
async fn read_call(request: Request, service: &Service, allowed: Option<Caller>) -> Result<Value, Refusal> {
    let (parts, body) = request.into_parts();
    check_address(&parts.uri)?;
    let claim = read_claim(&parts.headers)?;
    let bytes = to_bytes(body, LARGEST_BODY).await.map_err(unreadable)?;
    check_credentials(service, &claim, &parts, &bytes)?;
    check_contract_version(&parts.headers)?;
    check_content_type(&parts.headers)?;
    if let Some(allowed) = allowed {
        service.admit(claim.caller(), allowed)?;
    }
    json::parse(&bytes).map_err(unreadable)
}

fn check_address(uri: &Uri) -> Result<(), Refusal> {
    let not_found = |what| Err(Refusal::invalid_request(StatusCode::NOT_FOUND, what));
    if title::of_path(uri.path()).is_none() {
        return not_found("The title id in the path must be decimal, from 1 to 4294967295.");
    }
    if uri.query().is_some() {
        return not_found("This call takes no query string.");
    }
    Ok(())
}

pub(crate) fn check_contract_version(headers: &HeaderMap) -> Result<(), Refusal> {
    match the_only(headers, "x-xbl-contract-version") {
        Some("1") => Ok(()),
        _ => Err(Refusal::invalid_request(
            StatusCode::BAD_REQUEST,
            "The header x-xbl-contract-version must be there once, as 1.",
        )),
    }
}

pub(crate) fn check_content_type(headers: &HeaderMap) -> Result<(), Refusal> {
    match the_only(headers, CONTENT_TYPE.as_str()) {
        Some(value) if is_json_in_utf8(value) => Ok(()),
        _ => Err(Refusal::invalid_request(
            StatusCode::UNSUPPORTED_MEDIA_TYPE,
            "The header Content-Type must be there once, as application/json; charset=utf-8.",
        )),
    }
}

/// The value of a header that came exactly once.
fn the_only<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
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

pub(crate) fn unreadable(error: impl std::fmt::Display) -> Refusal {
    let what = format!("The body is not JSON that can be read: {error}");
    Refusal::invalid_request(StatusCode::BAD_REQUEST, what)
}

#[cfg(test)]
mod tests {
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
    fn a_header_that_came_twice_counts_as_wrong() {
        let mut headers = HeaderMap::new();
        assert_eq!(the_only(&headers, "x-xbl-contract-version"), None);
        headers.append("x-xbl-contract-version", "1".parse().unwrap());
        assert!(check_contract_version(&headers).is_ok());
        headers.append("x-xbl-contract-version", "1".parse().unwrap());
        assert!(check_contract_version(&headers).is_err());
    }
}
