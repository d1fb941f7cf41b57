//! What an operator orders, as a value: it can be shown, kept, sent, and told as the command line that does the same.
//!
//! An order names its targets as people do, and says for which state of each it was made. Whoever carries it out looks
//! first whether that still holds: `model::check` is where.

mod line;

use std::fmt;

use appliance::{OperationId, Text};
use serde::{Deserialize, Serialize};

pub use line::NoCommand;

/// One order to an appliance.
///
/// It displays as a command line, from which it can be parsed again.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Command {
    /// What is to be done.
    pub verb: Verb,
    /// Which fleet is meant: the scenario's or context's name.
    pub context: Text,
    /// To what it is to be done, in this order.
    pub targets: Vec<Target>,
}

/// What is to be done.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Verb {
    /// Roll a revision out to a pool.
    Apply,
    /// Try a failed operation again.
    Retry,
    /// Cancel an operation.
    Cancel,
    /// Pause an operation.
    Pause,
    /// Resume a paused operation.
    Resume,
}

/// One thing to which something is to be done.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Target {
    /// The cluster's name.
    pub cluster: Text,
    /// The pool's name.
    pub pool: Text,
    /// The revision that is rolled out to the pool.
    pub revision: u32,
    /// What of the pool is meant, and in which state.
    #[serde(flatten)]
    pub subject: Subject,
}

/// What of a pool is meant, and in which state.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Subject {
    /// The operation that rolls the revision out.
    Operation {
        /// Its number.
        operation: OperationId,
    },
    /// The pool itself, which is to move to the revision.
    Pool {
        /// The revision that the pool is on; `None` where the appliance does not tell.
        from: Option<u32>,
        /// The newest revision that is known of it.
        newest: u32,
    },
}

impl Verb {
    /// Every verb.
    pub const ALL: [Self; 5] = [
        Self::Apply,
        Self::Retry,
        Self::Cancel,
        Self::Pause,
        Self::Resume,
    ];

    /// The word for it on a command line.
    pub fn word(self) -> &'static str {
        match self {
            Self::Apply => "apply",
            Self::Retry => "retry",
            Self::Cancel => "cancel",
            Self::Pause => "pause",
            Self::Resume => "resume",
        }
    }

    /// The word for it on a button.
    pub fn label(self) -> &'static str {
        match self {
            Self::Apply => "Apply",
            Self::Retry => "Retry",
            Self::Cancel => "Cancel",
            Self::Pause => "Pause",
            Self::Resume => "Resume",
        }
    }
}

impl Command {
    /// What it does, in a few words.
    pub fn title(&self) -> String {
        let label = self.verb.label();
        match &*self.targets {
            [target] => format!("{label} {target}"),
            targets => {
                let what = match self.verb {
                    Verb::Apply => "revisions",
                    _ => "operations",
                };
                format!("{label} {} {what}", targets.len())
            }
        }
    }
}

impl fmt::Display for Target {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { pool, revision, .. } = self;
        match self.subject {
            Subject::Operation { operation } => {
                write!(formatter, "operation {} of {pool}", operation.0)
            }
            Subject::Pool { .. } => write!(formatter, "revision {revision} to {pool}"),
        }
    }
}
