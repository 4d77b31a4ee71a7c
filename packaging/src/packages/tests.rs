//! No package: the tests of the repository with the libraries of a target, as programs of that target.

mod programs;
mod units;

use anyhow::{Result, bail, ensure};

use super::Package;
use crate::dist::Dist;
use crate::runner::Runner;
use crate::targets::Target;

pub const PACKAGE: Package = Package { name: "tests", make: |_, _| Ok(()), check };

fn check(dist: &Dist, target: &'static Target) -> Result<()> {
    let Some(runner) = Runner::of(dist, target)? else {
        println!("{}: linked, not run: this machine cannot run its programs", target.name);
        return Ok(());
    };
    // Those of this machine are run by `cargo test`.
    if !std::ptr::eq(target, Target::host()?) {
        units::check(dist, target, &runner)?;
    }
    programs::check(dist, target, runner)
}

/// How many tests have passed, of what the programs of `cargo test` print.
fn passed(printed: &str) -> Result<usize> {
    let results: Vec<&str> = printed.lines().filter_map(|line| line.strip_prefix("test result: ok. ")).collect();
    let numbers = results.iter().filter_map(|result| result.split(' ').next()?.parse::<usize>().ok());
    ensure!(!results.is_empty(), "the tests have not said how they ended:\n{printed}");
    match numbers.sum() {
        0 => bail!("no test was run:\n{printed}"),
        passed => Ok(passed),
    }
}

#[cfg(test)]
mod of_this_module {
    use super::*;

    #[test]
    fn tests_that_were_not_run_have_not_passed() {
        let result = |passed| format!("\ntest result: ok. {passed} passed; 0 failed; 1 ignored; finished in 0.10s\n");
        assert_eq!(passed(&result(3)).unwrap(), 3);
        assert_eq!(passed(&(result(3) + &result(0))).unwrap(), 3);
        assert!(passed(&result(0)).is_err());
        assert!(passed("running 3 tests").is_err());
    }
}
