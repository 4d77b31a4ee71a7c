//! Who else can read the files with secrets. On Unix their permissions say so; Windows has access control
//! lists instead, which are not looked at.

use crate::arguments::Arguments;
use crate::report::Finding;

/// `None` where there is no such file, or where nothing is known about its readers.
#[cfg(not(unix))]
pub fn check(_: &Arguments) -> Option<Finding> {
    None
}

/// `None` where there is no such file. One that cannot be inspected is reported where it is read.
#[cfg(unix)]
pub fn check(arguments: &Arguments) -> Option<Finding> {
    unix::check(&unix::files_with_secrets(arguments))
}

#[cfg(unix)]
mod unix {
    use std::fs::{self, File};
    use std::io::Read;
    use std::os::unix::fs::MetadataExt;

    use nix::unistd::{Gid, getegid, geteuid, getgroups};
    use zeroize::Zeroizing;

    use crate::arguments::{Arguments, Identity, ProxyOption};
    use crate::codes::Code;
    use crate::report::Finding;

    /// More than the library reads of a certificate's file.
    const LARGEST_FILE: u64 = 1024 * 1024 + 1;

    const EVERYONE: u32 = 0o004;
    const GROUP: u32 = 0o040;

    /// A file with a secret.
    #[derive(Clone, Debug)]
    pub struct SecretFile {
        pub option: &'static str,
        pub path: String,
        pub access: Access,
    }

    #[derive(Clone, Copy, Debug)]
    pub struct Access {
        mode: u32,
        /// Root's, and read by this process as a member of its group: how Kubernetes mounts secrets with fsGroup.
        is_ours_by_group: bool,
    }

    pub fn files_with_secrets(arguments: &Arguments) -> Vec<SecretFile> {
        let mut files = Vec::new();
        let mut add = |option, path: &str| {
            files.extend(access(path).map(|access| SecretFile { option, path: path.to_owned(), access }));
        };
        if let ProxyOption::File(path) = &arguments.proxy {
            add("--proxy-url-file", path);
        }
        match &arguments.identity {
            Identity::SignsIn(signs_in) => {
                if holds_key(&signs_in.certificate) {
                    add("--certificate", &signs_in.certificate);
                }
                signs_in.private_key.iter().for_each(|path| add("--private-key", path));
                signs_in.password_file.iter().for_each(|path| add("--certificate-password-file", path));
            }
            Identity::GivenTokens { header_file, proof_key_file } => {
                add("--authorization-header-file", header_file);
                proof_key_file.iter().for_each(|path| add("--proof-key-file", path));
            }
            Identity::Unknown => {}
        }
        files
    }

    /// Who may read the file that a path leads to, through links too. What is no file, such as a
    /// pipe of the shell, keeps nothing for others to read.
    fn access(path: &str) -> Option<Access> {
        let metadata = fs::metadata(path).ok().filter(|metadata| metadata.is_file())?;
        let is_ours_by_group = metadata.uid() == 0 && !geteuid().is_root() && is_our_group(metadata.gid());
        Some(Access { mode: metadata.mode() & 0o7777, is_ours_by_group })
    }

    fn is_our_group(group: u32) -> bool {
        let group = Gid::from_raw(group);
        group == getegid() || getgroups().is_ok_and(|groups| groups.contains(&group))
    }

    /// Whether the file with the certificate has a private key too. A PKCS#12 file counts as one with it:
    /// to find out would take its password.
    fn holds_key(path: &str) -> bool {
        let mut content = Zeroizing::new(Vec::with_capacity(LARGEST_FILE as usize));
        let read = access(path).is_some()
            && File::open(path).and_then(|file| file.take(LARGEST_FILE).read_to_end(&mut content)).is_ok();
        // DER begins with a SEQUENCE.
        const IN_PEM: &[u8] = b"PRIVATE KEY-----";
        read && (content.first() == Some(&0x30) || content.windows(IN_PEM.len()).any(|part| part == IN_PEM))
    }

    pub fn check(files: &[SecretFile]) -> Option<Finding> {
        if files.is_empty() {
            return None;
        }
        let (exposed, sentences): (Vec<_>, Vec<_>) =
            files.iter().filter_map(|file| Some((file.path.as_str(), exposure(file)?))).unzip();
        if exposed.is_empty() {
            return Some(Finding::ok("No one but the owner can read the files with secrets."));
        }
        let advice = format!(
            "Let the files with secrets belong to the user that the server runs as, and let no one else read them \
             (chmod 600 {}).",
            exposed.join(" ")
        );
        Some(Finding::warning(Code::SecretReadableByOthers, sentences.join(" "), advice))
    }

    fn exposure(SecretFile { option, path, access }: &SecretFile) -> Option<String> {
        let Access { mode, is_ours_by_group } = *access;
        let readers = match mode {
            _ if mode & EVERYONE != 0 => "everyone",
            _ if mode & GROUP != 0 && !is_ours_by_group => "its group",
            _ => return None,
        };
        Some(format!("{option} {path} may be read by {readers}: its permissions are {mode:04o}."))
    }

    #[cfg(test)]
    mod tests {
        use super::*;
        use crate::report::State;

        fn file(option: &'static str, mode: u32) -> SecretFile {
            SecretFile { option, path: "f".to_owned(), access: Access { mode, is_ours_by_group: false } }
        }

        #[test]
        fn accounts_that_may_read_are_reported() {
            for (mode, readers) in [
                (0o600, None),
                (0o400, None),
                (0o700, None),
                (0o622, None),
                (0o640, Some("its group")),
                (0o440, Some("its group")),
                (0o644, Some("everyone")),
                (0o604, Some("everyone")),
                (0o4777, Some("everyone")),
            ] {
                let finding = check(&[file("--private-key", mode)]).unwrap();
                let expected = readers.map(|readers| {
                    format!("--private-key f may be read by {readers}: its permissions are {mode:04o}.")
                });
                assert_eq!(finding.state == State::Warning, expected.is_some(), "{mode:o}");
                assert!(expected.is_none_or(|expected| finding.message == expected), "{}", finding.message);
            }
        }

        #[test]
        fn what_kubernetes_mounts_for_a_group_is_right() {
            for (mode, is_good) in [(0o440, true), (0o640, true), (0o444, false)] {
                let access = Access { mode, is_ours_by_group: true };
                let finding = check(&[SecretFile { access, ..file("--private-key", mode) }]).unwrap();
                assert_eq!(finding.state != State::Warning, is_good, "{mode:o}");
            }
        }

        #[test]
        fn several_files_are_one_finding() {
            assert!(check(&[]).is_none());
            let finding = check(&[file("--a", 0o644), file("--b", 0o600), file("--c", 0o640)]).unwrap();
            let expected = "--a f may be read by everyone: its permissions are 0644. \
                            --c f may be read by its group: its permissions are 0640.";
            assert_eq!((finding.state, finding.message.as_str()), (State::Warning, expected));
            assert!(finding.advice.ends_with("(chmod 600 f f)."), "{}", finding.advice);
        }
    }
}
