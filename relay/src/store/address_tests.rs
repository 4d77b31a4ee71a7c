use std::path::Path;

use super::*;

fn parse(url: &str) -> Result<Address, String> {
    Address::parse(url, None)
}

#[test]
fn urls_say_where_the_store_is() {
    let cases = [
        ("redis://store", "store:6379"),
        ("redis://store:7000/3", "store:7000"),
        ("redis://user:pass%23word@10.0.0.1:7000", "10.0.0.1:7000"),
        ("rediss://store", "store:6379"),
        ("valkey://store", "store:6379"),
        ("redis+sentinel://a,b:7000/fleet", "a:26379, b:7000 (sentinels of fleet)"),
        (
            "redis+sentinel://:pass@a:1,[::1]:2,[::1]/fleet/4?sentinel-password=word",
            "a:1, ::1:2, ::1:26379 (sentinels of fleet)",
        ),
        ("rediss+sentinel://a/fleet", "a:26379 (sentinels of fleet)"),
        ("redis+cluster://user:pass@a:1,b", "a:1, b:6379 (cluster)"),
        ("rediss+cluster://a", "a:6379 (cluster)"),
    ];
    for (url, shown) in cases {
        let address = parse(url).unwrap_or_else(|error| panic!("{url}: {error}"));
        assert_eq!(address.to_string(), shown);
        assert!(address.client().is_ok(), "{url}");
        let debug = format!("{address:?}");
        assert!(!debug.contains("pass") && !debug.contains("word"), "{debug}");
    }
    #[cfg(unix)]
    assert_eq!(parse("unix:///run/store.sock").unwrap().to_string(), "/run/store.sock");
}

#[test]
fn credentials_and_databases_are_read() {
    let address = parse("redis+sentinel://user:p%40ss@a,b/fleet/4?sentinel-password=w%23rd").unwrap();
    let server = address.first.redis_settings();
    assert_eq!((server.username(), server.password(), server.db()), (Some("user"), Some("p@ss"), 4));
    assert!(matches!(&address.kind, Kind::Sentinel { sentinel_password: Some(word), .. } if word == "w#rd"));
}

#[test]
fn what_cannot_be_used_is_refused_without_its_password() {
    let cases = [
        ("", "has no scheme"),
        ("store:6379", "has no scheme"),
        ("http://secret@store", "cannot be read"),
        ("redis://:secret@store:99999", "cannot be read"),
        ("redis://:secret@store/three", "cannot be read"),
        ("redis://:secret@/3", "cannot be read"),
        ("redis://:sec#ret@store", "has a fragment"),
        ("rediss://:secret@store#insecure", "has a fragment"),
        ("redis+nodes://:secret@store", "a scheme that is not known"),
        ("redis+sentinel://:secret@store", "names no master"),
        ("redis+sentinel://:secret@store/fleet?password=secret", "other than sentinel-password"),
        ("redis+sentinel://:secret@a,,b/fleet", "cannot be read"),
        ("redis+cluster://:secret@store/1", "names a database"),
        ("redis+cluster://:secret@store?secret=1", "has parameters"),
    ];
    for (url, problem) in cases {
        let error = parse(url).map(|address| format!("{address:?}")).expect_err(url);
        assert!(error.contains(problem), "{url}: {error}");
        assert!(error.contains("redis+sentinel://HOST:PORT"), "{error}");
        assert!(!error.contains("sec"), "{error}");
    }
}

#[test]
fn certificates_are_read_at_the_start() {
    let folder = std::env::temp_dir().join(format!("mpa-relay-address-{}", std::process::id()));
    fs::create_dir_all(&folder).unwrap();
    let (good, bad, empty) = (folder.join("good.pem"), folder.join("bad.pem"), folder.join("empty.pem"));
    let certificate = rcgen::generate_simple_self_signed(["store".to_owned()]).unwrap().cert.pem();
    fs::write(&good, certificate).unwrap();
    fs::write(&bad, "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n").unwrap();
    fs::write(&empty, "").unwrap();
    let error = |url: &str, path: &Path| Address::parse(url, Some(path)).map(|_| ()).err().unwrap_or_default();
    assert_eq!(error("rediss://store", &good), "");
    assert_eq!(error("rediss+sentinel://store/fleet", &good), "");
    assert_eq!(error("rediss+cluster://store", &good), "");
    assert!(error("redis://store", &good).contains("nothing would be encrypted"));
    assert!(error("rediss://store", &bad).contains("cannot be used"));
    assert!(error("rediss://store", &empty).contains("contains no certificate"));
    assert!(error("rediss://store", &folder.join("none.pem")).contains("cannot be read"));
    fs::remove_dir_all(&folder).unwrap();
}
