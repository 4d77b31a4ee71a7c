//! The steps in their order. One that failed ends the way for those that need what it gives, and for
//! those only.

use std::time::SystemTime;

use mpa::auth::{Authorization, Credential, ServiceClock};

use crate::arguments::{Arguments, Identity, SignsIn};
use crate::configuration::{self, Configuration, SignInHosts};
use crate::host::{self, Host, Way};
use crate::report::{Finding, Report};
use crate::sign_in::Signer;
use crate::{call, clock, permissions};

const CONFIGURATION: &str = "configuration";
const CERTIFICATE: &str = "certificate";
const PERMISSIONS: &str = "file permissions";
const TOKEN_FILE: &str = "token";
const SIGN_IN_HOST: &str = "the host of --sign-in-endpoint";
const CLOCK: &str = "clock";
const STEP_1: &str = "sign-in step 1 of 2";
const STEP_2: &str = "sign-in step 2 of 2";
const CALL: &str = "call";

/// Who the server is, as far as its files tell.
enum Caller<'a> {
    SignsIn(&'a SignsIn, Option<Credential>),
    GivenTokens(Option<Authorization>),
    Unknown,
}

pub fn run(arguments: &Arguments) -> Report {
    let mut report = Report::default();
    let configuration = report.take(CONFIGURATION, configuration::read(arguments));
    let caller = read_caller(&arguments.identity, &mut report);
    if let Some(finding) = permissions::check(&arguments.identity) {
        report.add(PERMISSIONS, finding);
    }
    let Some(configuration) = configuration else {
        report.not_tried(["the hosts", CLOCK, "signing in", CALL]);
        return report;
    };
    let checkup = Checkup { configuration, clock: ServiceClock::default(), title_id: arguments.title_id };
    checkup.run(&caller, &mut report);
    report
}

fn read_caller<'a>(identity: &'a Identity, report: &mut Report) -> Caller<'a> {
    match identity {
        Identity::SignsIn(signs_in) => {
            let read = configuration::read_certificate(signs_in, SystemTime::now());
            Caller::SignsIn(signs_in, report.take(CERTIFICATE, read))
        }
        Identity::GivenTokens { header_file, proof_key_file } => {
            let read = configuration::read_authorization(header_file, proof_key_file.as_deref());
            Caller::GivenTokens(report.take(TOKEN_FILE, read))
        }
        Identity::Unknown => {
            report.add(
                TOKEN_FILE,
                Finding::warning(
                    "Neither a certificate nor a token was given: only the way to the service is checked.",
                    "Give --certificate, or --authorization-header-file, to have the rest checked too.",
                ),
            );
            Caller::Unknown
        }
    }
}

/// A server that signs in.
struct Server<'a> {
    wish: &'a SignsIn,
    /// `None` where it cannot be used.
    credential: Option<&'a Credential>,
    hosts: &'a SignInHosts,
}

struct Checkup {
    configuration: Configuration,
    clock: ServiceClock,
    title_id: u32,
}

impl Checkup {
    fn run(&self, caller: &Caller<'_>, report: &mut Report) {
        let Configuration { endpoint, sign_in, .. } = &self.configuration;
        let service = self.reach(&Host { base: endpoint, certificate: None }, report);
        let authorization = match (caller, sign_in) {
            (Caller::SignsIn(wish, credential), Some(hosts)) => {
                let server = Server { wish, credential: credential.as_ref(), hosts };
                self.sign_in(&server, service.is_some(), report)
            }
            (Caller::GivenTokens(authorization), _) => {
                self.tell_the_time(service.is_some(), report);
                authorization.clone()
            }
            (Caller::SignsIn(..) | Caller::Unknown, _) => {
                self.tell_the_time(service.is_some(), report);
                None
            }
        };
        match (service, authorization) {
            (Some(way), Some(authorization)) => {
                report.add(CALL, call::check(&way, self.title_id, &authorization, &self.clock));
            }
            _ => report.not_tried([CALL]),
        }
    }

    fn sign_in(&self, server: &Server<'_>, service_answered: bool, report: &mut Report) -> Option<Authorization> {
        let token = self.reach(&Host { base: &server.hosts.token, certificate: None }, report);
        // That host takes nobody without a certificate.
        let shown = server.credential.and_then(|credential| {
            let host = Host { base: &server.hosts.sign_in, certificate: Some(credential) };
            self.reach(&host, report).map(|way| (credential, way))
        });
        self.tell_the_time(service_answered || token.is_some() || shown.is_some(), report);
        let Some((credential, sign_in)) = shown else {
            if server.credential.is_none() {
                report.not_tried([SIGN_IN_HOST]);
            }
            report.not_tried([STEP_1, STEP_2]);
            return None;
        };
        let signer = Signer { credential, clock: &self.clock };
        let service_token = report.take(STEP_1, signer.service_token(&sign_in));
        match (service_token, token) {
            (Some(service_token), Some(token)) => {
                report.take(STEP_2, signer.token(&token, &service_token, server.wish))
            }
            _ => {
                report.not_tried([STEP_2]);
                None
            }
        }
    }

    fn reach(&self, host: &Host<'_>, report: &mut Report) -> Option<Way> {
        host::check(host, &self.configuration.settings, &self.clock, report)
    }

    /// Only somebody who answered can have told it.
    fn tell_the_time(&self, somebody_answered: bool, report: &mut Report) {
        if somebody_answered {
            report.add(CLOCK, clock::judge(self.clock.offset_ms()));
        } else {
            report.not_tried([CLOCK]);
        }
    }
}
