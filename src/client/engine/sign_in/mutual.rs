//! Connections that show the publisher's certificate.

use std::fmt;
use std::sync::Arc;

use rustls::sign::CertifiedKey;

use crate::auth::Credential;
use crate::http::Transport;
use crate::outcome::Result;
use crate::sync::Mutex;

/// Makes connections that show this certificate.
pub type Connect = Box<dyn Fn(Arc<CertifiedKey>) -> Result<Arc<dyn Transport>> + Send + Sync>;

/// Created again for another certificate; can be aborted while it is in use.
pub struct MutualTls {
    connect: Connect,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    current: Option<Arc<dyn Transport>>,
    is_aborted: bool,
}

impl MutualTls {
    pub fn new(connect: Connect) -> Self {
        MutualTls { connect, state: Mutex::default() }
    }

    pub fn transport(&self, credential: &Credential) -> Result<Arc<dyn Transport>> {
        let mut state = self.state.lock();
        if let Some(current) = &state.current {
            return Ok(current.clone());
        }
        let transport = (self.connect)(credential.client_certificate()?)?;
        if state.is_aborted {
            transport.abort();
        }
        state.current = Some(transport.clone());
        Ok(transport)
    }

    /// Another certificate is to be shown from now on.
    pub fn forget(&self) {
        self.state.lock().current = None;
    }

    pub fn is_aborted(&self) -> bool {
        self.state.lock().is_aborted
    }

    pub fn abort(&self) {
        let mut state = self.state.lock();
        state.is_aborted = true;
        if let Some(current) = &state.current {
            current.abort();
        }
    }
}

impl fmt::Debug for MutualTls {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MutualTls").finish_non_exhaustive()
    }
}
