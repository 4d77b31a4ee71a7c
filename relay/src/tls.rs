//! TLS of the connections of servers.

use std::path::Path;
use std::sync::Arc;
use std::time::SystemTime;

use mpa::auth::{CertificateInfo, Credential, CredentialNames, CredentialSource};
use mpa::file;
use mpa::http::read_certificates;
use tokio_rustls::rustls::crypto::ring::default_provider;
use tokio_rustls::rustls::pki_types::CertificateDer;
use tokio_rustls::rustls::server::WebPkiClientVerifier;
use tokio_rustls::rustls::sign::SingleCertAndKey;
use tokio_rustls::rustls::{RootCertStore, ServerConfig};

use crate::client_options::{named, sentence};
use crate::settings::TlsFiles;

/// What the files hold.
#[derive(Debug)]
pub struct TlsContents {
    pub credential: Credential,
    /// Whose certificates let servers in.
    pub client_ca: Vec<CertificateDer<'static>>,
}

/// How connections are taken now.
#[derive(Debug)]
pub struct Tls {
    pub config: Arc<ServerConfig>,
    /// When the relay's own certificate expires.
    pub expires_at: SystemTime,
}

impl Tls {
    /// What is wrong with the files is a sentence without its period.
    pub fn read(files: &TlsFiles, needs_certificate: bool) -> Result<Self, String> {
        let contents = read(files)?;
        let config = Arc::new(server_config(&contents, needs_certificate)?);
        Ok(Tls { config, expires_at: contents.credential.expires_at() })
    }
}

/// What is wrong with the files is a sentence without its period.
pub fn read(files: &TlsFiles) -> Result<TlsContents, String> {
    let text = |path: &Path| path.to_string_lossy().into_owned();
    let certificate = text(&files.certificate);
    let private_key = (files.private_key != files.certificate).then(|| text(&files.private_key));
    let password_file = files.password_file.as_deref().map(text);
    let password_name = named("--tls-certificate-password-file", password_file.as_deref());
    let names = CredentialNames {
        certificate: &named("--tls-certificate", Some(&certificate)),
        key: &named("--tls-private-key", private_key.as_deref()),
        password: &password_name,
        pkcs12: "--tls-certificate",
        is_of_files: true,
    };
    let password = password_file.as_deref().map(file::read_secret).transpose();
    let password = password.map_err(|error| format!("{password_name} {error}"))?;
    let source = CredentialSource::Files {
        certificate_path: certificate.clone(),
        private_key_path: private_key.clone(),
        password,
    };
    let credential = source.read(&names).map_err(|outcome| sentence(&outcome.message))?;
    let client_ca = match files.client_ca.as_deref().map(text) {
        None => Vec::new(),
        Some(path) => read_certificates(&path).map_err(|error| format!("--tls-client-ca {path} {error}"))?,
    };
    Ok(TlsContents { credential, client_ca })
}

/// How connections are taken. `needs_certificate`: of each server, where authorities for them are named.
pub fn server_config(contents: &TlsContents, needs_certificate: bool) -> Result<ServerConfig, String> {
    const DEFECT: &str = "TLS could not be set up";
    let provider = Arc::new(default_provider());
    let builder = ServerConfig::builder_with_provider(provider.clone())
        .with_safe_default_protocol_versions()
        .map_err(|error| format!("{DEFECT}: {error}"))?;
    let builder = if contents.client_ca.is_empty() {
        builder.with_no_client_auth()
    } else {
        let mut roots = RootCertStore::empty();
        for certificate in &contents.client_ca {
            roots.add(certificate.clone()).map_err(|error| format!("{DEFECT}: --tls-client-ca: {error}"))?;
        }
        let verifier = WebPkiClientVerifier::builder_with_provider(Arc::new(roots), provider);
        let verifier = if needs_certificate { verifier } else { verifier.allow_unauthenticated() };
        builder.with_client_cert_verifier(verifier.build().map_err(|error| format!("{DEFECT}: {error}"))?)
    };
    let key = contents.credential.client_certificate().map_err(|outcome| sentence(&outcome.message))?;
    let mut config = builder.with_cert_resolver(Arc::new(SingleCertAndKey::from(key)));
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    Ok(config)
}

/// The name of the certificate that a server has shown, for logs.
pub fn name_of(certificates: &[CertificateDer<'_>]) -> Arc<str> {
    let name = certificates.first().and_then(|first| CertificateInfo::read(first).ok()?.subject_name());
    name.unwrap_or_else(|| "a certificate without a name".to_owned()).into()
}

#[cfg(test)]
#[path = "tls_tests.rs"]
mod tests;
