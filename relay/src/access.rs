//! Who may come in: servers with a key or with a certificate of the studio's, and calls with a user's own token.

use std::sync::Arc;

use arc_swap::ArcSwap;
use http::header::{AUTHORIZATION, HeaderMap};
use mpa::api;
use mpa::auth::Authorization;

use crate::front::Peer;
use crate::keys::Keys;
use crate::refusal::Refusal;
use crate::routes::ServiceRoute;

/// The name of who comes in where everyone may.
const ANYONE: &str = "anyone";

/// What the relay asks for.
#[derive(Debug)]
pub struct Access {
    /// `None`: no key lets in.
    pub keys: Option<Arc<ArcSwap<Keys>>>,
    /// Anyone who reaches the relay may come in: on loopback, without keys and certificates.
    pub is_open: bool,
    pub user_tokens: bool,
    /// A certificate lets in, for all titles.
    pub takes_certificates: bool,
}

/// Who sent a request, and with whose authorization it goes on.
pub enum Caller {
    /// A server, with the fleet's.
    Fleet { name: Arc<str> },
    /// A server on behalf of a user, with that user's own.
    User {
        authorization: Authorization,
        /// A key names the title that the call is for.
        is_title_named: bool,
    },
}

impl Caller {
    /// For the log.
    pub fn name(&self) -> &str {
        match self {
            Caller::Fleet { name } => name,
            Caller::User { .. } => "user token",
        }
    }
}

impl Access {
    pub fn caller(&self, headers: &HeaderMap, peer: &Peer, route: &ServiceRoute) -> Result<Caller, Refusal> {
        let authorization = authorization(headers)?;
        let is_service = authorization.user_hash() == Authorization::SERVICE_USER_HASH;
        let caller = if is_service {
            self.server(&authorization, peer, route)?
        } else {
            self.user(authorization, headers, route)?
        };
        let takes = route.endpoint.caller;
        let is_allowed = match caller {
            Caller::Fleet { .. } => takes != api::Caller::User,
            Caller::User { .. } => takes != api::Caller::Service,
        };
        if is_allowed { Ok(caller) } else { Err(Refusal::KindOfToken) }
    }

    /// A server that shows a key, or has shown a certificate.
    fn server(&self, authorization: &Authorization, peer: &Peer, route: &ServiceRoute) -> Result<Caller, Refusal> {
        let keys = self.keys.as_ref().map(|keys| keys.load());
        if let Some(key) = keys.as_ref().and_then(|keys| keys.find(authorization.token().as_bytes())) {
            return match key.titles.contain(route.title_id) {
                true => Ok(Caller::Fleet { name: key.name.as_str().into() }),
                false => Err(Refusal::TitleOfKey),
            };
        }
        match &peer.certificate {
            Some(name) => Ok(Caller::Fleet { name: name.clone() }),
            None if self.is_open => Ok(Caller::Fleet { name: ANYONE.into() }),
            None => Err(Refusal::UnknownKey),
        }
    }

    /// A call that anyone can make: only for titles that a server could be let in for.
    fn user(&self, authorization: Authorization, headers: &HeaderMap, route: &ServiceRoute) -> Result<Caller, Refusal> {
        if !self.user_tokens {
            return Err(Refusal::UserToken);
        }
        let keys = self.keys.as_ref().map(|keys| keys.load());
        let of_keys = || keys.iter().flat_map(|keys| keys.iter()).map(|key| &key.titles);
        let is_for_all = keys.is_none() || self.takes_certificates;
        if !is_for_all && !of_keys().any(|titles| titles.contain(route.title_id)) {
            return Err(Refusal::TitleOfUser);
        }
        let is_title_named = of_keys().any(|titles| titles.name(route.title_id));
        // The key that signs is the server's; what it signed is passed on as it came.
        let authorization = match headers.get("Signature") {
            Some(signature) => authorization.signed(signature.clone()),
            None => authorization,
        };
        Ok(Caller::User { authorization, is_title_named })
    }
}

fn authorization(headers: &HeaderMap) -> Result<Authorization, Refusal> {
    let mut values = headers.get_all(AUTHORIZATION).iter();
    let (Some(value), None) = (values.next(), values.next()) else {
        return Err(Refusal::NoAuthorization);
    };
    let text = value.to_str().unwrap_or_default();
    Authorization::new(text, 0).map_err(|_| Refusal::InvalidAuthorization)
}
