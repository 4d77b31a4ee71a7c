use super::*;

/// Must not show.
const PASSWORD: &str = "pa55w0rd";

fn shown(proxy: &Proxy) -> (String, Option<String>) {
    let encoded = |value: &[u8]| String::from_utf8(value.to_vec()).unwrap();
    (proxy.to_string(), proxy.authorization().map(encoded))
}

/// The value of the header for these credentials.
fn basic(credentials: &[u8]) -> Option<String> {
    Some(format!("Basic {}", STANDARD.encode(credentials)))
}

#[test]
fn a_proxy_is_a_host_a_port_and_perhaps_credentials() {
    let longest = format!("http://{}:{}@h:1", "u".repeat(500), "p".repeat(MAX_PROXY_URL_LENGTH - 512));
    assert_eq!(longest.len(), MAX_PROXY_URL_LENGTH);
    for (url, address, authorization) in [
        ("http://proxy.example:3128", "proxy.example:3128", None),
        ("HTTP://proxy.example:3128/", "proxy.example:3128", None),
        ("http://192.0.2.1:1", "192.0.2.1:1", None),
        ("http://[2001:db8::1]:65535", "[2001:db8::1]:65535", None),
        ("http://my_proxy:08080", "my_proxy:8080", None),
        ("http://user:password@proxy:1", "proxy:1", basic(b"user:password")),
        ("http://user@proxy:1", "proxy:1", basic(b"user:")),
        ("http://user:@proxy:1", "proxy:1", basic(b"user:")),
        ("http://user:pass:word@proxy:1", "proxy:1", basic(b"user:pass:word")),
        ("http://DOMAIN\\user:p@proxy:1", "proxy:1", basic(b"DOMAIN\\user:p")),
        ("http://a%40b:%2F%3f%23%25%3A%20@[::1]:1", "[::1]:1", basic(b"a@b:/?#%: ")),
        ("http://%C3%BC:%e9@proxy:1", "proxy:1", basic(b"\xc3\xbc:\xe9")),
    ] {
        assert_eq!(shown(&Proxy::parse(url).unwrap()), (address.to_owned(), authorization), "{url}");
    }
    assert!(Proxy::parse(&longest).is_ok());
    let host = Proxy::parse("http://[::1]:7").unwrap();
    assert_eq!((host.host(), host.port()), ("[::1]", 7));
}

#[test]
fn everything_else_is_refused_with_a_sentence() {
    use ProxyUrlError as E;
    let too_long = format!("http://{PASSWORD}:{}@h:1", "p".repeat(MAX_PROXY_URL_LENGTH));
    for (url, expected) in [
        ("", E::Empty),
        (too_long.as_str(), E::TooLong),
        ("proxy:3128", E::NoScheme),
        ("//proxy:3128", E::NoScheme),
        ("https://u:pa55w0rd@proxy:3128", E::Https),
        ("socks5://u:pa55w0rd@proxy:1080", E::Socks),
        ("socks5h://proxy:1080", E::Socks),
        ("SOCKS4://proxy:1080", E::Socks),
        ("ftp://proxy:21", E::OtherScheme),
        ("http ://proxy:21", E::Blank),
        ("://proxy:21", E::OtherScheme),
        (" http://proxy:1", E::Blank),
        ("http://proxy:1 ", E::Blank),
        ("http://u:pa55w0rd\r\nX: y@proxy:1", E::Blank),
        ("http://u:pa55w0rd\t@proxy:1", E::Blank),
        ("http://u:pa55w0rd\u{7f}@proxy:1", E::Blank),
        ("http://\u{fc}:pa55w0rd@proxy:1", E::NotAscii),
        ("http://pr\u{f6}xy:1", E::NotAscii),
        ("http://", E::NoHost),
        ("http:///", E::NoHost),
        ("http://:3128", E::NoHost),
        ("http://u:pa55w0rd@:3128", E::NoHost),
        ("http://u:pa55w0rd@", E::NoHost),
        ("http://proxy", E::NoPort),
        ("http://proxy:", E::NoPort),
        ("http://[::1]", E::NoPort),
        ("http://u:pa55w0rd@proxy", E::NoPort),
        ("http://proxy:0", E::BadPort),
        ("http://proxy:00", E::BadPort),
        ("http://proxy:65536", E::BadPort),
        ("http://proxy:99999999999999999999", E::BadPort),
        ("http://proxy:+80", E::BadPort),
        ("http://proxy:-80", E::BadPort),
        ("http://proxy:80a", E::BadPort),
        ("http://proxy:80:81", E::BadPort),
        ("http://u:pa55w0rd", E::BadPort),
        ("http://::1:3128", E::NoHost),
        ("http://[::1:3128", E::NoNameOrAddress),
        ("http://[::1]3128", E::NoNameOrAddress),
        ("http://[]:3128", E::NoNameOrAddress),
        ("http://[192.0.2.1]:3128", E::NoNameOrAddress),
        ("http://[fe80::1%25eth0]:3128", E::NoNameOrAddress),
        ("http://a..b:3128", E::NoNameOrAddress),
        ("http://a%20b:3128", E::NoNameOrAddress),
        ("http://a,b:3128", E::NoNameOrAddress),
        ("http://proxy:1/path", E::Path),
        ("http://proxy:1//", E::Path),
        ("http://proxy:1?query", E::Path),
        ("http://proxy:1/?query", E::Path),
        ("http://proxy:1#fragment", E::Path),
        ("http://u:pa55w0rd/x@proxy:1", E::Path),
        ("http://u:pa55w0rd@x@proxy:1", E::At),
        ("http://@proxy:1", E::NoUserName),
        ("http://:pa55w0rd@proxy:1", E::NoUserName),
        ("http://u:pa55w0rd%@proxy:1", E::Percent),
        ("http://u:pa55w0rd%4@proxy:1", E::Percent),
        ("http://u:pa55w0rd%4g@proxy:1", E::Percent),
        ("http://u:pa55w0rd%+1@proxy:1", E::Percent),
        ("http://%g0:pa55w0rd@proxy:1", E::Percent),
        ("http://u:pa55w0rd%0d%0aX@proxy:1", E::Credentials),
        ("http://u%00:pa55w0rd@proxy:1", E::Credentials),
        ("http://u:pa55w0rd%7F@proxy:1", E::Credentials),
        ("http://u%3Av:pa55w0rd@proxy:1", E::Credentials),
    ] {
        let error = Proxy::parse(url).unwrap_err();
        let sentence = error.to_string();
        assert_eq!(error, expected, "{url}");
        assert!(!sentence.contains(PASSWORD) && !sentence.ends_with('.') && sentence.len() < 300, "{url}: {sentence}");
        assert!(sentence.contains("expected http://host:port") || error == E::TooLong, "{url}: {sentence}");
    }
}

#[test]
fn what_is_printed_shows_no_credentials() {
    let proxy = Proxy::parse(&format!("http://the-user:{PASSWORD}@proxy.example:1")).unwrap();
    let encoded = STANDARD.encode(format!("the-user:{PASSWORD}"));
    for printed in [format!("{proxy:?}"), format!("{proxy:#?}"), proxy.to_string()] {
        assert!(printed.contains("proxy.example"), "{printed}");
        for secret in [PASSWORD, "the-user", &encoded, "Basic", "66, 97"] {
            assert!(!printed.contains(secret), "{printed}");
        }
    }
}
