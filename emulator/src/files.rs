//! The files that a client signs in with, written where the user wants them.

use std::fs::{self, OpenOptions};
use std::io::{self, Write};
use std::path::{self, Path, PathBuf};

use mpa_emulator::SignIn;

/// Where they are; the paths hold in other directories too.
#[derive(Debug)]
pub struct Files {
    pub authority: PathBuf,
    pub certificate: PathBuf,
    pub private_key: PathBuf,
}

/// Writes them into a directory, which is made if it is missing. The error is a sentence for the user.
pub fn write(directory: &Path, sign_in: &SignIn) -> Result<Files, String> {
    let cannot = |path: &Path, error: io::Error| format!("cannot write to {}: {error}", path.display());
    let directory = path::absolute(directory).map_err(|error| cannot(directory, error))?;
    fs::create_dir_all(&directory).map_err(|error| cannot(&directory, error))?;
    let put = |name: &str, pem: &str, is_secret| {
        let path = directory.join(name);
        write_anew(&path, pem, is_secret).map_err(|error| cannot(&path, error))?;
        Ok::<_, String>(path)
    };
    let partner = sign_in.partner();
    Ok(Files {
        authority: put("ca.pem", sign_in.ca_pem(), false)?,
        certificate: put("partner.pem", &partner.chain_pem, false)?,
        private_key: put("partner-key.pem", &partner.private_key_pem, true)?,
    })
}

/// In the place of what an earlier run left there, so that its permissions are not those of that.
fn write_anew(path: &Path, text: &str, is_secret: bool) -> io::Result<()> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
        _ => {}
    }
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    if is_secret {
        use std::os::unix::fs::OpenOptionsExt;
        options.mode(0o600);
    }
    #[cfg(not(unix))]
    let _ = is_secret;
    options.open(path)?.write_all(text.as_bytes())
}
