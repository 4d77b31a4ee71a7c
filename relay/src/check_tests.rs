use std::fs;

use rcgen::{BasicConstraints, CertificateParams, DnType, IsCa, Issuer, KeyPair, date_time_ymd};
use tempfile::TempDir;

use super::*;
use crate::options::{self, Request};

/// Files that options name.
struct Files(TempDir);

impl Files {
    fn new() -> Self {
        let files = Files(tempfile::tempdir().unwrap());
        let mut params = CertificateParams::new(Vec::new()).unwrap();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        params.distinguished_name.push(DnType::CommonName, "Studio CA");
        params.not_after = date_time_ymd(2040, 1, 2);
        let key = KeyPair::generate().unwrap();
        files.write("ca", &params.self_signed(&key).unwrap().pem());
        let authority = Issuer::new(params, key);
        let mut params = CertificateParams::new(Vec::new()).unwrap();
        params.distinguished_name.push(DnType::CommonName, "relay");
        (params.not_before, params.not_after) = (date_time_ymd(2030, 1, 1), date_time_ymd(2031, 1, 1));
        let key = KeyPair::generate().unwrap();
        let certificate = params.signed_by(&key, &authority).unwrap().pem() + &key.serialize_pem();
        files.write("certificate", &certificate);
        files.write("chain", &(certificate + &fs::read_to_string(files.path("ca")).unwrap()));
        files.write("header", "XBL3.0 x=-;secret");
        files.write("user", "XBL3.0 x=77;secret");
        files.write("keys", "web secret-secret-secret *\neu secret-secret-secre2 1,2\n");
        files
    }

    fn path(&self, name: &str) -> String {
        self.0.path().join(name).to_str().unwrap().to_owned()
    }

    fn write(&self, name: &str, text: &str) {
        fs::write(self.path(name), text).unwrap();
    }

    /// The report on this day. `@name` stands for a file.
    fn report(&self, arguments: &[&str], day: &str) -> (bool, String) {
        let folder = self.0.path().to_str().unwrap();
        let arguments: Vec<_> = ["mpa-relay", "--check"]
            .iter()
            .chain(arguments)
            .map(|text| text.replace('@', &format!("{folder}/")))
            .collect();
        let request = options::read(arguments.into_iter().map(Into::into), []);
        let Ok(Request::Check(settings)) = request else { panic!("{request:?}") };
        let [year, month, day] = day.split('-').map(|part| part.parse().unwrap()).collect::<Vec<_>>()[..] else {
            panic!("{day}")
        };
        let now = date_time_ymd(year, u8::try_from(month).unwrap(), u8::try_from(day).unwrap()).into();
        let report = super::report(&settings, now);
        let text = report.to_string().replace(folder, "/f");
        assert!(!text.contains("secret"), "{text}");
        assert_eq!(text.ends_with("The configuration has errors.\n"), report.has_failed());
        (report.has_failed(), text)
    }
}

#[test]
fn what_the_relay_would_do_is_said() {
    let files = Files::new();
    let (has_failed, text) = files.report(&["--authorization-header-file=@header"], "2030-06-01");
    assert!(!has_failed);
    assert_eq!(
        text,
        "\
Listens on 127.0.0.1:8080 in plain HTTP.
Serves probes and metrics where servers connect.
Accepts every server that reaches its address, for all titles: there are no keys.
Passes on calls with a user's own token, without a key, for all titles.
Sends to https://multiplayeractivity.xboxlive.com.
Sends the token in /f/header.
Limits of a title: invites learned from answers; recent players learned from answers; activities, to write learned from answers; to read learned from answers.
Does not share the limits with other relays.
The configuration is valid.
"
    );
    let (_, text) = files.report(&["--authorization-header-file=@header", "--keys=@keys"], "2030-06-01");
    assert!(text.contains("\nPasses on calls with a user's own token, without a key, for the titles of the keys.\n"));
    files.write("redis", "rediss://:secret@store:1");
    files.write("proxy", "http://user:secret@proxy:3128");
    let arguments = [
        "--listen=0.0.0.0:1",
        "--admin-listen=0.0.0.0:2",
        "--tls-certificate=@chain",
        "--tls-client-ca=@ca",
        "--keys=@keys",
        "--user-tokens=refuse",
        "--certificate=@chain",
        "--ca-certificates=@ca",
        "--ca-only",
        "--proxy-url-file=@proxy",
        "--invite-limit=7/15s,50/5m",
        "--redis-file=@redis",
        "--redis-ca-certificates=@ca",
    ];
    let (has_failed, text) = files.report(&arguments, "2030-06-01");
    assert!(!has_failed);
    assert_eq!(
        text,
        "\
Listens on 0.0.0.0:1 with the certificate \"relay\", which expires on 2031-01-01.
Serves probes and metrics on 0.0.0.0:2 in plain HTTP.
Lets in servers with a certificate of \"Studio CA\" (which expires on 2040-01-02), for all titles.
Lets in servers with a key: web (all titles), eu (titles 1, 2).
Refuses calls with a user's own token.
Sends to https://multiplayeractivity.xboxlive.com through the proxy proxy:3128.
Trusts only: \"Studio CA\" (which expires on 2040-01-02).
Signs in for the sandbox RETAIL with the certificate \"relay\", which expires on 2031-01-01.
Limits of a title: invites 7/15s,50/300s; recent players learned from answers; activities, to write learned from answers; to read learned from answers.
Shares the limits with other relays through the store at store:1, which may take 100 ms, under names that begin with mpa.
The configuration is valid.
"
    );
}

#[test]
fn what_is_wrong_or_will_be_is_said() {
    let files = Files::new();
    files.write("wrong", "secret");
    let token = "--authorization-header-file=@header";
    let cases: &[(&[&str], &str, bool, &str)] = &[
        (&[], "2030-06-01", false, "warning: calls of servers are refused: there is neither --certificate nor"),
        (
            &["--authorization-header-file=@user"],
            "2030-06-01",
            false,
            "warning: the token of --authorization-header-file is a user's",
        ),
        (
            &["--certificate=@chain"],
            "2030-12-15",
            false,
            "warning: the certificate of --certificate expires on 2031-01-01",
        ),
        (
            &["--certificate=@chain"],
            "2031-01-02",
            true,
            "error: the certificate of --certificate expired on 2031-01-01",
        ),
        (
            &["--certificate=@chain"],
            "2029-12-31",
            true,
            "error: the certificate of --certificate is valid from 2030-01-01 only",
        ),
        (
            &["--certificate=@certificate"],
            "2030-06-01",
            false,
            "warning: the certificates that issued that of --certificate are not in its file",
        ),
        (
            &["--tls-certificate=@chain"],
            "2031-01-02",
            true,
            "error: the certificate of --tls-certificate expired on 2031-01-01",
        ),
        (&["--tls-certificate=@wrong"], "2030-06-01", true, "error: --tls-certificate /f/wrong is in no format"),
        (
            &["--tls-certificate=@nothing"],
            "2030-06-01",
            true,
            "error: --tls-certificate /f/nothing could not be read (",
        ),
        (
            &["--tls-certificate=@chain", "--tls-client-ca=@wrong", token],
            "2030-06-01",
            true,
            "error: --tls-client-ca /f/wrong is in no format",
        ),
        (
            &["--tls-certificate=@chain", "--tls-client-ca=@ca", token],
            "2030-06-01",
            false,
            "warning: probes and metrics need a certificate of --tls-client-ca, too",
        ),
        (&["--keys=@wrong", token], "2030-06-01", true, "error: --keys /f/wrong cannot be used: line 1 has 1 words"),
    ];
    for (arguments, day, is_failure, part) in cases {
        let (has_failed, text) = files.report(arguments, day);
        assert_eq!(has_failed, *is_failure, "{arguments:?}: {text}");
        assert!(text.contains(&format!("\n{part}")), "{arguments:?}: {text}");
    }
    // All of it, not only the first.
    let (_, text) = files.report(&["--tls-certificate=@wrong", "--keys=@wrong", token], "2030-06-01");
    assert_eq!(text.matches("\nerror: ").count(), 2, "{text}");
}

#[test]
fn a_long_list_is_counted() {
    let files = Files::new();
    let keys: Vec<_> = (0..25).map(|number| format!("key-{number} {number:016} 7")).collect();
    files.write("keys", &keys.join("\n"));
    let (_, text) = files.report(&["--keys=@keys", "--authorization-header-file=@header"], "2030-06-01");
    assert!(text.contains("key-19 (title 7), and 5 more.\n") && !text.contains("key-20"), "{text}");
    assert_eq!(LISTED, 20);
}
