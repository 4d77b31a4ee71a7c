//! The files of the page, and the headers of their responses.

use crate::client::{Client, start};
use crate::requests::Request;

#[test]
fn the_page_comes_with_a_strict_policy() {
    let emulator = start();
    let mut client = Client::connect(&emulator);
    for (path, content_type) in [
        ("/emulator", "text/html; charset=utf-8"),
        ("/emulator/", "text/html; charset=utf-8"),
        ("/emulator/page/page.js", "text/javascript; charset=utf-8"),
        ("/emulator/page/style.css", "text/css; charset=utf-8"),
    ] {
        let answer = client.get(path);
        assert_eq!((answer.status, answer.header("content-type")), (200, Some(content_type)), "{path}");
        let policy = answer.header("content-security-policy").unwrap();
        assert!(
            policy.starts_with("default-src 'none'; script-src 'self'; ") && !policy.contains("unsafe"),
            "{policy}"
        );
        assert!(policy.ends_with("base-uri 'none'; form-action 'none'; frame-ancestors 'none'"), "{policy}");
        assert_eq!(answer.header("x-content-type-options"), Some("nosniff"));
        assert_eq!(answer.header("referrer-policy"), Some("no-referrer"));
        assert_eq!(answer.header("cache-control"), Some("no-store"));
    }
    for path in ["/emulator/page/", "/emulator/page/none.js", "/emulator/page/..%2findex.html", "/emulator/index.html"]
    {
        assert_eq!(client.get(path).status, 404, "{path}");
    }
    // What a browser sends for an address that its user has typed in, and for a link on another site.
    for (site, status) in [("none", 200), ("cross-site", 403)] {
        let navigation =
            Request::new("GET", "/emulator/").with("Sec-Fetch-Site", site).with("Sec-Fetch-Mode", "navigate");
        assert_eq!(client.send(&navigation).status, status, "{site}");
    }
    assert_eq!(client.send(&Request::new("POST", "/emulator/")).status, 405);
    assert!(emulator.requests(0).is_empty(), "not logged");
}
