//! Who answers.

use std::time::Duration;

use tokio::sync::watch;

use crate::{Error, Reply, Request};

/// Whatever answers requests: a simulated fleet, a recording, another appliance.
///
/// It is called from threads that may block, several at once.
pub trait Answerer: Send + Sync + 'static {
    /// Answers a request, and carries it out if it is an order.
    ///
    /// # Errors
    /// When what it names does not exist, or cannot be done now.
    fn answer(&self, request: &Request) -> Result<Reply, Error>;

    /// The number of the newest event of the log, which changes when there are more. The stream of events waits for it
    /// and asks then.
    fn newest_event(&self) -> watch::Receiver<u64>;

    /// What goes wrong with the next request, whatever it asks. By default nothing.
    fn fault(&self) -> Fault {
        Fault::default()
    }
}

/// What goes wrong with one request, on purpose.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Fault {
    /// How much later it is answered.
    pub latency: Duration,
    /// What comes of it.
    pub outcome: Outcome,
}

/// What comes of a request.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Outcome {
    /// Its answer.
    #[default]
    Answer,
    /// An error with this status, as JSON. The request is not carried out.
    Status(u16),
    /// An error page with this status, as a proxy makes it. The request is not carried out.
    Html(u16),
    /// The connection ends without an answer. The request is not carried out.
    Drop,
    /// The request is carried out, and the connection ends without an answer.
    Lose,
    /// The request is carried out, and the connection ends in the middle of the answer.
    Half,
}
