//! What the program prints at its start: where it listens, the client's configuration, how to see the request log,
//! and the page.

use std::net::IpAddr;
use std::path::Path;

use mpa_emulator::{SignIn, SignInOptions};

use crate::SignInFiles;

/// `url` is the one for clients on this machine; it listens on `address`.
pub fn lines(url: &str, address: IpAddr, certificate_path: Option<&Path>) -> String {
    let everywhere = everywhere(address);
    let mut settings = format!("config.endpoint = {};", c_string(url));
    let mut trust = String::new();
    if let Some(path) = certificate_path.map(|path| path.display().to_string()) {
        settings.push_str(&format!(" config.ca_certificates_path = {};", c_string(&path)));
        trust = format!(" --cacert \"{path}\"");
    } else if !address.is_loopback() && !address.is_unspecified() {
        // The client refuses to send a token in the clear over a network unless the configuration allows it.
        settings.push_str(" config.allow_plain_http = 1;");
    }
    format!("mpa-emulator listens on {url}{everywhere}\n{settings}\n{}", curl(url, &trust))
}

/// The same where services sign in: what to paste is one line for each setting.
pub fn lines_for_sign_in(url: &str, address: IpAddr, sign_in: &SignIn, files: &SignInFiles) -> String {
    let path = |path: &Path| path.display().to_string();
    let authority = path(&files.authority);
    let SignInOptions { sandbox_id, relying_party, .. } = sign_in.options();
    let mut settings = vec![
        ("endpoint", url.to_owned()),
        ("sign_in_endpoint", sign_in.url().to_owned()),
        ("token_endpoint", sign_in.token_url().to_owned()),
        ("ca_certificates_path", authority.clone()),
        ("certificate_path", path(&files.certificate)),
        ("private_key_path", path(&files.private_key)),
        ("sandbox_id", sandbox_id.clone()),
    ];
    if relying_party != SignInOptions::RELYING_PARTY {
        settings.push(("relying_party", relying_party.clone()));
    }
    let settings = settings.iter().map(|(name, value)| format!("config.{name} = {};\n", c_string(value)));
    let trust = format!(" --cacert \"{authority}\"");
    format!(
        "mpa-emulator listens on {url}{}\n{}{}",
        everywhere(address),
        settings.collect::<String>(),
        curl(url, &trust)
    )
}

fn everywhere(address: IpAddr) -> &'static str {
    if address.is_unspecified() { ", as on all addresses of this machine" } else { "" }
}

fn curl(url: &str, trust: &str) -> String {
    format!("curl{trust} \"{url}/emulator/titles/TITLE_ID/requests\"\npage: {url}/emulator/\n")
}

fn c_string(text: &str) -> String {
    format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\""))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn banner(url: &str, address: &str, certificate_path: Option<&str>) -> [String; 4] {
        let text = lines(url, address.parse().unwrap(), certificate_path.map(Path::new));
        assert!(text.ends_with('\n'));
        let lines: Vec<_> = text.lines().map(str::to_owned).collect();
        lines.try_into().expect("four lines")
    }

    #[test]
    fn plain_http_on_loopback_needs_one_setting() {
        let [listens, settings, curl, page] = banner("http://127.0.0.1:8787", "127.0.0.1", None);
        assert_eq!(listens, "mpa-emulator listens on http://127.0.0.1:8787");
        assert_eq!(settings, r#"config.endpoint = "http://127.0.0.1:8787";"#);
        assert_eq!(curl, r#"curl "http://127.0.0.1:8787/emulator/titles/TITLE_ID/requests""#);
        assert_eq!(page, "page: http://127.0.0.1:8787/emulator/");
    }

    #[test]
    fn https_needs_the_certificate_too() {
        let path = r"C:\temp dir\a.pem";
        let [_, settings, curl, _] = banner("https://127.0.0.1:1", "127.0.0.1", Some(path));
        assert_eq!(
            settings,
            r#"config.endpoint = "https://127.0.0.1:1"; config.ca_certificates_path = "C:\\temp dir\\a.pem";"#
        );
        assert!(curl.starts_with(r#"curl --cacert "C:\temp dir\a.pem" "https://127.0.0.1:1/"#));
    }

    #[test]
    fn plain_http_over_a_network_has_to_be_allowed() {
        let allowed = "config.allow_plain_http = 1;";
        let [_, settings, ..] = banner("http://192.0.2.7:1", "192.0.2.7", None);
        assert!(settings.ends_with(allowed), "{settings}");
        let [_, settings, ..] = banner("https://192.0.2.7:1", "192.0.2.7", Some("a.pem"));
        assert!(!settings.contains(allowed), "{settings}");
        let [listens, settings, ..] = banner("http://127.0.0.1:1", "0.0.0.0", None);
        assert!(listens.ends_with("all addresses of this machine"), "{listens}");
        assert!(!settings.contains(allowed), "{settings}");
    }
}
