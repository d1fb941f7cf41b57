//! What an operator orders, as a value: it can be shown, sent, and told as the command line that does the same.

use appliance::{MachinePoolId, OperationId, Request, Text};
use serde::Serialize;

/// One order to an appliance.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Command {
    /// What is to be done, and to what.
    pub verb: Verb,
    /// Which fleet is meant: the scenario's or context's name.
    pub context: Text,
    /// The cluster that it touches.
    pub cluster: Text,
    /// The pool that it touches.
    pub pool: Text,
}

/// What is to be done, and to what.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "verb", rename_all = "snake_case")]
pub enum Verb {
    /// Roll a revision out to a pool.
    Apply {
        /// The pool.
        pool: MachinePoolId,
        /// The revision.
        revision: u32,
    },
    /// Try a failed operation again.
    Retry {
        /// The operation.
        operation: OperationId,
    },
    /// Cancel an operation.
    Cancel {
        /// The operation.
        operation: OperationId,
    },
    /// Pause an operation.
    Pause {
        /// The operation.
        operation: OperationId,
    },
    /// Resume a paused operation.
    Resume {
        /// The operation.
        operation: OperationId,
    },
}

impl Command {
    /// The request that carries it out.
    pub fn request(&self) -> Request {
        match self.verb {
            Verb::Apply { pool, revision } => Request::ApplyRevision { pool, revision },
            Verb::Retry { operation } => Request::RetryOperation { operation },
            Verb::Cancel { operation } => Request::CancelOperation { operation },
            Verb::Pause { operation } => Request::PauseOperation { operation },
            Verb::Resume { operation } => Request::ResumeOperation { operation },
        }
    }

    /// What it does, in a few words.
    pub fn title(&self) -> String {
        let pool = &self.pool;
        match self.verb {
            Verb::Apply { revision, .. } => format!("Apply revision {revision} to {pool}"),
            Verb::Retry { operation } => format!("Retry operation {} of {pool}", operation.0),
            Verb::Cancel { operation } => format!("Cancel operation {} of {pool}", operation.0),
            Verb::Pause { operation } => format!("Pause operation {} of {pool}", operation.0),
            Verb::Resume { operation } => format!("Resume operation {} of {pool}", operation.0),
        }
    }
}
