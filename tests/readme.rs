//! The code of the README, of the header's first page and of the pages in `docs` compiles; the five steps send
//! an invite, and the code about outcomes says what its table says.

use std::fs;
use std::process::Command;

use mpa_emulator::{Emulator, Options};
use mpa_tests::build::{GPP, link_arguments, run, scratch};
use mpa_tests::header::{self, repository};

/// A piece of a program, with what stands around it.
fn whole(piece: &str) -> String {
    format!(
        "#include <mpa.h>\n#include <stdio.h>\nint main(void)\n{{\n\
         mpa_client client = {{ 0 }}; mpa_result result = MPA_INIT(mpa_result);\n\
         (void)client; (void)result;\n\
         {piece}\nreturn 0;\n}}\n"
    )
}

/// The five steps as a program: each of the README's pieces in C follows the one before.
fn five_steps() -> Vec<String> {
    let mut pieces = in_c("README.md");
    assert_eq!(pieces.len(), 5, "opening, submitting, polling, closing; and statistics");
    pieces.truncate(4);
    pieces
}

const TITLE_ID: u32 = 1_234_567_890;

/// The same program for the emulator: all else is as it stands on the page.
fn with_endpoint(program: &str, emulator: &Emulator) -> String {
    let title = format!("config.title_id = {TITLE_ID};");
    assert_eq!(program.matches(&title).count(), 1);
    program.replace(&title, &format!("{title} config.endpoint = \"{}\";", emulator.url()))
}

/// An emulator received one server invite, and the program printed once how it ended.
fn check_that_one_invite_was_sent(emulator: &Emulator, users: usize) {
    let printed = printed_by("readme");
    assert_eq!(printed.lines().count(), 1, "{printed}");
    assert!(printed.starts_with("request 7: "), "{printed}");
    let requests = emulator.requests(TITLE_ID);
    assert_eq!(requests.len(), 1);
    assert_eq!((requests[0].path.as_str(), requests[0].status), ("/titles/1234567890/invites/server", 204));
    assert_eq!(requests[0].json()["invitedUsers"].as_array().map(Vec::len), Some(users));
}

#[test]
fn the_pictures_are_what_the_library_makes_of_their_matches() {
    for (path, svg) in mpa_tests::pictures::files() {
        let drawn = fs::read_to_string(&path).unwrap_or_default();
        assert_eq!(drawn, svg, "{}: cargo run -p mpa-tests --bin write-pictures draws it", path.display());
    }
}

#[test]
fn the_five_steps_of_the_readme_send_an_invite() {
    let emulator = Emulator::start(Options::default()).expect("an emulator starts");
    let steps = five_steps().concat();
    let program = format!(
        "#include <mpa.h>\n#include <stdio.h>\nint main(void)\n{{\n{}return 0;\n}}\n",
        with_endpoint(&steps, &emulator)
    );
    compile("five_steps.c", &program);
    check_that_one_invite_was_sent(&emulator, 2);
}

#[test]
fn the_five_steps_of_the_header_send_an_invite() {
    let text = header::text();
    let (_, rest) = text.split_once("\n * FIVE STEPS").expect("the first page has the steps");
    let (steps, _) = rest.split_once("\n * CONVENTIONS").expect("the conventions follow");
    let code: String = steps.lines().skip(1).map(|line| format!("{}\n", line.trim_start_matches(" *"))).collect();
    let emulator = Emulator::start(Options::default()).expect("an emulator starts");
    let host = "int start_invites(const char *); void invite_player(uint64_t, uint64_t, uint64_t);\n\
        int update_invites(void); void stop_invites(void);\n";
    let program = format!(
        "#include <stdint.h>\n{host}{}\nvoid wait_for_next_frame(void) {{ }}\n\
         int main(void)\n{{\nif (!start_invites(\"XBL3.0 x=-;token\")) return 1;\n\
         invite_player(1, 2, 7); update_invites(); stop_invites(); return 0;\n}}\n",
        with_endpoint(&code, &emulator)
    );
    compile("first_page.c", &program);
    check_that_one_invite_was_sent(&emulator, 1);
}

#[test]
fn the_piece_of_the_readme_about_monitoring_compiles_without_a_warning() {
    compile("monitoring.c", &whole(in_c("README.md").last().expect("there are pieces")));
}

#[test]
fn the_piece_about_signing_in_compiles_without_a_warning() {
    let pieces = in_c("docs/signing-in.md");
    assert_eq!(pieces.len(), 1, "a configuration");
    // It ends before the configuration is used.
    compile("configuration.c", &whole(&format!("{}mpa_client_open(&config, &client, &result);\n", pieces[0])));
}

#[test]
fn the_piece_about_matches_compiles_without_a_warning() {
    let pieces = in_c("docs/matches.md");
    assert_eq!(pieces.len(), 1, "a match");
    compile("match.c", &whole(&pieces[0]));
}

#[test]
fn the_piece_about_renewing_compiles_in_cpp_without_a_warning() {
    if !GPP.is_there() {
        return;
    }
    let pieces = code("docs/signing-in.md", "cpp");
    assert_eq!(pieces.len(), 1, "the options of a dispatcher");
    let host = "#include <mpa_dispatcher.hpp>\n\
        void report_as_refused(const mpa::Authorization&);\n\
        std::optional<mpa::Authorization> ask_the_token_service(const std::atomic<bool>& stopping);\n";
    compile_cpp(
        "renewing.cpp",
        &format!(
            "{host}void serve(std::optional<mpa::Client> client);\n\
        void serve(std::optional<mpa::Client> client)\n{{\n{}}}\n",
            pieces[0]
        ),
        &["-c"],
    );
}

/// How invites of three users end: status, cause, acknowledged, uncertain, refused; what the page has the
/// player see, and what it has the game do.
const INVITES: [(&str, &str, [u32; 3], &str, &str); 11] = [
    ("OK", "OK", [3, 0, 0], "Invite sent.", ""),
    ("ERROR_UNCERTAIN", "ERROR_TIMED_OUT", [1, 1, 0], MAYBE, "later 1"),
    ("ERROR_UNCERTAIN", "ERROR_CLOSED", [0, 1, 0], MAYBE, "elsewhere 2"),
    ("ERROR_UNCERTAIN", "ERROR_TIMED_OUT", [0, 3, 0], MAYBE, ""),
    ("ERROR_INTERNAL", "OK", [0, 0, 0], MAYBE, ""),
    ("ERROR_THROTTLED", "OK", [1, 0, 1], "Invites are slow right now. Yours will be sent.", "later 2"),
    ("ERROR_UNAUTHORIZED", "OK", [0, 0, 3], "Invites are not available right now.", "later 3"),
    ("ERROR_ABANDONED", "ERROR_CLOSED", [0, 0, 0], "This server is closing. Invite from the next one.", "elsewhere 3"),
    ("ERROR_FORBIDDEN", "OK", [0, 0, 2], "The invite could not be sent.", "alert"),
    ("ERROR_REJECTED", "OK", [0, 0, 3], "The invite could not be sent.", "alert"),
    ("ERROR_CANCELLED", "OK", [0, 0, 0], "", ""),
];
const MAYBE: &str = "The invite may not have arrived. Ask your friend before you invite again.";

/// What `INVITES` expects, as the programs below print it.
fn expected() -> String {
    INVITES.iter().map(|(_, _, _, notice, done)| format!("{done}|{notice}\n")).collect()
}

/// A function that runs `invite_ended` for each of `INVITES`, in C and in C++.
fn checks(call: &str) -> String {
    let calls = INVITES.iter().map(|(status, cause, [acknowledged, uncertain, refused], ..)| {
        format!(
            "result.status = MPA_{status}; result.cause = MPA_{cause}; result.acknowledged = {acknowledged}u; \
             result.uncertain = {uncertain}u; result.refused = {refused}u;\n\
             notice = {call}; printf(\"|%s\\n\", notice ? notice : \"\");\n"
        )
    });
    let calls: String = calls.collect();
    format!(
        "int main(void)\n{{\nmpa_result result = MPA_INIT(mpa_result); const char *notice;\n\
         const uint64_t users[] = {{ 1, 2, 3 }}; (void)users;\n{calls}return 0;\n}}\n"
    )
}

#[test]
fn the_code_about_outcomes_says_what_the_table_says_in_c() {
    let pieces = in_c("docs/outcomes.md");
    assert_eq!(pieces.len(), 1, "a function");
    let game = "#include <mpa.h>\n#include <stdio.h>\n\
        static void invite_later(const uint64_t *users, uint32_t count, uint32_t delay_ms)\n\
        { (void)users; (void)delay_ms; printf(\"later %u\", (unsigned)count); }\n\
        static void invite_elsewhere(const uint64_t *users, uint32_t count)\n\
        { (void)users; printf(\"elsewhere %u\", (unsigned)count); }\n\
        static void alert(const char *message) { (void)message; printf(\"alert\"); }\n\
        const char *invite_ended(const mpa_result *, const uint64_t *, uint32_t);\n";
    let program = format!("{game}{}{}", pieces[0], checks("invite_ended(&result, users, 3)"));
    compile("outcomes.c", &program);
    assert_eq!(printed_by("readme"), expected());
}

#[test]
fn the_code_about_outcomes_says_what_the_table_says_in_cpp() {
    if !GPP.is_there() {
        return;
    }
    let pieces = code("docs/outcomes.md", "cpp");
    assert_eq!(pieces.len(), 1, "a function");
    let game = "#include <mpa.hpp>\n#include <cstdio>\n\
        static void invite_later(const std::vector<mpa::Xuid>& users, std::chrono::milliseconds)\n\
        { std::printf(\"later %u\", static_cast<unsigned>(users.size())); }\n\
        static void invite_elsewhere(const std::vector<mpa::Xuid>& users)\n\
        { std::printf(\"elsewhere %u\", static_cast<unsigned>(users.size())); }\n\
        static void alert(std::string_view) { std::printf(\"alert\"); }\n";
    let program = format!("{game}{}{}", pieces[0], checks("invite_ended(mpa::Result(result), { 1, 2, 3 })"));
    compile_cpp("outcomes.cpp", &program, &[]);
    assert_eq!(printed_by("readme"), expected());
}

/// What a page shows in C.
fn in_c(page: &str) -> Vec<String> {
    code(page, "c")
}

/// What a page shows in a language.
fn code(page: &str, language: &str) -> Vec<String> {
    let text = fs::read_to_string(repository().join(page)).unwrap();
    let begin = format!("```{language}\n");
    text.split(begin.as_str()).skip(1).filter_map(|rest| rest.split("```").next()).map(str::to_owned).collect()
}

fn compile(name: &str, text: &str) {
    let folder = scratch("readme");
    fs::write(folder.join(name), text).unwrap();
    let mut cc = Command::new("cc");
    cc.args(["-std=c99", "-Wall", "-Wextra", "-Wpedantic", "-Werror", name, "-o", "readme"]);
    run(cc.args(link_arguments()).current_dir(&folder));
}

fn compile_cpp(name: &str, text: &str, more: &[&str]) {
    let folder = scratch("readme");
    fs::write(folder.join(name), text).unwrap();
    let mut compile = Command::new(GPP.name);
    compile.args(["-std=c++17", "-Wall", "-Wextra", "-Wpedantic", "-Werror"]).args(more).args([name, "-o", "readme"]);
    compile.arg("-I").arg(repository().join("bindings/cpp"));
    run(compile.args(link_arguments()).current_dir(&folder));
}

/// What a program of the test's own folder prints.
fn printed_by(name: &str) -> String {
    String::from_utf8(run(&mut Command::new(scratch("readme").join(name))).stdout).expect("it prints text")
}

#[test]
fn the_index_of_the_examples_has_all_of_them() {
    let index = fs::read_to_string(repository().join("examples/README.md")).unwrap();
    for entry in fs::read_dir(repository().join("examples")).unwrap() {
        let name = entry.unwrap().file_name().into_string().unwrap();
        assert!(name == "README.md" || index.contains(&format!("({name})")), "{name} is missing in examples/README.md");
    }
}

#[test]
fn links_within_the_repository_lead_to_files() {
    let folders = [
        "",
        "benches",
        "bindings/csharp",
        "docs",
        "docs/decisions",
        "docs/guides",
        "doctor",
        "emulator",
        "examples",
        "fuzz",
    ];
    let mut count = 0;
    for folder in folders.map(|folder| repository().join(folder)) {
        let pages = fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().path());
        for page in pages.filter(|path| path.extension().is_some_and(|extension| extension == "md")) {
            let text = fs::read_to_string(&page).unwrap();
            let links = text.split("](").skip(1).filter_map(|rest| rest.split_once(')')).map(|(link, _)| link);
            // A lambda in C++ looks like a link, too.
            for link in links.filter(|link| !link.contains("://") && !link.starts_with('#') && !link.contains(' ')) {
                let file = link.split('#').next().unwrap();
                assert!(folder.join(file).exists(), "{} links to {link}", page.display());
                count += 1;
            }
        }
    }
    assert!(count > 50, "{count} links were found");
}
