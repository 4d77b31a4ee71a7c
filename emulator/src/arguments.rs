//! The program's arguments.

use std::env;
use std::ffi::OsString;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::path::PathBuf;
use std::str::FromStr;
use std::time::Duration;

use lexopt::{Arg, Parser};
use mpa_emulator::throttle::Settings;
use mpa_emulator::{InvalidSetting, Options, SignInOptions};

pub const HELP: &str = "\
A strict local emulator of the Multiplayer Activity service.

Usage: mpa-emulator [OPTIONS]

  --port N                the port to listen on [8787]; 0 takes a free one
  --address A             the IP address to listen on [127.0.0.1]
  --allow-host HOST       answer requests under /emulator for this host too, a name or an address, such
                          as emulator or emulator:8787; may be repeated. localhost and the
                          address that it listens on need not be named
  --https                 listen for HTTPS, with a self-signed certificate made for this run
  --certificate-out FILE  where to write that certificate [a file in the temp directory]
  --sign-in DIRECTORY     have services sign in, over HTTPS: the two sign-in services listen on the
                          next two ports; what a client needs is written to ca.pem, partner.pem and
                          partner-key.pem in this directory
  --sandbox NAME          with --sign-in: the sandbox of the certificate [RETAIL]
  --relying-party URI     with --sign-in: what tokens are asked for [http://xboxlive.com]
  --token-lifetime MS     with --sign-in: how long a token for calls is valid [57600000, 16 hours]
  --service-token-lifetime MS
                          with --sign-in: the same for a service token [1209600000, 14 days]
  --any-caller            accept users' tokens for calls that need a service's, and the reverse
  --throttle[=JSON]       throttle callers: as documented, or as the JSON of PUT /emulator/throttle says
  --fault RULE            inject a fault, such as reset_after_acting:share=0.1, or a JSON object; may be
                          repeated
  --scenario FILE         the settings of GET /emulator/scenario, in place of --fault and --throttle;
                          changes of the file are followed
  --expect FILE           the requests that are expected. When it ends (SIGTERM, Ctrl-C, the end of stdin), it
                          reports what is missing or too much; the exit status is 0 or 1
  --expect-within MS      with --expect: end after this time, or once no request can change the result
  --junit FILE            with --expect: write the results as JUnit XML
  --seed N                the seed of the random numbers behind share [0]
  --help                  show this
  --version               show the version
";

const DEFAULT_PORT: u16 = 8787;

/// Ten years.
const MAX_DURATION_MS: u64 = 10 * 365 * 86_400_000;

/// What the program is asked to do.
#[derive(Debug)]
pub enum Request {
    Run(Box<Arguments>),
    Help,
    Version,
}

#[derive(Debug)]
pub struct Arguments {
    pub options: Options,
    certificate_out: Option<PathBuf>,
    /// Where the files go that a client signs in with.
    pub sign_in_directory: Option<PathBuf>,
    pub scenario: Option<PathBuf>,
    pub expect: Option<PathBuf>,
    pub expect_within: Option<Duration>,
    pub junit: Option<PathBuf>,
}

impl Arguments {
    /// Where the certificate goes. By default to the same place in every run.
    pub fn certificate_path(&self, port: u16) -> PathBuf {
        match &self.certificate_out {
            Some(path) => path.clone(),
            None => env::temp_dir().join(format!("mpa-emulator-{port}.pem")),
        }
    }
}

/// Reads the arguments after the program's name. The error is a sentence for the user.
pub fn read(arguments: impl IntoIterator<Item = OsString>) -> Result<Request, String> {
    let mut address = IpAddr::from(Ipv4Addr::LOCALHOST);
    let mut port = DEFAULT_PORT;
    let mut options = Options::default();
    let mut certificate_out = None;
    let mut sign_in_directory = None;
    let mut sign_in = SignInOptions::default();
    // The last option given that needs --sign-in.
    let mut sign_in_option = None;

    let (mut scenario, mut expect, mut expect_within, mut junit) = (None, None, None, None);

    let mut parser = Parser::from_args(arguments);
    while let Some(argument) = parser.next().map_err(describe)? {
        match argument {
            Arg::Long("port") => port = read_port(&text(&mut parser)?)?,
            Arg::Long("address") => address = read_address(&text(&mut parser)?)?,
            Arg::Long("allow-host") => options.allowed_hosts.push(read_setting("--allow-host", &text(&mut parser)?)?),
            Arg::Long("https") => options.https = true,
            Arg::Long("certificate-out") => certificate_out = Some(path(&mut parser)?),
            Arg::Long("sign-in") => sign_in_directory = Some(path(&mut parser)?),
            Arg::Long("sandbox") => {
                sign_in_option = Some("--sandbox");
                sign_in.sandbox_id = text(&mut parser)?;
            }
            Arg::Long("relying-party") => {
                sign_in_option = Some("--relying-party");
                sign_in.relying_party = text(&mut parser)?;
            }
            Arg::Long("token-lifetime") => {
                sign_in_option = Some("--token-lifetime");
                sign_in.token_lifetime = read_duration("--token-lifetime", &text(&mut parser)?)?;
            }
            Arg::Long("service-token-lifetime") => {
                sign_in_option = Some("--service-token-lifetime");
                sign_in.service_token_lifetime = read_duration("--service-token-lifetime", &text(&mut parser)?)?;
            }
            Arg::Long("any-caller") => options.any_caller = true,
            Arg::Long("throttle") => {
                options.throttle = Some(match parser.optional_value() {
                    Some(value) => read_setting("--throttle", &unicode(value)?)?,
                    None => Settings::default(),
                });
            }
            Arg::Long("fault") => options.faults.push(read_setting("--fault", &text(&mut parser)?)?),
            Arg::Long("scenario") => scenario = Some(path(&mut parser)?),
            Arg::Long("expect") => expect = Some(path(&mut parser)?),
            Arg::Long("expect-within") => {
                expect_within = Some(read_duration("--expect-within", &text(&mut parser)?)?);
            }
            Arg::Long("junit") => junit = Some(path(&mut parser)?),
            Arg::Long("seed") => options.seed = read_seed(&text(&mut parser)?)?,
            Arg::Short('h') | Arg::Long("help") => return Ok(Request::Help),
            Arg::Short('V') | Arg::Long("version") => return Ok(Request::Version),
            Arg::Long(name) => return Err(unknown(&format!("--{name}"))),
            Arg::Short(letter) => return Err(unknown(&format!("-{letter}"))),
            Arg::Value(value) => return Err(unknown(&unicode(value)?)),
        }
    }
    if certificate_out.is_some() && !options.https {
        return Err("--certificate-out needs --https, as there is no certificate without it".into());
    }
    if let (Some(name), None) = (sign_in_option, &sign_in_directory) {
        return Err(format!("{name} needs --sign-in; without it there is no sign-in"));
    }
    if certificate_out.is_some() && sign_in_directory.is_some() {
        return Err("--certificate-out cannot be used together with --sign-in, which writes ca.pem".into());
    }
    if scenario.is_some() && (options.throttle.is_some() || !options.faults.is_empty()) {
        return Err("--scenario cannot be used together with --fault or --throttle: its file has both".into());
    }
    if expect.is_none() && (expect_within.is_some() || junit.is_some()) {
        let name = if junit.is_some() { "--junit" } else { "--expect-within" };
        return Err(format!("{name} needs --expect, which says what is expected"));
    }
    options.address = SocketAddr::new(address, port);
    options.sign_in = sign_in_directory.is_some().then_some(sign_in);
    let arguments = Arguments { options, certificate_out, sign_in_directory, scenario, expect, expect_within, junit };
    Ok(Request::Run(Box::new(arguments)))
}

/// The value of an option that may be anything.
fn path(parser: &mut Parser) -> Result<PathBuf, String> {
    parser.value().map(PathBuf::from).map_err(describe)
}

fn text(parser: &mut Parser) -> Result<String, String> {
    parser.value().map_err(describe).and_then(unicode)
}

fn unicode(value: OsString) -> Result<String, String> {
    value.into_string().map_err(|value| format!("{value:?} is not valid Unicode"))
}

fn unknown(argument: &str) -> String {
    format!("there is no option {argument:?}; --help lists the options")
}

fn describe(error: lexopt::Error) -> String {
    match error {
        lexopt::Error::MissingValue { option: Some(option) } => format!("{option} needs a value"),
        lexopt::Error::UnexpectedValue { option, value } => format!("{option} takes no value, but {value:?} was given"),
        error => error.to_string(),
    }
}

fn read_duration(name: &str, value: &str) -> Result<Duration, String> {
    let ms = value.parse().ok().filter(|ms| (1..=MAX_DURATION_MS).contains(ms));
    ms.map(Duration::from_millis)
        .ok_or_else(|| format!("{name} must be a number of milliseconds from 1 to {MAX_DURATION_MS}, not {value:?}"))
}

fn read_port(value: &str) -> Result<u16, String> {
    value.parse().map_err(|_| format!("--port must be a number from 0 to 65535, not {value:?}"))
}

fn read_seed(value: &str) -> Result<u64, String> {
    value.parse().map_err(|_| format!("--seed must be a number from 0 to {}, not {value:?}", u64::MAX))
}

/// A rule, the settings of throttling, or a host.
fn read_setting<T: FromStr<Err = InvalidSetting>>(name: &str, value: &str) -> Result<T, String> {
    value.parse().map_err(|error| format!("{name}: {error}"))
}

fn read_address(value: &str) -> Result<IpAddr, String> {
    value
        .parse()
        .map_err(|_| format!("--address must be an IP address without a port, such as 127.0.0.1, not {value:?}"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use mpa_emulator::Rule;

    fn read_all(arguments: &[&str]) -> Result<Request, String> {
        read(arguments.iter().map(OsString::from))
    }

    fn run(arguments: &[&str]) -> Arguments {
        match read_all(arguments) {
            Ok(Request::Run(arguments)) => *arguments,
            other => panic!("{arguments:?} gave {other:?}"),
        }
    }

    #[test]
    fn the_default_is_the_loopback_address_and_plain_http() {
        let arguments = run(&[]);
        assert_eq!(arguments.options.address, "127.0.0.1:8787".parse().unwrap());
        assert!(!arguments.options.https && !arguments.options.any_caller);
    }

    #[test]
    fn every_option_has_its_effect() {
        let arguments =
            run(&["--port", "0", "--address=::1", "--https", "--certificate-out", "a=b.pem", "--any-caller"]);
        assert_eq!(arguments.options.allowed_hosts, []);
        assert_eq!(arguments.options.address, "[::1]:0".parse().unwrap());
        assert!(arguments.options.https && arguments.options.any_caller);
        assert_eq!(arguments.certificate_path(1), PathBuf::from("a=b.pem"));
        let default = run(&["--https"]).certificate_path(8787);
        assert_eq!(default, env::temp_dir().join("mpa-emulator-8787.pem"));
    }

    #[test]
    fn hosts_are_allowed_one_by_one() {
        let allowed = run(&["--allow-host", "Emulator", "--allow-host=[2001:db8::7]:80"]).options.allowed_hosts;
        let allowed: Vec<_> = allowed.iter().map(ToString::to_string).collect();
        assert_eq!(allowed, ["emulator", "[2001:db8::7]:80"]);
    }

    #[test]
    fn misbehaviour_is_asked_for() {
        let none = run(&[]).options;
        assert_eq!((none.throttle, none.faults.len(), none.seed), (None, 0, 0));
        let arguments = run(&[
            "--fault",
            "reset_after_acting:share=0.1,calls=invites",
            r#"--fault={"fault":"status","status":503,"body":"a=b"}"#,
            "--throttle",
            "--seed",
            "18446744073709551615",
        ]);
        let names: Vec<_> = arguments.options.faults.iter().map(Rule::name).collect();
        assert_eq!(names, ["reset_after_acting", "status"]);
        assert_eq!(arguments.options.throttle, Some(Settings::default()));
        assert_eq!(arguments.options.seed, u64::MAX);
        let sliding = run(&[r#"--throttle={"windows": "sliding", "recent_players": null}"#]);
        let settings = sliding.options.throttle.unwrap();
        assert_eq!(settings.recent_players, None);
    }

    #[test]
    fn signing_in_is_asked_for() {
        assert_eq!(run(&[]).options.sign_in, None);
        let arguments = run(&["--sign-in", "a=b"]);
        assert_eq!(arguments.options.sign_in, Some(SignInOptions::default()));
        assert_eq!(arguments.sign_in_directory, Some(PathBuf::from("a=b")));
        let other = run(&[
            "--token-lifetime=5",
            "--service-token-lifetime",
            "7",
            "--sandbox=XDKS.1",
            "--relying-party=https://xboxlive.com",
            "--sign-in=here",
        ]);
        let expected = SignInOptions {
            sandbox_id: "XDKS.1".to_owned(),
            relying_party: "https://xboxlive.com".to_owned(),
            service_token_lifetime: Duration::from_millis(7),
            token_lifetime: Duration::from_millis(5),
        };
        assert_eq!(other.options.sign_in, Some(expected));
    }

    #[test]
    fn what_is_expected_is_in_files() {
        let arguments = run(&["--scenario=s.json", "--expect", "e.json", "--expect-within=5", "--junit", "r.xml"]);
        let files = [&arguments.scenario, &arguments.expect, &arguments.junit];
        assert_eq!(
            files.map(|file| file.as_deref().and_then(std::path::Path::to_str)),
            [Some("s.json"), Some("e.json"), Some("r.xml")]
        );
        assert_eq!(arguments.expect_within, Some(Duration::from_millis(5)));
    }

    #[test]
    fn help_and_version_are_shown_wherever_they_stand() {
        assert!(matches!(read_all(&["--https", "--help"]), Ok(Request::Help)));
        assert!(matches!(read_all(&["--version"]), Ok(Request::Version)));
    }

    #[test]
    fn what_is_wrong_is_said_in_one_sentence() {
        let wrong: [(&[&str], &str); 29] = [
            (&["--port"], "--port needs a value"),
            (&["--port", "65536"], "--port must be a number"),
            (&["--port=-1"], "--port must be a number"),
            (&["--address", "localhost"], "--address must be an IP address"),
            (&["--address", "127.0.0.1:80"], "--address must be an IP address"),
            (&["--allow-host"], "--allow-host needs a value"),
            (&["--allow-host=*"], "--allow-host: a host must be a name or an IP address"),
            (&["--certificate-out", "a.pem"], "--certificate-out needs --https"),
            (&["--https=yes"], "--https takes no value, but \"yes\" was given"),
            (&["-p"], "there is no option \"-p\""),
            (&["--", "--https"], "there is no option \"--https\""),
            (&["--Port", "1"], "there is no option \"--Port\""),
            (&["--fault"], "--fault needs a value"),
            (&["--fault", "reset:share=2"], "--fault: share must be a number above 0 and up to 1, not 2"),
            (&["--throttle=5"], "--throttle: throttle must be an object"),
            (&["--throttle", "{}"], "there is no option \"{}\""),
            (&["--throttle="], "--throttle: it is not JSON"),
            (&["--seed=-1"], "--seed must be a number from 0 to 184467"),
            (&["--sign-in"], "--sign-in needs a value"),
            (&["--sandbox", "RETAIL"], "--sandbox needs --sign-in"),
            (&["--sign-in=a", "--token-lifetime=0"], "--token-lifetime must be a number of milliseconds from 1"),
            (&["--sign-in=a", "--service-token-lifetime=1h"], "--service-token-lifetime must be a number of"),
            (&["--sign-in=a", "--https", "--certificate-out=b"], "--certificate-out cannot be used together with"),
            (&["--scenario=a", "--fault=reset"], "--scenario cannot be used together with --fault"),
            (&["--junit=a"], "--junit needs --expect"),
            (&["--expect-within=5"], "--expect-within needs --expect"),
            (&["--expect=a", "--expect-within=0"], "--expect-within must be a number of milliseconds from 1"),
            (&["8787"], "there is no option \"8787\""),
            (&[""], "there is no option \"\""),
        ];
        for (arguments, expected) in wrong {
            let sentence = read_all(arguments).unwrap_err();
            assert!(sentence.starts_with(expected), "{arguments:?}: {sentence}");
            assert!(!sentence.contains('\n'), "{sentence}");
        }
    }
}
