//! The options, in one table. Flags, environment variables, the keys of the configuration file, `--help` and the
//! table in `docs/fleet.md` follow from it.

use Fallback::{Is, Otherwise};
use Kind::{Action, Address, Choice, Limits, Number, SecretUrl, Switch, Text};

/// What an option takes.
#[derive(Clone, Copy, Debug)]
pub enum Kind {
    /// On or off.
    Switch,
    /// `unit` stands for it in the help.
    Number { unit: &'static str, least: u64, most: u64 },
    /// One of these words.
    Choice(&'static [&'static str]),
    /// An IP address with a port.
    Address,
    /// Rate limits.
    Limits,
    /// A text, for which this stands in the help.
    Text(&'static str),
    /// A URL that may have a password: not on the command line, which other users of the machine can see. This
    /// option names a file with it.
    SecretUrl(Name),
    /// Another action than to run. It is for the command line only.
    Action,
}

/// What applies where an option is left out.
#[derive(Clone, Copy, Debug)]
pub enum Fallback {
    /// As if this had been given.
    Is(&'static str),
    /// What this describes.
    Otherwise(&'static str),
    /// Nothing.
    Nothing,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Group {
    Front,
    Service,
    SignIn,
    GivenToken,
    Limits,
    Store,
    Program,
}

impl Group {
    /// In the order of the help.
    pub const ALL: [Group; 7] =
        [Group::Front, Group::Service, Group::SignIn, Group::GivenToken, Group::Limits, Group::Store, Group::Program];

    pub fn title(self) -> &'static str {
        match self {
            Group::Front => "Servers that connect",
            Group::Service => "The service",
            Group::SignIn => "To sign in for the servers",
            Group::GivenToken => "To be given the token instead",
            Group::Limits => "Limits of a title, such as 7/15s,50/300s: 7 requests in 15 seconds and 50 in 300",
            Group::Store => "To share the limits with other relays, through Valkey or Redis",
            Group::Program => "The program",
        }
    }
}

#[derive(Debug)]
pub struct Info {
    pub id: Name,
    /// With hyphens, without those at its beginning.
    pub name: &'static str,
    pub group: Group,
    pub kind: Kind,
    pub default: Fallback,
    pub text: &'static str,
}

macro_rules! options {
    ($($group:ident { $($id:ident $name:literal $kind:expr, $default:expr, $text:literal;)* })*) => {
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum Name { $($($id,)*)* }

        pub static OPTIONS: &[Info] = &[$($(
            Info {
                id: Name::$id,
                name: $name,
                group: Group::$group,
                kind: $kind,
                default: $default,
                text: $text,
            },
        )*)*];
    };
}

const fn ms(least: u64, most: u64) -> Kind {
    Number { unit: "MS", least, most }
}

const fn count(least: u64, most: u64) -> Kind {
    Number { unit: "N", least, most }
}

const FILE: Kind = Text("FILE");
const URL: Kind = Text("URL");
const OFF: Fallback = Is("false");
const NONE: Fallback = Fallback::Nothing;

/// The longest of the time limits.
const TEN_MINUTES: u64 = 600_000;

options! {
    Front {
        Listen "listen" Address, Is("127.0.0.1:8080"), "where servers connect; port 0 takes a free one";
        AdminListen "admin-listen" Address, Otherwise("with --listen"),
            "where probes and metrics are served, in plain HTTP";
        Keys "keys" FILE, NONE,
            "the keys of servers that may come in, a line each: a name, the key, and the titles that it is for (`123,456`, or \
             `*` for all). Read again when it changes";
        TlsCertificate "tls-certificate" FILE, Otherwise("plain HTTP"),
            "the relay's certificate with its chain, in PEM or PKCS#12. Read again when it changes";
        TlsPrivateKey "tls-private-key" FILE, Otherwise("in the file of the certificate"), "its private key, in PEM";
        TlsCertificatePasswordFile "tls-certificate-password-file" FILE, NONE,
            "a file with the password of the PKCS#12 file";
        TlsClientCa "tls-client-ca" FILE, NONE,
            "PEM certificates of authorities: a server that shows a certificate of one of them may come in, for all titles. \
             Without --keys each connection needs one, with --keys a certificate or a key";
        ListenPlainHttp "listen-plain-http" Switch, OFF,
            "allow plain HTTP on another address than loopback, which sends keys unencrypted";
        UserTokens "user-tokens" Choice(&["accept", "refuse"]), Is("accept"),
            "whether calls with a user's own token are passed on; they need no key, but a key has to be for their title";
        MaxConnections "max-connections" count(1, 100_000), Is("10000"), "the most connections of servers at a time";
        MaxBodyBytes "max-body-bytes" Number { unit: "BYTES", least: 1_024, most: 16_777_216 }, Is("262144"),
            "the largest body of a request";
        MaxRequestsPerKey "max-requests-per-key" count(1, 100_000), Is("1000"),
            "the most requests at a time of servers with the same key, and of all calls with a user's own token together";
        ReceiveTimeout "receive-timeout-ms" ms(100, TEN_MINUTES), Is("10000"),
            "how long the head or the body of a request may take to arrive";
        CallerTimeout "caller-timeout-ms" ms(100, TEN_MINUTES), Is("5000"),
            "how long a server waits for its answer: the request_timeout_ms of its configuration";
        Grace "grace-ms" ms(0, TEN_MINUTES), Is("35000"), "how long requests may take to end after SIGTERM";
    }
    Service {
        Endpoint "endpoint" URL, Is(mpa::api::Endpoint::PRODUCTION), "the service";
        CaCertificates "ca-certificates" FILE, NONE,
            "PEM certificates of authorities to trust beside those that the relay carries";
        CaOnly "ca-only" Switch, OFF, "trust those of --ca-certificates only";
        ProxyUrl "proxy-url" SecretUrl(Name::ProxyUrlFile), Otherwise("none; HTTPS_PROXY is not read"),
            "the HTTP proxy to go through, http://host:port";
        ProxyUrlFile "proxy-url-file" FILE, NONE,
            "a file with the URL of a proxy that takes a password, http://user:password@host:port";
        AllowPlainHttp "allow-plain-http" Switch, OFF,
            "allow http:// to other machines, which sends the token unencrypted";
        ConnectTimeout "connect-timeout-ms" ms(1, TEN_MINUTES), Otherwise("1500, at most --request-timeout-ms"),
            "time limit for connecting";
        RequestTimeout "request-timeout-ms" ms(1, TEN_MINUTES), Is("2000"),
            "time limit for one request with its response, connecting included";
        MaxAttempts "max-attempts" count(1, 10), Is("4"), "the most attempts for each request";
        WorkerCount "worker-count" count(1, 64), Is("32"), "how many requests of a title are sent at the same time";
        RecentPlayersHold "recent-players-hold-ms" ms(1, TEN_MINUTES), Is("1500"),
            "how long recent players are held to be gathered into full requests";
    }
    SignIn {
        Certificate "certificate" FILE, NONE,
            "the Business Partner Certificate with its chain, in PEM or PKCS#12. Read again when it changes";
        PrivateKey "private-key" FILE, Otherwise("in the file of the certificate"), "its private key, in PEM";
        CertificatePasswordFile "certificate-password-file" FILE, NONE,
            "a file with the password of the PKCS#12 file";
        Sandbox "sandbox" Text("NAME"), Is(mpa::auth::DEFAULT_SANDBOX), "the sandbox that tokens are for";
        RelyingParty "relying-party" Text("URI"), Is(mpa::auth::DEFAULT_RELYING_PARTY), "the service that tokens are for";
        SignInEndpoint "sign-in-endpoint" URL, Is(mpa::auth::Step::ServiceToken.production()),
            "the service that takes the certificate";
        TokenEndpoint "token-endpoint" URL, Is(mpa::auth::Step::Token.production()), "the service that gives tokens";
    }
    GivenToken {
        AuthorizationHeaderFile "authorization-header-file" FILE, NONE,
            "a file with the value of the Authorization header, `XBL3.0 x=...;...`. Read again when it changes";
        ProofKeyFile "proof-key-file" FILE, Otherwise("it is not bound"),
            "the key that this token is bound to, in PEM. Read again when it changes";
    }
    Limits {
        InviteLimit "invite-limit" Limits, Otherwise("learned from answers"), "requests with invites";
        RecentPlayersLimit "recent-players-limit" Limits, Otherwise("learned from answers"),
            "requests with recent players";
        ActivityWriteLimit "activity-write-limit" Limits, Otherwise("learned from answers"),
            "requests that set or delete activities";
        ActivityReadLimit "activity-read-limit" Limits, Otherwise("learned from answers"),
            "requests that get or query activities";
    }
    Store {
        Redis "redis" SecretUrl(Name::RedisFile), Otherwise("this relay keeps its limits alone"),
            "the store: redis://host:port, rediss://host:port (with TLS), redis+sentinel://host:port,host:port/master, \
             redis+cluster://host:port,host:port or unix:///path";
        RedisFile "redis-file" FILE, NONE,
            "a file with the URL of a store that takes a password, such as rediss://user:password@host:port";
        Relays "relays" count(1, 1_000), Is("1"),
            "how many relays there are, until the store has said it: a relay that starts without it keeps to this share";
        RedisTimeout "redis-timeout-ms" ms(1, 10_000), Is("100"), "time limit for a request to the store, in all";
        RedisPrefix "redis-prefix" Text("NAME"), Is("mpa"), "what the names of its keys begin with";
        RedisCaCertificates "redis-ca-certificates" FILE, Otherwise("those of the system"),
            "PEM certificates of the authorities to trust for rediss://";
    }
    Program {
        LogFormat "log-format" Choice(&["text", "json"]), Is("text"), "the form of the log";
        LogLevel "log-level" Choice(&["error", "warning", "info", "debug"]), Is("info"), "what is logged";
        Config "config" FILE, NONE,
            "a TOML file with options, named with underscores: `max_attempts = 4`";
        Check "check" Action, NONE, "check the options and the files that they name, say what the relay would do, and exit";
        Help "help" Action, NONE, "show this";
        Version "version" Action, NONE, "show the version";
    }
}

impl Name {
    pub fn info(self) -> &'static Info {
        &OPTIONS[self as usize]
    }
}

impl Info {
    pub fn flag(&self) -> String {
        format!("--{}", self.name)
    }

    /// The environment variable.
    pub fn variable(&self) -> String {
        format!("{VARIABLE_PREFIX}{}", self.name.replace('-', "_").to_ascii_uppercase())
    }

    /// The key in the configuration file.
    pub fn key(&self) -> String {
        self.name.replace('-', "_")
    }

    pub fn is_action(&self) -> bool {
        matches!(self.kind, Action)
    }

    /// Whether the configuration file may have it.
    pub fn is_for_files(&self) -> bool {
        !self.is_action() && self.id != Name::Config
    }

    /// What stands for its value in the help.
    pub fn placeholder(&self) -> String {
        match self.kind {
            Switch | Action => String::new(),
            Number { unit, .. } => unit.to_owned(),
            Choice(words) => words.join("|"),
            Address => "ADDRESS:PORT".to_owned(),
            Limits => "LIMITS".to_owned(),
            SecretUrl(_) => "URL".to_owned(),
            Text(placeholder) => placeholder.to_owned(),
        }
    }

    /// What applies where it is left out, in words.
    pub fn default_words(&self) -> Option<&'static str> {
        match self.default {
            Is(_) if matches!(self.kind, Switch) => None,
            Is(words) | Otherwise(words) => Some(words),
            Fallback::Nothing => None,
        }
    }
}

pub const VARIABLE_PREFIX: &str = "MPA_RELAY_";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_option_is_found_by_its_name() {
        for (place, info) in OPTIONS.iter().enumerate() {
            assert_eq!(info.id as usize, place);
            assert!(std::ptr::eq(info.id.info(), info));
            assert!(info.name.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'-'), "{}", info.name);
            assert_eq!(OPTIONS.iter().filter(|other| other.name == info.name).count(), 1, "{}", info.name);
        }
    }

    #[test]
    fn defaults_are_values() {
        for info in OPTIONS {
            if let Is(text) = info.default {
                assert_eq!(super::super::value::check(info.kind, text), Ok(()), "{}", info.name);
            }
        }
    }

    #[test]
    fn names_have_three_forms() {
        let info = Name::MaxAttempts.info();
        assert_eq!(
            (info.flag().as_str(), info.variable().as_str(), info.key().as_str()),
            ("--max-attempts", "MPA_RELAY_MAX_ATTEMPTS", "max_attempts")
        );
    }
}
