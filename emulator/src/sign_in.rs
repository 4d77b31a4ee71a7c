//! Signing in: a certificate for a token, that token for another, and the second one for calls.

mod authority;
mod denial;
mod form;
mod routes;
mod time;

use std::error::Error;
use std::fmt;
use std::time::{Duration, SystemTime};

pub(crate) use authority::Authority;
pub use authority::PartnerCertificate;
pub(crate) use denial::{XErr, x_err_answer};
pub(crate) use routes::{Desk, sign_in_router, token_router};

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
