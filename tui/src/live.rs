//! A live appliance, asked in the console's own questions: with this project's extension as it is, without it by what
//! meltcloud's public API tells.
//!
//! What an appliance does not tell is an error of the kind [`ErrorKind::Unsupported`](appliance::ErrorKind::Unsupported),
//! which is another thing than an empty answer.

use std::sync::{Arc, Mutex, PoisonError};

use appliance::client::blocking::Client;
use appliance::{Capabilities, Error, Reply, Request};

/// One appliance. To clone it is cheap; clones share what is remembered, and each may be asked while others are.
#[derive(Clone, Debug)]
pub struct Appliance {
    client: Client,
    /// What it can do besides the public API, once it has said so.
    capabilities: Arc<Mutex<Option<Option<Capabilities>>>>,
}

impl Appliance {
    /// The appliance that a client asks. Nothing is sent yet.
    pub fn new(client: Client) -> Self {
        Self {
            client,
            capabilities: Arc::default(),
        }
    }

    /// What it can do besides meltcloud's public API, asked once and remembered; `None`: nothing.
    ///
    /// # Errors
    /// As the client's. Then it is asked again the next time.
    pub fn capabilities(&self) -> Result<Option<Capabilities>, Error> {
        let mut known = self
            .capabilities
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = known.as_ref() {
            return Ok(known.clone());
        }
        let told = self.client.capabilities()?;
        *known = Some(told.clone());
        Ok(told)
    }

    /// Asks, and waits for the reply, at most as long as the client's limits say.
    ///
    /// # Errors
    /// As the client's; [`ErrorKind::Unsupported`](appliance::ErrorKind::Unsupported) for what this appliance does not
    /// tell or do.
    pub fn ask(&self, request: &Request) -> Result<Reply, Error> {
        self.client.ask(request)
    }
}
