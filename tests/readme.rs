//! The README's C program compiles and says what it should.

use std::fs;
use std::process::Command;

use mpa_tests::build::{link_arguments, run, scratch};
use mpa_tests::header::repository;

#[test]
fn the_program_of_the_readme_compiles_without_a_warning() {
    let readme = fs::read_to_string(repository().join("README.md")).unwrap();
    let (_, rest) = readme.split_once("```c\n").expect("a program in C");
    let (program, _) = rest.split_once("```").expect("its end");
    let folder = scratch("readme");
    fs::write(folder.join("readme.c"), program).unwrap();
    let mut cc = Command::new("cc");
    cc.args(["-std=c99", "-Wall", "-Wextra", "-Wpedantic", "-Werror", "readme.c", "-o", "readme"]);
    run(cc.args(link_arguments()).current_dir(folder));
}
