//! The decision, case by case.

use axum::http::HeaderName;

use super::*;

const LOOPBACK: &str = "127.0.0.1:8787";

fn access(address: &str, allowed_hosts: &[&str]) -> Access {
    Access {
        address: address.parse().unwrap(),
        https: false,
        allowed_hosts: allowed_hosts.iter().map(|host| host.parse().unwrap()).collect(),
    }
}

fn decide(access: &Access, target: &str, headers: &[(&str, &str)]) -> Result<(), ErrorResponse> {
    let headers = headers.iter().map(|(name, value)| {
        let value = HeaderValue::from_bytes(value.as_bytes()).unwrap();
        (name.parse::<HeaderName>().unwrap(), value)
    });
    let mut map = HeaderMap::new();
    headers.for_each(|(name, value)| {
        map.append(name, value);
    });
    access.check(&target.parse().unwrap(), &map)
}

/// 200 where it is let in, or the status of its error.
fn status(access: &Access, target: &str, headers: &[(&str, &str)]) -> u16 {
    decide(access, target, headers).map_or_else(|error| error.status().as_u16(), |()| 200)
}

#[test]
fn the_host_is_one_of_this_emulator() {
    let allowed = ["emulator", "named.example:9000", "203.0.113.5", "[2001:db8::5]:9000"];
    // Where it listens; what is allowed beyond; the host; the status.
    for (address, allowed, host, expected) in [
        // The loopback address, by all its spellings.
        (LOOPBACK, &[][..], "127.0.0.1:8787", 200),
        (LOOPBACK, &[], "127.0.0.1", 200),
        (LOOPBACK, &[], "127.0.0.1:", 200),
        (LOOPBACK, &[], "127.0.0.1.:8787", 200),
        (LOOPBACK, &[], "127.255.255.254:8787", 200),
        (LOOPBACK, &[], "[::1]:8787", 200),
        (LOOPBACK, &[], "[0:0:0:0:0:0:0:1]", 200),
        (LOOPBACK, &[], "[::ffff:127.0.0.1]:8787", 200),
        (LOOPBACK, &[], "localhost:8787", 200),
        (LOOPBACK, &[], "LOCALHOST", 200),
        (LOOPBACK, &[], "localhost.:8787", 200),
        // Not this port.
        (LOOPBACK, &[], "localhost:8788", 421),
        (LOOPBACK, &[], "127.0.0.1:80", 421),
        (LOOPBACK, &[], "[::1]:0", 421),
        // Not this host.
        (LOOPBACK, &[], "evil.example:8787", 421),
        (LOOPBACK, &[], "evil.example", 421),
        (LOOPBACK, &[], "localhost.evil.example:8787", 421),
        (LOOPBACK, &[], "127.0.0.1.evil.example:8787", 421),
        (LOOPBACK, &[], "evil.localhost:8787", 421),
        (LOOPBACK, &[], "localhostx", 421),
        (LOOPBACK, &[], "127.1:8787", 421),
        (LOOPBACK, &[], "2130706433:8787", 421),
        (LOOPBACK, &[], "0.0.0.0:8787", 421),
        (LOOPBACK, &[], "[::]:8787", 421),
        (LOOPBACK, &[], "192.0.2.7:8787", 421),
        (LOOPBACK, &[], "multiplayeractivity.xboxlive.com", 421),
        (LOOPBACK, &[], "null", 421),
        // Not a host.
        (LOOPBACK, &[], "", 400),
        (LOOPBACK, &[], "localhost:8787, evil.example", 400),
        (LOOPBACK, &[], "localhost@evil.example", 400),
        (LOOPBACK, &[], "localhost/", 400),
        (LOOPBACK, &[], "http://localhost:8787", 400),
        (LOOPBACK, &[], "localhost..", 400),
        (LOOPBACK, &[], "localhost:99999", 400),
        (LOOPBACK, &[], "::1", 400),
        (LOOPBACK, &[], "[::1", 400),
        (LOOPBACK, &[], "l\u{f6}calhost", 400),
        // Another loopback address, and IPv6.
        ("127.0.0.2:80", &[], "127.0.0.2", 200),
        ("[::1]:8787", &[], "[::1]:8787", 200),
        ("[::1]:8787", &[], "localhost:8787", 200),
        // One address of a network.
        ("192.0.2.7:8787", &[], "192.0.2.7:8787", 200),
        ("192.0.2.7:8787", &[], "[::ffff:192.0.2.7]:8787", 200),
        ("192.0.2.7:8787", &[], "192.0.2.8:8787", 421),
        ("192.0.2.7:8787", &[], "localhost:8787", 200),
        ("[2001:db8::7]:8787", &[], "[2001:DB8:0::7]:8787", 200),
        ("[2001:db8::7]:8787", &[], "[2001:db8::8]:8787", 421),
        // All addresses: an address is not looked up, a name is.
        ("0.0.0.0:8787", &[], "192.0.2.7:8787", 200),
        ("0.0.0.0:8787", &[], "[2001:db8::7]", 200),
        ("0.0.0.0:8787", &[], "192.0.2.7:80", 421),
        ("0.0.0.0:8787", &[], "localhost:8787", 200),
        ("0.0.0.0:8787", &[], "emulator:8787", 421),
        ("[::]:8787", &[], "192.0.2.7:8787", 200),
        ("[::]:8787", &[], "emulator:8787", 421),
        // What is allowed beyond.
        ("0.0.0.0:8787", &allowed, "emulator:8787", 200),
        ("0.0.0.0:8787", &allowed, "EMULATOR.:1", 200),
        ("0.0.0.0:8787", &allowed, "emulator", 200),
        ("0.0.0.0:8787", &allowed, "emulator.evil.example", 421),
        ("0.0.0.0:8787", &allowed, "named.example:9000", 200),
        ("0.0.0.0:8787", &allowed, "named.example", 200),
        ("0.0.0.0:8787", &allowed, "named.example:8787", 421),
        (LOOPBACK, &allowed, "203.0.113.5:1", 200),
        (LOOPBACK, &allowed, "203.0.113.6:8787", 421),
        (LOOPBACK, &allowed, "[2001:db8::5]:9000", 200),
        (LOOPBACK, &allowed, "[2001:db8::5]:9001", 421),
        (LOOPBACK, &["localhost"], "localhost:9000", 200),
        (LOOPBACK, &["localhost"], "127.0.0.1:9000", 421),
    ] {
        let found = status(&access(address, allowed), "/faults", &[("host", host)]);
        assert_eq!(found, expected, "at {address} with {allowed:?}: {host:?}");
    }
}

#[test]
fn the_host_is_there_once() {
    let access = access(LOOPBACK, &[]);
    assert_eq!(status(&access, "/faults", &[]), 400, "not in HTTP/1.0 either");
    assert_eq!(status(&access, "/faults", &[("host", "localhost"), ("host", "localhost")]), 400);
    assert_eq!(status(&access, "/faults", &[("host", "localhost"), ("host", "evil.example")]), 400);
    assert_eq!(status(&access, "/faults", &[("host", "evil.example"), ("host", "localhost")]), 400);
    // What names it otherwise has no say.
    assert_eq!(status(&access, "/faults", &[("host", "evil.example"), ("x-forwarded-host", "localhost")]), 421);
    assert_eq!(status(&access, "/faults", &[("host", "localhost"), ("x-forwarded-host", "evil.example")]), 200);
}

#[test]
fn a_target_with_a_host_is_checked_too() {
    let access = access(LOOPBACK, &[]);
    for (target, host, expected) in [
        ("http://127.0.0.1:8787/faults", "127.0.0.1:8787", 200),
        ("http://localhost:8787/faults", "127.0.0.1:8787", 200),
        ("http://evil.example/faults", "127.0.0.1:8787", 421),
        ("http://evil.example/faults", "evil.example", 421),
        ("http://localhost:8787/faults", "evil.example", 421),
        ("http://localhost:8788/faults", "localhost:8787", 421),
        ("http://localhost@evil.example/faults", "localhost:8787", 400),
        ("http://user@localhost:8787/faults", "localhost:8787", 400),
    ] {
        assert_eq!(status(&access, target, &[("host", host)]), expected, "{target} {host}");
    }
    assert_eq!(status(&access, "http://localhost:8787/faults", &[]), 400);
}

#[test]
fn a_page_comes_from_the_host_that_it_asks() {
    let plain = access("0.0.0.0:8787", &["emulator"]);
    let secure = Access { https: true, ..plain.clone() };
    for (access, host, origin, expected) in [
        (&plain, "localhost:8787", "http://localhost:8787", 200),
        (&plain, "localhost.:8787", "http://LOCALHOST:8787", 200),
        (&plain, "127.0.0.1:8787", "http://127.0.0.1:8787", 200),
        (&plain, "[::1]:8787", "http://[::1]:8787", 200),
        (&plain, "emulator", "http://emulator", 200),
        (&plain, "emulator", "http://emulator:80", 200),
        (&plain, "emulator:80", "http://emulator", 200),
        (&secure, "emulator:8787", "https://emulator:8787", 200),
        (&secure, "emulator", "https://emulator:443", 200),
        // Another program on this machine, and another name of this one.
        (&plain, "localhost:8787", "http://localhost:3000", 403),
        (&plain, "localhost:8787", "http://localhost", 403),
        (&plain, "localhost:8787", "http://127.0.0.1:8787", 403),
        (&plain, "localhost:8787", "http://emulator:8787", 403),
        (&plain, "emulator", "http://emulator:8787", 403),
        // Another scheme.
        (&plain, "localhost:8787", "https://localhost:8787", 403),
        (&secure, "localhost:8787", "http://localhost:8787", 403),
        (&secure, "emulator", "https://emulator:80", 403),
        (&plain, "localhost:8787", "HTTP://localhost:8787", 403),
        (&plain, "localhost:8787", "file://localhost:8787", 403),
        // Another client, or none.
        (&plain, "localhost:8787", "http://evil.example", 403),
        (&plain, "localhost:8787", "http://localhost:8787.evil.example", 403),
        (&plain, "localhost:8787", "http://evil.example@localhost:8787", 403),
        (&plain, "localhost:8787", "http://localhost:8787/", 403),
        (&plain, "localhost:8787", "http://localhost:8787 http://evil.example", 403),
        (&plain, "localhost:8787", "null", 403),
        (&plain, "localhost:8787", "", 403),
        (&plain, "localhost:8787", "localhost:8787", 403),
        (&plain, "localhost:8787", "http://l\u{f6}calhost", 403),
    ] {
        let found = status(access, "/faults", &[("host", host), ("origin", origin)]);
        assert_eq!(found, expected, "{host} {origin:?}");
    }
    // The host is refused first, and no origin helps.
    assert_eq!(status(&plain, "/faults", &[("host", "evil.example"), ("origin", "http://evil.example")]), 421);
    let own = ("origin", "http://localhost:8787");
    for other in ["http://evil.example", "null"] {
        let headers = [("host", "localhost:8787"), own, ("origin", other)];
        assert_eq!(status(&plain, "/faults", &headers), 403, "{other}");
    }
    // The host of the target is the one that the page has asked.
    let headers = [("host", "127.0.0.1:8787"), own];
    assert_eq!(status(&plain, "http://localhost:8787/faults", &headers), 200);
    assert_eq!(status(&plain, "http://127.0.0.1:8787/faults", &headers), 403);
}

#[test]
fn a_browser_asks_for_its_user_or_for_a_page_of_the_same_origin() {
    let access = access(LOOPBACK, &[]);
    for (site, expected) in
        [("same-origin", 200), ("none", 200), ("same-site", 403), ("cross-site", 403), ("Cross-Site", 403), ("", 403)]
    {
        assert_eq!(status(&access, "/faults", &[("host", "localhost"), ("sec-fetch-site", site)]), expected, "{site}");
    }
    let both = [("host", "localhost"), ("sec-fetch-site", "none"), ("sec-fetch-site", "cross-site")];
    assert_eq!(status(&access, "/faults", &both), 403);
    let own_origin =
        [("host", "localhost:8787"), ("origin", "http://localhost:8787"), ("sec-fetch-site", "cross-site")];
    assert_eq!(status(&access, "/faults", &own_origin), 403);
}

#[test]
fn a_refusal_says_what_was_found_and_what_is_allowed() {
    let said = |access: &Access, headers: &[(&str, &str)]| {
        decide(access, "/faults", headers).unwrap_err().debug_message().to_owned()
    };
    let more = "; --allow-host HOST (in Rust Options::allowed_hosts) allows more.";
    for (address, allowed, own) in [
        (LOOPBACK, &[][..], "localhost and loopback addresses with port 8787 or none"),
        ("192.0.2.7:80", &[], "localhost, loopback addresses and 192.0.2.7 with port 80 or none"),
        (
            "0.0.0.0:80",
            &["emulator", "a.example:1"],
            "localhost and IP addresses with port 80 or none, and for emulator, a.example:1",
        ),
    ] {
        let expected = format!("The request is for the host \"evil.example:1\", and /emulator answers for {own}{more}");
        assert_eq!(said(&access(address, allowed), &[("host", "Evil.example:1")]), expected);
    }
    let access = access(LOOPBACK, &[]);
    let of_page = said(&access, &[("host", "localhost:8787"), ("origin", "http://evil.example")]);
    let expected = "The header Origin is \"http://evil.example\", not http://localhost:8787 or nothing: /emulator";
    assert!(of_page.starts_with(expected), "{of_page}");
    let of_site = said(&access, &[("host", "localhost"), ("sec-fetch-site", "cross-site")]);
    assert!(of_site.starts_with("The header Sec-Fetch-Site is \"cross-site\", not same-origin, none or "), "{of_site}");
    let long = said(&access, &[("host", &"x".repeat(5_000))]);
    assert!(long.contains("xxx...\"") && long.len() < 400, "{long}");
}
