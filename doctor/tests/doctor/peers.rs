//! Advice that fits its cause, against peers that have it.

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::process::Command;
use std::sync::Arc;
use std::thread;

use mpa_emulator::{Emulator, Options};
use rcgen::{BasicConstraints, Certificate, CertificateParams, IsCa, Issuer, KeyPair};
use rustls::crypto::ring::{default_provider, sign::any_supported_type};
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, PrivatePkcs8KeyDer};
use rustls::sign::{CertifiedKey, SingleCertAndKey};
use rustls::{ServerConfig, ServerConnection, StreamOwned};
use serde_json::Value;

use crate::{Partner, folder, path, run, schema, write};

const UNAUTHORIZED: &str = "HTTP/1.1 401 Unauthorized\r\nContent-Length: 0\r\n\r\n";

/// Serves every connection to `127.0.0.1` in a thread of its own, and returns the port.
fn serve(serve_one: impl Fn(TcpStream) + Send + Sync + 'static) -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    let serve_one = Arc::new(serve_one);
    thread::spawn(move || {
        for stream in listener.incoming() {
            let (stream, serve_one) = (stream.unwrap(), serve_one.clone());
            thread::spawn(move || serve_one(stream));
        }
    });
    port
}

/// Answers every request with `answer`; with none, it closes instead. It asks for no certificate.
fn serve_tls(chain: Vec<CertificateDer<'static>>, key: PrivateKeyDer<'static>, answer: &'static str) -> u16 {
    // Whatever the certificate is: the usual way would refuse some of them.
    let certified = CertifiedKey::new(chain, any_supported_type(&key).unwrap());
    let config = ServerConfig::builder_with_provider(Arc::new(default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_cert_resolver(Arc::new(SingleCertAndKey::from(certified)));
    let config = Arc::new(config);
    serve(move |stream| {
        let mut stream = StreamOwned::new(ServerConnection::new(config.clone()).unwrap(), stream);
        while stream.read(&mut [0; 8192]).is_ok_and(|length| length > 0) {
            if answer.is_empty() || stream.write_all(answer.as_bytes()).and_then(|()| stream.flush()).is_err() {
                return;
            }
        }
    })
}

fn der(key: &KeyPair) -> PrivateKeyDer<'static> {
    PrivatePkcs8KeyDer::from(key.serialize_der()).into()
}

struct Authority {
    certificate: Certificate,
    issuer: Issuer<'static, KeyPair>,
}

impl Authority {
    fn make(name: &str) -> Self {
        let key = KeyPair::generate().unwrap();
        let mut params = params(name);
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let certificate = params.self_signed(&key).unwrap();
        Authority { certificate, issuer: Issuer::new(params, key) }
    }

    /// A server at 127.0.0.1 with a certificate of this authority.
    fn serve(&self, sends_root: bool, answer: &'static str) -> u16 {
        let key = KeyPair::generate().unwrap();
        let mut chain = vec![params("server").signed_by(&key, &self.issuer).unwrap().der().clone()];
        if sends_root {
            chain.push(self.certificate.der().clone());
        }
        serve_tls(chain, der(&key), answer)
    }
}

fn params(name: &str) -> CertificateParams {
    let mut params = CertificateParams::new(vec!["127.0.0.1".to_owned()]).unwrap();
    params.distinguished_name.push(rcgen::DnType::CommonName, name);
    params
}

/// What is found at an endpoint, with these authorities beside the public ones.
fn check(endpoint: &str, authority: Option<&str>) -> (i32, Value) {
    let mut arguments = vec!["--json", "--network-only", "--title-id=7", "--endpoint", endpoint];
    arguments.extend(authority.into_iter().flat_map(|path| ["--ca-certificates", path]));
    let ended = run(&arguments);
    let output = serde_json::from_str(&ended.text).unwrap();
    schema::check(&output);
    (ended.status, output)
}

/// The failure, which is the only one, by its step and code; its advice has all of `words`, and none of
/// `not`.
#[track_caller]
fn fails(status: i32, output: &Value, step: &str, code: &str, words: &[&str], not: &[&str]) {
    let failed: Vec<_> = output["steps"].as_array().unwrap().iter().filter(|step| step["state"] == "failed").collect();
    assert_eq!((status, failed.len()), (1, 1), "{output:#}");
    assert_eq!((&failed[0]["step"], &failed[0]["code"]), (&step.into(), &code.into()), "{output:#}");
    let said = format!("{} {}", failed[0]["message"].as_str().unwrap(), failed[0]["advice"].as_str().unwrap());
    assert!(words.iter().all(|words| said.contains(words)), "{words:?} in {said}");
    assert!(!not.iter().any(|words| said.contains(words)), "none of {not:?} in {said}");
}

#[test]
fn plain_http_at_a_port_of_tls() {
    let emulator = Emulator::start(Options::default()).unwrap();
    let (status, output) = check(&emulator.url().replace("http://", "https://"), None);
    fails(
        status,
        &output,
        "service_tls",
        "tls_plain_http",
        &["plain HTTP", "Correct the port in --endpoint"],
        &["--ca"],
    );
    // Who does not say a word to what it does not understand.
    let silent = serve(|mut stream| {
        let mut request = [0; 4096];
        let length = stream.read(&mut request).unwrap_or(0);
        if request[..length].starts_with(b"HEAD ") {
            let _ = stream.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
        }
    });
    let (status, output) = check(&format!("https://127.0.0.1:{silent}"), None);
    fails(status, &output, "service_tls", "tls_plain_http", &["plain HTTP"], &["--ca"]);
}

#[test]
fn something_else_at_a_port_of_tls() {
    let ssh = serve(|mut stream| {
        let _ = stream.write_all(b"SSH-2.0-OpenSSH_9.2\r\n");
        let _ = stream.read(&mut [0; 4096]);
    });
    let (status, output) = check(&format!("https://127.0.0.1:{ssh}"), None);
    fails(
        status,
        &output,
        "service_tls",
        "tls_not_tls",
        &["Check the host and the port in --endpoint"],
        &["plain HTTP"],
    );
    let closing = serve(drop);
    let (status, output) = check(&format!("https://127.0.0.1:{closing}"), None);
    fails(status, &output, "service_tls", "tls_closed", &["firewall or a proxy"], &["plain HTTP", "--ca"]);
}

#[test]
fn tls_at_a_port_of_plain_http() {
    let authority = Authority::make("tests");
    let port = authority.serve(false, UNAUTHORIZED);
    let (status, output) = check(&format!("http://127.0.0.1:{port}"), None);
    fails(status, &output, "service_http", "http_speaks_tls", &["Write https:// in --endpoint"], &["proxy"]);
}

#[test]
fn an_issuer_that_is_not_trusted() {
    let authority = Authority::make("Example Authority");
    let folder = folder("unknown-issuer");
    write(&folder.join("other.pem"), &Authority::make("other").certificate.pem());
    write(&folder.join("authority.pem"), &authority.certificate.pem());
    for sends_root in [false, true] {
        let endpoint = format!("https://127.0.0.1:{}", authority.serve(sends_root, UNAUTHORIZED));
        let named = "name its authority (CN=Example Authority) in --ca-certificates";
        let (status, output) = check(&endpoint, None);
        fails(status, &output, "service_tls", "tls_unknown_issuer", &[named, "SHA-256 "], &["self-signed"]);
        let other = path(&folder, "other.pem");
        let (status, output) = check(&endpoint, Some(&other));
        let missing = format!("as {other} does not have it");
        fails(status, &output, "service_tls", "tls_unknown_issuer", &[named, &missing], &[]);
        // To follow the advice helps.
        let (status, output) = check(&endpoint, Some(&path(&folder, "authority.pem")));
        assert_eq!(status, 0, "{output:#}");
    }
}

#[test]
fn a_certificate_that_is_its_own_authority() {
    let folder = folder("self-signed");
    for is_ca in [IsCa::NoCa, IsCa::ExplicitNoCa, IsCa::Ca(BasicConstraints::Unconstrained)] {
        let key = KeyPair::generate().unwrap();
        let mut params = params("itself");
        params.is_ca = is_ca;
        let certificate = params.self_signed(&key).unwrap();
        let port = serve_tls(vec![certificate.der().clone()], der(&key), UNAUTHORIZED);
        let (status, output) = check(&format!("https://127.0.0.1:{port}"), None);
        let words = ["name its self-signed certificate itself in --ca-certificates", "CN=itself, issued by itself"];
        fails(status, &output, "service_tls", "tls_self_signed", &words, &["proxy"]);
        write(&folder.join("itself.pem"), &certificate.pem());
        let (status, output) = check(&format!("https://127.0.0.1:{port}"), Some(&path(&folder, "itself.pem")));
        assert_eq!(status, 0, "to follow the advice helps, {is_ca:?}: {output:#}");
    }
}

/// A certificate with its key, by OpenSSL 3.0: `x509 -req` without extensions.
const VERSION_1: &str = include_str!("../../../src/auth/credential/tests/fixtures/version-1.pem");

#[test]
fn a_certificate_of_version_1() {
    let folder = folder("version-1");
    let (certificate, _) = VERSION_1.split_once("-----BEGIN PRIVATE KEY").unwrap();
    write(&folder.join("v1.pem"), certificate);
    let chain: Vec<_> = CertificateDer::pem_slice_iter(VERSION_1.as_bytes()).map(Result::unwrap).collect();
    let key = PrivateKeyDer::from_pem_slice(VERSION_1.as_bytes()).unwrap();
    let port = serve_tls(chain, key, UNAUTHORIZED);
    // To trust it does not help.
    for authority in [None, Some(path(&folder, "v1.pem"))] {
        let (status, output) = check(&format!("https://127.0.0.1:{port}"), authority.as_deref());
        let words = ["X.509 version 1", "certificate of X.509 version 3", "-extfile", "SHA-256 "];
        fails(status, &output, "service_tls", "tls_certificate_version_1", &words, &["proxy"]);
    }
}

#[test]
fn a_certificate_for_another_name_or_time() {
    let authority = Authority::make("tests");
    let folder = folder("names-and-times");
    write(&folder.join("authority.pem"), &authority.certificate.pem());
    let mut other_name = CertificateParams::new(vec!["other.example".to_owned()]).unwrap();
    let mut expired = params("server");
    expired.not_after = rcgen::date_time_ymd(2020, 1, 1);
    let mut early = params("server");
    early.not_before = rcgen::date_time_ymd(2090, 1, 1);
    other_name.is_ca = IsCa::NoCa;
    for (params, code, words) in [
        (other_name, "tls_wrong_name", "Check the name in --endpoint"),
        (expired, "tls_certificate_expired", "was valid until 2020-01-01"),
        (early, "tls_certificate_not_yet_valid", "is valid from 2090-01-01"),
    ] {
        let key = KeyPair::generate().unwrap();
        let certificate = params.signed_by(&key, &authority.issuer).unwrap();
        let port = serve_tls(vec![certificate.der().clone()], der(&key), UNAUTHORIZED);
        let (status, output) = check(&format!("https://127.0.0.1:{port}"), Some(&path(&folder, "authority.pem")));
        fails(status, &output, "service_tls", code, &[words], &["--ca-certificates"]);
    }
}

/// The authority of a proxy is trusted, and it opens TLS: it cannot show the certificate to the service,
/// which then refuses, or the proxy itself gives up.
#[test]
fn a_proxy_that_opens_tls_where_mutual_tls_cannot_pass() {
    let partner = Partner::start("inspection");
    let inspection = Authority::make("Example Inspection");
    let both = partner.emulator.sign_in().unwrap().ca_pem().to_owned() + &inspection.certificate.pem();
    partner.write("both.pem", &both);
    let authorities = partner.path("both.pem");
    for answer in [
        "HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n",
        "HTTP/1.1 401 Unauthorized\r\nContent-Length: 0\r\n\r\n",
        "HTTP/1.1 502 Bad Gateway\r\nContent-Length: 0\r\n\r\n",
    ] {
        let proxy = format!("https://127.0.0.1:{}", inspection.serve(false, answer));
        let ended = partner.run(&[("--json", ""), ("--ca-certificates", &authorities), ("--sign-in-endpoint", &proxy)]);
        let output: Value = serde_json::from_str(&ended.text).unwrap();
        schema::check(&output);
        let exempt = "have 127.0.0.1 exempted from TLS inspection";
        let words = [exempt, "mutual TLS cannot pass a proxy, even if --ca-certificates names its authority"];
        fails(
            ended.status,
            &output,
            "sign_in_service_token",
            "sign_in_without_certificate",
            &words,
            &["Partner Center"],
        );
        let steps = output["steps"].as_array().unwrap();
        let tls = steps.iter().find(|step| step["step"] == "sign_in_host_tls").unwrap();
        assert_eq!(tls["code"], "tls_certificate_not_requested", "{tls}");
        assert!(tls["advice"].as_str().unwrap().contains("(issuer: CN=Example Inspection)"), "{tls}");
    }
    // Its authority is not trusted: to trust it would not help.
    let proxy = format!("https://127.0.0.1:{}", inspection.serve(true, UNAUTHORIZED));
    let ended = partner.run(&[("--json", ""), ("--sign-in-endpoint", &proxy)]);
    let output: Value = serde_json::from_str(&ended.text).unwrap();
    let words = ["mutual TLS cannot pass a proxy, whatever is trusted", "CN=Example Inspection"];
    fails(ended.status, &output, "sign_in_host_tls", "tls_unknown_issuer", &words, &[]);
    // One that ends connections on which it cannot go on.
    let proxy = format!("https://127.0.0.1:{}", inspection.serve(false, ""));
    let ended = partner.run(&[("--ca-certificates", &authorities), ("--sign-in-endpoint", &proxy)]);
    assert!(ended.status == 1 && ended.text.contains("exempted from TLS inspection"), "{}", ended.text);
}

#[test]
fn an_authority_that_is_not_trusted_is_reported_at_tls() {
    let (partner, stranger) = (Partner::start("ca"), Partner::start("other-ca"));
    let ended = partner.run(&[("--ca-certificates", &stranger.path("ca.pem"))]);
    assert_eq!(ended.status, 1, "{}", ended.text);
    let failed: Vec<_> = ended.text.lines().filter(|line| line.starts_with("failed ")).collect();
    assert_eq!(failed.len(), 3, "{}", ended.text);
    assert!(
        failed.iter().all(|line| line.contains("TLS: ") && line.contains("issued by an authority that is not trusted")),
        "{failed:?}"
    );
    assert!(ended.text.contains("Not tried: clock, sign-in step 1 of 2, "), "{}", ended.text);
}

/// A host of mutual TLS in the place of one without.
#[test]
fn a_host_that_wants_a_certificate_that_is_not_shown_to_it() {
    let partner = Partner::start("wants-certificate");
    let sign_in = partner.emulator.sign_in().unwrap().url().to_owned();
    let ended = partner.run(&[("--endpoint", &sign_in)]);
    assert_eq!(ended.status, 1, "{}", ended.text);
    assert!(ended.text.contains("Check --endpoint: this host wants a certificate"), "{}", ended.text);
}

/// The certificate, and the code and words of what comes of it.
#[test]
fn a_certificate_of_ours_that_proves_nothing() {
    let (partner, other) = (Partner::start("own-certificates"), Partner::start("another-partner"));
    let openssl = |arguments: &str| {
        let output = Command::new("openssl").args(arguments.split(' ')).current_dir(&partner.folder).output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    };
    openssl("req -x509 -newkey rsa:2048 -nodes -keyout own.key -out own.pem -days 60 -subj /CN=itself");
    partner.write("v1.pem", VERSION_1);
    let run = |certificate: &str, key: &str| {
        let ended = partner.run(&[("--json", ""), ("--certificate", certificate), ("--private-key", key)]);
        let output: Value = serde_json::from_str(&ended.text).unwrap();
        schema::check(&output);
        (ended.status, output)
    };
    let own_key = partner.path("own.key");
    let (status, output) = run(&partner.path("v1.pem"), &partner.path("v1.pem"));
    fails(status, &output, "certificate", "certificate_unusable", &["of X.509 version 1; expected version 3"], &[]);
    for (certificate, key, warning) in [
        (partner.path("own.pem"), own_key, Some("certificate_self_signed")),
        (other.path("partner.pem"), other.path("partner.key"), None),
    ] {
        let (status, output) = run(&certificate, &key);
        let words = ["Check that the certificate is the Business Partner Certificate with its chain"];
        fails(status, &output, "sign_in_host_http", "tls_client_certificate_refused", &words, &["--ca", "proxy"]);
        let warnings = output["steps"].as_array().unwrap().iter().filter(|step| step["state"] == "warning");
        assert_eq!(warnings.map(|step| step["code"].as_str()).next(), warning.map(Some), "{output:#}");
    }
}
