//! What the public header declares.

use std::fs;

use anyhow::{Context, Result, ensure};

use crate::dist::Dist;

/// The names of the functions of `include/mpa.h`, sorted: what each library exports.
pub fn functions(dist: &Dist) -> Result<Vec<String>> {
    let path = dist.repository().join("include/mpa.h");
    let header = fs::read_to_string(&path).with_context(|| format!("reading {}", path.display()))?;
    let functions = functions_of(&header);
    ensure!(!functions.is_empty(), "no functions were found in {}", path.display());
    Ok(functions)
}

/// A function is declared as `MPA_API type name(`.
fn functions_of(header: &str) -> Vec<String> {
    let declarations = header.split("\nMPA_API").skip(1);
    let mut functions: Vec<String> = declarations
        .filter_map(|declaration| {
            let before_arguments = declaration.split('(').next()?;
            Some(before_arguments.rsplit([' ', '\n', '*']).next()?.to_owned())
        })
        .collect();
    functions.sort();
    functions
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn functions_are_found_however_their_declaration_is_broken() {
        let header = "#define MPA_API __declspec\n/// like mpa_c(\nMPA_API\nconst char *mpa_b(int x);\n\n\
                      MPA_API mpa_status mpa_a(mpa_x *x,\n    int (*y)(void));\nstatic inline int mpa_d(void)";
        assert_eq!(functions_of(header), ["mpa_a", "mpa_b"]);
    }
}
