//! What happened in the fleet: its log, and the history of one machine or one operation. Known only from an appliance
//! that tells; the public API does not.

use serde::{Deserialize, Serialize};

use crate::{
    Budget, Machine, MachineId, MachinePoolId, MachineRevision, Operation, OperationId, Pod, Text,
};

/// An entry of the log that operators read.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(schemars::JsonSchema))]
pub struct FleetEvent {
    /// Its number. The first of a fleet is 1, the next one 2: where numbers are missing, so are entries.
    pub number: u64,
    /// When, in milliseconds since the start of the simulated time.
    pub at_ms: u64,
    /// How much it should worry.
    pub severity: Severity,
    /// The pool that it concerns, if it concerns one.
    pub machine_pool_id: Option<MachinePoolId>,
    /// The machine that it concerns, if it concerns one.
    pub machine_id: Option<MachineId>,
    /// The operation that it belongs to, if it belongs to one.
    pub operation_id: Option<OperationId>,
    /// What happened, in one line that names whom it concerns.
    pub text: Text,
}

/// How much an event should worry.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Severity {
    /// The usual course of things.
    Info,
    /// Something that was wanted is done.
    Good,
    /// Something went wrong and is being dealt with.
    Warning,
    /// Something failed.
    Failure,
}

/// One machine and what it went through.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(schemars::JsonSchema))]
pub struct MachineHistory {
    /// The machine as it is now.
    pub machine: Machine,
    /// Since when it has its reason, in milliseconds since the start of the simulated time; `None` where it has none,
    /// and where that is not known.
    pub reason_since_ms: Option<u64>,
    /// What its last update came to besides failing in a phase: `rolled-back`, `reboot-loop`, `not-ready`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub setback: Option<Text>,
    /// What its cluster has made of it, where it is down with pods on it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub absence: Option<Absence>,
    /// What else is to say of why it is where it is: what ends that, or when.
    #[serde(default)]
    pub remarks: Vec<Remark>,
    /// The pods on it that a drain would have to evict.
    pub pods: Vec<Pod>,
    /// The disruption budgets that cover them.
    pub budgets: Vec<Budget>,
    /// Every revision that it came to run, the oldest first.
    pub revisions: Vec<RevisionRecord>,
    /// Revisions of its own: those that it came to run, the oldest first, and the saved one.
    #[serde(default)]
    pub own_revisions: Vec<MachineRevision>,
    /// The phases of its updates, the oldest first, as far back as is kept.
    pub phases: Vec<PhaseRecord>,
    /// Its events, the oldest first, as far back as is kept.
    pub log: Vec<FleetEvent>,
    /// How many of its events came before those.
    pub log_missing: u64,
}

/// What a cluster has made of a machine that is down with pods on it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(schemars::JsonSchema))]
pub struct Absence {
    /// `silent`, `unknown`, `tainted`, `evicted`.
    pub state: Text,
    /// When the next of these comes unless the machine is back, in milliseconds since the start of the simulated time;
    /// `None` where that is not known, or none comes.
    pub until_ms: Option<u64>,
}

/// Something to say of a machine, with an instant or without.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(schemars::JsonSchema))]
pub struct Remark {
    /// What, in words; where there is an instant, it stands behind them.
    pub text: Text,
    /// The instant, in milliseconds since the start of the simulated time.
    pub at_ms: Option<u64>,
}

/// A revision that a machine came to run.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(schemars::JsonSchema))]
pub struct RevisionRecord {
    /// Its number.
    pub revision: u32,
    /// When the machine had booted it, in milliseconds since the start of the simulated time.
    pub at_ms: u64,
    /// The operation that asked the machine for it; `None` where it ran it from the start.
    pub operation_id: Option<OperationId>,
}

/// One phase that a machine went through or is in.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(schemars::JsonSchema))]
pub struct PhaseRecord {
    /// Its number among the phases of its machine, the first being 1: where numbers are missing, so are phases.
    pub number: u32,
    /// The phase's name.
    pub phase: Text,
    /// The machine's attempt in its operation, from 1; 0 outside one.
    pub attempt: u32,
    /// The operation that it belongs to; `None` outside one.
    pub operation_id: Option<OperationId>,
    /// When it began, in milliseconds since the start of the simulated time.
    pub started_ms: u64,
    /// When it ended; `None` while it goes on.
    pub ended_ms: Option<u64>,
    /// How it ended: `done`, `failed`, `timed-out`, `interrupted`; `None` while it goes on.
    pub how: Option<Text>,
}

/// One operation and what it did.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(schemars::JsonSchema))]
pub struct OperationHistory {
    /// The operation as it is now.
    pub operation: Operation,
    /// When this was told, in milliseconds since the start of the simulated time.
    pub told_ms: u64,
    /// What its machines wait for now, then the phases that they are in, of each that of the most machines first; empty
    /// once it is over.
    pub waits: Vec<Wait>,
    /// What it did to each machine whose turn has come, in that order.
    pub steps: Vec<OperationStep>,
    /// Its events, the oldest first, as far back as is kept.
    pub log: Vec<FleetEvent>,
    /// How many of its events came before those.
    pub log_missing: u64,
}

/// What some machines of an operation wait for, or are busy with.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(schemars::JsonSchema))]
pub struct Wait {
    /// The reason, as machines have it.
    pub reason: Text,
    /// What the reason is about, as machines have it.
    pub reason_object: Option<Text>,
    /// How many machines have it now.
    pub machines: u32,
    /// How long the pool's machines have had it in rollouts up to now, all together, in milliseconds.
    pub so_far_ms: u64,
}

/// What an operation did to one machine.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(schemars::JsonSchema))]
pub struct OperationStep {
    /// The machine.
    pub machine_id: MachineId,
    /// Its name.
    pub machine: Text,
    /// The phase that it is in, or in which it ended.
    pub phase: Text,
    /// When its turn came, in milliseconds since the start of the simulated time.
    pub started_ms: u64,
    /// When its part was over; `None` while it goes on.
    pub ended_ms: Option<u64>,
    /// `updated` or `failed`; `None` while it goes on.
    pub result: Option<Text>,
}
