//! The library, through its C functions.

use std::ffi::{CStr, CString};
use std::mem;
use std::ptr;

use mpa::ffi::authorization::{mpa_authorization, mpa_client_set_authorization};
use mpa::ffi::client::{mpa_client, mpa_client_config, mpa_client_open};
use mpa::ffi::close::mpa_client_close;
use mpa::ffi::invite::{mpa_send_server_invite, mpa_server_invite};
use mpa::ffi::result::mpa_result;
use mpa::ffi::version::mpa_version_string;

use crate::request;
use crate::worker::Caller;

pub struct Ours {
    pub client: mpa_client,
    connection_string: CString,
}

impl Ours {
    pub fn open(endpoint: &str, token_length: usize) -> Self {
        let header = text(&request::authorization(token_length));
        Self::open_with(endpoint, |config| config.authorization_header = header.as_ptr())
    }

    /// `configure` adds to what every client here has; its texts need to last for this call only.
    pub fn open_with(endpoint: &str, configure: impl FnOnce(&mut mpa_client_config)) -> Self {
        let endpoint = text(endpoint);
        let mut config: mpa_client_config = zeroed();
        config.struct_size = size_of::<mpa_client_config>() as u32;
        config.title_id = request::TITLE_ID;
        config.endpoint = endpoint.as_ptr();
        configure(&mut config);
        let mut client = mpa_client { id: 0 };
        // SAFETY: the structs are valid and the texts outlive the call.
        let status = unsafe { mpa_client_open(&config, &mut client, ptr::null_mut()) };
        assert_eq!(status, 0, "mpa_client_open");
        Ours { client, connection_string: text(request::CONNECTION_STRING) }
    }

    /// Gives it a token, which perhaps is bound to a key.
    pub fn push(&self, header: &str, proof_key_pem: Option<&str>) {
        push(self.client, header, proof_key_pem);
    }
}

impl Caller for Ours {
    fn call(&mut self) {
        let mut invite: mpa_server_invite = zeroed();
        invite.struct_size = size_of::<mpa_server_invite>() as u32;
        invite.sender = request::SENDER;
        invite.invited_users = request::USERS.as_ptr();
        invite.invited_user_count = request::USERS.len() as u32;
        invite.connection_string = self.connection_string.as_ptr();
        let mut result: mpa_result = zeroed();
        result.struct_size = size_of::<mpa_result>() as u32;
        // SAFETY: the structs are valid, and so is what they point to.
        let status = unsafe { mpa_send_server_invite(self.client, &invite, &mut result) };
        assert_eq!((status, result.http_status), (0, 204), "mpa_send_server_invite");
    }
}

impl Drop for Ours {
    fn drop(&mut self) {
        // SAFETY: no report is wanted.
        unsafe { mpa_client_close(self.client, 0, ptr::null_mut()) };
    }
}

/// Gives a client a token, which perhaps is bound to a key.
pub fn push(client: mpa_client, header: &str, proof_key_pem: Option<&str>) {
    let header = text(header);
    let key = proof_key_pem.map(text);
    let mut authorization: mpa_authorization = zeroed();
    authorization.struct_size = size_of::<mpa_authorization>() as u32;
    authorization.header = header.as_ptr();
    authorization.proof_key_pem = key.as_ref().map_or(ptr::null(), |key| key.as_ptr());
    // SAFETY: the struct is valid and the texts outlive the call.
    let status = unsafe { mpa_client_set_authorization(client, &authorization, ptr::null_mut()) };
    assert_eq!(status, 0, "mpa_client_set_authorization");
}

pub fn version() -> &'static str {
    // SAFETY: static text that ends in NUL.
    let version = unsafe { CStr::from_ptr(mpa_version_string()) };
    version.to_str().expect("the version is ASCII")
}

/// What `MPA_INIT` does, but for the size.
pub fn zeroed<T: Copy>() -> T {
    // SAFETY: used for the library's structs only: integers and pointers, valid as zeros.
    unsafe { mem::zeroed() }
}

pub fn text(text: &str) -> CString {
    CString::new(text).expect("no NUL in it")
}
