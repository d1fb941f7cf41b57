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
    /// Let a machine's turn wait.
    Hold,
    /// Let a held machine have its turn.
    Unhold,
    /// Let no rollout target a machine.
    Exclude,
    /// Let the next rollout target an excluded machine.
    Include,
}

/// One thing to which something is to be done.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Target {
    /// What rolls a revision out.
    Rollout(RolloutTarget),
    /// A machine.
    Machine(MachineTarget),
}

/// A pool that moves to a revision, or the operation that does it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RolloutTarget {
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

/// A machine. No two of a fleet have one name.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MachineTarget {
    /// Its name.
    pub machine: Text,
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
    pub const ALL: [Self; 9] = [
        Self::Apply,
        Self::Retry,
        Self::Cancel,
        Self::Pause,
        Self::Resume,
        Self::Hold,
        Self::Unhold,
        Self::Exclude,
        Self::Include,
    ];

    /// The word for it on a command line.
    pub fn word(self) -> &'static str {
        match self {
            Self::Apply => "apply",
            Self::Retry => "retry",
            Self::Cancel => "cancel",
            Self::Pause => "pause",
            Self::Resume => "resume",
            Self::Hold => "hold",
            Self::Unhold => "unhold",
            Self::Exclude => "exclude",
            Self::Include => "include",
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
            Self::Hold => "Hold",
            Self::Unhold => "Unhold",
            Self::Exclude => "Exclude",
            Self::Include => "Include",
        }
    }

    /// Whether its targets are machines.
    pub fn is_of_machines(self) -> bool {
        matches!(
            self,
            Self::Hold | Self::Unhold | Self::Exclude | Self::Include
        )
    }
}

impl Command {
    /// Its targets that roll revisions out.
    pub fn rollouts(&self) -> impl Iterator<Item = &RolloutTarget> {
        self.targets.iter().filter_map(|target| match target {
            Target::Rollout(rollout) => Some(rollout),
            Target::Machine(_) => None,
        })
    }

    /// Its targets that are machines.
    pub fn machines(&self) -> impl Iterator<Item = &MachineTarget> {
        self.targets.iter().filter_map(|target| match target {
            Target::Machine(machine) => Some(machine),
            Target::Rollout(_) => None,
        })
    }

    /// What it does, in a few words.
    pub fn title(&self) -> String {
        let label = self.verb.label();
        match &*self.targets {
            [target] => format!("{label} {target}"),
            targets => {
                let what = match self.verb {
                    Verb::Apply => "revisions",
                    verb if verb.is_of_machines() => "machines",
                    _ => "operations",
                };
                format!("{label} {} {what}", targets.len())
            }
        }
    }
}

impl fmt::Display for Target {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Rollout(rollout) => rollout.fmt(formatter),
            Self::Machine(machine) => machine.machine.fmt(formatter),
        }
    }
}

impl fmt::Display for RolloutTarget {
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
