//! A call with all that none of today's needs: another method, an argument in the path, no body, several
//! statuses of success, and a response that carries something.

use std::ops::Range;
use std::sync::{Arc, Mutex};

use http::Method;

use super::{Config, Engine};
use crate::api::{Call, Caller, Endpoint, Lane};
use crate::auth::Authorization;
use crate::http::{Deadlines, Request, Response, Transport, TransportError};
use crate::outcome::{self, Outcome, Status};
use crate::redactor::Redactor;

const XUID: u64 = 2_533_274_790_395_904;

static GET_ACTIVITY: Endpoint = Endpoint {
    name: "Get Activity",
    method: Method::GET,
    path: "/titles/{titleId}/users/{xuid}/activities",
    lane: Lane::Invites,
    items: "users",
    items_per_request: 1,
    items_array: None,
    is_gathered: false,
    is_idempotent: true,
    success: &[200, 204],
    max_response_bytes: 1_000,
    caller: Caller::Both,
    configured_limit: None,
};

#[derive(Default)]
struct GetActivity {
    found: Mutex<Vec<u8>>,
}

impl Call for GetActivity {
    fn endpoint(&self) -> &'static Endpoint {
        &GET_ACTIVITY
    }

    fn count(&self) -> usize {
        1
    }

    fn body(&self, _: Range<usize>) -> outcome::Result<Vec<u8>> {
        Ok(Vec::new())
    }

    fn path_argument(&self, name: &str) -> Option<u64> {
        (name == "xuid").then_some(XUID)
    }

    fn bytes(&self) -> usize {
        0
    }

    fn add_secrets(&self, _: Range<usize>, redactor: &mut Redactor) {
        redactor.add_xuids([XUID]);
    }

    fn take_payload(&self, _: Range<usize>, http_status: u16, body: &[u8]) -> Result<(), &'static str> {
        if http_status == 200 && !body.starts_with(b"{") {
            return Err("the body is no JSON object");
        }
        *self.found.lock().unwrap() = body.to_vec();
        Ok(())
    }
}

/// Answers each request with the same.
#[derive(Debug)]
struct Answers(u16, &'static [(&'static str, &'static str)], &'static str);

impl Transport for Answers {
    fn send(&self, request: Request<'_>, _: Deadlines) -> Result<Response, TransportError> {
        assert_eq!(request.method, Method::GET);
        assert_eq!(request.uri.to_string(), format!("https://localhost/titles/7/users/{XUID}/activities"));
        assert!(request.body.is_empty());
        Ok(Response::new(self.0, self.1, self.2.as_bytes()))
    }

    fn abort(&self) {}
}

/// How the call ends, what it has taken, and what the log says.
fn run(answers: Answers) -> (Outcome, String, String) {
    let config = Config::for_a_test(Authorization::new("XBL3.0 x=-;token", 0).unwrap());
    let client = Engine::over(Arc::new(answers), Box::new(|_| unreachable!()), config).unwrap();
    let call = GetActivity::default();
    let outcome = client.run(&call, None);
    let log: Vec<_> = std::iter::from_fn(|| client.log().poll()).collect();
    (outcome, String::from_utf8(call.found.into_inner().unwrap()).unwrap(), format!("{log:?}"))
}

#[test]
fn a_call_takes_what_a_response_carries() {
    for (answers, taken) in
        [(Answers(200, &[], r#"{"activities":[]}"#), r#"{"activities":[]}"#), (Answers(204, &[], ""), "")]
    {
        let http_status = answers.0;
        let (outcome, found, log) = run(answers);
        assert_eq!((outcome.status, outcome.acknowledged, outcome.http_status), (Status::Ok, 1, http_status));
        assert_eq!(found, taken);
        assert!(log.contains("GET /titles/7/users/{xuid}/activities: the request was answered with HTTP 20"), "{log}");
        assert!(!log.contains(&XUID.to_string()), "{log}");
    }
}

#[test]
fn a_response_of_which_nothing_can_be_taken_is_no_acknowledgement() {
    let encoded = &[("Content-Encoding", "gzip")];
    for answers in [Answers(200, &[], "<html>"), Answers(200, &[], ""), Answers(200, encoded, r#"{"activities":[]}"#)] {
        let (outcome, found, log) = run(answers);
        assert_eq!((outcome.status, outcome.http_status), (Status::UnexpectedAnswer, 200));
        assert_eq!((outcome.acknowledged, outcome.uncertain, outcome.retryable), (0, 1, true));
        assert!(outcome.message.contains("HTTP 200, the body is no JSON object"), "{}", outcome.message);
        assert_eq!(found, "");
        assert!(!log.contains(&XUID.to_string()), "{log}");
    }
}

#[test]
fn other_statuses_are_no_success() {
    let (outcome, ..) = run(Answers(201, &[], "{}"));
    assert_eq!((outcome.status, outcome.http_status), (Status::UnexpectedAnswer, 201));
}
