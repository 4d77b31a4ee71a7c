//! Takes pictures of the emulator's page: `cargo run -p mpa-tests --bin write-screenshots`. One is for
//! `emulator/README.md`; all of them are for looking at, in `target/screenshots`.

use std::path::Path;
use std::process::ExitCode;
use std::{fs, io};

use mpa_emulator::{Emulator, Options};
use mpa_tests::browser::Browser;
use mpa_tests::header::repository;
use mpa_tests::traffic;

fn main() -> ExitCode {
    let folder = repository().join("target/screenshots");
    match write(&folder) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{} could not be written: {error}", folder.display());
            ExitCode::FAILURE
        }
    }
}

fn write(folder: &Path) -> io::Result<()> {
    fs::create_dir_all(folder)?;
    let emulator = Emulator::start(Options::default()).map_err(io::Error::other)?;
    let Some(browser) = Browser::start(folder) else { return Ok(()) };
    let save = |path: &Path| -> io::Result<()> {
        fs::write(path, browser.screenshot())?;
        println!("wrote {}", path.display());
        Ok(())
    };
    for (name, scheme, width, height) in
        [("light", "light", 1120, 620), ("dark", "dark", 1120, 620), ("narrow", "light", 360, 740)]
    {
        browser.resize(width, height);
        browser.prefer(scheme);
        browser.open(&format!("{}/emulator/", emulator.url()));
        browser.wait_until("document.querySelector('#connection').dataset.state === 'open'");
        if name == "light" {
            traffic::example(&emulator);
        }
        browser.wait_until("document.querySelectorAll('#rows .row').length > 5");
        for (part, prepare) in [
            (
                "requests",
                "[...document.querySelectorAll('#rows .row')].find((row) => row.textContent.includes('400')).click();",
            ),
            (
                "invites",
                "[...document.querySelectorAll('.card button.primary')].slice(0, 8).filter((_, index) => index === 0 || index > 5).forEach((button) => button.click());",
            ),
            ("met", "document.querySelector('.players button').click();"),
            ("activities", ""),
            ("meters", ""),
            ("faults", ""),
            ("advice", ""),
        ] {
            browser.run(&format!("location.hash = '{part}';"));
            browser.wait_until(&format!("!document.querySelector('#{part}').hidden"));
            browser.run(prepare);
            // Until what the emulator is asked for is there.
            browser.run_async("await new Promise((done) => setTimeout(done, 700));");
            browser.run("document.querySelector('main').scrollTop = 0;");
            save(&folder.join(format!("{part}-{name}.png")))?;
            if (part, name) == ("requests", "light") {
                save(&repository().join("emulator/page.png"))?;
            }
        }
    }
    Ok(())
}
