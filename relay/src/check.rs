//! `mpa-relay --check`: what the relay would do by its settings, found out without a network.

use std::fmt;
use std::time::SystemTime;

use mpa::auth::{Authorization, CertificateInfo, Credential, Validity, date};
use mpa::client::ImposedLimits;
use mpa::http::CaMode;
use mpa::policy::Limit;

use crate::client_options::{ClientOptions, Identity, sentence};
use crate::keys::Keys;
use crate::options::limits_text;
use crate::settings::{Settings, StoreSettings, Upstream};
use crate::store::address::Address;
use crate::tls;

/// Names of keys and titles that are listed; the rest is counted.
const LISTED: usize = 20;

/// Displayed, one line for each finding.
#[derive(Debug, Default)]
pub struct Report {
    facts: Vec<String>,
    warnings: Vec<String>,
    failures: Vec<String>,
}

impl Report {
    /// Whether something has to be changed before the relay can run.
    pub fn has_failed(&self) -> bool {
        !self.failures.is_empty()
    }

    fn fact(&mut self, fact: impl Into<String>) {
        self.facts.push(fact.into());
    }

    fn warn(&mut self, warning: impl Into<String>) {
        self.warnings.push(warning.into());
    }

    fn fail(&mut self, failure: impl Into<String>) {
        self.failures.push(failure.into());
    }

    /// What is to be said of a certificate beside its end, which is returned.
    fn certificate(&mut self, option: &str, credential: &Credential, now: SystemTime) -> String {
        match credential.validity(now) {
            Validity::Valid => {}
            Validity::ExpiresSoon { at } => self.warn(format!("the certificate of {option} expires on {}", date(at))),
            Validity::Expired { since } => self.fail(format!("the certificate of {option} expired on {}", date(since))),
            Validity::NotYetValid { from } => {
                self.fail(format!("the certificate of {option} is valid from {} only", date(from)));
            }
        }
        if credential.lacks_issuers() {
            self.warn(format!(
                "the certificates that issued that of {option} are not in its file; put them behind it, or the other side \
                 may not be able to check it"
            ));
        }
        format!("\"{}\", which expires on {}", credential.subject_name(), date(credential.expires_at()))
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (mark, findings) in [("", &self.facts), ("warning: ", &self.warnings), ("error: ", &self.failures)] {
            for finding in findings {
                writeln!(f, "{mark}{finding}")?;
            }
        }
        match self.failures.len() {
            0 => f.write_str("The configuration is valid.\n"),
            _ => f.write_str("The configuration has errors.\n"),
        }
    }
}

pub fn report(settings: &Settings, now: SystemTime) -> Report {
    let mut report = Report::default();
    describe_front(&mut report, settings, now);
    describe_access(&mut report, settings);
    let Upstream { client, limits, .. } = &settings.upstream;
    describe_service(&mut report, client);
    describe_identity(&mut report, &client.identity, now);
    report.fact(format!("Limits of a title: {}.", limits_words(limits)));
    describe_store(&mut report, settings.store.as_ref());
    report
}

fn describe_front(report: &mut Report, settings: &Settings, now: SystemTime) {
    let contents = settings.tls.as_ref().map(tls::read);
    let over = match &contents {
        None => "in plain HTTP".to_owned(),
        Some(Ok(contents)) => {
            format!("with the certificate {}", report.certificate("--tls-certificate", &contents.credential, now))
        }
        Some(Err(wrong)) => {
            report.fail(wrong.clone());
            "with TLS".to_owned()
        }
    };
    report.fact(format!("Listens on {} {over}.", settings.listen));
    match settings.admin_listen {
        Some(address) => report.fact(format!("Serves probes and metrics on {address} in plain HTTP.")),
        None => report.fact("Serves probes and metrics where servers connect."),
    }
    let Some(Ok(contents)) = contents else { return };
    let needs_certificate = settings.access.keys.is_none();
    if let Err(wrong) = tls::server_config(&contents, needs_certificate) {
        report.fail(wrong);
    }
    let authorities: Vec<_> = contents.client_ca.iter().map(|der| authority(der)).collect();
    if authorities.is_empty() {
        return;
    }
    report.fact(format!("Lets in servers with a certificate of {}, for all titles.", authorities.join(", ")));
    if needs_certificate && settings.admin_listen.is_none() {
        report.warn(
            "probes and metrics need a certificate of --tls-client-ca, too; serve them elsewhere with --admin-listen",
        );
    }
}

fn authority(der: &[u8]) -> String {
    let Ok(info) = CertificateInfo::read(der) else { return "an authority that cannot be read".to_owned() };
    let name = info.subject_name().unwrap_or_else(|| "without a name".to_owned());
    format!("\"{name}\" (which expires on {})", date(info.valid_until))
}

fn describe_access(report: &mut Report, settings: &Settings) {
    let is_certificate_taken = settings.tls.as_ref().is_some_and(|tls| tls.client_ca.is_some());
    match settings.access.keys.as_ref().map(|path| path.to_string_lossy()) {
        Some(path) => match Keys::read(&path) {
            Ok(keys) => report.fact(format!("Lets in servers with a key: {}.", keys_words(&keys))),
            Err(wrong) => report.fail(format!("--keys {path} {wrong}")),
        },
        None if !is_certificate_taken && settings.upstream.client.has_authorization() => {
            report.fact("Accepts every server that reaches its address, for all titles: there are no keys.");
        }
        None => {}
    }
    let is_for_all = settings.access.keys.is_none() || is_certificate_taken;
    report.fact(match settings.access.user_tokens {
        true if is_for_all => "Passes on calls with a user's own token, without a key, for all titles.",
        true => "Passes on calls with a user's own token, without a key, for the titles of the keys.",
        false => "Refuses calls with a user's own token.",
    });
}

fn keys_words(keys: &Keys) -> String {
    let mut words: Vec<_> = keys.iter().take(LISTED).map(|key| format!("{} ({})", key.name, key.titles)).collect();
    match keys.iter().count().saturating_sub(LISTED) {
        0 => {}
        more => words.push(format!("and {more} more")),
    }
    words.join(", ")
}

fn describe_service(report: &mut Report, client: &ClientOptions) {
    let proxy = client.proxy.as_ref().map(|proxy| format!(" through the proxy {proxy}")).unwrap_or_default();
    report.fact(format!("Sends to {}{proxy}.", client.endpoint));
    if !client.ca_certificates.is_empty() {
        let beside = match client.ca_mode {
            CaMode::Added => "Trusts, beside the authorities that it carries",
            CaMode::Only => "Trusts only",
        };
        let authorities: Vec<_> = client.ca_certificates.iter().map(|der| authority(der)).collect();
        report.fact(format!("{beside}: {}.", authorities.join(", ")));
    }
}

fn describe_identity(report: &mut Report, identity: &Identity, now: SystemTime) {
    match identity {
        Identity::SignsIn(sign_in) => match sign_in.read_certificate() {
            Ok(credential) => {
                let certificate = report.certificate("--certificate", &credential, now);
                report.fact(format!("Signs in for the sandbox {} with the certificate {certificate}.", sign_in.sandbox));
            }
            Err(wrong) => report.fail(wrong),
        },
        Identity::GivenToken(token) => {
            let bound = if token.proof_key_file.is_some() { ", which is bound to a key" } else { "" };
            report.fact(format!("Sends the token in {}{bound}.", token.header_file));
            if token.current.load().user_hash() != Authorization::SERVICE_USER_HASH {
                report.warn(
                    "the token of --authorization-header-file is a user's; expected a service's own, `XBL3.0 x=-;<token>`",
                );
            }
        }
        Identity::None => report.warn(
            "calls of servers are refused: there is neither --certificate nor --authorization-header-file, only calls with \
             a user's own token can be passed on",
        ),
    }
}

fn limits_words(limits: &ImposedLimits) -> String {
    let ImposedLimits { invites, recent_players, activity_writes, activity_reads } = limits;
    let words = |(name, limits): (&str, &Vec<Limit>)| match limits.as_slice() {
        [] => format!("{name} learned from answers"),
        limits => format!("{name} {}", limits_text(limits)),
    };
    [
        ("invites", invites),
        ("recent players", recent_players),
        ("activities, to write", activity_writes),
        ("to read", activity_reads),
    ]
    .map(words)
    .join("; ")
}

fn describe_store(report: &mut Report, store: Option<&StoreSettings>) {
    let Some(store) = store else {
        report.fact("Does not share the limits with other relays.");
        return;
    };
    match Address::parse(&store.url, store.ca_certificates.as_deref()) {
        Ok(address) => report.fact(format!(
            "Shares the limits with other relays through the store at {address}, which may take {} ms, under names that \
             begin with {}.",
            store.timeout.as_millis(),
            store.prefix
        )),
        Err(problem) => report.fail(sentence(&problem)),
    }
}

#[cfg(test)]
#[path = "check_tests.rs"]
mod tests;
