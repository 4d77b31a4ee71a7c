//! The program as people run it, against the emulator: what it says when all is well, and at which
//! step it ends otherwise.

#![allow(clippy::expect_used, clippy::unwrap_used)]

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, SystemTime};

use mpa_emulator::{Emulator, NO_TITLE, Options, ServiceKind, SignInOptions, Titles};

#[path = "doctor/arguments.rs"]
mod arguments;
#[path = "doctor/exits.rs"]
mod exits;
#[path = "doctor/json.rs"]
mod json;
#[path = "doctor/peers.rs"]
mod peers;
#[cfg(unix)]
#[path = "doctor/permissions.rs"]
mod permissions;
// tinyproxy is not on Windows.
#[cfg(unix)]
#[path = "doctor/proxy.rs"]
mod proxy;
#[path = "doctor/schema.rs"]
mod schema;
// Shared with the tests through the C ABI, which need more of it.
#[allow(dead_code)]
#[path = "../../tests/src/process.rs"]
mod process;
#[cfg(unix)]
#[allow(dead_code)]
#[path = "../../tests/src/tinyproxy.rs"]
mod tinyproxy;

const TITLE: u32 = 7;

/// Configuration, certificate, four steps for each of three hosts, clock, two steps, the call; and on
/// Unix the permissions of files.
const ALL_STEPS: usize = if cfg!(unix) { 19 } else { 18 };

const DAY: Duration = Duration::from_secs(86_400);

/// Port 9 is "discard", which no system offers any more.
const NOBODY: &str = "https://127.0.0.1:9";

/// An emulator, and the files of its partner.
struct Partner {
    emulator: Emulator,
    folder: PathBuf,
}

/// How the program ended.
struct Ended {
    status: i32,
    text: String,
    stderr: String,
}

impl Partner {
    fn start(name: &str) -> Self {
        let sign_in = Some(SignInOptions::default());
        let emulator = Emulator::start(Options { sign_in, https: true, ..Options::default() }).unwrap();
        let partner = Partner { emulator, folder: folder(name) };
        let signing_in = partner.emulator.sign_in().unwrap();
        partner.write("ca.pem", signing_in.ca_pem());
        partner.write("partner.pem", &signing_in.partner().chain_pem);
        partner.write("partner.key", &signing_in.partner().private_key_pem);
        partner
    }

    fn write(&self, name: &str, content: &str) {
        write(&self.folder.join(name), content);
    }

    fn path(&self, name: &str) -> String {
        path(&self.folder, name)
    }

    /// A certificate of so many days from now, in place of the good one.
    fn certificate_until(&self, not_after: SystemTime) {
        let signing_in = self.emulator.sign_in().unwrap();
        let issued = signing_in.issue_partner_certificate(SystemTime::now() - 100 * DAY, not_after).unwrap();
        self.write("partner.pem", &issued.chain_pem);
        self.write("partner.key", &issued.private_key_pem);
    }

    /// With these options in place of its own, or beside them.
    fn run(&self, others: &[(&str, &str)]) -> Ended {
        self.run_without("", others)
    }

    /// The same without one of its own.
    fn run_without(&self, left_out: &str, others: &[(&str, &str)]) -> Ended {
        run(&self.arguments(left_out, others))
    }

    fn arguments(&self, left_out: &str, others: &[(&str, &str)]) -> Vec<String> {
        let signing_in = self.emulator.sign_in().unwrap();
        let own = [
            ("--title-id", TITLE.to_string()),
            ("--endpoint", self.emulator.url().to_owned()),
            ("--sign-in-endpoint", signing_in.url().to_owned()),
            ("--token-endpoint", signing_in.token_url().to_owned()),
            ("--ca-certificates", self.path("ca.pem")),
            ("--certificate", self.path("partner.pem")),
            ("--private-key", self.path("partner.key")),
        ];
        let mut arguments = vec!["--ca-only".to_owned()];
        for (name, value) in own {
            if name != left_out && !others.iter().any(|(other, _)| *other == name) {
                arguments.extend([name.to_owned(), value]);
            }
        }
        for (name, value) in others {
            arguments.push((*name).to_owned());
            if !value.is_empty() {
                arguments.push((*value).to_owned());
            }
        }
        arguments
    }
}

fn folder(name: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("doctor-{name}"));
    fs::create_dir_all(&folder).unwrap();
    folder
}

/// For the owner alone, as a secret should be.
fn write(path: &Path, content: &str) {
    fs::write(path, content).unwrap();
    #[cfg(unix)]
    set_mode(path, 0o600);
}

#[cfg(unix)]
fn set_mode(path: &Path, mode: u32) {
    use std::os::unix::fs::PermissionsExt;
    fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
}

fn path(folder: &Path, name: &str) -> String {
    folder.join(name).to_str().unwrap().to_owned()
}

fn run<S: AsRef<std::ffi::OsStr>>(arguments: &[S]) -> Ended {
    run_with(&[], arguments)
}

/// With these variables, and no other that names a proxy.
fn run_with<S: AsRef<std::ffi::OsStr>>(variables: &[(&str, &str)], arguments: &[S]) -> Ended {
    let mut doctor = Command::new(env!("CARGO_BIN_EXE_mpa-doctor"));
    for (name, _) in std::env::vars_os().filter(|(name, _)| name.to_string_lossy().to_lowercase().ends_with("_proxy")) {
        doctor.env_remove(name);
    }
    doctor.envs(variables.iter().copied());
    let output = process::output(doctor.args(arguments).stdin(Stdio::null()), process::LIMIT);
    let text = |bytes| String::from_utf8(bytes).unwrap();
    Ended { status: output.status.code().unwrap(), text: text(output.stdout), stderr: text(output.stderr) }
}

impl Ended {
    /// The line of a step, which is there once.
    #[track_caller]
    fn line(&self, step: &str) -> &str {
        let mut lines = self.text.lines().filter(|line| line.contains(&format!(" {step}: ")));
        match (lines.next(), lines.next()) {
            (Some(line), None) => line,
            _ => panic!("one line of {step} in: {}{}", self.text, self.stderr),
        }
    }

    #[track_caller]
    fn has(&self, status: i32, step: &str, state: &str, words: &str) {
        let line = self.line(step);
        assert!(line.starts_with(state) && line.contains(words), "{}", self.text);
        assert_eq!(self.status, status, "{}", self.text);
    }

    #[track_caller]
    fn failed_once(&self) {
        assert_eq!(self.text.lines().filter(|line| line.starts_with("failed ")).count(), 1, "{}", self.text);
        assert!(self.text.contains("What to do: "), "{}", self.text);
    }
}

#[test]
fn all_is_well() {
    let partner = Partner::start("well");
    let ended = partner.run(&[]);
    assert_eq!((ended.status, ended.stderr.as_str()), (0, ""), "{}", ended.text);
    let (steps, end): (Vec<_>, Vec<_>) = ended.text.lines().partition(|line| line.starts_with("ok "));
    assert_eq!(steps.len(), ALL_STEPS, "{}", ended.text);
    assert_eq!(end, ["No problems found."]);
    let paths: Vec<_> = partner.emulator.requests(TITLE).iter().map(|request| request.path.clone()).collect();
    assert_eq!(paths, ["/titles/7/activities/query"], "nothing else, no invite above all");
}

#[test]
fn an_expired_certificate_ends_signing_in_only() {
    let partner = Partner::start("expired");
    partner.certificate_until(SystemTime::now() - DAY);
    let ended = partner.run(&[]);
    ended.has(1, "certificate", "failed", "expired on 2");
    ended.failed_once();
    assert!(ended.text.contains("Not tried: the host of --sign-in-endpoint, sign-in step 1 of 2, "), "{}", ended.text);
    assert!(ended.line("clock").starts_with("ok "), "the hosts were looked at all the same");
}

#[test]
fn a_certificate_that_ends_soon_is_a_warning() {
    let partner = Partner::start("soon");
    partner.certificate_until(SystemTime::now() + 29 * DAY);
    partner.run(&[]).has(0, "certificate", "warning", "it expires on");
    partner.certificate_until(SystemTime::now() + 31 * DAY);
    partner.run(&[]).has(0, "certificate", "ok", "it is valid");
}

#[test]
fn files_that_are_no_good_are_named_by_their_option() {
    let partner = Partner::start("files");
    let other = partner.emulator.sign_in().unwrap();
    let now = SystemTime::now();
    partner.write("other.key", &other.issue_partner_certificate(now, now + DAY).unwrap().private_key_pem);
    let misfit = partner.run(&[("--private-key", &partner.path("other.key"))]);
    let (key, certificate) = (partner.path("other.key"), partner.path("partner.pem"));
    let expected =
        format!("--private-key {key} has a key that belongs to no certificate of --certificate {certificate};");
    misfit.has(1, "certificate", "failed", &expected);
    let missing = partner.run(&[("--certificate", &partner.path("missing.pem"))]);
    let expected = format!("--certificate {} could not be read", partner.path("missing.pem"));
    missing.has(1, "certificate", "failed", &expected);
    for (option, step) in [
        ("--ca-certificates", "configuration"),
        ("--private-key", "certificate"),
        ("--certificate-password-file", "certificate"),
    ] {
        let path = partner.path("missing.pem");
        partner.run(&[(option, &path)]).has(1, step, "failed", &format!("{option} {path} could not be read ("));
    }
    let no_authorities = partner.run(&[("--ca-certificates", &partner.path("partner.key"))]);
    let expected =
        format!("--ca-certificates {} cannot be used: block 1 is a private key", partner.path("partner.key"));
    no_authorities.has(1, "configuration", "failed", &expected);
    let not_tried = "Not tried: the hosts, clock, sign-in step 1 of 2, sign-in step 2 of 2, call.";
    assert!(no_authorities.text.contains(not_tried), "{}", no_authorities.text);
}

#[test]
fn every_block_of_a_file_is_used_or_named() {
    let partner = Partner::start("blocks");
    let sign_in = partner.emulator.sign_in().unwrap();
    let issued = sign_in.partner();
    let joined = issued.chain_pem.replace("-----\n-----", "----------");
    partner.write("joined.pem", &format!("\u{feff}{joined}"));
    let well = partner.run(&[("--certificate", &partner.path("joined.pem"))]);
    assert_eq!(well.status, 0, "{}", well.text);

    let chain = &issued.chain_pem;
    let blocks = chain.matches("-----BEGIN").count();
    let last = chain.rfind("-----BEGIN").unwrap();
    partner.write("small.pem", &[&chain[..last], &chain[last..].replace("BEGIN", "begin")].concat());
    partner.write("request.pem", &format!("{chain}{}", chain[..last].replace("CERTIFICATE", "CERTIFICATE REQUEST")));
    partner.write("empty.pem", "");
    let utf16: Vec<u8> = [0xfeff].into_iter().chain(chain.encode_utf16()).flat_map(u16::to_le_bytes).collect();
    fs::write(partner.path("utf16.pem"), utf16).unwrap();
    for (name, expected) in [
        ("small.pem", format!("cannot be used: block {blocks} does not begin with")),
        ("request.pem", format!("cannot be used: block {} is a certificate request", blocks + 1)),
        ("empty.pem", "is empty; expected PEM".to_owned()),
        ("utf16.pem", "is text in UTF-16; expected PEM".to_owned()),
    ] {
        let path = partner.path(name);
        partner.run(&[("--certificate", &path)]).has(
            1,
            "certificate",
            "failed",
            &format!("--certificate {path} {expected}"),
        );
        let authorities = partner.run(&[("--ca-certificates", &path)]);
        authorities.has(1, "configuration", "failed", &format!("--ca-certificates {path} {expected}"));
    }
}

/// Written by Java: `keytool -genkeypair`, with the password `abcdef`.
const PKCS12: &[u8] = include_bytes!("../../src/auth/credential/tests/fixtures/java-ec.p12");

#[test]
fn a_pkcs12_file_that_cannot_be_read_is_named() {
    let partner = Partner::start("pkcs12");
    fs::write(partner.path("file.p12"), PKCS12).unwrap();
    fs::write(partner.path("half.p12"), &PKCS12[..PKCS12.len() / 2]).unwrap();
    partner.write("wrong", "fedcba\n");
    let (file, wrong) = (partner.path("file.p12"), partner.path("wrong"));
    let run = |others: &[(&str, &str)]| partner.run_without("--private-key", others);
    run(&[("--certificate", &file)]).has(
        1,
        "certificate",
        "failed",
        &format!(
            "--certificate {file} is a PKCS#12 file that needs a password; expected it in --certificate-password-file."
        ),
    );
    let ended = run(&[("--certificate", &file), ("--certificate-password-file", &wrong)]);
    let expected =
        format!("--certificate-password-file {wrong} is the wrong password for the PKCS#12 file of --certificate");
    ended.has(1, "certificate", "failed", &expected);
    let half = partner.path("half.p12");
    run(&[("--certificate", &half)]).has(1, "certificate", "failed", "is a PKCS#12 file that is cut short");
}

#[cfg(unix)]
#[test]
fn what_is_no_regular_file_is_named_at_once() {
    let partner = Partner::start("special");
    let fifo = partner.path("fifo");
    let _ = fs::remove_file(&fifo);
    assert!(Command::new("mkfifo").arg(&fifo).status().unwrap().success());
    for (option, step) in [
        ("--certificate", "certificate"),
        ("--private-key", "certificate"),
        ("--certificate-password-file", "certificate"),
        ("--ca-certificates", "configuration"),
    ] {
        let ended = partner.run(&[(option, &fifo)]);
        ended.has(1, step, "failed", &format!("{option} {fifo} is a FIFO (a named pipe); expected a regular file."));
    }
    let given = ["--title-id", "7", "--endpoint", NOBODY, "--authorization-header-file", "/dev/null"];
    let expected = "--authorization-header-file /dev/null is a device; expected a regular file.";
    run(&given).has(1, "token", "failed", expected);
}

#[test]
fn a_denied_sandbox_is_reported_at_step_2() {
    let ended = Partner::start("sandbox").run(&[("--sandbox", "retail")]);
    ended.has(1, "sign-in step 2 of 2", "failed", "XErr 0x8015DC12");
    ended.failed_once();
    assert!(ended.text.contains("Not tried: call."), "{}", ended.text);
    assert!(ended.text.contains("What to do: Check --sandbox, which is case-sensitive"), "{}", ended.text);
}

#[test]
fn a_certificate_that_is_not_accepted_is_reported_at_the_host() {
    let partner = Partner::start("dropped");
    partner.emulator.set_faults(Titles::All, &["drop_handshake:part=sign_in"]).unwrap();
    let ended = partner.run(&[]);
    assert_eq!(ended.status, 1, "{}", ended.text);
    assert!(
        ended.text.contains("Business Partner Certificate") && ended.text.contains("Not tried: "),
        "{}",
        ended.text
    );
    ended.failed_once();
}

#[test]
fn an_endpoint_that_does_not_answer_is_reported_at_the_connection() {
    let partner = Partner::start("unreachable");
    for option in ["--endpoint", "--token-endpoint", "--sign-in-endpoint"] {
        let ended = partner.run(&[(option, NOBODY)]);
        assert_eq!(ended.status, 1, "{}", ended.text);
        ended.failed_once();
        assert!(ended.text.contains("failed   127.0.0.1:9, connection: No connection could be made"), "{}", ended.text);
    }
    let unknown = partner.run(&[("--endpoint", "https://no-such-host.invalid")]);
    unknown.has(1, "no-such-host.invalid, name", "failed", "name");
}

#[test]
fn a_clock_that_is_off_is_a_warning_and_stops_nothing() {
    let partner = Partner::start("clock");
    for (offset_ms, words) in [(-1_200_000, "s ahead of the hosts'"), (1_200_000, "s behind the hosts'")] {
        partner.emulator.set_clock_offset(offset_ms);
        let ended = partner.run(&[]);
        ended.has(0, "clock", "warning", words);
        assert!(ended.line("call").starts_with("ok "), "{}", ended.text);
        assert!(ended.text.contains("What to do: Set this machine's clock"), "{}", ended.text);
    }
}

#[test]
fn a_token_that_is_given_is_tried() {
    let emulator = Emulator::start(Options::default()).unwrap();
    let folder = folder("given");
    let given = |token: &str| {
        write(&folder.join("header"), &format!("{token}\n"));
        let file = path(&folder, "header");
        run(&["--title-id=7", &format!("--endpoint={}", emulator.url()), "--authorization-header-file", &file])
    };
    let good = given("XBL3.0 x=-;sometoken");
    assert_eq!(good.status, 0, "{}", good.text);
    assert!(good.line("call").starts_with("ok "), "{}", good.text);
    for blank in [" ", "\t"] {
        let ended = given(&format!("XBL3.0 x=-;sometoken{blank}"));
        ended.has(1, "token", "failed", "/header ends with white space, which is to be removed");
    }
    given(" XBL3.0 x=-;sometoken").has(1, "token", "failed", "begins with white space");
    let nonsense = given("verysecret");
    nonsense.has(1, "token", "failed", "has another form");
    assert!(!nonsense.text.contains("verysecret"), "{}", nonsense.text);
    emulator.set_faults(Titles::All, &["status:status=401"]).unwrap();
    given("XBL3.0 x=-;sometoken").has(1, "call", "failed", "refused the token (HTTP 401");
}

#[test]
fn no_secret_comes_out_whatever_happens() {
    let partner = Partner::start("secrets");
    partner.write("password", "opensesame-opensesame\n");
    let password = partner.path("password");
    let with_password = ("--certificate-password-file", password.as_str());
    let mut printed = String::new();
    let mut keep = |ended: Ended| printed.push_str(&(ended.text + &ended.stderr));
    keep(partner.run(&[with_password]));
    keep(partner.run(&[with_password, ("--json", "")]));
    for rule in ["x_err:code=service_token_expired,calls=token", "status:status=401", "status:status=503"] {
        partner.emulator.set_faults(Titles::All, &[rule]).unwrap();
        keep(partner.run(&[with_password]));
    }
    let mut secrets = vec!["opensesame-opensesame".to_owned()];
    for request in partner.emulator.requests(NO_TITLE).iter().chain(&partner.emulator.requests(TITLE)) {
        let secret = |name: &str| request.header(name).map(|value| value.split(';').next_back().unwrap().to_owned());
        secrets.extend(secret("authorization"));
        secrets.extend(secret("signature"));
        if request.service == ServiceKind::Token && request.path == "/xsts/authorize" {
            secrets.extend(request.json()["Properties"]["ServiceToken"].as_str().map(str::to_owned));
        }
    }
    let key_file = fs::read_to_string(partner.folder.join("partner.key")).unwrap();
    secrets.push(key_file.lines().nth(1).unwrap().to_owned());
    assert!(printed.contains("step 2 of 2") && secrets.len() > 8, "{printed}");
    for secret in secrets {
        assert!(secret.len() >= 16 && !printed.contains(&secret[..16]), "{printed}");
    }
}

#[test]
fn a_certificate_without_its_issuers_is_a_warning() {
    let partner = Partner::start("leaf");
    let chain = partner.emulator.sign_in().unwrap().partner().chain_pem.clone();
    let end = "-----END CERTIFICATE-----\n";
    let leaf = &chain[..chain.find(end).unwrap() + end.len()];
    assert!(leaf.len() < chain.len(), "the emulator issues a chain");
    partner.write("partner.pem", leaf);
    let ended = partner.run(&[]);
    assert!(
        ended.text.contains("warning  certificate: ") && ended.text.contains("are not in its file"),
        "{}",
        ended.text
    );
}

#[test]
fn what_an_editor_adds_to_a_password_is_no_part_of_it() {
    let partner = Partner::start("password-file");
    let run = |program: &mut Command| assert!(program.status().unwrap().success());
    run(Command::new("openssl").current_dir(&partner.folder).args(
        "pkcs12 -export -in partner.pem -inkey partner.key -out partner.pfx -passout pass:open-sesame".split(' '),
    ));
    let (pfx, password) = (partner.path("partner.pfx"), partner.path("password"));
    for (text, is_right) in
        [("open-sesame", true), ("\u{feff}open-sesame\r\n", true), ("open-sesame \n", false), ("other", false)]
    {
        partner.write("password", text);
        let ended = partner.run(&[("--certificate", pfx.as_str()), ("--certificate-password-file", password.as_str())]);
        assert_eq!(ended.text.contains("wrong password"), !is_right, "{text:?}: {}", ended.text);
        assert_eq!(ended.text.contains("ends with a blank"), text.contains(' '), "{text:?}: {}", ended.text);
    }
}
