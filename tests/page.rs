//! The emulator's page in a real browser: Chromium without a window.

#[path = "page/reconnecting.rs"]
mod reconnecting;

use std::fs;
use std::io::{Read, Write};
use std::net::TcpStream;
use std::process::Command;
use std::time::{SystemTime, UNIX_EPOCH};

use mpa::ffi::invite::mpa_server_invite;
use mpa_emulator::{Emulator, Options};
use mpa_tests::browser::{Browser, keys};
use mpa_tests::build::{GCC, Tool, link_arguments, run, scratch, source};
use mpa_tests::c::{self, Client, Outcome, init, text};
use mpa_tests::header::repository;
use mpa_tests::traffic::{self, send_many};
use serde_json::{Value, json};

const PARTS: [&str; 7] = ["requests", "invites", "met", "activities", "meters", "faults", "advice"];

fn start() -> Emulator {
    Emulator::start(Options::default()).unwrap()
}

/// A browser that shows the page of an emulator, connected.
fn open(emulator: &Emulator) -> Option<Browser> {
    open_at(emulator.url())
}

fn open_at(url: &str) -> Option<Browser> {
    let browser = Browser::start(&scratch("browser"))?;
    browser.open(&format!("{url}/emulator/"));
    browser.wait_until("document.querySelector('#connection').dataset.state === 'open'");
    Some(browser)
}

/// The library invites one user.
fn invite(emulator: &Emulator, user: u64, connection_string: &str) -> Outcome {
    let client = Client::open(&c::config(emulator.url()));
    client.send_server_invite(&mpa_server_invite {
        sender: 1_000,
        invited_users: &user,
        invited_user_count: 1,
        connection_string: text(connection_string),
        ..init()
    })
}

/// Nothing is in the console, and nothing was requested from elsewhere.
#[track_caller]
fn check_quiet(browser: &Browser, emulator: &Emulator) {
    assert_eq!(browser.console(), [""; 0]);
    let requested = browser.requested();
    assert!(requested.len() > 5, "{requested:?}");
    let is_own = |url: &&String| {
        url.starts_with(&format!("{}/", emulator.url())) || url.starts_with("data:") || url.starts_with("blob:")
    };
    assert_eq!(requested.iter().filter(|url| !is_own(url)).collect::<Vec<_>>(), [""; 0]);
}

fn now_ms() -> f64 {
    SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs_f64() * 1000.0
}

#[test]
fn its_functions_return_what_they_should() {
    let emulator = start();
    let Some(browser) = open(&emulator) else { return };
    let failures = browser.run_async(&fs::read_to_string(source("page/unit.js")).unwrap());
    assert_eq!(failures, json!([]));
    check_quiet(&browser, &emulator);
}

#[test]
fn an_invite_appears_and_is_accepted() {
    let emulator = start();
    let Some(browser) = open(&emulator) else { return };
    browser.run(
        "new MutationObserver(() => { window.appeared ??= performance.timeOrigin + performance.now(); })
             .observe(document.querySelector('#rows'), { childList: true });",
    );
    let sent = now_ms();
    assert_eq!(
        invite(&emulator, 2_814_613_765_430_389, "<img src=x onerror='document.title=1'>&map=a b").status,
        "MPA_OK"
    );
    browser.wait_until("window.appeared");
    println!("an invite appeared after {:.0} ms", browser.run("return window.appeared;").as_f64().unwrap() - sent);
    let row = browser.text("#rows .row");
    assert!(row.contains("204") && row.contains("Server invite") && row.contains("2814613765430389"), "{row}");

    browser.click("nav a[href='#invites']");
    browser.wait_until("document.querySelector('.card')");
    browser.click(".card button.primary");
    let card = browser.text(".card");
    let uri = "ms-xbl-7://inviteAccept?invitedUser=2814613765430389&sender=1000&connectionString=\
               %3Cimg%20src=x%20onerror='document.title=1'%3E%26map=a%20b";
    for expected in
        [uri, "<img src=x onerror='document.title=1'>&map=a b", "Some games will not get this connection string whole."]
    {
        assert!(card.contains(expected), "{expected} in {card}");
    }
    assert_eq!(
        browser.run("return [document.title, document.querySelectorAll('img').length];"),
        json!(["mpa-emulator", 0])
    );
    check_quiet(&browser, &emulator);
}

/// What a developer sees who has the page open and runs the quickstart.
#[test]
fn the_calls_of_the_quickstart_appear() {
    let started = now_ms();
    let emulator = start();
    let Some(browser) = open(&emulator) else { return };
    let program = scratch("quickstart").join("quickstart");
    let mut compile = Command::new(GCC.name);
    compile.arg(repository().join("examples/quickstart.c")).args(link_arguments()).arg("-o").arg(&program);
    run(&mut compile);
    browser.run(
        "window.appeared = [];
         const rows = document.querySelector('#rows');
         new MutationObserver(() => {
             const now = performance.timeOrigin + performance.now();
             while (appeared.length < rows.querySelectorAll('.row').length) { appeared.push(now); }
         }).observe(rows, { childList: true });",
    );
    run(Command::new(&program).args([emulator.url(), "7"]));
    browser.wait_until("window.appeared.length === 4");
    let appeared = browser.run("return window.appeared;");
    let waits: Vec<f64> = emulator
        .requests(7)
        .iter()
        .zip(appeared.as_array().unwrap())
        .map(|(request, appeared)| (appeared.as_f64().unwrap() - started - request.at_ms as f64).round())
        .collect();
    println!("the calls of the quickstart appeared so many ms after they arrived, or sooner: {waits:?}");
    let rows = browser.run(
        "const place = (row) => Number(row.getAttribute('aria-rowindex'));
         return [...document.querySelectorAll('#rows .row')].sort((a, b) => place(b) - place(a)).map((row) => ['.call', '.from', '.count', '.status'].map((cell) => row.querySelector(cell).textContent));",
    );
    let expected = json!([
        ["Invite", "1234567890", "2", "204"],
        ["Server invite", "2535400000000001", "16", "204"],
        ["Server invite", "2535400000000001", "4", "204"],
        ["Recent player groups", "service", "2", "204"],
    ]);
    assert_eq!(rows, expected);

    browser.click("nav a[href='#invites']");
    // A card a user: two of them are invited by the player too.
    browser.wait_until("document.querySelectorAll('.card').length === 20");
    browser.click(".card button.primary");
    let card = browser.text(".card");
    assert!(card.contains("ms-xbl-7://inviteAccept?") && card.contains("203.0.113.7:7777"), "{card}");
    check_quiet(&browser, &emulator);
}

#[test]
fn a_request_opens_without_its_secrets() {
    let emulator = start();
    let Some(browser) = open(&emulator) else { return };
    invite(&emulator, 1, "<script>document.title = 1</script>");
    browser.wait_until("document.querySelector('#rows .row')");
    browser.click("#rows .row");
    let details = browser.text("#details");
    for expected in
        ["/titles/7/invites/server", "<script>document.title = 1</script>", "curl -i -X POST", "XBL3.0 x=-;TOKEN"]
    {
        assert!(details.contains(expected), "{expected} in {details}");
    }
    assert!(!browser.text("body").contains(c::TOKEN), "{details}");
    assert_eq!(browser.run("return [document.title, document.scripts.length];"), json!(["mpa-emulator", 1]));
    // The command repeats the request; the token of it is the only thing to fill in, and any will do.
    let command = browser.run("return [...document.querySelectorAll('#details code')].at(-1).textContent;");
    run(Command::new("sh").args(["-c", command.as_str().unwrap()]));
    browser.wait_until("document.querySelectorAll('#rows .row').length === 2");
    let [first, second] = &emulator.requests(7)[..] else { panic!("two requests") };
    assert_eq!((first.json(), first.status), (second.json(), second.status));
    check_quiet(&browser, &emulator);
}

#[test]
fn a_fault_that_is_set_on_the_page_strikes_the_next_call() {
    let emulator = start();
    let Some(browser) = open(&emulator) else { return };
    browser.click("nav a[href='#faults']");
    browser.fill("[name=status]", "500");
    browser.fill("[name=next]", "1");
    browser.click("#faults form .primary");
    browser.wait_until("document.querySelector('.rules li')");
    let lines = browser.text("#faults");
    for expected in
        ["--fault 'status:status=500,next=1'", "emulator.set_faults(Titles::All, &[\"status:status=500,next=1\"])?;"]
    {
        assert!(lines.contains(expected), "{expected} in {lines}");
    }
    let failed = invite(&emulator, 1, "a");
    assert_eq!(failed.result.http_status, 500, "{}", failed.message);
    // It is used up, which the page shows by itself.
    browser.wait_until("!document.querySelector('.rules li')");
    assert_eq!(invite(&emulator, 1, "a").status, "MPA_OK");

    // What is refused is said, and nothing is changed.
    browser.fill("[name=share]", "0.5");
    browser.run("document.querySelector('[name=status]').value = '99';");
    browser.click("#faults form .primary");
    browser.wait_until("document.querySelector('#faults .error').textContent.includes('status must be')");
    // That response is the only thing that the console shows.
    let console = browser.console();
    assert!(console.len() == 1 && console[0].contains("400"), "{console:?}");

    browser.click("nav a[href='#faults']");
    browser.run("for (const button of document.querySelectorAll('#faults button')) { if (button.textContent === 'Use the documented limits') button.click(); }");
    browser.wait_until("document.querySelector('#faults').textContent.includes('On.')");
    let limited = (0..8).map(|_| invite(&emulator, 1, "a").result.http_status).collect::<Vec<_>>();
    assert_eq!(limited.last(), Some(&429), "{limited:?}");
    browser.click("nav a[href='#meters']");
    browser.wait_until("document.querySelector('#meters').innerText.includes('1 rejected')");
    assert!(browser.text("#meters").contains("7 of 7 in 15 s"), "{}", browser.text("#meters"));
    browser.requested();
}

#[test]
fn ten_thousand_requests_are_kept_and_few_are_elements() {
    let emulator = start();
    send_many(&emulator, 600);
    let Some(browser) = open(&emulator) else { return };
    browser.wait_until("document.querySelector('#shown').textContent === '500 of 500 shown'");
    let started = now_ms();
    send_many(&emulator, 10_000);
    browser.wait_until(
        "document.querySelector('#shown').textContent === '10,000 of 10,000 shown · 500 older ones dropped'",
    );
    println!("10,000 requests were shown after {:.0} ms", now_ms() - started);
    let elements = || browser.run("return document.querySelectorAll('#rows .row').length;").as_u64().unwrap();
    assert!(elements() < 100, "{}", elements());
    // To the oldest and back.
    browser.click("#rows .row[aria-rowindex='3']");
    browser.press(keys::END);
    browser.wait_until("document.activeElement.getAttribute('aria-rowindex') === '10001'");
    assert!(elements() < 100, "{}", elements());
    browser.press(keys::HOME);
    browser.wait_until("document.activeElement.getAttribute('aria-rowindex') === '2'");
    // New rows do not move those that are read further down; a pause keeps all of them.
    browser.run("document.querySelector('#timeline').scrollTop = 3000;");
    browser.wait_until("document.querySelector('#rows .row[aria-rowindex=\"100\"]')");
    browser.run("window.row = document.querySelector('#rows .row[aria-rowindex=\"100\"]');");
    let place = || browser.run("return [row.isConnected, row.getBoundingClientRect().top];");
    let before = place();
    send_many(&emulator, 10);
    browser.wait_until("document.querySelector('#shown').textContent.includes('510 older ones dropped')");
    assert_eq!((place(), browser.run("return row.getAttribute('aria-rowindex');")), (before, json!("110")));
    browser.click("#pause");
    send_many(&emulator, 10);
    browser.wait_until("document.querySelector('#shown').textContent.includes('paused, 10 new')");
    assert_eq!(browser.run("return row.getAttribute('aria-rowindex');"), json!("110"));
    browser.click("#pause");
    assert!(elements() < 100, "{}", elements());
    browser.fill("#search", "no such text");
    browser.wait_until("document.querySelector('#shown').textContent.startsWith('0 of 10,000')");
    browser.click("#clear");
    browser.wait_until("document.querySelector('#shown').textContent === '0 of 0 shown'");
    check_quiet(&browser, &emulator);
}

#[test]
fn it_works_with_a_keyboard_alone() {
    let emulator = start();
    let Some(browser) = open(&emulator) else { return };
    for user in 1..=3 {
        invite(&emulator, user, "a");
    }
    browser.wait_until("document.querySelectorAll('#rows .row').length === 3");
    let focus = || {
        browser.run("return document.activeElement.id || document.activeElement.getAttribute('aria-rowindex') || document.activeElement.textContent.trim();")
    };
    let tabs_to = |wanted: &str| {
        for _ in 0..40 {
            if focus() == wanted {
                // The focus can be seen.
                let outline = browser.run("return getComputedStyle(document.activeElement).outlineStyle;");
                assert_eq!(outline, "solid", "{wanted}");
                return;
            }
            browser.press(keys::TAB);
        }
        panic!("{wanted} is not reached");
    };
    tabs_to("Skip to content");
    browser.press("/");
    assert_eq!(focus(), "search");
    tabs_to("pause");
    tabs_to("2");
    browser.press(keys::DOWN);
    assert_eq!(focus(), "3");
    browser.press(keys::ENTER);
    assert_eq!(focus(), "details-name");
    browser.press(keys::ESCAPE);
    assert_eq!((focus(), browser.text("#details")), (json!("3"), String::new()));
    browser.press(keys::UP);
    assert_eq!(focus(), "2");

    browser.run("document.activeElement.blur();");
    tabs_to("Invites 3");
    browser.press(keys::ENTER);
    browser.wait_until("document.querySelector('.card')");
    tabs_to("Accept");
    browser.press(keys::ENTER);
    browser.wait_until("document.querySelector('.card').innerText.includes('ms-xbl-7://')");
    check_quiet(&browser, &emulator);
}

#[test]
fn a_scenario_is_loaded_from_a_file_and_saved_to_one() {
    let emulator = start();
    let Some(browser) = open(&emulator) else { return };
    browser.click("nav a[href='#faults']");
    let file = scratch("scenario").join("scenario.json");
    fs::write(&file, r#"{"clock": {"offset_ms": 60000}, "faults": [{"fault": "reset", "next": 3}], "titles": {}}"#)
        .unwrap();
    browser.type_into("#faults input[type=file]", file.to_str().unwrap());
    browser.wait_until("document.querySelector('.rules')?.innerText.includes('reset:next=3')");
    browser.wait_until("document.querySelector('#faults').innerText.includes('1 minute ahead')");
    // What is downloaded is not on a disk here: the page makes it of this.
    browser.run(
        "URL.createObjectURL = (blob) => { window.saved = blob.text(); return 'data:,'; };
         [...document.querySelectorAll('#faults button')].find((button) => button.textContent === 'Save as a file').click();",
    );
    browser.wait_until("window.saved");
    let saved = browser.run_async("return JSON.parse(await window.saved);");
    assert_eq!((&saved["clock"]["offset_ms"], &saved["faults"][0]["next"]), (&json!(60_000), &json!(3)), "{saved}");
    check_quiet(&browser, &emulator);
}

/// axe-core finds what users of screen readers and of keyboards would stumble over.
const AXE: &str = "axe-core@4.10.3";
const NPM: Tool = Tool { name: "npm", package: "npm" };

#[test]
fn it_is_accessible_and_fits_a_telephone() {
    let emulator = start();
    traffic::example(&emulator);
    let Some(browser) = open(&emulator) else { return };
    for (width, height) in [(1280, 800), (360, 740)] {
        browser.resize(width, height);
        for part in PARTS {
            browser.run(&format!("location.hash = '{part}';"));
            browser.wait_until(&format!("!document.querySelector('#{part}').hidden"));
            let sizes = browser.run("return [document.documentElement.scrollWidth, document.querySelector('main').scrollWidth, innerWidth];");
            assert!(
                sizes[0].as_u64() <= sizes[2].as_u64() && sizes[1].as_u64() <= sizes[2].as_u64(),
                "{part}: {sizes}"
            );
        }
    }
    if !NPM.is_there() {
        return;
    }
    let folder = scratch("axe");
    run(Command::new(NPM.name).args(["pack", "--silent", AXE]).current_dir(&folder));
    run(Command::new("tar").args(["xzf", "axe-core-4.10.3.tgz"]).current_dir(&folder));
    browser.run(&fs::read_to_string(folder.join("package/axe.min.js")).unwrap());
    browser.resize(1280, 800);
    for scheme in ["light", "dark"] {
        browser.prefer(scheme);
        for part in PARTS {
            browser.run(&format!("location.hash = '{part}';"));
            browser.wait_until(&format!("!document.querySelector('#{part}').hidden"));
            browser.run("document.querySelector('.card button.primary, #rows .row, .players button')?.click();");
            let found = browser.run_async(
                "const { violations } = await axe.run();
                 return violations.map(({ impact, id, nodes }) => [impact, id, nodes[0].html, nodes[0].failureSummary]);",
            );
            let found = found.as_array().unwrap();
            let serious: Vec<&Value> =
                found.iter().filter(|finding| finding[0] == "serious" || finding[0] == "critical").collect();
            assert!(serious.is_empty(), "{scheme}, {part}: {serious:#?}");
            found.iter().for_each(|finding| println!("{scheme}, {part}: {finding}"));
        }
    }
}

#[test]
fn it_is_small_and_quick() {
    let emulator = start();
    let Some(browser) = open(&emulator) else { return };
    let files = fs::read_dir(repository().join("emulator/page")).unwrap();
    let bytes: u64 = files.map(|file| file.unwrap().metadata().unwrap().len()).sum();
    assert!(bytes <= 100_000, "{bytes}");
    // The first one starts what the browser starts only once.
    let paints = [(); 6].map(|()| {
        browser.open(&format!("{}/emulator/", emulator.url()));
        browser.wait_until("performance.getEntriesByName('first-contentful-paint').length");
        let paint = browser.run("return performance.getEntriesByName('first-contentful-paint')[0].startTime;");
        paint.as_f64().unwrap().round()
    });
    println!("the page has {bytes} bytes; first paint, in ms, of one load after the other: {paints:?}");
}

#[test]
fn the_page_is_not_served_to_other_origins() {
    let emulator = start();
    let mut stream = TcpStream::connect(emulator.url().strip_prefix("http://").unwrap()).unwrap();
    stream.write_all(b"GET /emulator/ HTTP/1.1\r\nHost: example.com\r\nConnection: close\r\n\r\n").unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    assert!(answer.starts_with("HTTP/1.1 421 "), "{answer}");
}
