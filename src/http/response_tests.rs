use super::*;

/// What is read of these bytes, whether the response is complete with them, and whether the connection
/// can be used again. The same at once, byte by byte, and in two pieces.
fn read(bytes: &[u8]) -> (Result<bool, Malformed>, bool, Option<Response>) {
    let mut whole = ResponseReader::new(MAX_SHORT_RESPONSE);
    let is_complete = whole.push(bytes);
    let mut drip = ResponseReader::new(MAX_SHORT_RESPONSE);
    let mut drip_complete = Ok(false);
    for byte in bytes {
        drip_complete = drip.push(std::slice::from_ref(byte));
        if drip_complete.is_err() {
            break;
        }
    }
    assert_eq!(is_complete, drip_complete, "{:?}", String::from_utf8_lossy(bytes));
    assert_eq!(whole.is_reusable(), drip.is_reusable());
    if let Ok(is_complete) = is_complete {
        for place in 1..bytes.len().min(500) {
            let (first, second) = bytes.split_at(place);
            let mut pieces = ResponseReader::new(MAX_SHORT_RESPONSE);
            let pushed = pieces.push(first).and_then(|_| pieces.push(second));
            assert_eq!((pushed, pieces.is_reusable()), (Ok(is_complete), whole.is_reusable()), "{place}");
            let body = |reader: &ResponseReader| reader.answer.as_ref().map(|answer| answer.body.clone());
            assert_eq!(body(&pieces), body(&whole), "{place}");
        }
    }
    (is_complete, whole.is_reusable(), whole.finish())
}

struct Row {
    name: &'static str,
    response: String,
    status: u16,
    is_complete: bool,
    is_reusable: bool,
    body: &'static str,
}

fn row(name: &'static str, response: impl Into<String>, status: u16, ends: (bool, bool), body: &'static str) -> Row {
    let (is_complete, is_reusable) = ends;
    Row { name, response: response.into(), status, is_complete, is_reusable, body }
}

const KEPT: (bool, bool) = (true, true);
const CLOSED: (bool, bool) = (true, false);
const OPEN: (bool, bool) = (false, false);

#[test]
fn where_a_response_ends_and_whether_its_connection_stays() {
    let rows = [
        row("204", "HTTP/1.1 204 No Content\r\n\r\n", 204, KEPT, ""),
        row("no reason", "HTTP/1.1 204\r\n\r\n", 204, KEPT, ""),
        row("bare newlines", "HTTP/1.1 204 No Content\nA: b\n\n", 204, KEPT, ""),
        row("newlines before", "\r\n\r\nHTTP/1.1 204 No Content\r\n\r\n", 204, KEPT, ""),
        row("204, length 0", "HTTP/1.1 204 X\r\nContent-Length: 0\r\n\r\n", 204, KEPT, ""),
        row("204 that announces a body", "HTTP/1.1 204 X\r\nContent-Length: 4\r\n\r\n", 204, CLOSED, ""),
        row("204 that is chunked", "HTTP/1.1 204 X\r\nTransfer-Encoding: chunked\r\n\r\n", 204, CLOSED, ""),
        row("204 with a wrong length", "HTTP/1.1 204 X\r\nContent-Length: x\r\n\r\n", 204, CLOSED, ""),
        row("204 with more behind", "HTTP/1.1 204 X\r\n\r\nnull", 204, CLOSED, ""),
        row("two at once", "HTTP/1.1 204 X\r\n\r\nHTTP/1.1 204 X\r\n\r\n", 204, CLOSED, ""),
        row("304", "HTTP/1.1 304 X\r\nContent-Length: 4\r\n\r\n", 304, CLOSED, ""),
        row("close", "HTTP/1.1 204 X\r\nConnection: Close\r\n\r\n", 204, CLOSED, ""),
        row("close in a list", "HTTP/1.1 204 X\r\nConnection: a, close\r\n\r\n", 204, CLOSED, ""),
        row("HTTP/1.0", "HTTP/1.0 204 X\r\n\r\n", 204, CLOSED, ""),
        row("HTTP/1.2", "HTTP/1.2 204 X\r\n\r\n", 204, CLOSED, ""),
        row("length", "HTTP/1.1 400 X\r\nContent-Length: 3\r\n\r\nabc", 400, KEPT, "abc"),
        row("length, cut", "HTTP/1.1 400 X\r\nContent-Length: 4\r\n\r\nabc", 400, OPEN, "abc"),
        row("length, more", "HTTP/1.1 400 X\r\nContent-Length: 2\r\n\r\nabc", 400, CLOSED, "ab"),
        row("the same length twice", "HTTP/1.1 400 X\r\nContent-Length: 3, 3\r\n\r\nabc", 400, KEPT, "abc"),
        row("two lengths", "HTTP/1.1 400 X\r\nContent-Length: 3\r\nContent-Length: 2\r\n\r\nabc", 400, OPEN, "abc"),
        row("no number", "HTTP/1.1 400 X\r\nContent-Length: +3\r\n\r\nabc", 400, OPEN, "abc"),
        row(
            "too long a number",
            format!("HTTP/1.1 400 X\r\nContent-Length: {}\r\n\r\nabc", "9".repeat(40)),
            400,
            OPEN,
            "abc",
        ),
        row("until the end", "HTTP/1.1 400 X\r\n\r\nabc", 400, OPEN, "abc"),
        row(
            "chunked",
            "HTTP/1.1 400 X\r\nTransfer-Encoding: Chunked\r\n\r\n2;a=b\r\nab\r\n1\r\nc\r\n0\r\n\r\n",
            400,
            KEPT,
            "abc",
        ),
        row(
            "trailers",
            "HTTP/1.1 400 X\r\nTransfer-Encoding: chunked\r\n\r\n1\r\na\r\n0\r\nA: b\r\n\r\n",
            400,
            KEPT,
            "a",
        ),
        row(
            "chunked and a length",
            "HTTP/1.1 400 X\r\nContent-Length: 9\r\nTransfer-Encoding: chunked\r\n\r\n1\r\na\r\n0\r\n\r\n",
            400,
            CLOSED,
            "a",
        ),
        row("chunked, cut", "HTTP/1.1 400 X\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nab", 400, OPEN, "ab"),
        row(
            "chunked, no number",
            "HTTP/1.1 400 X\r\nTransfer-Encoding: chunked\r\n\r\n1\r\na\r\nzz\r\n",
            400,
            CLOSED,
            "a",
        ),
        row(
            "chunked, too much",
            "HTTP/1.1 400 X\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nabc\r\n0\r\n\r\n",
            400,
            CLOSED,
            "a",
        ),
        row("gzip, chunked", "HTTP/1.1 400 X\r\nTransfer-Encoding: gzip, chunked\r\n\r\nabc", 400, OPEN, "abc"),
        row(
            "interim",
            "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 X\r\nA: b\r\n\r\nHTTP/1.1 204 X\r\n\r\n",
            204,
            KEPT,
            "",
        ),
        row("switching", "HTTP/1.1 101 X\r\n\r\n", 101, OPEN, ""),
        row("folded", "HTTP/1.1 400 X\r\nA: b\r\n  c\r\nContent-Length: 1\r\n\r\na", 400, KEPT, "a"),
        row(
            "many headers",
            format!("HTTP/1.1 400 X\r\n{}Content-Length: 1\r\n\r\na", "X-A: b\r\n".repeat(500)),
            400,
            KEPT,
            "a",
        ),
        row(
            "control characters",
            "HTTP/1.1 403 \x01\0\r\nA: \x02\r\n\x03: b\r\nContent-Length: 1\r\n\r\na",
            403,
            KEPT,
            "a",
        ),
        row("no header", "HTTP/1.1 403 X\r\nnonsense\r\n: x\r\nContent-Length: 1\r\n\r\na", 403, KEPT, "a"),
        row("blank before the colon", "HTTP/1.1 403 X\r\nContent-Length : 1\r\n\r\na", 403, KEPT, "a"),
        row("a lone carriage return", "HTTP/1.1 403 X\r\nA: b\rc\r\nContent-Length: 1\r\n\r\na", 403, KEPT, "a"),
        row("blanks in the status line", "HTTP/1.1   403   X\r\nContent-Length: 1\r\n\r\na", 403, KEPT, "a"),
    ];
    for Row { name, response, status, is_complete, is_reusable, body } in rows {
        let (complete, reusable, answer) = read(response.as_bytes());
        let answer = answer.unwrap_or_else(|| panic!("{name}: no response"));
        assert_eq!((answer.status, complete, reusable), (status, Ok(is_complete), is_reusable), "{name}");
        assert_eq!(String::from_utf8_lossy(&answer.body), body, "{name}");
        assert!(!answer.has_oversized_head, "{name}");
    }
}

#[test]
fn what_is_not_http_is_found_out_at_its_first_bytes() {
    for bytes in ["SSH-2.0", "\x15\x03\x03", "<html>", "HTTP/2 200 OK\r\n\r\n", "ICY 200 OK", "http/1.1 204"] {
        assert_eq!(read(bytes.as_bytes()).0, Err(Malformed::NotHttp), "{bytes:?}");
    }
    for line in ["HTTP/1.1 20", "HTTP/1.1 2040 X", "HTTP/1.1204 X", "HTTP/1.x 204 X", "HTTP/1.1 abc", "HTTP/1. 204 X"] {
        assert_eq!(read(format!("{line}\r\n\r\n").as_bytes()).0, Err(Malformed::NotHttp), "{line}");
    }
    for bytes in ["", "\r\n", "HTT", "HTTP/1.1 204 No Content\r\nA: b\r\n"] {
        let (complete, _, answer) = read(bytes.as_bytes());
        assert_eq!((complete, answer.is_none()), (Ok(false), true), "{bytes:?}");
    }
}

#[test]
fn the_status_line_of_a_head_that_is_too_large_decides() {
    let long = "x".repeat(MAX_HEAD);
    for (head, retry_after) in [
        (format!("HTTP/1.1 429 X\r\nRetry-After: 7\r\nX: {long}"), Some("7")),
        (format!("HTTP/1.1 429 X\r\nRetry-After: 7\r\nX: {long}\r\n\r\n"), Some("7")),
        (format!("HTTP/1.1 429 X\r\n{}", "X: y\r\n".repeat(MAX_HEAD / 6 + 1)), None),
        (format!("HTTP/1.1 429 {long}"), None),
    ] {
        let mut reader = ResponseReader::new(MAX_SHORT_RESPONSE);
        assert_eq!(reader.push(head.as_bytes()), Ok(true));
        assert!(!reader.is_reusable());
        let answer = reader.finish().unwrap();
        assert_eq!((answer.status, answer.header("retry-after")), (429, retry_after));
        assert!(answer.has_oversized_head);
    }
    let largest = format!("HTTP/1.1 204 X\r\nX: {}\r\n\r\n", "x".repeat(MAX_HEAD - 23));
    assert_eq!(largest.len(), MAX_HEAD);
    let (complete, reusable, answer) = read(largest.as_bytes());
    assert_eq!((complete, reusable, answer.unwrap().has_oversized_head), (Ok(true), true, false));
}

#[test]
fn interim_responses_have_to_end() {
    let interim = "HTTP/1.1 100 Continue\r\n\r\n".repeat(MAX_HEAD / 25 + 1);
    assert_eq!(read(interim.as_bytes()).0, Err(Malformed::EndlessInterim));
}

#[test]
fn of_a_large_body_the_beginning_is_read() {
    let body = "x".repeat(MAX_SHORT_RESPONSE + 1);
    for headers in [format!("Content-Length: {}\r\n", body.len()), String::new()] {
        let mut reader = ResponseReader::new(MAX_SHORT_RESPONSE);
        assert_eq!(reader.push(format!("HTTP/1.1 400 X\r\n{headers}\r\n{body}").as_bytes()), Ok(true));
        assert!(!reader.is_reusable());
        assert_eq!(reader.finish().unwrap().body.len(), MAX_SHORT_RESPONSE);
    }
    let mut reader = ResponseReader::new(MAX_SHORT_RESPONSE);
    let chunked =
        format!("HTTP/1.1 400 X\r\nTransfer-Encoding: chunked\r\n\r\n{:x}\r\n{body}\r\n0\r\n\r\n", body.len());
    assert_eq!(reader.push(chunked.as_bytes()), Ok(true));
    assert!(!reader.is_reusable());
    let mut reader = ResponseReader::new(MAX_SHORT_RESPONSE);
    let exact =
        format!("HTTP/1.1 400 X\r\nContent-Length: {MAX_SHORT_RESPONSE}\r\n\r\n{}", "x".repeat(MAX_SHORT_RESPONSE));
    assert_eq!(reader.push(exact.as_bytes()), Ok(true));
    assert!(reader.is_reusable());
}

#[test]
fn chunk_lines_and_trailers_without_end_are_given_up() {
    let begin = "HTTP/1.1 400 X\r\nTransfer-Encoding: chunked\r\n\r\n";
    for endless in
        [format!("{begin}1;{}", "x".repeat(MAX_CHUNK_LINE)), format!("{begin}0\r\n{}", "x".repeat(MAX_CHUNK_LINE + 1))]
    {
        let mut reader = ResponseReader::new(MAX_SHORT_RESPONSE);
        assert_eq!(reader.push(endless.as_bytes()), Ok(true));
        assert!(!reader.is_reusable());
    }
}

#[test]
fn headers_are_found_by_their_names() {
    let (.., answer) = read(b"HTTP/1.1 503 X\r\nRetry-After: 5\r\nretry-after: 7\r\nX: a\xffb\r\nY: \r\n\r\n");
    let answer = answer.unwrap();
    assert_eq!(answer.header("RETRY-AFTER"), Some("5"));
    assert_eq!(answer.headers_named("retry-after").collect::<Vec<_>>(), ["5", "7"]);
    assert_eq!(answer.header("x"), Some("a\u{fffd}b"));
    assert_eq!((answer.header("y"), answer.header("z")), (Some(""), None));
}

#[test]
fn a_server_says_how_long_it_keeps_a_connection() {
    let keep_alive = |header: &str| {
        let mut reader = ResponseReader::new(MAX_SHORT_RESPONSE);
        reader.push(format!("HTTP/1.1 204 X\r\n{header}\r\n\r\n").as_bytes()).unwrap();
        reader.keep_alive_s()
    };
    assert_eq!(keep_alive("Keep-Alive: timeout=5, max=100"), Some(5));
    assert_eq!(keep_alive("keep-alive: max=100,Timeout= 7"), Some(7));
    assert_eq!(keep_alive("Keep-Alive: timeout=soon"), None);
    assert_eq!(keep_alive("A: b"), None);
}

#[test]
fn gzip_that_was_not_asked_for_is_undone() {
    let compress = |plain: &[u8]| {
        let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
        std::io::Write::write_all(&mut encoder, plain).unwrap();
        encoder.finish().unwrap()
    };
    let answer = |header: &str, body: &[u8]| {
        let head = format!("HTTP/1.1 400 X\r\nContent-Encoding: {header}\r\nContent-Length: {}\r\n\r\n", body.len());
        let mut reader = ResponseReader::new(MAX_SHORT_RESPONSE);
        assert_eq!(reader.push(&[head.as_bytes(), body].concat()), Ok(true));
        reader.finish().unwrap()
    };
    let plain = br#"{"errorCode": "RequestValidationError"}"#;
    let packed = compress(plain);
    for header in ["gzip", "GZIP", "x-gzip"] {
        let answer = answer(header, &packed);
        assert_eq!((&answer.body[..], answer.header("content-encoding")), (&plain[..], None));
    }
    // What cannot be undone stays, and is named by its header.
    let cut = &packed[..packed.len() - 12];
    for (header, body) in [("gzip", &plain[..]), ("gzip", b""), ("gzip", cut), ("br", &packed), ("gzip, gzip", &packed)]
    {
        let answer = answer(header, body);
        assert_eq!((&answer.body[..], answer.header("content-encoding")), (body, Some(header)));
    }
    let bomb = answer("gzip", &compress(&vec![b'x'; 10 * MAX_SHORT_RESPONSE]));
    assert_eq!(bomb.body.len(), MAX_SHORT_RESPONSE);
}

#[test]
fn memory_is_reserved_for_a_body_once_and_within_bounds() {
    let capacity = |length: u64| {
        let mut reader = ResponseReader::new(4 * 1024 * 1024);
        reader.push(format!("HTTP/1.1 200 X\r\nContent-Length: {length}\r\n\r\nsome").as_bytes()).unwrap();
        reader.finish().unwrap().body.capacity()
    };
    assert_eq!((capacity(5_000), capacity(65_536)), (5_000, 65_536));
    assert!(capacity(65_537) < 64 && capacity(u64::MAX / 2) < 64, "what a server says is not believed");
}
