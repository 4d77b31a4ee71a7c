//! The steps in their order. One that failed ends the way for those that need what it gives, and for
//! those only.

use std::time::SystemTime;

use mpa::auth::{Authorization, Credential, ServiceClock};
use mpa::http::BaseUrl;

use crate::arguments::{Arguments, Identity, SignInOptions};
use crate::codes::Code;
use crate::configuration::{self, Configuration, SignInHosts};
use crate::host::{CheckContext, Host, Role, Route};
use crate::report::{Finding, Report};
use crate::sign_in::Signer;
use crate::{call, clock, environment, permissions};

/// A step's name for programs, and for people.
type Name = (&'static str, &'static str);

const CONFIGURATION: Name = ("configuration", "configuration");
const CERTIFICATE: Name = ("certificate", "certificate");
const AUTHORIZATION: Name = ("authorization", "token");
const PERMISSIONS: Name = ("file_permissions", "file permissions");
const PROXY: Name = ("proxy_environment", "proxy");
const HOSTS: Name = ("hosts", "the hosts");
const SIGN_IN_HOST: Name = ("sign_in_host", "the host of --sign-in-endpoint");
const CLOCK: Name = ("clock", "clock");
const STEP_1: Name = ("sign_in_service_token", "sign-in step 1 of 2");
const STEP_2: Name = ("sign_in_token", "sign-in step 2 of 2");
const CALL: Name = ("call", "call");

/// The identity of the server, as far as its files show it.
enum Caller<'a> {
    SignsIn(&'a SignInOptions, Option<Credential>),
    GivenTokens(Option<Authorization>),
    Unknown,
}

pub fn run(arguments: &Arguments) -> Report {
    let mut report = Report::start();
    let configuration = report.take(CONFIGURATION, configuration::read(arguments));
    let caller = read_caller(arguments, &mut report);
    if let Some(finding) = permissions::check(arguments) {
        report.add(PERMISSIONS, finding);
    }
    let proxy_variables = environment::proxy_variables();
    if let Some(finding) = environment::check(&proxy_variables) {
        report.add(PROXY, finding);
    }
    let Some(configuration) = configuration else {
        report.not_tried([HOSTS, CLOCK]);
        if matches!(arguments.identity, Identity::SignsIn(_)) {
            report.not_tried([STEP_1, STEP_2]);
        }
        report.not_tried((!arguments.flags.network_only).then_some(CALL));
        return report;
    };
    let clock = ServiceClock::default();
    let context = CheckContext {
        settings: &configuration.settings,
        clock: &clock,
        ca_certificates: arguments.ca_certificates.as_deref(),
        ca_only: arguments.flags.ca_only,
        proxy_variables: &proxy_variables,
        network_only: arguments.flags.network_only,
    };
    Checkup { configuration: &configuration, context: &context, title_id: arguments.title_id }
        .run(&caller, &mut report);
    report
}

fn read_caller<'a>(arguments: &'a Arguments, report: &mut Report) -> Caller<'a> {
    match &arguments.identity {
        Identity::SignsIn(config) => {
            let read = configuration::read_certificate(config, SystemTime::now());
            Caller::SignsIn(config, report.take(CERTIFICATE, read))
        }
        Identity::GivenTokens { header_file, proof_key_file } => {
            let read = configuration::read_authorization(header_file, proof_key_file.as_deref());
            Caller::GivenTokens(report.take(AUTHORIZATION, read))
        }
        Identity::Unknown if arguments.flags.network_only => Caller::Unknown,
        Identity::Unknown => {
            let finding = Finding::warning(
                Code::CredentialMissing,
                "Neither a certificate nor a token was given: only whether the service can be reached is checked.",
                "Give --certificate or --authorization-header-file to have the rest checked too, or --network-only if \
                 this is all that is to be checked.",
            );
            report.add(AUTHORIZATION, finding);
            Caller::Unknown
        }
    }
}

/// A server that signs in.
struct Server<'a> {
    config: &'a SignInOptions,
    /// `None` where it cannot be used.
    credential: Option<&'a Credential>,
    hosts: &'a SignInHosts,
}

struct Checkup<'a> {
    configuration: &'a Configuration,
    context: &'a CheckContext<'a>,
    title_id: u32,
}

impl Checkup<'_> {
    fn run(&self, caller: &Caller<'_>, report: &mut Report) {
        let Configuration { endpoint, sign_in, .. } = self.configuration;
        let service = self.reach(Role::Service, endpoint, None, report);
        let authorization = match (caller, sign_in) {
            (Caller::SignsIn(config, credential), Some(hosts)) => {
                let server = Server { config, credential: credential.as_ref(), hosts };
                self.sign_in(&server, service.is_some(), report)
            }
            (Caller::GivenTokens(authorization), _) => {
                compare_clocks(service.is_some(), report);
                authorization.clone()
            }
            (Caller::SignsIn(..) | Caller::Unknown, _) => {
                compare_clocks(service.is_some(), report);
                None
            }
        };
        match (service, authorization) {
            (Some(_), _) if self.context.network_only => report.complete(),
            (None, _) if self.context.network_only => {}
            (Some(route), Some(authorization)) => {
                report.add(CALL, call::check(&route, self.title_id, &authorization, self.context.clock));
                report.complete();
            }
            _ => report.not_tried([CALL]),
        }
    }

    fn sign_in(&self, server: &Server<'_>, has_answered: bool, report: &mut Report) -> Option<Authorization> {
        let token = self.reach(Role::TokenHost, &server.hosts.token, None, report);
        // That host takes no one without a certificate.
        let shown = server.credential.and_then(|credential| {
            let route = self.reach(Role::SignInHost, &server.hosts.sign_in, Some(credential), report);
            route.map(|route| (credential, route))
        });
        compare_clocks(has_answered || token.is_some() || shown.is_some(), report);
        let Some((credential, sign_in)) = shown else {
            if server.credential.is_none() {
                report.not_tried([SIGN_IN_HOST]);
            }
            report.not_tried([STEP_1, STEP_2]);
            return None;
        };
        let signer = Signer { credential, clock: self.context.clock };
        let service_token = report.take(STEP_1, signer.service_token(&sign_in));
        match (service_token, token) {
            (Some(service_token), Some(token)) => {
                report.take(STEP_2, signer.token(&token, &service_token, server.config))
            }
            _ => {
                report.not_tried([STEP_2]);
                None
            }
        }
    }

    fn reach(&self, role: Role, base: &BaseUrl, credential: Option<&Credential>, report: &mut Report) -> Option<Route> {
        match Host::new(role, base, credential, self.context) {
            Ok(host) => host.check(report),
            Err(finding) => {
                report.add(HOSTS, finding);
                None
            }
        }
    }
}

/// Only a host that answered can have sent its time.
fn compare_clocks(has_answered: bool, report: &mut Report) {
    if has_answered {
        report.add(CLOCK, clock::compare(report.clock_offset_ms));
    } else {
        report.not_tried([CLOCK]);
    }
}
