//! The key, the organization, the limits.

use std::time::Duration;

use crate::{Organization, Secret};

/// How an appliance is served.
#[derive(Clone, Debug, Default)]
pub struct Settings {
    /// The API key that every request has to bring; `None`: no request needs one.
    pub api_key: Option<Secret>,
    /// The organization whose fleet it is: others are not found. `None`: any is taken for it.
    pub organization: Option<Organization>,
    /// Whether the extension is switched off, so that only meltcloud's public API is there.
    pub documented_only: bool,
    /// How much and how long.
    pub limits: Limits,
}

/// How much may come, and how long anything may take.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// The longest body, in bytes.
    pub body: usize,
    /// The longest head of a request, in bytes; at least 8192.
    pub head: usize,
    /// How long a head may take to arrive, and how long a connection may be idle.
    pub head_time: Duration,
    /// How long a body may take to arrive.
    pub body_time: Duration,
    /// How long a client may not read while something is sent to it.
    pub write_time: Duration,
    /// How long an answer may take.
    pub answer_time: Duration,
    /// How many connections are open at once; more wait.
    pub connections: usize,
    /// How long requests may still take when the server stops.
    pub stop_time: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            body: 1 << 20,
            head: 16 << 10,
            head_time: Duration::from_secs(15),
            body_time: Duration::from_secs(30),
            write_time: Duration::from_secs(30),
            answer_time: Duration::from_secs(30),
            connections: 256,
            stop_time: Duration::from_secs(10),
        }
    }
}
