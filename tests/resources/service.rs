//! Services to call, with the certificates that cost most stack to check.

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::PathBuf;
use std::process::Command;
use std::sync::Arc;
use std::thread;
use std::time::Duration;

use mpa_tests::build;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::server::WebPkiClientVerifier;
use rustls::{RootCertStore, ServerConfig, ServerConnection, StreamOwned, SupportedProtocolVersion};

/// Certificates and keys, made by openssl.
pub struct Files(PathBuf);

impl Files {
    pub const PASSWORD: &str = "open sesame";

    pub fn make() -> Self {
        let files = Files(build::scratch("stack-files"));
        files.write("names", "subjectAltName=IP:127.0.0.1\n");
        files.openssl("req -x509 -newkey rsa:4096 -nodes -keyout root.key -out root.pem -subj /CN=root -days 30");
        for (name, key) in [
            // The authority's once more, since making another takes seconds.
            ("rsa", "-new -key root.key"),
            ("p384", "-newkey ec -pkeyopt ec_paramgen_curve:P-384 -nodes -keyout p384.key"),
            ("p256", "-newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout p256.key"),
        ] {
            files.openssl(&format!("req {key} -out {name}.csr -subj /CN={name}"));
            files.openssl(&format!(
                "x509 -req -in {name}.csr -CA root.pem -CAkey root.key -CAcreateserial -out {name}.pem -days 30 -extfile names"
            ));
        }
        // Many iterations cost time, not stack: few will do.
        let export = "pkcs12 -export -inkey root.key -in rsa.pem -certfile root.pem -iter 2048 -passout";
        for (name, options) in [
            ("aes", "-keypbe AES-256-CBC -certpbe AES-256-CBC"),
            ("legacy", "-legacy -keypbe PBE-SHA1-3DES -certpbe PBE-SHA1-RC2-40"),
        ] {
            let mut arguments: Vec<&str> = export.split(' ').collect();
            let password = format!("pass:{}", Self::PASSWORD);
            arguments.push(&password);
            let out = format!("{name}.pfx");
            arguments.extend(options.split(' ').chain(["-out", &out]));
            files.run(&arguments);
        }
        files
    }

    pub fn path(&self, name: &str) -> String {
        self.0.join(name).to_str().expect("names are text").to_owned()
    }

    pub fn write(&self, name: &str, content: &str) -> String {
        std::fs::write(self.0.join(name), content).expect("the file is written");
        self.path(name)
    }

    fn openssl(&self, arguments: &str) {
        self.run(&arguments.split(' ').collect::<Vec<_>>());
    }

    fn run(&self, arguments: &[&str]) {
        build::run(Command::new("openssl").args(arguments).current_dir(&self.0));
    }

    fn roots(&self) -> Arc<RootCertStore> {
        let mut roots = RootCertStore::empty();
        roots.add(CertificateDer::from_pem_file(self.path("root.pem")).expect("a certificate")).expect("an authority");
        Arc::new(roots)
    }
}

/// It gives every request the same answer, a moment later, on any number of connections.
pub struct Service {
    pub url: String,
}

const ACCEPTED: &str = "HTTP/1.1 204 No Content\r\n\r\n";

/// Calls that begin together are under way together.
const A_MOMENT: Duration = Duration::from_millis(20);

impl Service {
    pub fn plain() -> Self {
        Self::plain_answering(ACCEPTED.to_owned())
    }

    pub fn plain_answering(response: String) -> Self {
        Self::start("http", move |socket| answer(&mut { socket }, &response))
    }

    /// It takes a client's certificate where there is one. `name`: of its certificate and key.
    pub fn tls(version: &'static SupportedProtocolVersion, files: &Files, name: &str) -> Self {
        Self::tls_answering(version, files, name, ACCEPTED.to_owned())
    }

    pub fn tls_answering(
        version: &'static SupportedProtocolVersion,
        files: &Files,
        name: &str,
        response: String,
    ) -> Self {
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let clients = WebPkiClientVerifier::builder_with_provider(files.roots(), provider.clone());
        let chain = vec![CertificateDer::from_pem_file(files.path(&format!("{name}.pem"))).expect("a certificate")];
        let key = if name == "rsa" { "root" } else { name };
        let key = PrivateKeyDer::from_pem_file(files.path(&format!("{key}.key"))).expect("a key");
        let config = ServerConfig::builder_with_provider(provider)
            .with_protocol_versions(&[version])
            .expect("a version")
            .with_client_cert_verifier(clients.allow_unauthenticated().build().expect("a verifier"))
            .with_single_cert(chain, key)
            .expect("a certificate that fits its key");
        let config = Arc::new(config);
        Self::start("https", move |socket| {
            let connection = ServerConnection::new(config.clone()).expect("a connection");
            answer(&mut StreamOwned::new(connection, socket), &response);
        })
    }

    fn start(scheme: &str, serve: impl Fn(TcpStream) + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("there is a port");
        let url = format!("{scheme}://{}", listener.local_addr().expect("it has an address"));
        let serve = Arc::new(serve);
        thread::spawn(move || {
            for socket in listener.incoming().flatten() {
                let serve = serve.clone();
                thread::spawn(move || serve(socket));
            }
        });
        Service { url }
    }
}

fn answer(stream: &mut (impl Read + Write), response: &str) {
    let mut request = Vec::new();
    let mut some = [0; 4096];
    while let Ok(count @ 1..) = stream.read(&mut some) {
        request.extend_from_slice(&some[..count]);
        if is_whole(&request) {
            request.clear();
            thread::sleep(A_MOMENT);
            if stream.write_all(response.as_bytes()).is_err() {
                return;
            }
        }
    }
}

fn is_whole(request: &[u8]) -> bool {
    let text = String::from_utf8_lossy(request);
    let Some((head, body)) = text.split_once("\r\n\r\n") else { return false };
    let length = head.lines().find_map(|line| line.to_ascii_lowercase().strip_prefix("content-length: ")?.parse().ok());
    body.len() >= length.unwrap_or(0_usize)
}
