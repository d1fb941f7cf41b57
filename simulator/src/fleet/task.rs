//! What an operation does that is not the rollout of a pool: one thing to one machine.

use serde::{Deserialize, Serialize};

use super::machine::Membership;
use super::world::World;
use super::{MachineIndex, OperationIndex};
use crate::scenario::ChangeIndex;

/// What is done to one machine.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Task {
    /// What.
    pub action: Action,
    /// To which machine.
    pub machine: MachineIndex,
    /// The change that asked for it.
    pub change: ChangeIndex,
    /// Whether it is what was saved on the machine that is applied.
    pub applies_saved: bool,
}

/// The kinds of tasks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Action {
    /// A revision is applied to it.
    Apply,
    /// It gets another host name.
    SetHostname,
    /// It gets other labels.
    SetLabels,
    /// It gets another network profile.
    SetNetworkProfile,
    /// It leaves its pool for another: there [`Action::Assign`] follows.
    Move,
    /// It joins a pool.
    Assign,
    /// It leaves its pool for none.
    Unassign,
    /// It leaves its pool for none, and is deleted then.
    Decommission,
    /// It boots an enrollment image.
    Enroll,
}

impl Action {
    /// The word in logs: that of the step or order, where there is one.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Apply => "apply",
            Self::SetHostname => "set-hostname",
            Self::SetLabels => "set-labels",
            Self::SetNetworkProfile => "set-network-profile",
            Self::Move => "move",
            Self::Assign => "assign",
            Self::Unassign => "unassign",
            Self::Decommission => "decommission",
            Self::Enroll => "enroll",
        }
    }

    /// Whether it takes its place among the operations of the machine's pool. What brings a machine into one does not:
    /// it takes nothing away.
    pub const fn is_queued(self) -> bool {
        !matches!(self, Self::Assign | Self::Enroll)
    }

    /// Whether the machine is in no pool, or in another, when it is done.
    pub(super) const fn leaves_pool(self) -> bool {
        matches!(self, Self::Move | Self::Unassign | Self::Decommission)
    }
}

impl super::Operation {
    /// Whether it takes its place among the operations of its pool.
    pub fn is_queued(&self) -> bool {
        self.task.is_none_or(|task| task.action.is_queued())
    }
}

impl World {
    /// The operation that is busy with one machine and nothing else, if one is.
    pub(super) fn task_of(&self, index: MachineIndex) -> Option<(OperationIndex, Task)> {
        let machine = self.machine(index);
        if let Some(errand) = machine.errand {
            let operation = errand.operation()?;
            return Some((operation, self.operation(operation).task?));
        }
        if machine.membership != Membership::InFlight {
            return None;
        }
        let operation = self.pools[machine.pool.at()].going_on?;
        Some((operation, self.operation(operation).task?))
    }

    /// The same, if it is the machine's turn in the queue of its pool.
    pub(super) fn turn_of_task(&self, index: MachineIndex) -> Option<Task> {
        let is_in_flight = self.machine(index).membership == Membership::InFlight;
        let task = self.task_of(index).filter(|_| is_in_flight);
        task.map(|(_, task)| task)
    }
}
