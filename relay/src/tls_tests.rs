use std::fs;
use std::io::{Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::thread;

use rcgen::{BasicConstraints, CertificateParams, DnType, IsCa, Issuer, KeyPair};
use tempfile::TempDir;
use tokio_rustls::rustls::pki_types::{PrivateKeyDer, ServerName};
use tokio_rustls::rustls::version::{TLS12, TLS13};
use tokio_rustls::rustls::{ClientConfig, ClientConnection, ServerConnection, StreamOwned, SupportedProtocolVersion};

use super::*;

/// An authority, and the relay's certificate of it.
struct Pki {
    folder: TempDir,
    authority: Issuer<'static, KeyPair>,
    authority_pem: String,
    authority_der: CertificateDer<'static>,
}

impl Pki {
    fn new() -> Self {
        let mut params = CertificateParams::new(Vec::new()).unwrap();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        params.distinguished_name.push(DnType::CommonName, "Studio CA");
        let key = KeyPair::generate().unwrap();
        let certificate = params.self_signed(&key).unwrap();
        let (authority_pem, authority_der) = (certificate.pem(), certificate.der().clone());
        let folder = tempfile::tempdir().unwrap();
        Pki { folder, authority: Issuer::new(params, key), authority_pem, authority_der }
    }

    fn issue(&self, name: &str) -> (rcgen::Certificate, KeyPair) {
        let mut params = CertificateParams::new(["localhost".to_owned()]).unwrap();
        params.distinguished_name.push(DnType::CommonName, name);
        let key = KeyPair::generate().unwrap();
        (params.signed_by(&key, &self.authority).unwrap(), key)
    }

    fn write(&self, name: &str, text: &str) -> std::path::PathBuf {
        let path = self.folder.path().join(name);
        fs::write(&path, text).unwrap();
        path
    }

    fn files(&self) -> TlsFiles {
        let (certificate, key) = self.issue("relay");
        TlsFiles {
            certificate: self.write("certificate.pem", &certificate.pem()),
            private_key: self.write("key.pem", &key.serialize_pem()),
            password_file: None,
            client_ca: Some(self.write("ca.pem", &self.authority_pem)),
        }
    }

    /// Connects, and says which name the relay has seen, or that it did not come to that.
    fn connect(
        &self,
        config: ServerConfig,
        shown: Option<&(rcgen::Certificate, KeyPair)>,
        version: &'static SupportedProtocolVersion,
    ) -> Result<Option<String>, ()> {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let relay = thread::spawn(move || {
            let (socket, _) = listener.accept().unwrap();
            let mut stream = StreamOwned::new(ServerConnection::new(Arc::new(config)).unwrap(), socket);
            let mut byte = [0];
            stream.read_exact(&mut byte).map_err(drop)?;
            stream.write_all(&byte).map_err(drop)?;
            Ok(stream.conn.peer_certificates().map(|shown| name_of(shown).to_string()))
        });
        let mut roots = RootCertStore::empty();
        roots.add(self.authority_der.clone()).unwrap();
        let builder = ClientConfig::builder_with_provider(Arc::new(default_provider()))
            .with_protocol_versions(&[version])
            .unwrap()
            .with_root_certificates(roots);
        let config = match shown {
            None => builder.with_no_client_auth(),
            Some((certificate, key)) => {
                let key = PrivateKeyDer::try_from(key.serialize_der()).unwrap();
                builder.with_client_auth_cert(vec![certificate.der().clone()], key).unwrap()
            }
        };
        let connection = ClientConnection::new(Arc::new(config), ServerName::try_from("localhost").unwrap()).unwrap();
        let mut stream = StreamOwned::new(connection, TcpStream::connect(address).unwrap());
        let exchanged = stream.write_all(b"x").and_then(|()| stream.read_exact(&mut [0]));
        drop(stream);
        let seen = relay.join().unwrap();
        assert_eq!(exchanged.is_ok(), seen.is_ok());
        seen
    }
}

#[test]
fn certificates_of_the_authority_let_servers_in() {
    let pki = Pki::new();
    let own = pki.issue("game-server-7");
    let foreign = Pki::new().issue("stranger");
    let with_ca = pki.files();
    let without = TlsFiles { client_ca: None, ..with_ca.clone() };
    let seen = |name: &str| Ok(Some(name.to_owned()));
    for (files, needs_certificate, shown, outcome) in [
        (&without, false, None, Ok(None)),
        (&without, false, Some(&own), Ok(None)),
        (&with_ca, true, Some(&own), seen("game-server-7")),
        (&with_ca, true, None, Err(())),
        (&with_ca, true, Some(&foreign), Err(())),
        (&with_ca, false, Some(&own), seen("game-server-7")),
        (&with_ca, false, None, Ok(None)),
        (&with_ca, false, Some(&foreign), Err(())),
    ] {
        for version in [&TLS12, &TLS13] {
            let config = server_config(&read(files).unwrap(), needs_certificate).unwrap();
            let found = pki.connect(config, shown, version);
            assert_eq!(found, outcome, "{:?} {needs_certificate} {:?}", files.client_ca, version.version);
        }
    }
}

#[test]
fn the_key_may_be_beside_the_certificate() {
    let pki = Pki::new();
    let (certificate, key) = pki.issue("relay");
    let both = pki.write("both.pem", &(certificate.pem() + &key.serialize_pem()));
    let files = TlsFiles { certificate: both.clone(), private_key: both, password_file: None, client_ca: None };
    assert_eq!(read(&files).unwrap().credential.subject_name(), "relay");
}

#[test]
fn what_is_wrong_with_which_file_is_said() {
    let pki = Pki::new();
    let good = pki.files();
    let other_key = pki.write("other.pem", &KeyPair::generate().unwrap().serialize_pem());
    let wrong = pki.write("wrong.pem", "secret");
    let nothing = pki.folder.path().join("nothing");
    let cases = [
        (TlsFiles { certificate: wrong.clone(), ..good.clone() }, "--tls-certificate /f/wrong.pem is in no format"),
        (TlsFiles { certificate: nothing.clone(), ..good.clone() }, "--tls-certificate /f/nothing could not be read ("),
        (TlsFiles { private_key: wrong.clone(), ..good.clone() }, "--tls-private-key /f/wrong.pem is in no format"),
        (TlsFiles { private_key: nothing.clone(), ..good.clone() }, "--tls-private-key /f/nothing could not be read ("),
        (
            TlsFiles { private_key: other_key.clone(), ..good.clone() },
            "--tls-private-key /f/other.pem has a key that belongs to no certificate of --tls-certificate",
        ),
        (
            TlsFiles { private_key: good.certificate.clone(), ..good.clone() },
            "--tls-certificate /f/certificate.pem has no private key beside its certificate; name the key in \
             --tls-private-key",
        ),
        (TlsFiles { client_ca: Some(wrong), ..good.clone() }, "--tls-client-ca /f/wrong.pem is in no format"),
        (
            TlsFiles { client_ca: Some(other_key), ..good.clone() },
            "--tls-client-ca /f/other.pem cannot be used: block 1 is a private key",
        ),
        (
            TlsFiles { password_file: Some(nothing), ..good },
            "--tls-certificate-password-file /f/nothing could not be read (",
        ),
    ];
    for (files, beginning) in cases {
        let sentence = read(&files).unwrap_err().replace(pki.folder.path().to_str().unwrap(), "/f");
        assert!(sentence.starts_with(beginning), "{sentence}");
        assert!(!sentence.contains("secret") && !sentence.ends_with('.'), "{sentence}");
    }
}
