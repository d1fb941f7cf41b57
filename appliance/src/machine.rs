//! A machine: one computer, bare-metal or virtual, that the fleet manages.

use serde::{Deserialize, Serialize};

use crate::{MachinePoolId, MachineStatus, Scheduling, Text};

/// A machine's number, assigned by the appliance.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(schemars::JsonSchema))]
pub struct MachineId(pub i64);

/// A node label.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(schemars::JsonSchema))]
pub struct Label {
    /// The label's key, as `topology.kubernetes.io/zone`.
    pub key: Text,
    /// The label's value.
    pub value: Text,
}

/// One worker machine.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(schemars::JsonSchema))]
pub struct Machine {
    /// Its number.
    pub id: MachineId,
    /// Its BIOS UUID, which never changes.
    pub uuid: Text,
    /// Its host name.
    pub name: Text,
    /// What it is doing.
    pub status: MachineStatus,
    /// The pool it is assigned to; `None` while unassigned.
    pub machine_pool_id: Option<MachinePoolId>,
    /// Its node labels, in the appliance's order.
    pub labels: Vec<Label>,
    /// The revision that it runs; `None` where the appliance does not tell.
    pub machine_revision: Option<u32>,
    /// The revision that it was last asked to run; `None` unless a rollout to it is pending.
    pub desired_machine_revision: Option<u32>,
    /// The phase of the rollout that it is in, or what it waits for; `None` outside a rollout and where the appliance
    /// does not tell.
    pub reason: Option<Text>,
    /// What the reason is about, as `NAMESPACE/NAME` of a disruption budget or a workload, or the name of a health gate or
    /// of hands; `None` where the reason says it all.
    pub reason_object: Option<Text>,
    /// Since when it has its reason, in milliseconds since the start of the simulated time; `None` where it has none, and
    /// where that is not known.
    pub reason_since_ms: Option<u64>,
    /// What went wrong with it, in a few words: `crashed`, `no power`, or how its last update failed, as `os timed-out`;
    /// `None` where nothing did, or that was made good, and where the appliance does not tell.
    pub failure: Option<Text>,
    /// Whether its node takes new pods, and who said so where it does not; `None` where the appliance does not tell.
    pub scheduling: Option<Scheduling>,
    /// The network profile that was set on itself; `None` where none was, and where the appliance does not tell.
    #[serde(default)]
    pub network_profile: Option<Text>,
    /// Whether its turn in a rollout waits until somebody unholds it; `None` where the appliance does not tell.
    #[serde(default)]
    pub held: Option<bool>,
    /// Whether no rollout targets it; `None` where the appliance does not tell.
    #[serde(default)]
    pub excluded: Option<bool>,
}
