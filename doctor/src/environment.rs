//! Proxies that the environment names. The library reads no environment variable and uses only the proxy of its
//! configuration, which surprises where every other program takes that of the environment.

use std::env;

use crate::codes::Code;
use crate::report::Finding;

const NAMES: [&str; 3] = ["HTTPS_PROXY", "HTTP_PROXY", "ALL_PROXY"];

/// The variables with a proxy that are set; not their values, which may hold a password.
pub fn proxy_variables() -> Vec<String> {
    let set = env::vars_os().filter(|(_, value)| !value.is_empty());
    named(set.filter_map(|(name, _)| name.into_string().ok()))
}

/// In either case, as programs have it.
fn named(names: impl Iterator<Item = String>) -> Vec<String> {
    let mut names: Vec<_> = names.filter(|name| NAMES.iter().any(|known| name.eq_ignore_ascii_case(known))).collect();
    names.sort();
    names
}

pub fn check(variables: &[String]) -> Option<Finding> {
    let verb = match variables {
        [] => return None,
        [_] => "is",
        _ => "are",
    };
    let message = format!(
        "{} {verb} set in the environment and ignored: the library takes its proxy from its configuration only, and this \
         check from --proxy-url.",
        variables.join(" and ")
    );
    Some(Finding::note(Code::ProxyIgnored, message))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn variables_are_found_in_either_case() {
        let names = ["https_proxy", "PATH", "HTTPS_PROXY", "NO_PROXY", "all_proxy", "MY_HTTP_PROXY"];
        let found = named(names.into_iter().map(str::to_owned));
        assert_eq!(found, ["HTTPS_PROXY", "all_proxy", "https_proxy"]);
        assert!(check(&[]).is_none());
        let one = check(&found[..1]).unwrap();
        assert!(one.message.starts_with("HTTPS_PROXY is set"), "{}", one.message);
    }
}
