//! What happened in the fleet: its log, and the history of one machine or one operation. Known only from an appliance
//! that tells; the public API does not.

use serde::{Deserialize, Serialize};

use crate::{Machine, MachineId, MachinePoolId, Operation, OperationId, Text};

/// An entry of the log that operators read.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FleetEvent {
    /// Its number, rising from 1.
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
pub struct MachineHistory {
    /// The machine as it is now.
    pub machine: Machine,
    /// The phases of its updates, the oldest first, as far back as is kept.
    pub phases: Vec<PhaseRecord>,
    /// Its events, the oldest first, as far back as is kept.
    pub log: Vec<FleetEvent>,
}

/// One phase that a machine went through or is in.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PhaseRecord {
    /// The phase's name.
    pub phase: Text,
    /// The machine's attempt in its operation, from 1; 0 outside one.
    pub attempt: u32,
    /// When it began, in milliseconds since the start of the simulated time.
    pub started_ms: u64,
    /// When it ended; `None` while it goes on.
    pub ended_ms: Option<u64>,
    /// How it ended: `done`, `failed`, `timed-out`, `interrupted`; `None` while it goes on.
    pub how: Option<Text>,
}

/// One operation and what it did.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OperationHistory {
    /// The operation as it is now.
    pub operation: Operation,
    /// What it did to each machine whose turn has come, in that order, as far back as is kept.
    pub steps: Vec<OperationStep>,
    /// Its events, the oldest first, as far back as is kept.
    pub log: Vec<FleetEvent>,
}

/// What an operation did to one machine.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
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
