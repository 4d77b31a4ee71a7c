mod ber;
mod keys;
mod opening;
mod pem_files;
mod pkcs12_opening;
mod pkcs12_refusals;
mod refusals;
mod rotation;

use std::fs;
use std::path::{Path, PathBuf};

use rustls_pki_types::pem::PemObject as _;
use zeroize::Zeroizing;

use super::super::openssl;
use super::pkcs12::{MOST_HASHES, Unread};
use super::*;
pub use crate::ffi::sentences::{FILES, TEXTS};

pub const PASSWORD: &str = "correct horse";

/// Made by openssl: an authority (`root`), one below it (`middle`), and the publisher's certificate
/// from that (`leaf`), each with its key.
pub struct Files {
    pub folder: PathBuf,
}

impl Files {
    pub fn make(name: &str) -> Option<Self> {
        Self::with_key(name, &["genpkey", "-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-256"])
    }

    /// `key`: how to make the leaf's key.
    pub fn with_key(name: &str, key: &[&str]) -> Option<Self> {
        let files = Files { folder: openssl::folder(&format!("credential-{name}"))? };
        let new_key = ["genpkey", "-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-256", "-out"];
        for name in ["root.key", "middle.key"] {
            files.openssl(&[&new_key[..], &[name]].concat());
        }
        files.openssl(&[key, &["-out", "leaf.key"]].concat());
        files.openssl(&["req", "-x509", "-key", "root.key", "-out", "root.pem", "-subj", "/CN=root", "-days", "20000"]);
        fs::write(files.path("ca.cnf"), "basicConstraints=critical,CA:TRUE\nkeyUsage=keyCertSign\n").unwrap();
        fs::write(files.path("leaf.cnf"), "extendedKeyUsage=clientAuth\n").unwrap();
        files.issue("middle", "root", "ca.cnf");
        files.issue("leaf", "middle", "leaf.cnf");
        files.join("chain.pem", &["leaf.pem", "middle.pem"]);
        Some(files)
    }

    pub fn issue(&self, name: &str, issuer: &str, extensions: &str) {
        let [key, request, certificate] = ["key", "csr", "pem"].map(|ending| format!("{name}.{ending}"));
        let [issuer, issuer_key] = ["pem", "key"].map(|ending| format!("{issuer}.{ending}"));
        self.openssl(&["req", "-new", "-key", &key, "-out", &request, "-subj", &format!("/CN={name}")]);
        let mut arguments = vec!["x509", "-req", "-in", &request, "-CA", &issuer, "-CAkey", &issuer_key];
        arguments.extend(["-CAcreateserial", "-days", "540", "-extfile", extensions, "-out", &certificate]);
        self.openssl(&arguments);
    }

    pub fn openssl(&self, arguments: &[&str]) {
        openssl::run(&self.folder, arguments);
    }

    /// A PKCS#12 file of the leaf with its chain.
    pub fn pkcs12(&self, name: &str, password: &str, options: &[&str]) {
        let password = format!("pass:{password}");
        let mut arguments = vec!["pkcs12", "-export", "-in", "leaf.pem", "-inkey", "leaf.key", "-out", name];
        arguments.extend(["-certfile", "middle.pem", "-passout", &password]);
        arguments.extend(options);
        self.openssl(&arguments);
    }

    pub fn join(&self, name: &str, parts: &[&str]) {
        fs::write(self.path(name), parts.iter().map(|part| self.text(part)).collect::<String>()).unwrap();
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.join(name)
    }

    pub fn text(&self, name: &str) -> String {
        fs::read_to_string(self.path(name)).unwrap()
    }

    pub fn source(&self, certificate: &str, key: Option<&str>, password: Option<&str>) -> CredentialSource {
        let path = |name: &str| text_of(&self.path(name));
        CredentialSource::Files {
            certificate_path: path(certificate),
            private_key_path: key.map(path),
            password: password.map(|password| Zeroizing::new(password.to_owned())),
        }
    }

    pub fn refusal(&self, certificate: &str, key: Option<&str>, password: Option<&str>) -> String {
        let outcome = self.source(certificate, key, password).read(&FILES).unwrap_err();
        outcome.message.into_owned()
    }

    /// A chain of the leaf and the middle one is what every form must give.
    pub fn check(&self, source: &CredentialSource) -> Credential {
        let names = if matches!(source, CredentialSource::Texts { .. }) { &TEXTS } else { &FILES };
        let credential = source.read(names).unwrap_or_else(|outcome| panic!("{}", outcome.message));
        assert_eq!(credential.0.chain, certificates_of(&self.text("chain.pem")));
        credential
    }
}

/// Read by another reader than the library's.
pub fn certificates_of(pem: &str) -> Vec<CertificateDer<'static>> {
    CertificateDer::pem_slice_iter(pem.as_bytes()).map(std::result::Result::unwrap).collect()
}

fn text_of(path: &Path) -> String {
    path.to_str().unwrap().to_owned()
}

pub fn texts(certificate: &str, key: Option<&str>) -> CredentialSource {
    let secret = |text: &str| Zeroizing::new(text.to_owned());
    CredentialSource::Texts { certificate_pem: secret(certificate), private_key_pem: key.map(secret) }
}

pub fn write(files: &Files, name: &str, bytes: &[u8]) {
    fs::write(files.path(name), bytes).unwrap();
}

pub fn bytes(files: &Files, name: &str) -> Vec<u8> {
    fs::read(files.path(name)).unwrap()
}

/// Whether OpenSSL reads a PKCS#12 file; to `read.pem`, then.
pub fn openssl_reads(files: &Files, name: &str, password: &str, options: &[&str]) -> bool {
    let password = format!("pass:{password}");
    let arguments = ["pkcs12", "-in", name, "-passin", &password, "-nodes", "-out", "read.pem"];
    openssl::succeeds(&files.folder, &[&arguments, options].concat())
}

pub fn unread(files: &Files, name: &str, password: &str) -> Unread {
    pkcs12::read(&bytes(files, name), Some(password), MOST_HASHES).err().expect("it can be read")
}
