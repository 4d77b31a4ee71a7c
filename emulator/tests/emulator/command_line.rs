//! Signing in with other people's tools: the program's files with OpenSSL's keys, signatures and TLS.

use std::fs::{self, File};
use std::io::Cursor;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::time::SystemTime;

use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use serde_json::{Value, json};

use crate::client::{Answer, Client};
use crate::partner::{authorization, token, unsigned};
use crate::process;
use crate::program::Program;
use crate::requests::{Request, server_invite};
use crate::signer::{file_time, stream};

/// A directory of its own for a test, empty.
fn directory(name: &str) -> PathBuf {
    let directory = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(name);
    let _ = fs::remove_dir_all(&directory);
    directory
}

fn start(directory: &Path, more: &[&str]) -> Program {
    let arguments = ["--port=0", "--sign-in", directory.to_str().unwrap()];
    Program::start_with_lines(&[&arguments, more].concat(), 10)
}

/// The value of a configuration field in what the program printed.
fn setting(program: &Program, name: &str) -> String {
    let line = program.lines.iter().find_map(|line| line.strip_prefix(&format!("config.{name} = \"")));
    let value = line.unwrap_or_else(|| panic!("no {name} in {:?}", program.lines));
    value.strip_suffix("\";").unwrap().to_owned()
}

fn openssl(arguments: &[&str]) -> Output {
    openssl_reading(Stdio::null(), arguments)
}

fn openssl_reading(input: Stdio, arguments: &[&str]) -> Output {
    let output = process::output(Command::new("openssl").args(arguments).stdin(input), process::LIMIT);
    assert!(output.status.success(), "openssl {arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    output
}

/// A proof key that OpenSSL made, in a file.
struct Key {
    path: String,
    directory: PathBuf,
}

impl Key {
    fn make(directory: &Path) -> Self {
        let path = directory.join("proof.pem").to_str().unwrap().to_owned();
        openssl(&["genpkey", "-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-256", "-out", &path]);
        Self { path, directory: directory.to_path_buf() }
    }

    fn jwk(&self) -> Value {
        // The point ends the encoded key.
        let der = openssl(&["pkey", "-in", &self.path, "-pubout", "-outform", "DER"]).stdout;
        let (x, y) = der[der.len() - 64..].split_at(32);
        let [x, y] = [x, y].map(|coordinate| URL_SAFE_NO_PAD.encode(coordinate));
        json!({"alg": "ES256", "kty": "EC", "use": "sig", "crv": "P-256", "x": x, "y": y})
    }

    fn sign(&self, request: Request) -> Request {
        let (version, time) = (1_u32.to_be_bytes(), file_time(SystemTime::now()).to_be_bytes());
        let file = self.directory.join("stream");
        fs::write(&file, stream(&request, &version, &time, 8_192)).unwrap();
        let der = openssl(&["dgst", "-sha256", "-sign", &self.path, file.to_str().unwrap()]).stdout;
        let value = STANDARD.encode([&version[..], &time, &r_and_s(&der)].concat());
        request.replacing("Signature", &value)
    }
}

/// Two integers of 32 bytes each, out of a SEQUENCE of two INTEGERs.
fn r_and_s(der: &[u8]) -> Vec<u8> {
    assert_eq!((der[0], usize::from(der[1])), (0x30, der.len() - 2));
    let mut rest = &der[2..];
    let mut fixed = Vec::new();
    for _ in 0..2 {
        let (integer, after) = rest[2..].split_at(rest[1].into());
        let digits = &integer[integer.len().saturating_sub(32)..];
        fixed.extend(vec![0; 32 - digits.len()]);
        fixed.extend_from_slice(digits);
        rest = after;
    }
    fixed
}

/// Sends a request over OpenSSL's TLS.
fn send(program: &Program, url: &str, with_certificate: bool, request: &Request) -> Answer {
    let (authority, certificate) = (setting(program, "ca_certificates_path"), setting(program, "certificate_path"));
    let key = setting(program, "private_key_path");
    let sent = Path::new(&authority).with_file_name("request");
    fs::write(&sent, request.clone().with("Connection", "close").to_bytes()).unwrap();
    let address = url.strip_prefix("https://").unwrap();
    let mut arguments = vec!["s_client", "-quiet", "-verify_return_error", "-CAfile", &authority, "-connect", address];
    if with_certificate {
        arguments.extend(["-cert", &certificate, "-cert_chain", &certificate, "-key", &key]);
    }
    let received = openssl_reading(File::open(sent).unwrap().into(), &arguments).stdout;
    Client::over(Cursor::new(received)).receive()
}

#[test]
fn what_the_program_prints_and_writes_is_all_that_signing_in_takes() {
    let directory = directory("command-line");
    let program = start(&directory, &["--sandbox=XDKS.1"]);
    assert_eq!(setting(&program, "endpoint"), program.url());
    assert_eq!(setting(&program, "sandbox_id"), "XDKS.1");
    let key = Key::make(&directory);

    let body =
        json!({"RelyingParty": "http://auth.xboxlive.com", "TokenType": "JWT", "Properties": {"ProofKey": key.jwk()}});
    let request = key.sign(unsigned("/service/authenticate", &body));
    let answer = send(&program, &setting(&program, "sign_in_endpoint"), true, &request);

    let mut body = authorization(&token(&answer));
    body["Properties"]["SandboxId"] = "XDKS.1".into();
    let request = key.sign(unsigned("/xsts/authorize", &body));
    let answer = send(&program, &setting(&program, "token_endpoint"), false, &request);

    let authorization = format!("XBL3.0 x=-;{}", token(&answer));
    let request = key.sign(server_invite(7).replacing("Authorization", &authorization));
    let answer = send(&program, program.url(), false, &request);
    assert_eq!((answer.status, answer.body.as_str()), (204, ""));
    let unsigned = request.without("Signature");
    assert_eq!(send(&program, program.url(), false, &unsigned).status, 401);
}

#[test]
fn the_files_are_what_openssl_takes_them_for() {
    let directory = directory("files");
    let program = start(&directory, &[]);
    let (authority, chain) = (setting(&program, "ca_certificates_path"), setting(&program, "certificate_path"));
    openssl(&["verify", "-x509_strict", "-purpose", "sslclient", "-CAfile", &authority, "-untrusted", &chain, &chain]);
    let private_key = setting(&program, "private_key_path");
    let pem = fs::read_to_string(&private_key).unwrap();
    assert!(pem.starts_with("-----BEGIN PRIVATE KEY-----"), "PKCS#8");
    let of_key = openssl(&["pkey", "-in", &private_key, "-pubout"]).stdout;
    let of_certificate = openssl(&["x509", "-in", &chain, "-noout", "-pubkey"]).stdout;
    assert_eq!(of_key, of_certificate);
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let mode = fs::metadata(&private_key).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
    }
    drop(program);
    let again = start(&directory, &[]);
    assert_ne!(fs::read_to_string(setting(&again, "private_key_path")).unwrap(), pem, "new in every run");
}
