//! An operation: something long that the appliance does and can be asked about.

use serde::{Deserialize, Serialize};

use crate::{MachineId, MachinePoolId, OperationStatus, Text};

/// An operation's number, assigned by the appliance.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(schemars::JsonSchema))]
pub struct OperationId(pub i64);

/// One operation.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(schemars::JsonSchema))]
pub struct Operation {
    /// Its number.
    pub id: OperationId,
    /// Where it stands.
    pub status: OperationStatus,
    /// What it does. No value is publicly known; a simulated appliance says `rollout`, or what it does to
    /// one machine, as `set-hostname`.
    pub action: Text,
    /// The machine that it is about; `None` where it is about a pool, and where the appliance does not tell.
    #[serde(default)]
    pub machine_id: Option<MachineId>,
    /// The pool that it is about; `None` where it is about a machine or something else, and where the appliance does not tell.
    #[serde(default)]
    pub machine_pool_id: Option<MachinePoolId>,
    /// What it rolls out and how far it is; `None` where it is no rollout, and where the appliance does not tell.
    pub rollout: Option<Rollout>,
}

/// How far the rollout of one revision to one pool is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(schemars::JsonSchema))]
pub struct Rollout {
    /// The pool that is rolled out.
    pub machine_pool_id: MachinePoolId,
    /// The revision that it moves to.
    pub revision: u32,
    /// Machines that it has to move.
    pub targeted: u32,
    /// Of these, machines that run the revision.
    pub updated: u32,
    /// Of these, machines that failed.
    pub failed: u32,
    /// Of these, machines in flight: a phase of the update is under way on them.
    pub in_flight: u32,
    /// Whether nothing new starts until somebody resumes it.
    pub is_paused: bool,
    /// Milliseconds from the start of the simulated time to the request.
    pub requested_ms: u64,
    /// Milliseconds from the start of the simulated time to its end; `None` while it goes on.
    pub ended_ms: Option<u64>,
    /// Why it failed, or why nothing new starts in it and it will have failed when what is in flight has ended; else `None`.
    pub failure: Option<Text>,
}
