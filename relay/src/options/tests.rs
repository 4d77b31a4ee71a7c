use std::fs;
use std::path::Path;
use std::time::Duration;

use mpa::http::CaMode;
use mpa::log::Level;
use tempfile::TempDir;

use super::*;
use crate::client_options::Identity;

const HEADER: &str = "XBL3.0 x=-;secret-token";

/// A folder with files that options name.
struct Files(TempDir);

impl Files {
    fn new() -> Self {
        let files = Files(tempfile::tempdir().unwrap());
        files.write("header", HEADER);
        files
    }

    fn write(&self, name: &str, text: &str) -> String {
        let path = self.path(name);
        fs::write(&path, text).unwrap();
        path
    }

    fn path(&self, name: &str) -> String {
        self.0.path().join(name).to_str().unwrap().to_owned()
    }

    /// `@name` in arguments and values stands for a file of this folder.
    fn fill(&self, text: &str) -> String {
        match text.split_once('@') {
            Some((before, name)) if Path::new(&self.path(name)).exists() => format!("{before}{}", self.path(name)),
            _ => text.to_owned(),
        }
    }

    fn read(&self, arguments: &[&str], environment: &[(&str, &str)]) -> Result<Request> {
        let arguments = ["mpa-relay"].iter().chain(arguments).map(|text| self.fill(text).into());
        let environment = environment.iter().map(|(name, text)| ((*name).into(), self.fill(text).into()));
        super::read(arguments, environment)
    }

    fn settings(&self, arguments: &[&str], environment: &[(&str, &str)]) -> Settings {
        match self.read(arguments, environment) {
            Ok(Request::Run(settings) | Request::Check(settings)) => *settings,
            other => panic!("{arguments:?} {environment:?}: {other:?}"),
        }
    }

    /// What is wrong with an option.
    fn refused(&self, arguments: &[&str], environment: &[(&str, &str)]) -> String {
        match self.read(arguments, environment) {
            Err(Refused::Options(sentence)) => sentence.replace(self.0.path().to_str().unwrap(), "/f"),
            other => panic!("{arguments:?} {environment:?}: {other:?}"),
        }
    }

    /// What is wrong with a file that an option names.
    fn unusable(&self, arguments: &[&str], environment: &[(&str, &str)]) -> String {
        match self.read(arguments, environment) {
            Err(Refused::Files(sentence)) => sentence.replace(self.0.path().to_str().unwrap(), "/f"),
            other => panic!("{arguments:?} {environment:?}: {other:?}"),
        }
    }
}

#[test]
fn defaults_are_filled_in() {
    let settings = Files::new().settings(&[], &[]);
    assert_eq!(settings.listen, "127.0.0.1:8080".parse().unwrap());
    assert!(settings.admin_listen.is_none() && settings.tls.is_none() && settings.store.is_none());
    assert!(settings.access.keys.is_none() && settings.access.user_tokens);
    assert_eq!(settings.grace, Duration::from_secs(35));
    assert!(!settings.log.is_json);
    assert_eq!(settings.log.level, Level::Info);
    let front = settings.front;
    assert_eq!((front.max_connections, front.max_body_bytes, front.max_requests_per_key), (10_000, 262_144, 1_000));
    assert_eq!(front.receive_timeout, Duration::from_secs(10));
    let upstream = &settings.upstream;
    assert_eq!(upstream.worker_count, 32);
    assert!(upstream.limits.invites.is_empty());
    let times = [upstream.caller_timeout, upstream.request_timeout, upstream.recent_players_hold];
    assert_eq!(times, [5_000, 2_000, 1_500].map(Duration::from_millis));
    let config = upstream.client.config(7, true).unwrap();
    assert_eq!((config.title_id, config.max_attempts, config.max_idle_connections), (7, 4, 32));
    assert_eq!(config.connect_timeout, Duration::from_millis(1_500));
    assert_eq!((config.request_timeout, config.call_timeout), (Duration::from_secs(2), Duration::from_secs(5)));
    assert_eq!(config.ca_mode, CaMode::Added);
    assert!(config.authorization.is_none() && config.sign_in.is_none() && !config.allow_plain_http);
}

#[test]
fn each_level_is_one_of_the_library() {
    let files = Files::new();
    for (text, level) in
        [("error", Level::Error), ("warning", Level::Warning), ("info", Level::Info), ("debug", Level::Debug)]
    {
        assert_eq!(files.settings(&["--log-level", text], &[]).log.level, level);
    }
}

#[test]
fn the_command_line_comes_first_and_the_file_last() {
    let files = Files::new();
    files.write("relay.toml", "max_attempts = 2\nworker_count = 3\nmax_connections = 4\nlisten_plain_http = true\n");
    let variables = [
        ("MPA_RELAY_CONFIG", "@relay.toml"),
        ("MPA_RELAY_MAX_ATTEMPTS", "5"),
        ("MPA_RELAY_WORKER_COUNT", "6"),
        ("OTHER_RELAY_LISTEN", "x"),
    ];
    let settings = files.settings(&["--max-attempts", "7"], &variables);
    assert_eq!(settings.upstream.client.max_attempts, 7);
    assert_eq!(settings.upstream.worker_count, 6);
    assert_eq!(settings.front.max_connections, 4);
    // A switch of the file can be undone; then the address is refused that it allowed.
    assert_eq!(files.settings(&["--listen=0.0.0.0:1"], &variables).listen.port(), 1);
    assert!(files.refused(&["--listen=0.0.0.0:1", "--listen-plain-http=false"], &variables).starts_with("--listen is"));
    // The file of the command line is taken, not that of the environment.
    files.write("other.toml", "max_connections = 9\n");
    assert_eq!(files.settings(&["--config=@other.toml"], &variables).front.max_connections, 9);
}

#[test]
fn every_option_has_its_place() {
    let files = Files::new();
    files.write("keys", "");
    files.write("redis", "rediss://user:secret@store:1/2\n");
    let text = "\
        listen = '[::]:1'\nadmin_listen = '127.0.0.1:2'\nkeys = 'k'\ntls_certificate = 'c'\ntls_private_key = 'p'\n\
        tls_client_ca = 'a'\nuser_tokens = 'refuse'\nmax_connections = 1\nmax_body_bytes = 1024\n\
        max_requests_per_key = 3\nreceive_timeout_ms = 104\ncaller_timeout_ms = 5005\ngrace_ms = 6\n\
        endpoint = 'http://192.0.2.1:7'\nallow_plain_http = true\nconnect_timeout_ms = 8\nrequest_timeout_ms = 9\n\
        max_attempts = 10\nworker_count = 0xB\nrecent_players_hold_ms = 12\ninvite_limit = '13/15s,14/300s'\n\
        recent_players_limit = '15/15s'\nactivity_write_limit = '16/15s'\nactivity_read_limit = '17/15s'\n\
        redis_timeout_ms = 18\nredis_prefix = 'title:19'\nredis_ca_certificates = '$ca'\nlog_format = 'json'\n\
        log_level = 'debug'\nproxy_url = 'http://user:secret@proxy:20'\n";
    let key = rcgen::KeyPair::generate().unwrap();
    let authority = rcgen::CertificateParams::new(Vec::new()).unwrap().self_signed(&key).unwrap();
    let ca = files.write("ca", &authority.pem());
    files.write("relay.toml", &text.replace("$ca", &ca));
    let settings =
        files.settings(&["--config=@relay.toml", "--redis-file=@redis", "--authorization-header-file=@header"], &[]);
    let shown = format!("{settings:?}");
    assert!(!shown.contains("secret"), "{shown}");
    assert_eq!(settings.listen, "[::]:1".parse().unwrap());
    assert_eq!(settings.admin_listen, Some("127.0.0.1:2".parse().unwrap()));
    assert_eq!(settings.access.keys.as_deref(), Some(Path::new("k")));
    let tls = settings.tls.unwrap();
    assert_eq!((tls.certificate.as_path(), tls.private_key.as_path()), (Path::new("c"), Path::new("p")));
    assert_eq!(tls.client_ca.as_deref(), Some(Path::new("a")));
    assert!(!settings.access.user_tokens && settings.log.is_json);
    assert_eq!(settings.log.level, Level::Debug);
    let front = settings.front;
    assert_eq!((front.max_connections, front.max_body_bytes, front.max_requests_per_key), (1, 1_024, 3));
    assert_eq!((front.receive_timeout.as_millis(), settings.grace.as_millis()), (104, 6));
    let upstream = settings.upstream;
    let times = [upstream.caller_timeout, upstream.request_timeout, upstream.recent_players_hold];
    assert_eq!(times, [5_005, 9, 12].map(Duration::from_millis));
    assert_eq!(upstream.worker_count, 11);
    let limits = &upstream.limits;
    let texts = [&limits.invites, &limits.recent_players, &limits.activity_writes, &limits.activity_reads]
        .map(|limits| value::limits_text(limits));
    assert_eq!(texts, ["13/15s,14/300s", "15/15s", "16/15s", "17/15s"]);
    let store = settings.store.unwrap();
    assert_eq!((store.url.as_str(), store.prefix.to_string().as_str()), ("rediss://user:secret@store:1/2", "title:19"));
    assert_eq!(store.timeout.as_millis(), 18);
    assert_eq!(store.ca_certificates.as_deref(), Some(Path::new(&ca)));
    let config = upstream.client.config(1, true).unwrap();
    assert_eq!(config.authorization.map(|authorization| authorization.header().clone()).unwrap(), HEADER);
    assert!(upstream.client.config(1, false).unwrap().authorization.is_none());
    assert_eq!((config.max_attempts, config.connect_timeout.as_millis()), (10, 8));
    assert_eq!(config.proxy.map(|proxy| proxy.to_string()).as_deref(), Some("proxy:20"));
    assert_eq!(config.imposed_limits.invites.len(), 2);
    assert!(config.allow_plain_http);
    assert_eq!(config.log_level, Level::Debug);
}

#[test]
fn what_is_wrong_is_named_with_its_place() {
    let files = Files::new();
    let cases: &[(&[&str], &str, &str)] = &[
        (&["--lisen", "127.0.0.1:1"], "", "there is no option \"--lisen\"; did you mean --listen?"),
        (&["--max_attempts=1"], "", "there is no option \"--max_attempts\"; did you mean --max-attempts?"),
        (&["--zzz"], "", "there is no option \"--zzz\"; --help lists the options"),
        (&["XBL3.0 x=-;secret"], "", "unexpected argument; --help lists the options"),
        (&["-x"], "", "unexpected argument; --help lists the options"),
        (&["--XBL3.0 x;secret"], "", "there is no option with one of the given names; --help lists the options"),
        (
            &["--aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"],
            "",
            "there is no option \"--aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\"; --help lists the options",
        ),
        (
            &["--aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"],
            "",
            "there is no option with one of the given names; --help lists the options",
        ),
        (&["--max-attempts"], "", "--max-attempts needs a value"),
        (&["--listen", "--check"], "", "--listen needs a value, but an option follows"),
        (&["--keys="], "", "--keys is empty; leave it out for its default"),
        (&["--keys=a", "--keys=b"], "", "--keys is given more than once"),
        (&["--check=true"], "", "--check takes no value"),
        (&["--ca-only=yes"], "", "--ca-only is \"yes\"; expected true or false"),
        (&["--max-attempts=11"], "", "--max-attempts is \"11\"; expected a number from 1 to 10"),
        (&["--log-level=trace"], "", "--log-level is \"trace\"; expected error or warning or info or debug"),
        (
            &["--listen=:80"],
            "",
            "--listen is \":80\"; expected an IP address and a port, such as 0.0.0.0:8080 or [::]:8080",
        ),
        (
            &["--redis-prefix={a}"],
            "redis = 'redis://h'",
            "--redis-prefix is \"{a}\"; expected 1 to 64 letters, digits and . _ : -",
        ),
        (
            &[],
            "\nmax-attempts = 1",
            "/f/relay.toml, line 2: there is no option \"max-attempts\"; did you mean max_attempts?",
        ),
        (
            &[],
            "MPA_RELAY_LISTEN = ''",
            "/f/relay.toml, line 1: there is no option \"MPA_RELAY_LISTEN\"; did you mean listen?",
        ),
        (&[], "config = 'x'", "/f/relay.toml, line 1: there is no option \"config\"; --help lists the options"),
        (&[], "check = true", "/f/relay.toml, line 1: there is no option \"check\"; --help lists the options"),
        (
            &[],
            "#\n#\nmax_attempts = '1'",
            "/f/relay.toml, line 3: max_attempts is a text; expected a number, without quotes",
        ),
        (&[], "max_attempts = -1", "/f/relay.toml, line 1: max_attempts is \"-1\"; expected a number from 1 to 10"),
        (
            &[],
            "max_attempts = 1.5",
            "/f/relay.toml, line 1: max_attempts is a number with a fraction; expected a number, without quotes",
        ),
        (&[], "keys = ['a']", "/f/relay.toml, line 1: keys is a list; expected a text in quotes"),
        (&[], "keys = 1", "/f/relay.toml, line 1: keys is a number; expected a text in quotes"),
        (&[], "ca_only = 'true'", "/f/relay.toml, line 1: ca_only is a text; expected true or false, without quotes"),
        (&[], "[redis]\nurl = 'secret'", "/f/relay.toml, line 1: redis is a table; expected a text in quotes"),
        (&[], "redis = 2026-01-01", "/f/relay.toml, line 1: redis is a date; expected a text in quotes"),
        (&[], "keys = ''", "/f/relay.toml, line 1: keys is empty; leave it out for its default"),
        (
            &["--request-timeout-ms=3500"],
            "\nrecent_players_hold_ms = 1600",
            "recent_players_hold_ms (/f/relay.toml, line 2) (1600) takes 1600 ms before a request to the service begins, but \
             only 1250 ms are left: a server waits for 5000 ms (--caller-timeout-ms), the request may take 3500 ms \
             (--request-timeout-ms), and 250 ms are kept for the way back; expected less than what is left",
        ),
        // What comes before does not hide what is wrong.
        (
            &["--max-attempts=1"],
            "max_attempts = 0",
            "/f/relay.toml, line 1: max_attempts is \"0\"; expected a number from 1 to 10",
        ),
    ];
    for (arguments, text, sentence) in cases {
        files.write("relay.toml", text);
        let arguments: Vec<_> = ["--config=@relay.toml"].iter().chain(*arguments).copied().collect();
        assert_eq!(files.refused(&arguments, &[]), *sentence, "{arguments:?} {text}");
    }
}

#[test]
fn toml_that_cannot_be_read_is_not_shown() {
    let files = Files::new();
    for (text, line) in [
        ("redis = secret", 1),
        ("keys = 'a'\nkeys = 'secret'", 2),
        ("\n\nredis = 'secret", 3),
        ("redis 'secret'", 1),
        ("= 'secret'", 1),
    ] {
        files.write("relay.toml", text);
        let sentence = files.unusable(&["--config=@relay.toml"], &[]);
        assert!(sentence.starts_with(&format!("/f/relay.toml, line {line}: invalid TOML: ")), "{sentence}");
        assert!(!sentence.contains("secret"), "{sentence}");
    }
    let sentence = files.unusable(&["--config=/nowhere/relay.toml"], &[]);
    assert!(sentence.starts_with("--config /nowhere/relay.toml could not be read ("), "{sentence}");
    fs::write(files.path("relay.toml"), b"\xff").unwrap();
    let sentence = files.unusable(&[], &[("MPA_RELAY_CONFIG", "@relay.toml")]);
    assert_eq!(sentence, "MPA_RELAY_CONFIG /f/relay.toml is no text in UTF-8; expected it saved as UTF-8");
}

#[test]
fn variables_are_checked_as_options_are() {
    let files = Files::new();
    for (name, text, sentence) in [
        (
            "MPA_RELAY_LISTN",
            "x",
            "there is no environment variable \"MPA_RELAY_LISTN\"; did you mean MPA_RELAY_LISTEN?",
        ),
        ("MPA_RELAY_CHECK", "true", "there is no environment variable \"MPA_RELAY_CHECK\"; --help lists the options"),
        ("MPA_RELAY_WHAT", "x", "there is no environment variable \"MPA_RELAY_WHAT\"; --help lists the options"),
        ("MPA_RELAY_KEYS", "", "MPA_RELAY_KEYS is empty; leave it out for its default"),
        ("MPA_RELAY_CA_ONLY", "1", "MPA_RELAY_CA_ONLY is \"1\"; expected true or false"),
        ("MPA_RELAY_PORT", "8080", "there is no environment variable \"MPA_RELAY_PORT\"; --help lists the options"),
    ] {
        assert_eq!(files.refused(&[], &[(name, text)]), sentence);
    }
}

#[test]
fn variables_of_kubernetes_are_not_ours() {
    let files = Files::new();
    for (name, text) in [
        ("MPA_RELAY_SERVICE_HOST", "10.0.0.1"),
        ("MPA_RELAY_SERVICE_PORT", "8080"),
        ("MPA_RELAY_SERVICE_PORT_HTTP", "8080"),
        ("MPA_RELAY_PORT", "tcp://10.0.0.1:8080"),
        ("MPA_RELAY_PORT_8080_TCP", "tcp://10.0.0.1:8080"),
        ("MPA_RELAY_PORT_8080_TCP_PROTO", "tcp"),
        ("MPA_RELAY_PORT_8080_TCP_PORT", "8080"),
        ("MPA_RELAY_PORT_8080_TCP_ADDR", "10.0.0.1"),
        ("MPA_RELAY_REDIS_PORT_6379_UDP", "udp://10.0.0.1:6379"),
        ("MPA_RELAY_REDIS_SERVICE_HOST", "10.0.0.1"),
    ] {
        files.settings(&[], &[(name, text)]);
    }
    for name in ["MPA_RELAY_PORT_X_TCP", "MPA_RELAY_PORT_1_SSH", "MPA_RELAY_PORT_1_TCP_X", "MPA_RELAY_PORT_1"] {
        files.refused(&[], &[(name, "1")]);
    }
}

#[test]
fn options_have_to_go_together() {
    let files = Files::new();
    files.write("password", "redis://:secret@h:1");
    files.write("proxy", "http://user:secret@h:1");
    let token = "--authorization-header-file=@header";
    // Refused, with a part of the sentence.
    let cases: &[(&[&str], &str)] = &[
        (&["--tls-private-key=a"], "--tls-private-key needs --tls-certificate"),
        (&["--tls-certificate-password-file=a"], "--tls-certificate-password-file needs --tls-certificate"),
        (&["--tls-client-ca=a"], "--tls-client-ca needs --tls-certificate"),
        (
            &["--tls-certificate=a", "--listen-plain-http"],
            "--listen-plain-http cannot be used together with --tls-certificate",
        ),
        (&["--listen=0.0.0.0:1"], "keys would be sent in the clear"),
        (&["--listen=[::]:1", "--keys=k", token], "keys would be sent in the clear"),
        (&["--listen=0.0.0.0:1", "--tls-certificate=c", token], "name the keys that let servers in with --keys"),
        (&["--listen=0.0.0.0:1", "--listen-plain-http", token], "name the keys that let servers in with --keys"),
        (&["--keys=k"], "--keys lets servers in, but nothing that they send could be passed on"),
        (&["--tls-certificate=c", "--tls-client-ca=a"], "--tls-client-ca lets servers in, but nothing"),
        (&["--user-tokens=refuse"], "--user-tokens is refuse, and there is neither --certificate"),
        (&["--admin-listen=127.0.0.1:8080"], "--admin-listen is the same as --listen"),
        (&["--ca-only"], "--ca-only needs --ca-certificates"),
        (&["--certificate=c", token], "--authorization-header-file cannot be used together with --certificate"),
        (&["--private-key=p"], "--private-key needs --certificate"),
        (&["--certificate-password-file=p"], "--certificate-password-file needs --certificate"),
        (&["--sandbox=S", token], "--sandbox needs --certificate"),
        (&["--relying-party=S"], "--relying-party needs --certificate"),
        (&["--sign-in-endpoint=https://h"], "--sign-in-endpoint needs --certificate"),
        (&["--token-endpoint=https://h"], "--token-endpoint needs --certificate"),
        (&["--proof-key-file=p"], "--proof-key-file needs --authorization-header-file"),
        (
            &["--proxy-url=http://h:1", "--proxy-url-file=@proxy"],
            "--proxy-url-file cannot be used together with --proxy-url",
        ),
        (&["--proxy-url=http://user:secret@h:1"], "other users of this machine can see"),
        (&["--proxy-url=socks5://h:1"], "--proxy-url has a scheme of SOCKS"),
        (&["--redis=redis://h", "--redis-file=@password"], "--redis-file cannot be used together with --redis"),
        (&["--redis=redis://:secret@h"], "other users of this machine can see"),
        (&["--redis=secret"], "--redis: The URL of the store "),
        (&["--redis=http://secret"], "--redis: The URL of the store "),
        (&["--redis=redis://"], "--redis: The URL of the store "),
        (&["--redis-timeout-ms=1"], "--redis-timeout-ms needs --redis or --redis-file"),
        (&["--redis-prefix=a"], "--redis-prefix needs --redis or --redis-file"),
        (&["--endpoint=http://192.0.2.1"], "or set --allow-plain-http if that is really meant"),
        (&["--endpoint=nonsense"], "--endpoint has no scheme or no host"),
        (&["--connect-timeout-ms=2001"], "--connect-timeout-ms is 2001, but connecting is part of a request"),
        (
            &["--request-timeout-ms=3250"],
            "--recent-players-hold-ms (1500) takes 1500 ms before a request to the service begins, but only 1500 ms are \
             left: a server waits for 5000 ms (--caller-timeout-ms), the request may take 3250 ms (--request-timeout-ms), \
             and 250 ms are kept",
        ),
        (&["--recent-players-hold-ms=2750"], "but only 2750 ms are left"),
        (&["--caller-timeout-ms=3750"], "but only 1500 ms are left: a server waits for 3750 ms (--caller-timeout-ms)"),
        (&["--caller-timeout-ms=2100", "--recent-players-hold-ms=10"], "but only 0 ms are left"),
        (
            &["--redis=redis://h", "--redis-timeout-ms=1250"],
            "--recent-players-hold-ms (1500) and --redis-timeout-ms (1250) take 2750 ms before",
        ),
    ];
    for (arguments, part) in cases {
        let sentence = files.refused(arguments, &[]);
        assert!(sentence.contains(part), "{arguments:?}: {sentence}");
        assert!(!sentence.contains("secret") && !sentence.ends_with('.'), "{sentence}");
    }
    let accepted: &[&[&str]] = &[
        &[token],
        &["--listen=127.9.9.9:1", token],
        &["--listen=[::ffff:127.0.0.1]:1", token],
        &["--listen=0.0.0.0:1", "--tls-certificate=c"],
        &["--listen=0.0.0.0:1", "--listen-plain-http"],
        &["--listen=0.0.0.0:1", "--listen-plain-http", "--keys=k", token],
        &["--listen=0.0.0.0:1", "--tls-certificate=c", "--tls-client-ca=a", token],
        &["--listen=127.0.0.1:0", "--admin-listen=127.0.0.1:0"],
        &["--user-tokens=refuse", token],
        &["--request-timeout-ms=3249"],
        &["--caller-timeout-ms=3751"],
        &["--recent-players-hold-ms=2749"],
        &["--redis=redis://h", "--redis-timeout-ms=1249"],
        &["--redis=redis+sentinel://h:1,i:2/m"],
        &["--redis=unix:///run/redis.sock"],
        &["--connect-timeout-ms=2000"],
        &["--endpoint=http://127.0.0.1:1"],
        &["--redis=redis://h", "--redis-prefix=a.b_c:d-9"],
    ];
    for arguments in accepted {
        files.settings(arguments, &[]);
    }
    files.write("wrong", "secret");
    for (arguments, part) in [
        (&["--redis=rediss://h", "--redis-ca-certificates=@wrong"], "/wrong"),
        (&["--redis=redis://h", "--redis-ca-certificates=@wrong"], "rediss"),
    ] {
        let refused = files.read(arguments, &[]).unwrap_err();
        let sentence = refused.to_string();
        assert!(matches!(refused, Refused::Files(_)) && sentence.starts_with("--redis: "), "{sentence}");
        assert!(sentence.contains(part) && !sentence.contains("secret"), "{sentence}");
    }
    // Only the command line can be seen by others.
    let password = ("MPA_RELAY_REDIS", "redis://:secret@h:1");
    assert_eq!(files.settings(&[], &[password]).store.unwrap().url, password.1);
    assert_eq!(files.settings(&["--redis-file=@password"], &[]).store.unwrap().url, password.1);
    let settings = files.settings(&["--proxy-url-file=@proxy", "--request-timeout-ms=500"], &[]);
    assert_eq!(settings.upstream.client.proxy.map(|proxy| proxy.to_string()).as_deref(), Some("h:1"));
    assert_eq!(settings.upstream.client.connect_timeout, Duration::from_millis(500));
}

#[test]
fn files_that_cannot_be_used_are_named() {
    let files = Files::new();
    files.write("wrong", "secret");
    for (option, end) in [
        ("--authorization-header-file", "has another form; expected the whole value"),
        ("--ca-certificates", "expected PEM certificates"),
        ("--certificate", "expected "),
        ("--proxy-url-file", "has no scheme"),
        ("--redis-file", ": The URL of the store has no scheme"),
    ] {
        for file in ["wrong", "nothing"] {
            let path = files.path(file);
            let refused = files.read(&[&format!("{option}={path}")], &[]).unwrap_err();
            assert!(matches!(refused, Refused::Files(_)) && refused.exit_status() == 1, "{refused:?}");
            let sentence = refused.to_string();
            assert!(sentence.starts_with(&format!("{option} {path}")), "{sentence}");
            let end = if file == "wrong" { end } else { "could not be read (" };
            assert!(sentence.contains(end) && !sentence.contains("secret"), "{sentence}");
        }
    }
}

#[test]
fn actions_are_told_apart() {
    let files = Files::new();
    assert!(matches!(files.read(&["--check"], &[]), Ok(Request::Check(_))));
    // Whatever else is wrong.
    for help in ["--help", "-h"] {
        assert!(matches!(files.read(&["--keys=a", help, "--nonsense"], &[("MPA_RELAY_X", "")]), Ok(Request::Help)));
    }
    for version in ["--version", "-V"] {
        assert!(matches!(files.read(&[version], &[]), Ok(Request::Version)));
    }
}

#[test]
fn the_kind_of_identity_follows() {
    let files = Files::new();
    let identity = |arguments: &[&str]| files.settings(arguments, &[]).upstream.client.identity;
    assert!(matches!(identity(&[]), Identity::None));
    let Identity::GivenToken(token) = identity(&["--authorization-header-file=@header"]) else { panic!() };
    assert_eq!(token.current.load().header(), HEADER);
    let key = rcgen::KeyPair::generate().unwrap();
    let certificate = rcgen::CertificateParams::new(["relay".to_owned()]).unwrap().self_signed(&key).unwrap();
    files.write("certificate", &(certificate.pem() + &key.serialize_pem()));
    let arguments = ["--certificate=@certificate", "--sandbox=XDKS.1", "--token-endpoint=https://t"];
    let client = files.settings(&arguments, &[]).upstream.client;
    assert!(matches!(client.identity, Identity::SignsIn(_)));
    let sign_in = client.config(1, true).unwrap().sign_in.unwrap();
    assert_eq!((sign_in.sandbox_id.as_str(), sign_in.relying_party.as_str()), ("XDKS.1", "http://xboxlive.com"));
    assert_eq!(sign_in.token_endpoint.join("/").unwrap().host(), Some("t"));
    assert_eq!(sign_in.sign_in_endpoint.join("/").unwrap().host(), Some("service.auth.xboxlive.com"));
    assert!(client.config(1, false).unwrap().sign_in.is_none());
}
