//! Organization, key, certificates, limits.

use std::path::PathBuf;
use std::time::Duration;

use super::endpoint::Endpoint;
use super::retries::Retries;
use crate::{Organization, Secret};

/// How an appliance is asked.
#[derive(Clone, Debug)]
pub struct Settings {
    /// Where it is.
    pub endpoint: Endpoint,
    /// Whose fleet is asked about.
    pub organization: Organization,
    /// The API key; `None`: none is sent, as a simulated appliance may not want one.
    pub api_key: Option<Secret>,
    /// A file of certificates, PEM, that are trusted instead of the system's; `None`: the system's are.
    pub ca_file: Option<PathBuf>,
    /// Whether any certificate is taken: then anybody in between can read the key.
    pub skip_verify: bool,
    /// How much and how long.
    pub limits: Limits,
    /// What is tried again.
    pub retries: Retries,
}

/// How much may come, and how long anything may take.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// The longest answer, in bytes; of a list in parts, all of them together.
    pub answer: usize,
    /// The most parts of one list.
    pub pages: u32,
    /// The longest event of a stream, in bytes.
    pub event: usize,
    /// How long a connection may take to be made.
    pub connect_time: Duration,
    /// How long one attempt may take, from the connection to the end of the answer.
    pub attempt_time: Duration,
    /// How long an answer may stand still, and a stream be silent. A server says something every 15 seconds.
    pub silence: Duration,
    /// How long a question may take with all of its attempts and parts.
    pub whole_time: Duration,
    /// How long a connection that nobody uses is kept.
    pub keep: Duration,
}

impl Settings {
    /// Those of an organization's fleet at an endpoint, without a key and with the system's certificates.
    pub fn new(endpoint: Endpoint, organization: Organization) -> Self {
        Self {
            endpoint,
            organization,
            api_key: None,
            ca_file: None,
            skip_verify: false,
            limits: Limits::default(),
            retries: Retries::default(),
        }
    }
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            answer: 64 << 20,
            pages: 1000,
            event: 1 << 20,
            connect_time: Duration::from_secs(10),
            attempt_time: Duration::from_secs(60),
            silence: Duration::from_secs(40),
            whole_time: Duration::from_secs(120),
            // Shorter than servers keep theirs, so that a request rarely meets a connection that is being closed.
            keep: Duration::from_secs(10),
        }
    }
}
