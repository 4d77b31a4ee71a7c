//! A partner of the emulator: its certificate in files, and clients that use it.

use std::path::PathBuf;

use crate::build;
use crate::c::{Client, Outcome, config, text};
use mpa::ffi::client::{MPA_CA_ONLY, mpa_client_config};
use mpa_emulator::{Emulator, NO_TITLE, Options, ServiceKind, SignInOptions, Titles};

pub const TITLE: u32 = 7;
pub const LONG: u32 = 20_000;

/// An emulator, and the files of its partner.
pub struct Partner {
    pub emulator: Emulator,
    pub folder: PathBuf,
}

impl Partner {
    pub fn start(name: &str) -> Self {
        Self::with(name, SignInOptions::default())
    }

    pub fn with(name: &str, sign_in: SignInOptions) -> Self {
        let emulator = Emulator::start(Options { sign_in: Some(sign_in), https: true, ..Options::default() }).unwrap();
        let partner = Partner { emulator, folder: build::scratch(&format!("sign-in-{name}")) };
        let signing_in = partner.emulator.sign_in().unwrap();
        partner.write("ca.pem", signing_in.ca_pem());
        partner.write("partner.pem", &signing_in.partner().chain_pem);
        partner.write("partner.key", &signing_in.partner().private_key_pem);
        partner
    }

    pub fn write(&self, name: &str, content: &str) {
        std::fs::write(self.folder.join(name), content).unwrap();
    }

    pub fn path(&self, name: &str) -> *const std::ffi::c_char {
        text(self.folder.join(name).to_str().unwrap())
    }

    pub fn config(&self) -> mpa_client_config {
        let signing_in = self.emulator.sign_in().unwrap();
        mpa_client_config {
            authorization_header: std::ptr::null(),
            sign_in_endpoint: text(signing_in.url()),
            token_endpoint: text(signing_in.token_url()),
            ca_certificates_path: self.path("ca.pem"),
            ca_mode: MPA_CA_ONLY,
            certificate_path: self.path("partner.pem"),
            private_key_path: self.path("partner.key"),
            call_timeout_ms: 8_000,
            max_attempts: 4,
            ..config(self.emulator.url())
        }
    }

    /// Of one that is given tokens.
    pub fn config_of_a_server(&self) -> mpa_client_config {
        mpa_client_config {
            ca_certificates_path: self.path("ca.pem"),
            ca_mode: MPA_CA_ONLY,
            ..config(self.emulator.url())
        }
    }

    pub fn open(&self) -> Client {
        Client::open(&self.config())
    }

    pub fn faults(&self, rules: &[&str]) {
        self.emulator.set_faults(Titles::All, rules).unwrap();
    }

    /// How often each part was asked to sign in.
    pub fn sign_ins(&self) -> (usize, usize) {
        let requests = self.emulator.requests(NO_TITLE);
        let count = |part| requests.iter().filter(|request| request.service == part).count();
        (count(ServiceKind::SignIn), count(ServiceKind::Token))
    }
}

#[track_caller]
pub fn succeeds(outcome: &Outcome) {
    assert_eq!(outcome.status, "MPA_OK", "{}", outcome.message);
}
