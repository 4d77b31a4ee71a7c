//! What the two requests for tokens must look like: pure checks of JSON.

use serde_json::Value;

use crate::proof_key::ProofKey;
use crate::rules::fields::{Object, exactly, string};
use crate::setting::Read;

const SIGN_IN_RELYING_PARTY: &str = "http://auth.xboxlive.com";

/// The body of `/service/authenticate`: the key that the tokens are to be bound to.
pub(super) fn read_authentication(body: &Value) -> Read<ProofKey> {
    let properties = read_outside(body, SIGN_IN_RELYING_PARTY, &["ProofKey"])?;
    properties.required("ProofKey", ProofKey::read).map_err(in_properties)
}

/// The body of `/xsts/authorize`.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Authorization<'a> {
    pub service_token: &'a str,
    pub sandbox_id: &'a str,
}

pub(super) fn read_authorization<'a>(body: &'a Value, relying_party: &str) -> Read<Authorization<'a>> {
    let properties = read_outside(body, relying_party, &["ServiceToken", "SandboxId"])?;
    Ok(Authorization {
        service_token: properties.required("ServiceToken", string).map_err(in_properties)?,
        sandbox_id: properties.required("SandboxId", string).map_err(in_properties)?,
    })
}

/// Checks what both have in common and returns the properties, which have these fields.
fn read_outside<'a>(body: &'a Value, relying_party: &str, known: &[&str]) -> Read<Object<'a>> {
    let request = Object::read(body, &["RelyingParty", "TokenType", "Properties"])?;
    request.required("RelyingParty", |value| exactly(value, relying_party))?;
    request.required("TokenType", |value| exactly(value, "JWT"))?;
    request.required("Properties", |value| Object::read(value, known))
}

fn in_properties(problem: crate::rules::Problem) -> crate::rules::Problem {
    problem.in_field("Properties")
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
        let expected = Authorization { service_token: "eyJ", sandbox_id: "RETAIL" };
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
