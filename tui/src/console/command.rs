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
    /// To what it is to be set: a value, or a pool as `CLUSTER/POOL`; `None` where the verb says it all.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub to: Option<Text>,
    /// Whether the revision that it makes is only saved; else it is applied at once.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub saves: bool,
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
    /// Give a machine another host name.
    SetHostname,
    /// Give a machine other labels.
    SetLabels,
    /// Give a machine another network profile.
    SetNetworkProfile,
    /// Roll out to a machine alone what is saved.
    ApplyTo,
    /// Put a machine into a pool.
    Assign,
    /// Take a machine out of its pool.
    Unassign,
    /// Take a machine out of its pool without its help.
    ForceRemove,
    /// Take a machine out of its pool and forget it.
    Decommission,
    /// Forget a machine that is in no pool.
    Delete,
    /// Boot an enrollment image on a machine.
    Enroll,
    /// Give a pool another Kubernetes version.
    SetPoolVersion,
    /// Give a pool another machine image.
    SetPoolImage,
    /// Give a pool another network profile.
    SetPoolNetworkProfile,
}

/// One thing to which something is to be done.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Target {
    /// What rolls a revision out.
    Rollout(RolloutTarget),
    /// A machine.
    Machine(MachineTarget),
    /// A pool whose settings change.
    Pool(PoolTarget),
}

/// A pool.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PoolTarget {
    /// The cluster's name.
    pub cluster: Text,
    /// The pool's name.
    pub pool: Text,
}

/// Of what kind the targets of a verb are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum About {
    /// Revisions that are rolled out, and operations.
    Rollouts,
    /// Machines.
    Machines,
    /// Pools whose settings change.
    Pools,
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
    pub const ALL: [Self; 22] = [
        Self::Apply,
        Self::Retry,
        Self::Cancel,
        Self::Pause,
        Self::Resume,
        Self::Hold,
        Self::Unhold,
        Self::Exclude,
        Self::Include,
        Self::SetHostname,
        Self::SetLabels,
        Self::SetNetworkProfile,
        Self::ApplyTo,
        Self::Assign,
        Self::Unassign,
        Self::ForceRemove,
        Self::Decommission,
        Self::Delete,
        Self::Enroll,
        Self::SetPoolVersion,
        Self::SetPoolImage,
        Self::SetPoolNetworkProfile,
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
            Self::SetHostname => "set-hostname",
            Self::SetLabels => "set-labels",
            Self::SetNetworkProfile => "set-network-profile",
            Self::ApplyTo => "apply-to",
            Self::Assign => "assign",
            Self::Unassign => "unassign",
            Self::ForceRemove => "force-remove",
            Self::Decommission => "decommission",
            Self::Delete => "delete",
            Self::Enroll => "enroll",
            Self::SetPoolVersion => "set-version",
            Self::SetPoolImage => "set-image",
            Self::SetPoolNetworkProfile => "set-pool-network-profile",
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
            Self::SetHostname => "Set host name",
            Self::SetLabels => "Set labels",
            Self::SetNetworkProfile | Self::SetPoolNetworkProfile => "Set profile",
            Self::ApplyTo => "Roll out",
            Self::Assign => "Assign",
            Self::Unassign => "Unassign",
            Self::ForceRemove => "Force-remove",
            Self::Decommission => "Decommission",
            Self::Delete => "Delete",
            Self::Enroll => "Enroll",
            Self::SetPoolVersion => "Set version",
            Self::SetPoolImage => "Set image",
        }
    }

    /// Of what kind its targets are.
    pub fn about(self) -> About {
        match self {
            Self::Apply | Self::Retry | Self::Cancel | Self::Pause | Self::Resume => {
                About::Rollouts
            }
            Self::SetPoolVersion | Self::SetPoolImage | Self::SetPoolNetworkProfile => About::Pools,
            _ => About::Machines,
        }
    }

    /// Whether it makes a revision, which can be saved for later.
    pub fn makes_revision(self) -> bool {
        matches!(
            self,
            Self::SetHostname
                | Self::SetLabels
                | Self::SetNetworkProfile
                | Self::SetPoolVersion
                | Self::SetPoolImage
                | Self::SetPoolNetworkProfile
        )
    }

    /// Whether it has to be told what to set.
    pub fn needs_value(self) -> bool {
        self.makes_revision() || self == Self::Assign
    }

    /// Whether it does harm, or takes away what no order gives back: such an order is confirmed by typing.
    pub fn is_destructive(self) -> bool {
        matches!(self, Self::ForceRemove | Self::Decommission | Self::Delete)
    }
}

impl Command {
    /// Its targets that roll revisions out.
    pub fn rollouts(&self) -> impl Iterator<Item = &RolloutTarget> {
        self.targets.iter().filter_map(|target| match target {
            Target::Rollout(rollout) => Some(rollout),
            Target::Machine(_) | Target::Pool(_) => None,
        })
    }

    /// Its targets that are machines.
    pub fn machines(&self) -> impl Iterator<Item = &MachineTarget> {
        self.targets.iter().filter_map(|target| match target {
            Target::Machine(machine) => Some(machine),
            Target::Rollout(_) | Target::Pool(_) => None,
        })
    }

    /// What it does, in a few words.
    pub fn title(&self) -> String {
        let label = self.verb.label();
        match &*self.targets {
            [target] => match self.verb {
                verb if verb.makes_revision() => format!("{label} of {target}"),
                _ => format!("{label} {target}"),
            },
            targets => {
                let what = match self.verb {
                    Verb::Apply => "revisions",
                    verb if verb.about() == About::Machines => "machines",
                    verb if verb.about() == About::Pools => "pools",
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
            Self::Pool(pool) => pool.pool.fmt(formatter),
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
