//! libcurl's multi interface on the game's own thread, as a careful program uses it: one easy handle
//! that keeps its options, added for each request; one connection, kept; the body written by hand.

use std::time::Duration;

use curl::easy::Easy2;
use curl::multi::{Easy2Handle, Multi};

use crate::request;
use crate::with_libcurl::{self, Answer};

pub struct LibcurlMulti {
    multi: Multi,
    handle: Handle,
}

/// One of the two, but while it changes from one to the other.
enum Handle {
    Free(Easy2<Answer>),
    Added(Easy2Handle<Answer>),
    Between,
}

impl LibcurlMulti {
    /// With an open connection.
    pub fn open(endpoint: &str) -> Self {
        let easy = with_libcurl::prepare(endpoint, request::TOKEN_LENGTH).expect("libcurl takes its options");
        let mut multi = LibcurlMulti { multi: Multi::new(), handle: Handle::Free(easy) };
        multi.submit();
        while !multi.take() {
            multi.multi.wait(&mut [], Duration::from_secs(1)).expect("libcurl waits");
        }
        multi
    }

    /// Adds the request and has libcurl send it, as far as that does not wait.
    pub fn submit(&mut self) {
        let Handle::Free(mut easy) = std::mem::replace(&mut self.handle, Handle::Between) else {
            panic!("the answer before was taken")
        };
        *easy.get_mut() = Answer::default();
        easy.post_fields_copy(request::body().as_bytes()).expect("libcurl copies the body");
        let added = self.multi.add2(easy).expect("libcurl takes a handle that is free");
        self.handle = Handle::Added(added);
        self.perform();
    }

    /// What is done each frame while nothing is under way.
    pub fn perform(&self) {
        self.multi.perform().expect("libcurl performs");
    }

    /// Takes the answer, if it is there.
    pub fn take(&mut self) -> bool {
        self.perform();
        let mut ended = None;
        self.multi.messages(|message| ended = message.result());
        let Some(result) = ended else { return false };
        result.expect("the peer answers");
        let Handle::Added(added) = std::mem::replace(&mut self.handle, Handle::Between) else {
            panic!("only what was added ends")
        };
        let easy = self.multi.remove2(added).expect("libcurl returns what was added");
        assert_eq!(easy.response_code().expect("an answer has a status"), 204);
        assert!(easy.get_ref().has_correlation_id(), "the answer's header");
        self.handle = Handle::Free(easy);
        true
    }
}
