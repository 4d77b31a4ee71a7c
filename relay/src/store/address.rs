//! The URL of a store.

use std::fmt;
use std::fs;
use std::iter;
use std::path::Path;

use redis::cluster::ClusterClientBuilder;
use redis::sentinel::{SentinelClientBuilder, SentinelServerType};
use redis::{ConnectionAddr, ConnectionInfo, IntoConnectionInfo, TlsCertificates, TlsMode};

/// What a URL may look like, for messages.
const FORMS: &str = "redis://HOST:PORT, rediss://HOST:PORT (TLS), redis+sentinel://HOST:PORT,HOST:PORT/MASTER, \
                     redis+cluster://HOST:PORT,HOST:PORT or unix:///PATH";

/// How a store is reached. Its `Debug` shows no credentials.
#[derive(Clone)]
pub struct Address {
    kind: Kind,
    first: ConnectionInfo,
    others: Vec<ConnectionInfo>,
    /// The authorities that sign the store's certificate, where they are not the system's.
    certificates: Option<TlsCertificates>,
}

#[derive(Clone, Debug)]
enum Kind {
    Single,
    Sentinel { master: String, sentinel_password: Option<String> },
    Cluster,
}

/// What makes connections. A sentinel is asked each time.
pub enum Client {
    Single(Box<redis::Client>),
    Sentinel(Box<redis::sentinel::SentinelClient>),
    Cluster(Box<redis::cluster::ClusterClient>),
}

impl Address {
    /// Reads `url`. An error is a sentence that shows nothing of a password.
    pub fn parse(url: &str, ca_certificates: Option<&Path>) -> Result<Self, String> {
        let address = Self::parse_url(url).map_err(|problem| {
            format!("The URL of the store {problem}. Expected: {FORMS}, with USER:PASSWORD@ before the first host if needed.")
        })?;
        let Some(path) = ca_certificates else { return Ok(address) };
        let shown = path.display();
        if !address.uses_tls() {
            return Err(format!(
                "Certificates for the store are given in {shown}, but its URL does not begin with rediss: nothing would be encrypted."
            ));
        }
        let pem = fs::read(path)
            .map_err(|error| format!("The certificates for the store in {shown} cannot be read: {error}."))?;
        if !pem.windows(27).any(|bytes| bytes == b"-----BEGIN CERTIFICATE-----") {
            return Err(format!(
                "{shown}, named for the certificates of the store, contains no certificate in PEM form."
            ));
        }
        let certificates = Some(TlsCertificates { client_tls: None, root_cert: Some(pem) });
        let address = Address { certificates, ..address };
        // Reads them.
        address.client().map_err(|_| format!("A certificate in {shown}, for the store, cannot be used."))?;
        Ok(address)
    }

    fn parse_url(url: &str) -> Result<Self, String> {
        let (scheme, rest) = url.split_once("://").ok_or("has no scheme")?;
        let (base, kind) = match scheme.split_once('+') {
            Some((_, "unix")) | None => (scheme, None),
            Some((base, kind)) => (base, Some(kind)),
        };
        if rest.contains('#') {
            return Err("has a fragment; a '#' in a password is written %23".to_owned());
        }
        let Some(kind) = kind else {
            return Ok(Address { kind: Kind::Single, first: node(url)?, others: Vec::new(), certificates: None });
        };
        let (rest, query) = rest.split_once('?').map_or((rest, None), |(rest, query)| (rest, Some(query)));
        let (authority, path) = rest.split_once('/').unwrap_or((rest, ""));
        let (user, hosts) = match authority.rsplit_once('@') {
            Some((user, hosts)) => (format!("{user}@"), hosts),
            None => (String::new(), authority),
        };
        let (kind, default_port, database) = match kind {
            "sentinel" => {
                let (master, database) = path.split_once('/').unwrap_or((path, ""));
                if master.is_empty() {
                    return Err("names no master after its sentinels".to_owned());
                }
                let sentinel_password = match query.map(|query| query.split_once('=')) {
                    None => None,
                    Some(Some(("sentinel-password", encoded))) => password(encoded)?,
                    Some(_) => return Err("has parameters other than sentinel-password".to_owned()),
                };
                (Kind::Sentinel { master: master.to_owned(), sentinel_password }, 26379, database)
            }
            "cluster" if !path.is_empty() => return Err("names a database, which a cluster does not have".to_owned()),
            "cluster" if query.is_some() => return Err("has parameters, which a cluster does not take".to_owned()),
            "cluster" => (Kind::Cluster, 6379, ""),
            _ => return Err("has a scheme that is not known".to_owned()),
        };
        let node = |host: &str| {
            let has_port = host.rsplit_once(':').is_some_and(|(_, port)| !port.ends_with(']'));
            let port = if has_port { String::new() } else { format!(":{default_port}") };
            node(&format!("{base}://{user}{host}{port}/{database}"))
        };
        let (first, others) = hosts.split_once(',').map_or((hosts, None), |(first, others)| (first, Some(others)));
        let others = others.into_iter().flat_map(|hosts| hosts.split(',')).map(node).collect::<Result<_, _>>()?;
        Ok(Address { kind, first: node(first)?, others, certificates: None })
    }

    fn nodes(&self) -> impl Iterator<Item = &ConnectionInfo> {
        iter::once(&self.first).chain(&self.others)
    }

    /// How many nodes may have to be tried: those of the URL, and the server that a sentinel names.
    pub fn node_count(&self) -> u32 {
        let named = u32::from(matches!(self.kind, Kind::Sentinel { .. }));
        named + u32::try_from(self.nodes().count()).unwrap_or(u32::MAX)
    }

    fn uses_tls(&self) -> bool {
        matches!(self.first.addr(), ConnectionAddr::TcpTls { .. })
    }

    /// Makes what makes connections, without connecting.
    pub fn client(&self) -> redis::RedisResult<Client> {
        match &self.kind {
            Kind::Single => {
                let node = self.first.clone();
                let client = match &self.certificates {
                    Some(certificates) => redis::Client::build_with_tls(node, certificates.clone())?,
                    None => redis::Client::open(node)?,
                };
                Ok(Client::Single(Box::new(client)))
            }
            Kind::Cluster => {
                // The caller decides when to go on; a redirection is a retry for this client.
                let mut builder = ClusterClientBuilder::new(self.nodes().cloned()).retries(1);
                if let Some(certificates) = &self.certificates {
                    builder = builder.certs(certificates.clone());
                }
                Ok(Client::Cluster(Box::new(builder.build()?)))
            }
            Kind::Sentinel { master, sentinel_password } => {
                let addresses = self.nodes().map(|node| node.addr().clone());
                let mut builder = SentinelClientBuilder::new(addresses, master, SentinelServerType::Master)?;
                if let Some(password) = sentinel_password {
                    builder = builder.set_client_to_sentinel_password(password);
                }
                let server = self.first.redis_settings();
                builder = builder.set_client_to_redis_db(server.db());
                if let Some(username) = server.username() {
                    builder = builder.set_client_to_redis_username(username);
                }
                if let Some(password) = server.password() {
                    builder = builder.set_client_to_redis_password(password);
                }
                if self.uses_tls() {
                    builder = builder.set_client_to_redis_tls_mode(TlsMode::Secure);
                }
                if let Some(certificates) = &self.certificates {
                    builder = builder.set_client_to_redis_certificates(certificates.clone());
                    builder = builder.set_client_to_sentinel_certificates(certificates.clone());
                }
                Ok(Client::Sentinel(Box::new(builder.build()?)))
            }
        }
    }
}

/// A password as a URL has it, decoded as the client decodes the other one.
fn password(encoded: &str) -> Result<Option<String>, String> {
    let info = node(&format!("redis://:{encoded}@localhost"))?;
    Ok(info.redis_settings().password().map(ToOwned::to_owned))
}

fn node(url: &str) -> Result<ConnectionInfo, String> {
    let node = redis::parse_redis_url(url).and_then(|url| url.into_connection_info().ok());
    node.ok_or_else(|| "cannot be read: its scheme, host, port or database is not one".to_owned())
}

/// Where the store is, without credentials.
impl fmt::Display for Address {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, node) in self.nodes().enumerate() {
            let separator = if index == 0 { "" } else { ", " };
            write!(formatter, "{separator}{}", node.addr())?;
        }
        match &self.kind {
            Kind::Single => Ok(()),
            Kind::Sentinel { master, .. } => write!(formatter, " (sentinels of {master})"),
            Kind::Cluster => write!(formatter, " (cluster)"),
        }
    }
}

impl fmt::Debug for Address {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "Address({self})")
    }
}

#[cfg(test)]
#[path = "address_tests.rs"]
mod tests;
