//! libcurl's easy interface, as a careful program uses it: one handle for all calls, so that the
//! connection is kept; the header list made once; the body written by hand for each call.

use std::time::Duration;

use curl::easy::{Easy2, Handler, List, WriteError};

use crate::request;
use crate::worker::Caller;

pub struct WithLibcurl {
    easy: Easy2<Answer>,
}

/// What a program wants of an answer: its body, and the id that support asks for.
#[derive(Default)]
pub struct Answer {
    correlation_id: String,
    body: Vec<u8>,
}

impl Answer {
    pub fn has_correlation_id(&self) -> bool {
        !self.correlation_id.is_empty()
    }
}

impl Handler for Answer {
    fn write(&mut self, data: &[u8]) -> Result<usize, WriteError> {
        self.body.extend_from_slice(data);
        Ok(data.len())
    }

    fn header(&mut self, line: &[u8]) -> bool {
        const NAME: &[u8] = b"x-xblcorrelationid:";
        if let Some((name, value)) = line.split_at_checked(NAME.len())
            && name.eq_ignore_ascii_case(NAME)
        {
            self.correlation_id = String::from_utf8_lossy(value.trim_ascii()).into_owned();
        }
        true
    }
}

impl WithLibcurl {
    pub fn open(endpoint: &str, token_length: usize) -> Self {
        let easy = prepare(endpoint, token_length).expect("libcurl takes its options");
        WithLibcurl { easy }
    }
}

/// A handle with all but the body.
pub fn prepare(endpoint: &str, token_length: usize) -> Result<Easy2<Answer>, curl::Error> {
    let mut headers = List::new();
    for (name, value) in request::headers(token_length) {
        headers.append(&format!("{name}: {value}"))?;
    }
    let mut easy = Easy2::new(Answer::default());
    easy.url(&format!("{endpoint}{}", request::path()))?;
    easy.post(true)?;
    easy.http_headers(headers)?;
    // What the library does too: no signals, no proxy of the environment, limits, no delay.
    easy.signal(false)?;
    easy.proxy("")?;
    easy.connect_timeout(Duration::from_secs(3))?;
    easy.timeout(Duration::from_secs(5))?;
    easy.tcp_nodelay(true)?;
    Ok(easy)
}

impl Caller for WithLibcurl {
    fn call(&mut self) {
        *self.easy.get_mut() = Answer::default();
        self.easy.post_fields_copy(request::body().as_bytes()).expect("libcurl copies the body");
        self.easy.perform().expect("the peer answers");
        assert_eq!(self.easy.response_code().expect("an answer has a status"), 204);
        assert!(self.easy.get_ref().has_correlation_id(), "the answer's header");
    }
}

pub fn version() -> String {
    curl::Version::get().version().to_owned()
}
