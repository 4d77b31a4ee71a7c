//! The other side of signing in: the emulator, and the files of its partner.

use std::fs;
use std::path::PathBuf;

use mpa_emulator::{Emulator, Options, SignIn, SignInOptions};

use crate::tools::{Result, Scratch};

pub struct Partner {
    pub emulator: Emulator,
    pub authority: PathBuf,
    pub certificate: PathBuf,
    pub private_key: PathBuf,
}

impl Partner {
    /// Serves on the processor on which this is called.
    pub fn start(scratch: &Scratch) -> Result<Self> {
        let options = Options { https: true, sign_in: Some(SignInOptions::default()), ..Options::default() };
        let emulator = Emulator::start(options).map_err(|error| format!("the emulator did not start ({error})"))?;
        let sign_in = sign_in(&emulator);
        let write = |name, content: &str| {
            let path = scratch.file(name);
            let written = fs::write(&path, content).map_err(|error| format!("{name} could not be written ({error})"));
            written.map(|()| path)
        };
        Ok(Partner {
            authority: write("ca.pem", sign_in.ca_pem())?,
            certificate: write("partner.pem", &sign_in.partner().chain_pem)?,
            private_key: write("partner.key", &sign_in.partner().private_key_pem)?,
            emulator,
        })
    }

    pub fn sign_in(&self) -> &SignIn {
        sign_in(&self.emulator)
    }
}

fn sign_in(emulator: &Emulator) -> &SignIn {
    emulator.sign_in().expect("it was started for that")
}
