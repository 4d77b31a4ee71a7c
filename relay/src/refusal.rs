//! The relay's own answers: why a request is not passed on. Nothing of it was sent, and the server's library must
//! read each of them so.

use std::borrow::Cow;
use std::time::Duration;

use http::StatusCode;
use mpa::api::Endpoint;
use mpa::outcome::Throttle;

use crate::answer::Answer;
use crate::forward::InvalidBody;
use crate::front::BodyError;

/// How long a server is to wait where the relay cannot say it.
const BUSY_WAIT: Duration = Duration::from_secs(1);

#[derive(Debug, PartialEq)]
pub enum Refusal {
    UnknownPath,
    WrongMethod,
    TooManyConnections,
    /// None, or several.
    NoAuthorization,
    InvalidAuthorization,
    UnknownKey,
    /// The relay is configured to take none.
    UserToken,
    /// The call is for the other one: a server's or a user's.
    KindOfToken,
    /// The key is for others.
    TitleOfKey,
    /// No key is for it.
    TitleOfUser,
    TooManyOfKey,
    /// Those with tokens of users, all together.
    TooManyOfUsers,
    CompressedBody,
    Body(BodyError),
    InvalidBody(InvalidBody),
    TooManyTitles,
    /// The title's client cannot be opened.
    NoClient,
    /// The limit is used up for longer than the server waits.
    Throttled {
        endpoint: &'static Endpoint,
        wait: Duration,
        throttle: Throttle,
    },
}

impl Refusal {
    pub fn answer(&self) -> Answer {
        if let Refusal::Throttled { endpoint, wait, throttle } = self {
            return Answer::throttled(endpoint, *wait, throttle);
        }
        let (status, error_code) = self.kind();
        let answer = Answer::error(status, error_code, &self.sentence());
        Answer {
            // Without it, the library would not know that nothing was sent.
            retry_after: (status == StatusCode::SERVICE_UNAVAILABLE).then_some(BUSY_WAIT.as_secs()),
            www_authenticate: (status == StatusCode::UNAUTHORIZED).then(|| "XBL3.0 error=\"invalid_token\"".to_owned()),
            // What is left of the body is not read.
            closes: matches!(self, Refusal::TooManyConnections | Refusal::Body(_)),
            ..answer
        }
    }

    fn kind(&self) -> (StatusCode, &'static str) {
        match self {
            Refusal::UnknownPath => (StatusCode::NOT_FOUND, "InvalidRequest"),
            Refusal::WrongMethod => (StatusCode::METHOD_NOT_ALLOWED, "InvalidRequest"),
            Refusal::NoAuthorization | Refusal::InvalidAuthorization | Refusal::UnknownKey | Refusal::UserToken => {
                (StatusCode::UNAUTHORIZED, "AuthorizationError")
            }
            // The service answers this under 400.
            Refusal::KindOfToken | Refusal::TitleOfKey | Refusal::TitleOfUser => {
                (StatusCode::BAD_REQUEST, "AuthorizationError")
            }
            Refusal::CompressedBody => (StatusCode::UNSUPPORTED_MEDIA_TYPE, "InvalidRequest"),
            Refusal::Body(BodyError::TooLarge) => (StatusCode::PAYLOAD_TOO_LARGE, "InvalidRequest"),
            Refusal::Body(BodyError::Broken) => (StatusCode::BAD_REQUEST, "InvalidRequest"),
            Refusal::InvalidBody(_) => (StatusCode::BAD_REQUEST, "RequestValidationError"),
            Refusal::Throttled { .. } => (StatusCode::TOO_MANY_REQUESTS, "RelayThrottled"),
            // Not 408: of a service that answers it, it is not known whether it acted.
            Refusal::Body(BodyError::TooSlow)
            | Refusal::TooManyConnections
            | Refusal::TooManyOfKey
            | Refusal::TooManyOfUsers
            | Refusal::TooManyTitles
            | Refusal::NoClient => (StatusCode::SERVICE_UNAVAILABLE, "RelayUnavailable"),
        }
    }

    /// For the server's log.
    pub fn sentence(&self) -> Cow<'static, str> {
        let sentence = match self {
            Refusal::UnknownPath => "There is no such path.",
            Refusal::WrongMethod => "The path does not take this method.",
            Refusal::TooManyConnections => "The relay has too many connections; the request was not sent.",
            Refusal::NoAuthorization => "The request has no Authorization header, or several.",
            Refusal::InvalidAuthorization => "The Authorization header is not of the form XBL3.0 x=...;...",
            Refusal::UnknownKey => "The relay does not know this key.",
            Refusal::UserToken => "The relay does not pass on tokens of users.",
            Refusal::KindOfToken => "This call needs another kind of token.",
            Refusal::TitleOfKey => "This key is not for this title.",
            Refusal::TitleOfUser => "The relay has no key for this title, and does not pass on tokens of users for it.",
            // In words that the library does not read as a limit of the service.
            Refusal::TooManyOfKey => "This key has reached its limit of concurrent requests; the request was not sent.",
            Refusal::TooManyOfUsers => {
                "The limit of concurrent requests with tokens of users is reached; the request was not sent."
            }
            Refusal::CompressedBody => "The relay does not accept compressed bodies.",
            Refusal::Body(BodyError::TooLarge) => "The body is larger than the relay accepts.",
            Refusal::Body(BodyError::TooSlow) => "The body took too long to arrive; the request was not sent.",
            Refusal::Body(BodyError::Broken) => "The body ended early.",
            Refusal::InvalidBody(invalid) => return invalid.to_string().into(),
            Refusal::TooManyTitles => "The relay serves as many titles as it can; the request was not sent.",
            Refusal::NoClient => "The relay cannot serve this title; its log says why.",
            Refusal::Throttled { .. } => "The limit of the fleet is used up; the request was not sent.",
        };
        sentence.into()
    }
}

#[cfg(test)]
mod tests {
    use mpa::api::ENDPOINTS;
    use mpa::outcome::Status;

    use super::*;
    use crate::answer::tests::concluded;

    /// What a server's library makes of it, and whether it sends the request again.
    fn expected(refusal: &Refusal) -> (Status, bool) {
        // Without a wildcard: what is added needs its place here, and in the list below.
        match refusal {
            Refusal::UnknownPath
            | Refusal::WrongMethod
            | Refusal::CompressedBody
            | Refusal::Body(BodyError::TooLarge | BodyError::Broken)
            | Refusal::InvalidBody(_) => (Status::Rejected, false),
            Refusal::NoAuthorization | Refusal::InvalidAuthorization | Refusal::UnknownKey | Refusal::UserToken => {
                (Status::Unauthorized, true)
            }
            Refusal::KindOfToken | Refusal::TitleOfKey | Refusal::TitleOfUser => (Status::Forbidden, false),
            Refusal::TooManyConnections
            | Refusal::TooManyOfKey
            | Refusal::TooManyOfUsers
            | Refusal::TooManyTitles
            | Refusal::Body(BodyError::TooSlow)
            | Refusal::NoClient => (Status::ServiceUnavailable, true),
            Refusal::Throttled { .. } => (Status::Throttled, true),
        }
    }

    #[test]
    fn a_server_knows_that_nothing_was_sent() {
        for endpoint in ENDPOINTS {
            for refusal in [
                Refusal::UnknownPath,
                Refusal::WrongMethod,
                Refusal::TooManyConnections,
                Refusal::NoAuthorization,
                Refusal::InvalidAuthorization,
                Refusal::UnknownKey,
                Refusal::UserToken,
                Refusal::KindOfToken,
                Refusal::TitleOfKey,
                Refusal::TitleOfUser,
                Refusal::TooManyOfKey,
                Refusal::TooManyOfUsers,
                Refusal::TooManyTitles,
                Refusal::CompressedBody,
                Refusal::Body(BodyError::TooLarge),
                Refusal::Body(BodyError::TooSlow),
                Refusal::Body(BodyError::Broken),
                Refusal::InvalidBody(InvalidBody::NotJson),
                Refusal::NoClient,
                Refusal::Throttled { endpoint, wait: Duration::from_secs(9), throttle: Throttle::default() },
            ] {
                let concluded = concluded(endpoint, &refusal.answer()).unwrap();
                let found = (concluded.status, concluded.retryable);
                assert_eq!(found, expected(&refusal), "{}: {refusal:?}", endpoint.name);
                assert_eq!((concluded.uncertain, concluded.refused), (0, 1), "{}: {refusal:?}", endpoint.name);
                assert!(concluded.message.contains(refusal.sentence().trim_end_matches('.')), "{}", concluded.message);
            }
        }
    }
}
