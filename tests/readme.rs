//! The README's C compiles: the whole program, and the piece of one.

use std::fs;
use std::process::Command;

use mpa_tests::build::{link_arguments, run, scratch};
use mpa_tests::header::repository;

/// The README's piece of a program, with what stands around it.
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
    let readme = fs::read_to_string(repository().join("README.md")).unwrap();
    let programs: Vec<&str> = readme.split("```c\n").skip(1).filter_map(|rest| rest.split("```").next()).collect();
    assert_eq!(programs.len(), 3, "a program and two pieces of one");
    let folder = scratch("readme");
    for (name, text) in
        [("program.c", programs[0].to_owned()), ("piece.c", whole(programs[1])), ("watch.c", whole(programs[2]))]
    {
        fs::write(folder.join(name), text).unwrap();
        let mut cc = Command::new("cc");
        cc.args(["-std=c99", "-Wall", "-Wextra", "-Wpedantic", "-Werror", name, "-o", "readme"]);
        run(cc.args(link_arguments()).current_dir(&folder));
    }
}
