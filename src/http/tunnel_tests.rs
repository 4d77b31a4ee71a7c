use super::*;

fn status(status: u16) -> Answer {
    Answer::Status { status, has_page: false, takes_basic: true }
}

fn page(status: u16) -> Answer {
    Answer::Status { status, has_page: true, takes_basic: true }
}

fn challenged(status: u16, takes_basic: bool) -> Answer {
    Answer::Status { status, has_page: false, takes_basic }
}

fn filled(start: &str, length: usize, end: &str) -> String {
    format!("{start}{}{end}", "x".repeat(length - start.len() - end.len()))
}

#[test]
fn answers_are_read() {
    let largest = filled("HTTP/1.1 200 OK\r\nX: ", MAX_HEAD, "\r\n\r\n");
    let larger = filled("HTTP/1.1 200 OK\r\nX: ", MAX_HEAD + 1, "\r\n\r\n");
    let endless = filled("HTTP/1.1 200 OK\r\nX: ", MAX_HEAD + 1, "");
    let endless_so_far = filled("HTTP/1.1 200 OK\r\nX: ", MAX_HEAD, "");
    let interim = "HTTP/1.1 100 Continue\r\n\r\n";
    let interims = interim.repeat(MAX_HEAD / interim.len() + 1);
    let late = format!("{}HTTP/1.1 200 OK\r\n\r\n", interim.repeat(MAX_HEAD / interim.len()));
    let large_page = format!("HTTP/1.1 200 OK\r\n\r\n{}", "x".repeat(MAX_HEAD));
    for (arrived, answer) in [
        ("", None),
        ("\r\n", None),
        ("HTTP", None),
        ("HTTP/1.1 200 OK\r\n", None),
        ("HTTP/1.1 200 OK\r\nX: y\r\n\r", None),
        ("HTTP/1.1 200 Connection established\r\n\r\n", Some(status(200))),
        ("HTTP/1.0 200 OK\r\nProxy-Agent: x\r\nContent-Length: 5\r\n\r\n", Some(status(200))),
        ("HTTP/1.1 200\n\n", Some(status(200))),
        ("HTTP/1.1 204 \r\n\r\n", Some(status(204))),
        ("HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n<html>", Some(page(200))),
        ("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\n\r\n", Some(status(200))),
        ("HTTP/1.1 100 Continue\r\n\r\n", None),
        ("HTTP/1.1 101 Switching\r\n\r\n", Some(status(101))),
        ("HTTP/1.1 302 Found\r\nLocation: http://login/\r\n\r\n", Some(status(302))),
        ("HTTP/1.1 407 Proxy Authentication Required\r\n\r\nno", Some(page(407))),
        ("HTTP/1.1 407 X\r\nProxy-Authenticate: Basic realm=\"x\"\r\n\r\n", Some(challenged(407, true))),
        ("HTTP/1.1 407 X\r\nproxy-authenticate: NTLM,\tbasic realm=x\r\n\r\n", Some(challenged(407, true))),
        (
            "HTTP/1.1 407 X\r\nProxy-Authenticate: Negotiate\r\nProxy-Authenticate: Basic\r\n\r\n",
            Some(challenged(407, true)),
        ),
        ("HTTP/1.1 407 X\r\nProxy-Authenticate: Negotiate\r\n\r\n", Some(challenged(407, false))),
        ("HTTP/1.1 407 X\r\nProxy-Authenticate: Digest realm=\"Basic\"\r\n\r\n", Some(challenged(407, false))),
        ("HTTP/1.1 407 X\r\nWWW-Authenticate: NTLM\r\n\r\n", Some(challenged(407, true))),
        ("HTTP/2 200 OK\r\n\r\n", Some(Answer::NotHttp)),
        ("HTTP/1.1 2x0 OK\r\n\r\n", Some(Answer::NotHttp)),
        ("<html>", Some(Answer::NotHttp)),
        ("\x15\x03\x01\x00\x02\x02\x16", Some(Answer::NotHttp)),
        ("\x05\x7f", Some(Answer::NotHttp)),
        (&large_page, Some(page(200))),
        (&largest, Some(status(200))),
        (&larger, Some(Answer::Oversized)),
        (&endless, Some(Answer::Oversized)),
        (&endless_so_far, None),
        (&interims, Some(Answer::Oversized)),
        (&late, Some(Answer::Oversized)),
    ] {
        assert_eq!(read_answer(arrived.as_bytes()), answer, "{}", &arrived[..arrived.len().min(90)]);
    }
}

/// Byte by byte, an answer is read where its head ends and not before.
#[test]
fn answers_may_come_in_parts() {
    let whole = b"HTTP/1.1 100 C\r\n\r\nHTTP/1.1 200 OK\r\nX: y\r\n\r\n";
    for length in 0..whole.len() {
        assert_eq!(read_answer(&whole[..length]), None, "{length}");
    }
    assert_eq!(read_answer(whole), Some(status(200)));
}

#[test]
fn each_answer_has_its_sentence() {
    let with = Proxy::parse("http://user:password@proxy:3128").unwrap();
    let without = Proxy::parse("http://proxy:3128").unwrap();
    let refused = |advice| Some((ErrorKind::ProxyRefused, advice));
    let failed = Some((ErrorKind::Connection, Advice::CheckProxy));
    let login = "answered with a page, such as one for logging in (HTTP ";
    for (answer, proxy, expected, words) in [
        (status(200), &without, None, ""),
        (status(299), &with, None, ""),
        (page(200), &with, refused(Advice::AllowInProxy), login),
        (status(300), &with, refused(Advice::AllowInProxy), login),
        (status(302), &without, refused(Advice::AllowInProxy), login),
        (status(399), &without, refused(Advice::AllowInProxy), login),
        (status(101), &without, refused(Advice::AllowInProxy), "does not allow a connection to host:443 (HTTP 101)"),
        (status(199), &without, refused(Advice::AllowInProxy), "(HTTP 199)"),
        (status(400), &without, refused(Advice::AllowInProxy), "does not allow a connection to host:443 (HTTP 400)"),
        (page(403), &with, refused(Advice::AllowInProxy), "does not allow a connection to host:443 (HTTP 403)"),
        (page(407), &without, refused(Advice::GiveProxyPassword), "asks for a user name and a password (HTTP 407)"),
        (status(407), &with, refused(Advice::CheckProxyPassword), "did not accept the user name and the password"),
        // As tinyproxy answers to a wrong password.
        (status(401), &with, refused(Advice::CheckProxyPassword), "did not accept the user name and the password"),
        (status(401), &without, refused(Advice::GiveProxyPassword), "asks for a user name and a password (HTTP 401)"),
        (challenged(407, false), &with, refused(Advice::AllowInProxy), "does not offer Basic authentication"),
        (challenged(407, false), &without, refused(Advice::AllowInProxy), "does not offer Basic authentication"),
        (status(408), &with, failed, "could not connect to host:443 (HTTP 408)"),
        (status(425), &with, failed, "(HTTP 425)"),
        (status(429), &with, failed, "(HTTP 429)"),
        (status(499), &with, refused(Advice::AllowInProxy), "(HTTP 499)"),
        (page(500), &with, failed, "(HTTP 500)"),
        (status(503), &with, failed, "could not connect to host:443 (HTTP 503)"),
        (status(999), &with, failed, "(HTTP 999)"),
        (Answer::NotHttp, &with, refused(Advice::CheckProxy), "does not speak HTTP"),
        (Answer::Oversized, &with, refused(Advice::CheckProxy), "answered with a head of more than 16384 bytes"),
    ] {
        let source = judge(&answer, proxy, ("host", 443)).err();
        assert_eq!(source.as_ref().map(|source| (source.kind, source.advice.unwrap())), expected, "{answer:?}");
        let detail = source.map_or_else(String::new, |source| source.detail);
        assert!(detail.contains(words) && !detail.contains("user:") && !detail.contains("password@"), "{detail}");
        assert!(detail.is_empty() || detail.starts_with("the proxy proxy:3128 "), "{detail}");
    }
}

#[test]
fn what_is_asked() {
    let user_agent = HeaderValue::from_static("test/1");
    let asked = |url: &str, target| {
        let bytes = request(&Proxy::parse(url).unwrap(), target, &user_agent);
        assert_eq!(bytes.len(), bytes.capacity(), "it has not grown");
        String::from_utf8(bytes.to_vec()).unwrap()
    };
    assert_eq!(
        asked("http://proxy:1", ("host.example", 443)),
        "CONNECT host.example:443 HTTP/1.1\r\nHost: host.example:443\r\nUser-Agent: test/1\r\n\r\n"
    );
    assert_eq!(
        asked("http://user:password@proxy:1", ("[::1]", 8443)),
        "CONNECT [::1]:8443 HTTP/1.1\r\nHost: [::1]:8443\r\nUser-Agent: test/1\r\n\
         Proxy-Authorization: Basic dXNlcjpwYXNzd29yZA==\r\n\r\n"
    );
}

#[test]
fn what_fails_behind_the_tunnel_names_the_proxy() {
    let proxy = Proxy::parse("http://user:password@proxy:1").unwrap();
    let tls = Source { advice: Some(Advice::TrustIssuer), ..Source::new(ErrorKind::Tls, "it is not trusted") };
    let source = failed_behind(&proxy, tls);
    assert_eq!(source.detail, "it is not trusted (through the proxy proxy:1, which may intercept TLS)");
    assert_eq!((source.kind, source.advice), (ErrorKind::Tls, Some(Advice::TrustIssuer)));
    let source = failed_behind(&proxy, Source::closed());
    assert_eq!(source.detail, "the other side closed the connection (through the proxy proxy:1)");
    let not_tls = Source { tls_reason: Some(TlsReason::NotTls), ..Source::new(ErrorKind::Tls, "") };
    assert_eq!(failed_behind(&proxy, not_tls).kind, ErrorKind::ProxyRefused);
}
