//! Where calls go.

use std::borrow::Cow;
use std::ptr;

use http::Uri;

use crate::api::{Call, ENDPOINTS};
use crate::http::BaseUrl;
use crate::outcome::{Outcome, Result};

/// The URIs of all endpoints, for one title.
#[derive(Debug)]
pub struct Uris {
    base: BaseUrl,
    title_id: u32,
    /// In the order of `ENDPOINTS`; `None` where a path has arguments of the call.
    fixed: Vec<Option<Uri>>,
}

impl Uris {
    pub fn new(base: BaseUrl, title_id: u32) -> Result<Self> {
        let fixed = ENDPOINTS.iter().map(|endpoint| {
            let path = endpoint.path(title_id, |_| None);
            path.map(|path| base.join(&path)).transpose()
        });
        Ok(Uris { fixed: fixed.collect::<Result<_>>()?, base, title_id })
    }

    /// Where a call goes.
    pub fn of(&self, call: &dyn Call) -> Result<Cow<'_, Uri>> {
        let place = ENDPOINTS.iter().position(|endpoint| ptr::eq(*endpoint, call.endpoint()));
        if let Some(Some(uri)) = place.and_then(|place| self.fixed.get(place)) {
            return Ok(Cow::Borrowed(uri));
        }
        let path = call.endpoint().path(self.title_id, |name| call.path_argument(name)).ok_or_else(|| {
            Outcome::internal("The call does not say what its path names; nothing was sent. Please report this.")
        })?;
        Ok(Cow::Owned(self.base.join(&path)?))
    }

    /// The path of a call as it can be logged.
    pub fn loggable_path(&self, call: &dyn Call) -> String {
        call.endpoint().loggable_path(self.title_id)
    }
}
