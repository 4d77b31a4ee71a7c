//! Signing in through the bindings, and the two sides of the example as processes, in both languages.

use std::net::TcpListener;
use std::path::PathBuf;
use std::process::{Command, ExitStatus, Stdio};

use mpa_emulator::{Emulator, NO_TITLE, Options, ServiceKind, SignInOptions};
use mpa_tests::build::{self, GCC};
use mpa_tests::handing_on::survive_a_revoked_token;
use mpa_tests::header::repository;
use mpa_tests::process::{self, LIMIT, Running};
#[cfg(unix)]
use nix::sys::signal::{Signal, kill};
#[cfg(unix)]
use nix::unistd::Pid;

use crate::{cpp, csharp};

const TITLE_ID: u32 = 7;

/// An emulator that signs in, and the files of its partner.
struct Partner {
    emulator: Emulator,
    folder: PathBuf,
}

impl Partner {
    fn start() -> Self {
        let options = Options { sign_in: Some(SignInOptions::default()), https: true, ..Options::default() };
        let partner = Partner {
            emulator: Emulator::start(options).expect("an emulator starts"),
            folder: build::scratch("partner"),
        };
        let signing_in = partner.emulator.sign_in().expect("it signs in");
        let certificate = signing_in.partner();
        let files = [
            ("ca.pem", signing_in.ca_pem()),
            ("partner.pem", &certificate.chain_pem),
            ("partner.key", &certificate.private_key_pem),
        ];
        for (name, content) in files {
            std::fs::write(partner.folder.join(name), content).expect("the file is written");
        }
        partner
    }

    fn file(&self, name: &str) -> String {
        self.folder.join(name).display().to_string()
    }

    /// For those who sign in and send: where to, and with what.
    fn arguments(&self) -> [String; 7] {
        let [sign_in, token, ca, certificate, key] = self.arguments_of_the_token_service();
        [self.emulator.url().to_owned(), TITLE_ID.to_string(), sign_in, token, ca, certificate, key]
    }

    fn arguments_of_the_token_service(&self) -> [String; 5] {
        let signing_in = self.emulator.sign_in().expect("it signs in");
        [
            signing_in.url().to_owned(),
            signing_in.token_url().to_owned(),
            self.file("ca.pem"),
            self.file("partner.pem"),
            self.file("partner.key"),
        ]
    }

    /// How often each part was asked to sign in.
    fn sign_ins(&self) -> (usize, usize) {
        let requests = self.emulator.requests(NO_TITLE);
        let count = |part| requests.iter().filter(|request| request.service == part).count();
        (count(ServiceKind::SignIn), count(ServiceKind::Token))
    }

    /// The statuses of the requests that need a token.
    fn statuses(&self) -> Vec<u16> {
        self.emulator.requests(TITLE_ID).iter().map(|request| request.status).collect()
    }
}

#[test]
fn a_program_in_cpp_signs_in() {
    for (mut program, name) in cpp::programs("signing_in") {
        let partner = Partner::start();
        build::run(program.args(partner.arguments()));
        // From memory, for another, and without the key.
        assert_eq!(partner.statuses(), [204, 204, 401], "{name}");
    }
}

#[test]
fn a_program_in_csharp_signs_in() {
    let Some(program) = csharp::compile("SigningIn") else { return };
    let partner = Partner::start();
    build::run(csharp::mono(&program).args(partner.arguments()));
    // And with a token that is none, then with another.
    assert_eq!(partner.statuses(), [204, 204, 401, 401, 204]);
}

/// Both sides of the example, as processes, with a pipe between them. What one language hands on, the
/// other takes.
#[test]
fn the_example_signs_in_for_another_process() {
    if !csharp::is_there() || !GCC.is_there() {
        return;
    }
    let (in_c, in_csharp) = (example_in_c(), example_in_csharp());
    let run_in_c = || Command::new(&in_c);
    let run_in_csharp = || csharp::mono(&in_csharp);
    check_that_one_signs_in_for_another(run_in_csharp(), run_in_csharp());
    check_that_one_signs_in_for_another(run_in_c(), run_in_csharp());
    check_that_one_signs_in_for_another(run_in_csharp(), run_in_c());
}

fn check_that_one_signs_in_for_another(mut token_service: Command, mut server: Command) {
    let partner = Partner::start();
    token_service.arg("token-service").args(partner.arguments_of_the_token_service());
    server.args(["server", partner.emulator.url(), &TITLE_ID.to_string(), &partner.file("ca.pem")]);
    let ends = survive_a_revoked_token(&partner.emulator, TITLE_ID, &mut token_service, &mut server);
    assert!(ends.iter().all(ExitStatus::success), "{ends:?}");
    assert_eq!(partner.sign_ins(), (1, 2));
}

/// The servers ask for the token, one after the other; the signer ends on SIGTERM.
#[test]
#[cfg(unix)]
fn the_signer_in_csharp_gives_its_token_to_workers() {
    if !csharp::is_there() {
        return;
    }
    let program = build::scratch("example").join("signer_and_worker.exe");
    let mut compile = csharp::mcs();
    compile.arg("-r:Mono.Posix").arg(format!("-out:{}", program.display()));
    for source in ["examples/signer_and_worker.cs", "examples/StopSignals.cs", "bindings/csharp/*.cs"] {
        compile.arg(repository().join(source));
    }
    build::run(&mut compile);

    let partner = Partner::start();
    let port = TcpListener::bind("127.0.0.1:0").and_then(|free| free.local_addr()).expect("a port is free").port();
    let mut signer = csharp::mono(&program);
    signer.args(["signer", &port.to_string()]).args(partner.arguments_of_the_token_service());
    let mut signer = Running::start(signer.stdout(Stdio::piped()));
    let lines = signer.lines();
    for _ in 0..2 {
        let mut worker = csharp::mono(&program);
        worker.args(["worker", &port.to_string(), partner.emulator.url(), &TITLE_ID.to_string()]);
        let printed = build::run(worker.arg(partner.file("ca.pem"))).stdout;
        assert!(String::from_utf8_lossy(&printed).contains("acknowledged"), "{printed:?}");
    }
    assert_eq!((partner.sign_ins(), partner.statuses()), ((1, 1), vec![204, 204]));
    let line = lines.recv_timeout(LIMIT).expect("it prints its token");
    assert!(line.starts_with("signer: MpaAuthorization (expires at "), "{line}");
    let id = i32::try_from(signer.child().id()).expect("it is a process id");
    kill(Pid::from_raw(id), Signal::SIGTERM).expect("it takes a signal");
    assert!(signer.wait(LIMIT).success());
}

#[test]
fn the_example_says_how_it_is_used() {
    if !csharp::is_there() {
        return;
    }
    let output = process::output(csharp::mono(&example_in_csharp()).arg("server"), LIMIT);
    let said = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(2), "{said}");
    assert!(said.starts_with("usage: ") && said.ends_with(" server ENDPOINT TITLE_ID CA_FILE\n"), "{said}");
}

fn example_in_c() -> PathBuf {
    let program = build::scratch("example").join("one_signs_in");
    let mut compile = Command::new(GCC.name);
    compile.args(["-std=c11", "-Wall", "-Wextra", "-Wpedantic", "-Werror", "-o"]).arg(&program);
    build::run(compile.arg(repository().join("examples/one_signs_in.c")).args(build::link_arguments()));
    program
}

fn example_in_csharp() -> PathBuf {
    let program = build::scratch("example").join("one_signs_in.exe");
    let mut compile = csharp::mcs();
    compile.arg("-r:Mono.Posix").arg(format!("-out:{}", program.display()));
    for source in ["examples/one_signs_in.cs", "examples/StopSignals.cs", "bindings/csharp/*.cs"] {
        compile.arg(repository().join(source));
    }
    build::run(&mut compile);
    program
}
