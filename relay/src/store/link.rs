//! The connection to the store.

use std::fmt;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use arc_swap::ArcSwapOption;
use redis::aio::MultiplexedConnection;
use redis::cluster_async::ClusterConnection;
use redis::{AsyncConnectionConfig, Cmd, ErrorKind, RedisError, RedisResult, ServerErrorKind, cluster::ClusterConfig};

use super::address::{Address, Client};
use super::script::Question;

/// Connecting takes several round trips and, with TLS, some work; no request waits for it.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(1);

/// One connection, which all threads use at the same time.
pub struct Link {
    address: Address,
    timeout: Duration,
    client: tokio::sync::Mutex<Client>,
    connection: ArcSwapOption<Connection>,
}

#[derive(Clone)]
enum Connection {
    Single(MultiplexedConnection),
    Cluster(ClusterConnection),
}

/// Why there is no answer. It shows nothing of what was sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Failure {
    /// Not yet, or not any more.
    NotConnected,
    Timeout(Duration),
    Refused,
    Closed,
    Password,
    NoMaster,
    Transport(String),
    /// It answered with an error of this code.
    Code(String),
    /// It answers, but has lost what it knew.
    DataLost,
    /// It answered what was not asked.
    Unexpected,
}

impl Link {
    pub fn new(address: Address, timeout: Duration) -> RedisResult<Self> {
        let client = tokio::sync::Mutex::new(address.client()?);
        Ok(Link { address, timeout, client, connection: ArcSwapOption::empty() })
    }

    pub fn address(&self) -> &Address {
        &self.address
    }

    pub fn is_connected(&self) -> bool {
        self.connection.load().is_some()
    }

    pub async fn connect(&self) -> Result<(), Failure> {
        // Of several nodes one after the other may not answer.
        let each = CONNECT_TIMEOUT.max(self.timeout);
        let within = each * self.address.node_count();
        let connecting = async { self.client.lock().await.connect(each).await };
        let connection = match tokio::time::timeout(within, connecting).await {
            Ok(connection) => connection?,
            Err(_) => return Err(Failure::Timeout(within)),
        };
        self.connection.store(Some(connection.into()));
        Ok(())
    }

    pub fn disconnect(&self) {
        self.connection.store(None);
    }

    /// Runs a script, within the time limit all in all. `round_trips` counts what that takes.
    pub async fn ask(&self, question: &Question, round_trips: &AtomicU64) -> Result<Vec<u64>, Failure> {
        let Some(connection) = self.connection.load_full() else { return Err(Failure::NotConnected) };
        let mut connection = Connection::clone(&connection);
        let asking = async {
            round_trips.fetch_add(1, Ordering::Relaxed);
            match connection.send(&command("EVALSHA", question.script.hash(), question)).await {
                // The store does not know it yet, or was restarted.
                Err(error) if error.kind() == ErrorKind::Server(ServerErrorKind::NoScript) => {
                    round_trips.fetch_add(1, Ordering::Relaxed);
                    connection.send(&command("EVAL", question.script.code, question)).await
                }
                answer => answer,
            }
        };
        let answer = match tokio::time::timeout(self.timeout, asking).await {
            Ok(answer) => answer?,
            Err(_) => return Err(Failure::Timeout(self.timeout)),
        };
        redis::from_redis_value(answer).map_err(|_| Failure::Unexpected)
    }

    /// Runs a command whose answer does not matter.
    pub async fn send_command(&self, command: &Cmd) -> Result<(), Failure> {
        let Some(connection) = self.connection.load_full() else { return Err(Failure::NotConnected) };
        let mut connection = Connection::clone(&connection);
        match tokio::time::timeout(self.timeout, connection.send(command)).await {
            Ok(answer) => Ok(answer.map(drop)?),
            Err(_) => Err(Failure::Timeout(self.timeout)),
        }
    }
}

impl Connection {
    async fn send(&mut self, command: &Cmd) -> RedisResult<redis::Value> {
        match self {
            Connection::Single(connection) => command.query_async(connection).await,
            Connection::Cluster(connection) => command.query_async(connection).await,
        }
    }
}

fn command(name: &str, script: &str, question: &Question) -> Cmd {
    let mut command = redis::cmd(name);
    command.arg(script).arg(question.keys.len()).arg(&question.keys).arg(&question.arguments);
    command
}

impl Client {
    async fn connect(&mut self, timeout: Duration) -> RedisResult<Connection> {
        // Who asks has a time limit of its own.
        let config = AsyncConnectionConfig::new().set_connection_timeout(Some(timeout)).set_response_timeout(None);
        Ok(match self {
            Client::Single(client) => {
                Connection::Single(client.get_multiplexed_async_connection_with_config(&config).await?)
            }
            Client::Sentinel(client) => Connection::Single(client.get_async_connection_with_config(&config).await?),
            Client::Cluster(client) => {
                let config = ClusterConfig::new().set_connection_timeout(timeout).set_response_timeout(timeout);
                Connection::Cluster(client.get_async_connection_with_config(config).await?)
            }
        })
    }
}

impl From<RedisError> for Failure {
    fn from(error: RedisError) -> Self {
        match error.kind() {
            ErrorKind::AuthenticationFailed => Failure::Password,
            ErrorKind::MasterNameNotFoundBySentinel => Failure::NoMaster,
            _ if error.is_connection_refusal() => Failure::Refused,
            ErrorKind::Io if error.is_timeout() => Failure::Timeout(CONNECT_TIMEOUT),
            // Of the operating system or of TLS: nothing of what was sent is in it.
            ErrorKind::Io if !error.is_connection_dropped() => Failure::Transport(error.to_string()),
            ErrorKind::Io => Failure::Closed,
            // Not its detail, which may repeat what was sent.
            _ => match error.code() {
                Some("NOAUTH" | "WRONGPASS") => Failure::Password,
                Some(code) => Failure::Code(code.to_owned()),
                None => Failure::Transport(error.category().to_owned()),
            },
        }
    }
}

/// Follows the name of the store in a sentence.
impl fmt::Display for Failure {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Failure::NotConnected => write!(formatter, "is not connected"),
            Failure::Timeout(after) => write!(formatter, "does not answer within {} ms", after.as_millis()),
            Failure::Refused => write!(formatter, "refuses the connection"),
            Failure::Closed => write!(formatter, "closed the connection"),
            Failure::Password => write!(formatter, "does not accept the user name and password of its URL"),
            Failure::NoMaster => write!(formatter, "has no sentinel that knows the master of its URL"),
            Failure::Transport(problem) => write!(formatter, "cannot be reached ({problem})"),
            Failure::Code(code) => write!(formatter, "answers with the error {code}"),
            Failure::DataLost => write!(formatter, "has lost its data"),
            Failure::Unexpected => write!(formatter, "gives an unexpected answer"),
        }
    }
}

impl fmt::Debug for Link {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Link").field("address", &self.address).finish_non_exhaustive()
    }
}
