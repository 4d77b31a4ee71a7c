//! The bodies of the two requests.

use serde::Serialize;
use zeroize::Zeroizing;

use crate::auth::ProofKey;
use crate::outcome::{Outcome, Result};

/// Whom a service token is for.
const AUTHENTICATION: &str = "http://auth.xboxlive.com";

/// What a token is for, unless the configuration says otherwise.
pub const DEFAULT_SANDBOX: &str = "RETAIL";
pub const DEFAULT_RELYING_PARTY: &str = "http://xboxlive.com";

/// Room for all of a body but its token.
const FRAME: usize = 1_024;

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Request<'a, P> {
    relying_party: &'a str,
    token_type: &'static str,
    properties: P,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct WithProofKey {
    proof_key: PublicKey,
}

/// As a JSON Web Key (RFC 7517).
#[derive(Serialize)]
struct PublicKey {
    alg: &'static str,
    kty: &'static str,
    r#use: &'static str,
    crv: &'static str,
    x: String,
    y: String,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct WithServiceToken<'a> {
    service_token: &'a str,
    sandbox_id: &'a str,
}

/// Asks for a service token, over a connection that shows the certificate.
pub fn service_token_request(key: &ProofKey) -> Result<Zeroizing<Vec<u8>>> {
    let proof_key = PublicKey { alg: "ES256", kty: "EC", r#use: "sig", crv: "P-256", x: key.x(), y: key.y() };
    body(AUTHENTICATION, WithProofKey { proof_key }, FRAME)
}

/// Asks for a token to use in a sandbox, whose name is case-sensitive.
pub fn token_request(service_token: &str, sandbox_id: &str, relying_party: &str) -> Result<Zeroizing<Vec<u8>>> {
    // Tokens are not escaped; names are, to at most six bytes of each.
    let length = FRAME + service_token.len() + 6 * (sandbox_id.len() + relying_party.len());
    body(relying_party, WithServiceToken { service_token, sandbox_id }, length)
}

fn body<P: Serialize>(relying_party: &str, properties: P, length: usize) -> Result<Zeroizing<Vec<u8>>> {
    // A buffer that grows would leave copies of the token behind.
    let mut body = Zeroizing::new(Vec::with_capacity(length));
    serde_json::to_writer(&mut *body, &Request { relying_party, token_type: "JWT", properties })
        .map_err(|_| Outcome::internal("A request to sign in could not be written as JSON."))?;
    Ok(body)
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    #[test]
    fn a_service_token_is_asked_for_with_the_public_key() {
        let key = ProofKey::generate().unwrap();
        let body: Value = serde_json::from_slice(&service_token_request(&key).unwrap()).unwrap();
        let expected = json!({
            "RelyingParty": "http://auth.xboxlive.com",
            "TokenType": "JWT",
            "Properties": {
                "ProofKey": { "alg": "ES256", "kty": "EC", "use": "sig", "crv": "P-256", "x": key.x(), "y": key.y() },
            },
        });
        assert_eq!(body, expected);
    }

    #[test]
    fn a_token_is_asked_for_with_the_service_token() {
        let token = "eyJ.0_-".repeat(600);
        let body = token_request(&token, "XDKS.1", "http://xboxlive.com").unwrap();
        let expected = json!({
            "RelyingParty": "http://xboxlive.com",
            "TokenType": "JWT",
            "Properties": { "ServiceToken": token, "SandboxId": "XDKS.1" },
        });
        assert_eq!(serde_json::from_slice::<Value>(&body).unwrap(), expected);
    }

    #[test]
    fn names_are_escaped_and_the_body_never_grows() {
        let name = "\u{1}\"".repeat(500);
        let body = token_request("t", &name, &name).unwrap();
        let read: Value = serde_json::from_slice(&body).unwrap();
        assert_eq!(
            (read["Properties"]["SandboxId"].as_str(), read["RelyingParty"].as_str()),
            (Some(&*name), Some(&*name))
        );
        assert!(body.len() <= FRAME + 1 + 12 * name.len());
    }
}
