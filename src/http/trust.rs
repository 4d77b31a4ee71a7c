//! Whom we believe to be the service: the root certificates that the library carries, and those of
//! a file. A slim container has none of its own, so the system's are not asked.

use std::fs::File;
use std::io::Read;
use std::sync::Arc;

use rustls::RootCertStore;
use rustls_pki_types::CertificateDer;
use rustls_pki_types::pem::PemObject;
use ureq::tls::{Certificate, ClientCert, RootCerts, TlsConfig};

use crate::outcome::{Outcome, Result};

/// A bundle of all public roots has 220 KiB; this bounds what a wrong path can make us read.
const LARGEST_FILE: u64 = 4 * 1024 * 1024;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CaMode {
    Added,
    Only,
}

/// The certificates of authorities that may vouch for the service.
#[derive(Clone)]
pub struct Trust {
    pub(super) roots: Arc<Vec<Certificate<'static>>>,
}

impl Trust {
    pub fn new(ca_certificates_path: Option<&str>, mode: CaMode) -> Result<Self> {
        let mut roots = Vec::new();
        if mode == CaMode::Added || ca_certificates_path.is_none() {
            roots.extend(webpki_root_certs::TLS_SERVER_ROOT_CERTS.iter().map(|der| Certificate::from_der(der)));
        }
        if let Some(path) = ca_certificates_path {
            roots.extend(read_certificates(path)?);
        }
        Ok(Trust { roots: Arc::new(roots) })
    }

    pub fn tls_config(self, client_certificate: Option<ClientCert>) -> TlsConfig {
        TlsConfig::builder()
            .client_cert(client_certificate)
            .root_certs(RootCerts::Specific(self.roots))
            .unversioned_rustls_crypto_provider(Arc::new(rustls::crypto::ring::default_provider()))
            .build()
    }
}

fn read_certificates(path: &str) -> Result<Vec<Certificate<'static>>> {
    let refuse = |what: String| {
        Err(Outcome::invalid(format!("config.ca_certificates_path {what}; expected a file of PEM certificates.")))
    };
    let mut pem = Vec::new();
    match File::open(path).and_then(|file| file.take(LARGEST_FILE + 1).read_to_end(&mut pem)) {
        Err(error) => return refuse(format!("could not be read ({error})")),
        Ok(_) if pem.len() as u64 > LARGEST_FILE => {
            return refuse(format!("is larger than {LARGEST_FILE} bytes"));
        }
        Ok(_) => {}
    }
    let mut certificates = Vec::new();
    for (index, item) in CertificateDer::pem_slice_iter(&pem).enumerate() {
        let Ok(der) = item else {
            return refuse(format!("has a certificate, number {}, that is not PEM", index + 1));
        };
        if RootCertStore::empty().add(der.clone()).is_err() {
            return refuse(format!("has a certificate, number {}, that cannot be understood", index + 1));
        }
        certificates.push(Certificate::from_der(&der).to_owned());
    }
    if certificates.is_empty() {
        return refuse("has no certificate".to_owned());
    }
    Ok(certificates)
}
