//! Signing in: a certificate for a token, that token for another, and the second one for calls.

use std::error::Error;
use std::fmt;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use axum::Router;
use axum::body::{Bytes, to_bytes};
use axum::extract::{Request, State};
use axum::http::header::{AUTHORIZATION, CONTENT_TYPE};
use axum::http::request::Parts;
use axum::http::{Method, StatusCode, Uri};
use axum::middleware::from_fn_with_state;
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use serde_json::{Value, json};

use crate::call::{SERVICE_HOLDER, check_content_type, check_contract_version, malformed_json};
use crate::certificates::{Authority, PartnerCertificate};
use crate::clock::date_time;
use crate::endpoints::Endpoint;
use crate::endpoints::{method_not_allowed, not_found};
use crate::error_response::{ErrorResponse, XErr};
use crate::faults::{Calls, inject};
use crate::json::{self, Object, Parsed, ValidationError, exactly, string};
use crate::service::ServiceKind;
use crate::service::{MAX_BODY, Service};
use crate::signature::{self, InvalidSignature, ProofKey};
use crate::throttle::ThrottleGroup;
use crate::tokens::{TokenStatus, expiry};

/// How the sign-in services are to be. The default is what is documented.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SignInOptions {
    /// The sandbox that the certificates are for.
    pub sandbox_id: String,
    /// What tokens for calls are asked for.
    pub relying_party: String,
    /// How long the token holds that a certificate is good for.
    pub service_token_lifetime: Duration,
    /// How long the token holds that calls are made with.
    pub token_lifetime: Duration,
}

impl SignInOptions {
    pub const SANDBOX_ID: &str = "RETAIL";
    pub const RELYING_PARTY: &str = "http://xboxlive.com";
}

impl Default for SignInOptions {
    fn default() -> Self {
        Self {
            sandbox_id: Self::SANDBOX_ID.to_owned(),
            relying_party: Self::RELYING_PARTY.to_owned(),
            service_token_lifetime: Duration::from_secs(14 * 86_400),
            token_lifetime: Duration::from_secs(16 * 3_600),
        }
    }
}

/// What a client needs to sign in to an emulator that was started for it.
pub struct SignIn {
    pub(crate) url: String,
    pub(crate) token_url: String,
    pub(crate) authority: Authority,
    pub(crate) partner: PartnerCertificate,
    pub(crate) options: SignInOptions,
}

impl SignIn {
    /// The URL of the sign-in service, without a path. It wants a client's certificate.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// The URL of the token service, without a path.
    pub fn token_url(&self) -> &str {
        &self.token_url
    }

    /// The certificate of the authority, in PEM: what a client has to trust, for all three services.
    pub fn ca_pem(&self) -> &str {
        self.authority.root_pem()
    }

    /// What a client signs in with.
    pub fn partner(&self) -> &PartnerCertificate {
        &self.partner
    }

    /// As it was started.
    pub fn options(&self) -> &SignInOptions {
        &self.options
    }

    /// Another certificate to sign in with, for a test of one that has expired or is not yet valid.
    pub fn issue_partner_certificate(
        &self,
        not_before: SystemTime,
        not_after: SystemTime,
    ) -> Result<PartnerCertificate, Box<dyn Error + Send + Sync>> {
        self.authority.issue_partner(not_before, not_after)
    }
}

impl fmt::Debug for SignIn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SignIn").field("url", &self.url).field("token_url", &self.token_url).finish_non_exhaustive()
    }
}

/// The state of the two services that issue tokens.
#[derive(Clone)]
pub(crate) struct TokenIssuer {
    pub service: Service,
    pub options: Arc<SignInOptions>,
}

/// For a certificate, a token that is good for others.
pub(crate) static AUTHENTICATE: Endpoint = Endpoint {
    service: ServiceKind::SignIn,
    method: Method::POST,
    path: "/service/authenticate",
    calls: &[Calls::SignIn],
    throttle_group: Some(ThrottleGroup::Authentication),
};

/// For that token, one to make calls with.
pub(crate) static AUTHORIZE: Endpoint = Endpoint {
    service: ServiceKind::Token,
    method: Method::POST,
    path: "/xsts/authorize",
    calls: &[Calls::Token],
    throttle_group: Some(ThrottleGroup::Authentication),
};

pub(crate) fn sign_in_router(issuer: TokenIssuer) -> Router {
    finish(Router::new().route(AUTHENTICATE.path, post(authenticate)), issuer)
}

pub(crate) fn token_router(issuer: TokenIssuer) -> Router {
    finish(Router::new().route(AUTHORIZE.path, post(authorize)), issuer)
}

fn finish(calls: Router<TokenIssuer>, issuer: TokenIssuer) -> Router {
    calls
        .method_not_allowed_fallback(method_not_allowed)
        .fallback(not_found)
        .layer(from_fn_with_state(issuer.service.clone(), inject))
        .with_state(issuer)
}

/// Why no token is given.
enum NotIssued {
    /// The request is not of the form that is documented.
    Form(ErrorResponse),
    /// 403 without a body. The reason would help here, but the real service gives none.
    Signature,
    /// It is understood and rejected, with a code.
    XErr(XErr),
}

impl From<ErrorResponse> for NotIssued {
    fn from(error: ErrorResponse) -> Self {
        Self::Form(error)
    }
}

impl From<ValidationError> for NotIssued {
    fn from(error: ValidationError) -> Self {
        Self::Form(error.into())
    }
}

impl From<InvalidSignature> for NotIssued {
    fn from(_: InvalidSignature) -> Self {
        Self::Signature
    }
}

impl From<XErr> for NotIssued {
    fn from(code: XErr) -> Self {
        Self::XErr(code)
    }
}

impl IntoResponse for NotIssued {
    fn into_response(self) -> Response {
        match self {
            Self::Form(error) => error.into_response(),
            Self::Signature => StatusCode::FORBIDDEN.into_response(),
            Self::XErr(code) => code.into_response(),
        }
    }
}

/// For a certificate, which TLS has seen, the token that stands for it.
async fn authenticate(State(issuer): State<TokenIssuer>, request: Request) -> Result<Response, NotIssued> {
    let (parts, bytes, body) = read(request).await?;
    let key = read_authentication(&body)?;
    let now = issuer.service.clock.now();
    signature::verify(&parts, &bytes, &key, now)?;
    let not_after = expiry(issuer.options.service_token_lifetime, now);
    let token = issuer.service.service_tokens.issue(key, not_after);
    Ok(issued(&token, now, not_after))
}

/// For that token, the one to make calls with, bound to the same key.
async fn authorize(State(issuer): State<TokenIssuer>, request: Request) -> Result<Response, NotIssued> {
    let (parts, bytes, body) = read(request).await?;
    let asked = read_authorization(&body, &issuer.options.relying_party)?;
    let now = issuer.service.clock.now();
    let key = match issuer.service.service_tokens.status(SERVICE_HOLDER, asked.service_token, now) {
        TokenStatus::Valid(Some(key)) => key,
        TokenStatus::Expired => return Err(XErr::SERVICE_TOKEN_EXPIRED.into()),
        TokenStatus::Valid(None) | TokenStatus::Revoked | TokenStatus::Unknown => {
            return Err(XErr::SERVICE_TOKEN_INVALID.into());
        }
    };
    signature::verify(&parts, &bytes, &key, now)?;
    if asked.sandbox_id != issuer.options.sandbox_id {
        return Err(XErr::SANDBOX_DENIED.into());
    }
    let not_after = expiry(issuer.options.token_lifetime, now);
    let token = issuer.service.tokens.issue(key, not_after);
    Ok(issued(&token, now, not_after))
}

/// The checks that both share. The whole body is signed here, so it is returned too.
async fn read(request: Request) -> Result<(Parts, Bytes, Value), ErrorResponse> {
    let (parts, body) = request.into_parts();
    check_address(&parts.uri)?;
    if parts.headers.contains_key(AUTHORIZATION) {
        let what = "This call takes no header AuthorizeRequest.";
        return Err(ErrorResponse::invalid_request(StatusCode::BAD_REQUEST, what));
    }
    check_contract_version(&parts.headers)?;
    check_content_type(&parts.headers)?;
    let bytes = to_bytes(body, MAX_BODY).await.map_err(malformed_json)?;
    let body = json::parse(&bytes).map_err(malformed_json)?;
    Ok((parts, bytes, body))
}

fn check_address(uri: &Uri) -> Result<(), ErrorResponse> {
    match uri.query() {
        None => Ok(()),
        Some(_) => Err(ErrorResponse::invalid_request(StatusCode::NOT_FOUND, "This call takes no query string.")),
    }
}

fn issued(token: &str, now: SystemTime, not_after: SystemTime) -> Response {
    let (issue_instant, not_after) = (date_time(now), date_time(not_after));
    let token = json!(token);
    // By hand, for the order in which the service's documents show them.
    let body = format!(
        r#"{{"IssueInstant":"{issue_instant}","NotAfter":"{not_after}","Token":{token},"DisplayClaims":null}}"#
    );
    ([(CONTENT_TYPE, "application/json; charset=utf-8")], body).into_response()
}

const SIGN_IN_RELYING_PARTY: &str = "http://auth.xboxlive.com";

/// The body of `/service/authenticate`: the key that the tokens are to be bound to.
fn read_authentication(body: &Value) -> Parsed<ProofKey> {
    let properties = read_request(body, SIGN_IN_RELYING_PARTY, &["ProofKey"])?;
    properties.required("ProofKey", ProofKey::read).map_err(in_properties)
}

/// The body of `/xsts/authorize`.
#[derive(Debug, PartialEq, Eq)]
struct AuthorizeRequest<'a> {
    pub service_token: &'a str,
    pub sandbox_id: &'a str,
}

fn read_authorization<'a>(body: &'a Value, relying_party: &str) -> Parsed<AuthorizeRequest<'a>> {
    let properties = read_request(body, relying_party, &["ServiceToken", "SandboxId"])?;
    Ok(AuthorizeRequest {
        service_token: properties.required("ServiceToken", string).map_err(in_properties)?,
        sandbox_id: properties.required("SandboxId", string).map_err(in_properties)?,
    })
}

/// Checks what both have in common and returns the properties, which have these fields.
fn read_request<'a>(body: &'a Value, relying_party: &str, known: &[&str]) -> Parsed<Object<'a>> {
    let request = Object::read(body, &["RelyingParty", "TokenType", "Properties"])?;
    request.required("RelyingParty", |value| exactly(value, relying_party))?;
    request.required("TokenType", |value| exactly(value, "JWT"))?;
    request.required("Properties", |value| Object::read(value, known))
}

fn in_properties(error: ValidationError) -> ValidationError {
    error.in_field("Properties")
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn authentication() -> Value {
        let x = "GJS1AAhiPYw0ZSQJDCF8kcZkKAc2tRWXAN6Yw-o_hMQ";
        let y = "UAQJHUc_yVIhUQgIvoED3kt0JDz_G8jgXys_XR2s-Xc";
        let key = json!({"alg": "ES256", "kty": "EC", "use": "sig", "crv": "P-256", "x": x, "y": y});
        json!({"RelyingParty": "http://auth.xboxlive.com", "TokenType": "JWT", "Properties": {"ProofKey": key}})
    }

    fn authorization() -> Value {
        json!({"RelyingParty": "http://xboxlive.com", "TokenType": "JWT",
            "Properties": {"ServiceToken": "eyJ", "SandboxId": "RETAIL"}})
    }

    #[test]
    fn the_documented_forms_are_read() {
        assert!(read_authentication(&authentication()).is_ok());
        let expected = AuthorizeRequest { service_token: "eyJ", sandbox_id: "RETAIL" };
        assert_eq!(read_authorization(&authorization(), "http://xboxlive.com"), Ok(expected));
    }

    #[test]
    fn what_is_wrong_with_signing_in_is_named() {
        let wrong: [(&str, Value, &str); 6] = [
            (
                "/RelyingParty",
                json!("https://auth.xboxlive.com"),
                "RelyingParty must be \"http://auth.xboxlive.com\", not",
            ),
            ("/TokenType", json!("jwt"), "TokenType must be \"JWT\", not \"jwt\""),
            ("/Properties", json!([]), "Properties must be an object, not a list"),
            ("/Properties/ProofKey", json!("k"), "Properties.ProofKey must be an object, not a string"),
            ("/Properties/ProofKey/crv", json!("P-384"), "Properties.ProofKey.crv must be \"P-256\""),
            ("/Properties/ProofKey/x", json!("a"), "Properties.ProofKey.x must be 32 bytes"),
        ];
        for (place, value, expected) in wrong {
            let mut body = authentication();
            *body.pointer_mut(place).unwrap() = value;
            let said = read_authentication(&body).unwrap_err().to_string();
            assert!(said.starts_with(expected), "{said}");
        }
        let said = |body| read_authentication(&body).unwrap_err().to_string();
        assert!(said(authorization()).starts_with("RelyingParty must be "));
        let mut unknown = authentication();
        unknown["Properties"]["AuthMethod"] = json!("RPS");
        assert!(said(unknown).starts_with("Properties.AuthMethod is not a known field"));
        assert_eq!(said(json!({})), "RelyingParty is required");
    }

    #[test]
    fn what_is_wrong_with_asking_for_a_token_is_named() {
        let said = |place: &str, value: Value| {
            let mut body = authorization();
            *body.pointer_mut(place).unwrap() = value;
            read_authorization(&body, "http://xboxlive.com").unwrap_err().to_string()
        };
        assert_eq!(
            said("/RelyingParty", json!("https://xboxlive.com")),
            "RelyingParty must be \"http://xboxlive.com\", not \"https://xboxlive.com\""
        );
        assert_eq!(said("/Properties/SandboxId", json!(1)), "Properties.SandboxId must be a string, not a number");
        assert_eq!(said("/Properties", json!({"SandboxId": "a"})), "Properties.ServiceToken is required");
        assert_eq!(said("/Properties", json!({"ServiceToken": "a"})), "Properties.SandboxId is required");
    }
}
