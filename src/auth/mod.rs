//! Who we are: the authorization that requests carry, and which of them may still be used.

mod authorization;
mod clock;
mod credential;
mod pem_text;
mod proof_key;
mod sign_in;
mod signature;
mod store;

#[cfg(test)]
mod openssl;

pub use authorization::{Authorization, HeaderError, MAX_HEADER_LENGTH, Standing};
pub use clock::{Now, ServiceClock};
pub use credential::{CertificateInfo, Credential, CredentialNames, CredentialSource, Credentials, Refresh, Validity};
pub use proof_key::{KeyError, MAX_PEM_LENGTH, ProofKey};
pub use sign_in::{
    DEFAULT_RELYING_PARTY, DEFAULT_SANDBOX, ErrorContext, SignInFailure, Step, TokenAnswer, date, read_token,
    service_token_request, token_request,
};
pub use signature::{MAX_SIGNED_BODY_BYTES, Signed};
pub use store::{AuthorizationStore, Reason};
