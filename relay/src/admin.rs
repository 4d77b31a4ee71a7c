//! A listener for probes and metrics alone, beside the one for servers.

use std::sync::Arc;

use http::{Request, StatusCode};
use hyper::body::Incoming;

use crate::answer::Answer;
use crate::front::{Answered, Peer, Respond};
use crate::relay::Relay;
use crate::routes::Route;

pub struct Pages(pub Arc<Relay>);

impl Respond for Pages {
    async fn respond(self: Arc<Self>, request: Request<Incoming>, _: Peer) -> Answered {
        match Route::of(request.method(), request.uri().path()) {
            Route::Relay(page) => self.0.page(page, String::new()),
            Route::Service(_) | Route::WrongMethod | Route::Unknown => {
                Answered { answer: Answer::empty(StatusCode::NOT_FOUND), content_type: "", request_id: String::new() }
            }
        }
    }

    fn refuse(&self) -> Answered {
        self.0.refuse()
    }
}
