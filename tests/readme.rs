//! The C of the README and of the page about signing in compiles: a whole program, and pieces of one.

use std::fs;
use std::process::Command;

use mpa_tests::build::{link_arguments, run, scratch};
use mpa_tests::header::repository;

/// A piece of a program, with what stands around it.
fn whole(piece: &str) -> String {
    format!(
        "#include <mpa.h>\n#include <stdio.h>\nint main(void)\n{{\n\
         mpa_client client = {{ 0 }}; mpa_result result = MPA_INIT(mpa_result);\n\
         mpa_server_invite invite = MPA_INIT(mpa_server_invite); uint64_t my_match_id = 7;\n\
         (void)invite; (void)my_match_id; (void)result;\n\
         {piece}\nreturn 0;\n}}\n"
    )
}

#[test]
fn the_programs_of_the_readme_compile_without_a_warning() {
    let programs = in_c("README.md");
    assert_eq!(programs.len(), 3, "a program and two pieces of one");
    compile("program.c", &programs[0]);
    compile("piece.c", &whole(&programs[1]));
    compile("watch.c", &whole(&programs[2]));
}

#[test]
fn the_piece_about_signing_in_compiles_without_a_warning() {
    let pieces = in_c("docs/signing-in.md");
    assert_eq!(pieces.len(), 1, "a configuration");
    // It ends before the configuration is used.
    compile("configuration.c", &whole(&format!("{}mpa_client_open(&config, &client, &result);\n", pieces[0])));
}

/// What a page shows in C.
fn in_c(page: &str) -> Vec<String> {
    let text = fs::read_to_string(repository().join(page)).unwrap();
    text.split("```c\n").skip(1).filter_map(|rest| rest.split("```").next()).map(str::to_owned).collect()
}

fn compile(name: &str, text: &str) {
    let folder = scratch("readme");
    fs::write(folder.join(name), text).unwrap();
    let mut cc = Command::new("cc");
    cc.args(["-std=c99", "-Wall", "-Wextra", "-Wpedantic", "-Werror", name, "-o", "readme"]);
    run(cc.args(link_arguments()).current_dir(&folder));
}
