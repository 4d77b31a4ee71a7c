//! The services that an emulator stands in for.

/// Which of the three services something belongs to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Part {
    /// Multiplayer Activity itself.
    #[default]
    Service,
    /// The one that gives a token for a partner's certificate: `POST /service/authenticate`.
    SignIn,
    /// The one that gives, for that token, the one to call with: `POST /xsts/authorize`.
    Token,
}

pub(crate) const PARTS: [(&str, Part); 3] =
    [("service", Part::Service), ("sign_in", Part::SignIn), ("token", Part::Token)];
