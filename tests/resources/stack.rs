//! A program in C (`c/stack.c`) calls one function, the first of its process, on a painted stack.

use mpa_emulator::Emulator;
use mpa_tests::build::Library;
use rustls::version::{TLS12, TLS13};

use crate::Program;
use crate::bounds::{self, StackBounds};
use crate::service::{Files, Service};

/// A function, called with settings that take it along a way of its own.
struct Case {
    function: String,
    way: &'static str,
    settings: Vec<(&'static str, String)>,
}

#[test]
fn no_function_needs_more_stack_than_the_header_says() {
    check(Library::Released);
}

#[test]
fn no_function_of_a_debug_build_needs_more_than_four_times_that() {
    check(Library::OfTheTests);
}

fn check(library: Library) {
    let program = Program::compile("stack");
    let files = Files::make();
    let services = Services::start(&files);
    let bounds = StackBounds::of(library);
    let cases = cases(&functions(&program), &files, &services);
    let measured: Vec<_> = cases.into_iter().map(|case| (measure(&program, library, &case), case)).collect();
    println!("\n{library:?}, in bytes:");
    for ((bytes, ended), Case { function, way, .. }) in &measured {
        println!("{bytes:>7} of {:>7}  {function:<32} {way:<44} {ended}", bounds.of_function(function));
    }
    for ((bytes, _), Case { function, way, .. }) in &measured {
        let bound = bounds.of_function(function);
        // A quarter is left for other machines and compilers.
        assert!(*bytes <= bound - bound / 4, "{library:?}: {function}, {way}: {bytes} of {bound}");
    }
}

/// The services that the calls are made to, which all go on until the test ends.
struct Services {
    plain: Service,
    /// It answers with as deep a nesting as is read.
    deep: Service,
    tls: Vec<(&'static str, Service)>,
    emulator: Emulator,
}

impl Services {
    fn start(files: &Files) -> Self {
        let options = mpa_emulator::Options { https: true, sign_in: Some(Default::default()), ..Default::default() };
        let tls = [
            ("TLS 1.3, RSA 4096", &TLS13, "rsa"),
            ("TLS 1.2, RSA 4096", &TLS12, "rsa"),
            ("TLS 1.3, P-384", &TLS13, "p384"),
            ("TLS 1.2, P-384", &TLS12, "p384"),
            ("TLS 1.3, P-256", &TLS13, "p256"),
            ("TLS 1.2, P-256", &TLS12, "p256"),
        ];
        Services {
            plain: Service::plain(),
            deep: Service::plain_answering(deep_response()),
            tls: tls.map(|(way, version, name)| (way, Service::tls(version, files, name))).into(),
            emulator: Emulator::start(options).expect("the emulator starts"),
        }
    }
}

fn cases(functions: &[String], files: &Files, services: &Services) -> Vec<Case> {
    let to = |url: &str| vec![("STACK_ENDPOINT", url.to_owned()), ("STACK_TOKEN", "XBL3.0 x=-;token".to_owned())];
    let mut cases = Vec::new();
    let mut add = |function: &str, way, settings| cases.push(Case { function: function.to_owned(), way, settings });
    for function in functions {
        add(function, "plain HTTP", to(&services.plain.url));
    }
    for (way, service) in &services.tls {
        let trusting = || [to(&service.url), vec![("STACK_CA", files.path("root.pem"))]].concat();
        add("mpa_post_recent_player_groups", way, trusting());
        add("mpa_client_close", way, trusting());
    }
    add("mpa_send_server_invite", "an authority that is not trusted", to(&services.tls[0].1.url));

    for function in ["mpa_query_activities", "mpa_get_activities"] {
        add(function, "activities, and deep nesting", to(&services.deep.url));
    }

    // Signing in on the calling thread.
    let emulator = &services.emulator;
    let signing_in = emulator.sign_in().expect("it signs in");
    for function in ["mpa_client_open", "mpa_send_server_invite"] {
        let settings = vec![
            ("STACK_ENDPOINT", emulator.url().to_owned()),
            ("STACK_SIGN_IN", signing_in.url().to_owned()),
            ("STACK_TOKENS", signing_in.token_url().to_owned()),
            ("STACK_CA", files.write("emulator-root.pem", signing_in.ca_pem())),
            ("STACK_CERTIFICATE", files.write("partner.pem", &signing_in.partner().chain_pem)),
            ("STACK_KEY", files.write("partner.key", &signing_in.partner().private_key_pem)),
        ];
        add(function, "signs in, P-256 in PEM", settings);
    }
    // With a service that gives no token: only the certificate is shown.
    for (way, name) in [("RSA 4096 in PKCS#12, AES", "aes.pfx"), ("RSA 4096 in PKCS#12, 3DES and RC2", "legacy.pfx")] {
        for (_, service) in &services.tls[..2] {
            for function in ["mpa_client_open", "mpa_send_server_invite"] {
                let settings = vec![
                    ("STACK_ENDPOINT", service.url.clone()),
                    ("STACK_SIGN_IN", service.url.clone()),
                    ("STACK_TOKENS", service.url.clone()),
                    ("STACK_CA", files.path("root.pem")),
                    ("STACK_CERTIFICATE", files.path(name)),
                    ("STACK_PASSWORD", Files::PASSWORD.to_owned()),
                ];
                add(function, way, settings);
            }
        }
    }
    cases
}

/// Activities, with something unknown that is nested as deep as JSON is read.
fn deep_response() -> String {
    let nested = format!("{}{}", "[".repeat(100), "]".repeat(100));
    let activity = format!(r#"{{"connectionString":"c","more":{nested},"titleId":7}}"#);
    let activities = [&*activity; 50].join(",");
    let body = format!(r#"{{"userActivities":[{{"userId":"1","activities":[{activities}]}}]}}"#);
    format!("HTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\n{body}", body.len())
}

/// All functions of the header, which are those that the program knows.
fn functions(program: &Program) -> Vec<String> {
    let printed = program.run(Library::OfTheTests, &[], &[]);
    let functions: Vec<String> = printed.lines().map(str::to_owned).collect();
    let mut sorted = functions.clone();
    sorted.sort();
    assert_eq!(sorted, bounds::declared_functions(), "the functions of c/stack.c and those of the header");
    functions
}

/// The bytes, and how the call ended.
fn measure(program: &Program, library: Library, case: &Case) -> (usize, String) {
    let printed = program.run(library, &[&case.function], &case.settings);
    let (bytes, ended) = printed.trim().split_once(' ').expect("a number, and a status");
    (bytes.parse().expect("a number"), ended.chars().take(80).collect())
}
