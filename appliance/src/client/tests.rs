//! The client against servers that do not behave, and against the one of this crate.

#[cfg(feature = "server")]
mod contract;
mod encryption;
mod errors;
mod faulty;
mod lists;
mod redirects;
mod reuse;
mod streams;
mod waits;

use std::time::Duration;

use super::{Client, Endpoint, Retries, Settings};
use crate::wire::tests::organization;
use crate::{OperationId, Reply, Request, Secret, public};

/// Settings that wait for nothing between attempts.
fn settings(endpoint: &str) -> Settings {
    let endpoint = Endpoint::parse(endpoint).unwrap();
    Settings {
        api_key: Some(Secret::new("eyJ-the-key")),
        retries: Retries {
            most: 3,
            first: Duration::ZERO,
            cap: Duration::ZERO,
            asked_cap: Duration::from_secs(3600),
        },
        ..Settings::new(endpoint, organization())
    }
}

fn client(endpoint: &str) -> Client {
    Client::new(settings(endpoint)).unwrap()
}

fn question() -> Request {
    Request::from(public::Request::ListMachines)
}

fn order() -> Request {
    let operation = OperationId(7);
    Request::RetryOperation { operation }
}

fn no_machines() -> Reply {
    Reply::from(public::Reply::Machines(Vec::new()))
}
