//! A browser without a window: Chromium, driven by the WebDriver protocol of its driver.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::Path;
use std::process::{Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use serde_json::{Value, json};

use crate::build::Tool;
use crate::process::Running;

pub const CHROMIUM: Tool = Tool { name: "chromium", package: "chromium" };
pub const DRIVER: Tool = Tool { name: "chromedriver", package: "chromium-driver" };

/// How long a page may take for what is waited for. A busy machine needs most of it.
const LIMIT: Duration = Duration::from_secs(30);
const POLL_INTERVAL: Duration = Duration::from_millis(20);

/// Keys as WebDriver writes them.
pub mod keys {
    pub const TAB: &str = "\u{e004}";
    pub const ENTER: &str = "\u{e007}";
    pub const ESCAPE: &str = "\u{e00c}";
    pub const END: &str = "\u{e010}";
    pub const HOME: &str = "\u{e011}";
    pub const UP: &str = "\u{e013}";
    pub const DOWN: &str = "\u{e015}";
}

/// The name under which WebDriver returns an element.
const ELEMENT: &str = "element-6066-11e4-a52e-4f735466cecf";

/// A browser with one page. It ends when dropped.
pub struct Browser {
    _driver: Running,
    port: u16,
    session: String,
}

impl Browser {
    /// `None` where Chromium or its driver is missing and skips were asked for. `folder` is for its files.
    pub fn start(folder: &Path) -> Option<Self> {
        if !CHROMIUM.is_there() || !DRIVER.is_there() {
            return None;
        }
        let (driver, port) = (0..DRIVER_STARTS).find_map(|_| start_driver(folder)).expect("the driver prints its port");
        // Root has no sandbox, and containers little shared memory. Nothing but the tested page is opened.
        let arguments = [
            "--headless=new",
            "--no-sandbox",
            "--disable-dev-shm-usage",
            "--disable-gpu",
            "--disable-background-networking",
            "--no-first-run",
            "--hide-scrollbars",
            "--window-size=1280,800",
        ];
        let capabilities = json!({"capabilities": {"alwaysMatch": {
            "browserName": "chrome",
            "timeouts": {"script": LIMIT.as_millis(), "pageLoad": LIMIT.as_millis()},
            "goog:loggingPrefs": {"browser": "ALL", "performance": "ALL"},
            "goog:chromeOptions": {"args": arguments},
        }}});
        let created = request(port, "POST", "/session", &capabilities);
        let session = created["sessionId"].as_str().expect("a session has an id").to_owned();
        Some(Self { _driver: driver, port, session })
    }

    fn call(&self, method: &str, path: &str, body: &Value) -> Value {
        request(self.port, method, &format!("/session/{}/{path}", self.session), body)
    }

    /// Opens an address and waits until it is loaded.
    pub fn open(&self, url: &str) {
        self.call("POST", "url", &json!({ "url": url }));
    }

    /// Runs the body of a function in the page, and returns what it returns; of a promise, its value.
    pub fn run(&self, script: &str) -> Value {
        self.call("POST", "execute/sync", &json!({"script": script, "args": []}))
    }

    /// The same with `await` in it.
    pub fn run_async(&self, script: &str) -> Value {
        self.run(&format!("return (async () => {{ {script} }})();"))
    }

    /// Waits until an expression is true in the page.
    #[track_caller]
    pub fn wait_until(&self, expression: &str) {
        let deadline = Instant::now() + LIMIT;
        while self.run(&format!("return Boolean({expression});")) != Value::Bool(true) {
            assert!(
                Instant::now() < deadline,
                "not within {LIMIT:?}: {expression}\nThe page says: {}\nConsole: {:?}",
                self.text("body"),
                self.console()
            );
            thread::sleep(POLL_INTERVAL);
        }
    }

    /// The text that can be seen of the first element for a selector.
    pub fn text(&self, selector: &str) -> String {
        let found = self.run(&format!("return document.querySelector({})?.innerText ?? '';", json!(selector)));
        found.as_str().unwrap_or_default().to_owned()
    }

    /// The first element for a selector, which must be there.
    #[track_caller]
    fn element(&self, selector: &str) -> String {
        let found = self.call("POST", "element", &json!({"using": "css selector", "value": selector}));
        found[ELEMENT].as_str().expect("an element has an id").to_owned()
    }

    /// Clicks as a user does: the element must be in view and not covered.
    #[track_caller]
    pub fn click(&self, selector: &str) {
        self.call("POST", &format!("element/{}/click", self.element(selector)), &json!({}));
    }

    /// Types into an element, in place of what is there.
    #[track_caller]
    pub fn fill(&self, selector: &str, text: &str) {
        self.call("POST", &format!("element/{}/clear", self.element(selector)), &json!({}));
        self.type_into(selector, text);
    }

    /// The same without clearing it before. Into a field for files, the path of one.
    #[track_caller]
    pub fn type_into(&self, selector: &str, text: &str) {
        self.call("POST", &format!("element/{}/value", self.element(selector)), &json!({ "text": text }));
    }

    /// Presses keys, one after the other, wherever the focus is.
    pub fn press(&self, keys: &str) {
        let actions: Vec<_> = keys
            .chars()
            .flat_map(|key| ["keyDown", "keyUp"].map(|action| json!({"type": action, "value": key})))
            .collect();
        self.call("POST", "actions", &json!({"actions": [{"type": "key", "id": "keyboard", "actions": actions}]}));
    }

    fn command(&self, name: &str, parameters: &Value) {
        self.call("POST", "goog/cdp/execute", &json!({"cmd": name, "params": parameters}));
    }

    /// The size of the page, in CSS pixels.
    pub fn resize(&self, width: u32, height: u32) {
        let size = json!({"width": width, "height": height, "deviceScaleFactor": 1, "mobile": false});
        self.command("Emulation.setDeviceMetricsOverride", &size);
    }

    /// Whether the user prefers a `light` or a `dark` page.
    pub fn prefer(&self, scheme: &str) {
        let feature = json!({"features": [{"name": "prefers-color-scheme", "value": scheme}]});
        self.command("Emulation.setEmulatedMedia", &feature);
    }

    /// What is in view, as PNG.
    pub fn screenshot(&self) -> Vec<u8> {
        let image = self.call("GET", "screenshot", &Value::Null);
        BASE64_STANDARD.decode(image.as_str().unwrap_or_default()).expect("an image is Base64")
    }

    /// What the console has shown since the last call.
    pub fn console(&self) -> Vec<String> {
        let entries = self.call("POST", "se/log", &json!({"type": "browser"}));
        entries.as_array().into_iter().flatten().map(|entry| entry["message"].to_string()).collect()
    }

    /// The addresses that were requested since the last call.
    pub fn requested(&self) -> Vec<String> {
        let entries = self.call("POST", "se/log", &json!({"type": "performance"}));
        let messages = entries.as_array().into_iter().flatten().filter_map(|entry| entry["message"].as_str());
        let events = messages.filter_map(|message| serde_json::from_str::<Value>(message).ok());
        let sent = events.filter(|event| event["message"]["method"] == "Network.requestWillBeSent");
        sent.filter_map(|event| Some(event["message"]["params"]["request"]["url"].as_str()?.to_owned())).collect()
    }
}

impl Drop for Browser {
    fn drop(&mut self) {
        // Ends the browser, which the driver leaves running when it is killed. A failing test drops this
        // while it unwinds, so an error is none here.
        let path = format!("/session/{}", self.session);
        let _ = exchange(self.port, "DELETE", &path, &Value::Null);
    }
}

/// The driver ends at once where the port that it took for IPv4 is in use for IPv6.
const DRIVER_STARTS: usize = 5;

fn start_driver(folder: &Path) -> Option<(Running, u16)> {
    let mut command = Command::new(DRIVER.name);
    command.arg("--port=0").env("HOME", folder).stdout(Stdio::piped()).stderr(Stdio::null());
    let mut driver = Running::start(&mut command);
    let lines = driver.lines();
    while let Ok(line) = lines.recv_timeout(LIMIT) {
        // The first line names the port that it was asked for, 0.
        let (_, rest) = line.rsplit_once(" on port ").unwrap_or_default();
        if let Ok(port @ 1..) = rest.trim_end_matches('.').parse::<u16>() {
            return Some((driver, port));
        }
    }
    None
}

/// Makes a call of the driver that must succeed.
#[track_caller]
fn request(port: u16, method: &str, path: &str, body: &Value) -> Value {
    let answer = exchange(port, method, path, body).unwrap_or_else(|error| panic!("the driver, {path}: {error}"));
    let value = answer["value"].clone();
    assert!(value.get("error").is_none(), "{method} {path} {body}: {value}");
    value
}

/// The driver speaks plain HTTP/1.1 on loopback, and always names the length of a body.
fn exchange(port: u16, method: &str, path: &str, body: &Value) -> std::io::Result<Value> {
    let body = if body.is_null() { String::new() } else { body.to_string() };
    let mut stream = TcpStream::connect(("127.0.0.1", port))?;
    stream.set_read_timeout(Some(2 * LIMIT))?;
    write!(
        stream,
        "{method} {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nContent-Type: application/json\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{body}",
        body.len()
    )?;
    let mut reader = BufReader::new(stream);
    let mut length = 0;
    loop {
        let mut line = String::new();
        if reader.read_line(&mut line)? == 0 || line == "\r\n" {
            break;
        }
        if let Some((name, value)) = line.split_once(':')
            && name.eq_ignore_ascii_case("content-length")
        {
            length = value.trim().parse().unwrap_or(0);
        }
    }
    let mut bytes = vec![0; length];
    reader.read_exact(&mut bytes)?;
    serde_json::from_slice(&bytes).map_err(std::io::Error::other)
}
